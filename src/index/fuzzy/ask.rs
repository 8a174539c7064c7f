//! A query made ready: its words with their kin, and what each may be worth.

use crate::domain::Date;
use crate::names::{Bits, Probe, Shape, Word, liken_probed};

use super::date::{Agreement, Asked};
use super::key::Sound;
use super::kin::{Heard, Kin, Room, eighths};
use super::query::Query;
use super::record::{Nation, Weight};
use super::live::State;
use super::snapshot::Snapshot;
use super::terms::{Term, rarity};
use super::weights::Weights;

/// The most words of a query that are looked for: the rarest.
pub(super) const ASKED_MAX: usize = 6;

/// A word of the query.
#[derive(Clone, Copy)]
pub(super) struct AskedWord {
    pub(super) word: Word,
    pub(super) shape: Shape,
    pub(super) rarity: Bits,
    pub(super) sound: Sound,
    /// Its number, where the vocabulary has it.
    pub(super) term: Option<Term>,
    /// Its kin in [`Ask::kin`], where it has no number.
    kin: (u32, u32),
    /// Its sounds in [`Ask::heard`].
    heard: (u32, u32),
    /// The most that it may be worth, in sixteenths of a bit.
    pub(super) best: i32,
}

/// A query made ready.
pub(super) struct Ask {
    pub(super) words: Vec<AskedWord>,
    kin: Vec<Kin>,
    heard: Vec<Heard>,
    room: Room,
    pub(super) date: Asked,
    pub(super) nation: Nation,
    pub(super) same_nation: i32,
    pub(super) threshold: i32,
    /// Initials among its words.
    pub(super) initials: i32,
    pub(super) unknown: u32,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            kin: Vec::new(),
            heard: Vec::new(),
            room: Room::default(),
            date: Asked::new(None::<Date>),
            nation: Nation::UNKNOWN,
            same_nation: 0,
            threshold: 0,
            initials: 0,
            unknown: 0,
        }
    }
}

impl Ask {
    /// Makes a query ready.
    pub(super) fn prepare<T>(&mut self, query: &Query<'_>, state: &State<T>) {
        self.words.clear();
        self.kin.clear();
        self.heard.clear();
        self.unknown = 0;
        self.date = Asked::new(query.born);
        self.nation = query.nation.map_or(Nation::UNKNOWN, |(country, _)| Nation::new(&[country]));
        self.same_nation = query.nation.map_or(0, |(_, bits)| bits.in_sixteenths().max(0));
        self.threshold = query.threshold.in_sixteenths();
        let weight = |word: &&Word, weight| Weight::of(word) == weight;
        self.initials = query.words.iter().filter(|word| weight(word, Weight::Initial)).count() as i32;
        let has_full = query.words.iter().any(|word| weight(&word, Weight::Full));
        let wanted = |word: &&Word| !has_full || weight(word, Weight::Full);
        for word in query.words.iter().filter(wanted) {
            self.add(word, state);
        }
    }

    fn add<T>(&mut self, word: &Word, state: &State<T>) {
        let snapshot = &*state.snapshot;
        let sound = Sound::new(word);
        if self.words.iter().any(|other| other.word.text() == word.text()) {
            return;
        }
        let term = snapshot.terms.find(word, sound);
        let rarity = match term {
            Some(term) => snapshot.finder.rarity(term),
            None => rarity(snapshot.len(), 1),
        };
        let (kin, heard) = (self.kin.len() as u32, self.heard.len() as u32);
        match term {
            Some(term) if !word.is_cut() => self.heard.extend(snapshot.kindred.sounds(term)),
            Some(_) | None => {
                self.unknown += 1;
                let into = (&mut self.kin, &mut self.heard);
                let asked = (word, rarity);
                snapshot.finder.find(&snapshot.terms, &snapshot.weights, asked, &mut self.room, into);
            }
        }
        self.add_late((word, rarity), heard as usize, state);
        let best = self.heard.get(heard as usize).map_or(0, |heard| 2 * i32::from(heard.eighths));
        self.words.push(AskedWord {
            word: *word,
            shape: Shape::of(word),
            rarity,
            sound,
            term: term.filter(|_| !word.is_cut()),
            kin: (kin, self.kin.len() as u32),
            heard: (heard, self.heard.len() as u32),
            best,
        });
        if self.words.len() > ASKED_MAX {
            let least = (0..self.words.len()).min_by_key(|at| self.words.get(*at).map(|w| w.best));
            least.map(|at| self.words.remove(at));
        }
    }

    /// Adds the sounds of words that came since the snapshot to those from this place on.
    fn add_late<T>(&mut self, (word, rarity): (&Word, Bits), from: usize, state: &State<T>) {
        let (shape, before) = (Shape::of(word), self.heard.len());
        let mut probe = Probe::new(word, &shape);
        state.delta.near(word, |late| {
            let Some(likeness) = liken_probed(&mut probe, late, &Shape::of(late)) else { return };
            let bits = (state.snapshot.weights.word)(likeness, rarity, state.rarest());
            let (sound, eighths) = (Sound::new(late), eighths(bits));
            match self.heard.get_mut(from..).unwrap_or_default().iter_mut().find(|h| h.sound == sound) {
                Some(heard) => heard.eighths = heard.eighths.max(eighths),
                None => self.heard.push(Heard { sound, eighths }),
            }
        });
        if self.heard.len() > before {
            let heard = self.heard.get_mut(from..).unwrap_or_default();
            heard.sort_by_key(|heard| std::cmp::Reverse(heard.eighths));
        }
    }

    /// The sounds that a word may be met by, the most telling first.
    #[inline]
    pub(super) fn heard(&self, word: &AskedWord) -> &[Heard] {
        self.heard.get(word.heard.0 as usize..word.heard.1 as usize).unwrap_or_default()
    }

    /// The words of the vocabulary that are like it.
    #[inline]
    pub(super) fn kin<'a, T>(&'a self, word: &AskedWord, snapshot: &'a Snapshot<T>) -> &'a [Kin] {
        match word.term {
            Some(term) => snapshot.kindred.of(term),
            None => self.kin.get(word.kin.0 as usize..word.kin.1 as usize).unwrap_or_default(),
        }
    }

    /// The most that all words may be worth.
    pub(super) fn best(&self) -> i32 {
        self.words.iter().map(|word| word.best).sum()
    }

    /// What words must be worth when nothing but nationality and other things may be added.
    pub(super) fn need(&self, weights: &Weights) -> i32 {
        let initials = self.initials * weights.initial.in_sixteenths();
        self.threshold - self.same_nation - initials - weights.rest.in_sixteenths()
    }

    /// What date and nationality of a listed name are worth.
    #[inline]
    pub(super) fn beside(&self, weights: &Weights, agreement: Agreement, nation: Nation) -> i32 {
        let nation = match nation {
            Nation::UNKNOWN => 0,
            _ if self.nation == Nation::UNKNOWN => 0,
            nation if nation == self.nation || nation == Nation::ANY => self.same_nation,
            _ => weights.other_nation.in_sixteenths(),
        };
        weights.date(agreement).in_sixteenths() + nation + weights.rest.in_sixteenths()
    }
}
