//! What a lane does about events that fell out of retention unread.

use super::super::config::OnGap;
use super::super::{Partition, Port};
use super::{Halted, Lane};

impl<P: Port> Lane<P> {
    /// Goes on behind events that are gone, or stands still before them.
    pub(super) fn gap(&mut self, partition: Partition, resumes_at: i64) -> Result<(), Halted> {
        let Some(held) = self.partitions.find_mut(partition) else { return Ok(()) };
        let from = held.ledger.next();
        self.board.count_gap(partition, from..resumes_at);
        let fresh = self.config.on_gap == OnGap::Resume || held.stop();
        let topic = self.board.topic(partition);
        let number = partition.number;
        if fresh && resumes_at < from {
            tracing::error!(
                topic,
                partition = number,
                from,
                to = resumes_at,
                "the topic was made anew or cut short: its offsets mean other events from here on"
            );
        } else if fresh {
            tracing::error!(
                topic,
                partition = number,
                from,
                to = resumes_at,
                lost = resumes_at - from,
                "events fell out of retention unread: lengthen retention.ms, and ask the agencies to send them again"
            );
        }
        if self.config.on_gap == OnGap::Resume {
            self.resume_at(partition, from, resumes_at)?;
        }
        self.regulate()
    }

    fn resume_at(&mut self, partition: Partition, from: i64, offset: i64) -> Result<(), Halted> {
        if offset < from {
            self.board.count_finished(&mut self.partitions);
            self.board.forget_gaps(partition);
            self.epochs = self.epochs.wrapping_add(0x1_0000);
            self.partitions.take_up(partition, offset, self.epochs);
            self.port.flow(&[partition], true);
        } else if let Some(held) = self.partitions.find_mut(partition) {
            // What was judged before the gap is still to be acknowledged.
            held.ledger.skip_to(offset);
        }
        self.seek(partition, offset)
    }
}
