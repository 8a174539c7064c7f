//! A record of the list topic: read as a change of a list, or refused.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use sha2::{Digest as _, Sha256};

use crate::codec::{self, Decoder, SchemaRef, SchemaText};
use crate::domain::{EntryKey, Timestamp};
use crate::pipeline::{Lookup, Schemas, header};
use crate::watchlist::Change;

use super::context::Complaints;

/// How often a schema that is being fetched is asked for.
const ASK_AGAIN: Duration = Duration::from_millis(50);
/// A registry that answers does so before this: from then on the wait is told.
const TELL_AFTER: Duration = Duration::from_secs(2);

/// Why a record of the list topic changes nothing.
pub(super) struct Refusal {
    pub(super) cause: &'static str,
    pub(super) why: String,
}

/// Where writer schemas come from, and who is told that they do not come.
pub(super) struct Source<'a> {
    pub(super) schemas: &'a dyn Schemas,
    pub(super) complaints: &'a Complaints,
    /// What waits for a schema that does not come, in the plural.
    pub(super) who: &'static str,
    /// Ends the wait for a schema.
    pub(super) stop: &'a AtomicBool,
}

/// A record of the list topic as a change. One that this program fails at is refused, as a lane does:
/// it would meet it again at each start.
pub(super) fn read(
    message: &BorrowedMessage<'_>,
    decoder: &mut Decoder,
    source: &Source<'_>,
) -> Result<Change, Refusal> {
    // The decoder forgets its last value before it reads the next.
    let decoding = AssertUnwindSafe(|| decoded(message, decoder, source));
    match catch_unwind(decoding) {
        Ok(Ok(change)) => Ok(change),
        Ok(Err(error)) => Err(Refusal { cause: error.cause(), why: error.to_string() }),
        Err(_panic) => {
            let why = "a fault of Portcullis itself: report it".to_owned();
            Err(Refusal { cause: "internal", why })
        }
    }
}

/// A record of the list topic as a change. Waits for a writer schema that is being fetched: the
/// lists are not loaded without it.
fn decoded(
    message: &BorrowedMessage<'_>,
    decoder: &mut Decoder,
    source: &Source<'_>,
) -> Result<Change, codec::Error> {
    let key = message.key().unwrap_or_default();
    let entry_key = std::str::from_utf8(key).ok().and_then(EntryKey::parse);
    let entry_key = entry_key.ok_or(codec::Error::Refused {
        field: "key",
        refusal: codec::Refused::Rule("give the record the key list/entry"),
    })?;
    let entry = match message.payload() {
        None => None,
        Some(value) => {
            let headers = headers(message);
            source.teach(decoder, value, headers)?;
            Some(decoder.decode_entry(Some(key), value, headers)?)
        }
    };
    let mut digest = Sha256::new_with_prefix(key);
    digest.update(message.payload().unwrap_or_default());
    let digest =
        digest.finalize().iter().take(8).fold(0, |hash, byte| hash << 8 | u64::from(*byte));
    Ok(Change {
        key: entry_key,
        entry,
        offset: message.offset(),
        position: 0,
        digest,
        written_at: message.timestamp().to_millis().and_then(Timestamp::from_millis),
    })
}

impl Source<'_> {
    /// Makes sure that the decoder knows the schema of a value, however long it takes.
    pub(super) fn teach(
        &self,
        decoder: &mut Decoder,
        value: &[u8],
        headers: codec::Headers<'_>,
    ) -> Result<(), codec::Error> {
        while let Some(missing) = decoder.missing_schema(value, headers)? {
            let schema = self.schema(missing)?;
            decoder.learn(missing, &schema)?;
        }
        Ok(())
    }

    /// A writer schema, however long it takes. Nothing else is read meanwhile: the lists' changes
    /// are applied in their order.
    fn schema(&self, schema: SchemaRef) -> Result<SchemaText, codec::Error> {
        let since = Instant::now();
        loop {
            let answer = match self.schemas.look_up(schema) {
                Lookup::Pending if !self.stop.load(Ordering::Relaxed) => {
                    if since.elapsed() >= TELL_AFTER {
                        self.complain(schema);
                    }
                    std::thread::sleep(ASK_AGAIN);
                    continue;
                }
                Lookup::Found(schema) => Ok(schema),
                Lookup::Absent | Lookup::Pending => Err(codec::Error::UnknownSchema(schema)),
                Lookup::Unusable(reason) => Err(codec::Error::UnusableSchema { schema, reason }),
            };
            let text = format!("the {} are read on: their schema is known", self.who);
            self.complaints.settle(&format!("schema of {}", self.who), &text);
            return answer;
        }
    }

    fn complain(&self, schema: SchemaRef) {
        let who = self.who;
        let text = format!(
            "the {who} wait for the schema with {schema}, which the schema registry has not given: \
             nothing is screened until they are loaded, and loaded {who} go stale"
        );
        self.complaints.make(&format!("schema of {who}"), &text);
    }
}

pub(super) fn headers<'a>(message: &'a BorrowedMessage<'_>) -> codec::Headers<'a> {
    let mut headers = codec::Headers { content_type: None, schema_id: None };
    for at in message.headers().iter().flat_map(|headers| headers.iter()) {
        match at.key {
            header::CONTENT_TYPE => headers.content_type = at.value,
            header::VALUE_SCHEMA_ID => headers.schema_id = at.value,
            _ => {}
        }
    }
    headers
}
