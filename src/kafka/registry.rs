//! Writer schemas from a registry with Confluent's API: asked for by a thread of its own, kept for
//! good once found.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::codec::{Contract, SchemaRef};
use crate::metrics::Metrics;
use crate::pipeline::{Lookup, Schemas};

use super::context::Complaints;
use super::{Error, http};

/// How to reach a registry. Holds a secret: has no `Debug`.
#[derive(Clone)]
pub struct RegistryConfig {
    /// Base addresses; the first that answers is used.
    pub urls: Vec<String>,
    /// User and password for basic authentication (RFC 7617).
    pub credentials: Option<(String, String)>,
    /// Certificates to trust, PEM; those that browsers trust when absent.
    pub ca_file: Option<PathBuf>,
    /// How long one question may take.
    pub timeout: Duration,
    /// How long "there is no such schema" is believed.
    pub absent_for: Duration,
}

/// The most schemas kept and questions waiting: ids come from outside.
const KNOWN_MAX: usize = 10_000;
const WAITING_MAX: usize = 256;
/// How long to rest before the alerts' schema is registered again.
const REGISTER_AGAIN: Duration = Duration::from_secs(1);
/// The media type of the API.
const JSON: &str = "application/vnd.schemaregistry.v1+json";

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
        let agent = http::agent(config.timeout, config.ca_file.as_deref())
            .map_err(|why| Error::Failed { doing: "reading the registry's certificates", why })?;
        let known = Arc::new(Mutex::new(HashMap::new()));
        let (questions, asked) = sync_channel(WAITING_MAX);
        let absent_for = config.absent_for;
        let alert_id = Arc::new(OnceLock::new());
        let asking = Asking {
            agent,
            config,
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
    agent: ureq::Agent,
    config: RegistryConfig,
    feeds: Vec<String>,
    known: Arc<Mutex<HashMap<SchemaRef, Known>>>,
    alert_id: Arc<OnceLock<u32>>,
    metrics: Arc<Metrics>,
    complaints: Arc<Complaints>,
}

/// The registry's answer to a registration.
#[derive(Deserialize)]
struct Registered {
    id: u32,
}

/// What the registry said.
enum Answer {
    Schema(String),
    Absent,
    Silence(String),
}

#[derive(Deserialize)]
struct Body {
    schema: String,
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
            let (result, outcome) = match self.ask(schema) {
                Answer::Schema(text) => ("found", Some(Known::Found(text.into()))),
                Answer::Absent => ("absent", Some(Known::Absent(Instant::now()))),
                Answer::Silence(why) => {
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
            match self.register(feed) {
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

    /// Registers the alerts' schema for a topic; where we may not, looks up its id there.
    fn register(&self, topic: &str) -> Result<u32, String> {
        let body = serde_json::json!({"schema": Contract::Alerts.text(), "schemaType": "AVRO"});
        let mut last = "no address is configured".to_owned();
        for base in &self.config.urls {
            let base = base.trim_end_matches('/');
            for path in ["/versions", ""] {
                match self.post(&format!("{base}/subjects/{topic}-value{path}"), &body) {
                    Ok(id) => return Ok(id),
                    Err(why) => last = why,
                }
            }
        }
        Err(last)
    }

    fn post(&self, url: &str, body: &serde_json::Value) -> Result<u32, String> {
        let mut request = self.agent.post(url).header("accept", JSON).header("content-type", JSON);
        if let Some(credentials) = self.credentials() {
            request = request.header("authorization", credentials);
        }
        let mut answer = request.send(body.to_string()).map_err(|error| error.to_string())?;
        let registered = answer.body_mut().read_json::<Registered>();
        registered.map(|registered| registered.id).map_err(|error| error.to_string())
    }

    fn credentials(&self) -> Option<String> {
        let (user, password) = self.config.credentials.as_ref()?;
        Some(http::basic(user, password))
    }

    fn ask(&self, schema: SchemaRef) -> Answer {
        let mut last = Answer::Silence("no address is configured".into());
        for base in &self.config.urls {
            let base = base.trim_end_matches('/');
            let url = match schema {
                SchemaRef::Id(id) => format!("{base}/schemas/ids/{id}"),
                SchemaRef::Guid(guid) => format!("{base}/schemas/guids/{}", hyphened(guid)),
            };
            last = self.get(&url);
            if !matches!(last, Answer::Silence(_)) {
                break;
            }
        }
        last
    }

    fn get(&self, url: &str) -> Answer {
        let mut request = self.agent.get(url).header("accept", JSON);
        if let Some(credentials) = self.credentials() {
            request = request.header("authorization", credentials);
        }
        match request.call() {
            Err(ureq::Error::StatusCode(404)) => Answer::Absent,
            Err(error) => Answer::Silence(error.to_string()),
            Ok(mut response) => match response.body_mut().read_json::<Body>() {
                Ok(body) => Answer::Schema(body.schema),
                Err(error) => Answer::Silence(format!("an answer that is no schema: {error}")),
            },
        }
    }
}

fn hyphened(guid: [u8; 16]) -> String {
    let hex: String = guid.iter().map(|byte| format!("{byte:02x}")).collect();
    let part = |from, to| hex.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}
