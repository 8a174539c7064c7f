//! The settings of topics: which are read, which are written, and that each has one use.

use std::collections::BTreeMap;

use crate::domain::{AgencyId, Topic};
use crate::kafka::Outputs;

use super::Reader;

/// How alerts are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlertFormat {
    /// Avro in the Confluent wire format.
    Avro,
    /// JSON.
    Json,
}

/// The topics of one group of instances.
pub(super) struct Topics {
    pub(super) inputs: Vec<(Topic, String)>,
    pub(super) lists: String,
    pub(super) suppressions: String,
    pub(super) outputs: Outputs,
    pub(super) alert_format: AlertFormat,
    /// Agencies that have a feed.
    pub(super) agencies: Vec<AgencyId>,
}

/// Each kind of event, the setting that names its topics, and the name it has by default.
const INPUTS: [(Topic, &str, &str); 6] = [
    (Topic::Crossings, "topics.crossings", "border.crossings"),
    (Topic::AdvancePassenger, "topics.advance_passenger", "border.advance-passenger"),
    (Topic::Vehicles, "topics.vehicles", "border.vehicles"),
    (Topic::Containers, "topics.containers", "border.containers"),
    (Topic::Declarations, "topics.declarations", "customs.declarations"),
    (Topic::Cash, "topics.cash", "customs.cash"),
];

/// Reads which topics there are.
pub(super) fn read(reader: &mut Reader) -> Topics {
    let inputs = read_inputs(reader);
    let (outputs, alert_format) = read_outputs(reader);
    let lists =
        reader.text("lists.topic", "watchlist.entries", "The compacted topic of list entries.");
    let suppressions = reader.text(
        "suppressions.topic",
        "watchlist.suppressions",
        "The compacted topic of subjects judged not to be meant by an entry.",
    );
    let agencies = read_agencies(reader);
    let topics = Topics { inputs, lists, suppressions, outputs, alert_format, agencies };
    check_names(reader, &topics);
    topics
}

fn read_inputs(reader: &mut Reader) -> Vec<(Topic, String)> {
    let mut inputs = Vec::new();
    for (kind, key, name) in INPUTS {
        let names = reader.list_of_text(
            key,
            &[name],
            "Topics with events of this kind; none to read none.",
        );
        inputs.extend(names.into_iter().map(|name| (kind, name)));
    }
    if inputs.is_empty() {
        reader.mistake("topics.crossings", "no input topic is left: name one of any kind");
    }
    inputs
}

fn read_outputs(reader: &mut Reader) -> (Outputs, AlertFormat) {
    let outputs = Outputs {
        command: reader.text("topics.alerts_command", "alerts.command", "The Command's feed."),
        agency_prefix: reader.text(
            "topics.alerts_agency_prefix",
            "alerts.agency.",
            "An agency's feed is this and the agency's name.",
        ),
        dead_letter: reader.text(
            "topics.dead_letter",
            "portcullis.dead-letter",
            "Where records go that cannot be used.",
        ),
    };
    let format = reader.choice(
        "topics.alert_format",
        AlertFormat::Avro,
        &[("avro", AlertFormat::Avro), ("json", AlertFormat::Json)],
        "How alerts are encoded.",
    );
    (outputs, format)
}

fn read_agencies(reader: &mut Reader) -> Vec<AgencyId> {
    let names = reader.list_of_text(
        "agencies",
        &[],
        "Agencies that own entries or may see them: `topics create` makes a feed for each.",
    );
    let mut agencies = Vec::new();
    for (number, name) in names.iter().enumerate() {
        match AgencyId::parse(name) {
            Ok(agency) if agencies.contains(&agency) => {
                reader.mistake("agencies", format!("{name} is named twice: leave one of the two"));
            }
            Ok(agency) => agencies.push(agency),
            Err(error) => reader.mistake("agencies", format!("number {}: {error}", number + 1)),
        }
    }
    agencies
}

/// Every name must be one that Kafka takes, and no topic may have two uses: an output that is read
/// as input would feed itself, and one list of partitions cannot hold two kinds of event.
fn check_names(reader: &mut Reader, topics: &Topics) {
    let mut uses: BTreeMap<String, &'static str> = BTreeMap::new();
    let Topics { inputs, lists, suppressions, outputs, agencies, .. } = topics;
    let inputs = inputs.iter().map(|(kind, name)| (key_of(*kind), name.clone()));
    let fixed = [
        ("lists.topic", lists.clone()),
        ("suppressions.topic", suppressions.clone()),
        ("topics.alerts_command", outputs.command.clone()),
        ("topics.dead_letter", outputs.dead_letter.clone()),
    ];
    let prefix = &outputs.agency_prefix;
    let feeds = agencies.iter().map(|agency| ("agencies", format!("{prefix}{}", agency.as_str())));
    // Any agency may come to own an entry: its feed has to be a topic's name as well.
    let longest = "a".repeat(AgencyId::LENGTH_MAX);
    let prefixed = std::iter::once(("topics.alerts_agency_prefix", format!("{prefix}{longest}")));
    for (key, name) in inputs.chain(fixed).chain(prefixed).chain(feeds) {
        if !is_topic(&name) {
            reader.mistake(
                key,
                "expected a topic's name: 1 to 249 of a-z, A-Z, 0-9, '.', '_' and '-' (with the \
                 agency's name of up to 40, for its prefix)",
            );
        }
        if let Some(other) = uses.insert(name.clone(), key) {
            reader.mistake(
                key,
                format!("{name} is used by {other} already: give each its own topic"),
            );
        }
    }
}

/// The setting that names the topics of a kind of event.
fn key_of(kind: Topic) -> &'static str {
    let row = INPUTS.iter().find(|row| row.0 == kind);
    row.map_or("topics", |row| row.1)
}

/// Whether Kafka takes the name.
fn is_topic(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=249).contains(&name.len()) && ![".", ".."].contains(&name) && name.bytes().all(plain)
}
