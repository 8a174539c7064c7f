//! Thai: vowels that are written before their consonant come after it, silent letters are dropped.

use super::{Latin, plain};

/// The mark that silences the consonant before it.
const SILENT: char = '\u{0E4C}';

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], into: &mut Latin) {
    let mut waiting = None;
    for (at, letter) in letters.iter().enumerate() {
        let next = letters.get(at + 1).copied();
        if *letter == SILENT || next == Some(SILENT) || next.is_some() && after_next(letters, at) {
            continue;
        }
        match vowel_before(*letter) {
            Some(vowel) => waiting = Some(vowel),
            None => {
                let before = into.len();
                match of_table(*letter) {
                    Some(latin) => into.extend_from_slice(latin.as_bytes()),
                    None => plain(*letter, into),
                }
                if into.len() > before
                    && let Some(vowel) = waiting.take()
                {
                    into.extend_from_slice(str::as_bytes(vowel));
                }
            }
        }
    }
}

/// Whether a vowel sign stands between this consonant and the mark that silences it.
fn after_next(letters: &[char], at: usize) -> bool {
    matches!(letters.get(at + 1), Some('ิ' | 'ุ')) && letters.get(at + 2) == Some(&SILENT)
}

fn vowel_before(letter: char) -> Option<&'static str> {
    Some(match letter {
        'เ' => "e",
        'แ' => "ae",
        'โ' => "o",
        'ใ' | 'ไ' => "ai",
        _ => return None,
    })
}

/// The Royal Thai General System, as at the beginning of a syllable.
fn of_table(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ก' => "k",
        'ข'..='ฆ' => "kh",
        'ง' => "ng",
        'จ' => "ch",
        'ฉ' | 'ช' | 'ฌ' => "ch",
        'ซ' | 'ศ' | 'ษ' | 'ส' => "s",
        'ญ' | 'ย' => "y",
        'ฎ' | 'ด' => "d",
        'ฏ' | 'ต' => "t",
        'ฐ'..='ฒ' | 'ถ'..='ธ' => "th",
        'ณ' | 'น' => "n",
        'บ' => "b",
        'ป' => "p",
        'ผ' | 'พ' | 'ภ' => "ph",
        'ฝ' | 'ฟ' => "f",
        'ม' => "m",
        'ร' => "r",
        'ล' | 'ฬ' => "l",
        'ว' => "w",
        'ห' | 'ฮ' => "h",
        'อ' => "o",
        'ะ' | 'ั' | 'า' => "a",
        'ำ' => "am",
        'ิ' | 'ี' => "i",
        'ึ' | 'ื' => "ue",
        'ุ' | 'ู' => "u",
        '็' | '่' | '้' | '๊' | '๋' | '\u{0E4D}' | '\u{0E4E}' => "",
        _ => return None,
    })
}
