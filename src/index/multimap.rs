//! A concurrent map from a key to the few values filed under it.

use std::collections::BTreeSet;
use std::hash::Hash;

use dashmap::DashMap;
use dashmap::mapref::entry::{Entry, OccupiedEntry};
use foldhash::quality::RandomState;

/// How many values are looked at for each that may be found: the unwanted ones cost time as well.
const LOOKED_AT: usize = 4;

/// Keys to values, shared by readers and writers without a lock of its own.
///
/// Keys come from outside, so the hasher is seeded at random for each process: nobody can prepare
/// keys that collide.
pub struct Multimap<K, T> {
    /// One value of each key: almost every key has no other, and the table is as small as can be.
    first: DashMap<K, T, RandomState>,
    /// All values of the keys that have several, in an order that does not depend on when they came.
    /// Only looked at with the key's place in `first` locked, so that both are seen as one.
    several: DashMap<K, BTreeSet<T>, RandomState>,
}

impl<K: Eq + Hash + Clone, T: Clone + Ord> Default for Multimap<K, T> {
    fn default() -> Self {
        let hasher = RandomState::default();
        Self { first: DashMap::with_hasher(hasher.clone()), several: DashMap::with_hasher(hasher) }
    }
}

impl<K: Eq + Hash + Clone, T: Clone + Ord> Multimap<K, T> {
    /// Files `value` under `key`. A value that is there already is not filed twice.
    pub fn insert(&self, key: K, value: T) {
        match self.first.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(value);
            }
            Entry::Occupied(occupied) => self.add(&occupied, value),
        }
    }

    /// Puts `new` in the place of `old` under `key`, in one step; files it if `old` is not there.
    pub fn replace(&self, key: K, old: &T, new: T) {
        match self.first.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(new);
            }
            Entry::Occupied(mut occupied) => {
                if let Some(mut several) = self.several.get_mut(occupied.key()) {
                    several.remove(old);
                    several.insert(new.clone());
                    if occupied.get() == old {
                        occupied.insert(new);
                    }
                } else if occupied.get() == old {
                    occupied.insert(new);
                } else {
                    self.add(&occupied, new);
                }
            }
        }
    }

    /// Takes `value` from under `key`; nothing happens if it is not there.
    pub fn remove(&self, key: K, value: &T) {
        let Entry::Occupied(mut occupied) = self.first.entry(key) else { return };
        let Some(mut several) = self.several.get_mut(occupied.key()) else {
            if occupied.get() == value {
                occupied.remove();
            }
            return;
        };
        several.remove(value);
        let (first, alone) = (several.first().cloned(), several.len() <= 1);
        drop(several);
        if alone {
            self.several.remove(occupied.key());
        }
        match first {
            None => {
                occupied.remove();
            }
            Some(first) if alone || occupied.get() == value => {
                occupied.insert(first);
            }
            Some(_) => {}
        }
    }

    /// Shows every key, in no order. What is filed meanwhile may be missing.
    pub fn each_key(&self, mut each: impl FnMut(&K)) {
        self.first.iter().for_each(|place| each(place.key()));
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.first.len()
    }

    /// Whether nothing is filed.
    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// Appends what is filed under `key` and `wanted` to `found`, up to `limit` values in their
    /// order. Gives how many were not looked at: those behind the last that was found, or behind
    /// the last of so many that were not wanted.
    pub fn collect(
        &self,
        key: &K,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
        found: &mut Vec<T>,
    ) -> usize {
        let Some(first) = self.first.get(key) else { return 0 };
        let Some(several) = self.several.get(key) else {
            found.extend((limit > 0 && wanted(&first)).then(|| first.clone()));
            return 1usize.saturating_sub(limit);
        };
        let (end, mut looked_at) = (found.len().saturating_add(limit), 0);
        for value in several.iter().take(limit.saturating_mul(LOOKED_AT)) {
            if found.len() == end {
                break;
            }
            looked_at += 1;
            found.extend(wanted(value).then(|| value.clone()));
        }
        several.len() - looked_at
    }

    /// Files one more value under a key that has one.
    fn add(&self, held: &OccupiedEntry<'_, K, T>, value: T) {
        if let Some(mut several) = self.several.get_mut(held.key()) {
            several.insert(value);
        } else if *held.get() != value {
            self.several.insert(held.key().clone(), BTreeSet::from([held.get().clone(), value]));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::cmp::Ordering;

    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u8, u16),
        Replace(u8, u16, u16),
        Remove(u8, u16),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0..6u8, 0..8u16).prop_map(|(key, value)| Step::Insert(key, value)),
            (0..6u8, 0..8u16, 0..8u16).prop_map(|(key, old, new)| Step::Replace(key, old, new)),
            (0..6u8, 0..8u16).prop_map(|(key, value)| Step::Remove(key, value)),
        ];
        prop::collection::vec(step, 0..60)
    }

    /// The slow oracle: pairs in a list, searched from end to end.
    fn apply(pairs: &mut Vec<(u8, u16)>, step: &Step) {
        match *step {
            Step::Insert(key, value) if !pairs.contains(&(key, value)) => pairs.push((key, value)),
            Step::Insert(..) => {}
            Step::Replace(key, old, new) => {
                pairs.retain(|pair| *pair != (key, old) && *pair != (key, new));
                pairs.push((key, new));
            }
            Step::Remove(key, value) => pairs.retain(|pair| *pair != (key, value)),
        }
    }

    fn run(map: &Multimap<u8, u16>, step: &Step) {
        match *step {
            Step::Insert(key, value) => map.insert(key, value),
            Step::Replace(key, old, new) => map.replace(key, &old, new),
            Step::Remove(key, value) => map.remove(key, &value),
        }
    }

    fn found(map: &Multimap<u8, u16>, key: u8) -> Vec<u16> {
        let mut values = Vec::new();
        assert_eq!(map.collect(&key, usize::MAX, |_| true, &mut values), 0);
        values.sort_unstable();
        values
    }

    fn scanned(pairs: &[(u8, u16)], key: u8) -> Vec<u16> {
        let mut values: Vec<u16> =
            pairs.iter().filter(|pair| pair.0 == key).map(|pair| pair.1).collect();
        values.sort_unstable();
        values
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_linear_scan(steps in steps()) {
            let (map, mut pairs) = (Multimap::default(), Vec::new());
            for step in &steps {
                run(&map, step);
                apply(&mut pairs, step);
                for key in 0..6 {
                    prop_assert_eq!(found(&map, key), scanned(&pairs, key));
                }
            }
        }

        /// Three threads change the same keys at once and a fourth reads. Each writer has values
        /// of its own, so whatever the interleaving, the end is the union of the three scripts.
        #[test]
        fn it_agrees_with_a_linear_scan_under_interleaved_changes(
            scripts in prop::collection::vec(steps(), 3)
        ) {
            let scripts: Vec<Vec<Step>> =
                scripts.iter().zip([0, 100, 200]).map(|(script, base)| own(script, base)).collect();
            let map = Multimap::<u8, u16>::default();
            std::thread::scope(|scope| {
                for script in &scripts {
                    scope.spawn(|| script.iter().for_each(|step| run(&map, step)));
                }
                scope.spawn(|| {
                    for round in 0..200u16 {
                        let mut values = Vec::new();
                        map.collect(&((round % 6) as u8), usize::MAX, |_| true, &mut values);
                        assert!(values.iter().all(|value| *value % 100 < 8));
                    }
                });
            });
            let mut pairs = Vec::new();
            scripts.iter().flatten().for_each(|step| apply(&mut pairs, step));
            for key in 0..6 {
                prop_assert_eq!(found(&map, key), scanned(&pairs, key));
            }
        }
    }

    fn own(script: &[Step], base: u16) -> Vec<Step> {
        let moved = |step: &Step| match *step {
            Step::Insert(key, value) => Step::Insert(key, base + value),
            Step::Replace(key, old, new) => Step::Replace(key, base + old, base + new),
            Step::Remove(key, value) => Step::Remove(key, base + value),
        };
        script.iter().map(moved).collect()
    }

    #[test]
    fn a_look_up_during_replacement_always_finds_one_of_the_two() {
        let map = Multimap::default();
        map.insert(7u8, 0u64);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for value in 0..100_000u64 {
                    map.replace(7, &value, value + 1);
                }
            });
            let mut last = 0;
            while last < 100_000 {
                let mut values = Vec::new();
                map.collect(&7, usize::MAX, |_| true, &mut values);
                assert_eq!(values.len(), 1);
                assert!(values[0] >= last);
                last = values[0];
            }
        });
    }

    #[test]
    fn the_limit_cuts_and_says_so() {
        let map = Multimap::default();
        (0..10u16).for_each(|value| map.insert(1u8, value));
        let mut values = Vec::new();
        assert_eq!(map.collect(&1, 4, |_| true, &mut values), 6);
        assert_eq!(values.len(), 4);
    }

    #[test]
    fn unwanted_values_take_nobodys_place_and_no_more_of_them_are_looked_at_than_the_bound() {
        let map = Multimap::default();
        (0..20u16).for_each(|value| map.insert(1u8, value));
        let mut values = Vec::new();
        assert_eq!(map.collect(&1, 4, |value| *value >= 10, &mut values), 6);
        assert_eq!(values, [10, 11, 12, 13]);
        values.clear();
        assert_eq!(map.collect(&1, 4, |value| *value >= 16, &mut values), 20 - 4 * LOOKED_AT);
        assert!(values.is_empty());
        map.insert(2, 7);
        assert_eq!(map.collect(&2, 4, |value| *value > 7, &mut values), 0);
        assert_eq!(map.collect(&2, 0, |_| true, &mut values), 1);
        assert!(values.is_empty());
    }

    /// A value that counts how often it is compared.
    #[derive(Clone, PartialEq, Eq)]
    struct Counted<'a>(u32, &'a Cell<u64>);

    impl PartialOrd for Counted<'_> {
        fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
            Some(self.cmp(other))
        }
    }

    impl Ord for Counted<'_> {
        fn cmp(&self, other: &Self) -> Ordering {
            self.1.set(self.1.get() + 1);
            self.0.cmp(&other.0)
        }
    }

    #[test]
    fn a_key_that_very_many_values_share_costs_each_of_them_a_few_comparisons() {
        const MANY: u32 = 100_000;
        let comparisons = Cell::new(0);
        let (map, counted) = (Multimap::default(), |value| Counted(value, &comparisons));
        // From both ends, so that no order of coming is the easy one.
        let mixed = |at: u32| if at.is_multiple_of(2) { at } else { 2 * MANY - at };
        for at in 0..MANY {
            map.insert(1u8, counted(mixed(at)));
            map.insert(1u8, counted(mixed(at)));
        }
        for at in 0..MANY {
            map.replace(1u8, &counted(mixed(at)), counted(4 * MANY + at));
        }
        let mut found = Vec::new();
        assert_eq!(map.collect(&1, 10, |_| true, &mut found), MANY as usize - 10);
        for at in 0..MANY {
            map.remove(1u8, &counted(4 * MANY + at));
        }
        assert_eq!(map.collect(&1, 10, |_| true, &mut Vec::new()), 0);
        // Five searches among 2^17: a search of a B-tree compares in each node it passes.
        let each = comparisons.get() / u64::from(MANY);
        assert!(each <= 5 * 17 * 4, "{each} comparisons for each value");
    }

    #[test]
    fn what_comes_first_under_a_limit_does_not_depend_on_the_order_of_coming() {
        for order in [[1u16, 2, 3, 4], [4, 3, 2, 1], [3, 1, 4, 2]] {
            let map = Multimap::default();
            order.iter().for_each(|value| map.insert(1u8, *value));
            let mut values = Vec::new();
            assert_eq!(map.collect(&1, 2, |_| true, &mut values), 2);
            assert_eq!(values, [1, 2]);
        }
    }
}
