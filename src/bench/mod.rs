//! The bench: how fast, on the user's own brokers, beside two bare loops that do less.
//!
//! In: settings and sizes. Out: figures, and a report of them in three forms.
//! Invariants: every figure of one run comes from the same events, brokers and minutes; every
//! subject is a process of its own; no figure without the count of what was owed and came.
//! Absent on purpose: a verdict without the control's figure beside it, and any verdict on a run
//! whose answers were wrong. Its figures stand in the report, marked void, to look for the fault.

mod batch;
mod core;
mod crossing;
mod error;
mod events;
mod figures;
mod json;
mod latency;
mod load;
mod people;
mod plot;
mod process;
mod report;
mod saturation;
mod site;
mod subject;
mod verdict;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::kafka;
use crate::report::Machine;

use batch::Batch;
use load::{Documents, EVENTS_MAX, LATE_MAX, Load, PERSONS_MAX};
use site::Ground;

pub use self::core::{Core, Screening};
pub use batch::{Alike, Exactness};
pub use error::Error;
pub use figures::{
    Changes, Latency, Operation, Results, Rewrite, Round, Saturation, Speed, TakeOver,
};
pub use process::READY_LINE;
pub use report::{report, summary};
pub use subject::{Control, Subject};
pub use verdict::{Verdict, verdicts};

/// How long a subject may take until it is ready.
const READY_WITHIN: Duration = Duration::from_secs(900);
/// How long the last answers may take.
const SETTLE_WITHIN: Duration = Duration::from_secs(120);

/// Where a run took place: a figure without its machine says nothing.
pub struct Setting {
    /// Machine and command.
    pub machine: Machine,
    /// Version of librdkafka.
    pub librdkafka: String,
    /// Version of the brokers, as somebody gave it.
    pub broker: Option<String>,
}

/// What to measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phases {
    /// Events from memory, without Kafka.
    pub core: bool,
    /// A backlog, by all subjects.
    pub saturation: bool,
    /// Even rates, by all subjects.
    pub latency: bool,
    /// A change of a list to the first alert by it.
    pub changes: bool,
    /// The lists published again under load.
    pub rewrite: bool,
    /// An instance killed under load.
    pub take_over: bool,
}

/// How to measure. Holds secrets: has no `Debug`.
pub struct Config {
    /// Brokers and security.
    pub kafka: kafka::Config,
    /// The words that give a child process the same.
    pub source: Vec<OsString>,
    /// Where the report and the subjects' logs go.
    pub out: PathBuf,
    /// What to measure.
    pub phases: Phases,
    /// The same seed gives the same lists and events.
    pub seed: u64,
    /// Listed documents.
    pub documents: u64,
    /// Listed persons, with a good name or two each.
    pub persons: u64,
    /// Events of the backlog.
    pub backlog: u64,
    /// One event in so many of the backlog touches a list, and another states somebody listed with a
    /// slip.
    pub backlog_every: u64,
    /// Events a second.
    pub rates: Vec<u64>,
    /// How long each rate lasts.
    pub rate_seconds: u64,
    /// One event in so many at these rates touches a list: of others there is nothing to read.
    pub rate_every: u64,
    /// How often each subject is measured.
    pub repeats: u32,
    /// Changes of a list.
    pub changes: u64,
    /// Entries a second while the lists are published again.
    pub rewrite_rate: u64,
    /// Partitions of each input topic.
    pub partitions: i32,
    /// Copies of each partition; as many as there are brokers, up to 3, when absent.
    pub replication: Option<i32>,
    /// Lanes of Portcullis; the controls have one loop each.
    pub lanes: u32,
    /// What the names of all topics and groups begin with.
    pub prefix: String,
    /// Whether the topics stay.
    pub keep: bool,
}

/// A bench under way.
struct Bench<'a> {
    config: &'a Config,
    load: &'a Load,
    stop: &'a AtomicBool,
    say: &'a (dyn Fn(&str) + Sync),
}

/// Measures everything. `say` is told what is being done.
///
/// # Errors
/// When Kafka or a subject fails, or it was stopped. Wrong answers are no error here: they stand in
/// the results.
pub fn run(
    config: &Config,
    stop: &AtomicBool,
    say: &(dyn Fn(&str) + Sync),
) -> Result<Results, Error> {
    must_fit(config)?;
    let Config { seed, documents, persons, .. } = *config;
    say(&format!("inventing {persons} persons, and people who are on no list"));
    let load = Load::new(
        Documents { seed, listed: documents },
        persons,
        config.backlog.saturating_add(live_events(config)),
    )?;
    Bench { config, load: &load, stop, say }.run()
}

/// Numbers stand for documents and people: beyond these they would stand for one twice.
fn must_fit(config: &Config) -> Result<(), Error> {
    let Config { documents, persons, changes, partitions, rates, .. } = config;
    let fault = if *documents == 0 || *documents > 100_000_000 || *persons > PERSONS_MAX {
        "--entries must be 1 to 100000000, and --persons no more"
    } else if *changes >= LATE_MAX / 2 {
        "--changes must be less than 100000"
    } else if *partitions < 1 || rates.contains(&0) {
        "--partitions and --rates must be at least 1"
    } else if config.backlog_every == 0 || config.rate_every == 0 {
        "--hit-every and --rate-hit-every must be at least 1"
    } else if config.backlog.saturating_add(live_events(config)) > EVENTS_MAX {
        "so many events are more than the bench can tell apart: lower --backlog or --seconds"
    } else {
        return Ok(());
    };
    Err(Error::Failed(fault.to_owned()))
}

fn live_events(config: &Config) -> u64 {
    let rates = config.rates.iter();
    rates.map(|rate| rate.saturating_mul(config.rate_seconds + 1)).fold(0, u64::saturating_add)
}

impl Bench<'_> {
    fn run(&self) -> Result<Results, Error> {
        let core = self.config.phases.core.then(|| self.core()).transpose()?;
        let ground = Ground::make(self.config)?;
        let mut results = Results { core, ..self.prepare(&ground)? };
        for repeat in 1..=self.config.repeats {
            for subject in order(repeat) {
                let round = self.round(&ground, subject, repeat)?;
                results.rounds.push(round);
            }
        }
        for subject in [Subject::Portcullis, Subject::Names] {
            let operation = self.operate(&ground, subject)?;
            results.operations.extend(operation);
        }
        Ok(results)
    }

    fn core(&self) -> Result<Core, Error> {
        (self.say)("measuring the core alone");
        core::measure(self)
    }

    fn must_go_on(&self) -> Result<(), Error> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
    }

    fn backlog(&self) -> Batch<'_> {
        let partitions = u64::try_from(self.config.partitions).unwrap_or(1);
        Batch {
            load: self.load,
            first: 0,
            count: self.config.backlog.div_ceil(partitions) * partitions,
            every: self.config.backlog_every,
            partitions,
            marked: true,
        }
    }

    /// The events at an even rate, with numbers from `first` on.
    fn batch(&self, first: u64, rate: u64) -> Batch<'_> {
        let count = rate * self.config.rate_seconds + latency::warm_up(rate);
        let every = self.config.rate_every;
        Batch { first, count, every, marked: false, ..self.backlog() }
    }

    fn prepare(&self, ground: &Ground<'_>) -> Result<Results, Error> {
        let load = self.load;
        (self.say)(&format!("publishing {} list entries", load.entries()));
        let begun = Instant::now();
        events::publish(self, &ground.lists, 0..load.entries(), None)?;
        let publish_seconds = begun.elapsed().as_secs_f64();
        if self.config.phases.saturation {
            let backlog = self.backlog();
            (self.say)(&format!("sending a backlog of {} events", backlog.count));
            saturation::fill(self, &ground.backlog, backlog)?;
        }
        Ok(Results {
            event_bytes: load.crowd.mean_length(),
            entries: load.entries(),
            persons: load.persons,
            publish_seconds,
            brokers: ground.brokers(),
            replication: ground.replication(),
            broker_version: ground.broker_version(),
            ..Results::default()
        })
    }

    /// One subject, once.
    fn round(&self, ground: &Ground<'_>, subject: Subject, repeat: u32) -> Result<Round, Error> {
        let name = subject.name();
        (self.say)(&format!("repeat {repeat}, {name}: starting"));
        let site =
            ground.site(subject, &format!("{name}-{repeat}"), self.config.phases.saturation)?;
        let mut process = site.start()?;
        let ready_after = process.await_ready()?;
        let ready = process.usage()?;
        let mut round = Round {
            subject,
            repeat,
            ready_seconds: ready_after.as_secs_f64(),
            ready_bytes: ready.resident_bytes,
            ready_cpu_seconds: ready.cpu.as_secs_f64(),
            saturation: None,
            latency: Vec::new(),
        };
        let backlog = self.backlog();
        if self.config.phases.saturation {
            (self.say)(&format!("repeat {repeat}, {name}: backlog"));
            let measured = saturation::measure(self, &site, subject, &mut process, ready, backlog)?;
            round.saturation = Some(measured);
        }
        // No promise is measured against what passing on takes at an even rate: once is enough.
        if self.config.phases.latency && (subject != Subject::Pass || repeat == 1) {
            let mut first = backlog.count;
            for rate in &self.config.rates {
                (self.say)(&format!("repeat {repeat}, {name}: {rate} events a second"));
                let batch = self.batch(first, *rate);
                let always = |_| Ok(true);
                let latency =
                    latency::open_loop(self, &site, subject, batch, *rate, always, |_| {})?;
                round.latency.push(latency);
                process.must_live()?;
                first += batch.count;
            }
        }
        Ok(round)
    }

    /// What only Portcullis does: its lists change and are written again, it is killed. How names are
    /// compared makes no difference to who takes over.
    fn operate(&self, ground: &Ground<'_>, subject: Subject) -> Result<Option<Operation>, Error> {
        let phases = self.config.phases;
        let with_take_over = phases.take_over && subject == Subject::Portcullis;
        if !(phases.changes || phases.rewrite || with_take_over) {
            return Ok(None);
        }
        let name = subject.name();
        let site = ground.site(subject, &format!("{name}-operation"), false)?;
        let mut process = site.start()?;
        process.await_ready()?;
        let mut first = self.backlog().count;
        let mut run = Operation { subject, changes: None, rewrite: None, take_over: None };
        if phases.changes {
            (self.say)(&format!("{name}: changing a list {} times", self.config.changes));
            let batch = self.batch(first, 1);
            let (changes, sent) = events::changes(self, ground, &site, subject, batch)?;
            run.changes = Some(changes);
            first += sent;
        }
        if phases.rewrite {
            let rate = middle(&self.config.rates);
            (self.say)(&format!("{name}: publishing the lists again under {rate} events a second"));
            let batch = self.batch(first, rate);
            let rewrite = events::rewrite(self, ground, &site, (subject, &process), batch, rate)?;
            run.rewrite = Some(rewrite);
            // More than it can have sent.
            first += batch.count + rate * 600;
        }
        if with_take_over {
            (self.say)("killing one of two instances");
            let batch = self.batch(first, 1);
            run.take_over = Some(events::take_over(self, &site, &mut process, batch)?);
        }
        Ok(Some(run))
    }
}

/// The order of the subjects differs from repeat to repeat, so that what the machine does beside
/// does not always meet the same one.
fn order(repeat: u32) -> [Subject; 4] {
    let mut subjects = Subject::ALL;
    let count = subjects.len();
    subjects.rotate_left(usize::try_from(repeat - 1).unwrap_or(0) % count);
    subjects
}

fn middle(rates: &[u64]) -> u64 {
    let mut rates = rates.to_vec();
    rates.sort_unstable();
    rates.get(rates.len() / 2).copied().unwrap_or(1_000)
}
