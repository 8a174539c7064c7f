//! What each word of the vocabulary is worth beside the words of one query, at one look.
//!
//! Bounds ask for the words of many names, and most of them stand beside none of the query. So the
//! kin of all its words lie in one small table, which stays in the nearest cache, by the number of the
//! word; what had to be worked out for a word is kept there as well, since names that share two
//! words often share more.

use super::key::mix;
use super::terms::Term;

/// Slots of the table: a power of two, thrice the most kin that a query has.
const SLOTS: usize = 2_048;
/// So many are filled at most, so that a search for a word that is not there is short.
const FILLED_MAX: usize = SLOTS / 2;

/// A word of the vocabulary, which word of the query it meets, and what that is worth in eighths of a
/// bit; and the query that said so.
#[derive(Clone, Copy)]
struct Slot(u64);

impl Slot {
    const fn new(query: u16, term: Term, word: u8, eighths: u8) -> Self {
        Self((query as u64) << 48 | (term as u64) << 16 | (word as u64) << 8 | eighths as u64)
    }

    const fn query(self) -> u16 {
        (self.0 >> 48) as u16
    }

    const fn term(self) -> Term {
        (self.0 >> 16) as u32
    }

    const fn word(self) -> u8 {
        (self.0 >> 8) as u8
    }

    const fn eighths(self) -> u8 {
        self.0 as u8
    }
}

/// What words meet, for one query.
pub(super) struct Meeting {
    slots: Box<[Slot; SLOTS]>,
    query: u16,
    filled: usize,
}

impl Default for Meeting {
    fn default() -> Self {
        Self { slots: Box::new([Slot(0); SLOTS]), query: 1, filled: 0 }
    }
}

impl Meeting {
    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.filled = 0;
        self.query = self.query.wrapping_add(1);
        if self.query == 0 {
            self.slots.fill(Slot(0));
            self.query = 1;
        }
    }

    /// Notes that a word of the query meets a word of the vocabulary, and what for; 0 for nothing.
    /// Without room it is not noted.
    #[inline]
    pub(super) fn note(&mut self, term: Term, word: usize, eighths: u8) {
        if self.filled >= FILLED_MAX {
            return;
        }
        let (query, from) = (self.query, home(term));
        let (before, behind) = self.slots.split_at_mut(from);
        if let Some(slot) = behind.iter_mut().chain(before).find(|slot| slot.query() != query) {
            *slot = Slot::new(query, term, word as u8, eighths);
            self.filled += 1;
        }
    }

    /// The words of the query that meet this one, and what for in eighths of a bit.
    #[inline]
    pub(super) fn of(&self, term: Term) -> impl Iterator<Item = (usize, u8)> + '_ {
        let (before, behind) = self.slots.split_at(home(term));
        let filled = behind.iter().chain(before).take_while(|slot| slot.query() == self.query);
        let of_term = filled.filter(move |slot| slot.term() == term);
        of_term.map(|slot| (usize::from(slot.word()), slot.eighths()))
    }
}

/// Where the search for a word begins.
#[inline]
const fn home(term: Term) -> usize {
    (mix(term as u64) >> 53) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_noted_is_found_until_it_is_forgotten(
            queries in prop::collection::vec(prop::collection::btree_set((0_u32..300, 0_usize..10, 0_u8..255), 0..600), 1..4),
        ) {
            let mut meeting = Meeting::default();
            for query in queries {
                meeting.clear();
                query.iter().for_each(|(term, word, eighths)| meeting.note(*term, *word, *eighths));
                for term in 0..300 {
                    let expected = query.iter().filter(|one| one.0 == term).map(|one| (one.1, one.2));
                    prop_assert_eq!(meeting.of(term).collect::<BTreeSet<_>>(), expected.collect());
                }
            }
        }
    }

    #[test]
    fn a_full_table_notes_no_more_and_ends_its_searches() {
        let mut meeting = Meeting::default();
        (0..10_000).for_each(|term| meeting.note(term, 1, 7));
        let found = (0..10_000).filter(|term| meeting.of(*term).next().is_some()).count();
        assert_eq!(found, FILLED_MAX);
    }

    #[test]
    fn many_queries_later_nothing_old_is_found() {
        let mut meeting = Meeting::default();
        meeting.note(7, 1, 7);
        (0..=u16::MAX).for_each(|_| meeting.clear());
        assert!(meeting.of(7).next().is_none());
    }
}
