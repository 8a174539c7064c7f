//! What the writer holds: entries by their keys, and what they have in common, once each.

use std::hash::{BuildHasher as _, Hash, Hasher};
use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::{Equivalent, HashSet, HashTable};

use crate::domain::{Entry, EntryKey, Handling, ListId};

use super::Candidate;
use super::candidate::Common;

/// Every entry on the lists, found by its key. The key is read from the entry: it is held once.
#[derive(Default)]
pub(super) struct Held {
    table: HashTable<Candidate>,
    hasher: RandomState,
}

impl Held {
    pub(super) fn len(&self) -> usize {
        self.table.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Candidate> {
        self.table.iter()
    }

    /// Takes the entry with this key out.
    pub(super) fn take(&mut self, key: &EntryKey) -> Option<Candidate> {
        let hash = hash(&self.hasher, &key.list, key.entry.as_str());
        let found = self.table.find_entry(hash, |held| held.is(key)).ok()?;
        Some(found.remove().0)
    }

    /// Takes an entry in; none with its key may be here.
    pub(super) fn insert(&mut self, candidate: Candidate) {
        let hasher = &self.hasher;
        let hash_of = |held: &Candidate| hash(hasher, held.list(), held.reference());
        self.table.insert_unique(hash_of(&candidate), candidate, hash_of);
    }

    /// Whether this very candidate is here: not replaced, not removed.
    pub(super) fn has(&self, candidate: &Candidate) -> bool {
        let hash = hash(&self.hasher, candidate.list(), candidate.reference());
        self.table.find(hash, |held| held == candidate).is_some()
    }
}

impl IntoIterator for Held {
    type Item = Candidate;
    type IntoIter = hashbrown::hash_table::IntoIter<Candidate>;

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
