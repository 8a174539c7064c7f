//! A world's fate as data: what is in it and what goes wrong when, drawn from a seed beforehand, so
//! that it can be told, repeated and made smaller.

use std::fmt;
use std::time::Duration;

use portcullis::pipeline::OnGap;

use super::dice::Dice;
use super::events::Kind;

/// Longer than a report takes in a world where nothing goes wrong.
const DRAIN_IN_PEACE: Duration = Duration::from_millis(200);

/// In one world of so many, some events are finished in the slow lane.
const NAMED_ONE_IN: u64 = 3;

/// Everything that is decided before a world begins.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) seed: u64,
    /// Decides what is nobody's fault: whose turn it is, which record comes next, how long reports
    /// take. 0: each in its order and at once.
    pub(super) noise: u64,
    /// Lanes of the group, as if each were in an instance of its own.
    pub(super) lanes: usize,
    /// The records of each partition.
    pub(super) partitions: Vec<Vec<Planned>>,
    pub(super) in_flight_max: usize,
    /// What the outgoing queue of a lane takes.
    pub(super) queue_max: usize,
    /// How many events of a lane the slow lane has room for.
    pub(super) slow_max: usize,
    pub(super) on_gap: OnGap,
    pub(super) drain_deadline: Duration,
    /// The step in which the registry begins to answer.
    pub(super) registry_from: u32,
    pub(super) faults: Vec<Fault>,
}

/// A record.
#[derive(Clone, Copy)]
pub(super) struct Planned {
    pub(super) offset: i64,
    pub(super) kind: Kind,
}

/// Something that goes wrong, when what it waits for happens for that time, counted from 0.
#[derive(Clone, Copy)]
pub(super) struct Fault {
    pub(super) nth: u32,
    pub(super) what: What,
}

/// What a fault waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// A lane asks what comes next.
    Step,
    Produce,
    Commit,
    Seek,
    /// A lane hands an event over to the slow lane.
    Defer,
}

/// What goes wrong.
#[derive(Clone, Copy)]
pub(super) enum What {
    /// A partition goes to a lane, once it is let go; it may be the one that had it.
    Move { partition: usize, to: usize },
    /// A lane is taken for dead: others have its partitions before it hears of that, some steps
    /// later.
    Lose { lane: usize, heard_after: u32 },
    /// A lane's process is killed.
    Kill { lane: usize },
    /// A lane's client reports an error that it gets over by itself.
    Unreachable,
    /// A lane's client breaks down.
    Fatal,
    /// The reader of the lists falls behind for some steps.
    Hold { steps: u32 },
    /// The lists are emptied and come back after some steps.
    Clear { steps: u32 },
    /// Retention takes records away from here on, some of them unread.
    Trim { partition: usize, reach: i64 },
    /// Records come from partitions that were told to pause.
    Slip { records: u32 },
    /// No report comes for some time.
    Silence { millis: u64 },
    /// The outgoing queue is full.
    Full,
    /// A message is refused at once, for its topic is missing.
    NoFeed,
    /// A message is reported as failed, though it may have been delivered.
    TimedOut { delivered: bool },
    /// The producer is fenced.
    Fenced,
    /// A message's report comes late.
    Late { millis: u64 },
    /// A commit is refused.
    CommitFails,
    /// A commit is made, and reported as failed.
    CommitDisowned,
    /// A commit is not answered, made or not, and others in passing have to wait for it.
    CommitUnanswered { made: bool },
    /// The client may read on from elsewhere.
    SeekFails,
    /// The slow lane takes its time for an event.
    Slow { millis: u64 },
}

impl What {
    pub(super) const fn trigger(self) -> Trigger {
        match self {
            Self::Move { .. }
            | Self::Lose { .. }
            | Self::Kill { .. }
            | Self::Unreachable
            | Self::Fatal
            | Self::Hold { .. }
            | Self::Clear { .. }
            | Self::Trim { .. }
            | Self::Slip { .. }
            | Self::Silence { .. } => Trigger::Step,
            Self::Full
            | Self::NoFeed
            | Self::TimedOut { .. }
            | Self::Fenced
            | Self::Late { .. } => Trigger::Produce,
            Self::CommitFails | Self::CommitDisowned | Self::CommitUnanswered { .. } => {
                Trigger::Commit
            }
            Self::SeekFails => Trigger::Seek,
            Self::Slow { .. } => Trigger::Defer,
        }
    }

    /// The kind of fault, by a word.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Move { .. } => "move",
            Self::Lose { .. } => "lose",
            Self::Kill { .. } => "kill",
            Self::Unreachable => "unreachable",
            Self::Fatal => "fatal",
            Self::Hold { .. } => "hold",
            Self::Clear { .. } => "clear",
            Self::Trim { .. } => "trim",
            Self::Slip { .. } => "slip",
            Self::Silence { .. } => "silence",
            Self::Full => "full",
            Self::NoFeed => "no_feed",
            Self::TimedOut { delivered: true } => "timed_out_delivered",
            Self::TimedOut { delivered: false } => "timed_out",
            Self::Fenced => "fenced",
            Self::Late { .. } => "late",
            Self::CommitFails => "commit_fails",
            Self::CommitDisowned => "commit_disowned",
            Self::CommitUnanswered { made: true } => "commit_unanswered_made",
            Self::CommitUnanswered { made: false } => "commit_unanswered",
            Self::SeekFails => "seek_fails",
            Self::Slow { .. } => "slow",
        }
    }

    /// Every kind of fault.
    pub(super) const NAMES: [&str; 22] = [
        "move",
        "lose",
        "kill",
        "unreachable",
        "fatal",
        "hold",
        "clear",
        "trim",
        "slip",
        "silence",
        "full",
        "no_feed",
        "timed_out_delivered",
        "timed_out",
        "fenced",
        "late",
        "commit_fails",
        "commit_disowned",
        "commit_unanswered_made",
        "commit_unanswered",
        "seek_fails",
        "slow",
    ];

    fn some_move(dice: &mut Dice, lanes: usize, partitions: usize) -> Self {
        let to = dice.below(lanes as u64) as usize;
        Self::Move { partition: dice.below(partitions as u64) as usize, to }
    }

    fn draw(dice: &mut Dice, lanes: usize, partitions: usize) -> Self {
        let lane = dice.below(lanes as u64) as usize;
        let partition = dice.below(partitions as u64) as usize;
        let steps = 1 + dice.below(40) as u32;
        match dice.below(26) {
            0..=2 => Self::some_move(dice, lanes, partitions),
            3 => Self::Lose { lane, heard_after: dice.below(6) as u32 },
            4 => Self::Kill { lane },
            5 => Self::Unreachable,
            6 => Self::Fatal,
            7 => Self::Hold { steps },
            8 => Self::Clear { steps },
            9 => Self::Trim { partition, reach: 1 + dice.below(4) as i64 },
            10 => Self::Slip { records: 1 + dice.below(3) as u32 },
            11 => Self::Silence { millis: 20 + dice.below(300) },
            12 => Self::Full,
            13 => Self::NoFeed,
            14 | 15 => Self::TimedOut { delivered: dice.one_in(2) },
            16 => Self::Fenced,
            17 | 18 => Self::Late { millis: 20 + dice.below(300) },
            19 => Self::CommitFails,
            20 => Self::CommitDisowned,
            21 | 22 => Self::CommitUnanswered { made: dice.one_in(2) },
            23 => Self::SeekFails,
            _ => Self::Slow { millis: 20 + dice.below(600) },
        }
    }
}

impl Plan {
    /// The plan of a seed.
    pub(super) fn of(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let lanes = 1 + dice.below(3) as usize;
        let peace = dice.one_in(10);
        let kinds = if peace { &Kind::EASY[..] } else { &Kind::ALL };
        // Names take longer than all the rest: only some worlds have them.
        let named = dice.one_in(NAMED_ONE_IN);
        let kinds: Vec<Kind> =
            kinds.iter().copied().filter(|kind| named || !kind.is_deferred()).collect();
        let partitions: Vec<Vec<Planned>> =
            (0..1 + dice.below(3)).map(|_| log(&mut dice, &kinds)).collect();
        let records = partitions.iter().map(Vec::len).sum::<usize>() as u64;
        let faults = if dice.one_in(8) { 0 } else { 1 + dice.below(8) };
        let faults = (0..faults).map(|_| {
            let what = match What::draw(&mut dice, lanes, partitions.len()) {
                _ if peace => What::some_move(&mut dice, lanes, partitions.len()),
                what => what,
            };
            let times = match what.trigger() {
                Trigger::Step => 20 + 3 * records,
                Trigger::Produce => 2 + 2 * records,
                Trigger::Commit => 12,
                Trigger::Seek => 3,
                Trigger::Defer => 4,
            };
            Fault { nth: dice.below(times) as u32, what }
        });
        let faults = faults.collect();
        let in_flight_max = 1 + dice.below(12) as usize;
        let queue_max = 6 + dice.below(30) as usize;
        let drain_deadline = Duration::from_millis(dice.any(&[10, 60, 200]));
        Self {
            seed,
            noise: dice.next() | 1,
            lanes,
            partitions,
            in_flight_max,
            queue_max: if peace { queue_max.max(in_flight_max + 4) } else { queue_max },
            slow_max: dice.below(5) as usize,
            on_gap: if dice.one_in(4) { OnGap::Stop } else { OnGap::Resume },
            drain_deadline: if peace { DRAIN_IN_PEACE } else { drain_deadline },
            registry_from: dice.below(60) as u32,
            faults,
        }
    }

    pub(super) fn records(&self) -> usize {
        self.partitions.iter().map(Vec::len).sum()
    }

    /// Whether some of its events are for the slow lane.
    pub(super) fn has_deferred(&self) -> bool {
        self.partitions.iter().flatten().any(|record| record.kind.is_deferred())
    }

    /// How much there is to tell of it.
    pub(super) fn measure(&self) -> u64 {
        let faults = self.faults.iter().map(|fault| 1_000 + u64::from(fault.nth)).sum::<u64>();
        let (lanes, partitions) = (self.lanes as u64, self.partitions.len() as u64);
        let noise = u64::from(self.noise != 0) * 1_000;
        let records = self.partitions.iter().flatten();
        let records = records.map(|record| 1_000 + 10 * record.kind as u64).sum::<u64>();
        let wide = self.in_flight_max as u64 + u64::from(self.registry_from);
        faults + records + (lanes + partitions) * 1_000 + noise + wide
    }

    /// Whether nothing goes wrong: partitions go from lane to lane, with time enough to finish.
    pub(super) fn is_peaceful(&self) -> bool {
        let in_peace = |fault: &Fault| matches!(fault.what, What::Move { .. });
        self.faults.iter().all(in_peace)
            && self.partitions.iter().flatten().all(|record| Kind::EASY.contains(&record.kind))
            && self.drain_deadline >= DRAIN_IN_PEACE
            && self.queue_max >= self.in_flight_max + 4
    }

    /// Whether everything that it speaks of is there.
    pub(super) fn makes_sense(&self) -> bool {
        let (lanes, partitions) = (self.lanes, self.partitions.len());
        let there = |fault: &Fault| match fault.what {
            What::Move { partition, to } => partition < partitions && to < lanes,
            What::Lose { lane, .. } | What::Kill { lane } => lane < lanes,
            What::Trim { partition, .. } => partition < partitions,
            _ => true,
        };
        lanes > 0 && self.faults.iter().all(there)
    }
}

fn log(dice: &mut Dice, kinds: &[Kind]) -> Vec<Planned> {
    let mut next = 0;
    let mut records = Vec::new();
    let most = if dice.one_in(20) { 200 } else { 12 };
    for _ in 0..dice.below(most) {
        // Transactions and compaction leave holes.
        let offset = next + i64::from(dice.one_in(10));
        let kind = if dice.one_in(2) { Kind::Clear } else { dice.any(kinds) };
        records.push(Planned { offset, kind });
        next = offset + 1;
    }
    records
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lanes, in_flight_max, on_gap, drain_deadline, .. } = self;
        writeln!(
            f,
            "A group of {lanes} lanes; at most {in_flight_max} messages in flight; {drain_deadline:?} to \
             drain; after a gap: {on_gap:?}."
        )?;
        for (number, records) in self.partitions.iter().enumerate() {
            for Planned { offset, kind } in records {
                writeln!(f, "  event {number}/{offset} {}", kind.words())?;
            }
        }
        for Fault { nth, what } in &self.faults {
            let (when, time) = match what.trigger() {
                Trigger::Step => ("step", nth),
                Trigger::Produce => ("message", nth),
                Trigger::Commit => ("commit", nth),
                Trigger::Seek => ("seek", nth),
                Trigger::Defer => ("hand-over", nth),
            };
            writeln!(f, "  at {when} {time}: {what}")?;
        }
        Ok(())
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Move { partition, to } => {
                write!(f, "partition {partition} is to go to lane {to}")
            }
            Self::Lose { lane, heard_after } => write!(
                f,
                "lane {lane} is taken for dead, and hears of it {heard_after} steps later"
            ),
            Self::Kill { lane } => write!(f, "lane {lane} is killed"),
            Self::Unreachable => f.write_str("the client reports that no broker answers"),
            Self::Fatal => f.write_str("the client breaks down"),
            Self::Hold { steps } => write!(f, "the lists hold for {steps} steps"),
            Self::Clear { steps } => write!(f, "the lists are empty for {steps} steps"),
            Self::Trim { partition, reach } => {
                write!(f, "retention takes {reach} unread offsets of partition {partition}")
            }
            Self::Slip { records } => write!(f, "{records} records come although paused"),
            Self::Silence { millis } => write!(f, "no report comes for {millis} ms"),
            Self::Full => f.write_str("the outgoing queue is full"),
            Self::NoFeed => f.write_str("its topic is missing"),
            Self::TimedOut { delivered: true } => {
                f.write_str("it is delivered and reported as timed out")
            }
            Self::TimedOut { delivered: false } => f.write_str("it times out"),
            Self::Fenced => f.write_str("the producer is fenced"),
            Self::Late { millis } => write!(f, "its report comes {millis} ms late"),
            Self::CommitFails => f.write_str("it fails"),
            Self::CommitDisowned => f.write_str("it is made and reported as failed"),
            Self::CommitUnanswered { made: true } => f.write_str("it is made and not answered"),
            Self::CommitUnanswered { made: false } => f.write_str("it is not made nor answered"),
            Self::SeekFails => f.write_str("the client does not say where it reads on"),
            Self::Slow { millis } => write!(f, "the slow lane takes {millis} ms longer for it"),
        }
    }
}
