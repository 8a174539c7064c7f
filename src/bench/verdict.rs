//! What was promised beside what was measured.

use super::Subject;
use super::figures::{Latency, Results, Round, quantile};

/// Portcullis may use so much CPU for an event, as a share of what passing it on costs.
const PASS_SHARE: f64 = 0.75;
/// And so many times that of the least that a screening could do.
const FLOOR_TIMES: f64 = 1.9;
/// Its p99 may be so many times that of the same control.
const LATENCY_TIMES: f64 = 1.5;
/// While the lists are written again, it may be so many times what it was before.
const REWRITE_TIMES: f64 = 2.0;
const READY_SECONDS: f64 = 8.0;
const MEGABYTES: f64 = 250.0;
const CHANGE_MS: f64 = 100.0;
const TAKE_OVER_SECONDS: f64 = 8.0;
/// Where names that are alike are met, screening may take so long: 100,000 travellers a second.
const ALIKE_MICROS: f64 = 10.0;
const ALIKE_P99_MICROS: f64 = 100.0;
const ALIKE_READY_SECONDS: f64 = 30.0;
const ALIKE_MEGABYTES: f64 = 700.0;

/// One promise.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// What was promised.
    pub target: String,
    /// The most that it may be.
    pub limit: f64,
    /// What was measured in each repeat.
    pub measured: Vec<f64>,
    /// The unit of both.
    pub unit: &'static str,
    /// Whether an answer of the run was missing or wrong: then nothing is judged.
    pub void: bool,
}

impl Verdict {
    /// The middle one of what was measured; `None` when nothing was, or not often enough, or it is
    /// void.
    pub fn middle(&self) -> Option<f64> {
        median(&self.measured).filter(|_| !self.void)
    }

    /// Whether the promise was kept; `None` when that is not known.
    pub fn kept(&self) -> Option<bool> {
        self.middle().map(|middle| middle <= self.limit)
    }

    /// In words: met or missed, and by how much.
    pub fn words(&self) -> String {
        if self.void {
            return "void: answers were missing or wrong".to_owned();
        }
        let Some(middle) = self.middle() else { return "not measured".to_owned() };
        let share = (middle / self.limit - 1.0) * 100.0;
        if middle <= self.limit {
            format!("met, {:.0} % below", -share)
        } else {
            format!("missed by {share:.0} %")
        }
    }
}

/// Every promise, in the order of the report; those about latency at these rates.
pub fn verdicts(rates: &[u64], results: &Results) -> Vec<Verdict> {
    let mut verdicts = promises(rates, results);
    let void = !results.is_exact();
    verdicts.iter_mut().for_each(|verdict| verdict.void = void);
    verdicts
}

fn promises(rates: &[u64], results: &Results) -> Vec<Verdict> {
    let mut verdicts = vec![
        of("CPU an event, as a share of pass", PASS_SHARE, "x", cpu_ratios(results, Subject::Pass)),
        of("CPU an event, against floor", FLOOR_TIMES, "x", cpu_ratios(results, Subject::Floor)),
    ];
    for rate in rates {
        let target = format!("p99 at {rate} events a second, against floor");
        verdicts.push(of(&target, LATENCY_TIMES, "x", p99_ratios(results, *rate)));
    }
    let millions = results.entries as f64 / 1e6;
    let ready = portcullis(results).map(|round| round.ready_seconds / millions).collect();
    let memory = portcullis(results).map(|round| round.ready_bytes as f64 / 1e6 / millions);
    let operation = results.operation(Subject::Portcullis);
    let changes = operation.and_then(|run| run.changes.as_ref());
    let changes = changes.and_then(|run| quantile(&run.histogram, 0.99));
    let take_over = operation.and_then(|run| run.take_over.as_ref()).map(|run| run.seconds);
    verdicts.extend([
        of("start to ready, for each million entries", READY_SECONDS, "s", ready),
        of("memory when ready, for each million entries", MEGABYTES, "MB", memory.collect()),
        of("list change to the first alert by it, p99", CHANGE_MS, "ms", Vec::from_iter(changes)),
        of("killed to taken over", TAKE_OVER_SECONDS, "s", Vec::from_iter(take_over)),
        of(
            "p99 while the lists are written again, against before",
            REWRITE_TIMES,
            "x",
            rewrite_ratios(results, Subject::Portcullis),
        ),
    ]);
    verdicts.extend(promises_of_names(results));
    verdicts
}

/// What was promised of names that are alike.
fn promises_of_names(results: &Results) -> [Verdict; 5] {
    let core = results.core.iter();
    let micros = core.clone().map(|core| core.alike.nanos / 1e3).collect();
    let p99 = core.map(|core| core.alike.p99 / 1e3).collect();
    let millions = (results.persons > 0).then_some(results.persons as f64 / 1e6);
    let rounds = || rounds(results, Subject::Names);
    let ready = rounds().filter_map(|round| Some(round.ready_seconds / millions?)).collect();
    let memory = rounds().filter_map(|round| persons_bytes(results, round));
    let memory = memory.filter_map(|bytes| Some(bytes / 1e6 / millions?)).collect();
    [
        of("names: screening a traveller, the core alone", ALIKE_MICROS, "µs", micros),
        of("names: p99 of screening a traveller, the core alone", ALIKE_P99_MICROS, "µs", p99),
        of("names: start to ready, for each million persons", ALIKE_READY_SECONDS, "s", ready),
        of("names: memory when ready, for each million persons", ALIKE_MEGABYTES, "MB", memory),
        of(
            "names: p99 while persons are written again, against before",
            REWRITE_TIMES,
            "x",
            rewrite_ratios(results, Subject::Names),
        ),
    ]
}

/// What a process that meets names alike holds for persons: all but the documents' share of what one
/// holds that meets equal names alone.
fn persons_bytes(results: &Results, alike: &Round) -> Option<f64> {
    let exact = round(results, Subject::Portcullis, alike.repeat)?.ready_bytes as f64;
    let documents = results.entries.saturating_sub(results.persons) as f64;
    Some(alike.ready_bytes as f64 - exact * documents / results.entries as f64)
}

fn rewrite_ratios(results: &Results, subject: Subject) -> Vec<f64> {
    let rewrite = results.operation(subject).and_then(|run| run.rewrite.as_ref());
    let ratio = rewrite.and_then(|run| p99_ratio(&run.during, &run.before));
    Vec::from_iter(ratio)
}

fn of(target: &str, limit: f64, unit: &'static str, measured: Vec<f64>) -> Verdict {
    Verdict { target: target.to_owned(), limit, measured, unit, void: false }
}

fn portcullis(results: &Results) -> impl Iterator<Item = &Round> {
    rounds(results, Subject::Portcullis)
}

fn rounds(results: &Results, subject: Subject) -> impl Iterator<Item = &Round> {
    results.rounds.iter().filter(move |round| round.subject == subject)
}

/// What a subject did in one repeat.
pub(super) fn round(results: &Results, subject: Subject, repeat: u32) -> Option<&Round> {
    results.rounds.iter().find(|round| round.subject == subject && round.repeat == repeat)
}

fn cpu_ratios(results: &Results, control: Subject) -> Vec<f64> {
    let ratio = |ours: &Round| cpu_ratio(results, ours, control);
    portcullis(results).filter_map(ratio).collect()
}

/// A round's CPU for each event beside that of a control in the same repeat.
pub(super) fn cpu_ratio(results: &Results, ours: &Round, control: Subject) -> Option<f64> {
    let cpu = |round: &Round| Some(round.saturation.as_ref()?.speed?.cpu_us);
    let theirs = cpu(round(results, control, ours.repeat)?)?;
    let ours = cpu(ours)?;
    (theirs > 0.0).then_some(ours / theirs)
}

fn p99_ratios(results: &Results, rate: u64) -> Vec<f64> {
    let at = |round: &'_ Round| round.latency.iter().position(|run| run.rate == rate);
    let ratio = |ours: &Round| {
        let theirs = round(results, Subject::Floor, ours.repeat)?;
        p99_ratio(ours.latency.get(at(ours)?)?, theirs.latency.get(at(theirs)?)?)
    };
    portcullis(results).filter_map(ratio).collect()
}

/// One p99 beside another; `None` where one is of too few answers to have one.
pub(super) fn p99_ratio(ours: &Latency, theirs: &Latency) -> Option<f64> {
    Some(quantile(&ours.histogram, 0.99)? / quantile(&theirs.histogram, 0.99)?)
}

/// The middle one; of an even number the mean of the two in the middle.
pub(super) fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    let upper = *values.get(values.len() / 2)?;
    let lower = *values.get((values.len() - 1) / 2)?;
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::histogram;
    use crate::bench::{Changes, Operation};

    fn verdict(limit: f64, measured: &[f64]) -> Verdict {
        of("x", limit, "s", measured.to_vec())
    }

    /// The verdict on list changes that took so many microseconds each.
    fn on_changes(micros: &[u64], wrong: u64) -> Verdict {
        let mut histogram = histogram().unwrap();
        micros.iter().for_each(|micros| histogram.record(*micros).unwrap());
        let (changes, subject) = (Some(Changes { histogram, wrong }), Subject::Portcullis);
        let operations = vec![Operation { subject, changes, rewrite: None, take_over: None }];
        let verdicts = verdicts(&[], &Results { operations, ..Results::default() });
        verdicts.into_iter().find(|verdict| verdict.target.contains("list change")).unwrap()
    }

    #[test]
    fn a_promise_is_judged_by_the_middle_repeat() {
        assert_eq!(verdict(8.0, &[9.0, 4.0, 6.0]).words(), "met, 25 % below");
        assert_eq!(verdict(8.0, &[4.0, 20.0]).words(), "missed by 50 %");
        assert_eq!(verdict(8.0, &[8.0]).kept(), Some(true));
        assert_eq!(verdict(8.0, &[]).kept(), None);
    }

    #[test]
    fn too_few_list_changes_are_not_judged() {
        for few in [0, 1, 99] {
            let verdict = on_changes(&vec![5_000; few], 0);
            assert_eq!((verdict.words().as_str(), verdict.kept()), ("not measured", None), "{few}");
        }
        assert_eq!(on_changes(&[5_000; 100], 0).kept(), Some(true));
    }

    #[test]
    fn a_run_with_a_wrong_answer_is_not_judged() {
        let verdict = on_changes(&[5_000; 100], 1);
        assert_eq!((verdict.kept(), verdict.middle()), (None, None));
        assert_eq!(verdict.words(), "void: answers were missing or wrong");
    }

    #[test]
    fn memory_for_persons_is_all_but_the_share_of_the_documents() {
        let round = |subject, ready_bytes| Round {
            subject,
            repeat: 1,
            ready_seconds: 20.0,
            ready_bytes,
            ready_cpu_seconds: 1.0,
            saturation: None,
            latency: Vec::new(),
        };
        let exact = round(Subject::Portcullis, 400_000_000);
        let alike = round(Subject::Names, 900_000_000);
        let rounds = vec![exact, alike];
        // One entry of four is a document.
        let results =
            Results { rounds, entries: 2_000_000, persons: 1_500_000, ..Results::default() };
        let [_, _, ready, memory, _] = promises_of_names(&results);
        let megabytes = (900.0 - 100.0) / 1.5;
        assert!((memory.middle().unwrap() - megabytes).abs() < 1e-6, "{:?}", memory.measured);
        assert!((ready.middle().unwrap() - 20.0 / 1.5).abs() < 1e-9, "{:?}", ready.measured);
        let nobody = Results { persons: 0, ..results };
        assert!(promises_of_names(&nobody).iter().all(|verdict| verdict.kept().is_none()));
    }
}
