//! `portcullis suppress`: who is not meant by an entry, put on record, withdrawn, shown.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::json;

use crate::codec::{self, Contract, Format, parse_rfc3339, rfc3339};
use crate::config::Settings;
use crate::domain::{
    AgencyId, Date, Entry, EntryKey, Fingerprint, Folded, Identifier, Name, OfficerRef, Pair,
    PairId, SubjectKey, Suppression, Term, Timestamp,
};
use crate::kafka::{Courier, wall};
use crate::pipeline::header;

use super::text::{json_line, shown};
use super::{Source, lists, register, say, screen, watchlist};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Put on record that a subject is not the one an entry is about: its matches by name with that
    /// entry make no alert, until it expires or the entry states something else
    Add(Add),
    /// Withdraw a judgement and erase it
    Remove(Remove),
    /// Show what is on record and whether it is in force: holds personal data
    List(List),
}

/// Who is not meant.
#[derive(Args)]
struct Who {
    /// What the subject states: document:NUMBER@STATE, eori:NUMBER or imo:NUMBER
    #[arg(long, value_name = "KIND:VALUE[@STATE]", value_parser = screen::identifier)]
    identifier: Option<Identifier>,
    /// The name that the subject states, as "SURNAME, GIVEN NAMES". With --identifier, the judgement
    /// holds for whoever states both; alone, for whoever states no document
    #[arg(long, requires = "birth_date")]
    name: Option<String>,
    /// The birth date that goes with the name, YYYY-MM-DD
    #[arg(long, value_parser = screen::date, requires = "name")]
    birth_date: Option<Date>,
}

#[derive(Args)]
pub(super) struct Add {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    who: Who,
    /// The entry that does not mean the subject
    #[arg(long, value_name = "LIST/ENTRY", value_parser = entry_key)]
    entry: EntryKey,
    /// The agency that judged: the owner of the entry
    #[arg(long, value_parser = AgencyId::parse)]
    agency: AgencyId,
    /// The unit that judged
    #[arg(long)]
    unit: String,
    /// The officer, as the unit refers to him
    #[arg(long, value_parser = OfficerRef::parse)]
    officer: OfficerRef,
    /// Why the subject is not the one the entry is about
    #[arg(long)]
    reason: String,
    /// Until just before when: YYYY-MM-DD (UTC), or an RFC 3339 time; at most 366 days from now
    #[arg(long, value_parser = instant)]
    expires: Timestamp,
    /// Look the entry up in this list file (.csv, .jsonl) instead of the list topic
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// Show what would be silenced; write nothing
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
pub(super) struct Remove {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    who: Who,
    /// The entry
    #[arg(long, value_name = "LIST/ENTRY", value_parser = entry_key, required_unless_present = "id")]
    entry: Option<EntryKey>,
    /// The number of the judgement, as the log and `list` have it, instead of subject and entry
    #[arg(long, conflicts_with_all = ["identifier", "name", "entry"])]
    id: Option<String>,
}

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    source: Source,
    /// Only those about entries of this list
    #[arg(long)]
    list: Option<String>,
    /// Only those about this entry
    #[arg(long, value_name = "LIST/ENTRY", value_parser = entry_key)]
    entry: Option<EntryKey>,
    /// Only the one with this number, as the log has it
    #[arg(long)]
    id: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

const SEND_WITHIN: Duration = Duration::from_secs(60);

pub(super) fn run(command: &Command) -> Result<ExitCode, String> {
    match command {
        Command::Add(arguments) => add(arguments),
        Command::Remove(arguments) => remove(arguments),
        Command::List(arguments) => list(arguments),
    }
}

fn add(arguments: &Add) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let entry = find(arguments, &settings)?;
    let suppression = judged(arguments, &entry, wall())?;
    explain(&suppression, &entry)?;
    let known = register::from_topic(&settings)?;
    if let Some(before) = known.pairs.get(&suppression.pair.id()) {
        let until = rfc3339(before.term.expires());
        say(format_args!(
            "replaces the judgement of {} ({}), which lasts until {until}",
            shown(&before.unit),
            before.officer.as_str()
        ))?;
    }
    if arguments.dry_run {
        say("dry run: nothing was written")?;
        return Ok(ExitCode::SUCCESS);
    }
    let topic = &settings.suppressions;
    let schema_id = watchlist::schema_id(&settings, Contract::Suppressions, topic)?;
    let value = codec::encode_suppression(&suppression, Format::Avro { schema_id })
        .map_err(|error| error.to_string())?;
    send(&settings, &suppression.pair, Some(&value))?;
    say(format_args!("on record as {}", suppression.pair.id()))?;
    Ok(ExitCode::SUCCESS)
}

/// The entry as it stands, or why there is none to judge by.
fn find(arguments: &Add, settings: &Settings) -> Result<Entry, String> {
    let key = &arguments.entry;
    let missing =
        || format!("there is no entry {key}: a judgement is about what an entry states today");
    if let Some(path) = &arguments.list {
        let entries = lists::from_file(path)?;
        return entries.into_iter().find(|entry| entry.key == *key).ok_or_else(missing);
    }
    let mut topic = lists::from_topic(settings)?;
    if topic.spoilt.contains(key) {
        return Err(format!(
            "the newest record of {key} cannot be read: see `portcullis watchlist stats`"
        ));
    }
    topic.entries.remove(key).map(|published| published.entry).ok_or_else(missing)
}

/// The judgement, if it is one that would be heeded.
fn judged(arguments: &Add, entry: &Entry, now: Timestamp) -> Result<Suppression, String> {
    let Add { agency, unit, officer, reason, expires, .. } = arguments;
    let owner = &entry.handling.owner;
    if owner != agency {
        return Err(format!(
            "{} is owned by {}: nobody else's judgement about it is heeded",
            entry.key,
            owner.as_str()
        ));
    }
    if entry.names.is_empty() {
        return Err(format!(
            "{} has no name: only matches by name can be silenced, never those by an identifier",
            entry.key
        ));
    }
    let subject = arguments.who.subject()?;
    if subject.is_stated_by(entry) {
        return Err(format!(
            "{} states this very subject: give an identifier that tells somebody else from it",
            entry.key
        ));
    }
    let said = |what, text: &str| {
        let text = text.trim();
        if text.is_empty() { Err(format!("--{what} is empty")) } else { Ok(Box::from(text)) }
    };
    let term = Term::new(now, *expires).ok_or_else(|| {
        format!("--expires: expected a time from now to {} days from now", Term::DAYS_MAX)
    })?;
    Ok(Suppression {
        pair: subject.with(entry.key.clone()),
        person: arguments.who.bearer(),
        stated: Fingerprint::of_entry(entry),
        agency: agency.clone(),
        unit: said("unit", unit)?,
        officer: officer.clone(),
        reason: said("reason", reason)?,
        term,
    })
}

impl Who {
    fn person(&self) -> Option<(Name<'_>, Date)> {
        let (surname, given) =
            self.name.as_deref().map(|name| name.split_once(',').unwrap_or((name, "")))?;
        Some((Name { surname: surname.trim(), given: given.trim() }, self.birth_date?))
    }

    /// The key of the subject.
    fn subject(&self) -> Result<SubjectKey, String> {
        if let Some(identifier) = &self.identifier {
            return SubjectKey::of_identifier(identifier).ok_or_else(|| {
                "--identifier: expected document, eori or imo: telephones are shared and vehicles are lent".into()
            });
        }
        let (name, born) = self
            .person()
            .ok_or("who is not meant? Give --identifier, or --name and --birth-date")?;
        SubjectKey::of_person(name, born, &mut Folded::default())
            .ok_or_else(|| "--name: expected a name with a letter".into())
    }

    /// Whose hand the document must be in, where that was said.
    fn bearer(&self) -> Option<Fingerprint> {
        self.identifier.as_ref()?;
        let (name, born) = self.person()?;
        Fingerprint::of_person(name, born, &mut Folded::default())
    }
}

/// What it will silence.
fn explain(suppression: &Suppression, entry: &Entry) -> Result<(), String> {
    let Suppression { pair, term, .. } = suppression;
    let bearer = match suppression.person {
        Some(_) => ", in the hand of whoever states the name and birth date given",
        None => "",
    };
    let names = entry.names.iter().map(|name| {
        let name = Name { surname: &name.surname, given: &name.given };
        shown(&name.to_full()).into_owned()
    });
    let handling = &entry.handling;
    say(format_args!("subject   {}{bearer}", pair.subject.as_str()))?;
    say(format_args!("entry     {}: {}", pair.entry, names.collect::<Vec<_>>().join("; ")))?;
    say(format_args!(
        "silenced  their matches by name, which otherwise alert {} {} to {} and to all who may know",
        handling.priority.name(),
        handling.action.name(),
        handling.owner.as_str()
    ))?;
    say(format_args!("from      {}", rfc3339(term.issued())))?;
    say(format_args!("until     {}", rfc3339(term.expires())))?;
    say(
        "void      once the entry states another name, weak alias, birth date, nationality, sex, place of birth or \
         identifier",
    )?;
    say("not silenced: a match by an identifier, another entry, another subject")?;
    Ok(())
}

fn remove(arguments: &Remove) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let known = register::from_topic(&settings)?;
    let id = match (&arguments.id, &arguments.entry) {
        (Some(id), _) => id.clone(),
        (None, Some(entry)) => arguments.who.subject()?.with(entry.clone()).id().to_string(),
        (None, None) => return Err("give --id, or --entry and the subject".into()),
    };
    let found = known.pairs.values().find(|known| known.pair.id().to_string() == id);
    let pair = &found.ok_or("there is no such judgement: see `portcullis suppress list`")?.pair;
    send(&settings, pair, None)?;
    say(format_args!("withdrawn: {}", pair.id()))?;
    Ok(ExitCode::SUCCESS)
}

fn send(settings: &Settings, pair: &Pair, value: Option<&[u8]>) -> Result<(), String> {
    let courier = Courier::new(&settings.kafka).map_err(|error| error.to_string())?;
    let headers: [(&str, &[u8]); 1] = [(header::CONTENT_TYPE, b"avro/binary")];
    let headers = if value.is_some() { &headers[..] } else { &[] };
    courier.send(&settings.suppressions, Some(pair.to_key().as_bytes()), value, headers);
    if courier.settle(SEND_WITHIN).failed > 0 {
        return Err("it was not acknowledged, and may or may not be on record: try again".into());
    }
    Ok(())
}

fn list(arguments: &List) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let (known, topic) = (register::from_topic(&settings)?, lists::from_topic(&settings)?);
    let now = wall();
    let wanted = |id: &PairId, known: &Suppression| {
        let entry = &known.pair.entry;
        arguments.list.as_ref().is_none_or(|list| entry.list.as_str() == list)
            && arguments.entry.as_ref().is_none_or(|only| entry == only)
            && arguments.id.as_ref().is_none_or(|only| id.to_string() == *only)
    };
    for (id, one) in known.pairs.iter().filter(|(id, known)| wanted(id, known)) {
        let state = register::state(one, &topic, now);
        let text = if arguments.json { as_json(*id, one, state) } else { as_text(*id, one, state) };
        if !say(text)? {
            return Ok(ExitCode::SUCCESS);
        }
    }
    for refused in &known.refused {
        let lists::Refused { partition, offset, why } = refused;
        anstream::eprintln!("refused: partition {partition} offset {offset}: {why}");
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(id: PairId, one: &Suppression, state: &str) -> String {
    json_line(&json!({
        "id": id.to_string(),
        "state": state,
        "subject": one.pair.subject.as_str(),
        "person": one.person.map(Fingerprint::to_hex),
        "entry": one.pair.entry.to_string(),
        "agency": one.agency.as_str(),
        "unit": one.unit,
        "officer": one.officer.as_str(),
        "reason": one.reason,
        "issued_at": rfc3339(one.term.issued()),
        "expires_at": rfc3339(one.term.expires()),
    }))
}

fn as_text(id: PairId, one: &Suppression, state: &str) -> String {
    let bearer = if one.person.is_some() { " of one bearer" } else { "" };
    format!(
        "{id}  {state}\n  {}{bearer} is not {}\n  {}\n  {} ({})  officer {}  from {} until {}",
        one.pair.subject.as_str(),
        one.pair.entry,
        shown(&one.reason),
        one.agency.as_str(),
        shown(&one.unit),
        one.officer.as_str(),
        rfc3339(one.term.issued()),
        rfc3339(one.term.expires()),
    )
}

fn entry_key(text: &str) -> Result<EntryKey, String> {
    EntryKey::parse(text).ok_or_else(|| "expected LIST/ENTRY".to_owned())
}

fn instant(text: &str) -> Result<Timestamp, String> {
    let day = Date::parse(text).and_then(Date::to_epoch_days);
    let instant = match day {
        Some(days) => Timestamp::from_micros(i64::from(days) * 86_400_000_000),
        None => parse_rfc3339(text),
    };
    instant.ok_or_else(|| "expected YYYY-MM-DD or a time such as 2026-01-31T09:30:00Z".to_owned())
}
