//! JSON into the same [`Datum`] as Avro: the text is walked by our schema, without a tree between.
//!
//! Field names are those of the schema. Nullable fields may be `null` or absent; others take their
//! default when they are absent, or `null`. Enums are their symbols; an unknown one is the enum's default symbol.
//! Timestamps are RFC 3339 texts, or integers in the schema's unit; dates are `YYYY-MM-DD`, or days
//! since 1970-01-01; what stands for a date that may be absent and is none is left to whoever binds
//! it. Bytes and unions may have the form of Avro's own JSON encoding (`{"string": "x"}`). A field
//! given twice is refused, since two readers could disagree on it; fields that the schema lacks are
//! counted and left unread.

use std::fmt;

use jiff::civil;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::datum::{Datum, Filling, Limits, Value};
use super::error::{Error, Place};
use super::field::{Field, Kind};
use super::shape::{Record, Shape};

/// Decodes one JSON object by a schema.
///
/// # Errors
/// An [`Error`] with the dotted path of what is wrong, or line and column where the text is no
/// JSON; `datum` is empty then.
pub fn read(text: &[u8], shape: &Shape, datum: &mut Datum, limits: &Limits) -> Result<(), Error> {
    let result = whole(text, shape, datum, limits);
    if result.is_err() {
        datum.forget();
    }
    result
}

fn whole(text: &[u8], shape: &Shape, datum: &mut Datum, limits: &Limits) -> Result<(), Error> {
    if text.len() > limits.datum_bytes_max {
        return Err(Error::TooLarge { limit: "datum_bytes_max", max: limits.datum_bytes_max });
    }
    let root = shape.root();
    datum.begin_owned(root.width());
    let mut walk = Walk { datum, limits, failure: None };
    let mut json = serde_json::Deserializer::from_slice(text);
    let seed = Seed { walk: &mut walk, field: root.field(), base: 0, depth: 0, wrapped: false };
    // Our own failures are left in `walk`; what remains are those of the text.
    let read = seed.deserialize(&mut json).and_then(|()| json.end());
    match (walk.failure, read) {
        (Some(failure), _) => Err(failure),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(bad_json(&error)),
    }
}

/// What serde_json found wrong. Its own text may quote the value, so it is not passed on.
fn bad_json(error: &serde_json::Error) -> Error {
    let reason = match error.classify() {
        serde_json::error::Category::Eof => "the text ends within a value",
        serde_json::error::Category::Syntax => "this is no JSON, or it is nested too deep",
        serde_json::error::Category::Data | serde_json::error::Category::Io => {
            "the text cannot be read"
        }
    };
    Error::BadJson { line: error.line(), column: error.column(), reason }
}

/// One reading under way. Errors of ours are kept here while serde carries its own outwards.
struct Walk<'w> {
    datum: &'w mut Datum,
    limits: &'w Limits,
    failure: Option<Error>,
}

impl Walk<'_> {
    #[cold]
    fn fail<E: serde::de::Error>(&mut self, error: Error) -> E {
        self.failure = Some(error);
        // Never shown: `failure` is returned in its place.
        E::custom("")
    }
}

/// Reads one field into the row that begins at `base`.
struct Seed<'a, 'w> {
    walk: &'a mut Walk<'w>,
    field: &'a Field,
    base: usize,
    depth: usize,
    /// The branch of a union has been named, so that null is not accepted any more.
    wrapped: bool,
}

impl<'de> DeserializeSeed<'de> for Seed<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.field.kind.expected())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        // Rows are null from the start. Many serializers write null for what is absent.
        if self.may_be_null() {
            return Ok(());
        }
        match &self.field.default {
            Some(default) if !self.wrapped => {
                self.walk.datum.set_all(self.place(), default);
                Ok(())
            }
            Some(_) | None => self.wrong("null"),
        }
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        let value = matches!(self.field.kind, Kind::Bool).then_some(Value::Bool(value));
        self.put(value.ok_or(Refusal::Type("true or false")))
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        let value = integer(&self.field.kind, Some(value), value as f64);
        self.put(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        let value = integer(&self.field.kind, i64::try_from(value).ok(), value as f64);
        self.put(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        let value = fraction(&self.field.kind, value);
        self.put(value)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let value = self.walk.text(&self.field.kind, text);
        self.put(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, items: A) -> Result<(), A::Error> {
        let Kind::List(item) = &self.field.kind else { return self.wrong("an array") };
        self.descend()?;
        self.list(item, items)
    }

    fn visit_map<A: MapAccess<'de>>(mut self, entries: A) -> Result<(), A::Error> {
        if let Kind::Record { fields, .. } = &self.field.kind {
            self.descend()?;
            self.record(fields, entries)
        } else if self.may_be_null() {
            self.descend()?;
            self.branch(entries)
        } else {
            self.wrong("an object")
        }
    }
}

impl<'a> Seed<'a, '_> {
    fn may_be_null(&self) -> bool {
        self.field.nullable && !self.wrapped
    }

    /// A day that may be absent and cannot be used costs the value no more in JSON than in Avro: it
    /// is there, and whoever binds it finds the defect.
    fn may_be_defect(&self) -> bool {
        self.field.nullable && matches!(self.field.kind, Kind::Date)
    }

    fn place(&self) -> usize {
        self.base + usize::from(self.field.first)
    }

    fn put<E: serde::de::Error>(self, value: Result<Value, Refusal>) -> Result<(), E> {
        let place = self.place();
        let error = match value {
            Ok(value) => {
                self.walk.datum.set(place, value);
                return Ok(());
            }
            Err(Refusal::Type(_) | Refusal::Range) if self.may_be_defect() => {
                self.walk.datum.set(place, Value::NO_DAY);
                return Ok(());
            }
            Err(Refusal::Type(found)) => return self.wrong(found),
            Err(Refusal::Range) => Error::OutOfRange { place: self.field_place() },
            Err(Refusal::Symbol) => Error::BadEnum { place: self.field_place() },
            Err(Refusal::Limit(error)) => error,
        };
        Err(self.walk.fail(error))
    }

    #[cold]
    fn wrong<E: serde::de::Error>(self, found: &'static str) -> Result<(), E> {
        let expected = self.field.kind.expected();
        let path = path_of(self.field);
        Err(self.walk.fail(Error::WrongType { path, expected, found }))
    }

    fn field_place(&self) -> Place {
        Place::Field(path_of(self.field))
    }

    fn descend<E: serde::de::Error>(&mut self) -> Result<(), E> {
        let max = self.walk.limits.depth_max;
        if self.depth >= max {
            return Err(self.walk.fail(Error::TooLarge { limit: "depth_max", max }));
        }
        self.depth += 1;
        Ok(())
    }

    fn list<'de, A: SeqAccess<'de>>(self, item: &Record, mut items: A) -> Result<(), A::Error> {
        let place = self.place();
        let mut list = Filling::default();
        loop {
            let seed = Item { walk: &mut *self.walk, item, list: &mut list, depth: self.depth };
            if items.next_element_seed(seed)?.is_none() {
                break;
            }
        }
        self.walk.datum.set(place, list.finish());
        Ok(())
    }

    fn record<'de, A: MapAccess<'de>>(
        self,
        fields: &'a [Field],
        mut entries: A,
    ) -> Result<(), A::Error> {
        let mut seen = 0_u128;
        let mut expected = 0;
        while let Some(key) = entries.next_key_seed(KeySeed { fields, expected, of: self.field })? {
            let Some((number, field)) = key.field(fields) else {
                if matches!(key, Key::Branch) && self.may_be_null() && expected == 0 {
                    return self.named_branch(entries);
                }
                self.walk.datum.note_unknown_field();
                let IgnoredAny = entries.next_value()?;
                continue;
            };
            if seen & (1 << number) != 0 {
                return Err(self.walk.fail(Error::DuplicateField { path: path_of(field) }));
            }
            seen |= 1 << number;
            expected = number + 1;
            let (base, depth) = (self.base, self.depth);
            let walk = &mut *self.walk;
            entries.next_value_seed(Seed { walk, field, base, depth, wrapped: false })?;
        }
        if self.field.nullable {
            self.walk.datum.set(self.place(), Value::Present);
        }
        self.defaults(fields, seen)
    }

    /// Gives the fields that are absent their defaults.
    fn defaults<E: serde::de::Error>(self, fields: &[Field], seen: u128) -> Result<(), E> {
        for (number, field) in fields.iter().enumerate() {
            if seen & (1 << number) != 0 {
                continue;
            }
            if let Some(default) = &field.default {
                self.walk.datum.set_all(self.base + usize::from(field.first), default);
            } else if !field.nullable {
                let (path, expected) = (path_of(field), field.kind.expected());
                return Err(self.walk.fail(Error::MissingField { path, expected }));
            }
        }
        Ok(())
    }

    /// Reads `{"string": "x"}`: Avro's own encoding of a union's branch.
    fn branch<'de, A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let key = entries.next_key_seed(KeySeed { fields: &[], expected: 0, of: self.field })?;
        match key {
            Some(Key::Branch) => self.named_branch(entries),
            Some(Key::Field(_) | Key::Unknown) | None => self.wrong("an object"),
        }
    }

    fn named_branch<'de, A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let Seed { walk, field, base, depth, .. } = self;
        entries.next_value_seed(Seed { walk: &mut *walk, field, base, depth, wrapped: true })?;
        match entries.next_key::<IgnoredAny>()? {
            None => Ok(()),
            Some(IgnoredAny) => Seed { walk, field, base, depth, wrapped: true }
                .wrong("a union's branch with further fields beside it"),
        }
    }
}

/// Reads one item of a list into a row of its own.
struct Item<'a, 'w> {
    walk: &'a mut Walk<'w>,
    item: &'a Record,
    list: &'a mut Filling,
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Item<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { walk, item, list, depth } = self;
        let base = walk
            .datum
            .push_null_item(list, item.width(), walk.limits)
            .map_err(|error| walk.fail(error))?;
        Seed { walk, field: item.field(), base, depth, wrapped: false }.deserialize(deserializer)
    }
}

/// What a key of an object names.
#[derive(Clone, Copy)]
enum Key {
    Field(usize),
    /// The object's own type, as Avro's JSON encoding of unions has it.
    Branch,
    Unknown,
}

impl Key {
    fn field(self, fields: &[Field]) -> Option<(usize, &Field)> {
        match self {
            Self::Field(number) => Some((number, fields.get(number)?)),
            Self::Branch | Self::Unknown => None,
        }
    }
}

struct KeySeed<'a> {
    fields: &'a [Field],
    /// The field behind the last one: most writers keep the schema's order.
    expected: usize,
    /// The field whose value the object is.
    of: &'a Field,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Key;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field's name")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key, E> {
        if self.fields.get(self.expected).is_some_and(|field| *field.name == *name) {
            return Ok(Key::Field(self.expected));
        }
        let number = self.fields.iter().position(|field| *field.name == *name);
        Ok(match number {
            Some(number) => Key::Field(number),
            None if *self.of.branch == *name => Key::Branch,
            None => Key::Unknown,
        })
    }
}

/// Why a value does not fit its field.
enum Refusal {
    /// It is of this type.
    Type(&'static str),
    Range,
    Symbol,
    Limit(Error),
}

impl Walk<'_> {
    fn text(&mut self, kind: &Kind, text: &str) -> Result<Value, Refusal> {
        const OTHER_FORM: Refusal = Refusal::Type("a text of another form");
        match kind {
            Kind::Text => self.keep(text.bytes(), text.len()),
            Kind::Bytes => self.bytes(text),
            Kind::Fixed { size, .. } if text.chars().count() == *size => self.bytes(text),
            Kind::Fixed { .. } => Err(OTHER_FORM),
            Kind::Date => days(text).map(|days| Value::Int(days.into())).ok_or(OTHER_FORM),
            Kind::Timestamp { .. } => match text.parse::<jiff::Timestamp>() {
                Ok(instant) => Ok(Value::Int(instant.as_microsecond())),
                Err(_quotes_the_text) => Err(OTHER_FORM),
            },
            Kind::Enum { symbols, default, .. } => {
                let known = symbols.iter().position(|symbol| **symbol == *text);
                let number = known.and_then(|number| u16::try_from(number).ok()).or(*default);
                number.map(Value::Symbol).ok_or(Refusal::Symbol)
            }
            Kind::Bool
            | Kind::Int
            | Kind::Long
            | Kind::Float
            | Kind::Double
            | Kind::List(_)
            | Kind::Record { .. } => Err(Refusal::Type("a text")),
        }
    }

    /// Bytes as Avro's JSON encoding has them: one character, U+0000 to U+00FF, a byte.
    fn bytes(&mut self, text: &str) -> Result<Value, Refusal> {
        if text.chars().any(|character| u32::from(character) > 0xFF) {
            return Err(Refusal::Type("a text of another form"));
        }
        let bytes = text.chars().filter_map(|character| u8::try_from(character).ok());
        self.keep(bytes, text.chars().count())
    }

    fn keep(&mut self, bytes: impl Iterator<Item = u8>, length: usize) -> Result<Value, Refusal> {
        self.datum.push_text(bytes, length, self.limits).map_err(Refusal::Limit)
    }
}

/// An integer; `whole` is `None` beyond 64 bits with sign.
fn integer(kind: &Kind, whole: Option<i64>, near: f64) -> Result<Value, Refusal> {
    let fits = match kind {
        Kind::Int | Kind::Date => whole.filter(|whole| i32::try_from(*whole).is_ok()),
        Kind::Long | Kind::Timestamp { millis: false } => whole,
        Kind::Timestamp { millis: true } => whole.and_then(|millis| millis.checked_mul(1000)),
        Kind::Float | Kind::Double => return fraction(kind, near),
        Kind::Bool
        | Kind::Text
        | Kind::Bytes
        | Kind::Fixed { .. }
        | Kind::Enum { .. }
        | Kind::List(_)
        | Kind::Record { .. } => return Err(Refusal::Type("an integer")),
    };
    fits.map(Value::Int).ok_or(Refusal::Range)
}

fn fraction(kind: &Kind, number: f64) -> Result<Value, Refusal> {
    match kind {
        Kind::Double => Ok(Value::Double(number)),
        Kind::Float => {
            let narrow = number as f32;
            if narrow.is_finite() { Ok(Value::Double(narrow.into())) } else { Err(Refusal::Range) }
        }
        Kind::Bool
        | Kind::Int
        | Kind::Long
        | Kind::Text
        | Kind::Bytes
        | Kind::Fixed { .. }
        | Kind::Date
        | Kind::Timestamp { .. }
        | Kind::Enum { .. }
        | Kind::List(_)
        | Kind::Record { .. } => Err(Refusal::Type("a number with fraction or exponent")),
    }
}

/// Days since 1970-01-01 of `YYYY-MM-DD` (ISO 8601-1:2019, 5.2.2.1, extended format).
fn days(text: &str) -> Option<i32> {
    const EPOCH: civil::Date = civil::Date::constant(1970, 1, 1);
    // jiff reads other forms too.
    let date: civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(EPOCH.until(date).ok()?.get_days())
}

/// The path as errors show it.
fn path_of(field: &Field) -> Box<str> {
    if field.full_path.is_empty() { "the value".into() } else { field.full_path.clone() }
}

#[cfg(test)]
mod tests {
    use super::super::View;
    use super::*;

    const LIMITS: Limits = Limits { list_items_max: 10, depth_max: 4, datum_bytes_max: 4096 };

    const SCHEMA: &str = r#"{"type": "record", "name": "Event", "namespace": "x", "fields": [
        {"name": "envelope", "type": {"type": "record", "name": "Envelope", "fields": [
            {"name": "id", "type": "string"},
            {"name": "occurred_at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
            {"name": "system", "type": ["null", "string"], "default": null}]}},
        {"name": "born", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null},
        {"name": "sex", "default": "U",
         "type": {"type": "enum", "name": "Sex", "symbols": ["F", "M", "U"], "default": "U"}},
        {"name": "place", "type": ["null", {"type": "record", "name": "Place", "fields": [
            {"name": "locode", "type": "string"}]}], "default": null},
        {"name": "notes", "type": {"type": "array", "items": "string"}, "default": []},
        {"name": "weight", "type": ["null", "double"], "default": null},
        {"name": "count", "type": "int", "default": 7},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}, "default": 0},
        {"name": "letter", "type": {"type": "enum", "name": "L", "symbols": ["A"]}, "default": "A"}
    ]}"#;

    /// An event with more fields than its envelope.
    fn event(more: &str) -> String {
        let comma = if more.is_empty() { "" } else { ", " };
        format!(r#"{{"envelope": {{"id": "e1", "occurred_at": 5}}{comma}{more}}}"#)
    }

    fn check(text: &str, look: impl Fn(View<'_>, &dyn Fn(&str) -> super::super::Slot)) {
        let shape = Shape::parse(SCHEMA).unwrap();
        let mut datum = Datum::new();
        read(text.as_bytes(), &shape, &mut datum, &LIMITS).unwrap();
        look(datum.view(&shape, b""), &|path| shape.root().slot(path).unwrap());
    }

    fn refusal(text: &str) -> Error {
        let shape = Shape::parse(SCHEMA).unwrap();
        read(text.as_bytes(), &shape, &mut Datum::new(), &LIMITS).unwrap_err()
    }

    fn check_refused(text: &str, expected: &str) {
        assert_eq!(refusal(text).to_string(), expected, "{text}");
    }

    #[test]
    fn what_is_absent_takes_its_default_or_null() {
        check(&event(""), |view, slot| {
            assert_eq!(view.text(slot("envelope.id")), Ok(Some("e1")));
            assert_eq!(view.int(slot("envelope.occurred_at")), Some(5));
            assert_eq!(view.text(slot("envelope.system")), Ok(None));
            assert_eq!(view.symbol(slot("sex")), Some("U"));
            assert!(!view.present(slot("place")));
            assert_eq!(view.list(slot("notes")).len(), 0);
            assert_eq!(view.int(slot("count")), Some(7));
        });
    }

    #[test]
    fn null_is_the_same_as_absent_where_there_is_a_default() {
        let nulls = r#""sex": null, "place": null, "notes": null, "count": null"#;
        check(&event(nulls), |view, slot| {
            assert_eq!(view.symbol(slot("sex")), Some("U"));
            assert!(!view.present(slot("place")));
            assert_eq!(view.list(slot("notes")).len(), 0);
            assert_eq!(view.int(slot("count")), Some(7));
        });
        check_refused(
            r#"{"envelope": {"id": null, "occurred_at": 5}}"#,
            "envelope.id is null: give a text",
        );
        check_refused(&event(r#""notes": [null]"#), "notes[] is null: give a text");
    }

    #[test]
    fn times_and_dates_are_texts_or_numbers() {
        let text = r#"{"envelope": {"occurred_at": "2026-01-31T10:30:00.5+01:00", "id": ""},
            "born": "1970-01-11"}"#;
        check(text, |view, slot| {
            let expected: jiff::Timestamp = "2026-01-31T09:30:00.5Z".parse().unwrap();
            assert_eq!(view.int(slot("envelope.occurred_at")), Some(expected.as_microsecond()));
            assert_eq!(view.int(slot("born")), Some(10));
        });
        check(&event(r#""born": -3"#), |view, slot| assert_eq!(view.int(slot("born")), Some(-3)));
        check(&event(r#""born": "1969-12-31""#), |view, slot| {
            assert_eq!(view.int(slot("born")), Some(-1));
        });
        for other in ["19700111", "1970-01", "1970-01-11T00:00", "11.1.1970", "1970-02-30"] {
            check_refused(
                &event(&format!(r#""day": "{other}""#)),
                "day is a text of another form: give a date such as 2026-01-31",
            );
        }
    }

    #[test]
    fn a_date_that_may_be_absent_and_is_none_refuses_nothing() {
        for other in [r#""1970-02-30""#, "1e3", "3000000000", "true"] {
            check(&event(&format!(r#""born": {other}"#)), |view, slot| {
                assert_eq!(view.int(slot("born")), Some(i64::MAX), "{other}");
            });
        }
        check_refused(&event(r#""born": []"#), "born is an array: give a date such as 2026-01-31");
    }

    #[test]
    fn unions_may_have_the_form_of_avros_own_encoding() {
        let more = r#""born": {"int": 3}, "place": {"x.Place": {"locode": "GBDVR"}}"#;
        check(&event(more), |view, slot| {
            assert_eq!(view.int(slot("born")), Some(3));
            assert!(view.present(slot("place")));
            assert_eq!(view.text(slot("place.locode")), Ok(Some("GBDVR")));
        });
        check(&event(r#""place": {"locode": "FR\u0043"}"#), |view, slot| {
            assert_eq!(view.text(slot("place.locode")), Ok(Some("FRC")));
        });
        let wrong = refusal(&event(r#""born": {"int": 3, "int": 4}"#));
        assert_eq!(wrong.cause(), "wrong_type");
        assert_eq!(refusal(&event(r#""born": {"int": null}"#)).cause(), "wrong_type");
        assert_eq!(refusal(&event(r#""born": {"long": 3}"#)).cause(), "wrong_type");
    }

    #[test]
    fn an_unknown_symbol_is_the_enums_default_symbol() {
        check(&event(r#""sex": "Q""#), |view, slot| {
            assert_eq!(view.symbol(slot("sex")), Some("U"))
        });
        check_refused(
            &event(r#""letter": "Q""#),
            "the enum at letter has a symbol that its schema lacks",
        );
    }

    #[test]
    fn what_is_missing_is_named_with_what_to_give() {
        check_refused(
            r#"{"envelope": {"id": "e1"}}"#,
            "envelope.occurred_at is missing: give an RFC 3339 time such as 2026-01-31T09:30:00Z",
        );
        check_refused("{}", "envelope is missing: give an object");
        check_refused(&event(r#""place": {}"#), "place.locode is missing: give a text");
    }

    #[test]
    fn a_field_given_twice_is_refused() {
        check_refused(
            r#"{"envelope": {"id": "a", "occurred_at": 1, "id": "b"}}"#,
            "envelope.id is given twice: give it once",
        );
        check_refused(r#"{"count": 1, "count": 1}"#, "count is given twice: give it once");
    }

    #[test]
    fn wrong_types_are_named_without_their_values() {
        let cases = [
            (r#""count": "12""#, "count is a text: give an integer of 32 bits"),
            (
                r#""count": 1.0"#,
                "count is a number with fraction or exponent: give an integer of 32 bits",
            ),
            (r#""count": {"int": 1}"#, "count is an object: give an integer of 32 bits"),
            (r#""notes": [1]"#, "notes[] is an integer: give a text"),
            (r#""notes": {}"#, "notes is an object: give an array"),
            (r#""weight": true"#, "weight is true or false: give a number"),
            (r#""place": []"#, "place is an array: give an object"),
            (r#""count": 2147483648"#, "the number at count is outside the range of its type"),
            (
                r#""count": 99999999999999999999"#,
                "count is a number with fraction or exponent: give an integer of 32 bits",
            ),
        ];
        for (more, expected) in cases {
            check_refused(&event(more), expected);
        }
        check_refused("[]", "the value is an array: give an object");
    }

    #[test]
    fn unknown_fields_are_counted_and_left_unread() {
        let shape = Shape::parse(SCHEMA).unwrap();
        let mut datum = Datum::new();
        let text = event(r#""x": {"y": [[[[[[[[1]]]]]]]]}, "z": "\ud83d\ude00", "x": 1"#);
        read(text.as_bytes(), &shape, &mut datum, &LIMITS).unwrap();
        assert_eq!(datum.unknown_fields(), 3);
    }

    #[test]
    fn texts_that_are_no_json_are_placed_by_line_and_column() {
        let cases = [
            "",
            "{",
            "{]",
            r#"{"count": 01}"#,
            r#"{"count": 1e999}"#,
            r#"{"count": NaN}"#,
            "{} {}",
            "\u{feff}{}",
            r#"{"count": 1,}"#,
            "nul",
            r#"{"envelope": {"id": "\ud800"}}"#,
        ];
        for text in cases {
            let error = refusal(text);
            // `{} {}` lacks its envelope first.
            assert!(matches!(error.cause(), "bad_json" | "missing_field"), "{text}: {error}");
        }
        let shape = Shape::parse(SCHEMA).unwrap();
        let bytes = b"{\"envelope\": {\"id\": \"\xFF\"}}";
        let error = read(bytes, &shape, &mut Datum::new(), &LIMITS).unwrap_err();
        assert_eq!(error.cause(), "bad_json");
        assert_eq!(refusal("{\n  x").to_string().split(':').next(), Some("line 2, column 3"));
    }

    #[test]
    fn depth_items_and_memory_are_bounded() {
        let deep = "[".repeat(100_000);
        assert_eq!(refusal(&"[".repeat(4000)).cause(), "wrong_type");
        assert_eq!(refusal(&deep).cause(), "too_large");
        let unread = event(&format!(r#""x": {}"#, "[".repeat(3000)));
        assert_eq!(refusal(&unread).cause(), "bad_json");
        let many = event(&format!(r#""notes": [{}""]"#, r#""","#.repeat(10)));
        assert_eq!(refusal(&many), Error::TooLarge { limit: "list_items_max", max: 10 });
        let nest = r#"{"type": "record", "name": "N", "fields": [{"name": "a", "type":
            {"type": "array", "items": {"type": "array", "items": {"type": "array", "items":
            {"type": "array", "items": "int"}}}}}]}"#;
        let shape = Shape::parse(nest).unwrap();
        let error = read(br#"{"a": [[[[1]]]]}"#, &shape, &mut Datum::new(), &LIMITS).unwrap_err();
        assert_eq!(error, Error::TooLarge { limit: "depth_max", max: 4 });
    }

    #[test]
    fn no_refusal_quotes_the_value() {
        let secret = "Q77SECRET";
        let cases = [
            event(&format!(r#""day": "{secret}""#)),
            event(&format!(r#""letter": "{secret}""#)),
            event(&format!(r#""count": "{secret}""#)),
            event(&format!(r#""notes": ["{secret}", 1]"#)),
            format!(r#"{{"envelope": {{"id": "{secret}"#),
            format!(r#"{{"{secret}": 1}}"#),
            format!(r#"{{"envelope": "{secret}"}}"#),
        ];
        for text in cases {
            let error = refusal(&text);
            assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
        }
    }
}
