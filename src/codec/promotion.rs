//! Which of the writer's primitive types are read as which of ours, and how.

use super::field::Kind;
use super::plan::Read;
use super::schema::{Meaning, Wire};

/// The promotions of Avro 1.12, Schema Resolution.
pub(super) fn primitive(kind: &Kind, wire: Wire<'_>) -> Option<Read> {
    Some(match (kind, wire) {
        (Kind::Bool, Wire::Boolean) => Read::Bool,
        (Kind::Int | Kind::Long, Wire::Int(_)) => Read::Int,
        (Kind::Long, Wire::Long(_)) => Read::Long,
        (Kind::Date, Wire::Int(Meaning::Plain | Meaning::Date)) => Read::Int,
        (Kind::Float, Wire::Int(_)) => Read::IntAsFloat,
        (Kind::Float, Wire::Long(_)) => Read::LongAsFloat,
        (Kind::Float | Kind::Double, Wire::Float) => Read::Float,
        (Kind::Double, Wire::Int(_)) => Read::IntAsDouble,
        (Kind::Double, Wire::Long(_)) => Read::LongAsDouble,
        (Kind::Double, Wire::Double) => Read::Double,
        (Kind::Text | Kind::Bytes, Wire::Text | Wire::Bytes) => Read::Span,
        _ => return None,
    })
}

/// Timestamps: the writer's unit if it states one, else ours.
pub(super) fn timestamp(wire: Wire<'_>, millis: bool) -> Option<Read> {
    match (wire, millis) {
        (Wire::Int(Meaning::Plain), true) => Some(Read::IntMillis),
        (Wire::Int(Meaning::Plain), false) => Some(Read::Int),
        (Wire::Long(Meaning::Plain), true) => Some(Read::LongMillis),
        (Wire::Long(Meaning::Plain), false) => Some(Read::Long),
        (Wire::Long(Meaning::TimestampMillis), _) => Some(Read::LongMillis),
        (Wire::Long(Meaning::TimestampMicros), _) => Some(Read::Long),
        (Wire::Long(Meaning::TimestampNanos), _) => Some(Read::LongNanos),
        _ => None,
    }
}
