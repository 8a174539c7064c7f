//! The slow lane: one thread that finishes the events whose searches met the bound of a lane.
//!
//! A lane does not search again: it keeps a copy of the record, leaves the event open in its ledger and
//! goes on. The slow lane judges the event with a hundred times the room, as a whole, and the lane that
//! handed it over tells what it came to. Until then the event holds the prefix: its offset is not
//! committed, and after a crash it is judged again. What comes too late for a lane that has let the
//! partition go, or has gone back before the event, is dropped like a late delivery report.
//!
//! *Order.* Events of one partition are begun in their order, and told as they are decided. A later event
//! of the same party may therefore be told before one that took the slow lane, as it may where an event
//! is tried again. Whoever needs the order has the coordinates in each alert.
//!
//! *Lists.* They may have changed since the lane saw the event. The slow lane judges by the lists of its
//! own moment and never by older ones: an alert states the versions that it rests on, and what became
//! known meanwhile is not to be overlooked. While the lists hold it judges nothing: it gives back
//! "wait", and the lane goes back to the event as to any that cannot be judged yet.
//!
//! *Bounds.* So many events wait, of so many bytes together ([`Entrance::defer`]); a lane that finds no
//! room judges the event itself, as it would do without a slow lane. Answers are bounded by that too,
//! for a lane that does not take them up hands nothing over meanwhile.
//!
//! Absent on purpose: a priority of the operating system. Nothing safe in the tree sets one for a
//! thread, and one thread beside the lanes takes no more than a core's share.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, Sender, SyncSender, TrySendError, channel, sync_channel,
};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use prometheus::IntGauge;

use crate::domain::{Timestamp, Topic};
use crate::metrics::Metrics;

use super::stopwatch::Watch;
use super::{Clock, Judge, Judged, Partition, Record, Size, Verdict};

/// The most events that wait for the slow lane. At a few milliseconds each the last waits for about a
/// second.
const EVENTS_MAX: usize = 256;
/// The most bytes of records among them: a record may have a megabyte.
const BYTES_MAX: usize = 32 << 20;
/// How long the slow lane waits for an event before it looks whether it is to end.
const IDLE_WAIT: Duration = Duration::from_millis(50);

/// One attempt at one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The event's partition.
    pub partition: Partition,
    /// The event's offset.
    pub offset: i64,
    /// How often the partition had been assigned or had stepped back when the event was judged.
    pub epoch: u32,
    /// When the event was appended.
    pub appended_at: Timestamp,
}

/// A record that is kept beyond the buffer it lay in, and how it is to be judged.
pub struct Kept {
    kind: Topic,
    size: Size,
    partition: Partition,
    topic: Box<str>,
    offset: i64,
    appended_at: Timestamp,
    key: Option<Box<[u8]>>,
    value: Option<Box<[u8]>>,
    content_type: Option<Box<[u8]>>,
    schema_id: Option<Box<[u8]>>,
}

impl Kept {
    /// Keeps a record.
    pub(super) fn of(kind: Topic, record: &Record<'_>, size: Size) -> Self {
        Self {
            kind,
            size,
            partition: record.partition,
            topic: record.topic.into(),
            offset: record.offset,
            appended_at: record.appended_at,
            key: record.key.map(Box::from),
            value: record.value.map(Box::from),
            content_type: record.content_type.map(Box::from),
            schema_id: record.schema_id.map(Box::from),
        }
    }

    /// The record.
    pub(super) fn record(&self) -> Record<'_> {
        Record {
            partition: self.partition,
            topic: &self.topic,
            offset: self.offset,
            appended_at: self.appended_at,
            key: self.key.as_deref(),
            value: self.value.as_deref(),
            content_type: self.content_type.as_deref(),
            schema_id: self.schema_id.as_deref(),
        }
    }

    /// What its topic holds.
    pub(super) const fn kind(&self) -> Topic {
        self.kind
    }

    /// How its messages are to be sent.
    pub(super) const fn size(&self) -> Size {
        self.size
    }

    fn bytes(&self) -> usize {
        let parts = [&self.key, &self.value, &self.content_type, &self.schema_id];
        parts.into_iter().flatten().map(|part| part.len()).sum()
    }
}

/// An event that a lane hands over.
pub struct Deferred {
    pub(super) kept: Box<Kept>,
    pub(super) epoch: u32,
    pub(super) watch: Watch,
}

impl Deferred {
    /// Which attempt at which event it is.
    pub fn attempt(&self) -> Attempt {
        let Kept { partition, offset, appended_at, .. } = *self.kept;
        Attempt { partition, offset, epoch: self.epoch, appended_at }
    }

    /// Judges it by the lists as they stand at `now`; while they hold it is to be judged again later.
    pub fn judge(&self, judge: &mut Judge, now: Timestamp, stale_after: Duration) -> Finished {
        judge.refresh(now, stale_after);
        let judged = match judge.standing().holds() {
            true => Judged::without_event(Verdict::Wait("lists_hold")),
            false => judge.finish(&self.kept),
        };
        Finished { attempt: self.attempt(), judged, watch: self.watch }
    }
}

/// What an event came to that was handed over.
pub struct Finished {
    /// Which attempt at which event it was.
    pub attempt: Attempt,
    /// What it came to.
    pub judged: Judged,
    pub(super) watch: Watch,
}

/// The thread that finishes what lanes hand over. Ends when it is dropped; what waits then is for
/// lanes that are gone.
pub struct SlowLane {
    entrance: SyncSender<Errand>,
    waiting: Arc<Waiting>,
    ends: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// A lane's way to the slow lane and back.
pub struct Entrance {
    queue: SyncSender<Errand>,
    waiting: Arc<Waiting>,
    back: (Sender<Finished>, Receiver<Finished>),
}

struct Errand {
    event: Box<Deferred>,
    back: Sender<Finished>,
}

/// How much waits: events for whoever looks at the metrics, bytes for the bound.
struct Waiting {
    bytes: AtomicUsize,
    events: IntGauge,
}

impl SlowLane {
    /// Starts the thread, with a judge of its own.
    ///
    /// # Errors
    /// When the operating system gives no thread.
    pub fn start(
        judge: Judge,
        clock: impl Clock + Send + 'static,
        stale_after: Duration,
        metrics: &Metrics,
    ) -> std::io::Result<Self> {
        let (entrance, queue) = sync_channel(EVENTS_MAX);
        let events = metrics.slow_lane_depth();
        let waiting = Arc::new(Waiting { bytes: AtomicUsize::new(0), events });
        let ends = Arc::<AtomicBool>::default();
        let worker =
            Worker { queue, waiting: Arc::clone(&waiting), ends: Arc::clone(&ends), stale_after };
        let thread = Builder::new().name("slow-lane".into());
        let thread = Some(thread.spawn(move || worker.run(judge, &clock))?);
        Ok(Self { entrance, waiting, ends, thread })
    }

    /// A lane's way to it.
    pub fn entrance(&self) -> Entrance {
        Entrance::to(self.entrance.clone(), Arc::clone(&self.waiting))
    }

    /// Whether it has ended by itself, which it never should: what was handed over stays open.
    pub fn has_failed(&self) -> bool {
        self.thread.as_ref().is_none_or(JoinHandle::is_finished)
    }
}

impl Drop for SlowLane {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the slow lane ended by a fault of this program");
        }
    }
}

impl Entrance {
    #[expect(
        clippy::disallowed_methods,
        reason = "the slow lane must not wait for one lane while others need it; what is handed over is bounded"
    )]
    fn to(queue: SyncSender<Errand>, waiting: Arc<Waiting>) -> Self {
        Self { queue, waiting, back: channel() }
    }

    /// Hands an event over.
    ///
    /// # Errors
    /// The event, when there is no room for it.
    pub fn defer(&self, event: Box<Deferred>) -> Result<(), Box<Deferred>> {
        let bytes = event.kept.bytes();
        if self.waiting.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes > BYTES_MAX {
            self.waiting.bytes.fetch_sub(bytes, Ordering::Relaxed);
            return Err(event);
        }
        // Before it is sent: it may be finished before this goes on.
        self.waiting.events.inc();
        let errand = Errand { event, back: self.back.0.clone() };
        self.queue.try_send(errand).map_err(|refused| {
            self.waiting.leave(bytes);
            match refused {
                TrySendError::Full(errand) | TrySendError::Disconnected(errand) => errand.event,
            }
        })
    }

    /// One that leads nowhere.
    #[cfg(test)]
    pub(crate) fn closed() -> Self {
        let events = IntGauge::new("none", "none").unwrap();
        let waiting = Waiting { bytes: AtomicUsize::new(0), events };
        Self::to(sync_channel(0).0, Arc::new(waiting))
    }

    /// What the next event came to, if one is finished.
    pub fn finished(&self) -> Option<Finished> {
        self.back.1.try_recv().ok()
    }
}

impl Waiting {
    fn leave(&self, bytes: usize) {
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        self.events.dec();
    }
}

struct Worker {
    queue: Receiver<Errand>,
    waiting: Arc<Waiting>,
    ends: Arc<AtomicBool>,
    stale_after: Duration,
}

impl Worker {
    fn run(self, mut judge: Judge, clock: &impl Clock) {
        while !self.ends.load(Ordering::Relaxed) {
            match self.queue.recv_timeout(IDLE_WAIT) {
                Ok(Errand { event, back }) => {
                    let finished = event.judge(&mut judge, clock.now(), self.stale_after);
                    self.waiting.leave(event.kept.bytes());
                    // A lane that is gone needs no answer.
                    drop(back.send(finished));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // What is left is for lanes that are gone.
        while let Ok(Errand { event, .. }) = self.queue.try_recv() {
            self.waiting.leave(event.kept.bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::codec::{Decoder, Format, Limits, SchemaRef};
    use crate::pipeline::{Lookup, Schemas, Verdict};
    use crate::watchlist::sample::{at, lists, with_document};

    struct NoSchemas;

    impl Schemas for NoSchemas {
        fn look_up(&self, _: SchemaRef) -> Lookup {
            Lookup::Absent
        }
    }

    struct Still;

    impl Clock for Still {
        fn now(&self) -> Timestamp {
            at(1)
        }

        fn elapsed(&self) -> Duration {
            Duration::ZERO
        }
    }

    const CROSSING: &[u8] = br#"{
        "envelope": {"event_id": "e/1", "agency": "border-force",
                     "occurred_at": "2026-01-01T00:00:00Z"},
        "traveller": {}, "documents": [{"number": "AB123", "issuing_state": "GBR"}]
    }"#;

    fn event(offset: i64, value: &[u8]) -> Box<Deferred> {
        let record = Record {
            partition: Partition { input: 0, number: 0 },
            topic: "border.crossings",
            offset,
            appended_at: at(1),
            key: None,
            value: Some(value),
            content_type: Some(b"application/json"),
            schema_id: None,
        };
        let kept = Box::new(Kept::of(Topic::Crossings, &record, Size::Whole));
        Box::new(Deferred { kept, epoch: 7, watch: Watch::start(Duration::ZERO) })
    }

    fn slow_lane(metrics: &Metrics) -> SlowLane {
        let (lists, _writer) = lists([with_document("wanted/1", "AB123")]);
        let decoder = Decoder::new(Limits::STANDARD).unwrap();
        let judge = Judge::new(lists, Arc::new(NoSchemas), decoder, Format::Json);
        SlowLane::start(judge, Still, Duration::from_secs(60), metrics).unwrap()
    }

    #[test]
    fn each_lane_hears_what_its_own_events_came_to_and_nothing_waits_then() {
        let metrics = Metrics::new("none").unwrap();
        let slow_lane = slow_lane(&metrics);
        let lanes = [slow_lane.entrance(), slow_lane.entrance()];
        for (number, lane) in (0..).zip(&lanes) {
            assert!(lane.defer(event(number, CROSSING)).is_ok());
        }
        for (number, lane) in (0..).zip(&lanes) {
            let begun = Instant::now();
            let finished = loop {
                assert!(begun.elapsed() < Duration::from_secs(60), "never finished");
                if let Some(finished) = lane.finished() {
                    break finished;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            assert_eq!((finished.attempt.offset, finished.attempt.epoch), (number, 7));
            assert!(matches!(finished.judged.verdict, Verdict::Tell(_)));
            assert!(lane.finished().is_none());
        }
        assert!(!slow_lane.has_failed());
        assert_eq!(metrics.slow_lane_depth().get(), 0);
    }

    /// Nobody takes anything out of this queue.
    fn full(metrics: &Metrics) -> (Entrance, Receiver<Errand>) {
        let (queue, kept) = sync_channel(2);
        let events = metrics.slow_lane_depth();
        (Entrance::to(queue, Arc::new(Waiting { bytes: AtomicUsize::new(0), events })), kept)
    }

    #[test]
    fn what_there_is_no_room_for_comes_back_by_number_and_by_bytes() {
        let metrics = Metrics::new("none").unwrap();
        let (lane, _kept) = full(&metrics);
        let big = vec![b'x'; BYTES_MAX / 2 + 1];
        assert!(lane.defer(event(0, &big)).is_ok());
        let refused = lane.defer(event(1, &big)).unwrap_err();
        assert_eq!(refused.attempt().offset, 1);
        assert!(lane.defer(event(2, CROSSING)).is_ok());
        let refused = lane.defer(event(3, CROSSING)).unwrap_err();
        assert_eq!(refused.kept.record().value, Some(CROSSING));
        assert_eq!(metrics.slow_lane_depth().get(), 2);
    }

    #[test]
    fn a_slow_lane_that_ends_leaves_nothing_waiting_and_takes_nothing_more() {
        let metrics = Metrics::new("none").unwrap();
        let slow_lane = slow_lane(&metrics);
        let lane = slow_lane.entrance();
        for offset in 0..20 {
            assert!(lane.defer(event(offset, CROSSING)).is_ok());
        }
        drop(slow_lane);
        assert_eq!(metrics.slow_lane_depth().get(), 0);
        assert!(lane.defer(event(20, CROSSING)).is_err());
        assert_eq!(metrics.slow_lane_depth().get(), 0);
    }
}
