//! Letters of any script as they are written in Latin, one character at a time.

/// What becomes of a byte of ASCII.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ascii {
    /// A letter or digit, in lower case.
    Letter(u8),
    /// Leaves no trace, as in the machine-readable zone.
    Vanishes,
    /// Ends a word.
    Parts,
}

/// ASCII: letters are lower-cased, the apostrophe is gone, anything else parts words.
#[expect(clippy::indexing_slicing, reason = "const: an index out of range does not compile")]
const ASCII: [Ascii; 128] = {
    let mut table = [Ascii::Parts; 128];
    let mut byte = 0;
    while byte < 128 {
        let letter = byte as u8;
        if letter.is_ascii_alphanumeric() {
            table[byte] = Ascii::Letter(letter.to_ascii_lowercase());
        }
        byte += 1;
    }
    table[b'\'' as usize] = Ascii::Vanishes;
    table[b'`' as usize] = Ascii::Vanishes;
    table
};

/// What becomes of a byte of ASCII; other bytes part words.
#[inline]
pub(super) fn ascii(byte: u8) -> Ascii {
    ASCII.get(usize::from(byte)).copied().unwrap_or(Ascii::Parts)
}

/// Whether a character is an apostrophe of some alphabet, a tatweel, or no letter at all within a
/// word.
pub(super) fn vanishes(letter: char) -> bool {
    matches!(
        letter,
        '\u{2018}' | '\u{2019}' | '\u{201B}' | '\u{02B9}'..='\u{02BF}' | '\u{02C8}' | '\u{02EE}' | '\u{00B4}'
            | '\u{2032}' | '\u{0640}' | '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}'
            | '\u{202A}'..='\u{202E}'
    ) || unicode_normalization::char::is_combining_mark(letter)
}

/// A letter of any script in Latin letters; empty for a character that parts words.
pub(super) fn latin(letter: char) -> &'static str {
    match letter {
        // Azeri passports write `a` where tables say `e`.
        'ə' | 'Ə' => "a",
        letter if letter.is_alphanumeric() => any_ascii::any_ascii_char(letter),
        _ => "",
    }
}
