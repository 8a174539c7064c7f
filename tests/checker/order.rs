//! The order of what is told of one event: its revisions come as they happened.

use std::collections::BTreeMap;

use super::history::Event;
use super::ledger::{Arrived, Ledger, name};
use super::verdict::{Rule, Verdict};

/// Feed, its partition, and whose alert it is: within these an order can be seen.
type Line<'a> = (&'a str, i32, &'a str, bool);

/// The revisions of one event, and what arrived of each.
type Revisions<'l> = Vec<(&'l Event, &'l Arrived<'l>)>;

/// Within a partition of a feed, the first telling of a revision comes before that of a later one.
pub(super) fn check(ledger: &Ledger<'_>, verdict: &mut Verdict) {
    let mut revisions: BTreeMap<(&str, i32, &str), Revisions<'_>> = BTreeMap::new();
    for (event, arrived) in ledger.events().filter(|(_, arrived)| !arrived.alerts.is_empty()) {
        let of = (event.topic.as_str(), event.partition, event.id.as_str());
        revisions.entry(of).or_default().push((event, arrived));
    }
    for mut revisions in revisions.into_values().filter(|revisions| revisions.len() > 1) {
        revisions.sort_by_key(|(event, _)| event.offset);
        let mut latest: BTreeMap<Line<'_>, i64> = BTreeMap::new();
        for (event, arrived) in revisions {
            for (line, offset) in first_told(arrived) {
                let Some(before) = latest.insert(line, offset) else { continue };
                verdict.counts.ordered += 1;
                if before >= offset {
                    verdict.violation(Rule::OutOfOrder, || {
                        format!("{}: told at {}[{}]@{offset}", name(event), line.0, line.1)
                    });
                }
            }
        }
    }
}

fn first_told<'a>(arrived: &'a Arrived<'_>) -> BTreeMap<Line<'a>, i64> {
    let mut firsts = BTreeMap::new();
    for (alert, record) in &arrived.alerts {
        let line = (record.topic.as_str(), record.partition, alert.owner.as_str(), alert.covert);
        let first = firsts.entry(line).or_insert(record.offset);
        *first = record.offset.min(*first);
    }
    firsts
}
