//! Codec: bytes to records, by schema.
//!
//! In: the bytes of a value, the schema it was written with, and the schema that we read by.
//! Out: a [`Datum`], read through a [`View`] slot by slot, without intermediate trees.
//!
//! Invariants:
//! - hostile bytes end in an [`Error`], never in a panic, nor in memory beyond [`Limits`];
//! - an error names cause and place, never content;
//! - Avro, once warm, is decoded without an allocation.
//!
//! Absent on purpose: fetching of schemas (they are handed in), Avro container files, and Avro's
//! own value type, which costs ten times the decoding.

mod compile;
mod datum;
mod error;
mod framing;
mod input;
mod json;
#[cfg(test)]
mod oracle;
mod plan;
mod schema;
mod shape;

pub use datum::{Datum, Items, Limits, View};
pub use error::{Error, Place};
pub use framing::{Framing, Headers, SCHEMA_ID_HEADER, SchemaRef, split};
pub use json::read as read_json;
pub use plan::Plan;
pub use shape::{Record, Shape, Slot};
