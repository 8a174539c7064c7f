//! The slow lane in a running instance: whoever shares a name with hundreds is told about all the same.

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::Site;
use super::traffic::{Sent, alerts, assert_all_committed, by_name, crossing, send};

/// More entries than a lane looks at for one name.
const CROWD: usize = 450;

#[test]
fn somebody_of_a_name_that_hundreds_bear_is_told_of_by_way_of_the_slow_lane() {
    let site = Site::made(Broker::shared(), "slow", &["police"]);
    let mut listed = vec![Sent::entry(&by_name("in-force"))];
    for number in 0..CROWD {
        let mut lapsed = by_name(&format!("lapsed-{number}"));
        lapsed["valid_to"] = json!("2020-01-01T00:00:00Z");
        listed.push(Sent::entry(&lapsed));
    }
    send(&site, "lists", &listed);
    let instance = site.start_ready(&[]);
    let mut other = crossing("other", "100000002");
    other["traveller"] = json!({"surname": "LINDQVIST", "birth_date": "1961-02-03"});
    let namesake = crossing("namesake", "100000001");
    send(&site, "crossings", &[Sent::event(&namesake), Sent::event(&other)]);
    instance.await_events(2);

    assert_eq!(instance.metric("portcullis_slow_lane_events_total", &[]), 1.0);
    assert_eq!(instance.metric("portcullis_slow_lane_refusals_total", &[]), 0.0);
    assert_eq!(instance.metric("portcullis_queue_depth", &["slow_lane"]), 0.0);
    assert_eq!(instance.metric("portcullis_latency_seconds_count", &["slow_lane"]), 1.0);
    assert_eq!(instance.metric("portcullis_names_again_total", &[]), 1.0);
    let told = alerts(&site, "command");
    assert_eq!(told.len(), 1);
    assert_eq!(
        (told[0].event_id(), told[0].entries()),
        ("namesake", vec!["wanted/in-force".into()])
    );
    assert_eq!(told[0].alert["cut"], false);
    let timings = told[0].record.headers["portcullis-timings"].as_deref().unwrap();
    let timings: Value = serde_json::from_slice(timings).unwrap();
    assert!(timings["slow_lane_us"].is_u64(), "{timings}");
    instance.stop();
    assert_all_committed(&site, &["crossings"]);
}
