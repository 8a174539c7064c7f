//! Random histories, judged a second time by an oracle that keeps nothing and looks at everything
//! again for each question.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::checker::{Fate, History, Place, Rule, Sample, judge};
use crate::sketch::{
    COMMAND, CUSTOMS, INPUT, LETTERS, OPEN, POLICE, Telling, alert, empty, event, letter,
};

const FEEDS: [&str; 3] = [POLICE, COMMAND, CUSTOMS];
const OUTPUTS: [&str; 4] = [POLICE, COMMAND, CUSTOMS, LETTERS];
/// Ids of the events in order; the one without can only be dead-lettered.
const EVENTS: [Option<&str>; 5] = [Some("a"), Some("b"), Some("a"), None, Some("a")];

/// A record of an output: which event it decides (as far as this output goes), and its partition.
#[derive(Clone, Copy, Debug)]
struct Output {
    topic: usize,
    event: usize,
    partition: i32,
}

#[derive(Clone, Debug)]
struct Look {
    committed: i64,
    /// By output topic and partition.
    ends: [[i64; 2]; 4],
}

#[derive(Clone, Debug)]
struct Drawn {
    outputs: Vec<Output>,
    looks: Vec<Look>,
    committed: i64,
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let outputs = prop::collection::vec((0..4usize, 0..5usize, 0..2i32), 0..24);
    let outputs = outputs.prop_map(|outputs| {
        // What must be there comes first, in order, so that not every history is broken.
        let due = (0..EVENTS.len()).flat_map(|event| (0..4).map(move |topic| (topic, event, 0)));
        let due = due.filter(|(topic, event, _)| (*topic == 3) == EVENTS[*event].is_none());
        let right = outputs.len() % 2 == 0;
        let all = due.filter(|_| right).chain(outputs);
        let fits =
            |(topic, event, _): &(usize, usize, i32)| (*topic == 3) == EVENTS[*event].is_none();
        let output = |(topic, event, partition)| Output { topic, event, partition };
        all.filter(fits).map(output).collect::<Vec<_>>()
    });
    let ends = prop::array::uniform4(prop::array::uniform2(0..9i64));
    let look = (0..6i64, ends).prop_map(|(committed, ends)| Look { committed, ends });
    let looks = prop::collection::vec(look, 0..4).prop_map(|mut looks| {
        if looks.len() % 2 == 0 {
            looks.sort_by_key(|look| look.committed);
        }
        looks
    });
    (outputs, looks, 4..6i64).prop_map(|(outputs, looks, committed)| Drawn {
        outputs,
        looks,
        committed,
    })
}

impl Drawn {
    /// The offset of an output: how many stand before it in its partition.
    fn offset(&self, at: usize) -> i64 {
        let this = self.outputs[at];
        let before = self.outputs[..at].iter();
        let before = before.filter(|o| (o.topic, o.partition) == (this.topic, this.partition));
        i64::try_from(before.count()).unwrap()
    }

    fn of(&self, topic: usize, event: usize) -> impl Iterator<Item = (i32, i64)> {
        let these = self.outputs.iter().enumerate();
        let these = these.filter(move |(_, o)| (o.topic, o.event) == (topic, event));
        these.map(|(at, output)| (output.partition, self.offset(at)))
    }

    /// The output topics that decide an event.
    fn awaited(event: usize) -> std::ops::Range<usize> {
        if EVENTS[event].is_some() { 0..3 } else { 3..4 }
    }

    fn broken(&self) -> BTreeSet<Rule> {
        let mut broken = BTreeSet::new();
        let mut check = |rule: Rule, kept: bool| {
            if !kept {
                broken.insert(rule);
            }
        };
        for event in 0..EVENTS.len() {
            let there = Self::awaited(event).all(|topic| self.of(topic, event).next().is_some());
            check(if EVENTS[event].is_some() { Rule::Lost } else { Rule::LetterLost }, there);
            let offset = i64::try_from(event).unwrap();
            if let Some(look) = self.looks.iter().find(|look| look.committed > offset) {
                let in_time = |topic: usize| {
                    let mut at = self.of(topic, event);
                    at.any(|(number, offset)| offset < look.ends[topic][number as usize])
                };
                check(Rule::CommitPassed, Self::awaited(event).all(in_time));
            }
            for later in event + 1..EVENTS.len() {
                for (topic, number) in (0..3).flat_map(|topic| [(topic, 0), (topic, 1)]) {
                    let first = |event| {
                        let here = self.of(topic, event).filter(|(at, _)| *at == number);
                        here.map(|(_, offset)| offset).min()
                    };
                    let same = EVENTS[event].is_some() && EVENTS[event] == EVENTS[later];
                    if let (true, Some(one), Some(other)) = (same, first(event), first(later)) {
                        check(Rule::OutOfOrder, one < other);
                    }
                }
            }
        }
        for pair in self.looks.windows(2) {
            check(Rule::CommitWentBack, pair[0].committed <= pair[1].committed);
        }
        check(Rule::NotFinished, self.committed == 5);
        broken
    }

    fn history(&self) -> History {
        let mut history = empty();
        for (at, id) in EVENTS.iter().enumerate() {
            let offset = i64::try_from(at).unwrap();
            let mut event = match id {
                Some(id) => event(offset, id, Fate::Met, &[OPEN]),
                None => event(offset, "poison", Fate::Poison, &[]),
            };
            if id.is_some() {
                event.sha256 = format!("revision {at}");
            }
            history.events.push(event);
        }
        for (at, output) in self.outputs.iter().enumerate() {
            let event = &history.events[output.event];
            let id = format!("id-{}", output.event);
            let reasons: &[(&str, bool)] = if output.topic == 2 { &[] } else { &[(OPEN, true)] };
            let mut record = match FEEDS.get(output.topic) {
                Some(feed) => alert(event, &Telling { feed, id: &id, covert: false, reasons }),
                None => letter(event),
            };
            record.partition = output.partition;
            record.offset = self.offset(at);
            history.records.push(record);
        }
        history.samples = self.looks.iter().zip(0..).map(|(look, at)| sample(at, look)).collect();
        let committed = Some(self.committed);
        history.places = vec![Place { topic: INPUT.into(), partition: 0, committed, end: 5 }];
        history
    }
}

fn sample(at: i64, look: &Look) -> Sample {
    let ends = OUTPUTS.iter().zip(look.ends).flat_map(|(topic, ends)| {
        [((*topic).to_owned(), 0, ends[0]), ((*topic).to_owned(), 1, ends[1])]
    });
    Sample { at, committed: vec![(INPUT.into(), 0, look.committed)], ends: ends.collect() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_checker_agrees_with_an_oracle_that_looks_at_everything_again(drawn in drawn()) {
        let verdict = judge(&drawn.history());
        let broken: BTreeSet<Rule> = verdict.broken().into_iter().collect();
        prop_assert_eq!(broken, drawn.broken(), "{}", verdict);
    }
}

/// The oracle is asked about histories of both kinds, and about each rule it knows.
#[test]
fn the_histories_drawn_keep_and_break_what_is_judged() {
    use proptest::strategy::ValueTree as _;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen: BTreeSet<Rule> = BTreeSet::new();
    let mut kept = 0;
    for _ in 0..2_000 {
        let broken = drawn().new_tree(&mut runner).unwrap().current().broken();
        kept += usize::from(broken.is_empty());
        seen.extend(broken);
    }
    assert!(kept > 20, "{kept}");
    assert_eq!(seen.len(), 6, "{seen:?}");
}
