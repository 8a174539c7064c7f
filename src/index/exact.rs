//! Exact identifiers: which values carry this document number, plate or container?

use crate::domain::{Identifier, Key};

use super::Multimap;

/// Identifier keys to the values that carry them.
pub struct Exact<T>(Multimap<Key, T>);

impl<T: Clone + Ord> Default for Exact<T> {
    fn default() -> Self {
        Self(Multimap::default())
    }
}

impl<T: Clone + Ord> Exact<T> {
    /// Appends the values filed under the identifier's key that are wanted, up to `limit`; gives how
    /// many were not looked at.
    pub fn candidates(
        &self,
        identifier: &Identifier,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
        found: &mut Vec<T>,
    ) -> usize {
        self.0.collect(&identifier.key(), limit, wanted, found)
    }

    /// The map, for the one who files.
    pub fn map(&self) -> &Multimap<Key, T> {
        &self.0
    }
}
