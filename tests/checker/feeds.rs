//! The feeds: whether what was told is due, is no more than its reader may see, and is the same
//! when it is told again.

use std::collections::BTreeMap;

use super::alert::{Alert, Reason};
use super::history::{Event, Fate, Record};
use super::ledger::{Ledger, name, place, repeats};
use super::verdict::{Rule, Verdict};

/// The one header that may differ between repeats: the alert's own timings.
const TIMINGS: &str = "portcullis-timings";

/// Takes one record of a feed to the event that it tells of.
pub(super) fn note<'a>(ledger: &mut Ledger<'a>, record: &'a Record, verdict: &mut Verdict) {
    verdict.counts.alerts += 1;
    let alert = match Alert::read(record) {
        Ok(alert) => alert,
        Err(why) => {
            return verdict.violation(Rule::Unreadable, || format!("{}: {why}", place(record)));
        }
    };
    verdict.counts.by_likeness +=
        usize::from(alert.reasons.iter().any(|reason| reason.by_likeness));
    let key = record.key.as_deref();
    if key != Some(alert.id.as_bytes()) || record.header("portcullis-alert-id") != alert.id {
        verdict.violation(Rule::Invented, || {
            format!("{}: its key, its header and its body name different alerts", place(record))
        });
    }
    let Some(number) = ledger.find(&alert.topic, alert.partition, alert.offset) else {
        if !is_of_unacknowledged(ledger, &alert) {
            verdict.violation(Rule::Invented, || {
                let Alert { topic, partition, offset, .. } = &alert;
                format!("{}: nothing was put in at {topic}[{partition}]@{offset}", place(record))
            });
        }
        return;
    };
    let Some(event) = ledger.history.events.get(number) else { return };
    check_due(ledger, event, &alert, record, verdict);
    if let Some(arrived) = ledger.fates.get_mut(number) {
        arrived.alerts.push((alert, record));
    }
}

/// An event whose acknowledgement never came may be there all the same.
fn is_of_unacknowledged(ledger: &Ledger<'_>, alert: &Alert) -> bool {
    let mut events = ledger.history.events.iter();
    events.any(|event| event.offset.is_none() && event.id == alert.event_id)
}

fn check_due<'a>(
    ledger: &Ledger<'a>,
    event: &'a Event,
    alert: &Alert,
    record: &Record,
    verdict: &mut Verdict,
) {
    let mut refuse = |rule: Rule, why: &str| {
        verdict.violation(rule, || format!("{} of {}: {why}", place(record), name(event)));
    };
    if alert.event_id != event.id {
        refuse(Rule::Invented, "its event has another id");
    }
    let is_clear = event.fate == Fate::Clear && event.possible.is_empty();
    if is_clear || event.fate == Fate::Poison {
        return refuse(Rule::Invented, "the event gives no alert");
    }
    let agency = ledger.history.run.feeds.get(&record.topic).cloned().flatten();
    if alert.audience != agency {
        refuse(Rule::WrongView, "it is addressed to another audience than its feed's");
    }
    for reason in &alert.reasons {
        let listed = event.entries.iter().chain(&event.possible).any(|at| *at == reason.entry);
        let Some(entry) = ledger.history.entries.get(&reason.entry).filter(|_| listed) else {
            refuse(Rule::Invented, &format!("the event does not meet {}", reason.entry));
            continue;
        };
        let view = ledger.view(&record.topic, entry);
        if let Some(why) = wrong_view(view, reason, entry.tells_more && !alert.shortened) {
            refuse(Rule::WrongView, &format!("{}: {why}", reason.entry));
        }
        if (&entry.owner, entry.covert) != (&alert.owner, alert.covert) {
            refuse(Rule::WrongView, &format!("{} is of another owner or secrecy", reason.entry));
        }
    }
    if alert.reasons.is_empty() && !points_at_something(ledger, event, alert, record) {
        refuse(Rule::Invented, "it points at an owner who has nothing to say here");
    }
}

/// What is wrong with telling a reason like this to somebody with this view of it.
fn wrong_view(view: Option<&str>, reason: &Reason, more_is_due: bool) -> Option<&'static str> {
    match view {
        None => Some("this feed may not know of it"),
        Some("POINTER") => Some("this feed may only be told that there is something"),
        Some("FULL") if more_is_due && !reason.tells_more => Some("narrative and code are missing"),
        Some("SUMMARY") if reason.tells_more => Some("narrative or code are shown in a summary"),
        Some(_) => None,
    }
}

fn points_at_something<'a>(
    ledger: &Ledger<'a>,
    event: &'a Event,
    alert: &Alert,
    record: &Record,
) -> bool {
    let dues = ledger.dues_by(event.entries.iter().chain(&event.possible));
    let mut here = dues.iter().filter(|due| due.feed == record.topic);
    alert.view == "POINTER" && here.any(|due| due.entry.owner == alert.owner)
}

/// A repeat is the same to the byte, and one finding has one id in a feed, however often it is told
/// there. Feeds may name it differently: an id tells nothing that its reader may not know. Under changing lists a repeat may know of other entries.
pub(super) fn check_repeats(ledger: &Ledger<'_>, verdict: &mut Verdict) {
    let mut ids: BTreeMap<(&str, &str, &str, &str), &str> = BTreeMap::new();
    for (event, arrived) in ledger.events() {
        let by_id = arrived.alerts.iter().map(|told| ((&told.1.topic, &told.0.id), told));
        for (first, again) in repeats(by_id) {
            verdict.counts.repeats += 1;
            if !ledger.history.run.lists_change && !is_same(first.1, again.1) {
                verdict.violation(Rule::RepeatDiffers, || {
                    format!("{}: {} and {}", name(event), place(first.1), place(again.1))
                });
            }
        }
        if ledger.history.run.lists_change {
            continue;
        }
        for (alert, record) in &arrived.alerts {
            for entry in alert.entries() {
                // An event that was sent again is the same event: its reader drops the repeat.
                let Event { id, sha256, .. } = event;
                let finding = (record.topic.as_str(), id.as_str(), sha256.as_str(), entry);
                if *ids.entry(finding).or_insert(&alert.id) != alert.id {
                    verdict.violation(Rule::TwoIds, || {
                        format!("{}: {entry} in {}", name(event), place(record))
                    });
                }
            }
        }
    }
}

fn is_same(first: &Record, again: &Record) -> bool {
    let rest = |record: &Record| {
        let mut headers = record.headers.clone();
        headers.remove(TIMINGS);
        headers
    };
    first.value == again.value && rest(first) == rest(again)
}
