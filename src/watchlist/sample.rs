//! Entries for tests, as plain as they can be: each test adds what matters to it.

use std::sync::Arc;

use crate::domain::{
    Action, AgencyId, Country, Date, Entry, EntryKey, Fingerprint, Handling, Identifier,
    ListedName, OfficerRef, Priority, Subject, SubjectKey, Suppression, Term, Timestamp,
};

use super::candidate::Common;
use super::{Bounds, Candidate, Change, Lists, Progress, Writer};
use crate::index::NameKey;

/// Handling by this owner, routine, told to nobody else.
pub(crate) fn handling(owner: &str) -> Handling {
    Handling {
        owner: AgencyId::parse(owner).unwrap(),
        unit: None,
        contact: None,
        priority: Priority::Routine,
        action: Action::StopAndRefer,
        fallback: Action::NotifyOwnerOnly,
        covert: false,
        audience: Box::default(),
        warnings: Box::default(),
        reason_code: None,
    }
}

/// An entry of the police that holds nothing to be met by.
pub(crate) fn entry(key: &str) -> Entry {
    Entry {
        key: EntryKey::parse(key).unwrap(),
        subject: Subject::Person,
        names: Box::default(),
        birth_dates: Box::default(),
        nationalities: Box::default(),
        sex: None,
        birth_places: Box::default(),
        identifiers: Box::default(),
        valid_from: None,
        valid_to: None,
        narrative: None,
        handling: Arc::new(handling("police")),
    }
}

/// The judgement of an entry's owner that this subject is not meant by it, from one moment to another.
pub(crate) fn judged(
    subject: &SubjectKey,
    entry: &Entry,
    (from, to): (Timestamp, Timestamp),
) -> Suppression {
    Suppression {
        pair: subject.with(entry.key.clone()),
        person: None,
        stated: Fingerprint::of_entry(entry),
        agency: entry.handling.owner.clone(),
        unit: "fugitives".into(),
        officer: OfficerRef::parse("FU-1").unwrap(),
        reason: "Other fingerprints.".into(),
        term: Term::new(from, to).unwrap(),
    }
}

/// An entry with a British document.
pub(crate) fn with_document(key: &str, number: &str) -> Entry {
    Entry { identifiers: Box::new([document(number, "GBR")]), ..entry(key) }
}

/// An entry with names, each as surname and given names, and birth dates.
pub(crate) fn with_name(key: &str, names: &[(&str, &str)], birth_dates: &[&str]) -> Entry {
    let name = |name: &(&str, &str)| ListedName {
        surname: name.0.into(),
        given: name.1.into(),
        weak: false,
    };
    Entry {
        names: names.iter().map(name).collect(),
        birth_dates: birth_dates.iter().map(|date| Date::parse(date).unwrap()).collect(),
        ..entry(key)
    }
}

/// A document of a country.
pub(crate) fn document(number: &str, country: &str) -> Identifier {
    Identifier::document(number, Country::parse(country).unwrap()).unwrap()
}

/// An instant so many seconds after 2026 began.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((1_767_225_600 + seconds) * 1_000).unwrap()
}

/// The entry as the record at this offset wrote it.
pub(crate) fn put(entry: Entry, offset: i64) -> Change {
    let digest = offset.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Change {
        key: entry.key.clone(),
        entry: Some(entry),
        offset,
        position: offset + 1,
        digest,
        written_at: None,
    }
}

/// A topic that has been read to its end at `now`.
pub(crate) fn loaded(now: Timestamp) -> Progress {
    Progress { loaded: true, current_at: Some(now), ..Progress::default() }
}

/// Loaded lists that hold these entries, and their writer.
pub(crate) fn lists(entries: impl IntoIterator<Item = Entry>) -> (Arc<Lists>, Writer) {
    filled(Lists::new(Vec::new()), entries)
}

/// The same, with names that are searched by likeness.
pub(crate) fn named_lists(
    bounds: Bounds,
    entries: impl IntoIterator<Item = Entry>,
) -> (Arc<Lists>, Writer) {
    filled(Lists::with_names(Vec::new(), bounds), entries)
}

fn filled(
    (lists, mut writer): (Arc<Lists>, Writer),
    entries: impl IntoIterator<Item = Entry>,
) -> (Arc<Lists>, Writer) {
    for (offset, entry) in (0..).zip(entries) {
        writer.apply(put(entry, offset));
    }
    writer.publish(loaded(at(0)), at(0));
    (lists, writer)
}

/// The entry as a candidate that no index filed.
pub(crate) fn candidate(entry: Entry, version: i64) -> Candidate {
    let common = Common { list: entry.key.list.clone(), handling: Arc::clone(&entry.handling) };
    Candidate::new(&entry, Arc::new(common), (version, 0), &mut Vec::new())
}

/// Files an entry under another identifier and another name than its own, as if hashes collided.
pub(crate) fn misfile(lists: &Lists, entry: Entry, identifier: &Identifier, name: NameKey) {
    let candidate = candidate(entry, 99);
    let filter = lists.filter.load();
    filter.add(lists.hash(identifier.key()));
    filter.add(lists.hash(name));
    lists.exact.map().insert(identifier.key(), candidate.clone());
    lists.names.map().insert(name, candidate);
}
