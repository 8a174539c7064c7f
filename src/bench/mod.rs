//! The bench: how fast, on the user's own brokers, beside two bare loops that do less.
//!
//! In: settings and sizes. Out: figures, and a report of them in three forms.
//! Invariants: every figure of one run comes from the same events, brokers and minutes; every
//! subject is a process of its own; no figure without the count of what was owed and came.
//! Absent on purpose: a verdict without the control's figure beside it, and any verdict on a run
//! whose answers were wrong. Its figures stand in the report, marked void, to look for the fault.

mod batch;
mod core;
mod error;
mod events;
mod figures;
mod json;
mod latency;
mod load;
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
use load::{EVENTS_MAX, LATE_MAX, Load};
use site::Ground;

pub use self::core::Core;
pub use batch::Exactness;
pub use error::Error;
pub use figures::{Changes, Latency, Results, Rewrite, Round, Saturation, Speed, TakeOver};
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
    /// All entries published again under load.
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
    /// Listed persons.
    pub persons: u64,
    /// Events of the backlog.
    pub backlog: u64,
    /// One event in so many of the backlog touches a list.
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
    Bench { config, stop, say }.run()
}

impl Bench<'_> {
    fn run(&self) -> Result<Results, Error> {
        self.must_fit()?;
        let core = self.config.phases.core.then(|| self.core()).transpose()?;
        let ground = Ground::make(self.config)?;
        let mut results = Results { core, ..self.prepare(&ground)? };
        for repeat in 1..=self.config.repeats {
            for subject in order(repeat) {
                let round = self.round(&ground, subject, repeat)?;
                results.rounds.push(round);
            }
        }
        self.operate(&ground, &mut results)?;
        Ok(results)
    }

    fn core(&self) -> Result<Core, Error> {
        (self.say)("measuring the core alone");
        core::measure(self)
    }

    fn must_go_on(&self) -> Result<(), Error> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::Stopped) } else { Ok(()) }
    }

    /// Numbers stand for people: beyond these they would stand for somebody twice.
    fn must_fit(&self) -> Result<(), Error> {
        let Config { documents, changes, partitions, rates, .. } = self.config;
        let fault = if *documents == 0 || *documents > 100_000_000 {
            "--entries must be 1 to 100000000"
        } else if *changes >= LATE_MAX {
            "--changes must be less than 100000"
        } else if *partitions < 1 || rates.contains(&0) {
            "--partitions and --rates must be at least 1"
        } else if self.config.backlog_every == 0 || self.config.rate_every == 0 {
            "--hit-every and --rate-hit-every must be at least 1"
        } else if self.config.backlog + self.live_events() > EVENTS_MAX {
            "so many events are more than the bench can tell apart: lower --backlog or --seconds"
        } else {
            return Ok(());
        };
        Err(Error::Failed(fault.to_owned()))
    }

    fn live_events(&self) -> u64 {
        let rates = self.config.rates.iter();
        rates
            .map(|rate| rate.saturating_mul(self.config.rate_seconds + 1))
            .fold(0, u64::saturating_add)
    }

    fn load(&self) -> Load {
        let Config { seed, documents, persons, .. } = *self.config;
        Load { seed, documents, persons }
    }

    fn backlog(&self) -> Batch {
        let partitions = u64::try_from(self.config.partitions).unwrap_or(1);
        Batch {
            load: self.load(),
            first: 0,
            count: self.config.backlog.div_ceil(partitions) * partitions,
            every: self.config.backlog_every,
            partitions,
            marked: true,
        }
    }

    /// The events at an even rate, with numbers from `first` on.
    fn batch(&self, first: u64, rate: u64) -> Batch {
        let count = rate * self.config.rate_seconds + latency::warm_up(rate);
        let every = self.config.rate_every;
        Batch { first, count, every, marked: false, ..self.backlog() }
    }

    fn prepare(&self, ground: &Ground<'_>) -> Result<Results, Error> {
        let load = self.load();
        (self.say)(&format!("publishing {} list entries", load.entries()));
        let begun = Instant::now();
        events::publish(self, &ground.lists, load, None)?;
        let publish_seconds = begun.elapsed().as_secs_f64();
        if self.config.phases.saturation {
            let backlog = self.backlog();
            (self.say)(&format!("sending a backlog of {} events", backlog.count));
            saturation::fill(self, &ground.backlog, backlog)?;
        }
        Ok(Results {
            event_bytes: load::Writer::new(load)?.length(),
            entries: load.entries(),
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
        if self.config.phases.latency {
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

    /// What only Portcullis does: its lists change and are written again, it is killed.
    fn operate(&self, ground: &Ground<'_>, results: &mut Results) -> Result<(), Error> {
        let phases = self.config.phases;
        if !(phases.changes || phases.rewrite || phases.take_over) {
            return Ok(());
        }
        let site = ground.site(Subject::Portcullis, "operation", false)?;
        let mut process = site.start()?;
        process.await_ready()?;
        let mut first = self.backlog().count;
        if phases.changes {
            (self.say)(&format!("changing a list {} times", self.config.changes));
            let batch = self.batch(first, 1);
            let (changes, sent) = events::changes(self, ground, &site, batch)?;
            results.changes = Some(changes);
            first += sent;
        }
        if phases.rewrite {
            let rate = middle(&self.config.rates);
            (self.say)(&format!("publishing the lists again under {rate} events a second"));
            let batch = self.batch(first, rate);
            let rewrite = events::rewrite(self, ground, &site, &process, batch, rate)?;
            results.rewrite = Some(rewrite);
            // More than it can have sent.
            first += batch.count + rate * 600;
        }
        if phases.take_over {
            (self.say)("killing one of two instances");
            let batch = self.batch(first, 1);
            results.take_over = Some(events::take_over(self, &site, &mut process, batch)?);
        }
        Ok(())
    }
}

/// The order of the subjects differs from repeat to repeat, so that what the machine does beside
/// does not always meet the same one.
fn order(repeat: u32) -> [Subject; 3] {
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
