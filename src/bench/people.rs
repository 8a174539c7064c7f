//! Who is listed and who travels, named as the world's people are, and which of them meet.
//!
//! All are invented by [`crate::sim::corpus`]. Who meets whom by the very name and birth date is
//! counted out beforehand, so that the truth is known without asking what is measured.

use std::hash::BuildHasher as _;

use compact_str::CompactString;
use foldhash::fast::FixedState;

use crate::domain::{Country, Date, Folded, Name};
use crate::sim::corpus::{self, Corpus, Crowd, Kind, Mix, Person, Query, Slip, Sort, Spelling};

/// What ordinary slips do to a name. One in another script is none, and those that leave the same
/// words in the same letters are met by equality.
const SLIPS: [Kind; 11] = [
    Kind::Slip(Slip::Typo1),
    Kind::Drop,
    Kind::Transliteration,
    Kind::Slip(Slip::Typo2),
    Kind::Initial,
    Kind::Variant,
    Kind::Slip(Slip::Transpose),
    Kind::Slip(Slip::Joined),
    Kind::Extra,
    Kind::Slip(Slip::Split),
    Kind::TypoReorder,
];

/// Somebody as an event states them.
pub(super) struct Traveller {
    pub(super) surname: CompactString,
    pub(super) given: CompactString,
    pub(super) born: Date,
    pub(super) nationality: Country,
    pub(super) female: bool,
}

/// Listed persons, and everybody else.
pub(super) struct People {
    corpus: Corpus,
    listed: u32,
    /// Keys of all listed names with a full birth date, sorted.
    known: Vec<u64>,
    /// Listed persons whose birth date is known to the day and whose first name nobody else on the
    /// list bears who was born that day.
    alone: Vec<u32>,
}

impl People {
    /// The first so many persons of this seed, listed.
    pub(super) fn new(seed: u64, listed: u32) -> Self {
        let corpus = Corpus::new(seed);
        let (mut folded, mut keys, mut first) = (Folded::default(), Vec::new(), Vec::new());
        for person in corpus.persons(listed) {
            let Some(born) = person.listed_birth.filter(|date| date.is_full()) else { continue };
            let mut of = good_names(&person).map(|name| {
                let name = Name { surname: &name.surname, given: &name.given };
                (key(&mut folded, name, born), person.number)
            });
            first.extend(of.next());
            keys.extend(of);
        }
        keys.extend_from_slice(&first);
        keys.sort_unstable();
        // One person may bear a name twice, in other letters.
        keys.dedup();
        let alone = unshared(&first, &keys);
        let mut known: Vec<u64> = keys.into_iter().map(|(key, _)| key).collect();
        known.dedup();
        Self { corpus, listed, known, alone }
    }

    /// A listed person, as the list has them.
    pub(super) fn person(&self, number: u32) -> Option<Person> {
        self.corpus.person(number)
    }

    /// One of the persons that an event can meet by name and birth date and meet alone.
    pub(super) fn one_of(&self, draw: u64) -> Option<u32> {
        let place = draw.checked_rem(self.alone.len() as u64)?;
        self.alone.get(usize::try_from(place).ok()?).copied()
    }

    /// A listed person who travels under the name and the birth date of the list.
    pub(super) fn as_listed(&self, number: u32) -> Option<Traveller> {
        let person = self.person(number)?;
        let name = person.name()?.clone();
        Some(Traveller::new(name, person.born, person.nationality, person.female))
    }

    /// A listed person whose name some slip has altered, and now and then the birth date too; which
    /// one depends on `turn`.
    pub(super) fn with_slip(&self, number: u32, turn: u64) -> Option<Traveller> {
        let person = self.person(number)?;
        let mut folded = Folded::default();
        let skipped = usize::try_from(turn % SLIPS.len() as u64).ok()?;
        let kinds = SLIPS.iter().cycle().skip(skipped).take(SLIPS.len());
        let queries = kinds.filter_map(|kind| self.corpus.query(&person, *kind));
        let mut altered = queries.map(|query| {
            let Query { name, born, nationality, female, .. } = query;
            Traveller::new(name, born, nationality, female)
        });
        let found = altered.find(|traveller| !self.knows(&mut folded, traveller));
        // Of a million names a few are so short that nothing can be done to them but this.
        found.or_else(|| Some(self.as_listed(number)?.with_letter_too_many()))
    }

    /// So many people who are on no list.
    pub(super) fn crowd(&self, count: usize) -> impl Iterator<Item = Traveller> {
        let crowd = Crowd::new(&self.corpus, self.listed, Mix::travelling());
        let mut folded = Folded::default();
        let all = (0..u32::MAX).filter_map(move |number| crowd.traveller(number));
        let all = all.map(|traveller| {
            let corpus::Traveller { name, born, nationality, female, .. } = traveller;
            Traveller::new(name, born, nationality, female)
        });
        all.filter(move |traveller| !self.knows(&mut folded, traveller)).take(count)
    }

    /// Whether the list has this very name with this birth date.
    fn knows(&self, folded: &mut Folded, traveller: &Traveller) -> bool {
        let Traveller { surname, given, born, .. } = traveller;
        self.known.binary_search(&key(folded, Name { surname, given }, *born)).is_ok()
    }
}

impl Traveller {
    fn new(name: Spelling, born: Date, nationality: Country, female: bool) -> Self {
        let Spelling { surname, given, .. } = name;
        Self { surname, given, born, nationality, female }
    }

    fn with_letter_too_many(mut self) -> Self {
        self.surname.push('x');
        self
    }
}

/// The names that are listed. Entries cannot say that a name is too vague to act on alone, so such are
/// left out.
pub(super) fn good_names(person: &Person) -> impl Iterator<Item = &Spelling> {
    person.names.iter().filter(|name| name.sort != Sort::Weak)
}

/// Of persons and the keys of their first names those whose key no other person has; `keys` are all
/// keys and whose they are, each once, sorted.
fn unshared(first: &[(u64, u32)], keys: &[(u64, u32)]) -> Vec<u32> {
    let is_alone = |key: u64| {
        let begin = keys.partition_point(|(other, _)| *other < key);
        keys.get(begin + 1).is_none_or(|(next, _)| *next != key)
    };
    first.iter().filter(|(key, _)| is_alone(*key)).map(|(_, number)| *number).collect()
}

/// The same for names of the same words and the same date.
fn key(folded: &mut Folded, name: Name<'_>, born: Date) -> u64 {
    FixedState::default().hash_one((folded.fold(name), born.packed()))
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    const LISTED: u32 = 3_000;

    /// Every listed name with a full birth date, and whose it is, without any hash of ours.
    fn truth(people: &People) -> HashMap<(Vec<u8>, u32), HashSet<u32>> {
        let mut folded = Folded::default();
        let mut truth = HashMap::<_, HashSet<u32>>::new();
        for person in (0..LISTED).map(|number| people.person(number).unwrap()) {
            let Some(born) = person.listed_birth.filter(|date| date.is_full()) else { continue };
            for name in good_names(&person) {
                let name = Name { surname: &name.surname, given: &name.given };
                let name = folded.fold(name).to_vec();
                truth.entry((name, born.packed())).or_default().insert(person.number);
            }
        }
        truth
    }

    fn stated(traveller: &Traveller) -> (Vec<u8>, u32) {
        let name = Name { surname: &traveller.surname, given: &traveller.given };
        (Folded::default().fold(name).to_vec(), traveller.born.packed())
    }

    #[test]
    fn whoever_travels_as_listed_is_one_person_and_whoever_is_not_listed_is_nobody() {
        let people = People::new(7, LISTED);
        let truth = truth(&people);
        assert!((1_900..=2_200).contains(&people.alone.len()), "{}", people.alone.len());
        for draw in 0..people.alone.len() as u64 {
            let number = people.one_of(draw).unwrap();
            let traveller = people.as_listed(number).unwrap();
            assert_eq!(truth.get(&stated(&traveller)), Some(&HashSet::from([number])));
        }
        assert_eq!(people.crowd(20_000).count(), 20_000);
        assert!(people.crowd(20_000).all(|other| !truth.contains_key(&stated(&other))));
    }

    #[test]
    fn every_one_of_them_can_come_with_a_slip_that_equality_does_not_see() {
        let people = People::new(7, LISTED);
        let truth = truth(&people);
        for draw in 0..people.alone.len() as u64 {
            let slipped = people.with_slip(people.one_of(draw).unwrap(), draw).unwrap();
            assert!(!truth.contains_key(&stated(&slipped)));
        }
    }

    #[test]
    fn persons_who_share_a_name_and_a_birth_date_cannot_be_met_alone() {
        let keys = [(1, 10), (2, 10), (2, 11), (3, 12), (4, 10), (4, 12)];
        assert_eq!(unshared(&[(1, 10), (2, 11), (3, 12), (4, 12)], &keys), [10, 12]);
    }

    #[test]
    fn where_nobody_is_listed_nobody_can_be_met() {
        let nobody = People::new(7, 0);
        assert!(nobody.one_of(3).is_none());
        assert_eq!(nobody.crowd(10).count(), 10);
    }

    #[test]
    fn another_seed_lists_other_people() {
        let name = |seed| People::new(seed, 1).as_listed(0).unwrap();
        assert!(stated(&name(7)) != stated(&name(8)));
    }
}
