//! `portcullis simulate`: publishes invented traffic to any broker, and writes down what must alert.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::json;

use crate::codec::{self, Contract, Format};
use crate::config::Settings;
use crate::domain::{EntryKey, Topic};
use crate::kafka::{Courier, wall};
use crate::pipeline::header;
use crate::sim::{self, World};

use super::{Source, run};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Number of events
    #[arg(long, default_value_t = 10_000)]
    events: u64,
    /// Events a second; 0 for as fast as they go
    #[arg(long, default_value_t = 1_000)]
    rate: u64,
    /// The same seed gives the same people, things and events
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Subjects on the lists
    #[arg(long, default_value_t = 2_000)]
    subjects: u32,
    /// Publish the invented lists first, into the list topic; their owners need feeds: border-force,
    /// crime-agency, customs, police
    #[arg(long)]
    lists: bool,
    /// Where to write what must alert: one JSON object a line, with event_id, entries, and possible:
    /// entries that are met as well where the names tell enough
    #[arg(long, value_name = "FILE")]
    truth: Option<PathBuf>,
    /// Encode events as JSON and not as Avro
    #[arg(long)]
    json: bool,
}

const SEND_WITHIN: Duration = Duration::from_secs(60);
const NO_WORLD: &str = "the generator has no more invented people: choose another seed";

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let world = World::new(sim::Settings {
        names_alike: settings.naming.is_some(),
        ..sim::Settings::sized(arguments.seed, wall(), arguments.subjects)
    });
    let courier = Courier::new(&settings.kafka).map_err(|error| error.to_string())?;
    if arguments.lists {
        let published = publish_lists(&courier, &settings, &world)?;
        anstream::eprintln!("{published} list entries published to {}", settings.reader.topic);
    }
    let mut truth = match &arguments.truth {
        None => None,
        Some(path) => {
            let file =
                File::create(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Some(BufWriter::new(file))
        }
    };
    let stop = run::stop_on_signals()?;
    let mut publisher = Publisher::new(&courier, &settings, &world, arguments.seed, arguments.json);
    let mut pace = Pace::new(arguments.rate);
    let mut sent = 0;
    while sent < arguments.events && !stop.load(Ordering::Relaxed) {
        pace.wait();
        let Due { event_id, entries, possible } = publisher.publish_next()?;
        sent += 1;
        let is_worth_a_line = !entries.is_empty() || !possible.is_empty();
        if let Some(file) = truth.as_mut().filter(|_| is_worth_a_line) {
            let line = json!({"event_id": event_id, "entries": entries, "possible": possible});
            writeln!(file, "{line}").map_err(|error| format!("--truth: {error}"))?;
        }
    }
    if let Some(mut file) = truth {
        file.flush().map_err(|error| format!("--truth: {error}"))?;
    }
    let outcome = courier.settle(SEND_WITHIN);
    anstream::eprintln!(
        "{sent} events sent; {} records acknowledged, {} failed",
        outcome.delivered,
        outcome.failed
    );
    Ok(if outcome.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Publishes every entry of the world's lists, and waits until the broker has them all: an event sent
/// before would be screened against a part. Gives how many.
pub(super) fn publish_lists(
    courier: &Courier,
    settings: &Settings,
    world: &World,
) -> Result<usize, String> {
    let format = Format::Avro { schema_id: Contract::Entries.id() };
    let mut sent = 0;
    for entry in world.entries() {
        let value = codec::encode_entry(&entry, format).map_err(|error| error.to_string())?;
        let headers: [(&str, &[u8]); 1] = [(header::CONTENT_TYPE, b"avro/binary")];
        courier.send(
            &settings.reader.topic,
            Some(entry.key.to_string().as_bytes()),
            Some(&value),
            &headers,
        );
        sent += 1;
    }
    match courier.settle(SEND_WITHIN).failed {
        0 => Ok(sent),
        failed => Err(format!(
            "{failed} of {sent} list entries were not acknowledged, so no event was sent: check that {} exists",
            settings.reader.topic
        )),
    }
}

/// What an event must come to.
pub(super) struct Due {
    pub(super) event_id: String,
    /// Entries that it must be met by.
    pub(super) entries: Vec<String>,
    /// Entries that it may be met by as well.
    pub(super) possible: Vec<String>,
}

/// Sends the events of a world, each to the topic of its kind.
pub(super) struct Publisher<'a> {
    courier: &'a Courier,
    traffic: sim::Traffic,
    topics: Vec<(Topic, String)>,
    json: bool,
}

impl<'a> Publisher<'a> {
    pub(super) fn new(
        courier: &'a Courier,
        settings: &Settings,
        world: &World,
        seed: u64,
        json: bool,
    ) -> Self {
        Self { courier, traffic: world.traffic(seed), topics: settings.lane.inputs.clone(), json }
    }

    /// Sends the next event; gives what it must come to.
    pub(super) fn publish_next(&mut self) -> Result<Due, String> {
        let planned = self.traffic.next(wall()).ok_or(NO_WORLD)?;
        let event = &planned.event;
        let kind = event.topic();
        let schema_id = Contract::Events(kind).id();
        let (format, content_type): (_, &[u8]) = if self.json {
            (Format::Json, b"application/json")
        } else {
            (Format::Avro { schema_id }, b"avro/binary")
        };
        let value = codec::encode_event(event, format).map_err(|error| error.to_string())?;
        let id = event.id.as_str();
        let topic = self.topics.iter().find(|(of, _)| *of == kind);
        let (_, topic) =
            topic.ok_or_else(|| format!("no topic is configured for {}", kind.name()))?;
        self.courier.send(
            topic,
            Some(id.as_bytes()),
            Some(&value),
            &[(header::CONTENT_TYPE, content_type)],
        );
        let keys = |keys: &[EntryKey]| keys.iter().map(ToString::to_string).collect();
        let (entries, possible) = (keys(planned.expected), keys(planned.possible));
        Ok(Due { event_id: id.to_owned(), entries, possible })
    }
}

/// An even rate, by the clock.
///
/// What a sleep overslept is made up for, so that the rate holds. What somebody else held up is not:
/// after a broker that blocked for a minute, a minute's worth at once would be what the rate is to
/// prevent.
pub(super) struct Pace {
    interval: Option<Duration>,
    due: Instant,
}

/// The most that is made up for: some sleeps, and no burst.
const LATE_MAX: Duration = Duration::from_millis(20);

impl Pace {
    /// So many a second; 0 is as fast as it goes.
    pub(super) fn new(rate: u64) -> Self {
        let interval = (rate > 0).then(|| Duration::from_secs_f64(1.0 / rate as f64));
        Self { interval, due: Instant::now() }
    }

    /// Sleeps until the next one is due.
    pub(super) fn wait(&mut self) {
        let early = self.early(Instant::now());
        if !early.is_zero() {
            std::thread::sleep(early);
        }
    }

    /// How long it is until the next one is due, which is then taken as done.
    fn early(&mut self, now: Instant) -> Duration {
        let Some(interval) = self.interval else { return Duration::ZERO };
        let oldest = now.checked_sub(LATE_MAX).unwrap_or(now);
        let due = self.due.max(oldest);
        self.due = due + interval;
        due.saturating_duration_since(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_rate_holds_over_sleeps_that_are_too_long() {
        let mut pace = Pace::new(1_000);
        let start = pace.due;
        let mut now = start;
        for _ in 0..1_000 {
            let early = pace.early(now);
            // Each sleep takes half a millisecond more than asked for, each turn of work some.
            now += if early.is_zero() { MS / 10 } else { early + MS / 2 };
        }
        assert!((now - start).abs_diff(1_000 * MS) < 30 * MS, "{:?}", now - start);
    }

    #[test]
    fn what_was_held_up_is_not_made_up_for_in_a_burst() {
        let mut pace = Pace::new(1_000);
        let start = pace.due;
        pace.early(start);
        // The broker blocked for a minute: at most what fits into the moment made up for is at once.
        let now = start + Duration::from_secs(60);
        let at_once = (0..60_000).take_while(|_| pace.early(now).is_zero()).count();
        assert!((1..=21).contains(&at_once), "{at_once}");
    }

    #[test]
    fn no_rate_is_as_fast_as_it_goes() {
        let mut pace = Pace::new(0);
        assert!((0..10_000).all(|_| pace.early(Instant::now()).is_zero()));
    }
}
