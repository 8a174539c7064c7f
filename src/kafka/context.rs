//! What the clients say of themselves: their logs, and complaints that a person can use.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer as _};

use super::{Bootstrap, Config, Error, Tokens, native};

/// How often the same complaint is made.
const REPEAT_AFTER: Duration = Duration::from_secs(30);

/// Says each complaint once, and again only when it changes or has lasted: one plain line, never a
/// stack of client errors.
#[derive(Default)]
pub struct Complaints {
    made: Mutex<HashMap<String, (String, Instant)>>,
    /// How many have been made and not settled.
    open: AtomicUsize,
}

impl Complaints {
    /// Makes a complaint, about the place where it arises.
    pub fn make(&self, about: &str, text: &str) {
        let Ok(mut made) = self.made.lock() else { return };
        let fresh =
            made.get(about).is_none_or(|(last, at)| last != text || at.elapsed() >= REPEAT_AFTER);
        if fresh {
            made.insert(about.to_owned(), (text.to_owned(), Instant::now()));
            self.open.store(made.len(), Ordering::Relaxed);
            tracing::warn!(about, "{text}");
        }
    }

    /// Notes that the cause is gone; says so if there had been a complaint.
    pub fn settle(&self, about: &str, text: &str) {
        // Asked for each message that is delivered: the usual answer must cost nothing.
        if self.open.load(Ordering::Relaxed) == 0 {
            return;
        }
        let Ok(mut made) = self.made.lock() else { return };
        if made.remove(about).is_some() {
            self.open.store(made.len(), Ordering::Relaxed);
            tracing::info!(about, "{text}");
        }
    }
}

/// Makes a type with the fields `tokens` and `bootstrap` the context of a client: the client's own
/// log goes to ours, where it is off unless asked for (its lines are for those who know the client,
/// and each failure that matters becomes a sentence of ours), its tokens come from ours, and that it
/// has lost every broker is noted.
macro_rules! client_context {
    ($context:ty) => {
        impl rdkafka::client::ClientContext for $context {
            const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

            fn log(&self, level: rdkafka::config::RDKafkaLogLevel, facility: &str, message: &str) {
                $crate::kafka::context::log(level, facility, message);
            }

            fn error(&self, error: rdkafka::error::KafkaError, reason: &str) {
                tracing::debug!(target: "librdkafka", %error, reason);
                self.bootstrap.hear(&error);
            }

            fn generate_oauth_token(
                &self,
                _config: Option<&str>,
            ) -> Result<rdkafka::client::OAuthToken, Box<dyn std::error::Error>> {
                match &self.tokens {
                    Some(tokens) => tokens.current(),
                    None => Err("no token endpoint is set".into()),
                }
            }
        }
    };
}
pub(super) use client_context;

/// The context of a client that has nothing to report.
pub(super) struct Quiet {
    pub(super) bootstrap: Bootstrap,
    tokens: Option<Tokens>,
}

impl Quiet {
    pub(super) fn new(config: &Config) -> Self {
        Self { bootstrap: Bootstrap::new(&config.brokers), tokens: config.tokens.clone() }
    }

    /// A consumer with these settings, logged in.
    ///
    /// # Errors
    /// When the client refuses its settings.
    pub(super) fn consumer(
        config: &Config,
        settings: &ClientConfig,
    ) -> Result<BaseConsumer<Self>, Error> {
        let consumer: BaseConsumer<Self> = settings
            .create_with_context(Self::new(config))
            .map_err(|error| Error::Settings(error.to_string()))?;
        native::log_in(consumer.client(), config.tokens.as_ref());
        Ok(consumer)
    }
}

client_context!(Quiet);

impl rdkafka::consumer::ConsumerContext for Quiet {}

pub(super) fn log(level: RDKafkaLogLevel, facility: &str, message: &str) {
    if (level as i32) <= RDKafkaLogLevel::Warning as i32 {
        tracing::debug!(target: "librdkafka", facility, "{message}");
    } else {
        tracing::trace!(target: "librdkafka", facility, "{message}");
    }
}
