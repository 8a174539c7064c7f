//! `portcullis screen` by name: who on a list may be meant, the likeliest first, and why.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use serde_json::{Value, json};

use crate::domain::{Country, Date, Sex, Subject};
use crate::formats::{self, Profile};
use crate::matching::Ranked;
use crate::matching::score::{Line, Mode, Reason};
use crate::names::Kind;

use super::matcher::{self, INDEXED_MIN, Matcher};
use super::progress::Progress;
use super::text::json_line;
use super::{paint, profiles, say};

/// What both ways to screen by name, NAME and --queries, are called together.
pub(super) const BY_NAME: &str = "by_name";
/// The other ways to screen. What an option requires is not missed where that conflicts with
/// something given, so options that would be ignored say so themselves.
const NOT_BY_NAME: [&str; 3] = ["event", "identifier", "name"];
const NOT_OF_WHO: [&str; 4] = ["queries", "event", "identifier", "name"];

#[derive(Args)]
pub(super) struct Options {
    /// With NAME, the birth date, as far as it is known: YYYY-MM-DD, YYYY-MM or YYYY
    #[arg(long, value_name = "DATE", value_parser = date, requires = "who", conflicts_with_all = NOT_OF_WHO)]
    born: Option<Date>,
    /// With NAME, the nationality: code or English name of a state; may be repeated
    #[arg(long, value_name = "STATE", value_parser = country, requires = "who", conflicts_with_all = NOT_OF_WHO)]
    nationality: Vec<Country>,
    /// With NAME, the sex: female or male
    #[arg(long, value_name = "SEX", value_parser = sex, requires = "who", conflicts_with_all = NOT_OF_WHO)]
    sex: Option<Sex>,
    /// With NAME, the place of birth: town, country or both; may be repeated
    #[arg(long, value_name = "PLACE", requires = "who", conflicts_with_all = NOT_OF_WHO)]
    birth_place: Vec<String>,
    /// With NAME, what bears it; a file says it row by row
    #[arg(long, value_enum, default_value_t = Sort::Person, requires = "who", conflicts_with_all = NOT_OF_WHO)]
    schema: Sort,
    /// Names from a file (.csv, .jsonl) with columns name and optionally id, schema, birthDate,
    /// nationality, sex, birthPlace; prints one JSON object of ranked matches a query
    #[arg(long, value_name = "FILE", conflicts_with_all = ["who", "event", "identifier", "name"])]
    pub(super) queries: Option<PathBuf>,
    /// How sure a match must be: high-recall, balanced, high-precision
    #[arg(long, default_value = "balanced", value_parser = matcher::mode, requires = BY_NAME, conflicts_with_all = NOT_BY_NAME)]
    mode: Mode,
    /// Instead of a mode, the least probability of a match, 0 to 1
    #[arg(long, value_name = "P", value_parser = probability, requires = BY_NAME, conflicts_with_all = NOT_BY_NAME)]
    least: Option<f32>,
    /// Most matches to show of one query, at least 1
    #[arg(long, value_name = "COUNT", default_value = "10", value_parser = at_least_one, requires = BY_NAME, conflicts_with_all = NOT_BY_NAME)]
    limit: NonZeroUsize,
    /// Take the list for as long as `portcullis run` does, for which travellers are many and hardly any is
    /// listed: for one of 4,194,304 persons and 8,192 firms or vessels at least. --mode says how sure a match
    /// must be; thresholds of lists and actions are not heeded
    #[arg(long, requires = BY_NAME, conflicts_with_all = NOT_BY_NAME)]
    as_run: bool,
    /// Compare with everybody listed, and not only with those whom the index finds, as it does for
    /// run. Lists of less than 1,000 subjects are always compared whole
    #[arg(long, requires = BY_NAME, conflicts_with_all = NOT_BY_NAME)]
    exhaustive: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sort {
    /// A natural person
    Person,
    /// A company or another organisation
    Organization,
    /// A ship or boat
    Vessel,
    /// Not known
    Any,
}

/// Screens one name; says whether somebody was found.
pub(super) fn one(
    arguments: &Options,
    name: &str,
    list: Vec<Profile>,
    as_json: bool,
) -> Result<bool, String> {
    if !name.chars().any(char::is_alphanumeric) {
        return Err("NAME has no letters: give the name to be found".into());
    }
    let subject = match arguments.schema {
        Sort::Person => Subject::Person,
        Sort::Organization => Subject::Organisation,
        Sort::Vessel => Subject::Vessel,
        Sort::Any => Subject::Other,
    };
    let query = Profile {
        id: "command line".into(),
        subject,
        names: vec![formats::name(name, subject)],
        birth_dates: arguments.born.into_iter().collect(),
        nationalities: arguments.nationality.clone(),
        sex: arguments.sex,
        birth_places: arguments.birth_place.iter().map(|place| place.as_str().into()).collect(),
    };
    let mut screen = Screen::new(arguments, list);
    let answer = screen.ask(&query);
    if as_json {
        say(json_line(&screen.document(&query, &answer)))?;
    } else if answer.found.is_empty() {
        say("no match")?;
    }
    if !as_json {
        for one in &answer.found {
            say(paint::ranked(&screen.one(&query, one)))?;
        }
        if answer.is_cut {
            anstream::eprintln!("not everybody was looked at who may be meant: try --exhaustive");
        }
    }
    Ok(!answer.found.is_empty())
}

/// Screens every name of a file, one JSON object a line.
pub(super) fn bulk(
    arguments: &Options,
    path: &Path,
    list: Vec<Profile>,
) -> Result<ExitCode, String> {
    let queries = profiles::subjects(path)?.profiles;
    let mut screen = Screen::new(arguments, list);
    let progress = Progress::new(queries.len(), "screening");
    let started = Instant::now();
    let (mut matched, mut cut) = (0, 0);
    for (done, (query, record)) in (1..).zip(&queries) {
        let answer = screen.ask(query);
        matched += u64::from(!answer.found.is_empty());
        cut += u64::from(answer.is_cut);
        let mut document = screen.document(query, &answer);
        if let Some(object) = document.as_object_mut() {
            object.insert("line".into(), record.line.into());
        }
        if !progress.say(json_line(&document))? {
            break;
        }
        progress.at(done);
    }
    drop(progress);
    let (count, seconds) = (queries.len(), started.elapsed().as_secs_f64());
    let rate = count as f64 / seconds.max(1e-9);
    let how = if screen.matcher.is_indexed() { "by the index" } else { "everybody compared" };
    anstream::eprintln!(
        "{count} queries in {seconds:.1} s, {rate:.0} a second, {how}; {matched} with a match"
    );
    if cut > 0 {
        anstream::eprintln!(
            "of {cut} not everybody was looked at who may be meant (\"cut\"): try --exhaustive"
        );
    }
    Ok(ExitCode::SUCCESS)
}

/// A list ready to be asked.
struct Screen<'a> {
    arguments: &'a Options,
    list: Vec<Profile>,
    matcher: Matcher,
}

/// What came of one query.
struct Answer {
    /// The likeliest first.
    found: Vec<Ranked>,
    /// Whether some who may be meant were not looked at.
    is_cut: bool,
}

impl<'a> Screen<'a> {
    fn new(arguments: &'a Options, list: Vec<Profile>) -> Self {
        let of = if arguments.as_run { Matcher::of_stream } else { Matcher::of_list };
        let mut matcher = of(&list, arguments.mode);
        if !arguments.exhaustive && list.len() >= INDEXED_MIN {
            matcher = matcher.indexed(&list);
        }
        Self { arguments, list, matcher }
    }

    fn ask(&mut self, query: &Profile) -> Answer {
        let least = self.arguments.least.map(matcher::odds);
        let least = least.unwrap_or_else(|| self.matcher.threshold());
        let (mut found, is_cut) = self.matcher.ask(query, least);
        found.truncate(self.arguments.limit.get());
        Answer { found, is_cut }
    }

    /// The matches of a query as one object; `cut` where some were not looked at.
    fn document(&self, query: &Profile, answer: &Answer) -> Value {
        let matches: Vec<Value> = answer.found.iter().map(|one| self.one(query, one)).collect();
        let mut document =
            json!({"query": {"id": &*query.id, "name": full(query, 0)}, "matches": matches});
        if let Some(object) = document.as_object_mut().filter(|_| answer.is_cut) {
            object.insert("cut".into(), true.into());
        }
        document
    }

    /// One match: whom, how likely, and why.
    fn one(&self, query: &Profile, found: &Ranked) -> Value {
        let Some(listed) = self.list.get(found.listed) else { return Value::Null };
        let why = self.matcher.explain(query, listed);
        json!({
            "id": &*listed.id,
            "name": full(listed, 0),
            "probability": found.scored.probability,
            "bits": found.scored.bits.to_f32(),
            "stated": why.stated,
            "listed": why.listed,
            "reasons": why.lines.iter().map(reason).collect::<Vec<_>>(),
        })
    }
}

/// An observation as data; the bits of all add up to those of the match.
fn reason(line: &Line) -> Value {
    let kind = match &line.reason {
        Reason::Start => "START",
        Reason::Alike { joined: true, .. } => "JOINED",
        Reason::Alike { likeness, .. } => alike(likeness.kind),
        Reason::Against { .. } => "AGAINST",
        Reason::OnlyStated(_) => "ONLY_STATED",
        Reason::OnlyListed(_) => "ONLY_LISTED",
        Reason::Whole => "WHOLE",
        Reason::Nothing => "NOTHING",
        Reason::WeakAlias => "WEAK_ALIAS",
        Reason::Born { .. } => "BIRTH_DATE",
        Reason::Nationality { .. } => "NATIONALITY",
        Reason::Sex { .. } => "SEX",
        Reason::Place { .. } => "BIRTH_PLACE",
        Reason::Identifier { .. } => "IDENTIFIER",
    };
    let mut reason = json!({"kind": kind, "bits": line.bits.to_f32(), "words": line.plain()});
    if let (
        Reason::Alike { stated, listed, .. } | Reason::Against { stated, listed },
        Some(object),
    ) = (&line.reason, reason.as_object_mut())
    {
        object.insert("stated".into(), stated.as_str().into());
        object.insert("listed".into(), listed.as_str().into());
    }
    reason
}

/// In what way words are alike.
fn alike(kind: Kind) -> &'static str {
    match kind {
        Kind::Same => "SAME",
        Kind::Transliteration => "TRANSLITERATION",
        Kind::Spelling => "SPELLING",
        Kind::Edit => "EDIT",
        Kind::Sound => "SOUND",
        Kind::Initial => "INITIAL",
        Kind::Prefix => "PREFIX",
    }
}

fn full(profile: &Profile, at: usize) -> String {
    profile.names.get(at).map(|written| written.name().to_full()).unwrap_or_default()
}

fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "expected YYYY-MM-DD, YYYY-MM or YYYY".to_owned())
}

fn country(text: &str) -> Result<Country, String> {
    formats::country(text).ok_or_else(|| "expected a state's code or English name".to_owned())
}

fn sex(text: &str) -> Result<Sex, String> {
    let known = formats::sex(text);
    known.ok_or_else(|| "expected female or male".to_owned())
}

fn at_least_one(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "expected a whole number from 1".to_owned())
}

fn probability(text: &str) -> Result<f32, String> {
    let value = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}
