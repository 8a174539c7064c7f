//! Why a value could not be decoded: a cause for counting, and where it happened.
//!
//! No text here ever holds a decoded value, a symbol or an unknown field's name: what was in the
//! bytes may be personal data, and these texts go to logs and dead-letter headers. Field paths are
//! those of our own schemas; names in [`Error::IncompatibleSchema`] come from schemas.

use std::fmt;

use super::SchemaRef;
use crate::domain::{Refusal, Unfit};

/// Why a value could not be decoded. `Display` is the detail: path or byte position, never content.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes end within a value.
    #[error(
        "the bytes end within the value that begins at byte {at}: send the whole datum, written \
         with the schema that its id names"
    )]
    Truncated {
        /// Byte position in the datum.
        at: usize,
    },
    /// Bytes remain behind the last value.
    #[error(
        "bytes remain behind the datum, from byte {at}: was it written with another schema than \
         its id names?"
    )]
    TrailingBytes {
        /// Byte position in the datum.
        at: usize,
    },
    /// A variable-length integer does not end within 10 bytes, or exceeds 64 bits.
    #[error("the integer at byte {at} does not fit 64 bits (Avro 1.12, Binary Encoding)")]
    BadInteger {
        /// Byte position in the datum.
        at: usize,
    },
    /// A length or block count is negative where that means nothing, or a block's size is untrue.
    #[error("the length at byte {at} is negative or untrue")]
    BadLength {
        /// Byte position in the datum.
        at: usize,
    },
    /// A boolean is neither 0 nor 1.
    #[error("the boolean at byte {at} is neither 0 nor 1")]
    BadBoolean {
        /// Byte position in the datum.
        at: usize,
    },
    /// An enum's symbol is unknown, and the reader has no default symbol.
    #[error("the enum at {place} has a symbol that its schema lacks")]
    BadEnum {
        /// Where it stands.
        place: Place,
    },
    /// A union names a branch that the writer's schema lacks, or that our field cannot hold.
    #[error("the union at byte {at} has a branch that is out of range or fits no type of ours")]
    BadUnion {
        /// Byte position in the datum.
        at: usize,
    },
    /// A number is outside the range of its field.
    #[error("the number at {place} is outside the range of its type")]
    OutOfRange {
        /// Where it stands.
        place: Place,
    },
    /// A bound of [`super::Limits`] is exceeded.
    #[error("the value exceeds the limit {limit} of {max}: split it, or raise the limit")]
    TooLarge {
        /// The field of [`super::Limits`] that was exceeded.
        limit: &'static str,
        /// Its value.
        max: usize,
    },
    /// A text is not UTF-8.
    #[error("{path} is not UTF-8: encode texts in UTF-8")]
    NotUtf8 {
        /// Dotted path of the field.
        path: Box<str>,
    },
    /// The text is not JSON as RFC 8259 defines it.
    #[error("line {line}, column {column}: {reason} (RFC 8259)")]
    BadJson {
        /// Line in the text, from 1.
        line: usize,
        /// Column in the line, from 1.
        column: usize,
        /// What is wrong, without content.
        reason: &'static str,
    },
    /// A JSON value has another type than its field.
    #[error("{path} is {found}: give {expected}")]
    WrongType {
        /// Dotted path of the field.
        path: Box<str>,
        /// What the field takes.
        expected: &'static str,
        /// The type that was found, never the value.
        found: &'static str,
    },
    /// A field without default is absent.
    #[error("{path} is missing: give {expected}")]
    MissingField {
        /// Dotted path of the field.
        path: Box<str>,
        /// What the field takes.
        expected: &'static str,
    },
    /// A JSON object names a field twice, so that readers could disagree on its value.
    #[error("{path} is given twice: give it once")]
    DuplicateField {
        /// Dotted path of the field.
        path: Box<str>,
    },
    /// The writer's schema cannot be resolved into ours (Avro 1.12, Schema Resolution).
    #[error("the writer's schema does not fit ours at {path}: {reason}")]
    IncompatibleSchema {
        /// Dotted path of our field.
        path: Box<str>,
        /// Which rule is broken. Holds names from schemas only.
        reason: Box<str>,
    },
    /// The writer's schema cannot be used, whatever is read with it.
    #[error("the writer's schema of {schema} cannot be used: {reason}")]
    UnusableSchema {
        /// Which schema.
        schema: SchemaRef,
        /// What is wrong with it, without its words.
        reason: &'static str,
    },
    /// A schema of our own has a form that the decoder does not support.
    #[error("the reader's schema cannot be used at {path}: {reason}")]
    BadShape {
        /// Dotted path of the field.
        path: Box<str>,
        /// Which rule is broken.
        reason: Box<str>,
    },
    /// The registry knows no such schema.
    #[error("no schema has {0}: register it, or write with a registered schema")]
    UnknownSchema(SchemaRef),
    /// A field that must hold something useful does not.
    #[error("{field}: {refusal}")]
    Refused {
        /// Dotted path of the field.
        field: &'static str,
        /// Why; holds no part of the value.
        refusal: Refused,
    },
    /// A value to be written states something that its record has no field for.
    #[error("{record} has no field for {what}: leave it out, or choose another topic")]
    NoField {
        /// The record.
        record: &'static str,
        /// What has no place: the name of a role or of an attribute.
        what: &'static str,
    },
    /// A value to be written does not fit its schema, which is a mistake in this program.
    #[error(
        "the value does not fit the schema of {topic}: report this as a mistake in the program"
    )]
    Unwritable {
        /// The schema's name.
        topic: &'static str,
    },
    /// The value is neither JSON nor in the Confluent wire format.
    #[error("the framing is unknown: {reason}")]
    BadFraming {
        /// What is wrong, without content.
        reason: &'static str,
    },
}

impl Error {
    /// A stable name of the cause in `snake_case`, for metric labels and dead-letter headers.
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Truncated { .. } => "truncated",
            Self::TrailingBytes { .. } => "trailing_bytes",
            Self::BadInteger { .. } => "bad_integer",
            Self::BadLength { .. } => "bad_length",
            Self::BadBoolean { .. } => "bad_boolean",
            Self::BadEnum { .. } => "bad_enum",
            Self::BadUnion { .. } => "bad_union",
            Self::OutOfRange { .. } => "out_of_range",
            Self::TooLarge { .. } => "too_large",
            Self::NotUtf8 { .. } => "not_utf8",
            Self::BadJson { .. } => "bad_json",
            Self::WrongType { .. } => "wrong_type",
            Self::MissingField { .. } => "missing_field",
            Self::DuplicateField { .. } => "duplicate_field",
            Self::IncompatibleSchema { .. } => "incompatible_schema",
            Self::UnusableSchema { .. } => "unusable_schema",
            Self::BadShape { .. } => "bad_shape",
            Self::UnknownSchema(_) => "unknown_schema",
            Self::Refused { .. } => "refused",
            Self::NoField { .. } => "no_field",
            Self::Unwritable { .. } => "unwritable",
            Self::BadFraming { .. } => "bad_framing",
        }
    }
}

/// Why the content of a field was refused. Says what may stand there, never what stood there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// No label of agencies, lists, entries or events.
    #[error(transparent)]
    Label(#[from] Unfit),
    /// No identifier, country or date.
    #[error(transparent)]
    Subject(#[from] Refusal),
    /// Another rule.
    #[error("{0}")]
    Rule(&'static str),
}

/// Where in a value something stands: binary data has positions, JSON has paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Byte position in the datum.
    Byte(usize),
    /// Dotted path of the field.
    Field(Box<str>),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(at) => write!(f, "byte {at}"),
            Self::Field(path) => f.write_str(path),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_says_what_where_and_how_to_mend_it() {
        let error = Error::MissingField {
            path: "envelope.occurred_at".into(),
            expected: "an RFC 3339 time such as 2026-01-31T09:30:00Z",
        };
        assert_eq!(
            error.to_string(),
            "envelope.occurred_at is missing: give an RFC 3339 time such as 2026-01-31T09:30:00Z"
        );
        assert_eq!(error.cause(), "missing_field");
    }

    #[test]
    fn an_error_stays_small_enough_to_return_by_value() {
        assert!(size_of::<Error>() <= 64, "{}", size_of::<Error>());
    }
}
