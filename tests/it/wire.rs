//! What is written is read back as it was, in every form, and what is refused repeats nothing.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use apache_avro::writer::datum::GenericDatumWriter;
use portcullis::codec::{
    Contract, Decoder, Error, Format, Headers, Limits, SchemaRef, Schemas, encode_entry,
    encode_event, encode_notice, encode_suppression,
};
use portcullis::domain::{
    Action, AdvancePassenger, AgencyId, Alert, AlertId, Attribute, Audience, CashDeclaration,
    Check, ContainerMove, Coordinates, Country, Crossing, Date, Declaration, Direction, Entry,
    EntryKey, Event, EventId, EventSummary, Evidence, Facts, Fingerprint, Folded, Handling,
    Identifier, Item, Journey, Kind, LeftOut, ListId, ListVersion, ListedName, Mode, Name, Notice,
    OfficerRef, Pair, Party, Place, Priority, Reason, Relation, Revision, Role, Sex, Share, Stated,
    Subject, SubjectKey, Suppression, Term, Timestamp, Topic, VehicleMovement, View,
};
use smallvec::{SmallVec, smallvec};

const NONE: Headers<'_> = Headers { content_type: None, schema_id: None };

fn decoder() -> Decoder {
    Decoder::new(Limits::STANDARD).unwrap()
}

fn formats(contract: Contract) -> [Format; 2] {
    [Format::Json, Format::Avro { schema_id: contract.id() }]
}

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn document(number: &str, state: &str) -> Identifier {
    Identifier::document(number, country(state)).unwrap()
}

fn stated(role: Role, identifier: Identifier) -> Stated {
    Stated { role, identifier, expires: None }
}

fn party<'a>(role: Role, surname: &'a str, given: &'a str) -> Party<'a> {
    Party {
        role,
        subject: Subject::Person,
        names: smallvec![Name { surname, given }],
        birth_date: Date::parse("1984-02"),
        sex: None,
        nationality: Some(country("HUN")),
        birth_place: None,
    }
}

fn vessel(name: &str) -> Party<'_> {
    Party {
        role: Role::Conveyance,
        subject: Subject::Vessel,
        names: smallvec![Name { surname: name, given: "" }],
        birth_date: None,
        sex: None,
        nationality: Some(country("PAN")),
        birth_place: None,
    }
}

fn event<'a>(
    facts: Facts<'a>,
    parties: SmallVec<[Party<'a>; 2]>,
    identifiers: SmallVec<[Stated; 4]>,
) -> Event<'a> {
    Event {
        id: EventId::parse("demo/1").unwrap(),
        agency: AgencyId::parse("border-force").unwrap(),
        system: Some("desk-7"),
        revision: Revision::Update,
        occurred_at: Timestamp::from_micros(1_795_000_000_123_456).unwrap(),
        place: Place { locode: Some("GBDVR"), control_point: Some("lane-4") },
        direction: Direction::Inbound,
        mode: Mode::Sea,
        journey: Journey {
            carrier: Some("Example Ferries"),
            number: Some("204"),
            origin: Some("FRCQF"),
            destination: None,
        },
        parties,
        identifiers,
        facts,
        defects: SmallVec::new(),
    }
}

fn plate(number: &str) -> Identifier {
    Identifier::plate(number, country("GBR")).unwrap()
}

fn crossing() -> Event<'static> {
    let mut traveller = party(Role::Traveller, "Varga-Exämple", "Ilona Test");
    traveller.sex = Some(Sex::Female);
    traveller.birth_place = Some("PÉCS/HUN");
    traveller.names.push(Name { surname: "Samplova", given: "" });
    let checked = Identifier::document_checked("L898902C3", country("UTO"), '6').unwrap();
    let failing = Identifier::document_checked("ZE000509", country("HUN"), '1').unwrap();
    let expires = Date::parse("2031-05-04");
    event(
        Facts::Crossing(Crossing { read_method: Some("CHIP"), outcome: Some("REFERRED") }),
        smallvec![traveller, party(Role::Companion, "Placeholder", "Ann")],
        smallvec![
            Stated { role: Role::Traveller, identifier: checked, expires },
            stated(Role::Traveller, failing),
            stated(Role::Companion, document("XAA000000", "ESP")),
            stated(Role::Conveyance, plate("AB12CDE")),
        ],
    )
}

fn advance_passenger(role: Role) -> Event<'static> {
    event(
        Facts::AdvancePassenger(AdvancePassenger {
            booking_reference: Some("EXMPL1"),
            seat: Some("14C"),
            bags: Some(u32::MAX),
        }),
        smallvec![Party { birth_place: Some("Bilbao"), ..party(role, "Placeholder", "Tomas") }],
        smallvec![
            stated(role, document("XAA000000", "ESP")),
            stated(Role::Contact, Identifier::phone("+441632960001").unwrap()),
            stated(Role::Contact, Identifier::phone("+441632960002").unwrap()),
            stated(Role::Contact, Identifier::email("tomas@example.org").unwrap()),
        ],
    )
}

fn vehicle() -> Event<'static> {
    event(
        Facts::VehicleMovement(VehicleMovement {
            vehicle_type: Some("LORRY"),
            goods_movement_reference: Some("GMRA00000001"),
        }),
        smallvec![
            party(Role::Driver, "Muster", "Max"),
            Party { birth_place: Some("Graz"), ..party(Role::Companion, "Muster", "Mia") },
        ],
        smallvec![
            stated(Role::Conveyance, plate("W12345A")),
            stated(Role::Conveyance, Identifier::vin("WVWZZZ1JZXW000001").unwrap()),
            stated(Role::Trailer, plate("W54321B")),
            stated(Role::Driver, document("P0000001", "AUT")),
            stated(Role::Companion, document("P0000002", "AUT")),
            stated(Role::Container, Identifier::container("CSQU3054383").unwrap()),
        ],
    )
}

fn container() -> Event<'static> {
    event(
        Facts::ContainerMove(ContainerMove {
            activity: Some("DISCHARGED"),
            size_type: Some("45G1"),
            seals: smallvec!["EX0001", "EX0002", "EX0003"],
            empty: Some(false),
            gross_mass_kg: Some(21_480.5),
        }),
        smallvec![vessel("MV Капитан Пример"), party(Role::Consignee, "Placeholder", "Ann")],
        smallvec![
            stated(Role::Container, Identifier::container("CSQU3054389").unwrap()),
            stated(Role::Conveyance, Identifier::imo("9074729").unwrap()),
            stated(Role::Conveyance, Identifier::mmsi("232000001").unwrap()),
            stated(Role::Conveyance, Identifier::call_sign("3EXA9").unwrap()),
            stated(Role::Conveyance, plate("AB12CDE")),
            stated(Role::Consignee, Identifier::phone("+441632960001").unwrap()),
        ],
    )
}

fn declaration() -> Event<'static> {
    let mut importer = party(Role::Importer, "Example Imports Ltd", "");
    importer.subject = Subject::Organisation;
    let item = Item {
        commodity: Some("9503007500"),
        description: Some("toy trains \"fast\" \u{1F682}"),
        origin: Some(country("CHN")),
        net_mass_kg: Some(420.5),
        gross_mass_kg: Some(510.0),
        packages: Some(40),
        value: Some(12_800.01),
        currency: Some("GBP"),
    };
    event(
        Facts::Declaration(Declaration {
            declaration_type: Some("IM"),
            local_reference: Some("EX-881"),
            consignment_reference: Some("GB123456789012-EX881"),
            dispatch: Some(country("CHN")),
            destination: Some(country("GBR")),
            items: smallvec![item.clone(), Item::default(), item],
        }),
        smallvec![importer, party(Role::Declarant, "Placeholder", "Ann"), vessel("Example Star")],
        smallvec![
            stated(Role::Consignment, Identifier::mrn("26GB0000000000EX81").unwrap()),
            stated(Role::Importer, Identifier::eori("GB123456789012").unwrap()),
            stated(Role::Declarant, Identifier::email("ann@example.org").unwrap()),
            stated(Role::Declarant, document("XAA000000", "ESP")),
            stated(Role::Container, Identifier::container("CSQU3054383").unwrap()),
            stated(Role::Conveyance, plate("AB12CDE")),
            stated(Role::Conveyance, Identifier::imo("9074729").unwrap()),
        ],
    )
}

fn cash() -> Event<'static> {
    let mut owner = party(Role::Owner, "Beispiel Handel GmbH", "");
    owner.subject = Subject::Organisation;
    event(
        Facts::CashDeclaration(CashDeclaration {
            amount: Some(18_500.25),
            currency: Some("EUR"),
            instrument: Some("BANKNOTES"),
            provenance: Some("sale of a car"),
            intended_use: Some("purchase of a boat"),
        }),
        smallvec![
            Party { birth_place: Some("Bremen, D"), ..party(Role::Bearer, "Beispiel", "Erika") },
            owner,
            party(Role::Recipient, "Muster", "Max"),
        ],
        smallvec![
            stated(Role::Bearer, document("C01X00T47", "D")),
            stated(Role::Recipient, document("P0000001", "AUT")),
        ],
    )
}

fn bare(facts: Facts<'static>) -> Event<'static> {
    let mut event = event(facts, SmallVec::new(), SmallVec::new());
    event.system = None;
    event.place = Place::default();
    event.journey = Journey::default();
    event
}

fn samples() -> Vec<Event<'static>> {
    let mut moved = bare(Facts::ContainerMove(ContainerMove::default()));
    let container_number = Identifier::container("CSQU305438").unwrap();
    moved.identifiers.push(stated(Role::Container, container_number));
    vec![
        crossing(),
        advance_passenger(Role::Passenger),
        advance_passenger(Role::Crew),
        vehicle(),
        container(),
        declaration(),
        cash(),
        bare(Facts::Crossing(Crossing::default())),
        bare(Facts::AdvancePassenger(AdvancePassenger::default())),
        bare(Facts::VehicleMovement(VehicleMovement::default())),
        moved,
        bare(Facts::Declaration(Declaration::default())),
        bare(Facts::CashDeclaration(CashDeclaration::default())),
    ]
}

/// Everything an event states, a line a field. Events have no `Debug` on purpose; these are
/// invented.
fn shown(event: &Event<'_>) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: &dyn std::fmt::Debug| {
        writeln!(text, "{name}: {value:?}").unwrap();
    };
    line("id", &event.id);
    line("agency", &event.agency);
    line("system", &event.system);
    line("revision", &event.revision);
    line("occurred_at", &event.occurred_at);
    line("place", &(event.place.locode, event.place.control_point));
    line("ways", &(event.direction, event.mode));
    let journey = &event.journey;
    line("journey", &(journey.carrier, journey.number, journey.origin, journey.destination));
    for party in &event.parties {
        line("party", &(party.role, party.subject, party.sex, party.nationality));
        line("birth", &(party.birth_date.map(Date::to_iso), party.birth_place));
        for name in &party.names {
            line("name", &(name.surname, name.given));
        }
    }
    for Stated { role, identifier, expires } in &event.identifiers {
        line("identifier", &(role, identifier.kind(), identifier.issuer(), identifier.value()));
        line("check", &(identifier.check(), expires.map(Date::to_iso)));
    }
    match &event.facts {
        Facts::Crossing(facts) => line("crossing", &(facts.read_method, facts.outcome)),
        Facts::AdvancePassenger(facts) => {
            line("advance", &(facts.booking_reference, facts.seat, facts.bags));
        }
        Facts::VehicleMovement(facts) => {
            line("vehicle", &(facts.vehicle_type, facts.goods_movement_reference));
        }
        Facts::ContainerMove(facts) => {
            line("move", &(facts.activity, facts.size_type, &facts.seals));
            line("load", &(facts.empty, facts.gross_mass_kg));
        }
        Facts::Declaration(facts) => {
            line("declaration", &(facts.declaration_type, facts.dispatch, facts.destination));
            line("references", &(facts.local_reference, facts.consignment_reference));
            for item in &facts.items {
                line("item", &(item.commodity, item.description, item.origin, item.packages));
                line("masses", &(item.net_mass_kg, item.gross_mass_kg));
                line("value", &(item.value, item.currency));
            }
        }
        Facts::CashDeclaration(facts) => {
            line("cash", &(facts.amount, facts.currency, facts.instrument));
            line("story", &(facts.provenance, facts.intended_use));
        }
    }
    for defect in &event.defects {
        line("defect", defect);
    }
    text
}

#[test]
fn every_kind_of_event_comes_back_as_it_was() {
    let mut decoder = decoder();
    for event in samples() {
        for format in formats(Contract::Events(event.topic())) {
            let bytes = encode_event(&event, format).unwrap();
            assert_eq!(bytes, encode_event(&event, format).unwrap(), "equal values, equal bytes");
            let back = decoder.decode_event(event.topic(), &bytes, NONE).unwrap();
            assert_eq!(shown(&back), shown(&event), "{format:?}");
        }
    }
}

fn entry() -> Entry {
    let agency = |name| AgencyId::parse(name).unwrap();
    Entry {
        key: EntryKey::parse("lost-documents/LD/7").unwrap(),
        subject: Subject::Document,
        names: [("Varga-Example", "Ilona Test", false), ("Samplova", "", true)]
            .map(|(surname, given, weak)| ListedName {
                surname: surname.into(),
                given: given.into(),
                weak,
            })
            .into(),
        birth_dates: ["1984-02-29", "1984"].map(|date| Date::parse(date).unwrap()).into(),
        nationalities: [country("HUN"), country("XKX")].into(),
        sex: Some(Sex::Female),
        birth_places: ["Pécs, Hungary".into(), "Samplov".into()].into(),
        identifiers: [
            Identifier::document_checked("L898902C3", country("UTO"), '6').unwrap(),
            document("ZE000509", "HUN"),
            plate("AB12CDE"),
            Identifier::vin("WVWZZZ1JZXW000001").unwrap(),
            Identifier::container("CSQU3054389").unwrap(),
            Identifier::imo("9074729").unwrap(),
            Identifier::mmsi("232000001").unwrap(),
            Identifier::call_sign("3EXA9").unwrap(),
            Identifier::eori("GB123456789012").unwrap(),
            Identifier::mrn("26GB0000000000EX81").unwrap(),
            Identifier::phone("+441632960001").unwrap(),
            Identifier::email("ann@example.org").unwrap(),
        ]
        .into(),
        valid_from: Timestamp::from_micros(-1),
        valid_to: Timestamp::from_millis(1_900_000_000_000),
        narrative: Some("Reported lost.".into()),
        handling: Arc::new(Handling {
            owner: agency("passport-office"),
            unit: Some("lost-and-stolen".into()),
            contact: Some("+441632960003".into()),
            priority: Priority::Immediate,
            action: Action::SeizeDocument,
            fallback: Action::LocateOnly,
            covert: true,
            audience: [Share { agency: agency("border-force"), view: View::Summary }].into(),
            warnings: ["may be violent".into()].into(),
            reason_code: Some("LOST".into()),
        }),
    }
}

#[test]
fn an_entry_comes_back_as_it_was() {
    let mut bare = entry();
    bare.names = [].into();
    bare.birth_dates = [].into();
    bare.nationalities = [].into();
    (bare.sex, bare.birth_places) = (None, [].into());
    (bare.valid_from, bare.valid_to, bare.narrative) = (None, None, None);
    let mut decoder = decoder();
    for entry in [entry(), bare] {
        for format in formats(Contract::Entries) {
            let bytes = encode_entry(&entry, format).unwrap();
            let key = entry.key.to_string();
            let back = decoder.decode_entry(Some(key.as_bytes()), &bytes, NONE).unwrap();
            assert!(back == entry, "{format:?}");
            let checks = |entry: &Entry| entry.identifiers.iter().map(Identifier::check).collect();
            let (ours, theirs): (Vec<_>, Vec<_>) = (checks(&back), checks(&entry));
            assert_eq!(ours, theirs);
            assert!(decoder.decode_entry(Some(b"other/key"), &bytes, NONE).is_err());
        }
    }
}

fn suppression() -> Suppression {
    let (born, mut folded) = (Date::parse("1984-02-29").unwrap(), Folded::default());
    let name = Name { surname: "Varga-Example", given: "Ilona Test" };
    let instant = |seconds: i64| Timestamp::from_millis((1_795_000_000 + seconds) * 1_000).unwrap();
    Suppression {
        pair: Pair {
            subject: SubjectKey::of_identifier(&document("ZE000509", "HUN")).unwrap(),
            entry: entry().key,
        },
        person: Fingerprint::of_person(name, born, &mut folded),
        stated: Fingerprint::of_entry(&entry()),
        agency: AgencyId::parse("passport-office").unwrap(),
        unit: "lost-and-stolen".into(),
        officer: OfficerRef::parse("LS/4711").unwrap(),
        reason: "Another place of birth, other fingers.".into(),
        term: Term::new(instant(0), instant(86_400)).unwrap(),
    }
}

#[test]
fn a_suppression_comes_back_as_it_was() {
    let mut bare = suppression();
    bare.person = None;
    let mut decoder = decoder();
    for made in [suppression(), bare] {
        for format in formats(Contract::Suppressions) {
            let bytes = encode_suppression(&made, format).unwrap();
            let key = made.pair.to_key();
            let back = decoder.decode_suppression(Some(key.as_bytes()), &bytes, NONE).unwrap();
            assert!(back == made, "{format:?}");
            let other = b"document:HUN:ZE000509 lost-documents/LD/8";
            assert!(decoder.decode_suppression(Some(other), &bytes, NONE).is_err());
        }
    }
}

#[test]
fn a_suppression_with_any_unusable_part_is_refused_by_its_field() {
    let text = encode_suppression(&suppression(), Format::Json).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut decoder = decoder();
    let mut check = |from: &str, to: &str, field: &str| {
        assert!(text.contains(from), "{from} in {text}");
        let changed = text.replace(from, to);
        let error = decoder.decode_suppression(None, changed.as_bytes(), NONE).err();
        let error = error.unwrap_or_else(|| panic!("accepted {to}"));
        assert!(error.to_string().starts_with(&format!("{field}: ")), "{error}");
    };
    check("document:HUN", "document:HU", "subject");
    check("document:HUN:ZE000509", "phone:+441632960001", "subject");
    check("\"person\":\"", "\"person\":\"0", "person");
    check("\"stated\":\"", "\"stated\":\"0", "stated");
    check("lost-documents", "Lost", "list");
    check("LD/7", "LD 7", "entry");
    check("passport-office", "Passport Office", "agency");
    check("lost-and-stolen", " ", "unit");
    check("LS/4711", "LS 4711", "officer");
    check("Another place of birth, other fingers.", "", "reason");
    check("2026-11-19", "2027-11-20", "expires_at");
    check("2026-11-19", "2026-11-18", "expires_at");
}

/// The published examples: the topic behind `json` in the fence, and the text.
fn examples() -> Vec<(String, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/README.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut examples = Vec::new();
    let mut rest = text.as_str();
    while let Some((_, fence)) = rest.split_once("```json ") {
        let (topic, body) = fence.split_once('\n').unwrap();
        let (example, after) = body.split_once("```").unwrap();
        examples.push((topic.trim().to_owned(), example.to_owned()));
        rest = after;
    }
    examples
}

#[test]
fn every_published_example_is_read_without_a_defect() {
    let mut decoder = decoder();
    let examples = examples();
    for contract in Contract::ALL.iter().filter(|contract| **contract != Contract::Alerts) {
        let found = examples.iter().filter(|(topic, _)| topic == contract.topic());
        for (_, text) in found.clone() {
            match contract {
                Contract::Events(topic) => {
                    let event = decoder.decode_event(*topic, text.as_bytes(), NONE).unwrap();
                    assert!(event.defects.is_empty(), "{:?}", event.defects);
                    assert!(!event.identifiers.is_empty());
                }
                Contract::Entries | Contract::Alerts => {
                    drop(decoder.decode_entry(None, text.as_bytes(), NONE).unwrap());
                }
                Contract::Suppressions => {
                    drop(decoder.decode_suppression(None, text.as_bytes(), NONE).unwrap());
                }
            }
            assert_eq!(decoder.unknown_fields(), 0, "{text}");
        }
        assert_eq!(found.count(), 1, "{}", contract.topic());
    }
}

#[test]
fn bytes_of_another_implementation_are_read() {
    let bytes = include_bytes!("../vectors/wire/border.crossings.bin");
    let mut decoder = decoder();
    let event = decoder.decode_event(Topic::Crossings, bytes, NONE).unwrap();
    assert_eq!((event.id.as_str(), event.agency.as_str()), ("demo-0001", "border-force"));
    assert_eq!(event.occurred_at.micros(), 1_795_594_500_000_000);
    assert_eq!(event.parties[0].names[0].to_full(), "Ilona Test Varga-Example");
    assert_eq!(event.identifiers[0].identifier.subject_key(), "document:HUN:ZE000509");
    assert!(event.defects.is_empty());
}

/// A record under an earlier version of its schema.
fn of_version(contract: Contract, version: u32, text: &str) -> (u32, Vec<u8>) {
    let released = Schemas::released().iter();
    let mut versions = released.filter(|row| row.contract == contract);
    let first = versions.find(|row| row.version == version).unwrap();
    let schema = apache_avro::Schema::parse_str(first.text).unwrap();
    // A number that is not below zero would be taken for one without a sign, which Avro has not.
    let text = String::from_utf8(json(text)).unwrap().replace(":0}", ":-1}");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let value = apache_avro::to_value(json).unwrap().resolve(&schema).unwrap();
    let writer = GenericDatumWriter::builder(&schema).build().unwrap();
    (first.id, writer.write_value_to_vec(value).unwrap())
}

#[test]
fn events_of_the_first_version_are_read_as_ever() {
    const VESSEL: &str = r#""vessel":{"imo":"9074729","mmsi":"232000001"}}"#;
    for (topic, text) in [
        (Topic::Containers, format!(r#"{{ENVELOPE,"container_number":"CSQU3054383",{VESSEL}"#)),
        (Topic::Declarations, format!("{{ENVELOPE,{VESSEL}")),
    ] {
        let (id, datum) = of_version(Contract::Events(topic), 1, &text);
        let framed = [&[0][..], &id.to_be_bytes(), &datum].concat();
        let headers = [0].into_iter().chain(id.to_be_bytes()).collect::<Vec<u8>>();
        let by_header = Headers { content_type: None, schema_id: Some(&headers) };
        let mut decoder = decoder();
        for (bytes, headers) in [(&framed, NONE), (&datum, by_header), (&json(&text), NONE)] {
            let event = decoder.decode_event(topic, bytes, headers).unwrap();
            let numbers = event.identifiers.iter().rev().take(2);
            let keys: Vec<String> = numbers.map(|at| at.identifier.subject_key()).collect();
            assert_eq!(keys, ["mmsi:232000001", "imo:9074729"]);
            assert!(event.parties.is_empty() && event.defects.is_empty());
            drop(event);
            assert_eq!(decoder.unknown_fields(), 0);
        }
    }
}

/// Persons had no place of birth then.
#[test]
fn persons_of_the_first_version_are_read_as_ever() {
    const PERSON: &str =
        r#"{"surname":"Varga","given_names":"Ilona","birth_date":"1984-02","sex":"FEMALE"}"#;
    let topics = [Topic::Crossings, Topic::AdvancePassenger, Topic::Vehicles, Topic::Cash];
    let fields = [
        "\"traveller\":PERSON",
        "\"passenger\":PERSON",
        "\"vehicle\":{},\"driver\":{\"person\":PERSON}",
        "\"bearer\":{\"person\":PERSON}",
    ];
    for (topic, fields) in topics.into_iter().zip(fields) {
        let text = format!("{{ENVELOPE,{}}}", fields.replace("PERSON", PERSON));
        let (id, datum) = of_version(Contract::Events(topic), 1, &text);
        let framed = [&[0][..], &id.to_be_bytes(), &datum].concat();
        let mut decoder = decoder();
        for bytes in [&framed, &json(&text)] {
            let event = decoder.decode_event(topic, bytes, NONE).unwrap();
            let party = &event.parties[0];
            assert_eq!((party.sex, party.birth_place), (Some(Sex::Female), None));
            assert_eq!(party.names[0].to_full(), "Ilona Varga");
            assert!(event.parties.len() == 1 && event.defects.is_empty());
            drop(event);
            assert_eq!(decoder.unknown_fields(), 0);
        }
    }
}

/// Entries said nothing of sex, places of birth and weak aliases then.
#[test]
fn entries_of_earlier_versions_are_read_as_ever() {
    const TEXT: &str = r#"{"list":"wanted","entry":"1","subject":"PERSON",
        "names":[{"surname":"Varga","given_names":"Ilona"},{"surname":"Samplova"}],
        "birth_dates":["1984"],"handling":{"owner":"police","priority":"HIGH","action":"ARREST",
        "covert":false}}"#;
    let mut decoder = decoder();
    for version in [1, 2] {
        let (id, datum) = of_version(Contract::Entries, version, TEXT);
        let framed = [&[0][..], &id.to_be_bytes(), &datum].concat();
        let read = decoder.decode_entry(Some(b"wanted/1"), &framed, NONE).unwrap();
        assert!(read.names.len() == 2 && read.names.iter().all(|name| !name.weak));
        assert!(read.sex.is_none() && read.birth_places.is_empty());
        let told = decoder.decode_entry(Some(b"wanted/1"), TEXT.as_bytes(), NONE).unwrap();
        assert!(told == read);
        // What says nothing of them is known by the same judgements as before.
        assert_eq!(Fingerprint::of_entry(&read), Fingerprint::of_entry(&told));
    }
}

const CANARY: &str = "Canary-Zq7";

/// Every text of a JSON value replaced, one at a time.
fn spoilt(value: &serde_json::Value, with: &serde_json::Value) -> Vec<serde_json::Value> {
    use serde_json::Value;
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| {
                spoilt(field, with).into_iter().map(|field| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), field);
                    Value::Object(fields)
                })
            })
            .collect(),
        Value::Array(items) => {
            let mut all: Vec<Value> = Vec::new();
            for (at, item) in items.iter().enumerate() {
                all.extend(spoilt(item, with).into_iter().map(|item| {
                    let mut items = items.clone();
                    items[at] = item;
                    Value::Array(items)
                }));
            }
            all
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => vec![with.clone()],
    }
}

#[test]
fn no_error_and_no_defect_repeats_what_it_read() {
    let mut decoder = decoder();
    let (mut refused, mut defects) = (0, 0);
    let long = format!("{CANARY} \u{1F6A2}{}", "?".repeat(200));
    for with in [CANARY, &long] {
        for (topic, text) in examples() {
            let example: serde_json::Value = serde_json::from_str(&text).unwrap();
            for spoilt in spoilt(&example, &with.into()) {
                let bytes = spoilt.to_string().into_bytes();
                let contract = Contract::ALL.into_iter().find(|known| known.topic() == topic);
                let result = match contract.unwrap() {
                    Contract::Events(topic) => {
                        decoder.decode_event(topic, &bytes, NONE).map(|event| {
                            defects += event.defects.len();
                            for defect in &event.defects {
                                assert!(!format!("{defect:?}").contains("Canary"));
                                assert!(!defect.refusal.to_string().contains("Canary"));
                            }
                        })
                    }
                    Contract::Entries | Contract::Alerts => {
                        decoder.decode_entry(None, &bytes, NONE).map(drop)
                    }
                    Contract::Suppressions => {
                        decoder.decode_suppression(None, &bytes, NONE).map(drop)
                    }
                };
                if let Err(error) = result {
                    refused += 1;
                    let text = format!("{error} {error:?} {}", error.cause());
                    assert!(!text.contains("Canary"), "{text}");
                }
            }
        }
    }
    assert!(refused > 50 && defects > 50, "{refused} refused, {defects} defects");
}

fn json(text: &str) -> Vec<u8> {
    let envelope = r#""envelope":{"event_id":"e","agency":"a","occurred_at":0}"#;
    text.replace("ENVELOPE", envelope).into_bytes()
}

#[track_caller]
fn check_defects(topic: Topic, text: &str, fields: &[&str]) {
    let mut decoder = decoder();
    let bytes = json(text);
    let event = decoder.decode_event(topic, &bytes, NONE).unwrap();
    let found: Vec<_> = event.defects.iter().map(|defect| defect.field).collect();
    assert_eq!(found, fields);
}

#[test]
fn what_cannot_be_used_is_a_defect_and_the_rest_goes_on() {
    check_defects(
        Topic::Crossings,
        r#"{ENVELOPE,"traveller":{"surname":"X","birth_date":"1984-13","nationality":"ZZZ"},
            "documents":[{"number":"1","issuing_state":"GBR"},{"number":"123456789"},
                         {"number":"123456789","issuing_state":"??"},
                         {"number":"123456789","issuing_state":"GBR","expiry_date":"2031-02-29"}],
            "companions":[{"person":{"birth_date":"x"}}],
            "vehicle":{"plate":"AB12CDE","vin":"short"}}"#,
        &[
            "traveller.birth_date",
            "traveller.nationality",
            "documents[].number",
            "documents[].number",
            "documents[].issuing_state",
            "documents[].expiry_date",
            "companions[].person.birth_date",
            "vehicle.plate",
            "vehicle.vin",
        ],
    );
    check_defects(
        Topic::Containers,
        r#"{ENVELOPE,"container_number":"","gross_mass_kg":-1,"parties":[{"phones":["12"]}]}"#,
        &["container_number", "parties[].phones[]", "gross_mass_kg"],
    );
    check_defects(
        Topic::Declarations,
        r#"{ENVELOPE,"vessel":{"name":"Example Star","flag":"ZZZ","call_sign":"NO SIGN"}}"#,
        &["vessel.call_sign", "vessel.flag"],
    );
    check_defects(
        Topic::AdvancePassenger,
        r#"{ENVELOPE,"passenger":{"surname":" "},"bags":-1,"emails":["",  "nobody"]}"#,
        &["emails[]", "bags"],
    );
}

#[test]
fn an_envelope_that_cannot_be_used_refuses_the_event() {
    let mut decoder = decoder();
    for (envelope, expected) in [
        (r#"{"event_id":"a b","agency":"a","occurred_at":0}"#, "envelope.event_id"),
        (r#"{"event_id":"e","agency":"A!","occurred_at":0}"#, "envelope.agency"),
        (r#"{"event_id":"e","agency":"a","occurred_at":9000000000000000000}"#, "occurred_at"),
        (r#"{"event_id":"e","agency":"a"}"#, "envelope.occurred_at is missing"),
    ] {
        let text = format!(r#"{{"envelope":{envelope},"traveller":{{}}}}"#);
        let error = decoder.decode_event(Topic::Crossings, text.as_bytes(), NONE).err().unwrap();
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn an_entry_with_any_unusable_part_is_refused_by_its_field() {
    let examples = examples();
    let (_, text) = examples.iter().find(|(topic, _)| topic == "watchlist.entries").unwrap();
    let mut decoder = decoder();
    let mut check = |from: &str, to: &str, field: &str| {
        assert!(text.contains(from), "{from}");
        let changed = text.replace(from, to);
        let error = decoder.decode_entry(None, changed.as_bytes(), NONE).err();
        let error = error.unwrap_or_else(|| panic!("accepted {to}"));
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(error.to_string().starts_with(&format!("{field}: ")), "{error}");
    };
    check("ZE000509", "?!", "identifiers[].value");
    check("\"HUN\"", "\"??\"", "identifiers[].issuer");
    check(", \"issuer\": \"HUN\"", "", "identifiers[].value");
    check("\"kind\": \"document\"", "\"kind\": \"Document\"", "identifiers[].kind");
    check("SEIZE_DOCUMENT", "SIEZE_DOCUMENT", "handling.action");
    check("\"HIGH\"", "\"URGENT\"", "handling.priority");
    check("NOTIFY_OWNER_ONLY", "NOBODY", "handling.fallback");
    check("\"SUMMARY\"", "\"SOME\"", "handling.audience[].view");
    check("\"border-force\"", "\"Border Force\"", "handling.audience[].agency");
    check("\"subject\": \"DOCUMENT\"", "\"subject\": \"DOCUMNET\"", "subject");
    check("LD-2026-00017", "LD 17", "entry");
    check("\"lost-documents\"", "\"Lost\"", "list");
    check("\"subject\"", "\"birth_dates\": [\"19\"], \"subject\"", "birth_dates[]");
    check("\"subject\"", "\"names\": [{\"surname\": \"\"}], \"subject\"", "names[].surname");
    check("\"valid_to\"", "\"valid_from\": \"2040-01-01T00:00:00Z\", \"valid_to\"", "valid_to");
    check("\"identifiers\"", "\"unknown\"", "identifiers");
}

#[test]
fn an_unknown_schema_is_asked_for_and_learnt() {
    let event = crossing();
    let bytes = encode_event(&event, Format::Avro { schema_id: 7 }).unwrap();
    let mut decoder = decoder();
    let error = decoder.decode_event(Topic::Crossings, &bytes, NONE).err();
    assert_eq!(error, Some(Error::UnknownSchema(SchemaRef::Id(7))));
    decoder.learn(SchemaRef::Id(7), &Contract::Events(Topic::Crossings).text().into()).unwrap();
    let back = decoder.decode_event(Topic::Crossings, &bytes, NONE).unwrap();
    assert_eq!(shown(&back), shown(&event));
    drop(back);
    let other = decoder.decode_event(Topic::Cash, &bytes, NONE).err().unwrap();
    assert_eq!(other.cause(), "incompatible_schema");
}

#[test]
fn an_event_without_a_place_in_its_record_is_not_written() {
    let mut event = crossing();
    event.parties.push(party(Role::Importer, "Placeholder", "Ann"));
    let error = encode_event(&event, Format::Json).unwrap_err();
    assert_eq!(
        error.to_string(),
        "BorderCrossing has no field for IMPORTER: leave it out, or choose another topic"
    );
    let mut event = cash();
    event.identifiers.push(stated(Role::Other, plate("AB12CDE")));
    assert!(encode_event(&event, Format::Json).is_err());
}

#[test]
fn the_shipped_schemas_are_those_of_the_catalogue() {
    let text = include_str!("../../schemas/catalogue.json");
    let rows: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
    let ours: Vec<_> = Schemas::released()
        .iter()
        .map(|row| (row.contract.topic(), u64::from(row.version), u64::from(row.id)))
        .collect();
    let theirs: Vec<_> = rows
        .iter()
        .map(|row| {
            let number = |name: &str| row[name].as_u64().unwrap();
            (row["topic"].as_str().unwrap(), number("version"), number("id"))
        })
        .collect();
    assert_eq!(ours, theirs);
    for contract in Contract::ALL {
        assert_ne!(contract.id(), 0, "{} was never released", contract.topic());
    }
}

fn notice(audience: Audience) -> Notice {
    let at = Coordinates {
        topic: "border.crossings".into(),
        partition: 3,
        offset: 41,
        appended_at: Timestamp::from_millis(1_795_000_000_500).unwrap(),
    };
    let event = EventSummary {
        id: "demo/1".into(),
        revision: Revision::Update,
        agency: AgencyId::parse("border-force").unwrap(),
        topic: Topic::Crossings,
        at,
        occurred_at: Timestamp::from_millis(1_795_000_000_000).unwrap(),
        place: Some("GBDVR".into()),
        control_point: None,
        direction: Direction::Inbound,
        mode: Mode::Sea,
        journey: None,
    };
    let list = ListId::parse("lost-documents").unwrap();
    let evidence = Evidence {
        attribute: Attribute::Identifier(Kind::Document),
        role: Role::Traveller,
        stated: "ZE000509".to_owned(),
        listed: "ZE000509".to_owned(),
        relation: Relation::Same,
        check: Check::Fails,
    };
    let reason = Reason {
        entry: EntryKey::parse("lost-documents/LD/7").unwrap(),
        version: 12,
        priority: Priority::High,
        action: Action::SeizeDocument,
        fallback: Action::NotifyOwnerOnly,
        contact: None,
        warnings: [].into(),
        audience: [].into(),
        reason_code: Some("LOST".into()),
        narrative: None,
        evidence: vec![evidence],
        resemblance: None,
    };
    let alert = Alert {
        id: AlertId([0xab; 16]),
        event,
        priority: Priority::High,
        action: Action::SeizeDocument,
        fallback: Action::NotifyOwnerOnly,
        owner: AgencyId::parse("passport-office").unwrap(),
        unit: None,
        contact: Some("+441632960003".into()),
        covert: false,
        warnings: vec!["may be violent".into()],
        reasons: vec![reason],
        lists: vec![ListVersion { list: list.clone(), offset: 13, entries: 1, checksum: 0xFF }],
        not_screened: vec![list],
        left_out: vec![LeftOut::Warnings],
        cut: false,
    };
    Notice { audience, view: View::Full, alert }
}

/// What another implementation reads in an Avro notice, as plain JSON.
fn read_elsewhere(bytes: &[u8]) -> serde_json::Value {
    let schema = apache_avro::Schema::parse_str(Contract::Alerts.text()).unwrap();
    let reader = apache_avro::reader::datum::GenericDatumReader::builder(&schema).build().unwrap();
    let value = reader.read_value(&mut &bytes[5..]).unwrap();
    serde_json::Value::try_from(value).unwrap()
}

/// A value without what is absent, and with instants as the numbers that Avro has.
fn plain(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(fields) => {
            let stated = fields.into_iter().filter(|(_, field)| !field.is_null());
            Value::Object(stated.map(|(name, field)| (name, plain(field))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(plain).collect()),
        Value::String(text) => match text.parse::<jiff::Timestamp>() {
            Ok(instant) => Value::from(instant.as_microsecond()),
            Err(_) => Value::String(text),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

#[test]
fn a_notice_says_the_same_in_json_and_avro() {
    let agency = Audience::Agency(AgencyId::parse("border-force").unwrap());
    for audience in [Audience::Command, agency] {
        let notice = notice(audience);
        let [json, avro] =
            formats(Contract::Alerts).map(|format| encode_notice(&notice, format).unwrap());
        assert_eq!(avro[..5], [&[0][..], &Contract::Alerts.id().to_be_bytes()].concat());
        let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["id"], "abababababababababababababababab");
        assert_eq!(json["event"]["appended_at"], "2026-11-18T11:06:40.5Z");
        assert_eq!(json["reasons"][0]["evidence"][0]["attribute"], "document");
        assert_eq!(plain(json), plain(read_elsewhere(&avro)));
    }
}

/// The symbols of every enumeration of a schema, by its name.
fn enumerations(schema: &serde_json::Value, found: &mut Vec<(String, Vec<String>)>) {
    match schema {
        serde_json::Value::Array(items) => items.iter().for_each(|item| enumerations(item, found)),
        serde_json::Value::Object(fields) => {
            if let Some(symbols) = fields.get("symbols").and_then(serde_json::Value::as_array) {
                let symbols = symbols.iter().map(|symbol| symbol.as_str().unwrap().to_owned());
                let name = fields["name"].as_str().unwrap().to_owned();
                found.push((name, symbols.collect()));
            }
            fields.values().for_each(|field| enumerations(field, found));
        }
        _ => {}
    }
}

#[test]
fn schemas_spell_every_enumeration_as_the_code_does() {
    fn names<T: Copy>(all: &[T], name: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|value| name(*value)).collect()
    }
    let known: [(&str, Vec<&str>, Option<&str>); 15] = [
        ("Revision", names(Revision::ALL, Revision::name), None),
        ("Direction", names(Direction::ALL, Direction::name), None),
        ("Mode", names(Mode::ALL, Mode::name), None),
        ("Sex", names(Sex::ALL, Sex::name), None),
        ("ListedSex", names(Sex::ALL, Sex::name), Some("UNRECOGNISED")),
        ("Role", names(Role::ALL, Role::name), None),
        ("Subject", names(Subject::ALL, Subject::name), Some("UNRECOGNISED")),
        ("Priority", names(Priority::ALL, Priority::name), Some("UNRECOGNISED")),
        ("Action", names(Action::ALL, Action::name), Some("UNRECOGNISED")),
        ("View", names(View::ALL, View::name), Some("UNRECOGNISED")),
        ("IdentifierKind", names(Kind::ALL, Kind::name), Some("unrecognised")),
        ("EventKind", names(Topic::ALL, Topic::name), Some("other")),
        ("LeftOut", names(LeftOut::ALL, LeftOut::name), Some("OTHER")),
        ("Relation", names(Relation::ALL, Relation::name), None),
        ("Check", [Check::Agrees, Check::Fails, Check::Absent].map(Check::name).into(), None),
    ];
    for contract in Contract::ALL {
        let schema: serde_json::Value = serde_json::from_str(contract.text()).unwrap();
        let mut found = Vec::new();
        enumerations(&schema, &mut found);
        assert!(!found.is_empty() || contract == Contract::Suppressions);
        for (name, symbols) in found {
            let (_, names, fallback) = known.iter().find(|row| row.0 == name).unwrap();
            // What came after the first version stands behind the default symbol.
            let ours: Vec<&str> = symbols.iter().map(String::as_str).collect();
            let (fallbacks, ours): (Vec<&str>, Vec<&str>) =
                ours.into_iter().partition(|symbol| Some(*symbol) == *fallback);
            assert_eq!(fallbacks, Vec::from_iter(*fallback), "{name} in {}", contract.topic());
            assert_eq!(ours, *names, "{name} in {}", contract.topic());
        }
    }
}
