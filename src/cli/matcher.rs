//! The matcher as the tools use it: a list, or no list, and how much must speak for a match.

use crate::domain::Subject;
use crate::formats::Profile;
use crate::matching::score::{Model, Scored, Setting};
use crate::matching::{Ranked, Roster};
use crate::names::{Bearer, Bits};
use crate::quality::Thresholds;

/// How much must speak for a match.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Mode {
    /// Misses little, alarms more often
    HighRecall,
    /// Between the two
    Balanced,
    /// Alarms seldom, misses more
    HighPrecision,
}

/// Below this nothing is worth showing on a curve: the evidence speaks against.
pub(super) const LEAST: Bits = Bits::whole(-8);

/// A list, or none, and the weights.
pub(super) struct Matcher {
    roster: Roster,
    persons: Setting,
    others: Setting,
}

impl Matcher {
    /// With words as rare as the tables built in say.
    pub(super) fn without_list() -> Self {
        Self::of_list(&[])
    }

    /// With a list to ask, whose names also tell how rare words are.
    pub(super) fn of_list(list: &[Profile]) -> Self {
        let setting = |model| Setting { model, prior: PRIOR };
        Self {
            roster: Roster::new(list),
            persons: setting(Model::of(Bearer::Person)),
            others: setting(Model::of(Bearer::Organisation)),
        }
    }

    /// Everybody on the list for whom at least so much speaks, the likeliest first.
    pub(super) fn ask(&self, query: &Profile, least: Bits) -> Vec<Ranked> {
        self.roster.ask(query, self.setting(query), least)
    }

    /// How much speaks for two subjects being one.
    pub(super) fn compare(&self, left: &Profile, right: &Profile) -> Scored {
        self.roster.compare(left, right, self.setting(left))
    }

    fn setting(&self, query: &Profile) -> &Setting {
        if query.subject == Subject::Person { &self.persons } else { &self.others }
    }
}

/// The threshold of a mode.
pub(super) fn threshold(mode: Mode) -> Bits {
    let odds = match mode {
        Mode::HighRecall => -3,
        Mode::Balanced => 0,
        Mode::HighPrecision => 3,
    };
    Bits::whole(odds) - PRIOR
}

/// The bits that make a match so probable.
pub(super) fn bits(probability: f32) -> Bits {
    let odds = (probability / (1.0 - probability)).log2().clamp(-100.0, 100.0);
    Bits::from_f32(odds) - PRIOR
}

/// The thresholds of all modes, the default first.
pub(super) fn thresholds() -> Thresholds {
    let bits = |mode| f64::from(threshold(mode).to_f32());
    vec![
        ("balanced", bits(Mode::Balanced)),
        ("high recall", bits(Mode::HighRecall)),
        ("high precision", bits(Mode::HighPrecision)),
    ]
}

const PRIOR: Bits = Bits::ZERO;
