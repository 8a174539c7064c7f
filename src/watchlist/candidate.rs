//! An entry in force, as the indexes share it: one block of memory, reached by one pointer.

use std::cmp::Ordering;
use std::sync::Arc;

use triomphe::ThinArc;

use crate::domain::{
    Country, Date, Described, Entry, EntryId, EntryKey, Handling, Identifier, ListId, ListedName,
    Name, Sex, Subject, Timestamp, covers,
};

use super::packed::{Packed, pack};

/// One entry on the lists with the version of it, shared by the indexes; equal only to itself.
///
/// Millions are held, so it is packed: what is asked for is read from the block then and there.
/// [`Self::entry`] gives the whole.
#[derive(Clone)]
pub struct Candidate(Block);

/// The block of memory itself.
pub(super) type Block = ThinArc<Header, u8>;

/// What stands before the packed bytes.
pub(super) struct Header {
    common: Arc<Common>,
    version: i64,
    digest: u64,
}

/// What very many entries have in common, and hold once.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Common {
    pub(super) list: ListId,
    pub(super) handling: Arc<Handling>,
}

impl Candidate {
    /// Packs an entry; `buffer` is scratch space.
    pub(super) fn new(
        entry: &Entry,
        common: Arc<Common>,
        (version, digest): (i64, u64),
        buffer: &mut Vec<u8>,
    ) -> Self {
        buffer.clear();
        pack(entry, buffer);
        Self(ThinArc::from_header_and_slice(Header { common, version, digest }, buffer))
    }

    /// The entry as its owner wrote it.
    pub fn entry(&self) -> Entry {
        let listed = |(name, weak): (Name<'_>, bool)| ListedName {
            surname: name.surname.into(),
            given: name.given.into(),
            weak,
        };
        Entry {
            key: self.key(),
            subject: self.subject(),
            names: self.names_with_weakness().map(listed).collect(),
            birth_dates: self.birth_dates().collect(),
            nationalities: self.nationalities().collect(),
            sex: self.sex(),
            birth_places: self.birth_places().map(Box::from).collect(),
            identifiers: self.identifiers().collect(),
            valid_from: self.packed().valid_from(),
            valid_to: self.valid_to(),
            narrative: self.narrative().map(Box::from),
            handling: Arc::clone(self.handling()),
        }
    }

    /// The offset of the record that wrote it.
    pub fn version(&self) -> i64 {
        self.header().version
    }

    /// List and reference: the entry's identity.
    pub fn key(&self) -> EntryKey {
        let entry = EntryId::restore(self.reference());
        EntryKey { list: self.list().clone(), entry }
    }

    /// The list it is on.
    pub fn list(&self) -> &ListId {
        &self.header().common.list
    }

    /// The reference within the list.
    pub fn reference(&self) -> &str {
        self.packed().reference()
    }

    /// What sort of subject it is about.
    pub fn subject(&self) -> Subject {
        self.packed().subject()
    }

    /// Names and variants.
    pub fn names(&self) -> impl Iterator<Item = Name<'_>> {
        self.names_with_weakness().map(|(name, _)| name)
    }

    /// The same, each with whether it is a weak alias.
    pub fn names_with_weakness(&self) -> impl Iterator<Item = (Name<'_>, bool)> {
        self.packed().names()
    }

    /// Dates of birth, as far as they are known.
    pub fn birth_dates(&self) -> impl Iterator<Item = Date> {
        self.packed().birth_dates()
    }

    /// Nationalities.
    pub fn nationalities(&self) -> impl Iterator<Item = Country> {
        self.packed().nationalities()
    }

    /// Sex, when stated.
    pub fn sex(&self) -> Option<Sex> {
        self.packed().sex()
    }

    /// Places of birth as written.
    pub fn birth_places(&self) -> impl Iterator<Item = &str> {
        self.packed().birth_places()
    }

    /// Exact identifiers.
    pub fn identifiers(&self) -> impl Iterator<Item = Identifier> {
        self.packed().identifiers()
    }

    /// In force until just before this instant; for ever when absent.
    pub fn valid_to(&self) -> Option<Timestamp> {
        self.packed().valid_to()
    }

    /// Whether it is in force at `now`.
    pub fn in_force(&self, now: Timestamp) -> bool {
        covers(self.packed().valid_from(), self.valid_to(), now)
    }

    /// The owner's text about this subject.
    pub fn narrative(&self) -> Option<&str> {
        self.packed().narrative()
    }

    /// What to do and who may know.
    pub fn handling(&self) -> &Arc<Handling> {
        &self.header().common.handling
    }

    /// Whether it is this entry, whichever version of it.
    pub(super) fn is(&self, key: &EntryKey) -> bool {
        *self.list() == key.list && self.reference() == key.entry.as_str()
    }

    /// Whether it states the same of its subject as `other`, in the same order, and so is filed under
    /// the same keys.
    pub(super) fn states_what(&self, other: &Self) -> bool {
        self.packed().stated() == other.packed().stated()
    }

    /// Whether its names are filed as those of `other` are.
    pub(super) fn is_named_as(&self, other: &Self) -> bool {
        self.subject() == other.subject() && self.states_what(other)
    }

    /// Orders by entry, whatever the version.
    pub fn cmp_by_key(&self, other: &Self) -> Ordering {
        self.list().cmp(other.list()).then_with(|| self.reference().cmp(other.reference()))
    }

    /// Digest of the record, for the list's checksum.
    pub(super) fn digest(&self) -> u64 {
        self.header().digest
    }

    /// The block it is, for those who keep it elsewhere.
    pub(super) fn block(&self) -> &Block {
        &self.0
    }

    /// The candidate that a block is.
    pub(super) fn of_block(block: Block) -> Self {
        Self(block)
    }

    fn header(&self) -> &Header {
        &self.0.header.header
    }

    fn packed(&self) -> Packed<'_> {
        Packed(&self.0.slice)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self.header()).addr()
    }
}

impl Described for Candidate {
    fn subject(&self) -> Subject {
        Self::subject(self)
    }

    fn names(&self) -> impl Iterator<Item = Name<'_>> {
        Self::names(self)
    }

    fn birth_dates(&self) -> impl Iterator<Item = Date> {
        Self::birth_dates(self)
    }

    fn nationalities(&self) -> impl Iterator<Item = Country> {
        Self::nationalities(self)
    }

    fn sex(&self) -> Option<Sex> {
        Self::sex(self)
    }

    fn birth_places(&self) -> impl Iterator<Item = &str> {
        Self::birth_places(self)
    }

    fn weak_names(&self) -> impl Iterator<Item = Name<'_>> {
        self.names_with_weakness().filter(|(_, weak)| *weak).map(|(name, _)| name)
    }

    fn identifiers(&self) -> impl Iterator<Item = Identifier> {
        Self::identifiers(self)
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for Candidate {}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The most urgent first, so that of too many the least urgent are left out; then by entry and by
/// version: the same on every instance, whatever the way to it. Where all are equal, as they are in
/// tests alone, by place in memory.
impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        if self == other {
            return Ordering::Equal;
        }
        let urgency = self.handling().priority.cmp(&other.handling().priority);
        urgency
            .then_with(|| self.cmp_by_key(other))
            .then_with(|| self.version().cmp(&other.version()))
            .then_with(|| self.address().cmp(&other.address()))
    }
}
