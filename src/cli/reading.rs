//! How tools read records: with the schemas that were shipped, and those of the registry.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use crate::codec::{self, Contract, Decoder, Headers, Limits, SchemaRef};
use crate::config::Settings;
use crate::domain::Entry;
use crate::kafka::{Kept, RegistryApi};
use crate::pipeline::header;

/// Reads records. A registry that does not answer ends the tool: what cannot be read because of that
/// must not look like what is broken.
pub(super) struct Reading {
    decoder: Decoder,
    registry: Option<RegistryApi>,
    known: HashMap<SchemaRef, Option<Arc<str>>>,
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
    pub(super) fn entry(&mut self, kept: &Kept) -> Result<Result<Entry, codec::Error>, String> {
        let (value, headers) = (kept.value.as_deref().unwrap_or_default(), headers(kept));
        let missing = match self.decoder.missing_schema(value, headers) {
            Ok(missing) => missing,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(missing) = missing
            && let Some(schema) = self.schema(missing)?
            && let Err(error) = self.decoder.learn(missing, &schema)
        {
            return Ok(Err(error));
        }
        Ok(self.decoder.decode_entry(kept.key.as_deref(), value, headers))
    }

    /// The record as an alert in JSON, or why it is none.
    pub(super) fn alert(&mut self, kept: &Kept) -> Result<Result<Value, codec::Error>, String> {
        let (value, headers) = (kept.value.as_deref().unwrap_or_default(), headers(kept));
        let missing = match self.decoder.missing_schema(value, headers) {
            Ok(missing) => missing,
            Err(error) => return Ok(Err(error)),
        };
        if let Some(missing) = missing
            && let Some(schema) = self.schema(missing)?
        {
            return Ok(codec::to_json_from(Contract::Alerts, &schema, value, headers));
        }
        Ok(shipped_alert(kept))
    }

    fn schema(&mut self, wanted: SchemaRef) -> Result<Option<Arc<str>>, String> {
        let Some(registry) = &self.registry else { return Ok(None) };
        if let Some(known) = self.known.get(&wanted) {
            return Ok(known.clone());
        }
        let found = registry.schema(wanted).map_err(|why| {
            format!(
                "the schema registry does not answer ({why}): its schema with {wanted} is needed"
            )
        })?;
        let found: Option<Arc<str>> = found.map(Into::into);
        self.known.insert(wanted, found.clone());
        Ok(found)
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
