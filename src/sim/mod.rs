//! A border that does not exist: watchlists of invented people and things, and the traffic that
//! meets them now and then.
//!
//! In: settings, seeds, instants. Out: [`Entry`](crate::domain::Entry) values, and events with the
//! entries each must be met by.
//! Invariants: the same seed gives the same bytes on every machine; the truth is reckoned from what
//! was planted, never by comparing names or numbers, so that it can judge the code that does.
//! Absent on purpose: clocks, I/O, threads, any source of chance but ChaCha8.

mod dice;
mod casting;
pub mod corpus;
mod listed;
mod lists;
mod mistaken;
mod numbers;
mod people;
mod scene;
mod sketch;
mod stock;
mod traffic;
mod world;

pub use traffic::{Planned, Traffic};
pub use world::World;

use crate::domain::Timestamp;

/// How large the lists are and how often they are met.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Makes the lists.
    pub seed: u64,
    /// The instant around which entries are in force: about one in seven has lapsed some time
    /// before it, or begins some time after it.
    pub epoch: Timestamp,
    /// People, most by name, birth date and document, some by one of these alone.
    pub listed_people: u32,
    /// Stolen and lost documents.
    pub listed_documents: u32,
    /// Vehicles, by plate and often by VIN.
    pub listed_vehicles: u32,
    /// Containers.
    pub listed_containers: u32,
    /// Traders, by EORI.
    pub listed_traders: u32,
    /// Vessels, by IMO number and often by MMSI.
    pub listed_vessels: u32,
    /// Telephone numbers and e-mail addresses.
    pub listed_contacts: u32,
    /// Consignments, by MRN.
    pub listed_consignments: u32,
    /// The share of subjects in the traffic that touch a list, 0 to 1. Somewhat fewer are to be
    /// met: of those some entries are not in force, or know too little.
    pub hit_share: f64,
    /// The share of subjects that nearly touch a list and must not be met, 0 to 1.
    pub decoy_share: f64,
    /// Whether names that are alike are met, and not equal ones alone: the truth is reckoned so.
    pub names_alike: bool,
    /// From a passenger's being announced to the same passenger's crossing.
    pub travel_seconds: u32,
}

impl Settings {
    /// Lists of about `subjects` subjects in the usual proportions: one in 500 travellers touches
    /// a list, as many do nearly, and a journey takes an hour and a half.
    pub fn sized(seed: u64, epoch: Timestamp, subjects: u32) -> Self {
        let part = |per_mille: u32| {
            let share = u64::from(subjects) * u64::from(per_mille) / 1_000;
            u32::try_from(share).unwrap_or(u32::MAX).max(subjects.min(1))
        };
        Self {
            seed,
            epoch,
            listed_people: part(550),
            listed_documents: part(250),
            listed_vehicles: part(90),
            listed_containers: part(40),
            listed_traders: part(20),
            listed_vessels: part(5),
            listed_contacts: part(40),
            listed_consignments: part(5),
            hit_share: 1.0 / 500.0,
            decoy_share: 1.0 / 500.0,
            names_alike: false,
            travel_seconds: 5_400,
        }
    }
}
