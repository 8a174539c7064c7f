//! What is listed and what is planted: each document and each person from its number and the seed.

use std::sync::Arc;

use crate::codec::{self, Contract, Format};
use crate::domain::{
    Action, AgencyId, Country, Entry, EntryId, EntryKey, Handling, Identifier, ListId, ListedName,
    Priority, Subject,
};

use super::Error;
use super::crossing::Crowd;
use super::people::{People, good_names};

/// The agency that owns every entry and publishes every event.
pub(super) const AGENCY: &str = "bench";
/// The list of documents.
pub(super) const DOCUMENTS: &str = "bench-documents";
/// The list of persons.
pub(super) const PERSONS: &str = "bench-persons";
/// Documents that are listed while the bench runs have the numbers above those listed before.
pub(super) const LATE_MAX: u64 = 200_000;
/// Events that one run may number.
pub(super) const EVENTS_MAX: u64 = 800_000_000;
/// Persons that one run may list.
pub(super) const PERSONS_MAX: u64 = 100_000_000;
/// People on no list, who travel again and again: far more than caches hold.
const TRAVELLERS_MAX: u64 = 1 << 18;

/// Document numbers: nine digits.
const NUMBERS: u64 = 1_000_000_000;
/// Odd and no multiple of five, so that multiplying by it moves the numbers below 10^9 one to one.
const NUMBER_STEP: u64 = 387_420_489;
/// 2026-01-01T00:00:00Z: the publisher's clock is data, and equal seeds give equal bytes.
pub(super) const OCCURRED_AT: i64 = 1_767_225_600_000_000;

/// A document's number.
pub(super) type Number = [u8; 9];

/// The documents of one seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Documents {
    pub(super) seed: u64,
    /// Those listed.
    pub(super) listed: u64,
}

impl Documents {
    /// The document of an index; different indexes below 10^9 have different numbers, so that nobody
    /// meets one that was not planted.
    pub(super) fn number(self, index: u64) -> Number {
        let offset = mixed(self.seed) % NUMBERS;
        let mut number = ((index % NUMBERS) * NUMBER_STEP + offset) % NUMBERS;
        let mut digits = [b'0'; 9];
        for digit in digits.iter_mut().rev() {
            *digit = ascii_digit(number);
            number /= 10;
        }
        digits
    }
}

/// The lists and the travellers of one seed.
pub(super) struct Load {
    pub(super) documents: Documents,
    /// Listed persons.
    pub(super) persons: u64,
    pub(super) people: People,
    pub(super) crowd: Crowd,
}

/// What a planted event shall touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Touch {
    Document,
    Person,
    Slip,
}

/// What a planted event meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    /// The document of this number.
    Document(u64),
    /// The person of this number, by the very name and birth date.
    Person(u32),
    /// The person of this number, whose name or date was altered by a slip.
    Slip(u32),
}

impl Load {
    /// So many documents and persons, and people enough for so many events.
    ///
    /// # Errors
    /// When the codec refuses what is made here.
    pub(super) fn new(documents: Documents, persons: u64, events: u64) -> Result<Self, Error> {
        let people = People::new(documents.seed, u32::try_from(persons).unwrap_or(u32::MAX));
        let travellers = usize::try_from(events.clamp(1, TRAVELLERS_MAX)).unwrap_or(1);
        let crowd = Crowd::new(&people, travellers)?;
        Ok(Self { documents, persons, people, crowd })
    }

    /// The entry that the event of a hit must be met by.
    pub(super) fn entry_of(hit: Hit) -> String {
        match hit {
            Hit::Document(index) => format!("{DOCUMENTS}/D{index:09}"),
            Hit::Person(number) | Hit::Slip(number) => format!("{PERSONS}/P{number:09}"),
        }
    }

    /// What a planted event meets: a document where nobody is listed who could be met by name, and
    /// nothing where it was to be a slip.
    pub(super) fn hit(&self, event: u64, touch: Touch) -> Option<Hit> {
        let draw = mixed(self.documents.seed ^ event.rotate_left(32));
        let document = || draw.checked_rem(self.documents.listed).map(Hit::Document);
        let person = || self.people.one_of(draw);
        match touch {
            Touch::Document => document(),
            Touch::Person => person().map(Hit::Person).or_else(document),
            Touch::Slip => person().map(Hit::Slip),
        }
    }

    /// The document that somebody travels with: of their own unless a listed one is planted.
    pub(super) fn document_in(&self, event: u64, hit: Option<Hit>) -> Number {
        match hit {
            Some(Hit::Document(index)) => self.documents.number(index),
            Some(Hit::Person(_) | Hit::Slip(_)) | None => {
                self.documents.number(self.documents.listed + LATE_MAX + event)
            }
        }
    }

    /// How many entries are listed before anything is measured.
    pub(super) const fn entries(&self) -> u64 {
        self.documents.listed + self.persons
    }

    /// An entry as the list topic has it: key and value.
    pub(super) fn entry(&self, index: u64) -> Result<(String, Vec<u8>), Error> {
        match index.checked_sub(self.documents.listed) {
            None => self.listed_document(index),
            Some(number) => self.listed_person(number),
        }
    }

    /// The entry of a document; beyond those listed before one that is listed late.
    pub(super) fn listed_document(&self, index: u64) -> Result<(String, Vec<u8>), Error> {
        let number = self.documents.number(index);
        let document = Identifier::document(text(&number), issuer()?).map_err(Error::made)?;
        let mut entry = bare_entry(&Self::entry_of(Hit::Document(index)), Subject::Document)?;
        entry.nationalities = Box::new([issuer()?]);
        entry.identifiers = Box::new([document]);
        encoded(&entry)
    }

    fn listed_person(&self, number: u64) -> Result<(String, Vec<u8>), Error> {
        let number = u32::try_from(number).map_err(Error::made)?;
        let person = self.people.person(number);
        let person = person.ok_or_else(|| Error::made("there is no such person"))?;
        let mut entry = bare_entry(&Self::entry_of(Hit::Person(number)), Subject::Person)?;
        let names = good_names(&person).map(|name| ListedName {
            surname: name.surname.as_str().into(),
            given: name.given.as_str().into(),
            weak: false,
        });
        entry.names = names.collect();
        entry.birth_dates = person.listed_birth.into_iter().collect();
        entry.nationalities = person.listed_nationality.into_iter().collect();
        encoded(&entry)
    }
}

fn bare_entry(key: &str, subject: Subject) -> Result<Entry, Error> {
    let (list, entry) = key.split_once('/').unwrap_or_default();
    Ok(Entry {
        key: EntryKey {
            list: ListId::parse(list).map_err(Error::made)?,
            entry: EntryId::parse(entry).map_err(Error::made)?,
        },
        subject,
        names: Box::default(),
        birth_dates: Box::default(),
        nationalities: Box::default(),
        sex: None,
        birth_places: Box::default(),
        identifiers: Box::default(),
        valid_from: None,
        valid_to: None,
        narrative: Some("Invented. Refer to the unit before any other step.".into()),
        handling: Arc::new(Handling {
            owner: AgencyId::parse(AGENCY).map_err(Error::made)?,
            unit: Some("duty desk".into()),
            contact: Some("any hour".into()),
            priority: Priority::High,
            action: Action::StopAndRefer,
            fallback: Action::NotifyOwnerOnly,
            covert: false,
            audience: Box::default(),
            warnings: Box::default(),
            reason_code: None,
        }),
    })
}

fn encoded(entry: &Entry) -> Result<(String, Vec<u8>), Error> {
    let format = Format::Avro { schema_id: Contract::Entries.id() };
    let value = codec::encode_entry(entry, format).map_err(Error::made)?;
    Ok((entry.key.to_string(), value))
}

/// The state that issues all documents.
pub(super) fn issuer() -> Result<Country, Error> {
    Country::parse("NOR").map_err(Error::made)
}

pub(super) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn ascii_digit(number: u64) -> u8 {
    b'0' + u8::try_from(number % 10).unwrap_or(0)
}

/// Steele, Lea and Flood's SplitMix64: one number well mixed into another, one to one.
const fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::HashSet;

    use super::*;

    pub(in crate::bench) fn load() -> Load {
        Load::new(Documents { seed: 7, listed: 500 }, 300, 1_000).unwrap()
    }

    #[test]
    fn nobody_has_a_listed_document_unless_it_is_planted() {
        let load = load();
        let listed: HashSet<_> = (0..500).map(|index| load.documents.number(index)).collect();
        assert_eq!(listed.len(), 500);
        for event in 0..20_000 {
            let met = |hit| listed.contains(&load.document_in(event, hit));
            assert!(!met(None) && met(load.hit(event, Touch::Document)));
            assert!(!met(load.hit(event, Touch::Person)) && !met(load.hit(event, Touch::Slip)));
        }
    }

    #[test]
    fn where_nobody_is_listed_events_touch_documents() {
        let load = Load::new(Documents { seed: 7, listed: 5 }, 0, 10).unwrap();
        assert!(matches!(load.hit(1, Touch::Person), Some(Hit::Document(0..5))));
        assert_eq!(load.hit(1, Touch::Slip), None);
        assert_eq!(load.entries(), 5);
    }

    #[test]
    fn another_seed_lists_other_documents() {
        let number = |seed| Documents { seed, listed: 1 }.number(0);
        assert_ne!(number(7), number(8));
    }
}
