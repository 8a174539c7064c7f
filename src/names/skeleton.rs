//! The consonants of a word in classes of sound: what is left when two scripts are compared.

/// Up to sixteen consonant classes, four bits each, the first one lowest.
///
/// Classes are those that romanisations of Arabic, Persian, Hebrew and Cyrillic names mix up: `q` and
/// `k`, `j` and `g`, `b` and `p`. Vowels leave no trace, `w` and `y` none within a word, a letter that is
/// doubled one.
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
    fn read(&mut self, text: &[u8], mut first: bool) {
        let mut at = 0;
        while let (Some(letter), true) = (text.get(at), self.count < MAX) {
            let next = text.get(at + 1).copied().unwrap_or(0);
            let steps = if first { &FIRST_STEPS } else { &STEPS };
            let (mut class, mut taken) = step(steps, *letter, next);
            if taken == 0 {
                (class, taken) = sound(text.get(at..).unwrap_or_default(), first);
            }
            at += usize::from(taken);
            first = false;
            // A vowel between two of a class keeps them apart: `Mamdouh` has two.
            let counts = class != 0 && class != self.last;
            self.packed |= u64::from(if counts { class } else { 0 }) << (4 * self.count);
            self.count += usize::from(counts);
            self.last = class;
        }
    }
}

/// [`sound`] for each letter and the next one, within a word.
static STEPS: [[(u8, u8); 27]; 26] = steps(false);
/// The same for the beginning of a word.
static FIRST_STEPS: [[(u8, u8); 27]; 26] = steps(true);

#[expect(clippy::indexing_slicing, reason = "const: an index out of range does not compile")]
const fn steps(first: bool) -> [[(u8, u8); 27]; 26] {
    let mut steps = [[(0, 0); 27]; 26];
    let mut letter = 0;
    while letter < 26 {
        let mut next = 0;
        while next < 27 {
            let pair = [b'a' + letter as u8, if next == 0 { 0 } else { b'a' - 1 + next as u8 }];
            // A third letter tells.
            if !matches!(pair, [b's', b'c'] | [b't', b's' | b'c'] | [b'f', b'f'] | [b'o', b'u']) {
                let word = if next == 0 { pair.split_at(1).0 } else { pair.split_at(2).0 };
                steps[letter][next] = sound(word, first);
            }
            next += 1;
        }
        letter += 1;
    }
    steps
}

#[inline]
fn step(steps: &[[(u8, u8); 27]; 26], letter: u8, next: u8) -> (u8, u8) {
    let next = if next == 0 { 0 } else { usize::from(next.wrapping_sub(b'a' - 1)) };
    let steps = steps.get(usize::from(letter.wrapping_sub(b'a')));
    steps.and_then(|steps| steps.get(next)).copied().unwrap_or((0, 0))
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
const fn sound(rest: &[u8], first: bool) -> (u8, u8) {
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
        [b'w'] => (F, 1),
        [b'f', b'f'] => (F, 2),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn same(words: &[&str]) {
        let skeletons: Vec<u64> =
            words.iter().map(|word| Skeleton::of(word.as_bytes()).bits()).collect();
        assert!(skeletons.windows(2).all(|pair| pair[0] == pair[1]), "{words:?} {skeletons:x?}");
    }

    #[test]
    fn consonants_of_one_sound_are_one_class() {
        same(&["muhammad", "mohammed", "mhmd"]);
        same(&["khaled", "halid", "khald"]);
        same(&["yusuf", "yousef", "yusf"]);
        same(&["walid", "oualid", "wlid"]);
        same(&["fatima", "fatimah", "fatma"]);
        same(&["sharif", "shryf", "szarif"]);
    }

    #[test]
    fn its_length_and_places_are_those_of_its_classes() {
        let skeleton = Skeleton::of(b"mamdouh");
        assert_eq!(skeleton.len(), 3);
        assert_eq!((skeleton.at(0), skeleton.at(1), skeleton.at(2)), (M, M, D));
        assert_eq!(skeleton.at(3), 0);
        assert!(Skeleton::of(b"aeiou").is_empty());
        assert_eq!(Skeleton::of(b"bdbdbdbdbdbdbdbdbdbd").len(), MAX);
    }

    proptest! {
        #[test]
        fn the_table_reads_as_the_rules_do(text in "[a-z0-9]{0,23}") {
            let (mut packed, mut count, mut last) = (0_u64, 0, 0);
            let (mut rest, mut first) = (text.as_bytes(), true);
            while !rest.is_empty() && count < MAX {
                let (class, taken) = sound(rest, first);
                rest = &rest[usize::from(taken)..];
                first = false;
                if class != 0 && class != last {
                    packed |= u64::from(class) << (4 * count);
                    count += 1;
                }
                last = class;
            }
            prop_assert_eq!(Skeleton::of(text.as_bytes()).bits(), packed);
        }
    }
}
