//! `portcullis score`: how much speaks for each pair of a file being one subject.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use crate::formats::{Field, Pair, Pairs};
use crate::matching::score::{Mode, Scored};

use super::matcher::{self, Matcher};
use super::profiles;

#[derive(Args)]
pub(super) struct Arguments {
    /// Pairs (.csv, .jsonl), with columns left, right and optionally schema, left_born, right_born,
    /// left_nationality, right_nationality; all columns are written out again
    #[arg(long, value_name = "FILE")]
    pairs: PathBuf,
    /// A list that tells how rare words are, beside the table built in
    #[arg(long, value_name = "FILE")]
    list: Option<PathBuf>,
    /// How sure a match must be: high-recall, balanced, high-precision
    #[arg(long, default_value = "balanced", value_parser = matcher::mode)]
    mode: Mode,
    /// Add a column that says why, in words
    #[arg(long)]
    explain: bool,
    /// Write here instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let pairs = profiles::pairs(&arguments.pairs)?;
    let list = arguments.list.as_deref().map(profiles::listed).transpose()?;
    let matcher = Matcher::of_pairs(list.as_deref().unwrap_or_default(), arguments.mode);
    let written = match &arguments.out {
        Some(path) => std::fs::File::create(path)
            .map_err(csv::Error::from)
            .and_then(|file| write(arguments, &matcher, &pairs, file)),
        None => write(arguments, &matcher, &pairs, std::io::stdout().lock()),
    };
    match written {
        Err(error) if !is_closed(&error) => Err(format!("{}: {error}", place(arguments))),
        // Nobody reads any more, as behind `| head`.
        Ok(()) | Err(_) => Ok(ExitCode::SUCCESS),
    }
}

fn place(arguments: &Arguments) -> String {
    let path = arguments.out.as_deref().map(Path::display);
    path.map_or_else(|| "standard output".to_owned(), |path| path.to_string())
}

fn is_closed(error: &csv::Error) -> bool {
    matches!(error.kind(), csv::ErrorKind::Io(error) if error.kind() == std::io::ErrorKind::BrokenPipe)
}

/// Writes each row of the file again, with what the engine says of it.
fn write(
    arguments: &Arguments,
    matcher: &Matcher,
    pairs: &Pairs,
    to: impl Write,
) -> Result<(), csv::Error> {
    let mut rows = csv::Writer::from_writer(to);
    let columns = &pairs.records.columns;
    let explanation = arguments.explain.then_some(EXPLANATION);
    let added = FIGURES.into_iter().chain(explanation);
    rows.write_record(columns.iter().map(|column| &**column).chain(added))?;
    for pair in &pairs.pairs {
        let scored = matcher.compare(&pair.left, &pair.right);
        let mut row: Vec<String> = (0..columns.len()).map(|at| cell(pair, at)).collect();
        row.extend(figures(matcher, scored));
        if arguments.explain {
            row.push(matcher.explain(&pair.left, &pair.right).plain().join("; "));
        }
        rows.write_record(&row)?;
    }
    rows.flush()?;
    Ok(())
}

/// What is added to each row.
const FIGURES: [&str; 3] = ["probability", "bits", "match"];
const EXPLANATION: &str = "explanation";

fn figures(matcher: &Matcher, scored: Scored) -> [String; 3] {
    let matches = scored.odds >= matcher.threshold();
    [scored.probability.to_string(), format!("{:.4}", scored.bits.to_f32()), matches.to_string()]
}

/// What a row holds in a column; several values stand side by side as lists write them.
fn cell(pair: &Pair, at: usize) -> String {
    pair.record.texts(&Field::column(at)).collect::<Vec<_>>().join(";")
}
