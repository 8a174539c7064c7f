//! What a lane must be told.

use std::time::Duration;

use crate::domain::Topic;

/// How a lane behaves.
#[derive(Clone, Debug)]
pub struct Config {
    /// The kind and name of each input topic, by its place.
    pub inputs: Vec<(Topic, String)>,
    /// The most messages in flight; above it the partitions are paused.
    pub in_flight_max: usize,
    /// How often offsets are committed.
    pub commit_interval: Duration,
    /// How long a revoked partition may take to finish. Shorter than the session time-out.
    pub drain_deadline: Duration,
    /// How long a partition pauses after the first retry; doubled for each further one.
    pub retry_pause: Duration,
    /// The longest such pause.
    pub retry_pause_max: Duration,
    /// When lists that were not confirmed as current count as stale.
    pub stale_after: Duration,
    /// The promised latency, from append to acknowledgement.
    pub promise: Duration,
    /// What to do when events fell out of retention unread.
    pub on_gap: OnGap,
}

/// What to do when events fell out of retention unread. Either way it is an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGap {
    /// Go on with the first event that is still there.
    Resume,
    /// Leave the partition standing until somebody has decided.
    Stop,
}
