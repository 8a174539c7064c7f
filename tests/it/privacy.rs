//! No name, number or birth date of any record reaches a log, a metric, the readiness document or a
//! header of a dead letter, whatever becomes of the record.

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::{Instance, Site};
use super::traffic::{Sent, alerts, crossing, entry, envelope, send};

/// Personal data as it is written, and the forms it might be found in. Nobody's: invented.
const CANARIES: [&str; 14] = [
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
    "CNR-LISTED-WHY",
];

#[test]
fn nothing_personal_reaches_logs_metrics_readiness_or_headers() {
    let site = Site::made(Broker::shared(), "privacy", &["police"]);
    send(&site, "lists", &lists());
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
        instance.await_events(events);
        outside += &seen_of(&instance);
        let (status, log) = instance.stop();
        assert_eq!(status, Some(0), "{log}");
        assert!(log.lines().count() > 50, "a trace says much: {log}");
        outside += &log;
        // The next instance counts anew.
        events = 0;
    }
    assert!(alerts(&site, "police").len() >= 8);
    let letters = site.records("dead-letter");
    assert!(letters.len() >= 20);
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
    for witness in ["librdkafka", "portcullis-cause: wrong_type", "portcullis-cause: refused"] {
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

fn seen_of(instance: &Instance) -> String {
    let refused = instance.metric("portcullis_list_refusals_total", &[]);
    assert!(refused >= 4.0, "{refused}");
    assert!(instance.metric("portcullis_defects_total", &[]) >= 4.0);
    assert!(instance.metric("portcullis_events_total", &["dead_letter"]) >= 8.0);
    instance.metrics() + &instance.get("/readyz").1
}

fn canary_entry(id: &str) -> Value {
    let mut entry = entry("wanted", id, "771234906");
    entry["names"] = json!([{"surname": "ZYXQUORLI", "given_names": "VANTAPRUD"}]);
    entry["birth_dates"] = json!(["1971-03-09"]);
    entry["narrative"] = json!("CNR-LISTED-WHY");
    entry
}

fn canary_person() -> Value {
    json!({"surname": "ZYXQUORLI", "given_names": "VANTAPRUD", "birth_date": "1971-03-09"})
}

fn canary_crossing(event_id: &str) -> Value {
    let mut event = crossing(event_id, "771234906");
    event["traveller"] = canary_person();
    event
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
    let whole = canary_entry("w-6").to_string();
    vec![
        Sent::entry(&canary_entry("w-1")),
        Sent::entry(&wrong_type),
        Sent::entry(&wrong_date),
        Sent::entry(&wrong_number),
        Sent::entry(&wrong_symbol),
        Sent::bytes("wanted/w-6", &whole.as_bytes()[..whole.len() / 2]),
        Sent::bytes("ZYXQUORLI 1971-03-09", whole.as_bytes()),
        Sent::bytes("wanted/771234906-other", whole.as_bytes()),
        Sent::bytes("wanted/w-7", b"\xffZYXQUORLI"),
    ]
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
    let edits: [(&str, Value); 9] = [
        ("/traveller/surname", json!(["ZYXQUORLI"])),
        ("/traveller/birth_date", json!("CNR-BAD-DAY")),
        ("/traveller/nationality", json!("ZYXQUORLI")),
        ("/traveller/sex", json!("ZYXQUORLI")),
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
    let passenger = json!({
        "envelope": envelope("passenger"),
        "passenger": canary_person(),
        "crew": false,
        "phones": ["+447700900123", "447700900123 CNR-KOAN-TEXT"],
        "emails": ["quorli@canary.example", "quorli@canary.example CNR-KOAN-TEXT"],
    });
    let vehicle = json!({
        "envelope": envelope("vehicle"),
        "vehicle": {"plate": "QZ71CNR", "country": "ZYXQUORLI", "vin": "QZ71CNR"},
        "driver": {"person": canary_person(), "organisation": false},
    });
    vec![
        ("crossings", crossings),
        ("advance_passenger", vec![Sent::event(&passenger)]),
        ("vehicles", vec![Sent::event(&vehicle)]),
    ]
}
