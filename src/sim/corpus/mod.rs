//! Invented people of many cultures for measuring how well names are matched, and what they are
//! called when they come to the border.
//!
//! In: a seed, shares of cultures. Out: listed persons, each made anew from its number; labelled
//! queries, each saying whom it must find and what was done to the name; travellers who are on no
//! list.
//! Invariants: the same seed gives the same bytes on every machine. What is done to a name follows
//! how names are really written (keyboards, transliteration standards, the passport's machine-readable
//! zone) and knows nothing of how they are matched, so that it can judge the code that matches.
//! Absent on purpose: I/O, clocks, real persons. Every likeness is chance.

mod alter;
mod culture;
mod latin;
mod letters;
mod naming;
mod person;
mod stock;

pub use alter::{DateKind, Kind, Label, Query};
pub use culture::{Culture, Mix};
pub use person::{Person, Script, Sort, Spelling};

use super::dice::Dice;

/// A list of invented persons, none of them stored.
#[derive(Clone)]
pub struct Corpus {
    seed: u64,
    listed: Mix,
}

/// Streams of chance of their own, so that one more draw for a name shifts no query.
const PERSON: u64 = 1 << 56;
const CASE: u64 = 2 << 56;

impl Corpus {
    /// The list of this seed, of the cultures that watchlists hold.
    pub fn new(seed: u64) -> Self {
        Self::of(seed, Mix::listed())
    }

    /// The list of this seed, of cultures in these shares.
    pub fn of(seed: u64, listed: Mix) -> Self {
        Self { seed, listed }
    }

    /// The listed person of this number.
    pub fn person(&self, number: u32) -> Option<Person> {
        let mut dice = Dice::new(self.seed, PERSON | u64::from(number));
        let culture = self.listed.draw(&mut dice)?;
        Person::draw(&mut dice, self.seed, culture, number)
    }

    /// The first so many listed persons, made one by one.
    pub fn persons(&self, count: u32) -> impl Iterator<Item = Person> + '_ {
        (0..count).filter_map(|number| self.person(number))
    }

    /// How this person comes to the border with the name altered in this way; `None` when the name
    /// cannot be (nothing to drop, no accent to lose, too short to be cut).
    pub fn query(&self, person: &Person, kind: Kind) -> Option<Query> {
        let number = u64::from(person.number) << 8 | kind as u64;
        Query::draw(&mut Dice::new(self.seed, CASE | number), person, kind)
    }

    /// Labelled queries of one kind, `count` of them as long as there are persons below `listed` whose
    /// names can be altered so.
    pub fn queries(&self, kind: Kind, listed: u32, count: usize) -> impl Iterator<Item = Query> {
        // Any odd step goes through all numbers below a power of two once.
        let turn = listed.next_power_of_two();
        let step = 0x9e37_79b1 ^ (kind as u32) << 1;
        let numbers = (0..turn).map(move |at| at.wrapping_mul(step) & (turn - 1));
        numbers
            .filter(move |number| *number < listed)
            .filter_map(move |number| self.query(&self.person(number)?, kind))
            .take(count)
    }
}

#[cfg(test)]
mod tests;
