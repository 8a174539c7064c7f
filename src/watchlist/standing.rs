//! Which lists stand behind a decision: readiness as data.

use crate::domain::{ListId, ListVersion, Timestamp};
use crate::index::fuzzy::Position;

/// A list that the configuration demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The list.
    pub list: ListId,
    /// What to do with events while it is missing or stale.
    pub stance: Stance,
    /// The fewest entries with which it counts as there.
    pub entries_min: u64,
}

/// What to do with events while a required list is missing or stale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// Hold them: they stay in their topics until the list is there.
    Hold,
    /// Pass them, marked "not screened against" the list.
    Pass,
}

/// How a list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// The topic has not been read to the end offsets taken at start.
    Loading,
    /// Read to the end, and the list has too few entries; or it had, and what came since is not
    /// known to be the whole of it.
    Missing,
    /// Read to the end, and kept up since.
    Ready,
    /// Was ready; the topic has not been read to its end for longer than allowed.
    Stale,
}

impl State {
    /// Every state, in order.
    pub const ALL: [Self; 4] = [Self::Loading, Self::Missing, Self::Ready, Self::Stale];

    /// The state's name in metrics and in the readiness document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Loading => "loading",
            Self::Missing => "missing",
            Self::Ready => "ready",
            Self::Stale => "stale",
        }
    }
}

/// One list, as readiness shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListState {
    /// What decisions carry.
    pub version: ListVersion,
    /// How it stands.
    pub state: State,
    /// Demanded by the configuration.
    pub stance: Option<Stance>,
    /// Entries whose validity has ended.
    pub lapsed: u64,
    /// When its newest change was written.
    pub changed_at: Option<Timestamp>,
}

/// How all lists stand at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Each list, by name.
    pub lists: Vec<ListState>,
    /// Whether the topic has been read to the end offsets taken at start.
    pub loaded: bool,
    /// Records read so far while loading.
    pub records_read: u64,
    /// Records to read while loading, as far as offsets tell.
    pub records_known: u64,
    /// When the topic was last known to be read to its end.
    pub current_at: Option<Timestamp>,
    /// Whether there is nothing to screen against, and no requirement that says what then.
    pub(super) blind: bool,
    /// Which snapshot of the names is searched, and how many changes since; `None` where names are
    /// not searched by likeness. Of this instance alone: what a decision rests on are the lists'
    /// versions.
    pub names: Option<Position>,
}

impl Standing {
    pub(super) fn loading(requirements: &[Requirement]) -> Self {
        let lists = requirements.iter().map(|requirement| ListState {
            version: ListVersion {
                list: requirement.list.clone(),
                offset: 0,
                entries: 0,
                checksum: 0,
            },
            state: State::Loading,
            stance: Some(requirement.stance),
            lapsed: 0,
            changed_at: None,
        });
        Self {
            lists: lists.collect(),
            loaded: false,
            records_read: 0,
            records_known: 0,
            current_at: None,
            blind: requirements.is_empty(),
            names: None,
        }
    }

    /// Whether events must wait: nothing is screened before the lists are loaded, nor while a list
    /// with stance [`Stance::Hold`] is not ready, nor against no entry at all, unless the
    /// configuration has said of each list what it wants.
    pub fn holds(&self) -> bool {
        !self.loaded
            || self.is_blind()
            || self.unready().any(|list| list.stance == Some(Stance::Hold))
    }

    /// Whether there is nothing to screen against, and no requirement that says what then: no entry
    /// at all, or the first ones of a publication that is under way.
    pub fn is_blind(&self) -> bool {
        self.blind
    }

    /// Whether there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.lists.iter().all(|list| list.version.entries == 0)
    }

    /// Required lists that are not ready and are passed over.
    pub fn not_screened(&self) -> Vec<ListId> {
        self.unready()
            .filter(|list| list.stance == Some(Stance::Pass))
            .map(|list| list.version.list.clone())
            .collect()
    }

    /// The versions of the lists that a decision made now is looked up in: also of those that are
    /// incomplete or stale, whose entries are met all the same.
    pub fn versions(&self) -> Vec<ListVersion> {
        self.lists
            .iter()
            .filter(|list| list.state != State::Loading)
            .map(|list| list.version.clone())
            .collect()
    }

    /// Whether every required list is ready.
    pub fn ready(&self) -> bool {
        self.loaded && !self.is_blind() && self.unready().next().is_none()
    }

    /// This standing as it looks at `now`: stale where the reader has not been at the topic's end
    /// for `stale_after_micros`. The reader may be the very thing that hangs, so whoever relies on
    /// a standing asks this itself.
    pub fn at(&self, now: Timestamp, stale_after_micros: i64) -> Option<Self> {
        let current = self.current_at?;
        if now.micros_since(current) <= stale_after_micros {
            return None;
        }
        let mut stale = self.clone();
        for list in &mut stale.lists {
            if list.state == State::Ready {
                list.state = State::Stale;
            }
        }
        Some(stale)
    }

    fn unready(&self) -> impl Iterator<Item = &ListState> {
        self.lists.iter().filter(|list| list.stance.is_some() && list.state != State::Ready)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{at, loaded, put, with_document};
    use super::super::{Lists, Progress};
    use super::*;

    fn required(list: &str, stance: Stance, entries_min: u64) -> Requirement {
        Requirement { list: ListId::parse(list).unwrap(), stance, entries_min }
    }

    /// The standing of lists with `entries` entries on `wanted`.
    fn standing(requirements: Vec<Requirement>, entries: i64, progress: Progress) -> Standing {
        let (lists, mut writer) = Lists::new(requirements);
        for number in 0..entries {
            writer.apply(put(with_document(&format!("wanted/{number}"), "AAA111"), number));
        }
        writer.publish(progress, at(0));
        (*lists.standing()).clone()
    }

    fn names(lists: &[ListId]) -> Vec<&str> {
        lists.iter().map(ListId::as_str).collect()
    }

    #[test]
    fn nothing_is_screened_before_the_lists_are_loaded_whatever_the_stance() {
        for stance in [Stance::Hold, Stance::Pass] {
            let requirements = vec![required("wanted", stance, 1)];
            let (lists, _writer) = Lists::new(requirements.clone());
            assert!(lists.standing().holds());
            let loading = standing(requirements, 5, Progress::default());
            assert!(loading.holds() && !loading.ready());
            assert_eq!(loading.lists[0].state, State::Loading);
        }
    }

    #[test]
    fn no_entry_at_all_holds_unless_a_requirement_says_what_then() {
        let empty = standing(Vec::new(), 0, loaded(at(0)));
        assert!(empty.is_blind() && empty.holds() && !empty.ready());
        let one = standing(Vec::new(), 1, loaded(at(0)));
        assert!(!one.is_blind() && !one.holds() && one.ready());
        let passed = standing(vec![required("wanted", Stance::Pass, 1)], 0, loaded(at(0)));
        assert!(!passed.is_blind() && !passed.holds() && !passed.ready());
        assert_eq!(names(&passed.not_screened()), ["wanted"]);
    }

    #[test]
    fn a_missing_list_holds_or_is_passed_over_as_its_stance_says() {
        let held = standing(vec![required("wanted", Stance::Hold, 3)], 2, loaded(at(0)));
        assert_eq!(held.lists[0].state, State::Missing);
        assert!(held.holds() && held.not_screened().is_empty());
        let passed = standing(vec![required("wanted", Stance::Pass, 3)], 2, loaded(at(0)));
        assert!(!passed.holds() && !passed.ready());
        assert_eq!(names(&passed.not_screened()), ["wanted"]);
        // Its two entries are met all the same, and the alert says by which version of the list.
        assert_eq!(passed.versions().len(), 1);
        let enough = standing(vec![required("wanted", Stance::Hold, 3)], 3, loaded(at(0)));
        assert!(!enough.holds() && enough.ready());
        assert_eq!(enough.versions().len(), 1);
    }

    #[test]
    fn a_required_list_that_nobody_wrote_is_shown_beside_the_others() {
        let both = standing(vec![required("sanctions", Stance::Hold, 1)], 1, loaded(at(0)));
        let states: Vec<_> =
            both.lists.iter().map(|list| (list.version.list.as_str(), list.state)).collect();
        assert_eq!(states, [("sanctions", State::Missing), ("wanted", State::Ready)]);
        assert!(both.holds());
    }

    #[test]
    fn lists_go_stale_when_their_topic_was_not_at_its_end_for_too_long() {
        let of = |stance| standing(vec![required("wanted", stance, 1)], 1, loaded(at(0)));
        let fresh = of(Stance::Hold);
        assert!(fresh.at(at(10), 10_000_000).is_none());
        let stale = fresh.at(at(11), 10_000_000).unwrap();
        assert_eq!(stale.lists[0].state, State::Stale);
        assert!(stale.holds() && !stale.ready());
        assert_eq!(stale.versions(), fresh.versions());
        let passed = of(Stance::Pass).at(at(11), 10_000_000).unwrap();
        assert!(!passed.holds());
        assert_eq!(names(&passed.not_screened()), ["wanted"]);
    }

    #[test]
    fn a_missing_list_does_not_become_stale_and_one_never_current_has_no_age() {
        let missing = standing(vec![required("wanted", Stance::Hold, 9)], 1, loaded(at(0)));
        let later = missing.at(at(60), 1_000_000).unwrap();
        assert_eq!(later.lists[0].state, State::Missing);
        let loading = standing(Vec::new(), 1, Progress::default());
        assert!(loading.at(at(60), 1_000_000).is_none());
    }

    #[test]
    fn changes_carry_the_position_and_the_time_of_the_newest() {
        let (lists, mut writer) = Lists::new(Vec::new());
        let mut change = put(with_document("wanted/1", "AAA111"), 41);
        change.written_at = Some(at(7));
        writer.apply(change);
        writer.publish(loaded(at(9)), at(9));
        let standing = lists.standing();
        assert_eq!(standing.lists[0].version.offset, 42);
        assert_eq!(standing.lists[0].changed_at, Some(at(7)));
        assert_eq!(standing.current_at, Some(at(9)));
    }
}
