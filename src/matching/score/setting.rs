//! How a comparison is read: the weights, the prior, the mode.

use crate::names::{Bearer, Bits};

use super::model::Model;
use super::prepare::Prepared;

/// How sure a comparison must be to be called a match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Rather a false alert than a missed subject.
    HighRecall,
    /// More likely a match than not.
    #[default]
    Balanced,
    /// Rather a missed subject than a false alert.
    HighPrecision,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::HighRecall, Self::Balanced, Self::HighPrecision];

    /// Its name on the command line and in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HighRecall => "high-recall",
            Self::Balanced => "balanced",
            Self::HighPrecision => "high-precision",
        }
    }

    /// The mode of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }

    /// The probability from which on a comparison is a match.
    pub const fn threshold(self) -> f32 {
        match self {
            Self::HighRecall => 0.2,
            Self::Balanced => 0.5,
            Self::HighPrecision => 0.8,
        }
    }
}

/// How comparisons are read: those of persons, and those of organisations and vessels.
#[derive(Clone, Debug)]
pub struct Setting {
    persons: Reading,
    things: Reading,
    mode: Mode,
}

/// What observations are worth, and the odds before any is made.
#[derive(Clone, Debug)]
struct Reading {
    model: Model,
    prior: Bits,
}

/// For two subjects that somebody picked for comparison: a case in two is a match, of the labelled
/// pairs that the weights were fitted on, at this much evidence.
const PAIRS: Bits = Bits::whole(1);

/// For a subject against a list: the evidence that a list of one subject would need, of the rate of
/// alerts on clean persons that lists of thousands were seen to raise.
const LIST_OF_ONE: Bits = Bits::sixteenths(168);

/// The same for an organisation or a vessel. Their weights were fitted against the nearest of
/// thousands, so that much of the price of a long list is in them already, and no birth date comes on
/// top: `WEIGHTS.md` tells what lists of 3,700 and 6,800 were seen to raise.
const LIST_OF_ONE_THING: Bits = Bits::sixteenths(116);

impl Setting {
    /// For two subjects that somebody picked for comparison.
    pub const fn of_pairs(mode: Mode) -> Self {
        Self::with_prior(PAIRS, mode)
    }

    /// For a subject against a list of so many subjects, of whom one at most is the right one; and of
    /// so many organisations and vessels.
    pub fn of_list(subjects: usize, mode: Mode) -> Self {
        let mut setting = Self::with_prior(before(LIST_OF_ONE, subjects), mode);
        setting.things.prior = before(LIST_OF_ONE_THING, subjects);
        setting
    }

    /// The same, where so many of the listed are no persons, or may be none: theirs alone is the list
    /// that an organisation or a vessel is compared with.
    #[must_use]
    pub fn with_things(mut self, things: usize) -> Self {
        self.things.prior = before(LIST_OF_ONE_THING, things);
        self
    }

    /// For any other question: the logarithm of the odds before anything is compared.
    pub const fn with_prior(prior: Bits, mode: Mode) -> Self {
        let persons = Reading { model: Model::of(Bearer::Person), prior };
        let things = Reading { model: Model::of(Bearer::Organisation), prior };
        Self { persons, things, mode }
    }

    const fn reading(&self, bearer: Bearer) -> &Reading {
        match bearer {
            Bearer::Person => &self.persons,
            Bearer::Organisation | Bearer::Vessel | Bearer::Unknown => &self.things,
        }
    }

    /// The weights for two names.
    pub fn model(&self, one: &Prepared, other: &Prepared) -> &Model {
        &self.reading(super::compared_as(one, other)).model
    }

    /// The logarithm of the odds before anything of such a subject is compared.
    pub const fn prior(&self, bearer: Bearer) -> Bits {
        self.reading(bearer).prior
    }

    /// The evidence at which the mode calls a match of persons.
    pub fn threshold_bits(&self) -> Bits {
        self.bits_at(self.mode.threshold(), Bearer::Person)
    }

    /// The evidence at which two subjects of this kind are one with this probability.
    pub fn bits_at(&self, probability: f32, bearer: Bearer) -> Bits {
        odds(probability) - self.prior(bearer)
    }

    /// The mode.
    pub const fn mode(&self) -> Mode {
        self.mode
    }
}

/// The odds before anything is compared, of a list of so many where this is those of a list of one. However
/// short a list is, nobody is likelier than not to be on it.
fn before(of_one: Bits, subjects: usize) -> Bits {
    (of_one - spread(subjects)).min(Bits::ZERO)
}

/// How much more must speak for one of so many.
fn spread(subjects: usize) -> Bits {
    Bits::from_f32((subjects.max(1) as f32).log2())
}

/// The logarithm of the odds of a probability.
pub fn odds(probability: f32) -> Bits {
    Bits::from_f32((probability / (1.0 - probability)).log2())
}

/// The probability of odds of this logarithm.
pub(super) fn probability(odds: Bits) -> f32 {
    1.0 / (1.0 + (-odds.to_f32()).exp2())
}

impl Default for Setting {
    fn default() -> Self {
        Self::of_pairs(Mode::default())
    }
}
