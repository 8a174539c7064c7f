//! The lanes of a group in a world of their own: brokers, lists and a clock in memory, no threads, and
//! whatever goes wrong drawn from a seed. The lanes are the real ones; everything else is invented.
//!
//! Each world is checked for the promises of the pipeline: nothing is lost, nothing invented, each
//! event has one disposition, a commit passes nothing unfinished, repeats are identical, what is in
//! flight is bounded, and everything ends. A failure is made as small as it gets and told.

mod broker;
mod bugs;
mod check;
mod dice;
mod events;
mod plan;
mod port;
mod run;
mod shrink;
mod slow;

use std::collections::BTreeMap;
use std::sync::Mutex;

use portcullis::codec::{Decoder, Headers, Limits};
use portcullis::domain::Topic;

use bugs::Bug;
use events::{CUT_DEFECT, DEFECT, Kind};
pub(crate) use events::{deferred, entries, event};
use plan::{Plan, What};
use run::live;
use shrink::Minimal;

/// Worlds that the test lives.
const SEEDS: u64 = 10_000;
/// Worlds in which a planted bug must have been found.
const SEEDS_FOR_A_BUG: u64 = 3_000;

/// Lives the worlds of these seeds, on each core some; gives how often each fault came.
fn live_all(seeds: std::ops::Range<u64>) -> BTreeMap<&'static str, u64> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let fired = Mutex::new(BTreeMap::new());
    let live_some = |first: u64| {
        let mut counts = BTreeMap::<_, u64>::new();
        for seed in (seeds.start + first..seeds.end).step_by(threads as usize) {
            let plan = Plan::of(seed);
            let lived = live(&plan, None, false);
            if lived.violation.is_some() {
                panic!("{}", Minimal::of(&plan, None).tell());
            }
            lived.fired.iter().for_each(|name| *counts.entry(*name).or_default() += 1);
            *counts.entry("counted exactly").or_default() += u64::from(lived.exact);
        }
        let mut all = fired.lock().unwrap();
        counts.into_iter().for_each(|(name, count)| *all.entry(name).or_default() += count);
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|at| scope.spawn(move || live_some(at))).collect();
        workers.into_iter().for_each(|worker| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        });
    });
    fired.into_inner().unwrap()
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_or_invented_and_everything_ends() {
    if let Ok(seed) = std::env::var("WORLD_SEED") {
        let plan = Plan::of(seed.parse().unwrap());
        let lived = live(&plan, None, true);
        eprintln!("{plan}\n{}", lived.story.join("\n"));
        assert_eq!(lived.violation, None);
        return;
    }
    let begun = std::time::Instant::now();
    // As many as one likes, for a night.
    let seeds = std::env::var("WORLD_SEEDS").map_or(SEEDS, |count| count.parse().unwrap());
    let fired = live_all(0..seeds);
    eprintln!("{seeds} worlds in {:?}: {fired:?}", begun.elapsed());
    let slow = ["handed over", "no room", "finished in vain"];
    for name in What::NAMES.iter().chain(&["counted exactly"]).chain(&slow) {
        let count = fired.get(name).copied().unwrap_or(0);
        assert!(count >= SEEDS / 200, "{name} came {count} times: too seldom to prove anything");
    }
}

/// A check that cannot fail proves nothing: each bug is found, and its story is short.
#[test]
fn every_planted_bug_is_found_and_told_shortly() {
    for bug in Bug::ALL {
        let fails = |seed: &u64| live(&Plan::of(*seed), Some(bug), false).violation.is_some();
        // One failure may be hard to make smaller where the next is not.
        let found = (0..SEEDS_FOR_A_BUG).filter(fails).take(3);
        let least = found.map(|seed| Minimal::of(&Plan::of(seed), Some(bug)));
        let least = least.min_by_key(|minimal| minimal.plan.measure());
        let least = least.unwrap_or_else(|| panic!("{bug:?} was not found"));
        let (events, faults) = (least.plan.records(), least.plan.faults.len());
        let violation = least.lived.violation.as_deref().unwrap_or_default();
        eprintln!("{bug:?}: {events} events, {faults} faults: {violation}");
        let lines = least.lived.story.len();
        assert!(events <= 4 && faults <= 2 && lines <= 60, "{bug:?} {}", least.tell());
    }
}

#[test]
fn a_seed_tells_the_same_story_twice() {
    for seed in 0..20 {
        let plan = Plan::of(seed);
        assert_eq!(live(&plan, None, true).story, live(&plan, None, true).story, "seed {seed}");
    }
}

/// The world must be able to tell: each kind of record is what it says it is.
#[test]
fn the_records_of_the_world_are_read_as_they_are_meant() {
    let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
    let headers = Headers { content_type: Some(b"application/json"), schema_id: None };
    let kinds = [Kind::Clear, Kind::Met, Kind::MetTwice, Kind::Big, Kind::Huge];
    for kind in kinds.into_iter().chain([Kind::CutClear, Kind::CutMet]) {
        let value = kind.value(0, 1);
        let event = decoder.decode_event(Topic::Crossings, &value, headers).unwrap();
        let defects = event.defects.iter().map(|defect| [defect.field, defect.refusal.reason()]);
        let expected: &[_] = match kind {
            Kind::Clear => &[DEFECT],
            Kind::CutClear => &[CUT_DEFECT],
            _ => &[],
        };
        assert_eq!(defects.collect::<Vec<_>>(), expected, "{kind:?}");
    }
}
