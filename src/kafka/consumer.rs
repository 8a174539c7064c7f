//! A lane's port: one consumer of the group, and the lane's share of the producer.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, Sender as Reporter, channel};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode as Code};
use rdkafka::message::{BorrowedMessage, Message as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};

use crate::pipeline::{
    Commit, Committed, Deferred, Entrance, Fault, Finished, Input, Message, Partition, Port,
    Record, Refused, Report, Ticket,
};

use super::assignment::{self, Change, Watch};
use super::clock::SystemClock;
use super::fault::fault;
use super::producer::Sent;
use super::record::record;
use super::start::{Known, Origin, Standing, Start};
use super::{Config, Error, Sender, native};

/// How long questions to the brokers may take while a lane waits for the answer.
pub(super) const ASK_WITHIN: Duration = Duration::from_secs(5);
/// How long to rest before a question that was not answered is asked again.
const ASK_AGAIN: Duration = Duration::from_millis(200);
/// How long one partition may take to say where it begins and ends while others wait, and how long
/// they may go on before it is asked again.
const LOOK_WITHIN: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_secs(2);

/// A consumer of the group and a share of the producer.
pub struct LanePort {
    consumer: BaseConsumer<Watch>,
    sender: Arc<Sender>,
    /// Holds no more than what the lane has in flight.
    reports: (Reporter<Report>, Receiver<Report>),
    slow_lane: Entrance,
    topics: Vec<String>,
    start: Start,
    /// Since when the group reads each input topic, where that is to be remembered.
    since: Arc<Known>,
    clock: SystemClock,
    places: Vec<Place>,
    gaps: VecDeque<(Partition, i64)>,
    /// Whether a gap was found since the client last said that there are some.
    gap_found: bool,
    /// When an assignment that could not be taken up is tried again.
    assign_at: Option<Instant>,
    /// When what could not be set right is tried again.
    mend_at: Option<Instant>,
}

/// Where an assigned partition stands. The client's own word for it is empty after a seek.
#[derive(Clone, Copy)]
struct Place {
    partition: Partition,
    /// The next offset to read.
    next: i64,
    /// Whether the client could not be set to it: what it reads meanwhile is not it.
    astray: bool,
    /// Whether the group has never stood in this partition: nothing of it is read before this place
    /// is committed, so that no later owner begins elsewhere.
    first: bool,
    /// Whether the client may have lost the place out of retention: it does not say which it was.
    in_doubt: bool,
}

impl LanePort {
    /// Joins the group for these input topics.
    ///
    /// # Errors
    /// When the client refuses its settings or the subscription.
    #[expect(
        clippy::disallowed_methods,
        reason = "reports may be neither dropped nor waited with; the lane bounds what is in flight"
    )]
    pub fn new(
        config: &Config,
        number: usize,
        topics: Vec<String>,
        start: Start,
        known: Arc<Known>,
        sender: Arc<Sender>,
        slow_lane: Entrance,
    ) -> Result<Self, Error> {
        let consumer: BaseConsumer<Watch> = config
            .lane(number)
            .create_with_context(Watch::new(config))
            .map_err(|error| Error::Settings(error.to_string()))?;
        let names: Vec<&str> = topics.iter().map(String::as_str).collect();
        consumer.subscribe(&names).map_err(|error| Error::failed("subscribing", &error))?;
        Ok(Self {
            consumer,
            sender,
            reports: channel(),
            slow_lane,
            since: known,
            topics,
            start,
            clock: SystemClock::start(),
            places: Vec::new(),
            gaps: VecDeque::new(),
            gap_found: false,
            assign_at: None,
            mend_at: None,
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
        if rests_until(self.assign_at) {
            return None;
        }
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
                    self.assign_at = Some(Instant::now() + ASK_AGAIN);
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
        let places = self.begin(&partitions)?;
        // The client keeps a pause over a rebalance; the lane begins with a flowing partition.
        if let Err(error) = self.consumer.resume(&self.bare(&partitions)) {
            tracing::debug!(%error, "partitions were not known yet");
        }
        let begin: Vec<(Partition, i64)> =
            places.iter().map(|place| (place.partition, place.next)).collect();
        let list = begin.iter().map(|(partition, offset)| (*partition, Offset::Offset(*offset)));
        self.consumer.incremental_assign(&self.list(list))?;
        self.places.retain(|place| !partitions.contains(&place.partition));
        self.places.extend(places);
        if self.commit_first_places().is_ok() {
            // Nothing was polled since: the client stands where it was set.
            let new = self.places.iter_mut().filter(|at| partitions.contains(&at.partition));
            new.for_each(|place| place.astray = false);
        }
        Ok(begin)
    }

    fn begin(&mut self, partitions: &[Partition]) -> KafkaResult<Vec<Place>> {
        let committed = self.consumer.committed_offsets(self.bare(partitions), ASK_WITHIN)?;
        let mut origins = BTreeMap::new();
        let mut places = Vec::new();
        for &partition in partitions {
            let (topic, number) = (self.topic(partition).to_owned(), partition.number);
            let stands = committed.find_partition(&topic, number);
            let stands = match stands {
                Some(element) => Standing::of(&element)?,
                None => None,
            };
            let (next, since) = if let Some(Standing { offset, since }) = stands {
                (offset, since)
            } else {
                let origin = match origins.entry(partition.input) {
                    Entry::Occupied(known) => *known.get(),
                    Entry::Vacant(unknown) => {
                        let known = self.since.of(&topic);
                        *unknown.insert(Origin::of(&self.consumer, &topic, self.start, known)?)
                    }
                };
                (origin.offset(&self.consumer, &topic, number)?, origin.since())
            };
            if let Some(since) = since {
                self.since.learn(&topic, since);
            }
            let first = stands.is_none();
            places.push(Place { partition, next, astray: first, first, in_doubt: false });
        }
        Ok(places)
    }

    /// Commits the places where the group has never stood. Until that is done nothing of them is
    /// read: an owner after a crash would find another place, and pass over what came between.
    fn commit_first_places(&mut self) -> Result<(), Code> {
        let first = self.places.iter().filter(|place| place.first);
        let first: Vec<_> = first.map(|place| (place.partition, place.next)).collect();
        if !first.is_empty() {
            native::commit(&self.consumer, &self.offsets(&first), ASK_WITHIN)?;
            self.places.iter_mut().for_each(|place| place.first = false);
        }
        Ok(())
    }

    /// Offsets to commit, and beside them since when the group reads.
    fn offsets(&self, offsets: &[(Partition, i64)]) -> TopicPartitionList {
        let list = self
            .list(offsets.iter().map(|(partition, offset)| (*partition, Offset::Offset(*offset))));
        for mut element in list.elements() {
            if let Some(since) = self.since.of(element.topic()) {
                element.set_metadata(since.text());
            }
        }
        list
    }

    /// Finds the partitions whose next offset is no longer there. The client says only that there
    /// are some, and reads no further in them. Where none is found, one is in range by now: all are
    /// set to their places again, whichever it was. A partition without leader keeps no other
    /// waiting.
    fn find_gaps(&mut self) -> KafkaResult<()> {
        let mut failed = Ok(());
        for at in 0..self.places.len() {
            let Some(&place) = self.places.get(at).filter(|place| place.in_doubt) else { continue };
            let (topic, number) = (self.topic(place.partition), place.partition.number);
            match self.consumer.fetch_watermarks(topic, number, LOOK_WITHIN) {
                Err(error) => failed = Err(error),
                Ok((low, high)) => {
                    // Above the end: the topic was made anew, and nothing of it has been read.
                    if place.next < low || place.next > high {
                        self.gap_found = true;
                        self.gaps.push_back((place.partition, low));
                    }
                    self.places
                        .iter_mut()
                        .skip(at)
                        .take(1)
                        .for_each(|place| place.in_doubt = false);
                }
            }
        }
        if failed.is_ok() && !std::mem::take(&mut self.gap_found) {
            self.places.iter_mut().for_each(|place| place.astray = true);
        }
        failed
    }

    /// Tries again what failed before: to find gaps, to set partitions to their places.
    fn mend<R>(&mut self) -> Option<Input<R>> {
        if rests_until(self.mend_at) {
            return None;
        }
        if self.places.iter().any(|place| place.in_doubt)
            && let Err(error) = self.find_gaps()
        {
            self.mend_at = Some(Instant::now() + LOOK_AGAIN);
            return Some(Input::Failed(fault(&error)));
        }
        let first = self.commit_first_places();
        let astray = self.places.iter().filter(|place| place.astray && !place.first);
        let astray: Vec<Place> = astray.copied().collect();
        for place in astray {
            self.set_to(place.partition, place.next);
        }
        first.err().map(|code| {
            tracing::debug!(%code, "the first places are not committed yet: nothing is read there");
            self.mend_at = Some(Instant::now() + ASK_AGAIN);
            Input::Failed(Fault::Retry("start_not_committed"))
        })
    }

    /// Sets the client to a partition's next offset, and notes whether that was done.
    fn set_to(&mut self, partition: Partition, offset: i64) {
        let list = self.list(std::iter::once((partition, Offset::Offset(offset))));
        let done = match self.consumer.seek_partitions(list, ASK_WITHIN) {
            Ok(answer) => answer.elements().iter().all(|element| element.error().is_ok()),
            Err(_) => false,
        };
        // A fetcher that has stopped cannot be set: after an offset out of range it begins anew.
        let done = done || self.begin_anew(partition, offset);
        if !done {
            tracing::warn!(partition = partition.number, offset, "seeking failed: again, later");
            self.mend_at = Some(Instant::now() + ASK_AGAIN);
        }
        if let Some(place) = self.place_mut(partition) {
            place.next = offset;
            place.astray = !done;
        }
    }

    fn begin_anew(&self, partition: Partition, offset: i64) -> bool {
        let bare = self.bare(&[partition]);
        let there = self.list(std::iter::once((partition, Offset::Offset(offset))));
        let begun = self
            .consumer
            .incremental_unassign(&bare)
            .and_then(|()| self.consumer.incremental_assign(&there));
        begun.map_err(|error| tracing::debug!(%error, "a partition was not begun anew")).is_ok()
    }

    fn place_mut(&mut self, partition: Partition) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.partition == partition)
    }

    fn read<R>(
        topics: &[String],
        places: &mut [Place],
        message: &BorrowedMessage<'_>,
        read: impl FnOnce(&Record<'_>) -> R,
    ) -> Input<R> {
        let topic = message.topic();
        let Some(input) = topics.iter().position(|name| name == topic) else {
            return Input::Idle;
        };
        let partition = Partition { input, number: message.partition() };
        match places.iter_mut().find(|place| place.partition == partition) {
            Some(place) if !place.astray => place.next = message.offset() + 1,
            // Not ours, or not where the lane has set it: it is read again.
            Some(_) | None => return Input::Idle,
        }
        Input::Record(read(&record(message, partition)))
    }

    fn failed<R>(&mut self, error: &KafkaError) -> Input<R> {
        if error.rdkafka_error_code() == Some(Code::AutoOffsetReset) {
            self.places.iter_mut().for_each(|place| place.in_doubt = true);
            return self.mend().or_else(|| self.gap()).unwrap_or(Input::Idle);
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

/// Whether to rest before something is tried again.
fn rests_until(at: Option<Instant>) -> bool {
    at.is_some_and(|at| Instant::now() < at)
}

impl Port for LanePort {
    type Clock = SystemClock;

    fn clock(&self) -> SystemClock {
        self.clock
    }

    fn next<R>(&mut self, wait: Duration, read: impl FnOnce(&Record<'_>) -> R) -> Input<R> {
        if let Some(gap) = self.gap() {
            return gap;
        }
        // First of all: nothing that goes wrong with a partition may keep the group waiting.
        if let Some(change) = self.take_change() {
            return change;
        }
        if self.places.iter().any(|place| place.astray || place.in_doubt)
            && let Some(failed) = self.mend()
        {
            return failed;
        }
        match self.consumer.poll(wait) {
            Some(Ok(message)) => Self::read(&self.topics, &mut self.places, &message, read),
            Some(Err(error)) => self.failed(&error),
            None => self.take_change().unwrap_or(Input::Idle),
        }
    }

    fn produce(&mut self, message: Message, ticket: Ticket) -> Result<(), Refused> {
        let sent = Sent { ticket, reports: self.reports.0.clone() };
        self.sender.send(&message, Box::new(sent))
    }

    fn report(&mut self, wait: Duration) -> Option<Report> {
        // Here, since a lane asks for reports at every turn and also while it drains.
        self.consumer.context().bootstrap.regain(self.consumer.client());
        self.sender.regain();
        if wait.is_zero() {
            self.reports.1.try_recv().ok()
        } else {
            self.reports.1.recv_timeout(wait).ok()
        }
    }

    fn defer(&mut self, event: Box<Deferred>) -> Result<(), Box<Deferred>> {
        self.slow_lane.defer(event)
    }

    fn finished(&mut self) -> Option<Finished> {
        self.slow_lane.finished()
    }

    fn commit(&mut self, offsets: &[(Partition, i64)], how: Commit) {
        let list = self.offsets(offsets);
        let asked = match how {
            Commit::Async if !self.consumer.context().begin_commit() => {
                Err("the one before is not answered yet".to_owned())
            }
            Commit::Async => native::commit_in_passing(&self.consumer, &list).map_err(|code| {
                self.consumer.context().end_commit();
                code.to_string()
            }),
            Commit::Sync => {
                native::commit(&self.consumer, &list, ASK_WITHIN).map_err(|code| code.to_string())
            }
        };
        match asked {
            Ok(()) if how == Commit::Async => {}
            Ok(()) => self.consumer.context().note_commit(true),
            Err(why) => {
                tracing::debug!(why, "a commit was not taken; it will be made again");
                self.consumer.context().note_commit(false);
            }
        }
    }

    fn committed(&mut self) -> Committed {
        self.consumer.context().take_committed()
    }

    fn flow(&mut self, partitions: &[Partition], on: bool) {
        let list = self.bare(partitions);
        let done = if on { self.consumer.resume(&list) } else { self.consumer.pause(&list) };
        if let Err(error) = done {
            tracing::warn!(%error, on, "the flow of partitions was not changed");
        }
    }

    fn seek(&mut self, partition: Partition, offset: i64) -> Result<(), Fault> {
        // Where it cannot be done now, it is done before another record of the partition is read.
        self.set_to(partition, offset);
        Ok(())
    }

    fn release(&mut self, partitions: &[Partition], lost: bool) {
        self.places.retain(|place| !partitions.contains(&place.partition));
        if let Err(error) = self.consumer.incremental_unassign(&self.bare(partitions)) {
            tracing::debug!(%error, lost, "partitions were gone already");
        }
    }

    fn end(&self, partition: Partition) -> Option<i64> {
        native::cached_end(&self.consumer, self.topic(partition), partition.number)
    }
}

impl Drop for LanePort {
    fn drop(&mut self) {
        // From here on nobody drains: what the client revokes while it closes is let go at once.
        self.consumer.context().closing.store(true, Ordering::Relaxed);
        while let Some(change) = self.consumer.context().next_change() {
            match change {
                Change::Revoked { partitions, .. } => {
                    let partitions = self.known(&partitions);
                    self.release(&partitions, false);
                }
                Change::Assigned(_) => assignment::decline(&self.consumer),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Complaints, EmbeddedBroker, Outputs};
    use super::*;

    const TOPIC: &str = "events";
    const PLACE: Partition = Partition { input: 0, number: 0 };
    /// Far less than the time after which an answer is given up.
    const PATIENCE: Duration = Duration::from_secs(20);

    /// A port whose partition is assigned.
    fn port(broker: &EmbeddedBroker) -> LanePort {
        let mut port = joined(broker);
        let assigned = |input: &Input<()>| matches!(input, Input::Assigned(_));
        assert!(poll_until(&mut port, |_, input| assigned(input)), "never assigned");
        port
    }

    /// Ends a port on a thread of its own; whether that came to an end.
    fn ends(port: LanePort) -> bool {
        let ending = std::thread::spawn(move || drop(port));
        let deadline = Instant::now() + PATIENCE;
        while !ending.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
        ending.is_finished()
    }

    /// Joined, but with nothing taken up yet.
    fn joined(broker: &EmbeddedBroker) -> LanePort {
        let config = Config::plain(broker.brokers());
        let outputs = Outputs {
            command: "alerts".into(),
            agency_prefix: "alerts.".into(),
            dead_letter: "dead-letter".into(),
        };
        let sender = Sender::new(&config, outputs, Arc::new(Complaints::default())).unwrap();
        let topics = vec![TOPIC.to_owned()];
        let (slow_lane, since) = (Entrance::closed(), Arc::default());
        LanePort::new(&config, 0, topics, Start::Earliest, since, Arc::new(sender), slow_lane)
            .unwrap()
    }

    fn poll_until(port: &mut LanePort, done: impl Fn(&LanePort, &Input<()>) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            let input = port.next(Duration::from_millis(10), |_| ());
            if done(port, &input) {
                return true;
            }
        }
        false
    }

    fn commit(port: &mut LanePort, offsets: &[(Partition, i64)]) {
        port.commit(offsets, Commit::Async);
        let answered = |port: &LanePort| !port.consumer.context().awaits_answer();
        assert!(poll_until(port, |port, _| answered(port)), "a commit was never answered");
    }

    /// Without an answer every later commit waits until the answer is given up.
    #[test]
    fn a_commit_in_passing_is_answered_and_the_next_one_follows() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let mut port = port(&broker);
        for offset in 1..4 {
            commit(&mut port, &[(PLACE, offset)]);
            assert!(!port.committed().not_all);
            let committed = port.consumer.committed_offsets(port.bare(&[PLACE]), PATIENCE).unwrap();
            let committed = committed.find_partition(TOPIC, 0).unwrap().offset();
            assert_eq!(committed, Offset::Offset(offset));
        }
    }

    #[test]
    fn of_two_commits_in_passing_the_second_waits() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let mut port = port(&broker);
        port.commit(&[(PLACE, 1)], Commit::Async);
        assert!(!port.committed().not_all);
        port.commit(&[(PLACE, 2)], Commit::Async);
        assert!(port.committed().not_all, "two were under way");
    }

    #[test]
    fn a_commit_in_passing_that_fails_is_made_again() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let mut port = port(&broker);
        // That there is nothing to commit is the one failure that needs no broker to fail.
        commit(&mut port, &[]);
        assert!(port.committed().not_all);
    }

    /// Here the client has something to revoke as it ends, and waits for that answer alone.
    #[test]
    fn an_assignment_that_was_not_taken_up_does_not_hold_the_end_up() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let port = joined(&broker);
        let deadline = Instant::now() + PATIENCE;
        while !port.consumer.context().has_changed() && Instant::now() < deadline {
            assert!(port.consumer.poll(Duration::from_millis(10)).is_none(), "a record too early");
        }
        assert!(port.consumer.context().has_changed(), "never assigned");
        assert!(ends(port), "the client waits for an answer to its assignment");
    }

    #[test]
    fn an_assignment_that_comes_at_the_end_does_not_hold_it_up() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let port = joined(&broker);
        let deadline = Instant::now() + PATIENCE;
        while native::waiting(&port.consumer) == 0 && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(native::waiting(&port.consumer) > 0, "never assigned");
        assert!(ends(port), "the client waits for an answer to its assignment");
    }

    /// As it ends its client has nothing to revoke, and waits for the answer to that assignment.
    #[test]
    fn an_assignment_of_nothing_that_was_not_taken_up_does_not_hold_the_end_up() {
        let broker = EmbeddedBroker::start([(TOPIC, 1)].into_iter()).unwrap();
        let (mut owner, other) = (port(&broker), joined(&broker));
        // The owner learns of the other by a heartbeat, and takes up what comes of it.
        let deadline = Instant::now() + PATIENCE * 3;
        while !other.consumer.context().has_changed() {
            assert!(Instant::now() < deadline, "never assigned");
            owner.next(Duration::from_millis(10), |_| ());
            assert!(other.consumer.poll(Duration::ZERO).is_none(), "a record from nowhere");
        }
        assert!(ends(other), "the client waits for an answer to its assignment");
    }
}
