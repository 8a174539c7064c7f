//! The records of the wire contract as serde sees them: names and order are those of `schemas/`.
//!
//! Private to the codec: bytes stop at the door. A record's serde name is its Avro name, since the
//! Avro writer compares the two. What is absent is left out of JSON and takes the schema's default
//! in Avro.

mod alert;
mod entry;
mod event;
mod scalar;
mod suppression;

pub(super) use alert::{
    Alert, EventSummary, Evidence, ListVersion, Observation, Reason, Resemblance,
};
pub(super) use entry::{Handling, ListedIdentifier, ListedName, Share, WatchlistEntry};
pub(super) use event::{
    AdvancePassenger, BorderCrossing, CashDeclaration, ContainerMove, CustomsDeclaration, Envelope,
    GoodsItem, IdentifiedPerson, Journey, OtherName, Person, Place, TradeParty, TravelDocument,
    Vehicle, VehicleMovement, Vessel,
};
pub(super) use scalar::{Day, Instant, Symbol, Text};
pub(super) use suppression::Suppression;
