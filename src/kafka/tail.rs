//! Reading a topic from one end to the other, for the tools of the command line.

use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, Header, Headers as _, Message as _};
use rdkafka::metadata::MetadataTopic;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::domain::Timestamp;

use super::context::Quiet;
use super::fault::refusal;
use super::{Config, Error, native};

const ASK_WITHIN: Duration = Duration::from_secs(10);
const ASK_AGAIN: Duration = Duration::from_millis(50);
/// After how long a silence the brokers are asked whether they are there.
const SILENCE_MAX: Duration = Duration::from_secs(30);

/// A record, kept.
#[derive(Clone)]
pub struct Kept {
    /// Topic.
    pub topic: String,
    /// Partition.
    pub partition: i32,
    /// Offset.
    pub offset: i64,
    /// When it was appended, or made, as the topic has it.
    pub at: Option<Timestamp>,
    /// Key.
    pub key: Option<Vec<u8>>,
    /// Value.
    pub value: Option<Vec<u8>>,
    /// Headers.
    pub headers: Vec<(String, Vec<u8>)>,
}

impl Kept {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_slice())
    }
}

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// With the first record that is there.
    Beginning,
    /// With the next record that comes.
    Now,
}

/// Reads one topic; commits nothing and belongs to no group.
pub struct Tail {
    consumer: BaseConsumer<Quiet>,
    config: Config,
    topic: String,
    parts: Vec<Part>,
    /// When the brokers last gave something.
    heard: Instant,
}

/// One partition: where reading stands, and the end as it was when the topic was opened.
struct Part {
    number: i32,
    position: i64,
    end: i64,
}

impl Tail {
    /// Opens a topic.
    ///
    /// # Errors
    /// When the client refuses its settings, no broker answers, or the topic does not exist or may
    /// not be read.
    pub fn open(config: &Config, topic: &str, from: From) -> Result<Self, Error> {
        let consumer = Quiet::consumer(config, &config.reader())?;
        let metadata = consumer
            .fetch_metadata(Some(topic), ASK_WITHIN)
            .map_err(|error| unreachable(config, &consumer, &error))?;
        let code = metadata.topics().iter().find_map(MetadataTopic::error).map(Code::from);
        if let Some(lasting) = code.and_then(|code| Error::lasting(topic, code)) {
            return Err(lasting);
        }
        let partitions = metadata.topics().iter().flat_map(|topic| topic.partitions());
        let mut parts = Vec::new();
        let mut list = TopicPartitionList::new();
        for number in partitions.map(|partition| partition.id()) {
            let (low, end) = bounds(&consumer, topic, number)
                .map_err(|error| failed_for(topic, "asking for end offsets", &error))?;
            let position = if from == From::Beginning { low } else { end };
            list.add_partition_offset(topic, number, Offset::Offset(position))
                .map_err(|error| Error::failed("assigning", &error))?;
            parts.push(Part { number, position, end });
        }
        if parts.is_empty() {
            return Err(Error::TopicMissing(topic.to_owned()));
        }
        consumer.assign(&list).map_err(|error| Error::failed("assigning", &error))?;
        let (config, topic) = (config.clone(), topic.to_owned());
        Ok(Self { consumer, config, topic, parts, heard: Instant::now() })
    }

    /// Whether everything that was there when the topic was opened has been read.
    pub fn at_end(&self) -> bool {
        self.parts.iter().all(|part| part.position >= part.end)
    }

    /// Waits for the next record; `None` when none came meanwhile.
    ///
    /// # Errors
    /// When there will be none: the topic is gone or may not be read, or no broker answers any more.
    pub fn next(&mut self, wait: Duration) -> Result<Option<Kept>, Error> {
        let topic = self.topic.clone();
        self.look(wait, |message| keep(topic, message))
    }

    /// Waits for the next record and reads its value where it lies.
    ///
    /// # Errors
    /// As [`Self::next`].
    pub fn next_value<R>(
        &mut self,
        wait: Duration,
        read: impl FnOnce(&[u8]) -> R,
    ) -> Result<Option<R>, Error> {
        self.look(wait, |message| read(message.payload().unwrap_or_default()))
    }

    fn look<R>(
        &mut self,
        wait: Duration,
        read: impl FnOnce(&BorrowedMessage<'_>) -> R,
    ) -> Result<Option<R>, Error> {
        self.consumer.context().bootstrap.regain(self.consumer.client());
        let message = match self.consumer.poll(wait) {
            Some(Ok(message)) => message,
            Some(Err(KafkaError::PartitionEOF(number))) => {
                // Compaction and transactions leave holes: the end may hold no record.
                advance(&mut self.parts, number, i64::MAX);
                self.heard = Instant::now();
                return Ok(None);
            }
            Some(Err(error)) => {
                tracing::debug!(%error, topic = self.topic, "reading");
                let code = error.rdkafka_error_code();
                let lasting = code.and_then(|code| Error::lasting(&self.topic, code));
                return lasting.map_or_else(|| self.look_after_silence(), Err).map(|()| None);
            }
            None => return self.look_after_silence().map(|()| None),
        };
        self.heard = Instant::now();
        advance(&mut self.parts, message.partition(), message.offset() + 1);
        Ok(Some(read(&message)))
    }

    /// After a long silence, asks whether there is anybody: at the end of a topic silence is the
    /// rule, and otherwise nobody would ever be told that the brokers are gone.
    fn look_after_silence(&mut self) -> Result<(), Error> {
        if self.heard.elapsed() < SILENCE_MAX {
            return Ok(());
        }
        let number = self.parts.first().map_or(0, |part| part.number);
        match self.consumer.fetch_watermarks(&self.topic, number, ASK_WITHIN) {
            Err(error) => Err(failed_to_reach(&self.config, &self.topic, &error)),
            Ok(_) if self.at_end() => {
                self.heard = Instant::now();
                Ok(())
            }
            Ok(_) => Err(Error::Failed {
                doing: "reading a topic",
                why: format!(
                    "the brokers answer, and for {} s none has given the records of {} that are \
                     there: look at the health of its partitions, and try again",
                    SILENCE_MAX.as_secs(),
                    self.topic
                ),
            }),
        }
    }
}

/// Copies a record out of the client's buffer.
fn keep(topic: String, message: &BorrowedMessage<'_>) -> Kept {
    let owned = |header: Header<'_, &[u8]>| {
        (header.key.to_owned(), header.value.unwrap_or_default().to_vec())
    };
    let headers = message.headers().map(|headers| headers.iter().map(owned).collect());
    Kept {
        topic,
        partition: message.partition(),
        offset: message.offset(),
        at: message.timestamp().to_millis().and_then(Timestamp::from_millis),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        headers: headers.unwrap_or_default(),
    }
}

/// Why opening failed, in words of ours where the client's log has the reason.
fn unreachable(config: &Config, consumer: &BaseConsumer<Quiet>, error: &KafkaError) -> Error {
    let mut refused = None;
    native::take_log(consumer.client(), |line| refused = refusal(line).or(refused));
    Error::no_answer(config, error, refused)
}

fn failed_to_reach(config: &Config, topic: &str, error: &KafkaError) -> Error {
    let lasting = error.rdkafka_error_code().and_then(|code| Error::lasting(topic, code));
    lasting.unwrap_or_else(|| Error::no_answer(config, error, None))
}

fn failed_for(topic: &str, doing: &'static str, error: &KafkaError) -> Error {
    let lasting = error.rdkafka_error_code().and_then(|code| Error::lasting(topic, code));
    lasting.unwrap_or_else(|| Error::failed(doing, error))
}

/// First and end offset of a partition. Of a topic just made, or after a failover, the leader may
/// not know yet that it leads: asks again until it does.
pub(super) fn bounds(
    consumer: &BaseConsumer<Quiet>,
    topic: &str,
    number: i32,
) -> Result<(i64, i64), KafkaError> {
    let settling = [Code::NotLeaderForPartition, Code::LeaderNotAvailable];
    let deadline = Instant::now() + ASK_WITHIN;
    loop {
        match consumer.fetch_watermarks(topic, number, ASK_WITHIN) {
            Err(error)
                if Instant::now() < deadline
                    && error.rdkafka_error_code().is_some_and(|code| settling.contains(&code)) =>
            {
                std::thread::sleep(ASK_AGAIN);
            }
            other => return other,
        }
    }
}

fn advance(parts: &mut [Part], number: i32, position: i64) {
    if let Some(part) = parts.iter_mut().find(|part| part.number == number) {
        part.position = part.position.max(position);
    }
}
