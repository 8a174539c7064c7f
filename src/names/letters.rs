//! Latin letters: ASCII, all others without their accents, look-alikes of other alphabets.

use super::Script;

pub(super) use crate::domain::Ascii;

/// What becomes of a byte of ASCII, letters in lower case; other bytes part words.
#[inline]
pub(super) fn ascii(byte: u8) -> Ascii {
    match crate::domain::ascii(byte) {
        Ascii::Letter(letter) => Ascii::Letter(letter.to_ascii_lowercase()),
        Ascii::Vanishes => Ascii::Vanishes,
        Ascii::Parts => Ascii::Parts,
    }
}

/// Whether a character leaves no trace within a word: apostrophes of any alphabet, marks, the
/// stroke that lengthens Arabic words, what steers the direction of writing.
pub(super) fn vanishes(letter: char) -> bool {
    matches!(
        letter,
        '\u{00AD}' | '\u{00B4}' | '\u{02B9}'..='\u{02CF}' | '\u{02EE}' | '\u{0640}'
            | '\u{200B}'..='\u{200F}' | '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{2032}'
            | '\u{202A}'..='\u{202E}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}'
    ) || unicode_normalization::char::is_combining_mark(letter)
}

/// Whether it is a letter of one of the alphabets that most names are written in, and no mark that joins
/// the letter before it: most are told at this look, without the tables of Unicode.
pub(super) const fn is_common(letter: char) -> bool {
    matches!(
        letter,
        'A'..='Z' | 'a'..='z' | '\u{00C0}'..='\u{00D6}' | '\u{00D8}'..='\u{00F6}'
            | '\u{00F8}'..='\u{017F}' | '\u{0391}'..='\u{03A1}' | '\u{03A3}'..='\u{03CE}'
            | '\u{0400}'..='\u{0481}' | '\u{05D0}'..='\u{05EA}' | '\u{0620}'..='\u{063A}'
            | '\u{0641}'..='\u{064A}' | '\u{0671}'..='\u{06D3}' | '\u{3041}'..='\u{3096}'
            | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
    )
}

/// A Latin letter with an accent as it is written without.
pub(super) fn plain(letter: char) -> &'static str {
    match letter {
        // Azeri passports write `a` where tables say `e`.
        'ə' | 'Ə' => "a",
        letter => any_ascii::any_ascii_char(letter),
    }
}

/// A Latin letter as other transliterations have it, where that sounds otherwise than the plain one.
pub(super) fn sounded(letter: char) -> Option<&'static str> {
    Some(match letter {
        'š' | 'Š' | 'ş' | 'Ş' | 'ș' | 'Ș' | 'ś' | 'Ś' | 'ŝ' => "sh",
        'č' | 'Č' | 'ć' | 'Ć' | 'ĉ' | 'ç' | 'Ç' => "ch",
        'ž' | 'Ž' | 'ż' | 'Ż' | 'ź' | 'Ź' => "zh",
        'ţ' | 'Ţ' | 'ț' | 'Ț' => "ts",
        'ě' | 'Ě' => "ie",
        _ => return None,
    })
}

/// The letter of a European alphabet that a letter of another one looks like.
pub(super) fn seen_as(script: Script, letter: char) -> Option<char> {
    let latin = match looks_like(letter) {
        Some(latin) if letter.is_uppercase() => latin.to_ascii_uppercase(),
        Some(latin) => latin,
        None => letter,
    };
    match script {
        Script::Latin => looks_like(letter),
        Script::Cyrillic => looks_cyrillic(latin),
        Script::Greek => looks_greek(latin),
        Script::Arabic
        | Script::Hebrew
        | Script::Han
        | Script::Hangul
        | Script::Kana
        | Script::Indic
        | Script::Thai
        | Script::Other => None,
    }
}

/// The Cyrillic letter that a Latin one looks like.
fn looks_cyrillic(letter: char) -> Option<char> {
    Some(match letter {
        'a' | 'A' => 'а',
        'B' => 'в',
        'c' | 'C' => 'с',
        'e' | 'E' => 'е',
        'H' => 'н',
        'i' | 'I' => 'і',
        'j' | 'J' => 'ј',
        'k' | 'K' => 'к',
        'm' | 'M' => 'м',
        'o' | 'O' => 'о',
        'p' | 'P' => 'р',
        's' | 'S' => 'ѕ',
        't' | 'T' => 'т',
        'x' | 'X' => 'х',
        'y' | 'Y' => 'у',
        _ => return None,
    })
}

/// The Greek letter that a Latin one looks like.
fn looks_greek(letter: char) -> Option<char> {
    Some(match letter {
        'a' | 'A' => 'α',
        'B' => 'β',
        'E' => 'ε',
        'H' => 'η',
        'i' | 'I' => 'ι',
        'k' | 'K' => 'κ',
        'M' => 'μ',
        'N' => 'ν',
        'o' | 'O' => 'ο',
        'p' | 'P' => 'ρ',
        't' | 'T' => 'τ',
        'u' | 'Y' => 'υ',
        'v' => 'ν',
        'x' | 'X' => 'χ',
        'y' => 'γ',
        'Z' => 'ζ',
        _ => return None,
    })
}

/// The Latin letter that a Cyrillic or Greek one looks like.
fn looks_like(letter: char) -> Option<char> {
    Some(match letter {
        'а' | 'А' | 'α' | 'Α' => 'a',
        'В' | 'Β' | 'β' => 'b',
        'с' | 'С' | 'ϲ' => 'c',
        'е' | 'Е' | 'Ε' | 'ё' | 'Ё' => 'e',
        'Н' | 'Η' | 'һ' | 'Һ' => 'h',
        'і' | 'І' | 'ї' | 'Ї' | 'ι' | 'Ι' => 'i',
        'ј' | 'Ј' => 'j',
        'к' | 'К' | 'κ' | 'Κ' => 'k',
        'М' | 'м' | 'Μ' => 'm',
        'Ν' => 'n',
        'о' | 'О' | 'ο' | 'Ο' => 'o',
        'р' | 'Р' | 'ρ' | 'Ρ' => 'p',
        'ѕ' | 'Ѕ' => 's',
        'т' | 'Т' | 'τ' | 'Τ' => 't',
        'υ' => 'u',
        'ν' => 'v',
        'х' | 'Х' | 'χ' | 'Χ' => 'x',
        'у' | 'У' | 'Υ' | 'γ' => 'y',
        'Ζ' => 'z',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::scripts;

    #[test]
    fn what_is_common_is_a_letter_by_the_tables_of_unicode_too() {
        for letter in ('\0'..=char::MAX).filter(|letter| is_common(*letter)) {
            assert!(letter.is_alphanumeric(), "{letter:?}");
            assert!(!vanishes(letter) && !scripts::keeps_mark(letter), "{letter:?}");
        }
        // No letter is made of another one with a common letter behind it, but for syllables of Korean,
        // whose signs are not common.
        for whole in '\0'..=char::MAX {
            let mut parts = Vec::new();
            unicode_normalization::char::decompose_canonical(whole, |part| parts.push(part));
            assert!(parts.iter().skip(1).all(|part| !is_common(*part)), "{whole:?}");
        }
    }
}
