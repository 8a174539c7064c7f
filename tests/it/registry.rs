//! A schema registry: writers' schemas are fetched from it, the alerts' schema is registered in it,
//! and nothing is lost while it is away.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value as Datum;
use apache_avro::writer::datum::GenericDatumWriter;
use portcullis::codec::{Contract, Decoder, Format, Headers, Limits, encode_entry, encode_event};
use portcullis::domain::Topic;
use serde_json::{Value, json};

use super::broker::Broker;
use super::faults::{
    await_all_committed, committed, crossings, ids, publish_listed, send, send_raw,
};
use super::instance::Site;
use super::told::events_told;
use super::traffic::{Told, alerts, entry, file, word};

/// Apicurio Registry; lives as long as this value.
struct Apicurio {
    url: String,
    _lifeline: Option<ChildStdin>,
}

impl Apicurio {
    fn start() -> Self {
        let dir = tempfile::Builder::new().prefix("portcullis-registry-").tempdir().unwrap().keep();
        let mut child =
            Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/registry"))
                .args(["start", "--while-stdin-open", "--dir"])
                .arg(dir)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
        let lifeline = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "scripts/registry start failed");
        let line = String::from_utf8(output.stdout).unwrap();
        let url = line.trim().strip_prefix("url=").unwrap().to_owned();
        Self { url, _lifeline: lifeline }
    }

    fn register(&self, subject: &str, schema: &str) -> u32 {
        self.register_body(subject, &json!({"schema": schema, "schemaType": "AVRO"}))
    }

    /// Registers a schema with what else its body says.
    fn register_body(&self, subject: &str, body: &Value) -> u32 {
        let mut answer = ureq::post(format!("{}/subjects/{subject}/versions", self.url))
            .header("content-type", "application/vnd.schemaregistry.v1+json")
            .send(body.to_string())
            .unwrap();
        let answer: Value = answer.body_mut().read_json().unwrap();
        u32::try_from(answer["id"].as_u64().unwrap()).unwrap()
    }

    fn schema(&self, id: u32) -> String {
        let mut answer = ureq::get(format!("{}/schemas/ids/{id}", self.url)).call().unwrap();
        let answer: Value = answer.body_mut().read_json().unwrap();
        answer["schema"].as_str().unwrap().to_owned()
    }
}

/// A crossing in Avro by the shipped schema: its datum alone.
pub(crate) fn datum(number: u32) -> Vec<u8> {
    let (_, value) = crossings(number..number + 1).remove(0);
    let text = value.to_string();
    let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
    let headers = Headers { content_type: Some(b"application/json"), schema_id: None };
    let event = decoder.decode_event(Topic::Crossings, text.as_bytes(), headers).unwrap();
    encode_event(&event, Format::Avro { schema_id: 0 }).unwrap().split_off(5)
}

fn framed(id: u32, datum: &[u8]) -> Vec<u8> {
    [&[0][..], &id.to_be_bytes(), datum].concat()
}

pub(crate) fn send_avro(site: &Site<'_>, number: u32, id: u32, datum: &[u8]) {
    let (topic, key) = (site.topic("crossings"), format!("e-{number}"));
    send_raw(site.broker(), &topic, 0, &key, Some(&framed(id, datum)), &[]);
}

/// The shipped schema of crossings as a writer might have it one day: with a field more, in front,
/// and the envelope at another place.
fn evolved() -> (String, impl Fn(&[u8]) -> Vec<u8>) {
    let shipped = Contract::Events(Topic::Crossings).text();
    let mut schema: Value = serde_json::from_str(shipped).unwrap();
    let fields = schema["fields"].as_array_mut().unwrap();
    let last = fields.len() - 1;
    let moved = fields.remove(last);
    fields.insert(1, moved);
    fields.insert(0, json!({"name": "added", "type": "string", "default": ""}));
    let text = schema.to_string();
    let (reader, writer) = (Schema::parse_str(shipped).unwrap(), Schema::parse_str(&text).unwrap());
    let rewrite = move |datum: &[u8]| {
        let mut datum = datum;
        let read = GenericDatumReader::builder(&reader).build().unwrap();
        let Datum::Record(mut fields) = read.read_value(&mut datum).unwrap() else { panic!() };
        let moved = fields.remove(last);
        fields.insert(1, moved);
        fields.insert(0, ("added".into(), Datum::String("later".into())));
        let write = GenericDatumWriter::builder(&writer).build().unwrap();
        let mut bytes = Vec::new();
        write.write_value(&mut bytes, Datum::Record(fields)).unwrap();
        bytes
    };
    (text, rewrite)
}

#[test]
fn writers_schemas_come_from_the_registry_and_alerts_carry_an_id_that_their_readers_find_there() {
    let registry = Apicurio::start();
    let site = Site::made(Broker::shared(), "registry", &["police"]);
    let subject = format!("{}-value", site.topic("crossings"));
    let first = registry.register(&subject, Contract::Events(Topic::Crossings).text());
    let (text, rewrite) = evolved();
    let second = registry.register(&subject, &text);
    assert_ne!(first, second);

    publish_listed(&site, "wanted", 0..9);
    send_avro(&site, 0, first, &datum(0));
    send_avro(&site, 1, second, &rewrite(&datum(1)));
    send_avro(&site, 2, 900_000, &datum(2));
    send(site.broker(), &site.topic("crossings"), 0, &crossings(3..4));
    let urls = format!("registry.urls={}", registry.url);
    let instance = site.start_ready(&[&urls, "agencies=police"]);
    instance.await_events(4);
    await_all_committed(&site, &["crossings"]);
    instance.stop();

    let dead = site.records("dead-letter");
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].headers["portcullis-cause"].as_deref(), Some(&b"unknown_schema"[..]));
    assert_eq!(dead[0].value.as_deref(), Some(&framed(900_000, &datum(2))[..]));
    for feed in ["police", "command"] {
        assert_eq!(events_told(&site, feed), &ids(0..2) | &ids(3..4));
        for Told { record, .. } in alerts(&site, feed) {
            let value = record.value.unwrap();
            let id = u32::from_be_bytes(value[1..5].try_into().unwrap());
            let schema = Schema::parse_str(&registry.schema(id)).unwrap();
            let reader = GenericDatumReader::builder(&schema).build().unwrap();
            let alert = reader.read_value(&mut &value[5..]).unwrap();
            assert!(matches!(alert, Datum::Record(_)));
        }
    }
}

/// The shipped schema of crossings in two subjects: the envelope, which others might use too, stands
/// in one of its own. The envelope's type of place comes from a third.
#[test]
fn a_schema_that_refers_to_others_is_read_with_them_and_one_of_another_kind_is_told() {
    let registry = Apicurio::start();
    let site = Site::made(Broker::shared(), "registry-references", &["police"]);
    let subject = |name: &str| site.topic(name);
    let mut crossing: Value =
        serde_json::from_str(Contract::Events(Topic::Crossings).text()).unwrap();
    let mut envelope =
        std::mem::replace(&mut crossing["fields"][0]["type"], json!("portcullis.v1.Envelope"));
    envelope["namespace"] = json!("portcullis.v1");
    let fields = envelope["fields"].as_array_mut().unwrap();
    let revision = fields.iter_mut().find(|field| field["name"] == "revision").unwrap();
    let mut symbols = std::mem::replace(&mut revision["type"], json!("portcullis.v1.Revision"));
    symbols["namespace"] = json!("portcullis.v1");
    let refers =
        |name: &str, subject: &str| json!([{"name": name, "subject": subject, "version": 1}]);

    registry.register(&subject("Revision"), &symbols.to_string());
    let body = json!({"schema": envelope.to_string(), "schemaType": "AVRO",
        "references": refers("portcullis.v1.Revision", &subject("Revision"))});
    registry.register_body(&subject("Envelope"), &body);
    let body = json!({"schema": crossing.to_string(), "schemaType": "AVRO",
        "references": refers("portcullis.v1.Envelope", &subject("Envelope"))});
    let id = registry.register_body(&subject("crossings-value"), &body);
    let of_json = json!({"$schema": "http://json-schema.org/draft-07/schema#", "type": "object"});
    let body = json!({"schema": of_json.to_string(), "schemaType": "JSON"});
    let other = registry.register_body(&subject("other"), &body);

    publish_listed(&site, "wanted", 0..3);
    send_avro(&site, 0, id, &datum(0));
    send_avro(&site, 1, other, &datum(1));
    send_avro(&site, 2, id, &datum(2));
    let instance = site.start_ready(&[&format!("registry.urls={}", registry.url)]);
    instance.await_events(3);
    assert_eq!(instance.metric("portcullis_schema_lookups_total", &["found"]), 1.0);
    assert_eq!(instance.metric("portcullis_schema_lookups_total", &["unusable"]), 1.0);
    instance.stop();
    assert_eq!(events_told(&site, "command"), &ids(0..1) | &ids(2..3));
    let dead = site.records("dead-letter");
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0].headers["portcullis-cause"].as_deref(), Some(&b"unusable_schema"[..]));
}

#[test]
fn tools_read_what_was_written_with_schemas_of_the_registry() {
    let dir = tempfile::tempdir().unwrap();
    let registry = Apicurio::start();
    let site = Site::made(Broker::shared(), "registry-tools", &["police"]);
    let subject = format!("{}-value", site.topic("lists"));
    let id = registry.register(&subject, Contract::Entries.text());
    let listed = entry("wanted", "w-1", "123456789");
    let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
    let headers = Headers { content_type: Some(b"application/json"), schema_id: None };
    let decoded = decoder.decode_entry(None, listed.to_string().as_bytes(), headers).unwrap();
    let value = encode_entry(&decoded, Format::Avro { schema_id: id }).unwrap();
    send_raw(site.broker(), &site.topic("lists"), 0, "wanted/w-1", Some(&value), &[]);

    let urls = format!("registry.urls={}", registry.url);
    let feeds = ["--set", &urls, "--set", "agencies=police"];
    let checked = site.run(&[&["check"], &feeds[..]].concat());
    assert_eq!(checked.status, Some(0), "{checked:?}");
    assert!(checked.stderr.contains("the schema registry answers"), "{checked:?}");
    assert_eq!(
        checked.stderr.matches("is registered there by the first").count(),
        2,
        "{checked:?}"
    );

    let instance = site.start_ready(&[&urls, "agencies=police"]);
    let crossing = super::traffic::crossing("e-1", "123456789");
    super::traffic::send(&site, "crossings", &[super::traffic::Sent::event(&crossing)]);
    instance.await_events(1);
    instance.stop();

    let with = |words: &[&str]| site.run(&[words, &["--set", &urls]].concat());
    let checked = site.run(&[&["check"], &feeds[..]].concat());
    assert_eq!(checked.stderr.matches("the schema of alerts has the id").count(), 2, "{checked:?}");
    let shown = with(&["watchlist", "show"]).succeeded();
    assert!(shown.contains("\"w-1\""), "{shown}");
    let stats = with(&["watchlist", "stats"]);
    assert!(stats.stdout.contains("1 entries") && stats.stderr.is_empty(), "{stats:?}");
    let path = file(&dir, "wanted.jsonl", &listed.to_string());
    let published = with(&["watchlist", "publish", word(&path)]).succeeded();
    assert!(published.contains("0 added, 0 changed, 0 removed, 1 unchanged"), "{published}");
    // What a tool publishes carries the id that any reader finds in the registry.
    let second = entry("wanted", "w-2", "987654321");
    let both = file(&dir, "both.jsonl", &format!("{listed}\n{second}"));
    let published = with(&["watchlist", "publish", word(&both)]).succeeded();
    assert!(published.contains("1 added, 0 changed, 0 removed, 1 unchanged"), "{published}");
    let newest =
        site.records("lists").into_iter().find(|at| at.key.as_deref() == Some(b"wanted/w-2"));
    let value = newest.unwrap().value.unwrap();
    let schema = u32::from_be_bytes(value[1..5].try_into().unwrap());
    let schema = Schema::parse_str(&registry.schema(schema)).unwrap();
    let reader = GenericDatumReader::builder(&schema).build().unwrap();
    assert!(matches!(reader.read_value(&mut &value[5..]).unwrap(), Datum::Record(_)));
    assert_eq!(with(&["screen", "--identifier", "document:123456789@GBR"]).status, Some(3));
    for agency in [&["--agency", "police"][..], &[]] {
        let words = [&["alerts", "--from-beginning", "--until-end", "--json"], agency].concat();
        let told: Value = serde_json::from_str(&with(&words).succeeded()).unwrap();
        assert_eq!((&told["event_id"], &told["entries"]), (&json!("e-1"), &json!(["wanted/w-1"])));
        assert_eq!(told["reasons"][0]["evidence"][0]["relation"], "SAME");
    }

    // Without the registry the same records cannot be read, and a tool says which schema it lacks.
    let stats = site.run(&["watchlist", "stats"]);
    assert!(stats.stderr.contains(&format!("no schema has id {id}")), "{stats:?}");
    // A registry that is away is no reason to think that the list is empty.
    let away = ["watchlist", "publish", word(&path), "--set", "registry.urls=http://127.0.0.1:1"];
    let refused = site.run(&away);
    assert_eq!(refused.status, Some(1), "{refused:?}");
    assert!(refused.stderr.contains("the schema registry does not answer"), "{refused:?}");
    let checked = site.run(&["check", "--set", "registry.urls=http://127.0.0.1:1"]);
    assert_eq!(checked.status, Some(1), "{checked:?}");
    assert!(checked.stderr.contains("the schema registry cannot be used"), "{checked:?}");
}

/// A registry with basic authentication that knows one schema (7) and gives alerts the id 8.
pub(crate) fn stub(listener: TcpListener, opens: Arc<AtomicBool>) {
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { return };
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                break;
            }
            lines.push(line.trim().to_ascii_lowercase());
        }
        let length = lines.iter().find_map(|line| line.strip_prefix("content-length: "));
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        drop(reader.read_exact(&mut body));
        // "reader:registry-secret"
        let token = "authorization: basic cmvhzgvyonjlz2lzdhj5lxnly3jlda==";
        let known = opens.load(Ordering::Relaxed) && lines.iter().any(|line| line == token);
        let line = lines.first().cloned().unwrap_or_default();
        let (status, body) = match line.split(' ').nth(1).unwrap_or_default() {
            _ if !known => ("401 Unauthorized", json!({"error_code": 401})),
            "/schemas/ids/7" => {
                ("200 OK", json!({"schema": Contract::Events(Topic::Crossings).text()}))
            }
            path if path.ends_with("/versions") => ("200 OK", json!({"id": 8})),
            _ => ("404 Not Found", json!({"error_code": 40403})),
        };
        let body = body.to_string();
        let answer = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        drop(stream.write_all(answer.as_bytes()));
    }
}

#[test]
fn events_wait_while_the_registry_is_away_or_refuses_us_and_flow_when_it_answers() {
    // A port that nothing listens on until the registry comes up.
    let address: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let site = Site::made(Broker::shared(), "registry-away", &["police"]);
    publish_listed(&site, "wanted", 0..1);
    let urls = format!("registry.urls=http://{address}");
    let settings = [
        urls.clone(),
        "registry.username=reader".to_owned(),
        "registry.password=registry-secret".to_owned(),
        "agencies=police".to_owned(),
        "lanes.retry_pause_max_ms=500".to_owned(),
    ];
    let settings: Vec<&str> = settings.iter().map(String::as_str).collect();
    let instance = site.start_ready(&settings);
    send_avro(&site, 0, 7, &datum(0));
    send_avro(&site, 1, 7, &datum(1));
    instance.await_log("the schema registry does not answer");
    assert_eq!(committed(&site, &site.group(), "crossings"), 0);

    let opens = Arc::new(AtomicBool::new(false));
    let listener = TcpListener::bind(address).unwrap();
    let shared = Arc::clone(&opens);
    std::thread::spawn(move || stub(listener, shared));
    instance.await_log("401");
    assert_eq!(instance.metric("portcullis_events_total", &[]), 0.0);

    opens.store(true, Ordering::Relaxed);
    instance.await_events(2);
    await_all_committed(&site, &["crossings"]);
    let (_, log) = instance.stop();
    assert!(!log.contains("registry-secret"), "{log}");
    let login = ["--set", &urls, "--set", "registry.username=reader"];
    let checked = site.run(&[&["check", "--set", "registry.password=wrong"], &login[..]].concat());
    assert_eq!(checked.status, Some(1), "{checked:?}");
    let why = "it refuses our login (401): check registry.username and registry.password";
    assert!(checked.stderr.contains(why), "{checked:?}");
    assert_eq!(site.records("dead-letter"), []);
    let told = alerts(&site, "police");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].record.value.as_ref().unwrap()[..5], [0, 0, 0, 0, 8]);
}
