//! The topics that Portcullis needs, as they should be.

use std::collections::BTreeMap;

use crate::domain::{AgencyId, Term};

use super::{Existing, Outputs, TopicSpec};

/// What the plan depends on.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Names of input topics.
    pub inputs: Vec<String>,
    /// The list topic.
    pub lists: String,
    /// The topic of suppressions.
    pub suppressions: String,
    /// Topics that are written.
    pub outputs: Outputs,
    /// Agencies that have a feed.
    pub agencies: Vec<AgencyId>,
    /// Partitions of each input topic.
    pub partitions: i32,
    /// Copies of each partition.
    pub replication: i32,
}

const DAY_MS: u64 = 86_400_000;
/// The largest batch that the client makes of several messages, unless it is told otherwise
/// (librdkafka's `batch.size`).
const BATCH_BYTES: u64 = 1_000_000;

impl Plan {
    /// Every topic, as it should be.
    pub fn topics(&self) -> Vec<TopicSpec> {
        let copies = self.replication;
        let insync = if copies >= 3 { 2 } else { 1 };
        let spec = |name: &str, partitions, settings: &[(&'static str, String)]| {
            let mut settings: BTreeMap<_, _> = settings.iter().cloned().collect();
            settings.insert("min.insync.replicas", insync.to_string());
            TopicSpec { name: name.to_owned(), partitions, replication: copies, settings }
        };
        let delete = ("cleanup.policy", "delete".to_owned());
        let kept = |days: u64| ("retention.ms", (days * DAY_MS).to_string());
        // The broker's time of arrival is the clock of every promise.
        let append_time = ("message.timestamp.type", "LogAppendTime".to_owned());
        let mut topics: Vec<TopicSpec> = self
            .inputs
            .iter()
            .map(|name| {
                spec(name, self.partitions, &[delete.clone(), kept(7), append_time.clone()])
            })
            .collect();
        // One partition: the version of a list is then the offset of its newest change.
        topics.push(spec(
            &self.lists,
            1,
            &[
                ("cleanup.policy", "compact".to_owned()),
                append_time.clone(),
                // A removal outlives any replay, so that a replay decides as the first run did.
                ("delete.retention.ms", (35 * DAY_MS).to_string()),
            ],
        ));
        // A judgement lasts a year at most: what nobody withdrew is erased after it has lapsed, once no
        // replay can ask for it.
        let judged_days = Term::DAYS_MAX.unsigned_abs() + 35;
        topics.push(spec(
            &self.suppressions,
            1,
            &[
                ("cleanup.policy", "compact,delete".to_owned()),
                append_time,
                kept(judged_days),
                ("delete.retention.ms", (35 * DAY_MS).to_string()),
            ],
        ));
        // As large as an event may make them: an alert explains what it met, a dead letter holds the
        // event and its headers.
        let large = ("max.message.bytes", "8388608".to_owned());
        let feed = [delete.clone(), kept(35), large.clone()];
        topics.push(spec(&self.outputs.command, 1, &feed));
        for agency in &self.agencies {
            topics.push(spec(&self.outputs.feed(agency), 1, &feed));
        }
        topics.push(spec(&self.outputs.dead_letter, 1, &[delete, kept(35), large]));
        topics
    }
}

/// Settings of topics under which a promise would not hold, one sentence each.
pub fn promises_at_risk(
    topics: &BTreeMap<String, Existing>,
    inputs: &[String],
    [lists, suppressions]: [&String; 2],
    outputs: &[String],
) -> Vec<String> {
    let must_be = |name: &str, key: &str, planned: &str, why: &str| {
        let value = topics.get(name)?.settings.get(key)?;
        (value != planned).then(|| format!("{name}: {key} is {value} and must be {planned}: {why}"))
    };
    let clock = "the broker's time of arrival is the clock of every promise";
    let newest = "a list is the newest record of each entry";
    let inputs = inputs
        .iter()
        .filter_map(|name| must_be(name, "message.timestamp.type", "LogAppendTime", clock));
    let compacted = must_be(lists, "cleanup.policy", "compact", newest)
        .into_iter()
        .chain(loses_judgements(suppressions, topics));
    let small = outputs.iter().filter_map(|name| takes_no_batch(name, topics.get(name)?));
    inputs.chain(compacted).chain(small).collect()
}

/// Deleted by age alone, judgements would go before they expire.
fn loses_judgements(name: &str, topics: &BTreeMap<String, Existing>) -> Option<String> {
    let policy = topics.get(name)?.settings.get("cleanup.policy")?;
    (!policy.contains("compact")).then(|| {
        format!(
            "{name}: cleanup.policy is {policy} and must be compact,delete: the newest record of each \
             subject and entry must stay while it is in force"
        )
    })
}

/// Messages go out in batches, and a batch that the topic does not take fails whole.
fn takes_no_batch(name: &str, existing: &Existing) -> Option<String> {
    let max = existing.settings.get("max.message.bytes")?.parse::<u64>().ok()?;
    (max < BATCH_BYTES).then(|| {
        format!(
            "{name}: max.message.bytes is {max} and must be at least {BATCH_BYTES}: alerts that went \
             together would all be shortened, or not go out at all"
        )
    })
}

impl TopicSpec {
    /// How a topic that exists differs from this, one sentence each.
    pub fn differences(&self, existing: &Existing) -> Vec<String> {
        let mut differences = Vec::new();
        let (partitions, replication) = (self.partitions, self.replication);
        if existing.partitions != usize::try_from(partitions).unwrap_or(0) {
            differences
                .push(format!("has {} partitions, planned {partitions}", existing.partitions));
        }
        if existing.replication != usize::try_from(replication).unwrap_or(0) {
            differences.push(format!("has {} copies, planned {replication}", existing.replication));
        }
        for (key, planned) in &self.settings {
            match existing.settings.get(*key) {
                Some(value) if value == planned => {}
                Some(value) => differences.push(format!("{key} is {value}, planned {planned}")),
                None => {}
            }
        }
        differences
    }
}
