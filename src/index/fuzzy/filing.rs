//! Under which keys names are filed: pairs of words first, finer keys where many share a pair.

use super::date::DateCode;
use super::key::{Company, Key, Sound};
use super::postings::Posting;
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

/// Files every name.
pub(super) fn file(names: &impl Catalogue) -> Vec<(Key, Posting)> {
    let mut sounds = Vec::new();
    let (mut done, mut pairs, mut rare) = (Vec::new(), Vec::new(), Vec::new());
    for name in 0..names.count() {
        let filed = names.show(name, &mut sounds);
        let posting = Posting::new(name, filed.date, filed.nation.0);
        pairs.extend(first(filed.sounds).map(|company| (company.key(), posting)));
        rare.extend(filed.sounds.iter().map(|sound| (Company::one(*sound).key(), posting)));
    }
    by_key(&mut rare, |key, group| {
        if group.len() <= RARE_MAX {
            done.extend(group.iter().map(|posting| (key, *posting)));
        }
    });
    drop(rare);
    let years = refine(names, pairs, PAIR_MAX, &mut done, |company, filed| match filed.date.year() {
        Some(year) => Finer::Next(company.in_year(year)),
        None => Finer::Last(None),
    });
    refine(names, years, YEAR_MAX, &mut done, |_, filed| Finer::Last(filed.date.year()));
    done
}

/// How the names of a long list are filed instead.
enum Finer {
    /// Under this key, which may be too common in its turn.
    Next(Key),
    /// Under each third word, with a year where there is one.
    Last(Option<u16>),
}

/// Files names under these keys, or where many share one, under finer keys; gives those that may be
/// too common in their turn.
fn refine(
    names: &impl Catalogue,
    mut filed: Vec<(Key, Posting)>,
    most: usize,
    done: &mut Vec<(Key, Posting)>,
    finer: impl Fn(Company, &Filed<'_>) -> Finer,
) -> Vec<(Key, Posting)> {
    let (mut next, mut last) = (Vec::new(), Vec::new());
    let mut sounds = Vec::new();
    by_key(&mut filed, |key, group| {
        if group.len() <= most {
            done.extend(group.iter().map(|posting| (key, *posting)));
            return;
        }
        done.push((key, Posting::finer()));
        for posting in group {
            let name = names.show(posting.name(), &mut sounds);
            let year = name.date.year();
            let owner = |company: &Company| {
                company.key() == key || year.is_some_and(|year| company.in_year(year) == key)
            };
            let Some(company) = first(name.sounds).find(owner) else { continue };
            match finer(company, &name) {
                Finer::Next(key) => next.push((key, *posting)),
                Finer::Last(year) => {
                    last.extend(thirds(name.sounds, company, year).map(|key| (key, *posting)));
                }
            }
        }
    });
    // Each pair of a name leads to the same three words.
    last.sort_unstable_by_key(|(key, posting)| (*key, posting.name()));
    last.dedup();
    done.append(&mut last);
    next
}

/// Shows each key with what is filed under it.
fn by_key(filed: &mut [(Key, Posting)], mut show: impl FnMut(Key, &[Posting])) {
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
fn thirds(sounds: &[Sound], company: Company, year: Option<u16>) -> impl Iterator<Item = Key> + '_ {
    let key = move |company: Company| match year {
        Some(year) => company.in_year(year),
        None => company.key(),
    };
    let alone = (sounds.len() <= 2).then(|| key(company.alone()));
    let thirds = sounds.iter().filter(move |third| sounds.len() > 2 && !company.holds(sounds, **third));
    alone.into_iter().chain(thirds.map(move |third| key(company.and(*third))))
}
