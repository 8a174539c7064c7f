//! The integration tests: one binary, so that they share one linking step and one broker.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    clippy::redundant_clone,
    clippy::type_complexity,
    clippy::cloned_ref_to_slice_refs,
    reason = "a test may stop at the first surprise"
)]

mod bench;
mod broker;
mod changes;
mod chaos;
#[allow(dead_code, reason = "its program and its own tests use the rest")]
#[path = "../checker/mod.rs"]
mod checker;
mod cli;
mod config;
mod demo;
mod described;
mod faults;
mod firms;
mod instance;
mod lane;
mod likeness;
mod lists;
mod load;
mod metrics;
mod names;
mod path;
mod pipes;
mod planted;
mod poison;
mod privacy;
mod proxy;
mod quality;
mod registry;
mod schemas;
mod score;
mod security;
mod slips;
mod slow;
mod suppressions;
mod tidy;
mod tls;
mod told;
mod tools;
mod traffic;
mod trial;
mod vessels;
mod wire;
mod world;
