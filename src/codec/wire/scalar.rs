//! Values that JSON spells as text and Avro as a number: enumerations, instants, dates.

use std::borrow::Cow;

use serde::ser::{Error as _, Serialize, Serializer};

use crate::domain::{Date, Timestamp};

/// Text borrowed from the domain value where it has the text, made here where it has not.
pub(crate) type Text<'a> = Cow<'a, str>;

/// A symbol of an enumeration: a string in JSON, its position in the schema in Avro.
#[derive(Clone, Copy)]
pub(crate) struct Symbol(pub(crate) &'static str);

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The Avro writer looks the symbol up by name when the position does not fit it, so the
        // order of a schema's symbols need not be that of the code.
        serializer.serialize_unit_variant("", u32::MAX, self.0)
    }
}

/// An instant: RFC 3339 text in UTC in JSON, `timestamp-micros` in Avro.
#[derive(Clone, Copy)]
pub(crate) struct Instant(pub(crate) Timestamp);

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let micros = self.0.micros();
        if serializer.is_human_readable() {
            let instant = jiff::Timestamp::from_microsecond(micros).map_err(S::Error::custom)?;
            serializer.collect_str(&instant)
        } else {
            serializer.serialize_i64(micros)
        }
    }
}

/// A full calendar date: `YYYY-MM-DD` in JSON, Avro's `date` in Avro.
#[derive(Clone, Copy)]
pub(crate) struct Day {
    date: Date,
    epoch_days: i32,
}

impl Day {
    /// The date to write; `None` when its day is not known, which `date` cannot express.
    pub(crate) fn new(date: Date) -> Option<Self> {
        date.to_epoch_days().map(|epoch_days| Self { date, epoch_days })
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.date.to_iso())
        } else {
            serializer.serialize_i32(self.epoch_days)
        }
    }
}
