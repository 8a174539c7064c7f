//! How much must speak for a match by name: by list and action code, as the configuration has it.

use crate::domain::{Action, ListId};
use crate::names::{Bearer, Bits};

use super::score::{Mode, Setting};

/// How likely two subjects must be one to be called a match.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Threshold(f32);

impl Threshold {
    /// Of a probability above 0 and below 1.
    pub fn new(probability: f32) -> Option<Self> {
        (probability > 0.0 && probability < 1.0).then_some(Self(probability))
    }

    /// Of a mode.
    pub const fn of(mode: Mode) -> Self {
        Self(mode.threshold())
    }

    /// The probability.
    pub const fn probability(self) -> f32 {
        self.0
    }
}

/// A threshold for some entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Those of this list; of any where there is none.
    pub list: Option<ListId>,
    /// Those that ask for this; for anything where there is none.
    pub action: Option<Action>,
    /// How likely a match must be.
    pub threshold: Threshold,
}

/// Thresholds: the first rule that is about an entry counts, and the general one where none is.
#[derive(Clone, Debug, PartialEq)]
pub struct Naming {
    /// For entries that no rule is about.
    pub general: Threshold,
    /// The others.
    pub rules: Vec<Rule>,
}

impl Default for Naming {
    fn default() -> Self {
        Self { general: Threshold::of(Mode::default()), rules: Vec::new() }
    }
}

impl Naming {
    /// The threshold for entries of a list that ask for an action.
    pub fn of(&self, list: &ListId, action: Action) -> Threshold {
        let applies = |rule: &&Rule| {
            rule.list.as_ref().is_none_or(|of| of == list)
                && rule.action.is_none_or(|of| of == action)
        };
        self.rules.iter().find(applies).map_or(self.general, |rule| rule.threshold)
    }

    /// The least of all.
    pub fn least(&self) -> Threshold {
        let all = self.rules.iter().map(|rule| rule.threshold);
        all.fold(self.general, |least, other| if other < least { other } else { least })
    }
}

/// A list is never taken for shorter than this. Travellers are many: somebody of the same family name
/// who was born on the same day, a twin now and then, turns up for every few thousand entries, and is
/// nearly always another. Of their scores nearly all lie below what a list of four million needs.
pub const SUBJECTS_MIN: usize = 1 << 22;

/// Of organisations and vessels a list is never taken for shorter than this: of the names of a few
/// hundred firms, as of a few thousand, the world has many that are nearly the same. There are no twins
/// and no relations; figures of alerts were taken on lists about as long as this.
pub const THINGS_MIN: usize = 1 << 13;

/// Thresholds in bits, for lists of so many who may be persons, and of so many that may be none.
pub(super) struct Bar {
    naming: Naming,
    listed: (usize, usize),
    /// How scores are read.
    pub(super) setting: Setting,
}

impl Bar {
    pub(super) fn new(naming: Naming) -> Self {
        let listed = (SUBJECTS_MIN, THINGS_MIN);
        Self { naming, listed, setting: setting(listed) }
    }

    /// Sets it for lists of so many who may be persons, and of so many that may be none.
    pub(super) fn set(&mut self, (persons, things): (usize, usize)) {
        let listed = (persons.max(SUBJECTS_MIN), things.max(THINGS_MIN));
        if listed != self.listed {
            self.listed = listed;
            self.setting = setting(listed);
        }
    }

    /// The least score of such a subject that is of interest.
    pub(super) fn least(&self, bearer: Bearer) -> Bits {
        self.setting.bits_at(self.naming.least().probability(), bearer)
    }

    /// What an entry must reach, when such a subject is asked about.
    pub(super) fn of(&self, (list, action): (&ListId, Action), bearer: Bearer) -> Bits {
        self.setting.bits_at(self.naming.of(list, action).probability(), bearer)
    }
}

fn setting((subjects, things): (usize, usize)) -> Setting {
    Setting::of_list(subjects, Mode::default()).with_things(things)
}

impl Default for Bar {
    fn default() -> Self {
        Self::new(Naming::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_is_about_an_entry_counts() {
        let list = |name: &str| ListId::parse(name).unwrap();
        let rule = |of: Option<&str>, action, probability| Rule {
            list: of.map(list),
            action,
            threshold: Threshold::new(probability).unwrap(),
        };
        let naming = Naming {
            rules: vec![
                rule(Some("wanted"), Some(Action::Arrest), 0.1),
                rule(None, Some(Action::Arrest), 0.3),
                rule(Some("wanted"), None, 0.9),
            ],
            ..Naming::default()
        };
        let of = |name: &str, action| naming.of(&list(name), action).probability();
        assert_eq!(of("wanted", Action::Arrest), 0.1);
        assert_eq!(of("missing", Action::Arrest), 0.3);
        assert_eq!(of("wanted", Action::Question), 0.9);
        assert_eq!(of("missing", Action::Question), Mode::Balanced.threshold());
        assert_eq!(naming.least().probability(), 0.1);
    }

    #[test]
    fn longer_lists_ask_for_more() {
        let of = |bar: &Bar| (bar.least(Bearer::Person), bar.least(Bearer::Vessel));
        let mut bar = Bar::default();
        bar.set((1_000, 10));
        let short = of(&bar);
        assert_eq!(of(&Bar::default()), short);
        bar.set((50_000_000, 10));
        assert!(of(&bar).0 > short.0);
        assert_eq!(of(&bar).1, short.1);
        bar.set((50_000_000, 1_000_000));
        assert!(of(&bar).1 > short.1);
    }
}
