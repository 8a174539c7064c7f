//! What the group's client reports of assignments and commits, kept until its lane takes it up.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;

use super::context::client_context;
use super::{Config, Tokens};

/// After so long an answer is not awaited any more.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);

/// A change of assignment.
pub(super) enum Change {
    Assigned(Vec<(String, i32)>),
    Revoked { partitions: Vec<(String, i32)>, lost: bool },
}

/// Hears what the client reports while it is polled, and keeps it for the lane, which polls on the
/// same thread: a revocation is answered only when the lane has drained.
#[derive(Default)]
pub(super) struct Watch {
    changes: Mutex<VecDeque<Change>>,
    /// Whether there may be any: asked between any two records.
    changed: AtomicBool,
    /// Set when nobody drains any more: what is revoked is let go at once.
    pub(super) closing: AtomicBool,
    /// Set when a commit has failed.
    pub(super) commit_failed: AtomicBool,
    /// When the commit was asked for that was not answered yet.
    commit_asked: Mutex<Option<Instant>>,
    tokens: Option<Tokens>,
}

impl Watch {
    pub(super) fn new(config: &Config) -> Self {
        Self { tokens: config.tokens.clone(), ..Self::default() }
    }

    /// The oldest change that was not taken up yet.
    pub(super) fn next_change(&self) -> Option<Change> {
        if !self.changed.load(Ordering::Acquire) {
            return None;
        }
        let mut changes = self.changes.lock().ok()?;
        let change = changes.pop_front();
        self.changed.store(!changes.is_empty(), Ordering::Release);
        change
    }

    /// Whether a commit may be asked for in passing; notes that it is. The client tries a commit
    /// again by itself, so with two under way the older could land last and take the group back.
    pub(super) fn begin_commit(&self) -> bool {
        let Ok(mut asked) = self.commit_asked.lock() else { return false };
        let free = asked.is_none_or(|at| at.elapsed() >= ANSWER_WITHIN);
        if free {
            *asked = Some(Instant::now());
        }
        free
    }

    /// Notes that the commit that was asked for has its answer.
    pub(super) fn end_commit(&self) {
        if let Ok(mut asked) = self.commit_asked.lock() {
            *asked = None;
        }
    }

    /// Puts a change back that could not be taken up.
    pub(super) fn put_back(&self, change: Change) {
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

client_context!(Watch);

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

    fn commit_callback(&self, result: KafkaResult<()>, offsets: &TopicPartitionList) {
        self.end_commit();
        // A commit that as a whole succeeded may have failed for some partitions.
        let each = offsets.elements().iter().try_for_each(|element| element.error());
        if let Err(error) = result.and(each) {
            tracing::debug!(%error, "a commit failed; it will be made again");
            self.commit_failed.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::ClientConfig;
    use rdkafka::topic_partition_list::Offset;

    use super::super::{EmbeddedBroker, native};
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);

    /// A member of a group; closed without anybody who drains.
    struct Member(BaseConsumer<Watch>);

    impl Drop for Member {
        fn drop(&mut self) {
            self.0.context().closing.store(true, Ordering::Relaxed);
        }
    }

    /// A member of a group whose partition is assigned.
    fn member(broker: &EmbeddedBroker) -> Member {
        let mut settings = ClientConfig::new();
        settings
            .set("bootstrap.servers", broker.brokers())
            .set("group.id", "group")
            .set("enable.auto.commit", "false")
            .set("partition.assignment.strategy", "cooperative-sticky");
        let consumer: BaseConsumer<Watch> = settings.create_with_context(Watch::default()).unwrap();
        consumer.subscribe(&["events"]).unwrap();
        let member = Member(consumer);
        let assigned = poll_until(&member.0, |watch| watch.changed.load(Ordering::Acquire));
        assert!(assigned, "never assigned");
        assert!(matches!(member.0.context().next_change(), Some(Change::Assigned(_))));
        member.0.incremental_assign(&list("events", 0)).unwrap();
        member
    }

    fn list(topic: &str, offset: i64) -> TopicPartitionList {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, 0, Offset::Offset(offset)).unwrap();
        list
    }

    fn poll_until(consumer: &BaseConsumer<Watch>, done: impl Fn(&Watch) -> bool) -> bool {
        let deadline = Instant::now() + PATIENCE;
        while !done(consumer.context()) && Instant::now() < deadline {
            drop(consumer.poll(Duration::from_millis(10)));
        }
        done(consumer.context())
    }

    fn is_answered(watch: &Watch) -> bool {
        watch.commit_asked.lock().unwrap().is_none()
    }

    /// An answer that never came would keep every commit after it waiting for [`ANSWER_WITHIN`].
    #[test]
    fn a_commit_in_passing_is_answered_so_that_the_next_may_follow() {
        assert!(PATIENCE < ANSWER_WITHIN);
        let broker = EmbeddedBroker::start([("events", 1)].into_iter()).unwrap();
        let member = member(&broker);
        let consumer = &member.0;
        for offset in 1..4 {
            assert!(consumer.context().begin_commit());
            assert!(!consumer.context().begin_commit(), "two commits under way");
            native::commit_in_passing(consumer, &list("events", offset)).unwrap();
            assert!(poll_until(consumer, is_answered), "commit {offset} was never answered");
            let committed = consumer.committed_offsets(list("events", 0), PATIENCE).unwrap();
            assert_eq!(committed, list("events", offset));
        }
        assert!(!consumer.context().commit_failed.load(Ordering::Relaxed));
    }

    #[test]
    fn a_commit_in_passing_that_fails_is_noticed() {
        let broker = EmbeddedBroker::start([("events", 1)].into_iter()).unwrap();
        let member = member(&broker);
        let consumer = &member.0;
        assert!(consumer.context().begin_commit());
        // Nothing to commit is the one failure that needs no broker to fail.
        native::commit_in_passing(consumer, &TopicPartitionList::new()).unwrap();
        assert!(poll_until(consumer, is_answered), "the commit was never answered");
        assert!(consumer.context().commit_failed.load(Ordering::Relaxed));
    }
}
