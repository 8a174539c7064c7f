//! Single promises of the lane, each in a world of one partition that follows a script.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use portcullis::codec::{Decoder, Format, Limits, SchemaRef};
use portcullis::domain::{Timestamp, Topic};
use portcullis::index::fuzzy;
use portcullis::matching;
use portcullis::metrics::Metrics;
use portcullis::names::Population;
use portcullis::pipeline::{
    Clock, Commit, Committed, Config, Deferred, Destination, Fault, Finished, Input, Judge, Lane,
    Lookup, Message, OnGap, Partition, Port, Record, Refused, Report, Schemas, Ticket, header,
};
use portcullis::watchlist::{Change, Lists, Progress, Writer};

use super::world::{deferred, entries, event};

const NOW: i64 = 1_795_000_000_000_000;
const P: Partition = Partition { input: 0, number: 0 };

/// What comes next, in a script.
enum Step {
    Assigned(i64),
    Revoked,
    /// The record at this offset, after so long a wait; it takes so long to judge.
    Record(i64, Duration, Duration),
    Gap(i64),
    /// Nothing comes, for so long.
    Rest(Duration),
    /// Nothing comes.
    Idle,
    /// The group acknowledges the last commit.
    Acknowledged,
    /// Somebody looks how long finished work is shown to have waited for its commit.
    Seen,
    /// The slow lane finishes the oldest event that it has.
    Finish,
    /// The slow lane has room from now on, or has none.
    Room(bool),
    /// The lists change, before the next step and in the same wait.
    Lists(fn(&mut Writer)),
}

/// What a lane did, in its own order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Did {
    Looked,
    Took(i64),
    Produced(Destination, i64),
    Sought(i64),
    Deferred(i64),
    Committed(i64),
    /// Whole seconds.
    ShownUncommitted(u64),
    Released,
}

#[derive(Clone, Default)]
struct Ticks(Rc<Cell<Duration>>);

impl Ticks {
    fn pass(&self, time: Duration) {
        self.0.set(self.0.get() + time);
    }
}

impl Clock for Ticks {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(NOW + self.0.get().as_micros() as i64).unwrap()
    }

    fn elapsed(&self) -> Duration {
        self.0.get()
    }
}

/// A port that follows a script, acknowledges everything at once, and ends with the script.
struct Script {
    steps: VecDeque<Step>,
    /// The value of the record at an offset.
    value: fn(i64) -> Vec<u8>,
    clock: Ticks,
    writer: Writer,
    reports: VecDeque<Report>,
    answers: Committed,
    slow: SlowLane,
    metrics: Arc<Metrics>,
    did: Rc<RefCell<Vec<Did>>>,
    causes: Rc<RefCell<Vec<String>>>,
    stop: Arc<AtomicBool>,
}

/// A slow lane that follows the script too.
struct SlowLane {
    judge: Judge,
    has_room: bool,
    /// Whether it finishes what it has when the lane waits for it.
    hastens: bool,
    waiting: VecDeque<Box<Deferred>>,
    finished: VecDeque<Finished>,
}

impl SlowLane {
    fn finish(&mut self, now: Timestamp) {
        if let Some(event) = self.waiting.pop_front() {
            self.finished.push_back(event.judge(&mut self.judge, now, STALE_AFTER));
        }
    }
}

impl Script {
    fn did(&self, what: Did) {
        self.did.borrow_mut().push(what);
    }
}

impl Port for Script {
    type Clock = Ticks;

    fn clock(&self) -> Ticks {
        self.clock.clone()
    }

    fn next<R>(&mut self, wait: Duration, read: impl FnOnce(&Record<'_>) -> R) -> Input<R> {
        while let Some(Step::Lists(change)) =
            self.steps.pop_front_if(|step| matches!(step, Step::Lists(_)))
        {
            change(&mut self.writer);
        }
        match self.steps.pop_front() {
            None | Some(Step::Lists(_)) => {
                self.stop.store(true, Ordering::Relaxed);
                Input::Idle
            }
            Some(Step::Assigned(offset)) => Input::Assigned(vec![(P, offset)]),
            Some(Step::Revoked) => Input::Revoked { partitions: vec![P], lost: false },
            Some(Step::Gap(resumes_at)) => Input::Gap { partition: P, resumes_at },
            Some(Step::Idle) => {
                self.clock.pass(wait);
                Input::Idle
            }
            Some(Step::Finish) => {
                self.slow.finish(self.clock.now());
                Input::Idle
            }
            Some(Step::Room(has_room)) => {
                self.slow.has_room = has_room;
                Input::Idle
            }
            Some(Step::Rest(time)) => {
                self.clock.pass(time);
                Input::Idle
            }
            Some(Step::Acknowledged) => {
                self.answers.some = true;
                Input::Idle
            }
            Some(Step::Seen) => {
                let labels = ["border.crossings", "0"];
                let shown = self.metrics.uncommitted_seconds.with_label_values(&labels).get();
                self.did(Did::ShownUncommitted(shown as u64));
                Input::Idle
            }
            Some(Step::Record(offset, waited, takes)) => {
                self.clock.pass(waited);
                self.did(Did::Took(offset));
                let value = (self.value)(offset);
                let input = Input::Record(read(&Record {
                    partition: P,
                    topic: "border.crossings",
                    offset,
                    appended_at: Timestamp::from_micros(NOW).unwrap(),
                    key: None,
                    value: Some(&value),
                    content_type: (value.first() == Some(&b'{')).then_some(b"application/json"),
                    schema_id: None,
                }));
                self.clock.pass(takes);
                input
            }
        }
    }

    fn produce(&mut self, message: Message, ticket: Ticket) -> Result<(), Refused> {
        self.did(Did::Produced(message.destination.clone(), ticket.offset));
        let cause = message.headers.iter().find(|(name, _)| *name == header::CAUSE);
        let cause = cause.map(|(_, word)| String::from_utf8(word.clone()).unwrap());
        self.causes.borrow_mut().extend(cause);
        self.reports.push_back(Report { ticket, at: self.clock.now(), outcome: Ok(()) });
        Ok(())
    }

    fn report(&mut self, wait: Duration) -> Option<Report> {
        if wait.is_zero() {
            self.did(Did::Looked);
        } else if self.reports.is_empty() {
            self.clock.pass(wait);
            if self.slow.hastens {
                self.slow.finish(self.clock.now());
            }
        }
        self.reports.pop_front()
    }

    fn defer(&mut self, event: Box<Deferred>) -> Result<(), Box<Deferred>> {
        if !self.slow.has_room {
            return Err(event);
        }
        self.did(Did::Deferred(event.attempt().offset));
        self.slow.waiting.push_back(event);
        Ok(())
    }

    fn finished(&mut self) -> Option<Finished> {
        self.slow.finished.pop_front()
    }

    fn commit(&mut self, offsets: &[(Partition, i64)], _how: Commit) {
        offsets.iter().for_each(|(_, offset)| self.did(Did::Committed(*offset)));
    }

    fn committed(&mut self) -> Committed {
        std::mem::take(&mut self.answers)
    }

    fn flow(&mut self, _partitions: &[Partition], _on: bool) {}

    fn seek(&mut self, _partition: Partition, offset: i64) -> Result<(), Fault> {
        self.did(Did::Sought(offset));
        Ok(())
    }

    fn release(&mut self, _partitions: &[Partition], _lost: bool) {
        self.did(Did::Released);
    }

    fn end(&self, _partition: Partition) -> Option<i64> {
        None
    }
}

/// A registry that breaks down whenever it is asked.
struct Broken;

impl Schemas for Broken {
    fn look_up(&self, _schema: SchemaRef) -> Lookup {
        panic!("SECRET-4711")
    }
}

/// What came of a script.
struct Ran {
    did: Vec<Did>,
    causes: Vec<String>,
    metrics: Arc<Metrics>,
}

fn run(steps: Vec<Step>, value: fn(i64) -> Vec<u8>, on_gap: OnGap) -> Ran {
    run_with(Lists::new(Vec::new()), steps, value, on_gap, false)
}

/// The same with names that are alike; each search for one meets its bound.
fn run_named(steps: Vec<Step>, hastens: bool) -> Ran {
    let weights = matching::bounds(Arc::new(Population::built_in()));
    let lists = Lists::with_names(Vec::new(), weights);
    run_with(lists, steps, first_deferred, OnGap::Resume, hastens)
}

fn run_with(
    (lists, mut writer): (Arc<Lists>, Writer),
    steps: Vec<Step>,
    value: fn(i64) -> Vec<u8>,
    on_gap: OnGap,
    hastens: bool,
) -> Ran {
    for (offset, entry) in (0..).zip(entries()) {
        let (key, entry) = (entry.key.clone(), Some(entry.clone()));
        writer.apply(Change { key, entry, offset, position: 4, digest: 1, written_at: None });
    }
    show(&mut writer, true);
    let (did, causes) = (Rc::<RefCell<Vec<Did>>>::default(), Rc::default());
    let stop = Arc::<AtomicBool>::default();
    let metrics = Arc::new(Metrics::new("none").unwrap());
    let port = Script {
        steps: steps.into(),
        value,
        clock: Ticks::default(),
        writer,
        reports: VecDeque::new(),
        answers: Committed::default(),
        slow: SlowLane {
            judge: judge(&lists),
            has_room: true,
            hastens,
            waiting: VecDeque::new(),
            finished: VecDeque::new(),
        },
        metrics: Arc::clone(&metrics),
        did: Rc::clone(&did),
        causes: Rc::clone(&causes),
        stop: Arc::clone(&stop),
    };
    let config = Config {
        inputs: vec![(Topic::Crossings, "border.crossings".to_owned())],
        in_flight_max: 1_000,
        commit_interval: Duration::from_millis(5),
        drain_deadline: Duration::from_millis(200),
        retry_pause: Duration::from_millis(20),
        retry_pause_max: Duration::from_millis(200),
        stale_after: STALE_AFTER,
        promise: Duration::from_millis(50),
        on_gap,
    };
    let mut lane = Lane::new(config, port, judge(&lists), Arc::clone(&metrics));
    assert_eq!(lane.run(&stop), Ok(()));
    let (did, causes) = (did.borrow().clone(), causes.borrow().clone());
    Ran { did, causes, metrics }
}

fn judge(lists: &Arc<Lists>) -> Judge {
    let decoder = Decoder::new(Limits::STANDARD).unwrap();
    let judge = Judge::new(Arc::clone(lists), Arc::new(Broken), decoder, Format::Json);
    judge.with_bound(fuzzy::Limits { keys: 0, postings: 0, names: 0 })
}

/// Publishes how the lists stand: loaded, or not yet.
fn show(writer: &mut Writer, loaded: bool) {
    let now = Timestamp::from_micros(NOW).unwrap();
    let progress = Progress { loaded, current_at: Some(now), ..Progress::default() };
    writer.publish(progress, now);
}

fn met(offset: i64) -> Vec<u8> {
    event(&format!("event-{offset}"), &["PLAIN1"], Format::Json)
}

/// The first record is one for the slow lane.
fn first_deferred(offset: i64) -> Vec<u8> {
    if offset == 0 { deferred("event-0") } else { met(offset) }
}

const STALE_AFTER: Duration = Duration::from_secs(86_400);
const AT_ONCE: Duration = Duration::ZERO;

fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

#[test]
fn slow_records_keep_nothing_else_waiting() {
    let records = (0..40).map(|offset| Step::Record(offset, AT_ONCE, milliseconds(6)));
    let steps = std::iter::once(Step::Assigned(0)).chain(records).collect();
    let did = run(steps, met, OnGap::Resume).did;
    let between = did.split(|did| *did == Did::Looked);
    let taken = between.map(|these| these.iter().filter(|did| matches!(did, Did::Took(_))).count());
    assert_eq!(taken.max(), Some(2), "{did:?}");
}

#[test]
fn records_that_come_at_once_are_not_each_followed_by_a_look() {
    let records = (0..64).map(|offset| Step::Record(offset, AT_ONCE, AT_ONCE));
    let steps = std::iter::once(Step::Assigned(0)).chain(records).collect();
    let did = run(steps, met, OnGap::Resume).did;
    let between = did.split(|did| *did == Did::Looked);
    let taken = between.map(|these| these.iter().filter(|did| matches!(did, Did::Took(_))).count());
    assert_eq!(taken.max(), Some(64), "{did:?}");
}

#[test]
fn a_record_after_a_long_wait_is_not_judged_by_what_was_known_before_it() {
    let steps = vec![
        Step::Assigned(0),
        Step::Lists(|writer| show(writer, false)),
        Step::Record(0, milliseconds(500), AT_ONCE),
        Step::Lists(|writer| show(writer, true)),
        Step::Idle,
        Step::Record(0, AT_ONCE, AT_ONCE),
    ];
    let did = run(steps, met, OnGap::Resume).did;
    let before = did.iter().take_while(|did| !matches!(did, Did::Produced(..)));
    let before: Vec<&Did> =
        before.filter(|did| !matches!(did, Did::Looked | Did::Committed(_))).collect();
    assert_eq!(before, [&Did::Took(0), &Did::Sought(0), &Did::Took(0)]);
    assert!(did.contains(&Did::Committed(1)), "{did:?}");
}

#[test]
fn how_long_a_commit_waits_is_shown_until_the_group_acknowledges_it() {
    let seconds = |count| Step::Rest(Duration::from_secs(count));
    let steps = vec![
        Step::Assigned(0),
        Step::Record(0, AT_ONCE, AT_ONCE),
        // It is committed, and nobody answers.
        Step::Idle,
        Step::Idle,
        seconds(3),
        Step::Idle,
        Step::Seen,
        // More is finished meanwhile: the oldest counts.
        Step::Record(1, AT_ONCE, AT_ONCE),
        seconds(2),
        Step::Idle,
        Step::Seen,
        Step::Acknowledged,
        seconds(1),
        Step::Idle,
        Step::Seen,
    ];
    let did = run(steps, met, OnGap::Resume).did;
    let shown = did.iter().filter(|did| matches!(did, Did::ShownUncommitted(_)));
    let expected = [3, 5, 0].map(Did::ShownUncommitted);
    assert!(shown.eq(expected.iter()), "{did:?}");
    assert!(did.contains(&Did::Committed(2)), "{did:?}");
}

/// How many events a run counts as gone unread.
#[test]
fn a_commit_without_an_answer_is_made_again_before_a_partition_is_let_go() {
    let committed = |further: Vec<Step>| {
        let before = vec![Step::Assigned(0), Step::Record(0, AT_ONCE, AT_ONCE)];
        let asked = [Step::Rest(milliseconds(20)), Step::Idle];
        let steps = before.into_iter().chain(asked).chain(further).collect();
        let did = run(steps, met, OnGap::Resume).did;
        did.into_iter().filter(|did| matches!(did, Did::Committed(1))).count()
    };
    assert_eq!(committed(vec![]), 2, "at the end");
    assert_eq!(committed(vec![Step::Revoked]), 2, "when another takes over");
    assert_eq!(committed(vec![Step::Acknowledged, Step::Revoked]), 1);
}

fn lost(ran: &Ran) -> String {
    let text = ran.metrics.encode().unwrap();
    let count = text.lines().find_map(|line| {
        line.strip_prefix("portcullis_gap_records_total{topic=\"border.crossings\"} ")
    });
    count.unwrap_or("none").to_owned()
}

#[test]
fn a_gap_that_is_told_again_is_counted_once() {
    let told = || {
        vec![
            Step::Assigned(5),
            Step::Gap(9),
            Step::Gap(9),
            Step::Revoked,
            Step::Assigned(5),
            Step::Gap(9),
            Step::Gap(12),
        ]
    };
    let standing = run(told(), met, OnGap::Stop);
    assert_eq!(lost(&standing), "7");
    assert!(!standing.did.iter().any(|did| matches!(did, Did::Sought(_))), "{:?}", standing.did);
    let going_on = run(told(), met, OnGap::Resume);
    assert_eq!(lost(&going_on), "7");
    assert_eq!(going_on.did.last(), Some(&Did::Committed(12)));
}

/// The second of three records is one that judging breaks down at.
fn met_or_breaking(offset: i64) -> Vec<u8> {
    let unknown = Format::Avro { schema_id: 9_999 };
    if offset == 1 { event("event-1", &["PLAIN1"], unknown) } else { met(offset) }
}

#[test]
fn a_record_that_judging_breaks_down_at_is_a_dead_letter_and_the_next_is_judged() {
    let records = (0..3).map(|offset| Step::Record(offset, AT_ONCE, AT_ONCE));
    let steps = std::iter::once(Step::Assigned(0)).chain(records).collect();
    let ran = run(steps, met_or_breaking, OnGap::Resume);
    assert_eq!(ran.causes, ["internal"]);
    let dead = Did::Produced(Destination::DeadLetter, 1);
    assert_eq!(ran.did.iter().filter(|did| **did == dead).count(), 1);
    assert!(ran.did.contains(&Did::Produced(Destination::Command, 2)), "{:?}", ran.did);
    assert_eq!(ran.did.last(), Some(&Did::Committed(3)));
    let metrics = ran.metrics.encode().unwrap();
    assert!(metrics.contains("portcullis_dead_letters_total{cause=\"internal\"} 1"), "{metrics}");
}

fn count(ran: &Ran, name: &str) -> u64 {
    let text = ran.metrics.encode().unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().parse().unwrap()
}

/// What was told to the Command, in its order.
fn told(did: &[Did]) -> Vec<i64> {
    let told = |did: &Did| match did {
        Did::Produced(Destination::Command, offset) => Some(*offset),
        _ => None,
    };
    did.iter().filter_map(told).collect()
}

fn record(offset: i64) -> Step {
    Step::Record(offset, AT_ONCE, AT_ONCE)
}

#[test]
fn what_is_handed_over_is_committed_once_it_is_finished_and_keeps_nothing_else_waiting() {
    let before = [Step::Assigned(0), record(0), record(1), Step::Idle, Step::Idle, Step::Idle];
    let after = [Step::Finish, Step::Idle, Step::Idle, Step::Idle];
    let ran = run_named(before.into_iter().chain(after).collect(), false);
    let did = &ran.did;
    assert_eq!(told(did), [1, 0], "{did:?}");
    let commits = did.iter().filter(|did| matches!(did, Did::Committed(_)));
    let mut commits: Vec<&Did> = commits.collect();
    commits.dedup();
    assert_eq!(commits, [&Did::Committed(0), &Did::Committed(2)]);
    let at = |what: &Did| did.iter().position(|did| did == what).unwrap();
    assert!(at(&Did::Deferred(0)) < at(&Did::Took(1)));
    assert!(at(&Did::Produced(Destination::Command, 0)) < at(&Did::Committed(2)), "{did:?}");
    assert_eq!(count(&ran, "portcullis_slow_lane_events_total"), 1);
    assert_eq!(count(&ran, "portcullis_slow_lane_refusals_total"), 0);
    let slow = "portcullis_latency_seconds_count{stage=\"slow_lane\"}";
    assert_eq!(count(&ran, slow), 1);
}

#[test]
fn where_the_slow_lane_has_no_room_the_lane_finishes_the_event_at_once() {
    let steps = vec![Step::Assigned(0), Step::Room(false), record(0), record(1), Step::Idle];
    let ran = run_named(steps, false);
    assert_eq!(told(&ran.did), [0, 1], "{:?}", ran.did);
    assert_eq!(ran.did.last(), Some(&Did::Committed(2)));
    assert_eq!(count(&ran, "portcullis_slow_lane_events_total"), 0);
    assert_eq!(count(&ran, "portcullis_slow_lane_refusals_total"), 1);
    assert_eq!(count(&ran, "portcullis_names_again_total"), 1);
}

#[test]
fn what_is_finished_after_its_partition_was_let_go_is_dropped() {
    let mut steps = vec![Step::Assigned(0), record(0), Step::Revoked, Step::Assigned(0), record(0)];
    // The first is of the time before.
    steps.extend([Step::Finish, Step::Idle, Step::Idle]);
    let ran = run_named(steps, false);
    assert_eq!(told(&ran.did), [0i64; 0], "{:?}", ran.did);
    assert!(!ran.did.contains(&Did::Committed(1)), "{:?}", ran.did);

    let mut steps = vec![Step::Assigned(0), record(0), Step::Revoked, Step::Assigned(0), record(0)];
    steps.extend([Step::Finish, Step::Idle, Step::Finish, Step::Idle, Step::Idle]);
    let ran = run_named(steps, false);
    assert_eq!(told(&ran.did), [0], "{:?}", ran.did);
    assert_eq!(ran.did.last(), Some(&Did::Committed(1)));
}

#[test]
fn a_partition_is_not_let_go_before_what_is_handed_over_is_finished() {
    for end in [vec![Step::Revoked], vec![]] {
        let steps = [Step::Assigned(0), record(0)].into_iter().chain(end).collect();
        let ran = run_named(steps, true);
        assert_eq!(told(&ran.did), [0], "{:?}", ran.did);
        assert!(ran.did.contains(&Did::Committed(1)), "{:?}", ran.did);
    }
}

#[test]
fn what_cannot_be_finished_while_the_lists_hold_is_tried_again() {
    let steps = vec![
        Step::Assigned(0),
        record(0),
        Step::Lists(|writer| show(writer, false)),
        Step::Finish,
        Step::Idle,
        Step::Lists(|writer| show(writer, true)),
        Step::Rest(milliseconds(300)),
        Step::Idle,
        record(0),
        Step::Finish,
        Step::Idle,
        Step::Idle,
    ];
    let ran = run_named(steps, false);
    let retried = "portcullis_retries_total{cause=\"lists_hold\"}";
    assert_eq!(count(&ran, retried), 1);
    assert!(ran.did.contains(&Did::Sought(0)), "{:?}", ran.did);
    assert_eq!(told(&ran.did), [0], "{:?}", ran.did);
    assert_eq!(ran.did.last(), Some(&Did::Committed(1)));
}
