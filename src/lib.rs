//! Portcullis polices a border as a stream: this file is the map of the house.
//!
//! Reading order is import order. A room imports only rooms declared above it; `tests/it/tidy.rs`
//! holds that up.

pub mod codec;
