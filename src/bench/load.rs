//! What is sent: crossings and list entries, each made from its number and the seed alone.
//!
//! Numbers become people by a one-to-one mapping, so that nobody unlisted ever meets a list and the
//! truth is known without comparing anything. All texts that differ have one length, so that an
//! event is made by writing into a finished one, and a field stands at one place in all events.

use std::ops::Range;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::codec::{self, Contract, Format};
use crate::domain::{
    Action, AgencyId, Country, Crossing, Date, Direction, Entry, EntryId, EntryKey, Event, EventId,
    Facts, Handling, Identifier, Journey, ListId, ListedName, Mode, Name, Party, Place, Priority,
    Revision, Role, Sex, Stated, Subject, Timestamp, Topic,
};

use super::Error;

/// The agency that owns every entry and publishes every event.
pub(super) const AGENCY: &str = "bench";
/// The list of documents.
pub(super) const DOCUMENTS: &str = "bench-documents";
/// The list of persons.
pub(super) const PERSONS: &str = "bench-persons";
/// Documents that are listed while the bench runs have the numbers above those listed before.
pub(super) const LATE_MAX: u64 = 100_000;
/// Events that one run may number.
pub(super) const EVENTS_MAX: u64 = 800_000_000;

const EVENT_ID: Range<usize> = 6..42;
/// Document numbers: nine digits.
const NUMBERS: u64 = 1_000_000_000;
/// Odd and no multiple of five, so that multiplying by it moves the numbers below 10^9 one to one.
const NUMBER_STEP: u64 = 387_420_489;
const CONSONANTS: &[u8; 16] = b"BCDFGHKLMNPRSTVW";
const VOWELS: &[u8; 5] = b"AEIOU";
const ENDS: &[u8; 8] = b"DKLMNRST";
const SYLLABLES: u64 = 16 * 5 * 8;
const BIRTH_DAYS: u64 = 20_000;
/// Birth dates from 1945-01-01 on.
const FIRST_BIRTH_DAY: i32 = -9_131;
/// People that differ in birth date, given name (two syllables) or surname (three).
const PEOPLE: u64 = BIRTH_DAYS * SYLLABLES.pow(5);
/// A prime that divides not `PEOPLE`.
const PEOPLE_STEP: u64 = 1_000_000_007;
/// 2026-01-01T00:00:00Z: the publisher's clock is data, and equal seeds give equal bytes.
pub(super) const OCCURRED_AT: i64 = 1_767_225_600_000_000;

/// The lists and the travellers of one seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Load {
    pub(super) seed: u64,
    /// Listed documents.
    pub(super) documents: u64,
    /// Listed persons, by name and birth date.
    pub(super) persons: u64,
}

/// What a planted event meets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hit {
    /// The document of this number.
    Document(u64),
    /// The person of this number.
    Person(u64),
}

/// Who travels: every text that differs from event to event.
#[derive(PartialEq, Eq)]
struct Traveller {
    document: [u8; 9],
    surname: [u8; 9],
    given: [u8; 6],
    born: Date,
}

impl Load {
    /// The document number of an index; different indexes below 10^9 have different numbers.
    pub(super) fn document(&self, index: u64) -> [u8; 9] {
        let offset = mixed(self.seed) % NUMBERS;
        let mut number = ((index % NUMBERS) * NUMBER_STEP + offset) % NUMBERS;
        let mut digits = [b'0'; 9];
        for digit in digits.iter_mut().rev() {
            *digit = ascii_digit(number);
            number /= 10;
        }
        digits
    }

    /// The entry that the event of a hit must be met by.
    pub(super) fn entry_of(hit: Hit) -> String {
        match hit {
            Hit::Document(index) => format!("{DOCUMENTS}/D{index:09}"),
            Hit::Person(index) => format!("{PERSONS}/P{index:09}"),
        }
    }

    /// What a planted event meets: a listed document or a listed person, as asked, where such are
    /// listed.
    pub(super) fn hit(&self, event: u64, document: bool) -> Hit {
        let draw = mixed(self.seed ^ event.rotate_left(32));
        if (document || self.persons == 0) && self.documents > 0 {
            Hit::Document(draw % self.documents)
        } else {
            Hit::Person(draw % self.persons.max(1))
        }
    }

    /// How many entries are listed before anything is measured.
    pub(super) const fn entries(&self) -> u64 {
        self.documents + self.persons
    }

    /// An entry as the list topic has it: key and value.
    pub(super) fn entry(&self, index: u64) -> Result<(String, Vec<u8>), Error> {
        if index < self.documents {
            self.listed_document(index)
        } else {
            self.listed_person(index - self.documents)
        }
    }

    /// The entry of a document; beyond [`Self::documents`] one that is listed late.
    pub(super) fn listed_document(&self, index: u64) -> Result<(String, Vec<u8>), Error> {
        let number = self.document(index);
        let document = Identifier::document(text(&number), issuer()?).map_err(Error::made)?;
        let mut entry = bare_entry(&Self::entry_of(Hit::Document(index)), Subject::Document)?;
        entry.identifiers = Box::new([document]);
        encoded(&entry)
    }

    fn listed_person(&self, index: u64) -> Result<(String, Vec<u8>), Error> {
        let person = self.person(index)?;
        let mut entry = bare_entry(&Self::entry_of(Hit::Person(index)), Subject::Person)?;
        let (surname, given) = (text(&person.surname).into(), text(&person.given).into());
        entry.names = Box::new([ListedName { surname, given }]);
        entry.birth_dates = Box::new([person.born]);
        encoded(&entry)
    }

    /// Who travels in an event; somebody whom no list knows unless a hit is planted.
    fn traveller(&self, event: u64, hit: Option<Hit>) -> Result<Traveller, Error> {
        let mut traveller = self.person(self.persons + event)?;
        traveller.document = self.document(self.documents + LATE_MAX + event);
        match hit {
            None => {}
            Some(Hit::Document(index)) => traveller.document = self.document(index),
            Some(Hit::Person(index)) => {
                traveller = Traveller { document: traveller.document, ..self.person(index)? };
            }
        }
        Ok(traveller)
    }

    fn person(&self, index: u64) -> Result<Traveller, Error> {
        let moved = u128::from(index % PEOPLE) * u128::from(PEOPLE_STEP)
            + u128::from(mixed(self.seed.wrapping_add(1)));
        let mut left = u64::try_from(moved % u128::from(PEOPLE)).unwrap_or(0);
        let mut take = |count: u64| {
            let taken = left % count;
            left /= count;
            taken
        };
        let days = i32::try_from(take(BIRTH_DAYS)).unwrap_or(0);
        let mut given = [0; 6];
        given.chunks_exact_mut(3).for_each(|at| syllable(take(SYLLABLES), at));
        let mut surname = [0; 9];
        surname.chunks_exact_mut(3).for_each(|at| syllable(take(SYLLABLES), at));
        let born = Date::from_epoch_days(FIRST_BIRTH_DAY + days)
            .ok_or_else(|| Error::made("a birth date is no day of the calendar"))?;
        Ok(Traveller { document: [0; 9], surname, given, born })
    }
}

/// Writes events: one finished event, into which each next one is written.
#[derive(Clone)]
pub(super) struct Writer {
    load: Load,
    bytes: Vec<u8>,
    document: usize,
    surname: usize,
    given: usize,
    born: usize,
}

impl Writer {
    /// A writer for the events of a load.
    ///
    /// # Errors
    /// When the codec refuses the event, or a field does not stand where it must.
    pub(super) fn new(load: Load) -> Result<Self, Error> {
        let traveller = load.traveller(0, None)?;
        let bytes = encode(0, &traveller)?;
        let place = |field: &[u8]| {
            let mut places = bytes.windows(field.len()).enumerate();
            let place = places.find(|(_, window)| *window == field).map(|(at, _)| at);
            place.ok_or_else(|| Error::made("a field is not in the event's bytes"))
        };
        let (document, surname) = (place(&traveller.document)?, place(&traveller.surname)?);
        let (given, born) = (place(&traveller.given)?, place(traveller.born.to_iso().as_bytes())?);
        if bytes.get(EVENT_ID).map(text) != Some(&event_id(0)) {
            return Err(Error::made("the event's id is not at its place"));
        }
        Ok(Self { load, bytes, document, surname, given, born })
    }

    /// Where the document's number stands in every event.
    pub(super) fn document_at(&self) -> Range<usize> {
        self.document..self.document + 9
    }

    /// The length of every event, bytes.
    pub(super) fn length(&self) -> usize {
        self.bytes.len()
    }

    /// The bytes of an event.
    pub(super) fn write(&mut self, event: u64, hit: Option<Hit>) -> Result<&[u8], Error> {
        let traveller = self.load.traveller(event, hit)?;
        put(&mut self.bytes, EVENT_ID.start, event_id(event).as_bytes());
        put(&mut self.bytes, self.document, &traveller.document);
        put(&mut self.bytes, self.surname, &traveller.surname);
        put(&mut self.bytes, self.given, &traveller.given);
        put(&mut self.bytes, self.born, traveller.born.to_iso().as_bytes());
        Ok(&self.bytes)
    }
}

/// The number of an event from its bytes.
pub(super) fn number_of(event: &[u8]) -> Option<u64> {
    text(event.get(EVENT_ID)?.strip_prefix(b"bench-")?).parse().ok()
}

/// The number of an event from an alert about it, found by the form of its id.
pub(super) fn number_in_alert(alert: &[u8]) -> Option<u64> {
    alert.windows(EVENT_ID.len()).find_map(|window| {
        let id = window.strip_prefix(b"bench-")?;
        id.iter().all(u8::is_ascii_digit).then(|| text(id).parse().ok())?
    })
}

fn event_id(event: u64) -> String {
    format!("bench-{event:030}")
}

fn encode(event: u64, traveller: &Traveller) -> Result<Vec<u8>, Error> {
    let contract = Contract::Events(Topic::Crossings);
    let format = Format::Avro { schema_id: contract.id() };
    let id = event_id(event);
    let party = Party {
        role: Role::Traveller,
        organisation: false,
        names: SmallVec::from_iter([Name {
            surname: text(&traveller.surname),
            given: text(&traveller.given),
        }]),
        birth_date: Some(traveller.born),
        sex: Some(Sex::Female),
        nationality: Some(issuer()?),
    };
    let document = Identifier::document(text(&traveller.document), issuer()?);
    let stated = Stated {
        role: Role::Traveller,
        identifier: document.map_err(Error::made)?,
        expires: Date::day(2031, 6, 30),
    };
    let event = Event {
        id: EventId::parse(&id).map_err(Error::made)?,
        agency: AgencyId::parse(AGENCY).map_err(Error::made)?,
        system: Some("primary-line.hall-b.terminal-2.heathrow.border-control"),
        revision: Revision::New,
        occurred_at: Timestamp::from_micros(OCCURRED_AT).unwrap_or(Timestamp::MIN),
        place: Place { locode: Some("GBLHR"), control_point: Some("terminal-2/hall-b/desk-17") },
        direction: Direction::Inbound,
        mode: Mode::Air,
        journey: Journey {
            carrier: Some("Northern Isles Airways"),
            number: Some("NI1234"),
            origin: Some("NOOSL"),
            destination: Some("GBLHR"),
        },
        parties: SmallVec::from_iter([party]),
        identifiers: SmallVec::from_iter([stated]),
        facts: Facts::Crossing(Crossing {
            read_method: Some("CHIP"),
            outcome: Some("admitted for six months as a visitor"),
        }),
        defects: SmallVec::new(),
    };
    codec::encode_event(&event, format).map_err(Error::made)
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
        nationalities: Box::new([issuer()?]),
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

fn issuer() -> Result<Country, Error> {
    Country::parse("NOR").map_err(Error::made)
}

fn syllable(number: u64, out: &mut [u8]) {
    let pick = |from: &[u8], at: u64| {
        let at = usize::try_from(at).unwrap_or(0) % from.len();
        from.get(at).copied().unwrap_or(b'A')
    };
    let letters = [pick(CONSONANTS, number / 40), pick(VOWELS, number / 8 % 5), pick(ENDS, number)];
    out.copy_from_slice(&letters);
}

fn put(bytes: &mut [u8], at: usize, field: &[u8]) {
    if let Some(place) = bytes.get_mut(at..at + field.len()) {
        place.copy_from_slice(field);
    }
}

fn text(bytes: &[u8]) -> &str {
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
mod tests {
    use std::collections::HashSet;

    use super::*;

    const LOAD: Load = Load { seed: 7, documents: 500, persons: 300 };

    #[test]
    fn a_written_event_is_the_encoded_one_byte_for_byte() {
        let mut writer = Writer::new(LOAD).unwrap();
        for event in (0..5_000).chain([EVENTS_MAX - 1]) {
            for hit in [None, Some(LOAD.hit(event, true)), Some(LOAD.hit(event, false))] {
                let encoded = encode(event, &LOAD.traveller(event, hit).unwrap()).unwrap();
                assert!(writer.write(event, hit).unwrap() == encoded, "{event} {hit:?}");
                assert_eq!(number_of(&encoded), Some(event));
            }
        }
        assert!((300..=500).contains(&writer.length()), "{}", writer.length());
    }

    #[test]
    fn nobody_unlisted_meets_a_list_and_everybody_planted_does() {
        let documents: HashSet<_> = (0..LOAD.documents).map(|at| LOAD.document(at)).collect();
        let key = |who: &Traveller| (who.surname, who.given, who.born.packed());
        let persons: HashSet<_> =
            (0..LOAD.persons).map(|at| key(&LOAD.person(at).unwrap())).collect();
        assert_eq!((documents.len(), persons.len()), (500, 300));
        let met = |event, hit| {
            let who = LOAD.traveller(event, hit).unwrap();
            (documents.contains(&who.document), persons.contains(&key(&who)))
        };
        for event in 0..20_000 {
            assert_eq!(met(event, None), (false, false));
            assert_eq!(met(event, Some(LOAD.hit(event, true))), (true, false));
            assert_eq!(met(event, Some(LOAD.hit(event, false))), (false, true));
        }
    }

    #[test]
    fn another_seed_lists_other_documents_and_people() {
        let other = Load { seed: 8, ..LOAD };
        assert_ne!(LOAD.document(0), other.document(0));
        assert!(LOAD.person(0).unwrap() != other.person(0).unwrap());
    }
}
