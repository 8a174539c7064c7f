//! Seeded traffic with everything that borders really send: hits, names that are misspelt, poison,
//! events sent again, revisions, clocks that are wrong; and the record of what the broker
//! acknowledged of it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portcullis::codec::{Contract, Decoder, Format, Headers, Limits, encode_entry, encode_event};
use portcullis::domain::{self, Revision, Subject, Timestamp, Topic, View};
use portcullis::kafka::{Bootstrap, wall};
use portcullis::sim::corpus::Query;
use portcullis::sim::{self, Planned, Traffic, World};
use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rdkafka::ClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{Header, Message as _, OwnedHeaders};
use rdkafka::producer::{
    BaseRecord, DeliveryResult, Producer as _, ProducerContext, ThreadedProducer,
};
use sha2::{Digest as _, Sha256};

use super::broker::Broker;
use super::checker::{Entry, Event, Fate};
use super::instance::{KINDS, PATIENCE, Site};
use super::likeness::Screenings;
use super::slips::{Slips, disguise};

/// The largest event that the tests send.
const EVENT_BYTES_MAX: &str = "12000000";

/// What a load is made of. Shares are of all events, 0 to 1.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The same seed gives the same lists, people and mishaps.
    pub(crate) seed: u64,
    /// Events a second.
    pub(crate) rate: u64,
    /// Subjects that touch a list.
    pub(crate) hits: f64,
    /// Events about somebody listed to whose name something was done.
    pub(crate) slips: f64,
    /// Records that cannot be read.
    pub(crate) poison: f64,
    /// Events that are met and come again, unchanged or as a revision.
    pub(crate) again: f64,
    /// Events whose own clock is a year ahead or behind.
    pub(crate) skewed: f64,
    /// Added to the ids of the shipped schemas, so that a registry must be asked for them.
    pub(crate) schema_ids_from: u32,
}

/// The lists and the traffic of a plan.
pub(crate) struct Load {
    plan: Plan,
    world: World,
    slips: Slips,
    /// Of the world and of the people who will be misspelt, in the order of the list topic.
    entries: Vec<domain::Entry>,
    screenings: Mutex<Screenings>,
    doubtful: Mutex<Vec<Doubtful>>,
}

/// An event that was sent while lists changed.
struct Doubtful {
    id: String,
    topic: Topic,
    value: Vec<u8>,
    at: Timestamp,
}

/// Puts events in, and keeps what the broker said of each.
pub(crate) struct Feeder {
    producer: ThreadedProducer<Acknowledged>,
    acknowledged: Arc<Mutex<Vec<Event>>>,
    /// Whether lists change just now, so that nobody can say what an event must meet.
    unsure: AtomicBool,
}

struct Acknowledged {
    events: Arc<Mutex<Vec<Event>>>,
    bootstrap: Bootstrap,
}

impl ClientContext for Acknowledged {
    fn error(&self, error: KafkaError, reason: &str) {
        eprintln!("  the feeder's client: {error} ({reason})");
        self.bootstrap.hear(&error);
    }
}

impl ProducerContext for Acknowledged {
    type DeliveryOpaque = Box<Event>;

    fn delivery(&self, result: &DeliveryResult<'_>, mut event: Box<Event>) {
        if let Ok(message) = result {
            (event.partition, event.offset) = (message.partition(), Some(message.offset()));
        }
        self.events.lock().unwrap().push(*event);
    }
}

impl Plan {
    /// A load with something of everything, for this seed.
    pub(crate) fn seeded(seed: u64) -> Self {
        Self {
            seed,
            rate: 2_000,
            hits: 0.04,
            slips: 0.02,
            poison: 0.01,
            again: 0.01,
            skewed: 0.01,
            schema_ids_from: 0,
        }
    }
}

impl Load {
    pub(crate) fn new(plan: Plan) -> Self {
        let mut settings = sim::Settings::sized(plan.seed, wall(), 2_000);
        settings.hit_share = plan.hits;
        // A journey shorter than the test: who was announced is seen at the border too.
        settings.travel_seconds = 3;
        settings.names_alike = true;
        let (world, slips) = (World::new(settings), Slips::new(plan.seed));
        let is_person = |entry: &domain::Entry| entry.subject == Subject::Person;
        let like = world.entries().find(is_person).unwrap();
        let entries: Vec<_> = world.entries().chain(slips.entries(&like)).collect();
        let screenings = Mutex::new(Screenings::new(&entries));
        Self { plan, world, slips, entries, screenings, doubtful: Mutex::default() }
    }

    /// Says that instances may get the lists while they run.
    pub(crate) fn lists_come_late(&self) {
        self.screenings.lock().unwrap().lists_come_late(&self.entries);
    }

    /// Who may know of each list entry, as the checker wants it.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        let of = |entry: &domain::Entry| Entry {
            key: entry.key.to_string(),
            owner: entry.handling.owner.as_str().to_owned(),
            covert: entry.handling.covert,
            shares: (entry.handling.audience.iter())
                .map(|share| (share.agency.as_str().to_owned(), view(share.view).to_owned()))
                .collect(),
            tells_more: entry.narrative.is_some() || entry.handling.reason_code.is_some(),
        };
        self.entries.iter().map(of).collect()
    }

    /// The records of the list topic.
    pub(crate) fn list_records(&self) -> Vec<(String, Vec<u8>)> {
        let format = Format::Avro { schema_id: Contract::Entries.id() };
        let record =
            |entry: &domain::Entry| (entry.key.to_string(), encode_entry(entry, format).unwrap());
        self.entries.iter().map(record).collect()
    }

    /// Sends events at the plan's rate until `stop` is set.
    pub(crate) fn flow(&self, site: &Site<'_>, feeder: &Feeder, stop: &AtomicBool) {
        let mut traffic = self.traffic();
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.seed);
        let mut screenings = self.screenings.lock().unwrap();
        let (begun, mut sent) = (Instant::now(), 0_u64);
        while !stop.load(Ordering::Relaxed) {
            let due = begun.elapsed().as_micros() * u128::from(self.plan.rate) / 1_000_000;
            if u128::from(sent) >= due {
                std::thread::sleep(Duration::from_millis(1));
                continue;
            }
            sent += 1;
            let (now, slip) = (wall(), self.slip(&mut rng));
            let mut planned = traffic.next(now).unwrap();
            let due = met(&mut planned, slip.as_ref(), &mut screenings, now);
            let mut event = planned.event;
            // After it was planned: what is in force is judged by the broker's clock.
            event.occurred_at = self.clock(&mut rng);
            let topic = site.topic(kind(event.topic()));
            let id = event.id.as_str().to_owned();
            let value = self.encode(&event);
            if rng.random_bool(self.plan.poison) {
                let spoilt = spoilt(&value, &mut rng);
                feeder.send(&topic, &id, &spoilt, Fate::Poison, &Due::default());
                continue;
            }
            if feeder.is_unsure() {
                self.doubt(&event, now);
            }
            let fate = if due.entries.is_empty() { Fate::Clear } else { Fate::Met };
            feeder.send(&topic, &id, &value, fate, &due);
            let share = self.plan.again / self.plan.hits.max(self.plan.again);
            if fate == Fate::Met && rng.random_bool(share) {
                feeder.send(&topic, &id, &value, fate, &due);
                for revision in [Revision::Update, Revision::Cancel] {
                    event.revision = revision;
                    feeder.send(&topic, &id, &self.encode(&event), fate, &due);
                    sent += 1;
                }
                sent += 1;
            }
        }
    }

    /// The traffic, before anything is done to it.
    pub(crate) fn traffic(&self) -> Traffic {
        self.world.traffic(self.plan.seed)
    }

    /// The entries of the list topic, in its order.
    pub(crate) fn listed(&self) -> &[domain::Entry] {
        &self.entries
    }

    /// Somebody listed under another name, now and then.
    pub(crate) fn slip(&self, rng: &mut ChaCha8Rng) -> Option<Query> {
        rng.random_bool(self.plan.slips).then(|| self.slips.traveller(rng))
    }

    /// Keeps an event in mind that is sent while lists change.
    pub(crate) fn doubt(&self, event: &domain::Event<'_>, at: Timestamp) {
        let (id, topic) = (event.id.as_str().to_owned(), event.topic());
        let value = encode_event(event, Format::Json).unwrap();
        self.doubtful.lock().unwrap().push(Doubtful { id, topic, value, at });
    }

    /// Of events that were sent while all lists were emptied and written anew, an instance may have
    /// screened each against any part of them: adds whom it met by one to what is possible. Asked of
    /// those pairs of event and entry alone that were `told`.
    pub(crate) fn settle_doubts(&self, events: &mut [Event], told: &BTreeSet<(String, String)>) {
        let mut screenings = self.screenings.lock().unwrap();
        let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
        for doubtful in &*self.doubtful.lock().unwrap() {
            let these = || events.iter().filter(|event| event.id == doubtful.id);
            let is_known = |entry: &String| {
                these().any(|event| event.entries.contains(entry) || event.possible.contains(entry))
            };
            let from = (doubtful.id.clone(), String::new());
            let of = told.range(from..).take_while(|(id, _)| *id == doubtful.id);
            if of.map(|(_, entry)| entry).all(is_known) {
                continue;
            }
            let json = Some(Format::Json.content_type().as_bytes());
            let headers = Headers { content_type: json, schema_id: None };
            let event = decoder.decode_event(doubtful.topic, &doubtful.value, headers).unwrap();
            let met = screenings.whole.met_on_the_way(&self.entries, &event, doubtful.at);
            let met: Vec<String> = met.iter().map(ToString::to_string).collect();
            for event in events.iter_mut().filter(|event| event.id == doubtful.id) {
                event.possible.extend_from_slice(&met);
            }
        }
    }

    fn encode(&self, event: &domain::Event<'_>) -> Vec<u8> {
        let schema_id = self.plan.schema_ids_from + Contract::Events(event.topic()).id();
        encode_event(event, Format::Avro { schema_id }).unwrap()
    }

    fn clock(&self, rng: &mut ChaCha8Rng) -> Timestamp {
        const YEAR: i64 = 365 * 24 * 3_600 * 1_000_000;
        let now = wall().micros();
        let skewed = rng.random_bool(self.plan.skewed);
        let by = if rng.random_bool(0.5) { YEAR } else { -YEAR };
        Timestamp::from_micros(now + if skewed { by } else { 0 }).unwrap()
    }
}

/// By which entries an event must be met, and by which others it may be.
#[derive(Default)]
pub(crate) struct Due {
    pub(crate) entries: Vec<String>,
    pub(crate) possible: Vec<String>,
}

/// A planned event must be met by what was planted in it, and by those that its names are like.
/// Somebody in whom nothing was planted travels under the name of `slip`.
pub(crate) fn met<'a>(
    planned: &mut Planned<'a>,
    slip: Option<&'a Query>,
    screenings: &mut Screenings,
    now: Timestamp,
) -> Due {
    let is_plain = planned.expected.is_empty() && planned.possible.is_empty() && !planned.decoy;
    if let Some(slip) = slip.filter(|_| is_plain) {
        disguise(&mut planned.event, slip);
    }
    let (always, perhaps) = screenings.met(&planned.event, now);
    let entries: BTreeSet<&domain::EntryKey> = planned.expected.iter().chain(&always).collect();
    let texts = |keys: &mut dyn Iterator<Item = &domain::EntryKey>| {
        keys.map(ToString::to_string).collect::<Vec<_>>()
    };
    let possible = texts(&mut perhaps.iter().filter(|key| !entries.contains(key)));
    Due { entries: texts(&mut entries.into_iter()), possible }
}

impl Feeder {
    pub(crate) fn new(broker: &Broker) -> Self {
        let acknowledged = Arc::default();
        let bootstrap = Bootstrap::new(broker.bootstrap());
        let context = Acknowledged { events: Arc::clone(&acknowledged), bootstrap };
        let producer = broker
            .client()
            .set("enable.idempotence", "true")
            .set("acks", "all")
            .set("linger.ms", "2")
            .set("message.max.bytes", EVENT_BYTES_MAX)
            // Partitions that are added are seen soon.
            .set("topic.metadata.refresh.interval.ms", "1000")
            // Whatever happens to the brokers is over sooner.
            .set("message.timeout.ms", "300000")
            .set("queue.buffering.max.messages", "1000000")
            .create_with_context(context)
            .unwrap();
        Self { producer, acknowledged, unsure: AtomicBool::new(false) }
    }

    /// Puts an event in. Its key is its id, so that its revisions keep their order.
    pub(crate) fn send(&self, topic: &str, id: &str, value: &[u8], fate: Fate, due: &Due) {
        self.regain();
        let unsure = fate == Fate::Met && self.is_unsure();
        let event = Event {
            topic: topic.to_owned(),
            partition: -1,
            offset: None,
            id: id.to_owned(),
            sha256: format!("{:x}", Sha256::digest(value)),
            fate: if unsure { Fate::Maybe } else { fate },
            entries: due.entries.clone(),
            possible: due.possible.clone(),
        };
        let headers =
            OwnedHeaders::new().insert(Header { key: "content-type", value: Some("avro/binary") });
        let record = BaseRecord::with_opaque_to(topic, Box::new(event));
        let mut record = record.key(id).payload(value).headers(headers);
        let deadline = Instant::now() + PATIENCE;
        while let Err((error, back)) = self.producer.send(record) {
            let full = error.rdkafka_error_code() == Some(RDKafkaErrorCode::QueueFull);
            assert!(full && Instant::now() < deadline, "an event was not taken: {error}");
            std::thread::sleep(Duration::from_millis(5));
            record = back;
        }
    }

    /// Says whether lists change from now on: what events must meet is not certain then.
    pub(crate) fn set_unsure(&self, unsure: bool) {
        self.unsure.store(unsure, Ordering::Relaxed);
    }

    fn is_unsure(&self) -> bool {
        self.unsure.load(Ordering::Relaxed)
    }

    /// How many events the broker has acknowledged so far.
    pub(crate) fn count(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    /// As for every client of ours: one that was told of no broker does not come back by itself.
    fn regain(&self) {
        self.producer.context().bootstrap.regain(self.producer.client());
    }

    /// Waits until each event has its answer; gives them all.
    pub(crate) fn finish(&self) -> Vec<Event> {
        let deadline = Instant::now() + PATIENCE * 2;
        while self.producer.flush(Duration::from_secs(1)).is_err() {
            let left = self.producer.in_flight_count();
            let late = Instant::now() >= deadline;
            assert!(!late, "{left} events have no answer, {} have one", self.count());
            self.regain();
        }
        std::mem::take(&mut *self.acknowledged.lock().unwrap())
    }
}

/// Bytes that cannot be read, of the sorts that really come.
pub(crate) fn spoilt(value: &[u8], rng: &mut ChaCha8Rng) -> Vec<u8> {
    match rng.random_range(0..4) {
        // Cut off.
        0 => value[..rng.random_range(5..value.len())].to_vec(),
        // Written by a schema that nobody knows.
        1 => [&[0, 0, 0, 0, 77], &value[5..]].concat(),
        // More behind it.
        2 => [value, b"more"].concat(),
        // Noise: large enough now and then to be refused as a dead letter.
        _ => {
            let mut noise = vec![0xFF; rng.random_range(1..6_000)];
            rng.fill(&mut noise[1..]);
            noise
        }
    }
}

/// The name of a kind in settings.
fn kind(topic: Topic) -> &'static str {
    let at = match topic {
        Topic::Crossings => 0,
        Topic::AdvancePassenger => 1,
        Topic::Vehicles => 2,
        Topic::Containers => 3,
        Topic::Declarations => 4,
        Topic::Cash => 5,
    };
    KINDS[at]
}

const fn view(view: View) -> &'static str {
    match view {
        View::Full => "FULL",
        View::Summary => "SUMMARY",
        View::Pointer => "POINTER",
    }
}
