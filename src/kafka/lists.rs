//! The list reader: one thread with a client of its own that keeps the lists in step with their topic.
//!
//! End offsets are taken first; the topic is read up to them by position; then the lists are loaded,
//! at an exact point. From there on changes are applied as they come.

use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::Message as _;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::codec::Decoder;
use crate::domain::Timestamp;
use crate::metrics::Metrics;
use crate::pipeline::Schemas;
use crate::watchlist::{Change, Progress, Writer};

use super::clock::wall;
use super::context::{Complaints, Quiet};
use super::list_names::NameTender;
use super::list_place::{Part, Place};
use super::list_record::{Refusal, Source, read};
use super::{Config, Error, native};

/// What the list reader needs to know.
#[derive(Clone, Debug)]
pub struct ReaderConfig {
    /// The list topic.
    pub topic: String,
    /// How often the reader makes sure that it has read to the end.
    pub confirm_interval: Duration,
    /// How long nothing may come before a publication counts as over.
    pub settle: Duration,
    /// The folder where it is kept what the next start need not find again.
    pub state: Option<PathBuf>,
}

/// How long a poll waits, and so how soon a stop is seen.
const POLL: Duration = Duration::from_millis(50);
/// How often the standing is published while changes come in.
const PUBLISH_INTERVAL: Duration = Duration::from_millis(20);
/// How many records are read at once.
const BURST: usize = 256;
/// The longest rest between two bursts.
const REST_MAX: Duration = Duration::from_millis(2);
/// A topic that never rests that long counts as whole after this: events must not wait for ever.
const SETTLE_WITHIN: Duration = Duration::from_secs(300);
/// The least rest between two looks for the end.
const LOOK_SOON: Duration = Duration::from_millis(50);
/// How long to rest before a topic that could not be opened is tried again.
const OPEN_AGAIN: Duration = Duration::from_millis(500);
/// How often a stop looks whether the thread has ended.
const STOP_POLL: Duration = Duration::from_millis(2);
/// How long questions to the brokers may take.
const ASK_WITHIN: Duration = Duration::from_secs(2);

/// The running reader. Dropping it stops it.
pub struct ListReader {
    stop: Arc<AtomicBool>,
    /// Whether it files all names at once, which takes seconds for millions.
    filing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ListReader {
    /// Starts to read. A topic that cannot be reached is tried again until it can.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub fn start(
        config: &Config,
        reader: ReaderConfig,
        writer: Writer,
        decoder: Decoder,
        schemas: Arc<dyn Schemas>,
        metrics: Arc<Metrics>,
        complaints: Arc<Complaints>,
    ) -> Result<Self, Error> {
        let consumer = Quiet::consumer(config, config.reader().set("fetch.wait.max.ms", "100"))?;
        let mut reading =
            Reading::new(consumer, reader, writer, decoder, schemas, metrics, complaints);
        let (stop, filing) = (Arc::clone(&reading.stop), Arc::clone(&reading.filing));
        let thread =
            std::thread::Builder::new().name("lists".into()).spawn(move || reading.run()).map_err(
                |error| Error::Failed { doing: "starting a thread", why: error.to_string() },
            )?;
        Ok(Self { stop, filing, thread: Some(thread) })
    }
}

impl ListReader {
    /// Whether it has ended by itself: a fault of this program. The lists stand still from then on.
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
        Err(Error::Failed { doing: "reading the lists", why })
    }

    /// Stops the thread; `false` when it had failed. One that files names is left to itself: nothing
    /// comes of what it does, and the end of the process must not wait for it.
    fn stop(&mut self) -> bool {
        self.stop.store(true, Ordering::Relaxed);
        let Some(thread) = self.thread.take() else { return true };
        while !thread.is_finished() && !self.filing.load(Ordering::Acquire) {
            std::thread::sleep(STOP_POLL);
        }
        !thread.is_finished() || thread.join().is_ok()
    }
}

impl Drop for ListReader {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Reading {
    consumer: BaseConsumer<Quiet>,
    config: ReaderConfig,
    /// Left to the system at the end, and the lists with it: to take millions of entries apart would
    /// hold up the end for seconds.
    writer: ManuallyDrop<Writer>,
    decoder: Decoder,
    schemas: Arc<dyn Schemas>,
    metrics: Arc<Metrics>,
    complaints: Arc<Complaints>,
    stop: Arc<AtomicBool>,
    filing: Arc<AtomicBool>,
    place: Place,
    progress: Progress,
    publish_due: Instant,
    /// When the last look for the end was over.
    looked_at: Instant,
    /// Whether it failed.
    look_failed: bool,
    /// When the topic was opened.
    opened_at: Timestamp,
    /// When the newest record that was read was written, by its broker's clock.
    newest_at: Option<Timestamp>,
    /// The publication that lists wait for the end of.
    unrest: Option<Unrest>,
    /// Whether the topic was gone when it was last asked for: what comes back is another.
    vanished: bool,
    names: NameTender,
}

/// Records that come while events wait for lists.
#[derive(Clone, Copy)]
struct Unrest {
    /// When the first came.
    since: Instant,
    /// When the newest came.
    newest: Instant,
}

impl Reading {
    fn new(
        consumer: BaseConsumer<Quiet>,
        config: ReaderConfig,
        writer: Writer,
        decoder: Decoder,
        schemas: Arc<dyn Schemas>,
        metrics: Arc<Metrics>,
        complaints: Arc<Complaints>,
    ) -> Self {
        let names = NameTender::new(config.state.as_deref(), Arc::clone(&metrics));
        Self {
            consumer,
            config,
            writer: ManuallyDrop::new(writer),
            decoder,
            schemas,
            metrics,
            complaints,
            stop: Arc::default(),
            filing: Arc::default(),
            place: Place::default(),
            progress: Progress::default(),
            publish_due: Instant::now(),
            looked_at: Instant::now(),
            look_failed: false,
            opened_at: wall(),
            newest_at: None,
            unrest: None,
            vanished: false,
            names,
        }
    }

    fn run(&mut self) {
        self.names.begin(&mut self.writer);
        while !self.stop.load(Ordering::Relaxed) {
            self.consumer.context().bootstrap.regain(self.consumer.client());
            if self.place.parts().is_empty() {
                self.open_or_complain();
                continue;
            }
            let begun = Instant::now();
            if self.poll() && self.progress.loaded && !self.writer.awaits_settling() {
                // Events go before changes of lists, unless they wait for these.
                std::thread::sleep(begun.elapsed().min(REST_MAX));
            }
            self.note_reached();
            if self.progress.loaded && Instant::now() >= self.next_look() {
                self.look();
            }
            // Behind a look, which may take long: otherwise no more than one record would be read
            // before the next.
            let now = Instant::now();
            if now >= self.publish_due {
                self.publish_due = now + PUBLISH_INTERVAL;
                self.publish();
                self.names.tend(&mut self.writer, self.progress.loaded);
            }
        }
    }

    /// Takes the end offsets, then begins to read each partition from its first record.
    fn open(&mut self) -> Result<(), KafkaError> {
        let topic = self.config.topic.clone();
        let metadata = self.consumer.fetch_metadata(Some(&topic), ASK_WITHIN)?;
        let partitions = metadata.topics().iter().flat_map(|topic| topic.partitions());
        let mut parts = Vec::new();
        for number in partitions.map(|partition| partition.id()) {
            let (low, high) = self.consumer.fetch_watermarks(&topic, number, ASK_WITHIN)?;
            parts.push(Part { number, position: low, target: high });
        }
        let mut list = TopicPartitionList::new();
        for part in &parts {
            list.add_partition_offset(&topic, part.number, Offset::Offset(part.position))?;
        }
        self.consumer.assign(&list)?;
        let known: i64 = parts.iter().map(|part| part.target - part.position).sum();
        self.progress = Progress { records_known: known.unsigned_abs(), ..Progress::default() };
        (self.opened_at, self.newest_at) = (wall(), None);
        self.place = Place::new(parts);
        self.note_loaded();
        Ok(())
    }

    /// Takes what is there already; gives whether there may be more.
    fn poll(&mut self) -> bool {
        for _ in 0..BURST {
            let consumer = &self.consumer;
            let (number, offset, written_at, change) = match consumer.poll(POLL) {
                None => return false,
                Some(Err(KafkaError::PartitionEOF(number))) => {
                    self.settle_access();
                    self.reached_end(number);
                    return false;
                }
                Some(Err(error)) => {
                    self.vanished |= is_unknown(&error);
                    self.complain_if_denied(&error);
                    tracing::debug!(%error, "reading the list topic");
                    return false;
                }
                Some(Ok(message)) => {
                    let source = Source {
                        schemas: &*self.schemas,
                        complaints: &self.complaints,
                        who: "lists",
                        stop: &self.stop,
                    };
                    let change = read(&message, &mut self.decoder, &source);
                    let written_at = message.timestamp().to_millis();
                    (message.partition(), message.offset(), written_at, change)
                }
            };
            self.settle_access();
            self.newest_at = written_at.and_then(Timestamp::from_millis).max(self.newest_at);
            self.take(number, offset, change);
            if self.publish_due <= Instant::now() {
                break;
            }
        }
        true
    }

    /// The client says it once and goes on asking: who is let in later reads on by himself.
    fn complain_if_denied(&self, error: &KafkaError) {
        let lasting = |code| Error::lasting(&self.config.topic, code);
        if let Some(denied @ Error::NotAllowed(_)) = error.rdkafka_error_code().and_then(lasting) {
            self.complaints.make("list access", &denied.to_string());
        }
    }

    fn settle_access(&self) {
        self.complaints.settle("list access", "the list topic may be read");
    }

    fn take(&mut self, number: i32, offset: i64, change: Result<Change, Refusal>) {
        if let Some(part) = self.place.part(number) {
            part.position = offset + 1;
        }
        match change {
            Ok(mut change) => {
                change.position = self.place.position();
                self.writer.apply(change);
            }
            // What was there before stays in force: a broken correction must not blind us.
            Err(Refusal { cause, why }) => {
                self.metrics.count_list_refusal(cause);
                tracing::warn!(
                    topic = self.config.topic,
                    partition = number,
                    offset,
                    cause,
                    "a record of the list topic was refused: {why}"
                );
            }
        }
        if !self.progress.loaded {
            self.progress.records_read += 1;
            self.note_loaded();
        } else if self.writer.awaits_settling() {
            let newest = Instant::now();
            let since = self.unrest.map_or(newest, |unrest| unrest.since);
            self.unrest = Some(Unrest { since, newest });
        }
    }

    /// After a look that found nothing new: what is there is whole, unless it is still being
    /// published.
    fn settle(&mut self) {
        let Some(Unrest { since, newest }) = self.unrest else { return };
        if newest.elapsed() < self.config.settle && since.elapsed() < SETTLE_WITHIN {
            return;
        }
        self.unrest = None;
        self.writer.settle();
        self.publish();
    }

    /// Compaction and transactions leave holes: the end may be reached without a record before it.
    fn reached_end(&mut self, number: i32) {
        let end = native::cached_end(&self.consumer, &self.config.topic, number);
        // The end that a fetch told may lie behind records that wait in the client's queue: while
        // the lists are loaded, to an exact point, only the end taken at start counts.
        let end = end.filter(|_| self.progress.loaded).unwrap_or(0);
        if let Some(part) = self.place.part(number) {
            part.position = part.position.max(part.target).max(end);
        }
        self.note_loaded();
    }

    fn note_loaded(&mut self) {
        if self.place.is_at_target() && !self.progress.loaded {
            self.progress.loaded = true;
            self.progress.current_at = Some(wall());
            self.progress.unsettled = !self.was_at_rest();
            if self.progress.unsettled {
                let now = Instant::now();
                self.unrest = Some(Unrest { since: now, newest: now });
            }
            self.filing.store(true, Ordering::Release);
            self.publish();
            self.filing.store(false, Ordering::Release);
            tracing::info!(records = self.progress.records_read, "the lists are loaded");
        }
    }

    /// Whether nobody was publishing when the topic was opened: then the end it had is the end of a
    /// publication, and not the midst of one.
    fn was_at_rest(&self) -> bool {
        let settle = i64::try_from(self.config.settle.as_micros()).unwrap_or(i64::MAX);
        self.newest_at.is_none_or(|newest| self.opened_at.micros_since(newest) >= settle)
    }

    fn look(&mut self) {
        self.look_failed = !self.confirm();
        self.looked_at = Instant::now();
    }

    /// Asks for the end of each partition; `false` when that failed. A topic that was made anew is
    /// read anew, and nothing is screened meanwhile.
    fn confirm(&mut self) -> bool {
        let topic = &self.config.topic;
        let (asked, mut ends) = (wall(), Vec::new());
        for part in self.place.parts() {
            match self.consumer.fetch_watermarks(topic, part.number, ASK_WITHIN) {
                Ok((_, high)) if high < part.position => {
                    self.reopen();
                    return true;
                }
                Ok((_, high)) => ends.push(high),
                Err(error) => {
                    self.vanished |= is_unknown(&error);
                    let text = format!(
                        "the list topic {topic} cannot be reached ({error}); its lists go stale"
                    );
                    self.complaints.make("list topic", &text);
                    return false;
                }
            }
        }
        self.complaints.settle("list topic", "the list topic can be reached again");
        if self.vanished {
            self.reopen();
            return true;
        }
        let nothing_new = self.place.note_look(asked, ends);
        self.note_reached();
        if nothing_new {
            self.settle();
        }
        self.look_for_new_partitions();
        true
    }

    /// The lists are at least as current as the newest look whose ends have been read.
    fn note_reached(&mut self) {
        if let Some(at) = self.place.take_reached() {
            self.progress.current_at = Some(at);
        }
    }

    /// When to look again. Counts from the end of a look: a broker answers the requests of a connection
    /// in turn, so that each question may take as long as an empty fetch waits, and what is there
    /// already must be read between two looks. Whoever waits for the end of a publication looks as
    /// soon as it may be over; that is for later where a look failed, or found what is not read yet.
    fn next_look(&self) -> Instant {
        let regular = self.looked_at + self.config.confirm_interval;
        if self.look_failed || self.place.is_behind() {
            return regular;
        }
        self.unrest.map_or(regular, |unrest| {
            let settled = unrest.newest + self.config.settle;
            regular.min(settled.max(self.looked_at + LOOK_SOON))
        })
    }

    fn look_for_new_partitions(&mut self) {
        let topic = &self.config.topic;
        let Ok(metadata) = self.consumer.fetch_metadata(Some(topic), ASK_WITHIN) else { return };
        let count: usize = metadata.topics().iter().map(|topic| topic.partitions().len()).sum();
        if count > self.place.parts().len() {
            self.reopen();
        }
    }

    /// Forgets everything: the topic is read anew, and nothing is screened until it has been.
    fn reopen(&mut self) {
        tracing::warn!(
            topic = self.config.topic,
            "the list topic has changed its shape: reading it anew"
        );
        self.writer.clear();
        self.place = Place::default();
        self.vanished = false;
        self.unrest = None;
        self.progress = Progress::default();
        self.publish();
    }

    fn open_or_complain(&mut self) {
        match self.open() {
            Ok(()) => self.complaints.settle("list topic", "the list topic can be read"),
            Err(error) => {
                let topic = &self.config.topic;
                self.complaints
                    .make("list topic", &format!("the list topic {topic} cannot be read: {error}"));
                std::thread::sleep(OPEN_AGAIN);
            }
        }
    }

    fn publish(&mut self) {
        self.writer.publish(self.progress, wall());
    }
}

/// Whether an error says that the topic does not exist.
pub(super) fn is_unknown(error: &KafkaError) -> bool {
    let unknown = [Code::UnknownTopic, Code::UnknownTopicOrPartition, Code::UnknownPartition];
    error.rdkafka_error_code().is_some_and(|code| unknown.contains(&code))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;
    use crate::codec::{Limits, SchemaRef};
    use crate::kafka::{Courier, EmbeddedBroker};
    use crate::pipeline::Lookup;
    use crate::watchlist::Lists;

    const TOPIC: &str = "lists";
    const PATIENCE: Duration = Duration::from_secs(30);

    struct NoSchemas;

    impl Schemas for NoSchemas {
        fn look_up(&self, _schema: SchemaRef) -> Lookup {
            Lookup::Absent
        }

        fn alert_id(&self) -> Option<u32> {
            None
        }
    }

    fn reading(brokers: String) -> Reading {
        let config = Config::plain(brokers);
        let settings = config.reader();
        let consumer = Quiet::consumer(&config, &settings).unwrap();
        let reader = ReaderConfig {
            topic: TOPIC.into(),
            confirm_interval: Duration::from_secs(60),
            settle: Duration::ZERO,
            state: None,
        };
        let (_, writer) = Lists::new(Vec::new());
        let decoder = Decoder::new(Limits::STANDARD).unwrap();
        let metrics = Arc::new(Metrics::new("").unwrap());
        Reading::new(
            consumer,
            reader,
            writer,
            decoder,
            Arc::new(NoSchemas),
            metrics,
            Arc::default(),
        )
    }

    /// Another removal of an entry that nobody knows.
    fn publish(broker: &EmbeddedBroker) {
        let courier = Courier::new(&Config::plain(broker.brokers())).unwrap();
        let ticket = courier.send(TOPIC, Some(b"wanted/w-1"), None, &[]);
        courier.settle(PATIENCE);
        assert!(courier.has_delivered(ticket));
    }

    /// Reads until a record came, and no further.
    fn read_one(reading: &mut Reading) {
        read_one_after(reading, |_| {});
    }

    /// The same; does something before each step.
    fn read_one_after(reading: &mut Reading, mut first: impl FnMut(&Reading)) {
        // Positions move without records too.
        let records =
            |reading: &Reading| (reading.progress.records_read, reading.unrest.map(|at| at.newest));
        let (before, until) = (records(reading), Instant::now() + PATIENCE);
        while records(reading) == before {
            assert!(Instant::now() < until, "no record came");
            first(reading);
            reading.publish_due = Instant::now();
            reading.poll();
        }
    }

    fn loaded(broker: &EmbeddedBroker) -> Reading {
        publish(broker);
        let mut reading = reading(broker.brokers());
        reading.open().unwrap();
        read_one(&mut reading);
        assert!(reading.progress.loaded);
        reading
    }

    #[test]
    fn lists_stay_current_under_a_flow_that_no_look_finds_the_end_of() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let mut reading = loaded(&broker);
        for _ in 0..3 {
            publish(&broker);
            let before = wall();
            reading.look();
            assert!(reading.progress.current_at.unwrap() < before);
            assert!(reading.writer.awaits_settling() && reading.place.is_behind());
            // What the look found is read while more comes.
            publish(&broker);
            read_one(&mut reading);
            reading.note_reached();
            assert!(reading.progress.current_at.unwrap() >= before);
            assert!(reading.writer.awaits_settling(), "settled while records came");
            read_one(&mut reading);
        }
        reading.look();
        assert!(!reading.writer.awaits_settling());
    }

    #[test]
    fn who_waits_for_the_end_of_a_publication_rests_after_a_look_that_failed() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let mut reading = loaded(&broker);
        publish(&broker);
        read_one(&mut reading);
        reading.look();
        drop(broker);
        reading.unrest = Some(Unrest { since: Instant::now(), newest: Instant::now() });
        assert_eq!(reading.next_look(), reading.looked_at + LOOK_SOON);
        reading.look();
        assert_eq!(reading.next_look(), reading.looked_at + reading.config.confirm_interval);
    }

    #[test]
    fn a_topic_that_is_read_anew_is_not_measured_by_the_old_one() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let mut reading = loaded(&broker);
        publish(&broker);
        reading.look();
        assert!(reading.place.is_behind());
        reading.reopen();
        assert!(!reading.place.is_behind());
        reading.note_reached();
        assert_eq!(reading.progress.current_at, None);
    }

    /// What is logged on this thread.
    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl Write for Log {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_record_shows_that_the_topic_may_be_read() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let mut reading = loaded(&broker);
        publish(&broker);
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt().with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            // The end of the topic shows it too, and may come before: then it is complained anew.
            read_one_after(&mut reading, |reading| {
                reading.complaints.make("list access", "we may not read topic");
            });
        });
        let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        let last = text.lines().last().unwrap();
        assert!(last.contains("the list topic may be read"), "{text}");
    }
}
