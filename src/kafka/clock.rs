//! The clocks of the outer rooms.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;
use crate::pipeline::Clock;

/// The machine's time.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MAX)
}

/// The machine's time, and a clock that never steps for intervals.
#[derive(Clone, Copy)]
pub struct SystemClock {
    begun: Instant,
}

impl SystemClock {
    /// A clock whose intervals count from now.
    pub fn start() -> Self {
        Self { begun: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        wall()
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}
