//! The partitions a lane holds, and how each of them stands.

use std::time::Duration;

use crate::domain::Timestamp;
use crate::planted::{self, Bug};

use super::{Ledger, Partition, Size};

/// The partitions of a lane. They are few, so a scan finds one soonest.
#[derive(Default)]
pub(super) struct Partitions(Vec<Held>);

/// One partition while it is ours.
pub(super) struct Held {
    pub(super) partition: Partition,
    pub(super) ledger: Ledger,
    /// Counts assignments and steps back, so that reports from before are told apart.
    pub(super) epoch: u32,
    /// Since when something is finished that the group has not acknowledged as committed.
    pub(super) uncommitted_since: Option<Duration>,
    /// When it was appended, the newest record begun.
    pub(super) newest: Option<Timestamp>,
    /// Unfinished events whose messages were too large, and how they are to be sent now.
    oversized: Vec<(i64, Size)>,
    retries: u32,
    resume_at: Option<Duration>,
    stopped: bool,
    flowing: bool,
    /// A record came that was not to be judged then: it and what follows are read again.
    missed: bool,
}

impl Partitions {
    pub(super) fn find_mut(&mut self, partition: Partition) -> Option<&mut Held> {
        self.0.iter_mut().find(|held| held.partition == partition)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Held> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Held> {
        self.0.iter_mut()
    }

    pub(super) fn take_up(&mut self, partition: Partition, offset: i64, epoch: u32) {
        self.0.retain(|held| held.partition != partition);
        self.0.push(Held {
            partition,
            ledger: Ledger::starting_at(offset),
            epoch,
            uncommitted_since: None,
            newest: None,
            oversized: Vec::new(),
            retries: 0,
            resume_at: None,
            stopped: false,
            flowing: true,
            missed: false,
        });
    }

    pub(super) fn let_go(&mut self, partitions: &[Partition]) {
        let keeps = planted::has(Bug::ActAfterRevocation);
        self.0.retain(|held| keeps || !partitions.contains(&held.partition));
    }
}

impl Held {
    /// Whether the record at `offset` is to be judged now; not while the lists hold, nor while the
    /// partition rests.
    pub(super) fn takes(&mut self, offset: i64, appended_at: Timestamp, lists_hold: bool) -> bool {
        self.missed |= lists_hold || !self.flowing;
        if self.missed {
            return false;
        }
        self.newest = Some(appended_at);
        offset >= self.ledger.next()
    }

    /// How the messages of the event at `offset` are to be sent.
    pub(super) fn size(&self, offset: i64) -> Size {
        let known = self.oversized.iter().find(|(at, _)| *at == offset);
        known.map_or(Size::Whole, |(_, size)| *size)
    }

    /// Notes that the messages of the event at `offset` were too large: they are sent smaller from
    /// now on.
    pub(super) fn shrink(&mut self, offset: i64) {
        let size = self.size(offset).smaller();
        let prefix = self.ledger.prefix();
        self.oversized.retain(|(at, _)| *at >= prefix && *at != offset);
        self.oversized.push((offset, size));
    }

    /// Goes back to the event at `offset` and rests for a while, the longer the more often it had
    /// to; gives the offset to read from.
    pub(super) fn step_back(
        &mut self,
        offset: i64,
        now: Duration,
        pause: Duration,
        pause_max: Duration,
    ) -> i64 {
        let factor = 1 << self.retries.min(16);
        self.retries = self.retries.saturating_add(1);
        self.resume_at = Some(now + pause.saturating_mul(factor).min(pause_max));
        self.epoch = self.epoch.wrapping_add(1);
        self.ledger.step_back(offset);
        self.ledger.next()
    }

    /// Notes that the prefix has moved: the next retry pauses shortly again.
    pub(super) const fn calm(&mut self) {
        self.retries = 0;
    }

    /// The offset to commit, if the prefix has moved.
    pub(super) fn take_commit(&mut self, now: Duration) -> Option<(Partition, i64)> {
        let offset = self.ledger.take_commit()?;
        self.uncommitted_since.get_or_insert(now);
        Some((self.partition, offset))
    }

    /// Leaves the partition standing until somebody has decided; `false` when it stands already.
    pub(super) const fn stop(&mut self) -> bool {
        !std::mem::replace(&mut self.stopped, true)
    }

    /// Whether records should flow, as far as this partition itself is concerned.
    pub(super) fn may_flow(&mut self, now: Duration) -> bool {
        if self.resume_at.is_some_and(|at| at <= now) {
            self.resume_at = None;
        }
        !self.stopped && self.resume_at.is_none()
    }

    /// Whether records flow.
    pub(super) const fn is_flowing(&self) -> bool {
        self.flowing
    }

    /// Sets whether records flow; `true` when that changes anything.
    pub(super) fn set_flow(&mut self, on: bool) -> bool {
        std::mem::replace(&mut self.flowing, on) != on
    }

    /// The offset to read again because a record came that was not to be judged then; once records
    /// flow again.
    pub(super) fn take_missed(&mut self) -> Option<i64> {
        (self.flowing && std::mem::take(&mut self.missed)).then(|| self.ledger.next())
    }
}
