//! Under which keys names are filed: pairs of words first, finer keys where many share a pair.
//!
//! | names | key | where many share it |
//! |---|---|---|
//! | without a date | pair | pair and third word |
//! | with a year | pair and year | pair, third word and year |
//! | the same, once more | pair | none: what dates take away only rare words bring back |
//! | with a rare word | that word | |

use hashbrown::HashMap;

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
const RARE_MAX: usize = 12;

/// A name as it is filed.
pub(super) struct Filed<'a> {
    pub(super) date: DateCode,
    pub(super) nation: Nation,
    pub(super) others: Others,
    /// The sounds of the words it is filed under, each once.
    pub(super) sounds: &'a [Sound],
}

/// The names of a list, by number.
pub(super) trait Catalogue {
    /// How many there are.
    fn count(&self) -> u32;
    /// Shows one; `sounds` is room for its sounds.
    fn show<'a>(&self, name: u32, sounds: &'a mut Vec<Sound>) -> Filed<'a>;
}

/// Under which kinds of keys a name of this date is filed.
pub(super) fn kinds(date: DateCode) -> impl Iterator<Item = Kind> {
    let year = date.year().map(Kind::Year);
    let dated = year.is_some().then_some(Kind::Dated);
    let none = year.is_none().then_some(Kind::Undated);
    year.into_iter().chain(dated).chain(none)
}

/// Files every name.
pub(super) fn file(names: &impl Catalogue) -> Vec<(Key, Posting)> {
    let mut sounds = Vec::new();
    let mut done = Vec::new();
    let carriers = carriers(names);
    let is_rare =
        |sound: &&Sound| carriers.get(*sound).is_some_and(|many| *many <= RARE_MAX as u32);
    let (mut undated, mut dated, mut years) = (vec![], vec![], vec![]);
    for name in 0..names.count() {
        let filed = names.show(name, &mut sounds);
        let posting = Posting::new(name, filed.date, filed.nation.0, filed.others);
        let rare = filed.sounds.iter().filter(is_rare);
        done.extend(rare.map(|sound| (Company::one(*sound).key(), posting)));
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
    refine(names, dated, (PAIR_MAX, false), &mut done);
    refine(names, years, (YEAR_MAX, true), &mut done);
    refine(names, undated, (PAIR_MAX, true), &mut done);
    done
}

/// How many names have each sound.
fn carriers(names: &impl Catalogue) -> HashMap<Sound, u32, foldhash::fast::FixedState> {
    let mut carriers = HashMap::<_, u32, _>::default();
    let mut sounds = Vec::new();
    for name in 0..names.count() {
        for sound in names.show(name, &mut sounds).sounds {
            *carriers.entry(*sound).or_default() += 1;
        }
    }
    carriers
}

/// Files names under these keys; where more than `most` share one, a mark and, if wanted, finer keys.
fn refine(
    names: &impl Catalogue,
    filed: Vec<(Key, Posting)>,
    (most, finer): (usize, bool),
    done: &mut Vec<(Key, Posting)>,
) {
    let mut last = Vec::new();
    let mut sounds = Vec::new();
    by_key(filed, |key, group| {
        if group.len() <= most {
            done.extend(group.iter().map(|posting| (key, *posting)));
            return;
        }
        done.push((key, Posting::finer()));
        for posting in group.iter().filter(|_| finer) {
            let name = names.show(posting.name(), &mut sounds);
            let kinds = || kinds(name.date).filter(|kind| *kind != Kind::Dated);
            for company in first(name.sounds) {
                if let Some(kind) = kinds().find(|kind| company.of(*kind) == key) {
                    last.extend(thirds(name.sounds, company, kind).map(|key| (key, *posting)));
                }
            }
        }
    });
    // Each pair of a name leads to the same three words.
    last.sort_unstable_by_key(|(key, posting)| (*key, posting.name()));
    last.dedup();
    done.append(&mut last);
}

/// Shows each key with what is filed under it.
fn by_key(mut filed: Vec<(Key, Posting)>, mut show: impl FnMut(Key, &[Posting])) {
    filed.sort_unstable_by_key(|(key, posting)| (*key, posting.name()));
    let mut group = Vec::new();
    for same in filed.chunk_by(|one, other| one.0 == other.0) {
        group.clear();
        group.extend(same.iter().map(|(_, posting)| *posting));
        if let Some((key, _)) = same.first() {
            show(*key, &group);
        }
    }
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

/// The keys of these words with each other word of the name; or as a name without another.
fn thirds(sounds: &[Sound], company: Company, kind: Kind) -> impl Iterator<Item = Key> + '_ {
    let alone = (sounds.len() <= 2).then(|| company.alone().of(kind));
    let others = sounds.iter().filter(move |_| sounds.len() > 2);
    let others = others.filter(move |third| !company.holds(sounds, **third));
    alone.into_iter().chain(others.map(move |third| company.and(*third).of(kind)))
}
