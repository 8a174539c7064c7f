//! Committed offsets beside what was decided by then.

use std::collections::{BTreeMap, HashMap};

use super::history::{Event, Fate, Sample};
use super::ledger::{Arrived, Ledger, name};
use super::verdict::{Rule, Verdict};

/// An output partition.
type At<'a> = (&'a str, i32);

/// An event that is not decided before its outputs are there.
struct Awaited<'a> {
    event: &'a Event,
    /// For each of its outputs, where it stands: the first in each partition.
    outputs: Vec<Vec<(At<'a>, i64)>>,
}

/// The events of one input partition that wait for outputs, and what the commits were seen to pass.
#[derive(Default)]
struct Progress<'a> {
    /// In offset order.
    awaited: Vec<Awaited<'a>>,
    passed: usize,
    committed: i64,
}

/// No commit passes an undecided event or goes back, and at the end nothing is left.
///
/// A sample looks at the group first and at the outputs' ends afterwards, so whatever the commit
/// rests on lies before those ends.
pub(super) fn check(ledger: &Ledger<'_>, verdict: &mut Verdict) {
    let mut partitions: HashMap<At<'_>, Progress<'_>> = HashMap::new();
    for (event, arrived) in ledger.events().filter(|(event, _)| event.offset.is_some()) {
        let outputs = outputs(ledger, event, arrived);
        if !outputs.is_empty() {
            let of = partitions.entry((&event.topic, event.partition)).or_default();
            of.awaited.push(Awaited { event, outputs });
        }
    }
    for progress in partitions.values_mut() {
        progress.awaited.sort_by_key(|awaited| awaited.event.offset);
    }
    for sample in &ledger.history.samples {
        verdict.counts.samples += 1;
        let ends: HashMap<At<'_>, i64> = sample
            .ends
            .iter()
            .map(|(topic, number, end)| ((topic.as_str(), *number), *end))
            .collect();
        for (topic, number, committed) in &sample.committed {
            let progress = partitions.entry((topic, *number)).or_default();
            progress.advance((topic, *number), *committed, &ends, sample, verdict);
        }
    }
    for place in &ledger.history.places {
        if place.committed.unwrap_or_default() != place.end {
            verdict.violation(Rule::NotFinished, || {
                let (topic, number, end) = (&place.topic, place.partition, place.end);
                format!("{topic}[{number}]: committed {:?} of {end}", place.committed)
            });
        }
    }
}

impl Progress<'_> {
    fn advance(
        &mut self,
        (topic, number): At<'_>,
        committed: i64,
        ends: &HashMap<At<'_>, i64>,
        sample: &Sample,
        verdict: &mut Verdict,
    ) {
        let before = std::mem::replace(&mut self.committed, committed);
        if committed < before {
            verdict.violation(Rule::CommitWentBack, || {
                format!("{topic}[{number}] from {before} to {committed} at {}", sample.at)
            });
        }
        while let Some(awaited) = self.awaited.get(self.passed) {
            if awaited.event.offset >= Some(committed) {
                break;
            }
            self.passed += 1;
            verdict.counts.passed += 1;
            if !awaited.is_there(ends) {
                verdict.violation(Rule::CommitPassed, || {
                    format!("{}: {committed} was committed at {}", name(awaited.event), sample.at)
                });
            }
        }
    }
}

impl Awaited<'_> {
    fn is_there(&self, ends: &HashMap<At<'_>, i64>) -> bool {
        let before_end =
            |(at, offset): &(At<'_>, i64)| ends.get(at).is_some_and(|end| offset < end);
        self.outputs.iter().all(|output| output.iter().any(before_end))
    }
}

/// The outputs that decide an event, each with the places where it stands.
fn outputs<'a>(
    ledger: &Ledger<'a>,
    event: &'a Event,
    arrived: &Arrived<'a>,
) -> Vec<Vec<(At<'a>, i64)>> {
    match event.fate {
        // Nothing is told of the one; of the other it is not known what must be.
        Fate::Clear | Fate::Maybe => Vec::new(),
        Fate::Poison => vec![firsts(arrived.letters.iter().copied())],
        Fate::Met => {
            let told = |due: &super::ledger::Due<'_>| {
                let alerts = arrived.alerts.iter();
                let these = alerts.filter(|(alert, record)| due.is_told_by(alert, record));
                firsts(these.map(|(_, record)| *record))
            };
            ledger.dues(event).iter().map(told).collect()
        }
    }
}

fn firsts<'a>(records: impl Iterator<Item = &'a super::history::Record>) -> Vec<(At<'a>, i64)> {
    let mut firsts: BTreeMap<At<'a>, i64> = BTreeMap::new();
    for record in records {
        let first = firsts.entry((&record.topic, record.partition)).or_insert(record.offset);
        *first = record.offset.min(*first);
    }
    firsts.into_iter().collect()
}
