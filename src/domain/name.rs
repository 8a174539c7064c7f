//! Names as stated, and the normal form under which two spellings are the same name.

use unicode_normalization::UnicodeNormalization as _;

/// A person's or organisation's name as a document, a carrier or an officer stated it.
///
/// Personal data: has no `Debug` and no `Display`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Name<'a> {
    /// The surname (ICAO: primary identifier), or the whole name when its parts are not known.
    pub surname: &'a str,
    /// Given names (ICAO: secondary identifier); empty when there are none or they are not known.
    pub given: &'a str,
}

impl Name<'_> {
    /// The whole name in reading order.
    pub fn to_full(self) -> String {
        if self.given.is_empty() {
            self.surname.to_owned()
        } else {
            format!("{} {}", self.given, self.surname)
        }
    }
}

/// The normal form of a name, in buffers that are used again for the next one.
///
/// Two names are equal here when they consist of the same words in any order, whatever their case,
/// accents, apostrophes and hyphens. An apostrophe vanishes and a hyphen parts words, as in the
/// machine-readable zone (ICAO Doc 9303 Part 3, section 4.6).
#[derive(Default)]
pub struct Folded {
    /// The words in the order stated, side by side.
    letters: Vec<u8>,
    /// Where each word lies among them.
    words: Vec<(usize, usize)>,
    /// Where the word begins that is being read.
    start: usize,
    sorted: Vec<u8>,
}

impl Folded {
    /// Folds a name; gives the normal form in UTF-8, empty when the name holds no letter and no
    /// digit.
    pub fn fold(&mut self, name: Name<'_>) -> &[u8] {
        self.letters.clear();
        self.words.clear();
        self.start = 0;
        for text in [name.surname, name.given] {
            self.read(text);
            self.end_word();
        }
        self.sort_words();
        &self.sorted
    }

    fn read(&mut self, text: &str) {
        if text.is_ascii() {
            text.bytes().for_each(|letter| self.read_ascii(letter));
        } else {
            text.nfkd().for_each(|letter| self.read_letter(letter));
        }
    }

    fn read_letter(&mut self, letter: char) {
        match letter {
            'ß' | 'ẞ' => self.letters.extend(b"SS"),
            'æ' | 'Æ' => self.letters.extend(b"AE"),
            'œ' | 'Œ' => self.letters.extend(b"OE"),
            'ø' | 'Ø' => self.letters.push(b'O'),
            'đ' | 'Đ' | 'ð' | 'Ð' => self.letters.push(b'D'),
            'ł' | 'Ł' => self.letters.push(b'L'),
            'þ' | 'Þ' => self.letters.extend(b"TH"),
            'ı' => self.letters.push(b'I'),
            '\u{2018}' | '\u{2019}' | '\u{02BC}' => {}
            letter if unicode_normalization::char::is_combining_mark(letter) => {}
            letter => match u8::try_from(letter) {
                Ok(letter) if letter.is_ascii() => self.read_ascii(letter),
                _ if letter.is_alphanumeric() => {
                    let mut bytes = [0; 4];
                    for upper in letter.to_uppercase() {
                        self.letters.extend(upper.encode_utf8(&mut bytes).bytes());
                    }
                }
                _ => self.end_word(),
            },
        }
    }

    #[inline]
    fn read_ascii(&mut self, letter: u8) {
        match ascii(letter) {
            Ascii::Letter(letter) => self.letters.push(letter),
            Ascii::Vanishes => {}
            Ascii::Parts => self.end_word(),
        }
    }

    fn end_word(&mut self) {
        let end = self.letters.len();
        if end > self.start {
            self.words.push((self.start, end));
        }
        self.start = end;
    }

    fn sort_words(&mut self) {
        let Self { letters, words, sorted, .. } = self;
        let word = |&(from, to): &(usize, usize)| letters.get(from..to).unwrap_or_default();
        words.sort_unstable_by(|a, b| word(a).cmp(word(b)));
        sorted.clear();
        for bounds in &*words {
            if !sorted.is_empty() {
                sorted.push(b' ');
            }
            sorted.extend_from_slice(word(bounds));
        }
    }
}

/// What becomes of a byte of ASCII in a name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ascii {
    /// A letter or digit, in upper case.
    Letter(u8),
    /// Leaves no trace, as in the machine-readable zone.
    Vanishes,
    /// Ends a word.
    Parts,
}

/// What becomes of a byte of ASCII in a name; other bytes part words.
#[inline]
pub(crate) fn ascii(byte: u8) -> Ascii {
    ASCII.get(usize::from(byte)).copied().unwrap_or(Ascii::Parts)
}

/// ASCII: letters are upper-cased, the apostrophe is gone, anything else parts words.
#[expect(clippy::indexing_slicing, reason = "const: an index out of range does not compile")]
const ASCII: [Ascii; 128] = {
    let mut table = [Ascii::Parts; 128];
    let mut letter = 0;
    while letter < 128 {
        let as_byte = letter as u8;
        if as_byte.is_ascii_alphanumeric() {
            table[letter] = Ascii::Letter(as_byte.to_ascii_uppercase());
        }
        letter += 1;
    }
    table[b'\'' as usize] = Ascii::Vanishes;
    table[b'`' as usize] = Ascii::Vanishes;
    table
};

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(surname: &str, given: &str) -> String {
        String::from_utf8(Folded::default().fold(Name { surname, given }).to_vec()).unwrap()
    }

    #[track_caller]
    fn check(one: (&str, &str), other: (&str, &str)) {
        assert_eq!(folded(one.0, one.1), folded(other.0, other.1));
    }

    #[test]
    fn spellings_of_one_name_fold_together() {
        check(("O'Connor", "Siân"), ("OCONNOR", "SIAN"));
        check(("Smith-Jones", "Ann"), ("SMITH JONES", "ANN"));
        check(("García Márquez", "José"), ("Jose Garcia Marquez", ""));
        check(("Großmann", "Jörg"), ("GROSSMANN", "JORG"));
        check(("Łukasz  Żak", ""), ("zak", "lukasz"));
        check(("D’Arcy", "Zoë"), ("DARCY", "ZOE"));
    }

    #[test]
    fn different_names_stay_apart() {
        assert_ne!(folded("Smith", "Ann"), folded("Smith", "Anna"));
        assert_ne!(folded("Иванов", "Иван"), folded("Ivanov", "Ivan"));
    }

    #[test]
    fn a_name_without_letters_folds_to_nothing() {
        assert_eq!(folded(" -- ", "'"), "");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(surname in "\\PC{0,40}", given in "\\PC{0,40}") {
            let once = folded(&surname, &given);
            prop_assert_eq!(folded(&once, ""), once);
        }
    }
}
