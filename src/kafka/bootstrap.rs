//! A client that has lost every broker is told again where it begins.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::client::{Client, ClientContext};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::native;

/// How long to rest before a client is told again. It keeps each list that it is told.
const TELL_AGAIN: Duration = Duration::from_secs(10);

/// Where a client begins, and whether it must begin there again.
///
/// Brokers that are fenced by their controller, as after a freeze, name no broker at all when they
/// are asked who is there. The client drops all brokers that are not named, and so its last one. It
/// then means to begin again by itself, but the very answer that made it drop them may cancel that
/// for ever (librdkafka issue 5301, open; seen with 2.12.1): it never connects again, and what was
/// handed over waits without end.
///
/// But it does report that all brokers are down. That is noted here by the context of the client, and
/// its owner asks [`Self::regain`] between two other things.
#[derive(Default)]
pub struct Bootstrap {
    brokers: String,
    lost: AtomicBool,
    told: Mutex<Option<Instant>>,
}

impl Bootstrap {
    /// The beginning at these brokers: `host:port`, separated by commas.
    pub fn new(brokers: &str) -> Self {
        Self { brokers: brokers.to_owned(), ..Self::default() }
    }

    /// Hears an error that the client reports.
    pub fn hear(&self, error: &KafkaError) {
        if error.rdkafka_error_code() == Some(Code::AllBrokersDown) {
            self.lose();
        }
    }

    /// Notes that no broker answers.
    pub(super) fn lose(&self) {
        self.lost.store(true, Ordering::Relaxed);
    }

    /// Tells the client where it begins if it has lost every broker since it was last told. It is
    /// none the worse for being told in vain.
    pub fn regain<C: ClientContext>(&self, client: &Client<C>) {
        // Asked between records: the usual answer must cost nothing.
        if self.lost.load(Ordering::Relaxed) && self.is_due() {
            tracing::debug!("all brokers were lost: beginning again with those of the settings");
            native::add_brokers(client, &self.brokers);
        }
    }

    /// Whether the time has come to tell it; notes that it is told. What is lost sooner stays noted.
    fn is_due(&self) -> bool {
        let Ok(mut told) = self.told.lock() else { return false };
        if told.is_some_and(|at| at.elapsed() < TELL_AGAIN) {
            return false;
        }
        *told = Some(Instant::now());
        // Before the client is told: what it loses after that is lost anew.
        self.lost.store(false, Ordering::Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_lost_soon_after_is_told_later_and_not_forgotten() {
        let bootstrap = Bootstrap::new("localhost:9092");
        bootstrap.hear(&KafkaError::Global(Code::BrokerTransportFailure));
        assert!(!bootstrap.lost.load(Ordering::Relaxed));
        bootstrap.hear(&KafkaError::Global(Code::AllBrokersDown));
        assert!(bootstrap.lost.load(Ordering::Relaxed));
        assert!(bootstrap.is_due());
        assert!(!bootstrap.lost.load(Ordering::Relaxed));
        bootstrap.hear(&KafkaError::Global(Code::AllBrokersDown));
        assert!(!bootstrap.is_due());
        assert!(bootstrap.lost.load(Ordering::Relaxed));
        *bootstrap.told.lock().unwrap() = Instant::now().checked_sub(TELL_AGAIN);
        assert!(bootstrap.is_due());
    }
}
