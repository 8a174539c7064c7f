//! Keys to the names filed under them: one sorted array and a directory over it.

use std::ops::Range;

use crate::index::prefetch::prefetch;

use super::date::DateCode;
use super::key::Key;

/// A name filed under a key, with what decides most cases without a look at the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Posting(u64);

/// How many lie in a line of the cache.
const LINE: usize = 64 / size_of::<Posting>();
/// Bits of a posting that tell the name: so many names may be filed.
const NAME_BITS: u32 = 30;
/// The most bits of a key that tell a place of the directory: eight others are the check.
const PLACE_BITS_MAX: u32 = 24;
/// Stands in a list for names that are filed under finer keys instead.
const FINER: u32 = (1 << NAME_BITS) - 1;

/// How many words that count in full a name has besides two: these may meet further words of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Others(u8);

impl Others {
    /// Too many to be told, or initials, which may meet any.
    pub(super) const UNKNOWN: Self = Self(3);

    /// Of a name with so many words in full and so many initials.
    pub(super) const fn of(full: usize, initials: usize) -> Self {
        match full {
            1 | 2 if initials == 0 => Self(0),
            3 | 4 if initials == 0 => Self(full as u8 - 2),
            _ => Self::UNKNOWN,
        }
    }

    /// Whether some of its words may be initials.
    pub(super) const fn may_be_initials(self) -> bool {
        self.0 == Self::UNKNOWN.0
    }

    /// How many, where it is known.
    pub(super) const fn known(self) -> Option<i32> {
        if self.0 < Self::UNKNOWN.0 { Some(self.0 as i32) } else { None }
    }
}

impl Posting {
    pub(super) const fn new(name: u32, date: DateCode, nation: u8, others: Others) -> Self {
        let whose = (name & FINER) as u64 | (others.0 as u64) << NAME_BITS;
        Self(whose << 32 | (date.0 as u64) << 16 | (nation as u64) << 8)
    }

    /// A mark that names of this key are filed under finer ones.
    pub(super) const fn finer() -> Self {
        Self::new(FINER, DateCode::ABSENT, 0, Others::UNKNOWN)
    }

    pub(super) const fn is_finer(self) -> bool {
        self.name() == FINER
    }

    pub(super) const fn name(self) -> u32 {
        (self.0 >> 32) as u32 & FINER
    }

    pub(super) const fn others(self) -> Others {
        Others((self.0 >> (32 + NAME_BITS)) as u8)
    }

    pub(super) const fn date(self) -> DateCode {
        DateCode((self.0 >> 16) as u16)
    }

    pub(super) const fn nation(self) -> u8 {
        (self.0 >> 8) as u8
    }

    const fn check(self) -> u8 {
        self.0 as u8
    }
}

/// Postings by key. A key that is not there may show another's postings, once in some hundred times.
pub(super) struct Postings {
    /// Where the postings begin that have these upper bits in the lower half of their keys.
    starts: Box<[u32]>,
    /// How many of the lower half's bits are not among them.
    shift: u32,
    postings: Box<[Posting]>,
}

impl Postings {
    /// Puts what is filed where it is found.
    pub(super) fn new(filed: impl Iterator<Item = (Key, Posting)> + Clone) -> Self {
        let count = filed.clone().count();
        // Two postings to a place of the directory, about.
        let bits = (count / 2).max(2).ilog2().min(PLACE_BITS_MAX);
        let shift = 32 - bits;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        filed.clone().for_each(|(key, _)| {
            if let Some(count) = starts.get_mut(place(key, shift) + 1) {
                *count += 1;
            }
        });
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut postings = vec![Posting(0); count];
        let mut next = starts.clone();
        filed.for_each(|(key, posting)| {
            let Some(next) = next.get_mut(place(key, shift)) else { return };
            if let Some(slot) = postings.get_mut(*next as usize) {
                *slot = Posting(posting.0 | key.0 & 0xff);
            }
            *next += 1;
        });
        // A few at each place: quicker than to sort all of them first.
        for range in starts.windows(2) {
            if let &[from, to] = range {
                let at_place = postings.get_mut(from as usize..to as usize).unwrap_or_default();
                at_place.sort_unstable_by_key(|posting| posting.0);
            }
        }
        Self { starts: starts.into(), shift, postings: postings.into() }
    }

    /// Has the place of the directory fetched that this key is about.
    pub(super) fn foresee(&self, key: Key) {
        if let Some(start) = self.starts.get(place(key, self.shift)) {
            prefetch(start);
        }
    }

    /// Has the postings fetched that may be filed under this key: the first, and those in the next
    /// lines of the cache.
    pub(super) fn foresee_all(&self, key: Key) {
        let range = self.range(key);
        let last = range.end.saturating_sub(1);
        for at in [range.start, last.min(range.start + LINE), last] {
            if let Some(posting) = self.postings.get(at) {
                prefetch(posting);
            }
        }
    }

    /// What is filed under the key, the mark of finer keys last.
    #[inline]
    pub(super) fn get(&self, key: Key) -> impl Iterator<Item = Posting> + '_ {
        let check = key.0 as u8;
        let postings = self.postings.get(self.range(key)).unwrap_or_default();
        postings.iter().copied().filter(move |posting| posting.check() == check)
    }

    #[inline]
    fn range(&self, key: Key) -> Range<usize> {
        let place = place(key, self.shift);
        match self.starts.get(place..place + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            Some(_) | None => 0..0,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.postings)
    }
}

/// The place of the directory that a key is about.
#[inline]
const fn place(key: Key, shift: u32) -> usize {
    (key.0 as u32 >> shift) as usize
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::key::mix;
    use super::*;

    proptest! {
        #[test]
        fn postings_are_those_of_a_plain_map(filed in prop::collection::vec((0_u64..50, 0_u32..90), 0..300)) {
            let mut plain = BTreeMap::<u64, Vec<u32>>::new();
            let mut all = Vec::new();
            for (key, name) in filed {
                plain.entry(key).or_default().push(name);
                all.push((Key(mix(key)), Posting::new(name, DateCode(7), 3, Others::UNKNOWN)));
            }
            let postings = Postings::new(all.into_iter());
            for (key, names) in &mut plain {
                names.sort_unstable();
                let found: Vec<u32> = postings.get(Key(mix(*key))).map(Posting::name).collect();
                // Another key may share place and check, so that more is shown, never less.
                let mut left = found.iter();
                prop_assert!(names.iter().all(|name| left.any(|other| other == name)) );
            }
        }
    }

    #[test]
    fn a_posting_gives_back_what_it_holds() {
        let posting = Posting::new(0x1234_5678, DateCode(0x9abc), 0xde, Others::of(3, 0));
        assert_eq!(posting.others().known(), Some(1));
        assert_eq!(posting.name(), 0x1234_5678);
        assert_eq!(posting.date(), DateCode(0x9abc));
        assert_eq!(posting.nation(), 0xde);
        assert!(Posting::finer().is_finer() && !posting.is_finer());
    }
}
