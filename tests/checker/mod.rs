//! The checker: decides from the outside whether a run kept the promises of `src/lib.rs`.
//!
//! In: a [`History`], which holds the events put in with the coordinates that the broker
//! acknowledged, what each must raise, and what Kafka's own client read of alerts, dead letters and
//! committed offsets, during the run and after it. Out: a [`Verdict`].
//! Invariants: it shares no code with Portcullis (`tests/it/tidy.rs` holds that up); it is a pure
//! function of the history, so that a history kept in a folder can be judged again.
//! Absent on purpose: trust. What the run says of itself, its log and its metrics, is no evidence.

mod alert;
mod commits;
mod feeds;
mod history;
mod ledger;
mod letters;
mod order;
mod verdict;

#[allow(unused_imports, reason = "the program reads whole histories; tests make them")]
pub(crate) use history::{Entry, Event, Fate, Header, History, Place, Record, Run, Sample};
#[allow(unused_imports, reason = "as above")]
pub(crate) use verdict::{Rule, Verdict};

use ledger::Ledger;

/// Judges a history.
pub(crate) fn judge(history: &History) -> Verdict {
    let mut verdict = Verdict::new(&history.run);
    let mut ledger = Ledger::new(history, &mut verdict);
    for record in &history.records {
        if record.topic == history.run.dead_letter {
            letters::note(&mut ledger, record, &mut verdict);
        } else {
            feeds::note(&mut ledger, record, &mut verdict);
        }
    }
    feeds::check_repeats(&ledger, &mut verdict);
    letters::check_repeats(&ledger, &mut verdict);
    ledger.check_dispositions(&mut verdict);
    order::check(&ledger, &mut verdict);
    commits::check(&ledger, &mut verdict);
    verdict
}
