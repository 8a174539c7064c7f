//! People of the corpus: listed under the names that lists hold, and on the way under names that are
//! misspelt, cut, transliterated, reordered.

use portcullis::domain::{Entry, EntryId, EntryKey, Event, ListedName, Name, Sex, Subject};
use portcullis::sim::corpus::{Corpus, Kind, Query, Sort};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// How many are listed.
const LISTED: u32 = 300;

/// The people, and what befalls their names.
pub(crate) struct Slips(Corpus);

impl Slips {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Corpus::new(seed))
    }

    /// Their entries, on the list and under the handling of `like`.
    pub(crate) fn entries(&self, like: &Entry) -> impl Iterator<Item = Entry> {
        self.0.persons(LISTED).map(|person| {
            let entry = EntryId::parse(&format!("Q{:07}", person.number)).unwrap();
            let good = person.names.iter().filter(|name| name.sort != Sort::Weak);
            let names = good.map(|name| ListedName {
                surname: name.surname.as_str().into(),
                given: name.given.as_str().into(),
                weak: false,
            });
            Entry {
                key: EntryKey { list: like.key.list.clone(), entry },
                subject: Subject::Person,
                names: names.collect(),
                birth_dates: person.listed_birth.into_iter().collect(),
                nationalities: person.listed_nationality.into_iter().collect(),
                sex: (!person.number.is_multiple_of(3)).then_some(sex(person.female)),
                birth_places: Box::default(),
                identifiers: Box::default(),
                valid_from: None,
                valid_to: None,
                narrative: like.narrative.clone(),
                handling: like.handling.clone(),
            }
        })
    }

    /// One of them at the border, something done to the name.
    pub(crate) fn traveller(&self, rng: &mut ChaCha8Rng) -> Query {
        let drawn = |_| {
            let person = self.0.person(rng.random_range(0..LISTED))?;
            self.0.query(&person, Kind::ALL[rng.random_range(1..Kind::ALL.len())])
        };
        // Not every name can be altered in every way.
        std::iter::repeat(()).find_map(drawn).unwrap()
    }
}

/// Lets the person of an event travel under this name, where it is about one and no more.
pub(crate) fn disguise<'a>(event: &mut Event<'a>, query: &'a Query) {
    let mut people = event.parties.iter_mut().filter(|party| party.subject == Subject::Person);
    let (Some(person), None) = (people.next(), people.next()) else { return };
    let Query { name, born, nationality, female, .. } = query;
    person.names.clear();
    person.names.push(Name { surname: &name.surname, given: &name.given });
    person.birth_date = Some(*born);
    person.nationality = Some(*nationality);
    person.sex = Some(sex(*female));
}

fn sex(female: bool) -> Sex {
    if female { Sex::Female } else { Sex::Male }
}
