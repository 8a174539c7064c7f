//! The words of a person's name: which are joined, which are particles and titles.

use smallvec::SmallVec;

use crate::domain::Name;

use super::lexicon::{self, Mark, Meaning};
use super::{Part, WORDS_MAX, Word, compound};

/// Joins compounds and tells each word its part; `boundary` is where given names begin in the only
/// field. Gives whether surname and given names are told apart.
pub(super) fn analyse(words: &mut SmallVec<[Word; 8]>, boundary: usize) -> bool {
    let mut meanings = [Meaning::default(); WORDS_MAX];
    let mut may_join = false;
    for (meaning, word) in meanings.iter_mut().zip(&*words) {
        *meaning = lexicon::meaning(word.personal_key());
        may_join |= meaning.may_join();
    }
    if may_join {
        compound::join(words, &mut meanings, boundary);
    }
    let mut names = [false; 2];
    for (word, meaning) in words.iter_mut().zip(meanings) {
        word.part = part(word, meaning);
        let side = usize::from(word.is_behind(boundary));
        if let (true, Some(has)) = (is_name(word.part), names.get_mut(side)) {
            *has = true;
        }
        if word.part == Part::Number {
            match lexicon::generation(meaning.sign).filter(|_| !is_digits(word)) {
                Some(sign) => word.set_canonical(sign),
                None => word.set_number(),
            }
        }
    }
    keep_a_name(words, boundary, names);
    // `Smith, Jr` has no given name behind its comma.
    let structured = words.iter().any(|word| word.is_behind(boundary) && is_name(word.part))
        && words.iter().any(|word| !word.is_behind(boundary) && is_name(word.part));
    for word in words.iter_mut().filter(|word| structured && word.part == Part::Any) {
        word.part = if word.is_behind(boundary) { Part::Given } else { Part::Surname };
    }
    structured
}

fn is_name(part: Part) -> bool {
    matches!(part, Part::Any | Part::Surname | Part::Given | Part::Initial)
}

fn is_digits(word: &Word) -> bool {
    word.text().iter().all(u8::is_ascii_digit)
}

fn part(word: &Word, meaning: Meaning) -> Part {
    if word.part != Part::Any {
        // The script told.
        word.part
    } else if is_digits(word) || meaning.is(Mark::Generation) {
        Part::Number
    } else if meaning.is(Mark::Article) || meaning.is(Mark::Particle) {
        Part::Particle
    } else if word.text().len() == 1 {
        Part::Initial
    } else if meaning.is(Mark::Honorific) {
        Part::Honorific
    } else {
        Part::Any
    }
}

/// Who is called Major or Van alone is named so: where a side of the name would be left without a
/// name, its last title or particle is one.
fn keep_a_name(words: &mut [Word], boundary: usize, names: [bool; 2]) {
    for (side, has_name) in names.into_iter().enumerate() {
        let of_side = |word: &&mut Word| usize::from(word.is_behind(boundary)) == side;
        let could = |word: &&mut Word| {
            matches!(word.part, Part::Honorific | Part::Particle) && word.text().len() > 1
        };
        if has_name {
            continue;
        }
        if let Some(word) = words.iter_mut().rev().filter(of_side).find(could) {
            word.part = Part::Any;
        }
    }
}

/// Whether a name fills the field of a machine-readable zone: 39 characters in a passport, 31 and 30
/// in cards, with two fillers between surname and given names.
pub(super) fn is_truncated(name: Name<'_>) -> bool {
    let zone = name.surname.trim_end_matches('<');
    let fillers = if name.given.is_empty() { 0 } else { 2 };
    let length = zone.len() + fillers + name.given.len();
    let is_zone = |byte: u8| matches!(byte, b'A'..=b'Z' | b'<' | b' ');
    matches!(length, 30 | 31 | 39)
        && zone.bytes().all(is_zone)
        && name.given.bytes().all(is_zone)
        // A field that was stated with the fillers behind it shows that it had room for more.
        && name.surname.len() == zone.len()
        && !name.given.ends_with('<')
}

/// Marks the words that may be cut: the last one, and where a surname that takes most of the field
/// stands apart from given names, its words behind the first.
pub(super) fn mark_cut(words: &mut [Word], boundary: usize) {
    let surname: usize = words
        .iter()
        .filter(|word| !word.is_behind(boundary))
        .map(|word| word.text().len() + 1)
        .sum();
    let long = surname > 20 && words.iter().any(|word| word.is_behind(boundary));
    let last = words.len().saturating_sub(1);
    for (at, word) in words.iter_mut().enumerate() {
        let of_long_surname = long && at > 0 && !word.is_behind(boundary);
        if at == last || of_long_surname {
            word.mark_cut();
        }
    }
}
