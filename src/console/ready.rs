//! Readiness as data: what the process is doing, and how each list and the register stand.

use serde::Serialize;

use crate::domain::Timestamp;
use crate::metrics::seconds;
use crate::watchlist::{ListState, Register, Stance, Standing};

use super::Doing;

/// The readiness document.
#[derive(Serialize)]
pub(super) struct Document {
    /// Whether events are being screened against everything that is required.
    pub(super) ready: bool,
    phase: &'static str,
    waiting_for: Option<String>,
    /// Whether events wait in their topics.
    holding: bool,
    records_read: u64,
    records_known: u64,
    /// Seconds since the lists were last known to be current.
    age_seconds: Option<f64>,
    lists: Vec<List>,
    /// Where the index of names stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    names: Option<Names>,
    suppressions: Suppressions,
}

#[derive(Serialize)]
struct Suppressions {
    /// `loading`, `ready`, or `stale`: only while it is ready does it silence anything.
    state: &'static str,
    in_force: usize,
    expired: usize,
    /// Records of its topic that could not be used.
    refused: u64,
}

#[derive(Serialize)]
struct Names {
    /// Each snapshot has the next number.
    snapshot: u64,
    /// Changes since.
    changes: u32,
}

#[derive(Serialize)]
struct List {
    list: String,
    state: &'static str,
    required: bool,
    stance: Option<&'static str>,
    entries: u64,
    lapsed: u64,
    offset: i64,
    checksum: String,
    /// Seconds since its newest change was written.
    changed_seconds_ago: Option<f64>,
}

pub(super) fn document(
    standing: &Standing,
    (register, heeded): (&Register, bool),
    doing: &Doing,
    now: Timestamp,
) -> Document {
    let age = |then: Timestamp| seconds(now.micros_since(then));
    Document {
        ready: doing.name == "running" && standing.ready(),
        phase: doing.name,
        waiting_for: doing.waiting_for.clone(),
        holding: standing.holds(),
        records_read: standing.records_read,
        records_known: standing.records_known,
        age_seconds: standing.current_at.map(age),
        lists: standing.lists.iter().map(|list| row(list, age)).collect(),
        names: standing.names.map(|at| Names { snapshot: at.snapshot, changes: at.changes }),
        suppressions: suppressions(register, heeded, now),
    }
}

fn suppressions(register: &Register, heeded: bool, now: Timestamp) -> Suppressions {
    let (held, expired) = register.count(now);
    let state = match (register.standing().loaded, heeded) {
        (false, _) => "loading",
        (true, true) => "ready",
        (true, false) => "stale",
    };
    Suppressions { state, in_force: held - expired, expired, refused: register.refused() }
}

fn row(list: &ListState, age: impl Fn(Timestamp) -> f64) -> List {
    List {
        list: list.version.list.as_str().to_owned(),
        state: list.state.name(),
        required: list.stance.is_some(),
        stance: list.stance.map(|stance| match stance {
            Stance::Hold => "hold",
            Stance::Pass => "pass",
        }),
        entries: list.version.entries,
        lapsed: list.lapsed,
        offset: list.version.offset,
        checksum: format!("{:016x}", list.version.checksum),
        changed_seconds_ago: list.changed_at.map(age),
    }
}
