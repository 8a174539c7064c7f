//! Hashes to numbers, appended by one writer while readers look up: nobody waits.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use crate::index::Filter;

/// An open-addressed table of fixed room that only grows.
///
/// A slot holds the lower half of the hash and the number, plus one; 0 is empty. The filter before it
/// ends almost every look-up within the nearer caches.
pub(super) struct Slots {
    slots: Box<[AtomicU64]>,
    filter: Filter,
    /// The upper bits of a hash that tell the slot.
    shift: u32,
    filled: AtomicUsize,
}

impl Slots {
    /// Room for so many numbers, with a third of it to spare.
    pub(super) fn with_room(numbers: usize) -> Self {
        let bits = (numbers * 3 / 2).max(64).next_power_of_two().ilog2();
        let slots = std::iter::repeat_with(|| AtomicU64::new(0)).take(1 << bits).collect();
        Self {
            slots,
            filter: Filter::with_room(numbers),
            shift: 64 - bits,
            filled: AtomicUsize::new(0),
        }
    }

    /// Whether so many more leave an eighth of it free: of a table that is full a look-up would see every slot.
    pub(super) fn has_room(&self, more: usize) -> bool {
        self.filled.load(Ordering::Relaxed) + more <= self.slots.len() / 8 * 7
    }

    /// Files a number under a hash. One writer at a time, who knows that there is room.
    pub(super) fn add(&self, hash: u64, number: u32) {
        let filed = hash << 32 | (u64::from(number) + 1);
        let empty = self.from(hash).find(|slot| slot.load(Ordering::Relaxed) == 0);
        if let Some(slot) = empty {
            slot.store(filed, Ordering::Release);
            self.filled.fetch_add(1, Ordering::Relaxed);
        }
        self.filter.add(hash);
    }

    /// The numbers filed under a hash, and now and then one of another.
    #[inline]
    pub(super) fn get(&self, hash: u64) -> impl Iterator<Item = u32> + '_ {
        let from = self.filter.may_hold(hash).then(|| self.from(hash));
        let slots = from.into_iter().flatten().map(|slot| slot.load(Ordering::Acquire));
        slots
            .take_while(|filed| *filed != 0)
            .filter(move |filed| filed >> 32 == hash & 0xffff_ffff)
            .map(|filed| filed as u32 - 1)
    }

    /// All slots, from the home of a hash on.
    fn from(&self, hash: u64) -> impl Iterator<Item = &AtomicU64> {
        let home = (hash >> self.shift) as usize;
        let (before, behind) = self.slots.split_at_checked(home).unwrap_or_default();
        behind.iter().chain(before)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::key::mix;
    use super::*;

    #[test]
    fn an_eighth_stays_free() {
        let slots = Slots::with_room(40);
        let fits = (0_u32..100).take_while(|number| {
            let has_room = slots.has_room(1);
            slots.add(mix(u64::from(*number)), *number);
            has_room
        });
        assert_eq!(fits.count(), 56);
    }

    proptest! {
        #[test]
        fn numbers_are_those_of_a_plain_map(filed in prop::collection::vec((0_u64..60, 0_u32..999), 0..200)) {
            let slots = Slots::with_room(filed.len());
            let mut plain = BTreeMap::<u64, Vec<u32>>::new();
            for (key, number) in filed {
                slots.add(mix(key), number);
                plain.entry(key).or_default().push(number);
            }
            for key in 0..99 {
                let expected = plain.get(&key).cloned().unwrap_or_default();
                prop_assert_eq!(slots.get(mix(key)).collect::<Vec<_>>(), expected);
            }
        }
    }
}
