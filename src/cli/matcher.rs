//! The matcher as the tools use it: a list, or two subjects that somebody picked.

use crate::formats::Profile;
use crate::matching::score::{Explanation, Mode, Scored, Setting};
use crate::matching::{Ranked, Roster};
use crate::names::Bits;
use crate::quality::Thresholds;

/// Below this nothing is worth showing on a curve: the evidence speaks against.
pub(super) const LEAST: Bits = Bits::whole(-8);

/// A list, or none, and how comparisons are read.
pub(super) struct Matcher {
    roster: Roster,
    listed: Option<usize>,
    mode: Mode,
    setting: Setting,
}

impl Matcher {
    /// For pairs; words are as rare as the tables built in say, and the names of a list, if any.
    pub(super) fn of_pairs(list: &[Profile], mode: Mode) -> Self {
        Self { roster: Roster::new(list), listed: None, mode, setting: Setting::of_pairs(mode) }
    }

    /// For a list, whose names also tell how rare words are.
    pub(super) fn of_list(list: &[Profile], mode: Mode) -> Self {
        let setting = Setting::of_list(list.len(), mode);
        Self { roster: Roster::new(list), listed: Some(list.len()), mode, setting }
    }

    /// Everybody on the list for whom at least so much speaks, the likeliest first.
    pub(super) fn ask(&self, query: &Profile, least: Bits) -> Vec<Ranked> {
        self.roster.ask(query, &self.setting, least)
    }

    /// How much speaks for two subjects being one.
    pub(super) fn compare(&self, left: &Profile, right: &Profile) -> Scored {
        self.roster.compare(left, right, &self.setting)
    }

    /// Why.
    pub(super) fn explain(&self, left: &Profile, right: &Profile) -> Explanation {
        self.roster.explain(left, right, &self.setting)
    }

    /// The evidence at which its mode calls a match.
    pub(super) fn threshold(&self) -> Bits {
        self.setting.threshold_bits()
    }

    /// The evidence that makes a match so probable.
    pub(super) fn bits(&self, probability: f32) -> Bits {
        // At even odds the balanced mode has its threshold.
        let even = self.in_mode(Mode::Balanced).threshold_bits();
        let odds = (probability / (1.0 - probability)).log2().clamp(-100.0, 100.0);
        Bits::from_f32(odds) + even
    }

    /// The thresholds of all modes, the one chosen first.
    pub(super) fn thresholds(&self) -> Thresholds {
        let mut modes = Mode::ALL;
        modes.sort_by_key(|mode| *mode != self.mode);
        let bits = |mode| f64::from(self.in_mode(mode).threshold_bits().to_f32());
        modes.into_iter().map(|mode| (mode.name(), bits(mode))).collect()
    }

    fn in_mode(&self, mode: Mode) -> Setting {
        self.listed.map_or_else(|| Setting::of_pairs(mode), |of| Setting::of_list(of, mode))
    }
}

/// A mode by its name.
pub(super) fn mode(text: &str) -> Result<Mode, String> {
    Mode::parse(text).ok_or_else(|| {
        let names = Mode::ALL.map(Mode::name);
        format!("the modes are {}", names.join(", "))
    })
}
