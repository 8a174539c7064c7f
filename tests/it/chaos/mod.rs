//! Faults under load, each judged by the checker: `PORTCULLIS_SEED` repeats a run, and
//! `tests/FAULTS.md` says which test stands for which fault.

mod brokers;
mod cluster;
mod disk;
mod instances;
mod lists;
mod records;
mod registry;

use std::time::{Duration, Instant};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::broker::Broker;
use super::instance::{Instance, PATIENCE};
use super::load::Plan;
use super::trial::{Trial, seed};

/// What a process may hold at its peak while it is held up: far less than the events that come
/// meanwhile, with room for what a debug build takes.
const MEMORY_KB_MAX: u64 = 600_000;

/// The moments of a scenario, by the seed of the run.
fn dice() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed())
}

/// A trial with the usual load.
fn trial<'a>(broker: &'a Broker, stem: &str) -> Trial<'a> {
    Trial::new(broker, stem, Plan::seeded(seed()))
}

/// Whether this run has time: `scripts/soak` says so. The test command takes the short form.
fn is_long() -> bool {
    std::env::var_os("PORTCULLIS_SOAK").is_some()
}

/// Says that a fault has struck: `scripts/soak` counts these lines.
fn fault(what: &str) {
    eprintln!("  fault: {what}");
}

fn rest(dice: &mut ChaCha8Rng, millis: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(dice.random_range(millis)));
}

/// Waits until an instance has finished so many more events.
fn await_more_events(instance: &Instance, more: u64) {
    let finished = instance.metric("portcullis_events_total", &[]) as u64;
    let deadline = Instant::now() + PATIENCE * 2;
    while instance.metric("portcullis_events_total", &[]) < (finished + more) as f64 {
        assert!(Instant::now() < deadline, "no more events; the log:\n{}", instance.log());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Asserts that an instance came through without new clients and without more memory than it may
/// take.
fn assert_unharmed(instance: &Instance) {
    assert_eq!(instance.metric("portcullis_halts_total", &[]), 0.0, "{}", instance.log());
    // Only Linux tells.
    let status = std::fs::read_to_string(format!("/proc/{}/status", instance.pid()));
    let Ok(status) = status else { return };
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    eprintln!("  peak {} MB", peak / 1_000);
    assert!(peak < MEMORY_KB_MAX, "{peak} kB");
}
