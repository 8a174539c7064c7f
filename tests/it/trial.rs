//! A trial: a site under load, watched by an independent observer while a script does its worst, and
//! judged by the checker at its end.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

use super::broker::Broker;
use super::checker::{self, Event, History, Verdict};
use super::instance::{Instance, KINDS, PATIENCE, Site, eventually};
use super::load::{Feeder, Load, Plan};
use super::told::{AGENCIES, told};

/// How long the group may take to come to the end of its topics once the script is over.
const CATCH_UP_WITHIN: Duration = Duration::from_secs(120);

/// A run that will be judged.
pub(crate) struct Trial<'a> {
    pub(crate) site: Site<'a>,
    pub(crate) load: Load,
    pub(crate) feeder: Feeder,
    run: checker::Run,
    dir: PathBuf,
    observer: Option<Child>,
}

/// The seed of this run: `PORTCULLIS_SEED`, or 1.
pub(crate) fn seed() -> u64 {
    std::env::var("PORTCULLIS_SEED")
        .map_or(1, |seed| seed.parse().expect("PORTCULLIS_SEED is a number"))
}

impl<'a> Trial<'a> {
    /// Makes the topics, publishes the lists, and begins to watch. `stem` says what will be done, as
    /// a word.
    pub(crate) fn new(broker: &'a Broker, stem: &str, plan: Plan) -> Self {
        let mut trial = Self::bare(broker, stem, plan, &[]);
        trial.publish_lists();
        trial.watch();
        trial
    }

    /// As [`Self::new`], without the feeds of these agencies.
    pub(crate) fn without_feeds(
        broker: &'a Broker,
        stem: &str,
        plan: Plan,
        without: &[&str],
    ) -> Self {
        let mut trial = Self::bare(broker, stem, plan, without);
        trial.publish_lists();
        trial.watch();
        trial
    }

    /// As [`Self::new`], with the list topic empty.
    pub(crate) fn without_lists(broker: &'a Broker, stem: &str, plan: Plan) -> Self {
        let mut trial = Self::bare(broker, stem, plan, &[]);
        trial.load.lists_come_late();
        trial.watch();
        trial
    }

    fn bare(broker: &'a Broker, stem: &str, plan: Plan, without: &[&str]) -> Self {
        let agencies: Vec<&str> =
            AGENCIES.into_iter().filter(|agency| !without.contains(agency)).collect();
        let site = Site::made(broker, stem, &agencies);
        let feeds =
            AGENCIES.into_iter().map(|agency| (site.topic(agency), Some(agency.to_owned())));
        let run = checker::Run {
            story: stem.to_owned(),
            seed: plan.seed,
            feeds: feeds.chain([(site.topic("command"), None)]).collect(),
            dead_letter: site.topic("dead-letter"),
            lists_change: false,
        };
        // At once: a run that never comes to its verdict can be repeated too.
        eprintln!("{stem}: PORTCULLIS_SEED={}", plan.seed);
        let dir = tempfile::Builder::new().prefix(&format!("portcullis-{stem}-")).tempdir();
        let dir = dir.unwrap().keep();
        let load = Load::new(plan);
        Self { feeder: Feeder::new(broker), site, load, run, dir, observer: None }
    }

    /// Says that lists change in this run.
    pub(crate) fn with_changing_lists(mut self) -> Self {
        self.run.lists_change = true;
        self.load.lists_come_late();
        self
    }

    /// Sends load until the script has ended.
    pub(crate) fn under_load<T>(&self, script: impl FnOnce() -> T) -> T {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let flow = scope.spawn(|| self.load.flow(&self.site, &self.feeder, &stop));
            // Stops the load on every way out, also when the script panics.
            let ended = SetOnDrop(&stop);
            let outcome = script();
            drop(ended);
            flow.join().unwrap();
            outcome
        })
    }

    /// Waits until so many more events are acknowledged.
    pub(crate) fn await_sent(&self, more: usize) {
        let before = self.feeder.count();
        eventually("more events", || (self.feeder.count() >= before + more).then_some(()));
    }

    /// Lets these instances finish, ends them, and judges. The history is deleted when every promise
    /// was kept, and its folder is named otherwise.
    pub(crate) fn judge(mut self, instances: Vec<Instance>) -> Verdict {
        let mut events = self.feeder.finish();
        self.await_end();
        for instance in instances {
            let (status, log) = instance.stop();
            assert_eq!(status, Some(0), "{log}");
        }
        if self.run.lists_change {
            self.load.settle_doubts(&mut events, &self.pairs_told());
        }
        self.record(&events);
        let history = History::read(&self.dir).unwrap();
        let verdict = checker::judge(&history);
        eprintln!("{verdict}");
        if verdict.broken().is_empty() {
            drop(std::fs::remove_dir_all(&self.dir));
        } else {
            let dir = self.dir.display();
            eprintln!("judge it again: cargo run --example checker -- {dir}");
        }
        verdict
    }

    /// As [`Self::judge`], and stops the test when a promise was broken, or when too little happened
    /// to show anything.
    pub(crate) fn assert_kept(self, instances: Vec<Instance>) -> Verdict {
        let verdict = self.judge(instances);
        assert_eq!(verdict.broken(), [], "{verdict}");
        let counts = verdict.counts;
        let enough = counts.to_be_told > 50 && counts.samples > 10 && counts.passed > 50;
        assert!(enough, "too little happened to show anything: {verdict}");
        assert!(counts.by_likeness > 10, "likeness hardly occurred: {verdict}");
        assert_eq!(counts.unacknowledged, 0, "{verdict}");
        verdict
    }

    /// Each event that was told, with each entry that was named.
    fn pairs_told(&self) -> BTreeSet<(String, String)> {
        let alerts = told(&self.site).into_values().flatten();
        let pairs = alerts.flat_map(|alert| {
            let event = alert.event_id().to_owned();
            alert.entries().into_iter().map(move |entry| (event.clone(), entry))
        });
        pairs.collect()
    }

    fn outputs(&self) -> impl Iterator<Item = &str> {
        self.run.feeds.keys().chain([&self.run.dead_letter]).map(String::as_str)
    }

    /// Publishes every entry.
    pub(crate) fn publish_lists(&self) {
        let records = self.load.list_records();
        self.send_lists(records.iter().map(|(key, value)| (key, Some(&**value))));
    }

    /// Removes every entry, one tombstone each.
    pub(crate) fn empty_lists(&self) {
        let records = self.load.list_records();
        self.send_lists(records.iter().map(|(key, _)| (key, None)));
    }

    fn send_lists<'r>(&self, records: impl Iterator<Item = (&'r String, Option<&'r [u8]>)>) {
        let broker = self.site.broker();
        let producer: BaseProducer = broker.client().set("linger.ms", "5").create().unwrap();
        let topic = self.site.topic("lists");
        for (key, value) in records {
            let header = Header { key: "content-type", value: Some("avro/binary") };
            let headers = OwnedHeaders::new().insert(header);
            let mut record: BaseRecord<'_, String, [u8]> =
                BaseRecord::to(&topic).key(key).headers(headers);
            record.payload = value;
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        producer.flush(PATIENCE).unwrap();
    }

    fn watch(&mut self) {
        let group = self.site.group();
        let mut words = vec!["--group", &group];
        self.outputs().for_each(|output| words.extend(["--output", output]));
        let samples = File::create(self.dir.join(History::SAMPLES)).unwrap();
        let broker = self.site.broker();
        let observer = broker.start_java("Observe.java", &words, Stdio::piped(), samples.into());
        self.observer = Some(observer);
        let path = self.dir.join(History::SAMPLES);
        eventually("the first sample", || {
            std::fs::metadata(&path).is_ok_and(|file| file.len() > 0).then_some(())
        });
    }

    /// Waits for the group to stand at the end; the checker says so if it never does.
    fn await_end(&self) {
        let topics = KINDS.map(|kind| self.site.topic(kind));
        let topics = topics.each_ref().map(String::as_str);
        let deadline = Instant::now() + CATCH_UP_WITHIN;
        while Instant::now() < deadline {
            let places = self.site.broker().offsets(&self.site.group(), &topics);
            if places.iter().all(|place| place.committed.unwrap_or_default() == place.end) {
                return;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Writes down everything that the checker may know.
    fn record(&mut self, events: &[Event]) {
        let mut observer = self.observer.take().unwrap();
        drop(observer.stdin.take());
        assert!(observer.wait().unwrap().success(), "the observer failed; see its message above");
        let broker = self.site.broker();
        History::write(&self.dir, History::RUN, [&self.run]).unwrap();
        History::write(&self.dir, History::ENTRIES, self.load.entries()).unwrap();
        History::write(&self.dir, History::EVENTS, events).unwrap();
        let mut words = Vec::new();
        self.outputs().for_each(|output| words.extend(["--topic", output]));
        java_into(broker, "ReadBack.java", &words, &self.dir.join(History::RECORDS));
        let group = self.site.group();
        let inputs = KINDS.map(|kind| self.site.topic(kind));
        let mut words = vec!["--group", &group];
        inputs.iter().for_each(|input| words.extend(["--topic", input]));
        java_into(broker, "Offsets.java", &words, &self.dir.join(History::PLACES));
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if let Some(mut observer) = self.observer.take() {
            // It may have ended already; then there is nothing to kill.
            drop(observer.kill());
            drop(observer.wait());
        }
    }
}

struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn java_into(broker: &Broker, file: &str, words: &[&str], path: &Path) {
    let out = File::create(path).unwrap();
    let status = broker.start_java(file, words, Stdio::null(), out.into()).wait().unwrap();
    assert!(status.success(), "{file} failed; see its message above");
}
