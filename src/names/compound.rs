//! Names of several words that are one: `abd al-Rahman`, `Salah ad-Din`, `Habib Ullah`.
//!
//! They are written as one, two or three words, with an article that takes on the next letter
//! (`abdur Rahman`). Joined here and folded in [`pieces`], so that all spellings end up the same.

use smallvec::SmallVec;

use super::lexicon::{Mark, Meaning};
use super::{Skeleton, Word};

/// Joins words that are one name; `boundary` is where another part of the name begins.
pub(super) fn join(words: &mut SmallVec<[Word; 8]>, meanings: &mut [Meaning], boundary: usize) {
    let (mut kept, mut at) = (0, 0);
    while let Some(mut word) = words.get(at).copied() {
        let taken = behind(words, meanings, at, boundary);
        for next in words.get(at + 1..=at + taken).unwrap_or_default() {
            word.join(next);
        }
        let meaning = if taken == 0 { meanings.get(at).copied() } else { None };
        if let (Some(place), Some(known)) = (words.get_mut(kept), meanings.get_mut(kept)) {
            *place = word;
            *known = meaning.unwrap_or_default();
        }
        kept += 1;
        at += taken + 1;
    }
    words.truncate(kept);
}

/// How many words behind this one belong to it.
fn behind(words: &[Word], meanings: &[Meaning], at: usize, boundary: usize) -> usize {
    let (Some(word), Some(own)) = (words.get(at), meanings.get(at)) else { return 0 };
    let next = |ahead: usize| {
        let next = words.get(at + ahead)?;
        let same_part = next.is_of_given() == word.is_of_given()
            && (word.starts_at() < boundary) == (next.starts_at() < boundary);
        let meaning = meanings.get(at + ahead).copied()?;
        same_part.then_some((next.text(), meaning))
    };
    let Some((second, meaning)) = next(1) else { return 0 };
    let is_servant = own.is(Mark::Servant);
    if is_servant && is_divine(second) {
        return 1;
    }
    let is_name = word.text().len() > 2 && !own.is(Mark::Particle) && !own.is(Mark::Article);
    if meaning.is(Mark::Article) {
        let Some((third, meaning)) = next(2) else { return 0 };
        if third.len() < 2 || meaning.is(Mark::Article) || meaning.is(Mark::Particle) {
            return 0;
        }
        // Behind `abd` and an article written apart, any name belongs to it.
        let joins = is_servant || is_name && meaning.is(Mark::Faith);
        return if joins { 2 } else { 0 };
    }
    let faith = is_name && !is_servant && (meaning.is(Mark::Faith) || meaning.is(Mark::God));
    usize::from(faith || own.is(Mark::Father) && meaning.is(Mark::Bakr))
}

/// Names of God, and of persons, whose servant somebody may be named.
const DIVINE: &str = "\
    allah lah rahman rahim malik quddus salam mumin muhaymin aziz jabbar khaliq bari \
    ghaffar qahhar wahhab razzaq fattah alim basit rafi samad sami basir hakam adl latif \
    khabir halim azim ghafur shakur kabir hafiz jalil karim raqib mujib wasi hakim wadud \
    majid haqq hamid qadir hadi nasir nabi rashid zahra husayn hasan rasul masih mutalib \
    amir mawla muhsin wali nur wakil jawad hayy sattar rauf shahid muti mannan jamil naim \
    salim batin ahad wahid qayyum matin zahir tawwab mughni rida rabbih \
";

/// Whether somebody may be named after its servant. By the consonants, so that spellings need no list.
fn is_divine(text: &[u8]) -> bool {
    let skeleton = Skeleton::of(text);
    skeleton.len() >= 2
        && text.len() >= 3
        && DIVINE
            .split_ascii_whitespace()
            .map(str::as_bytes)
            .any(|name| name.first() == text.first() && Skeleton::of(name) == skeleton)
}

/// A word in two pieces whose joint spellings differ in, left out: the article within `abd…`, the
/// vowel and article before `…din` and `…ullah`. The second piece is empty for all other words.
#[inline]
pub(super) fn pieces(text: &[u8]) -> [&[u8]; 2] {
    match text {
        [b'a', b'b', b'd', rest @ ..] if rest.len() > 2 => servant_pieces(text, rest),
        [.., b'n'] | [.., b'n', b'e'] => faith_pieces(text),
        [.., b'a'] | [.., b'a', b'h'] => god_pieces(text),
        _ => [text, b""],
    }
}

/// `abd`, a vowel, and `l` or a consonant that is doubled for it.
fn servant_pieces<'a>(text: &'a [u8], rest: &'a [u8]) -> [&'a [u8]; 2] {
    let rest = match rest {
        [b'o', b'u', rest @ ..] => rest,
        [b'a' | b'e' | b'i' | b'o' | b'u', rest @ ..] => rest,
        rest => rest,
    };
    let stem = match rest {
        [b'l', stem @ ..] if stem.len() > 1 => stem,
        [one, two, ..] if one == two => rest.get(1..).unwrap_or_default(),
        [b's', b'h', stem @ ..] if stem.starts_with(b"sh") => stem,
        _ if rest.len() > 3 => rest,
        _ => return [text, b""],
    };
    [b"abd", stem]
}

fn faith_pieces(text: &[u8]) -> [&[u8]; 2] {
    let endings: [&[u8]; 4] = [b"din", b"deen", b"dine", b"dien"];
    let Some(front) = endings.iter().find_map(|ending| text.strip_suffix(*ending)) else {
        return [text, b""];
    };
    let front = match front {
        [front @ .., b'd' | b'l'] if front.len() > 2 => front,
        front => front,
    };
    let front = match front {
        [front @ .., b'a' | b'e' | b'i' | b'o' | b'u' | b'y'] if front.len() > 1 => front,
        front => front,
    };
    if front.len() < 2 { [text, b""] } else { [front, b"din"] }
}

fn god_pieces(text: &[u8]) -> [&[u8]; 2] {
    let text_without = text.strip_suffix(b"h").unwrap_or(text);
    let endings: [&[u8]; 4] = [b"ulla", b"alla", b"olla", b"ella"];
    match endings.iter().find_map(|ending| text_without.strip_suffix(*ending)) {
        Some(front) if front.len() > 2 => [front, b"ula"],
        _ => [text, b""],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same(words: &[&str]) {
        let folded: Vec<Vec<u8>> =
            words.iter().map(|word| pieces(word.as_bytes()).concat()).collect();
        assert!(folded.windows(2).all(|pair| pair[0] == pair[1]), "{words:?}");
    }

    #[test]
    fn spellings_of_one_compound_fold_together() {
        same(&[
            "abdulrahman",
            "abdelrahman",
            "abdurrahman",
            "abdalrahman",
            "abdirahman",
            "abdrahman",
        ]);
        same(&["abdullah", "abdallah", "abdellah"]);
        same(&["salahuddin", "salaheddin", "salahaldin", "salahddin"]);
        same(&["habibullah", "habiballah", "habibullah"]);
    }

    #[test]
    fn other_words_stay_whole() {
        for word in ["abdi", "abdo", "martin", "din", "ella", "bella", "maria"] {
            assert_eq!(pieces(word.as_bytes()), [word.as_bytes(), b""], "{word}");
        }
    }
}
