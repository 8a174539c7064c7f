//! Kafka's errors as ours: three faults for a lane, one sentence for a person.

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::pipeline::Fault;

use super::Config;

/// What went wrong with Kafka, in a sentence that says what to do. Holds no data of any record.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No broker answers.
    #[error(
        "no broker answers at {brokers}: check the address, that Kafka runs, the network and, if there \
         are any, certificates and password ({why})"
    )]
    Unreachable {
        /// The configured brokers.
        brokers: String,
        /// The client's word for it.
        why: String,
    },
    /// A broker answers, and one side does not accept the other.
    #[error("no connection to the brokers at {brokers}: {why}")]
    NotAdmitted {
        /// The configured brokers.
        brokers: String,
        /// What is wrong and how to mend it.
        why: &'static str,
    },
    /// A topic does not exist.
    #[error("topic {0} does not exist: make it with `portcullis topics create`")]
    TopicMissing(String),
    /// A topic may not be read.
    #[error("we may not read topic {0}: allow it in the brokers' access rules (Read and Describe)")]
    NotAllowed(String),
    /// The client refuses its settings.
    #[error("the Kafka client refuses its settings: {0}")]
    Settings(String),
    /// Another failure.
    #[error("{doing}: {why}")]
    Failed {
        /// What was being done.
        doing: &'static str,
        /// The client's word for it.
        why: String,
    },
}

impl Error {
    pub(super) fn failed(doing: &'static str, error: &KafkaError) -> Self {
        Self::Failed { doing, why: error.to_string() }
    }

    /// What reading this topic again will not mend; `None` for what passes by itself.
    pub(super) fn lasting(topic: &str, code: Code) -> Option<Self> {
        let missing = [Code::UnknownTopic, Code::UnknownTopicOrPartition, Code::UnknownPartition];
        let denied = [
            Code::TopicAuthorizationFailed,
            Code::GroupAuthorizationFailed,
            Code::ClusterAuthorizationFailed,
        ];
        if missing.contains(&code) {
            Some(Self::TopicMissing(topic.to_owned()))
        } else if denied.contains(&code) {
            Some(Self::NotAllowed(topic.to_owned()))
        } else {
            None
        }
    }

    /// No broker answered. A client that has no token for its login cannot say so itself.
    pub(super) fn no_answer(
        config: &Config,
        error: &KafkaError,
        refused: Option<&'static str>,
    ) -> Self {
        const NO_TOKEN: &str = "no token for the login: check kafka.security.oauth_token_endpoint, \
            oauth_client_id and oauth_client_secret";
        let brokers = config.brokers.clone();
        let without = config.tokens.as_ref().is_some_and(|tokens| tokens.current().is_err());
        if let Some(why) = without.then_some(NO_TOKEN).or(refused) {
            return Self::NotAdmitted { brokers, why };
        }
        let code = error.rdkafka_error_code();
        let why = code.map_or_else(|| error.to_string(), |code| code.to_string());
        Self::Unreachable { brokers, why }
    }
}

/// What a line of a client's log says about a connection that was refused: in our words, since the
/// client's may hold what it was given.
pub(super) fn refusal(line: &str) -> Option<&'static str> {
    let table = [
        (
            "certificate could not be verified",
            "their certificate is not of an authority that we trust: check kafka.security.ca_file",
        ),
        (
            "certificate verify failed",
            "their certificate is not of an authority that we trust: check kafka.security.ca_file",
        ),
        (
            "SSL",
            "the TLS connection failed: check kafka.security.protocol and kafka.security.certificate_file, and \
             that the brokers trust its authority",
        ),
        (
            "SASL",
            "they refuse our login: check kafka.security.sasl_mechanism, username and password, or, for \
             oauthbearer, what its token allows",
        ),
        (
            "isconnected",
            "they hang up: check that kafka.security.protocol is that of this port, and that the brokers trust \
             the authority of kafka.security.certificate_file",
        ),
    ];
    table.iter().find(|row| line.contains(row.0)).map(|row| row.1)
}

/// What a lane does about a failed delivery or a client's error.
pub(super) fn fault(error: &KafkaError) -> Fault {
    match error.rdkafka_error_code() {
        Some(code) => by_code(code),
        None => Fault::Retry("client_error"),
    }
}

fn by_code(code: Code) -> Fault {
    let halts = [
        (Code::Fatal, "fatal"),
        (Code::Fenced, "fenced"),
        (Code::OutOfOrderSequenceNumber, "out_of_order_sequence"),
        (Code::UnknownProducerId, "unknown_producer_id"),
        (Code::InvalidProducerEpoch, "invalid_producer_epoch"),
        (Code::PurgeQueue, "purged"),
        (Code::PurgeInflight, "purged"),
        (Code::FencedInstanceId, "fenced_instance_id"),
        (Code::PollExceeded, "max_poll_exceeded"),
    ];
    let retries = [
        (Code::TopicAuthorizationFailed, "not_authorized"),
        (Code::ClusterAuthorizationFailed, "not_authorized"),
        (Code::GroupAuthorizationFailed, "not_authorized"),
        (Code::UnknownTopic, "unknown_topic"),
        (Code::UnknownTopicOrPartition, "unknown_topic"),
        (Code::MessageTimedOut, "timed_out"),
        (Code::RequestTimedOut, "timed_out"),
        (Code::NotEnoughReplicas, "not_enough_replicas"),
        (Code::NotEnoughReplicasAfterAppend, "not_enough_replicas"),
        (Code::BrokerTransportFailure, "broker_unreachable"),
        (Code::AllBrokersDown, "broker_unreachable"),
    ];
    let known =
        |table: &[(Code, &'static str)]| table.iter().find(|row| row.0 == code).map(|row| row.1);
    if code == Code::MessageSizeTooLarge {
        return Fault::TooLarge("message_too_large");
    }
    match known(&halts) {
        Some(cause) => Fault::Halt(cause),
        None => Fault::Retry(known(&retries).unwrap_or("client_error")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_told_at_once_what_does_not_pass_by_itself() {
        let told = |code| Error::lasting("alerts.command", code).map(|error| error.to_string());
        let denied = told(Code::TopicAuthorizationFailed).unwrap();
        assert!(denied.contains("alerts.command") && denied.contains("access rules"), "{denied}");
        let missing = told(Code::UnknownTopicOrPartition).unwrap();
        assert!(missing.contains("portcullis topics create"), "{missing}");
        for passing in [Code::BrokerTransportFailure, Code::NotLeaderForPartition] {
            assert_eq!(told(passing), None);
        }
    }
}
