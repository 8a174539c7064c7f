//! Lists that are missing, late, stale or made anew: what waits, what passes, what readiness says.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use portcullis::codec::Contract;
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

use super::broker::Broker;
use super::faults::{
    await_all_committed, committed, crossings, delete_topic, entry, ids, publish_listed, send,
};
use super::instance::{Instance, PATIENCE, Site, eventually};
use super::told::events_told;
use super::traffic::{Told, alerts, file, word};

/// A settings file that demands lists, as a word for [`Site::start`].
fn requiring(dir: &tempfile::TempDir, lists: &[(&str, &str, u64)]) -> String {
    let table = |(name, stance, entries_min): &(&str, &str, u64)| {
        format!(
            "[[lists.required]]\nname = \"{name}\"\nstance = \"{stance}\"\nentries_min = {entries_min}\n"
        )
    };
    let path = dir.path().join("portcullis.toml");
    std::fs::write(&path, lists.iter().map(table).collect::<String>()).unwrap();
    format!("--config={}", path.display())
}

fn await_state(instance: &Instance, list: &str, state: &str) {
    eventually(&format!("{list} {state}"), || {
        let lists = instance.readiness()["lists"].as_array().unwrap().clone();
        lists.iter().any(|row| row["list"] == list && row["state"] == state).then_some(())
    });
}

#[test]
fn events_wait_for_a_required_list_and_alert_once_it_is_published() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "hold", &["police"]);
    let topic = site.topic("crossings");
    publish_listed(&site, "other", 0..3);
    send(site.broker(), &topic, 0, &crossings(0..6));
    let instance = site.start(&[&requiring(&dir, &[("wanted", "hold", 3)])]);
    instance.await_log("a required list has too few entries");
    let (status, _) = instance.get("/readyz");
    assert_eq!(status, 503);
    let readiness = instance.readiness();
    assert_eq!(readiness["ready"], false);
    assert_eq!(readiness["holding"], true);
    await_state(&instance, "wanted", "missing");
    assert_eq!(instance.metric("portcullis_events_total", &[]), 0.0);
    assert_eq!(committed(&site, &site.group(), "crossings"), 0);

    publish_listed(&site, "wanted", 3..6);
    instance.await_ready();
    instance.await_events(6);
    // The list is withdrawn while events flow: they wait again, and go on when it is back.
    for number in 3..6 {
        let key = entry("wanted", number).0;
        super::faults::send_raw(site.broker(), &site.topic("lists"), 0, &key, None, &[]);
    }
    await_state(&instance, "wanted", "missing");
    send(site.broker(), &topic, 1, &crossings(6..8));
    send(site.broker(), &topic, 0, &crossings(8..9));
    assert_eq!(instance.get("/readyz").0, 503);
    publish_listed(&site, "wanted", 6..9);
    instance.await_ready();
    instance.await_events(9);
    await_all_committed(&site, &["crossings"]);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..9));
}

#[test]
fn a_list_that_was_missing_is_screened_against_only_when_its_publication_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "half-read", &["police"]);
    publish_listed(&site, "wanted", 0..1);
    let instance = site.start_ready(&[&requiring(&dir, &[("wanted", "hold", 1)]), PATIENT]);
    let (key, _) = entry("wanted", 0);
    super::faults::send_raw(site.broker(), &site.topic("lists"), 0, &key, None, &[]);
    await_state(&instance, "wanted", "missing");
    // These wait, and the entries they must be met by come last of many.
    send(site.broker(), &site.topic("crossings"), 0, &crossings(30..40));
    publish_slowly(&site, 0..40);
    instance.await_events(10);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(30..40));
}

#[test]
fn an_instance_that_starts_in_the_midst_of_a_publication_waits_until_it_is_over() {
    let dir = tempfile::tempdir().unwrap();
    let requiring = requiring(&dir, &[("wanted", "hold", 1)]);
    for (stem, further) in [("midst", vec![PATIENT]), ("midst-required", vec![&requiring, PATIENT])]
    {
        let site = Site::made(Broker::shared(), stem, &["police"]);
        send(site.broker(), &site.topic("crossings"), 0, &crossings(110..120));
        std::thread::scope(|scope| {
            let publishing = scope.spawn(|| publish_slowly(&site, 0..120));
            std::thread::sleep(Duration::from_millis(400));
            let instance = site.start(&further);
            publishing.join().unwrap();
            instance.await_events(10);
            instance.stop();
        });
        assert_eq!(events_told(&site, "police"), ids(110..120));
    }
}

/// Long enough that a busy machine makes no pause of a publication that is taken for its end.
const PATIENT: &str = "lists.settle_ms=3000";

/// Publishes entries as a slow publisher would: the reader is at the end of the topic again and again.
fn publish_slowly(site: &Site<'_>, numbers: std::ops::Range<u32>) {
    let producer: BaseProducer = site.broker().client().set("linger.ms", "0").create().unwrap();
    let topic = site.topic("lists");
    for number in numbers {
        let (key, value) = entry("wanted", number);
        let value = value.to_string();
        let record = BaseRecord::to(&topic).partition(0).key(&key).payload(&value);
        producer.send(record).map_err(|(error, _)| error).unwrap();
        producer.flush(PATIENCE).unwrap();
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// To ask how far the topic has grown takes as long as an empty fetch waits, since a broker answers
/// a connection in turn: whoever asks between any two records reads five a second.
#[test]
fn a_long_publication_is_in_force_soon_although_its_end_is_asked_for_meanwhile() {
    let site = Site::made(Broker::shared(), "long", &[]);
    publish_listed(&site, "first", 0..1);
    let instance = site.start_ready(&["lists.confirm_interval_ms=100"]);
    let simulate = ["simulate", "--lists", "--subjects", "60000", "--events", "0"];
    let ran = site.run(&simulate);
    let told = ran.stderr.clone();
    ran.succeeded();
    let published: u64 = told.split(' ').next().unwrap().parse().unwrap();
    assert!(published > 60_000, "{told}");
    eventually("all entries in force", || {
        let document = instance.readiness();
        let lists = document["lists"].as_array().unwrap();
        let entries: u64 = lists.iter().filter_map(|list| list["entries"].as_u64()).sum();
        (entries == published + 1).then_some(())
    });
    instance.stop();
}

#[test]
fn a_list_that_may_be_missed_is_passed_over_and_every_alert_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "pass", &["police"]);
    publish_listed(&site, "other", 0..3);
    send(site.broker(), &site.topic("crossings"), 0, &crossings(0..6));
    let instance = site.start(&[&requiring(&dir, &[("wanted", "pass", 1), ("other", "hold", 3)])]);
    instance.await_events(6);
    assert_eq!(instance.metric("portcullis_events_total", &["disposition=\"partial\""]), 3.0);
    assert_eq!(instance.metric("portcullis_events_total", &["disposition=\"alerted\""]), 3.0);
    assert_eq!(instance.get("/readyz").0, 503);
    instance.stop();
    let told = alerts(&site, "police");
    assert_eq!(told.len(), 3);
    for Told { alert, .. } in told {
        assert_eq!(alert["not_screened"], serde_json::json!(["wanted"]));
    }
}

#[test]
fn lists_go_stale_while_the_broker_hangs_and_come_back() {
    let dir = tempfile::tempdir().unwrap();
    let broker = Broker::start(1);
    let site = Site::made(&broker, "stale", &["police"]);
    publish_listed(&site, "wanted", 0..3);
    let file = requiring(&dir, &[("wanted", "hold", 1)]);
    let instance = site.start_ready(&[&file, "lists.stale_after_seconds=2"]);
    broker.pause(1);
    await_state(&instance, "wanted", "stale");
    assert_eq!(instance.get("/readyz").0, 503);
    assert_eq!(instance.readiness()["ready"], false);
    // An alarm looks at metrics: the reader that hangs cannot set them, so they are worked out here.
    assert_eq!(instance.metric("portcullis_ready", &[]), 0.0);
    assert_eq!(instance.metric("portcullis_list_state", &["wanted", "stale"]), 1.0);
    broker.resume(1);
    await_state(&instance, "wanted", "ready");
    instance.await_ready();
    send(&broker, &site.topic("crossings"), 0, &crossings(0..3));
    instance.await_events(3);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..3));
}

#[test]
fn a_list_topic_that_is_made_anew_is_read_anew_and_what_it_no_longer_holds_is_not_met() {
    let site = Site::made(Broker::shared(), "anew", &["police"]);
    let topic = site.topic("crossings");
    publish_listed(&site, "wanted", 0..2);
    let instance = site.start_ready(&[]);
    send(site.broker(), &topic, 0, &crossings(0..4));
    instance.await_events(4);
    delete_topic(site.broker(), &site.topic("lists"));
    instance.await_log("cannot be reached");
    site.create_topics(&[]);
    // More records than there were: offsets alone do not tell.
    publish_listed(&site, "wanted", 2..9);
    instance.await_log("has changed its shape: reading it anew");
    eventually("seven entries", || {
        (instance.readiness()["lists"][0]["entries"] == 7).then_some(())
    });
    instance.await_ready();
    send(site.broker(), &topic, 1, &crossings(0..4));
    instance.await_events(8);
    await_all_committed(&site, &["crossings"]);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..4));
    assert_eq!(alerts(&site, "police").len(), 4);
}

#[test]
fn a_list_that_is_published_in_a_transaction_stays_current() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "transaction", &[]);
    let file = requiring(&dir, &[("wanted", "hold", 1)]);
    let instance = site.start(&[&file, "lists.stale_after_seconds=2"]);
    instance.await_log("the lists are loaded");
    let producer: BaseProducer =
        site.broker().client().set("transactional.id", site.topic("publisher")).create().unwrap();
    let within = Duration::from_secs(30);
    producer.init_transactions(within).unwrap();
    producer.begin_transaction().unwrap();
    let (key, value) = entry("wanted", 1);
    let topic = site.topic("lists");
    let value = value.to_string();
    producer.send(BaseRecord::to(&topic).key(&key).payload(&value)).map_err(|e| e.0).unwrap();
    producer.commit_transaction(within).unwrap();
    instance.await_ready();
    let until = Instant::now() + Duration::from_secs(4);
    while Instant::now() < until {
        assert_eq!(instance.get("/readyz").0, 200, "{}", instance.readiness());
        std::thread::sleep(Duration::from_millis(100));
    }
    instance.stop();
}

/// Thousands of changes a second: each look for the end finds more than has been read.
#[test]
fn a_publication_longer_than_lists_may_be_unconfirmed_does_not_make_them_stale() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "long", &["police"]);
    publish_listed(&site, "wanted", 0..3);
    let file = requiring(&dir, &[("wanted", "hold", 1)]);
    let instance = site.start_ready(&[&file, "lists.stale_after_seconds=2"]);
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| publish_without_rest(&site, &over));
        // What stays current for several times as long will do so for ever.
        std::thread::sleep(Duration::from_secs(8));
        instance.await_ready();
        send(site.broker(), &site.topic("crossings"), 0, &crossings(0..3));
        instance.await_events(3);
        over.store(true, Ordering::Relaxed);
    });
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..3));
}

fn publish_without_rest(site: &Site<'_>, over: &AtomicBool) {
    let producer: BaseProducer = site.broker().client().set("linger.ms", "0").create().unwrap();
    let topic = site.topic("lists");
    let (key, value) = entry("other", 1_000);
    let value = value.to_string();
    while !over.load(Ordering::Relaxed) {
        for _ in 0..3 {
            let record = BaseRecord::to(&topic).partition(0).key(&key).payload(&value);
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        producer.poll(Duration::from_millis(1));
    }
    producer.flush(PATIENCE).unwrap();
}

/// Published entries have the registry's id of their schema: who starts anew must ask for it.
#[test]
fn lists_wait_at_a_start_while_the_registry_is_away_and_say_so_and_are_read_when_it_answers() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "schema-away", &["police"]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let urls = format!("registry.urls=http://{}", listener.local_addr().unwrap());
    let answers = Arc::new(AtomicBool::new(true));
    let shared = Arc::clone(&answers);
    std::thread::spawn(move || know_entries(&listener, &shared));
    let path = file(&dir, "wanted.jsonl", &entry("wanted", 0).1.to_string());
    site.run(&["watchlist", "publish", word(&path), "--set", &urls]).succeeded();
    send(site.broker(), &site.topic("crossings"), 0, &crossings(0..2));

    answers.store(false, Ordering::Relaxed);
    let instance = site.start(&[&urls, "agencies=police"]);
    instance.await_log("events and list entries with schemas not seen before wait");
    instance.await_log("the lists wait for the schema with id 9");
    assert_eq!(instance.get("/readyz").0, 503);
    assert_eq!(instance.readiness()["phase"], "loading");
    assert_eq!(instance.metric("portcullis_events_total", &[]), 0.0);

    answers.store(true, Ordering::Relaxed);
    instance.await_log("the lists are read on");
    instance.await_ready();
    instance.await_events(2);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..1));
}

/// A registry that gives every schema the id 9 and knows the schema of entries; while it does not
/// answer, it hangs up.
fn know_entries(listener: &TcpListener, answers: &AtomicBool) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        if !answers.load(Ordering::Relaxed) {
            continue;
        }
        let mut request = [0; 65_536];
        let read = stream.read(&mut request).unwrap_or(0);
        let body = if request[..read].starts_with(b"GET") {
            serde_json::json!({"schema": Contract::Entries.text()})
        } else {
            serde_json::json!({"id": 9})
        };
        let body = body.to_string();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close",
            body.len()
        );
        drop(stream.write_all(format!("{head}\r\n\r\n{body}").as_bytes()));
        // A connection that is closed before all was read may take the answer with it.
        drop(stream.shutdown(Shutdown::Write));
        drop(std::io::copy(&mut stream, &mut std::io::sink()));
    }
}
