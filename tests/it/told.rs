//! What had to be told and what was: every feed of a site against the truth of its traffic.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::instance::Site;
use super::likeness;
use super::traffic::{Told, alerts};

/// The agencies that own entries of the simulated lists or may see them.
pub(crate) const AGENCIES: [&str; 4] = ["police", "border-force", "crime-agency", "customs"];

/// (event, `list/entry`).
type Pairs = BTreeSet<(String, String)>;

/// What has to be told whoever compares names: what was planted.
pub(crate) struct Truth {
    pub(crate) due: Pairs,
}

impl Truth {
    /// Reads the truth as `simulate` wrote it.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        let mut due = Pairs::new();
        for line in text.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            for entry in line["entries"].as_array().unwrap() {
                let event = line["event_id"].as_str().unwrap().to_owned();
                due.insert((event, entry.as_str().unwrap().to_owned()));
            }
        }
        assert!(due.len() > 10, "traffic that hardly touches a list proves nothing");
        Self { due }
    }

    /// Asserts that every expected match, and every one that names give by being alike, was told to its
    /// owner, to the Command unless covert, and to those whom the entry names, as far as it says; that
    /// nothing else was told to anybody; and that repeats are the same to the byte. Gives the number of
    /// repeats.
    pub(crate) fn assert_told(&self, site: &Site<'_>) -> usize {
        let handlings = handlings(site);
        let due = &self.due | &likeness::met_on(site);
        let is_covert = |entry: &str| handlings[entry]["covert"] == true;
        assert!(self.due.iter().any(|(_, entry)| is_covert(entry)), "no covert entry was met");
        let mut repeats = 0;
        for (feed, alerts) in told(site) {
            assert_feed(feed, &alerts, &due, &handlings);
            repeats += assert_repeats_are_equal(&alerts);
        }
        repeats
    }
}

fn assert_feed(feed: &str, alerts: &[Told], truth: &Pairs, handlings: &BTreeMap<String, Value>) {
    let mut seen = BTreeSet::new();
    for told in alerts {
        assert_is_one(told);
        assert_view(feed, told);
        for entry in told.entries() {
            seen.insert((told.event_id().to_owned(), entry));
        }
    }
    let view = |entry: &str| view_of(feed, &handlings[entry]);
    let due = truth.iter().filter(|(_, entry)| !matches!(view(entry), None | Some("POINTER")));
    let due: BTreeSet<_> = due.cloned().collect();
    let missing: Vec<_> = due.difference(&seen).collect();
    let invented: Vec<_> = seen.difference(&due).collect();
    assert!(missing.is_empty() && invented.is_empty(), "{feed}: {missing:?} {invented:?}");
    let pointed = truth.iter().filter(|(_, entry)| view(entry) == Some("POINTER"));
    for (event, entry) in pointed {
        assert!(alerts.iter().any(|told| told.event_id() == event), "{feed} {event} {entry}");
    }
    let some = |event: &str| truth.iter().any(|(of, entry)| of == event && view(entry).is_some());
    for told in alerts {
        assert!(some(told.event_id()), "{feed}: nothing of {} is for it", told.event_id());
    }
}

/// Every feed of a site.
pub(crate) fn told(site: &Site<'_>) -> BTreeMap<&'static str, Vec<Told>> {
    let feeds = ["command"].into_iter().chain(AGENCIES);
    // Feeds of agencies are made on request alone.
    let made = site.broker().topics();
    let feeds = feeds.filter(|feed| made.contains(&site.topic(feed)));
    feeds.map(|feed| (feed, alerts(site, feed))).collect()
}

/// The events a feed tells of, each once.
pub(crate) fn events_told(site: &Site<'_>, feed: &str) -> BTreeSet<String> {
    alerts(site, feed).iter().map(|told| told.event_id().to_owned()).collect()
}

/// The handling of each entry, by `list/entry`.
fn handlings(site: &Site<'_>) -> BTreeMap<String, Value> {
    let lines = site.run(&["watchlist", "show"]).succeeded();
    let entries = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    entries
        .map(|entry| {
            let text = |key: &str| entry[key].as_str().unwrap();
            (format!("{}/{}", text("list"), text("entry")), entry["handling"].clone())
        })
        .collect()
}

/// How much of an entry with this handling a feed may see.
fn view_of<'a>(feed: &str, handling: &'a Value) -> Option<&'a str> {
    if handling["owner"] == feed {
        return Some("FULL");
    }
    if handling["covert"] == true {
        return None;
    }
    if feed == "command" {
        return Some("FULL");
    }
    let shares = handling["audience"].as_array();
    let share = shares.into_iter().flatten().find(|share| share["agency"] == feed)?;
    share["view"].as_str()
}

/// Key, header and body name one alert.
fn assert_is_one(told: &Told) {
    let id = told.text("/id");
    assert_eq!(id.len(), 32);
    assert_eq!(told.record.key.as_deref(), Some(id.as_bytes()));
    assert_eq!(told.record.headers["portcullis-alert-id"].as_deref(), Some(id.as_bytes()));
}

/// What a feed sees goes no further than the alert's own word on it.
fn assert_view(feed: &str, told: &Told) {
    let owner = told.text("/owner");
    let is_whole = feed == "command" || feed == owner;
    if feed != "command" {
        assert_eq!(told.text("/audience"), feed);
    }
    assert!(told.alert["covert"] == false || feed == owner, "{feed}");
    match told.text("/view") {
        "FULL" => assert!(!told.reasons().is_empty()),
        "SUMMARY" => {
            assert!(!is_whole);
            for reason in told.reasons() {
                assert!(reason.get("narrative").is_none_or(Value::is_null), "{feed}");
                assert!(reason.get("reason_code").is_none_or(Value::is_null), "{feed}");
            }
        }
        "POINTER" => {
            assert!(!is_whole);
            assert!(told.reasons().is_empty(), "{feed}");
        }
        other => panic!("{other}"),
    }
    if is_whole {
        assert_eq!(told.text("/view"), "FULL");
    }
}

/// Asserts that alerts with one id have one value; gives the number of repeats.
pub(crate) fn assert_repeats_are_equal(alerts: &[Told]) -> usize {
    let mut values: BTreeMap<&[u8], &[u8]> = BTreeMap::new();
    for told in alerts {
        let (key, value) = (told.record.key.as_deref(), told.record.value.as_deref());
        let (key, value) = (key.unwrap(), value.unwrap());
        assert_eq!(*values.entry(key).or_insert(value), value, "a repeat differs: {}", told.alert);
    }
    alerts.len() - values.len()
}
