//! Bugs put in on purpose, one at a time, to show that the checker of `tests/` catches each of them.
//!
//! Invariant: a release has none. The feature `planted-bugs` does not compile without debug
//! assertions, and without the feature every question here is answered with a constant `false`.

#[cfg(all(feature = "planted-bugs", not(debug_assertions)))]
compile_error!("planted-bugs is for tests: a release must not have it");

/// A bug that can be planted. The environment variable `PORTCULLIS_PLANTED` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bug {
    /// An event is finished as soon as its messages are handed over.
    CommitBeforeAcknowledgement,
    /// An event is finished by the first of its acknowledgements.
    FirstAcknowledgementFinishes,
    /// A message that the broker refused counts as delivered.
    IgnoreDeliveryError,
    /// The highest finished offset is committed, whatever waits below it.
    CommitHighest,
    /// An alert has another id each time.
    RandomAlertId,
    /// What is in flight at the end is taken as delivered, and the producer is dropped with it.
    DropWithoutFlush,
    /// A partition that is another's by now is committed on.
    ActAfterRevocation,
    /// A dead letter that the broker refused counts as delivered.
    SwallowDeadLetterFailure,
    /// One agency sees every alert that it may know of as its owner does.
    SkipRedaction,
    /// The last audience of an event is forgotten.
    CutTail,
}

/// Whether this bug is in.
#[cfg(not(feature = "planted-bugs"))]
#[inline]
pub const fn has(_: Bug) -> bool {
    false
}

/// Whether this bug is in.
#[cfg(feature = "planted-bugs")]
pub fn has(bug: Bug) -> bool {
    static PLANTED: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let planted = PLANTED.get_or_init(|| std::env::var("PORTCULLIS_PLANTED").ok());
    planted.as_ref().is_some_and(|name| *name == format!("{bug:?}"))
}

/// Sixteen bytes that nobody can foresee.
pub fn noise() -> [u8; 16] {
    use std::hash::{BuildHasher as _, RandomState};
    let halves = [0, 1].map(|half| RandomState::new().hash_one(half).to_be_bytes());
    let mut noise = [0; 16];
    noise.iter_mut().zip(halves.into_iter().flatten()).for_each(|(to, from)| *to = from);
    noise
}
