//! The canonical form of a word: habits of transliteration folded away.

use super::CANONICAL_MAX;

/// Letters of the canonical form, built up from the left.
pub(super) struct Canonical {
    letters: [u8; CANONICAL_MAX],
    len: usize,
}

impl Canonical {
    /// Folds a word of `a` to `z` and digits.
    pub(super) fn of(text: &[u8]) -> Self {
        Self::of_pieces(text, b"")
    }

    /// Folds a word in two pieces.
    pub(super) fn of_pieces(front: &[u8], back: &[u8]) -> Self {
        let mut made = Self { letters: [0; CANONICAL_MAX], len: 0 };
        made.fold(front, true);
        made.fold(back, false);
        made
    }

    fn fold(&mut self, mut rest: &[u8], mut first: bool) {
        let mut before = 0;
        while let Some(letter) = rest.first() {
            let (folded, taken) = sound(rest, before, first);
            before = *letter;
            self.push(folded.0);
            self.push(folded.1);
            rest = rest.get(taken..).unwrap_or_default();
            first = false;
        }
    }

    pub(super) fn letters(&self) -> &[u8] {
        self.letters.get(..self.len).unwrap_or_default()
    }

    /// Adds a letter unless it is none or doubles the last one.
    #[inline]
    fn push(&mut self, letter: u8) {
        let last = self.len.checked_sub(1).and_then(|at| self.letters.get(at));
        if letter == 0 || last == Some(&letter) && letter.is_ascii_alphabetic() {
            return;
        }
        if let Some(place) = self.letters.get_mut(self.len) {
            *place = letter;
            self.len += 1;
        }
    }
}

/// The sound at the head of `rest`, in one or two letters, and how many it was spelt with.
#[inline]
fn sound(rest: &[u8], before: u8, first: bool) -> ((u8, u8), usize) {
    let one = |letter, taken| ((letter, 0), taken);
    match rest {
        [b's', b'c', b'h', ..] => ((b's', b'h'), 3),
        [b't', b's', b'c', b'h', ..] => one(b'c', 4),
        [b't', b'c', b'h', ..] => one(b'c', 3),
        [b's', b'h' | b'z', ..] => ((b's', b'h'), 2),
        [b'c', b'h' | b'z', ..] => one(b'c', 2),
        [b'c', b'k', ..] | [b'q', b'u', ..] => one(b'k', 2),
        [b'k', b'h', ..] => one(b'h', 2),
        [b'g', b'h', ..] => one(b'g', 2),
        [b'p', b'h', ..] => one(b'f', 2),
        [b't', b'h', ..] => one(b't', 2),
        [b'd', b'h', ..] => one(b'd', 2),
        [b'z', b'h', ..] | [b'd', b'j', ..] => one(b'j', 2),
        [b'b', b'h', ..] => one(b'b', 2),
        [b'f', b'f'] => one(b'v', 2),
        [b'o', b'u', b'a' | b'e' | b'i', ..] if first => one(b'v', 2),
        [b'o', b'u' | b'o', ..] | [b'e', b'o' | b'u', ..] => one(b'u', 2),
        [b'a' | b'e', b'i' | b'y' | b'j'] => one(b'i', 2),
        [b'a' | b'e', b'j', next, ..] if is_vowel(*next) => {
            one(if rest.first() == Some(&b'a') { b'a' } else { b'i' }, 1)
        }
        [b'a' | b'e', b'i' | b'y' | b'j', ..] => ((b'a', b'i'), 2),
        [b'a', b'e', ..] => one(b'a', 2),
        [b'o' | b'u', b'e', ..] => one(b'u', 2),
        [b'i' | b'y', b'j', next, ..] if is_vowel(*next) => one(b'i', 1),
        [b'e', b'e', ..] | [b'i', b'e' | b'j' | b'i' | b'y', ..] | [b'y', b'j' | b'i', ..] => {
            one(b'i', 2)
        }
        [b'c', b'e' | b'i' | b'y', ..] => one(b's', 1),
        [b'c' | b'q', ..] => one(b'k', 1),
        [b'x', ..] => ((b'k', b's'), 1),
        [b'w', ..] => one(b'v', 1),
        [b'o', ..] => one(b'u', 1),
        [b'e' | b'y', ..] => one(b'i', 1),
        // Slavic and German: `Tatjana`, `Andrej`. Between vowels it is a consonant: `Majid`.
        [b'j', next, ..] if !(first || is_vowel(before) && is_vowel(*next)) => one(b'i', 1),
        [b'j'] if !first => one(b'i', 1),
        [b'h'] if !first => one(0, 1),
        [letter, ..] => one(*letter, 1),
        [] => one(0, 1),
    }
}

#[inline]
fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}
