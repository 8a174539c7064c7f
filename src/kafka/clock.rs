//! The wall clock of the outer rooms.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// The machine's time.
#[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
pub fn wall() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).ok().and_then(Timestamp::from_micros).unwrap_or(Timestamp::MAX)
}
