//! Files that hold watchlists: read row by row, each row an entry or a mistake with its place.
//!
//! In: a file's bytes. Out: entries, and every mistake with its line. One file a format.
//! Invariants: a mistake names line, field and remedy and repeats no value; nothing is guessed.
//! Absent on purpose: comparing with what is published (`cli`).

mod csv;
mod json_lines;

use crate::codec::{self, Decoder};
use crate::domain::Entry;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180) with a header row; columns in [`columns`].
    Csv,
    /// One JSON object a line, as in the list topic.
    JsonLines,
}

/// What a file holds.
#[derive(Default)]
pub struct Contents {
    /// Entries, in the order of the file, each with its line.
    pub entries: Vec<(u64, Entry)>,
    /// Mistakes, in the order of the file.
    pub mistakes: Vec<Mistake>,
}

/// A mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong and how to mend it; holds no value of the file.
    pub what: String,
}

impl Format {
    /// The format that a file's name promises.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Reads a file.
    pub fn read(self, bytes: &[u8], decoder: &mut Decoder) -> Contents {
        let mut contents = match self {
            Self::Csv => csv::read(bytes, decoder),
            Self::JsonLines => json_lines::read(bytes, decoder),
        };
        contents.refuse_repeated();
        contents
    }
}

/// The columns of the CSV format: name and meaning.
pub const fn columns() -> &'static [(&'static str, &'static str)] {
    csv::COLUMNS
}

impl Contents {
    fn add(&mut self, line: u64, entry: Result<Entry, codec::Error>) {
        match entry {
            Ok(entry) => self.entries.push((line, entry)),
            Err(error) => self.mistakes.push(Mistake { line, what: error.to_string() }),
        }
    }

    /// Two rows for one entry would leave the outcome to their order.
    fn refuse_repeated(&mut self) {
        let mut first = std::collections::HashMap::new();
        for (line, entry) in &self.entries {
            if let Some(earlier) = first.insert(entry.key.clone(), *line) {
                let what = format!(
                    "list and entry are the same as on line {earlier}: keep one row for an entry"
                );
                self.mistakes.push(Mistake { line: *line, what });
            }
        }
    }
}
