//! `portcullis topics`: the topics that Portcullis needs beside those that exist.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::config::Settings;
use crate::domain::AgencyId;
use crate::kafka::{Admin, Existing, Plan, TopicSpec};

use super::{Source, say};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show what is missing and what differs; change nothing; status 2 when something is missing
    Plan(Arguments),
    /// Make the topics that are missing; leave those that exist as they are
    Create(Arguments),
}

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Partitions of each input topic
    #[arg(long, default_value_t = 4)]
    partitions: i32,
    /// Copies of each partition; as many as there are brokers, up to 3, when not given
    #[arg(long)]
    replication: Option<i32>,
    /// Also a feed for this agency, beside those of the setting agencies; may be repeated
    #[arg(long = "agency", value_name = "AGENCY", value_parser = AgencyId::parse)]
    agencies: Vec<AgencyId>,
    /// Only these topics
    #[arg(value_name = "TOPIC")]
    only: Vec<String>,
}

const ASK_WITHIN: Duration = Duration::from_secs(10);

pub(super) fn run(command: &Command) -> Result<ExitCode, String> {
    let (Command::Plan(arguments) | Command::Create(arguments)) = command;
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let admin = Admin::new(&settings.kafka).map_err(|error| error.to_string())?;
    let mut existing = admin.topics(ASK_WITHIN).map_err(|error| error.to_string())?;
    let planned = planned(arguments, &settings, admin.brokers())?;
    existing.retain(|name, _| planned.iter().any(|spec| spec.name == *name));
    admin.describe(&mut existing).map_err(|error| error.to_string())?;
    let missing = compare(&planned, &existing)?;
    match command {
        Command::Plan(_) => {
            Ok(if missing.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(2) })
        }
        Command::Create(_) => create(&admin, &missing),
    }
}

fn planned(
    arguments: &Arguments,
    settings: &Settings,
    brokers: usize,
) -> Result<Vec<TopicSpec>, String> {
    let replication =
        arguments.replication.unwrap_or_else(|| i32::try_from(brokers.clamp(1, 3)).unwrap_or(1));
    let mut agencies = settings.agencies.clone();
    agencies.extend(arguments.agencies.iter().cloned());
    agencies.sort_unstable();
    agencies.dedup();
    let plan = Plan {
        inputs: settings.inputs(),
        lists: settings.reader.topic.clone(),
        suppressions: settings.suppressions.clone(),
        outputs: settings.outputs.clone(),
        agencies,
        partitions: arguments.partitions,
        replication,
    };
    let mut topics = plan.topics();
    if !arguments.only.is_empty() {
        let unknown: Vec<&str> = arguments
            .only
            .iter()
            .filter(|name| topics.iter().all(|spec| spec.name != **name))
            .map(String::as_str)
            .collect();
        if !unknown.is_empty() {
            return Err(format!(
                "not in the plan: {}; `portcullis topics plan` shows what is",
                unknown.join(", ")
            ));
        }
        topics.retain(|spec| arguments.only.contains(&spec.name));
    }
    Ok(topics)
}

/// Shows each planned topic beside what exists; gives those that are missing.
fn compare(
    planned: &[TopicSpec],
    existing: &BTreeMap<String, Existing>,
) -> Result<Vec<TopicSpec>, String> {
    let mut missing = Vec::new();
    for spec in planned {
        let TopicSpec { name, partitions, replication, settings } = spec;
        match existing.get(name) {
            None => {
                let settings: Vec<String> =
                    settings.iter().map(|(key, value)| format!("{key}={value}")).collect();
                let settings = settings.join(" ");
                say(format_args!(
                    "missing  {name}  partitions={partitions} replication={replication} {settings}"
                ))?;
                missing.push(spec.clone());
            }
            Some(existing) => match spec.differences(existing).as_slice() {
                [] => drop(say(format_args!("ok       {name}"))?),
                differences => {
                    say(format_args!("differs  {name}  {}", differences.join("; ")))?;
                }
            },
        }
    }
    Ok(missing)
}

fn create(admin: &Admin, missing: &[TopicSpec]) -> Result<ExitCode, String> {
    if missing.is_empty() {
        say("nothing to make")?;
        return Ok(ExitCode::SUCCESS);
    }
    let failures = admin.create(missing).map_err(|error| error.to_string())?;
    for spec in missing.iter().filter(|spec| failures.iter().all(|(name, _)| *name != spec.name)) {
        say(format_args!("made     {}", spec.name))?;
    }
    for (name, why) in &failures {
        anstream::eprintln!("failed   {name}  {why}");
    }
    Ok(if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
