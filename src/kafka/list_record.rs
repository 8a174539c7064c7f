//! A record of the list topic: read as a change of a list, or refused.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use sha2::{Digest as _, Sha256};

use crate::codec::{self, Decoder};
use crate::domain::{EntryKey, Timestamp};
use crate::pipeline::{Lookup, Schemas, header};
use crate::watchlist::Change;

/// How often a schema that is being fetched is asked for.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Why a record of the list topic changes nothing.
pub(super) struct Refusal {
    pub(super) cause: &'static str,
    pub(super) why: String,
}

/// A record of the list topic as a change. One that this program fails at is refused, as a lane does:
/// it would meet it again at each start.
pub(super) fn read(
    message: &BorrowedMessage<'_>,
    decoder: &mut Decoder,
    schemas: &dyn Schemas,
    stop: &AtomicBool,
) -> Result<Change, Refusal> {
    // The decoder forgets its last value before it reads the next.
    let decoding = AssertUnwindSafe(|| decoded(message, decoder, schemas, stop));
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
    schemas: &dyn Schemas,
    stop: &AtomicBool,
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
            while let Some(missing) = decoder.missing_schema(value, headers)? {
                match schemas.look_up(missing) {
                    Lookup::Found(schema) => decoder.learn(missing, &schema)?,
                    Lookup::Absent => return Err(codec::Error::UnknownSchema(missing)),
                    Lookup::Unusable(reason) => {
                        return Err(codec::Error::UnusableSchema { schema: missing, reason });
                    }
                    Lookup::Pending if stop.load(Ordering::Relaxed) => {
                        return Err(codec::Error::UnknownSchema(missing));
                    }
                    Lookup::Pending => std::thread::sleep(ASK_AGAIN),
                }
            }
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

fn headers<'a>(message: &'a BorrowedMessage<'_>) -> codec::Headers<'a> {
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
