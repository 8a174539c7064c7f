//! Every metric: names, labels and meaning in one place.
//!
//! Labels are small sets of words: never a person, a document, or anything an event states.

mod lists;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Mutex;

use prometheus::{
    GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};

use crate::domain::{AgencyId, Audience, ListId, Priority, Timestamp, Topic};
use crate::watchlist::{Register, Standing};

use lists::{ListMetrics, RegisterMetrics};

/// Seconds; fit for 0.2 ms to 10 s.
const BUCKETS: [f64; 15] =
    [0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0];

/// The most gaps of one partition that are remembered, so that none is counted twice.
const GAPS_KEPT: usize = 16;

/// The most agencies that get a label of their own; the rest are counted as `other`.
const AGENCIES_MAX: usize = 64;

const EVENTS: &str = "Events by topic and what became of them";
const ALERTS: &str = "Alerts acknowledged, by priority and audience";
const DEAD_LETTERS: &str = "Records sent to the dead-letter topic, by cause";
const DEFECTS: &str = "Fields of screened events that could not be used";
const CANDIDATES_CUT: &str = "Candidates not looked at: an event met more than the bound";
const NAMES_AGAIN: &str = "Searches of names that met their bound and were done again with more";
const NAMES_FAILED: &str = "Snapshots of changed names that could not be made";
const SLOW_LANE_EVENTS: &str =
    "Events handed over to the slow lane: a search of names met its bound";
const SLOW_LANE_REFUSALS: &str =
    "Events that lanes finished themselves because the slow lane had no room";
const UNCOMMITTED_SECONDS: &str =
    "How long what is finished has waited to be acknowledged as committed, by partition";
const LAG_RECORDS: &str = "Records not yet finished, by partition";
const LAG_SECONDS: &str = "How far behind the broker's clock the partition is";
const QUEUE_DEPTH: &str = "Messages and events waiting, by queue";
const REBALANCES: &str = "Changes of assignment";
const DELIVERIES: &str = "Messages produced, by result";
const RETRIES: &str =
    "Partitions taken back to an event that could not be finished, and client errors, by cause";
const GAP_RECORDS: &str = "Records that fell out of retention unread";
const PROMISE_BREACHES: &str = "Alerts acknowledged later than promised";
const HALTS: &str = "Clients rebuilt after a fault that halts";
const SCHEMA_LOOKUPS: &str = "Look-ups of writer schemas, by result";

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// Screened against every list; touched none.
    Clear,
    /// Screened, touched none, but a required list was passed over.
    Partial,
    /// Alerted.
    Alerted,
    /// Sent to the dead-letter topic.
    DeadLetter,
}

impl Disposition {
    /// Every disposition, in order.
    pub const ALL: [Self; 4] = [Self::Clear, Self::Partial, Self::Alerted, Self::DeadLetter];

    /// Its label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Partial => "partial",
            Self::Alerted => "alerted",
            Self::DeadLetter => "dead_letter",
        }
    }
}

/// A stretch of an event's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// From the broker's append to the lane's hands.
    Queued,
    /// Bytes to event, and the question whether a list may know anything of it.
    Decode,
    /// Event to decision, of events that a list may know.
    Screen,
    /// Alert handed over until the broker has it.
    Acknowledge,
    /// From the broker's append of the event to its acknowledgement of the alert: the promise.
    EndToEnd,
    /// Event handed over to the slow lane until its lane has what it came to.
    SlowLane,
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Decode,
        Self::Screen,
        Self::Acknowledge,
        Self::EndToEnd,
        Self::SlowLane,
    ];

    /// Its label.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Decode => "decode",
            Self::Screen => "screen",
            Self::Acknowledge => "acknowledge",
            Self::EndToEnd => "end_to_end",
            Self::SlowLane => "slow_lane",
        }
    }
}

/// All metrics of a process.
pub struct Metrics {
    registry: Registry,
    events: IntCounterVec,
    alerts: IntCounterVec,
    latency: HistogramVec,
    agencies: Mutex<BTreeSet<AgencyId>>,
    register: RegisterMetrics,
    gap_records: IntCounterVec,
    gaps: Mutex<Gaps>,
    lists: ListMetrics,
    /// Dead letters by cause.
    pub dead_letters: IntCounterVec,
    /// Fields stated in a form that could not be used.
    pub defects: IntCounterVec,
    /// Candidates cut because an event met more than the bound.
    pub candidates_cut: IntCounter,
    /// Searches of names that met their bound and were done again with more room.
    pub names_again: IntCounter,
    /// Events handed over to the slow lane.
    pub slow_lane_events: IntCounter,
    /// Events that lanes finished themselves because the slow lane had no room.
    pub slow_lane_refusals: IntCounter,
    /// Snapshots of names that could not be made.
    pub names_renewals_failed: IntCounter,
    /// Records between the committed prefix and the end of a partition.
    pub lag_records: IntGaugeVec,
    /// Age of the newest record judged, by its broker's clock, while the partition lags.
    pub lag_seconds: GaugeVec,
    /// How long what is finished has waited for the group to acknowledge its commit.
    pub uncommitted_seconds: GaugeVec,
    /// Depth of each queue.
    pub queue_depth: IntGaugeVec,
    /// Changes of assignment.
    pub rebalances: IntCounterVec,
    /// Deliveries by result.
    pub deliveries: IntCounterVec,
    /// Partitions taken back to an event that could not be finished, by cause.
    pub retries: IntCounterVec,
    /// Alerts acknowledged later than promised.
    pub promise_breaches: IntCounter,
    /// Clients rebuilt after a fault that halts, by cause.
    pub halts: IntCounterVec,
    /// Look-ups of writer schemas by result.
    pub schema_lookups: IntCounterVec,
}

/// The offsets of each partition that were counted as lost, in ranges that do not touch.
#[derive(Default)]
struct Gaps(BTreeMap<(String, i32), Vec<Range<i64>>>);

impl Gaps {
    /// Notes a range as lost; gives how much of it was not known to be.
    fn note(&mut self, topic: &str, partition: i32, lost: Range<i64>) -> u64 {
        let known = self.0.entry((topic.to_owned(), partition)).or_default();
        let length = |start: i64, end: i64| u64::try_from(end.saturating_sub(start)).unwrap_or(0);
        let shared = |gap: &Range<i64>| length(gap.start.max(lost.start), gap.end.min(lost.end));
        let new = length(lost.start, lost.end) - known.iter().map(shared).sum::<u64>();
        if new > 0 {
            let mut whole = lost;
            known.retain(|gap| {
                let apart = gap.end < whole.start || whole.end < gap.start;
                if !apart {
                    whole = gap.start.min(whole.start)..gap.end.max(whole.end);
                }
                apart
            });
            known.push(whole);
            if known.len() > GAPS_KEPT {
                known.remove(0);
            }
        }
        new
    }
}

impl Metrics {
    /// All metrics, registered, at zero; `librdkafka` is the client library's version.
    ///
    /// # Errors
    /// When two metrics have one name or a name is malformed: a mistake in this file.
    pub fn new(librdkafka: &str) -> Result<Self, prometheus::Error> {
        let registry = Registry::new_custom(Some("portcullis".into()), None)?;
        let made = Make(&registry);
        made.build_info(librdkafka)?;
        let (topic_partition, cause) = (["topic", "partition"], ["cause"]);
        let counters = |name, help, labels: &[&str]| made.counters(name, help, labels);
        let metrics = Self {
            events: counters("events_total", EVENTS, &["topic", "disposition"])?,
            alerts: counters("alerts_total", ALERTS, &["priority", "audience"])?,
            latency: made.latency()?,
            agencies: Mutex::default(),
            register: RegisterMetrics::new(&made)?,
            gaps: Mutex::default(),
            lists: ListMetrics::new(&made)?,
            dead_letters: counters("dead_letters_total", DEAD_LETTERS, &cause)?,
            defects: counters("defects_total", DEFECTS, &["field", "reason"])?,
            candidates_cut: made.counter("candidates_cut_total", CANDIDATES_CUT)?,
            names_again: made.counter("names_again_total", NAMES_AGAIN)?,
            slow_lane_events: made.counter("slow_lane_events_total", SLOW_LANE_EVENTS)?,
            slow_lane_refusals: made.counter("slow_lane_refusals_total", SLOW_LANE_REFUSALS)?,
            names_renewals_failed: made.counter("names_renewals_failed_total", NAMES_FAILED)?,
            lag_records: made.gauges("lag_records", LAG_RECORDS, &topic_partition)?,
            lag_seconds: made.seconds("lag_seconds", LAG_SECONDS, &topic_partition)?,
            uncommitted_seconds: made.seconds(
                "uncommitted_seconds",
                UNCOMMITTED_SECONDS,
                &topic_partition,
            )?,
            queue_depth: made.gauges("queue_depth", QUEUE_DEPTH, &["queue"])?,
            rebalances: counters("rebalances_total", REBALANCES, &["kind"])?,
            deliveries: counters("deliveries_total", DELIVERIES, &["result"])?,
            retries: counters("retries_total", RETRIES, &cause)?,
            gap_records: counters("gap_records_total", GAP_RECORDS, &["topic"])?,
            promise_breaches: made.counter("promise_breaches_total", PROMISE_BREACHES)?,
            halts: counters("halts_total", HALTS, &cause)?,
            schema_lookups: counters("schema_lookups_total", SCHEMA_LOOKUPS, &["result"])?,
            registry,
        };
        metrics.begin_at_zero();
        Ok(metrics)
    }

    /// Shows counters whose labels are known beforehand: of a series that begins at 1, Prometheus
    /// does not see the first increase, which may be the only one.
    fn begin_at_zero(&self) {
        for topic in Topic::ALL {
            for disposition in Disposition::ALL {
                self.count_events(*topic, disposition, 0);
            }
        }
        let words: [(&IntCounterVec, &[&str]); 3] = [
            (&self.deliveries, &["ok", "failed"]),
            (&self.rebalances, &["assign", "revoke", "lost"]),
            (&self.schema_lookups, &["found", "absent", "failed"]),
        ];
        for (counters, words) in words {
            for word in words {
                counters.with_label_values(&[*word]).inc_by(0);
            }
        }
        self.slow_lane_depth().add(0);
    }

    /// Counts events of one kind that ended alike.
    pub fn count_events(&self, topic: Topic, disposition: Disposition, count: u64) {
        self.events.with_label_values(&[topic.name(), disposition.name()]).inc_by(count);
    }

    /// Counts one acknowledged alert.
    pub fn count_alert(&self, priority: Priority, audience: &Audience) {
        let label = match audience {
            Audience::Command => "command",
            Audience::Agency(agency) if self.has_label(agency) => agency.as_str(),
            Audience::Agency(_) => "other",
        };
        self.alerts.with_label_values(&[priority.name(), label]).inc();
    }

    /// Counts a match that a suppression silenced.
    pub fn count_suppressed(&self, list: &ListId) {
        self.register.count_suppressed(list);
    }

    /// Counts a record of the register's topic that was refused.
    pub fn count_suppression_refusal(&self, cause: &str) {
        self.register.refused.with_label_values(&[cause]).inc();
    }

    /// Shows how the register stands at `now`, and whether it is heeded.
    pub fn show_register(&self, register: &Register, heeded: bool, now: Timestamp) {
        self.register.show(register, heeded, now);
    }

    /// Counts records that fell out of retention unread, and gives how many are new: a gap that is
    /// told again, to another lane or after a rebalance, is not counted again.
    pub fn count_gap(&self, topic: &str, partition: i32, lost: Range<i64>) -> u64 {
        let Ok(mut gaps) = self.gaps.lock() else { return 0 };
        let new = gaps.note(topic, partition, lost);
        self.gap_records.with_label_values(&[topic]).inc_by(new);
        new
    }

    /// Forgets the gaps of a partition whose offsets mean other records from now on.
    pub fn forget_gaps(&self, topic: &str, partition: i32) {
        if let Ok(mut gaps) = self.gaps.lock() {
            gaps.0.remove(&(topic.to_owned(), partition));
        }
    }

    /// How many events wait for the slow lane.
    pub fn slow_lane_depth(&self) -> IntGauge {
        self.queue_depth.with_label_values(&["slow_lane"])
    }

    /// The histogram of one stage, to be kept by who observes often.
    pub fn stage(&self, stage: Stage) -> Histogram {
        self.latency.with_label_values(&[stage.name()])
    }

    /// Counts a record of the list topic that was refused.
    pub fn count_list_refusal(&self, cause: &str) {
        self.lists.refused.with_label_values(&[cause]).inc();
    }

    /// Shows how the lists stand at `now`. Asked for by whoever is about to encode.
    pub fn show_lists(&self, standing: &Standing, now: Timestamp) {
        self.lists.show(standing, now);
    }

    /// Everything in Prometheus' text format (version 0.0.4).
    ///
    /// # Errors
    /// When the encoder refuses a metric.
    pub fn encode(&self) -> Result<String, prometheus::Error> {
        TextEncoder::new().encode_to_string(&self.registry.gather())
    }

    /// Whether the agency has a label, giving it one while there is room: a bad list must not make
    /// endless series.
    fn has_label(&self, agency: &AgencyId) -> bool {
        let Ok(mut agencies) = self.agencies.lock() else { return false };
        if !agencies.contains(agency) && agencies.len() < AGENCIES_MAX {
            agencies.insert(agency.clone());
        }
        agencies.contains(agency)
    }
}

/// Microseconds as seconds, never negative: clocks of two machines differ.
pub fn seconds(micros: i64) -> f64 {
    micros.max(0) as f64 / 1e6
}

/// Makes and registers metrics.
struct Make<'a>(&'a Registry);

impl Make<'_> {
    fn counter(&self, name: &str, help: &str) -> Result<IntCounter, prometheus::Error> {
        self.register(IntCounter::new(name, help)?)
    }

    fn counters(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntCounterVec, prometheus::Error> {
        self.register(IntCounterVec::new(Opts::new(name, help), labels)?)
    }

    fn gauge(&self, name: &str, help: &str) -> Result<IntGauge, prometheus::Error> {
        self.register(IntGauge::new(name, help)?)
    }

    fn gauges(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<IntGaugeVec, prometheus::Error> {
        self.register(IntGaugeVec::new(Opts::new(name, help), labels)?)
    }

    fn seconds(
        &self,
        name: &str,
        help: &str,
        labels: &[&str],
    ) -> Result<GaugeVec, prometheus::Error> {
        self.register(GaugeVec::new(Opts::new(name, help), labels)?)
    }

    fn latency(&self) -> Result<HistogramVec, prometheus::Error> {
        let help = "Stages of an event's way. End to end: from the broker's append of the event to its \
                    acknowledgement of the alert. Decode: from bytes to the event, and whether the \
                    filter before the lists knows anything of it; screen: what follows where it does. \
                    Queued, decode and screen are sampled, one event in 64 and every alert";
        let options = HistogramOpts::new("latency_seconds", help).buckets(BUCKETS.to_vec());
        let latency = self.register(HistogramVec::new(options, &["stage"])?)?;
        for stage in Stage::ALL {
            latency.with_label_values(&[stage.name()]);
        }
        Ok(latency)
    }

    fn build_info(&self, librdkafka: &str) -> Result<(), prometheus::Error> {
        let labels = ["version", "librdkafka"];
        let info = self.gauges("build_info", "1, with the versions built in", &labels)?;
        info.with_label_values(&[env!("CARGO_PKG_VERSION"), librdkafka]).set(1);
        Ok(())
    }

    fn register<M: prometheus::core::Collector + Clone + 'static>(
        &self,
        metric: M,
    ) -> Result<M, prometheus::Error> {
        self.0.register(Box::new(metric.clone()))?;
        Ok(metric)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::lists::LISTS_MAX;
    use super::*;
    use crate::watchlist::sample::{at, lists, loaded, put, with_document};
    use crate::watchlist::{Change, Lists, Requirement, Stance};

    fn metrics() -> Metrics {
        Metrics::new("0").unwrap()
    }

    /// The values of the label `list` in a metric's series.
    fn labels(metrics: &Metrics, name: &str) -> Vec<String> {
        let text = metrics.encode().unwrap();
        let prefix = format!("portcullis_{name}{{list=\"");
        let series = text.lines().filter_map(|line| line.strip_prefix(&prefix));
        series.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
    }

    #[test]
    fn a_list_that_is_gone_is_gone_from_the_metrics() {
        let metrics = metrics();
        let (lists, mut writer) =
            lists([with_document("lost/1", "AAA111"), with_document("wanted/1", "AAA111")]);
        metrics.show_lists(&lists.standing(), at(0));
        let every = ["entries", "lapsed_entries", "age_seconds", "offset"];
        for name in every {
            assert_eq!(labels(&metrics, &format!("list_{name}")), ["lost", "wanted"], "{name}");
        }
        assert_eq!(labels(&metrics, "list_state").len(), 8);
        let mut removal: Change = put(with_document("lost/1", "AAA111"), 2);
        removal.entry = None;
        writer.apply(removal);
        writer.publish(loaded(at(0)), at(0));
        metrics.show_lists(&lists.standing(), at(0));
        for name in every {
            assert_eq!(labels(&metrics, &format!("list_{name}")), ["wanted"], "{name}");
        }
        assert_eq!(labels(&metrics, "list_state").len(), 4);
    }

    #[test]
    fn lists_beyond_the_bound_are_counted_together_and_required_ones_never_are() {
        let metrics = metrics();
        let required = ListId::parse("zz-required").unwrap();
        let requirement = Requirement { list: required, stance: Stance::Hold, entries_min: 1 };
        let (lists, mut writer) = Lists::new(vec![requirement]);
        for number in 0..2_000 {
            let made = with_document(&format!("list-{number:04}/1"), "AAA111");
            writer.apply(put(made, number));
        }
        writer.publish(loaded(at(0)), at(0));
        metrics.show_lists(&lists.standing(), at(0));
        let shown = labels(&metrics, "list_entries");
        assert_eq!(shown.len(), LISTS_MAX + 1);
        assert!(shown.contains(&"zz-required".to_owned()));
        let others = 2_000 - (LISTS_MAX - 1);
        let text = metrics.encode().unwrap();
        let line = format!("portcullis_list_entries{{list=\"(other)\"}} {others}");
        assert!(text.contains(&line), "{text}");
        writer.clear();
        writer.publish(loaded(at(0)), at(0));
        metrics.show_lists(&lists.standing(), at(0));
        assert_eq!(labels(&metrics, "list_entries"), ["zz-required"]);
    }

    #[test]
    fn stale_lists_are_shown_stale_and_not_ready() {
        let metrics = metrics();
        let requirement = Requirement {
            list: ListId::parse("wanted").unwrap(),
            stance: Stance::Hold,
            entries_min: 1,
        };
        let (lists, mut writer) = Lists::new(vec![requirement]);
        writer.apply(put(with_document("wanted/1", "AAA111"), 0));
        writer.publish(loaded(at(0)), at(0));
        let has = |line: &str| metrics.encode().unwrap().contains(line);
        metrics.show_lists(&lists.standing(), at(0));
        assert!(has("portcullis_ready 1"));
        let stale = lists.standing().at(at(60), 30_000_000).unwrap();
        metrics.show_lists(&stale, at(60));
        assert!(has("portcullis_ready 0"));
        assert!(has("portcullis_list_state{list=\"wanted\",state=\"stale\"} 1"));
        assert!(has("portcullis_list_age_seconds{list=\"wanted\"} 60"));
    }

    proptest! {
        /// The slow oracle keeps every offset.
        #[test]
        fn a_lost_record_is_counted_once_however_often_it_is_told(
            told in prop::collection::vec((0..60i64, -2..20i64), 1..12),
        ) {
            let (mut gaps, mut oracle) = (Gaps::default(), BTreeSet::new());
            for (start, length) in told {
                let before = oracle.len();
                oracle.extend(start..start + length);
                let new = gaps.note("crossings", 0, start..start + length);
                prop_assert_eq!(new, (oracle.len() - before) as u64);
            }
        }
    }

    #[test]
    fn gaps_are_each_partitions_own_and_remembered_within_a_bound() {
        let mut gaps = Gaps::default();
        assert_eq!(gaps.note("crossings", 0, 0..5), 5);
        assert_eq!(gaps.note("crossings", 1, 0..5), 5);
        assert_eq!(gaps.note("cash", 0, 0..5), 5);
        for number in 1..100 {
            assert_eq!(gaps.note("crossings", 0, number * 10..number * 10 + 5), 5);
        }
        assert_eq!(gaps.0[&("crossings".to_owned(), 0)].len(), GAPS_KEPT);
        assert_eq!(gaps.note("crossings", 0, 990..996), 1);
    }
}
