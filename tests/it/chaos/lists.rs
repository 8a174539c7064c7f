//! Lists that are missing, emptied and written anew while events come.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::broker::Broker;
use super::super::faults::{await_all_committed, delete_topic};
use super::super::instance::eventually;
use super::super::load::Plan;
use super::super::trial::{Trial, seed};
use super::{await_more_events, fault, trial};

/// Settings that demand every list whole.
fn requiring_all(dir: &tempfile::TempDir, trial: &Trial<'_>) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (key, _) in trial.load.list_records() {
        let list = key.split_once('/').unwrap().0;
        *counts.entry(list.to_owned()).or_default() += 1;
    }
    // Some have lapsed or are not in force yet; those in force are more than half.
    let table = |(list, count): (&String, &usize)| {
        let least = count / 2;
        format!("[[lists.required]]\nname = \"{list}\"\nstance = \"hold\"\nentries_min = {least}\n")
    };
    let path = dir.path().join("portcullis.toml");
    std::fs::write(&path, counts.iter().map(table).collect::<String>()).unwrap();
    format!("--config={}", path.display())
}

/// While a required list is not whole, events wait. What was sent before it began and after it was
/// over is certain; in between an entry may be gone before its list counts as missing.
#[test]
fn lists_that_are_emptied_and_written_anew_hold_events_up_and_cost_no_alert() {
    let dir = tempfile::tempdir().unwrap();
    let trial = trial(Broker::shared(), "rewritten").with_changing_lists();
    let instance = trial.site.start_ready(&[&requiring_all(&dir, &trial)]);
    trial.under_load(|| {
        await_more_events(&instance, 1_000);
        trial.feeder.set_unsure(true);
        // Whatever was sent as certain is judged before anything changes.
        await_more_events(&instance, 2_000);
        fault("the lists are emptied and written anew");
        trial.empty_lists();
        eventually("lists missing", || (instance.get("/readyz").0 == 503).then_some(()));
        std::thread::sleep(Duration::from_secs(1));
        trial.publish_lists();
        instance.await_ready();
        trial.await_sent(500);
        trial.feeder.set_unsure(false);
        await_more_events(&instance, 2_000);
    });
    let verdict = trial.assert_kept(vec![instance]);
    let counts = verdict.counts;
    assert!(counts.uncertain > 50, "{verdict}");
    assert!(counts.uncertain_told * 2 > counts.uncertain, "events did not wait: {verdict}");
}

/// Nothing is screened before there is something to screen against.
#[test]
fn a_list_topic_that_is_gone_at_the_start_holds_events_up_and_costs_no_alert() {
    let broker = Broker::shared();
    let trial = Trial::without_lists(broker, "no-lists", Plan::seeded(seed()));
    fault("the list topic is gone at the start");
    delete_topic(broker, &trial.site.topic("lists"));
    let instance = trial.site.start(&[]);
    trial.under_load(|| {
        instance.await_log("missing topics");
        trial.await_sent(1_000);
        trial.site.create_topics(&[]);
        instance.await_log("the list topic");
        trial.await_sent(1_000);
        assert_eq!(instance.metric("portcullis_events_total", &[]), 0.0);
        trial.publish_lists();
        instance.await_ready();
        trial.await_sent(1_000);
    });
    await_all_committed(&trial.site, &["crossings"]);
    trial.assert_kept(vec![instance]);
}

/// The topic is there and the brokers do not let us read it: as blind as without it.
#[test]
fn a_list_topic_that_may_not_be_read_at_the_start_holds_events_up_and_costs_no_alert() {
    let broker = Broker::start_with_rules();
    let trial = trial(&broker, "closed-lists");
    let lists = trial.site.topic("lists");
    fault("the list topic may not be read at the start");
    // Seen, or the brokers would hide that it exists; and closed to all whom no rule lets in.
    broker.allow(&lists, "Describe", "User:*");
    let instance = trial.site.start(&[]);
    trial.under_load(|| {
        instance.await_log(&format!("we may not read topic {lists}"));
        trial.await_sent(2_000);
        assert_eq!(instance.get("/readyz").0, 503);
        assert_eq!(instance.metric("portcullis_events_total", &[]), 0.0);
        broker.allow(&lists, "Read", "User:*");
        // By itself: nobody starts it anew.
        instance.await_ready();
        await_more_events(&instance, 2_000);
    });
    trial.assert_kept(vec![instance]);
}
