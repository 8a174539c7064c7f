//! Records that cannot be used: each becomes a dead letter with its own bytes, its cause and its
//! place, and the good ones between them alert as if nothing had been.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};

use portcullis::codec::{Contract, Decoder, Format, Headers, Limits, encode_event, rfc3339};
use portcullis::domain::{Timestamp, Topic};
use serde_json::{Value, json};

use super::broker::{Broker, Record, unique};
use super::instance::{Instance, Site, eventually};
use super::traffic::{
    Sent, alerts, assert_all_committed, count_by_event, crossing, entry, envelope, send,
};

const DOCUMENT: &str = "123456789";
/// Causes that the poison is sure to have.
const CAUSES: [&str; 9] = [
    "bad_framing",
    "bad_json",
    "duplicate_field",
    "missing_field",
    "refused",
    "trailing_bytes",
    "truncated",
    "unknown_schema",
    "wrong_type",
];

#[test]
fn poison_among_good_events_becomes_dead_letters_and_stops_nothing() {
    let site = site("poison", &[]);
    let poison = poison();
    let mut sent = Vec::new();
    for (number, bad) in poison.iter().enumerate() {
        sent.push(bad.clone());
        if number % 10 == 0 {
            sent.push(good(&format!("good-{number}")));
        }
    }
    sent.push(good("good-last"));
    let instance = site.start_ready(&[]);
    send(&site, "crossings", &sent);
    instance.await_events(sent.len() as u64);

    // Each becomes a dead letter that holds what it was and tells where it stood.
    let events = site.records("crossings");
    let letters = site.records("dead-letter");
    assert_eq!(letters.len(), poison.len());
    for letter in &letters {
        assert_tells(letter, &events);
    }
    let causes: BTreeSet<String> = letters.iter().map(|letter| text(letter, "cause")).collect();
    for cause in CAUSES {
        assert!(causes.contains(cause), "{cause}: {causes:?}");
    }
    let told = alerts(&site, "command");
    let goods = sent.iter().filter(|sent| is_good(sent)).count();
    assert_eq!(told.len(), goods);
    assert!(count_by_event(&told).values().all(|count| *count == 1));

    // A person sees them, and sends them again: they come back, since nothing has been mended.
    assert_shown(&site, &letters);
    let replayed = site.run(&["dead-letter", "replay", "--dry-run"]).succeeded();
    assert!(replayed.contains(&format!("{} dead letters would be", letters.len())), "{replayed}");
    let replayed = site.run(&["dead-letter", "replay"]).succeeded();
    assert!(replayed.contains(&format!("{} dead letters sent again, 0 failed", letters.len())));
    instance.await_events((sent.len() + poison.len()) as u64);
    assert_sent_again_once(&site, letters.len());
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert_all_committed(&site, &["crossings"]);
    let after: Vec<Record> =
        site.records("dead-letter").into_iter().filter(|letter| !says_sent_again(letter)).collect();
    assert_eq!(contents(&after[letters.len()..]), contents(&letters));
    assert_eq!(alerts(&site, "command").len(), goods);
}

#[test]
fn a_large_event_becomes_a_dead_letter_whole() {
    let site = Site::new(Broker::shared(), "poison-large");
    site.broker().create_topic(
        &site.topic("crossings"),
        2,
        &[("max.message.bytes", "8000000"), ("message.timestamp.type", "LogAppendTime")],
    );
    site.create_topics(&["police"]);
    send(&site, "lists", &[Sent::entry(&entry("stolen", "d-1", DOCUMENT))]);
    let instance = site.start_ready(&[]);
    let mut large = crossing("large", DOCUMENT);
    large["traveller"]["surname"] = "LARGE ".repeat(500_000).into();
    let broken = Sent::bytes("broken", &vec![b'x'; 3_000_000]);
    send(&site, "crossings", &[Sent::event(&large), broken.clone(), good("after")]);
    instance.await_events(3);
    instance.stop();
    let letters = site.records("dead-letter");
    let broken = letters.iter().find(|letter| letter.key == broken.key).unwrap();
    assert_eq!(broken.value.as_ref().map(Vec::len), Some(3_000_000));
    let told = count_by_event(&alerts(&site, "command"));
    // What is large and right is no poison: its alert says what is needed.
    assert_eq!(told.get("large").copied().unwrap_or_default() + letters.len(), 2);
    assert_eq!(told["after"], 1);
}

#[test]
fn a_dead_letter_alerts_once_its_schema_is_registered_and_it_is_replayed() {
    let site = site("poison-mended", &[]);
    let mut value = avro(&crossing("mended", DOCUMENT));
    value[1..5].copy_from_slice(&7_u32.to_be_bytes());
    let instance = site.start_ready(&[]);
    send(&site, "crossings", &[Sent::bytes("mended", &value), good("good")]);
    instance.await_events(2);
    instance.stop();
    let letters = site.records("dead-letter");
    assert_eq!(text(&letters[0], "cause"), "unknown_schema");

    let registry = registry(Contract::Events(Topic::Crossings).text());
    let instance = site.start_ready(&[&format!("registry.urls={registry}")]);
    let replayed = site.run(&["dead-letter", "replay", "--cause", "unknown_schema"]).succeeded();
    assert!(replayed.contains("1 dead letters sent again, 0 failed"), "{replayed}");
    instance.await_events(1);
    assert_eq!(instance.metric("portcullis_schema_lookups_total", &["found"]), 1.0);
    instance.stop();
    let told = count_by_event(&alerts(&site, "police"));
    assert_eq!(told, [("good".into(), 1), ("mended".into(), 1)].into());
}

fn site(stem: &str, agencies: &[&str]) -> Site<'static> {
    let site = Site::made(Broker::shared(), stem, &[&["police"], agencies].concat());
    send(&site, "lists", &[Sent::entry(&entry("stolen", "d-1", DOCUMENT))]);
    site
}

fn good(event_id: &str) -> Sent {
    Sent::event(&crossing(event_id, DOCUMENT))
}

fn is_good(sent: &Sent) -> bool {
    sent.key.as_deref().is_some_and(|key| key.starts_with(b"good"))
}

/// An event in Avro, framed.
fn avro(event: &Value) -> Vec<u8> {
    let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
    let text = event.to_string();
    let headers = Headers { content_type: Some(b"application/json"), schema_id: None };
    let event = decoder.decode_event(Topic::Crossings, text.as_bytes(), headers).unwrap();
    let schema_id = Contract::Events(Topic::Crossings).id();
    encode_event(&event, Format::Avro { schema_id }).unwrap()
}

fn poison() -> Vec<Sent> {
    let bytes = |value: &[u8]| Sent::bytes(&unique("poison"), value);
    let whole = avro(&crossing("truncated", DOCUMENT));
    let mut all: Vec<Sent> = (0..whole.len()).map(|length| bytes(&whole[..length])).collect();
    // Bytes as chance makes them, the same in every run (a linear congruence).
    let mut state = 1_u64;
    for length in 1..40 {
        let noise = (0..length * 7).map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) as u8
        });
        let mut noise: Vec<u8> = noise.collect();
        all.push(bytes(&noise));
        noise.splice(0..0, whole[..5].iter().copied());
        all.push(bytes(&noise));
    }
    let mut unknown = whole.clone();
    unknown[1..5].copy_from_slice(&77_u32.to_be_bytes());
    all.push(bytes(&unknown));
    all.push(bytes(&[&whole[..], b"more"].concat()));
    all.push(bytes(b"{"));
    all.push(bytes(b"[]"));
    all.push(bytes(b"{}"));
    let mut wrong = crossing("wrong", DOCUMENT);
    wrong["traveller"]["surname"] = json!(7);
    all.push(Sent::json("wrong-type", &wrong));
    let mut wrong = crossing("wrong", DOCUMENT);
    wrong["envelope"]["occurred_at"] = json!("yesterday");
    all.push(Sent::json("wrong-time", &wrong));
    let mut wrong = crossing("wrong", DOCUMENT);
    wrong["envelope"]["agency"] = json!("No Agency");
    all.push(Sent::json("wrong-agency", &wrong));
    all.push(Sent::json("no-traveller", &json!({"envelope": envelope("wrong")})));
    let twice = crossing("twice", DOCUMENT).to_string();
    let twice = twice.replacen("{\"surname\"", "{\"surname\":\"OTHER\",\"surname\"", 1);
    let twice = twice.replacen("\"traveller\":{", "\"traveller\":{\"surname\":\"OTHER\",", 1);
    all.push(bytes(twice.as_bytes()));
    all.push(Sent { key: None, value: Some(b"keyless".to_vec()), headers: Vec::new() });
    all.push(Sent { key: Some(b"tombstone".to_vec()), value: None, headers: Vec::new() });
    all
}

/// The dead letter holds key and bytes of the record it names, and says what was wrong with it.
fn assert_tells(letter: &Record, events: &[Record]) {
    let offset: i64 = text(letter, "offset").parse().unwrap();
    let event = events.iter().find(|event| event.partition == 0 && event.offset == offset);
    let event = event.unwrap();
    assert_eq!((&letter.key, &letter.value), (&event.key, &event.value));
    assert_eq!(text(letter, "topic"), event.topic);
    assert_eq!(text(letter, "partition"), "0");
    let appended_at = Timestamp::from_millis(event.timestamp).unwrap();
    assert_eq!(text(letter, "appended-at"), rfc3339(appended_at));
    assert!(!text(letter, "detail").is_empty());
    let cause = text(letter, "cause");
    assert!(cause.chars().all(|char| char.is_ascii_lowercase() || "_8".contains(char)), "{cause}");
    assert_eq!(letter.headers.get("content-type"), event.headers.get("content-type"));
    let expected = match event.key.as_deref() {
        Some(b"wrong-type") => Some("wrong_type"),
        Some(b"wrong-agency") => Some("refused"),
        Some(b"no-traveller") => Some("missing_field"),
        Some(b"tombstone") => Some("bad_framing"),
        _ => None,
    };
    assert!(expected.is_none_or(|expected| expected == cause), "{:?}: {cause}", event.key);
}

fn text(letter: &Record, name: &str) -> String {
    let value = letter.headers[&format!("portcullis-{name}")].clone();
    String::from_utf8(value.unwrap()).unwrap()
}

/// Whether the record says of another dead letter that it was sent again.
fn says_sent_again(letter: &Record) -> bool {
    letter.headers.contains_key("portcullis-sent-again")
}

/// The letters that were sent again say so, and the next replay sends those alone that have come back
/// since: the others are passed over unless somebody insists.
fn assert_sent_again_once(site: &Site<'_>, count: usize) {
    let lines = site.run(&["dead-letter", "show", "--json"]).succeeded();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2 * count);
    assert_eq!(lines.iter().filter(|line| line["sent_again"] == true).count(), count);
    let told = site.run(&["dead-letter", "replay", "--dry-run"]).succeeded();
    assert!(
        told.contains(&format!("{count} dead letters would be sent again; {count} had")),
        "{told}"
    );
    let told = site.run(&["dead-letter", "replay", "--dry-run", "--again"]).succeeded();
    assert!(told.contains(&format!("{} dead letters would be sent again\n", 2 * count)), "{told}");
    // One that was sent again is not sent a third time, also where it is named.
    let events = site.records("crossings").len();
    let told = site.run(&["dead-letter", "replay", "--offset", "0"]).succeeded();
    assert!(told.contains("0 dead letters sent again, 0 failed; 1 had"), "{told}");
    assert_eq!(site.records("crossings").len(), events);
}

/// Key, value and cause.
type Content = (Option<Vec<u8>>, Option<Vec<u8>>, String);

fn contents(letters: &[Record]) -> Vec<Content> {
    let content =
        |letter: &Record| (letter.key.clone(), letter.value.clone(), text(letter, "cause"));
    let mut contents: Vec<_> = letters.iter().map(content).collect();
    // Without key the partition of a record sent again is anybody's guess, and so is its order.
    contents.sort();
    contents
}

fn assert_shown(site: &Site<'_>, letters: &[Record]) {
    let lines = site.run(&["dead-letter", "show", "--json"]).succeeded();
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), letters.len());
    for (line, letter) in lines.iter().zip(letters) {
        assert_eq!(line["offset"], letter.offset);
        assert_eq!(line["cause"], text(letter, "cause"));
        assert_eq!(line["detail"], text(letter, "detail"));
        assert_eq!(line["from"]["topic"], text(letter, "topic"));
        assert_eq!(line["from"]["offset"].to_string(), text(letter, "offset"));
        assert!(line.get("value").is_none());
    }
    let only = site.run(&["dead-letter", "show", "--json", "--cause", "wrong_type"]).succeeded();
    assert!(!only.is_empty() && only.lines().all(|line| line.contains("\"wrong_type\"")), "{only}");
}

/// A schema registry that has this schema under every id, and an id for every schema; gives its
/// address.
fn registry(schema: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let body = json!({"schema": schema, "id": Contract::Alerts.id()}).to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            answer(stream.unwrap(), &body);
        }
    });
    address
}

fn answer(mut stream: TcpStream, body: &str) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|length| length > 0) {
        head.push(byte[0]);
    }
    // A body left unread would reset the connection under the answer.
    let text = String::from_utf8_lossy(&head).to_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length = length.map_or(0, |length| length.trim().parse().unwrap());
    std::io::copy(&mut (&stream).take(length), &mut std::io::sink()).unwrap();
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
    write!(stream, "{head}Content-Length: {length}\r\n\r\n{body}").unwrap();
}

/// A partition that meets poison first of all goes on too: nothing has been acknowledged yet.
#[test]
fn an_instance_that_starts_on_poison_goes_on_and_so_does_the_next() {
    let site = site("poison-first", &[]);
    send(&site, "crossings", &[Sent::bytes("a", b"x"), Sent::bytes("b", b""), good("good")]);
    let instance = site.start_ready(&[]);
    instance.await_events(3);
    Instance::kill(instance);
    let instance = site.start_ready(&[]);
    send(&site, "crossings", &[good("good-2")]);
    eventually("the alert", || {
        let told = count_by_event(&alerts(&site, "police"));
        (told.contains_key("good") && told.contains_key("good-2")).then_some(())
    });
    instance.stop();
    assert_all_committed(&site, &["crossings"]);
}
