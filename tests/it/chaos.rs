//! Faults under load, each judged by the checker: `PORTCULLIS_SEED` repeats a run.

use std::time::Duration;

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::broker::Broker;
use super::load::Plan;
use super::trial::{Trial, seed};

/// The moments of a scenario, by the seed of the run.
fn dice() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed())
}

fn rest(dice: &mut ChaCha8Rng, millis: std::ops::Range<u64>) {
    std::thread::sleep(Duration::from_millis(dice.random_range(millis)));
}

/// One of two instances is killed again and again: while it joins, while it works.
#[test]
fn twenty_kills_in_a_row_cost_no_alert() {
    let mut dice = dice();
    let trial = Trial::new(Broker::shared(), "kills", Plan::seeded(seed()), &[]);
    let settings = ["kafka.session_timeout_ms=2000", "lanes.drain_deadline_ms=1000"];
    let survivor = trial.site.start_ready(&settings);
    trial.under_load(|| {
        for _ in 0..20 {
            let victim = trial.site.start_ready(&settings);
            rest(&mut dice, 0..4_000);
            victim.kill();
        }
    });
    let verdict = trial.assert_kept(vec![survivor]);
    // Work was under way when it was cut off, and was done again.
    assert!(verdict.counts.repeats > 0, "no kill met its moment: {verdict}");
}
