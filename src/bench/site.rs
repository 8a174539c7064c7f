//! Topics of the bench's own: made by it, used by one subject at a time, deleted by it.

use std::ffi::OsString;
use std::net::TcpListener;
use std::time::Duration;

use crate::domain::AgencyId;
use crate::kafka::{Admin, Outputs, Plan, TopicSpec};

use super::load::AGENCY;
use super::process::Process;
use super::{Config, Error, Subject};

const ASK_WITHIN: Duration = Duration::from_secs(30);
/// The inputs of Portcullis that the bench has no events for.
const UNUSED: [&str; 5] = ["advance_passenger", "vehicles", "containers", "declarations", "cash"];

/// What all subjects share: the lists and the backlog.
pub(super) struct Ground<'a> {
    pub(super) config: &'a Config,
    pub(super) lists: String,
    suppressions: String,
    pub(super) backlog: String,
    admin: Admin,
    replication: i32,
}

/// Topics of one subject in one round.
pub(super) struct Site<'a> {
    ground: &'a Ground<'a>,
    subject: Subject,
    name: String,
    with_backlog: bool,
    /// Events as they come.
    pub(super) live: String,
    /// What the subject writes.
    pub(super) output: String,
    outputs: Outputs,
    made: Vec<String>,
}

impl<'a> Ground<'a> {
    /// Makes the topics that all subjects share.
    pub(super) fn make(config: &'a Config) -> Result<Self, Error> {
        let admin = Admin::new(&config.kafka)?;
        let topics = admin.topics(ASK_WITHIN)?;
        let taken = topics.keys().find(|name| name.starts_with(&config.prefix));
        if let Some(name) = taken {
            let why = format!("a topic {name} exists already: choose another --prefix");
            return Err(Error::Failed(why));
        }
        let copies = i32::try_from(admin.brokers().clamp(1, 3)).unwrap_or(1);
        let ground = Self {
            config,
            lists: format!("{}.lists", config.prefix),
            suppressions: format!("{}.suppressions", config.prefix),
            backlog: format!("{}.backlog", config.prefix),
            admin,
            replication: config.replication.unwrap_or(copies),
        };
        let shared = [ground.lists.clone(), ground.suppressions.clone(), ground.backlog.clone()];
        let specs = ground.plan(&ground.outputs("shared"), vec![ground.backlog.clone()])?;
        ground.create(specs.into_iter().filter(|spec| shared.contains(&spec.name)).collect())?;
        Ok(ground)
    }

    /// Topics for a subject, which reads the backlog too or not; `name` tells them from those of
    /// other rounds.
    pub(super) fn site(
        &'a self,
        subject: Subject,
        name: &str,
        with_backlog: bool,
    ) -> Result<Site<'a>, Error> {
        let outputs = self.outputs(name);
        let live = format!("{}.{name}.live", self.config.prefix);
        let passed = format!("{}.{name}.passed", self.config.prefix);
        let mut specs = self.plan(&outputs, vec![live.clone(), passed.clone()])?;
        specs.retain(|spec| spec.name != self.lists && spec.name != self.suppressions);
        let made = specs.iter().map(|spec| spec.name.clone()).collect();
        let output = match subject {
            Subject::Pass => passed,
            Subject::Floor | Subject::Portcullis | Subject::Names => outputs.command.clone(),
        };
        // Held before the topics are made, so that what was made is deleted should one fail.
        let name = name.to_owned();
        let site = Site { ground: self, subject, name, with_backlog, live, output, outputs, made };
        self.create(specs)?;
        Ok(site)
    }

    /// How the brokers name their version, where they do.
    pub(super) fn broker_version(&self) -> Option<String> {
        let asked = ["inter.broker.protocol.version", "metadata.version"];
        asked.iter().find_map(|name| self.admin.broker_setting(name))
    }

    pub(super) fn brokers(&self) -> usize {
        self.admin.brokers()
    }

    pub(super) const fn replication(&self) -> i32 {
        self.replication
    }

    fn outputs(&self, name: &str) -> Outputs {
        let prefix = format!("{}.{name}", self.config.prefix);
        Outputs {
            command: format!("{prefix}.alerts"),
            agency_prefix: format!("{prefix}.agency."),
            dead_letter: format!("{prefix}.dead-letter"),
        }
    }

    fn plan(&self, outputs: &Outputs, inputs: Vec<String>) -> Result<Vec<TopicSpec>, Error> {
        let plan = Plan {
            inputs,
            lists: self.lists.clone(),
            suppressions: self.suppressions.clone(),
            outputs: outputs.clone(),
            agencies: vec![AgencyId::parse(AGENCY).map_err(Error::made)?],
            partitions: self.config.partitions,
            replication: self.replication,
        };
        Ok(plan.topics())
    }

    fn create(&self, specs: Vec<TopicSpec>) -> Result<(), Error> {
        match self.admin.create(&specs)?.first() {
            None => Ok(()),
            Some((name, why)) => Err(Error::Failed(format!("topic {name} was not made: {why}"))),
        }
    }

    fn delete(&self, names: &[&str]) {
        if self.config.keep {
            return;
        }
        match self.admin.delete(names) {
            Ok(failures) => failures.iter().for_each(|(name, why)| {
                tracing::warn!(name, why, "a topic of the bench was not deleted");
            }),
            Err(error) => tracing::warn!(%error, "the bench's topics were not deleted"),
        }
    }
}

impl Drop for Ground<'_> {
    fn drop(&mut self) {
        self.delete(&[&self.lists, &self.suppressions, &self.backlog]);
    }
}

impl Site<'_> {
    /// Starts the subject on this site.
    pub(super) fn start(&self) -> Result<Process, Error> {
        let log = self.ground.config.out.join(format!("{}.log", self.subject.name()));
        match self.subject.names_mode() {
            None => Process::start(&self.control_words(), None, &log),
            Some(names) => {
                let address = free_address()?;
                let words = self.portcullis_words(names, &address);
                Process::start(&words, Some(format!("http://{address}")), &log)
            }
        }
    }

    fn inputs(&self) -> Vec<&str> {
        let backlog = self.with_backlog.then_some(self.ground.backlog.as_str());
        backlog.into_iter().chain([self.live.as_str()]).collect()
    }

    fn group(&self) -> String {
        format!("kafka.group={}.{}", self.ground.config.prefix, self.name)
    }

    fn control_words(&self) -> Vec<OsString> {
        let config = self.ground.config;
        let mut words: Vec<OsString> = vec!["bench".into()];
        words.extend(config.source.iter().cloned());
        let mut add = |flag: &str, value: String| words.extend([flag.into(), value.into()]);
        add("--set", self.group());
        add("--role", self.subject.name().to_owned());
        self.inputs().iter().for_each(|input| add("--input", (*input).to_owned()));
        add("--output", self.output.clone());
        add("--seed", config.seed.to_string());
        add("--entries", config.documents.to_string());
        words
    }

    fn portcullis_words(&self, names: &str, address: &str) -> Vec<OsString> {
        let config = self.ground.config;
        let mut words: Vec<OsString> = vec!["run".into()];
        words.extend(config.source.iter().cloned());
        let mut set = |setting: String| words.extend(["--set".into(), setting.into()]);
        set(self.group());
        set(format!("topics.crossings={}", self.inputs().join(",")));
        UNUSED.iter().for_each(|kind| set(format!("topics.{kind}=")));
        set(format!("lists.topic={}", self.ground.lists));
        set(format!("suppressions.topic={}", self.ground.suppressions));
        set(format!("topics.alerts_command={}", self.outputs.command));
        set(format!("topics.alerts_agency_prefix={}", self.outputs.agency_prefix));
        set(format!("topics.dead_letter={}", self.outputs.dead_letter));
        set("topics.alert_format=avro".to_owned());
        set("topics.start=earliest".to_owned());
        set(format!("names.mode={names}"));
        set(format!("lanes.count={}", config.lanes));
        set(format!("http.listen={address}"));
        words
    }
}

impl Drop for Site<'_> {
    fn drop(&mut self) {
        let names: Vec<&str> = self.made.iter().map(String::as_str).collect();
        self.ground.delete(&names);
    }
}

/// An address that is free now: the subject is told it, rather than asked which it took.
fn free_address() -> Result<String, Error> {
    let bound = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let address = bound.map_err(|error| Error::system("looking for a free port", error))?;
    Ok(address.to_string())
}
