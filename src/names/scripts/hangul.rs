//! Korean: syllables taken apart and written in the Revised Romanisation, family names as families
//! write them.

use smallvec::{SmallVec, smallvec};

use super::super::Part;
use super::{Latin, Piece, plain};

/// Family names of two syllables.
const DOUBLE: [[char; 2]; 8] = [
    ['남', '궁'],
    ['황', '보'],
    ['제', '갈'],
    ['사', '공'],
    ['선', '우'],
    ['서', '문'],
    ['독', '고'],
    ['동', '방'],
];

/// Cuts a whole name into family name and given name.
pub(super) fn cut(letters: &[char]) -> SmallVec<[Piece; 4]> {
    let two = letters.len() > 3
        || letters.len() == 3 && DOUBLE.iter().any(|name| letters.starts_with(name));
    let double = two && DOUBLE.iter().any(|name| letters.starts_with(name));
    match letters.len() {
        2..=4 => {
            let surname = if double { 2 } else { 1 };
            smallvec![
                Piece { letters: 0..surname, part: Some(Part::Surname) },
                Piece { letters: surname..letters.len(), part: Some(Part::Given) },
            ]
        }
        _ => smallvec![Piece { letters: 0..letters.len(), part: None }],
    }
}

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], part: Option<Part>, into: &mut Latin) {
    if let (Some(Part::Surname), [letter]) = (part, letters)
        && let Some(family) = family(*letter)
    {
        into.extend_from_slice(family.as_bytes());
        return;
    }
    for letter in letters {
        match (*letter as u32).checked_sub(0xAC00) {
            Some(index) if index < 11_172 => syllable(index as usize, into),
            _ => plain(*letter, into),
        }
    }
}

fn syllable(index: usize, into: &mut Latin) {
    let (initial, vowel, last) = (index / 588, index % 588 / 28, index % 28);
    for (table, at) in [(&INITIALS[..], initial), (&VOWELS[..], vowel), (&FINALS[..], last)] {
        into.extend_from_slice(table.get(at).copied().unwrap_or_default().as_bytes());
    }
}

const INITIALS: [&str; 19] = [
    "g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p",
    "h",
];
const VOWELS: [&str; 21] = [
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we",
    "wi", "yu", "eu", "ui", "i",
];
const FINALS: [&str; 28] = [
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p",
    "t", "t", "ng", "t", "t", "k", "t", "p", "t",
];

/// Family names that are hardly ever written by the rule.
fn family(letter: char) -> Option<&'static str> {
    Some(match letter {
        '김' => "kim",
        '이' | '리' => "lee",
        '박' => "park",
        '최' => "choi",
        '정' => "jung",
        '강' => "kang",
        '조' => "cho",
        '윤' => "yoon",
        '임' => "lim",
        '오' => "oh",
        '신' => "shin",
        '권' => "kwon",
        '고' => "ko",
        '문' => "moon",
        '우' => "woo",
        '유' => "yoo",
        '노' => "roh",
        '구' => "koo",
        '국' => "kook",
        '길' => "kil",
        '금' => "keum",
        '류' => "ryu",
        '양' => "yang",
        '안' => "ahn",
        '백' => "baek",
        '허' => "heo",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_and_written_as_families_do() {
        for (text, expected) in [
            ("김정은", "kim jeongeun"),
            ("박지성", "park jiseong"),
            ("이민호", "lee minho"),
            ("남궁민", "namgung min"),
            ("이산", "lee san"),
        ] {
            let letters: Vec<char> = text.chars().collect();
            let words: Vec<String> = cut(&letters)
                .iter()
                .map(|piece| {
                    let mut into = Latin::new();
                    romanise(&letters[piece.letters.clone()], piece.part, &mut into);
                    String::from_utf8(into.to_vec()).unwrap()
                })
                .collect();
            assert_eq!(words.join(" "), expected);
        }
    }
}
