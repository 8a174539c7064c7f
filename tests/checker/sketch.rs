//! Small histories made by hand, of a run that keeps every promise.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::checker::{Entry, Event, Fate, Header, History, Place, Record, Run, Sample};

pub(crate) const INPUT: &str = "crossings";
pub(crate) const COMMAND: &str = "command";
pub(crate) const POLICE: &str = "agency.police";
pub(crate) const CUSTOMS: &str = "agency.customs";
pub(crate) const LETTERS: &str = "dead-letter";

/// Everybody may know: customs that there is something, no more.
pub(crate) const OPEN: &str = "wanted/open";
/// Customs may have a summary.
pub(crate) const SHARED: &str = "wanted/shared";
/// The owner alone.
pub(crate) const COVERT: &str = "watched/covert";

/// An alert to be made.
#[derive(Clone)]
pub(crate) struct Telling<'a> {
    pub(crate) feed: &'a str,
    pub(crate) id: &'a str,
    pub(crate) covert: bool,
    /// Entries, and whether narrative and code are told.
    pub(crate) reasons: &'a [(&'a str, bool)],
}

/// A history of no events.
pub(crate) fn empty() -> History {
    let feeds = [(COMMAND, None), (POLICE, Some("police")), (CUSTOMS, Some("customs"))];
    let entry = |key: &str, covert: bool, shares: &[(&str, &str)]| {
        let shares = shares.iter().map(|(agency, view)| ((*agency).into(), (*view).into()));
        let shares = shares.collect();
        (
            key.into(),
            Entry { key: key.into(), owner: "police".into(), covert, shares, tells_more: true },
        )
    };
    History {
        run: Run {
            story: "by hand".into(),
            seed: 7,
            feeds: feeds.map(|(feed, agency)| (feed.into(), agency.map(String::from))).into(),
            dead_letter: LETTERS.into(),
            lists_change: false,
        },
        entries: BTreeMap::from([
            entry(OPEN, false, &[("customs", "POINTER")]),
            entry(SHARED, false, &[("customs", "SUMMARY")]),
            // A share of what is covert counts for nothing.
            entry(COVERT, true, &[("customs", "FULL")]),
        ]),
        events: Vec::new(),
        records: Vec::new(),
        samples: Vec::new(),
        places: Vec::new(),
    }
}

/// Six events, everything told of them, and two samples of offsets.
pub(crate) fn kept() -> History {
    let mut history = empty();
    history.events = vec![
        event(0, "clear", Fate::Clear, &[]),
        event(1, "open", Fate::Met, &[OPEN]),
        event(2, "poison", Fate::Poison, &[]),
        event(3, "covert", Fate::Met, &[COVERT, SHARED]),
        event(4, "open", Fate::Met, &[OPEN]),
        event(5, "clear-too", Fate::Clear, &[]),
    ];
    history.events[4].sha256 = "another revision".into();
    let tell = |history: &mut History, at: usize, feed, id, covert, reasons: &[(&str, bool)]| {
        let telling = Telling { feed, id, covert, reasons };
        let record = alert(&history.events[at], &telling);
        push(history, record);
    };
    for (at, id) in [(1, "a"), (4, "b")] {
        tell(&mut history, at, POLICE, id, false, &[(OPEN, true)]);
        tell(&mut history, at, COMMAND, id, false, &[(OPEN, true)]);
        tell(&mut history, at, CUSTOMS, id, false, &[]);
    }
    tell(&mut history, 3, POLICE, "c", true, &[(COVERT, true)]);
    tell(&mut history, 3, POLICE, "d", false, &[(SHARED, true)]);
    tell(&mut history, 3, COMMAND, "d", false, &[(SHARED, true)]);
    tell(&mut history, 3, CUSTOMS, "d", false, &[(SHARED, false)]);
    // The same once more: a crash came in between.
    tell(&mut history, 1, POLICE, "a", false, &[(OPEN, true)]);
    let poison = letter(&history.events[2]);
    push(&mut history, poison);
    history.samples = vec![
        sample(0, 2, &[(POLICE, 1), (COMMAND, 1), (CUSTOMS, 1)]),
        sample(1, 6, &[(POLICE, 4), (COMMAND, 3), (CUSTOMS, 3), (LETTERS, 1)]),
    ];
    history.places = vec![Place { topic: INPUT.into(), partition: 0, committed: Some(6), end: 6 }];
    history
}

pub(crate) fn event(offset: i64, id: &str, fate: Fate, entries: &[&str]) -> Event {
    Event {
        topic: INPUT.into(),
        partition: 0,
        offset: Some(offset),
        id: id.into(),
        sha256: format!("{:x}", Sha256::digest(id)),
        fate,
        entries: entries.iter().map(|entry| (*entry).into()).collect(),
        possible: Vec::new(),
    }
}

/// Its offset is set when it is [`push`]ed.
pub(crate) fn alert(event: &Event, telling: &Telling<'_>) -> Record {
    let Telling { feed, id, covert, reasons } = telling;
    let reason = |(entry, more): &(&str, bool)| {
        let (list, entry) = entry.split_once('/').unwrap();
        let narrative = more.then_some("Invented.");
        json!({"list": list, "entry": entry, "narrative": narrative, "reason_code": null})
    };
    let audience = feed.strip_prefix("agency.");
    let reasons: Vec<Value> = reasons.iter().map(reason).collect();
    let value = json!({
        "id": id,
        "audience": audience,
        "view": if reasons.is_empty() { "POINTER" } else { "FULL" },
        "event": {
            "event_id": event.id,
            "topic": event.topic,
            "partition": event.partition,
            "offset": event.offset,
        },
        "owner": "police",
        "covert": covert,
        "reasons": reasons,
        "left_out": [],
    });
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("portcullis-alert-id", (*id).to_owned()),
        ("portcullis-timings", "{}".to_owned()),
    ];
    record(feed, id, value.to_string().as_bytes(), &headers)
}

pub(crate) fn letter(event: &Event) -> Record {
    let headers = [
        ("portcullis-cause", "truncated".to_owned()),
        ("portcullis-topic", event.topic.clone()),
        ("portcullis-partition", event.partition.to_string()),
        ("portcullis-offset", event.offset.unwrap().to_string()),
    ];
    record(LETTERS, &event.id, event.id.as_bytes(), &headers)
}

fn record(topic: &str, key: &str, value: &[u8], headers: &[(&str, String)]) -> Record {
    let header = |(name, value): &(&str, String)| {
        ((*name).to_owned(), Header(Some(value.clone().into_bytes())))
    };
    Record {
        topic: topic.into(),
        partition: 0,
        offset: -1,
        key: Some(key.into()),
        value: Some(value.into()),
        headers: headers.iter().map(header).collect(),
    }
}

/// Appends a record to its partition.
pub(crate) fn push(history: &mut History, mut record: Record) {
    let at = |other: &&Record| (&other.topic, other.partition) == (&record.topic, record.partition);
    record.offset = i64::try_from(history.records.iter().filter(at).count()).unwrap();
    history.records.push(record);
}

pub(crate) fn sample(at: i64, committed: i64, ends: &[(&str, i64)]) -> Sample {
    let ends = ends.iter().map(|(topic, end)| ((*topic).into(), 0, *end)).collect();
    Sample { at, committed: vec![(INPUT.into(), 0, committed)], ends }
}
