//! Codec: bytes to vocabulary and back.
//!
//! In: the bytes of a record's value, its headers, the schema it was written with. Out: events and
//! entries; and the bytes of events, entries and notices.
//!
//! Invariants:
//! - hostile bytes end in an [`Error`], never in a panic, nor in memory beyond [`Limits`];
//! - an error names cause and place, never content;
//! - Avro, once warm, is decoded without an allocation;
//! - equal values have equal bytes.
//!
//! Absent on purpose: fetching of schemas (they are handed in), Avro container files, and Avro's
//! own value type, which costs ten times the decoding.

mod bind;
mod compile;
mod datum;
mod decoder;
mod encode;
mod error;
mod field;
mod framing;
mod input;
mod json;
#[cfg(test)]
mod oracle;
mod plan;
mod promotion;
mod prune;
mod schema;
mod schemas;
mod shape;
mod show;
mod text;
mod utf8;
mod weightless;
mod wire;
mod writer;

pub use datum::{Datum, Items, Limits, View};
pub use decoder::Decoder;
pub use encode::{Format, encode_entry, encode_event, encode_notice, encode_suppression};
pub use error::{Error, Place, Refused};
pub use framing::{Framing, Headers, SCHEMA_ID_HEADER, SchemaRef, split};
pub use json::read as read_json;
pub use plan::Plan;
pub use schemas::{Contract, Released, Schemas};
pub use shape::{Record, Shape, Slot};
pub use show::{to_json, to_json_from};
pub use text::{parse_rfc3339, rfc3339};
pub use writer::SchemaText;
