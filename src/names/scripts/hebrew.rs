//! Hebrew: consonants and the letters that carry vowels.

use super::{Latin, plain};

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], into: &mut Latin) {
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let next = letters.get(at + 1).copied();
        let last = at + 1 == letters.len();
        // A geresh makes sounds that Hebrew has no letters for.
        if matches!(next, Some('\'' | '׳' | '’'))
            && let Some(latin) = with_geresh(*letter)
        {
            into.extend_from_slice(latin.as_bytes());
            at += 2;
            continue;
        }
        match (*letter, next) {
            ('ו', Some('ו')) => {
                into.push(b'v');
                at += 1;
            }
            ('י', Some('י')) => {
                into.extend_from_slice(b"ai");
                at += 1;
            }
            ('ו', _) => into.push(if at == 0 { b'v' } else { b'o' }),
            ('ה', _) if last && at > 0 => into.push(b'a'),
            ('י', _) => into.push(if at == 0 { b'y' } else { b'i' }),
            ('פ', _) => into.push(if at == 0 { b'p' } else { b'f' }),
            ('ב', _) => into.push(if at == 0 { b'b' } else { b'v' }),
            (letter, _) => match single(letter) {
                Some(latin) => into.extend_from_slice(latin.as_bytes()),
                None => plain(letter, into),
            },
        }
        at += 1;
    }
}

fn with_geresh(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ג' => "j",
        'ז' => "zh",
        'צ' | 'ץ' => "ch",
        'ת' => "th",
        'ד' => "dh",
        'ח' => "kh",
        _ => return None,
    })
}

fn single(letter: char) -> Option<&'static str> {
    Some(match letter {
        'א' | 'ע' => "a",
        'ג' => "g",
        'ד' => "d",
        'ה' => "h",
        'ז' => "z",
        'ח' => "h",
        'ט' | 'ת' => "t",
        'כ' | 'ך' | 'ק' => "k",
        'ל' => "l",
        'מ' | 'ם' => "m",
        'נ' | 'ן' => "n",
        'ס' => "s",
        'ף' => "f",
        'צ' | 'ץ' => "tz",
        'ר' => "r",
        'ש' => "sh",
        '׳' | '״' => "",
        _ => return None,
    })
}
