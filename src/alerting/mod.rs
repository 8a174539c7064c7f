//! Matches to alerts: whose they are, how urgent, who may know, and what each may see.
//!
//! In: an event and its matches. Out: alerts, and of each the notices that may leave the process.
//! Invariants: an alert has one owner; a covert entry never shares an alert with an open one; the
//! id depends on the event and the entries alone; what an audience may see is decided in `view`
//! and nowhere else.
//! Absent on purpose: bytes and topics (`codec`, `pipeline`).

mod identity;
mod view;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::{Alert, EventSummary, ListId, Reason};
use crate::matching::Match;
use crate::watchlist::Standing;

pub use view::notices;

/// Makes the alerts of one event: the matches of one owner and unit become one alert, those of
/// covert entries another, since their readers differ.
pub fn alerts(event: &EventSummary, matches: Vec<Match>, standing: &Standing) -> Vec<Alert> {
    let mut groups: BTreeMap<_, Vec<Match>> = BTreeMap::new();
    for found in matches {
        let handling = &found.listed.entry.handling;
        let group = (handling.owner.clone(), handling.unit.clone(), handling.covert);
        groups.entry(group).or_default().push(found);
    }
    groups.into_values().filter_map(|group| alert(event, group, standing)).collect()
}

/// One alert from the matches of one owner; `None` for no match at all.
fn alert(event: &EventSummary, matches: Vec<Match>, standing: &Standing) -> Option<Alert> {
    let first = matches.first()?;
    let handling = Arc::clone(&first.listed.entry.handling);
    let id = identity::alert_id(event, matches.iter().map(|found| &found.listed.entry.key));
    let mut lists = standing.versions();
    lists.retain(|version| has_list(&matches, &version.list));
    let reasons: Vec<Reason> = matches.into_iter().map(reason).collect();
    let lead = view::lead(&reasons)?;
    Some(Alert {
        id,
        event: event.clone(),
        priority: lead.priority,
        action: lead.action,
        fallback: lead.fallback,
        owner: handling.owner.clone(),
        unit: handling.unit.clone(),
        contact: lead.contact,
        covert: handling.covert,
        warnings: view::warnings(&reasons),
        reasons,
        lists,
        not_screened: standing.not_screened(),
    })
}

fn has_list(matches: &[Match], list: &ListId) -> bool {
    matches.iter().any(|found| found.listed.entry.key.list == *list)
}

fn reason(found: Match) -> Reason {
    let entry = &found.listed.entry;
    Reason {
        entry: entry.key.clone(),
        version: found.listed.version,
        priority: entry.handling.priority,
        action: entry.handling.action,
        fallback: entry.handling.fallback,
        contact: entry.handling.contact.clone(),
        warnings: entry.handling.warnings.clone(),
        audience: entry.handling.audience.clone(),
        reason_code: entry.handling.reason_code.clone(),
        narrative: entry.narrative.clone(),
        evidence: found.evidence,
    }
}
