//! The reader of suppressions: one thread with a client of its own that keeps the register in step with
//! its topic.
//!
//! As with the lists, end offsets are taken first and the topic is read up to them by position. From
//! there on the register is heeded for as long as it is known to be current.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::KafkaError;
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::codec::Decoder;
use crate::domain::Timestamp;
use crate::metrics::Metrics;
use crate::pipeline::Schemas;
use crate::watchlist::{RegisterStanding, RegisterWriter};

use super::clock::wall;
use super::context::{Complaints, Quiet};
use super::list_place::{Part, Place};
use super::list_record::Source;
use super::lists::is_unknown;
use super::register_record::{Change, read};
use super::{Config, Error, native};

/// How long a poll waits, and so how soon a stop is seen.
const POLL: Duration = Duration::from_millis(50);
/// How many records are read before anything else is looked at.
const BURST: usize = 256;
/// How long to rest before a topic that could not be opened is tried again.
const OPEN_AGAIN: Duration = Duration::from_millis(500);
/// How long questions to the brokers may take.
const ASK_WITHIN: Duration = Duration::from_secs(2);
/// How often what has long expired is let go.
const FORGET_INTERVAL: Duration = Duration::from_secs(600);

/// The running reader. Dropping it stops it.
pub struct RegisterReader {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// What the reader works with.
pub struct RegisterParts {
    /// The topic of suppressions.
    pub topic: String,
    /// How often the reader makes sure that it has read to the end.
    pub confirm_interval: Duration,
    /// The register.
    pub writer: RegisterWriter,
    /// Reads records.
    pub decoder: Decoder,
    /// Where writer schemas come from.
    pub schemas: Arc<dyn Schemas>,
    /// Where refused records are counted.
    pub metrics: Arc<Metrics>,
    /// Who is told what is wrong.
    pub complaints: Arc<Complaints>,
}

impl RegisterReader {
    /// Starts to read. A topic that cannot be reached is tried again until it can.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub fn start(config: &Config, parts: RegisterParts) -> Result<Self, Error> {
        let consumer = Quiet::consumer(config, config.reader().set("fetch.wait.max.ms", "100"))?;
        let stop = Arc::<AtomicBool>::default();
        let mut reading = Reading::new(consumer, parts, Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("suppressions".into())
            .spawn(move || reading.run())
            .map_err(|error| Error::Failed {
                doing: "starting a thread",
                why: error.to_string(),
            })?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Whether it has ended by itself: a fault of this program.
    pub fn has_failed(&self) -> bool {
        self.thread.as_ref().is_some_and(JoinHandle::is_finished)
    }

    /// Stops it.
    ///
    /// # Errors
    /// When it had failed before.
    pub fn finish(mut self) -> Result<(), Error> {
        if self.stop() {
            return Ok(());
        }
        let why =
            "a fault of this program, logged above: start it again, and report that".to_owned();
        Err(Error::Failed { doing: "reading the suppressions", why })
    }

    /// Stops the thread; `false` when it had failed.
    fn stop(&mut self) -> bool {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.take().is_none_or(|thread| thread.join().is_ok())
    }
}

impl Drop for RegisterReader {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Reading {
    consumer: BaseConsumer<Quiet>,
    parts: RegisterParts,
    stop: Arc<AtomicBool>,
    place: Place,
    standing: RegisterStanding,
    look_due: Instant,
    forget_due: Instant,
    /// Whether the topic was gone when it was last asked for: what comes back is another.
    vanished: bool,
}

impl Reading {
    fn new(consumer: BaseConsumer<Quiet>, parts: RegisterParts, stop: Arc<AtomicBool>) -> Self {
        let now = Instant::now();
        Self {
            consumer,
            parts,
            stop,
            place: Place::default(),
            standing: RegisterStanding::default(),
            look_due: now,
            forget_due: now + FORGET_INTERVAL,
            vanished: false,
        }
    }

    fn run(&mut self) {
        while !self.stop.load(Ordering::Relaxed) {
            self.consumer.context().bootstrap.regain(self.consumer.client());
            if self.place.parts().is_empty() {
                self.open_or_complain();
                continue;
            }
            self.poll();
            self.note_reached();
            let now = Instant::now();
            if self.standing.loaded && now >= self.look_due {
                self.look();
                self.look_due = Instant::now() + self.parts.confirm_interval;
            }
            if now >= self.forget_due {
                self.forget_due = now + FORGET_INTERVAL;
                self.parts.writer.forget_expired(wall());
            }
        }
    }

    fn open_or_complain(&mut self) {
        let topic = self.parts.topic.clone();
        match self.open(&topic) {
            Ok(()) => self.settle("the topic of suppressions can be read"),
            Err(error) => {
                self.complain(&format!(
                    "the topic of suppressions {topic} cannot be read: {error}"
                ));
                std::thread::sleep(OPEN_AGAIN);
            }
        }
    }

    /// Takes the end offsets, then begins to read each partition from its first record.
    fn open(&mut self, topic: &str) -> Result<(), KafkaError> {
        let asked = wall();
        let metadata = self.consumer.fetch_metadata(Some(topic), ASK_WITHIN)?;
        let partitions = metadata.topics().iter().flat_map(|topic| topic.partitions());
        let mut parts = Vec::new();
        let mut list = TopicPartitionList::new();
        for number in partitions.map(|partition| partition.id()) {
            let (low, high) = self.consumer.fetch_watermarks(topic, number, ASK_WITHIN)?;
            list.add_partition_offset(topic, number, Offset::Offset(low))?;
            parts.push(Part { number, position: low, target: high });
        }
        self.consumer.assign(&list)?;
        self.place = Place::new(parts);
        self.note_loaded(asked);
        Ok(())
    }

    /// Takes what is there already.
    fn poll(&mut self) {
        for _ in 0..BURST {
            let Self { consumer, parts, stop, .. } = self;
            let (number, offset, change) = match consumer.poll(POLL) {
                None => return,
                Some(Err(KafkaError::PartitionEOF(number))) => return self.reached_end(number),
                Some(Err(error)) => return self.failed(&error),
                Some(Ok(message)) => {
                    let source = Source {
                        schemas: &*parts.schemas,
                        complaints: &parts.complaints,
                        who: "suppressions",
                        stop,
                    };
                    let change = read(&message, &mut parts.decoder, &source);
                    (message.partition(), message.offset(), change)
                }
            };
            self.take(number, offset, change);
        }
    }

    fn failed(&mut self, error: &KafkaError) {
        self.vanished |= is_unknown(error);
        let lasting = |code| Error::lasting(&self.parts.topic, code);
        if let Some(denied @ Error::NotAllowed(_)) = error.rdkafka_error_code().and_then(lasting) {
            self.complain(&denied.to_string());
        }
        tracing::debug!(%error, "reading the topic of suppressions");
    }

    fn take(&mut self, number: i32, offset: i64, change: Change) {
        match change {
            Change::Put(suppression) => self.parts.writer.put(&suppression),
            Change::Remove(pair) => self.parts.writer.remove(pair),
            Change::Refuse(pair, refusal) => {
                self.parts.writer.refuse(pair);
                self.parts.metrics.count_suppression_refusal(refusal.cause);
                tracing::warn!(
                    topic = self.parts.topic,
                    partition = number,
                    offset,
                    cause = refusal.cause,
                    "a record of the topic of suppressions was refused, and silences nothing: {}",
                    refusal.why
                );
            }
        }
        if let Some(part) = self.place.part(number) {
            part.position = offset + 1;
        }
        self.note_loaded(wall());
    }

    /// Compaction and transactions leave holes: the end may be reached without a record before it.
    fn reached_end(&mut self, number: i32) {
        let end = native::cached_end(&self.consumer, &self.parts.topic, number);
        // While it is loaded, to an exact point, only the end taken at start counts.
        let end = end.filter(|_| self.standing.loaded).unwrap_or(0);
        if let Some(part) = self.place.part(number) {
            part.position = part.position.max(part.target).max(end);
        }
        self.note_loaded(wall());
    }

    fn note_loaded(&mut self, now: Timestamp) {
        if self.place.is_at_target() && !self.standing.loaded {
            self.publish(RegisterStanding { loaded: true, current_at: Some(now) });
            tracing::info!("the suppressions are loaded");
        }
    }

    /// The register is at least as current as the newest look whose ends have been read.
    fn note_reached(&mut self) {
        if let Some(at) = self.place.take_reached() {
            self.publish(RegisterStanding { current_at: Some(at), ..self.standing });
        }
    }

    fn publish(&mut self, standing: RegisterStanding) {
        self.standing = standing;
        self.parts.writer.publish(standing);
    }

    /// Asks for the end of each partition. A topic that was made anew is read anew, and silences
    /// nothing meanwhile.
    fn look(&mut self) {
        let (topic, asked) = (self.parts.topic.clone(), wall());
        let mut ends = Vec::new();
        for part in self.place.parts() {
            match self.consumer.fetch_watermarks(&topic, part.number, ASK_WITHIN) {
                Ok((_, high)) if high < part.position => return self.reopen(),
                Ok((_, high)) => ends.push(high),
                Err(error) => {
                    self.vanished |= is_unknown(&error);
                    return self.complain(&format!(
                        "the topic of suppressions {topic} cannot be reached ({error}): once they are \
                         stale they silence nothing"
                    ));
                }
            }
        }
        if self.vanished || self.has_grown(&topic) {
            return self.reopen();
        }
        self.settle("the topic of suppressions can be reached again");
        self.place.note_look(asked, ends);
        self.note_reached();
    }

    fn has_grown(&self, topic: &str) -> bool {
        let metadata = self.consumer.fetch_metadata(Some(topic), ASK_WITHIN);
        metadata.is_ok_and(|metadata| {
            let count =
                metadata.topics().iter().map(|topic| topic.partitions().len()).sum::<usize>();
            count > self.place.parts().len()
        })
    }

    /// Forgets everything: the topic is read anew.
    fn reopen(&mut self) {
        tracing::warn!(
            topic = self.parts.topic,
            "the topic of suppressions has changed its shape: reading it anew"
        );
        self.parts.writer.clear();
        self.standing = RegisterStanding::default();
        self.place = Place::default();
        self.vanished = false;
    }

    fn complain(&self, text: &str) {
        self.parts.complaints.make("topic of suppressions", text);
    }

    fn settle(&self, text: &str) {
        self.parts.complaints.settle("topic of suppressions", text);
    }
}
