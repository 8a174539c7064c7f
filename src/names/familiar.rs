//! The coarser forms of words, kept for those that were read lately: few words make up most names.

use smallvec::SmallVec;

use super::canonical::Canonical;
use super::dictionary::{self, Span};
use super::{Script, Skeleton, Word, compound};

/// How many words are kept: as many as the nearer caches hold.
const KEPT: usize = 1 << 12;

/// Gives words their canonical form, consonants and classes; one a thread.
pub(super) struct Familiar {
    /// Each at the place that its letters say: the last one that came there.
    words: Box<[Word]>,
}

impl Default for Familiar {
    fn default() -> Self {
        Self { words: vec![Word::starting(0, false); KEPT].into() }
    }
}

impl Familiar {
    /// Gives the words of a name what they have not got yet. Those that are looked up in the dictionary are
    /// so side by side, so that one waits for memory while another does.
    pub(super) fn finish(&mut self, words: &mut [Word]) {
        let mut asked: SmallVec<[(usize, Place, Span); 8]> = SmallVec::new();
        for (at, word) in words.iter_mut().enumerate() {
            let is_asked =
                word.spelling == 0 && word.text().len() > 1 && word.script != Script::Han;
            if !is_asked {
                finish(word);
                continue;
            }
            let key = word.spelling_key();
            // A canonical form of its own says more than the letters.
            let place = word.canonical().is_empty().then_some(key as usize % KEPT);
            let known = place.and_then(|place| self.words.get(place));
            if let Some(known) = known.filter(|known| known.is_spelt_as(word)) {
                word.take_forms(known);
                continue;
            }
            finish(word);
            asked.push((at, place, dictionary::span(key)));
        }
        for (at, place, span) in asked {
            let Some(word) = words.get_mut(at) else { continue };
            word.spelling = dictionary::find_in(span);
            if let Some(slot) = place.and_then(|place| self.words.get_mut(place)) {
                *slot = *word;
            }
        }
    }
}

/// Where a word is kept; nowhere, where its letters do not say all.
type Place = Option<usize>;

/// Gives a word its coarser forms.
#[inline]
pub(super) fn finish(word: &mut Word) {
    let [front, back] = compound::pieces(word.text());
    let skeleton = Skeleton::of_pieces(front, back);
    if word.canonical().is_empty() {
        let canonical = Canonical::of_pieces(front, back);
        word.set_canonical(canonical.letters());
    }
    word.skeleton = skeleton;
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::domain::Name;
    use crate::names::{Analysed, Analyser, Bearer};

    proptest! {
        /// Few letters, so that words come again, in other scripts and parts too.
        #[test]
        fn what_was_read_before_changes_nothing(
            names in prop::collection::vec("[aeknд‎ِنعא]{1,3}( (de|abdul|ii|3|[aeknд]{1,3})){0,3}", 1..40),
        ) {
            let mut long = Analyser::default();
            for name in &names {
                for bearer in [Bearer::Person, Bearer::Organisation, Bearer::Vessel] {
                    let (mut one, mut other) = (Analysed::default(), Analysed::default());
                    let name = Name { surname: name, given: "" };
                    long.analyse(name, bearer, &mut one);
                    Analyser::default().analyse(name, bearer, &mut other);
                    prop_assert!(one.words() == other.words());
                }
            }
        }
    }
}
