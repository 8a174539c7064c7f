//! The settings: read from a TOML file, the environment and the command line, checked all at once.
//!
//! In: the file's text, the environment's variables, the command line's settings.
//! Out: each setting's value, every mistake with its place, and the effective settings as TOML.
//! Invariants: no mistake hides another; a setting nobody asked for is a mistake; a secret is
//! never printed. Absent on purpose: reading files, which is the caller's business.

mod document;
mod effective;
mod mistake;
mod names;
mod nearest;
mod reader;
mod secret;
mod security;
mod settings;
mod taking;
mod topics;
mod unknown;

pub use effective::Effective;
pub use mistake::{Mistake, Mistakes, Place};
pub use reader::{Argument, Reader};
pub use secret::{MASK, Secret, looks_secret};
pub use settings::{Log, Settings, read};
pub use topics::AlertFormat;
