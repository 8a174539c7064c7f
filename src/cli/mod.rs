//! The commands: what a person types, what they read, and the exit status.

mod alerts;
mod bench;
mod check;
mod dead_letter;
mod demo;
mod files;
mod letters;
mod lists;
mod matcher;
mod naming;
mod paint;
mod profiles;
mod progress;
mod quality;
mod reading;
mod register;
mod run;
mod score;
mod screen;
mod simulate;
mod suppress;
mod text;
mod topics;
mod truth;
mod watchlist;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, Parser, Subcommand};

use crate::config::{self, Argument, Effective, Mistakes, Reader, Settings};

/// Polices a border as a stream: screens events from Kafka against watchlists and tells the Border
/// Police Command.
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Screen events until stopped; serves metrics and readiness
    Run(run::Arguments),
    /// See it work: a broker inside this process, invented people, real alerts
    Demo(demo::Arguments),
    /// Show alerts as they come, as one audience sees them
    Alerts(alerts::Arguments),
    /// Publish lists, and show what is published
    #[command(subcommand)]
    Watchlist(watchlist::Command),
    /// Put on record who is not meant by an entry, so that a match by name makes no alert; withdraw and show it
    #[command(subcommand)]
    Suppress(suppress::Command),
    /// Show the records that could not be used and why, and send them again
    #[command(subcommand)]
    DeadLetter(dead_letter::Command),
    /// Publish invented traffic to a broker, and write down what must alert
    Simulate(simulate::Arguments),
    /// Measure how fast it is on your own brokers, beside two bare loops that do less
    Bench(Box<bench::Arguments>),
    /// Judge how good the matcher is on your own labelled cases, and write a report
    Quality(quality::Arguments),
    /// Say of each pair of a file how likely both are one subject
    Score(score::Arguments),
    /// Screen one event or one subject, and explain what it matches; status 3 when something does
    Screen(screen::Arguments),
    /// Check settings, brokers and topics, and print the settings in force; status 1 when something is wrong
    Check(check::Arguments),
    /// Show which topics Portcullis needs beside those that exist, and make what is missing
    #[command(subcommand)]
    Topics(topics::Command),
}

/// Where the settings come from: shared by every command that speaks to Kafka.
#[derive(Args, Clone, Debug)]
struct Source {
    /// Settings file (TOML)
    #[arg(long, value_name = "FILE", env = "PORTCULLIS_CONFIG")]
    config: Option<PathBuf>,
    /// Brokers, as host:port, several separated by commas
    #[arg(long, value_name = "HOST:PORT")]
    brokers: Option<String>,
    /// Any setting by its name in the file, such as lanes.count=2; may be repeated
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<String>,
}

/// Without `=` the setting would be emptied, which nobody means.
fn key_value(text: &str) -> Result<String, String> {
    let written = text.contains('=').then(|| text.to_owned());
    written.ok_or_else(|| "expected KEY=VALUE, such as kafka.group=night".to_owned())
}

/// Writes a line to standard output; `false` when nobody reads any more, as behind `| head`.
fn say(line: impl std::fmt::Display) -> Result<bool, String> {
    match writeln!(anstream::stdout(), "{line}") {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(format!("standard output: {error}")),
    }
}

/// The refusal of what was typed, without it: names, birth dates and documents are typed here, and
/// what is told may end in a log.
fn without_values(mut error: clap::Error) -> clap::Error {
    let hidden = || ContextValue::String("…".to_owned());
    let is_flag = |value: &ContextValue| value.to_string().starts_with('-');
    if error.get(ContextKind::InvalidValue).is_some() {
        error.insert(ContextKind::InvalidValue, hidden());
    }
    // What stands for itself, such as the second word of a name without quotes.
    if error.kind() == ErrorKind::UnknownArgument
        && error.get(ContextKind::InvalidArg).is_some_and(|value| !is_flag(value))
    {
        error.insert(ContextKind::InvalidArg, hidden());
    }
    error
}

/// Runs the command of the process's arguments.
pub fn main() -> ExitCode {
    let arguments = Arguments::try_parse().unwrap_or_else(|error| without_values(error).exit());
    let outcome = match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Alerts(arguments) => alerts::run(&arguments),
        Command::Watchlist(command) => watchlist::run(&command),
        Command::Suppress(command) => suppress::run(&command),
        Command::DeadLetter(command) => dead_letter::run(&command),
        Command::Simulate(arguments) => simulate::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Quality(arguments) => quality::run(&arguments),
        Command::Score(arguments) => score::run(&arguments),
        Command::Screen(arguments) => screen::run(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Topics(command) => topics::run(&command),
    };
    match outcome {
        Ok(code) => code,
        Err(message) => {
            anstream::eprintln!("portcullis: {message}");
            ExitCode::FAILURE
        }
    }
}

impl Source {
    /// The words that give a child process the same settings.
    fn words(&self) -> Vec<OsString> {
        let mut words: Vec<OsString> = Vec::new();
        words.extend(self.config.iter().flat_map(|path| ["--config".into(), path.into()]));
        words.extend(self.brokers.iter().flat_map(|text| ["--brokers".into(), text.into()]));
        words.extend(self.set.iter().flat_map(|text| ["--set".into(), text.into()]));
        words
    }

    /// Reads and checks the settings.
    ///
    /// # Errors
    /// Every mistake there is, each with its place.
    fn settings(&self) -> Result<(Settings, Effective), Mistakes> {
        self.read(self.arguments())
    }

    /// The same for what asks no broker: none need be named.
    fn settings_without_brokers(&self) -> Result<Settings, Mistakes> {
        let (key, flag) = ("kafka.brokers".into(), "--brokers".into());
        let unasked = Argument { key, value: "localhost:9092".into(), flag };
        let arguments = std::iter::once(unasked).chain(self.arguments()).collect();
        self.read(arguments).map(|(settings, _)| settings)
    }

    fn read(&self, arguments: Vec<Argument>) -> Result<(Settings, Effective), Mistakes> {
        let text = self.config.as_ref().map(|path| (path, std::fs::read_to_string(path)));
        let unreadable = match &text {
            Some((path, Err(error))) => Some(files::unreadable(path, error)),
            _ => None,
        };
        let file = match &text {
            Some((path, Ok(text))) => Some((path.as_path(), text.as_str())),
            _ => None,
        };
        let mut reader = Reader::new(file, std::env::vars_os(), arguments);
        reader.allow_variables(&["PORTCULLIS_CONFIG", "PORTCULLIS_CACHE"]);
        if let Some(text) = unreadable {
            reader.mistake("", format!("the settings file cannot be read: {text}"));
        }
        let settings = config::read(&mut reader);
        reader.finish().map(|effective| (settings, effective))
    }

    fn arguments(&self) -> Vec<Argument> {
        let brokers = self.brokers.iter().map(|brokers| Argument {
            key: "kafka.brokers".into(),
            value: brokers.clone(),
            flag: "--brokers".into(),
        });
        let set = self.set.iter().map(|text| {
            let (key, value) = text.split_once('=').unwrap_or((text, ""));
            Argument { key: key.into(), value: value.into(), flag: format!("--set {key}") }
        });
        brokers.chain(set).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_refusal_repeats_what_was_typed() {
        for typed in [
            &["screen", "Erika", "SECRET"][..],
            &["screen", "Erika", "--born", "SECRET"],
            &["screen", "Erika", "--nationality", "SECRET"],
            &["screen", "Erika", "--sex", "SECRET"],
            &["screen", "Erika", "--schema", "SECRET"],
            &["screen", "Erika", "--limit", "SECRET"],
            &["screen", "Erika", "--least", "SECRET"],
            &["screen", "--identifier", "document:SECRET@SECRET"],
            &["screen", "--identifier", "SECRET:1"],
            &["screen", "--name", "Erika", "--birth-date", "SECRET"],
            &["screen", "--kind", "SECRET"],
        ] {
            let words = std::iter::once("portcullis").chain(typed.iter().copied());
            let Err(error) = Arguments::try_parse_from(words) else { panic!("{typed:?}") };
            assert!(error.to_string().contains("SECRET"), "the test shows nothing: {typed:?}");
            let error = without_values(error);
            assert!(!error.to_string().contains("SECRET"), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
        let Err(error) = Arguments::try_parse_from(["portcullis", "screen", "--brn"]) else {
            panic!("an unknown flag")
        };
        assert!(without_values(error).to_string().contains("--brn"));
    }

    #[test]
    fn what_would_be_ignored_is_refused() {
        for typed in [
            "screen Mustermann --birth-date 1964-08-12",
            "screen Mustermann --limit 0",
            "screen --queries a.csv --schema vessel",
            "screen --queries a.csv --born 1964",
            "screen --identifier imo:9074729 --limit 3",
            "screen --identifier imo:9074729 --mode balanced",
            "screen --identifier imo:9074729 --least 0.5",
            "screen --identifier imo:9074729 --kind cash",
        ] {
            let words = std::iter::once("portcullis").chain(typed.split(' '));
            assert!(Arguments::try_parse_from(words).is_err(), "{typed}");
        }
        for typed in [
            "screen Mustermann --born 1964-08-12 --limit 1 --schema vessel --mode balanced",
            "screen --queries a.csv --limit 3 --least 0.5",
            "screen --name Mustermann --birth-date 1964-08-12",
            "screen --event - --kind cash",
        ] {
            let words = std::iter::once("portcullis").chain(typed.split(' '));
            assert!(Arguments::try_parse_from(words).is_ok(), "{typed}");
        }
    }
}
