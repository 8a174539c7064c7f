//! Writer schemas from a registry with Confluent's API: asked for by a thread of its own, kept for
//! good once found, as long as there is room.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::codec::{Contract, SchemaRef, SchemaText};
use crate::metrics::Metrics;
use crate::pipeline::{Lookup, Schemas};

use super::Error;
use super::context::Complaints;
use super::registry_api::{RegistryApi, RegistryConfig};
use super::registry_text::Answer;

/// The most schemas kept and questions waiting: ids come from outside. Beyond, the one that has not
/// been asked for longest is forgotten, and is fetched again for whoever needs it.
const KNOWN_MAX: usize = 10_000;
const WAITING_MAX: usize = 256;
/// How long to rest before the alerts' schema is registered again.
const REGISTER_AGAIN: Duration = Duration::from_secs(1);

/// Looks schemas up without making anybody wait.
pub struct Registry {
    known: Arc<Mutex<Answers>>,
    questions: SyncSender<SchemaRef>,
    absent_for: Duration,
    alert_id: Arc<OnceLock<u32>>,
}

enum Known {
    Asked,
    Found(SchemaText),
    /// Not there, or of no use for this reason: as the registry said then.
    Lacking(Instant, Option<&'static str>),
}

/// What the registry has said so far.
#[derive(Default)]
struct Answers {
    known: HashMap<SchemaRef, (Known, u64)>,
    /// Counts the questions, so that it is known what was asked for last.
    turn: u64,
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
        let known = Arc::new(Mutex::new(Answers::default()));
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
        if let Some(answer) = known.find(schema, self.absent_for) {
            return answer;
        }
        // A full queue means that it is asked for next time.
        if self.questions.try_send(schema).is_ok() {
            known.note(schema, Known::Asked);
        }
        Lookup::Pending
    }

    fn alert_id(&self) -> Option<u32> {
        self.alert_id.get().copied()
    }
}

impl Answers {
    /// What is known of a schema; `None` when that is to be asked for.
    fn find(&mut self, schema: SchemaRef, absent_for: Duration) -> Option<Lookup> {
        self.turn += 1;
        let (known, used) = self.known.get_mut(&schema)?;
        *used = self.turn;
        match known {
            Known::Found(text) => Some(Lookup::Found(text.clone())),
            Known::Asked => Some(Lookup::Pending),
            Known::Lacking(at, _) if at.elapsed() >= absent_for => None,
            Known::Lacking(_, None) => Some(Lookup::Absent),
            Known::Lacking(_, Some(reason)) => Some(Lookup::Unusable(reason)),
        }
    }

    /// Notes what is known of a schema. Makes room where there is none: what is lacking goes first,
    /// then the schema that has not been asked for longest; never an open question, which would be
    /// asked twice. Those are few: the queue bounds them.
    fn note(&mut self, schema: SchemaRef, known: Known) {
        if self.known.len() >= KNOWN_MAX && !self.known.contains_key(&schema) {
            let answered =
                self.known.iter().filter(|(_, (known, _))| !matches!(known, Known::Asked));
            let oldest = answered
                .min_by_key(|(_, (known, used))| (matches!(known, Known::Found(_)), *used))
                .map(|(schema, _)| *schema);
            if let Some(oldest) = oldest {
                self.known.remove(&oldest);
            }
        }
        self.known.insert(schema, (known, self.turn));
    }

    fn forget(&mut self, schema: SchemaRef) {
        self.known.remove(&schema);
    }
}

struct Asking {
    api: RegistryApi,
    feeds: Vec<String>,
    known: Arc<Mutex<Answers>>,
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
                Ok(Answer::Found(text)) => ("found", Some(Known::Found(text))),
                Ok(Answer::Absent) => ("absent", Some(Known::Lacking(Instant::now(), None))),
                Ok(Answer::Unusable(reason)) => {
                    ("unusable", Some(Known::Lacking(Instant::now(), Some(reason))))
                }
                Err(why) => {
                    self.complaints.make("schema registry", &format!(
                        "the schema registry does not answer ({why}): events and list entries with schemas not seen before wait"
                    ));
                    ("failed", None)
                }
            };
            self.metrics.schema_lookups.with_label_values(&[result]).inc();
            let Ok(mut known) = self.known.lock() else { return };
            match outcome {
                Some(outcome) => {
                    self.complaints.settle("schema registry", "the schema registry answers");
                    known.note(schema, outcome);
                }
                // Whoever needs it asks again.
                None => known.forget(schema),
            }
        }
    }

    /// Registers the alerts' schema for each feed. One text has one id in a registry; the first
    /// feed's is taken.
    fn register_alerts(&self) {
        let mut ids = Vec::new();
        for feed in &self.feeds {
            match self.api.register(Contract::Alerts, feed) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_bounded_and_there_is_always_room_for_another() {
        let mut answers = Answers::default();
        let for_long = Duration::from_secs(3_600);
        let id = |id: usize| SchemaRef::Id(u32::try_from(id).unwrap());
        let open = id(9_000_000);
        answers.note(open, Known::Asked);
        for at in 0..KNOWN_MAX + 100 {
            assert!(answers.find(id(at), for_long).is_none());
            answers.note(id(at), Known::Found("\"int\"".into()));
            assert!(matches!(answers.find(id(at), for_long), Some(Lookup::Found(_))));
            assert!(matches!(answers.find(id(0), for_long), Some(Lookup::Found(_))));
            assert!(answers.known.len() <= KNOWN_MAX);
        }
        assert!(matches!(answers.find(open, for_long), Some(Lookup::Pending)));
        assert!(answers.find(id(1), for_long).is_none());
        // Made-up ids push each other out, and nothing that is there.
        answers.forget(id(KNOWN_MAX));
        for at in 0..100 {
            answers.note(id(20_000_000 + at), Known::Lacking(Instant::now(), None));
        }
        let found = answers.known.values().filter(|(known, _)| matches!(known, Known::Found(_)));
        assert_eq!(found.count(), KNOWN_MAX - 2);
    }
}
