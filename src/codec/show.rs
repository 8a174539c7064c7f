//! Values as JSON for tools, whichever way they were written. Not for the hot path.

use std::sync::OnceLock;

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::types::Value as Avro;
use serde_json::Value as Json;

use super::framing::{Framing, Headers, SchemaRef, split};
use super::schemas::{Contract, Schemas};
use super::writer::Writer;
use super::{Error, SchemaText, rfc3339};
use crate::domain::{Date, Timestamp};

/// A value as JSON, with the names and forms of the JSON encoding. Avro values need a schema that
/// was shipped.
///
/// # Errors
/// As the decoder's: the value is not one of this contract.
pub fn to_json(contract: Contract, value: &[u8], headers: Headers<'_>) -> Result<Json, Error> {
    match split(value, headers)? {
        Framing::Json(text) => serde_json::from_slice(text).map_err(|error| Error::BadJson {
            line: error.line(),
            column: error.column(),
            reason: "it is no JSON",
        }),
        Framing::Avro { schema, datum } => {
            let unreadable = |_quotes| Error::Truncated { at: 0 };
            let writer = shipped(contract, schema)?;
            let reader = GenericDatumReader::builder(writer).build().map_err(unreadable)?;
            let mut bytes = datum;
            reader.read_value(&mut bytes).map(json).map_err(unreadable)
        }
    }
}

/// As [`to_json`], of an Avro value that was written with a schema that is not ours, as a registry
/// has it: read as a record of this contract.
///
/// # Errors
/// [`Error::UnusableSchema`] when the text is no schema; [`Error::Truncated`] when the value is not one of it,
/// or does not resolve into this contract.
pub fn to_json_from(
    contract: Contract,
    written_with: &SchemaText,
    value: &[u8],
    headers: Headers<'_>,
) -> Result<Json, Error> {
    let Framing::Avro { schema, mut datum } = split(value, headers)? else {
        return to_json(contract, value, headers);
    };
    let writer = Writer::parse(schema, written_with)?;
    // Not as a writer's: a reader's defaults and aliases count.
    let ours = Schema::parse_str(contract.text())
        .map_err(|_quotes| Error::UnusableSchema { schema, reason: "ours cannot be parsed" })?;
    let unreadable = |_quotes| Error::Truncated { at: 0 };
    let reading = GenericDatumReader::builder(writer.schema())
        .writer_schemata(vec![writer.family()])
        .map_err(unreadable)?;
    let resolving = reading.reader_schema(&ours).build().map_err(unreadable)?;
    resolving.read_value(&mut datum).map(json).map_err(unreadable)
}

/// A shipped schema, parsed once for all: a tool reads many values of one topic.
fn shipped(contract: Contract, schema: SchemaRef) -> Result<&'static Schema, Error> {
    static PARSED: OnceLock<Vec<Option<Schema>>> = OnceLock::new();
    let parsed = PARSED.get_or_init(|| {
        let released = Schemas::released().iter();
        released.map(|released| Schema::parse_str(released.text).ok()).collect()
    });
    let known = Schemas::released().iter().zip(parsed).find(|(released, _)| {
        released.contract == contract && SchemaRef::Id(released.id) == schema
    });
    known.and_then(|(_, parsed)| parsed.as_ref()).ok_or(Error::UnknownSchema(schema))
}

#[expect(clippy::wildcard_enum_match_arm, reason = "no contract of ours has another type")]
fn json(value: Avro) -> Json {
    match value {
        Avro::Boolean(flag) => flag.into(),
        Avro::Int(number) => number.into(),
        Avro::Long(number) => number.into(),
        Avro::Float(number) => number.into(),
        Avro::Double(number) => number.into(),
        Avro::String(text) | Avro::Enum(_, text) => text.into(),
        Avro::Union(_, inner) => json(*inner),
        Avro::Array(items) => items.into_iter().map(json).collect(),
        Avro::Map(pairs) => pairs.into_iter().map(|(key, value)| (key, json(value))).collect(),
        Avro::Record(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, json(value)))
            .filter(|(_, value)| !value.is_null())
            .collect(),
        Avro::TimestampMicros(micros) => Timestamp::from_micros(micros).map(rfc3339).into(),
        Avro::Date(days) => Date::from_epoch_days(days).map(Date::to_iso).into(),
        _ => Json::Null,
    }
}
