//! Invented people of many cultures for measuring how well names are matched, and what they are
//! called when they come to the border.
//!
//! In: a seed, shares of cultures. Out: listed persons, organisations and vessels, each made anew from
//! its number; labelled queries, each saying whom it must find and what was done to the name;
//! travellers who are on no list.
//! Invariants: the same seed gives the same bytes on every machine. What is done to a name follows
//! how names are really written (keyboards, transliteration standards, the passport's machine-readable
//! zone) and knows nothing of how they are matched, so that it can judge the code that matches.
//! Absent on purpose: I/O, clocks, real persons. Every likeness is chance.

mod alter;
mod coined;
mod crowd;
mod culture;
mod devanagari;
mod fields;
mod latin;
mod letters;
mod naming;
mod near;
mod organisation;
mod person;
mod rules;
mod spelling;
mod stock;
mod thing;
mod tongue;
mod trade;
mod variants;
mod vessel;

pub use alter::{DateKind, Kind, Label, Query};
pub(super) use coined::coin;
pub use crowd::{Crowd, Traveller};
pub use culture::{Culture, Mix};
pub use fields::Slip;
pub use near::Near;
pub use organisation::Organisation;
pub use person::Person;
pub use spelling::{Script, Sort, Spelling};
pub use thing::{Change, Statement, ThingLabel};
pub use vessel::Vessel;

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
const CROWD: u64 = 3 << 56;
const ORGANISATION: u64 = 4 << 56;
const VESSEL: u64 = 5 << 56;
const THING: u64 = 6 << 56;
const NEAR: u64 = 8 << 56;
/// The rare surnames of firms.
const FIRMS: u64 = 7 << 56;

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
        let number = u64::from(person.number) << 8 | u64::from(kind.number());
        Query::draw(&mut Dice::new(self.seed, CASE | number), person, kind)
    }

    /// Labelled queries of one kind, `count` of them as long as there are persons below `listed` whose
    /// names can be altered so.
    pub fn queries(&self, kind: Kind, listed: u32, count: usize) -> impl Iterator<Item = Query> {
        let numbers = scattered(listed, kind.number());
        numbers.filter_map(move |number| self.query(&self.person(number)?, kind)).take(count)
    }

    /// Somebody who resembles this person and is another; `None` when no such was found.
    pub fn near(&self, person: &Person, near: Near) -> Option<Traveller> {
        let number = u64::from(person.number) << 8 | near as u64;
        Traveller::near(&mut Dice::new(self.seed, NEAR | number), person, near)
    }

    /// The listed organisation of this number.
    pub fn organisation(&self, number: u32) -> Option<Organisation> {
        let mut dice = Dice::new(self.seed, ORGANISATION | u64::from(number));
        Organisation::draw(&mut dice, self.seed, number)
    }

    /// How a declaration or a manifest states this organisation, its name changed in this way; `None`
    /// when it cannot be.
    pub fn state_organisation(&self, firm: &Organisation, change: Change) -> Option<Statement> {
        firm.state(&mut self.chance(firm.number, change), change)
    }

    /// Labelled statements of organisations, as [`Self::queries`].
    pub fn statements_of_organisations(
        &self,
        change: Change,
        listed: u32,
        count: usize,
    ) -> impl Iterator<Item = Statement> {
        let state = move |number| self.state_organisation(&self.organisation(number)?, change);
        scattered(listed, change.number()).filter_map(state).take(count)
    }

    /// The listed vessel of this number.
    pub fn vessel(&self, number: u32) -> Option<Vessel> {
        Vessel::draw(&mut Dice::new(self.seed, VESSEL | u64::from(number)), number)
    }

    /// How a port call states this vessel, its name changed in this way; `None` when it cannot be.
    pub fn state_vessel(&self, vessel: &Vessel, change: Change) -> Option<Statement> {
        vessel.state(&mut self.chance(vessel.number, change), change)
    }

    /// Labelled statements of vessels, as [`Self::queries`].
    pub fn statements_of_vessels(
        &self,
        change: Change,
        listed: u32,
        count: usize,
    ) -> impl Iterator<Item = Statement> {
        let state = move |number| self.state_vessel(&self.vessel(number)?, change);
        scattered(listed, change.number()).filter_map(state).take(count)
    }

    fn chance(&self, number: u32, change: Change) -> Dice {
        Dice::new(self.seed, THING | (u64::from(number) << 8) | u64::from(change.number()))
    }
}

/// All numbers below `listed` once, one after the other far apart.
fn scattered(listed: u32, turn: u32) -> impl Iterator<Item = u32> {
    // Any odd step goes through all numbers below a power of two once.
    let all = listed.next_power_of_two();
    let step = 0x9e37_79b1 ^ (turn << 1);
    let numbers = (0..all).map(move |at| at.wrapping_mul(step) & (all - 1));
    numbers.filter(move |number| *number < listed)
}

#[cfg(test)]
mod tests;
