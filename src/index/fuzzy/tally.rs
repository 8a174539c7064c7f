//! The bound: what the words of a listed name are worth beside those of a query.

use super::ask::{Ask, AskedWord, ITEMS_MAX, Reading};
use super::record::Weight;
use super::weights::Weights;

/// What the words of a listed name are worth beside those of the query.
#[derive(Clone, Copy)]
pub(super) struct Tally {
    /// The best that each word of the query meets.
    met: [i32; ITEMS_MAX],
    /// How many it meets.
    times: [u8; ITEMS_MAX],
    full: i32,
    initials: i32,
    /// How many of the initials are the listed name's.
    listed_initials: i32,
}

/// The most that it adds that some of so many initials, of the query or of the name, stand for words that
/// are left over; `whole` says what the names say as wholes when so many do.
pub(super) fn best_initials(initials: i32, weights: &Weights, whole: impl Fn(i32) -> i32) -> i32 {
    let met = |met: i32| met * weights.initial.in_sixteenths() + whole(met);
    (1..=initials).map(met).fold(met(0), i32::max)
}

/// What so many initials are worth at most that stand for the same of the other name.
pub(super) fn initials_both(initials: i32, weights: &Weights) -> i32 {
    initials * weights.initial.in_sixteenths().max(0)
}

impl Tally {
    pub(super) fn new(ask: &Ask) -> Self {
        let (met, times) = ([0; ITEMS_MAX], [0; ITEMS_MAX]);
        Self { met, times, full: 0, initials: ask.initials, listed_initials: 0 }
    }

    pub(super) fn count(&mut self, weight: Weight) {
        match weight {
            Weight::Full => self.full += 1,
            Weight::Initial => {
                self.initials += 1;
                self.listed_initials += 1;
            }
            Weight::Light => {}
        }
    }

    /// A word of the query meets one that is worth so much.
    #[inline]
    pub(super) fn meet(&mut self, at: usize, bits: i32) {
        if let Some(met) = self.met.get_mut(at) {
            *met = bits.max(*met);
        }
        if let Some(times) = self.times.get_mut(at) {
            *times = times.saturating_add(u8::from(bits > 0));
        }
    }

    pub(super) fn total(mut self, ask: &Ask, weights: &Weights) -> i32 {
        let (mut bits, mut matched, mut unmet, mut covered) = (0, 0, 0, 0);
        // Other readings count where they are worth more than the words they stand for.
        for (at, word) in ask.words.iter().enumerate().skip(ask.stated) {
            let met = self.met_by(ask, |other, place| match word.reading {
                Reading::Part => place >= ask.stated && other.covers == word.covers,
                Reading::Joined | Reading::Initials | Reading::Stated => place == at,
            });
            let stated = self
                .met_by(ask, |other, place| place < ask.stated && other.covers & word.covers != 0);
            if covered & word.covers == 0 && met.0 > stated.0 {
                covered |= word.covers;
                bits += met.0;
                matched += met.1;
            }
        }
        for ((met, times), word) in self.met.iter().zip(self.times).zip(ask.stated()) {
            if covered & word.covers != 0 {
                continue;
            }
            if *met > 0 {
                let times = i32::from(times.min(word.times));
                matched += times;
                bits += times * met;
            } else if self.initials > 0 {
                self.initials -= 1;
                bits += weights.initial.in_sixteenths();
            } else {
                unmet += 1;
            }
        }
        // Words that were not looked for may be what is left of the name.
        let left = (self.full - matched).max(0);
        bits += ask.unasked.iter().take(left as usize).sum::<i32>();
        let left_over = (left - ask.unasked.len() as i32).max(0);
        // An initial of the one may stand for the same of the other.
        bits += initials_both(ask.initials.min(self.listed_initials), weights);
        bits + best_initials(self.initials.min(left_over), weights, |met| {
            ask.whole(weights, unmet, left_over - met)
        })
    }

    /// What some words meet together, and how many of them meet any.
    fn met_by(&self, ask: &Ask, which: impl Fn(&AskedWord, usize) -> bool) -> (i32, i32) {
        let words = self.met.iter().zip(&ask.words).enumerate();
        let some = words.filter(|(place, (met, word))| **met > 0 && which(word, *place));
        some.fold((0, 0), |(sum, count), (_, (met, _))| (sum + met, count + 1))
    }
}
