//! `portcullis screen`: one event or one subject against lists, and why it matches.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{ArgGroup, Args};
use smallvec::SmallVec;

use crate::codec::{self, Format, Headers};
use crate::config::Mistakes;
use crate::domain::{
    AgencyId, Audience, Country, Crossing, Date, Direction, Event, EventId, Facts, Identifier,
    Journey, Kind, Mode, Name, Notice, Party, Place, Revision, Role, Stated, Subject, Topic,
};
use crate::engine::{self, Arrival, Decision};
use crate::formats::Profile;
use crate::kafka::wall;
use crate::matching::{Naming, Scratch};
use crate::watchlist::{Lists, RegisterWriter};

use super::text::json_line;
use super::{Source, files, lists, naming, paint, profiles, reading, register, say};

#[derive(Args)]
#[command(group = ArgGroup::new(naming::BY_NAME).args(["who", "queries"]))]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// A name to find whoever may bear it, however it is spelt: as it is written, or "SURNAME, GIVEN NAMES"
    #[arg(value_name = "NAME")]
    who: Option<String>,
    #[command(flatten)]
    naming: naming::Options,
    /// List file (.csv, .jsonl); the list topic of the brokers when not given. With NAME or --queries also
    /// subjects as JSON lines (id, schema, name, alias, weakAlias, birthDate, nationality, sex, birthPlace) or CSV
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// An event as JSON, from this file, or from standard input when `-`
    #[arg(long, value_name = "FILE", conflicts_with_all = ["identifier", "name", "who"])]
    event: Option<PathBuf>,
    /// With --event, its kind: crossings, advance_passenger, vehicles, containers, declarations, cash
    #[arg(long, default_value = "crossings", value_parser = topic, requires = "event",
        conflicts_with_all = ["who", "queries", "identifier", "name"])]
    kind: Topic,
    /// An identifier as KIND:VALUE, with the issuing state as KIND:VALUE@STATE: document:123456789@GBR,
    /// vehicle:AB12CDE@GB, container:CSQU3054383; also vin, imo, mmsi, eori, mrn, phone, email; may be repeated
    #[arg(long, value_name = "KIND:VALUE[@STATE]", value_parser = identifier, conflicts_with = "who")]
    identifier: Vec<Identifier>,
    /// A name that must be the same in normal form, as "SURNAME, GIVEN NAMES"; needs --birth-date
    #[arg(long, requires = "birth_date", conflicts_with = "who")]
    name: Option<String>,
    /// The birth date that goes with --name, YYYY-MM-DD; with NAME give --born
    #[arg(long, value_parser = date, requires = "name", conflicts_with_all = ["who", "queries"])]
    birth_date: Option<Date>,
    /// One JSON object for each alert, as its owner would see it; with NAME one of all ranked matches
    #[arg(long)]
    json: bool,
}

/// Exit status when something matched, so that a script can tell.
const MATCHED: u8 = 3;

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    if let Some(queries) = &arguments.naming.queries {
        return naming::bulk(&arguments.naming, queries, profiles(arguments)?);
    }
    if let Some(name) = &arguments.who {
        let found = naming::one(&arguments.naming, name, profiles(arguments)?, arguments.json)?;
        return Ok(if found { ExitCode::from(MATCHED) } else { ExitCode::SUCCESS });
    }
    let decision = match &arguments.event {
        Some(path) => screen_event(arguments, path)?,
        None => screen_subject(arguments)?,
    };
    for one in &decision.suppressed {
        let (list, pair) = (one.list.as_str(), one.pair);
        anstream::eprintln!(
            "silenced: an entry of {list}, judged not to be meant: `portcullis suppress list` has it as {pair}"
        );
    }
    let notices = decision.notices;
    // The owner's notice is the whole; the others are parts of it.
    let owners = notices.iter().filter(|notice| is_owners(notice));
    let mut matched = false;
    for notice in owners {
        matched = true;
        let bytes =
            codec::encode_notice(notice, Format::Json).map_err(|error| error.to_string())?;
        let alert: serde_json::Value =
            serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        let text = if arguments.json { json_line(&alert) } else { paint::alert(&alert) };
        say(text)?;
    }
    if !matched && !arguments.json {
        say("no match")?;
    }
    Ok(if matched { ExitCode::from(MATCHED) } else { ExitCode::SUCCESS })
}

/// The subjects of the list file or of the list topic.
fn profiles(arguments: &Arguments) -> Result<Vec<Profile>, String> {
    if let Some(path) = &arguments.list {
        return profiles::listed(path);
    }
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let entries = lists::from_topic(&settings)?.entries.into_values();
    Ok(entries.filter_map(|published| Profile::of_entry(&published.entry)).collect())
}

/// Lists to screen against, and how names are judged, if they are.
struct Against {
    lists: Arc<Lists>,
    naming: Option<Naming>,
}

impl Against {
    /// The list file or the topics. As `portcullis run` screens, by likeness of names and, of the topics, with
    /// the register, where that is wanted; else what is asked is whether something is listed, the same.
    fn read(arguments: &Arguments, as_run: bool) -> Result<Self, String> {
        let told = |mistakes: Mistakes| mistakes.to_string();
        if let Some(path) = &arguments.list {
            let settings = as_run.then(|| arguments.source.settings_without_brokers()).transpose();
            let naming = settings.map_err(told)?.and_then(|settings| settings.naming);
            let entries = lists::from_file(path)?.into_iter().zip(0..);
            return Ok(Self { lists: lists::loaded(entries, naming.is_some()), naming });
        }
        let (settings, _) = arguments.source.settings().map_err(told)?;
        let entries = lists::from_topic(&settings)?.entries.into_values();
        let entries = entries.map(|published| (published.entry, published.offset));
        if !as_run {
            return Ok(Self { lists: lists::loaded(entries, false), naming: None });
        }
        let lists = lists::loaded(entries, settings.naming.is_some());
        let mut register = RegisterWriter::new(Arc::clone(lists.register()));
        register::from_topic(&settings)?.pairs.values().for_each(|judged| register.put(judged));
        Ok(Self { lists, naming: settings.naming })
    }

    fn decide(self, event: &Event<'_>) -> Decision {
        let arrival =
            Arrival { topic: "command-line", partition: 0, offset: 0, appended_at: wall() };
        let mut scratch = Scratch::new(self.naming.unwrap_or_default());
        engine::decide(&self.lists, &self.lists.standing(), event, arrival, &mut scratch)
    }
}

fn screen_event(arguments: &Arguments, path: &Path) -> Result<Decision, String> {
    let against = Against::read(arguments, true)?;
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map_err(|error| files::unreadable(path, &error))?;
    let mut decoder = reading::decoder()?;
    let headers = Headers { content_type: Some(b"application/json"), schema_id: None };
    let event = decoder
        .decode_event(arguments.kind, &bytes, headers)
        .map_err(|error| format!("{}: {error}", path.display()))?;
    for defect in &event.defects {
        anstream::eprintln!("not usable: {}: {}", defect.field, defect.refusal);
    }
    Ok(against.decide(&event))
}

fn screen_subject(arguments: &Arguments) -> Result<Decision, String> {
    if arguments.identifier.is_empty() && arguments.name.is_none() {
        return Err("nothing to screen: give NAME, --queries FILE, --event FILE, --identifier KIND:VALUE, or --name and --birth-date".into());
    }
    let stated = |identifier: &Identifier| Stated {
        role: Role::Other,
        identifier: identifier.clone(),
        expires: None,
    };
    let party = arguments.name.as_deref().map(|name| {
        let (surname, given) = name.split_once(',').unwrap_or((name, ""));
        Party {
            role: Role::Traveller,
            subject: Subject::Person,
            names: SmallVec::from_iter([Name { surname: surname.trim(), given: given.trim() }]),
            birth_date: arguments.birth_date,
            sex: None,
            nationality: None,
            birth_place: None,
        }
    });
    let event = Event {
        id: EventId::parse("command-line").map_err(|error| error.to_string())?,
        agency: AgencyId::parse("command-line").map_err(|error| error.to_string())?,
        system: None,
        revision: Revision::New,
        occurred_at: wall(),
        place: Place::default(),
        direction: Direction::Unknown,
        mode: Mode::Other,
        journey: Journey::default(),
        parties: party.into_iter().collect(),
        identifiers: arguments.identifier.iter().map(stated).collect(),
        facts: Facts::Crossing(Crossing::default()),
        defects: SmallVec::new(),
    };
    Ok(Against::read(arguments, false)?.decide(&event))
}

fn is_owners(notice: &Notice) -> bool {
    notice.audience == Audience::Agency(notice.alert.owner.clone())
}

fn topic(name: &str) -> Result<Topic, String> {
    Topic::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Topic::ALL.iter().map(|topic| topic.name()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    Date::parse(text)
        .filter(|date| date.is_full())
        .ok_or_else(|| "expected a day of the calendar as YYYY-MM-DD".to_owned())
}

pub(super) fn identifier(text: &str) -> Result<Identifier, String> {
    let (kind, rest) = text.split_once(':').ok_or("expected KIND:VALUE, such as imo:9074729")?;
    let kind = Kind::parse(kind).ok_or_else(|| {
        let names: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        format!("the kinds are {}", names.join(", "))
    })?;
    let (value, issuer) = match rest.rsplit_once('@') {
        Some((value, issuer)) if kind != Kind::Email => (value, Some(issuer)),
        _ => (rest, None),
    };
    let issuer = issuer.map(Country::parse).transpose().map_err(|refusal| refusal.to_string())?;
    Identifier::parse(kind, value, issuer).map_err(|refusal| refusal.to_string())
}
