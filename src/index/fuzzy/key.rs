//! What names are filed under: hashes of sounds, alone and in company.

use crate::names::{Part, Word};

/// The bits of a sound that names keep beside their day of birth.
pub(super) const TAG_BITS: u32 = 13;
const TAG_MASK: u16 = (1 << TAG_BITS) - 1;

/// What a word sounds like: its consonants, hashed. It means the same in every snapshot and delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Sound(pub(super) u32);

impl Sound {
    /// Numbers, words without consonants and initials are told apart by their letters.
    pub(super) fn new(word: &Word) -> Self {
        let mut seed = word.skeleton().bits();
        if seed == 0 || word.part() == Part::Number || word.is_acronym() {
            // Initials are no word, though one may have the same letters.
            let none = if word.is_acronym() { 1 << 62 } else { 1 << 63 };
            seed = word.text().iter().fold(none, |seed, letter| mix(seed ^ u64::from(*letter)));
        }
        Self((mix(seed.wrapping_add(1)) >> 32) as u32)
    }

    /// A few bits of it, never 0: see [`super::day`].
    pub(super) fn tag(self) -> u16 {
        (self.0 as u16 & TAG_MASK).max(1)
    }

    /// Six bits of it, others than those of the tag: most different sounds are told apart by them.
    pub(super) const fn hint(self) -> u32 {
        self.0 >> 26
    }

    /// Spread over a whole word. A sound is a hash already; sums of two must not be sums of two others.
    const fn spread(self) -> u64 {
        let spread = (self.0 as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        spread ^ (spread >> 29)
    }
}

/// A hash under which names are filed: a candidate's claim, never proof. Its upper half tells the words,
/// its lower half what else the key holds as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(pub(super) u64);

/// Words of a name in any order, before it is said what else the key holds.
#[derive(Clone, Copy)]
pub(super) struct Company {
    sum: u64,
    words: u32,
}

impl Company {
    pub(super) const fn one(sound: Sound) -> Self {
        Self { sum: sound.spread(), words: 1 }
    }

    /// With one more word.
    pub(super) const fn and(self, sound: Sound) -> Self {
        Self { sum: self.sum.wrapping_add(sound.spread()), words: self.words + 1 }
    }

    /// Whether it is a pair of these sounds and this is one of the two.
    pub(super) fn holds(self, sounds: &[Sound], sound: Sound) -> bool {
        let with = |other: &Sound| *other != sound && Self::one(sound).and(*other).sum == self.sum;
        sounds.iter().any(with)
    }

    /// As a name that has no other word.
    pub(super) const fn alone(self) -> Self {
        Self { sum: self.sum, words: self.words + 8 }
    }

    /// As a key of any name, whatever its date.
    pub(super) const fn key(self) -> Key {
        self.finish(0)
    }

    /// As a key of names of this kind.
    pub(super) const fn of(self, kind: Kind) -> Key {
        match kind {
            Kind::Undated => self.finish(1),
            Kind::Dated => self.finish(2),
            Kind::Year(year) => self.finish(3 + year as u64),
        }
    }

    const fn finish(self, kind: u64) -> Key {
        let words = (self.words as u64).wrapping_mul(0xa076_1d64_78bd_642f);
        Key::new(mix(self.sum ^ words), kind)
    }
}

/// The upper half of a key.
const UPPER: u64 = 0xffff_ffff_0000_0000;

impl Key {
    /// The upper half is the same for all kinds: they share a line of the filter.
    const fn new(words: u64, kind: u64) -> Self {
        let upper = words & UPPER;
        Self(upper | mix(upper | kind) >> 32)
    }

    /// The key of the same words in any name, whatever its date.
    pub(super) const fn of_any(self) -> Self {
        Self::new(self.0, 0)
    }
}

/// Names are filed apart by what is known of their dates: a query asks each only where its words can
/// be telling enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// No date is known.
    Undated,
    /// A date is known.
    Dated,
    /// This year is known, and perhaps more.
    Year(u16),
}

/// A good hash of a number (the finaliser of SplitMix64, Steele, Lea, Flood 2014).
pub(super) const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
