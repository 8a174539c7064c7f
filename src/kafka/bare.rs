//! What a benchmark needs of the client and no more: a feed, a bare loop to compare with, and ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::RDKafkaErrorCode;
use rdkafka::message::Message as _;
use rdkafka::producer::{
    BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer,
};

use super::context::{Quiet, client_context};
use super::tail::bounds;
use super::{Bootstrap, Config, Error, Tokens, native};

const ASK_WITHIN: Duration = Duration::from_secs(10);
/// How long to wait for room in the outgoing queue before another try.
const FULL: Duration = Duration::from_millis(1);
/// How long a poll of the bare loop waits, and so how soon it sees a stop.
const POLL: Duration = Duration::from_millis(100);

/// A producer with the product's settings that sends borrowed bytes and counts what became of them.
pub struct Feed {
    producer: ThreadedProducer<Counting>,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    delivered: AtomicU64,
    failed: AtomicU64,
}

impl Feed {
    /// A feed that gathers records for `linger` before it sends them.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub fn new(config: &Config, linger: Duration) -> Result<Self, Error> {
        let counts = Arc::new(Counts::default());
        let context = Counting {
            counts: Arc::clone(&counts),
            bootstrap: Bootstrap::new(&config.brokers),
            tokens: config.tokens.clone(),
        };
        let producer = config
            .producer()
            // A measurement ends: what cannot be sent is an error, and not tried for ever.
            .set("message.timeout.ms", "60000")
            .set("linger.ms", format!("{}", linger.as_secs_f64() * 1e3))
            .create_with_context(context)
            .map_err(|error| Error::Settings(error.to_string()))?;
        Ok(Self { producer, counts })
    }

    /// Sends a record; waits while the outgoing queue is full. Without a partition the client
    /// chooses one.
    ///
    /// # Errors
    /// When the client refuses the record for another reason than a full queue.
    pub fn send(
        &self,
        topic: &str,
        partition: Option<i32>,
        key: Option<&[u8]>,
        value: &[u8],
    ) -> Result<(), Error> {
        let mut record = BaseRecord::<[u8], [u8]>::to(topic).payload(value);
        if let Some(partition) = partition {
            record = record.partition(partition);
        }
        if let Some(key) = key {
            record = record.key(key);
        }
        while let Err((error, back)) = self.producer.send(record) {
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                return Err(Error::failed("sending", &error));
            }
            self.producer.context().bootstrap.regain(self.producer.client());
            std::thread::sleep(FULL);
            record = back;
        }
        Ok(())
    }

    /// Waits until everything sent has been acknowledged; gives how many.
    ///
    /// # Errors
    /// When a record failed, or time ran out.
    pub fn settle(&self, within: Duration) -> Result<u64, Error> {
        let settled = native::flush(&self.producer, within);
        let failed = self.counts.failed.load(Ordering::Relaxed);
        if !settled || failed > 0 {
            let why = format!("{failed} records failed, all had an answer: {settled}");
            return Err(Error::Failed { doing: "sending", why });
        }
        Ok(self.counts.delivered.load(Ordering::Relaxed))
    }
}

struct Counting {
    counts: Arc<Counts>,
    bootstrap: Bootstrap,
    tokens: Option<Tokens>,
}

client_context!(Counting);

impl ProducerContext for Counting {
    type DeliveryOpaque = ();

    fn delivery(&self, result: &DeliveryResult<'_>, (): ()) {
        let count = if result.is_ok() { &self.counts.delivered } else { &self.counts.failed };
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// The least that a program does with Kafka: reads the topics as a member of the group, and sends
/// on what `wanted` wants, until stopped. Offsets are committed by the client's own clock.
///
/// # Errors
/// When the client refuses its settings or a record, or one was not delivered.
pub fn bare_loop(
    config: &Config,
    inputs: &[&str],
    output: &str,
    mut wanted: impl FnMut(&[u8]) -> bool,
    stop: &AtomicBool,
) -> Result<(), Error> {
    let feed = Feed::new(config, config.linger)?;
    let mut settings = config.lane(0);
    settings
        .set("auto.offset.reset", "earliest")
        .set("enable.auto.commit", "true")
        .set("enable.auto.offset.store", "true")
        .set("auto.commit.interval.ms", "200");
    let consumer = Quiet::consumer(config, &settings)?;
    consumer.subscribe(inputs).map_err(|error| Error::failed("subscribing", &error))?;
    while !stop.load(Ordering::Relaxed) {
        match consumer.poll(POLL) {
            Some(Ok(message)) => {
                if let Some(value) = message.payload()
                    && wanted(value)
                {
                    feed.send(output, None, None, value)?;
                }
            }
            Some(Err(error)) => tracing::debug!(%error, "reading"),
            None => {}
        }
    }
    feed.settle(ASK_WITHIN).map(drop)
}

/// Asks how far a topic has grown, without reading it.
pub struct Gauge {
    consumer: BaseConsumer<Quiet>,
    topic: String,
    partitions: Vec<i32>,
}

impl Gauge {
    /// A gauge for a topic.
    ///
    /// # Errors
    /// When the client refuses its settings, no broker answers, or the topic does not exist.
    pub fn open(config: &Config, topic: &str) -> Result<Self, Error> {
        let consumer = Quiet::consumer(config, &config.reader())?;
        let metadata = consumer
            .fetch_metadata(Some(topic), ASK_WITHIN)
            .map_err(|error| Error::no_answer(config, &error, None))?;
        let partitions: Vec<i32> = metadata
            .topics()
            .iter()
            .flat_map(|topic| topic.partitions())
            .map(|partition| partition.id())
            .collect();
        if partitions.is_empty() {
            return Err(Error::TopicMissing(topic.to_owned()));
        }
        Ok(Self { consumer, topic: topic.to_owned(), partitions })
    }

    /// The sum of the end offsets: in a topic that was empty, its number of records.
    ///
    /// # Errors
    /// When the brokers do not tell.
    pub fn records(&self) -> Result<u64, Error> {
        let mut sum = 0;
        for partition in &self.partitions {
            let (_, end) = bounds(&self.consumer, &self.topic, *partition)
                .map_err(|error| Error::failed("asking for end offsets", &error))?;
            sum += u64::try_from(end).unwrap_or(0);
        }
        Ok(sum)
    }
}
