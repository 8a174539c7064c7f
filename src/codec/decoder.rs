//! The door of the codec: bytes in, events, entries and suppressions out. One decoder a lane.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use super::bind::{EntryBinder, EventBinder, SuppressionBinder};
use super::error::Refused;
use super::framing::{Framing, Headers, SchemaRef, split};
use super::json;
use super::plan::Plan;
use super::schemas::{Contract, Schemas};
use super::writer::Writer;
use super::{Datum, Error, Limits, SchemaText, Shape, View};
use crate::domain::{Entry, Event, Suppression, Topic};

/// The writers' schemas that one decoder keeps, the shipped ones among them. Ids come from outside:
/// beyond, the one that has not been used for longest is forgotten, and can be learnt again.
const WRITER_SCHEMAS_MAX: usize = 4_096;
/// What the schemas that were learnt may take in memory, parsed and with their plans.
const WRITER_BYTES_MAX: usize = 64 << 20;

/// Reads values: buffers and plans that are used again for the next one.
pub struct Decoder {
    limits: Limits,
    datum: Datum,
    writers: HashMap<SchemaRef, Known, foldhash::fast::RandomState>,
    /// About what the schemas that were learnt take in memory.
    bytes: usize,
    /// Counts the values, so that it is known which schema was used last.
    turn: u64,
    /// How a writer's values are read, or why they cannot be: found out once.
    plans: HashMap<(Contract, SchemaRef), Reading, foldhash::fast::RandomState>,
    /// The plan of the last value: most values are of the schema of the one before.
    last: Option<((Contract, SchemaRef), Reading)>,
}

/// How a writer's values are read, shared between the table and the last value.
type Reading = Arc<Result<Plan, Error>>;

/// A writer's schema.
struct Known {
    /// The schema, or why it is none: found out once.
    writer: Result<Arc<Writer>, Error>,
    /// The turn it was used in last.
    used: u64,
    /// Whether it was shipped: never forgotten.
    shipped: bool,
    /// About what it takes in memory with its plans; nothing for one that was shipped.
    bytes: usize,
}

impl Decoder {
    /// A decoder that knows every released schema.
    ///
    /// # Errors
    /// [`Error::BadShape`] when a shipped schema cannot be used, which a test rules out.
    pub fn new(limits: Limits) -> Result<Self, Error> {
        let _checked = Readers::shipped()?;
        Ok(Self {
            limits,
            datum: Datum::new(),
            writers: released()?.iter().map(shipped).collect(),
            bytes: 0,
            turn: 0,
            plans: HashMap::default(),
            last: None,
        })
    }

    /// Takes in a writer's schema, as the registry has it. One that cannot be used is refused now and
    /// whenever a value of it is to be read, without being looked into again.
    ///
    /// # Errors
    /// [`Error::UnusableSchema`] when it is no Avro schema.
    pub fn learn(&mut self, schema: SchemaRef, text: &SchemaText) -> Result<(), Error> {
        self.note_last();
        self.last = None;
        self.forget(schema);
        let writer = Writer::parse(schema, text).map(Arc::new);
        let outcome = writer.as_ref().map(|_| ()).map_err(Clone::clone);
        let bytes = writer.as_ref().map_or(0, |writer| writer.bytes());
        self.writers.insert(schema, Known { writer, used: self.turn, shipped: false, bytes });
        self.bytes += bytes;
        self.make_room(schema);
        outcome
    }

    /// Notes the schema of the last value as used: that is not done for each value.
    fn note_last(&mut self) {
        let last = self.last.as_ref().map(|((_, schema), _)| *schema);
        if let Some(known) = last.and_then(|last| self.writers.get_mut(&last)) {
            known.used = self.turn;
        }
    }

    fn forget(&mut self, schema: SchemaRef) {
        self.bytes -= self.writers.remove(&schema).map_or(0, |known| known.bytes);
        self.plans.retain(|(_, known), _| *known != schema);
    }

    /// Forgets the schemas that have not been used for longest, until there is room for this one.
    fn make_room(&mut self, schema: SchemaRef) {
        while self.writers.len() > WRITER_SCHEMAS_MAX || self.bytes > WRITER_BYTES_MAX {
            let learnt = self.writers.iter();
            let learnt = learnt.filter(|(other, known)| !known.shipped && **other != schema);
            let oldest = learnt.min_by_key(|(_, known)| known.used).map(|(other, _)| *other);
            let Some(oldest) = oldest else { return };
            self.forget(oldest);
        }
    }

    /// The writer's schema that the value needs and this decoder does not know. One that it knows
    /// counts as used.
    ///
    /// # Errors
    /// [`Error::BadFraming`] when the value is in no format of ours.
    pub fn missing_schema(
        &mut self,
        value: &[u8],
        headers: Headers<'_>,
    ) -> Result<Option<SchemaRef>, Error> {
        let schema = match split(value, headers)? {
            Framing::Avro { schema, .. } => schema,
            Framing::Json(_) => return Ok(None),
        };
        if self.last.as_ref().is_some_and(|((_, last), _)| *last == schema) {
            return Ok(None);
        }
        self.note_last();
        self.turn += 1;
        let Some(known) = self.writers.get_mut(&schema) else { return Ok(Some(schema)) };
        known.used = self.turn;
        Ok(None)
    }

    /// Reads an event. It borrows the value and this decoder until it is dropped.
    ///
    /// # Errors
    /// [`Error::UnknownSchema`] when the writer's schema is not known: fetch it, call
    /// [`Self::learn`], and try again. Anything else: the value cannot be read as this topic's.
    pub fn decode_event<'a>(
        &'a mut self,
        topic: Topic,
        value: &'a [u8],
        headers: Headers<'_>,
    ) -> Result<Event<'a>, Error> {
        let readers = Readers::shipped()?;
        let (shape, binder) = readers.event(topic);
        let view = self.decode(Contract::Events(topic), shape, value, headers)?;
        binder.bind(view)
    }

    /// Reads a watchlist entry. `key` is the record's key, where it has one: it must be
    /// `list/entry`, as in the value, or compaction would mix two entries.
    ///
    /// # Errors
    /// As [`Self::decode_event`]; [`Error::Refused`] also when any part of the entry cannot be
    /// used, or the key is another's.
    pub fn decode_entry(
        &mut self,
        key: Option<&[u8]>,
        value: &[u8],
        headers: Headers<'_>,
    ) -> Result<Entry, Error> {
        let readers = Readers::shipped()?;
        let view = self.decode(Contract::Entries, &readers.entries.0, value, headers)?;
        let entry = readers.entries.1.bind(view)?;
        match key {
            Some(key) if !entry.key.is_spelt(key) => Err(Error::Refused {
                field: "key",
                refusal: Refused::Rule("give the record the key list/entry, as in its value"),
            }),
            Some(_) | None => Ok(entry),
        }
    }

    /// Reads a suppression. `key` is the record's key, where it has one: it must be that of the pair in
    /// the value, or compaction would mix two.
    ///
    /// # Errors
    /// As [`Self::decode_entry`].
    pub fn decode_suppression(
        &mut self,
        key: Option<&[u8]>,
        value: &[u8],
        headers: Headers<'_>,
    ) -> Result<Suppression, Error> {
        let readers = Readers::shipped()?;
        let (shape, binder) = &readers.suppressions;
        let view = self.decode(Contract::Suppressions, shape, value, headers)?;
        let read = binder.bind(view)?;
        match key {
            Some(key) if read.pair.to_key().as_bytes() != key => Err(Error::Refused {
                field: "key",
                refusal: Refused::Rule(
                    "give the record the key SUBJECT LIST/ENTRY, as in its value",
                ),
            }),
            Some(_) | None => Ok(read),
        }
    }

    /// How many fields of the last JSON value the schema did not know.
    pub fn unknown_fields(&self) -> u32 {
        self.datum.unknown_fields()
    }

    fn decode<'a>(
        &'a mut self,
        contract: Contract,
        shape: &'a Shape,
        value: &'a [u8],
        headers: Headers<'_>,
    ) -> Result<View<'a>, Error> {
        match split(value, headers)? {
            Framing::Json(text) => {
                json::read(text, shape, &mut self.datum, &self.limits)?;
                Ok(self.datum.view(shape, text))
            }
            Framing::Avro { schema, datum } => {
                let wanted = (contract, schema);
                if self.last.as_ref().is_none_or(|(last, _)| *last != wanted) {
                    self.last = Some((wanted, self.plan(wanted, shape)?));
                }
                match self.last.as_ref().map(|(_, plan)| &**plan) {
                    Some(Ok(plan)) => plan.run(datum, &mut self.datum, &self.limits)?,
                    Some(Err(incompatible)) => return Err(incompatible.clone()),
                    None => return Err(Error::UnknownSchema(schema)),
                }
                Ok(self.datum.view(shape, datum))
            }
        }
    }

    /// How values of the schema are read, compiled when it is first met.
    fn plan(
        &mut self,
        (contract, schema): (Contract, SchemaRef),
        shape: &Shape,
    ) -> Result<Reading, Error> {
        if let Some(plan) = self.plans.get(&(contract, schema)) {
            return Ok(Arc::clone(plan));
        }
        let known = self.writers.get_mut(&schema).ok_or(Error::UnknownSchema(schema))?;
        let writer = known.writer.as_ref().map_err(Clone::clone)?;
        let plan = Arc::new(Plan::compile_in(writer.family(), writer.schema(), shape));
        if !known.shipped {
            let bytes = plan.as_ref().as_ref().map_or(0, Plan::bytes);
            known.bytes += bytes;
            self.bytes += bytes;
        }
        self.plans.insert((contract, schema), Arc::clone(&plan));
        self.make_room(schema);
        Ok(plan)
    }
}

/// A released schema, as a decoder knows it from the start.
fn shipped((schema, writer): &(SchemaRef, Arc<Writer>)) -> (SchemaRef, Known) {
    (*schema, Known { writer: Ok(Arc::clone(writer)), used: 0, shipped: true, bytes: 0 })
}

/// Every released schema, parsed once for all decoders.
fn released() -> Result<&'static [(SchemaRef, Arc<Writer>)], Error> {
    type Parsed = Vec<(SchemaRef, Arc<Writer>)>;
    static RELEASED: OnceLock<Result<Parsed, Error>> = OnceLock::new();
    let parse = || {
        let all = Schemas::released().iter();
        all.map(|released| {
            let schema = SchemaRef::Id(released.id);
            Ok((schema, Arc::new(Writer::parse(schema, &released.text.into())?)))
        })
        .collect()
    };
    let parsed: &Result<Parsed, Error> = RELEASED.get_or_init(parse);
    parsed.as_deref().map_err(Clone::clone)
}

/// Shape and binding of every input topic, made once for all lanes.
struct Readers {
    crossings: (Shape, EventBinder),
    advance_passenger: (Shape, EventBinder),
    vehicles: (Shape, EventBinder),
    containers: (Shape, EventBinder),
    declarations: (Shape, EventBinder),
    cash: (Shape, EventBinder),
    entries: (Shape, EntryBinder),
    suppressions: (Shape, SuppressionBinder),
}

impl Readers {
    fn shipped() -> Result<&'static Self, Error> {
        static SHIPPED: OnceLock<Result<Readers, Error>> = OnceLock::new();
        SHIPPED.get_or_init(Self::new).as_ref().map_err(Clone::clone)
    }

    fn new() -> Result<Self, Error> {
        let event = |topic| {
            let shape = Shape::parse(Contract::Events(topic).text())?;
            let binder = EventBinder::new(topic, &shape)?;
            Ok::<_, Error>((shape, binder))
        };
        let entries = Shape::parse(Contract::Entries.text())?;
        let binder = EntryBinder::new(&entries)?;
        let suppressions = Shape::parse(Contract::Suppressions.text())?;
        let suppression_binder = SuppressionBinder::new(&suppressions)?;
        Ok(Self {
            crossings: event(Topic::Crossings)?,
            advance_passenger: event(Topic::AdvancePassenger)?,
            vehicles: event(Topic::Vehicles)?,
            containers: event(Topic::Containers)?,
            declarations: event(Topic::Declarations)?,
            cash: event(Topic::Cash)?,
            entries: (entries, binder),
            suppressions: (suppressions, suppression_binder),
        })
    }

    fn event(&self, topic: Topic) -> (&Shape, &EventBinder) {
        let (shape, binder) = match topic {
            Topic::Crossings => &self.crossings,
            Topic::AdvancePassenger => &self.advance_passenger,
            Topic::Vehicles => &self.vehicles,
            Topic::Containers => &self.containers,
            Topic::Declarations => &self.declarations,
            Topic::Cash => &self.cash,
        };
        (shape, binder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Headers<'_> = Headers { content_type: None, schema_id: None };

    fn missing(decoder: &mut Decoder, id: u32) -> bool {
        let value = [&[0][..], &id.to_be_bytes()].concat();
        decoder.missing_schema(&value, NONE).unwrap() == Some(SchemaRef::Id(id))
    }

    #[test]
    fn beyond_the_bound_the_schema_longest_unused_is_forgotten_and_can_be_learnt_again() {
        let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
        let room = u32::try_from(WRITER_SCHEMAS_MAX - decoder.writers.len()).unwrap();
        let schema = SchemaText::from("\"int\"");
        for id in 0..room {
            decoder.learn(SchemaRef::Id(id), &schema).unwrap();
            // The first is in use all the time.
            assert!(!missing(&mut decoder, id) && !missing(&mut decoder, 0));
        }
        for id in room..room + 10 {
            decoder.learn(SchemaRef::Id(id), &schema).unwrap();
            assert!(!missing(&mut decoder, id));
            assert_eq!(decoder.writers.len(), WRITER_SCHEMAS_MAX);
        }
        let gone: Vec<u32> = (0..room + 10).filter(|id| missing(&mut decoder, *id)).collect();
        assert_eq!(gone, (1..=10).collect::<Vec<u32>>());
        decoder.learn(SchemaRef::Id(1), &schema).unwrap();
        assert!(!missing(&mut decoder, 1));
        for released in Schemas::released() {
            assert!(!missing(&mut decoder, released.id));
        }
    }

    #[test]
    fn what_schemas_take_is_bounded_and_the_longest_unused_goes_first() {
        let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
        let fields: Vec<String> =
            (0..10_000).map(|at| format!(r#"{{"name": "f{at}", "type": "int"}}"#)).collect();
        let large = format!(
            r#"{{"type": "record", "name": "Crossing", "fields": [{}]}}"#,
            fields.join(", ")
        );
        let large = SchemaText::from(&*large);
        let mut ids = 0..30;
        for id in ids.by_ref() {
            decoder.learn(SchemaRef::Id(id), &large).unwrap();
            // The first is in use all the time.
            assert!(!missing(&mut decoder, id) && !missing(&mut decoder, 0));
            assert!(decoder.bytes <= WRITER_BYTES_MAX);
        }
        let kept: Vec<u32> = (0..ids.end).filter(|id| !missing(&mut decoder, *id)).collect();
        let newest = ids.end + 1 - u32::try_from(kept.len()).unwrap();
        assert!((4..20).contains(&kept.len()), "{kept:?}");
        assert_eq!(kept, [0].into_iter().chain(newest..ids.end).collect::<Vec<u32>>());
        // Whatever was counted is taken off again.
        for id in 100..5_000 {
            decoder.learn(SchemaRef::Id(id), &"\"int\"".into()).unwrap();
            assert!(!missing(&mut decoder, id));
        }
        assert!(decoder.bytes < 4 << 20, "{}", decoder.bytes);
    }

    #[test]
    fn a_plan_counts_and_is_taken_off_with_its_schema() {
        let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
        decoder.learn(SchemaRef::Id(7), &Contract::Entries.text().into()).unwrap();
        let parsed = decoder.bytes;
        assert!(decoder.decode_entry(None, &[0, 0, 0, 0, 7, 2], NONE).is_err());
        assert!(decoder.bytes > parsed);
        let with_plan = decoder.bytes;
        assert!(decoder.decode_entry(None, &[0, 0, 0, 0, 7, 2], NONE).is_err());
        assert_eq!(decoder.bytes, with_plan);
        decoder.learn(SchemaRef::Id(7), &Contract::Entries.text().into()).unwrap();
        assert_eq!(decoder.bytes, parsed);
    }

    #[test]
    fn a_schema_that_is_none_is_looked_into_once() {
        let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
        let error = decoder.learn(SchemaRef::Id(7), &"{".into()).unwrap_err();
        assert_eq!(error.cause(), "unusable_schema");
        assert!(!missing(&mut decoder, 7));
        let value = [0, 0, 0, 0, 7, 2];
        let again = decoder.decode_event(Topic::Crossings, &value, NONE).err();
        assert_eq!(again, Some(error));
        let shipped = Contract::Events(Topic::Crossings).text().into();
        decoder.learn(SchemaRef::Id(7), &shipped).unwrap();
        let again = decoder.decode_event(Topic::Crossings, &value, NONE).err();
        assert_eq!(again.unwrap().cause(), "truncated");
    }
}
