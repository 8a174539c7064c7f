//! How tools read records: with the schemas that were shipped, and those of the registry.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use serde_json::Value;

use crate::codec::{self, Contract, Decoder, Headers, Limits, SchemaRef, SchemaText};
use crate::config::Settings;
use crate::domain;
use crate::kafka::{Answer, Kept, RegistryApi};
use crate::pipeline::header;

/// Reads records. A registry that does not answer ends the tool: what cannot be read because of that
/// must not look like what is broken.
pub(super) struct Reading {
    decoder: Decoder,
    registry: Option<RegistryApi>,
    known: HashMap<SchemaRef, Answer>,
}

impl Reading {
    /// Reads with the registry of the settings, if they name one.
    pub(super) fn new(settings: &Settings) -> Result<Self, String> {
        let registry = settings.registry.clone().map(RegistryApi::new).transpose();
        Ok(Self {
            decoder: decoder()?,
            registry: registry.map_err(|error| error.to_string())?,
            known: HashMap::new(),
        })
    }

    /// The record as a watchlist entry, or why it is none.
    pub(super) fn entry(
        &mut self,
        kept: &Kept,
    ) -> Result<Result<domain::Entry, codec::Error>, String> {
        if let Err(error) = self.learn(kept)? {
            return Ok(Err(error));
        }
        let value = kept.value.as_deref().unwrap_or_default();
        Ok(self.decoder.decode_entry(kept.key.as_deref(), value, headers(kept)))
    }

    /// The record as a suppression, or why it is none.
    pub(super) fn suppression(
        &mut self,
        kept: &Kept,
    ) -> Result<Result<domain::Suppression, codec::Error>, String> {
        if let Err(error) = self.learn(kept)? {
            return Ok(Err(error));
        }
        let value = kept.value.as_deref().unwrap_or_default();
        Ok(self.decoder.decode_suppression(kept.key.as_deref(), value, headers(kept)))
    }

    /// Makes sure that the decoder knows the schema of the record, or says why it cannot.
    fn learn(&mut self, kept: &Kept) -> Result<Result<(), codec::Error>, String> {
        let value = kept.value.as_deref().unwrap_or_default();
        let missing = match self.decoder.missing_schema(value, headers(kept)) {
            Ok(Some(missing)) => missing,
            Ok(None) => return Ok(Ok(())),
            Err(error) => return Ok(Err(error)),
        };
        Ok(match self.schema(missing)? {
            Ok(schema) => self.decoder.learn(missing, &schema),
            Err(error) => Err(error),
        })
    }

    /// The record as an alert in JSON, or why it is none.
    pub(super) fn alert(&mut self, kept: &Kept) -> Result<Result<Value, codec::Error>, String> {
        let (value, headers) = (kept.value.as_deref().unwrap_or_default(), headers(kept));
        let missing = match self.decoder.missing_schema(value, headers) {
            Ok(missing) => missing,
            Err(error) => return Ok(Err(error)),
        };
        Ok(match missing.map(|missing| self.schema(missing)).transpose()? {
            None => shipped_alert(kept),
            Some(Ok(schema)) => codec::to_json_from(Contract::Alerts, &schema, value, headers),
            Some(Err(error)) => Err(error),
        })
    }

    /// The schema, or why there is none to read with.
    fn schema(&mut self, wanted: SchemaRef) -> Result<Result<SchemaText, codec::Error>, String> {
        let Some(registry) = &self.registry else {
            return Ok(Err(codec::Error::UnknownSchema(wanted)));
        };
        let known = match self.known.entry(wanted) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(registry.schema(wanted).map_err(|why| {
                format!(
                    "the schema registry does not answer ({why}): its schema with {wanted} is needed"
                )
            })?),
        };
        Ok(match known {
            Answer::Found(text) => Ok(text.clone()),
            Answer::Absent => Err(codec::Error::UnknownSchema(wanted)),
            Answer::Unusable(reason) => {
                Err(codec::Error::UnusableSchema { schema: wanted, reason })
            }
        })
    }
}

/// The record as an alert in JSON by the schemas that were shipped.
pub(super) fn shipped_alert(kept: &Kept) -> Result<Value, codec::Error> {
    let value = kept.value.as_deref().unwrap_or_default();
    codec::to_json(Contract::Alerts, value, headers(kept))
}

/// A decoder that knows the schemas that were shipped.
pub(super) fn decoder() -> Result<Decoder, String> {
    Decoder::new(Limits::STANDARD).map_err(|error| error.to_string())
}

fn headers(kept: &Kept) -> Headers<'_> {
    Headers {
        content_type: kept.header(header::CONTENT_TYPE),
        schema_id: kept.header(header::VALUE_SCHEMA_ID),
    }
}
