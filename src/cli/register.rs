//! The register of suppressions for the tools, as its topic stands, beside the entries it is about.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::Settings;
use crate::domain::{Fingerprint, Pair, PairId, Suppression, Timestamp};
use crate::kafka::{From, Tail};

use super::lists::{self, Refused};
use super::reading::Reading;

/// What the topic of suppressions holds.
#[derive(Default)]
pub(super) struct Register {
    pub(super) pairs: BTreeMap<PairId, Suppression>,
    /// Records that could not be read: they silence nothing.
    pub(super) refused: Vec<Refused>,
}

/// Reads the topic of suppressions to its end.
pub(super) fn from_topic(settings: &Settings) -> Result<Register, String> {
    let mut tail = Tail::open(&settings.kafka, &settings.suppressions, From::Beginning)
        .map_err(|error| error.to_string())?;
    let mut reading = Reading::new(settings)?;
    let mut register = Register::default();
    while !tail.at_end() {
        let kept = tail.next(Duration::from_millis(100)).map_err(|error| error.to_string())?;
        let Some(kept) = kept else { continue };
        let key = kept.key.as_deref().and_then(|key| std::str::from_utf8(key).ok());
        let pair = key.and_then(Pair::parse).map(|pair| pair.id());
        // Whatever comes of the record, what stood there before is in force no more.
        pair.and_then(|pair| register.pairs.remove(&pair));
        let why = match (&kept.value, pair) {
            (None, Some(_)) => continue,
            (None, None) => "its key is not SUBJECT LIST/ENTRY".to_owned(),
            (Some(_), _) => match reading.suppression(&kept)? {
                Ok(suppression) => {
                    register.pairs.insert(suppression.pair.id(), suppression);
                    continue;
                }
                Err(error) => error.to_string(),
            },
        };
        register.refused.push(Refused { partition: kept.partition, offset: kept.offset, why });
    }
    Ok(register)
}

/// Whether a suppression is in force at `now`, in one word, beside the lists.
pub(super) fn state(of: &Suppression, topic: &lists::Topic, now: Timestamp) -> &'static str {
    let entry = topic.entries.get(&of.pair.entry).map(|published| &published.entry);
    match entry {
        _ if of.term.expires() <= now => "expired",
        None => "entry gone",
        Some(entry) if Fingerprint::of_entry(entry) != of.stated => "void: entry changed",
        Some(entry) if entry.handling.owner != of.agency => "void: not by the owner",
        Some(entry) if of.pair.subject.is_stated_by(entry) => "void: the entry states this subject",
        Some(_) if now < of.term.issued() => "not yet",
        Some(_) => "in force",
    }
}
