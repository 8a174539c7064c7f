//! Vocabulary to bytes: events, entries, suppressions and notices as JSON or Avro. Equal values, equal bytes.

mod entry;
mod event;
mod notice;
mod parts;
mod suppression;

use serde::Serialize;

use super::Error;
use super::schemas::{Contract, Schemas};
use crate::domain::{Entry, Event, Facts, Notice, Suppression};

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object; what is absent is left out.
    Json,
    /// Avro in the Confluent wire format: a zero, the schema's id in four bytes, the datum.
    Avro {
        /// The id under which readers find the schema; [`Contract::id`] where there is no registry.
        schema_id: u32,
    },
}

impl Format {
    /// The content type of what is written, for the record's header.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Avro { .. } => "avro/binary",
        }
    }
}

/// Writes an event as its topic has it.
///
/// # Errors
/// [`Error::NoField`] when the event states something that its topic's record has no field for.
pub fn encode_event(event: &Event<'_>, format: Format) -> Result<Vec<u8>, Error> {
    let contract = Contract::Events(event.topic());
    match &event.facts {
        Facts::Crossing(facts) => write(&event::crossing(event, facts)?, contract, format),
        Facts::AdvancePassenger(facts) => {
            write(&event::advance_passenger(event, facts)?, contract, format)
        }
        Facts::VehicleMovement(facts) => {
            write(&event::vehicle_movement(event, facts)?, contract, format)
        }
        Facts::ContainerMove(facts) => {
            write(&event::container_move(event, facts)?, contract, format)
        }
        Facts::Declaration(facts) => write(&event::declaration(event, facts)?, contract, format),
        Facts::CashDeclaration(facts) => write(&event::cash(event, facts)?, contract, format),
    }
}

/// Writes a watchlist entry.
///
/// # Errors
/// [`Error::Unwritable`] when the schema cannot hold it, which is a mistake of ours.
pub fn encode_entry(entry: &Entry, format: Format) -> Result<Vec<u8>, Error> {
    write(&entry::entry(entry), Contract::Entries, format)
}

/// Writes a suppression.
///
/// # Errors
/// [`Error::Unwritable`] when the schema cannot hold it, which is a mistake of ours.
pub fn encode_suppression(suppression: &Suppression, format: Format) -> Result<Vec<u8>, Error> {
    write(&suppression::suppression(suppression), Contract::Suppressions, format)
}

/// Writes a notice.
///
/// # Errors
/// [`Error::Unwritable`] when the schema cannot hold it, which is a mistake of ours.
pub fn encode_notice(notice: &Notice, format: Format) -> Result<Vec<u8>, Error> {
    write(&notice::notice(notice), Contract::Alerts, format)
}

fn write<T: Serialize>(record: &T, contract: Contract, format: Format) -> Result<Vec<u8>, Error> {
    match format {
        // The writers' own texts may quote what they were given; ours names the topic alone.
        Format::Json => serde_json::to_vec(record)
            .map_err(|_quotes| Error::Unwritable { topic: contract.topic() }),
        Format::Avro { schema_id } => {
            let mut bytes = vec![0];
            bytes.extend_from_slice(&schema_id.to_be_bytes());
            Schemas::write(contract, record, &mut bytes)?;
            Ok(bytes)
        }
    }
}
