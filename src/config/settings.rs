//! Every setting by name: what it is for, its default and its bounds; each room gets its own part.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use crate::domain::{AgencyId, ListId, Topic};
use crate::kafka::{self, Outputs, ReaderConfig, RegistryConfig, Start};
use crate::matching::Naming;
use crate::pipeline::{self, OnGap};
use crate::watchlist::{Requirement, Stance};

use super::Reader;
use super::topics::{self, AlertFormat};

/// All settings, checked. Holds secrets: has no `Debug`.
#[derive(Clone)]
pub struct Settings {
    /// Brokers, security and the consumer group.
    pub kafka: kafka::Config,
    /// Topics that are written.
    pub outputs: Outputs,
    /// How alerts are encoded.
    pub alert_format: AlertFormat,
    /// Where a new group begins.
    pub start: Start,
    /// Number of lanes.
    pub lanes: usize,
    /// How each lane behaves.
    pub lane: pipeline::Config,
    /// The list topic.
    pub reader: ReaderConfig,
    /// The topic of suppressions.
    pub suppressions: String,
    /// One match that a suppression silences in so many is noted for review.
    pub sample_one_in: u64,
    /// Lists that must be there.
    pub requirements: Vec<Requirement>,
    /// How names are compared by likeness; equal ones alone where there is none.
    pub naming: Option<Naming>,
    /// Agencies that own entries, so that their topics are made.
    pub agencies: Vec<AgencyId>,
    /// The schema registry; the schemas in the binary when absent.
    pub registry: Option<RegistryConfig>,
    /// Where metrics and readiness are served.
    pub listen: SocketAddr,
    /// How the log is written.
    pub log: Log,
}

impl Settings {
    /// The topics that events come from.
    pub fn inputs(&self) -> Vec<String> {
        self.lane.inputs.iter().map(|(_, name)| name.clone()).collect()
    }

    /// The compacted topics that every instance reads whole: lists and suppressions.
    pub fn registers(&self) -> [&String; 2] {
        [&self.reader.topic, &self.suppressions]
    }

    /// The feeds that alerts go to, as far as they are known by name.
    pub fn feeds(&self) -> Vec<String> {
        let agencies = self.agencies.iter().map(|agency| self.outputs.feed(agency));
        std::iter::once(self.outputs.command.clone()).chain(agencies).collect()
    }

    /// The topics that are written: the feeds and that of dead letters.
    pub fn written(&self) -> Vec<String> {
        let mut written = self.feeds();
        written.push(self.outputs.dead_letter.clone());
        written
    }
}

/// How the log is written.
#[derive(Clone, Debug)]
pub struct Log {
    /// One JSON object a line.
    pub json: bool,
    /// Which lines, in the syntax of tracing's `EnvFilter`.
    pub filter: String,
}

/// Reads every setting.
pub fn read(reader: &mut Reader) -> Settings {
    let kafka = read_kafka(reader);
    let topics = topics::read(reader);
    let start = reader.choice(
        "topics.start",
        Start::Earliest,
        &[("earliest", Start::Earliest), ("latest", Start::Latest)],
        "Where a consumer group begins that has never committed. Later on it goes on where it stood.",
    );
    let lanes = read_lanes(reader);
    let stale_after = reader.duration(
        "lists.stale_after_seconds",
        Duration::from_secs(30),
        seconds(2, 86_400),
        "Lists that were not confirmed as current for so long are stale: their stance decides.",
    );
    let confirm_interval = reader.duration(
        "lists.confirm_interval_ms",
        Duration::from_secs(1),
        Duration::from_millis(100)..=Duration::from_secs(60),
        "How often the reader makes sure that it has read to the end.",
    );
    if confirm_interval * 2 > stale_after {
        reader.mistake(
            "lists.confirm_interval_ms",
            "must be at most half of lists.stale_after_seconds: lists would be stale between two confirmations",
        );
    }
    let settle = reader.duration(
        "lists.settle_ms",
        Duration::from_secs(2),
        Duration::ZERO..=Duration::from_secs(60),
        "Lists that come while events wait for them are whole when nothing has come for so long: no event is screened against half a publication.",
    );
    let requirements = read_requirements(reader);
    let sample_one_in = reader.count(
        "suppressions.sample_one_in",
        pipeline::SAMPLE_ONE_IN,
        1..=10_000,
        "Of the matches that suppressions silence, one in so many is noted in the log for review, by the event's coordinates and without personal data.",
    );
    let naming = super::names::read(reader);
    let state = reader.optional_path(
        "names.state",
        "A folder where it is kept which words of names are alike, so that the next start is quicker.",
    );
    let lane = read_lane(reader, topics.inputs, stale_after, kafka.session_timeout);
    Settings {
        kafka,
        outputs: topics.outputs,
        alert_format: topics.alert_format,
        start,
        lanes,
        lane,
        reader: ReaderConfig { topic: topics.lists, confirm_interval, settle, state },
        suppressions: topics.suppressions,
        sample_one_in,
        requirements,
        naming,
        agencies: topics.agencies,
        registry: read_registry(reader),
        listen: read_listen(reader),
        log: read_log(reader),
    }
}

fn read_kafka(reader: &mut Reader) -> kafka::Config {
    let brokers = read_brokers(reader);
    let client_id = reader.text(
        "kafka.client_id",
        "portcullis",
        "Names this process in the brokers' logs and quotas.",
    );
    let group = reader.text(
        "kafka.group",
        "portcullis",
        "Consumer group: instances with the same name share the work.",
    );
    let instance = reader.optional_text(
        "kafka.instance",
        "Static membership: a name that this instance keeps over restarts, so that a short restart moves no partition.",
    );
    let session_timeout = reader.duration(
        "kafka.session_timeout_ms",
        Duration::from_secs(6),
        Duration::from_secs(1)..=Duration::from_secs(300),
        "How long the group waits for a lost instance before another takes over.",
    );
    let fetch_wait = reader.duration(
        "kafka.fetch_wait_ms",
        Duration::from_millis(100),
        Duration::from_millis(1)..=Duration::from_secs(10),
        "The longest wait of an empty fetch. A broker answers sooner when there is something.",
    );
    let fetch_queue_kbytes = reader.count(
        "kafka.fetch_queue_kbytes",
        16_384u32,
        64..=1_048_576,
        "What each lane fetches ahead: bounds memory, and the wait of an event behind others.",
    );
    let linger = reader.decimal(
        "kafka.linger_ms",
        0.2,
        0.0..=100.0,
        "How long the producer gathers messages; 1 above some 20,000 a second.",
    );
    let message_bytes_max = reader.count(
        "kafka.message_bytes_max",
        8_388_608u32,
        1_000_000..=1_000_000_000,
        "The largest message produced; at least the largest event, so that it fits as a dead letter.",
    );
    let (security, tokens) = super::security::read(reader);
    kafka::Config {
        brokers,
        client_id,
        security,
        tokens,
        passthrough: read_passthrough(reader),
        group,
        instance,
        session_timeout,
        fetch_wait,
        fetch_queue_kbytes,
        linger: Duration::from_secs_f64(linger / 1e3),
        message_bytes_max,
    }
}

fn read_brokers(reader: &mut Reader) -> String {
    let brokers = reader.text(
        "kafka.brokers",
        "127.0.0.1:9092",
        "Brokers as host:port, separated by commas.",
    );
    if brokers.is_empty() || !brokers.split(',').all(is_address) {
        reader.mistake(
            "kafka.brokers",
            "expected host:port, several separated by commas, such as kafka-1:9092",
        );
    }
    brokers
}

fn is_address(text: &str) -> bool {
    let text = text.trim();
    let host_port = text.rsplit_once("://").map_or(text, |(_, rest)| rest);
    host_port
        .rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn read_passthrough(reader: &mut Reader) -> BTreeMap<String, String> {
    let settings = reader.map_of_text(
        "kafka.client",
        "Settings passed through to every client, by librdkafka's names. Those that would break a promise are refused.",
    );
    let mut passed = BTreeMap::new();
    for (key, value) in settings {
        match kafka::promise_broken_by(&key) {
            Some(why) => {
                reader.mistake(&format!("kafka.client.{key}"), format!("may not be set: {why}"))
            }
            None => {
                passed.insert(key, value.expose().to_owned());
            }
        }
    }
    passed
}

fn read_lanes(reader: &mut Reader) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let lanes = reader.count(
        "lanes.count",
        0usize,
        0..=256,
        "Lanes: threads with a consumer each. 0 is one for each core.",
    );
    if lanes == 0 { cores } else { lanes }
}

fn read_lane(
    reader: &mut Reader,
    inputs: Vec<(Topic, String)>,
    stale_after: Duration,
    session_timeout: Duration,
) -> pipeline::Config {
    let ms = Duration::from_millis;
    let drain_deadline = reader.duration(
        "lanes.drain_deadline_ms",
        ms(3_000),
        ms(100)..=ms(60_000),
        "How long a partition that goes to another lane may take to finish what is in flight.",
    );
    if drain_deadline >= session_timeout {
        reader.mistake("lanes.drain_deadline_ms", "must be shorter than kafka.session_timeout_ms: the group would give the lane up while it drains");
    }
    pipeline::Config {
        inputs,
        in_flight_max: reader.count("lanes.in_flight_max", 10_000usize, 1..=1_000_000, "Messages of a lane that may wait for the broker; above it the lane pauses."),
        commit_interval: reader.duration("lanes.commit_interval_ms", ms(200), ms(10)..=ms(60_000), "How often offsets are committed."),
        drain_deadline,
        retry_pause: reader.duration("lanes.retry_pause_ms", ms(100), ms(10)..=ms(60_000), "How long a partition rests after a failure; doubled each time."),
        retry_pause_max: reader.duration("lanes.retry_pause_max_ms", ms(10_000), ms(10)..=ms(600_000), "The longest such rest."),
        stale_after,
        promise: reader.duration("lanes.promise_ms", ms(1_000), ms(1)..=ms(600_000), "The promised latency, from the broker's append of the event to its acknowledgement of the alert. Later ones are counted."),
        on_gap: reader.choice("lanes.on_gap", OnGap::Resume, &[("resume", OnGap::Resume), ("stop", OnGap::Stop)], "When events fell out of retention unread (always an alarm): go on with the first that is there, or leave the partition standing."),
    }
}

fn read_requirements(reader: &mut Reader) -> Vec<Requirement> {
    let mut seen = BTreeSet::new();
    let read = reader.tables("lists.required", "A list that must be there before events are screened.", |reader| {
        let name = reader.required_text("name", "wanted-persons", "The list's name.");
        let list = ListId::parse(&name);
        if let Err(error) = &list
            && !name.is_empty()
        {
            reader.mistake("name", error.to_string());
        }
        if list.is_ok() && !seen.insert(name) {
            reader.mistake("name", "is required above already: leave one of the two");
        }
        let stance = reader.choice(
            "stance",
            Stance::Hold,
            &[("hold", Stance::Hold), ("pass", Stance::Pass)],
            "While the list is missing or stale: hold events, or pass them marked as not screened against it.",
        );
        let entries_min = reader.count("entries_min", 1u64, 0..=1_000_000_000, "With fewer entries the list counts as missing.");
        Some(Requirement { list: list.ok()?, stance, entries_min })
    });
    read.into_iter().flatten().collect()
}

fn read_registry(reader: &mut Reader) -> Option<RegistryConfig> {
    let urls = reader.list_of_text("registry.urls", &[], "Schema registry with Confluent's API. None: the schemas in the binary, with the ids of schemas/catalogue.json.");
    let user = reader.optional_text("registry.username", "User for basic authentication.");
    let password = reader
        .secret("registry.password", "Password for basic authentication.")
        .map(|secret| secret.expose().to_owned());
    let ca_file = reader.optional_path(
        "registry.ca_file",
        "Certificates of the registry's authority, PEM; those that browsers trust when absent.",
    );
    let timeout = reader.duration(
        "registry.timeout_ms",
        Duration::from_secs(5),
        Duration::from_millis(50)..=Duration::from_secs(60),
        "How long one question may take.",
    );
    let absent_for = reader.duration(
        "registry.absent_for_seconds",
        Duration::from_secs(30),
        seconds(1, 3_600),
        "How long it is believed that a schema does not exist.",
    );
    let is_url = |url: &String| url.starts_with("http://") || url.starts_with("https://");
    if !urls.iter().all(is_url) {
        reader.mistake("registry.urls", "expected addresses such as https://registry:8081");
    }
    if user.is_some() != password.is_some() {
        reader.mistake(
            "registry.username",
            "basic authentication takes registry.username and registry.password: set both or neither",
        );
    }
    if urls.is_empty() {
        return None;
    }
    Some(RegistryConfig { urls, credentials: user.zip(password), ca_file, timeout, absent_for })
}

fn read_listen(reader: &mut Reader) -> SocketAddr {
    reader.parsed(
        "http.listen",
        SocketAddr::from(([127, 0, 0, 1], 9464)),
        "An address and port",
        "Where /metrics, /healthz and /readyz are served.",
        |text| {
            text.parse()
                .map_err(|_| "expected an address and port, such as 0.0.0.0:9464".to_owned())
        },
    )
}

fn read_log(reader: &mut Reader) -> Log {
    let json = reader.choice(
        "log.format",
        false,
        &[("text", false), ("json", true)],
        "Lines for people, or one JSON object a line.",
    );
    let filter = reader.text("log.filter", "info", "Which lines: a level, or target=level, separated by commas. `librdkafka=debug` shows the client's own.");
    if tracing_subscriber::EnvFilter::try_new(&filter).is_err() {
        reader.mistake("log.filter", "expected a level, or target=level, several separated by commas, such as info,librdkafka=debug");
    }
    Log { json, filter }
}

fn seconds(least: u64, most: u64) -> std::ops::RangeInclusive<Duration> {
    Duration::from_secs(least)..=Duration::from_secs(most)
}
