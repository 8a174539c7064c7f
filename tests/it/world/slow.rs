//! The slow lane of a world: events that its lanes hand over are finished late, in another order, or
//! not before a crash.

use std::time::Duration;

use portcullis::pipeline::{Attempt, Deferred, Finished, Judge, Verdict};
use prometheus::IntCounter;

use super::broker::{Place, World};
use super::bugs::Bug;
use super::plan::{Trigger, What};

/// What finishes events, and what it has in hand.
pub(super) struct Slow {
    judge: Judge,
    waiting: Vec<Waiting>,
    /// Counts the events that touch no list of which only the slow lane can tell.
    clear: IntCounter,
    /// An event that was shown to a lane as finished, or that the lane is to finish itself, and what
    /// was counted before: if more is counted then, the lane has heard.
    shown: Option<(Attempt, u64)>,
}

struct Waiting {
    lane: usize,
    due: Duration,
    event: Box<Deferred>,
    /// What it came to, where it was judged as soon as it was handed over.
    finished: Option<Finished>,
}

/// As long as the lanes of the worlds take lists for current.
pub(super) const STALE_AFTER: Duration = Duration::from_secs(86_400);

impl Slow {
    pub(super) fn new(judge: Judge, clear: IntCounter) -> Self {
        Self { judge, waiting: Vec::new(), clear, shown: None }
    }

    /// Forgets what a lane has handed over that is gone.
    pub(super) fn forget(&mut self, lane: usize) {
        self.waiting.retain(|waiting| waiting.lane != lane);
    }
}

impl World {
    pub(super) fn defer(&mut self, lane: usize, event: Box<Deferred>) -> Result<(), Box<Deferred>> {
        self.note_what_was_heard();
        let attempt = event.attempt();
        let (number, offset) = (attempt.partition.number, attempt.offset);
        let of_lane = self.slow.waiting.iter().filter(|waiting| waiting.lane == lane).count();
        if of_lane >= self.plan.slow_max {
            self.fired.push("no room");
            self.note(|| format!("lane {lane}: the slow lane has no room for {number}/{offset}"));
            self.slow.shown = Some((attempt, self.slow.clear.get()));
            return Err(event);
        }
        self.fired.push("handed over");
        self.note(|| format!("lane {lane} hands {number}/{offset} over to the slow lane"));
        let mut delay = Duration::from_micros(1_000 + self.noise(60_000));
        if !self.plan.is_peaceful() && self.noise_one_in(3) {
            delay *= 6;
        }
        for what in self.due(Trigger::Defer) {
            self.fire(what);
            if let What::Slow { millis } = what {
                delay += Duration::from_millis(millis);
            }
        }
        let at_once = self.noise_one_in(3);
        let now = self.now();
        let finished = at_once.then(|| event.judge(&mut self.slow.judge, now, STALE_AFTER));
        let due = match self.bug {
            Some(Bug::PassesWhatIsHandedOver) => Duration::ZERO,
            _ => self.clock + delay,
        };
        self.slow.waiting.push(Waiting { lane, due, event, finished });
        Ok(())
    }

    pub(super) fn finished(&mut self, lane: usize) -> Option<Finished> {
        self.note_what_was_heard();
        if self.bug == Some(Bug::ForgetsWhatIsHandedOver) {
            return None;
        }
        let waiting = self.slow.waiting.iter().enumerate();
        let due = waiting.filter(|(_, at)| at.lane == lane && at.due <= self.clock);
        let (at, _) = due.min_by_key(|(_, at)| at.due)?;
        let Waiting { event, finished, .. } = self.slow.waiting.remove(at);
        let now = self.now();
        let mut finished =
            finished.unwrap_or_else(|| event.judge(&mut self.slow.judge, now, STALE_AFTER));
        let Attempt { partition, offset, .. } = finished.attempt;
        let number = partition.number;
        let what = match finished.judged.verdict {
            Verdict::Clear => "touches no list",
            Verdict::Tell(_) => "is to be told",
            Verdict::Wait(_) => "is to wait",
            Verdict::Later(_) => "is to be handed over again",
        };
        self.note(|| format!("lane {lane} hears of the slow lane: {number}/{offset} {what}"));
        if self.bug == Some(Bug::PassesWhatIsHandedOver) {
            finished.judged.verdict = Verdict::Clear;
        }
        let mut places = self.clients[lane].places.iter();
        let waits = |at: &Place| at.partition == number as usize && at.next > offset;
        if !places.any(waits) {
            self.fired.push("finished in vain");
        }
        self.slow.shown = Some((finished.attempt, self.slow.clear.get()));
        Some(finished)
    }

    /// Notes an event that touches no list as judged once a lane has counted it.
    pub(super) fn note_what_was_heard(&mut self) {
        let Some((attempt, before)) = self.slow.shown.take() else { return };
        if self.slow.clear.get() > before {
            let log = &mut self.logs[attempt.partition.number as usize];
            let mut records = log.records.iter_mut();
            if let Some(record) = records.find(|record| record.offset == attempt.offset) {
                record.judged = true;
            }
        }
    }
}
