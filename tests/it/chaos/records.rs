//! What comes in: poison in any amount, events that are too large, clocks that are wrong, partitions
//! that are added.

use portcullis::codec::parse_rfc3339;
use portcullis::kafka::wall;
use rand::{Rng as _, RngCore as _};

use super::super::broker::Broker;
use super::super::checker::Fate;
use super::super::faults::add_partitions;
use super::super::load::{Due, Plan};
use super::super::traffic::alerts;
use super::super::trial::{Trial, seed};
use super::{assert_unharmed, await_more_events, dice, fault, trial};

#[test]
fn poison_in_one_record_of_a_hundred_costs_no_alert() {
    fault("a hundredth of all records is poison");
    let plan = Plan { poison: 0.01, ..Plan::seeded(seed()) };
    let trial = Trial::new(Broker::shared(), "poison", plan);
    let instance = trial.site.start_ready(&[]);
    trial.under_load(|| await_more_events(&instance, 10_000));
    assert_unharmed(&instance);
    let verdict = trial.assert_kept(vec![instance]);
    assert!(verdict.counts.to_be_dead_lettered > 30, "{verdict}");
}

/// The broker's clock is the clock of every promise: what an event says of its own time is data.
#[test]
fn events_whose_clocks_are_a_year_ahead_or_behind_are_screened_as_all_others() {
    const MONTHS: i64 = 180 * 24 * 3_600 * 1_000_000;
    fault("half of all events has a clock a year ahead or behind");
    let plan = Plan { skewed: 0.5, ..Plan::seeded(seed()) };
    let trial = Trial::new(Broker::shared(), "clocks", plan);
    let instance = trial.site.start_ready(&[]);
    trial.under_load(|| await_more_events(&instance, 10_000));
    let now = wall().micros();
    let told = alerts(&trial.site, "command");
    let clocks = told.iter().map(|told| told.text("/event/occurred_at"));
    let clocks = clocks.map(|text| parse_rfc3339(text).unwrap().micros() - now);
    let (ahead, behind): (Vec<i64>, Vec<i64>) =
        clocks.filter(|by| by.abs() > MONTHS).partition(|by| *by > 0);
    assert!(ahead.len() > 20 && behind.len() > 20, "{} and {}", ahead.len(), behind.len());
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

#[test]
fn a_fifth_of_poison_and_a_run_of_ten_thousand_cost_no_alert() {
    let mut dice = dice();
    let plan = Plan { poison: 0.2, ..Plan::seeded(seed()) };
    let trial = Trial::new(Broker::shared(), "poison-run", plan);
    let instance = trial.site.start_ready(&[]);
    let topic = trial.site.topic("crossings");
    trial.under_load(|| {
        await_more_events(&instance, 1_000);
        fault("ten thousand records of poison in a row");
        for number in 0..10_000 {
            let mut noise = vec![0xFF; dice.random_range(1..200)];
            dice.fill_bytes(&mut noise[1..]);
            trial.feeder.send(
                &topic,
                &format!("poison-{number}"),
                &noise,
                Fate::Poison,
                &Due::default(),
            );
        }
        await_more_events(&instance, 12_000);
    });
    assert_unharmed(&instance);
    let verdict = trial.assert_kept(vec![instance]);
    assert!(verdict.counts.to_be_dead_lettered > 10_000, "{verdict}");
}

/// More than may be fetched at once, more than is decoded, more than fits into a dead letter.
#[test]
fn events_of_ten_megabytes_are_dead_letters_and_hold_nothing_up() {
    let mut dice = dice();
    let trial = trial(Broker::shared(), "huge");
    let topic = trial.site.topic("crossings");
    let settings = [("max.message.bytes", "12000000"), ("message.timestamp.type", "LogAppendTime")];
    trial.site.broker().configure_topic(&topic, &settings);
    let instance = trial.site.start_ready(&[]);
    trial.under_load(|| {
        for number in 0..5 {
            await_more_events(&instance, 500);
            let mut huge = vec![0; dice.random_range(9_000_000..11_000_000)];
            dice.fill_bytes(&mut huge[..100]);
            huge[0] = 0xFF;
            fault("an event of ten megabytes");
            trial.feeder.send(
                &topic,
                &format!("huge-{number}"),
                &huge,
                Fate::Poison,
                &Due::default(),
            );
        }
        await_more_events(&instance, 1_000);
    });
    assert_unharmed(&instance);
    trial.assert_kept(vec![instance]);
}

#[test]
fn a_partition_that_is_added_under_load_costs_no_alert() {
    let trial = trial(Broker::shared(), "added");
    let refresh = "kafka.client.topic.metadata.refresh.interval.ms=500";
    let instance = trial.site.start_ready(&[refresh]);
    trial.under_load(|| {
        await_more_events(&instance, 500);
        for kind in ["crossings", "vehicles", "advance_passenger"] {
            fault("partitions are added");
            add_partitions(trial.site.broker(), &trial.site.topic(kind), 4);
        }
        trial.await_sent(8_000);
    });
    let added = [2, 3].map(|partition| {
        let label = format!("partition=\"{partition}\"");
        instance.metrics().contains(&label)
    });
    assert_eq!(added, [true, true], "no event came in an added partition");
    trial.assert_kept(vec![instance]);
}
