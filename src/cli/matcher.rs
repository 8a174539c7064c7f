//! The matcher as the tools use it: a list, or two subjects that somebody picked.

use std::sync::Arc;

use crate::formats::Profile;
use crate::matching::score::{Explanation, Mode, Scored, Setting};
use crate::matching::{Finder, Ranked, Roster};
use crate::names::Bits;
use crate::quality::Thresholds;

/// Below this nothing is worth showing on a curve: the evidence speaks against.
pub(super) const LEAST: Bits = Bits::whole(-8);

/// The fewest subjects of a list that the index is asked about. A shorter one is gone through in a
/// millisecond or two; and the shorter a list, the less must speak for a match: in the end one word,
/// while the index looks for two.
pub(super) const INDEXED_MIN: usize = 1_000;

/// A list, or none, and how comparisons are read.
pub(super) struct Matcher {
    roster: Roster,
    /// Says who is worth comparing; without it everybody is compared.
    finder: Option<Finder>,
    places: Vec<usize>,
    listed: Option<usize>,
    mode: Mode,
    setting: Setting,
}

impl Matcher {
    /// For pairs; words are as rare as the tables built in say, and the names of a list, if any.
    pub(super) fn of_pairs(list: &[Profile], mode: Mode) -> Self {
        Self::new(list, None, mode, Setting::of_pairs(mode))
    }

    /// For a list, whose names also tell how rare words are.
    pub(super) fn of_list(list: &[Profile], mode: Mode) -> Self {
        Self::new(list, Some(list.len()), mode, Setting::of_list(list.len(), mode))
    }

    fn new(list: &[Profile], listed: Option<usize>, mode: Mode, setting: Setting) -> Self {
        let (roster, finder, places) = (Roster::new(list), None, Vec::new());
        Self { roster, finder, places, listed, mode, setting }
    }

    /// The same, with an index of the same list.
    pub(super) fn indexed(mut self, list: &[Profile]) -> Self {
        let population = Arc::clone(self.roster.population());
        self.finder = Some(Finder::new(list, population));
        self
    }

    /// Whether it has an index.
    pub(super) fn is_indexed(&self) -> bool {
        self.finder.is_some()
    }

    /// Everybody on the list for whom at least so much speaks, the likeliest first.
    pub(super) fn everybody(&self, query: &Profile, least: Bits) -> Vec<Ranked> {
        self.roster.ask(query, &self.setting, least)
    }

    /// The same of those whom the index finds, where there is one; and whether it left some out.
    pub(super) fn ask(&mut self, query: &Profile, least: Bits) -> (Vec<Ranked>, bool) {
        let Self { roster, finder, places, setting, .. } = self;
        let Some(finder) = finder else { return (self.everybody(query, least), false) };
        let is_cut = finder.candidates(query, least, places);
        (roster.ask_of(places.iter().copied(), query, setting, least), is_cut)
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
