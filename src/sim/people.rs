//! Invented people: names, birth dates and documents that fit together, and how they are stated.

use std::collections::BTreeSet;

use compact_str::CompactString;

use super::dice::{Dice, key};
use super::numbers;
use super::stock::{Nation, STOCK, Word};
use crate::domain::Date;

/// An invented person with the document carried.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) nation: &'static Nation,
    pub(super) female: bool,
    pub(super) name: Naming,
    pub(super) birth: Date,
    /// The town of birth.
    pub(super) birthplace: &'static str,
    pub(super) document: Document,
    /// Days since the epoch: when the document expires.
    pub(super) expires: i32,
}

/// A travel document's number and the state that issued it.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) number: CompactString,
    pub(super) issuer: &'static Nation,
}

/// One or two surnames and one or two given names.
#[derive(Clone, Copy)]
pub(super) struct Naming {
    surnames: [Option<&'static Word>; 2],
    given: [Option<&'static Word>; 2],
    /// The word in which two letters are exchanged.
    slipped: Option<&'static Word>,
}

/// The fewest letters of a word that is still known with two of them exchanged.
const SLIPPED_MIN: usize = 6;

/// How a name is written; all styles of one name have one normal form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// As its bearer writes it.
    AsBorn,
    /// As a machine-readable zone has it.
    Machine,
    /// In capitals with accents.
    Capitals,
    /// In small letters, the apostrophe curled, a hyphen between two surnames.
    Careless,
    /// The whole name, given names first, in the field of the surname.
    OneField,
}

impl Naming {
    /// A name of this stock.
    pub(super) fn draw(dice: &mut Dice, nation: &Nation, female: bool) -> Option<Self> {
        let stock = STOCK.names.get(nation.stock)?;
        let given = if female { &stock.female } else { &stock.male };
        let second = dice.percent(20);
        let middle = dice.percent(30);
        let mut draw = |stock: &'static [Word], is_second: bool| {
            let first = dice.pick(stock)?;
            let second = if is_second { dice.pick(stock) } else { None };
            // Nobody is called by one name twice, nor by two forms of it.
            Some([Some(first), second.filter(|second| !first.sounds_like(second))])
        };
        Some(Self {
            surnames: draw(&stock.surnames, second)?,
            given: draw(given, middle)?,
            slipped: None,
        })
    }

    /// The same name with two letters of its longest word exchanged; `None` where it is too short.
    pub(super) fn misspelt(self) -> Option<Self> {
        let longest = self.words().max_by_key(|word| word.plain.len())?;
        let is_fit = longest.plain.len() >= SLIPPED_MIN && exchange(&longest.plain).is_some();
        is_fit.then_some(Self { slipped: Some(longest), ..self })
    }

    /// Its words, surnames first.
    pub(super) fn words(self) -> impl Iterator<Item = &'static Word> {
        self.surnames.into_iter().chain(self.given).flatten()
    }

    /// Whether both have a given name in common, or one that may be a form of the other as `Mykola` is of
    /// `Nikola`.
    pub(super) fn shares_given(self, other: Self) -> bool {
        let others = || other.given.iter().flatten();
        self.given.iter().flatten().any(|one| others().any(|other| is_form(one, other)))
    }

    /// The given names of this one with the surnames of `other`.
    pub(super) fn of_family(self, other: Self) -> Self {
        Self { surnames: other.surnames, ..self }
    }

    /// The same for every style and order.
    pub(super) fn key(self) -> u64 {
        self.words().fold(0, |sum, word| sum.wrapping_add(word.key))
    }

    /// Writes the surnames.
    pub(super) fn surname(self, style: Style, out: &mut String) {
        if style == Style::OneField {
            self.write(self.given, style, out);
            out.push(' ');
        }
        self.write(self.surnames, style, out);
    }

    /// Writes the given names.
    pub(super) fn given(self, style: Style, out: &mut String) {
        if style != Style::OneField {
            self.write(self.given, style, out);
        }
    }

    fn write(self, words: [Option<&'static Word>; 2], style: Style, out: &mut String) {
        for (place, word) in words.into_iter().flatten().enumerate() {
            if place > 0 {
                out.push(if style == Style::Careless { '-' } else { ' ' });
            }
            let from = out.len();
            style.write(word, out);
            if self.slipped.is_some_and(|slipped| slipped.key == word.key)
                && let Some(exchanged) = out.get(from..).and_then(exchange)
            {
                out.truncate(from);
                out.push_str(&exchanged);
            }
        }
    }
}

/// Whether both sound alike, or two letters after the first are in both.
fn is_form(one: &Word, other: &Word) -> bool {
    let rest = |word: &Word| word.plain.chars().skip(1).collect::<BTreeSet<char>>();
    one.sounds_like(other) || rest(one).intersection(&rest(other)).count() >= 2
}

/// The word with the first two letters exchanged, behind its second, that differ; `None` where none do.
pub(super) fn exchange(word: &str) -> Option<String> {
    let mut letters: Vec<char> = word.chars().collect();
    let fit =
        |pair: &[char]| matches!(pair, [a, b] if a != b && pair.iter().all(|c| c.is_alphabetic()));
    let at = letters.windows(2).skip(2).position(fit)? + 2;
    letters.swap(at, at + 1);
    Some(letters.into_iter().collect())
}

impl Style {
    fn write(self, word: &Word, out: &mut String) {
        match self {
            Self::AsBorn | Self::OneField => out.push_str(word.text),
            Self::Machine => out.push_str(&word.plain),
            Self::Capitals => out.extend(word.text.chars().flat_map(char::to_uppercase)),
            Self::Careless => {
                let curled = word.text.chars().map(|c| if c == '\'' { '’' } else { c });
                out.extend(curled.flat_map(char::to_lowercase));
            }
        }
    }

    /// A style: mostly the machine's, as documents are read by machine.
    pub(super) fn draw(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..60 => Self::Machine,
            60..80 => Self::AsBorn,
            80..90 => Self::Capitals,
            90..95 => Self::Careless,
            _ => Self::OneField,
        }
    }
}

impl Document {
    /// A number in the shape of this country's documents.
    pub(super) fn draw(dice: &mut Dice, issuer: &'static Nation) -> Self {
        let mut number = String::with_capacity(16);
        numbers::fill(dice, issuer.document, &mut number);
        Self { number: CompactString::from(number), issuer }
    }

    pub(super) fn key(&self) -> u64 {
        key("document", &self.number, self.issuer.code)
    }
}

impl Person {
    /// Somebody of any country, alive and aged up to ninety in 2026.
    pub(super) fn draw(dice: &mut Dice) -> Option<Self> {
        let nation = STOCK.nation(dice)?;
        let female = dice.percent(48);
        let age = if dice.percent(75) { dice.between(18, 62) } else { dice.between(1, 88) };
        let (name, birth) = (Naming::draw(dice, nation, female)?, born(dice, age)?);
        Some(Self {
            nation,
            female,
            name,
            birth,
            birthplace: nation.town(identity(name, birth)),
            document: Document::draw(dice, nation),
            expires: expiry(dice),
        })
    }

    /// A partner or a child of this person: same surnames, nationality and kind of document.
    pub(super) fn relative(&self, dice: &mut Dice, child: bool) -> Option<Self> {
        let female = if child { dice.percent(50) } else { !self.female };
        let age = if child { dice.between(1, 15) } else { dice.between(22, 60) };
        let name = Naming::draw(dice, self.nation, female)?.of_family(self.name);
        let birth = born(dice, age)?;
        Some(Self {
            nation: self.nation,
            female,
            name,
            birth,
            birthplace: self.nation.town(identity(name, birth)),
            document: Document::draw(dice, self.nation),
            expires: expiry(dice),
        })
    }

    /// Name and birth date in one key.
    pub(super) fn key(&self) -> u64 {
        identity(self.name, self.birth)
    }

    /// True for so many persons in a hundred: always for the same ones, and for others with each `of`.
    pub(super) fn is_among(&self, percent: u64, of: &str) -> bool {
        let drawn = (self.key() ^ key("among", of, "")).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (drawn >> 32) % 100 < percent
    }
}

/// Name and birth date in one key.
pub(super) fn identity(name: Naming, birth: Date) -> u64 {
    name.key() ^ u64::from(birth.packed()).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A birth date that makes somebody about this many years old at the beginning of 2026.
pub(super) fn born(dice: &mut Dice, age: u32) -> Option<Date> {
    let days = 20_454_i64 - i64::from(age) * 365 - i64::from(dice.below(365));
    Date::from_epoch_days(i32::try_from(days).ok()?)
}

/// Up to ten years after the beginning of 2026.
fn expiry(dice: &mut Dice) -> i32 {
    i32::try_from(20_600 + dice.below(3_500)).unwrap_or(20_600)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Folded, Name};

    #[test]
    fn two_letters_of_a_misspelt_name_are_exchanged_and_none_of_the_others() {
        let mut dice = Dice::new(2, 0);
        let mut misspelt = 0;
        for _ in 0..500 {
            let name = Person::draw(&mut dice).unwrap().name;
            let Some(slipped) = name.misspelt() else { continue };
            misspelt += 1;
            let write = |name: Naming| {
                let mut text = String::new();
                name.surname(Style::OneField, &mut text);
                text.chars().collect::<Vec<char>>()
            };
            let (right, wrong) = (write(name), write(slipped));
            assert_eq!(right.len(), wrong.len());
            let differ: Vec<usize> =
                (0..right.len()).filter(|at| right[*at] != wrong[*at]).collect();
            // Alias and name may be written in one text, each with the word.
            assert!(matches!(differ.len(), 2 | 4), "{right:?}");
            for pair in differ.chunks(2) {
                assert_eq!(pair[1], pair[0] + 1);
                assert_eq!((right[pair[0]], right[pair[1]]), (wrong[pair[1]], wrong[pair[0]]));
            }
        }
        assert!(misspelt > 300, "{misspelt}");
    }

    #[test]
    fn every_style_of_a_name_folds_to_one_form() {
        let mut dice = Dice::new(1, 0);
        let mut folded = Folded::default();
        for _ in 0..2_000 {
            let name = Person::draw(&mut dice).unwrap().name;
            let mut forms = Vec::new();
            for style in
                [Style::AsBorn, Style::Machine, Style::Capitals, Style::Careless, Style::OneField]
            {
                let (mut surname, mut given) = (String::new(), String::new());
                name.surname(style, &mut surname);
                name.given(style, &mut given);
                forms.push(folded.fold(Name { surname: &surname, given: &given }).to_owned());
            }
            forms.dedup();
            assert_eq!(forms.len(), 1, "{forms:?}");
        }
    }
}
