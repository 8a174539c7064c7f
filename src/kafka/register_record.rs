//! A record of the topic of suppressions: read as a change of the register, or refused.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rdkafka::message::{BorrowedMessage, Message as _};

use crate::codec::{self, Decoder, Refused};
use crate::domain::{Pair, PairId, Suppression};

use super::list_record::{Refusal, Source, headers};

/// What a record asks for.
pub(super) enum Change {
    /// This is in force from now on.
    Put(Box<Suppression>),
    /// What stood there is withdrawn.
    Remove(PairId),
    /// It cannot be used.
    Refuse(Option<PairId>, Refusal),
}

/// A record as a change. One that this program fails at is refused, as a lane does: it would meet it
/// again at each start.
pub(super) fn read(
    message: &BorrowedMessage<'_>,
    decoder: &mut Decoder,
    source: &Source<'_>,
) -> Change {
    let key = message.key().and_then(|key| std::str::from_utf8(key).ok()).and_then(Pair::parse);
    let pair = key.map(|pair| pair.id());
    // The decoder forgets its last value before it reads the next.
    let decoding = AssertUnwindSafe(|| decoded(message, pair, decoder, source));
    match catch_unwind(decoding) {
        Ok(Ok(change)) => change,
        Ok(Err(error)) => {
            Change::Refuse(pair, Refusal { cause: error.cause(), why: error.to_string() })
        }
        Err(_panic) => {
            let why = "a fault of Portcullis itself: report it".to_owned();
            Change::Refuse(pair, Refusal { cause: "internal", why })
        }
    }
}

fn decoded(
    message: &BorrowedMessage<'_>,
    pair: Option<PairId>,
    decoder: &mut Decoder,
    source: &Source<'_>,
) -> Result<Change, codec::Error> {
    let pair = pair.ok_or(codec::Error::Refused {
        field: "key",
        refusal: Refused::Rule("give the record the key SUBJECT LIST/ENTRY"),
    })?;
    let Some(value) = message.payload() else { return Ok(Change::Remove(pair)) };
    let headers = headers(message);
    source.teach(decoder, value, headers)?;
    let read = decoder.decode_suppression(message.key(), value, headers)?;
    Ok(Change::Put(Box::new(read)))
}
