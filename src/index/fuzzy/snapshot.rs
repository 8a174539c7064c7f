//! A list as it was at one moment, ready to be searched; nothing in it ever changes.

use smallvec::SmallVec;

use crate::domain::{Country, Date};
use crate::index::Filter;
use crate::index::prefetch::prefetch;
use crate::names::{Analysed, Word};

use super::date::DateCode;
use super::day::Days;
use super::filing::{Catalogue, FILED_MAX, Filed, Filing};
use super::key::Sound;
use super::kin::Finder;
use super::kindred::Kindred;
use super::memory::Memory;
use super::postings::{Others, Postings};
use super::record::{Beside, Member, Nation, Record, WORDS_MAX, Weight, weighed};
use super::terms::{Term, Terms};
use super::weights::Weights;

/// The most birth dates of an entry that are filed.
const DATES_MAX: usize = 32;

/// What is filed about one entry.
pub struct Listed<'a> {
    /// Its names, each in the words it is made of.
    pub names: &'a [Analysed],
    /// When it may have been born; empty when that is not known.
    pub born: &'a [Date],
    /// Its nationalities; empty when they are not known.
    pub nations: &'a [Country],
}

/// Takes entries and makes a [`Snapshot`] of them.
pub struct Builder<T> {
    terms: Terms,
    entries: Vec<T>,
    /// Records, whose words are not yet in them but at this place of `members`.
    drafts: Vec<Draft>,
    members: Vec<Member>,
}

struct Draft {
    entry: u32,
    beside: Beside,
    from: u32,
    many: u16,
}

impl<T> Default for Builder<T> {
    fn default() -> Self {
        let (entries, drafts, members) = (Vec::new(), Vec::new(), Vec::new());
        Self { terms: Terms::default(), entries, drafts, members }
    }
}

impl<T: Clone + Ord> Builder<T> {
    /// Files an entry.
    pub fn add(&mut self, entry: T, listed: &Listed<'_>) {
        let entry = self.push(entry);
        let words = || listed.names.iter().flat_map(Analysed::words);
        words().for_each(|word| self.terms.foresee(word.text()));
        words().for_each(|word| _ = self.terms.foresee_word(word.text()));
        for name in listed.names {
            for beside in besides(name, listed) {
                self.draft(entry, beside, weighed(name.words()));
            }
        }
    }

    /// Adds an entry without names; gives its number.
    pub(super) fn push(&mut self, entry: T) -> u32 {
        self.entries.push(entry);
        self.entries.len() as u32 - 1
    }

    /// Adds a name to an entry.
    pub(super) fn draft<'a>(
        &mut self,
        entry: u32,
        beside: Beside,
        words: impl Iterator<Item = (&'a Word, Weight)>,
    ) {
        let from = self.members.len();
        let mut borne: SmallVec<[u128; 8]> = SmallVec::new();
        for (word, weight) in words.take(WORDS_MAX) {
            let key = word.canonical_key();
            let counts = !beside.again && !borne.contains(&key);
            borne.push(key);
            let member = self.terms.intern(word, counts);
            let member = member.map(|(term, sound)| Member::new(term, sound, weight));
            self.members.extend(member);
        }
        let many = (self.members.len() - from) as u16;
        if many > 0 {
            self.drafts.push(Draft { entry, beside, from: from as u32, many });
        }
    }

    /// Makes the snapshot. It takes seconds for a million entries.
    pub fn build(self, weights: Weights) -> Snapshot<T> {
        self.build_with(weights, None)
    }

    /// The same, quicker where it is remembered which words were kin: see [`Snapshot::memory`].
    pub fn build_with(mut self, weights: Weights, memory: Option<&Memory>) -> Snapshot<T> {
        self.terms.shrink();
        let (entries, ranks) = ranked(self.entries);
        for draft in &mut self.drafts {
            draft.entry = ranks.get(draft.entry as usize).copied().unwrap_or_default();
        }
        let place =
            |Draft { entry, beside, from, .. }: &Draft| (beside.date, beside.nation, *entry, *from);
        self.drafts.sort_unstable_by_key(place);
        let mut rest = Vec::new();
        let records: Vec<Record> = self
            .drafts
            .iter()
            .map(|draft| {
                let range = draft.from as usize..draft.from as usize + usize::from(draft.many);
                let members = self.members.get(range).unwrap_or_default();
                Record::new(draft.entry, draft.beside, members, &mut rest)
            })
            .collect();
        drop((self.drafts, self.members));
        let names = Names { records: records.into(), rest: rest.into() };
        Snapshot::new(self.terms, entries, names, weights, memory)
    }
}

/// What stands beside a name of an entry, each time that it is filed: once for each birth date. Its words
/// count once, as a census of the listed names has them.
pub(super) fn besides(name: &Analysed, listed: &Listed<'_>) -> impl Iterator<Item = Beside> {
    let (nation, variant) = (Nation::new(listed.nations), name.is_variant());
    let dates = listed.born.iter().take(DATES_MAX).map(|date| DateCode::new(Some(*date)));
    let absent = listed.born.is_empty().then_some(DateCode::ABSENT);
    let more = (listed.born.len() > DATES_MAX).then_some(DateCode::ELSEWHERE);
    let dates = dates.chain(absent).chain(more).enumerate();
    dates.map(move |(at, date)| Beside { date, nation, again: variant || at > 0 })
}

/// Entries in order without doubles, and the place of each as it was.
fn ranked<T: Ord>(entries: Vec<T>) -> (Box<[T]>, Vec<u32>) {
    let mut numbered: Vec<(T, u32)> = entries.into_iter().zip(0..).collect();
    numbered.sort_unstable();
    let mut ranks = vec![0; numbered.len()];
    let mut sorted: Vec<T> = Vec::with_capacity(numbered.len());
    for (entry, number) in numbered {
        if sorted.last() != Some(&entry) {
            sorted.push(entry);
        }
        if let Some(rank) = ranks.get_mut(number as usize) {
            *rank = sorted.len() as u32 - 1;
        }
    }
    (sorted.into(), ranks)
}

/// The records of a list.
pub(super) struct Names {
    pub(super) records: Box<[Record]>,
    pub(super) rest: Box<[Member]>,
}

impl Names {
    /// Has a record fetched that will be asked for.
    pub(super) fn foresee(&self, name: u32) {
        if let Some(record) = self.records.get(name as usize) {
            prefetch(record);
        }
    }
}

/// A list as it was at one moment.
pub struct Snapshot<T> {
    pub(super) terms: Terms,
    pub(super) finder: Finder,
    pub(super) kindred: Kindred,
    pub(super) entries: Box<[T]>,
    /// By date, days first, by nationality and by entry.
    pub(super) names: Names,
    pub(super) days: Days,
    /// Whether a date is known to the month alone.
    pub(super) has_months: bool,
    pub(super) filter: Filter,
    pub(super) postings: Postings,
    pub(super) weights: Weights,
    /// How often what is known of its words was handed on to it.
    round: u64,
}

impl<T> Snapshot<T> {
    fn new(
        terms: Terms,
        entries: Box<[T]>,
        names: Names,
        weights: Weights,
        memory: Option<&Memory>,
    ) -> Self {
        let finder = Finder::new(&terms, names.records.len(), &weights);
        let kindred = match memory {
            Some(memory) => Kindred::recalled((&terms, &weights), &finder, memory),
            None => Kindred::new(&terms, &finder, &weights),
        };
        let catalogue = catalogue(&terms, &names);
        let days = Days::new(&catalogue);
        let filed = Filing::new(&catalogue);
        drop(catalogue);
        let filter = filed.filter();
        let has_months = names.records.iter().any(|record| record.date.is_month());
        let postings = Postings::new(filed.iter());
        let round = memory.map_or(0, Memory::next_round);
        Self {
            terms,
            finder,
            kindred,
            entries,
            names,
            days,
            has_months,
            filter,
            postings,
            weights,
            round,
        }
    }

    /// Which of its words are kin, for the next snapshot or the next run.
    pub fn memory(&self) -> Memory {
        Memory::of(&self.terms, &self.kindred, self.round)
    }

    /// How many different words the names have.
    pub fn words(&self) -> usize {
        self.terms.len()
    }

    /// How many names are filed, those with several birth dates once for each.
    pub fn len(&self) -> usize {
        self.names.records.len()
    }

    /// Whether nothing is filed.
    pub fn is_empty(&self) -> bool {
        self.names.records.is_empty()
    }

    /// Bytes of memory by part.
    pub fn bytes(&self) -> [(&'static str, usize); 8] {
        let names = size_of_val(&*self.names.records) + size_of_val(&*self.names.rest);
        [
            ("words", self.terms.bytes()),
            ("finder of kin", self.finder.bytes()),
            ("kin", self.kindred.bytes()),
            ("entries", size_of_val(&*self.entries)),
            ("names", names),
            ("days", self.days.bytes()),
            ("filter", self.filter.bytes()),
            ("postings", self.postings.bytes()),
        ]
    }
}

/// The names with the sounds that they are filed under.
fn catalogue(terms: &Terms, names: &Names) -> Catalogue {
    let mut catalogue = Catalogue::with_room(names.records.len());
    let mut sounds = Vec::new();
    for record in &names.records {
        let members = || record.members(&names.rest);
        let count = |weight| members().filter(|member| member.weight() == weight).count();
        let full = count(Weight::Full);
        let others = Others::of(full, count(Weight::Initial));
        sounds.clear();
        let counts = |member: &Member| full == 0 || member.weight() == Weight::Full;
        tell(terms, members().filter(counts).map(Member::term), &mut sounds);
        let (date, nation) = (record.date, record.nation);
        catalogue.push(Filed { date, nation, others, sounds: &sounds });
    }
    catalogue
}

/// The sounds of these words, each once; of many, those of the rarest words.
fn tell(terms: &Terms, words: impl Iterator<Item = Term>, sounds: &mut Vec<Sound>) {
    let mut filed: SmallVec<[(u32, Sound); 8]> = SmallVec::new();
    for word in words {
        let Some(sound) = terms.sound(word) else { continue };
        if filed.iter().all(|(_, other)| *other != sound) {
            filed.push((terms.carriers(word), sound));
        }
    }
    if filed.len() > FILED_MAX {
        filed.sort_unstable_by_key(|(carriers, _)| *carriers);
        filed.truncate(FILED_MAX);
    }
    sounds.extend(filed.iter().map(|(_, sound)| *sound));
}
