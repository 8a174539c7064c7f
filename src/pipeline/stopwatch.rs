//! How long each stage of an event took: for its alert's own timings and for the histograms.

use std::time::Instant;

use prometheus::Histogram;

use crate::domain::Timestamp;
use crate::metrics::{Metrics, Stage, seconds};

/// One event in this many is shown in the histograms of decoding and screening.
const SAMPLE: u32 = 64;

/// Measures events.
pub(super) struct Stopwatch {
    queued: Histogram,
    decode: Histogram,
    screen: Histogram,
    acknowledge: Histogram,
    end_to_end: Histogram,
    until_sample: u32,
}

/// One event being measured.
pub(super) struct Watch {
    begun: Instant,
    decoded: Option<Instant>,
}

impl Stopwatch {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self {
            queued: metrics.stage(Stage::Queued),
            decode: metrics.stage(Stage::Decode),
            screen: metrics.stage(Stage::Screen),
            acknowledge: metrics.stage(Stage::Acknowledge),
            end_to_end: metrics.stage(Stage::EndToEnd),
            until_sample: 0,
        }
    }

    /// Shows an event that touched no list, if its turn has come. `now` is read only then.
    pub(super) fn sample(
        &mut self,
        watch: &Watch,
        appended_at: Timestamp,
        now: impl FnOnce() -> Timestamp,
    ) {
        if self.until_sample > 0 {
            self.until_sample -= 1;
            return;
        }
        self.until_sample = SAMPLE - 1;
        self.show(watch, now().micros_since(appended_at));
    }

    /// Shows an event that is told; gives its timings as a header's value: microseconds by stage.
    pub(super) fn timings(&self, watch: &Watch, queued_micros: i64) -> String {
        let (decode, screen) = self.show(watch, queued_micros);
        format!(
            r#"{{"queued_us":{},"decode_us":{:.1},"screen_us":{:.1}}}"#,
            queued_micros.max(0),
            decode * 1e6,
            screen * 1e6
        )
    }

    /// Shows an acknowledged alert; gives its latency from append to acknowledgement, microseconds.
    pub(super) fn acknowledged(&self, appended: Timestamp, sent: Timestamp, at: Timestamp) -> i64 {
        let latency = at.micros_since(appended);
        self.acknowledge.observe(seconds(at.micros_since(sent)));
        self.end_to_end.observe(seconds(latency));
        latency
    }

    fn show(&self, watch: &Watch, queued_micros: i64) -> (f64, f64) {
        let decoded = watch.decoded.unwrap_or(watch.begun);
        let decode = decoded.duration_since(watch.begun).as_secs_f64();
        let screen = decoded.elapsed().as_secs_f64();
        self.queued.observe(seconds(queued_micros));
        self.decode.observe(decode);
        self.screen.observe(screen);
        (decode, screen)
    }
}

impl Watch {
    /// Begins to measure.
    pub(super) fn start() -> Self {
        Self { begun: Instant::now(), decoded: None }
    }

    /// Notes that the event is decoded.
    pub(super) fn decoded(&mut self) {
        self.decoded = Some(Instant::now());
    }
}
