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
        let mut made = Self { letters: [0; CANONICAL_MAX], len: 0 };
        let mut rest = text;
        let mut first = true;
        while let Some(letter) = rest.first() {
            let (folded, taken) = sound(rest, first);
            let folded = if taken == 0 { (*letter, 0) } else { folded };
            made.push(folded.0);
            made.push(folded.1);
            rest = rest.get(taken.max(1)..).unwrap_or_default();
            first = false;
        }
        made
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

/// The sound at the head of `rest`: one or two letters, and how many it was spelt with.
#[inline]
fn sound(rest: &[u8], first: bool) -> ((u8, u8), usize) {
    let at = |place: usize| rest.get(place).copied().unwrap_or(0);
    let last = rest.len() == 1;
    match (at(0), at(1), at(2)) {
        (b's', b'c', b'h') => ((b's', b'h'), 3),
        (b't', b'c', b'h') => ((b'c', 0), 3),
        (b's', b'h', _) | (b's', b'z', _) => ((b's', b'h'), 2),
        (b'c', b'h', _) | (b'c', b'z', _) => ((b'c', 0), 2),
        (b'c', b'k', _) => ((b'k', 0), 2),
        (b'k', b'h', _) => ((b'h', 0), 2),
        (b'g', b'h', _) => ((b'g', 0), 2),
        (b'p', b'h', _) => ((b'f', 0), 2),
        (b't', b'h', _) => ((b't', 0), 2),
        (b'd', b'h', _) => ((b'd', 0), 2),
        (b'z', b'h', _) => ((b'j', 0), 2),
        (b'd', b'j', _) => ((b'j', 0), 2),
        (b'o', b'u', _) | (b'o', b'o', _) => ((b'u', 0), 2),
        (b'e', b'e', _) | (b'i', b'e', _) => ((b'i', 0), 2),
        (b'a', b'e', _) => ((b'a', 0), 2),
        (b'o', b'e', _) => ((b'o', 0), 2),
        (b'u', b'e', _) => ((b'u', 0), 2),
        (b'f', b'f', 0) => ((b'v', 0), 2),
        (b'q', b'u', _) => ((b'k', 0), 2),
        (b'q', _, _) => ((b'k', 0), 1),
        (b'c', b'e' | b'i' | b'y', _) => ((b's', 0), 1),
        (b'c', _, _) => ((b'k', 0), 1),
        (b'x', _, _) => ((b'k', b's'), 1),
        (b'w', _, _) => ((b'v', 0), 1),
        (b'y', _, _) => ((b'i', 0), 1),
        (b'j', b'a' | b'e' | b'o' | b'u' | b'i', _) if !first => ((b'i', 0), 1),
        (b'h', _, _) if last && !first => ((0, 0), 1),
        (letter, _, _) => ((letter, 0), 1),
    }
}
