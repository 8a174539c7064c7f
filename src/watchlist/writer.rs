//! The one writer of the lists: applies changes in order, keeps tallies, publishes the standing.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use crate::domain::{
    Entry, EntryKey, Folded, Handling, ListId, ListVersion, ListedName, Name, Timestamp,
};
use crate::index::NameKey;

use super::expiry::Expiry;
use super::{Candidate, ListState, Listed, Lists, Requirement, Standing, State};

/// One record of the list topic.
pub struct Change {
    /// The entry's identity, from the record's key.
    pub key: EntryKey,
    /// The entry; `None` removes it.
    pub entry: Option<Entry>,
    /// The record's offset: the version of the entry.
    pub offset: i64,
    /// Position of the whole topic after this record.
    pub position: i64,
    /// Digest of the record's key and value.
    pub digest: u64,
    /// When the record was written.
    pub written_at: Option<Timestamp>,
}

/// How far the topic has been read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    /// Whether the end offsets taken at start have been reached.
    pub loaded: bool,
    /// Records read while loading.
    pub records_read: u64,
    /// Records to read while loading.
    pub records_known: u64,
    /// When the topic was last known to be read to its end.
    pub current_at: Option<Timestamp>,
}

/// The one who changes the lists.
pub struct Writer {
    lists: Arc<Lists>,
    requirements: Vec<Requirement>,
    entries: HashSet<ByKey>,
    handlings: HashSet<Arc<Handling>>,
    handlings_max: usize,
    tallies: BTreeMap<ListId, Tally>,
    expiry: Expiry,
    lapsed_until: Timestamp,
    folded: Folded,
}

/// Below this many handlings it is not worth looking for unused ones.
const HANDLINGS_MIN: usize = 1_024;

#[derive(Clone, Copy, Default)]
struct Tally {
    entries: u64,
    lapsed: u64,
    checksum: u64,
    position: i64,
    changed_at: Option<Timestamp>,
}

impl Writer {
    pub(super) fn new(lists: Arc<Lists>, requirements: Vec<Requirement>) -> Self {
        Self {
            lists,
            requirements,
            entries: HashSet::new(),
            handlings: HashSet::new(),
            handlings_max: HANDLINGS_MIN,
            tallies: BTreeMap::new(),
            expiry: Expiry::default(),
            lapsed_until: Timestamp::MIN,
            folded: Folded::default(),
        }
    }

    /// Applies one change: from here on every look-up sees it.
    pub fn apply(&mut self, change: Change) {
        let old = self.entries.take(&change.key).map(|held| held.0);
        let new = change.entry.map(|entry| self.listed(entry, change.offset, change.digest));
        if let Some(new) = &new {
            self.file(new, old.as_ref());
        }
        if let Some(old) = &old {
            self.unfile(old);
        }
        let tally = self.tallies.entry(change.key.list).or_default();
        tally.position = change.position;
        tally.changed_at = change.written_at.or(tally.changed_at);
        if let Some(old) = &old {
            tally.entries -= 1;
            tally.lapsed -= u64::from(lapsed(old, self.lapsed_until));
            tally.checksum = tally.checksum.wrapping_sub(old.digest);
        }
        if let Some(new) = new {
            tally.entries += 1;
            tally.checksum = tally.checksum.wrapping_add(new.digest);
            match lapsed(&new, self.lapsed_until) {
                true => tally.lapsed += 1,
                false => self.expiry.watch(&new),
            }
            self.entries.insert(ByKey(new));
        }
    }

    /// Publishes how the lists stand at `now`; readers see it at once.
    pub fn publish(&mut self, progress: Progress, now: Timestamp) {
        self.lapse(now);
        self.forget_handlings();
        let mut names: Vec<&ListId> = self.tallies.keys().collect();
        names.extend(self.requirements.iter().map(|requirement| &requirement.list));
        names.sort_unstable();
        names.dedup();
        let lists = names.into_iter().map(|list| self.state(list, progress.loaded)).collect();
        self.lists.standing.store(Arc::new(Standing {
            lists,
            loaded: progress.loaded,
            records_read: progress.records_read,
            records_known: progress.records_known,
            current_at: progress.current_at,
        }));
    }

    /// Every entry held, in no order.
    pub fn entries(&self) -> impl Iterator<Item = &Listed> {
        self.entries.iter().map(|held| &*held.0)
    }

    fn state(&self, list: &ListId, loaded: bool) -> ListState {
        let tally = self.tallies.get(list).copied().unwrap_or_default();
        let requirement = self.requirements.iter().find(|required| required.list == *list);
        let entries_min = requirement.map_or(0, |required| required.entries_min);
        let state = if !loaded {
            State::Loading
        } else if tally.entries < entries_min {
            State::Missing
        } else {
            State::Ready
        };
        ListState {
            version: ListVersion {
                list: list.clone(),
                offset: tally.position,
                entries: tally.entries,
                checksum: tally.checksum,
            },
            state,
            stance: requirement.map(|required| required.stance),
            lapsed: tally.lapsed,
            changed_at: tally.changed_at,
        }
    }

    /// Shares the handling with the entries that have the same: a million entries of one owner hold
    /// one handling.
    fn listed(&mut self, mut entry: Entry, version: i64, digest: u64) -> Candidate {
        match self.handlings.get(&entry.handling) {
            Some(shared) => entry.handling = Arc::clone(shared),
            None => {
                self.handlings.insert(Arc::clone(&entry.handling));
            }
        }
        Candidate(Arc::new(Listed { entry, version, digest }))
    }

    fn file(&mut self, new: &Candidate, old: Option<&Candidate>) {
        for identifier in &new.entry.identifiers {
            let map = self.lists.exact.map();
            match old {
                Some(old) => map.replace(identifier.key(), old, new.clone()),
                None => map.insert(identifier.key(), new.clone()),
            }
        }
        let lists = Arc::clone(&self.lists);
        self.name_keys(&new.entry, |key| match old {
            Some(old) => lists.names.map().replace(key, old, new.clone()),
            None => lists.names.map().insert(key, new.clone()),
        });
    }

    /// Takes the old entry from the keys that the new one does not have. Where both have the key,
    /// `file` has put the new in the place of the old, and this finds nothing to take.
    fn unfile(&mut self, old: &Candidate) {
        for identifier in &old.entry.identifiers {
            self.lists.exact.map().remove(identifier.key(), old);
        }
        let lists = Arc::clone(&self.lists);
        self.name_keys(&old.entry, |key| lists.names.map().remove(key, old));
    }

    fn name_keys(&mut self, entry: &Entry, mut each: impl FnMut(NameKey)) {
        for ListedName { surname, given } in &entry.names {
            let folded = self.folded.fold(Name { surname, given });
            for date in &entry.birth_dates {
                if let Some(key) = NameKey::new(folded, *date) {
                    each(key);
                }
            }
        }
    }

    /// Lets go of handlings that no entry has any more, each time their number has doubled.
    fn forget_handlings(&mut self) {
        if self.handlings.len() >= self.handlings_max {
            self.handlings.retain(|handling| Arc::strong_count(handling) > 1);
            self.handlings_max = (self.handlings.len() * 2).max(HANDLINGS_MIN);
        }
    }

    fn lapse(&mut self, now: Timestamp) {
        self.lapsed_until = self.lapsed_until.max(now);
        while let Some(candidate) = self.expiry.lapsed(self.lapsed_until) {
            let key = &candidate.entry.key;
            let current = self.entries.get(key).is_some_and(|held| held.0 == candidate);
            if current && let Some(tally) = self.tallies.get_mut(&key.list) {
                tally.lapsed += 1;
            }
        }
    }
}

fn lapsed(candidate: &Candidate, now: Timestamp) -> bool {
    candidate.entry.valid_to.is_some_and(|end| end <= now)
}

/// A candidate found by its entry's key, so that the key is held once.
struct ByKey(Candidate);

impl Borrow<EntryKey> for ByKey {
    fn borrow(&self) -> &EntryKey {
        &self.0.entry.key
    }
}

impl Hash for ByKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.entry.key.hash(state);
    }
}

impl PartialEq for ByKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.entry.key == other.0.entry.key
    }
}

impl Eq for ByKey {}
