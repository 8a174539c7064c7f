//! The vocabulary: every word that a listed name has, once.

use crate::index::prefetch::prefetch;
use crate::names::{Bits, Script, Word};

use super::key::{Sound, mix};

/// A word of the vocabulary by its number.
pub(super) type Term = u32;

/// The most words a vocabulary may have: numbers share 32 bits with other things.
pub(super) const TERMS_MAX: usize = 1 << 24;

/// Words by number and numbers by word.
///
/// Words are the same when letters and sound are, and the way of writing: what is like a word without
/// vowels, or like Chinese characters, is another matter than what is like its Latin letters. So what is
/// found to be like a word does not hang on which name had it first.
#[derive(Default)]
pub(super) struct Terms {
    words: Vec<Line>,
    facts: Vec<Fact>,
    /// Numbers by the hash of the letters, one more than they are, below half of the hash; 0 where
    /// there is none. A word that is not there is denied at the first look, nearly always.
    slots: Vec<u64>,
}

/// Whether two words have the same letters and are compared alike with all others.
pub(super) fn is_one_word(one: &Word, other: &Word) -> bool {
    one.text() == other.text() && way(one) == way(other)
}

/// In which way a word is written, as far as it matters to what is like it; a bit for each.
pub(super) fn way(word: &Word) -> u64 {
    let script = word.script();
    let marks = [word.is_acronym(), script.omits_vowels(), script == Script::Han];
    marks.into_iter().fold(0, |way, mark| way << 1 | u64::from(mark))
}

/// A word in a line of the cache of its own.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line(Word);

/// What is known of a word.
#[derive(Clone, Copy)]
struct Fact {
    sound: Sound,
    /// How many listed names have it.
    carriers: u32,
}

impl Terms {
    /// The number of a word, a new one if it is new, and its sound; `None` when there is no room. It has one
    /// more carrier where it counts.
    pub(super) fn intern(&mut self, word: &Word, counts: bool) -> Option<(Term, Sound)> {
        let sound = Sound::new(word);
        let number = match self.find(word, sound) {
            Some(number) => number,
            None => self.add(word, sound)?,
        };
        if let Some(fact) = self.facts.get_mut(number as usize) {
            fact.carriers = fact.carriers.saturating_add(u32::from(counts));
        }
        Some((number, sound))
    }

    fn add(&mut self, word: &Word, sound: Sound) -> Option<Term> {
        if self.words.len() >= TERMS_MAX {
            return None;
        }
        let number = Term::try_from(self.words.len()).ok()?;
        self.words.push(Line(*word));
        self.facts.push(Fact { sound, carriers: 0 });
        if self.slots.len() < 2 * self.words.len() {
            self.spread(4 * self.words.len().max(512));
        } else {
            place(&mut self.slots, hash(word.text()), number);
        }
        Some(number)
    }

    /// Makes the table anew with so many slots.
    fn spread(&mut self, slots: usize) {
        self.slots = vec![0; slots];
        for (number, Line(word)) in (0..).zip(&self.words) {
            place(&mut self.slots, hash(word.text()), number);
        }
    }

    /// The number of a word that is there.
    #[inline]
    pub(super) fn find(&self, word: &Word, sound: Sound) -> Option<Term> {
        let same = |term: &Term| {
            self.word(*term).is_some_and(|other| is_one_word(word, other))
                && self.sound(*term) == Some(sound)
        };
        self.of_hash(hash(word.text())).find(same)
    }

    /// The number of a word of these letters.
    pub(super) fn find_text(&self, text: &[u8]) -> Option<Term> {
        let same = |term: &Term| {
            self.word(*term).is_some_and(|word| word.text() == text && !word.is_acronym())
        };
        self.of_hash(hash(text)).find(same)
    }

    /// Has the place fetched where a word of these letters is looked for.
    pub(super) fn foresee(&self, text: &[u8]) {
        if let Some(slot) = self.slots.get(home(hash(text), self.slots.len())) {
            prefetch(slot);
        }
    }

    /// Has what is known of such a word fetched; gives its number, most likely.
    pub(super) fn foresee_word(&self, text: &[u8]) -> Option<Term> {
        let term = self.of_hash(hash(text)).next()?;
        self.foresee_facts(term);
        Some(term)
    }

    /// Has a word and what is known of it fetched.
    #[inline]
    pub(super) fn foresee_facts(&self, term: Term) {
        if let Some(word) = self.words.get(term as usize) {
            prefetch(word);
        }
        if let Some(fact) = self.facts.get(term as usize) {
            prefetch(fact);
        }
    }

    /// Numbers of words of this hash, and now and then of another.
    #[inline]
    fn of_hash(&self, hash: u64) -> impl Iterator<Item = Term> + '_ {
        let (before, behind) =
            self.slots.split_at_checked(home(hash, self.slots.len())).unwrap_or_default();
        let filled = behind.iter().chain(before).take_while(|slot| **slot != 0);
        filled.filter(move |slot| **slot >> 32 == hash & 0xffff_ffff).map(|slot| *slot as u32 - 1)
    }

    #[inline]
    pub(super) fn word(&self, term: Term) -> Option<&Word> {
        self.words.get(term as usize).map(|line| &line.0)
    }

    #[inline]
    pub(super) fn sound(&self, term: Term) -> Option<Sound> {
        self.facts.get(term as usize).map(|fact| fact.sound)
    }

    /// All words in the order of their numbers.
    pub(super) fn words(&self) -> impl ExactSizeIterator<Item = &Word> + Clone {
        self.words.iter().map(|line| &line.0)
    }

    /// How many listed names have it; of a word that only their other forms have, one.
    pub(super) fn carriers(&self, term: Term) -> u32 {
        self.facts.get(term as usize).map_or(0, |fact| fact.carriers.max(1))
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn shrink(&mut self) {
        self.words.shrink_to_fit();
        self.facts.shrink_to_fit();
        self.spread(2 * self.words.len().max(512));
    }

    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<Line>()
            + self.facts.capacity() * size_of::<Fact>()
            + self.slots.capacity() * size_of::<u64>()
    }
}

/// The slot where the search for a hash begins.
#[inline]
fn home(hash: u64, slots: usize) -> usize {
    ((hash >> 32) as usize * slots) >> 32
}

/// Puts a number in the first empty slot from its home on.
fn place(slots: &mut [u64], hash: u64, number: Term) {
    let filled = hash << 32 | (u64::from(number) + 1);
    let (before, behind) = slots.split_at_mut(home(hash, slots.len()));
    if let Some(slot) = behind.iter_mut().chain(before).find(|slot| **slot == 0) {
        *slot = filled;
    }
}

/// A short list says little of how rare a word is: it is taken for so long at least.
const NAMES_MIN: usize = 1 << 20;

/// Sixteenths of a bit that a word is worth which `carriers` of `names` have.
pub(super) fn rarity(names: usize, carriers: u32) -> Bits {
    let ratio = names.max(NAMES_MIN) as f32 / carriers.max(1) as f32;
    Bits::from_f32(ratio.log2().max(0.0))
}

fn hash(text: &[u8]) -> u64 {
    text.chunks(8).fold(text.len() as u64, |hash, chunk| {
        let mut bytes = [0; 8];
        bytes.iter_mut().zip(chunk).for_each(|(to, from)| *to = *from);
        mix(hash ^ u64::from_le_bytes(bytes))
    })
}
