//! Crossings as bytes: each made by writing its number and its document into a finished one.
//!
//! Encoding an event takes longer than screening it. So the people who are on no list are encoded
//! once, before anything is measured, and travel again and again, each time with another document.
//! The number of the event stands at one place from the beginning, that of the document at one place
//! from the end.

use std::ops::Range;

use smallvec::SmallVec;

use crate::codec::{self, Contract, Format};
use crate::domain::{
    AgencyId, Crossing, Date, Direction, Event, EventId, Facts, Identifier, Journey, Mode, Name,
    Party, Place, Revision, Role, Sex, Stated, Subject, Timestamp, Topic,
};

use super::Error;
use super::load::{AGENCY, Hit, Load, Number, OCCURRED_AT, issuer, text};
use super::people::{People, Traveller};

const EVENT_ID: Range<usize> = 6..42;

/// Crossings of people who are on no list, encoded.
pub(super) struct Crowd {
    bytes: Vec<u8>,
    /// Where each ends.
    ends: Vec<usize>,
    /// Where the document's number begins, counted from the end of an event.
    document_back: usize,
}

impl Crowd {
    /// So many of them.
    ///
    /// # Errors
    /// When the codec refuses one, or a field does not stand where it must.
    pub(super) fn new(people: &People, count: usize) -> Result<Self, Error> {
        let document_back = document_back()?;
        let mut crowd = Self { bytes: Vec::new(), ends: Vec::new(), document_back };
        for traveller in people.crowd(count) {
            crowd.bytes.extend_from_slice(&encode(0, &traveller, &SAMPLE)?);
            crowd.ends.push(crowd.bytes.len());
        }
        Ok(crowd)
    }

    /// The mean length of an event, bytes.
    pub(super) fn mean_length(&self) -> usize {
        self.bytes.len().checked_div(self.ends.len()).unwrap_or(0)
    }

    /// The crossing of whoever travels in an event.
    fn of(&self, event: u64) -> Option<&[u8]> {
        let place = usize::try_from(event.checked_rem(self.ends.len() as u64)?).ok()?;
        let begin = place.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied());
        self.bytes.get(begin?..*self.ends.get(place)?)
    }
}

/// Writes events, one after the other into the same bytes.
pub(super) struct Writer<'a> {
    load: &'a Load,
    bytes: Vec<u8>,
}

impl<'a> Writer<'a> {
    /// A writer for the events of a load.
    pub(super) const fn new(load: &'a Load) -> Self {
        Self { load, bytes: Vec::new() }
    }

    /// The bytes of an event.
    ///
    /// # Errors
    /// When somebody listed was to travel and is not there, or the codec refuses the event.
    pub(super) fn write(&mut self, event: u64, hit: Option<Hit>) -> Result<&[u8], Error> {
        let load = self.load;
        let nobody = || Error::made("there is nobody to travel");
        let planted = match hit {
            None | Some(Hit::Document(_)) => None,
            Some(Hit::Person(number)) => Some(load.people.as_listed(number).ok_or_else(nobody)?),
            Some(Hit::Slip(number)) => {
                Some(load.people.with_slip(number, event).ok_or_else(nobody)?)
            }
        };
        match planted {
            Some(traveller) => self.bytes = encode(event, &traveller, &SAMPLE)?,
            None => {
                self.bytes.clear();
                self.bytes.extend_from_slice(load.crowd.of(event).ok_or_else(nobody)?);
            }
        }
        put(&mut self.bytes, Some(EVENT_ID.start), event_id(event).as_bytes());
        let document = self.bytes.len().checked_sub(load.crowd.document_back);
        put(&mut self.bytes, document, &load.document_in(event, hit));
        Ok(&self.bytes)
    }
}

/// The document that events are encoded with.
const SAMPLE: Number = *b"999999999";

/// Where the document's number begins in every event, counted from the event's end.
///
/// # Errors
/// When a field does not stand where it must.
pub(super) fn document_back() -> Result<usize, Error> {
    let traveller = Traveller {
        surname: "Doe".into(),
        given: "Jo".into(),
        born: Date::day(1990, 1, 1).ok_or_else(|| Error::made("there is no such day"))?,
        nationality: issuer()?,
        female: true,
    };
    let bytes = encode(0, &traveller, &SAMPLE)?;
    if bytes.get(EVENT_ID).map(text) != Some(&event_id(0)) {
        return Err(Error::made("the event's id is not at its place"));
    }
    let place = bytes.windows(SAMPLE.len()).position(|window| window == SAMPLE);
    let place = place.ok_or_else(|| Error::made("the document is not in the event's bytes"))?;
    Ok(bytes.len() - place)
}

/// The document's number in an event that was made here.
pub(super) fn document_of(event: &[u8], back: usize) -> Option<Number> {
    event.get(event.len().checked_sub(back)?..)?.first_chunk().copied()
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

fn encode(event: u64, traveller: &Traveller, document: &Number) -> Result<Vec<u8>, Error> {
    let contract = Contract::Events(Topic::Crossings);
    let format = Format::Avro { schema_id: contract.id() };
    let id = event_id(event);
    let party = Party {
        role: Role::Traveller,
        subject: Subject::Person,
        names: SmallVec::from_iter([Name { surname: &traveller.surname, given: &traveller.given }]),
        birth_date: Some(traveller.born),
        sex: Some(if traveller.female { Sex::Female } else { Sex::Male }),
        nationality: Some(traveller.nationality),
        birth_place: None,
    };
    let document = Identifier::document(text(document), issuer()?);
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

fn put(bytes: &mut [u8], at: Option<usize>, field: &[u8]) {
    if let Some(place) = at.and_then(|at| bytes.get_mut(at..at + field.len())) {
        place.copy_from_slice(field);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::load::tests::load;
    use crate::bench::load::{EVENTS_MAX, Touch};

    #[test]
    fn a_written_event_is_the_encoded_one_byte_for_byte() {
        let load = load();
        let mut writer = Writer::new(&load);
        let travellers: Vec<Traveller> = load.people.crowd(1_000).collect();
        for event in (0..2_000).chain([EVENTS_MAX - 1]) {
            let touches = [Touch::Document, Touch::Person, Touch::Slip];
            for hit in touches.map(|touch| load.hit(event, touch)).into_iter().chain([None]) {
                let planted = match hit {
                    Some(Hit::Person(number)) => load.people.as_listed(number),
                    Some(Hit::Slip(number)) => load.people.with_slip(number, event),
                    Some(Hit::Document(_)) | None => None,
                };
                let crowd = &travellers[usize::try_from(event % 1_000).unwrap()];
                let number = load.document_in(event, hit);
                let encoded = encode(event, planted.as_ref().unwrap_or(crowd), &number).unwrap();
                assert!(writer.write(event, hit).unwrap() == encoded, "{event} {hit:?}");
                assert_eq!(number_of(&encoded), Some(event));
                assert_eq!(document_of(&encoded, load.crowd.document_back), Some(number));
            }
        }
        assert!((280..=500).contains(&load.crowd.mean_length()), "{}", load.crowd.mean_length());
    }

    #[test]
    fn the_number_of_an_event_is_found_in_an_alert_about_it() {
        let alert = [b"\0\x12bench-xyz".as_slice(), event_id(4_711).as_bytes(), b"\x02"].concat();
        assert_eq!(number_in_alert(&alert), Some(4_711));
        assert_eq!(number_in_alert(b"bench-12"), None);
    }
}
