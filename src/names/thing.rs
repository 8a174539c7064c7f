//! The words of an organisation's or a vessel's name: legal forms, numbers, what many share.

use smallvec::SmallVec;

use crate::domain::Name;

use super::lexicon::{self, Mark, Meaning};
use super::{Bearer, Part, Word, dictionary};

/// Characters of the fields in which parties are named: a line of the NAD segment of UN/EDIFACT (data
/// element 3036); two of them, and the name of a declaration in the European Union (Delegated
/// Regulation (EU) 2015/2446, Annex B) and in the United Kingdom.
const PARTY_FIELDS: [usize; 2] = [35, 70];
/// Characters of the fields in which ships are named: the static report of AIS (ITU-R M.1371-5, message
/// 5), and the TDT segment of UN/EDIFACT (data element 8212).
const VESSEL_FIELDS: [usize; 2] = [20, 35];
/// With fewer letters the beginning of a word says nothing.
const CUT_MIN: usize = 3;

/// Whether a name fills its field, so that its end may be missing.
pub(super) fn is_truncated(name: Name<'_>, bearer: Bearer) -> bool {
    let fields = if bearer == Bearer::Vessel { VESSEL_FIELDS } else { PARTY_FIELDS };
    // A blank at the end shows that there was room.
    name.given.is_empty()
        && !name.surname.ends_with(' ')
        && fields.contains(&name.surname.chars().count())
}

/// Marks the last word of a name that fills its field: it may be the beginning of a longer one. A letter
/// or two says nothing, nor does a legal form of which the end is missing: `Limited Liab`.
pub(super) fn mark_cut(words: &mut [Word], bearer: Bearer) {
    let Some((last, before)) = words.split_last_mut() else { return };
    last.mark_cut();
    let is_form = bearer != Bearer::Vessel
        && last.part == Part::Any
        && lexicon::begins_legal_word(last.text());
    if is_form {
        // Of a whole form, which another may begin with, no more is known than that there is one.
        let of_form =
            |word: &Word| word.part == Part::LegalForm || lexicon::is_legal_word(word.text());
        let run = before.iter_mut().rev().take_while(|word| of_form(word));
        run.for_each(|word| word.part = Part::Particle);
    }
    if is_form || last.text().len() < CUT_MIN {
        last.part = Part::Particle;
    }
}

/// Tells words their parts; rows of words that mean one thing become one word.
pub(super) fn analyse(words: &mut SmallVec<[Word; 8]>, bearer: Bearer) {
    join_letters(words);
    let (mut kept, mut at) = (0, 0);
    while let Some(mut word) = words.get(at).copied() {
        let (taken, meaning) = longest_row(words, at);
        for next in words.get(at + 1..at + taken).unwrap_or_default() {
            word.join(next);
        }
        let first = at == 0;
        at += taken;
        let edge = first || at == words.len();
        tell(&mut word, meaning, bearer, first, edge, taken > 1);
        if let Some(place) = words.get_mut(kept) {
            *place = word;
        }
        kept += 1;
    }
    words.truncate(kept);
    number_series(words);
    keep_a_name(words);
}

/// The longest row of words that begins here and means something, and how many words it has.
fn longest_row(words: &[Word], at: usize) -> (usize, Meaning) {
    let Some(word) = words.get(at) else { return (1, Meaning::default()) };
    let mut key = word.thing_key();
    let alone = lexicon::meaning(key);
    let mut longest = (1, alone);
    let rest = words.get(at + 1..).unwrap_or_default();
    let rest = rest.iter().take_while(|next| next.is_of_given() == word.is_of_given());
    let longest_row = usize::from(alone.row).max(2) - 1;
    for (ahead, next) in rest.take(longest_row).enumerate() {
        key = lexicon::row_key(key, next.thing_key());
        let meaning = lexicon::meaning(key);
        if ahead == 0 && is_tens(alone) && is_unit(next) {
            let units = next.text().first().map_or(0, |digit| u16::from(digit - b'0'));
            return (2, alone.plus(units));
        }
        let means = [Mark::Legal, Mark::Number, Mark::Generic, Mark::Domain, Mark::Prefix];
        if means.into_iter().any(|mark| meaning.is(mark)) {
            longest = (ahead + 2, meaning);
        }
    }
    longest
}

/// Whether a word is a number of tens, to which units may be added: `Forty 4`.
fn is_tens(meaning: Meaning) -> bool {
    meaning.is(Mark::Number) && matches!(meaning.id, 20 | 30 | 40 | 50 | 60 | 70 | 80 | 90)
}

fn is_unit(word: &Word) -> bool {
    matches!(word.text(), [b'1'..=b'9'])
}

/// Tells a word its part.
fn tell(word: &mut Word, meaning: Meaning, bearer: Bearer, first: bool, edge: bool, is_row: bool) {
    let text_len = word.text().len();
    let is_vessel = bearer == Bearer::Vessel;
    word.part = if word.text().iter().all(u8::is_ascii_digit) {
        word.set_number();
        Part::Number
    } else if is_vessel && first && meaning.is(Mark::Prefix) {
        Part::Prefix
    } else if !is_vessel && meaning.is(Mark::Legal) && (edge || is_row || text_len > 3) {
        if let Some(legal) = lexicon::legal(meaning.id) {
            word.set_text(&legal.text);
            word.set_canonical(&legal.like);
        }
        Part::LegalForm
    } else if meaning.is(Mark::Number) {
        set_digits(word, meaning.id);
        Part::Number
    } else if meaning.is(Mark::Generic) || meaning.is(Mark::Domain) {
        word.spelling = dictionary::symbol(meaning.id);
        if meaning.is(Mark::Generic) { Part::Stop } else { Part::Any }
    } else if meaning.is(Mark::Stop) || meaning.is(Mark::Article) {
        Part::Stop
    } else if text_len == 1 {
        Part::Initial
    } else {
        Part::Any
    };
}

/// Writes a number that was stated in words in digits.
fn set_digits(word: &mut Word, number: u16) {
    let mut digits: SmallVec<[u8; 5]> = SmallVec::new();
    let mut rest = number;
    while rest > 0 || digits.is_empty() {
        digits.push(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    digits.reverse();
    word.set_text(&digits);
    word.set_number();
}

/// Letters that stand alone side by side are one abbreviation: `A.B.C.`
fn join_letters(words: &mut SmallVec<[Word; 8]>) {
    let mut kept: usize = 0;
    let mut open = false;
    for at in 0..words.len() {
        let Some(word) = words.get(at).copied() else { break };
        let is_letter = word.text().len() == 1 && !word.text().iter().all(u8::is_ascii_digit);
        let last = kept.checked_sub(1).and_then(|last| words.get_mut(last));
        match last {
            Some(last) if open && is_letter && last.is_of_given() == word.is_of_given() => {
                last.join(&word);
            }
            _ => {
                if let Some(place) = words.get_mut(kept) {
                    *place = word;
                }
                kept += 1;
            }
        }
        open = is_letter;
    }
    words.truncate(kept);
}

/// A single `I`, `V` or `X` behind a name numbers it: `Fund I, Ltd`.
fn number_series(words: &mut [Word]) {
    for at in 1..words.len() {
        let ends = words.get(at + 1..).unwrap_or_default();
        let ends = ends.iter().all(|word| matches!(word.part, Part::LegalForm | Part::Stop));
        let Some(word) = words.get_mut(at).filter(|word| word.part == Part::Initial && ends) else {
            continue;
        };
        let number: &[u8] = match word.text() {
            b"i" => b"1",
            b"v" => b"5",
            b"x" => b"10",
            _ => continue,
        };
        word.set_text(number);
        word.set_number();
        word.part = Part::Number;
    }
}

/// A name of nothing but shared words is told by them: they count.
fn keep_a_name(words: &mut [Word]) {
    let counts = |word: &Word| matches!(word.part, Part::Any | Part::Number);
    if words.iter().any(counts) {
        return;
    }
    let of_part = |part| move |word: &&mut Word| word.part == part;
    for part in [Part::Stop, Part::Initial, Part::Prefix, Part::LegalForm] {
        let mut some = false;
        for word in words.iter_mut().filter(of_part(part)) {
            word.part = Part::Any;
            some = true;
        }
        if some {
            return;
        }
    }
}
