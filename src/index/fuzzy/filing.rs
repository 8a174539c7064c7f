//! Under which keys names are filed: pairs of words first, finer keys where many share a pair.
//!
//! | names | key | where many share it |
//! |---|---|---|
//! | without a date | pair | pair and third word |
//! | with a year | pair and year | pair, third word and year |
//! | the same, once more | pair | none: what dates take away only rare words bring back |
//! | with a rare word | that word | |

use hashbrown::HashMap;

use crate::index::Filter;

use super::date::DateCode;
use super::key::{Company, Key, Kind, Sound};
use super::postings::{Others, Posting};
use super::record::Nation;

/// The most words of a name that it is filed under: the rarest.
pub(super) const FILED_MAX: usize = 7;
/// Where more names than this share a pair, they are filed under finer keys.
const PAIR_MAX: usize = 12;
/// Where more than this share a pair and a year, likewise.
const YEAR_MAX: usize = 16;
/// A word that no more names have finds them alone.
const RARE_MAX: u32 = 12;

/// A name as it is filed.
#[derive(Clone, Copy)]
pub(super) struct Filed<'a> {
    pub(super) date: DateCode,
    pub(super) nation: Nation,
    pub(super) others: Others,
    /// The sounds of the words it is filed under, each once.
    pub(super) sounds: &'a [Sound],
}

/// The names of a list by number, as they are filed: for as long as a snapshot is made.
#[derive(Default)]
pub(super) struct Catalogue {
    beside: Vec<(DateCode, Nation, Others)>,
    /// Where the sounds of each end.
    ends: Vec<u32>,
    sounds: Vec<Sound>,
}

impl Catalogue {
    pub(super) fn with_room(names: usize) -> Self {
        Self {
            beside: Vec::with_capacity(names),
            ends: Vec::with_capacity(names),
            sounds: Vec::with_capacity(4 * names),
        }
    }

    /// Takes in the next name.
    pub(super) fn push(&mut self, name: Filed<'_>) {
        self.beside.push((name.date, name.nation, name.others));
        self.sounds.extend_from_slice(name.sounds);
        self.ends.push(self.sounds.len() as u32);
    }

    fn get(&self, name: u32) -> Option<Filed<'_>> {
        let at = name as usize;
        let (date, nation, others) = *self.beside.get(at)?;
        let from = at.checked_sub(1).and_then(|last| self.ends.get(last)).map_or(0, |from| *from);
        let sounds = self.sounds.get(from as usize..*self.ends.get(at)? as usize)?;
        Some(Filed { date, nation, others, sounds })
    }

    /// All of them by number.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, Filed<'_>)> {
        (0..).map_while(|name| Some((name, self.get(name)?)))
    }
}

/// Under which kinds of keys a name of this date is filed.
pub(super) fn kinds(date: DateCode) -> impl Iterator<Item = Kind> {
    let year = date.year().map(Kind::Year);
    let dated = year.is_some().then_some(Kind::Dated);
    let none = year.is_none().then_some(Kind::Undated);
    year.into_iter().chain(dated).chain(none)
}

/// Names under keys.
type Part = Vec<(Key, Posting)>;

/// Everything that is filed; all but rare words in the order of the keys.
pub(super) struct Filing {
    rare: Part,
    undated: Part,
    dated: Part,
    years: Part,
    finer: [Part; 2],
}

impl Filing {
    /// Files every name.
    pub(super) fn new(names: &Catalogue) -> Self {
        let (mut undated, mut dated, mut years) = rooms(names);
        let carriers = carriers(names);
        let is_rare = |sound: &&Sound| carriers.get(*sound).is_some_and(|many| *many <= RARE_MAX);
        let rare = carriers.values().filter(|many| **many <= RARE_MAX);
        let mut rare = Vec::with_capacity(rare.sum::<u32>() as usize);
        for (name, filed) in names.iter() {
            let posting = Posting::new(name, filed.date, filed.nation.0, filed.others);
            let words = filed.sounds.iter().filter(is_rare);
            rare.extend(words.map(|sound| (Company::one(*sound).key(), posting)));
            for company in first(filed.sounds) {
                for kind in kinds(filed.date) {
                    let keys = match kind {
                        Kind::Undated => &mut undated,
                        Kind::Dated => &mut dated,
                        Kind::Year(_) => &mut years,
                    };
                    keys.push((company.of(kind), posting));
                }
            }
        }
        // Where dates do not agree, only rare words can make a match.
        refine(&mut dated, PAIR_MAX, |_, _| ());
        let mut finer = [Vec::new(), Vec::new()];
        let [of_years, of_undated] = &mut finer;
        refine(&mut years, YEAR_MAX, |key, posting| thirds(names, (key, posting), of_years));
        refine(&mut undated, PAIR_MAX, |key, posting| thirds(names, (key, posting), of_undated));
        for finer in &mut finer {
            // Each pair of a name leads to the same three words.
            finer.sort_unstable_by_key(|(key, posting)| (*key, posting.name()));
            finer.dedup();
        }
        Self { rare, undated, dated, years, finer }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Key, Posting)> + Clone + '_ {
        let [of_years, of_undated] = &self.finer;
        let parts = [&self.rare, &self.undated, &self.dated, &self.years, of_years, of_undated];
        parts.into_iter().flatten().copied()
    }

    /// All keys, and all pairs whatever their names' dates.
    pub(super) fn filter(&self) -> Filter {
        // Pairs as they are come to as many again, about.
        let mut filter = Filter::with_room(2 * self.iter().count());
        self.iter().for_each(|(key, _)| filter.insert(key.0));
        for (key, _) in self.undated.iter().chain(&self.dated) {
            filter.insert(key.of_any().0);
        }
        filter
    }
}

/// Empty parts with room for the pairs of names without a date, with one, and with a year.
fn rooms(names: &Catalogue) -> (Part, Part, Part) {
    let (mut undated, mut dated) = (0, 0);
    for (_, name) in names.iter() {
        let pairs = first(name.sounds).count();
        if name.date.year().is_some() { dated += pairs } else { undated += pairs }
    }
    (Vec::with_capacity(undated), Vec::with_capacity(dated), Vec::with_capacity(dated))
}

/// How many names have each sound.
fn carriers(names: &Catalogue) -> HashMap<Sound, u32, foldhash::fast::FixedState> {
    let mut carriers = HashMap::<_, u32, _>::default();
    for sound in &names.sounds {
        *carriers.entry(*sound).or_default() += 1;
    }
    carriers
}

/// Puts names in the order of keys. Where more than `most` share one, a mark stands for them, and each is
/// shown, to be filed under finer keys.
fn refine(part: &mut Part, most: usize, mut show: impl FnMut(Key, Posting)) {
    part.sort_unstable_by_key(|(key, posting)| (*key, posting.name()));
    let (mut at, mut kept) = (0, 0);
    while let Some((key, _)) = part.get(at).copied() {
        let same = |(other, _): &&(Key, Posting)| *other == key;
        let many = part.get(at..).unwrap_or_default().iter().take_while(same).count();
        if many <= most {
            part.copy_within(at..at + many, kept);
            kept += many;
        } else {
            let group = part.get(at..at + many).unwrap_or_default();
            group.iter().for_each(|(key, posting)| show(*key, *posting));
            if let Some(slot) = part.get_mut(kept) {
                *slot = (key, Posting::finer());
            }
            kept += 1;
        }
        at += many;
    }
    part.truncate(kept);
}

/// Each pair of the words of a name, or its only word.
pub(super) fn first(sounds: &[Sound]) -> impl Iterator<Item = Company> + '_ {
    let only = match sounds {
        [only] => Some(Company::one(*only).alone()),
        _ => None,
    };
    let pairs = sounds.iter().enumerate().flat_map(|(at, one)| {
        let others = sounds.get(at + 1..).unwrap_or_default();
        others.iter().map(|other| Company::one(*one).and(*other))
    });
    only.into_iter().chain(pairs)
}

/// Files a name that shares a key with many under each of its words besides; or as a name without another.
fn thirds(names: &Catalogue, (key, posting): (Key, Posting), into: &mut Part) {
    let Some(Filed { date, sounds, .. }) = names.get(posting.name()) else { return };
    let Some(kind) = kinds(date).find(|kind| *kind != Kind::Dated) else { return };
    let Some(company) = first(sounds).find(|company| company.of(kind) == key) else { return };
    if sounds.len() <= 2 {
        into.push((company.alone().of(kind), posting));
        return;
    }
    let others = sounds.iter().filter(|third| !company.holds(sounds, **third));
    into.extend(others.map(|third| (company.and(*third).of(kind), posting)));
}
