//! Instants as text (RFC 3339), for people and for JSON.

use crate::domain::Timestamp;

/// The instant in UTC with microseconds as needed, such as `2026-01-31T09:30:00Z`.
pub fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.micros())
        .map_or_else(|_| String::new(), |at| at.to_string())
}

/// Reads an instant; `None` for anything else.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    Timestamp::from_micros(text.parse::<jiff::Timestamp>().ok()?.as_microsecond())
}
