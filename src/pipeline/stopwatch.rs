//! How long each stage of an event took: for its alert's own timings and for the histograms.

use std::time::Duration;

use prometheus::Histogram;

use crate::domain::Timestamp;
use crate::metrics::{Metrics, Stage, seconds};

use super::Clock;

/// One event in this many is shown in the histograms of decoding and screening.
const SAMPLE: u32 = 64;

/// Measures events.
pub(super) struct Stopwatch {
    queued: Histogram,
    decode: Histogram,
    screen: Histogram,
    acknowledge: Histogram,
    end_to_end: Histogram,
    slow_lane: Histogram,
    until_sample: u32,
}

/// One event being measured.
#[derive(Clone, Copy)]
pub(super) struct Watch {
    begun: Duration,
    decoded: Option<Duration>,
    /// When it was handed over to the slow lane.
    deferred: Option<Duration>,
}

impl Stopwatch {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self {
            queued: metrics.stage(Stage::Queued),
            decode: metrics.stage(Stage::Decode),
            screen: metrics.stage(Stage::Screen),
            acknowledge: metrics.stage(Stage::Acknowledge),
            end_to_end: metrics.stage(Stage::EndToEnd),
            slow_lane: metrics.stage(Stage::SlowLane),
            until_sample: 0,
        }
    }

    /// Whether the next event that touches no list is to be shown.
    pub(super) const fn is_due(&self) -> bool {
        self.until_sample == 0
    }

    /// Shows an event that touched no list, if its turn has come. The clock is read only then.
    pub(super) fn sample(&mut self, watch: &Watch, appended_at: Timestamp, clock: &impl Clock) {
        if !self.is_due() {
            self.until_sample -= 1;
            return;
        }
        self.until_sample = SAMPLE - 1;
        let age = clock.now().micros_since(appended_at);
        self.show(watch, age, clock.elapsed());
    }

    /// Shows an event that is told as of `now`, so many microseconds after its append; gives its
    /// timings as a header's value: microseconds by stage.
    pub(super) fn timings(&self, watch: &Watch, age_micros: i64, now: Duration) -> String {
        let (queued, decode, screen) = self.show(watch, age_micros, now);
        let slow = match watch.deferred {
            Some(_) => format!(r#","slow_lane_us":{}"#, watch.slow(now).as_micros()),
            None => String::new(),
        };
        format!(
            r#"{{"queued_us":{:.0},"decode_us":{:.1},"screen_us":{:.1}{slow}}}"#,
            queued * 1e6,
            decode * 1e6,
            screen * 1e6
        )
    }

    /// Shows an event that the slow lane has finished.
    pub(super) fn finished(&self, watch: &Watch, now: Duration) {
        self.slow_lane.observe(watch.slow(now).as_secs_f64());
    }

    /// Shows an acknowledged alert; gives its latency from append to acknowledgement, microseconds.
    pub(super) fn acknowledged(&self, appended: Timestamp, sent: Timestamp, at: Timestamp) -> i64 {
        let latency = at.micros_since(appended);
        self.acknowledge.observe(seconds(at.micros_since(sent)));
        self.end_to_end.observe(seconds(latency));
        latency
    }

    /// Shows how long an event was queued, decoded and screened, and gives these, in seconds.
    fn show(&self, watch: &Watch, age_micros: i64, now: Duration) -> (f64, f64, f64) {
        let decode = watch.latest().saturating_sub(watch.begun).as_secs_f64();
        let slow = watch.slow(now).as_secs_f64();
        let screen = now.saturating_sub(watch.latest()).as_secs_f64() - slow;
        // The broker's clock is another than ours: what is left may be below zero.
        let queued = (seconds(age_micros) - decode - screen - slow).max(0.0);
        self.queued.observe(queued);
        self.decode.observe(decode);
        self.screen.observe(screen);
        (queued, decode, screen)
    }
}

impl Watch {
    /// Begins to measure.
    pub(super) const fn start(now: Duration) -> Self {
        Self { begun: now, decoded: None, deferred: None }
    }

    /// Notes that the event is decoded, and known to touch a list or not.
    pub(super) const fn decoded(&mut self, now: Duration) {
        self.decoded = Some(now);
    }

    /// The same event, handed over to the slow lane.
    pub(super) const fn deferred(self, now: Duration) -> Self {
        Self { deferred: Some(now), ..self }
    }

    /// How long it has been in the slow lane.
    fn slow(&self, now: Duration) -> Duration {
        self.deferred.map_or(Duration::ZERO, |deferred| now.saturating_sub(deferred))
    }

    /// When the clock was last read for this event before it was decided or handed over.
    pub(super) fn latest(&self) -> Duration {
        self.decoded.unwrap_or(self.begun)
    }
}
