//! Open-loop load: events at an even rate, whatever becomes of them, and the time to each answer.
//!
//! Times count from the instant at which an event was to be sent, so that a stall of anything, the
//! generator included, stands in the figures of every event behind it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::kafka::{Feed, From, Tail};

use super::batch::{Batch, Tally, is_timed};
use super::crossing::Writer;
use super::figures::{Latency, histogram, note};
use super::site::Site;
use super::{Bench, Error, SETTLE_WITHIN, Subject};

/// How long the generator gathers records: without it, every event is a request of its own, and the
/// brokers' limit is what is measured.
pub(super) const LINGER: Duration = Duration::from_millis(1);
/// The shortest sleep of the generator: one that spins takes the core that the subject needs.
const SLEEP_MIN: Duration = Duration::from_micros(500);
/// How long a poll of the reader waits.
const POLL: Duration = Duration::from_millis(20);
/// How long the reader looks for answers that nobody owed, when all others are there.
const QUIET: Duration = Duration::from_millis(200);

/// An even rate.
#[derive(Clone, Copy)]
pub(super) struct Pace {
    begun: Instant,
    rate: u64,
}

impl Pace {
    pub(super) fn start(rate: u64) -> Self {
        // A moment to begin in, so that the first event is not late.
        Self { begun: Instant::now() + LINGER, rate }
    }

    /// When an event is to be sent.
    pub(super) fn due(&self, at: u64) -> Instant {
        let nanos = u128::from(at) * 1_000_000_000 / u128::from(self.rate);
        self.begun + Duration::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Sleeps until an event is due; returns at once when it is or was.
    pub(super) fn await_due(&self, at: u64) {
        let early = self.due(at).saturating_duration_since(Instant::now());
        if !early.is_zero() {
            std::thread::sleep(early.max(SLEEP_MIN));
        }
    }
}

/// An answer as the reader saw it.
pub(super) struct Seen {
    /// The event, counted from the batch's first.
    pub(super) at: u64,
    /// When it was to be sent.
    pub(super) due: Instant,
    /// When its answer was read.
    pub(super) read: Instant,
}

/// How long events are sent before their times count: the generator's client connects meanwhile, and
/// caches fill.
const WARM_UP_SECONDS: u64 = 1;

/// The events at a rate before times count.
pub(super) const fn warm_up(rate: u64) -> u64 {
    rate * WARM_UP_SECONDS
}

/// Sends a batch at a rate while `go_on` says so, and reads the answers of the subject.
pub(super) fn open_loop(
    bench: &Bench<'_>,
    site: &Site<'_>,
    subject: Subject,
    batch: Batch<'_>,
    rate: u64,
    go_on: impl FnMut(u64) -> Result<bool, Error>,
    on_answer: impl FnMut(&Seen) + Send,
) -> Result<Latency, Error> {
    let tail = Tail::open(&bench.config.kafka, &site.output, From::Now)?;
    let feed = Feed::new(&bench.config.kafka, LINGER)?;
    let writer = Writer::new(batch.load);
    let progress = Progress { announced: AtomicU64::new(0), over: AtomicBool::new(false) };
    let pace = Pace::start(rate);
    let reader = Reader { tail, subject, batch, pace, progress: &progress, stop: bench.stop };
    let (read, late) = std::thread::scope(|scope| {
        let reading = scope.spawn(|| reader.read(on_answer));
        let late = generate(bench, site, batch, pace, (feed, writer), &progress, go_on);
        progress.over.store(true, Ordering::Release);
        let read = reading.join().map_err(|_| Error::Failed("the reader panicked".to_owned()));
        (read, late)
    });
    let (histogram, tally) = read??;
    let (exactness, alike) = (tally.exactness(), tally.alike());
    Ok(Latency { rate, histogram, late: late?, exactness, alike })
}

/// What generator and reader tell each other.
struct Progress {
    /// Events that are sent, or about to be.
    announced: AtomicU64,
    over: AtomicBool,
}

fn generate(
    bench: &Bench<'_>,
    site: &Site<'_>,
    batch: Batch<'_>,
    pace: Pace,
    (feed, mut writer): (Feed, Writer<'_>),
    progress: &Progress,
    mut go_on: impl FnMut(u64) -> Result<bool, Error>,
) -> Result<Histogram<u64>, Error> {
    let mut late = histogram()?;
    for at in 0..batch.count {
        pace.await_due(at);
        if !go_on(at)? {
            break;
        }
        bench.must_go_on()?;
        // Told before it is sent: its answer may be read before this thread goes on.
        progress.announced.store(at + 1, Ordering::Release);
        if at >= warm_up(pace.rate) {
            note(&mut late, Instant::now().saturating_duration_since(pace.due(at)));
        }
        let event = writer.write(batch.first + at, batch.hit(at))?;
        feed.send(&site.live, Some(batch.partition(at)), None, event)?;
    }
    feed.settle(SETTLE_WITHIN)?;
    Ok(late)
}

struct Reader<'a> {
    tail: Tail,
    subject: Subject,
    batch: Batch<'a>,
    pace: Pace,
    progress: &'a Progress,
    stop: &'a AtomicBool,
}

impl<'a> Reader<'a> {
    /// Reads until every answer owed has come, and a moment longer.
    fn read(
        mut self,
        mut on_answer: impl FnMut(&Seen),
    ) -> Result<(Histogram<u64>, Tally<'a>), Error> {
        let (mut times, mut alerts) = (histogram()?, Vec::new());
        let mut tally = Tally::new(self.batch, self.subject.duty(), 0);
        let (mut newest, mut deadline) = (Instant::now(), None);
        while !self.stop.load(Ordering::Relaxed) {
            let keep = self.subject.duty().is_alerts();
            let found = self.tail.next_value(POLL, |value| {
                let read = Instant::now();
                (read, self.subject.number_in(value), keep.then(|| value.to_vec()))
            })?;
            let over = self.progress.over.load(Ordering::Acquire);
            tally.expect_to(self.progress.announced.load(Ordering::Acquire));
            if let Some((read, number, alert)) = found {
                newest = read;
                alerts.extend(alert);
                if let Some(at) = tally.take(number) {
                    let seen = Seen { at, due: self.pace.due(at), read };
                    if is_timed(self.batch.hit(at)) && at >= warm_up(self.pace.rate) {
                        note(&mut times, read.saturating_duration_since(seen.due));
                    }
                    on_answer(&seen);
                }
            }
            let limit = *deadline.get_or_insert_with(|| Instant::now() + SETTLE_WITHIN);
            match over {
                false => deadline = None,
                true if tally.complete() && newest.elapsed() > QUIET => break,
                true if Instant::now() > limit => break,
                true => {}
            }
        }
        tally.read(&alerts);
        Ok((times, tally))
    }
}
