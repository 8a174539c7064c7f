//! `portcullis check`: are the settings right, and do brokers, topics and registry agree?

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use crate::codec::Contract;
use crate::config::{self, Reader, Settings};
use crate::kafka::{Admin, RegistryApi, RegistryConfig, promises_at_risk};

use super::{Source, say};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Only the settings: speak to nobody
    #[arg(long)]
    offline: bool,
    /// Print a file with every setting, its default and its meaning, and end
    #[arg(long)]
    sample: bool,
}

const ASK_WITHIN: Duration = Duration::from_secs(5);

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    if arguments.sample {
        let mut reader = Reader::sample();
        config::read(&mut reader);
        say(reader.into_sample().trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    let (settings, effective) =
        arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    say(effective.to_string().trim_end())?;
    if arguments.offline {
        anstream::eprintln!("the settings are right");
        return Ok(ExitCode::SUCCESS);
    }
    // Each is asked whatever the other says: all mistakes are told at once.
    let mut findings = look(&settings).unwrap_or_else(|error| vec![error]);
    if let Some(registry) = &settings.registry {
        match look_at_registry(registry, &settings.feeds()) {
            Ok(found) => found.iter().for_each(|line| anstream::eprintln!("{line}")),
            Err(finding) => findings.push(finding),
        }
    }
    if findings.is_empty() {
        anstream::eprintln!(
            "the settings are right, the brokers answer, every topic is as it must be"
        );
        return Ok(ExitCode::SUCCESS);
    }
    for finding in &findings {
        anstream::eprintln!("{finding}");
    }
    Ok(ExitCode::FAILURE)
}

/// What the schema registry knows of the alerts' schema, one sentence for each feed. Registers
/// nothing.
fn look_at_registry(registry: &RegistryConfig, feeds: &[String]) -> Result<Vec<String>, String> {
    let wrong = |why: String| format!("the schema registry cannot be used: {why}");
    let api = RegistryApi::new(registry.clone()).map_err(|error| error.to_string())?;
    api.reach().map_err(wrong)?;
    let mut found = vec!["the schema registry answers".to_owned()];
    for feed in feeds {
        found.push(match api.id(Contract::Alerts, feed).map_err(wrong)? {
            Some(id) => format!("{feed}-value: the schema of alerts has the id {id} there"),
            None => format!("{feed}-value: the schema of alerts is registered there by the first `portcullis run`"),
        });
    }
    Ok(found)
}

/// What is missing or would break a promise, one sentence each.
fn look(settings: &Settings) -> Result<Vec<String>, String> {
    let admin = Admin::new(&settings.kafka).map_err(|error| error.to_string())?;
    let mut topics = admin.topics(ASK_WITHIN).map_err(|error| error.to_string())?;
    let (inputs, written) = (settings.inputs(), settings.written());
    let registers = settings.registers();
    let needed: Vec<&String> = inputs.iter().chain(registers).chain(&written).collect();
    topics.retain(|name, _| needed.contains(&name));
    admin.describe(&mut topics).map_err(|error| error.to_string())?;
    let mut findings = Vec::new();
    for name in &needed {
        if !topics.contains_key(*name) {
            findings.push(format!("{name}: missing; make it with `portcullis topics create`"));
        }
    }
    findings.extend(promises_at_risk(&topics, &inputs, registers, &written));
    Ok(findings)
}
