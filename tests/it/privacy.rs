//! No name, number or birth date of any record reaches a log, a metric, the readiness document or a
//! header of a dead letter, whatever becomes of the record.

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::{Instance, KINDS, Site, eventually};
use super::traffic::{Sent, alerts, crossing, entry, envelope, send};

/// Personal data as it is written, and the forms it might be found in. Nobody's: invented.
const CANARIES: [&str; 31] = [
    "ZYXQUORLI",
    "zyxquorli",
    "VANTAPRUD",
    "vantaprud",
    "771234906",
    "1971-03-09",
    "19710309",
    "710309",
    "QZ71CNR",
    "447700900123",
    "quorli@canary.example",
    "CNR-KOAN-TEXT",
    "CNR-BAD-DAY",
    "CNR-BIRTHTOWN",
    "CNR-LISTED-TOWN",
    "CNR-LISTED-WHY",
    "QZXU7712349",
    "CNRSEAL",
    "CNRVESSEL",
    "CNR-SHIP",
    "CNRSIGN",
    "CNRTRADE",
    "26GB771234906CNRX1",
    "GB771234906000",
    "CNR-GOODS",
    "CNR-PROVENANCE",
    "CNR-INTENDED",
    "CNR-BOOKING",
    "CNR-MOVEMENT",
    "CNR-OCCUPANT",
    "WCNRZZZ1JZXW00001",
];

#[test]
fn nothing_personal_reaches_logs_metrics_readiness_or_headers() {
    let site = site();
    send(&site, "lists", &lists());
    send(&site, "suppressions", &suppressions());
    let mut outside = String::new();
    let mut events = 0;
    for format in ["text", "json"] {
        // The Kafka client says much more of itself than anybody wants: nothing personal either.
        let client = "kafka.client.debug=cgrp,topic,fetch,msg,protocol";
        let settings = [&format!("log.format={format}"), "log.filter=trace", client];
        let instance = site.start_ready(&settings);
        for (kind, sent) in traffic() {
            send(&site, kind, &sent);
            events += sent.len() as u64;
        }
        // A list that changes, also badly, while events are screened.
        send(&site, "lists", &lists());
        send(&site, "suppressions", &suppressions());
        instance.await_events(events);
        outside += &seen_of(&instance);
        let (status, log) = instance.stop();
        assert_eq!(status, Some(0), "{log}");
        assert!(log.lines().count() > 50, "a trace says much: {log}");
        outside += &log;
        // The next instance counts anew.
        events = 0;
    }
    outside += &what_cannot_be_finished(&site);
    let told = alerts(&site, "police");
    for kind in KINDS {
        let met = told.iter().filter(|told| told.text("/event/kind") == kind);
        assert!(met.count() >= 2, "no alert on {kind}");
    }
    let letters = site.records("dead-letter");
    assert!(letters.len() >= 200, "{}", letters.len());
    for letter in &letters {
        for (name, value) in &letter.headers {
            let value = String::from_utf8_lossy(value.as_deref().unwrap_or_default());
            outside += &format!("{name}: {value}\n");
        }
    }
    // What tools say of dead letters and of lists that were refused.
    outside += &site.run(&["dead-letter", "show"]).succeeded();
    outside += &site.run(&["watchlist", "stats"]).stderr;
    // The search has something to search: the client's log, causes of all sorts.
    let witnesses = [
        "librdkafka",
        "portcullis-cause: wrong_type",
        "portcullis-cause: refused",
        "portcullis-cause: too_large",
        "the schema registry does not answer",
        "retries_total{cause=\"schema_pending\"}",
        "retries_total{cause=\"unknown_topic\"}",
    ];
    for witness in witnesses {
        assert!(outside.contains(witness), "{witness}");
    }
    let outside: Vec<String> = outside.lines().map(without_clock_and_addresses).collect();
    for canary in CANARIES {
        let lines: Vec<&String> = outside.iter().filter(|line| line.contains(canary)).collect();
        assert_eq!(lines, Vec::<&String>::new(), "{canary}");
    }
}

/// A line without the fraction of its time of day and without addresses in memory: a trace has so
/// many that six digits of a birth date turn up in them by chance.
fn without_clock_and_addresses(line: &str) -> String {
    let clock = regex_lite::Regex::new(r"(\d\d:\d\d:\d\d)\.\d+|0x[0-9a-f]+").expect("a pattern");
    clock.replace_all(line, "$1").into_owned()
}

#[test]
fn only_clocks_and_addresses_are_left_out_of_the_search() {
    let line = without_clock_and_addresses("2026-11-26T10:51:43.710309Z at 0x7fcca710309f: 710309");
    assert_eq!(line, "2026-11-26T10:51:43Z at : 710309");
}

/// Topics, the one of crossings for larger events than the others.
fn site() -> Site<'static> {
    let site = Site::new(Broker::shared(), "privacy");
    let settings = [("max.message.bytes", "8000000"), ("message.timestamp.type", "LogAppendTime")];
    site.broker().create_topic(&site.topic("crossings"), 2, &settings);
    site.create_topics(&["police"]);
    site
}

/// Events that wait and are tried again and again: for a schema, of a registry that is away; for the
/// feed of an agency that has none.
fn what_cannot_be_finished(site: &Site<'_>) -> String {
    let mut feedless = canary_entry("w-9");
    feedless["handling"]["owner"] = json!("border-force");
    feedless["identifiers"][0]["value"] = json!("QZ71CNR77");
    send(site, "lists", &[Sent::entry(&feedless)]);
    send(site, "crossings", &[Sent::event(&crossing("feedless", "QZ71CNR77"))]);
    let instance = site.start_ready(&["log.filter=trace"]);
    let told = "cause=\"unknown_topic\"";
    eventually("retries for a feed", || {
        (instance.metric("portcullis_retries_total", &[told]) >= 2.0).then_some(())
    });
    let mut outside = seen(&instance) + &instance.stop().1;

    send(site, "cash", &[Sent::bytes("ZYXQUORLI", b"\x00\x00\x00\x00\x07ZYXQUORLI VANTAPRUD")]);
    let registry = "registry.urls=http://127.0.0.1:1";
    let secret = "registry.password=CNR-KOAN-TEXT";
    let settings = ["log.filter=trace", registry, "registry.username=reader", secret];
    let instance = site.start_ready(&settings);
    instance.await_log("the schema registry does not answer");
    let told = "cause=\"schema_pending\"";
    eventually("retries for a schema", || {
        (instance.metric("portcullis_retries_total", &[told]) >= 2.0).then_some(())
    });
    outside += &seen(&instance);
    outside + &instance.stop().1
}

/// What an instance serves to anybody.
fn seen(instance: &Instance) -> String {
    instance.metrics() + &instance.get("/readyz").1
}

fn seen_of(instance: &Instance) -> String {
    let refused = instance.metric("portcullis_list_refusals_total", &[]);
    assert!(refused >= 4.0, "{refused}");
    assert!(instance.metric("portcullis_suppression_refusals_total", &[]) >= 7.0);
    assert!(instance.metric("portcullis_defects_total", &[]) >= 4.0);
    assert!(instance.metric("portcullis_events_total", &["dead_letter"]) >= 8.0);
    seen(instance)
}

fn canary_entry(id: &str) -> Value {
    let mut entry = entry("wanted", id, "771234906");
    entry["names"] = json!([
        {"surname": "ZYXQUORLI", "given_names": "VANTAPRUD"},
        {"surname": "VANTAPRUD", "weak": true},
    ]);
    entry["birth_dates"] = json!(["1971-03-09"]);
    entry["sex"] = json!("MALE");
    entry["birth_places"] = json!(["CNR-LISTED-TOWN, Norway"]);
    entry["narrative"] = json!("CNR-LISTED-WHY");
    entry
}

fn canary_person() -> Value {
    json!({
        "surname": "ZYXQUORLI", "given_names": "VANTAPRUD", "birth_date": "1971-03-09",
        "sex": "MALE", "birth_place": "CNR-BIRTHTOWN/NOR",
    })
}

fn canary_crossing(event_id: &str) -> Value {
    let mut event = crossing(event_id, "771234906");
    event["traveller"] = canary_person();
    event
}

/// An entry that is met by every kind of event.
fn canary_things() -> Value {
    let mut entry = canary_entry("w-8");
    let of = |kind: &str, value: &str| json!({"kind": kind, "value": value});
    let mut plate = of("vehicle", "QZ71CNR");
    plate["issuer"] = json!("GBR");
    entry["identifiers"] = json!([
        plate,
        of("container", "QZXU7712349"),
        of("mrn", "26GB771234906CNRX1"),
        of("eori", "GB771234906000"),
        of("phone", "+447700900123"),
        of("email", "quorli@canary.example"),
    ]);
    entry
}

/// Good entries, and records of the list topic that are refused in several ways.
fn lists() -> Vec<Sent> {
    let mut wrong_type = canary_entry("w-2");
    wrong_type["names"] = json!("ZYXQUORLI");
    let mut wrong_date = canary_entry("w-3");
    wrong_date["birth_dates"] = json!(["CNR-BAD-DAY"]);
    let mut wrong_number = canary_entry("w-4");
    wrong_number["identifiers"][0]["value"] = json!("771234906 CNR-KOAN-TEXT 1971-03-09");
    let mut wrong_symbol = canary_entry("w-5");
    wrong_symbol["handling"]["action"] = json!("ZYXQUORLI");
    let mut wrong_sex = canary_entry("w-10");
    wrong_sex["sex"] = json!("CNR-KOAN-TEXT");
    let mut wrong_places = canary_entry("w-11");
    wrong_places["birth_places"] = json!("CNR-LISTED-TOWN");
    let whole = canary_entry("w-6").to_string();
    vec![
        Sent::entry(&canary_entry("w-1")),
        Sent::entry(&canary_things()),
        Sent::entry(&wrong_type),
        Sent::entry(&wrong_date),
        Sent::entry(&wrong_number),
        Sent::entry(&wrong_symbol),
        Sent::entry(&wrong_sex),
        Sent::entry(&wrong_places),
        Sent::bytes("wanted/w-6", &whole.as_bytes()[..whole.len() / 2]),
        Sent::bytes("ZYXQUORLI 1971-03-09", whole.as_bytes()),
        Sent::bytes("wanted/771234906-other", whole.as_bytes()),
        Sent::bytes("wanted/w-7", b"\xffZYXQUORLI"),
    ]
}

/// A judgement, and records of its topic that are refused in several ways.
fn suppressions() -> Vec<Sent> {
    let good = json!({
        "subject": "document:GBR:771234906", "list": "wanted", "entry": "w-1",
        "stated": "0123456789abcdef0123456789abcdef", "agency": "police", "unit": "CNR-KOAN-TEXT",
        "officer": "CNR-KOAN-TEXT", "reason": "CNR-LISTED-WHY of ZYXQUORLI",
        "issued_at": "2026-01-01T00:00:00Z", "expires_at": "2026-12-01T00:00:00Z",
    });
    let key = "document:GBR:771234906 wanted/w-1";
    let mut sent = vec![Sent::json(key, &good), Sent::bytes("ZYXQUORLI 1971-03-09", b"{}")];
    for (field, value) in [
        ("subject", json!("document:GBR:771234906 CNR-KOAN-TEXT")),
        ("subject", json!("phone:+447700900123")),
        ("person", json!("ZYXQUORLI")),
        ("officer", json!("ZYXQUORLI VANTAPRUD")),
        ("reason", json!(["CNR-LISTED-WHY"])),
        ("expires_at", json!("1971-03-09T00:00:00Z")),
    ] {
        let mut bad = good.clone();
        bad[field] = value;
        sent.push(Sent::json(key, &bad));
    }
    sent
}

/// Events that alert, that are refused, and that state what cannot be used.
fn traffic() -> Vec<(&'static str, Vec<Sent>)> {
    let hit = canary_crossing("hit").to_string();
    let mut crossings: Vec<Sent> =
        (0..4).map(|number| Sent::event(&canary_crossing(&format!("hit-{number}")))).collect();
    // Cut in the middle of every value there is.
    for (cut, _) in hit.match_indices(['"', ':']) {
        crossings.push(Sent::bytes("ZYXQUORLI", &hit.as_bytes()[..cut]));
    }
    let edits: [(&str, Value); 11] = [
        ("/traveller/surname", json!(["ZYXQUORLI"])),
        ("/traveller/birth_date", json!("CNR-BAD-DAY")),
        ("/traveller/nationality", json!("ZYXQUORLI")),
        ("/traveller/sex", json!("ZYXQUORLI")),
        ("/traveller/birth_place", json!(["CNR-BIRTHTOWN"])),
        ("/traveller/birth_place", json!("CNR-BIRTHTOWN ".repeat(20_000))),
        ("/documents/0/number", json!("CNR-KOAN-TEXT 771234906 1971-03-09 ZYXQUORLI")),
        ("/documents/0/issuing_state", json!("ZYXQUORLI")),
        ("/documents/0/expiry_date", json!("1971-03-09T")),
        ("/envelope/occurred_at", json!("1971-03-09 ZYXQUORLI")),
        ("/envelope/agency", json!("ZYXQUORLI")),
    ];
    for (path, value) in edits {
        let mut event = canary_crossing("edited");
        let (parent, key) = path.rsplit_once('/').unwrap();
        event.pointer_mut(parent).unwrap()[key] = value;
        crossings.push(Sent::event(&event));
    }
    let mut unknown_field = canary_crossing("unknown-field");
    unknown_field["ZYXQUORLI"] = json!("VANTAPRUD");
    crossings.push(Sent::event(&unknown_field));
    crossings.push(Sent::bytes("771234906", b"\x00\x00\x00\x00\x07ZYXQUORLI"));
    crossings.push(Sent::bytes("771234906", b"ZYXQUORLI VANTAPRUD 1971-03-09"));
    crossings.extend(large(&canary_crossing("large")));
    let mut traffic: Vec<(&str, Vec<Sent>)> =
        other_kinds().into_iter().map(|(kind, event)| (kind, variations(&event))).collect();
    traffic.push(("crossings", crossings));
    traffic
}

/// Larger than a decoder takes, by its bytes and by the length of a list; and one whose alert is so.
fn large(event: &Value) -> Vec<Sent> {
    let mut long = event.clone();
    long["traveller"]["surname"] = json!("ZYXQUORLI ".repeat(450_000));
    let mut many = event.clone();
    many["traveller"]["other_names"] =
        (0..10_001).map(|_| json!({"surname": "ZYXQUORLI", "given_names": "VANTAPRUD"})).collect();
    let mut explained = event.clone();
    explained["traveller"]["surname"] = json!("ZYXQUORLI ".repeat(100_000));
    vec![Sent::event(&long), Sent::event(&many), Sent::event(&explained)]
}

/// An event of each other kind, with what is personal in it in every field that may hold it.
fn other_kinds() -> Vec<(&'static str, Value)> {
    let documents = json!([{"number": "771234906", "issuing_state": "GBR", "type": "P"}]);
    let person = || json!({"person": canary_person(), "documents": documents.clone()});
    let party = |role: &str| {
        json!({
            "role": role, "name": "CNRTRADE ZYXQUORLI", "given_names": "VANTAPRUD",
            "birth_date": "1971-03-09", "eori": "GB771234906000", "country": "GB",
            "phones": ["+447700900123", "447700900123 CNR-KOAN-TEXT"],
            "emails": ["quorli@canary.example", "quorli@canary.example CNR-KOAN-TEXT"],
            "documents": documents.clone(),
        })
    };
    let vehicle = json!({"plate": "QZ71CNR", "country": "GBR", "vin": "WCNRZZZ1JZXW00001"});
    let item = json!({"commodity_code": "CNR-GOODS", "description": "CNR-GOODS of ZYXQUORLI", "value": 771234906.25});
    let (passenger, vehicles, container, declaration, cash) = (
        json!({
            "passenger": canary_person(), "documents": documents,
            "booking_reference": "CNR-BOOKING", "seat": "CNR-BOOKING",
            "phones": ["+447700900123", "447700900123 CNR-KOAN-TEXT"],
            "emails": ["quorli@canary.example", "quorli@canary.example CNR-KOAN-TEXT"],
        }),
        json!({
            "vehicle": vehicle, "trailer": {"plate": "QZ71CNR", "country": "ZYXQUORLI"},
            "driver": person(), "occupants": [person(), {"person": {"full_name": "CNR-OCCUPANT"}}],
            "containers": ["QZXU7712349"], "goods_movement_reference": "CNR-MOVEMENT",
        }),
        json!({
            "container_number": "QZXU7712349", "seals": ["CNRSEAL1"], "vehicle": vehicle,
            "vessel": {"imo": "CNRVESSEL", "name": "CNR-SHIP", "flag": "ZYXQUORLI", "call_sign": "CNRSIGN"},
            "parties": [party("CONSIGNEE")],
        }),
        json!({
            "mrn": "26GB771234906CNRX1", "lrn": "CNR-GOODS", "ucr": "CNR-GOODS",
            "parties": [party("IMPORTER"), party("DECLARANT")], "items": [item, item],
            "containers": ["QZXU7712349"], "vehicle": vehicle,
        }),
        json!({
            "bearer": person(), "owner": person(), "recipient": person(),
            "amount": 771234906.25, "currency": "CNR-GOODS", "instrument": "CNR-GOODS",
            "provenance": "CNR-PROVENANCE", "intended_use": "CNR-INTENDED",
        }),
    );
    let kinds = ["advance_passenger", "vehicles", "containers", "declarations", "cash"];
    let events = [passenger, vehicles, container, declaration, cash];
    let kind = |(kind, mut event): (&'static str, Value)| {
        event["envelope"] = envelope(kind);
        (kind, event)
    };
    kinds.into_iter().zip(events).map(kind).collect()
}

/// The event; cut in two places; and with each of its values in turn of another type, and as a text
/// that nothing can be made of.
fn variations(event: &Value) -> Vec<Sent> {
    let text = event.to_string();
    let mut all = vec![Sent::event(event)];
    all.extend(
        [1, 2].map(|part| Sent::bytes("ZYXQUORLI", &text.as_bytes()[..text.len() * part / 3])),
    );
    let mut paths = Vec::new();
    leaves(event, "", &mut paths);
    for path in paths {
        let value = event.pointer(&path).unwrap().clone();
        let garbled = json!(format!("{value} CNR-KOAN-TEXT ZYXQUORLI"));
        for value in [json!([value]), garbled, json!({"ZYXQUORLI": "VANTAPRUD"})] {
            let mut edited = event.clone();
            *edited.pointer_mut(&path).unwrap() = value;
            all.push(Sent::json("ZYXQUORLI", &edited));
        }
    }
    all
}

/// The pointers of all values that hold no others.
fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            fields.iter().for_each(|(name, value)| leaves(value, &format!("{path}/{name}"), found));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(at, value)| leaves(value, &format!("{path}/{at}"), found));
        }
        _ => found.push(path.to_owned()),
    }
}
