//! What agreement on a word is worth: evidence in bits, and how rare a word is.

use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub};

use hashbrown::HashMap;

use crate::domain::Name;

use super::{Analysed, Analyser, Bearer, Kind, Likeness, Word};

/// Evidence: the base-2 logarithm of a likelihood ratio, in sixteenths of a bit, so that sums are
/// exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bits(i32);

impl Bits {
    /// No evidence either way.
    pub const ZERO: Self = Self(0);

    /// Evidence of so many sixteenths of a bit.
    pub const fn sixteenths(count: i32) -> Self {
        Self(count)
    }

    /// Evidence of so many whole bits.
    pub const fn whole(count: i32) -> Self {
        Self(count * 16)
    }

    /// How many sixteenths of a bit it is.
    pub const fn in_sixteenths(self) -> i32 {
        self.0
    }

    /// As a number of bits.
    pub fn to_f32(self) -> f32 {
        self.0 as f32 / 16.0
    }

    /// Of a number of bits, to the nearest sixteenth.
    pub fn from_f32(bits: f32) -> Self {
        Self((bits * 16.0).round() as i32)
    }
}

impl Add for Bits {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Bits {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Bits {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Neg for Bits {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Bits {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::ZERO, Add::add)
    }
}

/// How rare words are.
pub trait Rarity {
    /// The base-2 logarithm of *names / names that carry the word*: large when few do.
    fn bits(&self, word: &Word) -> Bits;
}

/// How many names carry each word, by the word's canonical form.
///
/// Starts from a table built in, so that a short list does not make a common name look rare, and is
/// added to from the lists at hand.
#[derive(Clone)]
pub struct Counts {
    names: u32,
    words: HashMap<u128, u32, foldhash::fast::RandomState>,
}

/// The rarest that a word may be: what a list holds once says little of the world.
const RAREST: f32 = 14.0;

impl Counts {
    /// The table built in, for names of persons or of anything else.
    pub fn built_in(bearer: Bearer) -> Self {
        let column = usize::from(bearer != Bearer::Person);
        let mut counts = Self { names: 0, words: HashMap::default() };
        let mut analyser = Analyser::default();
        let mut analysed = Analysed::default();
        for line in TABLE.lines() {
            let mut cells = line.split('\t');
            let word = cells.next().unwrap_or_default();
            let count = cells.nth(column).and_then(|cell| cell.parse().ok()).unwrap_or(0);
            if word == NAMES {
                counts.names = count;
            } else if count > 0 {
                analyser.analyse(Name { surname: word, given: "" }, bearer, &mut analysed);
                if let Some(word) = analysed.words().first() {
                    *counts.words.entry(word.canonical_key()).or_default() += count;
                }
            }
        }
        counts
    }

    /// No name counted yet: every word is as rare as any.
    pub fn empty() -> Self {
        Self { names: 0, words: HashMap::default() }
    }

    /// Counts the words of one more name, each once.
    pub fn add(&mut self, name: &Analysed) {
        self.names = self.names.saturating_add(1);
        for word in name.different_words() {
            let count = self.words.entry(word.canonical_key()).or_default();
            *count = count.saturating_add(1);
        }
    }

    /// How many names were counted.
    pub const fn names(&self) -> u32 {
        self.names
    }

    /// How rare a word is that `carriers` of `names` have beyond those that were counted.
    pub fn bits_with(&self, word: &Word, names: u32, carriers: u32) -> Bits {
        let count = self.words.get(&word.canonical_key()).copied().unwrap_or_default();
        let (names, count) = (self.names.saturating_add(names), count.saturating_add(carriers));
        let rarity = ((names as f32 + 10.0) / (count as f32 + 0.7)).log2();
        Bits::from_f32(rarity.clamp(0.0, RAREST))
    }
}

impl Rarity for Counts {
    fn bits(&self, word: &Word) -> Bits {
        self.bits_with(word, 0, 0)
    }
}

/// How rare words are in the world, as far as the tables built in know it.
pub struct Population {
    persons: Counts,
    others: Counts,
}

impl Population {
    /// The tables built in. To read them takes a good part of a second.
    pub fn built_in() -> Self {
        Self {
            persons: Counts::built_in(Bearer::Person),
            others: Counts::built_in(Bearer::Organisation),
        }
    }

    /// What is known of names of this bearer.
    pub fn of(&self, bearer: Bearer) -> &Counts {
        if bearer == Bearer::Person { &self.persons } else { &self.others }
    }

    /// The rarest that a word may be, whoever bears it, which `carriers` of `names` listed have.
    pub fn rarest(&self, word: &Word, names: u32, carriers: u32) -> Bits {
        let of = |counts: &Counts| counts.bits_with(word, names, carriers);
        of(&self.persons).max(of(&self.others))
    }
}

/// How many names carry a word: the word, names of persons, names of other subjects. The first row
/// counts the names. `data/NOTICE.md` says of what it was counted.
const TABLE: &str = include_str!("data/frequencies.tsv");
const NAMES: &str = "#names";

/// What two words that are alike say for their names being one, before anything else of the names
/// is known: more the rarer the commoner of the two is, less the more separates them.
pub fn word_bits(likeness: Likeness, one: Bits, other: Bits) -> Bits {
    let rarity = one.min(other).in_sixteenths();
    let cost = i32::from(likeness.cost);
    let (fixed, slope) = match likeness.kind {
        Kind::Same => (0, 11),
        Kind::Transliteration => (-2, 11),
        Kind::Spelling => (-4, 10),
        Kind::Edit => (0, 10),
        Kind::Sound => (-4, 8),
        Kind::Initial => return Bits::sixteenths(12),
        Kind::Prefix => (-4, 10),
    };
    Bits::sixteenths(fixed + slope * rarity / 16 - 2 * cost)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_said_twice_in_one_name_counts_once() {
        let analysed = |text| {
            let mut made = Analysed::default();
            let name = Name { surname: text, given: "" };
            Analyser::default().analyse(name, Bearer::Person, &mut made);
            made
        };
        let (mut once, mut twice) = (Counts::empty(), Counts::empty());
        once.add(&analysed("Ivan Ivanov"));
        twice.add(&analysed("Ivan Ivan Ivanov"));
        let word = analysed("Ivan").words().first().copied().unwrap();
        assert_eq!(once.bits(&word), twice.bits(&word));
    }
}
