//! How often each word occurs among the names on the lists: what makes a name rare.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dashmap::DashMap;
use foldhash::quality::RandomState;

use crate::names::{Analysed, Bearer, Bits, Population, Rarity, Word};

/// Counts of words, kept exact with every change: the same entries give the same counts, whatever
/// the way to them, and so the same scores on every instance.
pub(super) struct Census {
    pub(super) population: Arc<Population>,
    persons: Counted,
    others: Counted,
}

/// Words of names of one sort of bearer.
#[derive(Default)]
struct Counted {
    names: AtomicU32,
    words: DashMap<u128, u32, RandomState>,
}

impl Census {
    pub(super) fn new(population: Arc<Population>) -> Self {
        Self { population, persons: Counted::default(), others: Counted::default() }
    }

    /// Counts a name that was filed.
    pub(super) fn add(&self, name: &Analysed, bearer: Bearer) {
        let counted = self.of(bearer);
        counted.names.fetch_add(1, Ordering::Relaxed);
        for word in name.different_words() {
            *counted.words.entry(word.canonical_key()).or_default() += 1;
        }
    }

    /// Takes a name back that was counted.
    pub(super) fn take_back(&self, name: &Analysed, bearer: Bearer) {
        let counted = self.of(bearer);
        counted.names.fetch_sub(1, Ordering::Relaxed);
        for word in name.different_words() {
            counted.words.remove_if_mut(&word.canonical_key(), |_, count| {
                *count = count.saturating_sub(1);
                *count == 0
            });
        }
    }

    /// Forgets all that was counted.
    pub(super) fn clear(&self) {
        for counted in [&self.persons, &self.others] {
            counted.names.store(0, Ordering::Relaxed);
            counted.words.clear();
        }
    }

    /// How rare words are among names of this bearer, in the population and on the lists.
    pub(super) fn rarity(&self, bearer: Bearer) -> impl Rarity + '_ {
        Among { census: self, bearer }
    }

    fn of(&self, bearer: Bearer) -> &Counted {
        if bearer == Bearer::Person { &self.persons } else { &self.others }
    }
}

struct Among<'a> {
    census: &'a Census,
    bearer: Bearer,
}

impl Rarity for Among<'_> {
    fn bits(&self, word: &Word) -> Bits {
        let counted = self.census.of(self.bearer);
        let carriers = counted.words.get(&word.canonical_key()).map_or(0, |count| *count);
        let names = counted.names.load(Ordering::Relaxed);
        self.census.population.of(self.bearer).bits_with(word, names, carriers)
    }
}
