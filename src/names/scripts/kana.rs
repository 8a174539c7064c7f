//! Japanese syllables, in the Hepburn romanisation of Japanese passports: long vowels are short.

use super::{Latin, plain};

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], into: &mut Latin) {
    let mut doubled = false;
    for letter in letters {
        let letter = to_hiragana(*letter);
        let before = into.len();
        match letter {
            'っ' => {
                doubled = true;
                continue;
            }
            'ー' => continue,
            'ゃ' | 'ゅ' | 'ょ' => glide(letter, into),
            'ぁ' | 'ぃ' | 'ぅ' | 'ぇ' | 'ぉ' => small_vowel(letter, into),
            'し' => into.extend_from_slice(b"shi"),
            'ち' => into.extend_from_slice(b"chi"),
            'つ' => into.extend_from_slice(b"tsu"),
            'じ' | 'ぢ' => into.extend_from_slice(b"ji"),
            'づ' | 'ず' => into.extend_from_slice(b"zu"),
            'ふ' => into.extend_from_slice(b"fu"),
            'ゔ' => into.extend_from_slice(b"vu"),
            'を' => into.push(b'o'),
            'ん' => into.push(b'n'),
            letter => plain(letter, into),
        }
        if std::mem::take(&mut doubled)
            && let Some(consonant) = into.get(before).copied().filter(|at| !is_vowel(*at))
        {
            into.insert(before, consonant);
        }
    }
    shorten(into);
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u')
}

fn to_hiragana(letter: char) -> char {
    match letter as u32 {
        code @ 0x30A1..=0x30F6 => char::from_u32(code - 0x60).unwrap_or(letter),
        _ => letter,
    }
}

/// `ki` and a small `ya` are `kya`; `shi` and one are `sha`.
fn glide(letter: char, into: &mut Latin) {
    let vowel = match letter {
        'ゃ' => b'a',
        'ゅ' => b'u',
        _ => b'o',
    };
    if into.last() == Some(&b'i') {
        into.pop();
        if !matches!(into.as_slice(), [.., b's' | b'c', b'h'] | [.., b'j']) {
            into.push(b'y');
        }
    }
    into.push(vowel);
}

/// `fu` and a small `a` are `fa`.
fn small_vowel(letter: char, into: &mut Latin) {
    if into.last().is_some_and(|last| is_vowel(*last)) && into.len() > 1 {
        into.pop();
    }
    into.push(match letter {
        'ぁ' => b'a',
        'ぃ' => b'i',
        'ぅ' => b'u',
        'ぇ' => b'e',
        _ => b'o',
    });
}

/// `ou`, `oo` and `uu` are one vowel.
fn shorten(into: &mut Latin) {
    let mut last = 0;
    into.retain(|letter| {
        let long = matches!((last, *letter), (b'o', b'u' | b'o') | (b'u', b'u'));
        if !long {
            last = *letter;
        }
        !long
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_japanese_passports_have_them() {
        for (text, expected) in [
            ("ゆうき", "yuki"),
            ("タロウ", "taro"),
            ("しょうじ", "shoji"),
            ("きょうこ", "kyoko"),
            ("ハットリ", "hattori"),
            ("ジュン", "jun"),
            ("サルワロフ", "saruwarofu"),
            ("デヴォレ", "devore"),
        ] {
            let mut into = Latin::new();
            romanise(&text.chars().collect::<Vec<_>>(), &mut into);
            assert_eq!(String::from_utf8(into.to_vec()).unwrap(), expected, "{text}");
        }
    }
}
