//! Lists for the tools: from a file, or from the list topic as it stands.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::codec::{Decoder, Headers, Limits};
use crate::config::Settings;
use crate::domain::{Entry, EntryKey};
use crate::formats::{Contents, Format};
use crate::kafka::{self, From, Tail};
use crate::pipeline::header;
use crate::watchlist::{Change, Lists, Progress};

/// An entry as the topic has it.
pub(super) struct Published {
    pub(super) entry: Entry,
    pub(super) offset: i64,
}

/// What the list topic holds.
#[derive(Default)]
pub(super) struct Topic {
    pub(super) entries: BTreeMap<EntryKey, Published>,
    /// Records that could not be read: partition, offset and why.
    pub(super) refused: Vec<(i32, i64, String)>,
}

/// Reads the list topic to its end.
pub(super) fn from_topic(settings: &Settings) -> Result<Topic, String> {
    let mut tail = Tail::open(&settings.kafka, &settings.reader.topic, From::Beginning)
        .map_err(|error| error.to_string())?;
    let mut decoder = decoder()?;
    let mut topic = Topic::default();
    while !tail.at_end() {
        let Some(kept) = tail.next(Duration::from_millis(100)) else { continue };
        let key = kept.key.as_deref().and_then(|key| std::str::from_utf8(key).ok());
        let Some(key) = key.and_then(EntryKey::parse) else {
            topic.refused.push((kept.partition, kept.offset, "its key is not list/entry".into()));
            continue;
        };
        let Some(value) = &kept.value else {
            topic.entries.remove(&key);
            continue;
        };
        let headers = Headers {
            content_type: kept.header(header::CONTENT_TYPE),
            schema_id: kept.header(header::VALUE_SCHEMA_ID),
        };
        match decoder.decode_entry(kept.key.as_deref(), value, headers) {
            Ok(entry) => {
                topic.entries.insert(key, Published { entry, offset: kept.offset });
            }
            Err(error) => topic.refused.push((kept.partition, kept.offset, error.to_string())),
        }
    }
    Ok(topic)
}

/// A decoder for a tool.
pub(super) fn decoder() -> Result<Decoder, String> {
    Decoder::new(Limits::STANDARD).map_err(|error| error.to_string())
}

/// Reads a file; every mistake in it is told at once.
pub(super) fn from_file(path: &Path) -> Result<Vec<Entry>, String> {
    let name = path.display();
    let format = Format::of_name(&path.to_string_lossy())
        .ok_or_else(|| format!("{name}: expected a name that ends in .csv, .jsonl or .json"))?;
    let bytes = std::fs::read(path).map_err(|error| format!("{name}: {error}"))?;
    let Contents { entries, mistakes } = format.read(&bytes, &mut decoder()?);
    if mistakes.is_empty() {
        return Ok(entries.into_iter().map(|(_, entry)| entry).collect());
    }
    let lines: Vec<String> = mistakes
        .iter()
        .map(|mistake| format!("  {name}:{}: {}", mistake.line, mistake.what))
        .collect();
    Err(format!(
        "{} mistakes in {name}, so nothing of it is used:\n{}",
        mistakes.len(),
        lines.join("\n")
    ))
}

/// Entries as lists to screen against.
pub(super) fn loaded(entries: impl Iterator<Item = (Entry, i64)>) -> Arc<Lists> {
    let (lists, mut writer) = Lists::new(Vec::new());
    let now = kafka::wall();
    for (entry, offset) in entries {
        let key = entry.key.clone();
        let change = Change {
            key,
            entry: Some(entry),
            offset,
            position: offset + 1,
            digest: 0,
            written_at: None,
        };
        writer.apply(change);
    }
    writer.publish(Progress { loaded: true, current_at: Some(now), ..Progress::default() }, now);
    lists
}
