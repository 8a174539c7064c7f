//! Settings of each client: what the promises need, what the user set, what is refused.

use std::collections::BTreeMap;
use std::time::Duration;

use rdkafka::ClientConfig;

use super::Tokens;

/// What all clients share. Holds secrets: has no `Debug`.
#[derive(Clone)]
pub struct Config {
    /// `host:port` of one or more brokers, separated by commas.
    pub brokers: String,
    /// Names this process in the brokers' logs and quotas.
    pub client_id: String,
    /// Security settings, by librdkafka's names.
    pub security: BTreeMap<String, String>,
    /// Where SASL OAUTHBEARER gets its tokens.
    pub tokens: Option<Tokens>,
    /// Settings passed through to every client, by librdkafka's names.
    pub passthrough: BTreeMap<String, String>,
    /// Consumer group of the lanes.
    pub group: String,
    /// Static membership: the instance's name, to which each lane adds its number.
    pub instance: Option<String>,
    /// How long the group waits for a lost lane before its partitions go to another.
    pub session_timeout: Duration,
    /// The longest wait of an empty fetch.
    pub fetch_wait: Duration,
    /// Kilobytes that a lane fetches ahead.
    pub fetch_queue_kbytes: u32,
    /// How long the producer gathers messages.
    pub linger: Duration,
    /// The largest message produced, bytes.
    pub message_bytes_max: u32,
}

/// Why a setting may not be passed through: the promise that it would break. `None` when it may.
pub fn promise_broken_by(key: &str) -> Option<&'static str> {
    const OFFSETS: &str =
        "offsets are committed by the lane, after acknowledgement, and never by the client";
    const ACKS: &str = "an alert counts as told only when all in-sync replicas have it, once";
    const GROUP: &str =
        "lanes share partitions by the classic protocol with cooperative-sticky assignment";
    const OWN: &str = "it has a setting of its own in this file";
    const OAUTH: &str = "tokens come from kafka.security.oauth_token_endpoint";
    let refused = [
        ("enable.auto.commit", OFFSETS),
        ("auto.commit.enable", OFFSETS),
        ("auto.commit.interval.ms", OFFSETS),
        ("enable.auto.offset.store", OFFSETS),
        ("offset.store.method", OFFSETS),
        ("auto.offset.reset", "an offset out of retention is an alarm and never a silent gap"),
        ("acks", ACKS),
        ("request.required.acks", ACKS),
        ("enable.idempotence", ACKS),
        ("delivery.report.only.error", ACKS),
        ("message.timeout.ms", "a message waits for its broker as long as its lane owns the event"),
        (
            "delivery.timeout.ms",
            "a message waits for its broker as long as its lane owns the event",
        ),
        ("enable.gapless.guarantee", ACKS),
        ("transactional.id", "transactions are a mode of their own"),
        ("partition.assignment.strategy", GROUP),
        ("group.protocol", GROUP),
        ("group.remote.assignor", GROUP),
        ("enable.partition.eof", "the list reader needs it on and the lanes off"),
        ("check.crcs", "records are evidence: their checksums are verified"),
        ("sasl.oauthbearer.method", OAUTH),
        ("sasl.oauthbearer.token.endpoint.url", OAUTH),
        ("sasl.oauthbearer.client.id", OAUTH),
        ("sasl.oauthbearer.client.secret", OAUTH),
        ("sasl.oauthbearer.scope", OAUTH),
        ("sasl.oauthbearer.config", OAUTH),
        ("sasl.oauthbearer.extensions", OAUTH),
        ("security.protocol", OWN),
        ("sasl.mechanism", OWN),
        ("sasl.mechanisms", OWN),
        ("sasl.username", OWN),
        ("sasl.password", OWN),
        ("ssl.ca.location", OWN),
        ("ssl.certificate.location", OWN),
        ("ssl.key.location", OWN),
        ("ssl.key.password", OWN),
        ("bootstrap.servers", OWN),
        ("metadata.broker.list", OWN),
        ("client.id", OWN),
        ("group.id", OWN),
        ("group.instance.id", OWN),
        ("session.timeout.ms", OWN),
        ("linger.ms", OWN),
        ("queue.buffering.max.ms", OWN),
        ("message.max.bytes", OWN),
        ("fetch.wait.max.ms", OWN),
        ("queued.max.messages.kbytes", OWN),
    ];
    refused.iter().find(|row| row.0 == key).map(|row| row.1)
}

impl Config {
    /// Settings for a client that asks and changes what topics there are.
    pub(super) fn admin(&self) -> ClientConfig {
        self.with_passthrough(self.any())
    }

    /// Settings for a lane's consumer.
    pub(super) fn lane(&self, number: usize) -> ClientConfig {
        let mut settings = self.consumer(&self.group);
        settings
            .set("group.protocol", "classic")
            .set("partition.assignment.strategy", "cooperative-sticky")
            .set("session.timeout.ms", millis(self.session_timeout))
            .set("heartbeat.interval.ms", millis(self.session_timeout / 3))
            .set("auto.offset.reset", "error")
            .set("enable.partition.eof", "false")
            .set("queued.max.messages.kbytes", self.fetch_queue_kbytes.to_string());
        if let Some(instance) = &self.instance {
            settings.set("group.instance.id", format!("{instance}-lane-{number}"));
        }
        self.with_passthrough(settings)
    }

    /// Settings for a consumer that reads whole topics by assignment and commits nothing.
    pub(super) fn reader(&self) -> ClientConfig {
        let mut settings = self.consumer(&format!("{}-reader", self.group));
        settings
            .set("auto.offset.reset", "earliest")
            .set("enable.partition.eof", "true")
            .set("max.partition.fetch.bytes", "2097152")
            // Two fetches: what is queued beyond stays with the process when the lists are loaded.
            .set("queued.max.messages.kbytes", "4096");
        self.with_passthrough(settings)
    }

    /// Settings for the producer.
    pub(super) fn producer(&self) -> ClientConfig {
        let mut settings = self.any();
        settings
            .set("acks", "all")
            .set("enable.idempotence", "true")
            .set("linger.ms", format!("{}", self.linger.as_secs_f64() * 1e3))
            .set("message.max.bytes", self.message_bytes_max.to_string())
            // A message waits for its broker without end; what is in flight is bounded by the lane.
            .set("message.timeout.ms", "0")
            .set("topic.metadata.propagation.max.ms", "5000");
        self.with_passthrough(settings)
    }

    fn consumer(&self, group: &str) -> ClientConfig {
        let mut settings = self.any();
        settings
            .set("group.id", group)
            .set("enable.auto.commit", "false")
            .set("enable.auto.offset.store", "false")
            .set("check.crcs", "true")
            .set("fetch.wait.max.ms", millis(self.fetch_wait))
            // By default the client sleeps a second after its queue was full.
            .set("fetch.queue.backoff.ms", "1")
            .set("fetch.error.backoff.ms", "50");
        settings
    }

    fn any(&self) -> ClientConfig {
        let mut settings = ClientConfig::new();
        settings
            .set("bootstrap.servers", &self.brokers)
            .set("client.id", &self.client_id)
            .set("socket.nagle.disable", "true")
            .set("socket.keepalive.enable", "true")
            // Partitions that are added while running are seen within half a minute.
            .set("topic.metadata.refresh.interval.ms", "30000");
        for (key, value) in &self.security {
            settings.set(key, value);
        }
        settings
    }

    /// What the user passes through comes last: those that would break a promise were refused, and
    /// of the others the user's word counts, under either name that the client knows it by.
    fn with_passthrough(&self, mut settings: ClientConfig) -> ClientConfig {
        for (key, value) in &self.passthrough {
            if key == "fetch.message.max.bytes" {
                settings.remove("max.partition.fetch.bytes");
            }
            settings.set(key, value);
        }
        settings
    }
}

fn millis(time: Duration) -> String {
    time.as_millis().to_string()
}

#[cfg(test)]
impl Config {
    /// Settings for a test, without security.
    pub(super) fn plain(brokers: String) -> Self {
        Self {
            brokers,
            client_id: "portcullis".into(),
            security: BTreeMap::new(),
            tokens: None,
            passthrough: BTreeMap::new(),
            group: "portcullis".into(),
            instance: None,
            session_timeout: Duration::from_secs(12),
            fetch_wait: Duration::from_millis(5),
            fetch_queue_kbytes: 1_024,
            linger: Duration::from_millis(1),
            message_bytes_max: 1_000_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(passthrough: BTreeMap<String, String>) -> Config {
        let security = ["security.protocol", "sasl.mechanism", "ssl.key.password"];
        Config {
            security: security.map(|key| (key.into(), "ours".into())).into(),
            passthrough,
            instance: Some("a".into()),
            ..Config::plain("localhost:9092".into())
        }
    }

    fn of_each_client(config: &Config) -> [ClientConfig; 4] {
        [config.admin(), config.lane(0), config.reader(), config.producer()]
    }

    #[test]
    fn each_setting_of_ours_is_refused_or_gives_way() {
        let give_way = [
            "fetch.error.backoff.ms",
            "fetch.queue.backoff.ms",
            "heartbeat.interval.ms",
            "max.partition.fetch.bytes",
            "socket.keepalive.enable",
            "socket.nagle.disable",
            "topic.metadata.propagation.max.ms",
            "topic.metadata.refresh.interval.ms",
        ];
        for (client, settings) in of_each_client(&config(BTreeMap::new())).iter().enumerate() {
            for key in settings.config_map().keys().copied() {
                let refused = promise_broken_by(key).is_some();
                assert_ne!(refused, give_way.contains(&key), "{key}");
                let theirs = BTreeMap::from([(key.to_owned(), "theirs".to_owned())]);
                let settings = &of_each_client(&config(theirs))[client];
                assert!(refused || settings.get(key) == Some("theirs"), "{key}");
            }
        }
    }

    #[test]
    fn a_setting_passed_through_by_its_other_name_takes_the_place_of_ours() {
        let theirs = BTreeMap::from([("fetch.message.max.bytes".to_owned(), "9".to_owned())]);
        let settings = config(theirs).reader();
        assert_eq!(settings.get("fetch.message.max.bytes"), Some("9"));
        assert_eq!(settings.get("max.partition.fetch.bytes"), None);
    }
}
