//! What is finished in one partition: the contiguous prefix that may be committed.

use std::collections::VecDeque;

/// Finished and unfinished events of one partition, in offset order.
///
/// Events that touch no list finish at once and leave no trace but the number after them; only
/// events that wait for acknowledgements are kept.
#[derive(Debug)]
pub struct Ledger {
    /// The offset after the last event begun.
    next: i64,
    /// Events that wait, in offset order.
    open: VecDeque<Open>,
    /// What was last handed out to be committed.
    committed: i64,
}

#[derive(Debug)]
struct Open {
    offset: i64,
    pending: u32,
}

impl Ledger {
    /// A ledger that begins at `offset`. That offset is handed out to be committed first of all, so
    /// that a group that begins stands somewhere before it has finished anything.
    pub const fn starting_at(offset: i64) -> Self {
        Self { next: offset, open: VecDeque::new(), committed: -1 }
    }

    /// Notes an event that is finished as soon as it is begun.
    pub const fn pass(&mut self, offset: i64) {
        self.next = offset + 1;
    }

    /// Notes an event that waits for `pending` acknowledgements.
    pub fn wait(&mut self, offset: i64, pending: u32) {
        self.next = offset + 1;
        if pending > 0 {
            self.open.push_back(Open { offset, pending });
        }
    }

    /// Notes one acknowledgement for the event at `offset`; `true` when it was the last one.
    pub fn acknowledge(&mut self, offset: i64) -> bool {
        let mut finished = false;
        if let Ok(at) = self.open.binary_search_by_key(&offset, |open| open.offset)
            && let Some(open) = self.open.get_mut(at)
        {
            finished = open.pending == 1;
            open.pending = open.pending.saturating_sub(1);
        }
        while self.open.front().is_some_and(|open| open.pending == 0) {
            self.open.pop_front();
        }
        finished
    }

    /// The offset up to which everything is finished: what may be committed.
    pub fn prefix(&self) -> i64 {
        self.open.front().map_or(self.next, |open| open.offset)
    }

    /// The offset after the last event begun.
    pub const fn next(&self) -> i64 {
        self.next
    }

    /// Whether nothing waits.
    pub fn is_settled(&self) -> bool {
        self.open.is_empty()
    }

    /// The prefix, if it has moved since it was last handed out. The caller commits it.
    pub fn take_commit(&mut self) -> Option<i64> {
        let prefix = self.prefix();
        (prefix > self.committed).then(|| {
            self.committed = prefix;
            prefix
        })
    }

    /// Forgets what was handed out, because a commit failed: it will be handed out again.
    pub const fn recommit(&mut self) {
        self.committed = -1;
    }

    /// Goes back to the finished prefix: what comes after it will be read again.
    pub fn rewind(&mut self) -> i64 {
        let prefix = self.prefix();
        self.open.clear();
        self.next = prefix;
        prefix
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The slow oracle keeps every offset with what it waits for and scans for the first that
        /// is not finished.
        #[test]
        fn the_prefix_agrees_with_a_scan_of_all_offsets(
            events in prop::collection::vec((1..3i64, 0..4u32), 1..40),
            order in any::<prop::sample::Index>(),
            steps in prop::collection::vec(any::<prop::sample::Index>(), 0..120),
        ) {
            let mut ledger = Ledger::starting_at(0);
            let mut oracle = BTreeMap::new();
            let (mut offset, mut acknowledgements) = (-1, Vec::new());
            let begun_first = order.index(events.len());
            for (number, (step, pending)) in events.iter().enumerate() {
                offset += step;
                match pending {
                    0 => ledger.pass(offset),
                    pending => ledger.wait(offset, *pending),
                }
                oracle.insert(offset, *pending);
                acknowledgements.extend((0..*pending).map(|_| offset));
                if number < begun_first {
                    continue;
                }
                for step in steps.iter().take(3) {
                    if acknowledgements.is_empty() {
                        break;
                    }
                    let at = acknowledgements.swap_remove(step.index(acknowledgements.len()));
                    ledger.acknowledge(at);
                    *oracle.get_mut(&at).unwrap() -= 1;
                    let first = oracle.iter().find(|(_, pending)| **pending > 0).map(|(at, _)| *at);
                    prop_assert_eq!(ledger.prefix(), first.unwrap_or(offset + 1));
                }
            }
            for at in acknowledgements {
                ledger.acknowledge(at);
            }
            prop_assert_eq!(ledger.prefix(), offset + 1);
            prop_assert!(ledger.is_settled());
        }
    }

    #[test]
    fn a_commit_is_handed_out_once_and_again_after_a_failure() {
        let mut ledger = Ledger::starting_at(5);
        assert_eq!(ledger.take_commit(), Some(5));
        assert_eq!(ledger.take_commit(), None);
        ledger.pass(5);
        assert_eq!(ledger.take_commit(), Some(6));
        assert_eq!(ledger.take_commit(), None);
        ledger.recommit();
        assert_eq!(ledger.take_commit(), Some(6));
    }

    #[test]
    fn rewinding_goes_back_to_the_first_unfinished_event() {
        let mut ledger = Ledger::starting_at(0);
        ledger.pass(0);
        ledger.wait(1, 2);
        ledger.pass(2);
        ledger.acknowledge(1);
        assert_eq!(ledger.rewind(), 1);
        ledger.acknowledge(1);
        assert_eq!(ledger.prefix(), 1);
    }
}
