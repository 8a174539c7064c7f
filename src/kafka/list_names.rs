//! The index of names beside the list reader: new snapshots, and what is kept for the next start.

use std::path::Path;
use std::thread::{Builder, JoinHandle};

use crate::watchlist::{NameSnapshot, Writer};

use super::remembered::Remembered;

/// Sees to the snapshots of names.
pub(super) struct NameTender {
    /// Makes a new snapshot while changes go on.
    renewing: Option<JoinHandle<NameSnapshot>>,
    /// Where it is kept what the next start need not find again, and whether that was done.
    remembered: Option<Remembered>,
    kept: bool,
}

impl NameTender {
    /// Keeps what the next start need not find again in this folder, if there is one.
    pub(super) fn new(state: Option<&Path>) -> Self {
        Self { renewing: None, remembered: state.map(Remembered::new), kept: false }
    }

    /// Before anything is read: takes up what an earlier run kept.
    pub(super) fn begin(&self, writer: &mut Writer) {
        if let Some(memory) = self.remembered.as_ref().and_then(Remembered::read) {
            writer.remember_names(memory);
        }
    }

    /// Now and then: see [`Self::renew`] and [`Self::keep`].
    pub(super) fn tend(&mut self, writer: &mut Writer, loaded: bool) {
        self.renew(writer);
        if loaded && !self.kept {
            self.kept = true;
            self.keep(writer);
        }
    }

    /// Has a new snapshot of the names made once enough of them have changed, by a thread of its own,
    /// and puts it in force when it is there. Until then they are found all the same, only slower.
    fn renew(&mut self, writer: &mut Writer) {
        if let Some(renewing) = self.renewing.take_if(|thread| thread.is_finished()) {
            match renewing.join() {
                Ok(snapshot) => writer.renew_names(snapshot),
                // They are searched where they are, slower with each change. The fault is logged.
                Err(_panic) => tracing::error!("the names cannot be renewed"),
            }
        }
        if self.renewing.is_none()
            && let Some(draft) = writer.draft_names()
        {
            let remembered = self.remembered.clone();
            let renew = move || {
                let snapshot = draft.build();
                if let Some(remembered) = remembered {
                    remembered.write(&snapshot.memory());
                }
                snapshot
            };
            match Builder::new().name("names".into()).spawn(renew) {
                Ok(renewing) => self.renewing = Some(renewing),
                Err(error) => tracing::warn!(%error, "no thread to renew the names with"),
            }
        }
    }

    /// Once the lists are loaded, keeps what the next start need not find again.
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
