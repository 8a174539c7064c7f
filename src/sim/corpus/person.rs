//! A person: the names a list holds of them, their birth date, and as much as the list knows of it.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::culture::Culture;
use super::naming::{Naming, Part, Word};
use crate::domain::{Country, Date};
use crate::sim::dice::Dice;

/// An invented person as a list knows them, and the truth beside it.
#[derive(Clone)]
pub struct Person {
    /// The number within the corpus.
    pub number: u32,
    /// The culture of the name.
    pub culture: Culture,
    /// The names on the list, the primary one first.
    pub names: SmallVec<[Spelling; 3]>,
    /// Whether the person is a woman.
    pub female: bool,
    /// The true birth date.
    pub born: Date,
    /// The birth date as far as the list knows it: the day, the year, or nothing.
    pub listed_birth: Option<Date>,
    /// The true nationality.
    pub nationality: Country,
    /// The nationality when the list knows it.
    pub listed_nationality: Option<Country>,
    pub(super) naming: Naming,
}

/// A name as somebody wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Surname, or the whole name where its parts are not known.
    pub surname: CompactString,
    /// Given names.
    pub given: CompactString,
    /// The script of most of its letters.
    pub script: Script,
    /// What the list says about it.
    pub sort: Sort,
}

/// A script.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Script {
    /// Latin letters.
    Latin,
}

/// What a list says about a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sort {
    /// The name the entry goes by.
    Primary,
    /// Another good name.
    Alias,
    /// A name too vague to act on alone.
    Weak,
    /// The name in its own script.
    Original,
}

impl Person {
    pub(super) fn draw(dice: &mut Dice, seed: u64, culture: Culture, number: u32) -> Option<Self> {
        let female = dice.percent(30);
        let naming = Naming::draw(dice, seed, culture, female);
        let born = birth(dice)?;
        let nationality = nationality(dice, culture)?;
        let names = listed_names(dice, &naming);
        Some(Self {
            number,
            culture,
            names,
            female,
            born,
            listed_birth: match dice.below(100) {
                0..70 => Some(born),
                70..85 => Date::year(u16::try_from(born.packed() / 10_000).ok()?),
                _ => None,
            },
            nationality,
            listed_nationality: dice.percent(85).then_some(nationality),
            naming,
        })
    }

    /// The primary name.
    pub fn name(&self) -> Option<&Spelling> {
        self.names.first()
    }
}

/// The birth date of an adult in 2026, most of them younger than sixty.
pub(super) fn birth(dice: &mut Dice) -> Option<Date> {
    let age = if dice.percent(80) { dice.between(18, 60) } else { dice.between(16, 88) };
    let days = 20_454_i64 - i64::from(age) * 365 - i64::from(dice.below(365));
    let day = Date::from_epoch_days(i32::try_from(days).ok()?)?;
    // Where births were registered late, the first of January stands for "some day of that year".
    if dice.percent(3) {
        Date::day(u16::try_from(day.packed() / 10_000).ok()?, 1, 1)
    } else {
        Some(day)
    }
}

/// Nearly always a usual one of the culture.
pub(super) fn nationality(dice: &mut Dice, culture: Culture) -> Option<Country> {
    let nations = culture.traits().nations;
    let usual = nations.first().filter(|_| dice.percent(60)).or_else(|| dice.pick(nations));
    Country::parse(usual?).ok()
}

fn listed_names(dice: &mut Dice, naming: &Naming) -> SmallVec<[Spelling; 3]> {
    let mut names = SmallVec::<[Spelling; 3]>::new();
    names.push(naming.spelt(Sort::Primary, |_| true));
    if dice.percent(45) {
        // Known under fewer names than are in the passport.
        let short =
            naming.spelt(Sort::Alias, |word| matches!(word.part, Part::Given | Part::Surname));
        if !short.given.is_empty() {
            names.push(short);
        }
    }
    names.dedup_by(|a, b| a.surname == b.surname && a.given == b.given);
    names
}

impl Naming {
    /// The name with those words that are `wanted`.
    pub(super) fn spelt(&self, sort: Sort, wanted: impl Fn(&Word) -> bool) -> Spelling {
        let field = |in_surname| {
            let mut text = CompactString::default();
            let words = self.words.iter().filter(|word| word.in_surname == in_surname);
            for word in words.filter(|word| wanted(word)) {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&word.text);
            }
            text
        };
        Spelling { surname: field(true), given: field(false), script: Script::Latin, sort }
    }
}
