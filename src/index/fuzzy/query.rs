//! What is asked, what is answered, and how much work an answer may take.

use crate::domain::{Country, Date};
use crate::names::{Bits, Word};

/// Whom to look for.
#[derive(Clone, Copy)]
pub struct Query<'a> {
    /// The words of the name.
    pub words: &'a [Word],
    /// Their initials as one word, where a listed name may be these.
    pub acronym: Option<&'a Word>,
    /// Date of birth, as far as it is known.
    pub born: Option<Date>,
    /// Nationality, and what it is worth that a listed one is the same.
    pub nation: Option<(Country, Bits)>,
    /// The least score that is of interest.
    pub threshold: Bits,
    /// How much work it may take.
    pub limits: Limits,
}

/// The most work that one query may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Keys that are looked up.
    pub keys: u32,
    /// Postings that are read.
    pub postings: u32,
    /// Names whose words are looked at.
    pub names: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { keys: 2_000, postings: 4_000, names: 400 }
    }
}

impl Limits {
    /// For the slow lane, which finishes what was cut.
    pub const GENEROUS: Self = Self { keys: 200_000, postings: 400_000, names: 100_000 };
}

/// Work that an answer took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Keys that were looked up.
    pub keys: u32,
    /// Postings that were read.
    pub postings: u32,
    /// Names whose words were looked at.
    pub names: u32,
    /// Words of the query that no listed name has.
    pub unknown: u32,
    /// Whether a limit was met, so that candidates may be missing.
    pub cut: bool,
}

/// An entry that may be meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The entry.
    pub entry: T,
    /// The most that the score can be.
    pub bound: Bits,
}
