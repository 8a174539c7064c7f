//! `portcullis demo`: the whole product in one process, with a broker inside and invented people.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::Value;

use crate::app::App;
use crate::config::{self, Argument, Reader, Settings};
use crate::domain::{AgencyId, Timestamp};
use crate::kafka::{Courier, EmbeddedBroker, From, Kept, Plan, Tail, wall};
use crate::sim::{self, World};

use super::simulate::{Pace, Publisher, publish_lists};
use super::text::json_line;
use super::truth::Truth;
use super::{alerts, paint, reading, run, say};

#[derive(Args)]
pub(super) struct Arguments {
    /// End after this time, such as 10s or 2m; until Ctrl-C when not given
    #[arg(long, value_parser = duration)]
    duration: Option<Duration>,
    /// Events a second; the broker inside is made for no more than 2,000
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=2_000))]
    rate: u64,
    /// The same seed gives the same people, things and events
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// One JSON object a line: alerts first, at the end a summary
    #[arg(long)]
    json: bool,
    /// Where metrics and readiness are served; port 0 takes any that is free
    #[arg(long, default_value = "127.0.0.1:9464")]
    listen: String,
}

/// Partitions of each input topic of the broker inside.
const PARTITIONS: i32 = 4;
/// Subjects on the lists.
const SUBJECTS: u32 = 2_000;
/// From being announced to crossing: short, so that a short demo shows both.
const TRAVEL_SECONDS: u32 = 3;
/// How long the last alerts may take once no event comes any more.
const SETTLE_WITHIN: Duration = Duration::from_secs(30);

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let stop = run::stop_on_signals()?;
    let world = World::new(sim::Settings {
        travel_seconds: TRAVEL_SECONDS,
        names_alike: config::read(&mut Reader::sample()).naming.is_some(),
        ..sim::Settings::sized(arguments.seed, wall(), SUBJECTS)
    });
    let mut agencies: Vec<AgencyId> =
        world.entries().map(|entry| entry.handling.owner.clone()).collect();
    agencies.sort_unstable();
    agencies.dedup();
    let broker = start_broker(&agencies)?;
    let settings = settings(arguments, &broker.brokers())?;
    let courier = Courier::new(&settings.kafka).map_err(|error| error.to_string())?;
    let entries = publish_lists(&courier, &settings, &world)?;
    let tails = open_tails(&settings, &agencies)?;
    let end_app = Arc::new(AtomicBool::new(false));
    let app =
        App::new(settings.clone(), Arc::clone(&end_app)).map_err(|error| error.to_string())?;
    if !arguments.json {
        let greeting = format_args!(
            "Portcullis demo: a broker inside this process at {}, {entries} list entries about invented people and things,\n\
             {} events a second. Metrics: http://{}/metrics, readiness: /readyz. Ctrl-C ends.\n",
            broker.brokers(),
            arguments.rate,
            app.address()
        );
        say(greeting)?;
    }
    let demo = Demo {
        arguments,
        stop: &stop,
        truth: Mutex::new(Truth::new()?),
        done: AtomicBool::new(false),
    };
    let (events, sending) = std::thread::scope(|scope| -> Result<(u64, Duration), String> {
        let running = scope.spawn(move || app.run());
        let showing = scope.spawn(|| demo.show_alerts(tails));
        let begun = Instant::now();
        let sent =
            demo.send_events(Publisher::new(&courier, &settings, &world, arguments.seed, false));
        let sending = begun.elapsed();
        demo.await_alerts();
        demo.done.store(true, Ordering::Relaxed);
        end_app.store(true, Ordering::Relaxed);
        showing.join().map_err(|_| "showing alerts failed".to_owned())??;
        running
            .join()
            .map_err(|_| "the pipeline failed".to_owned())?
            .map_err(|error| error.to_string())?;
        Ok((sent?, sending))
    })?;
    demo.conclude(events, sending)
}

fn start_broker(agencies: &[AgencyId]) -> Result<EmbeddedBroker, String> {
    let reader_settings = config::read(&mut Reader::sample());
    let plan = Plan {
        inputs: reader_settings.inputs(),
        lists: reader_settings.reader.topic.clone(),
        suppressions: reader_settings.suppressions.clone(),
        outputs: reader_settings.outputs,
        agencies: agencies.to_vec(),
        partitions: PARTITIONS,
        replication: 1,
    };
    let topics = plan.topics();
    EmbeddedBroker::start(topics.iter().map(|topic| (topic.name.as_str(), topic.partitions)))
        .map_err(|error| error.to_string())
}

/// The settings of the demo: the defaults, and what the broker inside needs. It answers an empty
/// fetch only after the whole wait, and gives one batch a fetch; and of two members that join a group
/// at once it now and then leaves one waiting until its session is over.
fn settings(arguments: &Arguments, brokers: &str) -> Result<Settings, String> {
    let set = |key: &str, value: &str, flag: &str| Argument {
        key: key.to_owned(),
        value: value.to_owned(),
        flag: flag.to_owned(),
    };
    let given = vec![
        set("kafka.brokers", brokers, "demo"),
        set("kafka.fetch_wait_ms", "1", "demo"),
        set("kafka.linger_ms", "1.0", "demo"),
        set("lanes.count", "1", "demo"),
        // They are all there before the pipeline starts.
        set("lists.settle_ms", "0", "demo"),
        set("http.listen", &arguments.listen, "--listen"),
        set("log.filter", "warn", "demo"),
    ];
    let mut reader = Reader::new(None, std::iter::empty::<(String, String)>(), given);
    let settings = config::read(&mut reader);
    reader.finish().map_err(|mistakes| mistakes.to_string())?;
    run::start_log(&settings.log)?;
    Ok(settings)
}

/// The Command's feed and every agency's, opened before the first event.
fn open_tails(settings: &Settings, agencies: &[AgencyId]) -> Result<Vec<Tail>, String> {
    let agencies = agencies.iter().map(|agency| settings.outputs.feed(agency));
    let feeds: Vec<String> =
        std::iter::once(settings.outputs.command.clone()).chain(agencies).collect();
    let open = |feed| Tail::open(&settings.kafka, feed, From::Beginning);
    // All at once: each may have to wait a second for its connection.
    std::thread::scope(|scope| {
        let opening: Vec<_> = feeds.iter().map(|feed| scope.spawn(move || open(feed))).collect();
        let opened = opening.into_iter().map(|tail| {
            let tail = tail.join().map_err(|_| "opening a feed failed".to_owned())?;
            tail.map_err(|error| error.to_string())
        });
        opened.collect()
    })
}

struct Demo<'a> {
    arguments: &'a Arguments,
    stop: &'a AtomicBool,
    truth: Mutex<Truth>,
    done: AtomicBool,
}

impl Demo<'_> {
    /// Sends events at the rate until the time is over or somebody stops it; gives how many.
    fn send_events(&self, mut publisher: Publisher<'_>) -> Result<u64, String> {
        let end = self.arguments.duration.map(|duration| Instant::now() + duration);
        let mut pace = Pace::new(self.arguments.rate);
        let mut sent = 0;
        while !self.stop.load(Ordering::Relaxed) && end.is_none_or(|end| Instant::now() < end) {
            pace.wait();
            // Noted before it is sent: its alert may be read before this thread goes on.
            let mut truth = self.truth();
            truth.expect(publisher.publish_next()?);
            sent += 1;
        }
        Ok(sent)
    }

    /// Waits until every alert that must come has come, or too long.
    fn await_alerts(&self) {
        let end = Instant::now() + SETTLE_WITHIN;
        while self.truth().missing() > 0 && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn show_alerts(&self, mut tails: Vec<Tail>) -> Result<(), String> {
        while !self.done.load(Ordering::Relaxed) {
            let mut quiet = true;
            for tail in &mut tails {
                while let Some(kept) = next(tail)? {
                    self.show(&kept)?;
                    quiet = false;
                }
            }
            if quiet {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
        Ok(())
    }

    /// Shows an alert the first time that a notice with all of it is read: of one that is shared,
    /// other agencies get parts.
    fn show(&self, kept: &Kept) -> Result<(), String> {
        let now = wall();
        let alert = reading::shipped_alert(kept).map_err(|error| error.to_string())?;
        if is_part(&alert) {
            return Ok(());
        }
        let latency = occurred_at(&alert).map_or(0, |occurred| now.micros_since(occurred));
        let latency = Duration::from_micros(u64::try_from(latency).unwrap_or(0));
        if !self.truth().note(&alert, latency) {
            return Ok(());
        }
        let text = if self.arguments.json {
            json_line(&alerts::line(&alert))
        } else {
            paint::alert(&alert)
        };
        // A terminal that is gone must not keep the demo from its end.
        if !say(text)? {
            self.stop.store(true, Ordering::Relaxed);
        }
        Ok(())
    }

    fn conclude(&self, events: u64, sending: Duration) -> Result<ExitCode, String> {
        let truth = self.truth();
        let summary = truth.summary(events, sending);
        let text = if self.arguments.json { summary.to_string() } else { sentence(&summary) };
        say(text)?;
        let right = truth.missing() == 0 && truth.unexpected() == 0;
        Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn truth(&self) -> MutexGuard<'_, Truth> {
        self.truth.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn next(tail: &mut Tail) -> Result<Option<Kept>, String> {
    tail.next(Duration::ZERO).map_err(|error| error.to_string())
}

fn sentence(summary: &Value) -> String {
    let number = |key: &str| summary.get(key).and_then(Value::as_f64).unwrap_or_default();
    let named = |key: &str| {
        let events = summary.get(key).and_then(Value::as_array).into_iter().flatten();
        let events: Vec<&str> = events.filter_map(Value::as_str).collect();
        if events.is_empty() { String::new() } else { format!(" ({})", events.join(", ")) }
    };
    let (missing, unexpected) = (named("missing_events"), named("unexpected_events"));
    format!(
        "{} events, {} a second\n\
         {} alerts on {} events that had to alert, {} missing{missing}, {} unexpected{unexpected}\n\
         from event to alert read: median {:.1} ms, 99 in 100 within {:.1} ms\n\
         (with the broker inside, which is no measure of Kafka)",
        number("events"),
        number("events_per_second"),
        number("alerts"),
        number("expected_alerts"),
        number("missing"),
        number("unexpected"),
        number("p50_ms"),
        number("p99_ms")
    )
}

/// Whether this is what an agency gets to see of another's alert.
fn is_part(alert: &Value) -> bool {
    let text = |path: &str| alert.pointer(path).and_then(Value::as_str);
    text("/audience").is_some_and(|audience| text("/owner") != Some(audience))
}

fn occurred_at(alert: &Value) -> Option<Timestamp> {
    crate::codec::parse_rfc3339(alert.pointer("/event/occurred_at")?.as_str()?)
}

/// A length of time: a whole number and `s`, `m` or `h`.
fn duration(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a whole number and s, m or h, such as 10s".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 3_600,
        _ => return Err(wrong()),
    };
    let number: u64 = number.parse().map_err(|_| wrong())?;
    Ok(Duration::from_secs(number.saturating_mul(seconds)))
}
