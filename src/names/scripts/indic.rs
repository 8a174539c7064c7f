//! Scripts of India: nine that share one layout of letters, a consonant carrying an `a` that another
//! vowel or a stop takes away.

use super::{Latin, plain};

const VIRAMA: u32 = 0x4D;

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], into: &mut Latin) {
    for (at, letter) in letters.iter().enumerate() {
        let code = *letter as u32;
        if !(0x0900..0x0D80).contains(&code) {
            plain(*letter, into);
            continue;
        }
        let offset = code & 0x7F;
        let Some(latin) = of_layout(offset) else {
            plain(*letter, into);
            continue;
        };
        into.extend_from_slice(latin.as_bytes());
        let is_consonant = matches!(offset, 0x15..=0x39 | 0x58..=0x5F);
        let next = letters.get(at + 1).map(|next| *next as u32 & 0x7F);
        // The `a` at the end of a word is not heard.
        if is_consonant && !matches!(next, None | Some(0x3C | 0x3E..=VIRAMA)) {
            into.push(b'a');
        }
    }
}

/// The letter at a place of the layout that ISCII gave to all of them.
fn of_layout(offset: u32) -> Option<&'static str> {
    Some(match offset {
        0x01 | 0x02 => "n",
        0x03 => "h",
        0x05 | 0x06 | 0x3E => "a",
        0x07 | 0x08 | 0x3F | 0x40 => "i",
        0x09 | 0x0A | 0x41 | 0x42 => "u",
        0x0B | 0x43 | 0x44 => "ri",
        0x0E | 0x0F | 0x0D | 0x45..=0x47 => "e",
        0x10 | 0x48 => "ai",
        0x11..=0x13 | 0x49..=0x4B => "o",
        0x14 | 0x4C => "au",
        0x15 => "k",
        0x16 => "kh",
        0x17 | 0x5A => "g",
        0x18 => "gh",
        0x19 => "n",
        0x1A => "ch",
        0x1B => "chh",
        0x1C => "j",
        0x1D => "jh",
        0x1E => "n",
        0x1F | 0x24 => "t",
        0x20 | 0x25 => "th",
        0x21 | 0x26 => "d",
        0x22 | 0x27 => "dh",
        0x23 | 0x28 | 0x29 => "n",
        0x2A => "p",
        0x2B => "ph",
        0x2C => "b",
        0x2D => "bh",
        0x2E => "m",
        0x2F | 0x5F => "y",
        0x30 | 0x31 | 0x5C => "r",
        0x32..=0x34 => "l",
        0x35 => "v",
        0x36 | 0x37 => "sh",
        0x38 => "s",
        0x39 => "h",
        0x58 => "q",
        0x59 => "kh",
        0x5B => "z",
        0x5D => "rh",
        0x5E => "f",
        0x3C | VIRAMA => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vowels_that_are_not_written_are_heard() {
        for (text, expected) in [
            ("नरेन्द्र", "narendr"),
            ("मोदी", "modi"),
            ("रजनीकांत", "rajanikant"),
            ("রহমান", "rahaman"),
            ("ગાંધી", "gandhi"),
            ("குமார்", "kumar"),
        ] {
            let mut into = Latin::new();
            romanise(&text.chars().collect::<Vec<_>>(), &mut into);
            assert_eq!(String::from_utf8(into.to_vec()).unwrap(), expected, "{text}");
        }
    }
}
