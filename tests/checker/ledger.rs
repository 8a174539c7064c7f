//! Every event with what must become of it and what did.

use std::collections::{BTreeMap, HashMap};

use super::alert::Alert;
use super::history::{Entry, Event, Fate, History, Record};
use super::verdict::{Rule, Verdict};

/// The events of a history by their coordinates, and what arrived of each.
pub(super) struct Ledger<'a> {
    pub(super) history: &'a History,
    /// Each event's place in the history, by topic, partition and offset.
    at: HashMap<(&'a str, i64, i64), usize>,
    /// What arrived of each event.
    pub(super) fates: Vec<Arrived<'a>>,
}

/// What arrived of one event.
#[derive(Default)]
pub(super) struct Arrived<'a> {
    pub(super) alerts: Vec<(Alert, &'a Record)>,
    pub(super) letters: Vec<&'a Record>,
}

/// Who must be told of what.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due<'a> {
    pub(super) feed: &'a str,
    pub(super) entry: &'a Entry,
    pub(super) view: &'a str,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(history: &'a History, verdict: &mut Verdict) -> Self {
        let mut at = HashMap::new();
        for (number, event) in history.events.iter().enumerate() {
            let Some(offset) = event.offset else {
                verdict.counts.unacknowledged += 1;
                continue;
            };
            verdict.counts.acknowledged += 1;
            match event.fate {
                Fate::Met => verdict.counts.to_be_told += 1,
                Fate::Poison => verdict.counts.to_be_dead_lettered += 1,
                Fate::Maybe => verdict.counts.uncertain += 1,
                Fate::Clear => {}
            }
            let place = (event.topic.as_str(), i64::from(event.partition), offset);
            if at.insert(place, number).is_some() {
                verdict.violation(Rule::Unreadable, || {
                    format!("two events were acknowledged at {}", name(event))
                });
            }
            let named = event.entries.iter().chain(&event.possible);
            for entry in named.filter(|key| !history.entries.contains_key(*key)) {
                verdict.violation(Rule::Unreadable, || format!("nobody listed {entry}"));
            }
        }
        let fates = history.events.iter().map(|_| Arrived::default()).collect();
        Self { history, at, fates }
    }

    /// The event that stands there.
    pub(super) fn find(&self, topic: &str, partition: i64, offset: i64) -> Option<usize> {
        self.at.get(&(topic, partition, offset)).copied()
    }

    /// The event of this number with what arrived of it.
    pub(super) fn events(&self) -> impl Iterator<Item = (&'a Event, &Arrived<'a>)> {
        self.history.events.iter().zip(&self.fates)
    }

    /// What a feed may see of an entry: `FULL`, `SUMMARY`, `POINTER`, or nothing.
    pub(super) fn view(&self, feed: &str, entry: &'a Entry) -> Option<&'a str> {
        let agency = self.history.run.feeds.get(feed)?.as_deref();
        if agency == Some(entry.owner.as_str()) {
            return Some("FULL");
        }
        match agency {
            _ if entry.covert => None,
            None => Some("FULL"),
            Some(agency) => entry.shares.get(agency).map(String::as_str),
        }
    }

    /// Who must be told of an event.
    pub(super) fn dues(&self, event: &'a Event) -> Vec<Due<'a>> {
        self.dues_by(event.entries.iter())
    }

    /// Who is told where these entries are met.
    pub(super) fn dues_by(&self, keys: impl Iterator<Item = &'a String>) -> Vec<Due<'a>> {
        let History { run, entries, .. } = self.history;
        let entries = keys.filter_map(|key| entries.get(key));
        entries
            .flat_map(|entry| run.feeds.keys().map(move |feed| (feed.as_str(), entry)))
            .filter_map(|(feed, entry)| Some(Due { feed, entry, view: self.view(feed, entry)? }))
            .collect()
    }

    /// Every acknowledged event has exactly one disposition.
    pub(super) fn check_dispositions(&self, verdict: &mut Verdict) {
        for (event, arrived) in self.events().filter(|(event, _)| event.offset.is_some()) {
            match event.fate {
                Fate::Met => {
                    for due in self.dues(event).iter().filter(|due| !due.is_told(arrived)) {
                        verdict.violation(Rule::Lost, || {
                            format!(
                                "{}: {} was not told of {}",
                                name(event),
                                due.feed,
                                due.entry.key
                            )
                        });
                    }
                }
                Fate::Poison if arrived.letters.is_empty() => {
                    verdict.violation(Rule::LetterLost, || name(event));
                }
                Fate::Maybe => {
                    verdict.counts.uncertain_told += usize::from(!arrived.alerts.is_empty());
                }
                Fate::Clear | Fate::Poison => {}
            }
            if !arrived.alerts.is_empty() && !arrived.letters.is_empty() {
                verdict.violation(Rule::TwoDispositions, || name(event));
            }
        }
    }
}

impl Due<'_> {
    /// Whether an alert on its feed tells it.
    pub(super) fn is_told_by(&self, alert: &Alert, record: &Record) -> bool {
        let tells = match self.view {
            // The entry itself stays unnamed: that there is something of its owner must do.
            "POINTER" => alert.owner == self.entry.owner,
            _ => alert.entries().any(|entry| entry == self.entry.key),
        };
        record.topic == self.feed && tells
    }

    fn is_told(&self, arrived: &Arrived<'_>) -> bool {
        arrived.alerts.iter().any(|(alert, record)| self.is_told_by(alert, record))
    }
}

/// An event by its coordinates and its id.
pub(super) fn name(event: &Event) -> String {
    let offset = event.offset.map_or_else(|| "?".to_owned(), |offset| offset.to_string());
    format!("{}[{}]@{offset} ({})", event.topic, event.partition, event.id)
}

/// A record by its coordinates.
pub(super) fn place(record: &Record) -> String {
    format!("{}[{}]@{}", record.topic, record.partition, record.offset)
}

/// What comes again under a key that was there before, each beside the first of its key.
pub(super) fn repeats<'r, K: Ord, T: 'r>(
    items: impl Iterator<Item = (K, &'r T)>,
) -> Vec<(&'r T, &'r T)> {
    let mut firsts: BTreeMap<K, &'r T> = BTreeMap::new();
    let mut pairs = Vec::new();
    for (key, item) in items {
        let first = *firsts.entry(key).or_insert(item);
        if !std::ptr::eq(first, item) {
            pairs.push((first, item));
        }
    }
    pairs
}
