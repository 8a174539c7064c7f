//! Words that listed names have, looked up by letters that the query has not as a word: two as one, or a part.

use crate::names::{TEXT_MAX, Word};

use super::live::State;
use super::terms::Term;

/// Two words as one.
pub(super) struct Joined {
    text: [u8; TEXT_MAX],
    length: usize,
}

impl Joined {
    /// `None` where they are longer than a word may be.
    pub(super) fn new(words: &[Word]) -> Option<Self> {
        let mut joined = Self { text: [0; TEXT_MAX], length: 0 };
        for letter in words.iter().flat_map(Word::text) {
            *joined.text.get_mut(joined.length)? = *letter;
            joined.length += 1;
        }
        Some(joined)
    }

    pub(super) fn text(&self) -> &[u8] {
        self.text.get(..self.length).unwrap_or_default()
    }
}

/// A word that a listed name has.
pub(super) struct Spoken<'a> {
    pub(super) word: &'a Word,
    /// Its number, where the snapshot has it.
    pub(super) term: Option<Term>,
    pub(super) carriers: u32,
}

/// The word of these letters that a listed name has, if any has it.
pub(super) fn spoken<'a, T>(text: &[u8], state: &'a State<T>) -> Option<Spoken<'a>> {
    let terms = &state.snapshot.terms;
    let Some(term) = terms.find_text(text) else {
        let late = state.delta.has_words().then(|| state.delta.word_of(text)).flatten();
        return late.map(|word| Spoken { word, term: None, carriers: 1 });
    };
    Some(Spoken { word: terms.word(term)?, term: Some(term), carriers: terms.carriers(term) })
}
