//! A history that keeps every promise, and one change for each way to break one.

use serde_json::{Value, json};

use crate::checker::{Fate, Header, History, Record, Rule, judge};
use crate::sketch::{
    COMMAND, COVERT, CUSTOMS, LETTERS, OPEN, POLICE, SHARED, Telling, alert, empty, event, kept,
    letter, push, sample,
};

/// Asserts which promises a history breaks after a change.
fn breaks(rules: &[Rule], change: impl FnOnce(&mut History)) {
    let mut history = kept();
    change(&mut history);
    let verdict = judge(&history);
    assert_eq!(verdict.broken(), rules, "{verdict}");
}

fn tell(history: &mut History, at: usize, telling: &Telling<'_>) {
    let record = alert(&history.events[at], telling);
    push(history, record);
}

/// Takes the records of a topic away that stand at these offsets, as if they had never come.
fn withhold(history: &mut History, topic: &str, offsets: &[i64]) {
    history.records.retain(|at| at.topic != topic || !offsets.contains(&at.offset));
}

fn last<'h>(history: &'h mut History, topic: &str) -> &'h mut Record {
    history.records.iter_mut().rfind(|record| record.topic == topic).unwrap()
}

const AGAIN: Telling<'_> =
    Telling { feed: POLICE, id: "a", covert: false, reasons: &[(OPEN, true)] };

#[test]
fn a_run_that_keeps_its_promises_is_told_so_with_what_it_was_judged_by() {
    let verdict = judge(&kept());
    assert_eq!(verdict.broken(), [], "{verdict}");
    let text = verdict.to_string();
    for part in [
        "kept (seed 7)",
        "6 events",
        "3 to be told",
        "1 to be dead-lettered",
        "11 alerts (1 repeats)",
        "1 dead letters",
        // The Command, the police and customs each heard of both revisions of one event.
        "3 pairs of revisions",
        "2 samples of offsets passed 4 of these",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn an_alert_that_is_missing_in_one_feed_is_lost_and_so_is_the_commit_behind_it() {
    for (feed, offset) in [(COMMAND, 1), (CUSTOMS, 1), (POLICE, 2), (CUSTOMS, 2)] {
        breaks(&[Rule::Lost, Rule::CommitPassed], |history| withhold(history, feed, &[offset]));
    }
    let mut history = kept();
    withhold(&mut history, COMMAND, &[1]);
    let text = judge(&history).to_string();
    assert!(text.contains("crossings[0]@4 (open): command was not told of wanted/open"), "{text}");
    assert!(text.contains("BROKEN (seed 7)"), "{text}");
}

#[test]
fn an_alert_of_nothing_is_invented() {
    breaks(&[Rule::Invented], |history| tell(history, 0, &AGAIN));
    breaks(&[Rule::Invented], |history| {
        tell(history, 1, &Telling { reasons: &[(SHARED, true)], id: "z", ..AGAIN });
    });
    breaks(&[Rule::Invented], |history| {
        let nowhere = event(77, "open", Fate::Met, &[OPEN]);
        push(history, alert(&nowhere, &AGAIN));
    });
    breaks(&[Rule::Invented], |history| {
        let another = event(1, "another", Fate::Met, &[OPEN]);
        push(history, alert(&another, &Telling { id: "a", feed: COMMAND, ..AGAIN }));
        // It would be a repeat that differs, too.
        history.run.lists_change = true;
    });
    breaks(&[Rule::Invented], |history| last(history, POLICE).key = Some(b"b".to_vec()));
    breaks(&[Rule::Invented], |history| {
        let name = "portcullis-alert-id".to_owned();
        last(history, COMMAND).headers.insert(name, Header(Some(b"b".to_vec())));
    });
}

#[test]
fn an_audience_that_sees_too_much_or_too_little_is_noticed() {
    let covert = Telling { id: "c", covert: true, reasons: &[(COVERT, true)], ..AGAIN };
    // What is covert reaches the Command, or an agency that an entry names.
    for feed in [COMMAND, CUSTOMS] {
        breaks(&[Rule::WrongView], |history| tell(history, 3, &Telling { feed, ..covert.clone() }));
    }
    // A pointer that names its entry, a summary that tells all.
    let customs = Telling { feed: CUSTOMS, ..AGAIN };
    breaks(&[Rule::WrongView, Rule::RepeatDiffers], |history| tell(history, 1, &customs));
    breaks(&[Rule::WrongView, Rule::RepeatDiffers], |history| {
        tell(history, 3, &Telling { id: "d", reasons: &[(SHARED, true)], ..customs.clone() });
    });
    // The owner without the narrative.
    breaks(&[Rule::WrongView, Rule::RepeatDiffers], |history| {
        tell(history, 1, &Telling { reasons: &[(OPEN, false)], ..AGAIN });
    });
    // An open entry in a covert alert.
    breaks(&[Rule::WrongView, Rule::RepeatDiffers], |history| {
        tell(history, 1, &Telling { covert: true, ..AGAIN });
    });
    // An alert in another agency's feed.
    breaks(&[Rule::WrongView], |history| {
        let mut strayed = alert(&history.events[3], &covert);
        strayed.topic = COMMAND.into();
        push(history, strayed);
    });
}

#[test]
fn a_repeat_that_differs_in_one_byte_or_one_header_is_noticed_unless_lists_changed() {
    let spaced = |history: &mut History| {
        last(history, POLICE).value.as_mut().unwrap().push(b' ');
    };
    breaks(&[Rule::RepeatDiffers], spaced);
    breaks(&[], |history| {
        spaced(history);
        history.run.lists_change = true;
    });
    breaks(&[Rule::RepeatDiffers], |history| {
        last(history, POLICE).headers.insert("more".into(), Header::default());
    });
    breaks(&[], |history| {
        let timings = Header(Some(b"{\"sent\":1}".to_vec()));
        last(history, POLICE).headers.insert("portcullis-timings".into(), timings);
    });
    breaks(&[Rule::RepeatDiffers], |history| {
        let mut again = letter(&history.events[2]);
        again.headers.insert("portcullis-detail".into(), Header(Some(b"now".to_vec())));
        push(history, again);
    });
}

#[test]
fn one_finding_has_one_id_also_when_its_event_is_sent_again() {
    breaks(&[Rule::TwoIds], |history| tell(history, 1, &Telling { id: "other", ..AGAIN }));
    breaks(&[Rule::TwoIds], |history| {
        // Sent again with the same bytes, it tells under another id.
        history.events[4].sha256 = history.events[1].sha256.clone();
    });
}

#[test]
fn a_dead_letter_is_due_and_true_to_its_record() {
    breaks(&[Rule::LetterLost, Rule::CommitPassed], |history| withhold(history, LETTERS, &[0]));
    breaks(&[Rule::LetterWrong], |history| push(history, letter(&history.events[0].clone())));
    breaks(&[Rule::LetterWrong, Rule::TwoDispositions], |history| {
        push(history, letter(&history.events[1].clone()));
    });
    breaks(&[Rule::LetterWrong], |history| last(history, LETTERS).value = None);
    breaks(&[Rule::LetterWrong], |history| last(history, LETTERS).key = None);
    breaks(&[Rule::LetterWrong], |history| {
        last(history, LETTERS).headers.remove("portcullis-cause");
    });
    // Too large to be sent on: the digest stands for the bytes.
    breaks(&[], |history| {
        let digest = Header(Some(history.events[2].sha256.clone().into_bytes()));
        let letter = last(history, LETTERS);
        letter.value = None;
        letter.headers.insert("portcullis-omitted-sha256".into(), digest);
        letter.key = None;
    });
    breaks(&[Rule::LetterWrong], |history| {
        let nowhere = event(77, "poison", Fate::Poison, &[]);
        push(history, letter(&nowhere));
    });
}

#[test]
fn a_commit_that_passes_an_undecided_event_is_noticed_even_if_it_is_decided_later() {
    let early = |committed: i64, ends: &[(&str, i64)], rules: &[Rule]| {
        breaks(rules, |history| history.samples.insert(0, sample(0, committed, ends)));
    };
    early(1, &[], &[]);
    early(2, &[(POLICE, 1), (COMMAND, 0), (CUSTOMS, 1)], &[Rule::CommitPassed]);
    early(2, &[(POLICE, 1), (CUSTOMS, 1)], &[Rule::CommitPassed]);
    early(2, &[(POLICE, 1), (COMMAND, 1), (CUSTOMS, 1)], &[]);
    let told = [(POLICE, 1), (COMMAND, 1), (CUSTOMS, 1)];
    // The dead letter.
    early(3, &told, &[Rule::CommitPassed, Rule::CommitWentBack]);
}

#[test]
fn a_commit_that_goes_back_and_a_partition_that_is_left_are_noticed() {
    breaks(&[Rule::CommitWentBack], |history| {
        let ends = [(POLICE, 4), (COMMAND, 3), (CUSTOMS, 3), (LETTERS, 1)];
        history.samples.push(sample(2, 5, &ends));
    });
    breaks(&[Rule::NotFinished], |history| history.places[0].committed = Some(5));
    breaks(&[Rule::NotFinished], |history| history.places[0].committed = None);
    breaks(&[], |history| {
        history.places[0].partition = 1;
        history.places[0].end = 0;
        history.places[0].committed = None;
    });
}

#[test]
fn a_later_revision_that_is_told_first_is_noticed() {
    breaks(&[Rule::OutOfOrder], |history| {
        let mut command = history.records.iter_mut().filter(|record| record.topic == COMMAND);
        let (first, second) = (command.next().unwrap(), command.next().unwrap());
        std::mem::swap(&mut first.offset, &mut second.offset);
        history.samples.clear();
    });
    // Between partitions of a feed there is no order.
    breaks(&[], |history| {
        last(history, CUSTOMS).partition = 1;
        history.samples.clear();
    });
}

#[test]
fn what_is_possible_may_be_told_or_not_and_nothing_else_may() {
    let possible = |at| crate::checker::Event {
        possible: vec![OPEN.into()],
        ..event(at, "possible", Fate::Clear, &[])
    };
    breaks(&[], |history| history.events.push(possible(6)));
    let told = |history: &mut History| {
        let alert = alert(&possible(6), &Telling { id: "p", ..AGAIN });
        push(history, alert);
    };
    breaks(&[], |history| {
        history.events.push(possible(6));
        told(history);
    });
    breaks(&[Rule::Invented], |history| {
        history.events.push(event(6, "possible", Fate::Clear, &[]));
        told(history);
    });
}

#[test]
fn alerts_by_likeness_alone_are_counted() {
    let count = |evidence: &[(&str, &str)]| {
        let mut history = kept();
        let record = last(&mut history, POLICE);
        let mut alert: Value = serde_json::from_slice(record.value.as_deref().unwrap()).unwrap();
        let row = |(attribute, relation): &(&str, &str)| json!({"attribute": attribute, "relation": relation});
        alert["reasons"][0]["evidence"] = evidence.iter().map(row).collect();
        record.value = Some(alert.to_string().into_bytes());
        judge(&history).counts.by_likeness
    };
    let (alike, born) = (("name", "ALIKE"), ("birth_date", "SAME"));
    assert_eq!(count(&[alike, born, ("nationality", "SAME")]), 1);
    assert_eq!(count(&[alike, born, ("sex", "SAME"), ("birth_place", "SAME")]), 1);
    assert_eq!(count(&[("name", "SAME"), ("birth_date", "ALIKE")]), 1);
    assert_eq!(count(&[("name", "SAME"), born, ("nationality", "DIFFERS")]), 0);
    assert_eq!(count(&[("document", "SAME"), alike, born]), 0);
    assert_eq!(count(&[("document", "SAME")]), 0);
    assert_eq!(count(&[]), 0);
}

#[test]
fn what_was_not_acknowledged_may_have_come_or_not() {
    breaks(&[], |history| {
        history.events.push(crate::checker::Event {
            offset: None,
            ..event(6, "perhaps", Fate::Met, &[OPEN])
        });
        let perhaps = event(6, "perhaps", Fate::Met, &[OPEN]);
        push(history, alert(&perhaps, &Telling { id: "p", ..AGAIN }));
        history.events.push(crate::checker::Event {
            offset: None,
            ..event(7, "perhaps-poison", Fate::Poison, &[])
        });
        let perhaps = event(7, "perhaps-poison", Fate::Poison, &[]);
        push(history, letter(&perhaps));
    });
}

#[test]
fn an_event_that_came_while_its_list_changed_may_be_told_or_not() {
    breaks(&[], |history| history.events.push(event(6, "maybe", Fate::Maybe, &[OPEN])));
    breaks(&[], |history| {
        history.events.push(event(6, "maybe", Fate::Maybe, &[OPEN]));
        tell(history, 6, &Telling { id: "m", ..AGAIN });
    });
    breaks(&[Rule::Invented], |history| {
        history.events.push(event(6, "maybe", Fate::Maybe, &[OPEN]));
        tell(history, 6, &Telling { id: "m", reasons: &[(SHARED, true)], ..AGAIN });
    });
}

#[test]
fn a_history_that_cannot_be_read_shows_nothing() {
    breaks(&[Rule::Unreadable], |history| last(history, POLICE).value = None);
    breaks(&[Rule::Unreadable], |history| {
        last(history, POLICE).value = Some(b"{}".to_vec());
    });
    breaks(&[Rule::Unreadable], |history| {
        history.events.push(event(0, "again", Fate::Clear, &[]));
    });
    let mut history = empty();
    history.events.push(event(0, "unlisted", Fate::Met, &["no/body"]));
    assert!(judge(&history).broken().contains(&Rule::Unreadable));
}
