//! The door of the codec: bytes in, events and entries out. One decoder a lane.

use std::collections::{HashMap, hash_map};
use std::sync::{Arc, OnceLock};

use apache_avro::Schema;

use super::bind::{EntryBinder, EventBinder};
use super::error::Refused;
use super::framing::{Framing, Headers, SchemaRef, split};
use super::json;
use super::plan::Plan;
use super::schemas::{Contract, Schemas};
use super::{Datum, Error, Limits, Shape, View};
use crate::domain::{Entry, Event, Topic};

/// The writers' schemas that one decoder keeps, the shipped ones among them.
const WRITER_SCHEMAS_MAX: usize = 4_096;

/// Reads values: buffers and plans that are used again for the next one.
pub struct Decoder {
    limits: Limits,
    datum: Datum,
    /// The writers' schemas, until a value of theirs has to be read.
    writers: HashMap<SchemaRef, Arc<Schema>, foldhash::fast::RandomState>,
    /// How a writer's values are read, or why they cannot be: found out once.
    plans: HashMap<(Contract, SchemaRef), Known, foldhash::fast::RandomState>,
    /// The plan of the last value: most values are of the schema of the one before.
    last: Option<((Contract, SchemaRef), Known)>,
}

type Known = Arc<Result<Plan, Error>>;

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
            writers: released()?.iter().cloned().collect(),
            plans: HashMap::default(),
            last: None,
        })
    }

    /// Takes in a writer's schema, as the registry has it.
    ///
    /// # Errors
    /// [`Error::BadShape`] when the text is no Avro schema; [`Error::TooLarge`] when the decoder
    /// keeps too many already.
    pub fn learn(&mut self, schema: SchemaRef, text: &str) -> Result<(), Error> {
        if self.writers.len() >= WRITER_SCHEMAS_MAX {
            return Err(Error::TooLarge { limit: "writer_schemas_max", max: WRITER_SCHEMAS_MAX });
        }
        self.writers.insert(schema, Arc::new(parse(schema, text)?));
        self.plans.retain(|(_, known), _| *known != schema);
        self.last = None;
        Ok(())
    }

    /// The writer's schema that the value needs and this decoder does not know.
    ///
    /// # Errors
    /// [`Error::BadFraming`] when the value is in no format of ours.
    pub fn missing_schema(
        &self,
        value: &[u8],
        headers: Headers<'_>,
    ) -> Result<Option<SchemaRef>, Error> {
        Ok(match split(value, headers)? {
            Framing::Json(_) => None,
            Framing::Avro { schema, .. } => {
                let last = self.last.as_ref().is_some_and(|((_, last), _)| *last == schema);
                (!last && !self.writers.contains_key(&schema)).then_some(schema)
            }
        })
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
    ) -> Result<Known, Error> {
        match self.plans.entry((contract, schema)) {
            hash_map::Entry::Occupied(known) => Ok(Arc::clone(known.get())),
            hash_map::Entry::Vacant(unused) => {
                let writer = self.writers.get(&schema).ok_or(Error::UnknownSchema(schema))?;
                Ok(Arc::clone(unused.insert(Arc::new(Plan::compile(writer, shape)))))
            }
        }
    }
}

fn parse(schema: SchemaRef, text: &str) -> Result<Schema, Error> {
    Schema::parse_str(text).map_err(|_quotes_the_schema| Error::BadShape {
        path: format!("the writer's schema of {schema}").into(),
        reason: "it is no valid Avro schema".into(),
    })
}

/// Every released schema, parsed once for all decoders.
fn released() -> Result<&'static [(SchemaRef, Arc<Schema>)], Error> {
    type Parsed = Vec<(SchemaRef, Arc<Schema>)>;
    static RELEASED: OnceLock<Result<Parsed, Error>> = OnceLock::new();
    let parse = || {
        let all = Schemas::released().iter();
        all.map(|released| {
            let schema = SchemaRef::Id(released.id);
            Ok((schema, Arc::new(parse(schema, released.text)?)))
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
        Ok(Self {
            crossings: event(Topic::Crossings)?,
            advance_passenger: event(Topic::AdvancePassenger)?,
            vehicles: event(Topic::Vehicles)?,
            containers: event(Topic::Containers)?,
            declarations: event(Topic::Declarations)?,
            cash: event(Topic::Cash)?,
            entries: (entries, binder),
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
