//! A lane's straight loop: poll, judge, produce, note, commit.
//!
//! All control flow is here, but for two things that stand by themselves: events that are gone
//! (`gaps`), and events that are finished elsewhere (`deferred`).

mod deferred;
mod gaps;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::metrics::{Disposition, Metrics};
use crate::planted::{self, Bug};

use super::board::Board;
use super::config::Config;
use super::held::Partitions;
use super::judge::{Judge, Judged, Told, Verdict};
use super::message::header;
use super::stopwatch::Watch;
use super::{
    About, Attempt, Clock as _, Commit, Committed, Fault, Input, Partition, Port, Record, Refused,
    Report, Ticket,
};

/// Why a lane stopped by itself: its clients cannot be used any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Halted(pub &'static str);

/// How long the loop waits for a record before it looks at other things.
const IDLE_WAIT: Duration = Duration::from_millis(10);
/// How many records pass between two looks at other things at most.
const RECORDS_PER_TURN: u32 = 64;
/// How much time passes between two looks at most, and so how old may be what is known of the lists
/// when a record is judged.
const TURN_AFTER: Duration = Duration::from_millis(10);
/// How often counts and gauges are shown.
const SHOW_INTERVAL: Duration = Duration::from_millis(250);

/// A lane.
pub struct Lane<P: Port> {
    config: Config,
    clock: P::Clock,
    port: P,
    judge: Judge,
    board: Board,
    partitions: Partitions,
    epochs: u32,
    in_flight: usize,
    /// How many records may be taken before everything else is looked at, and until when.
    records_left: u32,
    turn_due: Duration,
    /// When the lists must be looked at again before a record is judged.
    refresh_due: Duration,
    commit_due: Duration,
    show_due: Duration,
}

impl<P: Port> Lane<P> {
    /// A lane that has not begun.
    pub fn new(config: Config, port: P, judge: Judge, metrics: Arc<Metrics>) -> Self {
        Self {
            board: Board::new(&config, metrics),
            config,
            clock: port.clock(),
            port,
            judge,
            records_left: 0,
            turn_due: Duration::ZERO,
            refresh_due: Duration::ZERO,
            partitions: Partitions::default(),
            epochs: 0,
            in_flight: 0,
            commit_due: Duration::ZERO,
            show_due: Duration::ZERO,
        }
    }

    /// Runs until `stop` is set, then finishes what is in flight within the drain deadline and
    /// commits it.
    ///
    /// # Errors
    /// [`Halted`] when the clients must be replaced; nothing that was not acknowledged has been
    /// committed then.
    pub fn run(&mut self, stop: &AtomicBool) -> Result<(), Halted> {
        let ended = self.screen(stop);
        self.board.close(&mut self.partitions, &self.port);
        ended
    }

    fn screen(&mut self, stop: &AtomicBool) -> Result<(), Halted> {
        while !stop.load(Ordering::Relaxed) {
            self.step()?;
        }
        self.drain(|_| true)?;
        self.commit_at_last()
    }

    /// One step of [`Self::run`], for whoever moves several lanes on one thread: a look at everything
    /// else where that is due, and then what comes next.
    ///
    /// # Errors
    /// As [`Self::run`].
    pub fn step(&mut self) -> Result<(), Halted> {
        if self.records_left == 0 {
            self.turn_due = self.turn()? + TURN_AFTER;
            self.records_left = RECORDS_PER_TURN;
        }
        // What is not a record is looked after at once, and so is everything after a long time.
        self.records_left = match self.take_next()? {
            Some(now) if now < self.turn_due => self.records_left - 1,
            Some(_) | None => 0,
        };
        Ok(())
    }

    /// Takes the next input; when it was a record that was judged, gives the time.
    fn take_next(&mut self) -> Result<Option<Duration>, Halted> {
        let Self { port, clock, judge, partitions, config, refresh_due, board, .. } = self;
        let read = |record: &Record<'_>| {
            let kind = config.inputs.get(record.partition.input)?.0;
            let held = partitions.find_mut(record.partition)?;
            let mut watch = Watch::start(clock.elapsed());
            if watch.latest() >= *refresh_due {
                *refresh_due = watch.latest() + TURN_AFTER;
                judge.refresh(clock.now(), config.stale_after);
            }
            if !held.takes(record.offset, record.appended_at, judge.standing().holds()) {
                return None;
            }
            let &Record { partition, offset, appended_at, .. } = record;
            let attempt = Attempt { partition, offset, epoch: held.epoch, appended_at };
            // The clock costs as much as a tenth of the rest.
            let decoded = |touches| {
                if touches || board.stopwatch.is_due() {
                    watch.decoded(clock.elapsed());
                }
            };
            let judged = judge.judge(kind, record, held.size(offset), decoded);
            Some((attempt, judged, watch))
        };
        match port.next(IDLE_WAIT, read) {
            Input::Record(Some((attempt, judged, watch))) => {
                let clear = matches!(judged.verdict, Verdict::Clear);
                self.settle(attempt, judged, &watch)?;
                // What else is done about a record may take long; this need not be known exactly.
                return Ok(Some(if clear { watch.latest() } else { self.clock.elapsed() }));
            }
            Input::Record(None) | Input::Idle => {}
            Input::Assigned(partitions) => self.assigned(&partitions)?,
            Input::Revoked { partitions, lost } => self.revoked(&partitions, lost)?,
            Input::Gap { partition, resumes_at } => self.gap(partition, resumes_at)?,
            Input::Failed(fault) => self.failed(fault)?,
        }
        Ok(None)
    }

    /// Looks at everything but records: the lists, reports, commits, flow. Gives the time.
    fn turn(&mut self) -> Result<Duration, Halted> {
        let now = self.clock.elapsed();
        self.refresh_due = now + TURN_AFTER;
        self.judge.refresh(self.clock.now(), self.config.stale_after);
        while let Some(report) = self.port.report(Duration::ZERO) {
            self.reported(report)?;
        }
        self.take_up_finished()?;
        if now >= self.commit_due {
            self.commit_due = now + self.config.commit_interval;
            self.commit(Commit::Async);
        }
        if now >= self.show_due {
            self.show_due = now + SHOW_INTERVAL;
            self.board.show(&mut self.partitions, self.in_flight, &self.port);
        }
        self.regulate()?;
        Ok(now)
    }

    /// Does what the verdict asks for and notes it in the partition's ledger.
    fn settle(&mut self, attempt: Attempt, judged: Judged, watch: &Watch) -> Result<(), Halted> {
        self.board.count_findings(&judged);
        let Attempt { partition, offset, epoch, appended_at } = attempt;
        let Some(held) = self.partitions.find_mut(partition) else { return Ok(()) };
        match judged.verdict {
            Verdict::Clear => {
                let partial = judged.passes_over;
                let clear = if partial { Disposition::Partial } else { Disposition::Clear };
                held.ledger.pass(offset, clear);
                if held.ledger.is_settled() {
                    held.calm();
                }
                self.board.stopwatch.sample(watch, appended_at, &self.clock);
                Ok(())
            }
            Verdict::Tell(told) => {
                let dead = told.iter().any(|told| matches!(told.about, About::DeadLetter(_)));
                let told_as = if dead { Disposition::DeadLetter } else { Disposition::Alerted };
                let pending = u32::try_from(told.len()).unwrap_or(u32::MAX);
                held.ledger.wait(offset, pending, epoch, told_as);
                self.send(attempt, told, watch)
            }
            Verdict::Wait(cause) => self.retry(partition, offset, cause),
            Verdict::Later(kept) => self.defer(attempt, kept, watch),
        }
    }

    /// Hands the messages of one event over. If one is refused, the partition goes back to this
    /// event, but the others go out: the Command need not wait for an agency's feed.
    fn send(&mut self, attempt: Attempt, told: Vec<Told>, watch: &Watch) -> Result<(), Halted> {
        let Attempt { partition, offset, epoch, appended_at } = attempt;
        let sent_at = self.clock.now();
        let queued = sent_at.micros_since(appended_at);
        let timings = self.board.stopwatch.timings(watch, queued, self.clock.elapsed());
        let mut refused = None;
        for Told { about, mut message } in told {
            if let About::Notice(..) = about {
                message.headers.push((header::TIMINGS, timings.clone().into_bytes()));
            }
            let ticket = Ticket { partition, offset, epoch, appended_at, sent_at, about };
            match self.port.produce(message, ticket) {
                Ok(()) => self.in_flight += 1,
                Err(Refused::Full) => return self.retry(partition, offset, "queue_full"),
                Err(Refused::Undeliverable(fault)) => refused = refused.or(Some(fault)),
            }
        }
        if let Some(fault) = refused {
            return self.undelivered(partition, offset, fault);
        }
        // Not only at the next turn: many records may come before it, each with many messages.
        if self.in_flight >= self.config.in_flight_max { self.regulate() } else { Ok(()) }
    }

    /// Notes the end of one message.
    fn reported(&mut self, report: Report) -> Result<(), Halted> {
        self.in_flight = self.in_flight.saturating_sub(1);
        self.board.count_report(&report);
        let Report { ticket, at, outcome } = report;
        // An event that went to another lane, or whose attempt was given up, has no use for the
        // report: it is judged again.
        let waiting = self.partitions.find_mut(ticket.partition);
        let waiting = waiting.filter(|held| held.ledger.waits_for(ticket.offset, ticket.epoch));
        let Some(held) = waiting else { return Ok(()) };
        match outcome {
            Err(fault) => self.undelivered(ticket.partition, ticket.offset, fault),
            Ok(()) => {
                held.ledger.acknowledge(ticket.offset);
                if held.ledger.prefix() > ticket.offset {
                    held.calm();
                }
                self.board.count_delivered(&ticket, at);
                Ok(())
            }
        }
    }

    fn undelivered(
        &mut self,
        partition: Partition,
        offset: i64,
        fault: Fault,
    ) -> Result<(), Halted> {
        match fault {
            Fault::Retry(cause) => self.retry(partition, offset, cause),
            Fault::Halt(cause) => Err(Halted(cause)),
            Fault::TooLarge(cause) => {
                if let Some(held) = self.partitions.find_mut(partition) {
                    held.shrink(offset);
                }
                self.retry(partition, offset, cause)
            }
        }
    }

    /// Takes a partition back to the event at `offset` and lets it rest. Events before it go on
    /// waiting for their reports.
    fn retry(
        &mut self,
        partition: Partition,
        offset: i64,
        cause: &'static str,
    ) -> Result<(), Halted> {
        self.board.count_retry(cause);
        let now = self.clock.elapsed();
        let Some(held) = self.partitions.find_mut(partition) else { return Ok(()) };
        let pause = self.config.retry_pause;
        let offset = held.step_back(offset, now, pause, self.config.retry_pause_max);
        tracing::debug!(
            topic = self.board.topic(partition),
            partition = partition.number,
            offset,
            cause,
            "going back"
        );
        self.regulate()?;
        self.seek(partition, offset)
    }

    /// Reads on from `offset`. A client that may read on from elsewhere cannot be used any more: the
    /// events between would be committed unread.
    fn seek(&mut self, partition: Partition, offset: i64) -> Result<(), Halted> {
        self.port.seek(partition, offset).map_err(|fault| match fault {
            Fault::TooLarge(cause) | Fault::Retry(cause) | Fault::Halt(cause) => Halted(cause),
        })
    }

    fn assigned(&mut self, partitions: &[(Partition, i64)]) -> Result<(), Halted> {
        self.board.count_rebalance("assign");
        self.board.count_finished(&mut self.partitions);
        for &(partition, offset) in partitions {
            self.epochs = self.epochs.wrapping_add(0x1_0000);
            self.partitions.take_up(partition, offset, self.epochs);
            tracing::info!(
                topic = self.board.topic(partition),
                partition = partition.number,
                offset,
                "assigned"
            );
        }
        // A client may remember that it was told to stop them when they were ours before.
        let all: Vec<Partition> = partitions.iter().map(|(partition, _)| *partition).collect();
        self.port.flow(&all, true);
        // Before the first record is taken: the lists may hold.
        self.turn().map(drop)
    }

    fn revoked(&mut self, partitions: &[Partition], lost: bool) -> Result<(), Halted> {
        let kind = if lost { "lost" } else { "revoke" };
        self.board.count_rebalance(kind);
        if !lost {
            self.drain(|partition| partitions.contains(&partition))?;
            self.commit(Commit::Sync);
        }
        self.board.count_finished(&mut self.partitions);
        self.partitions.let_go(partitions);
        self.port.release(partitions, lost);
        for partition in partitions {
            self.board.forget_lag(*partition);
            tracing::info!(
                topic = self.board.topic(*partition),
                partition = partition.number,
                lost,
                "released"
            );
        }
        Ok(())
    }

    /// Waits until nothing of these partitions is in flight or in the slow lane, within the drain deadline. What is not
    /// finished by then is not committed: the next owner judges it again, with the same ids.
    fn drain(&mut self, which: impl Fn(Partition) -> bool) -> Result<(), Halted> {
        if planted::has(Bug::DropWithoutFlush) {
            self.partitions.iter_mut().for_each(|held| held.ledger.take_as_delivered());
        }
        let deadline = self.clock.elapsed() + self.config.drain_deadline;
        let settled = |lane: &Self| {
            let mut these = lane.partitions.iter().filter(|held| which(held.partition));
            these.all(|held| held.ledger.is_settled())
        };
        while !settled(self) && self.clock.elapsed() < deadline {
            if self.take_up_finished()? {
                continue;
            }
            if let Some(report) = self.port.report(IDLE_WAIT) {
                self.reported(report)?;
            }
        }
        Ok(())
    }

    /// Commits at the end, again if it fails: a rebalance under way may refuse it for a moment, and
    /// nobody will make it again.
    fn commit_at_last(&mut self) -> Result<(), Halted> {
        let deadline = self.clock.elapsed() + self.config.drain_deadline;
        loop {
            self.commit(Commit::Sync);
            if self.take_answers() {
                return Ok(());
            }
            if self.clock.elapsed() >= deadline {
                tracing::warn!("the last commit was not made in time: its events are read again");
                return Ok(());
            }
            if let Some(report) = self.port.report(IDLE_WAIT) {
                self.reported(report)?;
            }
        }
    }

    fn failed(&self, fault: Fault) -> Result<(), Halted> {
        match fault {
            Fault::Halt(cause) => Err(Halted(cause)),
            // The client goes on trying by itself; that is what it is good at.
            Fault::Retry(cause) | Fault::TooLarge(cause) => {
                self.board.count_retry(cause);
                Ok(())
            }
        }
    }

    /// Lets records flow where they may: not while the lists hold, nor while too much is in flight
    /// (until half of it has landed), nor while a partition rests.
    fn regulate(&mut self) -> Result<(), Halted> {
        let holds = self.judge.standing().holds();
        let max = self.config.in_flight_max;
        let now = self.clock.elapsed();
        let (mut on, mut off) = (Vec::new(), Vec::new());
        for held in self.partitions.iter_mut() {
            let limit = if held.is_flowing() { max } else { max.div_ceil(2) };
            let flow = held.may_flow(now) && !holds && self.in_flight < limit;
            if held.set_flow(flow) {
                let changed = if flow { &mut on } else { &mut off };
                changed.push(held.partition);
            }
        }
        if !off.is_empty() {
            self.port.flow(&off, false);
        }
        if !on.is_empty() {
            self.port.flow(&on, true);
        }
        let missed = self.partitions.iter_mut();
        let missed: Vec<(Partition, i64)> =
            missed.filter_map(|held| Some((held.partition, held.take_missed()?))).collect();
        missed.into_iter().try_for_each(|(partition, offset)| self.seek(partition, offset))
    }

    /// Commits each partition's finished prefix, where it has moved.
    fn commit(&mut self, how: Commit) {
        self.take_answers();
        if how == Commit::Sync {
            // What was asked for in passing may still fail, and soon nobody will be there to hear it.
            let unanswered =
                self.partitions.iter_mut().filter(|held| held.uncommitted_since.is_some());
            unanswered.for_each(|held| held.ledger.recommit());
        }
        let now = self.clock.elapsed();
        let moved = self.partitions.iter_mut();
        let offsets: Vec<(Partition, i64)> =
            moved.filter_map(|held| held.take_commit(now)).collect();
        if !offsets.is_empty() {
            self.port.commit(&offsets, how);
        }
    }

    /// Takes up how earlier commits went; `false` when something is to be committed again.
    fn take_answers(&mut self) -> bool {
        let Committed { some, not_all } = self.port.committed();
        for held in self.partitions.iter_mut() {
            held.uncommitted_since = held.uncommitted_since.filter(|_| !some);
            if not_all {
                held.ledger.recommit();
            }
        }
        !not_all
    }
}
