//! Concurrent look-ups from a key to what is filed under it: candidates, never verdicts.
//!
//! In: keys made from identifiers, names and birth dates. Out: the values filed under a key.
//! Invariants: a look-up never blocks on a reader and never holds a guard when it returns; a value
//! that replaces another under the same key does so in one step, so no look-up finds neither.
//! Names that are only alike are found by [`fuzzy`], whose header tells how.
//! Absent on purpose: verdicts. A key may be a hash; `matching` compares the attributes themselves.

mod exact;
mod filter;
pub mod fuzzy;
mod multimap;
mod names;
mod prefetch;

pub use exact::Exact;
pub use filter::Filter;
pub use multimap::Multimap;
pub use names::{NameKey, Names};
