//! Invented people: names, birth dates and documents that fit together, and how they are stated.

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
}

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
        Some(Self {
            surnames: [
                dice.pick(&stock.surnames),
                if second { dice.pick(&stock.surnames) } else { None },
            ],
            given: [dice.pick(given), if middle { dice.pick(given) } else { None }],
        })
    }

    /// The given names of this one with the surnames of `other`.
    pub(super) fn of_family(self, other: Self) -> Self {
        Self { surnames: other.surnames, ..self }
    }

    /// The same for every style and order.
    pub(super) fn key(self) -> u64 {
        let words = self.surnames.iter().chain(&self.given).flatten();
        words.fold(0, |sum, word| sum.wrapping_add(word.key))
    }

    /// Writes the surnames.
    pub(super) fn surname(self, style: Style, out: &mut String) {
        if style == Style::OneField {
            write(self.given, style, out);
            out.push(' ');
        }
        write(self.surnames, style, out);
    }

    /// Writes the given names.
    pub(super) fn given(self, style: Style, out: &mut String) {
        if style != Style::OneField {
            write(self.given, style, out);
        }
    }
}

fn write(words: [Option<&'static Word>; 2], style: Style, out: &mut String) {
    for (place, word) in words.into_iter().flatten().enumerate() {
        if place > 0 {
            out.push(if style == Style::Careless { '-' } else { ' ' });
        }
        match style {
            Style::AsBorn | Style::OneField => out.push_str(word.text),
            Style::Machine => out.push_str(&word.plain),
            Style::Capitals => out.extend(word.text.chars().flat_map(char::to_uppercase)),
            Style::Careless => {
                let curled = word.text.chars().map(|c| if c == '\'' { '’' } else { c });
                out.extend(curled.flat_map(char::to_lowercase));
            }
        }
    }
}

impl Style {
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
        Some(Self {
            nation,
            female,
            name: Naming::draw(dice, nation, female)?,
            birth: born(dice, age)?,
            document: Document::draw(dice, nation),
            expires: expiry(dice),
        })
    }

    /// A partner or a child of this person: same surnames, nationality and kind of document.
    pub(super) fn relative(&self, dice: &mut Dice, child: bool) -> Option<Self> {
        let female = if child { dice.percent(50) } else { !self.female };
        let age = if child { dice.between(1, 15) } else { dice.between(22, 60) };
        Some(Self {
            nation: self.nation,
            female,
            name: Naming::draw(dice, self.nation, female)?.of_family(self.name),
            birth: born(dice, age)?,
            document: Document::draw(dice, self.nation),
            expires: expiry(dice),
        })
    }

    /// Name and birth date in one key.
    pub(super) fn key(&self) -> u64 {
        identity(self.name, self.birth)
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
