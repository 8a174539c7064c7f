//! What records are in the world, what each must come to, and the entries that they meet.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use portcullis::codec::{Format, encode_event};
use portcullis::domain::{
    Action, AgencyId, Country, Crossing, Date, Direction, Entry, EntryKey, Event, EventId, Facts,
    Handling, Identifier, Journey, ListedName, Mode, Name, Party, Place, Priority, Revision, Role,
    Share, Stated, Subject, Timestamp, View,
};
use portcullis::metrics::Disposition;

/// What the world's brokers take in one message, bytes.
pub(super) const MESSAGE_MAX: usize = 4_000;
/// Schemas that the world's registry knows once it answers, and never knows.
pub(super) const LATE: u32 = 7_777;
pub(super) const NEVER: u32 = 8_888;

/// The defect of records that touch no list: field and reason, as they are counted.
pub(super) const DEFECT: [&str; 2] = ["documents[].number", "character"];
/// The defect of those of which only the slow lane can tell that they touch none.
pub(super) const CUT_DEFECT: [&str; 2] = ["documents[].number", "empty"];

/// What a record is, and so what it must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Touches no list. It also states something unusable, which is how the world sees that it was
    /// judged: nothing else comes of it.
    Clear,
    /// Three notices: owner, Command, one agency.
    Met,
    /// Four notices in two alerts, one of them covert.
    MetTwice,
    /// Two notices, too large unless shrunk.
    Big,
    /// Met, and too large in any size.
    Huge,
    /// A dead letter.
    Garbage,
    /// A dead letter, too large unless shrunk.
    BigGarbage,
    /// Met, in a schema that the registry knows late.
    Late,
    /// A dead letter, in a schema that the registry never knows.
    Never,
    /// Touches no list, which only the slow lane can tell: a search for its name meets its bound. It
    /// states something unusable too, as `Clear` does, and something else than that.
    CutClear,
    /// Met by number and by name, and the search for the name meets its bound. Three notices.
    CutMet,
}

impl Kind {
    pub(super) const ALL: [Self; 11] = [
        Self::Clear,
        Self::Met,
        Self::MetTwice,
        Self::Big,
        Self::Huge,
        Self::Garbage,
        Self::BigGarbage,
        Self::Late,
        Self::Never,
        Self::CutClear,
        Self::CutMet,
    ];

    /// Those that are finished at the first attempt.
    pub(super) const EASY: [Self; 6] =
        [Self::Clear, Self::Met, Self::MetTwice, Self::Garbage, Self::CutClear, Self::CutMet];

    /// How many messages it comes to.
    pub(super) fn messages(self) -> usize {
        match self {
            Self::Met | Self::Late | Self::CutMet => 3,
            Self::MetTwice => 4,
            Self::Big => 2,
            Self::Clear | Self::CutClear => 0,
            Self::Huge | Self::Garbage | Self::BigGarbage | Self::Never => 1,
        }
    }

    pub(super) fn disposition(self) -> Disposition {
        match self {
            Self::Clear | Self::CutClear => Disposition::Clear,
            Self::Met | Self::MetTwice | Self::Big | Self::Late | Self::CutMet => {
                Disposition::Alerted
            }
            Self::Huge | Self::Garbage | Self::BigGarbage | Self::Never => Disposition::DeadLetter,
        }
    }

    /// Whether a message about it may go there.
    pub(super) fn may_tell(self, to: &str) -> bool {
        let feeds: &[&str] = match self {
            Self::Clear | Self::CutClear => &[],
            Self::Met | Self::MetTwice | Self::Late | Self::CutMet => {
                &["Command", "police", "border-force"]
            }
            Self::Big => &["Command", "police"],
            // It is tried as an alert first.
            Self::Huge => &["Command", "police", "DeadLetter"],
            Self::Garbage | Self::BigGarbage | Self::Never => &["DeadLetter"],
        };
        feeds.contains(&to)
    }

    /// Whether its messages are cut until they fit, so that a repeat may be shorter.
    pub(super) fn is_cut(self) -> bool {
        matches!(self, Self::Big | Self::Huge | Self::BigGarbage)
    }

    /// Whether a search for its name meets its bound.
    pub(super) fn is_deferred(self) -> bool {
        matches!(self, Self::CutClear | Self::CutMet)
    }

    pub(super) fn is_avro(self) -> bool {
        matches!(self, Self::Late | Self::Never)
    }

    /// What it is, in a story.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Clear => "touches no list",
            Self::Met => "meets an entry, three must be told",
            Self::MetTwice => "meets two entries, four messages",
            Self::Big => "meets an entry, too large unless cut",
            Self::Huge => "meets an entry, too large however cut",
            Self::Garbage => "cannot be read",
            Self::BigGarbage => "cannot be read and is too large",
            Self::Late => "meets an entry, its schema is known late",
            Self::Never => "its schema is never known",
            Self::CutClear => "touches no list, which the slow lane finds out",
            Self::CutMet => "meets two entries, one of them in the slow lane, three must be told",
        }
    }

    /// The record's value, made once for each place.
    pub(super) fn value(self, partition: usize, offset: i64) -> Rc<[u8]> {
        type Made = HashMap<(Kind, usize, i64), Rc<[u8]>>;
        thread_local!(static MADE: RefCell<Made> = RefCell::default());
        MADE.with_borrow_mut(|made| {
            let value = made.entry((self, partition, offset));
            let make = || self.make(&format!("event-{partition}-{offset}")).into();
            Rc::clone(value.or_insert_with(make))
        })
    }

    fn make(self, id: &str) -> Vec<u8> {
        let json = |numbers: &[&str]| event(id, numbers, Format::Json);
        match self {
            Self::Clear => with_a_defect(&json(&["CLEAR1"]), "?"),
            Self::CutClear => with_a_defect(&named(id, &["CLEAR1"], LAPSED), ""),
            Self::CutMet => named(id, &["PLAIN1"], ALIKE),
            Self::Met => json(&["PLAIN1"]),
            Self::MetTwice => json(&["PLAIN1", "COVERT1"]),
            Self::Big => json(&["BIG1"]),
            Self::Huge => json(&["HUGE1"]),
            Self::Garbage => b"no event".to_vec(),
            Self::BigGarbage => vec![b'x'; MESSAGE_MAX + 1],
            Self::Late => event(id, &["PLAIN1"], Format::Avro { schema_id: LATE }),
            Self::Never => event(id, &["PLAIN1"], Format::Avro { schema_id: NEVER }),
        }
    }
}

/// The event with a second document whose number is none.
fn with_a_defect(event: &[u8], number: &str) -> Vec<u8> {
    let mut event: serde_json::Value = serde_json::from_slice(event).unwrap();
    let documents = event["documents"].as_array_mut().unwrap();
    documents.push(serde_json::json!({"number": number, "issuing_state": "GBR"}));
    event.to_string().into_bytes()
}

fn document(number: &str) -> Identifier {
    Identifier::document(number, Country::parse("GBR").unwrap()).unwrap()
}

/// Somebody whose name is like that of an entry, and of one that is in force no more; with the day of
/// birth of both.
const ALIKE: Named = (("Lindquist", "Thorsten"), "1980-01-02");
const LAPSED: Named = (("Abramovic", "Roman"), "1966-10-24");

type Named = ((&'static str, &'static str), &'static str);

/// A crossing with these documents.
pub(crate) fn event(id: &str, numbers: &[&str], format: Format) -> Vec<u8> {
    crossing(id, numbers, None, format)
}

/// A crossing of somebody for whose name the search of a world meets its bound.
pub(crate) fn deferred(id: &str) -> Vec<u8> {
    named(id, &["PLAIN1"], ALIKE)
}

fn named(id: &str, numbers: &[&str], ((surname, given), born): Named) -> Vec<u8> {
    let party = Party {
        role: Role::Traveller,
        subject: Subject::Person,
        names: [Name { surname, given }].into_iter().collect(),
        birth_date: Date::parse(born),
        sex: None,
        nationality: None,
        birth_place: None,
    };
    crossing(id, numbers, Some(party), Format::Json)
}

fn crossing<'a>(
    id: &'a str,
    numbers: &[&str],
    party: Option<Party<'a>>,
    format: Format,
) -> Vec<u8> {
    let stated = |number: &&str| Stated {
        role: Role::Traveller,
        identifier: document(number),
        expires: None,
    };
    let event = Event {
        id: EventId::parse(id).unwrap(),
        agency: AgencyId::parse("border-force").unwrap(),
        system: None,
        revision: Revision::New,
        occurred_at: Timestamp::from_millis(1_795_000_000_000).unwrap(),
        place: Place::default(),
        direction: Direction::Inbound,
        mode: Mode::Sea,
        journey: Journey::default(),
        parties: party.into_iter().collect(),
        identifiers: numbers.iter().map(stated).collect(),
        facts: Facts::Crossing(Crossing::default()),
        defects: Default::default(),
    };
    encode_event(&event, format).unwrap()
}

/// The entries that the records meet.
pub(crate) fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let share = Share { agency: AgencyId::parse("border-force").unwrap(), view: View::Summary };
        let plain = entry("wanted/plain", "PLAIN1", |entry, _| entry.audience = [share].into());
        let covert = entry("wanted/covert", "COVERT1", |entry, _| entry.covert = true);
        let big = entry("wanted/big", "BIG1", |_, narrative| *narrative = Some(long()));
        let huge = entry("wanted/huge", "HUGE1", |entry, _| entry.contact = Some(long()));
        let mut alike = entry("wanted/alike", "ALIKE1", |_, _| ());
        alike.names = listed("Lindqvist", "Torsten");
        alike.birth_dates = [Date::parse(ALIKE.1).unwrap()].into();
        let mut lapsed = entry("wanted/lapsed", "LAPSED1", |_, _| ());
        lapsed.names = listed("Abramovich", "Roman");
        lapsed.birth_dates = [Date::parse(LAPSED.1).unwrap()].into();
        lapsed.valid_to = Timestamp::from_millis(1_700_000_000_000);
        [&mut alike, &mut lapsed].into_iter().for_each(|entry| entry.subject = Subject::Person);
        vec![plain, covert, big, huge, alike, lapsed]
    })
}

fn listed(surname: &str, given: &str) -> Box<[ListedName]> {
    [ListedName { surname: surname.into(), given: given.into(), weak: false }].into()
}

fn long() -> Box<str> {
    "x".repeat(MESSAGE_MAX).into()
}

fn entry(
    key: &str,
    number: &str,
    change: impl FnOnce(&mut Handling, &mut Option<Box<str>>),
) -> Entry {
    let mut handling = Handling {
        owner: AgencyId::parse("police").unwrap(),
        unit: None,
        contact: None,
        priority: Priority::High,
        action: Action::StopAndRefer,
        fallback: Action::NotifyOwnerOnly,
        covert: false,
        audience: [].into(),
        warnings: [].into(),
        reason_code: None,
    };
    let mut narrative = None;
    change(&mut handling, &mut narrative);
    Entry {
        key: EntryKey::parse(key).unwrap(),
        subject: Subject::Document,
        names: [].into(),
        birth_dates: [].into(),
        nationalities: [].into(),
        sex: None,
        birth_places: Box::default(),
        identifiers: [document(number)].into(),
        valid_from: None,
        valid_to: None,
        narrative,
        handling: Arc::new(handling),
    }
}
