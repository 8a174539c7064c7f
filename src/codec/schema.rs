//! An Avro schema seen by its wire type: references resolved, logical types set beside.
//!
//! Both sides of a resolution are read through [`Names::wire`], so that the rules of
//! "Avro 1.12, Schema Resolution" need only speak of the fourteen types that Avro encodes.

use apache_avro::Schema;
use apache_avro::schema::{
    EnumSchema, InnerDecimalSchema, Name, RecordSchema, ResolvedSchema, UuidSchema,
};

/// How a schema is encoded.
#[derive(Clone, Copy)]
pub(super) enum Wire<'s> {
    Null,
    Boolean,
    Int(Meaning),
    Long(Meaning),
    Float,
    Double,
    Bytes,
    Text,
    Fixed { size: usize, name: &'s Name },
    Enum(&'s EnumSchema),
    Array(&'s Schema),
    Map(&'s Schema),
    Union(&'s [Schema]),
    Record(&'s RecordSchema),
}

/// What an integer counts: the logical types that matter here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Plain,
    Date,
    TimestampMillis,
    TimestampMicros,
    TimestampNanos,
    /// Times of day and local times: no instants, so that nothing but a plain number takes them.
    Other,
}

/// The named types of one schema.
pub(super) struct Names<'s> {
    resolved: ResolvedSchema<'s>,
}

impl<'s> Names<'s> {
    /// Collects the names; an error says which reference leads nowhere.
    pub(super) fn of(schema: &'s Schema) -> Result<Self, Box<str>> {
        let resolved = ResolvedSchema::try_from(schema)
            .map_err(|_without_detail| "it refers to a type that it does not define")?;
        Ok(Self { resolved })
    }

    /// Every record that is defined.
    pub(super) fn records(&self) -> impl Iterator<Item = &'s RecordSchema> {
        self.resolved.get_names().values().filter_map(|schema| {
            if let Schema::Record(record) = *schema { Some(record) } else { None }
        })
    }

    /// The wire type of a schema; `None` when a reference leads nowhere.
    pub(super) fn wire(&self, schema: &'s Schema) -> Option<Wire<'s>> {
        Some(match schema {
            Schema::Null => Wire::Null,
            Schema::Boolean => Wire::Boolean,
            Schema::Int => Wire::Int(Meaning::Plain),
            Schema::Date => Wire::Int(Meaning::Date),
            Schema::TimeMillis => Wire::Int(Meaning::Other),
            Schema::Long => Wire::Long(Meaning::Plain),
            Schema::TimestampMillis => Wire::Long(Meaning::TimestampMillis),
            Schema::TimestampMicros => Wire::Long(Meaning::TimestampMicros),
            Schema::TimestampNanos => Wire::Long(Meaning::TimestampNanos),
            Schema::TimeMicros
            | Schema::LocalTimestampMillis
            | Schema::LocalTimestampMicros
            | Schema::LocalTimestampNanos => Wire::Long(Meaning::Other),
            Schema::Float => Wire::Float,
            Schema::Double => Wire::Double,
            Schema::Bytes | Schema::BigDecimal | Schema::Uuid(UuidSchema::Bytes) => Wire::Bytes,
            Schema::String | Schema::Uuid(UuidSchema::String) => Wire::Text,
            Schema::Fixed(fixed)
            | Schema::Duration(fixed)
            | Schema::Uuid(UuidSchema::Fixed(fixed)) => {
                Wire::Fixed { size: fixed.size, name: &fixed.name }
            }
            Schema::Decimal(decimal) => match &decimal.inner {
                InnerDecimalSchema::Bytes => Wire::Bytes,
                InnerDecimalSchema::Fixed(fixed) => {
                    Wire::Fixed { size: fixed.size, name: &fixed.name }
                }
            },
            Schema::Enum(symbols) => Wire::Enum(symbols),
            Schema::Array(array) => Wire::Array(&array.items),
            Schema::Map(map) => Wire::Map(&map.types),
            Schema::Union(union) => Wire::Union(union.variants()),
            Schema::Record(record) => Wire::Record(record),
            // A definition holds no reference to itself at its top, so this goes one step deep.
            Schema::Ref { name } => {
                return self.wire(self.resolved.get_names().get(name).copied()?);
            }
        })
    }
}

impl Wire<'_> {
    /// The type's name in the words of the Avro specification.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Int(_) => "int",
            Self::Long(_) => "long",
            Self::Float => "float",
            Self::Double => "double",
            Self::Bytes => "bytes",
            Self::Text => "string",
            Self::Fixed { .. } => "fixed",
            Self::Enum(_) => "enum",
            Self::Array(_) => "array",
            Self::Map(_) => "map",
            Self::Union(_) => "union",
            Self::Record(_) => "record",
        }
    }
}
