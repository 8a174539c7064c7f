//! What is finished in one partition: the contiguous prefix that may be committed.

use std::collections::VecDeque;

use crate::metrics::Disposition;
use crate::planted::{self, Bug};

/// Events by what became of them, in the order of [`Disposition::ALL`].
pub type Counts = [u64; Disposition::ALL.len()];

/// Finished and unfinished events of one partition, in offset order.
///
/// Events that touch no list finish at once and leave no trace but the number after them; only
/// events that wait for acknowledgements are kept. An event is counted when the prefix passes it:
/// one that has to be judged again is counted once all the same.
#[derive(Debug)]
pub struct Ledger {
    /// The offset after the last event begun.
    next: i64,
    /// Events that wait, in offset order.
    open: VecDeque<Open>,
    /// What was last handed out to be committed.
    committed: i64,
    /// Events that the prefix has passed since they were last taken.
    finished: Counts,
}

#[derive(Debug)]
struct Open {
    offset: i64,
    pending: u32,
    /// Tells the acknowledgements of this attempt from those of earlier ones.
    epoch: u32,
    disposition: Disposition,
    /// Events after this one, and before the next that waits, which finished at once.
    passed: Counts,
}

impl Ledger {
    /// A ledger that begins at `offset`. That offset is handed out to be committed first of all, so
    /// that a group that begins stands somewhere before it has finished anything.
    pub const fn starting_at(offset: i64) -> Self {
        let finished = [0; Disposition::ALL.len()];
        Self { next: offset, open: VecDeque::new(), committed: -1, finished }
    }

    /// Notes an event that is finished as soon as it is begun; or, where it was left open, the end
    /// of it.
    pub fn pass(&mut self, offset: i64, disposition: Disposition) {
        if self.is_begun(offset) {
            return self.turn_out(offset, 0, disposition);
        }
        self.next = offset + 1;
        let counts = match self.open.back_mut() {
            Some(open) => &mut open.passed,
            None => &mut self.finished,
        };
        add(counts, disposition, 1);
    }

    /// Leaves an event open until it is known what it comes to.
    pub fn leave_open(&mut self, offset: i64, epoch: u32) {
        // What it comes to is the one thing that it waits for; its disposition is told with that.
        self.wait(offset, 1, epoch, Disposition::Clear);
    }

    /// Notes an event that waits for `pending` acknowledgements of this epoch, one at least; or,
    /// where it was left open, that it waits for them now.
    pub fn wait(&mut self, offset: i64, pending: u32, epoch: u32, disposition: Disposition) {
        if planted::has(Bug::CommitBeforeAcknowledgement) {
            return self.pass(offset, disposition);
        }
        let pending = if planted::has(Bug::FirstAcknowledgementFinishes) { 1 } else { pending };
        if self.is_begun(offset) {
            return self.turn_out(offset, pending, disposition);
        }
        self.next = offset + 1;
        let passed = Counts::default();
        self.open.push_back(Open { offset, pending, epoch, disposition, passed });
    }

    /// Whether the event at `offset` waits for acknowledgements of this epoch.
    pub fn waits_for(&self, offset: i64, epoch: u32) -> bool {
        let at = self.open.binary_search_by_key(&offset, |open| open.offset);
        let open = at.ok().and_then(|at| self.open.get(at));
        open.is_some_and(|open| open.epoch == epoch && open.pending > 0)
    }

    /// Notes one acknowledgement for the event at `offset`.
    pub fn acknowledge(&mut self, offset: i64) {
        if let Ok(at) = self.open.binary_search_by_key(&offset, |open| open.offset)
            && let Some(open) = self.open.get_mut(at)
        {
            open.pending = open.pending.saturating_sub(1);
        }
        self.move_prefix();
    }

    /// Whether the event at `offset` was begun, and is not to be read again.
    const fn is_begun(&self, offset: i64) -> bool {
        offset < self.next
    }

    /// Notes what an event comes to that was left open.
    fn turn_out(&mut self, offset: i64, pending: u32, disposition: Disposition) {
        if let Ok(at) = self.open.binary_search_by_key(&offset, |open| open.offset)
            && let Some(open) = self.open.get_mut(at)
        {
            (open.pending, open.disposition) = (pending, disposition);
        }
        self.move_prefix();
    }

    /// Moves the prefix over what is finished.
    fn move_prefix(&mut self) {
        while let Some(done) = self.open.pop_front_if(|open| open.pending == 0) {
            add(&mut self.finished, done.disposition, 1);
            for (disposition, count) in Disposition::ALL.into_iter().zip(done.passed) {
                add(&mut self.finished, disposition, count);
            }
        }
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
        let highest = planted::has(Bug::CommitHighest);
        let prefix = if highest { self.highest() } else { self.prefix() };
        (prefix > self.committed || planted::has(Bug::ActAfterRevocation)).then(|| {
            self.committed = prefix;
            prefix
        })
    }

    /// The offset after the last finished event, whatever waits below it: a planted bug.
    fn highest(&self) -> i64 {
        let last =
            self.open.back().filter(|open| open.pending > 0 && open.passed == Counts::default());
        last.map_or(self.next, |open| open.offset)
    }

    /// Takes everything that waits as delivered: a planted bug.
    pub fn take_as_delivered(&mut self) {
        self.open.clear();
    }

    /// Forgets what was handed out, because a commit failed: it will be handed out again.
    pub const fn recommit(&mut self) {
        self.committed = -1;
    }

    /// The events that the prefix has passed since this was last asked.
    pub fn take_finished(&mut self) -> Counts {
        std::mem::take(&mut self.finished)
    }

    /// Goes back to the event at `offset`: it and what comes after it will be read again. Events
    /// before it go on waiting for their acknowledgements.
    pub fn step_back(&mut self, offset: i64) {
        self.open.truncate(self.open.partition_point(|open| open.offset < offset));
        self.next = self.next.min(offset);
    }

    /// Goes on with `offset`: what lies between is gone.
    pub fn skip_to(&mut self, offset: i64) {
        self.next = self.next.max(offset);
    }
}

fn add(counts: &mut Counts, disposition: Disposition, count: u64) {
    if let Some(sum) = counts.get_mut(disposition as usize) {
        *sum += count;
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
                    0 => ledger.pass(offset, Disposition::Clear),
                    pending => ledger.wait(offset, *pending, 0, Disposition::Alerted),
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
            let clear = events.iter().filter(|(_, pending)| *pending == 0).count() as u64;
            prop_assert_eq!(ledger.take_finished(), [clear, 0, events.len() as u64 - clear, 0]);
        }

        /// Whatever is stepped back to and judged again, each event is counted once.
        #[test]
        fn events_judged_again_are_counted_once(
            events in prop::collection::vec(0..3u32, 1..30),
            steps in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..20),
        ) {
            let mut ledger = Ledger::starting_at(0);
            let end = events.len() as i64;
            let begin = |ledger: &mut Ledger, epoch| {
                for offset in ledger.next()..end {
                    match events[offset as usize] {
                        0 => ledger.pass(offset, Disposition::Clear),
                        pending => ledger.wait(offset, pending, epoch, Disposition::Alerted),
                    }
                }
            };
            begin(&mut ledger, 0);
            for (epoch, (index, back)) in (1..).zip(steps) {
                let open: Vec<i64> = ledger.open.iter().map(|open| open.offset).collect();
                let Some(offset) = open.get(index.index(open.len().max(1))).copied() else { break };
                let prefix = ledger.prefix();
                if back {
                    ledger.step_back(offset);
                    prop_assert_eq!(ledger.next(), offset);
                    begin(&mut ledger, epoch);
                } else {
                    ledger.acknowledge(offset);
                }
                prop_assert!(ledger.prefix() >= prefix);
            }
            while let Some(open) = ledger.open.front() {
                ledger.acknowledge(open.offset);
            }
            let clear = events.iter().filter(|pending| **pending == 0).count() as u64;
            prop_assert_eq!(ledger.take_finished(), [clear, 0, events.len() as u64 - clear, 0]);
        }
    }

    #[test]
    fn a_commit_is_handed_out_once_and_again_after_a_failure() {
        let mut ledger = Ledger::starting_at(5);
        assert_eq!(ledger.take_commit(), Some(5));
        assert_eq!(ledger.take_commit(), None);
        ledger.pass(5, Disposition::Clear);
        assert_eq!(ledger.take_commit(), Some(6));
        assert_eq!(ledger.take_commit(), None);
        ledger.recommit();
        assert_eq!(ledger.take_commit(), Some(6));
    }

    #[test]
    fn stepping_back_keeps_what_waits_before_and_forgets_what_waits_after() {
        let mut ledger = Ledger::starting_at(0);
        ledger.pass(0, Disposition::Clear);
        ledger.wait(1, 2, 7, Disposition::Alerted);
        ledger.pass(2, Disposition::Clear);
        ledger.wait(3, 1, 7, Disposition::Alerted);
        ledger.pass(4, Disposition::Clear);
        ledger.step_back(3);
        assert_eq!((ledger.prefix(), ledger.next()), (1, 3));
        assert!(ledger.waits_for(1, 7) && !ledger.waits_for(3, 7));
        ledger.wait(3, 1, 8, Disposition::DeadLetter);
        assert!(!ledger.waits_for(3, 7) && ledger.waits_for(3, 8));
        ledger.acknowledge(1);
        ledger.acknowledge(1);
        assert_eq!(ledger.prefix(), 3);
        assert_eq!(ledger.take_finished(), [2, 0, 1, 0]);
        ledger.acknowledge(3);
        assert_eq!(ledger.prefix(), 4);
        assert_eq!(ledger.take_finished(), [0, 0, 0, 1]);
    }

    #[test]
    fn what_is_left_open_holds_the_prefix_until_it_is_known_what_it_comes_to() {
        let mut ledger = Ledger::starting_at(0);
        ledger.leave_open(0, 7);
        ledger.pass(1, Disposition::Clear);
        ledger.leave_open(2, 7);
        ledger.pass(3, Disposition::Clear);
        assert_eq!((ledger.prefix(), ledger.next()), (0, 4));
        assert!(ledger.waits_for(0, 7) && !ledger.waits_for(0, 6));
        // The second is told first: it waits for its messages, and for the first.
        ledger.wait(2, 2, 7, Disposition::Alerted);
        ledger.acknowledge(2);
        ledger.acknowledge(2);
        assert_eq!(ledger.prefix(), 0);
        ledger.pass(0, Disposition::Partial);
        assert_eq!(ledger.prefix(), 4);
        assert!(ledger.is_settled());
        assert_eq!(ledger.take_finished(), [2, 1, 1, 0]);
    }

    #[test]
    fn what_waits_before_a_gap_still_holds_the_prefix() {
        let mut ledger = Ledger::starting_at(0);
        ledger.wait(0, 1, 0, Disposition::Alerted);
        ledger.skip_to(50);
        assert_eq!((ledger.prefix(), ledger.next()), (0, 50));
        ledger.acknowledge(0);
        assert_eq!(ledger.prefix(), 50);
    }
}
