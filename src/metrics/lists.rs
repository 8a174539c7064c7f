//! How the lists and the register of suppressions stand, as metrics.

use std::collections::BTreeSet;
use std::sync::Mutex;

use prometheus::{GaugeVec, IntCounterVec, IntGauge, IntGaugeVec};

use crate::domain::{ListId, Timestamp};
use crate::watchlist::{ListState, Register, Standing, State};

use super::{Make, seconds};

/// The most lists that get a label of their own, required ones first; of the rest, the entries are
/// counted together as [`OTHER_LISTS`], which is no name that a list can have.
pub(super) const LISTS_MAX: usize = 256;
const OTHER_LISTS: &str = "(other)";
const NAMES_CHANGES: &str = "Changes of names since the snapshots that they are searched in, of persons and of others together";

/// Metrics of the lists.
pub(super) struct ListMetrics {
    entries: IntGaugeVec,
    lapsed: IntGaugeVec,
    age: GaugeVec,
    state: IntGaugeVec,
    offset: IntGaugeVec,
    pub(super) refused: IntCounterVec,
    ready: IntGauge,
    names_changes: IntGauge,
    /// The lists that have labels.
    shown: Mutex<BTreeSet<ListId>>,
}

impl ListMetrics {
    pub(super) fn new(made: &Make<'_>) -> Result<Self, prometheus::Error> {
        Ok(Self {
            entries: made.gauges("list_entries", "Entries of a list", &["list"])?,
            lapsed: made.gauges(
                "list_lapsed_entries",
                "Entries whose validity has ended",
                &["list"],
            )?,
            age: made.seconds(
                "list_age_seconds",
                "Time since the list was last known to be current",
                &["list"],
            )?,
            state: made.gauges(
                "list_state",
                "1 for the state the list is in",
                &["list", "state"],
            )?,
            offset: made.gauges(
                "list_offset",
                "Position up to which the list's changes are in force",
                &["list"],
            )?,
            refused: made.counters(
                "list_refusals_total",
                "Records of the list topic that were refused",
                &["cause"],
            )?,
            ready: made.gauge("ready", "1 when every required list is loaded and current")?,
            names_changes: made.gauge("names_changes", NAMES_CHANGES)?,
            shown: Mutex::default(),
        })
    }

    pub(super) fn show(&self, standing: &Standing, now: Timestamp) {
        self.ready.set(i64::from(standing.ready()));
        self.names_changes.set(standing.names.map_or(0, |at| i64::from(at.changes)));
        let Ok(mut shown) = self.shown.lock() else { return };
        let (required, free): (Vec<_>, Vec<_>) =
            standing.lists.iter().partition(|list| list.stance.is_some());
        let mut lists = required.into_iter().chain(free);
        let named: Vec<&ListState> = lists.by_ref().take(LISTS_MAX).collect();
        let age = standing.current_at.map(|current| seconds(now.micros_since(current)));
        named.iter().for_each(|list| self.show_one(list, age));
        self.show_others(lists);
        let now_shown: BTreeSet<ListId> =
            named.iter().map(|list| list.version.list.clone()).collect();
        shown.difference(&now_shown).for_each(|gone| self.forget(gone.as_str()));
        *shown = now_shown;
    }

    fn show_one(&self, list: &ListState, age: Option<f64>) {
        let name = list.version.list.as_str();
        self.entries.with_label_values(&[name]).set(count(list.version.entries));
        self.lapsed.with_label_values(&[name]).set(count(list.lapsed));
        self.offset.with_label_values(&[name]).set(list.version.offset);
        if let Some(age) = age {
            self.age.with_label_values(&[name]).set(age);
        }
        for state in State::ALL {
            let on = i64::from(state == list.state);
            self.state.with_label_values(&[name, state.name()]).set(on);
        }
    }

    fn show_others<'a>(&self, others: impl Iterator<Item = &'a ListState>) {
        let (mut entries, mut lapsed) = (0, 0);
        for list in others {
            entries += list.version.entries;
            lapsed += list.lapsed;
        }
        if entries > 0 {
            self.entries.with_label_values(&[OTHER_LISTS]).set(count(entries));
            self.lapsed.with_label_values(&[OTHER_LISTS]).set(count(lapsed));
        } else {
            self.forget(OTHER_LISTS);
        }
    }

    /// Takes the series of a list away; they are missing where they were never shown.
    fn forget(&self, name: &str) {
        drop(self.entries.remove_label_values(&[name]));
        drop(self.lapsed.remove_label_values(&[name]));
        drop(self.offset.remove_label_values(&[name]));
        drop(self.age.remove_label_values(&[name]));
        for state in State::ALL {
            drop(self.state.remove_label_values(&[name, state.name()]));
        }
    }
}

/// Metrics of the register of suppressions.
pub(super) struct RegisterMetrics {
    suppressed: IntCounterVec,
    /// The lists that have labels.
    lists: Mutex<BTreeSet<ListId>>,
    held: IntGaugeVec,
    heeded: IntGauge,
    pub(super) refused: IntCounterVec,
}

impl RegisterMetrics {
    pub(super) fn new(made: &Make<'_>) -> Result<Self, prometheus::Error> {
        Ok(Self {
            suppressed: made.counters(
                "suppressed_total",
                "Matches that a suppression silenced, by list",
                &["list"],
            )?,
            lists: Mutex::default(),
            held: made.gauges("suppressions", "Suppressions held, by state", &["state"])?,
            heeded: made.gauge(
                "suppressions_heeded",
                "1 while suppressions are loaded and current, and so silence matches",
            )?,
            refused: made.counters(
                "suppression_refusals_total",
                "Records of the topic of suppressions that were refused",
                &["cause"],
            )?,
        })
    }

    pub(super) fn count_suppressed(&self, list: &ListId) {
        let Ok(mut lists) = self.lists.lock() else { return };
        if !lists.contains(list) && lists.len() < LISTS_MAX {
            lists.insert(list.clone());
        }
        let label = if lists.contains(list) { list.as_str() } else { OTHER_LISTS };
        self.suppressed.with_label_values(&[label]).inc();
    }

    pub(super) fn show(&self, register: &Register, heeded: bool, now: Timestamp) {
        let (held, expired) = register.count(now);
        for (state, number) in [("in_force", held - expired), ("expired", expired)] {
            self.held.with_label_values(&[state]).set(count(number as u64));
        }
        self.heeded.set(i64::from(heeded));
    }
}

/// A count as a gauge holds it.
fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
