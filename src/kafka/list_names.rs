//! The index of names beside the list reader: new snapshots, and what is kept for the next start.

use std::path::Path;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crate::metrics::Metrics;
use crate::watchlist::{NameDraft, NameSnapshot, Writer};

use super::remembered::Remembered;

/// How long to rest before a snapshot that could not be made is tried again.
const REST: Duration = Duration::from_secs(30);

/// Sees to the snapshots of names, one at a time.
///
/// Until one is in force, names are found all the same, only slower with each change: what cannot be
/// made is therefore told, counted, and tried again.
pub(super) struct NameTender {
    /// Makes a new snapshot while changes go on.
    renewing: Option<JoinHandle<NameSnapshot>>,
    due: Instant,
    rest: Duration,
    /// Where it is kept what the next start need not find again, and whether that was done.
    remembered: Option<Remembered>,
    kept: bool,
    metrics: Arc<Metrics>,
}

impl NameTender {
    /// Keeps what the next start need not find again in this folder, if there is one.
    pub(super) fn new(state: Option<&Path>, metrics: Arc<Metrics>) -> Self {
        Self {
            renewing: None,
            due: Instant::now(),
            rest: REST,
            remembered: state.map(Remembered::new),
            kept: false,
            metrics,
        }
    }

    /// Before anything is read: takes up what an earlier run kept.
    pub(super) fn begin(&self, writer: &mut Writer) {
        if let Some(memory) = self.remembered.as_ref().and_then(Remembered::read) {
            writer.remember_names(memory);
        }
    }

    /// Now and then: puts a snapshot in force that is there, has the next one made once enough names
    /// have changed, and keeps what the next start need not find again.
    pub(super) fn tend(&mut self, writer: &mut Writer, loaded: bool) {
        self.renew(writer, NameDraft::build);
        if loaded && !self.kept {
            self.kept = true;
            self.keep(writer);
        }
    }

    fn renew(&mut self, writer: &mut Writer, build: fn(NameDraft) -> NameSnapshot) {
        if let Some(thread) = self.renewing.take_if(|thread| thread.is_finished()) {
            match thread.join() {
                Ok(snapshot) => writer.renew_names(snapshot),
                // The fault itself is logged where it happened.
                Err(_panic) => self.fail(writer, "a fault of this program"),
            }
        }
        if self.renewing.is_some() || Instant::now() < self.due {
            return;
        }
        let Some(draft) = writer.draft_names() else { return };
        let remembered = self.remembered.clone();
        let renew = move || {
            let snapshot = build(draft);
            if let Some(remembered) = remembered
                && let Some(memory) = snapshot.memory()
            {
                remembered.write(&memory);
            }
            snapshot
        };
        match Builder::new().name("names".into()).spawn(renew) {
            Ok(thread) => self.renewing = Some(thread),
            Err(error) => self.fail(writer, &error.to_string()),
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

    fn keep(&self, writer: &Writer) {
        let Some(remembered) = self.remembered.clone() else { return };
        let Some(memory) = writer.names_memory() else { return };
        // It ends by itself, and a stop need not wait for it: the file is whole or not there.
        let keep = move || remembered.write(&memory);
        if let Err(error) = Builder::new().name("names kept".into()).spawn(keep) {
            tracing::warn!(%error, "no thread to keep the names with");
        }
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
        let mut tender = NameTender::new(None, Arc::clone(&metrics));
        tender.rest = Duration::ZERO;
        let before = lists.names_position().unwrap();
        assert!(before.changes > 4_000);
        let deadline = Instant::now() + Duration::from_secs(60);
        while lists.names_position().unwrap().snapshot == before.snapshot {
            assert!(Instant::now() < deadline, "no snapshot came");
            tender.renew(&mut writer, at_second_try);
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(metrics.names_renewals_failed.get(), 1);
        assert_eq!(lists.names_position().unwrap().changes, 0);
    }
}
