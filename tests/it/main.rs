//! The integration tests: one binary, so that they share one linking step and one broker.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::panic,
    clippy::print_stderr,
    clippy::wildcard_enum_match_arm,
    reason = "a test may stop at the first surprise"
)]

mod broker;
mod cli;
mod config;
mod faults;
mod instance;
mod lists;
mod registry;
mod schemas;
mod security;
mod tidy;
mod wire;
mod world;
