//! The reader's schema, flattened once into numbered slots.
//!
//! A decoded record is a row of values, one a slot. Nested records lie in the row of the record
//! that holds them, under dotted paths ("envelope.event_id"); a nullable record has a slot of its
//! own that says whether it is there. A list is one slot; its items are rows of another [`Record`].
//! Paths are looked up at start-up; at run time a [`Slot`] is a number.

use std::sync::Arc;

use apache_avro::Schema;
use apache_avro::schema::{EnumSchema, Name, RecordField, RecordSchema};
use serde_json::Value as Json;

use super::Error;
use super::datum::Value;
use super::field::{Field, Kind, Named};
use super::schema::{Meaning, Names, Wire};

/// The fields of one record at most: a JSON object's fields are noted in 128 bits.
const FIELDS_MAX: usize = 128;
/// The slots of one row at most.
const SLOTS_MAX: usize = 4096;

/// A reader's schema, ready to be decoded into.
///
/// Supported: records, `["null", T]`, arrays, enums, the primitive types, fixed, UUID as text, date
/// and timestamps. Refused: other unions, maps, decimals, times of day, types that hold themselves.
pub struct Shape {
    root: Record,
}

/// The row of one record: the root, or the items of a list.
///
/// The items of a list of strings or numbers are rows of one slot, whose path is empty.
pub struct Record {
    slots: Vec<SlotInfo>,
    item: Field,
}

/// The number of a value in its row. It belongs to the [`Record`] that gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Slot(u16);

impl Shape {
    /// Flattens a reader's schema, given as the text of an `.avsc` file.
    ///
    /// # Errors
    /// [`Error::BadShape`] when the text is no Avro schema of a record, or has a form that is not
    /// supported.
    pub fn parse(avsc: &str) -> Result<Self, Error> {
        // apache-avro's text may be long and quotes the schema; ours says what to do.
        let schema = Schema::parse_str(avsc)
            .map_err(|_quotes_the_schema| bad("", "it is no valid Avro schema"))?;
        Self::new(&schema)
    }

    /// Flattens a reader's schema.
    ///
    /// # Errors
    /// [`Error::BadShape`] when the schema is no record, or has a form that is not supported.
    pub fn new(schema: &Schema) -> Result<Self, Error> {
        let names = Names::of(schema).map_err(|reason| bad("", reason))?;
        let mut open = Vec::new();
        let root = Record::flatten(&names, &mut open, schema, "")?;
        if root.item.nullable || !matches!(root.item.kind, Kind::Record { .. }) {
            return Err(bad("", "the outermost type must be a record"));
        }
        Ok(Self { root })
    }

    /// The outermost record.
    pub fn root(&self) -> &Record {
        &self.root
    }
}

impl Record {
    /// The slot of a dotted path, such as "envelope.event_id". The path of a nullable record leads
    /// to the slot that says whether it is there; one that is always there has none. The items of a
    /// list of strings or numbers have the one path "".
    pub fn slot(&self, path: &str) -> Option<Slot> {
        let number = self.slots.iter().position(|slot| &*slot.path == path)?;
        u16::try_from(number).ok().map(Slot)
    }

    /// The rows of a list's items.
    pub fn item(&self, slot: Slot) -> Option<&Self> {
        match &self.info(slot)?.held {
            Held::List(item) => Some(item),
            Held::Presence | Held::Scalar | Held::Symbols(_) => None,
        }
    }

    /// The symbols of an enum in the order of our schema, which is that of
    /// [`super::View::symbol_number`].
    pub fn symbols(&self, slot: Slot) -> Option<&[Box<str>]> {
        match &self.info(slot)?.held {
            Held::Symbols(symbols) => Some(symbols),
            Held::Presence | Held::Scalar | Held::List(_) => None,
        }
    }

    /// The dotted paths of all slots, in slot order.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.slots.iter().map(|slot| &*slot.path)
    }

    pub(super) fn width(&self) -> usize {
        self.slots.len()
    }

    #[inline]
    pub(super) fn info(&self, slot: Slot) -> Option<&SlotInfo> {
        self.slots.get(usize::from(slot.0))
    }

    /// What one row holds, as a tree.
    pub(super) fn field(&self) -> &Field {
        &self.item
    }

    fn flatten<'s>(
        names: &Names<'s>,
        open: &mut Vec<&'s Name>,
        schema: &'s Schema,
        full_path: &str,
    ) -> Result<Self, Error> {
        let mut row = Row { names, open, slots: Vec::new() };
        let item = row.field(schema, &Place { path: "", full_path }, None)?;
        Ok(Self { slots: row.slots, item })
    }
}

impl Slot {
    #[inline]
    pub(super) fn number(self) -> usize {
        usize::from(self.0)
    }

    #[cfg(test)]
    pub(super) fn from_number(number: u16) -> Self {
        Self(number)
    }
}

/// What the decoder knows of one slot.
pub(super) struct SlotInfo {
    /// Dotted path in the row.
    path: Box<str>,
    /// Dotted path from the root, for errors.
    pub(super) full_path: Box<str>,
    pub(super) held: Held,
    /// The texts and bytes that defaults of this slot name by position.
    pub(super) defaults: Vec<Box<[u8]>>,
}

/// What a slot holds, as far as views must know.
pub(super) enum Held {
    Presence,
    Scalar,
    Symbols(Arc<[Box<str>]>),
    List(Arc<Record>),
}

/// A row under construction.
struct Row<'a, 's> {
    names: &'a Names<'s>,
    /// The records that are being flattened, so that one within itself is noticed.
    open: &'a mut Vec<&'s Name>,
    slots: Vec<SlotInfo>,
}

/// Where a field stands: within its row, and from the root.
struct Place<'p> {
    path: &'p str,
    full_path: &'p str,
}

impl<'s> Row<'_, 's> {
    fn field(
        &mut self,
        schema: &'s Schema,
        place: &Place<'_>,
        declared: Option<&'s RecordField>,
    ) -> Result<Field, Error> {
        let refuse = |reason: &str| bad(place.full_path, reason);
        let (nullable, schema) = self.without_null(schema, place)?;
        let wire = self.wire(schema, place)?;
        let first = self.next_slot(place)?;
        let kind = self.kind(wire, nullable, place)?;
        let end = self.next_slot(place)?;
        let mut field = Field {
            name: declared.map(|field| field.name.as_str()).unwrap_or_default().into(),
            aliases: declared.map(|field| field.aliases.clone()).unwrap_or_default(),
            full_path: place.full_path.into(),
            first,
            end,
            nullable,
            kind,
            default: None,
            branch: branch_name(schema, wire),
        };
        if let Some(json) = declared.and_then(|field| field.default.as_ref()) {
            let mut values = vec![Value::Null; usize::from(end - first)];
            self.default(&field, json, first, &mut values)
                .ok_or_else(|| refuse("its default does not fit its type; lists may only be []"))?;
            field.default = Some(values);
        }
        Ok(field)
    }

    /// Takes `["null", T]` apart.
    fn without_null(
        &self,
        schema: &'s Schema,
        place: &Place<'_>,
    ) -> Result<(bool, &'s Schema), Error> {
        let Wire::Union(branches) = self.wire(schema, place)? else { return Ok((false, schema)) };
        match branches {
            [Schema::Null, inner] => Ok((true, inner)),
            [..] => Err(bad(place.full_path, "a union must be [\"null\", T]")),
        }
    }

    fn wire(&self, schema: &'s Schema, place: &Place<'_>) -> Result<Wire<'s>, Error> {
        self.names
            .wire(schema)
            .ok_or_else(|| bad(place.full_path, "it refers to a type that is not defined"))
    }

    fn kind(&mut self, wire: Wire<'s>, nullable: bool, place: &Place<'_>) -> Result<Kind, Error> {
        let refuse = |reason| Err(bad(place.full_path, reason));
        let kind = match wire {
            Wire::Record(record) => return self.record(record, nullable, place),
            Wire::Boolean => Kind::Bool,
            Wire::Int(Meaning::Plain) => Kind::Int,
            Wire::Int(Meaning::Date) => Kind::Date,
            Wire::Long(Meaning::Plain) => Kind::Long,
            Wire::Long(Meaning::TimestampMillis) => Kind::Timestamp { millis: true },
            Wire::Long(Meaning::TimestampMicros) => Kind::Timestamp { millis: false },
            Wire::Int(_) | Wire::Long(_) => {
                return refuse(
                    "of the logical types it may have date and timestamp-millis/-micros",
                );
            }
            Wire::Float => Kind::Float,
            Wire::Double => Kind::Double,
            Wire::Text => Kind::Text,
            Wire::Bytes => Kind::Bytes,
            Wire::Fixed { size, name } => Kind::Fixed { size, named: Named::new(name, &None) },
            Wire::Enum(symbols) => enumeration(symbols, place)?,
            Wire::Array(items) => {
                let full_path = format!("{}[]", place.full_path);
                Kind::List(Arc::new(Record::flatten(self.names, self.open, items, &full_path)?))
            }
            Wire::Null => return refuse("null alone holds nothing"),
            Wire::Map(_) => return refuse("maps are not supported: use an array of records"),
            Wire::Union(_) => return refuse("a union within a union means nothing"),
        };
        let held = match &kind {
            Kind::Enum { symbols, .. } => Held::Symbols(Arc::clone(symbols)),
            Kind::List(item) => Held::List(Arc::clone(item)),
            Kind::Bool
            | Kind::Int
            | Kind::Long
            | Kind::Float
            | Kind::Double
            | Kind::Text
            | Kind::Bytes
            | Kind::Fixed { .. }
            | Kind::Date
            | Kind::Timestamp { .. }
            | Kind::Record { .. } => Held::Scalar,
        };
        self.push(place, held);
        Ok(kind)
    }

    fn record(
        &mut self,
        record: &'s RecordSchema,
        nullable: bool,
        place: &Place<'_>,
    ) -> Result<Kind, Error> {
        if self.open.contains(&&record.name) {
            return Err(bad(place.full_path, "a record may not hold itself"));
        }
        if record.fields.len() > FIELDS_MAX {
            return Err(bad(place.full_path, "a record may have 128 fields"));
        }
        if nullable {
            self.push(place, Held::Presence);
        }
        self.open.push(&record.name);
        let mut fields = Vec::with_capacity(record.fields.len());
        for field in &record.fields {
            let path = join(place.path, &field.name);
            let full_path = join(place.full_path, &field.name);
            let place = Place { path: &path, full_path: &full_path };
            fields.push(self.field(&field.schema, &place, Some(field))?);
        }
        self.open.pop();
        Ok(Kind::Record { named: Named::new(&record.name, &record.aliases), fields })
    }

    fn push(&mut self, place: &Place<'_>, held: Held) {
        self.slots.push(SlotInfo {
            path: place.path.into(),
            full_path: place.full_path.into(),
            held,
            defaults: Vec::new(),
        });
    }

    fn next_slot(&self, place: &Place<'_>) -> Result<u16, Error> {
        let number = self.slots.len();
        u16::try_from(number)
            .ok()
            .filter(|_| number <= SLOTS_MAX)
            .ok_or_else(|| bad(place.full_path, "a row may have 4096 slots: use fewer fields"))
    }

    /// Writes a default into the values of a field whose first slot is `base` slots into the row.
    /// `None` when it does not fit the field's type.
    fn default(
        &mut self,
        field: &Field,
        json: &Json,
        base: u16,
        values: &mut [Value],
    ) -> Option<()> {
        if field.nullable {
            // A union's default is of its first branch (Avro 1.12, Complex Types), which is null.
            return json.is_null().then_some(());
        }
        let value = match (&field.kind, json) {
            (Kind::Record { fields, .. }, Json::Object(object)) => {
                for child in fields {
                    if let Some(json) = object.get(&*child.name) {
                        self.default(child, json, base, values)?;
                    } else {
                        child.copy_default(base, values)?;
                    }
                }
                return Some(());
            }
            (Kind::Bool, Json::Bool(value)) => Value::Bool(*value),
            (Kind::Int | Kind::Date, _) => Value::Int(i32::try_from(json.as_i64()?).ok()?.into()),
            (Kind::Long | Kind::Timestamp { millis: false }, _) => Value::Int(json.as_i64()?),
            (Kind::Timestamp { millis: true }, _) => Value::Int(json.as_i64()?.checked_mul(1000)?),
            (Kind::Float | Kind::Double, _) => Value::Double(json.as_f64()?),
            (Kind::List(_), Json::Array(items)) if items.is_empty() => Value::EMPTY_LIST,
            (Kind::Enum { symbols, .. }, Json::String(text)) => {
                let number = symbols.iter().position(|symbol| **symbol == **text)?;
                Value::Symbol(u16::try_from(number).ok()?)
            }
            (Kind::Text, Json::String(text)) => self.kept_default(field, text.as_bytes().into())?,
            (Kind::Bytes, Json::String(text)) => self.kept_default(field, latin_1(text)?)?,
            (Kind::Fixed { size, .. }, Json::String(text)) => {
                let bytes = latin_1(text).filter(|bytes| bytes.len() == *size)?;
                self.kept_default(field, bytes)?
            }
            _ => return None,
        };
        *values.get_mut(usize::from(field.first - base))? = value;
        Some(())
    }

    /// Keeps a default text or bytes beside the slot.
    fn kept_default(&mut self, field: &Field, bytes: Box<[u8]>) -> Option<Value> {
        let defaults = &mut self.slots.get_mut(usize::from(field.first))?.defaults;
        let number = u16::try_from(defaults.len()).ok()?;
        defaults.push(bytes);
        Some(Value::Default(number))
    }
}

fn enumeration(schema: &EnumSchema, place: &Place<'_>) -> Result<Kind, Error> {
    let refuse = |reason| bad(place.full_path, reason);
    if schema.symbols.len() >= usize::from(u16::MAX) {
        return Err(refuse("an enum may have 65,534 symbols"));
    }
    let default = match &schema.default {
        None => None,
        Some(default) => {
            let number = schema.symbols.iter().position(|symbol| symbol == default);
            let number = number.and_then(|number| u16::try_from(number).ok());
            Some(number.ok_or_else(|| refuse("its default is none of its symbols"))?)
        }
    };
    let symbols = schema.symbols.iter().map(|symbol| symbol.as_str().into()).collect();
    Ok(Kind::Enum { named: Named::new(&schema.name, &schema.aliases), symbols, default })
}

/// The key that Avro's JSON encoding gives a union's branch (Avro 1.12, JSON Encoding).
fn branch_name(schema: &Schema, wire: Wire<'_>) -> Box<str> {
    schema.name().map_or_else(|| wire.name().into(), |name| name.fullname(None).into())
}

/// The bytes that a text of code points U+0000 to U+00FF stands for, as Avro's JSON has it.
fn latin_1(text: &str) -> Option<Box<[u8]>> {
    text.chars().map(|character| u8::try_from(character).ok()).collect()
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn bad(path: &str, reason: impl Into<Box<str>>) -> Error {
    let path = if path.is_empty() { "the root" } else { path };
    Error::BadShape { path: path.into(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::super::{Datum, Limits, Plan};
    use super::*;

    fn record(fields: &str) -> String {
        format!(r#"{{"type": "record", "name": "R", "namespace": "n", "fields": [{fields}]}}"#)
    }

    fn check_refused(fields: &str, reason: &str) {
        let error = Shape::parse(&record(fields)).err().unwrap();
        assert_eq!(error.cause(), "bad_shape");
        assert!(error.to_string().contains(reason), "{error}");
    }

    #[test]
    fn nested_records_have_dotted_paths_and_nullable_ones_a_slot_of_their_own() {
        let shape = Shape::parse(&record(
            r#"{"name": "e", "type": {"type": "record", "name": "E", "fields": [
                {"name": "id", "type": "string"},
                {"name": "p", "type": ["null", {"type": "record", "name": "P", "fields": [
                    {"name": "code", "type": "string"}]}]}]}},
            {"name": "more", "type": {"type": "array", "items": "P"}},
            {"name": "tags", "type": {"type": "array", "items": ["null", "string"]}}"#,
        ))
        .unwrap();
        let root = shape.root();
        let paths: Vec<_> = root.paths().collect();
        assert_eq!(paths, ["e.id", "e.p", "e.p.code", "more", "tags"]);
        assert_eq!(root.slot("e"), None);
        let item = |path: &str| root.item(root.slot(path).unwrap());
        assert_eq!(item("more").unwrap().paths().collect::<Vec<_>>(), ["code"]);
        assert_eq!(item("tags").unwrap().paths().collect::<Vec<_>>(), [""]);
        assert!(item("e.p").is_none());
    }

    #[test]
    fn forms_that_are_not_supported_are_refused_at_start() {
        check_refused(r#"{"name": "a", "type": ["string", "null"]}"#, "at a: a union must be");
        check_refused(r#"{"name": "a", "type": ["null", "int", "string"]}"#, "a union must be");
        check_refused(r#"{"name": "a", "type": {"type": "map", "values": "int"}}"#, "maps");
        check_refused(r#"{"name": "a", "type": "null"}"#, "null alone");
        check_refused(r#"{"name": "a", "type": ["null", "n.R"]}"#, "may not hold itself");
        check_refused(
            r#"{"name": "a", "type": {"type": "array", "items": "n.R"}}"#,
            "at a[]: a record may not hold itself",
        );
        check_refused(
            r#"{"name": "a", "type": {"type": "long", "logicalType": "time-micros"}}"#,
            "logical types",
        );
        check_refused(
            r#"{"name": "a", "type": {"type": "array", "items": "int"}, "default": [1]}"#,
            "default",
        );
        assert_eq!(Shape::parse(r#""string""#).err().unwrap().cause(), "bad_shape");
        assert_eq!(Shape::parse("{").err().unwrap().cause(), "bad_shape");
    }

    #[test]
    fn a_missing_record_takes_its_own_default_before_those_of_its_fields() {
        let shape = Shape::parse(&record(
            r#"{"name": "p", "default": {"a": "given"}, "type": {"type": "record", "name": "P",
                "fields": [{"name": "a", "type": "string", "default": "own"},
                {"name": "b", "type": "bytes", "default": "\u00ff"},
                {"name": "c", "type": "string", "default": "c"}]}}"#,
        ))
        .unwrap();
        let slot = |path| shape.root().slot(path).unwrap();
        let whole = Schema::parse_str(&record("")).unwrap();
        let part = Schema::parse_str(&record(
            r#"{"name": "p", "type": {"type": "record", "name": "P", "fields": []}}"#,
        ))
        .unwrap();
        for (writer, a) in [(whole, "given"), (part, "own")] {
            let plan = Plan::compile(&writer, &shape).unwrap();
            let mut datum = Datum::new();
            plan.run(&[], &mut datum, &Limits::STANDARD).unwrap();
            let view = datum.view(&shape, &[]);
            assert_eq!(view.text(slot("p.a")), Ok(Some(a)));
            assert_eq!(view.bytes(slot("p.b")), Some(&[0xFF][..]));
            assert_eq!(view.text(slot("p.c")), Ok(Some("c")));
        }
    }

    #[test]
    fn a_row_too_wide_is_refused_rather_than_misnumbered() {
        let fields: Vec<_> =
            (0..129).map(|number| format!(r#"{{"name": "f{number}", "type": "int"}}"#)).collect();
        check_refused(&fields.join(","), "128 fields");
    }
}
