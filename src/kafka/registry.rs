//! Writer schemas from a registry with Confluent's API: asked for by a thread of its own, kept for
//! good once found, as long as there is room.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::mem::discriminant;
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

/// The most schemas kept, and text of theirs. Beyond, the one that has not been asked for longest
/// is forgotten, and is fetched again for whoever needs it.
const FOUND_MAX: usize = 10_000;
const FOUND_BYTES_MAX: usize = 64 << 20;
/// The most schemas known to be lacking, likewise. They have room of their own: ids come from
/// outside, and made-up ones push each other out, and nothing that is there.
const LACKING_MAX: usize = 1_000;
/// The most questions waiting, and so less than what is lacking: no answer is forgotten before
/// whoever asked has seen it.
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

impl Known {
    fn bytes(&self) -> usize {
        match self {
            Self::Found(text) => text.bytes(),
            Self::Asked | Self::Lacking(..) => 0,
        }
    }

    /// How many of this kind may be known, and how much text they may have.
    const fn room(&self) -> (usize, usize) {
        match self {
            Self::Found(_) => (FOUND_MAX, FOUND_BYTES_MAX),
            Self::Lacking(..) => (LACKING_MAX, usize::MAX),
            Self::Asked => (usize::MAX, usize::MAX),
        }
    }
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

    /// Notes what is known of a schema, and makes room for it among its kind. Open questions are
    /// never forgotten, or they would be asked twice: the queue bounds them.
    fn note(&mut self, schema: SchemaRef, known: Known) {
        let (count_max, bytes_max) = known.room();
        let (mut count, mut bytes) = (1, known.bytes());
        let kind = discriminant(&known);
        self.known.remove(&schema);
        let others = self.known.iter().filter(|(_, (known, _))| discriminant(known) == kind);
        let mut others: Vec<(u64, SchemaRef, usize)> =
            others.map(|(schema, (known, used))| (*used, *schema, known.bytes())).collect();
        others.sort_unstable_by_key(|(used, ..)| Reverse(*used));
        for (_, other, size) in others {
            count += 1;
            bytes += size;
            if count > count_max || bytes > bytes_max {
                self.known.remove(&other);
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

    const FOR_LONG: Duration = Duration::from_secs(3_600);

    fn id(id: usize) -> SchemaRef {
        SchemaRef::Id(u32::try_from(id).unwrap())
    }

    fn found(answers: &Answers) -> usize {
        answers.known.values().filter(|(known, _)| matches!(known, Known::Found(_))).count()
    }

    #[test]
    fn what_is_known_is_bounded_and_there_is_always_room_for_another() {
        let mut answers = Answers::default();
        let open = id(9_000_000);
        answers.note(open, Known::Asked);
        for at in 0..FOUND_MAX {
            answers.known.insert(id(at), (Known::Found("\"int\"".into()), 0));
        }
        for at in FOUND_MAX..FOUND_MAX + 100 {
            assert!(matches!(answers.find(id(0), FOR_LONG), Some(Lookup::Found(_))));
            assert!(answers.find(id(at), FOR_LONG).is_none());
            answers.note(id(at), Known::Asked);
            answers.note(id(at), Known::Found("\"int\"".into()));
            assert!(matches!(answers.find(id(at), FOR_LONG), Some(Lookup::Found(_))));
            assert_eq!(found(&answers), FOUND_MAX);
        }
        assert!(matches!(answers.find(open, FOR_LONG), Some(Lookup::Pending)));
        assert!(matches!(answers.find(id(FOUND_MAX), FOR_LONG), Some(Lookup::Found(_))));
        // Made-up ids push each other out, and nothing that is there.
        for at in 20_000_000..20_000_000 + 2 * LACKING_MAX {
            answers.note(id(at), Known::Asked);
            assert!(matches!(answers.find(id(at), FOR_LONG), Some(Lookup::Pending)));
            answers.note(id(at), Known::Lacking(Instant::now(), None));
            assert!(matches!(answers.find(id(at), FOR_LONG), Some(Lookup::Absent)));
        }
        assert_eq!(found(&answers), FOUND_MAX);
        assert_eq!(answers.known.len(), FOUND_MAX + LACKING_MAX + 1);
    }

    #[test]
    fn the_text_that_is_kept_is_bounded_and_what_is_asked_for_stays() {
        let mut answers = Answers::default();
        let large = SchemaText::from(&*"x".repeat(1 << 20));
        for at in 0..100 {
            answers.note(id(at), Known::Found(large.clone()));
            for used in [at, 0] {
                assert!(matches!(answers.find(id(used), FOR_LONG), Some(Lookup::Found(_))));
            }
        }
        let kept: Vec<usize> =
            (0..100).filter(|at| answers.find(id(*at), FOR_LONG).is_some()).collect();
        assert_eq!(kept, [0].into_iter().chain(37..100).collect::<Vec<_>>());
    }
}
