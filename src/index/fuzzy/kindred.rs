//! The kin of every word of the vocabulary, found beforehand or remembered.

use crate::index::prefetch::prefetch;
use crate::names::{Likeness, Shape};

use super::kin::{Finder, Heard, Kin, Room, written_steps};
use super::memory::{Memory, Recall};
use super::terms::{Term, Terms};
use super::weights::Weights;

/// The kin of the words that are new: of each new word, and of those that have it as kin. In order.
fn late(
    (terms, weights): (&Terms, &Weights),
    finder: &Finder,
    recall: &Recall<'_>,
) -> Vec<(Term, Term, Likeness)> {
    let (mut room, mut kin, mut sounds) = (Room::default(), Vec::new(), Vec::new());
    let mut late = Vec::new();
    for term in (0..terms.len() as Term).filter(|term| !recall.knows(*term)) {
        let Some(word) = terms.word(term) else { continue };
        kin.clear();
        sounds.clear();
        let asked = (word, &Shape::of(word), finder.rarity(term));
        let into = (&mut kin, &mut sounds);
        finder.find((terms, weights), asked, written_steps, &mut room, into);
        for (kin, how) in room.kin.iter().map(|(kin, how)| (kin.term(), *how)) {
            late.push((term, kin, how));
            if recall.knows(kin) {
                late.push((kin, term, how));
            }
        }
    }
    late.sort_unstable_by_key(|(of, kin, _)| (*of, *kin));
    late
}

/// The kin of every word of a vocabulary.
pub(super) struct Kindred {
    /// Where the kin and the sounds of each word begin.
    starts: Box<[(u32, u32)]>,
    kin: Box<[Kin]>,
    /// How like each of the kin is: no search asks for it, but the next snapshot does.
    how: Box<[Likeness]>,
    sounds: Box<[Heard]>,
}

impl Kindred {
    pub(super) fn new(terms: &Terms, finder: &Finder, weights: &Weights) -> Self {
        Self::made(terms, 0, |term, room, into| {
            let Some(word) = terms.word(term) else { return };
            let asked = (word, &Shape::of(word), finder.rarity(term));
            finder.find((terms, weights), asked, written_steps, room, into);
        })
    }

    /// As [`Self::new`], where it is remembered which words of another vocabulary are kin, and how like
    /// they are: kin is looked for only of words that are new, and each that is found has the new one as
    /// kin as well.
    pub(super) fn recalled(
        (terms, weights): (&Terms, &Weights),
        finder: &Finder,
        memory: &Memory,
    ) -> Self {
        let recall = Recall::new(memory, terms);
        // To look for the kin of most of them, and to work out again what it is worth, is longer.
        if 2 * recall.known() < terms.len() || !finder.bears_out(terms, &recall) {
            return Self::new(terms, finder, weights);
        }
        let late = late((terms, weights), finder, &recall);
        Self::made(terms, recall.count() + late.len(), |term, room, into| {
            let Some(word) = terms.word(term) else { return };
            let from = late.partition_point(|(of, _, _)| *of < term);
            let late = late.get(from..).unwrap_or_default().iter();
            let late = late.take_while(|(of, _, _)| *of == term).map(|(_, kin, how)| (*kin, *how));
            room.alike.extend(recall.kin(term).chain(late));
            room.alike.iter().for_each(|(kin, _)| finder.foresee_rarity(*kin));
            finder.choose((terms, weights), (word, finder.rarity(term)), room, into);
        })
    }

    /// The kin of each word in turn, so many in all as far as is known.
    fn made(
        terms: &Terms,
        count: usize,
        mut each: impl FnMut(Term, &mut Room, (&mut Vec<Kin>, &mut Vec<Heard>)),
    ) -> Self {
        let (mut kin, mut how) = (Vec::with_capacity(count), Vec::with_capacity(count));
        let (mut starts, mut sounds) = (vec![(0, 0)], Vec::new());
        let mut room = Room::default();
        for term in 0..terms.len() as Term {
            room.clear();
            each(term, &mut room, (&mut kin, &mut sounds));
            how.extend(room.kin.iter().map(|(_, how)| *how));
            starts.push((kin.len() as u32, sounds.len() as u32));
        }
        Self { starts: starts.into(), kin: kin.into(), how: how.into(), sounds: sounds.into() }
    }

    /// The kin of a word.
    #[inline]
    pub(super) fn of(&self, term: Term) -> &[Kin] {
        let (from, to) = self.range(term);
        self.kin.get(from.0 as usize..to.0 as usize).unwrap_or_default()
    }

    /// The kin of a word, and how like each of them is.
    pub(super) fn alike(&self, term: Term) -> impl Iterator<Item = (Term, Likeness)> + '_ {
        let (from, to) = self.range(term);
        let how = self.how.get(from.0 as usize..to.0 as usize).unwrap_or_default();
        self.of(term).iter().map(|kin| kin.term()).zip(how.iter().copied())
    }

    /// The sounds of the kin of a word.
    #[inline]
    pub(super) fn sounds(&self, term: Term) -> &[Heard] {
        let (from, to) = self.range(term);
        self.sounds.get(from.1 as usize..to.1 as usize).unwrap_or_default()
    }

    /// Has the place fetched where kin and sounds of a word begin.
    pub(super) fn foresee(&self, term: Term) {
        if let Some(start) = self.starts.get(term as usize) {
            prefetch(start);
        }
    }

    /// Has the sounds of a word fetched.
    pub(super) fn foresee_sounds(&self, term: Term) {
        let (from, to) = self.range(term);
        for at in (from.1..to.1).step_by(64 / size_of::<Heard>()) {
            if let Some(heard) = self.sounds.get(at as usize) {
                prefetch(heard);
            }
        }
    }

    /// Has the kin of a word fetched.
    pub(super) fn foresee_kin(&self, term: Term) {
        let (from, to) = self.range(term);
        for at in (from.0..to.0).step_by(64 / size_of::<Kin>()) {
            if let Some(kin) = self.kin.get(at as usize) {
                prefetch(kin);
            }
        }
    }

    fn range(&self, term: Term) -> ((u32, u32), (u32, u32)) {
        let term = term as usize;
        match self.starts.get(term..term + 2) {
            Some(&[from, to]) => (from, to),
            Some(_) | None => ((0, 0), (0, 0)),
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts)
            + size_of_val(&*self.kin)
            + size_of_val(&*self.how)
            + size_of_val(&*self.sounds)
    }
}
