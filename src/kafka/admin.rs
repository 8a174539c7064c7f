//! Topics as they are and as they should be.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, ResourceSpecifier, TopicReplication};
use rdkafka::metadata::Metadata;

use super::context::Quiet;
use super::fault::refusal;
use super::{Config, Error, native};

const ASK_WITHIN: Duration = Duration::from_secs(10);
/// How often topics just made are looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A topic as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicSpec {
    /// Its name.
    pub name: String,
    /// Number of partitions.
    pub partitions: i32,
    /// Copies of each partition.
    pub replication: i32,
    /// Settings by Kafka's names.
    pub settings: BTreeMap<&'static str, String>,
}

/// A topic as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Existing {
    /// Number of partitions.
    pub partitions: usize,
    /// Copies of each partition.
    pub replication: usize,
    /// Settings by Kafka's names.
    pub settings: BTreeMap<String, String>,
}

/// Looks at topics and makes them.
pub struct Admin {
    client: AdminClient<Quiet>,
    runtime: tokio::runtime::Runtime,
    config: Config,
}

impl Admin {
    /// A client for the brokers of the settings.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let client: AdminClient<Quiet> = config
            .admin()
            .create_with_context(Quiet::new(config))
            .map_err(|error| Error::Settings(error.to_string()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(
            |error| Error::Failed { doing: "starting a runtime", why: error.to_string() },
        )?;
        Ok(Self { client, runtime, config: config.clone() })
    }

    /// Number of brokers, once they have answered; 1 before.
    pub fn brokers(&self) -> usize {
        let metadata = self.client.inner().fetch_metadata(None, ASK_WITHIN);
        metadata.map_or(1, |metadata| metadata.brokers().len())
    }

    /// Every topic with its partitions and copies.
    ///
    /// # Errors
    /// [`Error::Unreachable`] when no broker answers within the time.
    pub fn topics(&self, within: Duration) -> Result<BTreeMap<String, Existing>, Error> {
        // Nobody polls this client, so nothing renews its token.
        native::log_in(self.client.inner(), self.config.tokens.as_ref());
        let metadata = self.client.inner().fetch_metadata(None, within).map_err(|error| {
            let mut refused = None;
            native::take_log(self.client.inner(), |line| {
                refused = refusal(line).or(refused);
            });
            // Nor does anybody hear whether it has lost every broker.
            let bootstrap = &self.client.inner().context().bootstrap;
            bootstrap.lose();
            bootstrap.regain(self.client.inner());
            Error::no_answer(&self.config, &error, refused)
        })?;
        let topics = metadata.topics().iter().filter(|topic| topic.error().is_none());
        Ok(topics
            .map(|topic| {
                let partitions = topic.partitions();
                let replication =
                    partitions.iter().map(|partition| partition.replicas().len()).min();
                let existing = Existing {
                    partitions: partitions.len(),
                    replication: replication.unwrap_or(0),
                    settings: BTreeMap::new(),
                };
                (topic.name().to_owned(), existing)
            })
            .collect())
    }

    /// Adds their settings to topics that exist.
    ///
    /// # Errors
    /// When the brokers do not tell.
    pub fn describe(&self, topics: &mut BTreeMap<String, Existing>) -> Result<(), Error> {
        let names: Vec<String> = topics.keys().cloned().collect();
        let asked: Vec<ResourceSpecifier<'_>> =
            names.iter().map(|name| ResourceSpecifier::Topic(name)).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let answer = self.client.describe_configs(&asked, &options());
        let answer = self
            .runtime
            .block_on(answer)
            .map_err(|error| Error::failed("reading the settings of topics", &error))?;
        for (name, resource) in names.iter().zip(answer) {
            let Ok(resource) = resource else { continue };
            if let Some(existing) = topics.get_mut(name) {
                existing.settings = resource
                    .entries
                    .into_iter()
                    .filter_map(|entry| Some((entry.name, entry.value?)))
                    .collect();
            }
        }
        Ok(())
    }

    /// Makes topics; gives for each that was not made the reason.
    ///
    /// # Errors
    /// When the brokers do not answer at all.
    pub fn create(&self, specs: &[TopicSpec]) -> Result<Vec<(String, String)>, Error> {
        let topics: Vec<NewTopic<'_>> = specs
            .iter()
            .map(|spec| {
                let replication = TopicReplication::Fixed(spec.replication);
                let topic = NewTopic::new(&spec.name, spec.partitions, replication);
                spec.settings.iter().fold(topic, |topic, (key, value)| topic.set(key, value))
            })
            .collect();
        let answer = self
            .runtime
            .block_on(self.client.create_topics(&topics, &options()))
            .map_err(|error| Error::failed("making topics", &error))?;
        let mut made = Vec::new();
        let mut failures = Vec::new();
        for topic in answer {
            match topic {
                Ok(name) => made.push(name),
                Err((name, code)) => failures.push((name, code.to_string())),
            }
        }
        self.await_leaders(&made);
        Ok(failures)
    }

    /// Deletes topics; gives for each that was not deleted the reason.
    ///
    /// # Errors
    /// When the brokers do not answer at all.
    pub fn delete(&self, names: &[&str]) -> Result<Vec<(String, String)>, Error> {
        native::log_in(self.client.inner(), self.config.tokens.as_ref());
        let answer = self
            .runtime
            .block_on(self.client.delete_topics(names, &options()))
            .map_err(|error| Error::failed("deleting topics", &error))?;
        let failed = answer.into_iter().filter_map(Result::err);
        Ok(failed.map(|(name, code)| (name, code.to_string())).collect())
    }

    /// A setting of the first broker that answers; `None` when it has none of this name.
    pub fn broker_setting(&self, name: &str) -> Option<String> {
        let metadata = self.client.inner().fetch_metadata(None, ASK_WITHIN).ok()?;
        let asked = ResourceSpecifier::Broker(metadata.brokers().first()?.id());
        let answer = self.runtime.block_on(self.client.describe_configs([&asked], &options()));
        let resource = answer.ok()?.into_iter().next()?.ok()?;
        resource.entries.into_iter().find(|entry| entry.name == name)?.value
    }

    /// Waits until the brokers show these topics with a leader for each partition: the controller
    /// answers before the brokers know, and whoever comes next would be told that they do not exist.
    /// Gives up after a while: what is late then is still made.
    fn await_leaders(&self, topics: &[String]) {
        let deadline = Instant::now() + ASK_WITHIN;
        while Instant::now() < deadline {
            let metadata = self.client.inner().fetch_metadata(None, ASK_WITHIN);
            if metadata.is_ok_and(|found| topics.iter().all(|name| is_led(&found, name))) {
                return;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

fn is_led(metadata: &Metadata, name: &str) -> bool {
    let topic = metadata.topics().iter().find(|topic| topic.name() == name);
    let partitions = topic.map_or(&[][..], |topic| topic.partitions());
    !partitions.is_empty() && partitions.iter().all(|partition| partition.leader() >= 0)
}

fn options() -> AdminOptions {
    AdminOptions::new().request_timeout(Some(ASK_WITHIN)).operation_timeout(Some(ASK_WITHIN))
}
