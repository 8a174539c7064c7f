//! Three brokers: leaders that move, one broker gone, copies that are missing.

use std::process::Stdio;

use rand::Rng as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};

use super::super::broker::Broker;
use super::super::instance::{PATIENCE, eventually};
use super::{assert_unharmed, await_more_events, dice, fault, is_long, rest, trial};

/// Five moves, of every topic: handed over while the old leader lives, or because it was killed.
#[test]
fn leaders_that_move_five_times_cost_no_alert_and_no_restart() {
    let mut dice = dice();
    let broker = Broker::start(3);
    let trial = trial(&broker, "leaders");
    let instance = trial.site.start_ready(&[]);
    let command = trial.site.topic("command");
    trial.under_load(|| {
        await_more_events(&instance, 500);
        for number in 0..5 {
            let old = leader(&broker, &command);
            let dies = if is_long() { dice.random_bool(0.5) } else { number == 2 };
            if dies {
                fault("the leading broker is killed");
                broker.kill(old);
            } else {
                fault("every leader hands over");
                hand_over(&broker);
            }
            eventually("another leader", || (leader(&broker, &command) != old).then_some(()));
            await_more_events(&instance, 500);
            if dies {
                broker.restart(old);
            }
            rest(&mut dice, 0..1_000);
        }
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

/// One broker is gone and nothing is missed; then a write needs more copies than there are, and
/// alerts wait; then two are gone, and everything waits.
#[test]
fn copies_that_are_missing_hold_alerts_up_and_cost_none() {
    let mut dice = dice();
    let broker = Broker::start(3);
    let trial = trial(&broker, "copies");
    let instance = trial.site.start_ready(&[]);
    let command = trial.site.topic("command");
    let needing = |copies| broker.configure_topic(&command, &[("min.insync.replicas", copies)]);
    trial.under_load(|| {
        await_more_events(&instance, 500);
        let gone = dice.random_range(1..=3);
        fault("one broker of three is gone");
        broker.kill(gone);
        await_more_events(&instance, 1_000);

        fault("too few copies in sync to take an alert");
        needing("3");
        eventually("alerts in flight", || {
            let in_flight = instance.metric("portcullis_queue_depth", &["in_flight"]);
            (in_flight >= 10.0).then_some(())
        });
        rest(&mut dice, 2_000..6_000);
        needing("2");
        await_more_events(&instance, 1_000);

        fault("two brokers of three are gone");
        let other = gone % 3 + 1;
        broker.kill(other);
        rest(&mut dice, 2_000..6_000);
        // A node serves only where there is a majority again: the second helps the first.
        std::thread::scope(|scope| {
            scope.spawn(|| broker.restart(gone));
            scope.spawn(|| broker.restart(other));
        });
        await_more_events(&instance, 1_000);
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

/// Each partition of the cluster gets the next of its copies in sync as its leader.
fn hand_over(broker: &Broker) {
    let mut java = broker.start_java("HandOver.java", &[], Stdio::null(), Stdio::null());
    assert!(java.wait().unwrap().success(), "HandOver.java failed; see its message above");
}

/// The node that leads the first partition of a topic.
fn leader(broker: &Broker, topic: &str) -> u32 {
    let consumer: BaseConsumer = broker.client().create().unwrap();
    eventually("a leader", || {
        let metadata = consumer.client().fetch_metadata(Some(topic), PATIENCE).ok()?;
        let partition = metadata.topics().first()?.partitions().first()?;
        u32::try_from(partition.leader()).ok().filter(|node| *node > 0)
    })
}
