//! The real binary as its users see it: a site of topics with names of its own, commands that end,
//! and an instance that runs until it is stopped.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use portcullis::domain::Topic;

use super::broker::{Broker, Record, unique};

/// How long anything may take before a test gives up: generous, since machines are shared.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The kinds of events by their names in settings.
pub(crate) const KINDS: [&str; 6] =
    ["crossings", "advance_passenger", "vehicles", "containers", "declarations", "cash"];

/// The topics of [`KINDS`], in the same order.
pub(crate) const TOPICS: [Topic; 6] = [
    Topic::Crossings,
    Topic::AdvancePassenger,
    Topic::Vehicles,
    Topic::Containers,
    Topic::Declarations,
    Topic::Cash,
];

/// Topics and a consumer group that no other test uses, on one cluster.
pub(crate) struct Site<'a> {
    broker: &'a Broker,
    name: String,
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// `portcullis run` as a process of its own. Killed when dropped.
pub(crate) struct Instance {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

#[allow(dead_code, reason = "a room for all integration tests; not each way in has a user yet")]
impl<'a> Site<'a> {
    /// Names for a test; makes nothing.
    pub(crate) fn new(broker: &'a Broker, stem: &str) -> Self {
        Self { broker, name: unique(stem) }
    }

    /// Names for a test, and the topics by `portcullis topics create`, with feeds for these agencies.
    pub(crate) fn made(broker: &'a Broker, stem: &str, agencies: &[&str]) -> Self {
        let site = Self::new(broker, stem);
        site.create_topics(agencies);
        site
    }

    pub(crate) fn create_topics(&self, agencies: &[&str]) {
        let mut words = vec!["topics", "create", "--partitions", "2"];
        agencies.iter().for_each(|agency| words.extend(["--agency", agency]));
        self.run(&words).succeeded();
    }

    /// The topic of a kind ([`KINDS`]), or `lists`, `suppressions`, `command`, `dead-letter`, or an agency's.
    pub(crate) fn topic(&self, of: &str) -> String {
        let name = &self.name;
        match of {
            "lists" | "suppressions" | "command" | "dead-letter" => format!("{name}.{of}"),
            kind if KINDS.contains(&kind) => format!("{name}.{kind}"),
            agency => format!("{name}.agency.{agency}"),
        }
    }

    /// The consumer group.
    pub(crate) fn group(&self) -> String {
        format!("{}.group", self.name)
    }

    /// The settings that make a process work on this site, as KEY=VALUE.
    pub(crate) fn settings(&self) -> Vec<String> {
        let mut settings: Vec<String> =
            KINDS.iter().map(|kind| format!("topics.{kind}={}", self.topic(kind))).collect();
        settings.push(format!("kafka.brokers={}", self.broker.bootstrap()));
        settings.push(format!("kafka.group={}", self.group()));
        settings.push(format!("lists.topic={}", self.topic("lists")));
        settings.push("lists.settle_ms=500".to_owned());
        settings.push(format!("suppressions.topic={}", self.topic("suppressions")));
        settings.push(format!("topics.alerts_command={}", self.topic("command")));
        settings.push(format!("topics.alerts_agency_prefix={}.agency.", self.name));
        settings.push(format!("topics.dead_letter={}", self.topic("dead-letter")));
        settings
    }

    /// Runs a command on this site to its end: `["topics", "create"]`.
    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        let mut words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        for setting in self.settings() {
            words.extend(["--set".to_owned(), setting]);
        }
        portcullis(&words)
    }

    /// Starts an instance on this site, with further settings as KEY=VALUE; later ones win.
    pub(crate) fn start(&self, further: &[&str]) -> Instance {
        let mut settings = self.settings();
        settings.extend(further.iter().map(|setting| (*setting).to_owned()));
        Instance::start(&settings)
    }

    /// Starts an instance and waits until it is ready.
    pub(crate) fn start_ready(&self, further: &[&str]) -> Instance {
        let instance = self.start(further);
        instance.await_ready();
        instance
    }

    /// All records of a topic of this site ([`Self::topic`]), by Kafka's Java client.
    pub(crate) fn records(&self, of: &str) -> Vec<Record> {
        self.broker.read_back(&self.topic(of))
    }

    pub(crate) fn broker(&self) -> &'a Broker {
        self.broker
    }
}

impl Ran {
    /// Stops the test unless the status is 0; gives what was written to standard output.
    pub(crate) fn succeeded(self) -> String {
        assert_eq!(self.status, Some(0), "{}\n{}", self.stdout, self.stderr);
        self.stdout
    }
}

/// Runs the binary to its end, without any setting from outside.
pub(crate) fn portcullis<W: AsRef<std::ffi::OsStr>>(words: &[W]) -> Ran {
    let output = binary().args(words).stdin(Stdio::null()).output().unwrap();
    Ran {
        status: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// The binary with an empty environment, so that no setting of this machine reaches it.
pub(crate) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.env_clear();
    command
}

/// Looks again and again until something is there, and stops the test when it never is.
pub(crate) fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < deadline, "never came: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[allow(dead_code, reason = "a room for all integration tests; not each way in has a user yet")]
impl Instance {
    /// Starts `portcullis run` with these settings (KEY=VALUE, or `--config=FILE`) on a port of its own.
    pub(crate) fn start(settings: &[String]) -> Self {
        Self::start_as(binary(), settings)
    }

    /// As [`Self::start`], of another build of the binary, or under another program.
    pub(crate) fn start_as(mut command: Command, settings: &[String]) -> Self {
        command.arg("run").args(["--set", "http.listen=127.0.0.1:0"]);
        for setting in settings {
            match setting.strip_prefix("--config=") {
                Some(file) => command.args(["--config", file]),
                None => command.args(["--set", setting]),
            };
        }
        let mut child =
            command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs");
        let log = Arc::new(Mutex::new(String::new()));
        let (mut lines, kept) = (BufReader::new(child.stderr.take().unwrap()), Arc::clone(&log));
        let reader = std::thread::spawn(move || {
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|length| length > 0) {
                kept.lock().unwrap().push_str(&line);
                line.clear();
            }
        });
        Self { child, log, reader: Some(reader) }
    }

    /// The log so far.
    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// Waits until the log holds a text.
    pub(crate) fn await_log(&self, text: &str) {
        self.wait(&format!("{text:?} in the log"), || self.log().contains(text).then_some(()));
    }

    /// Where it serves metrics and readiness, from its own word in the log.
    pub(crate) fn address(&self) -> String {
        self.wait("the address in the log", || {
            let log = self.log();
            let line = log.lines().find(|line| line.contains("serving metrics and readiness"))?;
            let port = line.split_once("127.0.0.1:")?.1;
            let port: String = port.chars().take_while(char::is_ascii_digit).collect();
            Some(format!("127.0.0.1:{port}"))
        })
    }

    /// Status and body of a page: `/metrics`, `/readyz`, `/healthz`.
    pub(crate) fn get(&self, page: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "GET {page} HTTP/1.1\r\nHost: portcullis\r\nConnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    /// The readiness document.
    pub(crate) fn readiness(&self) -> serde_json::Value {
        serde_json::from_str(&self.get("/readyz").1).unwrap()
    }

    /// Waits until `/readyz` says 200.
    pub(crate) fn await_ready(&self) {
        self.wait("readiness", || (self.get("/readyz").0 == 200).then_some(()));
    }

    /// Everything under `/metrics`.
    pub(crate) fn metrics(&self) -> String {
        let (status, text) = self.get("/metrics");
        assert_eq!(status, 200, "{text}");
        text
    }

    /// The sum of a metric's samples whose labels hold all of these texts, such as
    /// `disposition="clear"`; 0 when there is none.
    pub(crate) fn metric(&self, name: &str, labels: &[&str]) -> f64 {
        let metrics = self.metrics();
        let samples = metrics.lines().filter(|line| !line.starts_with('#'));
        samples
            .filter_map(|line| line.rsplit_once(' '))
            .filter(|(series, _)| series.split('{').next() == Some(name))
            .filter(|(series, _)| labels.iter().all(|label| series.contains(label)))
            .map(|(_, value)| value.parse::<f64>().unwrap())
            .sum()
    }

    /// Waits until so many events are finished, whatever became of them.
    pub(crate) fn await_events(&self, count: u64) {
        let enough = || self.metric("portcullis_events_total", &[]) >= count as f64;
        self.wait(&format!("{count} events"), || enough().then_some(()));
    }

    /// Number of the process.
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its name: `TERM`, `INT`, `STOP`, `CONT`, `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        assert!(signal(&self.pid().to_string(), name), "signal {name}");
    }

    /// Sends SIGTERM and waits for the end; gives the exit status and the whole log.
    pub(crate) fn stop(mut self) -> (Option<i32>, String) {
        self.signal("TERM");
        let status = self.ended();
        (status.code(), self.log())
    }

    /// Kills it as a crash would.
    pub(crate) fn kill(mut self) {
        self.signal("KILL");
        self.ended();
    }

    /// Waits for the end.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let child = &mut self.child;
        let status = eventually("the end of the process", || child.try_wait().unwrap());
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        status
    }

    fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(Instant::now() < deadline, "never came: {what}; the log:\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Sends a signal to a process that the caller has started; `false` when there is none any more.
/// `bash` has its own `kill`: a command of that name is not on every machine.
pub(crate) fn signal(pid: &str, name: &str) -> bool {
    let mut kill = Command::new("bash");
    kill.args(["-c", "kill -\"$1\" \"$2\"", "kill", name, pid]).stderr(Stdio::null());
    kill.status().unwrap().success()
}
