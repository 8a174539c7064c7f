//! The search: names of the day of birth, then names that share two words, then their bounds.

use crate::names::{Bits, Probe, liken_probed};

use super::ask::{ASKED_MAX, Ask, AskedWord, ITEMS_MAX, Reading};
use super::date::{Agreement, DateCode};
use super::day::{Glimpse, Worths};
use super::delta::Late;
use super::key::{Company, Key, Kind};
use super::kin::{Heard, worth_among};
use super::live::{State, View};
use super::postings::Posting;
use super::query::{Found, Limits, Query, Work};
use super::record::{Nation, Weight};
use super::seen::Seen;
use super::weights::Weights;

/// Two words are tried with their first sounds, each with the other's: up to where the product of
/// the two ranks is this.
const RANKS_MAX: usize = 8;
/// Sounds of a third word that are tried where many names share two.
const THIRDS_MAX: usize = 6;

/// Room for searches, one a thread.
#[derive(Default)]
pub struct Scratch {
    pub(super) ask: Ask,
    worths: Worths,
    seen: Seen,
    trials: Vec<Trial>,
    marks: Vec<Trial>,
    /// Trials on the way from one stage to the next.
    companies: Vec<Trial>,
    claims: Vec<u32>,
    late: Vec<u32>,
    work: Work,
}

/// A key to be looked up.
#[derive(Clone, Copy)]
struct Trial {
    key: Key,
    company: Company,
    kind: Kind,
    /// What its words and, at best, all others are worth.
    bits: i32,
    /// What the lesser of its words is worth.
    least: i32,
    /// Which words of the query it holds.
    words: (u8, u8),
    /// Whether it is one of those that a mark led to.
    finer: bool,
}

/// What words must be worth for each kind of key to be tried.
struct Needs {
    undated: i32,
    dated: i32,
    /// Years to try.
    years: [(u16, i32); 3],
    /// For keys of any name.
    least: i32,
}

impl Needs {
    fn new(ask: &Ask, weights: &Weights, has_months: bool) -> Self {
        let worth = |agreement| weights.date(agreement).in_sixteenths();
        let need = ask.need(weights);
        let Some(year) = ask.date.year() else {
            let years = [(0, i32::MAX); 3];
            return Self { undated: need, dated: need, years, least: need };
        };
        let month = if has_months { worth(Agreement::Month) } else { 0 };
        let same = need - worth(Agreement::TwoParts).max(worth(Agreement::Year)).max(month);
        let next = need - worth(Agreement::NextYear);
        let years = [(year, same), (year.saturating_sub(1), next), (year.saturating_add(1), next)];
        let dated = need - worth(Agreement::OnePart).max(worth(Agreement::Contradiction));
        Self { undated: need, dated, years, least: need.min(same) }
    }

    /// The kinds of keys that words of this worth may be tried with.
    fn kinds(&self, bits: i32) -> impl Iterator<Item = Kind> {
        let undated = (bits >= self.undated).then_some(Kind::Undated);
        let dated = (bits >= self.dated).then_some(Kind::Dated);
        let years = self.years.into_iter().filter(move |(_, need)| bits >= *need);
        undated.into_iter().chain(dated).chain(years.map(|(year, _)| Kind::Year(year)))
    }
}

impl<T: Clone> View<T> {
    /// Finds the entries whose score may reach the threshold; an entry may be found by several of its
    /// names.
    pub fn search(
        &self,
        query: &Query<'_>,
        scratch: &mut Scratch,
        found: &mut Vec<Found<T>>,
    ) -> Work {
        self.state.search(query, scratch, found)
    }
}

impl<T: Clone> State<T> {
    fn search(&self, query: &Query<'_>, scratch: &mut Scratch, found: &mut Vec<Found<T>>) -> Work {
        scratch.work = Work::default();
        scratch.ask.prepare(query, self);
        scratch.work.unknown = scratch.ask.unknown;
        scratch.seen.clear();
        scratch.claims.clear();
        scratch.late.clear();
        self.by_day(scratch);
        self.by_key(&query.limits, scratch);
        let Scratch { ask, claims, late, work, .. } = scratch;
        let most = query.limits.names as usize;
        work.cut |= claims.len() + late.len() > most;
        claims.iter().take(most).for_each(|name| self.snapshot.names.foresee(*name));
        for name in claims.iter().take(most) {
            work.names += 1;
            if let Some((entry, bound)) = self.bound(ask, *name)
                && bound >= ask.threshold
                && !self.is_gone(entry)
                && let Some(entry) = self.snapshot.entries.get(entry as usize)
            {
                found.push(Found { entry: entry.clone(), bound: Bits::sixteenths(bound) });
            }
        }
        for name in late.iter().take(most).filter_map(|name| self.delta.name(*name)) {
            work.names += 1;
            let bound = self.bound_late(ask, name);
            if bound >= ask.threshold && !name.is_gone() {
                found.push(Found { entry: name.entry.clone(), bound: Bits::sixteenths(bound) });
            }
        }
        *work
    }

    /// Names of the days that equal or nearly equal the birth date and share enough sounds.
    fn by_day(&self, scratch: &mut Scratch) {
        let Scratch { ask, worths, claims, late, .. } = scratch;
        let weights = &self.snapshot.weights;
        let (best, need) = (ask.best(), ask.need(weights));
        if best + weights.date(Agreement::Equal).in_sixteenths() < need {
            return;
        }
        worths.clear();
        for word in &ask.words {
            ask.heard(word).iter().for_each(|heard| worths.set(heard.sound, heard.eighths));
        }
        // Words that were read as one meet one.
        let joined = ask.words.iter().any(|word| word.reading == Reading::Joined);
        let words = ask.stated as i32 - i32::from(joined);
        let initials = ask.initials * weights.initial.in_sixteenths();
        // All days are fetched before the first is read.
        ask.date.days().for_each(|(day, _)| self.snapshot.days.foresee(day));
        ask.date.days().for_each(|(day, _)| self.snapshot.days.foresee_names(day));
        let wholes: [i32; ITEMS_MAX] = std::array::from_fn(|unmet| weights.at_best(unmet as i32));
        for (day, agreement) in ask.date.days() {
            if best + weights.date(agreement).in_sixteenths() < need {
                continue;
            }
            let may_reach = |glimpse: Glimpse| {
                let (bits, met) = worths.of(glimpse);
                let bits = if glimpse.has_more() && met > 0 { best } else { bits.min(best) };
                let beside = ask.beside(weights, agreement, glimpse.nation());
                let whole = wholes.get((words - met).max(0) as usize).copied().unwrap_or_default();
                met > 0 && bits + beside + whole + initials >= ask.threshold
            };
            let names = self.snapshot.days.of(day);
            claims.extend(names.filter(|(_, glimpse)| may_reach(*glimpse)).map(|(name, _)| name));
            for (number, name) in self.delta.of_day(day) {
                if may_reach(name.glimpse) {
                    late.push(number);
                }
            }
        }
    }

    /// Names that share two words, or the only one.
    fn by_key(&self, limits: &Limits, scratch: &mut Scratch) {
        let needs = Needs::new(&scratch.ask, &self.snapshot.weights, self.snapshot.has_months);
        self.try_first(&needs, scratch);
        let mut from = 0;
        // What is looked up may ask for finer keys, which follow behind.
        while from < scratch.trials.len() {
            from = self.look_up(from, limits, &needs, scratch);
        }
    }

    fn try_first(&self, needs: &Needs, scratch: &mut Scratch) {
        let Scratch { ask, trials, companies, seen, late, work, .. } = scratch;
        trials.clear();
        companies.clear();
        let weights = &self.snapshot.weights;
        // Words of memory are asked for long before they are needed.
        let filter = &self.snapshot.filter;
        let mut push = |company: Company, bits, least, words, finer| {
            let (key, kind) = (company.key(), Kind::Dated);
            filter.foresee(key.0);
            companies.push(Trial { key, company, kind, bits, least, words, finer });
        };
        for (at, one) in ask.words.iter().enumerate() {
            let others = ask.stated().iter().filter(|other| other.covers & one.covers == 0);
            let alone = weights.at_best(others.count() as i32) - weights.at_best(0);
            let bits = |heard: &Heard| 2 * i32::from(heard.eighths) + alone;
            for heard in ask.heard(one).iter().take_while(|heard| bits(heard) >= needs.least) {
                let company = Company::one(heard.sound);
                let (bits, words) = (bits(heard), (at as u8, at as u8));
                push(company.alone(), bits, bits, words, false);
                push(company, bits, bits, words, true);
            }
            for (to, other) in ask.words.iter().enumerate().skip(at + 1) {
                if !one.goes_with(other) {
                    continue;
                }
                let covered = one.covers | other.covers;
                let thirds = ask.stated().iter().filter(|third| third.covers & covered == 0);
                let mut bests = [0; ASKED_MAX];
                bests.iter_mut().zip(thirds).for_each(|(slot, third)| *slot = third.best);
                let heard = (ask.heard(one), ask.heard(other));
                pairs(heard, &bests, needs.least, |company, bits, least| {
                    push(company, bits, least, (at as u8, to as u8), false);
                });
            }
        }
        let has_late = self.delta.len() > 0;
        for trial in companies.drain(..) {
            work.keys += 1;
            if has_late {
                self.claim_late(ask, (trial.key, trial.bits), seen, late);
            }
            // Whatever its date, a name of these words has left this key with the filter.
            if !filter.may_hold(trial.key.0) {
                continue;
            }
            if trial.finer {
                trials.push(trial);
                continue;
            }
            for kind in needs.kinds(trial.bits) {
                let key = trial.company.of(kind);
                filter.foresee(key.0);
                trials.push(Trial { key, kind, ..trial });
            }
        }
    }

    /// Looks up the trials from this one on; gives where new ones begin.
    fn look_up(&self, from: usize, limits: &Limits, needs: &Needs, scratch: &mut Scratch) -> usize {
        let Scratch { ask, trials, companies, marks, seen, claims, work, .. } = scratch;
        let (to, snapshot) = (trials.len(), &*self.snapshot);
        marks.clear();
        companies.clear();
        for trial in trials.get(from..).unwrap_or_default() {
            work.keys += 1;
            if work.keys > limits.keys {
                work.cut = true;
                break;
            }
            if snapshot.filter.may_hold(trial.key.0) {
                snapshot.postings.foresee(trial.key);
                companies.push(*trial);
            }
        }
        companies.iter().for_each(|trial| snapshot.postings.foresee_first(trial.key));
        for trial in companies.iter() {
            for posting in snapshot.postings.get(trial.key) {
                if posting.is_finer() {
                    marks.push(*trial);
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
        for trial in marks.iter().filter(|trial| !trial.finer) {
            refine(trial, needs, ask, trials);
        }
        let finer = trials.get(to..).unwrap_or_default();
        finer.iter().for_each(|trial| snapshot.filter.foresee(trial.key.0));
        to
    }

    /// Whether a posting can reach the threshold, and was not found by its day.
    #[inline]
    fn is_claim(&self, ask: &Ask, trial: &Trial, posting: Posting) -> bool {
        self.may_reach(ask, trial.bits, posting.date(), Nation(posting.nation()))
    }

    /// Names of the delta under a key.
    fn claim_late(
        &self,
        ask: &Ask,
        (key, bits): (Key, i32),
        seen: &mut Seen,
        claims: &mut Vec<u32>,
    ) {
        for number in self.delta.filed(key) {
            let Some(name) = self.delta.name(number) else { continue };
            // Numbers of the delta are told from others by their complement.
            if self.may_reach(ask, bits, name.date, name.nation) && seen.add(!number) {
                claims.push(number);
            }
        }
    }

    #[inline]
    fn may_reach(&self, ask: &Ask, bits: i32, date: DateCode, nation: Nation) -> bool {
        if ask.date.is_read(date) {
            return false;
        }
        let agreement = ask.date.agreement(date);
        let weights = &self.snapshot.weights;
        bits + weights.at_best(0) + ask.beside(weights, agreement, nation) >= ask.threshold
    }

    /// The entry of a name, and the most that its score can be.
    fn bound(&self, ask: &Ask, name: u32) -> Option<(u32, i32)> {
        let names = &self.snapshot.names;
        let record = names.records.get(name as usize)?;
        let mut tally = Tally::new(ask);
        for member in record.members(&names.rest) {
            tally.count(member.weight());
            tally.meet(ask, |word| {
                let may_meet = word.hints >> member.hint() & 1 != 0;
                if may_meet { self.meet(ask, word, member.term()) } else { 0 }
            });
        }
        let agreement = ask.date.agreement(record.date);
        let beside = ask.beside(&self.snapshot.weights, agreement, record.nation);
        Some((record.entry, beside + tally.total(ask, &self.snapshot.weights)))
    }

    fn bound_late(&self, ask: &Ask, name: &Late<T>) -> i32 {
        let weights = &self.snapshot.weights;
        let mut tally = Tally::new(ask);
        for late in &name.words {
            tally.count(late.weight);
            tally.meet(ask, |word| {
                let mut probe = Probe::new(&word.word, &word.shape);
                let likeness = liken_probed(&mut probe, &late.word, &late.shape);
                let worth =
                    likeness.map(|like| (weights.word)(like, word.rarity, self.rarest(&late.word)));
                worth.map_or(0, Bits::in_sixteenths)
            });
        }
        let agreement = ask.date.agreement(name.date);
        ask.beside(weights, agreement, name.nation) + tally.total(ask, weights)
    }

    /// What it is worth that a word of the query meets a word of the vocabulary; 0 for nothing.
    #[inline]
    fn meet(&self, ask: &Ask, word: &AskedWord, term: u32) -> i32 {
        let snapshot = &*self.snapshot;
        if let Some(eighths) = worth_among(ask.kin(word, snapshot), term) {
            return 2 * i32::from(eighths);
        }
        if snapshot.terms.sound(term) != Some(word.sound) && !word.word.is_cut() {
            return 0;
        }
        let asked = (&mut Probe::new(&word.word, &word.shape), word.rarity);
        let worth = snapshot.finder.worth(&snapshot.terms, &snapshot.weights, asked, term);
        worth.map_or(0, Bits::in_sixteenths)
    }
}

/// What the words of a listed name are worth beside those of the query.
struct Tally {
    /// The best that each word of the query meets.
    met: [i32; ITEMS_MAX],
    full: i32,
    initials: i32,
}

impl Tally {
    fn new(ask: &Ask) -> Self {
        Self { met: [0; ITEMS_MAX], full: 0, initials: ask.initials }
    }

    fn count(&mut self, weight: Weight) {
        match weight {
            Weight::Full => self.full += 1,
            Weight::Initial => self.initials += 1,
            Weight::Light => {}
        }
    }

    #[inline]
    fn meet(&mut self, ask: &Ask, mut worth: impl FnMut(&AskedWord) -> i32) {
        for (met, word) in self.met.iter_mut().zip(&ask.words) {
            *met = (*met).max(worth(word));
        }
    }

    fn total(mut self, ask: &Ask, weights: &Weights) -> i32 {
        let (mut bits, mut matched, mut unmet, mut covered) = (0, 0, 0, 0);
        // Other readings count where they are worth more than the words they stand for.
        for (at, word) in ask.words.iter().enumerate().skip(ask.stated) {
            let met = self.met_by(ask, |other, place| match word.reading {
                Reading::Part => place >= ask.stated && other.covers == word.covers,
                Reading::Joined | Reading::Stated => place == at,
            });
            let stated = self
                .met_by(ask, |other, place| place < ask.stated && other.covers & word.covers != 0);
            if covered & word.covers == 0 && met.0 > stated.0 {
                covered |= word.covers;
                bits += met.0;
                matched += met.1;
            }
        }
        for (met, word) in self.met.iter().zip(ask.stated()) {
            if covered & word.covers != 0 {
                continue;
            }
            if *met > 0 {
                matched += 1;
                bits += met;
            } else if self.initials > 0 {
                self.initials -= 1;
                bits += weights.initial.in_sixteenths();
            } else {
                unmet += 1;
            }
        }
        bits + weights.whole(unmet, (self.full - matched).max(0))
    }

    /// What some words meet together, and how many of them meet any.
    fn met_by(&self, ask: &Ask, which: impl Fn(&AskedWord, usize) -> bool) -> (i32, i32) {
        let words = self.met.iter().zip(&ask.words).enumerate();
        let some = words.filter(|(place, (met, word))| **met > 0 && which(word, *place));
        some.fold((0, 0), |(sum, count), (_, (met, _))| (sum + met, count + 1))
    }
}

/// Many names share the key: tries finer ones.
fn refine(trial: &Trial, needs: &Needs, ask: &Ask, trials: &mut Vec<Trial>) {
    let mut push = |company: Company, kind, bits, finer| {
        trials.push(Trial { key: company.of(kind), company, kind, bits, finer, ..*trial });
    };
    if trial.kind == Kind::Dated {
        // With a date of its own the query has been to its year. Without, any year will do.
        if ask.date.year().is_none() {
            YEARS.for_each(|year| push(trial.company, Kind::Year(year), trial.bits, false));
        }
        return;
    }
    push(trial.company.alone(), trial.kind, trial.bits, true);
    let covers = |at: u8| ask.words.get(usize::from(at)).map_or(0, |word| word.covers);
    let covered = covers(trial.words.0) | covers(trial.words.1);
    for third in ask.stated().iter().filter(|third| third.covers & covered == 0) {
        let most = third.best.min(trial.least);
        for heard in ask.heard(third).iter().take(THIRDS_MAX) {
            let bits = trial.bits - (most - 2 * i32::from(heard.eighths)).max(0);
            if bits < needs.least {
                break;
            }
            push(trial.company.and(heard.sound), trial.kind, bits, true);
        }
    }
}

/// Years of birth that are tried for a query without a date.
const YEARS: std::ops::RangeInclusive<u16> = 1_900..=2_040;

/// Pairs of sounds of two words, the most telling ranks of both first, with the bits of all words.
///
/// A name that more than two words meet is found by the two that tell most. So no third word need be
/// taken for more than the lesser of the two, nor for more than `thirds` say.
fn pairs(
    (one, other): (&[Heard], &[Heard]),
    thirds: &[i32],
    need: i32,
    mut found: impl FnMut(Company, i32, i32),
) {
    for (rank, first) in one.iter().enumerate() {
        let most = RANKS_MAX / (rank + 1);
        if most == 0 {
            break;
        }
        for second in other.iter().take(most) {
            let (a, b) = (2 * i32::from(first.eighths), 2 * i32::from(second.eighths));
            let bits = a + b + thirds.iter().map(|third| a.min(b).min(*third)).sum::<i32>();
            if bits < need {
                break;
            }
            found(Company::one(first.sound).and(second.sound), bits, a.min(b));
        }
    }
}
