//! The name of an alert: the same event and the same entries give the same id, whenever and
//! wherever the event is screened.

use sha2::{Digest, Sha256};

use crate::domain::{AgencyId, AlertId, EntryKey, EventSummary, Revision};
use crate::planted::{self, Bug};

/// What an audience is pointed to without learning which entries it is about.
pub(super) struct Pointed<'a> {
    pub(super) owner: &'a AgencyId,
    pub(super) unit: Option<&'a str>,
    /// How many reasons are withheld.
    pub(super) reasons: usize,
}

/// The first 128 bits of SHA-256 over the event's identity and the entries found, in order.
///
/// The entries are those whose keys the audience sees. A key can be guessed and the guess tried
/// against the id, so an entry that is kept from an audience may not enter what that audience gets:
/// of reasons it is only pointed to, the id says what the notice says anyway.
///
/// Neither versions of entries nor clocks of ours nor coordinates enter: an event sent again stands
/// at another offset and must still give the same id, so that its reader drops the repeat. A
/// correction or a cancellation is no repeat, nor is a second one: what it says of the journey
/// enters too.
pub(super) fn alert_id<'a>(
    event: &EventSummary,
    entries: impl Iterator<Item = &'a EntryKey>,
    pointed: Option<Pointed<'_>>,
) -> AlertId {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        // The length before each part keeps ("ab", "c") apart from ("a", "bc").
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    part("portcullis alert 1");
    part(event.agency.as_str());
    part(event.topic.name());
    part(&event.id);
    if event.revision != Revision::New {
        part(event.revision.name());
        part(&event.occurred_at.micros().to_string());
        part(event.direction.name());
        part(event.mode.name());
        [&event.place, &event.control_point, &event.journey]
            .into_iter()
            .for_each(|said| part(said.as_deref().unwrap_or_default()));
    }
    let mut entries: Vec<&EntryKey> = entries.collect();
    entries.sort_unstable();
    for entry in entries {
        part(entry.list.as_str());
        part(entry.entry.as_str());
    }
    if let Some(pointed) = pointed {
        part(pointed.owner.as_str());
        part(pointed.unit.unwrap_or_default());
        part(&pointed.reasons.to_string());
    }
    if planted::has(Bug::RandomAlertId) {
        return AlertId(planted::noise());
    }
    let mut id = [0; 16];
    id.iter_mut().zip(hash.finalize()).for_each(|(to, from)| *to = from);
    AlertId(id)
}
