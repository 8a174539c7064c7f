//! The dead letters: whether each is due, and true to the record that it stands for.

use sha2::{Digest as _, Sha256};

use super::history::{Event, Fate, Record};
use super::ledger::{Ledger, name, place, repeats};
use super::verdict::{Rule, Verdict};

/// Takes one dead letter to the event that it stands for.
pub(super) fn note<'a>(ledger: &mut Ledger<'a>, record: &'a Record, verdict: &mut Verdict) {
    verdict.counts.letters += 1;
    let number = |name: &str| record.header(name).parse::<i64>().unwrap_or(-1);
    let (partition, offset) = (number("portcullis-partition"), number("portcullis-offset"));
    let topic = record.header("portcullis-topic");
    let Some(at) = ledger.find(topic, partition, offset) else {
        let mut events = ledger.history.events.iter();
        let digest = digest(record);
        if !events.any(|event| event.offset.is_none() && event.sha256 == digest) {
            verdict.violation(Rule::LetterWrong, || {
                format!("{}: nothing was put in at {topic}[{partition}]@{offset}", place(record))
            });
        }
        return;
    };
    let Some(event) = ledger.history.events.get(at) else { return };
    if let Some(why) = wrong(event, record) {
        verdict.violation(Rule::LetterWrong, || {
            format!("{} of {}: {why}", place(record), name(event))
        });
    }
    if let Some(arrived) = ledger.fates.get_mut(at) {
        arrived.letters.push(record);
    }
}

fn wrong(event: &Event, record: &Record) -> Option<&'static str> {
    if event.fate != Fate::Poison {
        return Some("the event can be read");
    }
    let omits = !record.header("portcullis-omitted-sha256").is_empty();
    if record.key.as_deref() != Some(event.id.as_bytes()) && !(omits && record.key.is_none()) {
        return Some("it has another key");
    }
    if digest(record) != event.sha256 {
        return Some("it has other bytes");
    }
    record.header("portcullis-cause").is_empty().then_some("it names no cause")
}

/// The digest of the value; where it was too large to be sent on, the digest that says what it was.
fn digest(record: &Record) -> String {
    match record.header("portcullis-omitted-sha256") {
        "" => format!("{:x}", Sha256::digest(record.value.as_deref().unwrap_or_default())),
        omitted => omitted.to_owned(),
    }
}

/// A dead letter that is sent again is the same to the byte.
pub(super) fn check_repeats(ledger: &Ledger<'_>, verdict: &mut Verdict) {
    for (event, arrived) in ledger.events() {
        for (first, again) in repeats(arrived.letters.iter().map(|letter| ((), letter))) {
            if first.value != again.value || first.headers != again.headers {
                verdict.violation(Rule::RepeatDiffers, || {
                    format!("{}: {} and {}", name(event), place(first), place(again))
                });
            }
        }
    }
}
