//! Sending records for the tools of the command line: counts what arrived and what did not.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{
    BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer,
};

use super::context::client_context;
use super::{Bootstrap, Config, Error, Tokens, native};

/// Sends records and counts their fate.
pub struct Courier {
    producer: ThreadedProducer<Counting>,
    counts: Arc<Counts>,
}

/// One record that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(usize);

/// What became of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// Acknowledged by all in-sync replicas.
    pub delivered: u64,
    /// Refused, or not acknowledged in time.
    pub failed: u64,
}

#[derive(Default)]
struct Counts {
    sent: AtomicUsize,
    delivered: AtomicU64,
    /// Records that were not acknowledged, or not yet.
    pending: Mutex<BTreeSet<usize>>,
}

impl Courier {
    /// A courier to the brokers of the settings.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let counts = Arc::new(Counts::default());
        let context = Counting {
            counts: Arc::clone(&counts),
            bootstrap: Bootstrap::new(&config.brokers),
            tokens: config.tokens.clone(),
        };
        let producer = config
            .producer()
            // A person waits: what cannot be sent is said, and not tried for ever.
            .set("message.timeout.ms", "30000")
            .set("linger.ms", "5")
            .create_with_context(context)
            .map_err(|error| Error::Settings(error.to_string()))?;
        Ok(Self { producer, counts })
    }

    /// Sends a record; waits while the outgoing queue is full. The ticket asks for its fate.
    pub fn send(
        &self,
        topic: &str,
        key: Option<&[u8]>,
        value: Option<&[u8]>,
        headers: &[(&str, &[u8])],
    ) -> Ticket {
        self.producer.context().bootstrap.regain(self.producer.client());
        let number = self.counts.sent.fetch_add(1, Ordering::Relaxed);
        self.counts.pending().insert(number);
        let headers = headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
            headers.insert(Header { key, value: Some(*value) })
        });
        let mut record =
            BaseRecord::<[u8], [u8], usize>::with_opaque_to(topic, number).headers(headers);
        if let Some(key) = key {
            record = record.key(key);
        }
        if let Some(value) = value {
            record = record.payload(value);
        }
        loop {
            match self.producer.send(record) {
                Err((error, back))
                    if error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull) =>
                {
                    std::thread::sleep(Duration::from_millis(5));
                    record = back;
                }
                // Any other refusal counts as failed: it is sent and not delivered.
                Ok(()) | Err(_) => return Ticket(number),
            }
        }
    }

    /// Waits until everything sent so far has its fate.
    pub fn settle(&self, within: Duration) -> Outcome {
        native::flush(&self.producer, within);
        let delivered = self.delivered();
        let sent = self.counts.sent.load(Ordering::Relaxed) as u64;
        Outcome { delivered, failed: sent - delivered }
    }

    /// Whether this record was acknowledged.
    pub fn has_delivered(&self, ticket: Ticket) -> bool {
        !self.counts.pending().contains(&ticket.0)
    }

    /// Records acknowledged so far.
    pub fn delivered(&self) -> u64 {
        self.counts.delivered.load(Ordering::Relaxed)
    }
}

impl Counts {
    fn pending(&self) -> MutexGuard<'_, BTreeSet<usize>> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Counting {
    counts: Arc<Counts>,
    bootstrap: Bootstrap,
    tokens: Option<Tokens>,
}

client_context!(Counting);

impl ProducerContext for Counting {
    type DeliveryOpaque = usize;

    fn delivery(&self, result: &DeliveryResult<'_>, number: usize) {
        if result.is_ok() {
            self.counts.pending().remove(&number);
            self.counts.delivered.fetch_add(1, Ordering::Relaxed);
        }
    }
}
