//! Names: which values carry this name and birth date? Equality in normal form, for now.
//!
//! This is the door of the fuzzy engine: what is filed and what is asked stay the same when
//! candidates come from neighbourhoods of names instead of one key.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::quality::FixedState;

use crate::domain::Date;

use super::Multimap;

/// A name in normal form and a full birth date, hashed together.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameKey(u64);

impl NameKey {
    /// The key of a folded name and a birth date; `None` when the name is empty or the date is not
    /// known to the day, since equality then says nothing.
    pub fn new(folded: &[u8], birth_date: Date) -> Option<Self> {
        if folded.is_empty() || !birth_date.is_full() {
            return None;
        }
        // The key is only filed under, never trusted: `matching` compares names and dates.
        let mut hasher = FixedState::with_seed(0).build_hasher();
        hasher.write(folded);
        hasher.write_u32(birth_date.packed());
        Some(Self(hasher.finish()))
    }
}

/// Name keys to the values that carry them.
pub struct Names<T>(Multimap<NameKey, T>);

impl<T: Clone + Ord> Default for Names<T> {
    fn default() -> Self {
        Self(Multimap::default())
    }
}

impl<T: Clone + Ord> Names<T> {
    /// Appends the values filed under the key that are wanted, up to `limit`; gives how many were
    /// not looked at.
    pub fn candidates(
        &self,
        key: NameKey,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
        found: &mut Vec<T>,
    ) -> usize {
        self.0.collect(&key, limit, wanted, found)
    }

    /// The map, for the one who files.
    pub fn map(&self) -> &Multimap<NameKey, T> {
        &self.0
    }
}
