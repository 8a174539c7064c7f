//! What a lane shows of itself: every count, gauge and histogram that it moves.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Timestamp, Topic};
use crate::metrics::{Disposition, Metrics, seconds};

use super::held::Partitions;
use super::stopwatch::Stopwatch;
use super::{About, Clock as _, Config, Judged, Partition, Port, Report, Ticket};

/// A lane's part of the metrics, which all lanes share.
pub(super) struct Board {
    metrics: Arc<Metrics>,
    inputs: Vec<(Topic, String)>,
    promise: Duration,
    /// How long each stage took.
    pub(super) stopwatch: Stopwatch,
    /// The part of the gauge of messages in flight that is this lane's.
    in_flight_shown: usize,
}

impl Board {
    pub(super) fn new(config: &Config, metrics: Arc<Metrics>) -> Self {
        // Shown at zero: of a series that begins with its first gap, nobody sees that it grew.
        for (_, topic) in &config.inputs {
            metrics.count_gap(topic, 0, 0..0);
        }
        Self {
            stopwatch: Stopwatch::new(&metrics),
            inputs: config.inputs.clone(),
            promise: config.promise,
            in_flight_shown: 0,
            metrics,
        }
    }

    /// Shows counts and gauges.
    pub(super) fn show(&mut self, partitions: &mut Partitions, in_flight: usize, port: &impl Port) {
        self.count_finished(partitions);
        self.show_in_flight(in_flight);
        let (now, elapsed) = (port.clock().now(), port.clock().elapsed());
        for held in partitions.iter() {
            let number = held.partition.number.to_string();
            let labels = [self.topic(held.partition), &number];
            let since = held.uncommitted_since.unwrap_or(elapsed);
            let waits = elapsed.saturating_sub(since).as_secs_f64();
            self.metrics.uncommitted_seconds.with_label_values(&labels).set(waits);
            let Some(end) = port.end(held.partition) else { continue };
            let behind = end.saturating_sub(held.ledger.prefix()).max(0);
            self.metrics.lag_records.with_label_values(&labels).set(behind);
            let newest = held.newest.filter(|_| behind > 0);
            let age = seconds(newest.map_or(0, |newest| now.micros_since(newest)));
            self.metrics.lag_seconds.with_label_values(&labels).set(age);
        }
    }

    /// Shows the last counts, and takes away what another lane may show soon.
    pub(super) fn close(&mut self, partitions: &mut Partitions, port: &impl Port) {
        self.show(partitions, 0, port);
        partitions.iter().for_each(|held| self.forget_lag(held.partition));
    }

    /// Counts the events that are finished: each has exactly one disposition, however often it had
    /// to be judged.
    pub(super) fn count_finished(&self, partitions: &mut Partitions) {
        for held in partitions.iter_mut() {
            let Some((kind, _)) = self.inputs.get(held.partition.input) else { continue };
            for (disposition, count) in
                Disposition::ALL.into_iter().zip(held.ledger.take_finished())
            {
                if count > 0 {
                    self.metrics.count_events(*kind, disposition, count);
                }
            }
        }
    }

    /// Counts what was noticed while a record was judged.
    pub(super) fn count_findings(&self, judged: &Judged) {
        for defect in &judged.defects {
            let labels = [defect.field, defect.refusal.reason()];
            self.metrics.defects.with_label_values(&labels).inc();
        }
        if judged.cut > 0 {
            self.metrics.candidates_cut.inc_by(judged.cut as u64);
        }
        if judged.again > 0 {
            self.metrics.names_again.inc_by(judged.again as u64);
        }
        judged.suppressed.iter().for_each(|list| self.metrics.count_suppressed(list));
    }

    /// Counts an event that met the bound of a lane: handed over to the slow lane, or finished in
    /// the lane because there was no room.
    pub(super) fn count_deferred(&self, is_handed_over: bool) {
        let counter = match is_handed_over {
            true => &self.metrics.slow_lane_events,
            false => &self.metrics.slow_lane_refusals,
        };
        counter.inc();
    }

    /// Counts the end of one message, whether or not its event still waits for it.
    pub(super) fn count_report(&self, report: &Report) {
        let result = if report.outcome.is_ok() { "ok" } else { "failed" };
        self.metrics.deliveries.with_label_values(&[result]).inc();
    }

    /// Counts a message that has arrived and was waited for.
    pub(super) fn count_delivered(&self, ticket: &Ticket, at: Timestamp) {
        match &ticket.about {
            About::DeadLetter(cause) => self.metrics.dead_letters.with_label_values(&[cause]).inc(),
            About::Notice(priority, audience) => {
                self.metrics.count_alert(*priority, audience);
                let latency = self.stopwatch.acknowledged(ticket.appended_at, ticket.sent_at, at);
                if u128::try_from(latency).is_ok_and(|late| late > self.promise.as_micros()) {
                    self.metrics.promise_breaches.inc();
                }
            }
        }
    }

    /// Counts an event that is tried again, or an error that the client gets over, by a word for why.
    pub(super) fn count_retry(&self, cause: &'static str) {
        self.metrics.retries.with_label_values(&[cause]).inc();
    }

    /// Counts a change of assignment: `assign`, `revoke` or `lost`.
    pub(super) fn count_rebalance(&self, kind: &'static str) {
        self.metrics.rebalances.with_label_values(&[kind]).inc();
    }

    /// Counts events that are gone unread, each once.
    pub(super) fn count_gap(&self, partition: Partition, lost: Range<i64>) {
        self.metrics.count_gap(self.topic(partition), partition.number, lost);
    }

    /// Notes that the offsets of a partition mean other events from now on.
    pub(super) fn forget_gaps(&self, partition: Partition) {
        self.metrics.forget_gaps(self.topic(partition), partition.number);
    }

    /// Takes the gauges of a partition away that another lane will show.
    pub(super) fn forget_lag(&self, partition: Partition) {
        let number = partition.number.to_string();
        let labels = [self.topic(partition), &number];
        // They are missing where the partition was never shown.
        drop(self.metrics.lag_records.remove_label_values(&labels));
        drop(self.metrics.lag_seconds.remove_label_values(&labels));
        drop(self.metrics.uncommitted_seconds.remove_label_values(&labels));
    }

    /// The name of a partition's topic.
    pub(super) fn topic(&self, partition: Partition) -> &str {
        self.inputs.get(partition.input).map_or("", |input| &input.1)
    }

    /// The gauge is the sum over lanes: each adds what has changed of its part.
    fn show_in_flight(&mut self, in_flight: usize) {
        let change = in_flight as i64 - self.in_flight_shown as i64;
        self.metrics.queue_depth.with_label_values(&["in_flight"]).add(change);
        self.in_flight_shown = in_flight;
    }
}
