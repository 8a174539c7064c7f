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
        Self::of_pieces(text, b"")
    }

    /// Reads a word in two pieces.
    pub(super) fn of_pieces(front: &[u8], back: &[u8]) -> Self {
        let mut made = Build { packed: 0, count: 0, last: 0 };
        made.read(front, true);
        made.read(back, false);
        Self(made.packed)
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

/// A skeleton under way.
struct Build {
    packed: u64,
    count: usize,
    last: u8,
}

impl Build {
    fn read(&mut self, mut rest: &[u8], mut first: bool) {
        while !rest.is_empty() && self.count < MAX {
            let (class, taken) = class(rest, first);
            rest = rest.get(taken..).unwrap_or_default();
            first = false;
            if class != 0 && class != self.last {
                self.packed |= u64::from(class) << (4 * self.count);
                self.count += 1;
            }
            // A vowel between two of a class keeps them apart: `Mamdouh` has two.
            self.last = class;
        }
    }
}

const B: u8 = 1; // b p
const T: u8 = 2; // t th
const S: u8 = 3; // s sh, c before e and i
const D: u8 = 4; // d dh
const H: u8 = 5; // h kh
const J: u8 = 6; // j g gh ch zh
const K: u8 = 7; // k q c x
const L: u8 = 8;
const M: u8 = 9;
const N: u8 = 10;
const R: u8 = 11;
const Z: u8 = 12;
const F: u8 = 13; // f v ph
const W: u8 = 14; // w v at the beginning
const Y: u8 = 15; // y at the beginning

/// The class of the sound that begins here, 0 for none, and how many letters it takes.
#[inline]
fn class(rest: &[u8], first: bool) -> (u8, usize) {
    match rest {
        [b'k', b'h', ..] => (H, 2),
        [b'g', b'h', ..] => (J, 2),
        [b's', b'c', b'h', ..] => (S, 3),
        [b't', b's', b'c', b'h', ..] => (J, 4),
        [b't', b'c', b'h', ..] => (J, 3),
        [b's', b'h' | b'z', ..] => (S, 2),
        [b'c', b'h' | b'z', ..] => (J, 2),
        [b't', b'h', ..] => (T, 2),
        [b'd', b'h', ..] => (D, 2),
        [b'p', b'h', ..] => (F, 2),
        [b'z', b'h', ..] | [b'd', b'j', ..] => (J, 2),
        [b'o', b'u', b'a' | b'e' | b'i', ..] if first => (W, 2),
        [b'w' | b'v', ..] if first => (W, 1),
        [b'y', b'a' | b'e' | b'o' | b'u', ..] if first => (Y, 1),
        [b'h'] => (0, 1),
        [b'w'] | [b'f', b'f'] => (F, 2),
        [b'b' | b'p', ..] => (B, 1),
        [b'd', ..] => (D, 1),
        [b'f' | b'v', ..] => (F, 1),
        [b'h', ..] => (H, 1),
        [b'j' | b'g', ..] => (J, 1),
        [b'c', b'e' | b'i', ..] => (S, 1),
        [b'k' | b'q' | b'c' | b'x', ..] => (K, 1),
        [b'l', ..] => (L, 1),
        [b'm', ..] => (M, 1),
        [b'n', ..] => (N, 1),
        [b'r', ..] => (R, 1),
        [b's', ..] => (S, 1),
        [b't', ..] => (T, 1),
        [b'z', ..] => (Z, 1),
        _ => (0, 1),
    }
}
