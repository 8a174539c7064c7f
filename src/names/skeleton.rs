//! The consonants of a word in classes of sound: what is left when two scripts are compared.

/// Up to sixteen consonant classes, four bits each, the first one lowest.
///
/// Classes are those that romanisations of Arabic, Persian, Hebrew and Cyrillic names mix up: `q` and
/// `k`, `j` and `g`, `s` and `sh`, `z` and `dh`. Vowels, `w`, `y` and doubled letters leave no trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Skeleton(u64);

/// The most consonants that are kept.
const MAX: usize = 16;

impl Skeleton {
    /// Reads a word of `a` to `z` and digits.
    pub(super) fn of(text: &[u8]) -> Self {
        let (mut packed, mut count, mut last, mut at) = (0_u64, 0, 0, 0);
        while count < MAX {
            let Some(letter) = text.get(at) else { break };
            let next = text.get(at + 1).copied().unwrap_or(0);
            let (class, taken) = class(*letter, next);
            at += taken;
            if class != 0 && class != last {
                packed |= u64::from(class) << (4 * count);
                count += 1;
            }
            // A vowel between two of a class keeps them apart: `Mamdouh` has two.
            last = class;
        }
        Self(packed)
    }

    /// The classes as one number; 0 when there is no consonant.
    #[inline]
    pub fn bits(self) -> u64 {
        self.0
    }

    /// How many consonants it has.
    #[inline]
    pub fn len(self) -> usize {
        (16 - self.0.leading_zeros() as usize / 4).min(MAX)
    }

    /// Whether it has no consonant.
    #[inline]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The class at a place, 0 behind the end.
    #[inline]
    pub fn at(self, place: usize) -> u8 {
        if place < MAX { (self.0 >> (4 * place) & 15) as u8 } else { 0 }
    }
}

const B: u8 = 1; // b p
const D: u8 = 2; // d, dh, and th
const F: u8 = 3; // f v ph
const H: u8 = 4; // h
const J: u8 = 5; // j g dj, ch
const K: u8 = 6; // k q c kh gh
const L: u8 = 7;
const M: u8 = 8;
const N: u8 = 9;
const R: u8 = 10;
const S: u8 = 11; // s sh ss
const T: u8 = 12; // t
const Z: u8 = 13; // z zh
const DIGIT: u8 = 14;

/// The class of the sound that begins here, 0 for none, and how many letters it takes.
#[inline]
fn class(letter: u8, next: u8) -> (u8, usize) {
    match (letter, next) {
        (b'k' | b'g', b'h') => (K, 2),
        (b's' | b'c', b'h') | (b's', b'z') | (b'c', b'z') => {
            (if letter == b's' { S } else { J }, 2)
        }
        (b't', b'h') => (T, 2),
        (b'd', b'h') => (D, 2),
        (b'p', b'h') => (F, 2),
        (b'z', b'h') => (J, 2),
        (b'd', b'j') => (J, 2),
        (b'b' | b'p', _) => (B, 1),
        (b'd', _) => (D, 1),
        (b'f' | b'v', _) => (F, 1),
        (b'h', _) => (H, 1),
        (b'j' | b'g', _) => (J, 1),
        (b'k' | b'q' | b'c' | b'x', _) => (K, 1),
        (b'l', _) => (L, 1),
        (b'm', _) => (M, 1),
        (b'n', _) => (N, 1),
        (b'r', _) => (R, 1),
        (b's', _) => (S, 1),
        (b't', _) => (T, 1),
        (b'z', _) => (Z, 1),
        (b'0'..=b'9', _) => (DIGIT, 1),
        _ => (0, 1),
    }
}
