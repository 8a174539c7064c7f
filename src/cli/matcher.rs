//! The matcher as the tools use it: a list, or two subjects that somebody picked.

use std::sync::Arc;

use crate::domain::Subject;
use crate::formats::Profile;
use crate::matching::score::{self, Explanation, Mode, Scored, Setting};
use crate::matching::{Finder, Ranked, Roster, SUBJECTS_MIN, THINGS_MIN};
use crate::names::{Bearer, Bits};
use crate::quality::Thresholds;

/// Below this nothing is worth showing on a curve: the evidence of a person speaks against.
const LEAST: Bits = Bits::whole(-8);

/// The fewest subjects of a list that the index is asked about. A shorter one is gone through in a
/// millisecond or two; and the shorter a list, the less must speak for a match: in the end one word,
/// while the index of persons looks for two.
pub(super) const INDEXED_MIN: usize = 1_000;

/// A list, or none, and how comparisons are read.
pub(super) struct Matcher {
    roster: Roster,
    /// Says who is worth comparing; without it everybody is compared.
    finder: Option<Finder>,
    places: Vec<usize>,
    setting: Setting,
}

impl Matcher {
    /// For pairs; words are as rare as the tables built in say, and the names of a list, if any.
    pub(super) fn of_pairs(list: &[Profile], mode: Mode) -> Self {
        Self::new(list, Setting::of_pairs(mode))
    }

    /// For a list, whose names also tell how rare words are.
    pub(super) fn of_list(list: &[Profile], mode: Mode) -> Self {
        Self::of_length(list, counted(list), mode)
    }

    /// As `portcullis run` judges: on a list as long as it takes each for at least.
    pub(super) fn of_stream(list: &[Profile], mode: Mode) -> Self {
        let (persons, things) = counted(list);
        Self::of_length(list, (persons.max(SUBJECTS_MIN), things.max(THINGS_MIN)), mode)
    }

    fn of_length(list: &[Profile], (persons, things): (usize, usize), mode: Mode) -> Self {
        Self::new(list, Setting::of_list(persons, mode).with_things(things))
    }

    fn new(list: &[Profile], setting: Setting) -> Self {
        Self { roster: Roster::new(list), finder: None, places: Vec::new(), setting }
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

    /// Everybody on the list whose odds are at least these, the likeliest first.
    pub(super) fn everybody(&self, query: &Profile, least: Bits) -> Vec<Ranked> {
        self.roster.ask(query, &self.setting, least)
    }

    /// The same of those whom the index finds, where there is one; and whether it left some out.
    pub(super) fn ask(&mut self, query: &Profile, least: Bits) -> (Vec<Ranked>, bool) {
        let Self { roster, finder, places, setting, .. } = self;
        let Some(finder) = finder else { return (self.everybody(query, least), false) };
        let is_cut = finder.candidates(query, (setting, least), places);
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

    /// The odds at which its mode calls a match.
    pub(super) fn threshold(&self) -> Bits {
        score::odds(self.setting.mode().threshold())
    }

    /// The odds below which nothing is worth showing on a curve.
    pub(super) fn least(&self) -> Bits {
        LEAST + self.setting.prior(Bearer::Person)
    }

    /// What is judged of a comparison: the evidence of persons, and what stands for as much of others,
    /// so that one threshold serves all. The probability has fewer steps at its ends.
    pub(super) fn judged(&self, scored: &Scored) -> f64 {
        f64::from((scored.odds - self.setting.prior(Bearer::Person)).to_f32())
    }

    /// The logarithm of the odds that it states where [`Self::judged`] is 0.
    pub(super) fn prior(&self) -> f64 {
        f64::from(self.setting.prior(Bearer::Person).to_f32())
    }

    /// The thresholds of all modes, the one chosen first.
    pub(super) fn thresholds(&self) -> Thresholds {
        let (mut modes, chosen) = (Mode::ALL, self.setting.mode());
        modes.sort_by_key(|mode| *mode != chosen);
        let bits = |mode: Mode| self.setting.bits_at(mode.threshold(), Bearer::Person);
        modes.into_iter().map(|mode| (mode.name(), f64::from(bits(mode).to_f32()))).collect()
    }
}

/// How many of a list may be persons, and how many organisations or vessels: each is compared with its
/// like. Those whose list leaves it open are both.
fn counted(list: &[Profile]) -> (usize, usize) {
    let count = |of: &[Subject]| list.iter().filter(|one| of.contains(&one.subject)).count();
    let persons = count(&[Subject::Person, Subject::Other]);
    (persons, count(&[Subject::Organisation, Subject::Vessel, Subject::Other]))
}

/// The odds of a probability, which may be certain.
pub(super) fn odds(probability: f32) -> Bits {
    score::odds(probability).clamp(Bits::whole(-100), Bits::whole(100))
}

/// A mode by its name.
pub(super) fn mode(text: &str) -> Result<Mode, String> {
    Mode::parse(text).ok_or_else(|| {
        let names = Mode::ALL.map(Mode::name);
        format!("the modes are {}", names.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::{Format, Profiles};

    #[test]
    fn persons_are_counted_for_persons_and_firms_and_ships_for_these() {
        let rows = ["Person", "Person", "Company", "Vessel", "LegalEntity"]
            .map(|schema| format!("{{\"name\": \"Sample\", \"schema\": \"{schema}\"}}\n"));
        let read = Profiles::read(Format::JsonLines, rows.concat().as_bytes()).profiles;
        let list: Vec<Profile> = read.into_iter().map(|(profile, _)| profile).collect();
        // What may be a person is one of each.
        assert_eq!(counted(&list), (3, 3));
        let setting = &Matcher::of_list(&list, Mode::Balanced).setting;
        // However short a list is, it is no likelier than not that somebody is on it.
        assert_eq!(
            (setting.prior(Bearer::Person), setting.prior(Bearer::Vessel)),
            Default::default()
        );
        let longer: Vec<Profile> =
            list.iter().chain((0..200).flat_map(|_| &list[2..4])).cloned().collect();
        let other = &Matcher::of_list(&longer, Mode::Balanced).setting;
        assert_eq!(setting.prior(Bearer::Person), other.prior(Bearer::Person));
        assert!(setting.prior(Bearer::Vessel) > other.prior(Bearer::Vessel));
    }
}
