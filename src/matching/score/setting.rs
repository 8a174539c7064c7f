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

/// How comparisons are read.
#[derive(Clone, Debug)]
pub struct Setting {
    person: Model,
    other: Model,
    prior: Bits,
    mode: Mode,
}

/// For two subjects that somebody picked for comparison: a case in two is a match, of the labelled
/// pairs that the weights were fitted on, at this much evidence.
const PAIRS: Bits = Bits::whole(1);

/// For a subject against a list: the evidence that a list of one subject would need, of the rate of
/// alerts on clean persons that lists of thousands were seen to raise.
const LIST_OF_ONE: Bits = Bits::sixteenths(168);

impl Setting {
    /// For two subjects that somebody picked for comparison.
    pub const fn of_pairs(mode: Mode) -> Self {
        Self::with_prior(PAIRS, mode)
    }

    /// For a subject against a list of so many subjects, of whom one at most is the right one.
    pub fn of_list(subjects: usize, mode: Mode) -> Self {
        let spread = Bits::from_f32((subjects.max(1) as f32).log2());
        Self::with_prior(LIST_OF_ONE - spread, mode)
    }

    /// For any other question: the logarithm of the odds before anything is compared.
    pub const fn with_prior(prior: Bits, mode: Mode) -> Self {
        let (person, other) = (Model::of(Bearer::Person), Model::of(Bearer::Organisation));
        Self { person, other, prior, mode }
    }

    /// The weights for two names.
    pub fn model(&self, one: &Prepared, other: &Prepared) -> &Model {
        if super::of_persons(one, other) { &self.person } else { &self.other }
    }

    /// How likely two subjects are one, of whom so much speaks.
    pub fn probability(&self, bits: Bits) -> f32 {
        let odds = (bits + self.prior).to_f32();
        1.0 / (1.0 + (-odds).exp2())
    }

    /// The evidence at which the mode calls a match.
    pub fn threshold_bits(&self) -> Bits {
        self.bits_at(self.mode.threshold())
    }

    /// The evidence at which two subjects are one with this probability.
    pub fn bits_at(&self, probability: f32) -> Bits {
        Bits::from_f32((probability / (1.0 - probability)).log2()) - self.prior
    }

    /// The mode.
    pub const fn mode(&self) -> Mode {
        self.mode
    }
}

impl Default for Setting {
    fn default() -> Self {
        Self::of_pairs(Mode::default())
    }
}
