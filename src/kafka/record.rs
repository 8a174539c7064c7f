//! A message in the client's buffer as a lane's record, without a copy.

use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};

use crate::domain::Timestamp;
use crate::pipeline::{Partition, Record, header};

use super::wall;

/// The record that a message of this partition is.
pub(super) fn record<'a>(message: &'a BorrowedMessage<'_>, partition: Partition) -> Record<'a> {
    let (mut content_type, mut schema_id) = (None, None);
    for at in message.headers().iter().flat_map(|headers| headers.iter()) {
        match at.key {
            header::CONTENT_TYPE => content_type = at.value,
            header::VALUE_SCHEMA_ID => schema_id = at.value,
            _ => {}
        }
    }
    Record {
        partition,
        topic: message.topic(),
        offset: message.offset(),
        appended_at: message
            .timestamp()
            .to_millis()
            .and_then(Timestamp::from_millis)
            .unwrap_or_else(wall),
        key: message.key(),
        value: message.payload(),
        content_type,
        schema_id,
    }
}
