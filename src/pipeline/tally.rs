//! Counts kept by a lane between two looks at the clock, so that no event touches an atomic.

use crate::domain::Topic;
use crate::metrics::{Disposition, Metrics};

/// Events of each kind by what became of them.
#[derive(Default)]
pub(super) struct Tally([[u64; Disposition::ALL.len()]; Topic::ALL.len()]);

impl Tally {
    /// Counts one event.
    pub(super) fn count(&mut self, topic: Topic, disposition: Disposition) {
        let row = self.0.get_mut(topic as usize);
        if let Some(count) = row.and_then(|row| row.get_mut(disposition as usize)) {
            *count += 1;
        }
    }

    /// Hands the counts over and begins again.
    pub(super) fn flush(&mut self, metrics: &Metrics) {
        for (topic, row) in Topic::ALL.iter().zip(&mut self.0) {
            for (disposition, count) in Disposition::ALL.into_iter().zip(row) {
                if *count > 0 {
                    metrics.count_events(*topic, disposition, std::mem::take(count));
                }
            }
        }
    }
}
