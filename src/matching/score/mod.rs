//! Two subjects → the evidence that they are one, in bits, and its explanation.
//!
//! In: subjects whose names were made ready ([`Prepared`]). Out: [`Scored`]; on demand an
//! [`Explanation`], built from the same observations, whose bits add up to the score.
//!
//! # How two names are compared
//!
//! 1. [`align()`] finds which words belong together: each pair of words that
//!    [`liken`](crate::names::liken) holds to be alike, then the set of pairs that is worth most, then
//!    joined words against split ones where words were left over.
//! 2. [`observe()`] says what that means, one observation after the other: pairs by their kind and
//!    rarity, words that stand against one another by their role, words that one side has more, and
//!    how much of the names agrees. Each observation is a [`Feature`] with a weight.
//! 3. The weighted sum is evidence in bits. Of all names of both subjects the best pair counts.
//! 4. Birth date, nationality, sex, place of birth and identifiers add their own bits. A birth date
//!    adds less between names that relatives have: twins share both.
//!
//! # What the bits mean
//!
//! Bits are the base-2 logarithm of a likelihood ratio; their sum has no limit, so matches can be
//! ranked. Words that are alike are worth less than equal ones, so that the name itself comes first.
//! With the [prior](Setting) for the question asked — two subjects picked for comparison, or one
//! subject against a list of many — they become a probability. A [`Mode`] is a threshold on it.
//!
//! Invariants: the same two subjects score the same, always; scoring allocates nothing for names of
//! ordinary length. Absent on purpose: which subjects to compare (`index`), whom to tell.

mod align;
mod evidence;
mod explain;
mod model;
mod observe;
mod pair;
mod place;
mod prepare;
mod setting;
#[cfg(test)]
mod order;
#[cfg(test)]
mod tests;
mod whole;

use crate::domain::{Country, Date, Identifier, Name, Sex};
use crate::names::{Bearer, Bits};

pub use align::{Alignment, Pair, Span, align};
pub use evidence::{BornRelation, NationalityRelation, SexRelation, born, nationality};
pub use explain::{Explanation, Line, Reason};
pub use model::{FEATURES, Feature, Model};
pub use observe::{Item, Sink, observe};
pub use place::{Birthplace, PlaceRelation, places};
pub use prepare::{Prepared, Role, Weighed};
pub use setting::{Mode, Setting, odds};

use evidence::Beside;

/// One side of a comparison: a traveller as stated, or a subject as listed.
///
/// Personal data: has no `Debug`.
#[derive(Clone, Copy, Default)]
pub struct Subject<'a> {
    /// All its names, made ready.
    pub names: &'a [Prepared],
    /// The same names as written, for explanations; may be left out.
    pub written: &'a [Name<'a>],
    /// Dates of birth.
    pub born: &'a [Date],
    /// Nationalities.
    pub nationalities: &'a [Country],
    /// Sex.
    pub sex: Option<Sex>,
    /// Places of birth, made ready.
    pub birth_places: &'a [Birthplace],
    /// Exact identifiers.
    pub identifiers: &'a [Identifier],
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The evidence.
    pub bits: Bits,
    /// The logarithm of the odds that the two are one: the evidence, and the prior of the setting for
    /// such subjects. It compares persons with organisations, whose evidence is on scales of their own.
    pub odds: Bits,
    /// How likely the two are one, with the prior of the setting.
    pub probability: f32,
    /// Which of the names met: on the stated side and on the listed.
    pub names: (usize, usize),
}

/// How much speaks for two subjects being one: their best pair of names, and what stands beside it.
pub fn score(stated: &Subject<'_>, listed: &Subject<'_>, setting: &Setting) -> Scored {
    let beside = Beside::of(stated, listed);
    let (names, bits) = best_names(stated, listed, setting, &beside);
    let bits = bits + beside.bits();
    let odds = bits + setting.prior(of_subjects(stated, listed));
    Scored { bits, odds, probability: setting::probability(odds), names }
}

/// As what two subjects are compared: all names of one have the same bearer.
fn of_subjects(stated: &Subject<'_>, listed: &Subject<'_>) -> Bearer {
    match (stated.names.first(), listed.names.first()) {
        (Some(one), Some(other)) => compared_as(one, other),
        (Some(one), None) | (None, Some(one)) => compared_as(one, one),
        (None, None) => Bearer::Person,
    }
}

/// Why two subjects score as they do.
pub fn explain(stated: &Subject<'_>, listed: &Subject<'_>, setting: &Setting) -> Explanation {
    let beside = Beside::of(stated, listed);
    let ((at, to), _) = best_names(stated, listed, setting, &beside);
    let (Some(one), Some(other)) = (stated.names.get(at), listed.names.get(to)) else {
        return Explanation::of_nothing(&beside);
    };
    let one = explain::Side { name: one, written: stated.written.get(at).copied() };
    let other = explain::Side { name: other, written: listed.written.get(to).copied() };
    explain::explain(one, other, setting.model(one.name, other.name), &beside)
}

/// What a weak alias is worth less.
const WEAK: Bits = Bits::sixteenths(-32);

/// The names of two subjects that say most for their being one, and what they say.
fn best_names(
    stated: &Subject<'_>,
    listed: &Subject<'_>,
    setting: &Setting,
    beside: &Beside<'_>,
) -> ((usize, usize), Bits) {
    let mut best: Option<((usize, usize), Bits)> = None;
    for (at, one) in stated.names.iter().enumerate() {
        for (to, other) in listed.names.iter().enumerate() {
            let weak = if other.weak { WEAK } else { Bits::ZERO };
            let (bits, related) = compare(one, other, setting.model(one, other));
            let bits = bits + weak + beside.among_relatives(related);
            if best.is_none_or(|(_, most)| bits > most) {
                best = Some(((at, to), bits));
            }
        }
    }
    best.unwrap_or(((0, 0), Bits::ZERO))
}

/// What two names say.
pub fn name_bits(one: &Prepared, other: &Prepared, model: &Model) -> Bits {
    compare(one, other, model).0
}

/// What two names say, and whether they are such as relatives have.
fn compare(one: &Prepared, other: &Prepared, model: &Model) -> (Bits, bool) {
    let alignment = align(one, other, model);
    let mut sum = observe::Sum { model, bits: Bits::ZERO };
    let related = observe(one, other, &alignment, &mut sum);
    (sum.bits, related)
}

/// As what two names are compared: as those of persons, where one surely is and the other as far as
/// its list says; else as those of organisations.
fn compared_as(one: &Prepared, other: &Prepared) -> Bearer {
    let person = |name: &Prepared| name.bearer == Bearer::Person;
    let may_be = |name: &Prepared| person(name) || name.bearer == Bearer::Unknown;
    if person(one) && may_be(other) || may_be(one) && person(other) {
        Bearer::Person
    } else {
        Bearer::Organisation
    }
}
