//! The only user of Kafka's client: settings, lanes' ports, the readers of lists and suppressions,
//! topics, the registry.
//!
//! In: settings. Out: a [`LanePort`] for each lane, a [`Sender`], a list reader, tools for topics.
//! Invariants: acknowledgements are `acks=all` by an idempotent producer; offsets move only when a
//! lane commits them; a producer is flushed before it is dropped.
//! Absent on purpose: what a record means.

mod admin;
mod assignment;
mod bare;
mod bootstrap;
mod clock;
mod consumer;
mod context;
mod courier;
mod embedded;
mod fault;
mod http;
mod list_names;
mod list_place;
mod list_record;
mod lists;
mod native;
mod plan;
mod producer;
mod record;
mod register;
mod register_record;
mod registry;
mod registry_api;
mod registry_text;
mod remembered;
mod settings;
mod start;
mod tail;
mod token;

pub use admin::{Admin, Existing, TopicSpec};
pub use bare::{Feed, Gauge, bare_loop};
pub use bootstrap::Bootstrap;
pub use clock::{SystemClock, wall};
pub use consumer::LanePort;
pub use context::Complaints;
pub use courier::{Courier, Outcome, Ticket};
pub use embedded::EmbeddedBroker;
pub use fault::Error;
pub use lists::{ListReader, ReaderConfig};
pub use plan::{Plan, promises_at_risk};
pub use producer::{Outputs, Sender};
pub use register::{RegisterParts, RegisterReader};
pub use registry::Registry;
pub use registry_api::{RegistryApi, RegistryConfig};
pub use registry_text::Answer;
pub use settings::{Config, promise_broken_by};
pub use start::{Known, Start};
pub use tail::{From, Kept, Tail};
pub use token::{TokenConfig, Tokens};

/// Version of librdkafka, as it states it.
pub fn library_version() -> String {
    rdkafka::util::get_rdkafka_version().1
}
