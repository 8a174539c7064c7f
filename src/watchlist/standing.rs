//! Which lists stand behind a decision: readiness as data.

use crate::domain::{ListId, ListVersion, Timestamp};

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
    /// Read to the end, and the list has too few entries.
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

    /// Whether there is no entry at all, and no requirement that says what then.
    pub fn is_blind(&self) -> bool {
        self.lists.iter().all(|list| list.version.entries == 0 && list.stance.is_none())
    }

    /// Required lists that are not ready and are passed over.
    pub fn not_screened(&self) -> Vec<ListId> {
        self.unready()
            .filter(|list| list.stance == Some(Stance::Pass))
            .map(|list| list.version.list.clone())
            .collect()
    }

    /// The versions that a decision made now carries.
    pub fn versions(&self) -> Vec<ListVersion> {
        self.lists
            .iter()
            .filter(|list| list.state == State::Ready)
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
