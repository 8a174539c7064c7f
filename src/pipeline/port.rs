//! What a lane needs from the world around it.

use std::time::Duration;

use crate::domain::{Audience, Priority, Timestamp};

use super::{Deferred, Finished, Message};

/// A partition of an input topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition {
    /// The input topic, by its place in the configuration.
    pub input: usize,
    /// Partition number.
    pub number: i32,
}

/// One record as it stands in the port's buffer.
#[derive(Clone, Copy)]
pub struct Record<'a> {
    /// Its partition.
    pub partition: Partition,
    /// Its topic's name.
    pub topic: &'a str,
    /// Its offset.
    pub offset: i64,
    /// When the broker appended it.
    pub appended_at: Timestamp,
    /// Its key.
    pub key: Option<&'a [u8]>,
    /// Its value.
    pub value: Option<&'a [u8]>,
    /// Its content-type header.
    pub content_type: Option<&'a [u8]>,
    /// Its schema-id header.
    pub schema_id: Option<&'a [u8]>,
}

/// What comes in next; `R` is what was made of a record while its bytes were at hand.
pub enum Input<R> {
    /// A record.
    Record(R),
    /// Nothing, for as long as was to be waited.
    Idle,
    /// Partitions are ours from the offsets beside them.
    Assigned(Vec<(Partition, i64)>),
    /// Partitions will be another's. They stay ours until they are released, unless they are lost
    /// already: then nothing may be committed any more.
    Revoked {
        /// Which.
        partitions: Vec<Partition>,
        /// Whether they are another's already.
        lost: bool,
    },
    /// The next offset has fallen out of retention: events are gone unread.
    Gap {
        /// Where.
        partition: Partition,
        /// The first offset that is still there.
        resumes_at: i64,
    },
    /// The port cannot go on.
    Failed(Fault),
}

/// Names one message among all that are in flight, so that a report finds its event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The event's partition.
    pub partition: Partition,
    /// The event's offset.
    pub offset: i64,
    /// How often the partition had been assigned or had stepped back when the message was sent: a
    /// report of an attempt that was given up is for an event that will be, or was, judged again.
    pub epoch: u32,
    /// When the event was appended: the latency of its alert is counted from there.
    pub appended_at: Timestamp,
    /// When the message was handed over.
    pub sent_at: Timestamp,
    /// What the message is, for counting once it has arrived.
    pub about: About,
}

/// What a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// A notice of an alert.
    Notice(Priority, Audience),
    /// A dead letter, with its cause.
    DeadLetter(&'static str),
}

/// The end of one message.
#[derive(Debug)]
pub struct Report {
    /// Which message.
    pub ticket: Ticket,
    /// When the broker's answer came in.
    pub at: Timestamp,
    /// Whether the broker has it.
    pub outcome: Result<(), Fault>,
}

/// What to do about a failure. Every failure outside becomes one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The message is too large for its topic: again, with less in it.
    TooLarge(&'static str),
    /// The world is at fault: again, from that event on, after a pause.
    Retry(&'static str),
    /// This client cannot be used any more: stop without committing further; a new one replays.
    Halt(&'static str),
}

/// How a commit is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Commit {
    /// In passing.
    Async,
    /// Answered before anything else happens: on release and at the end.
    Sync,
}

/// The answers to commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The group has acknowledged one.
    pub some: bool,
    /// One has failed, or was not taken: what it was to commit is committed again.
    pub not_all: bool,
}

/// Tells the time. A lane holds one beside its port: it looks at it while a record is read, which is
/// when the port is busy.
pub trait Clock {
    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// Time since some fixed instant, for intervals.
    fn elapsed(&self) -> Duration;
}

/// What a lane needs from the world around it.
pub trait Port {
    /// What tells the time where this port is.
    type Clock: Clock;

    /// The clock.
    fn clock(&self) -> Self::Clock;

    /// Waits up to `wait` for what comes next. A record is read where it lies, in the port's own
    /// buffer, which is let go when `read` returns.
    fn next<R>(&mut self, wait: Duration, read: impl FnOnce(&Record<'_>) -> R) -> Input<R>;

    /// Hands a message over for delivery; its report will come.
    ///
    /// # Errors
    /// [`Refused`] when it was not taken: then no report comes.
    fn produce(&mut self, message: Message, ticket: Ticket) -> Result<(), Refused>;

    /// Waits up to `wait` for the next report.
    fn report(&mut self, wait: Duration) -> Option<Report>;

    /// Hands an event over to be finished in the slow lane; what it came to will be there some time.
    ///
    /// # Errors
    /// The event, when there is no room for it: then the lane finishes it itself.
    fn defer(&mut self, event: Box<Deferred>) -> Result<(), Box<Deferred>>;

    /// What the next of the events came to that were handed over, if one is finished.
    fn finished(&mut self) -> Option<Finished>;

    /// Commits offsets; each is the next one to read.
    fn commit(&mut self, offsets: &[(Partition, i64)], how: Commit);

    /// How the commits went that were answered since this was last asked.
    fn committed(&mut self) -> Committed;

    /// Stops or resumes the flow of records from partitions.
    fn flow(&mut self, partitions: &[Partition], on: bool);

    /// Reads on from `offset`.
    ///
    /// # Errors
    /// [`Fault`] when the client may read on from elsewhere: events would be passed over unread.
    fn seek(&mut self, partition: Partition, offset: i64) -> Result<(), Fault>;

    /// Lets revoked partitions go.
    fn release(&mut self, partitions: &[Partition], lost: bool);

    /// The offset after the last record of a partition, as far as the last fetch told.
    fn end(&self, partition: Partition) -> Option<i64>;
}

/// A message that was not taken.
pub enum Refused {
    /// The outgoing queue is full: later.
    Full,
    /// It will never be taken, for this reason.
    Undeliverable(Fault),
}
