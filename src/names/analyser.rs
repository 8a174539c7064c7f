//! A name as written → its words.

use smallvec::SmallVec;

use crate::domain::Name;

use super::canonical::Canonical;
use super::letters::{self, Ascii};
use super::{Bearer, Part, Script, Skeleton, Word, parts};

/// The most words of a name that are kept; what follows is not compared.
pub const WORDS_MAX: usize = 32;

/// A name as its words.
///
/// Personal data: has no `Debug`.
#[derive(Clone, Default)]
pub struct Analysed {
    words: SmallVec<[Word; 8]>,
    structured: bool,
    truncated: bool,
}

impl Analysed {
    /// The words in the order stated, the surname first where parts are known.
    #[inline]
    pub fn words(&self) -> &[Word] {
        &self.words
    }

    /// The script of most of its words, the first one's where they are even.
    pub fn script(&self) -> Script {
        let count = |script| self.words.iter().filter(|word| word.script == script).count();
        let scripts = self.words.iter().map(|word| word.script).rev();
        scripts.max_by_key(|script| count(*script)).unwrap_or(Script::Latin)
    }

    /// Whether surname and given names are told apart.
    pub fn is_structured(&self) -> bool {
        self.structured
    }

    /// Whether the name fills its machine-readable field, so that its end may be missing.
    pub fn is_truncated(&self) -> bool {
        self.truncated
    }

    fn clear(&mut self) {
        self.words.clear();
        self.structured = false;
        self.truncated = false;
    }
}

/// Makes words of names; one a thread.
#[derive(Default)]
pub struct Analyser {
    _private: (),
}

impl Analyser {
    /// Analyses a name, into words that are used again for the next one.
    pub fn analyse(&mut self, name: Name<'_>, bearer: Bearer, into: &mut Analysed) {
        into.clear();
        let comma = if name.given.is_empty() && bearer != Bearer::Organisation {
            name.surname.find(',').unwrap_or(usize::MAX)
        } else {
            usize::MAX
        };
        into.structured = !name.given.is_empty() || comma != usize::MAX;
        read(name.surname, false, into);
        read(name.given, true, into);
        for word in &mut into.words {
            word.part = match (into.structured, word.is_of_given()) {
                _ if word.text().iter().all(u8::is_ascii_digit) => Part::Number,
                _ if bearer == Bearer::Person && parts::is_particle(word.text()) => Part::Particle,
                _ if word.text().len() == 1 => Part::Initial,
                (false, _) => Part::Any,
                (true, true) => Part::Given,
                (true, false) if word.end_at() > comma => Part::Given,
                (true, false) => Part::Surname,
            };
            let canonical = Canonical::of(word.text());
            word.set_canonical(canonical.letters());
            word.skeleton = Skeleton::of(word.text());
        }
    }
}

fn read(field: &str, of_given: bool, into: &mut Analysed) {
    let mut word = Word::starting(0, of_given);
    for (at, letter) in field.char_indices() {
        if at >= usize::from(u16::MAX) {
            break;
        }
        let known = match u8::try_from(letter) {
            Ok(byte) if byte.is_ascii() => letters::ascii(byte),
            _ if letters::vanishes(letter) => Ascii::Vanishes,
            _ => {
                let latin = letters::latin(letter);
                for byte in latin.bytes() {
                    if let Ascii::Letter(byte) = letters::ascii(byte) {
                        if word.text().is_empty() {
                            word = Word::starting(at, of_given);
                        }
                        word.push(byte);
                    }
                }
                if latin.is_empty() { Ascii::Parts } else { Ascii::Vanishes }
            }
        };
        match known {
            Ascii::Letter(byte) => {
                if word.text().is_empty() {
                    word = Word::starting(at, of_given);
                }
                word.push(byte);
            }
            Ascii::Vanishes => {}
            Ascii::Parts => end(&mut word, at, into),
        }
    }
    end(&mut word, field.len(), into);
}

fn end(word: &mut Word, at: usize, into: &mut Analysed) {
    if !word.text().is_empty() && into.words.len() < WORDS_MAX {
        word.end(at);
        into.words.push(*word);
    }
    *word = Word::starting(at, word.is_of_given());
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn analysed(surname: &str, given: &str, bearer: Bearer) -> Analysed {
        let mut into = Analysed::default();
        Analyser::default().analyse(Name { surname, given }, bearer, &mut into);
        into
    }

    fn texts(surname: &str, given: &str) -> String {
        let made = analysed(surname, given, Bearer::Person);
        let words: Vec<&str> =
            made.words().iter().map(|word| std::str::from_utf8(word.text()).unwrap()).collect();
        words.join(" ")
    }

    #[test]
    fn latin_words_lose_case_accents_and_apostrophes() {
        assert_eq!(texts("O'Connor", "Siân Mary-Ann"), "oconnor sian mary ann");
        assert_eq!(texts("Großmann", "Jörg"), "grossmann jorg");
        assert_eq!(texts("D’Arcy", "Zoë"), "darcy zoe");
        assert_eq!(texts("e\u{301}va", ""), "eva");
    }

    #[test]
    fn a_comma_parts_surname_and_given_names() {
        let made = analysed("BIN LADIN, Usama", "", Bearer::Person);
        let parts: Vec<Part> = made.words().iter().map(|word| word.part()).collect();
        assert_eq!(parts, [Part::Particle, Part::Surname, Part::Given]);
        assert!(made.is_structured());
    }

    proptest! {
        #[test]
        fn any_text_gives_words_that_stand_where_they_say(
            surname in "\\PC{0,60}",
            given in "\\PC{0,60}",
        ) {
            let name = Name { surname: &surname, given: &given };
            for bearer in [Bearer::Person, Bearer::Organisation, Bearer::Vessel, Bearer::Unknown] {
                let mut made = Analysed::default();
                Analyser::default().analyse(name, bearer, &mut made);
                for word in made.words() {
                    prop_assert!(!word.text().is_empty());
                    prop_assert!(word.text().iter().all(|at| at.is_ascii_lowercase() || at.is_ascii_digit()));
                    prop_assert!(!word.written(name).is_empty());
                }
            }
        }
    }
}
