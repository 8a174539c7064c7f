//! A broker that dies, falls silent, slows down.

use std::time::Duration;

use rand::Rng as _;

use super::super::broker::Broker;
use super::super::instance::Site;
use super::super::proxy::Proxy;
use super::{assert_unharmed, await_more_events, dice, fault, is_long, rest, trial};

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
            fault("the broker is killed");
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
            fault(&format!("the broker is silent for {seconds} s"));
            broker.pause(1);
            std::thread::sleep(Duration::from_secs(seconds));
            broker.resume(1);
            await_more_events(&instance, 500);
        }
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

/// A broker that was frozen is fenced for a moment: asked who is there, it names nobody. A client
/// drops all brokers then. Its own way back, which does not always work, is shut here.
#[test]
fn brokers_that_name_nobody_for_a_while_are_found_again() {
    let trial = trial(Broker::shared(), "fenced");
    let proxy = Proxy::start(trial.site.broker());
    let instance = trial.site.start_ready(&[
        &format!("kafka.brokers={}", proxy.bootstrap()),
        "kafka.client.metadata.recovery.strategy=none",
        "kafka.client.topic.metadata.refresh.interval.ms=300",
    ]);
    trial.under_load(|| {
        await_more_events(&instance, 500);
        fault("the brokers name nobody");
        proxy.fence(true);
        // Each client asks a few times a second: by then each has lost whom it knew.
        instance.await_log("cannot be reached");
        std::thread::sleep(Duration::from_secs(2));
        proxy.fence(false);
        await_more_events(&instance, 500);
        instance.await_log("can be reached again");
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

#[test]
fn brokers_that_name_nobody_while_topics_are_missing_are_found_again() {
    let broker = Broker::shared();
    let (site, proxy) = (Site::new(broker, "fenced-early"), Proxy::start(broker));
    // Where there is no topic either, an answer counts as none.
    broker.create_topic(&site.topic("command"), 1, &[]);
    let through = format!("kafka.brokers={}", proxy.bootstrap());
    let instance = site.start(&[&through, "kafka.client.metadata.recovery.strategy=none"]);
    instance.await_log("missing topics");
    proxy.fence(true);
    instance.await_log("no broker answers");
    proxy.fence(false);
    site.create_topics(&[]);
    instance.await_log("every topic is there");
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
            fault("every request is slow");
            proxy.slow(dice.random_range(20..400));
            rest(&mut dice, 500..2_500);
        }
        proxy.slow(0);
        await_more_events(&instance, 500);
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}
