//! What the group's client reports of assignments and commits, kept until its lane takes it up.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::TopicPartitionList;
use rdkafka::types::RDKafkaRespErr;

use crate::pipeline::Committed;

use super::context::client_context;
use super::{Bootstrap, Config, Tokens};

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
    /// Set when a commit was acknowledged.
    commit_made: AtomicBool,
    /// Set when a commit has failed.
    commit_failed: AtomicBool,
    /// When the commit was asked for that was not answered yet.
    commit_asked: Mutex<Option<Instant>>,
    pub(super) bootstrap: Bootstrap,
    tokens: Option<Tokens>,
}

impl Watch {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            bootstrap: Bootstrap::new(&config.brokers),
            tokens: config.tokens.clone(),
            ..Self::default()
        }
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

    /// Notes how a commit went.
    pub(super) fn note_commit(&self, made: bool) {
        let answer = if made { &self.commit_made } else { &self.commit_failed };
        answer.store(true, Ordering::Relaxed);
    }

    /// How commits went since this was last asked.
    pub(super) fn take_committed(&self) -> Committed {
        Committed {
            some: self.commit_made.swap(false, Ordering::Relaxed),
            not_all: self.commit_failed.swap(false, Ordering::Relaxed),
        }
    }

    /// Whether a commit was asked for that has no answer yet.
    #[cfg(test)]
    pub(super) fn awaits_answer(&self) -> bool {
        self.commit_asked.lock().unwrap().is_some()
    }

    /// Whether there is a change that was not taken up yet.
    #[cfg(test)]
    pub(super) fn has_changed(&self) -> bool {
        self.changed.load(Ordering::Acquire)
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

/// Answers an assignment when nobody takes partitions up any more. A client that has been assigned
/// nothing has nothing to revoke as it ends, and would wait for this answer without end.
pub(super) fn decline(consumer: &BaseConsumer<Watch>) {
    if let Err(error) = consumer.incremental_assign(&TopicPartitionList::new()) {
        tracing::debug!(%error, "an assignment was not declined");
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
        let closing = self.closing.load(Ordering::Relaxed);
        if assigns && closing {
            decline(consumer);
        } else if assigns {
            self.note(Change::Assigned(partitions.collect()));
        } else if closing {
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
        let made = result.and(each);
        if let Err(error) = &made {
            tracing::debug!(%error, "a commit failed; it will be made again");
        }
        self.note_commit(made.is_ok());
    }
}
