//! Lists that change while events are screened: each event is judged by the list as it stands.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use portcullis::codec::rfc3339;
use portcullis::domain::Timestamp;
use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::{Instance, Ran, Site};
use super::traffic::{Sent, Told, alerts, crossing, entry, file, send, word};

#[test]
fn entries_come_change_go_and_lapse_while_events_are_screened() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "changes", &["police"]);
    let publish = |entries: &[&Value], further: &[&str]| -> Ran {
        let lines: Vec<String> = entries.iter().map(ToString::to_string).collect();
        let path = file(&dir, "lists.jsonl", &lines.join("\n"));
        site.run(&[&["watchlist", "publish", word(&path)], further].concat())
    };
    let (one, two) = (entry("stolen", "one", "100000001"), entry("stolen", "two", "100000002"));
    publish(&[&one], &[]).succeeded();
    let instance = site.start_ready(&[]);
    let mut events = 0;
    let mut cross = |instance: &Instance, event_id: &str, document: &str| {
        send(&site, "crossings", &[Sent::event(&crossing(event_id, document))]);
        events += 1;
        instance.await_events(events);
    };
    cross(&instance, "two-before", "100000002");

    // A dry run shows the difference and changes nothing.
    let both = [&one, &two];
    let shown = publish(&both, &["--dry-run"]).succeeded();
    assert!(shown.contains("+ stolen/two") && shown.contains("1 added, 0 changed"), "{shown}");
    assert!(shown.contains("nothing was changed"), "{shown}");
    cross(&instance, "two-dry", "100000002");

    // Added: from then on it alerts.
    publish(&both, &[]).succeeded();
    await_entries(&instance, 2);
    cross(&instance, "two-added", "100000002");

    // Changed in its place: the new priority, and the new version.
    let mut changed = entry("stolen", "two", "100000002");
    changed["handling"]["priority"] = json!("IMMEDIATE");
    let shown = publish(&[&one, &changed], &[]).succeeded();
    assert!(shown.contains("~ stolen/two") && shown.contains("0 added, 1 changed"), "{shown}");
    await_offset(&instance, 3);
    cross(&instance, "two-changed", "100000002");

    // Half a list is more than may go unasked.
    let refused = publish(&[&one], &[]);
    assert_eq!(refused.status, Some(1));
    assert!(refused.stderr.contains("1 of 2 entries of stolen would be removed"), "{refused:?}");
    assert!(refused.stderr.contains("--remove-max"), "{refused:?}");
    cross(&instance, "two-kept", "100000002");

    // Removed: no longer.
    let shown = publish(&[&one], &["--remove-max", "1"]).succeeded();
    assert!(shown.contains("- stolen/two"), "{shown}");
    await_entries(&instance, 1);
    cross(&instance, "two-removed", "100000002");
    cross(&instance, "one-still", "100000001");

    // It lapses by the clock alone: no message says so.
    let until = now() + Duration::from_secs(6);
    let mut lapsing = entry("stolen", "three", "100000003");
    lapsing["valid_to"] = json!(rfc3339(timestamp(until)));
    publish(&[&one, &lapsing], &[]).succeeded();
    await_entries(&instance, 2);
    cross(&instance, "three-before", "100000003");
    std::thread::sleep((until + Duration::from_millis(100)).saturating_sub(now()));
    cross(&instance, "three-after", "100000003");
    let lapsed = instance.metric("portcullis_list_lapsed_entries", &["stolen"]);
    instance.stop();

    let told = alerts(&site, "police");
    let ids: Vec<&str> = told.iter().map(Told::event_id).collect();
    let expected = ["two-added", "two-changed", "two-kept", "one-still", "three-before"].to_vec();
    assert_eq!(ids, expected);
    assert_eq!(told[0].text("/priority"), "HIGH");
    assert_eq!(told[1].text("/priority"), "IMMEDIATE");
    assert_eq!(lapsed, 1.0);
    assert_versions(&site, &told);
}

/// The version that an alert tells is the offset of the record that wrote the entry.
fn assert_versions(site: &Site<'_>, told: &[Told]) {
    let records = site.records("lists");
    let written = |key: &str| {
        let of = records.iter().filter(|record| record.key.as_deref() == Some(key.as_bytes()));
        of.filter(|record| record.value.is_some()).map(|record| record.offset).collect::<Vec<_>>()
    };
    let version = |told: &Told| told.reasons()[0]["version"].as_i64().unwrap();
    let two = written("stolen/two");
    assert_eq!([version(&told[0]), version(&told[1])], two[..]);
    assert_eq!(version(&told[2]), two[1]);
    assert_eq!([version(&told[3])], written("stolen/one")[..]);
    assert_eq!([version(&told[4])], written("stolen/three")[..]);
    // The list's own version is the offset behind its newest change.
    assert_eq!(told[0].alert["lists"][0]["offset"], two[0] + 1);
    assert_eq!(told[0].alert["lists"][0]["entries"], 2);
}

#[test]
fn an_instance_started_later_has_the_same_lists_and_checksums() {
    let site = Site::made(Broker::shared(), "changes-late", &["police"]);
    let first = site.start(&[]);
    let records = [
        Sent::entry(&entry("stolen", "one", "100000001")),
        Sent::entry(&entry("lost", "two", "100000002")),
        Sent::entry(&entry("stolen", "three", "100000003")),
        Sent { key: Some(b"stolen/three".to_vec()), value: None, headers: Vec::new() },
        Sent::entry(&entry("stolen", "one", "100000009")),
    ];
    send(&site, "lists", &records);
    await_offset(&first, 5);
    first.await_ready();
    let second = site.start_ready(&[]);
    let state = |instance: &Instance| {
        let lists = instance.readiness()["lists"].clone();
        let key = |list: &Value| {
            ["list", "entries", "offset", "checksum", "state"].map(|key| list[key].to_string())
        };
        lists.as_array().unwrap().iter().map(key).collect::<Vec<_>>()
    };
    assert_eq!(state(&first), state(&second));
    assert_eq!(state(&first).len(), 2);
}

fn await_entries(instance: &Instance, count: u64) {
    await_list(instance, &|list| list["entries"] == count);
}

fn await_offset(instance: &Instance, offset: i64) {
    await_list(instance, &|list| list["list"] == "stolen" && list["offset"] == offset);
}

fn await_list(instance: &Instance, is_so: &dyn Fn(&Value) -> bool) {
    super::instance::eventually("the change of the list", || {
        let readiness = instance.readiness();
        readiness["lists"].as_array().unwrap().iter().any(is_so).then_some(())
    });
}

#[allow(clippy::disallowed_methods, reason = "a test of what lapses by the clock reads it")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

fn timestamp(since_epoch: Duration) -> Timestamp {
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap()).unwrap()
}
