//! `portcullis watchlist`: publishes lists, and shows what is published.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};

use crate::codec::{self, Contract, Format};
use crate::config::Settings;
use crate::domain::{Entry, EntryKey, ListId};
use crate::kafka::{Courier, RegistryApi, wall};
use crate::pipeline::header;

use super::lists::{self, Refused, Topic};
use super::simulate::Pace;
use super::text::json_line;
use super::{Source, say};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make the published lists equal to a file: what changed is sent, what is gone is removed
    Publish(Publish),
    /// Show entries, one JSON object a line: holds personal data
    Show(Show),
    /// Show how many entries each list has, in force and covert, and its newest change
    Stats(Stats),
}

#[derive(Args)]
pub(super) struct Publish {
    #[command(flatten)]
    source: Source,
    /// CSV (.csv) or JSON lines (.jsonl); `--columns` explains the CSV columns
    #[arg(required_unless_present = "columns")]
    file: Option<PathBuf>,
    /// Explain the CSV columns and end
    #[arg(long)]
    columns: bool,
    /// Show what would change; change nothing
    #[arg(long)]
    dry_run: bool,
    /// Refuse to remove more than this share of a list, 0 to 1: half a file is a common mistake
    #[arg(long, default_value_t = 0.1, value_name = "SHARE")]
    remove_max: f64,
    /// Send no more than so many changes a second: a whole list at once takes the brokers from the
    /// events; 0 sends as fast as it goes
    #[arg(long, default_value_t = RATE)]
    rate: u64,
    /// A list to compare even when the file has no entry of it any more; may be repeated
    #[arg(long = "list", value_name = "LIST")]
    lists: Vec<String>,
}

#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    source: Source,
    /// Only this list
    #[arg(long)]
    list: Option<String>,
    /// Only this entry, as LIST/ENTRY
    #[arg(long)]
    entry: Option<String>,
}

#[derive(Args)]
pub(super) struct Stats {
    #[command(flatten)]
    source: Source,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Changes a second that brokers and instances take beside their events without much ado.
pub(super) const RATE: u64 = 25_000;
const SEND_WITHIN: Duration = Duration::from_secs(60);

pub(super) fn run(command: &Command) -> Result<ExitCode, String> {
    match command {
        Command::Publish(arguments) if arguments.columns => explain_columns(),
        Command::Publish(arguments) => publish(arguments),
        Command::Show(arguments) => show(arguments),
        Command::Stats(arguments) => stats(arguments),
    }
}

fn explain_columns() -> Result<ExitCode, String> {
    for (name, meaning) in crate::formats::columns() {
        say(format_args!("{name:<14} {meaning}"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What publishing changes.
#[derive(Default)]
struct Difference {
    added: Vec<Entry>,
    changed: Vec<Entry>,
    removed: Vec<EntryKey>,
    unchanged: usize,
}

fn publish(arguments: &Publish) -> Result<ExitCode, String> {
    let file = arguments.file.as_ref().ok_or("a file is needed")?;
    let entries = lists::from_file(file)?;
    tell_unmet(entries.iter());
    let mut names: BTreeSet<ListId> = entries.iter().map(|entry| entry.key.list.clone()).collect();
    for name in &arguments.lists {
        names.insert(ListId::parse(name).map_err(|error| format!("--list {name}: {error}"))?);
    }
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let topic = lists::from_topic(&settings)?;
    let held = held(&topic, &names);
    let difference = compare(entries, &topic, &names);
    difference.show()?;
    if let Some(text) = difference.removes_too_much(&held, arguments.remove_max) {
        return Err(text);
    }
    if arguments.dry_run {
        say("dry run: nothing was changed")?;
        return Ok(ExitCode::SUCCESS);
    }
    let schema_id = schema_id(&settings, Contract::Entries, &settings.reader.topic)?;
    let format = Format::Avro { schema_id };
    let courier = Courier::new(&settings.kafka).map_err(|error| error.to_string())?;
    send(&courier, &settings.reader.topic, &difference, format, arguments.rate)?;
    let outcome = courier.settle(SEND_WITHIN);
    if outcome.failed > 0 {
        return Err(format!(
            "{} of the changes were not acknowledged: publish again, which sends only what is missing",
            outcome.failed
        ));
    }
    say(format_args!("published: {} changes acknowledged", outcome.delivered))?;
    Ok(ExitCode::SUCCESS)
}

/// How many entries each of the lists has in the topic.
fn held(topic: &Topic, names: &BTreeSet<ListId>) -> BTreeMap<ListId, usize> {
    let mut held: BTreeMap<ListId, usize> = names.iter().map(|name| (name.clone(), 0)).collect();
    for key in topic.keys() {
        if let Some(count) = held.get_mut(&key.list) {
            *count += 1;
        }
    }
    held
}

fn compare(entries: Vec<Entry>, topic: &Topic, names: &BTreeSet<ListId>) -> Difference {
    let mut difference = Difference::default();
    let stay: BTreeSet<EntryKey> = entries.iter().map(|entry| entry.key.clone()).collect();
    for entry in entries {
        match topic.entries.get(&entry.key) {
            // Whatever stood there before: an instance that starts later reads the newest alone.
            _ if topic.spoilt.contains(&entry.key) => difference.changed.push(entry),
            None => difference.added.push(entry),
            Some(published) if published.entry == entry => difference.unchanged += 1,
            Some(_) => difference.changed.push(entry),
        }
    }
    let keys = topic.keys().into_iter();
    let gone = keys.filter(|key| names.contains(&key.list) && !stay.contains(*key));
    difference.removed = gone.cloned().collect();
    difference
}

impl Difference {
    fn show(&self) -> Result<(), String> {
        for entry in &self.added {
            say(format_args!("+ {}", entry.key))?;
        }
        for entry in &self.changed {
            say(format_args!("~ {}", entry.key))?;
        }
        for key in &self.removed {
            say(format_args!("- {key}"))?;
        }
        say(format_args!(
            "{} added, {} changed, {} removed, {} unchanged",
            self.added.len(),
            self.changed.len(),
            self.removed.len(),
            self.unchanged
        ))?;
        Ok(())
    }

    /// Half a file is the commonest mistake there is, and it would blind us.
    fn removes_too_much(&self, held: &BTreeMap<ListId, usize>, share_max: f64) -> Option<String> {
        held.iter().find_map(|(list, count)| {
            let removed = self.removed.iter().filter(|key| key.list == *list).count();
            let share = removed as f64 / (*count).max(1) as f64;
            (share > share_max).then(|| format!(
                "{removed} of {count} entries of {} would be removed, more than the share of {share_max} that is allowed: \
                 check that the file is whole, or allow it with --remove-max",
                list.as_str()
            ))
        })
    }
}

/// The id that readers of a topic know the schema of its records by: the registry's, where there is
/// one.
pub(super) fn schema_id(
    settings: &Settings,
    contract: Contract,
    topic: &str,
) -> Result<u32, String> {
    let Some(registry) = &settings.registry else { return Ok(contract.id()) };
    let api = RegistryApi::new(registry.clone()).map_err(|error| error.to_string())?;
    api.register(contract, topic).map_err(|why| {
        format!("the schema cannot be registered for {topic} ({why}): nothing was published")
    })
}

fn send(
    courier: &Courier,
    topic: &str,
    difference: &Difference,
    format: Format,
    rate: u64,
) -> Result<(), String> {
    let mut pace = Pace::new(rate);
    for entry in difference.added.iter().chain(&difference.changed) {
        let value = codec::encode_entry(entry, format).map_err(|error| error.to_string())?;
        let headers: [(&str, &[u8]); 1] = [(header::CONTENT_TYPE, b"avro/binary")];
        pace.wait();
        courier.send(topic, Some(entry.key.to_string().as_bytes()), Some(&value), &headers);
    }
    for key in &difference.removed {
        pace.wait();
        courier.send(topic, Some(key.to_string().as_bytes()), None, &[]);
    }
    Ok(())
}

fn show(arguments: &Show) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let topic = lists::from_topic(&settings)?;
    let wanted = |key: &EntryKey| {
        arguments.list.as_ref().is_none_or(|list| key.list.as_str() == list)
            && arguments.entry.as_ref().is_none_or(|entry| key.to_string() == *entry)
    };
    for published in topic.entries.iter().filter(|(key, _)| wanted(key)).map(|(_, entry)| entry) {
        let json = codec::encode_entry(&published.entry, Format::Json)
            .map_err(|error| error.to_string())?;
        if !say(json_line(&String::from_utf8_lossy(&json)))? {
            return Ok(ExitCode::SUCCESS);
        }
    }
    tell_refused(&topic);
    Ok(ExitCode::SUCCESS)
}

fn stats(arguments: &Stats) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let topic = lists::from_topic(&settings)?;
    let now = wall();
    let mut lists: BTreeMap<&str, (usize, usize, usize, i64)> = BTreeMap::new();
    for (key, published) in &topic.entries {
        let row = lists.entry(key.list.as_str()).or_default();
        row.0 += 1;
        row.1 += usize::from(published.entry.in_force(now));
        row.2 += usize::from(published.entry.handling.covert);
        row.3 = row.3.max(published.offset);
    }
    for (list, (entries, in_force, covert, newest)) in lists {
        if arguments.json {
            let row = serde_json::json!({"list": list, "entries": entries, "in_force": in_force, "covert": covert, "newest_offset": newest});
            say(row)?;
        } else {
            say(format_args!(
                "{list:<32} {entries:>9} entries  {in_force:>9} in force  {covert:>6} covert  newest change at offset {newest}"
            ))?;
        }
    }
    tell_unmet(topic.entries.values().map(|published| &published.entry));
    tell_refused(&topic);
    Ok(ExitCode::SUCCESS)
}

/// An entry that looks like one that works, and does not, is worse than none.
fn tell_unmet<'a>(entries: impl Iterator<Item = &'a Entry>) {
    let unmet = entries.filter(|entry| !entry.can_be_met()).count();
    if unmet > 0 {
        anstream::eprintln!(
            "{unmet} entries can be met by no event: give them an identifier, or a date of birth that \
             is known to the day"
        );
    }
}

fn tell_refused(topic: &Topic) {
    for Refused { partition, offset, why } in &topic.refused {
        anstream::eprintln!("refused: partition {partition} offset {offset}: {why}");
    }
}
