//! Events and lists written by hand, the bytes that carry them, and the alerts that come of them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use portcullis::codec::{Contract, Headers, to_json};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use serde_json::{Value, json};

use super::broker::Record;
use super::instance::{PATIENCE, Site};

/// A record to send.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Sent {
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
}

impl Sent {
    pub(crate) fn bytes(key: &str, value: &[u8]) -> Self {
        Self { key: Some(key.into()), value: Some(value.to_vec()), headers: Vec::new() }
    }

    pub(crate) fn json(key: &str, value: &Value) -> Self {
        let mut sent = Self::bytes(key, value.to_string().as_bytes());
        sent.headers.push(("content-type".into(), b"application/json".to_vec()));
        sent
    }

    /// An event under its own id.
    pub(crate) fn event(value: &Value) -> Self {
        Self::json(value["envelope"]["event_id"].as_str().unwrap(), value)
    }

    /// A record of the list topic.
    pub(crate) fn entry(value: &Value) -> Self {
        let text = |key: &str| value[key].as_str().unwrap();
        Self::json(&format!("{}/{}", text("list"), text("entry")), value)
    }
}

/// Sends records, in order, to partition 0 of a site's topic, and waits until it has them.
pub(crate) fn send(site: &Site<'_>, of: &str, records: &[Sent]) {
    let producer: BaseProducer = site
        .broker()
        .client()
        .set("enable.idempotence", "true")
        .set("message.max.bytes", "8000000")
        .set("linger.ms", "0")
        .create()
        .unwrap();
    let topic = site.topic(of);
    for sent in records {
        let headers = sent.headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(value) })
        });
        let mut record: BaseRecord<'_, [u8], [u8]> =
            BaseRecord::to(&topic).partition(0).headers(headers);
        if let Some(key) = &sent.key {
            record = record.key(key);
        }
        if let Some(value) = &sent.value {
            record = record.payload(value);
        }
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    let deadline = Instant::now() + PATIENCE;
    while producer.in_flight_count() > 0 {
        assert!(Instant::now() < deadline, "records were not delivered");
        producer.poll(Duration::from_millis(10));
    }
}

/// A crossing by somebody with this document of the United Kingdom.
pub(crate) fn crossing(event_id: &str, document: &str) -> Value {
    json!({
        "envelope": envelope(event_id),
        "traveller": {"surname": "EXAMPLE", "given_names": "PAT", "birth_date": "1990-01-02"},
        "documents": [{"number": document, "issuing_state": "GBR"}],
    })
}

pub(crate) fn envelope(event_id: &str) -> Value {
    json!({
        "event_id": event_id,
        "agency": "border-force",
        "occurred_at": "2026-01-31T09:30:00Z",
        "direction": "INBOUND",
        "mode": "SEA",
    })
}

/// An entry of the list *wanted* on whoever crosses, by name and birth date alone.
pub(crate) fn by_name(id: &str) -> Value {
    let mut made = entry("wanted", id, "unused");
    made["subject"] = json!("PERSON");
    made["names"] = json!([{"surname": "Example", "given_names": "Pat"}]);
    made["birth_dates"] = json!(["1990-01-02"]);
    made.as_object_mut().unwrap().remove("identifiers");
    made
}

/// An open entry of the police on a document of the United Kingdom.
pub(crate) fn entry(list: &str, entry: &str, document: &str) -> Value {
    json!({
        "list": list,
        "entry": entry,
        "subject": "DOCUMENT",
        "identifiers": [{"kind": "document", "value": document, "issuer": "GBR"}],
        "narrative": "Invented.",
        "handling": {
            "owner": "police",
            "priority": "HIGH",
            "action": "STOP_AND_REFER",
            "fallback": "NOTIFY_OWNER_ONLY",
            "covert": false,
            "reason_code": "STOLEN",
        },
    })
}

/// An alert as Kafka's Java client read it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) record: Record,
    pub(crate) alert: Value,
}

impl Told {
    pub(crate) fn text(&self, path: &str) -> &str {
        self.alert.pointer(path).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn event_id(&self) -> &str {
        self.text("/event/event_id")
    }

    pub(crate) fn reasons(&self) -> &[Value] {
        self.alert["reasons"].as_array().unwrap()
    }

    /// The entries it names, as `list/entry`.
    pub(crate) fn entries(&self) -> Vec<String> {
        let entry = |reason: &Value| {
            format!("{}/{}", reason["list"].as_str().unwrap(), reason["entry"].as_str().unwrap())
        };
        self.reasons().iter().map(entry).collect()
    }
}

/// The alerts of a site's topic: `command` or an agency.
pub(crate) fn alerts(site: &Site<'_>, of: &str) -> Vec<Told> {
    site.records(of).into_iter().map(told).collect()
}

fn told(record: Record) -> Told {
    let content_type = record.headers.get("content-type").and_then(Option::as_deref);
    let headers = Headers { content_type, schema_id: None };
    let mut value = record.value.clone().unwrap();
    if value[0] == 0 {
        // A registry gives the schema an id of its own.
        value[1..5].copy_from_slice(&Contract::Alerts.id().to_be_bytes());
    }
    let alert = to_json(Contract::Alerts, &value, headers).unwrap();
    Told { record, alert }
}

/// How often each event was alerted on in a topic.
pub(crate) fn count_by_event(told: &[Told]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for told in told {
        *counts.entry(told.event_id().to_owned()).or_default() += 1;
    }
    counts
}

/// Asserts that the group has committed the end of every partition of these topics.
pub(crate) fn assert_all_committed(site: &Site<'_>, of: &[&str]) {
    let topics: Vec<String> = of.iter().map(|of| site.topic(of)).collect();
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    for offsets in site.broker().offsets(&site.group(), &topics) {
        // A partition that never held anything need not be committed.
        assert_eq!(offsets.committed.unwrap_or_default(), offsets.end, "{offsets:?}");
    }
}

/// A file in a folder that goes away with it.
pub(crate) fn file(dir: &tempfile::TempDir, name: &str, text: &str) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, text).unwrap();
    path
}

/// A path as a word of a command line.
pub(crate) fn word(path: &std::path::Path) -> &str {
    path.to_str().unwrap()
}
