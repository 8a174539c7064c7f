//! The search: names of the day of birth, then names that share two words, then their bounds.

use crate::names::{Bits, Probe};

use super::ask::{Ask, AskedWord};
use super::date::Agreement;
use super::key::{Company, Key};
use super::kin::Heard;
use super::postings::Posting;
use super::query::{Found, Limits, Query, Work};
use super::record::Weight;
use super::seen::Seen;
use super::snapshot::Snapshot;

/// Two words are tried with their first sounds, each with the other's: up to where the product of
/// the two ranks is this.
const RANKS_MAX: usize = 20;
/// Sounds of a third word that are tried where many names share two.
const THIRDS_MAX: usize = 6;

/// Room for searches, one a thread.
#[derive(Default)]
pub struct Scratch {
    pub(super) ask: Ask,
    tags: Tags,
    seen: Seen,
    trials: Vec<Trial>,
    claims: Vec<u32>,
    work: Work,
}

/// A key to be looked up.
#[derive(Clone, Copy)]
struct Trial {
    key: Key,
    company: Company,
    /// What its words and, at best, all others are worth.
    bits: i32,
    /// Which words of the query it holds.
    words: (u8, u8),
    depth: Depth,
}

/// How fine the key is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    First,
    Year(u16),
    Last,
}

impl<T: Clone> Snapshot<T> {
    /// Finds the entries whose score may reach the threshold.
    pub fn search(&self, query: &Query<'_>, scratch: &mut Scratch, found: &mut Vec<Found<T>>) -> Work {
        scratch.work = Work::default();
        scratch.ask.prepare(query, self);
        scratch.work.unknown = scratch.ask.unknown;
        scratch.seen.clear();
        scratch.claims.clear();
        self.by_day(scratch);
        self.by_key(&query.limits, scratch);
        let Scratch { ask, claims, work, .. } = scratch;
        for (at, name) in claims.iter().enumerate() {
            if at >= query.limits.names as usize {
                work.cut = true;
                break;
            }
            work.names += 1;
            if let Some((entry, bound)) = self.bound(ask, *name)
                && bound >= ask.threshold
                && let Some(entry) = self.entries.get(entry as usize)
            {
                found.push(Found { entry: entry.clone(), bound: Bits::sixteenths(bound) });
            }
        }
        *work
    }

    /// Names of the days that equal or nearly equal the birth date and share a sound.
    fn by_day(&self, scratch: &mut Scratch) {
        let Scratch { ask, tags, claims, .. } = scratch;
        let (best, need) = (ask.best(), ask.need(&self.weights));
        let worth = |place| {
            let agreement = if place == 0 { Agreement::Equal } else { Agreement::Near };
            self.weights.date(agreement).in_sixteenths()
        };
        if best + worth(0) < need {
            return;
        }
        tags.clear();
        for word in &ask.words {
            let spare = best - word.best + worth(0);
            let heard = ask.heard(word).iter();
            let telling = heard.take_while(|heard| spare + 2 * i32::from(heard.eighths) >= need);
            telling.for_each(|heard| tags.set(heard.sound.tag()));
        }
        for (place, day) in ask.date.days().enumerate() {
            if best + worth(place) < need {
                continue;
            }
            for (name, sounds) in self.of_day(day) {
                if tags.hold_any(sounds) {
                    claims.push(name);
                }
            }
        }
    }

    /// Names that share two words, or the only one.
    fn by_key(&self, limits: &Limits, scratch: &mut Scratch) {
        let worth = |agreement| self.weights.date(agreement).in_sixteenths();
        let dated = scratch.ask.date.year().is_some();
        let others = [Agreement::TwoParts, Agreement::Month, Agreement::Year].map(worth);
        let best = if dated { others.into_iter().max().unwrap_or(0) } else { 0 };
        let need = scratch.ask.need(&self.weights) - best;
        self.try_first(need, scratch);
        let mut from = 0;
        // What is looked up may ask for finer keys, which follow behind.
        while from < scratch.trials.len() {
            from = self.look_up(from, limits, need, scratch);
        }
    }

    fn try_first(&self, need: i32, scratch: &mut Scratch) {
        let Scratch { ask, trials, .. } = scratch;
        trials.clear();
        let best = ask.best();
        let unmet = self.weights.unmet.in_sixteenths();
        for (at, one) in ask.words.iter().enumerate() {
            let alone = unmet * (ask.words.len() as i32 - 1);
            for heard in ask.heard(one) {
                let bits = 2 * i32::from(heard.eighths) + alone;
                if bits < need {
                    break;
                }
                let company = Company::one(heard.sound);
                let words = (at as u8, at as u8);
                for company in [company, company.alone()] {
                    trials.push(Trial { key: company.key(), company, bits, words, depth: Depth::First });
                }
            }
            for (to, other) in ask.words.iter().enumerate().skip(at + 1) {
                let spare = best - one.best - other.best;
                let words = (at as u8, to as u8);
                pairs(ask.heard(one), ask.heard(other), need - spare, |company, bits| {
                    let bits = bits + spare;
                    trials.push(Trial { key: company.key(), company, bits, words, depth: Depth::First });
                });
            }
        }
    }

    /// Looks up the trials from this one on; gives where new ones begin.
    fn look_up(&self, from: usize, limits: &Limits, need: i32, scratch: &mut Scratch) -> usize {
        let Scratch { ask, trials, seen, claims, work, .. } = scratch;
        let to = trials.len();
        let mut finer = Vec::new();
        for trial in trials.get(from..).unwrap_or_default() {
            work.keys += 1;
            if work.keys > limits.keys {
                work.cut = true;
                break;
            }
            let Some(postings) = self.filed(trial.key) else { continue };
            for posting in postings {
                if posting.is_finer() {
                    finer.push(*trial);
                    continue;
                }
                work.postings += 1;
                if work.postings > limits.postings {
                    work.cut = true;
                    break;
                }
                if self.is_claim(ask, trial, posting) && seen.add(posting.name()) {
                    claims.push(posting.name());
                }
            }
        }
        for trial in finer {
            self.refine(&trial, need, ask, trials);
        }
        to
    }

    /// Whether a posting can reach the threshold, and was not found by its day.
    #[inline]
    fn is_claim(&self, ask: &Ask, trial: &Trial, posting: Posting) -> bool {
        let agreement = ask.date.agreement(posting.date());
        let by_day = matches!(agreement, Agreement::Equal | Agreement::Near);
        let nation = super::record::Nation(posting.nation());
        !(by_day && posting.date().is_day())
            && trial.bits + ask.beside(&self.weights, agreement, nation) >= ask.threshold
    }

    /// Many names share the key: tries finer ones.
    fn refine(&self, trial: &Trial, need: i32, ask: &Ask, trials: &mut Vec<Trial>) {
        let mut push = |company: Company, year: Option<u16>, bits, depth| {
            let key = year.map_or(company.key(), |year| company.in_year(year));
            trials.push(Trial { key, company, bits, words: trial.words, depth });
        };
        let year = match trial.depth {
            Depth::Last => return,
            Depth::Year(year) => Some(year),
            Depth::First => {
                if let Some(year) = ask.date.year() {
                    for year in year.saturating_sub(1)..=year + 1 {
                        push(trial.company, Some(year), trial.bits, Depth::Year(year));
                    }
                }
                None
            }
        };
        push(trial.company.alone(), year, trial.bits, Depth::Last);
        for (at, third) in ask.words.iter().enumerate() {
            if at == usize::from(trial.words.0) || at == usize::from(trial.words.1) {
                continue;
            }
            for heard in ask.heard(third).iter().take(THIRDS_MAX) {
                let bits = trial.bits - third.best + 2 * i32::from(heard.eighths);
                if bits < need {
                    break;
                }
                push(trial.company.and(heard.sound), year, bits, Depth::Last);
            }
        }
    }

    /// The entry of a name, and the most that its score can be.
    fn bound(&self, ask: &Ask, name: u32) -> Option<(u32, i32)> {
        let record = self.names.records.get(name as usize)?;
        let agreement = ask.date.agreement(record.date);
        let mut bits = ask.beside(&self.weights, agreement, record.nation);
        let mut met = [0_i32; super::ask::ASKED_MAX];
        let (mut full, mut initials) = (0, ask.initials);
        for member in record.members(&self.names.rest) {
            match member.weight() {
                Weight::Full => full += 1,
                Weight::Initial => initials += 1,
                Weight::Light => {}
            }
            for (slot, word) in met.iter_mut().zip(&ask.words) {
                *slot = (*slot).max(self.meet(ask, word, member.term()));
            }
        }
        let mut matched = 0;
        for (met, _) in met.iter().zip(&ask.words) {
            if *met > 0 {
                matched += 1;
                bits += met;
            } else if initials > 0 {
                initials -= 1;
                bits += self.weights.initial.in_sixteenths();
            } else {
                bits += self.weights.unmet.in_sixteenths();
            }
        }
        bits += (full - matched).max(0) * self.weights.left_over.in_sixteenths();
        Some((record.entry, bits))
    }

    /// What it is worth that a word of the query meets a word of the vocabulary; 0 for nothing.
    #[inline]
    fn meet(&self, ask: &Ask, word: &AskedWord, term: u32) -> i32 {
        if let Some(kin) = ask.kin(word, self).iter().find(|kin| kin.term() == term) {
            return 2 * i32::from(kin.eighths());
        }
        if self.terms.sound(term) != Some(word.sound) && !word.word.is_cut() {
            return 0;
        }
        let asked = (&mut Probe::new(&word.word, &word.shape), word.rarity);
        let worth = self.finder.worth(&self.terms, &self.weights, asked, term);
        worth.map_or(0, Bits::in_sixteenths)
    }
}

/// Pairs of sounds of two words, the most telling ranks of both first.
fn pairs(one: &[Heard], other: &[Heard], need: i32, mut found: impl FnMut(Company, i32)) {
    for (rank, first) in one.iter().enumerate() {
        let most = RANKS_MAX / (rank + 1);
        if most == 0 {
            break;
        }
        for second in other.iter().take(most) {
            let bits = 2 * (i32::from(first.eighths) + i32::from(second.eighths));
            if bits < need {
                break;
            }
            found(Company::one(first.sound).and(second.sound), bits);
        }
    }
}

/// A set of sixteen-bit tags.
struct Tags {
    words: Box<[u64; 1_024]>,
    set: Vec<u16>,
}

impl Default for Tags {
    fn default() -> Self {
        Self { words: Box::new([0; 1_024]), set: Vec::new() }
    }
}

impl Tags {
    fn clear(&mut self) {
        for tag in self.set.drain(..) {
            if let Some(word) = self.words.get_mut(usize::from(tag >> 6)) {
                *word = 0;
            }
        }
    }

    fn set(&mut self, tag: u16) {
        if let Some(word) = self.words.get_mut(usize::from(tag >> 6)) {
            *word |= 1 << (tag & 63);
            self.set.push(tag);
        }
    }

    /// Whether one of the tags is in the set.
    #[inline]
    fn hold_any(&self, tags: &[u16]) -> bool {
        let bit = |tag: u16| {
            self.words.get(usize::from(tag >> 6)).map_or(0, |word| word >> (tag & 63)) & 1
        };
        tags.iter().fold(0, |any, tag| any | bit(*tag)) != 0
    }
}
