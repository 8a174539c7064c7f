//! What was measured, as numbers.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::{Alike, Core, Error, Exactness, Subject};

/// Everything that a run measured.
#[derive(Default)]
pub struct Results {
    /// The core without Kafka.
    pub core: Option<Core>,
    /// One for each subject and repeat, in the order in which they ran.
    pub rounds: Vec<Round>,
    /// What only Portcullis does, once for each way of comparing names.
    pub operations: Vec<Operation>,
    /// The mean length of an event, bytes.
    pub event_bytes: usize,
    /// Entries published before anything was measured.
    pub entries: u64,
    /// Persons among them.
    pub persons: u64,
    /// Seconds that publishing them took.
    pub publish_seconds: f64,
    /// Brokers that answered.
    pub brokers: usize,
    /// Copies of each partition.
    pub replication: i32,
    /// The brokers' own word for their version.
    pub broker_version: Option<String>,
}

/// One subject, once.
pub struct Round {
    /// The subject.
    pub subject: Subject,
    /// From 1.
    pub repeat: u32,
    /// Seconds from the start of the process until it was ready.
    pub ready_seconds: f64,
    /// Memory when it was ready.
    pub ready_bytes: u64,
    /// CPU seconds until it was ready.
    pub ready_cpu_seconds: f64,
    /// Working off the backlog.
    pub saturation: Option<Saturation>,
    /// At each rate.
    pub latency: Vec<Latency>,
}

/// A backlog worked off as fast as it goes.
pub struct Saturation {
    /// Events.
    pub events: u64,
    /// How fast; absent when the output held anything but each answer owed, once: its clock stopped
    /// at as many records as were owed, which was then before the last of them. Where names may be
    /// alike, it stopped at the last one owed.
    pub speed: Option<Speed>,
    /// Whether every answer owed came.
    pub exactness: Exactness,
    /// What else came, where names may be alike.
    pub alike: Option<Alike>,
}

/// What working off a backlog took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speed {
    /// Seconds from the first record written to the last one owed.
    pub seconds: f64,
    /// CPU of the process for each event, microseconds.
    pub cpu_us: f64,
    /// Memory at the end.
    pub resident_bytes: u64,
}

impl Saturation {
    /// A backlog and what it took, if that can be told from its answers.
    pub(super) fn new(
        events: u64,
        speed: Speed,
        exactness: Exactness,
        alike: Option<Alike>,
    ) -> Self {
        let alone = exactness.holds() && exactness.repeated == 0;
        Self { events, speed: alone.then_some(speed), exactness, alike }
    }

    /// Events a second.
    pub fn rate(&self) -> Option<f64> {
        Some(self.events as f64 / self.speed?.seconds)
    }
}

/// From the intended time of sending to the answer read, at an even rate.
pub struct Latency {
    /// Events a second.
    pub rate: u64,
    /// Microseconds, of events that touch a list.
    pub histogram: Histogram<u64>,
    /// How late the generator itself was, microseconds: part of the above.
    pub late: Histogram<u64>,
    /// Whether every answer owed came.
    pub exactness: Exactness,
    /// What else came, where names may be alike.
    pub alike: Option<Alike>,
}

/// A subject in operation.
pub struct Operation {
    /// The subject.
    pub subject: Subject,
    /// From a change of a list to the first alert by it.
    pub changes: Option<Changes>,
    /// While the lists were written again.
    pub rewrite: Option<Rewrite>,
    /// After an instance was killed.
    pub take_over: Option<TakeOver>,
}

/// Changes of a list, one after the other.
pub struct Changes {
    /// Microseconds from sending the change to reading the first alert by it.
    pub histogram: Histogram<u64>,
    /// Alerts that named another entry, or none.
    pub wrong: u64,
}

/// The lists published again while events come.
pub struct Rewrite {
    /// Records.
    pub records: u64,
    /// Records a second, as they were to be sent; 0 as fast as it goes.
    pub rate: u64,
    /// Seconds until all of them were in force.
    pub seconds: f64,
    /// Latency before.
    pub before: Latency,
    /// Latency meanwhile.
    pub during: Latency,
}

/// One of two instances killed under load.
pub struct TakeOver {
    /// Seconds from the kill until an event sent after it was alerted in every partition.
    pub seconds: f64,
    /// Partitions of the instance that was killed.
    pub moved: u64,
    /// How long the group waits for a lost member, seconds.
    pub session_timeout: f64,
    /// Whether every answer owed came, repeats allowed.
    pub exactness: Exactness,
}

/// The longest time that is told from longer ones: an hour.
const LONGEST_MICROS: u64 = 3_600_000_000;

/// A histogram of microseconds, to three digits.
pub(super) fn histogram() -> Result<Histogram<u64>, Error> {
    Histogram::new_with_max(LONGEST_MICROS, 3).map_err(Error::made)
}

/// Milliseconds below which this share of the times lies, 0 to 1; `None` when they are too few to
/// tell it from the longest.
pub(super) fn quantile(times: &Histogram<u64>, share: f64) -> Option<f64> {
    // A share of 0.99 is no whole number of hundredths in binary: hence the half.
    let enough = times.len() as f64 * (1.0 - share) >= 0.999;
    enough.then(|| times.value_at_quantile(share) as f64 / 1e3)
}

/// The longest of the times, milliseconds; `None` when there is none.
pub(super) fn longest(times: &Histogram<u64>) -> Option<f64> {
    (!times.is_empty()).then(|| times.max() as f64 / 1e3)
}

/// Notes a time, in microseconds.
pub(super) fn note(histogram: &mut Histogram<u64>, time: Duration) {
    histogram.saturating_record(u64::try_from(time.as_micros()).unwrap_or(u64::MAX));
}

impl Results {
    /// Every count of what was owed and came.
    pub fn exactness(&self) -> Vec<(String, Exactness)> {
        let mut all = Vec::new();
        for round in &self.rounds {
            let name = format!("{}, repeat {}", round.subject.name(), round.repeat);
            let saturation = round.saturation.iter();
            all.extend(saturation.map(|run| (format!("{name}, backlog"), run.exactness)));
            let latency = round.latency.iter();
            all.extend(latency.map(|run| (format!("{name}, {}/s", run.rate), run.exactness)));
        }
        for run in &self.operations {
            let name = run.subject.name();
            if let Some(rewrite) = &run.rewrite {
                all.push((format!("{name}, before the rewrite"), rewrite.before.exactness));
                all.push((format!("{name}, during the rewrite"), rewrite.during.exactness));
            }
            let take_over = run.take_over.iter();
            all.extend(take_over.map(|run| (format!("{name}, take-over"), run.exactness)));
            if let Some(Changes { histogram, wrong }) = &run.changes {
                let counted =
                    Exactness { owed: histogram.len(), wrong: *wrong, ..Exactness::default() };
                all.push((format!("{name}, list changes"), counted));
            }
        }
        all
    }

    /// What a subject did in operation.
    pub(super) fn operation(&self, subject: Subject) -> Option<&Operation> {
        self.operations.iter().find(|run| run.subject == subject)
    }

    /// What each run of names that may be alike came to, beside what was owed.
    pub fn alike(&self) -> Vec<(String, Alike)> {
        let mut all = Vec::new();
        for round in &self.rounds {
            let (name, repeat) = (round.subject.name(), round.repeat);
            let runs = round.saturation.iter().map(|run| ("backlog".to_owned(), run.alike));
            let rates = round.latency.iter().map(|run| (format!("{}/s", run.rate), run.alike));
            for (what, alike) in runs.chain(rates) {
                all.extend(alike.map(|at| (format!("{name}, repeat {repeat}, {what}"), at)));
            }
        }
        all
    }

    /// Whether every subject was right in everything: a fast wrong answer is worthless.
    pub fn is_exact(&self) -> bool {
        self.exactness().iter().all(|(_, exactness)| exactness.holds())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_kept_to_three_digits_up_to_an_hour() {
        for micros in [1, 1_500, 999_000, 60_000_000, LONGEST_MICROS] {
            let mut times = histogram().unwrap();
            note(&mut times, Duration::from_micros(micros));
            let kept = times.max();
            assert!(kept.abs_diff(micros) <= micros / 1_000, "{micros}: {kept}");
        }
    }

    #[test]
    fn few_times_have_no_p99_and_none_have_nothing() {
        let mut times = histogram().unwrap();
        assert_eq!((quantile(&times, 0.5), longest(&times)), (None, None));
        (0..99).for_each(|at| times.record(at).unwrap());
        assert_eq!(quantile(&times, 0.99), None);
        times.record(9_000).unwrap();
        assert!(quantile(&times, 0.99).is_some_and(|p99| p99 < 1.0));
        assert_eq!(quantile(&times, 0.999), None);
        assert!(longest(&times).is_some_and(|longest| longest > 8.9));
    }

    #[test]
    fn a_backlog_with_an_answer_too_many_has_no_speed() {
        let speed = Speed { seconds: 2.0, cpu_us: 1.0, resident_bytes: 1 };
        let run = |repeated, wrong| {
            let exactness = Exactness { owed: 9, missing: 0, repeated, wrong };
            Saturation::new(10, speed, exactness, None)
        };
        assert_eq!((run(0, 0).speed, run(0, 0).rate()), (Some(speed), Some(5.0)));
        assert_eq!((run(1, 0).speed, run(1, 0).rate()), (None, None));
        assert_eq!(run(0, 1).speed, None);
    }
}
