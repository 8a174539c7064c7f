//! A concurrent map from a key to the few values filed under it.

use std::hash::Hash;

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use foldhash::quality::RandomState;

/// Keys to values, shared by readers and writers without a lock of its own.
///
/// Keys come from outside, so the hasher is seeded at random for each process: nobody can prepare
/// keys that collide.
pub struct Multimap<K, T> {
    slots: DashMap<K, Slot<T>, RandomState>,
}

/// Almost every key has one value: the vector is for the rest.
enum Slot<T> {
    One(T),
    Many(Vec<T>),
}

impl<K: Eq + Hash, T: Clone + PartialEq> Default for Multimap<K, T> {
    fn default() -> Self {
        Self { slots: DashMap::with_hasher(RandomState::default()) }
    }
}

impl<K: Eq + Hash, T: Clone + PartialEq> Multimap<K, T> {
    /// Files `value` under `key`. A value that is there already is not filed twice.
    pub fn insert(&self, key: K, value: T) {
        match self.slots.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(Slot::One(value));
            }
            Entry::Occupied(mut occupied) => occupied.get_mut().add(value),
        }
    }

    /// Puts `new` in the place of `old` under `key`, in one step; files it if `old` is not there.
    pub fn replace(&self, key: K, old: &T, new: T) {
        match self.slots.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(Slot::One(new));
            }
            Entry::Occupied(mut occupied) => match occupied.get_mut().find_mut(old) {
                Some(place) => *place = new,
                None => occupied.get_mut().add(new),
            },
        }
    }

    /// Takes `value` from under `key`; nothing happens if it is not there.
    pub fn remove(&self, key: K, value: &T) {
        if let Entry::Occupied(mut occupied) = self.slots.entry(key)
            && occupied.get_mut().take(value)
        {
            occupied.remove();
        }
    }

    /// Shows every key, in no order. What is filed meanwhile may be missing.
    pub fn each_key(&self, mut each: impl FnMut(&K)) {
        self.slots.iter().for_each(|slot| each(slot.key()));
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether nothing is filed.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Appends what is filed under `key` to `found`, up to `limit` values; gives how many were cut.
    pub fn collect(&self, key: &K, limit: usize, found: &mut Vec<T>) -> usize {
        let Some(slot) = self.slots.get(key) else { return 0 };
        let values = slot.values();
        found.extend(values.iter().take(limit).cloned());
        values.len().saturating_sub(limit)
    }
}

impl<T: Clone + PartialEq> Slot<T> {
    fn values(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        }
    }

    fn find_mut(&mut self, value: &T) -> Option<&mut T> {
        match self {
            Self::One(held) => (held == value).then_some(held),
            Self::Many(values) => values.iter_mut().find(|held| *held == value),
        }
    }

    fn add(&mut self, value: T) {
        if self.values().contains(&value) {
            return;
        }
        match self {
            Self::One(held) => *self = Self::Many(vec![held.clone(), value]),
            Self::Many(values) => values.push(value),
        }
    }

    /// Takes the value out; `true` when nothing is left.
    fn take(&mut self, value: &T) -> bool {
        match self {
            Self::One(held) => held == value,
            Self::Many(values) => {
                values.retain(|held| held != value);
                values.is_empty()
            }
        }
    }
}

#[cfg(test)]
mod tests {
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
                match pairs.iter().position(|pair| *pair == (key, old)) {
                    Some(at) => pairs[at] = (key, new),
                    None if !pairs.contains(&(key, new)) => pairs.push((key, new)),
                    None => {}
                }
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
        assert_eq!(map.collect(&key, usize::MAX, &mut values), 0);
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
                        map.collect(&((round % 6) as u8), usize::MAX, &mut values);
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
                map.collect(&7, usize::MAX, &mut values);
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
        assert_eq!(map.collect(&1, 4, &mut values), 6);
        assert_eq!(values.len(), 4);
    }
}
