//! What the writer holds: entries by their keys, and what they have in common, once each.

use std::hash::{BuildHasher as _, Hash, Hasher};
use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::{Equivalent, HashSet, HashTable};

use crate::domain::{Entry, EntryKey, Handling, ListId};

use super::Candidate;
use super::candidate::Common;
use super::places::Place;

/// An entry, and the place of its names, where they are filed.
pub(super) struct Filed {
    pub(super) entry: Candidate,
    /// [`NOWHERE`] where they are not.
    place: Place,
}

/// No place.
const NOWHERE: Place = Place::MAX;

impl Filed {
    pub(super) fn new(entry: Candidate, place: Option<Place>) -> Self {
        Self { entry, place: place.unwrap_or(NOWHERE) }
    }

    /// Where its names are filed.
    pub(super) fn place(&self) -> Option<Place> {
        Some(self.place).filter(|place| *place != NOWHERE)
    }
}

/// Every entry on the lists, found by its key. The key is read from the entry: it is held once.
#[derive(Default)]
pub(super) struct Held {
    table: HashTable<Filed>,
    hasher: RandomState,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.table.iter().map(|filed| &filed.entry)
    }

    /// Gives each entry the place that `settle` says.
    pub(super) fn settle(&mut self, mut settle: impl FnMut(&Candidate) -> Option<Place>) {
        for filed in &mut self.table {
            filed.place = settle(&filed.entry).unwrap_or(NOWHERE);
        }
    }

    /// Takes the entry with this key out.
    pub(super) fn take(&mut self, key: &EntryKey) -> Option<Filed> {
        let hash = hash(&self.hasher, &key.list, key.entry.as_str());
        let found = self.table.find_entry(hash, |held| held.entry.is(key)).ok()?;
        Some(found.remove().0)
    }

    /// Takes an entry in; none with its key may be here.
    pub(super) fn insert(&mut self, filed: Filed) {
        let hasher = &self.hasher;
        let hash_of = |held: &Filed| hash(hasher, held.entry.list(), held.entry.reference());
        self.table.insert_unique(hash_of(&filed), filed, hash_of);
    }

    /// Whether this very candidate is here: not replaced, not removed.
    pub(super) fn has(&self, candidate: &Candidate) -> bool {
        let hash = hash(&self.hasher, candidate.list(), candidate.reference());
        self.table.find(hash, |held| held.entry == *candidate).is_some()
    }
}

impl IntoIterator for Held {
    type Item = Filed;
    type IntoIter = hashbrown::hash_table::IntoIter<Filed>;

    fn into_iter(self) -> Self::IntoIter {
        self.table.into_iter()
    }
}

fn hash(hasher: &RandomState, list: &ListId, reference: &str) -> u64 {
    hasher.hash_one((list.as_str(), reference))
}

/// What entries have in common: a million entries of one list and one owner hold it once.
pub(super) struct Commons {
    known: HashSet<Arc<Common>, RandomState>,
    /// With so many, unused ones are looked for.
    count_max: usize,
}

/// Below this many it is not worth looking for unused ones.
const COUNT_MIN: usize = 1_024;

impl Default for Commons {
    fn default() -> Self {
        Self { known: HashSet::default(), count_max: COUNT_MIN }
    }
}

impl Commons {
    /// What this entry has in common with others, shared with them.
    pub(super) fn of(&mut self, entry: &Entry) -> Arc<Common> {
        if let Some(known) = self.known.get(&Wanted(&entry.key.list, &entry.handling)) {
            return Arc::clone(known);
        }
        let (list, handling) = (entry.key.list.clone(), Arc::clone(&entry.handling));
        let common = Arc::new(Common { list, handling });
        self.known.insert(Arc::clone(&common));
        common
    }

    /// Lets go of what no entry has any more, each time the number has doubled.
    pub(super) fn forget_unused(&mut self) {
        if self.known.len() >= self.count_max {
            self.known.retain(|common| Arc::strong_count(common) > 1);
            self.count_max = (self.known.len() * 2).max(COUNT_MIN);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.known.len()
    }
}

/// A [`Common`] that is looked for, before there is one.
struct Wanted<'a>(&'a ListId, &'a Arc<Handling>);

impl Hash for Wanted<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // As the derived one of `Common`: part by part.
        self.0.hash(state);
        self.1.hash(state);
    }
}

impl Equivalent<Arc<Common>> for Wanted<'_> {
    fn equivalent(&self, common: &Arc<Common>) -> bool {
        common.list == *self.0 && common.handling == *self.1
    }
}
