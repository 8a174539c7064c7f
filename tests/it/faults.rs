//! Faults: instances and brokers that come, go and die under load, offsets out of retention, topics
//! that are missing. Whatever happens, what must be told is told, and a repeat is the same to the
//! byte.

use std::collections::BTreeSet;
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::topic_partition_list::{Offset, TopicPartitionList};
use serde_json::Value;

use super::broker::Broker;
use super::instance::{Instance, KINDS, PATIENCE, Site, eventually};
use super::told::{AGENCIES, Truth, assert_repeats_are_equal, events_told};
use super::traffic::{self, alerts};

const NO_FEED: &str = "the topic does not exist: make it with `portcullis topics create`";

// ---------------------------------------------------------------- load and truth

/// Runs `simulate` with a truth file, beside whatever `meanwhile` does; gives what must be told.
fn load(site: &Site<'_>, events: u64, rate: u64, meanwhile: impl FnOnce()) -> Truth {
    let dir = tempfile::tempdir().unwrap();
    let truth = dir.path().join("truth.jsonl");
    let (events, rate) = (events.to_string(), rate.to_string());
    let words = ["simulate", "--events", &events, "--rate", &rate, "--truth"];
    let words = [&words[..], &[truth.to_str().unwrap()]].concat();
    std::thread::scope(|scope| {
        let simulation = scope.spawn(|| site.run(&words).succeeded());
        meanwhile();
        simulation.join().unwrap();
    });
    Truth::read(&truth)
}

// ---------------------------------------------------------------- records by hand

/// Sends values as JSON under keys to one partition of a topic, and waits until it has them.
pub(crate) fn send(broker: &Broker, topic: &str, partition: i32, records: &[(String, Value)]) {
    let headers = [("content-type", &b"application/json"[..])];
    for (key, value) in records {
        send_raw(broker, topic, partition, key, Some(value.to_string().as_bytes()), &headers);
    }
}

pub(crate) fn send_raw(
    broker: &Broker,
    topic: &str,
    partition: i32,
    key: &str,
    value: Option<&[u8]>,
    headers: &[(&str, &[u8])],
) {
    let producer: BaseProducer = broker.client().set("linger.ms", "0").create().unwrap();
    let headers = headers.iter().fold(OwnedHeaders::new(), |headers, (key, value)| {
        headers.insert(Header { key, value: Some(*value) })
    });
    let mut record: BaseRecord<'_, str, [u8]> =
        BaseRecord::to(topic).partition(partition).key(key).headers(headers);
    if let Some(value) = value {
        record = record.payload(value);
    }
    producer.send(record).map_err(|(error, _)| error).unwrap();
    producer.flush(PATIENCE).unwrap();
}

/// Crossings by holders of documents that [`publish_listed`] lists.
pub(crate) fn crossings(numbers: std::ops::Range<u32>) -> Vec<(String, Value)> {
    numbers.map(|number| crossing(&format!("e-{number}"), number)).collect()
}

fn crossing(event: &str, document: u32) -> (String, Value) {
    (event.to_owned(), traffic::crossing(event, &document_number(document)))
}

pub(crate) fn document_number(number: u32) -> String {
    format!("5{number:08}")
}

/// An entry of the police on the document of this number.
pub(crate) fn entry(list: &str, number: u32) -> (String, Value) {
    let entry = format!("d-{number}");
    (format!("{list}/{entry}"), traffic::entry(list, &entry, &document_number(number)))
}

/// Lists the documents of these numbers, which [`crossings`] are made with.
pub(crate) fn publish_listed(site: &Site<'_>, list: &str, numbers: std::ops::Range<u32>) {
    let entries: Vec<_> = numbers.map(|number| entry(list, number)).collect();
    send(site.broker(), &site.topic("lists"), 0, &entries);
}

pub(crate) fn ids(numbers: std::ops::Range<u32>) -> BTreeSet<String> {
    numbers.map(|number| format!("e-{number}")).collect()
}

// ---------------------------------------------------------------- offsets and topics

/// Waits until the group has committed the end of every partition of these kinds.
pub(crate) fn await_all_committed(site: &Site<'_>, kinds: &[&str]) {
    let consumer: BaseConsumer =
        site.broker().client().set("group.id", site.group()).create().unwrap();
    eventually("the group's offsets at the ends", || {
        let at_end = |kind: &&str| -> Option<bool> {
            let topic = site.topic(kind);
            let metadata = consumer.fetch_metadata(Some(&topic), PATIENCE).ok()?;
            let mut list = TopicPartitionList::new();
            for partition in metadata.topics()[0].partitions() {
                list.add_partition(&topic, partition.id());
            }
            let committed = consumer.committed_offsets(list, PATIENCE).ok()?;
            committed.elements().iter().try_fold(true, |so_far, element| {
                let (_, end) =
                    consumer.fetch_watermarks(&topic, element.partition(), PATIENCE).ok()?;
                Some(so_far && element.offset().to_raw().unwrap_or(0).max(0) == end)
            })
        };
        kinds.iter().all(|kind| at_end(kind) == Some(true)).then_some(())
    });
}

/// Where a group stands in partition 0 of a site's topic; 0 where it never committed.
pub(crate) fn committed(site: &Site<'_>, group: &str, kind: &str) -> i64 {
    let consumer: BaseConsumer = site.broker().client().set("group.id", group).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition(&site.topic(kind), 0);
    let list = consumer.committed_offsets(list, PATIENCE).unwrap();
    list.elements()[0].offset().to_raw().unwrap_or(0).max(0)
}

fn admin<T>(broker: &Broker, work: impl AsyncFnOnce(AdminClient<DefaultClientContext>) -> T) -> T {
    let admin = broker.client().create().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(work(admin))
}

/// Deletes the records of partition 0 before an offset, as retention would.
fn delete_before(broker: &Broker, topic: &str, offset: i64) {
    admin(broker, async |admin| {
        let mut list = TopicPartitionList::new();
        list.add_partition_offset(topic, 0, Offset::Offset(offset)).unwrap();
        admin.delete_records(&list, &AdminOptions::new()).await.unwrap();
    });
}

pub(crate) fn delete_topic(broker: &Broker, topic: &str) {
    admin(broker, async |admin| {
        admin.delete_topics(&[topic], &AdminOptions::new()).await.unwrap()[0].clone().unwrap();
    });
}

pub(crate) fn add_partitions(broker: &Broker, topic: &str, count: usize) {
    admin(broker, async |admin| {
        let more = NewPartitions::new(topic, count);
        admin.create_partitions([&more], &AdminOptions::new()).await.unwrap()[0].clone().unwrap();
    });
}

// ---------------------------------------------------------------- instances

/// Waits until an instance has had so many more events than `before`.
fn await_more_events(instance: &Instance, more: f64) {
    let events = || instance.metric("portcullis_events_total", &[]);
    let before = events();
    eventually("more events", || (events() >= before + more).then_some(()));
}

fn rebalance_under_load(stem: &str, first: &[&str], second: &[&str]) {
    let site = Site::made(Broker::shared(), stem, &AGENCIES);
    site.run(&["simulate", "--lists", "--events", "0"]).succeeded();
    let first = site.start_ready(first);
    let truth = load(&site, 15_000, 1_000, || {
        await_more_events(&first, 1_000.0);
        let second = site.start_ready(second);
        await_more_events(&second, 1_000.0);
        let (status, log) = second.stop();
        assert_eq!(status, Some(0), "{log}");
        assert!(log.contains("assigned"), "{log}");
    });
    await_all_committed(&site, &KINDS);
    assert!(first.metric("portcullis_rebalances_total", &["revoke"]) >= 1.0);
    let (status, log) = first.stop();
    assert_eq!(status, Some(0), "{log}");
    let repeats = truth.assert_told(&site);
    eprintln!("{stem}: {} told, {repeats} repeats", truth.due.len());
    assert!(!log.contains("ERROR"), "{log}");
}

/// The group takes seconds to let a member in: each stop meets it in another state.
#[test]
fn a_stop_amid_a_rebalance_ends_well_and_costs_no_alert() {
    let site = Site::made(Broker::shared(), "amid", &AGENCIES);
    site.run(&["simulate", "--lists", "--events", "0"]).succeeded();
    let first = site.start_ready(&[]);
    let truth = load(&site, 15_000, 1_000, || {
        await_more_events(&first, 1_000.0);
        for pause in [0, 500, 1_500, 2_500] {
            let second = site.start_ready(&[]);
            std::thread::sleep(Duration::from_millis(pause));
            let (status, log) = second.stop();
            assert_eq!(status, Some(0), "{pause} ms after it was ready:\n{log}");
        }
    });
    await_all_committed(&site, &KINDS);
    let (status, log) = first.stop();
    assert_eq!(status, Some(0), "{log}");
    let repeats = truth.assert_told(&site);
    eprintln!("amid: {} told, {repeats} repeats", truth.due.len());
}

#[test]
fn an_instance_that_joins_and_leaves_under_load_costs_no_alert() {
    rebalance_under_load("rebalance", &[], &[]);
}

#[test]
fn instances_with_names_of_their_own_join_and_leave_under_load_and_cost_no_alert() {
    rebalance_under_load("static", &["kafka.instance=one"], &["kafka.instance=two"]);
}

#[test]
fn an_instance_that_is_killed_under_load_is_replaced_and_costs_no_alert() {
    let site = Site::made(Broker::shared(), "killed", &AGENCIES);
    site.run(&["simulate", "--lists", "--events", "0"]).succeeded();
    let survivor = site.start_ready(&[]);
    let victim = site.start_ready(&[]);
    let truth = load(&site, 12_000, 1_000, || {
        await_more_events(&victim, 1_000.0);
        victim.kill();
    });
    await_all_committed(&site, &KINDS);
    let (status, log) = survivor.stop();
    assert_eq!(status, Some(0), "{log}");
    truth.assert_told(&site);
}

#[test]
fn a_broker_that_is_killed_and_comes_back_under_load_costs_no_alert_and_no_restart() {
    let broker = Broker::start(1);
    let site = Site::made(&broker, "broker", &AGENCIES);
    site.run(&["simulate", "--lists", "--events", "0"]).succeeded();
    let instance = site.start_ready(&[]);
    let truth = load(&site, 15_000, 1_000, || {
        await_more_events(&instance, 1_000.0);
        broker.kill(1);
        std::thread::sleep(Duration::from_secs(1));
        broker.restart(1);
    });
    await_all_committed(&site, &KINDS);
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    truth.assert_told(&site);
}

#[test]
fn a_stop_while_the_broker_hangs_ends_by_itself_and_the_next_instance_tells_the_rest() {
    let broker = Broker::start(1);
    let site = Site::made(&broker, "hung", &["police"]);
    publish_listed(&site, "wanted", 0..20);
    let mut instance = site.start_ready(&[]);
    send(&broker, &site.topic("crossings"), 0, &crossings(0..10));
    instance.await_events(10);
    send(&broker, &site.topic("crossings"), 0, &crossings(10..20));
    broker.pause(1);
    instance.signal("TERM");
    instance.ended();
    broker.resume(1);
    let instance = site.start_ready(&[]);
    await_all_committed(&site, &["crossings"]);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..20));
    assert_repeats_are_equal(&alerts(&site, "police"));
}

// ---------------------------------------------------------------- retention

#[test]
fn events_out_of_retention_are_an_alarm_and_a_count_and_the_rest_is_told() {
    let broker = Broker::shared();
    let site = Site::made(broker, "gap", &["police"]);
    let topic = site.topic("crossings");
    publish_listed(&site, "wanted", 0..40);
    send(broker, &topic, 0, &crossings(0..5));
    let instance = site.start_ready(&[]);
    instance.await_events(5);
    instance.stop();
    assert_eq!(committed(&site, &site.group(), "crossings"), 5);

    send(broker, &topic, 0, &crossings(5..15));
    delete_before(broker, &topic, 12);
    let instance = site.start_ready(&[]);
    instance.await_log("events fell out of retention unread");
    instance.await_events(3);
    assert_eq!(instance.metric("portcullis_gap_records_total", &[&topic]), 7.0);
    instance.stop();
    assert_eq!(committed(&site, &site.group(), "crossings"), 15);
    assert_eq!(events_told(&site, "police"), &ids(0..5) | &ids(12..15));

    // The same, with the partition left standing; the other partition goes on.
    send(broker, &topic, 0, &crossings(15..20));
    delete_before(broker, &topic, 18);
    let instance = site.start_ready(&["lanes.on_gap=stop"]);
    instance.await_log("events fell out of retention unread");
    send(broker, &topic, 1, &crossings(30..31));
    instance.await_events(1);
    assert_eq!(instance.metric("portcullis_gap_records_total", &[&topic]), 3.0);
    instance.stop();
    assert_eq!(committed(&site, &site.group(), "crossings"), 15);
    assert_eq!(events_told(&site, "police"), &(&ids(0..5) | &ids(12..15)) | &ids(30..31));

    // Somebody has decided: go on.
    let instance = site.start_ready(&[]);
    instance.await_events(2);
    instance.stop();
    assert_eq!(committed(&site, &site.group(), "crossings"), 20);
}

#[test]
fn events_that_fall_out_of_retention_while_an_instance_sleeps_are_counted_and_the_rest_is_told() {
    let broker = Broker::shared();
    let site = Site::made(broker, "gap-live", &["police"]);
    let topic = site.topic("crossings");
    publish_listed(&site, "wanted", 0..40);
    let instance = site.start_ready(&["kafka.session_timeout_ms=60000"]);
    send(broker, &topic, 0, &crossings(0..5));
    instance.await_events(5);
    instance.signal("STOP");
    send(broker, &topic, 0, &crossings(5..30));
    delete_before(broker, &topic, 28);
    instance.signal("CONT");
    await_all_committed(&site, &["crossings"]);
    // A fetch that was under way may have brought the first of them.
    let lost = instance.metric("portcullis_gap_records_total", &[&topic]);
    let told = 30.0 - lost;
    instance.await_events(told as u64);
    assert!(lost > 0.0, "nothing was lost: the test missed its window");
    send(broker, &topic, 0, &crossings(30..32));
    instance.await_events(told as u64 + 2);
    instance.stop();
    assert!(events_told(&site, "police").is_superset(&ids(28..32)));
}

#[test]
fn a_fresh_group_begins_where_it_is_told_to_and_an_added_partition_with_its_first_event() {
    let broker = Broker::shared();
    let site = Site::made(broker, "fresh", &["police"]);
    let topic = site.topic("crossings");
    publish_listed(&site, "wanted", 0..40);
    send(broker, &topic, 0, &crossings(0..3));
    send(broker, &topic, 1, &crossings(3..5));
    let refresh = "kafka.client.topic.metadata.refresh.interval.ms=500";
    let latest = format!("kafka.group={}-latest", site.group());
    let instance = site.start_ready(&[&latest, "topics.start=latest", refresh]);
    eventually("every partition assigned", || {
        (instance.log().matches("assigned").count() >= 2 * KINDS.len()).then_some(())
    });
    send(broker, &topic, 0, &crossings(5..6));
    send(broker, &topic, 1, &crossings(6..8));
    instance.await_events(3);
    add_partitions(broker, &topic, 3);
    eventually("the added partition's leader", || {
        let consumer: BaseConsumer = broker.client().create().unwrap();
        consumer.fetch_watermarks(&topic, 2, PATIENCE).ok()
    });
    send(broker, &topic, 2, &crossings(8..10));
    instance.await_events(5);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(5..10));

    let instance = site.start_ready(&["topics.start=earliest"]);
    instance.await_events(10);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..10));
    assert_eq!(assert_repeats_are_equal(&alerts(&site, "police")), 5);
}

#[test]
fn a_fresh_group_that_begins_with_the_next_event_keeps_its_place_when_it_dies_before_any() {
    let broker = Broker::shared();
    let site = Site::made(broker, "latest", &["police"]);
    let topic = site.topic("crossings");
    publish_listed(&site, "wanted", 0..40);
    send(broker, &topic, 0, &crossings(0..3));
    // So rare that none comes by itself before the end.
    let settings = ["topics.start=latest", "lanes.commit_interval_ms=60000"];
    let instance = site.start_ready(&settings);
    eventually("every partition assigned", || {
        (instance.log().matches("assigned").count() >= 2 * KINDS.len()).then_some(())
    });
    instance.kill();
    send(broker, &topic, 0, &crossings(3..6));
    send(broker, &topic, 1, &crossings(6..8));
    let instance = site.start_ready(&settings);
    instance.await_events(5);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(3..8));
}

#[test]
fn a_partition_whose_first_owner_died_begins_with_its_first_event_since_the_group_did() {
    let broker = Broker::shared();
    let site = Site::made(broker, "since", &["police"]);
    let topic = site.topic("crossings");
    publish_listed(&site, "wanted", 0..40);
    send(broker, &topic, 1, &crossings(0..3));
    std::thread::sleep(Duration::from_millis(50));
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    std::thread::sleep(Duration::from_millis(50));
    send(broker, &topic, 1, &crossings(3..6));
    // The group stands in one partition of two: the owner of the other has died.
    let consumer: BaseConsumer = broker.client().set("group.id", site.group()).create().unwrap();
    let mut list = TopicPartitionList::new();
    list.add_partition_offset(&topic, 0, Offset::Offset(0)).unwrap();
    list.elements()[0].set_metadata(format!("portcullis-since={since}"));
    consumer.commit(&list, CommitMode::Sync).unwrap();
    let instance = site.start_ready(&["topics.start=latest"]);
    instance.await_events(3);
    await_all_committed(&site, &["crossings"]);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(3..6));
    // The moment stands beside every later offset.
    let mut both = TopicPartitionList::new();
    both.add_partition_range(&topic, 0, 1);
    for committed in consumer.committed_offsets(both, PATIENCE).unwrap().elements() {
        assert_eq!(committed.metadata(), format!("portcullis-since={since}"));
    }
}

#[test]
fn a_topic_that_is_made_anew_while_an_instance_runs_is_read_from_its_first_event() {
    // Fewer events than before, and the offset is out of range; more, and it would be within.
    for (start, sent) in [("earliest", 3), ("latest", 15)] {
        let broker = Broker::shared();
        let site = Site::made(broker, "anew", &["police"]);
        let topic = site.topic("crossings");
        publish_listed(&site, "wanted", 0..40);
        let refresh = "kafka.client.topic.metadata.refresh.interval.ms=500";
        let instance = site.start_ready(&[refresh, &format!("topics.start={start}")]);
        eventually("every partition assigned", || {
            (instance.log().matches("assigned").count() >= 2 * KINDS.len()).then_some(())
        });
        send(broker, &topic, 0, &crossings(0..10));
        instance.await_events(10);
        await_all_committed(&site, &["crossings"]);
        delete_topic(broker, &topic);
        eventually("the topic gone", || (!broker.topics().contains(&topic)).then_some(()));
        broker.create_topic(&topic, 2, &[("message.timestamp.type", "LogAppendTime")]);
        send(broker, &topic, 0, &crossings(10..10 + sent));
        instance.await_events(10 + u64::from(sent));
        await_all_committed(&site, &["crossings"]);
        instance.stop();
        assert_eq!(events_told(&site, "police"), ids(0..10 + sent));
    }
}

// ---------------------------------------------------------------- a missing feed

#[test]
fn an_alert_whose_feed_is_missing_waits_and_is_told_once_the_feed_is_made() {
    let broker = Broker::shared();
    let site = Site::made(broker, "no-feed", &["customs"]);
    publish_listed(&site, "wanted", 0..3);
    let instance = site.start_ready(&[]);
    send(broker, &site.topic("crossings"), 0, &crossings(0..3));
    instance.await_log(NO_FEED);
    assert!(instance.log().contains(&site.topic("police")), "{}", instance.log());
    // The Command need not wait for an agency's topic.
    eventually("the Command told", || (!alerts(&site, "command").is_empty()).then_some(()));
    assert_eq!(committed(&site, &site.group(), "crossings"), 0);
    site.create_topics(&["customs", "police"]);
    instance.await_events(3);
    instance.await_log("messages arrive in this topic again");
    await_all_committed(&site, &["crossings"]);
    instance.stop();
    assert_eq!(events_told(&site, "police"), ids(0..3));
    assert_repeats_are_equal(&alerts(&site, "command"));
}
