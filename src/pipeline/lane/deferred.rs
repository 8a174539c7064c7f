//! A lane beside the slow lane: what it hands over, and what it does with what that came to.

use super::super::stopwatch::Watch;
use super::super::{Attempt, Clock as _, Deferred, Finished, Kept, Port};
use super::{Halted, Lane};

impl<P: Port> Lane<P> {
    /// Hands an event over to be finished elsewhere, and leaves it open until that is done; finishes
    /// it here where there is no room.
    pub(super) fn defer(
        &mut self,
        attempt: Attempt,
        kept: Box<Kept>,
        watch: &Watch,
    ) -> Result<(), Halted> {
        let Attempt { partition, offset, epoch, .. } = attempt;
        let deferred = watch.deferred(self.clock.elapsed());
        let refused = self.port.defer(Box::new(Deferred { kept, epoch, watch: deferred })).err();
        self.board.count_deferred(refused.is_none());
        match refused {
            Some(event) => {
                let judged = self.judge.finish(&event.kept);
                self.settle(attempt, judged, watch)
            }
            None => {
                if let Some(held) = self.partitions.find_mut(partition) {
                    held.ledger.leave_open(offset, epoch);
                }
                Ok(())
            }
        }
    }

    /// Takes up what events came to that were handed over, as long as there is room for the messages;
    /// `false` when there was none to take up.
    pub(super) fn take_up_finished(&mut self) -> Result<bool, Halted> {
        let mut any = false;
        while self.in_flight < self.config.in_flight_max {
            let Some(finished) = self.port.finished() else { break };
            any = true;
            self.finish(finished)?;
        }
        Ok(any)
    }

    fn finish(&mut self, finished: Finished) -> Result<(), Halted> {
        let Finished { attempt, judged, watch } = finished;
        // An event that went to another lane, or whose attempt was given up, is judged again.
        let held = self.partitions.find_mut(attempt.partition);
        if !held.is_some_and(|held| held.ledger.waits_for(attempt.offset, attempt.epoch)) {
            return Ok(());
        }
        self.board.stopwatch.finished(&watch, self.clock.elapsed());
        self.settle(attempt, judged, &watch)
    }
}
