//! Latin letters: ASCII by a table, all others without their accents, look-alikes of other alphabets.

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
        'č' | 'Č' | 'ć' | 'Ć' | 'ĉ' => "ch",
        'ž' | 'Ž' | 'ż' | 'Ż' | 'ź' | 'Ź' => "zh",
        'ţ' | 'Ţ' | 'ț' | 'Ț' => "ts",
        'ě' | 'Ě' => "ie",
        _ => return None,
    })
}

/// The Latin letter that a Cyrillic or Greek one looks like.
pub(super) fn looks_like(letter: char) -> Option<char> {
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
