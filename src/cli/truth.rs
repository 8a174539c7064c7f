//! What must alert beside what did: the judge of the demo.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use super::simulate::Due;

/// Events that must alert, alerts that came, and how long they took.
pub(super) struct Truth {
    expected: BTreeMap<String, BTreeSet<String>>,
    possible: BTreeMap<String, BTreeSet<String>>,
    met: BTreeMap<String, BTreeSet<String>>,
    alerts: BTreeSet<String>,
    latency: Histogram<u64>,
}

impl Truth {
    pub(super) fn new() -> Result<Self, String> {
        let latency = Histogram::new_with_max(600_000_000, 3).map_err(|error| error.to_string())?;
        Ok(Self {
            expected: BTreeMap::new(),
            possible: BTreeMap::new(),
            met: BTreeMap::new(),
            alerts: BTreeSet::new(),
            latency,
        })
    }

    /// Notes what an event must come to.
    pub(super) fn expect(&mut self, due: Due) {
        let Due { event_id, entries, possible } = due;
        if !possible.is_empty() {
            self.possible.entry(event_id.clone()).or_default().extend(possible);
        }
        if !entries.is_empty() {
            self.expected.entry(event_id).or_default().extend(entries);
        }
    }

    /// Notes an alert; `true` when its id is new. An alert has one notice an audience.
    pub(super) fn note(&mut self, alert: &Value, latency: Duration) -> bool {
        let text = |value: &Value, path: &str| {
            value.pointer(path).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let reasons = alert.pointer("/reasons").and_then(Value::as_array).into_iter().flatten();
        let entries =
            reasons.map(|reason| format!("{}/{}", text(reason, "/list"), text(reason, "/entry")));
        self.met.entry(text(alert, "/event/event_id")).or_default().extend(entries);
        let fresh = self.alerts.insert(text(alert, "/id"));
        if fresh {
            self.latency.saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX));
        }
        fresh
    }

    /// How many events there are of which not every expected entry was told.
    pub(super) fn missing(&self) -> usize {
        self.untold().count()
    }

    fn untold(&self) -> impl Iterator<Item = &String> {
        let told = |event: &str, entry: &String| {
            self.met.get(event).is_some_and(|met| met.contains(entry))
        };
        let whole = move |(event, entries): &(&String, &BTreeSet<String>)| {
            entries.iter().all(|entry| told(event, entry))
        };
        self.expected.iter().filter(move |row| !whole(row)).map(|(event, _)| event)
    }

    /// How many events were alerted on by an entry that was neither expected nor possible.
    pub(super) fn unexpected(&self) -> usize {
        self.strays().count()
    }

    fn strays(&self) -> impl Iterator<Item = &String> {
        let expected = |event: &str, entry: &String| {
            let mut known = [&self.expected, &self.possible].into_iter();
            known.any(|of| of.get(event).is_some_and(|entries| entries.contains(entry)))
        };
        let strays = move |(event, entries): &(&String, &BTreeSet<String>)| {
            !entries.iter().all(|entry| expected(event, entry))
        };
        self.met.iter().filter(move |row| strays(row)).map(|(event, _)| event)
    }

    /// The summary, as one object.
    pub(super) fn summary(&self, events: u64, running: Duration) -> Value {
        let millis = |quantile: f64| self.latency.value_at_quantile(quantile) as f64 / 1e3;
        json!({
            "events": events,
            "events_per_second": (events as f64 / running.as_secs_f64()).round(),
            "alerts": self.alerts.len(),
            "expected_alerts": self.expected.len(),
            "missing": self.missing(),
            "unexpected": self.unexpected(),
            "missing_events": some(self.untold()),
            "unexpected_events": some(self.strays()),
            "p50_ms": millis(0.5),
            "p99_ms": millis(0.99),
        })
    }
}

/// The first few of these events, to be looked into.
fn some<'e>(events: impl Iterator<Item = &'e String>) -> Vec<&'e String> {
    events.take(TOLD_MAX).collect()
}

/// How many events of each sort are named at the end.
const TOLD_MAX: usize = 10;
