//! A lane's port: one consumer of the group, and the lane's share of the producer.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _, ConsumerContext};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use rdkafka::types::RDKafkaRespErr;

use crate::domain::Timestamp;
use crate::pipeline::{
    Commit, Fault, Input, Message, Partition, Port, Record, Refused, Report, Ticket, header,
};

use super::clock::wall;
use super::fault::fault;
use super::producer::Sent;
use super::{Config, Error, Sender, context, native};

/// Where a group begins that has never committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the first event that is there.
    Earliest,
    /// With the next event that comes.
    Latest,
}

/// How long questions to the brokers may take while a lane waits for the answer.
const ASK_WITHIN: Duration = Duration::from_secs(5);

/// A consumer of the group and a share of the producer.
pub struct LanePort {
    consumer: BaseConsumer<Watch>,
    sender: Arc<Sender>,
    reports: (SyncSender<Report>, Receiver<Report>),
    topics: Vec<String>,
    start: Start,
    begun: Instant,
    /// Where each assigned partition was begun, for those of which nothing was read yet.
    begun_at: Vec<(Partition, i64)>,
    gaps: VecDeque<(Partition, i64)>,
}

impl LanePort {
    /// Joins the group for these input topics.
    ///
    /// # Errors
    /// When the client refuses its settings or the subscription.
    pub fn new(
        config: &Config,
        number: usize,
        topics: Vec<String>,
        start: Start,
        sender: Arc<Sender>,
        in_flight_max: usize,
    ) -> Result<Self, Error> {
        let consumer: BaseConsumer<Watch> = config
            .lane(number)
            .create_with_context(Watch::default())
            .map_err(|error| Error::Settings(error.to_string()))?;
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&names).map_err(|error| Error::failed("subscribing", &error))?;
        Ok(Self {
            consumer,
            sender,
            // One event may have several messages, and is handed over whole.
            reports: sync_channel(in_flight_max + 4_096),
            topics,
            start,
            begun: Instant::now(),
            begun_at: Vec::new(),
            gaps: VecDeque::new(),
        })
    }

    fn partition(&self, topic: &str, number: i32) -> Option<Partition> {
        let input = self.topics.iter().position(|name| name == topic)?;
        Some(Partition { input, number })
    }

    fn topic(&self, partition: Partition) -> &str {
        self.topics.get(partition.input).map_or("", String::as_str)
    }

    fn list(&self, partitions: impl Iterator<Item = (Partition, Offset)>) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        for (partition, offset) in partitions {
            // Fails for offsets that librdkafka does not know, which we do not make.
            if list.add_partition_offset(self.topic(partition), partition.number, offset).is_err() {
                tracing::error!(partition = partition.number, "an offset that Kafka cannot hold");
            }
        }
        list
    }

    fn bare(&self, partitions: &[Partition]) -> TopicPartitionList {
        self.list(partitions.iter().map(|partition| (*partition, Offset::Invalid)))
    }

    /// Takes up a change of assignment that the client reported.
    fn take_change<R>(&mut self) -> Option<Input<R>> {
        match self.consumer.context().next_change()? {
            Change::Revoked { partitions, lost } => {
                let partitions = self.known(&partitions);
                Some(Input::Revoked { partitions, lost })
            }
            Change::Assigned(partitions) => Some(match self.assign(&partitions) {
                Ok(assigned) => Input::Assigned(assigned),
                Err(error) => {
                    // Nothing flows before the assignment is answered: ask again.
                    self.consumer.context().put_back(Change::Assigned(partitions));
                    Input::Failed(fault(&error))
                }
            }),
        }
    }

    fn known(&self, partitions: &[(String, i32)]) -> Vec<Partition> {
        partitions.iter().filter_map(|(topic, number)| self.partition(topic, *number)).collect()
    }

    /// Begins each partition where the group stands; where it never stood, at the configured start.
    fn assign(&mut self, partitions: &[(String, i32)]) -> KafkaResult<Vec<(Partition, i64)>> {
        let partitions = self.known(partitions);
        let committed = self.consumer.committed_offsets(self.bare(&partitions), ASK_WITHIN)?;
        let mut begin = Vec::new();
        for partition in &partitions {
            let topic = self.topic(*partition);
            let offset = match committed.find_partition(topic, partition.number) {
                Some(element) => element.offset().to_raw().filter(|offset| *offset >= 0),
                None => None,
            };
            begin.push((
                *partition,
                match offset {
                    Some(offset) => offset,
                    None => self.first_offset(*partition)?,
                },
            ));
        }
        let list = self
            .list(begin.iter().map(|(partition, offset)| (*partition, Offset::Offset(*offset))));
        self.consumer.incremental_assign(&list)?;
        self.begun_at.retain(|(partition, _)| !partitions.contains(partition));
        self.begun_at.extend(&begin);
        Ok(begin)
    }

    /// Where a partition begins for which the group has no offset. A partition that was added to a
    /// topic the group knows begins with its first event whatever the configuration says: those
    /// events came while the group was there.
    fn first_offset(&self, partition: Partition) -> KafkaResult<i64> {
        let topic = self.topic(partition);
        let (low, high) = self.consumer.fetch_watermarks(topic, partition.number, ASK_WITHIN)?;
        let latest = self.start == Start::Latest && !self.group_knows(topic)?;
        Ok(if latest { high } else { low })
    }

    fn group_knows(&self, topic: &str) -> KafkaResult<bool> {
        let metadata = self.consumer.fetch_metadata(Some(topic), ASK_WITHIN)?;
        let mut all = TopicPartitionList::new();
        for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
            all.add_partition(topic, partition.id());
        }
        let committed = self.consumer.committed_offsets(all, ASK_WITHIN)?;
        Ok(committed
            .elements()
            .iter()
            .any(|element| element.offset().to_raw().is_some_and(|offset| offset >= 0)))
    }

    /// Finds the partitions whose next offset is no longer there. The client says only that there
    /// are some.
    fn find_gaps(&mut self) -> KafkaResult<()> {
        let positions = self.consumer.position()?;
        for (partition, begun_at) in self.begun_at.clone() {
            let topic = self.topic(partition);
            let position = positions
                .find_partition(topic, partition.number)
                .and_then(|element| element.offset().to_raw())
                .filter(|offset| *offset >= 0)
                .unwrap_or(begun_at);
            let (low, high) =
                self.consumer.fetch_watermarks(topic, partition.number, ASK_WITHIN)?;
            // Above the end: the topic was made anew, and nothing of it has been read.
            if position < low || position > high {
                self.gaps.push_back((partition, low));
            }
        }
        Ok(())
    }

    fn read<R>(
        &self,
        message: &BorrowedMessage<'_>,
        read: impl FnOnce(&Record<'_>) -> R,
    ) -> Input<R> {
        let topic = message.topic();
        let Some(partition) = self.partition(topic, message.partition()) else {
            return Input::Idle;
        };
        let (mut content_type, mut schema_id) = (None, None);
        for at in message.headers().iter().flat_map(|headers| headers.iter()) {
            match at.key {
                header::CONTENT_TYPE => content_type = at.value,
                header::VALUE_SCHEMA_ID => schema_id = at.value,
                _ => {}
            }
        }
        Input::Record(read(&Record {
            partition,
            topic,
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
        }))
    }

    fn failed<R>(&mut self, error: &KafkaError) -> Input<R> {
        if error.rdkafka_error_code() == Some(Code::AutoOffsetReset) {
            return match self.find_gaps() {
                Ok(()) => self.gap().unwrap_or(Input::Idle),
                Err(error) => Input::Failed(fault(&error)),
            };
        }
        if matches!(error, KafkaError::MessageConsumptionFatal(_)) {
            return Input::Failed(Fault::Halt("consumer_fatal"));
        }
        Input::Failed(fault(error))
    }

    fn gap<R>(&mut self) -> Option<Input<R>> {
        let (partition, resumes_at) = self.gaps.pop_front()?;
        Some(Input::Gap { partition, resumes_at })
    }
}

impl Port for LanePort {
    fn next<R>(&mut self, wait: Duration, read: impl FnOnce(&Record<'_>) -> R) -> Input<R> {
        if let Some(gap) = self.gap() {
            return gap;
        }
        if let Some(change) = self.take_change() {
            return change;
        }
        match self.consumer.poll(wait) {
            Some(Ok(message)) => self.read(&message, read),
            Some(Err(error)) => self.failed(&error),
            None => self.take_change().unwrap_or(Input::Idle),
        }
    }

    fn produce(&mut self, message: Message, ticket: Ticket) -> Result<(), Refused> {
        let sent = Sent { ticket, reports: self.reports.0.clone() };
        self.sender.send(&message, Box::new(sent))
    }

    fn report(&mut self, wait: Duration) -> Option<Report> {
        if wait.is_zero() {
            self.reports.1.try_recv().ok()
        } else {
            self.reports.1.recv_timeout(wait).ok()
        }
    }

    fn commit(&mut self, offsets: &[(Partition, i64)], how: Commit) {
        let list = self
            .list(offsets.iter().map(|(partition, offset)| (*partition, Offset::Offset(*offset))));
        let asked = match how {
            Commit::Async => {
                self.consumer.commit(&list, CommitMode::Async).map_err(|error| error.to_string())
            }
            Commit::Sync => {
                native::commit(&self.consumer, &list, ASK_WITHIN).map_err(|code| code.to_string())
            }
        };
        if let Err(why) = asked {
            tracing::debug!(why, "a commit was not taken; it will be made again");
            self.consumer.context().commit_failed.store(true, Ordering::Relaxed);
        }
    }

    fn commit_failed(&mut self) -> bool {
        self.consumer.context().commit_failed.swap(false, Ordering::Relaxed)
    }

    fn flow(&mut self, partitions: &[Partition], on: bool) {
        let list = self.bare(partitions);
        let done = if on { self.consumer.resume(&list) } else { self.consumer.pause(&list) };
        if let Err(error) = done {
            tracing::warn!(%error, on, "the flow of partitions was not changed");
        }
    }

    fn seek(&mut self, partition: Partition, offset: i64) -> Result<(), Fault> {
        let list = self.list(std::iter::once((partition, Offset::Offset(offset))));
        let sought = self.consumer.seek_partitions(list, ASK_WITHIN);
        let done = sought.is_ok_and(|list| list.elements().iter().all(|at| at.error().is_ok()));
        if done {
            return Ok(());
        }
        // A partition whose offset fell out of retention has stopped and cannot be sought: it is
        // begun anew.
        tracing::debug!(partition = partition.number, offset, "beginning a partition anew");
        let list = self.list(std::iter::once((partition, Offset::Offset(offset))));
        let begun = self
            .consumer
            .incremental_unassign(&self.bare(&[partition]))
            .and_then(|()| self.consumer.incremental_assign(&list));
        if let Err(error) = begun {
            tracing::warn!(%error, partition = partition.number, offset, "seeking failed");
            return Err(Fault::Halt("seek_failed"));
        }
        self.begun_at.retain(|(begun, _)| *begun != partition);
        self.begun_at.push((partition, offset));
        Ok(())
    }

    fn release(&mut self, partitions: &[Partition], lost: bool) {
        self.begun_at.retain(|(partition, _)| !partitions.contains(partition));
        if let Err(error) = self.consumer.incremental_unassign(&self.bare(partitions)) {
            tracing::debug!(%error, lost, "partitions were gone already");
        }
    }

    fn end(&self, partition: Partition) -> Option<i64> {
        native::cached_end(&self.consumer, self.topic(partition), partition.number)
    }

    fn now(&self) -> Timestamp {
        wall()
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Drop for LanePort {
    fn drop(&mut self) {
        // From here on nobody drains: what the client revokes while it closes is let go at once.
        self.consumer.context().closing.store(true, Ordering::Relaxed);
        while let Some(change) = self.consumer.context().next_change() {
            if let Change::Revoked { partitions, .. } = change {
                let partitions = self.known(&partitions);
                self.release(&partitions, false);
            }
        }
    }
}

/// A change of assignment.
enum Change {
    Assigned(Vec<(String, i32)>),
    Revoked { partitions: Vec<(String, i32)>, lost: bool },
}

/// Hears what the client reports while it is polled, and keeps it for the lane, which polls on the
/// same thread: a revocation is answered only when the lane has drained.
#[derive(Default)]
struct Watch {
    changes: Mutex<VecDeque<Change>>,
    /// Whether there may be any: asked between any two records.
    changed: AtomicBool,
    closing: AtomicBool,
    commit_failed: AtomicBool,
}

impl Watch {
    fn next_change(&self) -> Option<Change> {
        if !self.changed.load(Ordering::Acquire) {
            return None;
        }
        let mut changes = self.changes.lock().ok()?;
        let change = changes.pop_front();
        self.changed.store(!changes.is_empty(), Ordering::Release);
        change
    }

    fn put_back(&self, change: Change) {
        if let Ok(mut changes) = self.changes.lock() {
            changes.push_front(change);
            self.changed.store(true, Ordering::Release);
        }
    }

    fn note(&self, change: Change) {
        if let Ok(mut changes) = self.changes.lock() {
            changes.push_back(change);
            self.changed.store(true, Ordering::Release);
        }
    }
}

impl ClientContext for Watch {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        context::log(level, facility, message);
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(target: "librdkafka", %error, reason);
    }
}

impl ConsumerContext for Watch {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        event: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        let elements = list.elements();
        let partitions =
            elements.iter().map(|element| (element.topic().to_owned(), element.partition()));
        let assigns = event == RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
        if assigns {
            self.note(Change::Assigned(partitions.collect()));
        } else if self.closing.load(Ordering::Relaxed) {
            if let Err(error) = consumer.incremental_unassign(list) {
                tracing::debug!(%error, "partitions were gone already");
            }
        } else {
            let lost = consumer.assignment_lost();
            self.note(Change::Revoked { partitions: partitions.collect(), lost });
        }
    }

    fn commit_callback(&self, result: KafkaResult<()>, _offsets: &TopicPartitionList) {
        if let Err(error) = result {
            tracing::debug!(%error, "a commit failed; it will be made again");
            self.commit_failed.store(true, Ordering::Relaxed);
        }
    }
}
