//! Who is not meant by an entry: silenced, counted, sampled, and told again as soon as anything is in
//! doubt.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use portcullis::codec::rfc3339;
use portcullis::domain::Timestamp;
use serde_json::{Value, json};

use super::broker::Broker;
use super::faults::delete_topic;
use super::instance::{Instance, Ran, Site, eventually};
use super::traffic::{Sent, Told, alerts, by_name, crossing, file, send, word};

#[allow(clippy::disallowed_methods, reason = "a test of what expires by the clock reads it")]
fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap()
}

fn in_seconds(seconds: u64) -> String {
    let at = i64::try_from((now() + Duration::from_secs(seconds)).as_millis()).unwrap();
    rfc3339(Timestamp::from_millis(at).unwrap())
}

fn add(site: &Site<'_>, document: &str, expires: &str, further: &[&str]) -> Ran {
    let identifier = format!("document:{document}@GBR");
    let words = [
        "suppress",
        "add",
        "--identifier",
        &identifier,
        "--entry",
        "wanted/w-1",
        "--agency",
        "police",
        "--unit",
        "fugitives",
        "--officer",
        "FU-4711",
        "--reason",
        "Other fingerprints.",
        "--expires",
        expires,
    ];
    site.run(&[&words[..], further].concat())
}

struct Crossings<'a> {
    site: &'a Site<'a>,
    events: u64,
}

impl Crossings<'_> {
    /// Somebody of the listed name crosses with a document, and is screened.
    fn cross(&mut self, instance: &Instance, event_id: &str, document: &str) {
        send(self.site, "crossings", &[Sent::event(&crossing(event_id, document))]);
        self.events += 1;
        instance.await_events(self.events);
    }

    fn publish(&self, entry: &Value) {
        send(self.site, "lists", &[Sent::entry(entry)]);
    }
}

fn suppressed(instance: &Instance) -> f64 {
    instance.metric("portcullis_suppressed_total", &["list=\"wanted\""])
}

fn await_in_force(instance: &Instance, count: u64) {
    await_register(instance, &|register| register["in_force"] == count);
}

fn await_register(instance: &Instance, is_so: &dyn Fn(&Value) -> bool) {
    eventually("the change of the register", || {
        is_so(&instance.readiness()["suppressions"]).then_some(())
    });
}

fn await_offset(instance: &Instance, offset: i64) {
    eventually("the change of the list", || {
        (instance.readiness()["lists"][0]["offset"] == offset).then_some(())
    });
}

/// The events that were told about, in order. A repeat has the same id, and readers drop it.
fn told(site: &Site<'_>) -> Vec<String> {
    let mut ids = BTreeSet::new();
    let told = alerts(site, "police");
    let first = told.iter().filter(|told| ids.insert(told.alert["id"].to_string()));
    first.map(Told::event_id).map(str::to_owned).collect()
}

#[test]
fn a_judged_subject_makes_no_alert_until_entry_register_or_clock_say_otherwise() {
    let site = Site::made(Broker::shared(), "suppress", &["police"]);
    let mut crossings = Crossings { site: &site, events: 0 };
    crossings.publish(&by_name("w-1"));
    add(&site, "100000001", &in_seconds(3_600), &["--dry-run"]).succeeded();
    assert!(site.records("suppressions").is_empty());
    let shown = add(&site, "100000001", &in_seconds(3_600), &[]).succeeded();
    assert!(shown.contains("document:GBR:100000001") && shown.contains("Pat Example"), "{shown}");

    let settings = ["suppressions.sample_one_in=1"];
    let instance = site.start_ready(&settings);
    crossings.cross(&instance, "silenced", "100000001");
    assert_eq!(suppressed(&instance), 1.0);
    assert_eq!(instance.metric("portcullis_events_total", &["crossings", "clear"]), 1.0);
    crossings.cross(&instance, "another-document", "100000002");
    // Who asks why is told the same.
    let folder = tempfile::tempdir().unwrap();
    for (document, status) in [("100000001", 0), ("100000002", 3)] {
        let event = file(&folder, "event.json", &crossing("why", document).to_string());
        let ran = site.run(&["screen", "--event", word(&event)]);
        assert_eq!(ran.status, Some(status), "{ran:?}");
        assert_eq!(ran.stderr.contains("silenced: an entry of wanted"), status == 0, "{ran:?}");
    }

    // The entry states something else: told again, until it states what was judged.
    let mut changed = by_name("w-1");
    changed["names"].as_array_mut().unwrap().push(json!({"surname": "Alias"}));
    crossings.publish(&changed);
    await_offset(&instance, 2);
    crossings.cross(&instance, "entry-changed", "100000001");
    let state = |state: &str| {
        let listed = site.run(&["suppress", "list", "--json"]).succeeded();
        let row: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
        assert_eq!(row["state"], state, "{listed}");
        row
    };
    state("void: entry changed");
    let mut renewed = by_name("w-1");
    renewed["narrative"] = json!("Seen again.");
    crossings.publish(&renewed);
    await_offset(&instance, 3);
    crossings.cross(&instance, "entry-back", "100000001");
    assert_eq!(suppressed(&instance), 2.0);

    // It expires by the clock alone: no message says so.
    let until = now() + Duration::from_secs(5);
    add(&site, "100000003", &in_seconds(5), &[]).succeeded();
    await_in_force(&instance, 2);
    crossings.cross(&instance, "before-expiry", "100000003");
    std::thread::sleep((until + Duration::from_millis(200)).saturating_sub(now()));
    crossings.cross(&instance, "after-expiry", "100000003");

    // An instance that starts later heeds the same.
    let (_, log) = instance.stop();
    assert_eq!(log.matches("review this match").count(), 3, "{log}");
    let id = state("in force")["id"].as_str().unwrap().to_owned();
    assert!(log.contains(&id) && !log.contains("100000001") && !log.contains("w-1"), "{log}");
    let instance = site.start_ready(&settings);
    crossings.events = 0;
    crossings.cross(&instance, "restarted", "100000001");

    // Withdrawn: told again.
    let by_subject = ["--identifier", "document:100000001@GBR", "--entry", "wanted/w-1"];
    site.run(&[&["suppress", "remove"], &by_subject[..]].concat()).succeeded();
    await_in_force(&instance, 0);
    crossings.cross(&instance, "withdrawn", "100000001");
    assert_eq!(site.run(&["suppress", "remove", "--id", &id]).status, Some(1));
    instance.stop();
    let expected = ["another-document", "entry-changed", "after-expiry", "withdrawn"];
    assert_eq!(told(&site), expected);
}

#[test]
fn a_record_that_cannot_be_used_takes_its_judgement_out_of_force_and_is_counted() {
    let site = Site::made(Broker::shared(), "suppress-refused", &["police"]);
    let mut crossings = Crossings { site: &site, events: 0 };
    crossings.publish(&by_name("w-1"));
    add(&site, "100000001", &in_seconds(3_600), &[]).succeeded();
    add(&site, "100000002", &in_seconds(3_600), &[]).succeeded();
    let instance = site.start_ready(&[]);
    crossings.cross(&instance, "silenced", "100000001");
    let key = "document:GBR:100000001 wanted/w-1";
    send(&site, "suppressions", &[Sent::bytes(key, b"{\"subject\": 7}"), Sent::bytes("7", b"{}")]);
    await_register(&instance, &|register| register["refused"] == 2 && register["in_force"] == 1);
    crossings.cross(&instance, "told", "100000001");
    crossings.cross(&instance, "other-stays", "100000002");
    assert_eq!(instance.metric("portcullis_suppression_refusals_total", &[]), 2.0);
    let (_, log) = instance.stop();
    assert!(
        log.contains("was refused, and silences nothing") && !log.contains("100000001"),
        "{log}"
    );
    assert_eq!(told(&site), ["told"]);
    let listed = site.run(&["suppress", "list"]);
    assert_eq!(listed.stderr.matches("refused: ").count(), 2, "{listed:?}");
    assert_eq!(listed.stdout.matches("in force").count(), 1, "{listed:?}");
}

#[test]
fn suppressions_silence_nothing_once_their_topic_is_gone_and_wait_for_it_at_a_start() {
    let site = Site::made(Broker::shared(), "suppress-gone", &["police"]);
    let mut crossings = Crossings { site: &site, events: 0 };
    crossings.publish(&by_name("w-1"));
    add(&site, "100000001", &in_seconds(3_600), &[]).succeeded();
    let instance = site.start_ready(&["lists.stale_after_seconds=2"]);
    crossings.cross(&instance, "silenced", "100000001");
    delete_topic(site.broker(), &site.topic("suppressions"));
    await_register(&instance, &|register| register["state"] != "ready");
    crossings.cross(&instance, "told-without", "100000001");
    assert_eq!(instance.metric("portcullis_suppressions_heeded", &[]), 0.0);
    instance.stop();

    let instance = site.start(&[]);
    instance.await_log("missing topics");
    send(&site, "crossings", &[Sent::event(&crossing("waits", "100000001"))]);
    assert_eq!(instance.get("/readyz").0, 503);
    site.create_topics(&["police"]);
    instance.await_ready();
    instance.await_events(1);
    instance.stop();
    assert_eq!(told(&site), ["told-without", "waits"]);
}

#[test]
fn what_would_silence_the_wrong_one_is_not_put_on_record() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "suppress-mistakes", &["police"]);
    let mut numbered = by_name("w-2");
    numbered["identifiers"] = json!([{"kind": "document", "value": "100000009", "issuer": "GBR"}]);
    send(&site, "lists", &[Sent::entry(&by_name("w-1")), Sent::entry(&numbered)]);
    let refused = |words: &[&str], expected: &str| {
        let given = |flag: &str, value: &'static str| {
            if words.contains(&flag) { Vec::new() } else { vec![flag.to_owned(), value.to_owned()] }
        };
        let mut all: Vec<String> = vec!["suppress".into(), "add".into()];
        all.extend(words.iter().map(|word| (*word).to_owned()));
        all.extend(given("--entry", "wanted/w-1"));
        all.extend(given("--agency", "police"));
        all.extend(given("--expires", "2099-01-01").into_iter().take(2));
        for (flag, value) in [("--unit", "u"), ("--officer", "o"), ("--reason", "r")] {
            all.extend(given(flag, value));
        }
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let ran = site.run(&all);
        assert_ne!(ran.status, Some(0), "{ran:?}");
        assert!(ran.stderr.contains(expected), "{expected}: {ran:?}");
    };
    let (soon, document) = (in_seconds(60), "document:100000001@GBR");
    let soon = ["--expires", &soon];
    let known = ["--identifier", document];
    refused(&known, "--expires: expected a time from now to 366 days");
    refused(&[&known, &soon, &["--entry", "wanted/none"][..]].concat(), "there is no entry");
    refused(&[&known, &soon, &["--agency", "customs"][..]].concat(), "is owned by police");
    refused(&[&known, &soon, &["--reason", " "][..]].concat(), "--reason is empty");
    refused(&soon, "who is not meant?");
    let phone = ["--identifier", "phone:+441632960001"];
    refused(&[&phone[..], &soon].concat(), "telephones are shared");
    let own = ["--name", "Example, Pat", "--birth-date", "1990-01-02"];
    refused(&[&own[..], &soon].concat(), "states this very subject");
    let own = ["--identifier", "document:100000009@GBR", "--entry", "wanted/w-2"];
    refused(&[&own[..], &soon].concat(), "states this very subject");
    // By a list file, where the topic may not be read.
    let list = file(&dir, "list.jsonl", &by_name("w-1").to_string());
    add(&site, "100000001", soon[1], &["--list", word(&list), "--dry-run"]).succeeded();
    assert!(site.records("suppressions").is_empty());
}
