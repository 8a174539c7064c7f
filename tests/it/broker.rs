//! A real Apache Kafka for integration tests, run by `scripts/kafka` and read back by Kafka's own
//! Java client.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rdkafka::ClientConfig;
use rdkafka::admin::{
    AdminClient, AdminOptions, AlterConfig, NewTopic, ResourceSpecifier, TopicReplication,
};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::Consumer as _;
use serde_json::Value;

use super::instance::signal;

const PATIENCE: Duration = Duration::from_secs(30);

/// A cluster that lives as long as this value, and no longer than this process.
///
/// The broker's keeper (a shell in `scripts/kafka start --while-stdin-open`) reads a pipe whose
/// other end is held here. The system closes that end on every way out: drop, end of the process,
/// panic, Ctrl-C, kill -9. Then the keeper kills the nodes and deletes their folder.
pub(crate) struct Broker {
    dir: PathBuf,
    addresses: BTreeMap<String, String>,
    // An option only so that drop can close it before it waits.
    lifeline: Option<ChildStdin>,
}

/// One record as Kafka's Java client saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    /// Milliseconds since 1970 (UTC).
    pub(crate) timestamp: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) headers: BTreeMap<String, Option<Vec<u8>>>,
}

/// Where a group stands in one partition, as Kafka's Java admin client saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offsets {
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) committed: Option<i64>,
    pub(crate) begin: i64,
    /// The last stable offset: the end for a read_committed reader.
    pub(crate) stable: i64,
    pub(crate) end: i64,
}

#[allow(dead_code, reason = "a room for all integration tests; not each way in has a user yet")]
impl Broker {
    /// Starts a fresh cluster of one or three nodes; takes four seconds for one, fifteen for three.
    pub(crate) fn start(nodes: u32) -> Self {
        Self::start_with(nodes, &[])
    }

    /// As [`Self::start`], with further options of `scripts/kafka start`, such as
    /// `["--set", "log.retention.ms=-1"]` or `["--security"]`.
    pub(crate) fn start_with(nodes: u32, options: &[&str]) -> Self {
        Self::start_in(&std::env::temp_dir(), nodes, options)
    }

    /// As [`Self::start_with`], with everything that the nodes write in a folder below this one.
    pub(crate) fn start_in(parent: &Path, nodes: u32, options: &[&str]) -> Self {
        let mut name = tempfile::Builder::new();
        let dir = name.prefix("portcullis-kafka-").tempdir_in(parent).unwrap().keep();
        let mut child = Command::new(script())
            .args(["start", "--while-stdin-open", "--nodes", &nodes.to_string(), "--dir"])
            .arg(&dir)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("scripts/kafka can be run");
        // Taken first: waiting closes whatever standard input the child still has.
        let lifeline = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "scripts/kafka start failed; see its message above");
        let addresses = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .filter_map(|line| line.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        Self { dir, addresses, lifeline }
    }

    /// One node that knows access rules: a topic without any is open to everybody.
    pub(crate) fn start_with_rules() -> Self {
        let authorizer =
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer";
        let open = "allow.everyone.if.no.acl.found=true";
        Self::start_with(1, &["--set", authorizer, "--set", open])
    }

    /// Lets somebody in (`User:*` is everybody), and closes the topic to all whom no rule lets in.
    pub(crate) fn allow(&self, topic: &str, operation: &str, principal: &str) {
        let rule = ["--allow-principal", principal, "--operation", operation, "--topic", topic];
        let class = "org.apache.kafka.tools.AclCommand";
        let words = [&["--bootstrap-server", "@bootstrap", "--add"][..], &rule].concat();
        let mut command = Command::new(script());
        command.args(["run", "--dir"]).arg(&self.dir).arg(class).args(words);
        let status = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
        assert!(status.unwrap().success(), "the rule was not taken; see the message above");
    }

    /// The one-node cluster that tests share; give topics and groups names of your own
    /// ([`unique`]), and use [`Self::start`] for a test that kills or pauses nodes.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<Broker> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(1))
    }

    /// The plaintext listeners, as `bootstrap.servers` wants them.
    pub(crate) fn bootstrap(&self) -> &str {
        self.address("bootstrap")
    }

    /// A listener by its name in the output of `scripts/kafka start`: `bootstrap`, `ssl`, `sasl_ssl`.
    pub(crate) fn address(&self, listener: &str) -> &str {
        &self.addresses[listener]
    }

    /// The folder with `node-N/` and, under `--security`, `tls/`.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Kills a node at once (kill -9).
    pub(crate) fn kill(&self, node: u32) {
        self.order("kill", node);
    }

    /// Whether the process of a node is there.
    pub(crate) fn runs(&self, node: u32) -> bool {
        let pid = std::fs::read_to_string(self.dir.join(format!("node-{node}/pid"))).unwrap();
        signal(pid.trim(), "0")
    }

    /// Starts a node again on its ports and data, after stopping it if it runs; returns when it
    /// serves.
    pub(crate) fn restart(&self, node: u32) {
        self.order("restart", node);
    }

    /// Freezes a node: its connections stay open and nothing answers.
    pub(crate) fn pause(&self, node: u32) {
        self.order("pause", node);
    }

    /// Lets a frozen node go on.
    pub(crate) fn resume(&self, node: u32) {
        self.order("resume", node);
    }

    /// A client configuration with this cluster's address alone.
    pub(crate) fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.bootstrap());
        config
    }

    /// Creates a topic with the cluster's default replication and waits until each partition has a
    /// leader.
    pub(crate) fn create_topic(&self, name: &str, partitions: i32, config: &[(&str, &str)]) {
        let admin: AdminClient<DefaultClientContext> = self.client().create().unwrap();
        let mut topic = NewTopic::new(name, partitions, TopicReplication::Fixed(-1));
        for (key, value) in config {
            topic = topic.set(key, value);
        }
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        // A thread of its own: the caller may be inside a runtime, where another cannot be entered.
        let results = std::thread::scope(|scope| {
            scope
                .spawn(|| {
                    tokio::runtime::Builder::new_current_thread()
                        .build()
                        .unwrap()
                        .block_on(admin.create_topics([&topic], &options))
                })
                .join()
                .unwrap()
        });
        for result in results.unwrap() {
            result.unwrap();
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            let metadata = admin.inner().fetch_metadata(Some(name), PATIENCE).unwrap();
            let found = metadata.topics().first().map_or(&[][..], |topic| topic.partitions());
            let led = found.iter().filter(|p| p.leader() >= 0 && p.error().is_none()).count();
            if i32::try_from(led).unwrap() == partitions {
                return;
            }
            assert!(Instant::now() < deadline, "topic {name} has no leaders");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Sets a topic's configuration, in place of what it had.
    pub(crate) fn configure_topic(&self, name: &str, config: &[(&str, &str)]) {
        let admin: AdminClient<DefaultClientContext> = self.client().create().unwrap();
        let mut change = AlterConfig::new(ResourceSpecifier::Topic(name));
        for (key, value) in config {
            change = change.set(key, value);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let results = runtime.block_on(admin.alter_configs([&change], &AdminOptions::new()));
        for result in results.unwrap() {
            result.map_err(|(_, code)| code).unwrap();
        }
    }

    /// The names of all topics.
    pub(crate) fn topics(&self) -> Vec<String> {
        let consumer: rdkafka::consumer::BaseConsumer = self.client().create().unwrap();
        let metadata = consumer.client().fetch_metadata(None, PATIENCE).unwrap();
        metadata.topics().iter().map(|topic| topic.name().to_owned()).collect()
    }

    /// All committed records of a topic up to its present end, by Kafka's Java client.
    pub(crate) fn read_back(&self, topic: &str) -> Vec<Record> {
        self.read_back_with(topic, "read_committed")
    }

    /// As [`Self::read_back`], also with what was aborted or is still open.
    pub(crate) fn read_back_uncommitted(&self, topic: &str) -> Vec<Record> {
        self.read_back_with(topic, "read_uncommitted")
    }

    /// A group's committed offsets, and the bounds of all partitions of the topics named.
    pub(crate) fn offsets(&self, group: &str, topics: &[&str]) -> Vec<Offsets> {
        let mut args = vec!["--group", group];
        for topic in topics {
            args.extend(["--topic", topic]);
        }
        self.java("Offsets.java", &args).iter().map(offsets_from).collect()
    }

    fn read_back_with(&self, topic: &str, isolation: &str) -> Vec<Record> {
        let args = ["--topic", topic, "--isolation", isolation];
        self.java("ReadBack.java", &args).iter().map(record_from).collect()
    }

    /// Starts a program of `tests/java` against this cluster.
    pub(crate) fn start_java(
        &self,
        file: &str,
        args: &[&str],
        stdin: Stdio,
        stdout: Stdio,
    ) -> Child {
        self.java_command(file, args).stdin(stdin).stdout(stdout).spawn().unwrap()
    }

    fn java_command(&self, file: &str, args: &[&str]) -> Command {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java").join(file);
        let words = [OsStr::new("run"), OsStr::new("--dir"), self.dir.as_os_str()];
        let mut command = Command::new(script());
        command.args(words).arg(source).args(["--bootstrap", "@bootstrap"]).args(args);
        command
    }

    fn java(&self, file: &str, args: &[&str]) -> Vec<Value> {
        let mut command = self.java_command(file, args);
        let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output().unwrap();
        assert!(output.status.success(), "{file} failed; see its message above");
        let lines = String::from_utf8(output.stdout).unwrap();
        lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn order(&self, command: &str, node: u32) {
        let status = Command::new(script())
            .args([command, "--node", &node.to_string(), "--dir"])
            .arg(&self.dir)
            .stdin(Stdio::null())
            .status()
            .unwrap();
        assert!(status.success(), "scripts/kafka {command} failed; see its message above");
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // The keeper deletes the folder last: when it is gone, so are the nodes.
        let deadline = Instant::now() + PATIENCE;
        while self.dir.exists() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// A topic or group name that no other test uses; the broker is as young as this process.
pub(crate) fn unique(stem: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{stem}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts/kafka")
}

fn record_from(line: &Value) -> Record {
    let headers = line["headers"].as_object().unwrap();
    Record {
        topic: line["topic"].as_str().unwrap().to_owned(),
        partition: partition_from(line),
        offset: line["offset"].as_i64().unwrap(),
        timestamp: line["timestamp"].as_i64().unwrap(),
        key: bytes_from(&line["key"]),
        value: bytes_from(&line["value"]),
        headers: headers.iter().map(|(name, value)| (name.clone(), bytes_from(value))).collect(),
    }
}

fn offsets_from(line: &Value) -> Offsets {
    Offsets {
        topic: line["topic"].as_str().unwrap().to_owned(),
        partition: partition_from(line),
        committed: line["committed"].as_i64(),
        begin: line["begin"].as_i64().unwrap(),
        stable: line["stable"].as_i64().unwrap(),
        end: line["end"].as_i64().unwrap(),
    }
}

fn partition_from(line: &Value) -> i32 {
    i32::try_from(line["partition"].as_i64().unwrap()).unwrap()
}

fn bytes_from(value: &Value) -> Option<Vec<u8>> {
    value.as_str().map(|text| BASE64.decode(text).unwrap())
}

mod tests {
    use rdkafka::message::{Header, OwnedHeaders};
    use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};

    use super::*;

    fn produce(broker: &Broker, topic: &str, count: u32) {
        let producer: BaseProducer =
            broker.client().set("enable.idempotence", "true").create().unwrap();
        for number in 0..count {
            let key = number.to_string();
            let header = Header { key: "number", value: Some(&key) };
            let headers = OwnedHeaders::new().insert(header);
            let record = BaseRecord::to(topic).key(&key).payload("a crossing").headers(headers);
            producer.send(record).map_err(|(error, _)| error).unwrap();
        }
        let deadline = Instant::now() + PATIENCE;
        while producer.in_flight_count() > 0 {
            assert!(Instant::now() < deadline, "records were not delivered");
            producer.poll(Duration::from_millis(20));
        }
    }

    #[test]
    fn records_outlive_a_kill_of_the_broker() {
        let broker = Broker::start(1);
        broker.create_topic("crossings", 2, &[("retention.ms", "-1")]);
        produce(&broker, "crossings", 100);
        let before = broker.read_back("crossings");
        assert_eq!(before.len(), 100);
        let first = before.iter().find(|record| record.key.as_deref() == Some(b"0")).unwrap();
        assert_eq!(first.value.as_deref(), Some(&b"a crossing"[..]));
        assert_eq!(first.headers["number"].as_deref(), Some(&b"0"[..]));

        broker.kill(1);
        broker.restart(1);

        let mut after = broker.read_back("crossings");
        let mut before = before;
        before.sort_by_key(|record| (record.partition, record.offset));
        after.sort_by_key(|record| (record.partition, record.offset));
        assert_eq!(after, before);
    }

    #[test]
    fn nothing_of_a_broker_is_left_when_it_is_dropped() {
        let broker = Broker::start(1);
        let dir = broker.dir().to_owned();
        let pid = std::fs::read_to_string(dir.join("node-1/pid")).unwrap();
        let runs = || signal(pid.trim(), "0");
        assert!(runs());
        broker.pause(1);

        drop(broker);

        assert!(!dir.exists());
        // Dead at once, but its number is taken until the system's first process has buried it.
        let deadline = Instant::now() + PATIENCE;
        while runs() {
            assert!(Instant::now() < deadline, "the node outlived its keeper");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    #[test]
    fn offsets_of_a_group_without_commits_are_absent() {
        let broker = Broker::shared();
        let topic = unique("crossings");
        broker.create_topic(&topic, 1, &[]);
        produce(broker, &topic, 3);
        let seen = broker.offsets(&unique("nobody"), &[&topic]);
        let expected =
            Offsets { topic, partition: 0, committed: None, begin: 0, stable: 3, end: 3 };
        assert_eq!(seen, [expected]);
    }
}
