//! What lapses next: entries whose validity ends, without any message to say so.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::domain::Timestamp;

use super::Candidate;

/// Entries with an end of validity, the soonest first.
///
/// Screening asks each entry itself whether it is in force, so this decides nothing: it keeps the
/// count of live entries true as time passes.
#[derive(Default)]
pub(super) struct Expiry(BinaryHeap<Reverse<Due>>);

struct Due {
    at: Timestamp,
    candidate: Candidate,
}

impl Expiry {
    /// Notes the candidate's end, if it has one.
    pub(super) fn watch(&mut self, candidate: &Candidate) {
        if let Some(at) = candidate.valid_to() {
            self.0.push(Reverse(Due { at, candidate: candidate.clone() }));
        }
    }

    /// How many ends are noted, those of entries replaced since among them.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Keeps the candidates that are still current: replaced ones with a distant end would
    /// otherwise stay in memory until then.
    pub(super) fn keep(&mut self, is_current: impl Fn(&Candidate) -> bool) {
        self.0.retain(|due| is_current(&due.0.candidate));
    }

    /// The next candidate whose validity has ended by `now`. It may have been replaced since.
    pub(super) fn lapsed(&mut self, now: Timestamp) -> Option<Candidate> {
        if self.0.peek()?.0.at > now {
            return None;
        }
        self.0.pop().map(|due| due.0.candidate)
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Due {}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Due {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}
