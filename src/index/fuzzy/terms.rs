//! The vocabulary: every word that a listed name has, once.

use hashbrown::HashTable;

use crate::names::{Bits, Word};

use super::key::{Sound, mix};

/// A word of the vocabulary by its number.
pub(super) type Term = u32;

/// The most words a vocabulary may have: numbers share 32 bits with other things.
pub(super) const TERMS_MAX: usize = 1 << 24;

/// Words by number and numbers by word.
///
/// Words are the same when letters and sound are: two scripts may write different names with the same
/// Latin letters.
#[derive(Default)]
pub(super) struct Terms {
    words: Vec<Word>,
    sounds: Vec<Sound>,
    /// How many names have it.
    carriers: Vec<u32>,
    numbers: HashTable<Term>,
}

impl Terms {
    /// The number of a word, a new one if it is new; `None` when there is no room for it.
    pub(super) fn intern(&mut self, word: &Word) -> Option<Term> {
        let sound = Sound::new(word);
        let number = match self.find(word, sound) {
            Some(number) => number,
            None => self.add(word, sound)?,
        };
        if let Some(carriers) = self.carriers.get_mut(number as usize) {
            *carriers = carriers.saturating_add(1);
        }
        Some(number)
    }

    fn add(&mut self, word: &Word, sound: Sound) -> Option<Term> {
        if self.words.len() >= TERMS_MAX {
            return None;
        }
        let number = Term::try_from(self.words.len()).ok()?;
        self.words.push(*word);
        self.sounds.push(sound);
        self.carriers.push(0);
        let words = &self.words;
        let rehash = |term: &Term| words.get(*term as usize).map_or(0, |word| hash(word.text()));
        self.numbers.insert_unique(hash(word.text()), number, rehash);
        Some(number)
    }

    /// The number of a word that is there.
    #[inline]
    pub(super) fn find(&self, word: &Word, sound: Sound) -> Option<Term> {
        let same = |term: &Term| {
            self.words.get(*term as usize).is_some_and(|other| other.text() == word.text())
                && self.sound(*term) == Some(sound)
        };
        self.numbers.find(hash(word.text()), same).copied()
    }

    /// The number of a word of these letters.
    pub(super) fn find_text(&self, text: &[u8]) -> Option<Term> {
        let same = |term: &Term| self.word(*term).is_some_and(|word| word.text() == text);
        self.numbers.find(hash(text), same).copied()
    }

    #[inline]
    pub(super) fn word(&self, term: Term) -> Option<&Word> {
        self.words.get(term as usize)
    }

    #[inline]
    pub(super) fn sound(&self, term: Term) -> Option<Sound> {
        self.sounds.get(term as usize).copied()
    }

    pub(super) fn words(&self) -> &[Word] {
        &self.words
    }

    pub(super) fn carriers(&self, term: Term) -> u32 {
        self.carriers.get(term as usize).copied().unwrap_or_default()
    }

    pub(super) fn len(&self) -> usize {
        self.words.len()
    }

    pub(super) fn shrink(&mut self) {
        self.words.shrink_to_fit();
        self.sounds.shrink_to_fit();
        self.carriers.shrink_to_fit();
        let words = &self.words;
        self.numbers
            .shrink_to_fit(|term| words.get(*term as usize).map_or(0, |word| hash(word.text())));
    }

    pub(super) fn bytes(&self) -> usize {
        self.words.capacity() * size_of::<Word>()
            + self.sounds.capacity() * size_of::<Sound>()
            + self.carriers.capacity() * size_of::<u32>()
            + self.numbers.allocation_size()
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
