//! Lists for the tools: from a file, or from the list topic as it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::config::Settings;
use crate::domain::{Entry, EntryKey};
use crate::formats::Contents;
use crate::kafka::{self, From, Kept, Tail};
use crate::matching;
use crate::names::Population;
use crate::watchlist::{Change, Lists, Progress};

use super::files;
use super::reading::{self, Reading};

/// An entry as the topic has it.
pub(super) struct Published {
    pub(super) entry: Entry,
    pub(super) offset: i64,
}

/// What the list topic holds.
#[derive(Default)]
pub(super) struct Topic {
    pub(super) entries: BTreeMap<EntryKey, Published>,
    /// Entries whose newest record cannot be read: what is in `entries` is then an older one, which
    /// compaction takes away.
    pub(super) spoilt: BTreeSet<EntryKey>,
    /// Records that could not be read.
    pub(super) refused: Vec<Refused>,
}

/// A record that could not be read.
pub(super) struct Refused {
    pub(super) partition: i32,
    pub(super) offset: i64,
    pub(super) why: String,
}

/// Reads the list topic to its end.
pub(super) fn from_topic(settings: &Settings) -> Result<Topic, String> {
    let mut tail = Tail::open(&settings.kafka, &settings.reader.topic, From::Beginning)
        .map_err(|error| error.to_string())?;
    let mut reading = Reading::new(settings)?;
    let mut topic = Topic::default();
    while !tail.at_end() {
        let kept = tail.next(Duration::from_millis(100)).map_err(|error| error.to_string())?;
        if let Some(kept) = kept {
            topic.take(&kept, &mut reading)?;
        }
    }
    Ok(topic)
}

impl Topic {
    fn take(&mut self, kept: &Kept, reading: &mut Reading) -> Result<(), String> {
        let key = kept.key.as_deref().and_then(|key| std::str::from_utf8(key).ok());
        let Some(key) = key.and_then(EntryKey::parse) else {
            self.refuse(kept, "its key is not list/entry".into());
            return Ok(());
        };
        self.spoilt.remove(&key);
        if kept.value.is_none() {
            self.entries.remove(&key);
            return Ok(());
        }
        match reading.entry(kept)? {
            Ok(entry) => {
                self.entries.insert(key, Published { entry, offset: kept.offset });
            }
            Err(error) => {
                self.spoilt.insert(key);
                self.refuse(kept, error.to_string());
            }
        }
        Ok(())
    }

    /// Every entry that has a record, also where it cannot be read.
    pub(super) fn keys(&self) -> BTreeSet<&EntryKey> {
        self.entries.keys().chain(&self.spoilt).collect()
    }

    fn refuse(&mut self, kept: &Kept, why: String) {
        self.refused.push(Refused { partition: kept.partition, offset: kept.offset, why });
    }
}

/// Reads a file; every mistake in it is told at once.
pub(super) fn from_file(path: &Path) -> Result<Vec<Entry>, String> {
    let name = path.display();
    let (format, bytes) = files::read(path)?;
    let Contents { entries, mistakes } = format.read(&bytes, &mut reading::decoder()?);
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

/// Entries as lists to screen against, by likeness of names as well where that is wanted.
pub(super) fn loaded(entries: impl Iterator<Item = (Entry, i64)>, by_likeness: bool) -> Arc<Lists> {
    let (lists, mut writer) = if by_likeness {
        Lists::with_names(Vec::new(), matching::bounds(Arc::new(Population::built_in())))
    } else {
        Lists::new(Vec::new())
    };
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
