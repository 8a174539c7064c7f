//! The world around the lanes: brokers, the group, lists and a clock, all in memory. It moves only
//! when a lane asks something of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use portcullis::domain::Timestamp;
use portcullis::metrics::Disposition;
use portcullis::pipeline::{Committed, Fault as Outcome, OnGap, Partition, Ticket};
use portcullis::watchlist::{Change, Progress, Writer};

use super::bugs::Bug;
use super::dice::Dice;
use super::events::{Kind, entries};
use super::plan::{Plan, Trigger, What};
use super::slow::Slow;

/// The world begins at this instant.
pub(super) const NOW: i64 = 1_795_000_000_000_000;

/// A record in its partition's log, and what has become of it.
pub(super) struct Logged {
    pub(super) offset: i64,
    pub(super) kind: Kind,
    pub(super) value: Rc<[u8]>,
    /// A lane has come to a verdict that needs no message.
    pub(super) judged: bool,
    /// Fell out of retention before it was finished: nothing is owed for it.
    pub(super) excused: bool,
    /// Messages reported as delivered: where to, and which alert.
    pub(super) acknowledged: BTreeSet<(String, Vec<u8>)>,
}

impl Logged {
    /// Whether everything that is owed for it has been done.
    pub(super) fn finished(&self) -> bool {
        self.excused
            || match self.kind.disposition() {
                Disposition::Clear | Disposition::Partial => self.judged,
                Disposition::Alerted => self.acknowledged.len() == self.kind.messages(),
                Disposition::DeadLetter => {
                    self.acknowledged.iter().any(|(to, _)| to == "DeadLetter")
                }
            }
    }
}

/// A partition as its brokers and its group know it.
pub(super) struct Log {
    pub(super) records: Vec<Logged>,
    /// The first offset that is still there, and the one after the last.
    pub(super) low: i64,
    pub(super) end: i64,
    pub(super) committed: i64,
    /// The lane that has it, and the one that gets it once it is free.
    pub(super) owner: Option<usize>,
    pub(super) heir: usize,
    /// Whether the owner is to let it go.
    pub(super) leaving: bool,
}

/// A partition as a lane's client knows it.
pub(super) struct Place {
    pub(super) partition: usize,
    pub(super) next: i64,
    pub(super) paused: bool,
    pub(super) gap_told: bool,
}

/// A lane's client.
#[derive(Default)]
pub(super) struct Client {
    pub(super) places: Vec<Place>,
    /// What the lane has to be told, and after how many steps of its own.
    pub(super) inbox: VecDeque<(u32, Told)>,
    /// The group takes it for dead, and it has not heard of that.
    pub(super) fenced: bool,
    /// How its commits went, as far as it was told.
    pub(super) answers: Committed,
    /// Until then a commit is not answered.
    pub(super) busy_until: Duration,
    /// The record that was handed over in this step, and when.
    pub(super) handed: Option<(usize, usize, Duration)>,
    /// Records that came unpaused although the lists had held for a while.
    pub(super) flowed: u32,
    /// Whether it has heard that it is taken for dead, and has not let go yet.
    pub(super) bereft: bool,
    /// When it was told that partitions are to go.
    pub(super) revoked_at: Duration,
    /// Whether its next report is an invention, for a bug.
    pub(super) invents: bool,
    /// Where it stood when it was last made anew, for a bug.
    pub(super) stood: BTreeMap<usize, i64>,
}

/// What a lane has to be told.
pub(super) enum Told {
    Assigned(usize),
    Revoked(Vec<usize>, bool),
}

/// A message on its way.
pub(super) struct Flying {
    pub(super) lane: usize,
    pub(super) due: Duration,
    pub(super) ticket: Ticket,
    pub(super) to: (String, Vec<u8>),
    pub(super) outcome: Result<(), Outcome>,
}

impl Flying {
    /// The same message once more, for a bug.
    pub(super) fn again(&self) -> Option<Self> {
        let Self { lane, due, ticket, to, outcome } = self;
        let first = !to.1.ends_with(b" again");
        let to = (to.0.clone(), [&to.1[..], b" again"].concat());
        let (lane, due, outcome) = (*lane, *due, *outcome);
        first.then(|| Self { lane, due, ticket: ticket.clone(), to, outcome })
    }
}

/// Everything but the lanes.
pub(super) struct World {
    pub(super) plan: Plan,
    pub(super) bug: Option<Bug>,
    noise: Dice,
    pub(super) clock: Duration,
    /// How often what faults wait for has happened.
    counts: [u32; 5],
    pub(super) logs: Vec<Log>,
    pub(super) clients: Vec<Client>,
    pub(super) flying: Vec<Flying>,
    /// What finishes events for all lanes, and what it has in hand.
    pub(super) slow: Slow,
    /// Lanes to be made anew before their next step, and why.
    pub(super) doomed: Vec<(usize, &'static str)>,
    /// A digest of the first bytes delivered for each alert and audience of a record.
    pub(super) first: HashMap<(usize, i64, String, Vec<u8>), u64>,
    writer: Writer,
    /// Since when the lists hold, and the step in which they come back.
    pub(super) holds: Option<(Duration, u32)>,
    pub(super) slips: u32,
    pub(super) registry: Arc<AtomicBool>,
    /// Whether each event was finished by one owner, so that the counts must be exact.
    pub(super) exact: bool,
    pub(super) fired: Vec<&'static str>,
    pub(super) violation: Option<String>,
    /// What happened, where somebody wants to know.
    story: Option<Vec<String>>,
}

impl World {
    pub(super) fn new(
        plan: &Plan,
        bug: Option<Bug>,
        (writer, registry): (Writer, Arc<AtomicBool>),
        slow: Slow,
        told: bool,
    ) -> Self {
        let lanes = plan.lanes;
        let mut world = Self {
            noise: Dice(plan.noise),
            clock: Duration::ZERO,
            counts: [0; 5],
            logs: plan.partitions.iter().enumerate().map(|at| log(at, lanes)).collect(),
            clients: (0..lanes).map(|_| Client::default()).collect(),
            flying: Vec::new(),
            slow,
            doomed: Vec::new(),
            first: HashMap::new(),
            writer,
            holds: None,
            slips: 0,
            registry,
            exact: true,
            fired: Vec::new(),
            violation: None,
            story: told.then(Vec::new),
            plan: plan.clone(),
            bug,
        };
        world.fill_lists();
        world
    }

    /// Notes what happens, for the story.
    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        let clock = self.clock;
        if let Some(story) = &mut self.story {
            story.push(format!("{clock:>9?}  {}", what()));
        }
    }

    pub(super) fn take_story(&mut self) -> Vec<String> {
        self.story.take().unwrap_or_default()
    }

    /// Notes that a promise is broken. The first counts.
    pub(super) fn violated(&mut self, what: String) {
        self.note(|| format!("BROKEN: {what}"));
        self.violation.get_or_insert(what);
    }

    /// Chance that is nobody's fault; always 0 in a world without noise.
    pub(super) fn noise(&mut self, end: u64) -> u64 {
        if self.plan.noise == 0 { 0 } else { self.noise.below(end) }
    }

    /// As [`Self::noise`], for what seldom happens.
    pub(super) fn noise_one_in(&mut self, count: u64) -> bool {
        self.plan.noise != 0 && self.noise.one_in(count)
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp::from_micros(NOW + self.clock.as_micros() as i64).unwrap()
    }

    pub(super) fn steps(&self) -> u32 {
        self.counts[Trigger::Step as usize]
    }

    /// The faults that come now: counts what they wait for.
    pub(super) fn due(&mut self, trigger: Trigger) -> Vec<What> {
        let count = &mut self.counts[trigger as usize];
        let nth = *count;
        *count += 1;
        let faults = self.plan.faults.iter();
        let due = faults.filter(|fault| fault.nth == nth && fault.what.trigger() == trigger);
        due.map(|fault| fault.what).collect()
    }

    pub(super) fn fire(&mut self, what: What) {
        self.fired.push(what.name());
        self.note(|| format!("FAULT: {what}"));
    }

    /// Begins a step of a lane: the world moves.
    pub(super) fn begin_step(&mut self) -> Option<Outcome> {
        let step = self.steps();
        let due = self.due(Trigger::Step);
        if step == self.plan.registry_from {
            self.registry.store(true, Ordering::Relaxed);
            self.note(|| "the registry answers".to_owned());
        }
        if self.holds.is_some_and(|(_, until)| until <= step) {
            self.fill_lists();
        }
        let mut error = None;
        for what in due {
            error = self.strike(what).or(error);
        }
        self.assign_what_is_free();
        error
    }

    /// A fault of the world comes; gives the error that the client reports whose step this is.
    fn strike(&mut self, what: What) -> Option<Outcome> {
        match what {
            What::Move { partition, to } => {
                let log = &mut self.logs[partition];
                let owner = log.owner?;
                if log.heir != owner || log.leaving || self.clients[owner].fenced {
                    return None;
                }
                (log.heir, log.leaving) = (to, true);
                self.fire(what);
                self.clients[owner].inbox.push_back((0, Told::Revoked(vec![partition], false)));
            }
            What::Lose { lane, heard_after } => {
                if self.plan.lanes == 1 || self.clients[lane].fenced {
                    return None;
                }
                self.fire(what);
                let lost = self.take_from(lane);
                let client = &mut self.clients[lane];
                client.fenced = true;
                // What it was told of its partitions and has not heard is void; it hears at last
                // that all are gone.
                client.inbox.clear();
                let held = client.places.iter().map(|place| place.partition);
                let gone: BTreeSet<usize> = held.chain(lost).collect();
                client
                    .inbox
                    .push_back((heard_after, Told::Revoked(gone.into_iter().collect(), true)));
                self.exact = false;
            }
            What::Kill { lane } => {
                self.fire(what);
                self.doomed.push((lane, "killed"));
            }
            What::Unreachable => {
                self.fire(what);
                return Some(Outcome::Retry("broker_unreachable"));
            }
            What::Fatal => {
                self.fire(what);
                return Some(Outcome::Halt("fatal"));
            }
            What::Hold { steps } => {
                self.fire(what);
                self.hold(steps);
                if self.bug != Some(Bug::ScreensBlindly) {
                    self.show_lists(false);
                }
            }
            What::Clear { steps } => {
                self.fire(what);
                self.hold(steps);
                self.writer.clear();
            }
            What::Trim { partition, reach } => self.trim(what, partition, reach),
            What::Slip { records } => {
                self.fire(what);
                self.slips += records;
            }
            What::Silence { millis } => {
                self.fire(what);
                let pause = Duration::from_millis(millis);
                self.flying.iter_mut().for_each(|flying| flying.due += pause);
            }
            _ => {}
        }
        None
    }

    /// Takes all partitions from a lane; they go to the others.
    pub(super) fn take_from(&mut self, lane: usize) -> Vec<usize> {
        let others = self.plan.lanes;
        let mut taken = Vec::new();
        for (partition, log) in self.logs.iter_mut().enumerate() {
            if log.owner == Some(lane) {
                log.owner = None;
                taken.push(partition);
                if log.heir == lane {
                    log.heir = (lane + 1) % others;
                }
            }
        }
        taken
    }

    /// Gives partitions that nobody has to their heirs.
    fn assign_what_is_free(&mut self) {
        for (partition, log) in self.logs.iter_mut().enumerate() {
            if log.owner.is_none() && !self.clients[log.heir].fenced {
                (log.owner, log.leaving) = (Some(log.heir), false);
                self.clients[log.heir].inbox.push_back((0, Told::Assigned(partition)));
            }
        }
    }

    /// Retention takes records away that were not read yet.
    fn trim(&mut self, what: What, partition: usize, reach: i64) {
        let owner = self.logs[partition].owner;
        let places = owner.map(|owner| &self.clients[owner].places);
        let place = places.and_then(|all| all.iter().find(|place| place.partition == partition));
        let log = &mut self.logs[partition];
        let next = place.map_or(log.committed, |place| place.next).max(log.low);
        if next >= log.end {
            return;
        }
        log.low = (next + reach).min(log.end);
        let low = log.low;
        for record in log.records.iter_mut().filter(|record| record.offset < low) {
            record.excused |= !record.finished();
        }
        self.exact = false;
        self.fire(what);
        self.note(|| format!("partition {partition} begins with offset {low} now"));
    }

    fn hold(&mut self, steps: u32) {
        let since = self.holds.map_or(self.clock, |(since, _)| since);
        self.holds = Some((since, self.steps() + steps));
    }

    fn fill_lists(&mut self) {
        for (offset, entry) in (0..).zip(entries()) {
            self.writer.apply(Change {
                key: entry.key.clone(),
                entry: Some(entry.clone()),
                offset,
                position: 4,
                digest: offset as u64 + 1,
                written_at: None,
            });
        }
        self.show_lists(true);
        self.holds = None;
        self.clients.iter_mut().for_each(|client| client.flowed = 0);
    }

    fn show_lists(&mut self, loaded: bool) {
        let now = self.now();
        let progress = Progress { loaded, current_at: Some(now), ..Progress::default() };
        self.writer.publish(progress, now);
        self.note(|| if loaded { "the lists are loaded" } else { "the lists hold" }.to_owned());
    }

    /// Whether everything is done that can be done.
    pub(super) fn is_done(&self) -> bool {
        let quiet = self
            .plan
            .faults
            .iter()
            .all(|fault| fault.what.trigger() != Trigger::Step || fault.nth < self.steps());
        quiet
            && self.doomed.is_empty()
            && self.clients.iter().all(|client| client.inbox.is_empty() && !client.fenced)
            && (0..self.logs.len())
                .all(|at| self.logs[at].committed == self.logs[at].end || self.stands(at))
    }

    /// Whether a partition was left standing before a gap.
    pub(super) fn stands(&self, partition: usize) -> bool {
        let low = self.logs[partition].low;
        let places = self.clients.iter().flat_map(|client| &client.places);
        let mut these = places.filter(|place| place.partition == partition);
        self.plan.on_gap == OnGap::Stop && these.any(|at| at.gap_told || at.next < low)
    }
}

pub(super) fn partition(number: usize) -> Partition {
    Partition { input: 0, number: number as i32 }
}

fn log((number, planned): (usize, &Vec<super::plan::Planned>), lanes: usize) -> Log {
    let record = |planned: &super::plan::Planned| Logged {
        offset: planned.offset,
        kind: planned.kind,
        value: planned.kind.value(number, planned.offset),
        judged: false,
        excused: false,
        acknowledged: BTreeSet::new(),
    };
    Log {
        records: planned.iter().map(record).collect(),
        low: 0,
        end: planned.last().map_or(0, |last| last.offset + 1),
        committed: 0,
        owner: None,
        heir: number % lanes,
        leaving: false,
    }
}
