//! The fields of our own schemas, as the plan and the JSON reader walk them.

use std::sync::Arc;

use apache_avro::schema::{Aliases, Name};

use super::datum::Value;
use super::shape::Record;

/// One field as the plan and the JSON reader walk it.
pub(super) struct Field {
    pub(super) name: Box<str>,
    /// Other names that a writer may use (Avro 1.12, Aliases).
    pub(super) aliases: Vec<String>,
    /// Dotted path from the root, for errors.
    pub(super) full_path: Box<str>,
    /// The first slot, and the one behind the last.
    pub(super) first: u16,
    pub(super) end: u16,
    pub(super) nullable: bool,
    pub(super) kind: Kind,
    /// The values of all its slots when the writer lacks the field.
    pub(super) default: Option<Vec<Value>>,
    /// The name of its type as Avro's JSON encoding of unions gives it.
    pub(super) branch: Box<str>,
}

/// The types of our own schemas.
pub(super) enum Kind {
    Bool,
    Int,
    Long,
    Float,
    Double,
    Text,
    Bytes,
    Fixed {
        size: usize,
        named: Named,
    },
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since 1970-01-01T00:00:00Z in the row, whichever unit the schema has.
    Timestamp {
        millis: bool,
    },
    Enum {
        named: Named,
        symbols: Arc<[Box<str>]>,
        default: Option<u16>,
    },
    List(Arc<Record>),
    Record {
        named: Named,
        fields: Vec<Field>,
    },
}

/// The unqualified name of a named type, and those it had before.
pub(super) struct Named {
    pub(super) name: Box<str>,
    aliases: Vec<Box<str>>,
}

impl Named {
    pub(super) fn new(name: &Name, aliases: &Aliases) -> Self {
        let aliases = aliases.iter().flatten().map(|alias| alias.name().into()).collect();
        Self { name: name.name().into(), aliases }
    }

    /// Whether a writer's type of this name may be read as ours: Avro compares names without their
    /// namespaces.
    pub(super) fn takes(&self, writer: &Name) -> bool {
        &*self.name == writer.name() || self.aliases.iter().any(|alias| **alias == *writer.name())
    }
}

impl Kind {
    /// What a JSON value must be, for errors.
    pub(super) fn expected(&self) -> &'static str {
        match self {
            Self::Bool => "true or false",
            Self::Int => "an integer of 32 bits",
            Self::Long => "an integer of 64 bits",
            Self::Float | Self::Double => "a number",
            Self::Text => "a text",
            Self::Bytes => "a text whose characters are bytes (U+0000 to U+00FF)",
            Self::Fixed { .. } => {
                "a text whose characters are bytes (U+0000 to U+00FF), of the type's size"
            }
            Self::Date => "a date such as 2026-01-31",
            Self::Timestamp { .. } => "an RFC 3339 time such as 2026-01-31T09:30:00Z",
            Self::Enum { .. } => "a text that is one of the type's symbols",
            Self::List(_) => "an array",
            Self::Record { .. } => "an object",
        }
    }
}

impl Field {
    /// Copies the default into a row, or into the part of one that begins at slot `base`; `None`
    /// when the field has no default.
    pub(super) fn copy_default(&self, base: u16, values: &mut [Value]) -> Option<()> {
        let range = usize::from(self.first - base)..usize::from(self.end - base);
        values.get_mut(range)?.copy_from_slice(self.default.as_ref()?);
        Some(())
    }
}
