//! Brokers that die, fall silent, slow down, and lose their places.

use std::time::Duration;

use rand::Rng as _;
use rdkafka::consumer::{BaseConsumer, Consumer as _};

use super::super::broker::Broker;
use super::super::instance::{PATIENCE, eventually};
use super::super::proxy::Proxy;
use super::{assert_unharmed, await_more_events, dice, is_long, rest, trial};

#[test]
fn a_broker_that_is_killed_and_comes_back_costs_no_alert_and_no_restart() {
    let mut dice = dice();
    let broker = Broker::start(1);
    let trial = trial(&broker, "broker-killed");
    let instance = trial.site.start_ready(&[]);
    trial.under_load(|| {
        await_more_events(&instance, 500);
        for _ in 0..if is_long() { 5 } else { 2 } {
            rest(&mut dice, 0..2_000);
            broker.kill(1);
            rest(&mut dice, 0..3_000);
            broker.restart(1);
            await_more_events(&instance, 500);
        }
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

/// Frozen brokers leave connections open: nothing fails, nothing answers.
#[test]
fn a_broker_that_falls_silent_holds_the_stream_up_and_it_goes_on_by_itself() {
    let mut dice = dice();
    let broker = Broker::start(1);
    let trial = trial(&broker, "broker-silent");
    let instance = trial.site.start_ready(&[]);
    let silences = if is_long() { vec![5, 20, 60] } else { vec![dice.random_range(5..12)] };
    trial.under_load(|| {
        await_more_events(&instance, 500);
        for seconds in silences {
            broker.pause(1);
            std::thread::sleep(Duration::from_secs(seconds));
            broker.resume(1);
            await_more_events(&instance, 500);
        }
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

/// Every request takes its time: commits, fetches, heartbeats and alerts alike.
#[test]
fn a_slow_network_costs_no_alert_and_no_memory() {
    let mut dice = dice();
    let trial = trial(Broker::shared(), "slow");
    let proxy = Proxy::start(trial.site.broker());
    let through = format!("kafka.brokers={}", proxy.bootstrap());
    let instance = trial.site.start_ready(&[&through]);
    trial.under_load(|| {
        await_more_events(&instance, 500);
        for _ in 0..5 {
            proxy.slow(dice.random_range(20..400));
            rest(&mut dice, 500..2_500);
        }
        proxy.slow(0);
        await_more_events(&instance, 500);
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

/// Of three brokers the one that leads is killed, again and again; then two are gone, so that no
/// topic has the copies it needs, and come back.
#[test]
fn leaders_that_move_and_copies_that_are_missing_cost_no_alert() {
    let mut dice = dice();
    let broker = Broker::start(3);
    let trial = trial(&broker, "three-brokers");
    let instance = trial.site.start_ready(&[]);
    trial.under_load(|| {
        await_more_events(&instance, 500);
        for _ in 0..if is_long() { 5 } else { 2 } {
            let leader = leader(&broker, &trial.site.topic("command"));
            broker.kill(leader);
            eventually("another leader", || {
                let now = self::leader(&broker, &trial.site.topic("command"));
                (now != leader).then_some(())
            });
            await_more_events(&instance, 500);
            broker.restart(leader);
            rest(&mut dice, 0..2_000);
        }
        let gone = dice.random_range(1..=3);
        let other = gone % 3 + 1;
        broker.kill(gone);
        await_more_events(&instance, 500);
        broker.kill(other);
        rest(&mut dice, 2_000..6_000);
        // A node serves only where there is a majority again: the second helps the first.
        std::thread::scope(|scope| {
            scope.spawn(|| broker.restart(gone));
            scope.spawn(|| broker.restart(other));
        });
        await_more_events(&instance, 500);
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
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
