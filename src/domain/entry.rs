//! A watchlist entry: whom or what to look for, what to do, who owns it, who may know.

use std::sync::Arc;

use super::event::named;
use super::{AgencyId, Country, Date, EntryId, Identifier, ListId, Name, Sex, Timestamp};

/// One entry as its owner wrote it.
///
/// Holds intelligence and personal data: has no `Debug` and no `Display`.
#[derive(Clone, PartialEq)]
pub struct Entry {
    /// List and reference: the entry's identity.
    pub key: EntryKey,
    /// What sort of subject it is about.
    pub subject: Subject,
    /// Names and variants.
    pub names: Box<[ListedName]>,
    /// Dates of birth, as far as they are known; several when sources differ.
    pub birth_dates: Box<[Date]>,
    /// Nationalities.
    pub nationalities: Box<[Country]>,
    /// Sex of a person, when stated.
    pub sex: Option<Sex>,
    /// Places of birth as written, town, country or both; several when sources differ.
    pub birth_places: Box<[Box<str>]>,
    /// Exact identifiers.
    pub identifiers: Box<[Identifier]>,
    /// In force from this instant on; always when absent.
    pub valid_from: Option<Timestamp>,
    /// In force until just before this instant; for ever when absent.
    pub valid_to: Option<Timestamp>,
    /// The owner's text about this subject. For the owner and for those with a full view.
    pub narrative: Option<Box<str>>,
    /// Everything that many entries have in common.
    pub handling: Arc<Handling>,
}

impl Entry {
    /// Whether an event can meet it: by an identifier, or by a name with a date of birth that is known
    /// to the day.
    pub fn can_be_met(&self) -> bool {
        let by_name = !self.names.is_empty() && self.birth_dates.iter().any(|date| date.is_full());
        by_name || !self.identifiers.is_empty()
    }

    /// Whether the entry is in force at `now`.
    pub fn in_force(&self, now: Timestamp) -> bool {
        covers(self.valid_from, self.valid_to, now)
    }
}

/// Whether `now` lies between the two, the end excluded; an absent one is no bound.
pub(crate) fn covers(from: Option<Timestamp>, to: Option<Timestamp>, now: Timestamp) -> bool {
    from.is_none_or(|from| from <= now) && to.is_none_or(|to| now < to)
}

/// List and reference together; prints as `list/entry`, which is also the record's key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey {
    /// The list.
    pub list: ListId,
    /// The reference within the list.
    pub entry: EntryId,
}

impl EntryKey {
    /// Reads `list/entry`; `None` for another form.
    pub fn parse(text: &str) -> Option<Self> {
        let (list, entry) = text.split_once('/')?;
        Some(Self { list: ListId::parse(list).ok()?, entry: EntryId::parse(entry).ok()? })
    }
}

impl EntryKey {
    /// Whether these bytes are `list/entry`, as it prints.
    pub fn is_spelt(&self, bytes: &[u8]) -> bool {
        let entry = bytes
            .strip_prefix(self.list.as_str().as_bytes())
            .and_then(|rest| rest.strip_prefix(b"/"));
        entry == Some(self.entry.as_str().as_bytes())
    }
}

impl std::fmt::Display for EntryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.list.as_str(), self.entry.as_str())
    }
}

/// A name on a list.
#[derive(Clone, PartialEq, Eq)]
pub struct ListedName {
    /// Surname, or the whole name when its parts are not known.
    pub surname: Box<str>,
    /// Given names; empty when unknown.
    pub given: Box<str>,
    /// Whether the list calls it a weak alias: broad or generic, it proves little.
    pub weak: bool,
}

impl ListedName {
    /// The name itself.
    pub fn name(&self) -> Name<'_> {
        Name { surname: &self.surname, given: &self.given }
    }
}

/// What to do with a subject and who may know: the part of an entry that many share.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Handling {
    /// The agency that owns the entry, and so every alert it raises.
    pub owner: AgencyId,
    /// The unit within the agency.
    pub unit: Option<Box<str>>,
    /// How the unit is reached at any hour.
    pub contact: Option<Box<str>>,
    /// How soon to act.
    pub priority: Priority,
    /// What to do.
    pub action: Action,
    /// What to do where the action cannot be carried out.
    pub fallback: Action,
    /// Known to the owner alone: nothing of it may reach anybody else, the Command included.
    pub covert: bool,
    /// Agencies beside the owner that may know, and how much.
    pub audience: Box<[Share]>,
    /// Warnings for officers' safety.
    pub warnings: Box<[Box<str>]>,
    /// Why the subject is listed, as a code of the owner's.
    pub reason_code: Option<Box<str>>,
}

/// What one agency may see of an alert.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Share {
    /// The agency.
    pub agency: AgencyId,
    /// How much it may see.
    pub view: View,
}

named! {
    /// What sort of subject an entry is about.
    Subject {
        /// A person.
        Person = "PERSON",
        /// A document.
        Document = "DOCUMENT",
        /// A road vehicle.
        Vehicle = "VEHICLE",
        /// A vessel.
        Vessel = "VESSEL",
        /// A container.
        Container = "CONTAINER",
        /// An organisation.
        Organisation = "ORGANISATION",
        /// A telephone number or e-mail address.
        Contact = "CONTACT",
        /// A consignment or declaration.
        Consignment = "CONSIGNMENT",
        /// Another sort.
        Other = "OTHER",
    }
}

named! {
    /// How soon to act; the lower, the sooner.
    Priority {
        /// Before the subject leaves the officer's sight.
        Immediate = "IMMEDIATE",
        /// Within the hour.
        High = "HIGH",
        /// Within the shift.
        Routine = "ROUTINE",
    }
}

named! {
    /// What an officer is asked to do, the gravest first.
    Action {
        /// Arrest the person.
        Arrest = "ARREST",
        /// Refuse entry.
        RefuseEntry = "REFUSE_ENTRY",
        /// Tell the carrier not to board the person.
        DenyBoarding = "DENY_BOARDING",
        /// A child, a victim or a missing person: protect, do not enforce.
        Safeguard = "SAFEGUARD",
        /// Stop and refer to the owner.
        StopAndRefer = "STOP_AND_REFER",
        /// Seize the document.
        SeizeDocument = "SEIZE_DOCUMENT",
        /// Hold the goods.
        HoldGoods = "HOLD_GOODS",
        /// Search the person.
        SearchPerson = "SEARCH_PERSON",
        /// Search vehicle, container or goods.
        SearchGoods = "SEARCH_GOODS",
        /// Ask the owner's questions.
        Question = "QUESTION",
        /// Observe; the subject must not notice.
        ObserveCovert = "OBSERVE_COVERT",
        /// Tell the owner where the subject is; nothing else.
        LocateOnly = "LOCATE_ONLY",
        /// Tell the owner; nothing else.
        NotifyOwnerOnly = "NOTIFY_OWNER_ONLY",
    }
}

named! {
    /// How much of an alert an agency may see.
    View {
        /// That something needs its action, and whom to ask: no subject, no reason.
        Pointer = "POINTER",
        /// Subject, action and warnings; no narrative, no source.
        Summary = "SUMMARY",
        /// Everything.
        Full = "FULL",
    }
}
