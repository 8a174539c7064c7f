//! The checker judged: small histories, each kind of violation, and a slow oracle.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::needless_range_loop,
    clippy::wildcard_enum_match_arm,
    clippy::disallowed_methods,
    reason = "a test may stop at the first surprise"
)]

#[allow(dead_code, reason = "the program and the integration tests use the rest")]
#[path = "mod.rs"]
mod checker;
mod oracle;
mod sketch;
mod violations;
