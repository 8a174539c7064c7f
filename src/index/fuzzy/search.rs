//! The search: names of the day of birth, then names that share two words, then their bounds.

use smallvec::SmallVec;

use crate::names::{Bits, Probe, liken_probed};

use super::ask::{ASKED_MAX, Ask, AskedWord, ITEMS_MAX, Reading};
use super::date::{Agreement, Asked, DateCode};
use super::day::{Glimpse, Wanted, Worths};
use super::delta::Late;
use super::key::{Company, Key, Kind};
use super::kin::{Heard, eighths};
use super::live::{State, View};
use super::meeting::Meeting;
use super::query::{Found, Limits, Query, Work};
use super::record::Nation;
use super::seen::Seen;
use super::snapshot::Snapshot;
use super::tally::{Tally, best_initials};
use super::terms::Term;
use super::trial::{Needs, Trial, pairs, reach_by_others, refine};

/// Room for searches, one a thread.
#[derive(Default)]
pub struct Scratch {
    pub(super) ask: Ask,
    needs: Needs,
    limits: Limits,
    worths: Worths,
    seen: Seen,
    /// Keys to be looked up, and how many of them have been.
    trials: Vec<Trial>,
    tried: usize,
    marks: Vec<Trial>,
    /// Trials on the way from one stage to the next.
    companies: Vec<Trial>,
    /// Names that may be meant, and how many of them have been weighed.
    claims: Vec<u32>,
    weighed: usize,
    late: Vec<u32>,
    /// Whether it knows the words of this query.
    has_met: bool,
    meeting: Meeting,
    work: Work,
}

impl Scratch {
    fn begin(&mut self, query: &Query<'_>) {
        self.ask.date = Asked::new(query.born);
        self.limits = query.limits;
        self.seen.clear();
        self.trials.clear();
        self.claims.clear();
        self.late.clear();
        (self.tried, self.weighed, self.has_met) = (0, 0, false);
        self.work = Work::default();
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
    /// What a stage asks memory for, the next but one needs: between them is always work that waits for
    /// nothing.
    fn search(&self, query: &Query<'_>, scratch: &mut Scratch, found: &mut Vec<Found<T>>) -> Work {
        scratch.begin(query);
        self.foresee_days(&scratch.ask.date);
        scratch.ask.prepare(query, self);
        scratch.work.unknown = scratch.ask.unknown;
        let has_months = self.snapshot.has_months || self.delta.has_months();
        scratch.needs = Needs::new(&scratch.ask, &self.snapshot.weights, has_months);
        self.pair_up(scratch);
        self.by_day(scratch);
        self.try_first(scratch);
        scratch.ask.foresee_kin(&self.snapshot);
        // What is looked up may ask for finer keys, which follow behind.
        while scratch.tried < scratch.trials.len() {
            self.deny(scratch);
            self.weigh(scratch, found);
            self.claim(scratch);
        }
        self.weigh(scratch, found);
        self.weigh_late(scratch, found);
        scratch.work
    }

    /// Has the names of all days that will be read fetched, while the words are made ready.
    fn foresee_days(&self, date: &Asked) {
        date.days().for_each(|(day, _)| self.snapshot.days.foresee(day));
        date.days().for_each(|(day, _)| self.snapshot.days.foresee_names(day));
    }

    /// Names of the days that equal or nearly equal the birth date and share enough sounds.
    fn by_day(&self, scratch: &mut Scratch) {
        let Scratch { ask, worths, claims, late, .. } = scratch;
        let weights = &self.snapshot.weights;
        let (best, need, unasked) =
            (ask.best(), ask.need(weights), ask.unasked.iter().sum::<i32>());
        let is_worth_it = |way| best + unasked + weights.date(way).in_sixteenths() >= need;
        if !is_worth_it(Agreement::Equal) {
            return;
        }
        worths.begin(|nation| ask.nation_worth(weights, nation));
        for word in &ask.words {
            ask.heard(word).iter().for_each(|heard| worths.set(heard.sound, heard.eighths));
        }
        // Words that were read as one meet one, and so do, here, those that sound the same.
        let joined = ask.words.iter().any(|word| word.reading == Reading::Joined);
        let words = ask.stated as i32 - i32::from(joined) - ask.again;
        let more = ask.initials_worth(weights) + unasked;
        let wholes: [i32; ITEMS_MAX] = std::array::from_fn(|unmet| weights.at_best(unmet as i32));
        let whole = weights.at_best(0);
        let has_late = self.delta.len() > 0;
        for (day, agreement) in ask.date.days() {
            if !is_worth_it(agreement) {
                continue;
            }
            let may_reach = |glimpse: Glimpse| {
                let (bits, met) = worths.of(glimpse);
                let unmet = (words - met).max(0);
                let (bits, whole) = if glimpse.has_more() {
                    (best, whole)
                } else if glimpse.has_initials() {
                    let stand = |initials| weights.at_best(unmet - initials);
                    (bits.min(best), best_initials(unmet, weights, stand))
                } else {
                    (bits.min(best), wholes.get(unmet as usize).copied().unwrap_or_default())
                };
                let beside = ask.beside(weights, agreement, glimpse.nation());
                met > 0 && bits + beside + whole + more >= ask.reach
            };
            let beside = |nation| ask.beside(weights, agreement, nation);
            let least = ask.reach - beside(Nation::UNKNOWN) - whole - more;
            let reaches = |nation| best + beside(nation) + whole + more >= ask.reach;
            let wanted = Wanted::new(ask.nation, reaches);
            self.snapshot.days.of(day, wanted, (worths, least), |names, glimpse| {
                if may_reach(glimpse) {
                    names.clone().for_each(|name| self.snapshot.names.foresee(name));
                    claims.extend(names);
                }
            });
            if has_late {
                let of_day = self.delta.of_day(day);
                late.extend(of_day.filter(|(_, name)| may_reach(name.glimpse)).map(|late| late.0));
            }
        }
    }

    /// Makes the trials of the first round: of words alone and of pairs, for each kind of date that the
    /// filter does not deny.
    fn try_first(&self, scratch: &mut Scratch) {
        let Scratch { ask, needs, trials, companies, seen, late, work, .. } = scratch;
        let filter = &self.snapshot.filter;
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

    /// Words alone and pairs of words that may be worth enough, whatever their date.
    fn pair_up(&self, scratch: &mut Scratch) {
        let Scratch { ask, needs, companies, .. } = scratch;
        companies.clear();
        let weights = &self.snapshot.weights;
        let unasked = ask.unasked.iter().sum();
        // Words of memory are asked for long before they are needed.
        let filter = &self.snapshot.filter;
        let mut push = |company: Company, (bits, own, least), covers, holds, finer| {
            let (key, kind) = (company.key(), Kind::Dated);
            filter.foresee(key.0);
            let (least, own) = (least as i16, own as i16);
            companies.push(Trial { key, company, kind, bits, least, own, covers, holds, finer });
        };
        for (at, one) in ask.words.iter().enumerate() {
            let others = ask.stated().iter().filter(|other| other.covers & one.covers == 0);
            let alone = ask.alone(weights, others.count() as i32);
            let tells =
                |heard: &&Heard| 2 * i32::from(heard.eighths) + alone + unasked >= needs.least;
            for heard in ask.heard(one).iter().take_while(tells) {
                let company = Company::one(heard.sound);
                let own = 2 * i32::from(heard.eighths);
                push(company.alone(), (own + alone, own, own), one.covers, 1, false);
                push(company, (own + alone + unasked, own, own), one.covers, 1, true);
            }
            for other in ask.words.iter().skip(at + 1) {
                if !one.goes_with(other) {
                    continue;
                }
                let covered = one.covers | other.covers;
                let thirds = ask.stated().iter().filter(|third| third.covers & covered == 0);
                let mut bests = [0; ASKED_MAX];
                bests.iter_mut().zip(thirds).for_each(|(slot, third)| *slot = third.best);
                let heard = (ask.heard(one), ask.heard(other));
                pairs(heard, (&bests, unasked), needs.least, |company, bits| {
                    push(company, bits, covered, 2, false);
                });
            }
        }
    }

    /// Leaves the keys that may be there in [`Scratch::companies`].
    fn deny(&self, scratch: &mut Scratch) {
        let Scratch { trials, tried, companies, work, limits, .. } = scratch;
        let Snapshot { filter, postings, .. } = &*self.snapshot;
        companies.clear();
        for trial in trials.get(*tried..).unwrap_or_default() {
            work.keys += 1;
            if work.keys > limits.keys {
                work.cut = true;
                break;
            }
            if filter.may_hold(trial.key.0) {
                postings.foresee(trial.key);
                companies.push(*trial);
            }
        }
        *tried = trials.len();
        companies.iter().for_each(|trial| postings.foresee_all(trial.key));
    }

    /// Names under these keys that may reach the threshold; where a key is marked, finer ones are to be
    /// tried.
    fn claim(&self, scratch: &mut Scratch) {
        let Scratch { ask, needs, trials, tried, companies, marks, seen, claims, work, .. } =
            scratch;
        let (snapshot, most) = (&*self.snapshot, scratch.limits.postings);
        marks.clear();
        for trial in companies.iter() {
            let mut reach = None;
            for posting in snapshot.postings.get(trial.key) {
                if posting.is_finer() {
                    marks.push(*trial);
                    continue;
                }
                work.postings += 1;
                if work.postings > most {
                    work.cut = true;
                    break;
                }
                let may_reach =
                    |bits| self.may_reach(ask, bits, posting.date(), Nation(posting.nation()));
                // What its other words may be worth is worked out only where it can decide.
                if may_reach(trial.bits)
                    && posting.others().known().is_none_or(|others| {
                        let reach = reach
                            .get_or_insert_with(|| reach_by_others(trial, ask, &snapshot.weights));
                        reach.get(others as usize).is_none_or(|bits| may_reach(*bits))
                    })
                    && seen.add(posting.name())
                {
                    snapshot.names.foresee(posting.name());
                    claims.push(posting.name());
                }
            }
        }
        for trial in marks.iter().filter(|trial| !trial.finer) {
            refine(trial, (needs, &snapshot.weights), ask, trials);
        }
        let finer = trials.get(*tried..).unwrap_or_default();
        finer.iter().for_each(|trial| snapshot.filter.foresee(trial.key.0));
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
        let weights = &self.snapshot.weights;
        let need = ask.reach - bits - weights.at_best(0) - ask.initials_worth(weights);
        let reaches = |agreement| ask.beside(weights, agreement, nation) >= need;
        // What costs least first: most are of another nation. Days that agree better are read.
        if date.is_day() && (!reaches(Agreement::TwoParts) || ask.date.is_read(date)) {
            return false;
        }
        reaches(ask.date.agreement(date))
    }

    /// Bounds of the names that were claimed since.
    fn weigh(&self, scratch: &mut Scratch, found: &mut Vec<Found<T>>) {
        let Scratch { ask, meeting, claims, weighed, work, has_met, .. } = scratch;
        let claims = claims.get(*weighed..).unwrap_or_default();
        *weighed += claims.len();
        if !claims.is_empty() && !std::mem::replace(has_met, true) {
            self.gather(ask, meeting);
        }
        for name in claims {
            if work.names >= scratch.limits.names {
                work.cut = true;
                break;
            }
            work.names += 1;
            if let Some((entry, bound)) = self.bound(ask, meeting, *name)
                && !self.is_gone(entry)
                && let Some(entry) = self.snapshot.entries.get(entry as usize)
            {
                found.push(Found { entry: entry.clone(), bound: Bits::sixteenths(bound) });
            }
        }
    }

    /// Bounds of the names of the delta.
    fn weigh_late(&self, scratch: &mut Scratch, found: &mut Vec<Found<T>>) {
        let Scratch { ask, late, work, limits, .. } = scratch;
        let most = limits.names as usize;
        work.cut |= late.len() > most;
        for name in late.iter().take(most).filter_map(|name| self.delta.name(*name)) {
            work.names += 1;
            let bound = self.bound_late(ask, name);
            if bound >= ask.threshold && !name.is_gone() {
                found.push(Found { entry: name.entry.clone(), bound: Bits::sixteenths(bound) });
            }
        }
    }

    /// Makes ready what bounds ask for again and again.
    fn gather(&self, ask: &Ask, meeting: &mut Meeting) {
        meeting.clear();
        for (at, word) in ask.words.iter().enumerate() {
            let kin = ask.kin(word, &self.snapshot);
            kin.iter().for_each(|kin| meeting.note(kin.term(), at, kin.eighths()));
        }
    }

    /// The entry of a name whose score may reach the threshold, and the most that it can be.
    fn bound(&self, ask: &Ask, meeting: &mut Meeting, name: u32) -> Option<(u32, i32)> {
        let (names, weights) = (&self.snapshot.names, &self.snapshot.weights);
        let record = names.records.get(name as usize)?;
        let mut tally = Tally::new(ask);
        let mut unsure: SmallVec<[(Term, usize); 8]> = SmallVec::new();
        for member in record.members(&names.rest) {
            tally.count(member.weight());
            let mut known = 0_u16;
            for (at, eighths) in meeting.of(member.term()) {
                known |= 1 << at;
                tally.meet(at, 2 * i32::from(eighths));
            }
            let others = ask.may_sound(member.hint()) & !known;
            for at in each_bit(others) {
                unsure.push((member.term(), at));
                self.snapshot.terms.foresee_facts(member.term());
                self.snapshot.finder.foresee(member.term());
            }
        }
        let beside = ask.beside(weights, ask.date.agreement(record.date), record.nation);
        let total = |tally: Tally| {
            let total = beside + tally.total(ask, weights);
            (total >= ask.threshold).then_some((record.entry, total))
        };
        if unsure.is_empty() {
            return total(tally);
        }
        // To compare words takes long: only where it can decide.
        let mut most = tally;
        unsure.iter().for_each(|(_, at)| most.meet(*at, ask.most(*at)));
        total(most)?;
        for (term, at) in unsure {
            let eighths = ask.words.get(at).map_or(0, |word| self.sounds_like(word, term));
            meeting.note(term, at, eighths);
            tally.meet(at, 2 * i32::from(eighths));
        }
        total(tally)
    }

    fn bound_late(&self, ask: &Ask, name: &Late<T>) -> i32 {
        let weights = &self.snapshot.weights;
        let mut tally = Tally::new(ask);
        for late in &name.words {
            tally.count(late.weight);
            for (at, word) in ask.words.iter().enumerate() {
                let shape = word.shape(&self.snapshot.finder);
                let mut probe = Probe::new(&word.word, &shape);
                let likeness = liken_probed(&mut probe, &late.word, &late.shape);
                let worth =
                    likeness.map(|like| (weights.word)(like, word.rarity, self.rarest(&late.word)));
                tally.meet(at, worth.map_or(0, Bits::in_sixteenths));
            }
        }
        let agreement = ask.date.agreement(name.date);
        ask.beside(weights, agreement, name.nation) + tally.total(ask, weights)
    }

    /// What it is worth in eighths of a bit that a word of the query meets one that is not among its
    /// kin; 0 for nothing.
    fn sounds_like(&self, word: &AskedWord, term: Term) -> u8 {
        let snapshot = &*self.snapshot;
        if snapshot.terms.sound(term) != Some(word.sound) && !word.word.is_cut() {
            return 0;
        }
        let shape = word.shape(&snapshot.finder);
        let asked = (&mut Probe::new(&word.word, &shape), word.rarity);
        let worth = snapshot.finder.worth(&snapshot.terms, &snapshot.weights, asked, term);
        worth.map_or(0, eighths)
    }
}

/// The places of the bits that are set.
fn each_bit(mut bits: u16) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let at = (bits != 0).then(|| bits.trailing_zeros() as usize);
        bits &= bits.wrapping_sub(1);
        at
    })
}
