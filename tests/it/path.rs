//! The whole path on a real Kafka: topics, lists and traffic by the binary's own commands, the
//! alerts read back by Kafka's Java client and compared with what had to alert.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::{KINDS, Site};
use super::told::{AGENCIES, Truth, told};
use super::traffic::{Sent, Told, assert_all_committed, envelope, file, send, word};

const EVENTS: u64 = 20_000;

#[test]
fn traffic_in_avro_alerts_exactly_as_it_must_and_each_audience_sees_its_part() {
    let dir = tempfile::tempdir().unwrap();
    let truth = dir.path().join("truth.jsonl");
    let site = Site::made(Broker::shared(), "path-avro", &AGENCIES);
    let events = EVENTS.to_string();
    let simulate = ["simulate", "--lists", "--rate", "0", "--events", &events, "--truth"];
    site.run(&[&simulate[..], &[word(&truth)]].concat()).succeeded();

    let instance = site.start_ready(&[]);
    instance.await_events(EVENTS);
    assert_eq!(instance.metric("portcullis_events_total", &["dead_letter"]), 0.0);
    let (status, log) = instance.stop();

    assert_eq!(status, Some(0), "{log}");
    assert_all_committed(&site, &KINDS);
    Truth::read(&truth).assert_told(&site);
    let told = told(&site);
    assert_eq!(shown(&site, None), as_shown(&told["command"]));
    assert_eq!(shown(&site, Some("police")), as_shown(&told["police"]));
    assert_eq!(site.records("dead-letter"), []);
}

#[test]
fn traffic_in_json_while_running_alerts_exactly_as_it_must() {
    let dir = tempfile::tempdir().unwrap();
    let truth = dir.path().join("truth.jsonl");
    let site = Site::made(Broker::shared(), "path-json", &AGENCIES);
    // The lists make a round: into a topic, out as JSON lines, and from that file into this site.
    let other = Site::made(Broker::shared(), "path-lists", &[]);
    other.run(&["simulate", "--lists", "--events", "0", "--seed", "2"]).succeeded();
    let lines = other.run(&["watchlist", "show"]).succeeded();
    let lists = file(&dir, "lists.jsonl", &lines);
    let published = site.run(&["watchlist", "publish", word(&lists)]).succeeded();
    assert!(published.contains(&format!("{} added, 0 changed", lines.lines().count())));
    let again = site.run(&["watchlist", "publish", word(&lists)]).succeeded();
    assert!(again.contains("0 added, 0 changed, 0 removed"), "{again}");

    let instance = site.start_ready(&["topics.alert_format=json"]);
    let events = EVENTS.to_string();
    let simulate = ["simulate", "--json", "--seed", "2", "--rate", "0", "--events", &events];
    site.run(&[&simulate[..], &["--truth", word(&truth)]].concat()).succeeded();
    instance.await_events(EVENTS);
    let (status, log) = instance.stop();

    assert_eq!(status, Some(0), "{log}");
    assert_all_committed(&site, &KINDS);
    Truth::read(&truth).assert_told(&site);
    let told = told(&site);
    for told in &told["command"] {
        let text = std::str::from_utf8(told.record.value.as_ref().unwrap()).unwrap();
        assert!(serde_json::from_str::<Value>(text).is_ok());
    }
    assert_eq!(shown(&site, None), as_shown(&told["command"]));
}

#[test]
fn a_list_in_csv_is_met_by_an_event_of_each_kind() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "path-csv", &["police", "customs"]);
    let csv = "\
list,entry,subject,surname,given_names,birth_date,document,plate,container,imo,eori,mrn,priority,action,owner,audience,covert,narrative\n\
wanted,w-1,PERSON,MUSTERMANN,ERIKA,1964-08-12,,,,,,,IMMEDIATE,ARREST,police,customs=POINTER,no,\"Text, with a comma\"\n\
wanted,w-2,PERSON,,,,C01X00T47@DEU,,,,,,HIGH,STOP_AND_REFER,police,customs=SUMMARY,,Second text\n\
stolen,s-1,VEHICLE,,,,,AB12CDE@GB,,,,,HIGH,STOP_AND_REFER,police,,,\n\
boxes,b-1,CONTAINER,,,,,,CSQU3054383,,,,HIGH,HOLD_GOODS,customs,,,\n\
ships,v-1,VESSEL,,,,,,,9074729,,,ROUTINE,NOTIFY_OWNER_ONLY,customs,,true,\n\
traders,t-1,ORGANISATION,,,,,,,,GB123456789000,,HIGH,HOLD_GOODS,customs,,,\n";
    let list = file(&dir, "lists.csv", csv);
    site.run(&["watchlist", "publish", word(&list)]).succeeded();
    let instance = site.start_ready(&[]);
    send_one_of_each_kind(&site);
    instance.await_events(6);
    instance.stop();

    let expected = [
        ("crossing", "police", "wanted/w-1", false),
        ("passenger", "police", "wanted/w-2", false),
        ("vehicle", "police", "stolen/s-1", false),
        ("container", "customs", "boxes/b-1", false),
        ("container", "customs", "ships/v-1", true),
        ("declaration", "customs", "traders/t-1", false),
        ("cash", "police", "wanted/w-1", false),
    ];
    let row = |(event, _, entry, _): (&str, &str, &str, bool)| (event.to_owned(), entry.to_owned());
    Truth { due: expected.into_iter().map(row).collect() }.assert_told(&site);
}

fn send_one_of_each_kind(site: &Site<'_>) {
    let erika =
        json!({"surname": "Mustermann", "given_names": "Erika", "birth_date": "1964-08-12"});
    let document = json!({"number": "C01X00T47", "issuing_state": "DEU"});
    let events = [
        ("crossings", json!({"envelope": envelope("crossing"), "traveller": erika})),
        (
            "advance_passenger",
            json!({
                "envelope": envelope("passenger"),
                "passenger": {"full_name": "NOBODY IN PARTICULAR"},
                "crew": false,
                "documents": [document],
            }),
        ),
        (
            "vehicles",
            json!({
                "envelope": envelope("vehicle"),
                "vehicle": {"plate": "AB12 CDE", "country": "GB"},
            }),
        ),
        (
            "containers",
            json!({
                "envelope": envelope("container"),
                "container_number": "CSQU3054383",
                "vessel": {"imo": "IMO 9074729"},
            }),
        ),
        (
            "declarations",
            json!({
                "envelope": envelope("declaration"),
                "parties": [{"role": "IMPORTER", "organisation": true, "eori": "GB123456789000"}],
            }),
        ),
        (
            "cash",
            json!({
                "envelope": envelope("cash"),
                "bearer": {"person": erika, "organisation": false},
            }),
        ),
    ];
    for (kind, event) in events {
        send(site, kind, &[Sent::event(&event)]);
    }
}

/// (alert, event, entries) of each alert.
type Rows = BTreeSet<(String, String, Vec<String>)>;

fn as_shown(told: &[Told]) -> Rows {
    let row = |told: &Told| (told.text("/id").into(), told.event_id().into(), told.entries());
    told.iter().map(row).collect()
}

/// What `portcullis alerts` shows of a feed.
fn shown(site: &Site<'_>, agency: Option<&str>) -> Rows {
    let mut words = vec!["alerts", "--from-beginning", "--until-end", "--json"];
    words.extend(agency.map(|agency| ["--agency", agency]).into_iter().flatten());
    let lines = site.run(&words).succeeded();
    let row = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        let entries = line["entries"].as_array().unwrap().iter();
        let entries = entries.map(|entry| entry.as_str().unwrap().to_owned()).collect();
        let text = |key: &str| line[key].as_str().unwrap().to_owned();
        (text("id"), text("event_id"), entries)
    };
    lines.lines().map(row).collect()
}
