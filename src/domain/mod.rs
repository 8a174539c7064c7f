//! The vocabulary: events, identifiers, watchlist entries, alerts, suppressions.
//!
//! In: nothing. Out: typed values for every other room.
//! Invariants: a value that exists is valid; what holds personal data has no `Debug` that shows it
//! and no `Display`.
//! Absent on purpose: I/O, wire formats, clocks, serde.

mod alert;
mod country;
mod entry;
mod event;
mod identifier;
mod label;
mod name;
mod suppression;
mod time;

pub use alert::{
    Alert, AlertId, Attribute, Audience, Coordinates, EventSummary, Evidence, LeftOut, ListVersion,
    Notice, Observation, Observed, Reason, Relation, Resemblance,
};
pub use country::Country;
pub(crate) use entry::covers;
pub use entry::{Action, Entry, EntryKey, Handling, ListedName, Priority, Share, Subject, View};
pub use event::{
    AdvancePassenger, CashDeclaration, ContainerMove, Crossing, Declaration, Defect, Direction,
    Event, Facts, Item, Journey, Mode, Party, Place, Revision, Role, Sex, Stated, Topic,
    VehicleMovement,
};
pub use identifier::{Check, Identifier, Key, Kind, Reason as RefusalReason, Refusal};
pub use label::{AgencyId, EntryId, EventId, ListId, OfficerRef, Unfit};
pub use name::{Folded, Name};
pub use suppression::{Described, Fingerprint, Pair, PairId, SubjectKey, Suppression, Term};
pub use time::{Date, Timestamp};
