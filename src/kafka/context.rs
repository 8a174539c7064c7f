//! What the clients say of themselves: their logs, and complaints that a person can use.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;

/// How often the same complaint is made.
const REPEAT_AFTER: Duration = Duration::from_secs(30);

/// A complaint, by the place where it arises.
pub type Complaint = &'static str;

/// Says each complaint once, and again only when it changes or has lasted: one plain line, never a
/// stack of client errors.
#[derive(Default)]
pub struct Complaints(Mutex<HashMap<Complaint, (String, Instant)>>);

impl Complaints {
    /// Makes a complaint.
    pub fn make(&self, about: Complaint, text: &str) {
        let Ok(mut made) = self.0.lock() else { return };
        let fresh =
            made.get(about).is_none_or(|(last, at)| last != text || at.elapsed() >= REPEAT_AFTER);
        if fresh {
            made.insert(about, (text.to_owned(), Instant::now()));
            tracing::warn!(about, "{text}");
        }
    }

    /// Notes that the cause is gone; says so if there had been a complaint.
    pub fn settle(&self, about: Complaint, text: &str) {
        let Ok(mut made) = self.0.lock() else { return };
        if made.remove(about).is_some() {
            tracing::info!(about, "{text}");
        }
    }
}

/// Sends a client's own log to ours, where it is off unless asked for: its lines are for those who
/// know the client, and each failure that matters becomes a sentence of ours.
pub(super) struct Quiet;

impl ClientContext for Quiet {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, reason);
    }
}

impl rdkafka::consumer::ConsumerContext for Quiet {}

pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    if (level as i32) <= RDKafkaLogLevel::Warning as i32 {
        tracing::debug!(target: "librdkafka", facility, "{message}");
    } else {
        tracing::trace!(target: "librdkafka", facility, "{message}");
    }
}
