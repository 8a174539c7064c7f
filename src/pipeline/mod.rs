//! The lane: one thread that turns records into acknowledged decisions, in one straight loop.
//!
//! In: records, delivery reports, assignments. Out: messages to produce, offsets to commit.
//! Invariants: an offset is committed only when it and all before it are finished; an event is
//! finished when it touched no list, or when everything it had to tell is acknowledged; nothing is
//! screened while the lists hold; every queue has a bound.
//! Order: events of a partition are begun in their order, and told as they are decided; one that is tried
//! again, or that takes the slow lane, may be told after later ones of the same party.
//! Absent on purpose: Kafka. The lane speaks to a [`Port`]; `kafka` is one, the tests' world another.

mod board;
mod config;
mod held;
mod judge;
mod lane;
mod ledger;
mod message;
mod port;
mod slow;
mod stopwatch;

pub use config::{Config, OnGap};
pub use judge::{Judge, Judged, Lookup, SAMPLE_ONE_IN, Schemas, Size, Told, Verdict};
pub use lane::{Halted, Lane};
pub use ledger::{Counts, Ledger};
pub use message::{Destination, Message, header};
pub use port::{
    About, Clock, Commit, Committed, Fault, Input, Partition, Port, Record, Refused, Report, Ticket,
};
pub use slow::{Attempt, Deferred, Entrance, Finished, Kept, SlowLane};
