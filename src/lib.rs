//! Portcullis polices a border as a stream: this file is the map of the house.
//!
//! Agencies publish border and customs events to Kafka. Portcullis screens each of them against the
//! agencies' watchlists and tells the Border Police Command, and the agencies that may know.
//!
//! # Rooms
//!
//! Reading order is import order: a room imports only rooms declared above it, and
//! `tests/it/tidy.rs` holds that up.
//!
//! | room | in → out |
//! |---|---|
//! | [`planted`] | bugs on purpose, for tests alone |
//! | [`domain`] | the vocabulary: event, identifiers, watchlist entry, alert |
//! | [`names`] | a name as written → words as they are compared |
//! | [`codec`] | bytes ↔ vocabulary: Avro by compiled plans, JSON, both by our own schemas |
//! | [`formats`] | published watchlist files → entries |
//! | [`sim`] | seed → invented people, lists, traffic, and what must alert |
//! | [`index`] | key → candidates, never verdicts |
//! | [`watchlist`] | changes → lists, indexes, versions, whether they may be trusted; who is not meant |
//! | [`matching`] | candidates → matches with their evidence |
//! | [`alerting`] | matches → alerts, and what each audience may see of them |
//! | [`engine`] | one event in, one decision out |
//! | [`metrics`] | every metric by name |
//! | [`pipeline`] | the lane: records → acknowledged decisions → offsets |
//! | [`kafka`] | the only user of the Kafka client |
//! | [`console`] | metrics and readiness over HTTP |
//! | [`config`] | the file as written → checked → each room's own part |
//! | [`app`] | assembly: connect, load, screen, end |
//! | [`report`] | figures → tables and pictures, and where they were taken |
//! | [`quality`] | labelled cases → how good the matcher is |
//! | [`mod@bench`] | the user's brokers → how fast it is |
//! | [`cli`] | what a person types and reads |
//!
//! From `domain` to `engine` nothing knows a clock, a thread or a socket, and nothing fails but
//! decoding: time is an argument, effects are values.
//!
//! # One event, in reading order
//!
//! 1. [`kafka::LanePort`] has a record in the client's buffer; [`pipeline::Lane`] reads it there.
//! 2. [`codec::Decoder`] turns its bytes into a [`domain::Event`] that borrows them.
//! 3. [`matching::screen`] asks [`watchlist::Lists`] for candidates and compares them.
//! 4. [`engine::decide`] hands matches to [`alerting`], which makes alerts and, of each, the
//!    [`domain::Notice`] that each audience may see. Most events touch no list and end here.
//!    One whose search of names meets its bound is decided with more room by [`pipeline::SlowLane`],
//!    while the lane goes on.
//! 5. The lane produces the notices; [`kafka::Sender`] has them acknowledged.
//! 6. [`pipeline::Ledger`] moves the finished prefix, and the lane commits it.
//!
//! # What always holds
//!
//! - An event acknowledged to an input topic ends in exactly one disposition: screened without a
//!   match, alerted, or dead-lettered with its cause.
//! - An offset is committed only when its event and all before it are finished; an alert is
//!   acknowledged before the offset of its event.
//! - Nothing is screened before the lists have been read to the end offsets taken at start.
//! - The same lists and the same event give the same alerts, byte for byte.
//! - An explanation is built by the code that compares, from the same values.
//! - A match that was judged not to be one is counted and sampled, and in doubt it is told.
//! - Personal data prints nowhere but in the alert: what holds it has no `Debug` that shows it.
//!
//! # Absent on purpose
//!
//! Cluster code (consumer groups and compacted topics are the cluster), retries in the core,
//! unbounded queues, global state, a room for utilities.

#[doc(hidden)]
pub mod planted;
pub mod domain;
pub mod names;
pub mod codec;
pub mod formats;
pub mod sim;
pub mod index;
pub mod watchlist;
pub mod matching;
pub mod alerting;
pub mod engine;
pub mod metrics;
pub mod pipeline;
pub mod kafka;
pub mod console;
pub mod config;
pub mod app;
pub mod report;
pub mod quality;
pub mod bench;
pub mod cli;
