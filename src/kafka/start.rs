//! Where a group begins that has never committed: found once for each partition, and the same for
//! whoever owns the partition later.
//!
//! "Latest" is a moment, not an end that each new owner may find further on. The first owner of a
//! topic writes the moment beside the offsets it commits, and whoever takes up a partition that has
//! no offset yet, because its first owner died or because it was added, begins with its first event
//! since then. So a partition that is added begins with its first event of all.

use std::collections::BTreeMap;
use std::sync::Mutex;

use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerContext};
use rdkafka::error::KafkaResult;
use rdkafka::topic_partition_list::{Offset, TopicPartitionList, TopicPartitionListElem};

use super::clock::wall;
use super::consumer::ASK_WITHIN;

/// Where a group begins that has never committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// With the first event that is there.
    Earliest,
    /// With the next event that comes.
    Latest,
}

/// Since when a group reads a topic, in milliseconds since 1970 by the clock of the instance that
/// was there first. Kept in the metadata of each offset that the group commits in that topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Since(i64);

/// Since when the group reads each topic, as far as the lanes of an instance know: a topic that is made
/// anew may come to another lane than the one that read it before.
#[derive(Debug, Default)]
pub struct Known(Mutex<BTreeMap<String, Since>>);

impl Known {
    pub(super) fn of(&self, topic: &str) -> Option<Since> {
        self.0.lock().ok()?.get(topic).copied()
    }

    pub(super) fn learn(&self, topic: &str, since: Since) {
        if let Ok(mut known) = self.0.lock() {
            known.insert(topic.to_owned(), since);
        }
    }
}

/// Where the group stands in a partition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) offset: i64,
    pub(super) since: Option<Since>,
}

/// How a partition of a topic begins that has no offset yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// With its first event: so it is configured, or the group was there before the partition was
    /// and did not say since when.
    First,
    /// With the next event: nobody has read the topic before.
    Next(Since),
    /// With its first event since then.
    FirstSince(Since),
}

impl Since {
    const NAME: &str = "portcullis-since=";

    fn now() -> Self {
        Self(wall().micros().div_euclid(1_000))
    }

    /// As it is written beside an offset.
    pub(super) fn text(self) -> String {
        format!("{}{}", Self::NAME, self.0)
    }

    fn parse(metadata: &str) -> Option<Self> {
        metadata.strip_prefix(Self::NAME)?.parse().ok().map(Self)
    }
}

impl Standing {
    /// Where the group stands, by an answer to what it has committed; `None` where it does not.
    ///
    /// # Errors
    /// When the broker does not say: then it may stand anywhere.
    pub(super) fn of(committed: &TopicPartitionListElem<'_>) -> KafkaResult<Option<Self>> {
        committed.error()?;
        let offset = committed.offset().to_raw().filter(|offset| *offset >= 0);
        let since = Since::parse(committed.metadata());
        Ok(offset.map(|offset| Self { offset, since }))
    }
}

impl Origin {
    /// How the partitions of a topic begin that have no offset. `known` is since when the group reads
    /// it, where this instance still knows: the brokers forget offsets with a topic that is deleted,
    /// and what comes after it is made anew was not there before.
    pub(super) fn of<C: ConsumerContext>(
        consumer: &BaseConsumer<C>,
        topic: &str,
        start: Start,
        known: Option<Since>,
    ) -> KafkaResult<Self> {
        if start == Start::Earliest {
            return Ok(Self::First);
        }
        // Before any end is asked for: what comes in between is since then.
        let now = Since::now();
        let metadata = consumer.fetch_metadata(Some(topic), ASK_WITHIN)?;
        let mut all = TopicPartitionList::new();
        for partition in metadata.topics().iter().flat_map(|topic| topic.partitions()) {
            all.add_partition(topic, partition.id());
        }
        let committed = consumer.committed_offsets(all, ASK_WITHIN)?;
        let mut stands = Vec::new();
        for element in committed.elements() {
            stands.extend(Standing::of(&element)?);
        }
        let since = stands.iter().filter_map(|stands| stands.since).chain(known);
        let since = since.min_by_key(|since| since.0);
        Ok(match since {
            Some(since) => Self::FirstSince(since),
            None if stands.is_empty() => Self::Next(now),
            None => Self::First,
        })
    }

    /// Since when the group reads the topic, where it is to be remembered.
    pub(super) const fn since(self) -> Option<Since> {
        match self {
            Self::First => None,
            Self::Next(since) | Self::FirstSince(since) => Some(since),
        }
    }

    /// The offset that a partition begins with.
    pub(super) fn offset<C: ConsumerContext>(
        self,
        consumer: &BaseConsumer<C>,
        topic: &str,
        partition: i32,
    ) -> KafkaResult<i64> {
        let (low, high) = consumer.fetch_watermarks(topic, partition, ASK_WITHIN)?;
        match self {
            Self::First => Ok(low),
            Self::Next(_) => Ok(high),
            Self::FirstSince(since) => {
                let mut moment = TopicPartitionList::new();
                moment.add_partition_offset(topic, partition, Offset::Offset(since.0))?;
                let found = consumer.offsets_for_times(moment, ASK_WITHIN)?;
                let Some(found) = found.find_partition(topic, partition) else { return Ok(low) };
                found.error()?;
                // Below zero: no event is as young as that.
                Ok(found.offset().to_raw().filter(|offset| *offset >= 0).unwrap_or(high))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_moment_is_read_back_as_it_was_written_and_other_metadata_is_none() {
        let since = Since(1_795_000_000_123);
        assert_eq!(Since::parse(&since.text()), Some(since));
        for other in ["", "portcullis-since=", "portcullis-since=soon", "since=7"] {
            assert_eq!(Since::parse(other), None, "{other}");
        }
    }
}
