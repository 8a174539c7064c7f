//! `portcullis bench`: measures Portcullis on the user's own brokers, and writes a report.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use crate::bench::{self, Config, Control, Phases, READY_LINE, Setting, Subject};
use crate::config::{MASK, looks_secret};
use crate::kafka::{library_version, wall};
use crate::report::Machine;

use super::watchlist::RATE;
use super::{Source, run, say};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Folder for report.md, report.json, latency.svg and the logs of what was measured
    #[arg(long, value_name = "DIR", default_value = "bench-report")]
    out: PathBuf,
    /// Small everything: shows in minutes that it works; its figures say little
    #[arg(long)]
    quick: bool,
    /// Only these measurements
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = Phase::value_variants().to_vec())]
    phases: Vec<Phase>,
    /// The same seed gives the same lists and events
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Listed documents; 1000000 when not given
    #[arg(long)]
    entries: Option<u64>,
    /// Listed persons, of many cultures; 1000000 when not given
    #[arg(long)]
    persons: Option<u64>,
    /// Events to work off as fast as it goes; 2000000 when not given
    #[arg(long)]
    backlog: Option<u64>,
    /// One event of the backlog in so many touches a list, and one states somebody listed with a slip
    #[arg(long, default_value_t = 500)]
    hit_every: u64,
    /// Events a second at which latency is measured
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 5_000, 20_000])]
    rates: Vec<u64>,
    /// How long each rate lasts; 60 when not given
    #[arg(long)]
    seconds: Option<u64>,
    /// The same at these rates; of events that touch no list there is no alert to time
    #[arg(long, default_value_t = 50)]
    rate_hit_every: u64,
    /// How often each subject is measured, the subjects taking turns; 3 when not given
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100))]
    repeats: Option<u32>,
    /// Changes of a list; 100 when not given
    #[arg(long)]
    changes: Option<u64>,
    /// Entries a second when the lists are published again, as `watchlist publish --rate` sends them;
    /// 0 sends as fast as it goes
    #[arg(long, default_value_t = RATE)]
    rewrite_rate: u64,
    /// Partitions of each input topic
    #[arg(long, default_value_t = 4)]
    partitions: i32,
    /// Copies of each partition; as many as there are brokers, up to 3, when not given
    #[arg(long)]
    replication: Option<i32>,
    /// Lanes of Portcullis; each control has one loop
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=256))]
    lanes: u32,
    /// What the names of all topics and groups begin with; they are made, and deleted at the end
    #[arg(long, default_value = "portcullis-bench")]
    prefix: String,
    /// Leave the topics there
    #[arg(long)]
    keep: bool,
    /// Version of the brokers, for the report: they do not tell it themselves
    #[arg(long, value_name = "TEXT")]
    broker_version: Option<String>,
    /// Run a control in this process: how the bench starts one
    #[arg(long, value_enum, hide = true, requires_all = ["input", "output"])]
    role: Option<Role>,
    #[arg(long, hide = true)]
    input: Vec<String>,
    #[arg(long, hide = true)]
    output: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Phase {
    /// Events from memory, without Kafka: nanoseconds for each part of the core
    Core,
    /// A backlog worked off as fast as it goes: events a second, CPU an event
    Saturation,
    /// Time from sending to the alert read, at even rates
    Latency,
    /// Time from a change of a list to the first alert by it
    Changes,
    /// Latency while the lists are published again
    Rewrite,
    /// Time from the kill of an instance until another has taken over
    TakeOver,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    Pass,
    Floor,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    run::start_log(&settings.log)?;
    if let Some(role) = arguments.role {
        return control(arguments, role, &settings.kafka);
    }
    let stop = run::stop_on_signals()?;
    let out = arguments.out.display();
    std::fs::create_dir_all(&arguments.out).map_err(|error| format!("{out}: {error}"))?;
    let config = config(arguments, settings.kafka);
    let tell = |text: &str| anstream::eprintln!("{text}");
    let results = bench::run(&config, &stop, &tell).map_err(|error| error.to_string())?;
    let setting = Setting {
        machine: Machine::here(command_line(), wall()),
        librdkafka: library_version(),
        broker: arguments.broker_version.clone(),
    };
    bench::report(&config, &setting, &results).map_err(|error| error.to_string())?;
    say(format_args!("{}", bench::summary(&config.rates, &results)))?;
    say(format_args!("report: {out}/report.md, report.json, latency.svg"))?;
    if results.is_exact() {
        return Ok(ExitCode::SUCCESS);
    }
    anstream::eprintln!(
        "portcullis: answers were missing or wrong, so the figures are void: see {out}/report.md"
    );
    Ok(ExitCode::FAILURE)
}

fn control(
    arguments: &Arguments,
    role: Role,
    kafka: &crate::kafka::Config,
) -> Result<ExitCode, String> {
    let control = Control {
        inputs: arguments.input.clone(),
        output: arguments.output.clone().unwrap_or_default(),
        seed: arguments.seed,
        documents: arguments.entries.unwrap_or_default(),
    };
    let subject = match role {
        Role::Pass => Subject::Pass,
        Role::Floor => Subject::Floor,
    };
    let stop = run::stop_on_signals()?;
    let ready = || say(READY_LINE).map(drop);
    control.run(subject, kafka, &stop, ready).map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

fn config(arguments: &Arguments, kafka: crate::kafka::Config) -> Config {
    let quick = arguments.quick;
    let sized =
        |given: Option<u64>, small, usual| given.unwrap_or(if quick { small } else { usual });
    let wanted = |phase| arguments.phases.contains(&phase);
    Config {
        kafka,
        source: arguments.source.words(),
        out: arguments.out.clone(),
        phases: Phases {
            core: wanted(Phase::Core),
            saturation: wanted(Phase::Saturation),
            latency: wanted(Phase::Latency),
            changes: wanted(Phase::Changes),
            rewrite: wanted(Phase::Rewrite),
            take_over: wanted(Phase::TakeOver),
        },
        seed: arguments.seed,
        documents: sized(arguments.entries, 20_000, 1_000_000),
        persons: sized(arguments.persons, 20_000, 1_000_000),
        backlog: sized(arguments.backlog, 50_000, 2_000_000),
        backlog_every: arguments.hit_every,
        rates: arguments.rates.clone(),
        rate_seconds: sized(arguments.seconds, 5, 60),
        rate_every: arguments.rate_hit_every,
        repeats: arguments.repeats.unwrap_or(if quick { 1 } else { 3 }),
        changes: sized(arguments.changes, 5, 100),
        rewrite_rate: arguments.rewrite_rate,
        partitions: arguments.partitions,
        replication: arguments.replication,
        lanes: arguments.lanes,
        // Groups remember where they stood: each run has names of its own.
        prefix: format!("{}-{}", arguments.prefix, wall().millis()),
        keep: arguments.keep,
    }
}

/// What was typed; a secret among the settings is masked.
pub(super) fn command_line() -> String {
    let words = std::env::args().map(|word| masked(&word));
    words.collect::<Vec<String>>().join(" ")
}

/// A word with the value behind it masked when the setting's name, or the value itself, a table
/// perhaps, looks as if it held a secret.
fn masked(word: &str) -> String {
    let flag = word.split_once('=').filter(|(flag, _)| flag.starts_with("--"));
    let setting = flag.map_or(word, |(_, setting)| setting);
    let given = setting.split_once('=').or(flag);
    match given {
        Some((name, value)) if looks_secret(name) || looks_secret(value) => {
            let shown = word.len() - value.len();
            format!("{}{MASK}", word.get(..shown).unwrap_or_default())
        }
        _ => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_of_a_report_holds_no_secret() {
        for secret in [
            "kafka.security.password=hush",
            "kafka.security.PASSWORD=hush",
            "--set=kafka.security.key_password=hush=hush",
            "registry.token=hush",
            "kafka.client.sasl.oauthbearer.config=hush",
            "registry.basic.auth.user.info=me:hush",
            "kafka.client={\"ssl.key.passphrase\"=\"hush\"}",
            "--set=kafka.client={Secret=\"hush\"}",
            "--password=hush",
        ] {
            let shown = masked(secret);
            assert!(!shown.contains("hush") && shown.ends_with(&format!("={MASK}")), "{shown}");
        }
        assert_eq!(masked("--set=a.secret=b=c"), format!("--set=a.secret={MASK}"));
        for plain in ["kafka.linger_ms=1", "--set=kafka.linger_ms=1", "--prefix=a", "--quick", ""] {
            assert_eq!(masked(plain), plain);
        }
        assert_eq!(masked("kafka.client.keystore=a"), "kafka.client.keystore=a");
    }
}
