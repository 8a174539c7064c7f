//! The thread that makes snapshots of names anew, while the list reader goes on.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::metrics::Metrics;
use crate::watchlist::{NameDraft, NameSnapshot, Writer};

/// How long to rest before a snapshot that could not be made is tried again.
const REST: Duration = Duration::from_secs(30);

/// Snapshots of names in the making, one at a time.
///
/// Until one is in force, names are found all the same, only slower with each change: what cannot be
/// made is therefore told, counted, and tried again.
pub(super) struct Renewal {
    thread: Option<JoinHandle<NameSnapshot>>,
    due: Instant,
    rest: Duration,
    metrics: Arc<Metrics>,
}

impl Renewal {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self { thread: None, due: Instant::now(), rest: REST, metrics }
    }

    /// Puts a snapshot in force that is there, and has the next made once enough names have changed.
    pub(super) fn go_on(&mut self, writer: &mut Writer) {
        self.go_on_with(writer, NameDraft::build);
    }

    fn go_on_with(&mut self, writer: &mut Writer, build: fn(NameDraft) -> NameSnapshot) {
        if let Some(thread) = self.thread.take_if(|thread| thread.is_finished()) {
            match thread.join() {
                Ok(snapshot) => writer.renew_names(snapshot),
                // The fault itself is logged where it happened.
                Err(_panic) => self.fail(writer, "a fault of this program"),
            }
        }
        if self.thread.is_some() || Instant::now() < self.due {
            return;
        }
        if let Some(draft) = writer.draft_names() {
            let thread = std::thread::Builder::new().name("names".into());
            match thread.spawn(move || build(draft)) {
                Ok(thread) => self.thread = Some(thread),
                Err(error) => self.fail(writer, &error.to_string()),
            }
        }
    }

    fn fail(&mut self, writer: &mut Writer, why: &str) {
        tracing::error!(
            "names that changed could not be made into a new snapshot: {why}; \
             they are found, but slower with each change, until that succeeds"
        );
        self.metrics.names_renewals_failed.inc();
        self.due = Instant::now() + self.rest;
        writer.give_up_names();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::matching::bound::sample::weights;
    use crate::watchlist::sample::{named_lists, put, with_name};

    /// How many snapshots were begun.
    static BEGUN: AtomicUsize = AtomicUsize::new(0);

    fn at_second_try(draft: NameDraft) -> NameSnapshot {
        assert!(BEGUN.fetch_add(1, Ordering::Relaxed) > 0, "the first is to fail");
        draft.build()
    }

    #[test]
    fn a_snapshot_that_could_not_be_made_is_counted_and_made_again() {
        let (lists, mut writer) = named_lists(weights(), []);
        for number in 0..5_000 {
            let key = format!("wanted/{number}");
            writer.apply(put(with_name(&key, &[("Berg", "Olaf")], &["1980-01-02"]), number));
        }
        let metrics = Arc::new(Metrics::new("none").unwrap());
        let mut renewal = Renewal::new(Arc::clone(&metrics));
        renewal.rest = Duration::ZERO;
        let before = lists.names_position().unwrap();
        assert!(before.changes > 4_000);
        let deadline = Instant::now() + Duration::from_secs(60);
        while lists.names_position().unwrap().snapshot == before.snapshot {
            assert!(Instant::now() < deadline, "no snapshot came");
            renewal.go_on_with(&mut writer, at_second_try);
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(metrics.names_renewals_failed.get(), 1);
        assert_eq!(lists.names_position().unwrap().changes, 0);
    }
}
