//! What the clients say of themselves: their logs, and complaints that a person can use.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;

/// How often the same complaint is made.
const REPEAT_AFTER: Duration = Duration::from_secs(30);

/// Says each complaint once, and again only when it changes or has lasted: one plain line, never a
/// stack of client errors.
#[derive(Default)]
pub struct Complaints {
    made: Mutex<HashMap<String, (String, Instant)>>,
    /// How many have been made and not settled.
    open: AtomicUsize,
}

impl Complaints {
    /// Makes a complaint, about the place where it arises.
    pub fn make(&self, about: &str, text: &str) {
        let Ok(mut made) = self.made.lock() else { return };
        let fresh =
            made.get(about).is_none_or(|(last, at)| last != text || at.elapsed() >= REPEAT_AFTER);
        if fresh {
            made.insert(about.to_owned(), (text.to_owned(), Instant::now()));
            self.open.store(made.len(), Ordering::Relaxed);
            tracing::warn!(about, "{text}");
        }
    }

    /// Notes that the cause is gone; says so if there had been a complaint.
    pub fn settle(&self, about: &str, text: &str) {
        // Asked for each message that is delivered: the usual answer must cost nothing.
        if self.open.load(Ordering::Relaxed) == 0 {
            return;
        }
        let Ok(mut made) = self.made.lock() else { return };
        if made.remove(about).is_some() {
            self.open.store(made.len(), Ordering::Relaxed);
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
