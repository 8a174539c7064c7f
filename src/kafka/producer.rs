//! The way out: an idempotent producer whose reports find their lane.

use std::sync::Arc;
use std::sync::mpsc::Sender as Reporter;
use std::time::Duration;

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};
use rdkafka::message::{Header, Message as _, OwnedHeaders};
use rdkafka::producer::{
    BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer,
};

use crate::domain::AgencyId;
use crate::pipeline::{About, Destination, Message, Refused, Report, Ticket};
use crate::planted::{self, Bug};

use super::clock::wall;
use super::context::client_context;
use super::fault::fault;
use super::{Bootstrap, Complaints, Config, Error, Tokens, native};

/// Names of the topics that are written.
#[derive(Clone, Debug)]
pub struct Outputs {
    /// The Command's feed.
    pub command: String,
    /// What comes before an agency's name in the name of its feed.
    pub agency_prefix: String,
    /// Dead letters.
    pub dead_letter: String,
}

impl Outputs {
    /// The feed of an agency.
    pub fn feed(&self, agency: &AgencyId) -> String {
        format!("{}{}", self.agency_prefix, agency.as_str())
    }

    /// The topic of a destination.
    pub fn topic(&self, destination: &Destination) -> String {
        match destination {
            Destination::Command => self.command.clone(),
            Destination::DeadLetter => self.dead_letter.clone(),
            Destination::Agency(agency) => self.feed(agency),
        }
    }
}

/// The producer that all lanes share.
pub struct Sender {
    producer: ThreadedProducer<Reports>,
    outputs: Outputs,
}

/// A message under way: its ticket and the lane that waits for it.
pub(super) struct Sent {
    pub(super) ticket: Ticket,
    pub(super) reports: Reporter<Report>,
}

impl Sender {
    /// Makes the producer. It connects by itself, and goes on trying.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub fn new(
        config: &Config,
        outputs: Outputs,
        complaints: Arc<Complaints>,
    ) -> Result<Self, Error> {
        let bootstrap = Bootstrap::new(&config.brokers);
        let producer = config
            .producer()
            .create_with_context(Reports { complaints, bootstrap, tokens: config.tokens.clone() })
            .map_err(|error| Error::Settings(error.to_string()))?;
        Ok(Self { producer, outputs })
    }

    /// Hands a message over; its report goes to the lane.
    pub(super) fn send(&self, message: &Message, sent: Box<Sent>) -> Result<(), Refused> {
        let topic = self.outputs.topic(&message.destination);
        let headers = message.headers.iter().fold(
            OwnedHeaders::new_with_capacity(message.headers.len()),
            |headers, (key, value)| headers.insert(Header { key, value: Some(value) }),
        );
        let mut record = BaseRecord::<[u8], [u8], _>::with_opaque_to(&topic, sent).headers(headers);
        if let Some(key) = &message.key {
            record = record.key(key);
        }
        if let Some(value) = &message.value {
            record = record.payload(value);
        }
        self.producer.send(record).map_err(|(error, _)| refused(&error))
    }

    /// Looks whether the client has lost every broker, and tells it where to begin again.
    pub(super) fn regain(&self) {
        self.producer.context().bootstrap.regain(self.producer.client());
    }

    /// Waits until everything handed over is delivered or has failed; `false` when time ran out.
    /// Comes before every drop: a dropped producer throws away what it holds.
    pub fn flush(&self, within: Duration) -> bool {
        native::flush(&self.producer, within) && self.producer.in_flight_count() == 0
    }
}

fn refused(error: &KafkaError) -> Refused {
    if error.rdkafka_error_code() == Some(Code::QueueFull) {
        Refused::Full
    } else {
        Refused::Undeliverable(fault(error))
    }
}

/// Says what keeps messages from a topic, and that their events wait.
fn undelivered(error: &KafkaError) -> String {
    let Some(code) = error.rdkafka_error_code() else { return error.to_string() };
    let missing = [Code::UnknownTopic, Code::UnknownTopicOrPartition, Code::UnknownPartition];
    let why = if missing.contains(&code) {
        "the topic does not exist: make it with `portcullis topics create`".to_owned()
    } else if code == Code::TopicAuthorizationFailed {
        "we may not write to the topic: allow it in the brokers' access rules".to_owned()
    } else {
        // Every other one says itself what it is.
        code.to_string()
    };
    format!("a message was not delivered and its event waits: {why}")
}

struct Reports {
    complaints: Arc<Complaints>,
    bootstrap: Bootstrap,
    tokens: Option<Tokens>,
}

client_context!(Reports);

impl ProducerContext for Reports {
    type DeliveryOpaque = Box<Sent>;

    fn delivery(&self, result: &DeliveryResult<'_>, sent: Box<Sent>) {
        match result {
            Ok(message) => {
                self.complaints.settle(message.topic(), "messages arrive in this topic again");
            }
            Err((error, message)) => self.complaints.make(message.topic(), &undelivered(error)),
        }
        let mut outcome = result.as_ref().map(|_| ()).map_err(|(error, _)| fault(error));
        let letter = matches!(sent.ticket.about, About::DeadLetter(_));
        if planted::has(Bug::IgnoreDeliveryError)
            || letter && planted::has(Bug::SwallowDeadLetterFailure)
        {
            outcome = Ok(());
        }
        let report = Report { ticket: sent.ticket, at: wall(), outcome };
        // A lane that is gone needs no report.
        drop(sent.reports.send(report));
    }
}
