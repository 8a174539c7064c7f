//! What the lane sends out: addressed bytes with headers.

use crate::domain::AgencyId;

/// Where a message goes. Topic names are the port's matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// The Command's feed.
    Command,
    /// One agency's feed.
    Agency(AgencyId),
    /// The dead-letter topic.
    DeadLetter,
}

/// A message to produce.
pub struct Message {
    /// Where to.
    pub destination: Destination,
    /// The record's key.
    pub key: Option<Vec<u8>>,
    /// The record's value.
    pub value: Option<Vec<u8>>,
    /// Headers, in order.
    pub headers: Vec<(&'static str, Vec<u8>)>,
}

/// Names of headers that Portcullis reads and writes.
pub mod header {
    /// Content type of the value: `application/json` or `avro/binary`.
    pub const CONTENT_TYPE: &str = "content-type";
    /// Schema id of a value without the five-byte prefix (Confluent).
    pub const VALUE_SCHEMA_ID: &str = crate::codec::SCHEMA_ID_HEADER;
    /// The alert's id, 32 hexadecimal digits.
    pub const ALERT_ID: &str = "portcullis-alert-id";
    /// The alert's own timings: JSON, microseconds by stage. A header and not a field, since the
    /// body of a repeated alert is the same to the byte and its timings are not.
    pub const TIMINGS: &str = "portcullis-timings";
    /// Dead letter: cause, one of a fixed set of words.
    pub const CAUSE: &str = "portcullis-cause";
    /// Dead letter: what was wrong and where, without any of the data.
    pub const DETAIL: &str = "portcullis-detail";
    /// Dead letter: topic the record came from.
    pub const TOPIC: &str = "portcullis-topic";
    /// Dead letter: partition it came from.
    pub const PARTITION: &str = "portcullis-partition";
    /// Dead letter: its offset there.
    pub const OFFSET: &str = "portcullis-offset";
    /// Dead letter: when the broker appended it, RFC 3339.
    pub const APPENDED_AT: &str = "portcullis-appended-at";
    /// Dead letter: the value was too large to be sent on; it stands at the coordinates above, and
    /// this is its SHA-256.
    pub const OMITTED_SHA256: &str = "portcullis-omitted-sha256";
    /// In the dead-letter topic, behind a dead letter: that it was sent again. PARTITION:OFFSET of it.
    pub const SENT_AGAIN: &str = "portcullis-sent-again";
}
