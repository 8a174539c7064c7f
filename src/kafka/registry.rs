//! Writer schemas from a registry with Confluent's API: asked for by a thread of its own, kept for
//! good once found.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::codec::SchemaRef;
use crate::metrics::Metrics;
use crate::pipeline::{Lookup, Schemas};

use super::Error;
use super::context::Complaints;
use super::registry_api::{RegistryApi, RegistryConfig};

/// The most schemas kept and questions waiting: ids come from outside.
const KNOWN_MAX: usize = 10_000;
const WAITING_MAX: usize = 256;
/// How long to rest before the alerts' schema is registered again.
const REGISTER_AGAIN: Duration = Duration::from_secs(1);

/// Looks schemas up without making anybody wait.
pub struct Registry {
    known: Arc<Mutex<HashMap<SchemaRef, Known>>>,
    questions: SyncSender<SchemaRef>,
    absent_for: Duration,
    alert_id: Arc<OnceLock<u32>>,
}

enum Known {
    Asked,
    Found(Arc<str>),
    Absent(Instant),
}

impl Registry {
    /// Starts the thread that asks. First of all it registers the alerts' schema for the topics
    /// in `feeds` (subject: the topic and `-value`), so that their readers find it.
    ///
    /// # Errors
    /// When the certificates cannot be read or the thread does not start.
    pub fn start(
        config: RegistryConfig,
        feeds: Vec<String>,
        metrics: Arc<Metrics>,
        complaints: Arc<Complaints>,
    ) -> Result<Self, Error> {
        let known = Arc::new(Mutex::new(HashMap::new()));
        let (questions, asked) = sync_channel(WAITING_MAX);
        let absent_for = config.absent_for;
        let api = RegistryApi::new(config)?;
        let alert_id = Arc::new(OnceLock::new());
        let asking = Asking {
            api,
            feeds,
            known: Arc::clone(&known),
            alert_id: Arc::clone(&alert_id),
            metrics,
            complaints,
        };
        std::thread::Builder::new()
            .name("registry".into())
            .spawn(move || asking.run(&asked))
            .map_err(|error| Error::Failed {
                doing: "starting a thread",
                why: error.to_string(),
            })?;
        Ok(Self { known, questions, absent_for, alert_id })
    }
}

impl Schemas for Registry {
    fn look_up(&self, schema: SchemaRef) -> Lookup {
        let Ok(mut known) = self.known.lock() else { return Lookup::Pending };
        match known.get(&schema) {
            Some(Known::Found(text)) => return Lookup::Found(Arc::clone(text)),
            Some(Known::Asked) => return Lookup::Pending,
            Some(Known::Absent(at)) if at.elapsed() < self.absent_for => return Lookup::Absent,
            Some(Known::Absent(_)) | None => {}
        }
        if known.len() >= KNOWN_MAX {
            known.retain(|_, known| matches!(known, Known::Found(_)));
        }
        // A full queue means that it is asked for next time.
        if known.len() < KNOWN_MAX && self.questions.try_send(schema).is_ok() {
            known.insert(schema, Known::Asked);
        }
        Lookup::Pending
    }

    fn alert_id(&self) -> Option<u32> {
        self.alert_id.get().copied()
    }
}

struct Asking {
    api: RegistryApi,
    feeds: Vec<String>,
    known: Arc<Mutex<HashMap<SchemaRef, Known>>>,
    alert_id: Arc<OnceLock<u32>>,
    metrics: Arc<Metrics>,
    complaints: Arc<Complaints>,
}

impl Asking {
    fn run(&self, asked: &Receiver<SchemaRef>) {
        loop {
            if self.alert_id.get().is_none() {
                self.register_alerts();
            }
            let schema = match asked.recv_timeout(REGISTER_AGAIN) {
                Ok(schema) => schema,
                Err(RecvTimeoutError::Timeout) => continue,
                // The registry was dropped, and with it the sender.
                Err(RecvTimeoutError::Disconnected) => return,
            };
            let (result, outcome) = match self.api.schema(schema) {
                Ok(Some(text)) => ("found", Some(Known::Found(text.into()))),
                Ok(None) => ("absent", Some(Known::Absent(Instant::now()))),
                Err(why) => {
                    self.complaints.make("schema registry", &format!(
                        "the schema registry does not answer ({why}): events with schemas not seen before wait"
                    ));
                    ("failed", None)
                }
            };
            self.metrics.schema_lookups.with_label_values(&[result]).inc();
            let Ok(mut known) = self.known.lock() else { return };
            match outcome {
                Some(outcome) => {
                    self.complaints.settle("schema registry", "the schema registry answers");
                    known.insert(schema, outcome);
                }
                // Whoever needs it asks again.
                None => {
                    known.remove(&schema);
                }
            }
        }
    }

    /// Registers the alerts' schema for each feed. One text has one id in a registry; the first
    /// feed's is taken.
    fn register_alerts(&self) {
        let mut ids = Vec::new();
        for feed in &self.feeds {
            match self.api.register_alerts(feed) {
                Ok(id) => ids.push(id),
                Err(why) => {
                    let text = format!(
                        "the schema of alerts cannot be registered for {feed} ({why}): events that alert wait"
                    );
                    return self.complaints.make("alert schema", &text);
                }
            }
        }
        let Some(id) = ids.first().copied() else { return };
        if ids.iter().any(|other| *other != id) {
            tracing::warn!(
                "the registry knows the schema of alerts by several ids: the one of {} is used",
                self.feeds.first().map_or("", String::as_str)
            );
        }
        self.complaints.settle("alert schema", "the schema of alerts is registered");
        tracing::info!(id, "alerts are written with the registry's id of their schema");
        self.alert_id.get_or_init(|| id);
    }
}
