//! `portcullis quality`: judges the matcher on labelled cases, and writes a report.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::formats::{Profile, Profiles};
use crate::kafka::wall;
use crate::matching::score::{Mode, Setting};
use crate::matching::{Ranked, SUBJECTS_MIN};
use crate::names::Bearer;
use crate::quality::{
    self, Asked, Candidates, Found, Invented, Ours, Persons, Report, Set, Size, Thresholds,
};
use crate::report::Machine;

use super::bench::command_line;
use super::matcher::{self, INDEXED_MIN, Matcher};
use super::progress::Progress;
use super::{profiles, say};

#[derive(Args)]
pub(super) struct Arguments {
    /// Labelled pairs (.csv, .jsonl), with columns left, right, label and optionally schema, left_born,
    /// right_born, left_nationality, right_nationality; any other column with few values makes parts,
    /// and a column score:NAME holds the scores of another matcher, finite numbers, empty where it gave
    /// none; may be repeated
    #[arg(long, value_name = "FILE")]
    pairs: Vec<PathBuf>,
    /// True pairs (columns left, right) of which every left side is compared with every right side;
    /// may be repeated
    #[arg(long, value_name = "FILE")]
    cross: Vec<PathBuf>,
    /// Most rows of a file of --cross to use, evenly spread over it: the work grows with their square
    #[arg(long, value_name = "ROWS", default_value_t = 2_000)]
    cross_max: usize,
    /// The list to screen against: an own list, or subjects as JSON lines (id, schema, name, alias,
    /// weakAlias, birthDate, nationality) or CSV; rows of one id are one subject
    #[arg(long, value_name = "FILE", requires = "queries")]
    list: Option<PathBuf>,
    /// Who must be found on the list: columns name, birthDate, nationality, and truth_id, which is the
    /// id of the listed subject, LIST/ENTRY in a list as it is published; score:NAME is what another
    /// matcher gave that subject
    #[arg(long, value_name = "FILE", requires = "list")]
    queries: Option<PathBuf>,
    /// Persons who are on no list: columns name, born, nationality; score:NAME is the highest score that
    /// another matcher gave anybody listed
    #[arg(long, value_name = "FILE", requires = "list")]
    clean: Option<PathBuf>,
    /// Most clean persons to ask for, evenly spread over their file
    #[arg(long, default_value_t = 2_000)]
    clean_max: usize,
    /// Threshold of the other matchers whose scores the files hold
    #[arg(long, default_value_t = 0.7)]
    peer_threshold: f64,
    /// The mode whose threshold counts: high-recall, balanced, high-precision
    #[arg(long, default_value = "balanced", value_parser = matcher::mode)]
    mode: Mode,
    /// Judge on invented cases too; without any file they are all there is
    #[arg(long)]
    invented: bool,
    /// The same seed invents the same cases
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Invented listed persons
    #[arg(long, default_value_t = 5_000)]
    invented_list: u32,
    /// Invented queries of each kind of alteration
    #[arg(long, default_value_t = 100)]
    invented_queries: usize,
    /// Compare queries with everybody listed, and not only with those whom the index finds, as it does for
    /// run; and tell how many of these matches the index finds. Lists of less than 1,000 subjects are
    /// always compared whole
    #[arg(long)]
    exhaustive: bool,
    /// Folder for report.md, report.json and the pictures
    #[arg(long, value_name = "DIR", default_value = "quality-report")]
    out: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let out = arguments.out.display();
    std::fs::create_dir_all(&arguments.out).map_err(|error| format!("{out}: {error}"))?;
    let mut sets = Vec::new();
    for path in &arguments.pairs {
        sets.push(pairs(arguments, path)?);
    }
    for path in &arguments.cross {
        sets.push(cross(arguments, path)?);
    }
    if let (Some(list), Some(queries)) = (&arguments.list, &arguments.queries) {
        sets.push(screening(arguments, list, queries)?);
    }
    let mut facts = Vec::new();
    if sets.is_empty() || arguments.invented {
        facts.push(("seed of what is invented", arguments.seed.to_string()));
        sets.push(invented(arguments));
    }
    let machine = Machine::here(command_line(), wall());
    quality::write(&arguments.out, &Report { machine: &machine, facts, sets: &sets })?;
    say(quality::summary(&sets))?;
    say(format_args!("report: {out}/report.md, report.json and pictures"))?;
    Ok(ExitCode::SUCCESS)
}

fn pairs(arguments: &Arguments, path: &Path) -> Result<Set, String> {
    let file = profiles::pairs(path)?;
    if file.pairs.iter().all(|pair| pair.label.is_none()) {
        return Err(format!("{}: no pair has a label", path.display()));
    }
    let matcher = Matcher::of_pairs(&[], arguments.mode);
    let theirs = peers(arguments);
    let mut ours = |left: &Profile, right: &Profile| matcher.judged(&matcher.compare(left, right));
    quality::pairs(&name(arguments, path), &file, &mut ours, &matcher.thresholds(), &theirs)
        .map_err(|mistake| profiles::told(path, &mistake))
}

fn cross(arguments: &Arguments, path: &Path) -> Result<Set, String> {
    let file = profiles::pairs(path)?;
    let matcher = Matcher::of_pairs(&[], arguments.mode);
    let mut ours = |left: &Profile, right: &Profile| matcher.judged(&matcher.compare(left, right));
    let (name, thresholds) = (name(arguments, path), matcher.thresholds());
    Ok(quality::cross(&name, &file, &mut ours, &thresholds, arguments.cross_max))
}

fn screening(arguments: &Arguments, list: &Path, queries: &Path) -> Result<Set, String> {
    let listed = profiles::listed(list)?;
    let asked = profiles::subjects(queries)?;
    let clean = arguments.clean.as_deref().map(profiles::subjects).transpose()?;
    let clean = clean.map_or_else(Profiles::default, |read| Profiles {
        profiles: quality::spread(read.profiles, arguments.clean_max),
        ..read
    });
    let of = |path: &Path, read| Asked::new(read).map_err(|told| profiles::told(path, &told));
    let clean = of(arguments.clean.as_deref().unwrap_or(queries), &clean)?;
    let persons = Persons::of_files(&listed, &of(queries, &asked)?, &clean);
    if persons.cases.iter().all(|case| case.truth.is_none()) {
        let queries = queries.display();
        return Err(format!("{queries}: no truth_id in it is the id of a listed subject"));
    }
    Ok(search(arguments, &name(arguments, queries), &listed, &persons))
}

fn invented(arguments: &Arguments) -> Set {
    let size = Size {
        seed: arguments.seed,
        listed: arguments.invented_list,
        queries: arguments.invented_queries,
        clean: u32::try_from(arguments.clean_max).unwrap_or(u32::MAX),
    };
    let invented = Invented::new(size);
    let mut set = search(arguments, "invented", &invented.list, &invented.cases());
    set.notes.push(format!(
        "{} listed persons of many cultures, all invented, with {} queries of each kind of alteration \
         and {} others of the same cultures, who share rare names with them. The generator knows nothing \
         of how names are matched, but its rules are its own: judge on real cases where there are some.",
        size.listed, size.queries, size.clean
    ));
    set
}

fn search(arguments: &Arguments, name: &str, list: &[Profile], persons: &Persons<'_>) -> Set {
    let mut matcher = Matcher::of_list(list, arguments.mode);
    let by_index = !arguments.exhaustive && list.len() >= INDEXED_MIN;
    if by_index || arguments.exhaustive {
        matcher = matcher.indexed(list);
    }
    let candidates = if by_index { Candidates::ByIndex } else { Candidates::Everybody };
    let (thresholds, theirs) = (matcher.thresholds(), peers(arguments));
    let prior = matcher.prior();
    let progress = Progress::new(persons.cases.len(), name);
    let mut tell = |done| progress.at(done);
    let mut cut = 0;
    let mut search = |query: &Profile, found: &mut Vec<Found>| {
        let is_cut = if by_index {
            indexed(&mut matcher, query, found)
        } else {
            everybody(&mut matcher, query, found)
        };
        cut += u64::from(is_cut);
    };
    let run = Setting::of_list(list.len().max(SUBJECTS_MIN), arguments.mode);
    let run = f64::from(run.prior(Bearer::Person).to_f32()) - prior;
    let ours = Ours { candidates, prior, run, search: &mut search };
    let mut set = quality::screening(name, persons, ours, &thresholds, &theirs, &mut tell);
    if cut > 0 {
        set.notes.push(format!(
            "Of {cut} queries the index did not look at everybody who may be meant."
        ));
    }
    set
}

/// Those whom the index finds; gives whether it left some out.
fn indexed(matcher: &mut Matcher, query: &Profile, found: &mut Vec<Found>) -> bool {
    let (ranked, is_cut) = matcher.ask(query, matcher.least());
    found.extend(ranked.iter().map(|one| found_of(matcher, one, None)));
    is_cut
}

/// Everybody, and where there is an index whether it finds them: asked for matches, as the stream does.
fn everybody(matcher: &mut Matcher, query: &Profile, found: &mut Vec<Found>) -> bool {
    let ranked = matcher.everybody(query, matcher.least());
    if !matcher.is_indexed() {
        found.extend(ranked.iter().map(|one| found_of(matcher, one, None)));
        return false;
    }
    let (by_index, is_cut) = matcher.ask(query, matcher.threshold());
    let is_found = |one: &Ranked| by_index.iter().any(|other| other.listed == one.listed);
    found.extend(ranked.iter().map(|one| found_of(matcher, one, Some(is_found(one)))));
    is_cut
}

fn found_of(matcher: &Matcher, one: &Ranked, by_index: Option<bool>) -> Found {
    Found { listed: one.listed, score: matcher.judged(&one.scored), by_index }
}

fn peers(arguments: &Arguments) -> Thresholds {
    vec![("default", arguments.peer_threshold)]
}

/// A set is called as its file; with its folder, where another of the run has the same name.
fn name(arguments: &Arguments, path: &Path) -> String {
    let sets = arguments.pairs.iter().chain(&arguments.cross).chain(&arguments.queries);
    let alike = sets.filter(|other| other.file_stem() == path.file_stem()).count();
    let name = if alike > 1 { path.as_os_str() } else { path.file_stem().unwrap_or_default() };
    name.to_string_lossy().into_owned()
}
