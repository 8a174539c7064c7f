//! Instances that are killed, stopped, join and leave.

use std::time::Duration;

use super::super::broker::Broker;
use super::super::instance::{Instance, eventually};
use super::super::proxy::Proxy;
use super::{assert_unharmed, await_more_events, dice, fault, is_long, rest, trial};

const QUICK: [&str; 2] = ["kafka.session_timeout_ms=2000", "lanes.drain_deadline_ms=1000"];

/// One of two instances is killed again and again: while it joins, while it works.
#[test]
fn twenty_kills_in_a_row_cost_no_alert() {
    let mut dice = dice();
    let trial = trial(Broker::shared(), "kills");
    let survivor = trial.site.start_ready(&QUICK);
    trial.under_load(|| {
        for _ in 0..20 {
            let victim = trial.site.start_ready(&QUICK);
            rest(&mut dice, 0..4_000);
            fault("an instance is killed");
            victim.kill();
        }
    });
    let verdict = trial.assert_kept(vec![survivor]);
    // Work was under way when it was cut off, and was done again.
    assert!(verdict.counts.repeats > 0, "no kill met its moment: {verdict}");
}

/// Two, three, and two again, in turns; each joins before the one before it has settled.
fn come_and_go(stem: &str, names: [&[&str]; 3]) {
    let mut dice = dice();
    let trial = trial(Broker::shared(), stem);
    let start = |number: usize| trial.site.start_ready(&[&QUICK[..], names[number]].concat());
    let first = start(0);
    let third = trial.under_load(|| {
        let mut second = start(1);
        let mut third = start(2);
        for _ in 0..if is_long() { 5 } else { 2 } {
            rest(&mut dice, 0..2_000);
            fault("an instance leaves and another joins");
            leave(second);
            rest(&mut dice, 0..2_000);
            second = start(1);
            fault("an instance leaves and another joins");
            leave(third);
            third = start(2);
        }
        await_more_events(&third, 100);
        leave(second);
        third
    });
    let moved = first.metric("portcullis_rebalances_total", &["revoke"]);
    assert!(moved >= 1.0, "nothing was taken from the first");
    assert_unharmed(&first);
    trial.assert_kept(vec![first, third]);
}

fn leave(instance: Instance) {
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
}

#[test]
fn instances_that_come_and_go_cost_no_alert() {
    come_and_go("members", [&[], &[], &[]]);
}

#[test]
fn instances_with_names_of_their_own_that_come_and_go_cost_no_alert() {
    let names = ["kafka.instance=one", "kafka.instance=two", "kafka.instance=three"];
    come_and_go("static", [&names[..1], &names[1..2], &names[2..]]);
}

/// What is in flight when a partition goes to another stays in flight for longer than the drain may
/// take: the new owner tells it, and the old one's message comes in behind that.
#[test]
fn a_revocation_while_alerts_are_held_up_longer_than_the_drain_costs_no_alert() {
    let trial = trial(Broker::shared(), "held-up");
    let proxy = Proxy::start(trial.site.broker());
    let through = format!("kafka.brokers={}", proxy.bootstrap());
    let first = trial.site.start_ready(&["lanes.drain_deadline_ms=500", &through]);
    let second = trial.under_load(|| {
        await_more_events(&first, 500);
        fault("alerts in flight are held up over the drain deadline");
        proxy.hold(&trial.site.topic("command"));
        eventually("alerts in flight", || {
            let in_flight = first.metric("portcullis_queue_depth", &["in_flight"]);
            (in_flight >= 10.0).then_some(())
        });
        let second = trial.site.start_ready(&[]);
        await_more_events(&second, 500);
        proxy.release();
        await_more_events(&second, 500);
        second
    });
    let verdict = trial.assert_kept(vec![first, second]);
    assert!(verdict.counts.repeats > 0, "nothing was in flight when it mattered: {verdict}");
}

/// An end that was asked for is clean: everything told is committed, so nothing is told again.
#[test]
fn a_stop_under_load_is_clean_and_nothing_is_told_twice() {
    let mut dice = dice();
    let trial = trial(Broker::shared(), "stops");
    let last = trial.under_load(|| {
        let mut instance = trial.site.start_ready(&[]);
        for _ in 0..5 {
            await_more_events(&instance, 100);
            rest(&mut dice, 0..1_500);
            fault("SIGTERM");
            let (status, log) = instance.stop();
            assert_eq!(status, Some(0), "{log}");
            assert!(!log.contains("not acknowledged in time"), "{log}");
            instance = trial.site.start_ready(&[]);
        }
        instance
    });
    let verdict = trial.assert_kept(vec![last]);
    assert_eq!(verdict.counts.repeats, 0, "{verdict}");
}

/// A process that sleeps longer than its session wakes up as one that owns nothing.
#[test]
fn an_instance_that_sleeps_over_its_session_does_no_harm_when_it_wakes() {
    let mut dice = dice();
    let trial = trial(Broker::shared(), "sleeps");
    let first = trial.site.start_ready(&QUICK);
    let second = trial.site.start_ready(&QUICK);
    trial.under_load(|| {
        await_more_events(&second, 200);
        for _ in 0..3 {
            fault("an instance sleeps");
            second.signal("STOP");
            rest(&mut dice, 500..6_000);
            second.signal("CONT");
            std::thread::sleep(Duration::from_secs(2));
        }
        await_more_events(&first, 200);
    });
    trial.assert_kept(vec![first, second]);
}
