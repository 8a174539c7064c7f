//! What happened, as those saw it who stood outside: read from a folder of JSON lines.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

/// One run with everything that is known of it.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) run: Run,
    /// The list entries, by `list/entry`.
    pub(crate) entries: BTreeMap<String, Entry>,
    pub(crate) events: Vec<Event>,
    /// Every record of the feeds and of the dead-letter topic, in the order of each partition.
    pub(crate) records: Vec<Record>,
    /// Committed offsets and ends of the outputs, sampled during the run, in order of time.
    pub(crate) samples: Vec<Sample>,
    /// Where the group stood in the input topics at the end.
    pub(crate) places: Vec<Place>,
}

/// What a run was.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Run {
    /// What was done to it, in a few words.
    pub(crate) story: String,
    /// Makes the same run again.
    pub(crate) seed: u64,
    /// The agency of each feed by its topic; `None` is the Command.
    pub(crate) feeds: BTreeMap<String, Option<String>>,
    pub(crate) dead_letter: String,
    /// Whether lists changed while events were screened: then repeats may differ.
    pub(crate) lists_change: bool,
}

/// Who may know of a list entry.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Entry {
    /// `list/entry`.
    pub(crate) key: String,
    pub(crate) owner: String,
    pub(crate) covert: bool,
    /// Other agencies and what they may see: `FULL`, `SUMMARY` or `POINTER`.
    pub(crate) shares: BTreeMap<String, String>,
    /// Whether it has a narrative or a reason's code, which only a full view shows.
    pub(crate) tells_more: bool,
}

/// An event that was put in.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Event {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    /// `None` when the broker never said that it has the event: it may be there or not.
    pub(crate) offset: Option<i64>,
    /// Its own id, which is its record's key as well.
    pub(crate) id: String,
    /// SHA-256 of the value, in hexadecimal digits.
    pub(crate) sha256: String,
    pub(crate) fate: Fate,
    /// The entries by which it must be met, as `list/entry`; under [`Fate::Maybe`], may be met.
    pub(crate) entries: Vec<String>,
    /// Further entries by which it may be met: whoever compares names says whether it shows enough.
    #[serde(default)]
    pub(crate) possible: Vec<String>,
}

/// What must become of an event.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Fate {
    /// Nothing is to be told of it, unless it is possible.
    Clear,
    /// Every audience of its entries is to be told.
    Met,
    /// It came while a list that it touches was being changed: telling is right and silence too.
    Maybe,
    /// It cannot be read: a dead letter.
    Poison,
}

/// A record as Kafka's Java client read it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Record {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    #[serde(deserialize_with = "bytes")]
    pub(crate) key: Option<Vec<u8>>,
    #[serde(deserialize_with = "bytes")]
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: BTreeMap<String, Header>,
}

/// A header's value.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(transparent)]
pub(crate) struct Header(#[serde(deserialize_with = "bytes")] pub(crate) Option<Vec<u8>>);

/// One look at the group and then, later, at the outputs: what was committed in the first must be
/// there in the second.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Sample {
    /// Milliseconds since 1970 (UTC).
    pub(crate) at: i64,
    /// Topic, partition, next offset to read.
    pub(crate) committed: Vec<(String, i32, i64)>,
    /// Topic, partition, offset after the last record.
    pub(crate) ends: Vec<(String, i32, i64)>,
}

/// Where the group stood in one partition at the end.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Place {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) committed: Option<i64>,
    pub(crate) end: i64,
}

impl History {
    pub(crate) const RUN: &str = "run.json";
    pub(crate) const ENTRIES: &str = "entries.jsonl";
    pub(crate) const EVENTS: &str = "events.jsonl";
    pub(crate) const RECORDS: &str = "records.jsonl";
    pub(crate) const SAMPLES: &str = "samples.jsonl";
    pub(crate) const PLACES: &str = "places.jsonl";

    /// Reads a folder. Says in words which file is at fault.
    pub(crate) fn read(dir: &Path) -> Result<Self, String> {
        let run = lines(&dir.join(Self::RUN))?.pop();
        let entries: Vec<Entry> = lines(&dir.join(Self::ENTRIES))?;
        Ok(Self {
            run: run.ok_or_else(|| format!("{} is empty", Self::RUN))?,
            entries: entries.into_iter().map(|entry| (entry.key.clone(), entry)).collect(),
            events: lines(&dir.join(Self::EVENTS))?,
            records: lines(&dir.join(Self::RECORDS))?,
            samples: lines(&dir.join(Self::SAMPLES))?,
            places: lines(&dir.join(Self::PLACES))?,
        })
    }

    /// Writes one file of a folder, for whoever keeps the record of a run.
    pub(crate) fn write<T: Serialize>(
        dir: &Path,
        name: &str,
        rows: impl IntoIterator<Item = T>,
    ) -> std::io::Result<()> {
        let mut file = BufWriter::new(File::create(dir.join(name))?);
        for row in rows {
            serde_json::to_writer(&mut file, &row)?;
            file.write_all(b"\n")?;
        }
        file.flush()
    }
}

impl Record {
    /// A header's value as text; empty when it is missing or no text.
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|header| header.0.as_deref());
        value.and_then(|value| std::str::from_utf8(value).ok()).unwrap_or_default()
    }
}

fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, String> {
    let at = |number: usize, why: String| format!("{} line {}: {why}", path.display(), number + 1);
    let file = File::open(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut rows = Vec::new();
    for (number, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| at(number, error.to_string()))?;
        rows.push(serde_json::from_str(&line).map_err(|error| at(number, error.to_string()))?);
    }
    Ok(rows)
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<u8>>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| BASE64.decode(text).map_err(serde::de::Error::custom)).transpose()
}
