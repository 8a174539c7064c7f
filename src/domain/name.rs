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
    words: String,
    bounds: Vec<(usize, usize)>,
    sorted: String,
}

impl Folded {
    /// Folds a name; gives the normal form, empty when the name holds no letter and no digit.
    pub fn fold(&mut self, name: Name<'_>) -> &str {
        self.words.clear();
        self.bounds.clear();
        self.sorted.clear();
        fold_text(name.surname, &mut self.words);
        self.words.push(' ');
        fold_text(name.given, &mut self.words);
        self.sort_words();
        &self.sorted
    }

    fn sort_words(&mut self) {
        let words = self.words.as_str();
        let mut start = 0;
        for (at, byte) in words.bytes().enumerate() {
            if byte == b' ' {
                self.bounds.push((start, at));
                start = at + 1;
            }
        }
        self.bounds.push((start, words.len()));
        let word = |&(from, to): &(usize, usize)| words.get(from..to).unwrap_or_default();
        self.bounds.retain(|bounds| !word(bounds).is_empty());
        self.bounds.sort_unstable_by(|a, b| word(a).cmp(word(b)));
        for bounds in &self.bounds {
            if !self.sorted.is_empty() {
                self.sorted.push(' ');
            }
            self.sorted.push_str(word(bounds));
        }
    }
}

fn fold_text(text: &str, out: &mut String) {
    if text.is_ascii() {
        out.extend(text.chars().filter_map(fold_ascii));
        return;
    }
    for letter in text.nfkd() {
        match letter {
            'ß' | 'ẞ' => out.push_str("SS"),
            'æ' | 'Æ' => out.push_str("AE"),
            'œ' | 'Œ' => out.push_str("OE"),
            'ø' | 'Ø' => out.push('O'),
            'đ' | 'Đ' | 'ð' | 'Ð' => out.push('D'),
            'ł' | 'Ł' => out.push('L'),
            'þ' | 'Þ' => out.push_str("TH"),
            'ı' => out.push('I'),
            '\u{2018}' | '\u{2019}' | '\u{02BC}' => {}
            letter if letter.is_ascii() => out.extend(fold_ascii(letter)),
            letter if unicode_normalization::char::is_combining_mark(letter) => {}
            letter if letter.is_alphanumeric() => out.extend(letter.to_uppercase()),
            _ => out.push(' '),
        }
    }
}

/// The folded character: letters upper-cased, the apostrophe gone, anything else a space.
fn fold_ascii(letter: char) -> Option<char> {
    match letter {
        '\'' | '`' => None,
        letter if letter.is_ascii_alphanumeric() => Some(letter.to_ascii_uppercase()),
        _ => Some(' '),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(surname: &str, given: &str) -> String {
        Folded::default().fold(Name { surname, given }).to_owned()
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
