//! An alert: one event that met what somebody looks for, explained, owned and addressed.

use super::event::named;
use super::{
    Action, AgencyId, Check, Direction, EntryKey, Kind, ListId, Mode, Priority, Revision, Role,
    Share, Timestamp, Topic, View,
};

/// One alert, complete: nobody but its owner sees all of this. What others see is a view of it.
///
/// Holds personal data and intelligence: has no `Debug` and no `Display`.
#[derive(Clone)]
pub struct Alert {
    /// Deterministic: the same event and the same findings give the same id.
    pub id: AlertId,
    /// The event that raised it.
    pub event: EventSummary,
    /// How soon to act: the soonest of its reasons.
    pub priority: Priority,
    /// What to do: the gravest of its reasons.
    pub action: Action,
    /// What to do where that cannot be done.
    pub fallback: Action,
    /// The agency that owns it.
    pub owner: AgencyId,
    /// The unit within the agency.
    pub unit: Option<Box<str>>,
    /// How the unit is reached, as the gravest of its reasons has it.
    pub contact: Option<Box<str>>,
    /// Known to the owner alone.
    pub covert: bool,
    /// Warnings for officers' safety, those of all reasons.
    pub warnings: Vec<Box<str>>,
    /// Why: one reason for each entry that was met.
    pub reasons: Vec<Reason>,
    /// The lists that its reasons stand on, as they stood. The others are left out: who may read an
    /// alert may not know of every list, and a change elsewhere must not change its bytes.
    pub lists: Vec<ListVersion>,
    /// Required lists that were missing, incomplete or stale.
    pub not_screened: Vec<ListId>,
    /// What is missing here only because the whole was too large for its topic.
    pub left_out: Vec<LeftOut>,
    /// Whether candidates were not looked at because the event met more than the bound.
    pub cut: bool,
}

named! {
    /// A part of an alert that was too large to be sent.
    LeftOut {
        /// What agreed, attribute by attribute.
        Evidence = "EVIDENCE",
        /// The owners' texts.
        Narrative = "NARRATIVE",
        /// Warnings for officers' safety: there are some, and the owner must be asked.
        Warnings = "WARNINGS",
    }
}

/// Who reads a notice: each has a topic of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// The Border Police Command.
    Command,
    /// One agency.
    Agency(AgencyId),
}

/// An alert as one audience may see it: the only form in which an alert leaves the process.
///
/// Born in `alerting`, in one function, with everything the audience may not see already gone.
pub struct Notice {
    /// Who reads it.
    pub audience: Audience,
    /// How much the audience sees.
    pub view: View,
    /// What is left of the alert for it.
    pub alert: Alert,
}

/// 128 bits of a SHA-256; prints as 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlertId(pub [u8; 16]);

impl std::fmt::Display for AlertId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Where a record stands in its topic, and since when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordinates {
    /// Topic name.
    pub topic: Box<str>,
    /// Partition number.
    pub partition: i32,
    /// Offset in the partition.
    pub offset: i64,
    /// When the broker appended it: the clock of every promise.
    pub appended_at: Timestamp,
}

/// What an alert says about its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventSummary {
    /// The agency's name for the event.
    pub id: Box<str>,
    /// Whether the event is new, corrects an earlier one of its id, or takes it back.
    pub revision: Revision,
    /// The agency that published it.
    pub agency: AgencyId,
    /// Its kind.
    pub topic: Topic,
    /// Where it stands.
    pub at: Coordinates,
    /// When it happened, by the publisher's clock.
    pub occurred_at: Timestamp,
    /// UN/LOCODE of the place.
    pub place: Option<Box<str>>,
    /// Terminal, lane, desk or reader.
    pub control_point: Option<Box<str>>,
    /// Which way.
    pub direction: Direction,
    /// By which mode.
    pub mode: Mode,
    /// Carrier and number of the service.
    pub journey: Option<Box<str>>,
}

/// One entry that the event met, and how.
#[derive(Clone)]
pub struct Reason {
    /// List and reference.
    pub entry: EntryKey,
    /// The entry's version: the offset of the record that wrote it.
    pub version: i64,
    /// How soon to act.
    pub priority: Priority,
    /// What to do.
    pub action: Action,
    /// What to do where that cannot be done.
    pub fallback: Action,
    /// How the unit is reached about this entry.
    pub contact: Option<Box<str>>,
    /// Warnings for officers' safety.
    pub warnings: Box<[Box<str>]>,
    /// Agencies beside the owner that may know of this reason, and how much. Empty in a notice:
    /// who else knows is the owner's matter.
    pub audience: Box<[Share]>,
    /// The owner's code for why the subject is listed.
    pub reason_code: Option<Box<str>>,
    /// The owner's text.
    pub narrative: Option<Box<str>>,
    /// What agreed, attribute by attribute.
    pub evidence: Vec<Evidence>,
    /// How much speaks for a match by name, where there is one.
    pub resemblance: Option<Resemblance>,
}

/// Why a party of the event is held to be the subject of an entry, by name and what stands beside it.
#[derive(Clone)]
pub struct Resemblance {
    /// The part the party plays in the event.
    pub role: Role,
    /// The name that met, as stated.
    pub stated: String,
    /// The name that it met, as listed, in its own script.
    pub listed: String,
    /// The evidence, in sixteenths of a bit: a base-2 logarithm of a likelihood ratio.
    pub sixteenths: i32,
    /// How likely the two are one, in thousandths.
    pub per_mille: u16,
    /// What was observed; the evidence adds up to the whole.
    pub observations: Vec<Observation>,
}

/// One observation, and what it is worth.
#[derive(Clone)]
pub struct Observation {
    /// What it is about.
    pub about: Observed,
    /// In what way it agrees or differs; empty where there is nothing to add.
    pub how: &'static str,
    /// As stated.
    pub stated: String,
    /// As listed.
    pub listed: String,
    /// What it is worth, in sixteenths of a bit.
    pub sixteenths: i32,
}

named! {
    /// What an observation is about.
    Observed {
        /// Where every comparison starts: most subjects are not each other.
        Start = "start",
        /// Words that belong together.
        Alike = "alike",
        /// Words that stand against one another.
        Against = "against",
        /// Words that only the stated name has.
        OnlyStated = "only_stated",
        /// Words that only the listed name has.
        OnlyListed = "only_listed",
        /// How much of the names agrees.
        Whole = "whole",
        /// No word agrees.
        Nothing = "nothing",
        /// The listed name is a weak alias.
        WeakAlias = "weak_alias",
        /// Dates of birth.
        BirthDate = "birth_date",
        /// Nationalities.
        Nationality = "nationality",
        /// Sex.
        Sex = "sex",
        /// Places of birth.
        Place = "place",
        /// Identifiers.
        Identifier = "identifier",
    }
}

/// One attribute of the event beside the same attribute of the entry.
#[derive(Clone)]
pub struct Evidence {
    /// What was compared.
    pub attribute: Attribute,
    /// The part its bearer plays in the event.
    pub role: Role,
    /// As the event states it.
    pub stated: String,
    /// As the entry has it.
    pub listed: String,
    /// How the two relate.
    pub relation: Relation,
    /// Verdict of the printed check digit, where the attribute has one.
    pub check: Check,
}

/// What was compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// An exact identifier.
    Identifier(Kind),
    /// A name.
    Name,
    /// A date of birth.
    BirthDate,
    /// Nationality: supports or contradicts, never matches alone.
    Nationality,
    /// Sex: supports or contradicts, never matches alone.
    Sex,
    /// Place of birth: supports or contradicts, never matches alone.
    BirthPlace,
}

impl Attribute {
    /// The attribute's name, as the schemas spell it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identifier(kind) => kind.name(),
            Self::Name => "name",
            Self::BirthDate => "birth_date",
            Self::Nationality => "nationality",
            Self::Sex => "sex",
            Self::BirthPlace => "birth_place",
        }
    }
}

named! {
    /// How a stated attribute relates to the listed one.
    Relation {
        /// The same in normal form.
        Same = "SAME",
        /// Different: speaks against the match.
        Differs = "DIFFERS",
        /// One of the two does not state it.
        Missing = "MISSING",
        /// Not the same, and so alike that it speaks for the match.
        Alike = "ALIKE",
    }
}

/// A list as it stood when an event was screened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListVersion {
    /// The list.
    pub list: ListId,
    /// Position in the list topic up to which the list's changes were in force: with one
    /// partition, the offset after its newest change; with several, the sum over them.
    pub offset: i64,
    /// Entries in the list.
    pub entries: u64,
    /// Order-independent checksum over the list's live entries: equal content, equal checksum.
    pub checksum: u64,
}
