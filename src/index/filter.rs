//! Which keys may be there: most look-ups end here, in one word of memory.
//!
//! A Bloom filter in blocks (Putze, Sanders, Singler: "Cache-, Hash- and Space-Efficient Bloom
//! Filters", WEA 2007): a key sets bits in one word, and keys whose hashes begin alike share a line of
//! the cache, so that whoever asks about several of them waits once. The maps behind it are many times
//! larger than any cache, and almost everybody who crosses a border is on no list.

use std::sync::atomic::{AtomicU64, Ordering};

use super::prefetch::prefetch;

/// Bits for each key that there is room for: of keys that are not there, one in some thirty passes
/// once it is full. Twice as many bits cost more misses of the cache than they spare look-ups.
const BITS_PER_KEY: usize = 8;
/// The least room that is worth making.
const ROOM_MIN: usize = 1_024;

/// Keys by their hashes. What was added is never denied; what was not is denied almost always.
///
/// Nothing can be taken out: it is made anew once it is full.
pub struct Filter {
    lines: Box<[Line]>,
    room: usize,
    /// How many added keys set a bit: those that were there already count once.
    held: AtomicU64,
}

/// Words of a line of the cache.
const WORDS: usize = 8;

/// A line of the cache.
#[derive(Default)]
#[repr(align(64))]
struct Line([AtomicU64; WORDS]);

impl Filter {
    /// An empty filter with room for so many keys.
    pub fn with_room(keys: usize) -> Self {
        let room = keys.max(ROOM_MIN);
        let lines = (room * BITS_PER_KEY).div_ceil(64 * WORDS);
        let lines = std::iter::repeat_with(Line::default).take(lines).collect();
        Self { lines, room, held: AtomicU64::new(0) }
    }

    /// Adds the key of this hash.
    pub fn add(&self, hash: u64) {
        let bits = bits(hash);
        if let Some(word) = self.word(hash)
            && word.fetch_or(bits, Ordering::Relaxed) & bits != bits
        {
            self.held.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Adds the key of this hash while nobody else has the filter: quicker.
    pub fn insert(&mut self, hash: u64) {
        let (bits, (line, at)) = (bits(hash), self.place(hash));
        let Some(word) = self.lines.get_mut(line).and_then(|line| line.0.get_mut(at)) else {
            return;
        };
        let word = word.get_mut();
        if *word & bits != bits {
            *word |= bits;
            *self.held.get_mut() += 1;
        }
    }

    /// Has the word fetched that the key of this hash is about. Whoever asks a moment later need not
    /// wait for it.
    pub fn foresee(&self, hash: u64) {
        if let Some(word) = self.word(hash) {
            prefetch(word);
        }
    }

    /// Whether the key of this hash may have been added.
    pub fn may_hold(&self, hash: u64) -> bool {
        let bits = bits(hash);
        self.word(hash).is_some_and(|word| word.load(Ordering::Relaxed) & bits == bits)
    }

    /// Whether there is no more room: from here on it denies less and less.
    pub fn is_full(&self) -> bool {
        self.held.load(Ordering::Relaxed) >= self.room as u64
    }

    /// Bytes of memory.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.lines)
    }

    /// The upper half of the hash tells the line, eight bits of the lower the word in it.
    fn place(&self, hash: u64) -> (usize, usize) {
        (((hash >> 32) as usize * self.lines.len()) >> 32, (hash >> 24) as usize % WORDS)
    }

    fn word(&self, hash: u64) -> Option<&AtomicU64> {
        let (line, at) = self.place(hash);
        self.lines.get(line)?.0.get(at)
    }
}

/// Four bits of a word, by the lowest bits of the hash.
fn bits(hash: u64) -> u64 {
    (0..4).fold(0, |bits, turn| bits | 1 << (hash >> (6 * turn) & 63))
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher as _;

    use foldhash::quality::FixedState;

    use super::*;

    #[test]
    fn what_was_added_is_never_denied_and_little_else_passes() {
        let hash = |key: u64| FixedState::with_seed(7).hash_one(key);
        let filter = Filter::with_room(100_000);
        (0..100_000).for_each(|key| filter.add(hash(key)));
        assert!((0..100_000).all(|key| filter.may_hold(hash(key))));
        let passed = (100_000..1_100_000).filter(|key| filter.may_hold(hash(*key))).count();
        assert!(passed < 50_000, "{passed} of 1000000");
    }

    #[test]
    fn what_is_added_by_the_only_holder_is_what_all_may_add() {
        let hash = |key: u64| FixedState::with_seed(8).hash_one(key);
        let shared = Filter::with_room(5_000);
        let mut owned = Filter::with_room(5_000);
        for key in (0..5_000).chain(0..100) {
            shared.add(hash(key));
            owned.insert(hash(key));
        }
        let words = |filter: &Filter| -> Vec<u64> {
            let all = filter.lines.iter().flat_map(|line| &line.0);
            all.map(|word| word.load(Ordering::Relaxed)).collect()
        };
        assert_eq!(words(&shared), words(&owned));
        let held = |filter: &Filter| filter.held.load(Ordering::Relaxed);
        assert_eq!(held(&shared), held(&owned));
    }

    #[test]
    fn a_key_that_is_added_again_takes_no_room() {
        let filter = Filter::with_room(1);
        (0..10 * ROOM_MIN).for_each(|_| filter.add(0x1234_5678_9abc_def0));
        assert!(!filter.is_full());
    }
}
