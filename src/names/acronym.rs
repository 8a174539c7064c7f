//! The initials of a firm's name as one word: `IBM` of `International Business Machines`.

use std::sync::LazyLock;

use foldhash::fast::RandomState;
use hashbrown::HashSet;
use smallvec::SmallVec;

use super::places::set;
use super::{Part, Word};

/// With fewer letters an abbreviation says nothing; with more, nobody makes one.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=8;

/// The initials of the words before the legal form, small words left out; `None` where they are too
/// few or too many, or a number stands among them.
pub(super) fn acronym(words: &[Word]) -> Option<Word> {
    let mut letters: SmallVec<[u8; 8]> = SmallVec::new();
    let from = words.iter().position(|word| word.part != Part::LegalForm).unwrap_or_default();
    let own = words.iter().skip(from).take_while(|word| word.part != Part::LegalForm);
    for word in own {
        match word.part {
            Part::Number => return None,
            Part::Particle | Part::Honorific | Part::Prefix | Part::LegalForm => {}
            Part::Stop if is_function_word(word.text()) => {}
            Part::Surname | Part::Given | Part::Any | Part::Initial | Part::Stop => {
                letters.extend(word.text().first().copied());
            }
        }
    }
    LETTERS.contains(&letters.len()).then(|| Word::of_initials(&letters))
}

/// Words of grammar in the names of organisations.
pub fn is_function_word(text: &[u8]) -> bool {
    FUNCTION_WORDS.contains(text)
}

static FUNCTION_WORDS: LazyLock<HashSet<&[u8], RandomState>> = LazyLock::new(|| set(WORDS));

const WORDS: &str = " a al and as at by da das de dei del della der des di die do du e el en et for fur \
    i in la las le les los mit na of on para per por pour the to und v van von with y za ";

#[cfg(test)]
mod tests {
    use crate::domain::Name;
    use crate::names::{Analysed, Analyser, Bearer};

    fn of(name: &str, bearer: Bearer) -> Option<String> {
        let mut made = Analysed::default();
        Analyser::default().analyse(Name { surname: name, given: "" }, bearer, &mut made);
        made.acronym().map(|word| String::from_utf8(word.text().to_vec()).unwrap())
    }

    #[test]
    fn a_firm_of_three_to_eight_words_has_one() {
        for (name, expected) in [
            ("International Business Machines Corp.", Some("ibm")),
            ("Islamic Republic of Iran Shipping Lines", Some("irisl")),
            ("OOO Samplograd Voda Energo", Some("sve")),
            ("Bank of Samplonia Ltd", None),
            ("Samplo Trading LLC", None),
            ("Third Samplo Motor Works", None),
            ("One Two Samplo Motor Works of Very Many More Long Words", None),
        ] {
            assert_eq!(of(name, Bearer::Organisation).as_deref(), expected, "{name}");
        }
        assert_eq!(of("Queen of Northern Seas Rising", Bearer::Vessel), None);
        assert_eq!(of("Anna Maria Luisa", Bearer::Person), None);
    }
}
