//! What was measured, as numbers.

use std::time::Duration;

use hdrhistogram::Histogram;

use super::{Core, Error, Exactness, Subject};

/// Everything that a run measured.
#[derive(Default)]
pub struct Results {
    /// The core without Kafka.
    pub core: Option<Core>,
    /// One for each subject and repeat, in the order in which they ran.
    pub rounds: Vec<Round>,
    /// From a change of a list to the first alert by it.
    pub changes: Option<Changes>,
    /// While the whole list was written again.
    pub rewrite: Option<Rewrite>,
    /// After an instance was killed.
    pub take_over: Option<TakeOver>,
    /// The length of each event, bytes.
    pub event_bytes: usize,
    /// Entries published before anything was measured.
    pub entries: u64,
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
    /// Seconds from the first record written to the last one owed.
    pub seconds: f64,
    /// CPU of the process for each event, microseconds.
    pub cpu_us: f64,
    /// Memory at the end.
    pub resident_bytes: u64,
    /// Whether every answer owed came.
    pub exactness: Exactness,
}

impl Saturation {
    /// Events a second.
    pub fn rate(&self) -> f64 {
        self.events as f64 / self.seconds
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
}

impl Latency {
    /// Milliseconds below which this share of the answers came, 0 to 1.
    pub fn ms(&self, share: f64) -> f64 {
        self.histogram.value_at_quantile(share) as f64 / 1e3
    }

    /// The longest, milliseconds.
    pub fn max_ms(&self) -> f64 {
        self.histogram.max() as f64 / 1e3
    }

    /// Answers measured.
    pub fn samples(&self) -> u64 {
        self.histogram.len()
    }
}

/// Changes of a list, one after the other.
pub struct Changes {
    /// Microseconds from sending the change to reading the first alert by it.
    pub histogram: Histogram<u64>,
    /// Alerts that named another entry, or none.
    pub wrong: u64,
}

/// All entries published again while events come.
pub struct Rewrite {
    /// Records.
    pub records: u64,
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
        if let Some(rewrite) = &self.rewrite {
            all.push(("before the rewrite".to_owned(), rewrite.before.exactness));
            all.push(("during the rewrite".to_owned(), rewrite.during.exactness));
        }
        all.extend(self.take_over.iter().map(|run| ("take-over".to_owned(), run.exactness)));
        if let Some(Changes { histogram, wrong }) = &self.changes {
            let counted =
                Exactness { owed: histogram.len(), wrong: *wrong, ..Exactness::default() };
            all.push(("list changes".to_owned(), counted));
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
}
