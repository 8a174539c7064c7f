//! Tests of the decoder against apache-avro's reader, which resolves slowly and by other code.
//!
//! Schemas and data are drawn from a list of choices, so that proptest shrinks both towards the
//! smallest. The writer's schema is made from ours by the changes that schemas go through: fields
//! moved, added, dropped and renamed, types promoted and put into unions.
#![cfg(test)]

use std::fmt::Write as _;

use apache_avro::reader::datum::GenericDatumReader;
use apache_avro::schema_compatibility::SchemaCompatibility;
use apache_avro::types::Value as Oracle;
use apache_avro::{Schema, error::Details};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::field::{Field, Kind};
use super::shape::Record;
use super::{Datum, Error, Limits, Plan, Shape, Slot, View, read_json};

const LIMITS: Limits = Limits { list_items_max: 2000, depth_max: 20, datum_bytes_max: 1 << 20 };

/// Choices made by proptest; zero once they run out.
struct Choices<'a> {
    bytes: &'a [u8],
    at: usize,
    names: usize,
}

impl<'a> Choices<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, names: 0 }
    }

    fn below(&mut self, bound: usize) -> usize {
        let byte = self.bytes.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(byte) % bound
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == bound - 1
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn number(&mut self, bits: u32) -> i64 {
        let mut number = 0_i64;
        for _ in 0..self.below(9) {
            number = (number << 8) | self.below(256) as i64;
        }
        let shift = 64 - bits;
        (number << shift) >> shift
    }

    fn text(&mut self) -> String {
        const LETTERS: [char; 8] = ['a', 'Z', ' ', '"', '\\', 'é', '\u{1F6C2}', '\u{0}'];
        (0..self.below(6)).map(|_| LETTERS[self.below(8)]).collect()
    }
}

/// A pair of schemas: ours, ours as the oracle needs it (it knows no aliases of fields), and the
/// writer's.
#[derive(Clone)]
struct Trio {
    ours: Json,
    oracle: Json,
    writer: Json,
}

impl Trio {
    fn same(schema: Json) -> Self {
        Self { ours: schema.clone(), oracle: schema.clone(), writer: schema }
    }

    fn map(self, change: impl Fn(Json) -> Json) -> Self {
        Self { ours: change(self.ours), oracle: change(self.oracle), writer: change(self.writer) }
    }
}

fn draw_record(choices: &mut Choices<'_>, depth: usize) -> Trio {
    let name = choices.name("R");
    let (mut ours, mut oracle, mut writer) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..=choices.below(4) {
        let field = choices.name("f");
        let (trio, default) = draw_nullable(choices, depth);
        let default = default.filter(|_| choices.below(2) == 0);
        let renamed = choices.one_in(6);
        let dropped = default.is_some() && choices.one_in(3);
        let old = if renamed { format!("{field}_old") } else { field.clone() };
        let mut our_field = json!({"name": field, "type": trio.ours});
        let mut oracle_field = json!({"name": old, "type": trio.oracle});
        if renamed {
            our_field["aliases"] = json!(["never", old]);
        }
        if let Some(default) = default {
            our_field["default"] = default.clone();
            oracle_field["default"] = default;
        }
        ours.push(our_field);
        oracle.push(oracle_field);
        if !dropped {
            let place = choices.below(writer.len() + 1);
            writer.insert(writer.len() - place, json!({"name": old, "type": trio.writer}));
        }
    }
    for _ in 0..choices.below(3) {
        let place = choices.below(writer.len() + 1);
        let field = choices.name("extra");
        let schema = draw_extra(choices, depth);
        writer.insert(place, json!({"name": field, "type": schema}));
    }
    let record =
        |fields| json!({"type": "record", "name": name, "namespace": "x.y", "fields": fields});
    Trio { ours: record(json!(ours)), oracle: record(json!(oracle)), writer: record(json!(writer)) }
}

/// A type, perhaps nullable, with a default that fits it.
fn draw_nullable(choices: &mut Choices<'_>, depth: usize) -> (Trio, Option<Json>) {
    let (mut trio, default) = draw_type(choices, depth);
    match choices.below(6) {
        0 | 1 => (trio, default),
        2 | 3 => (trio.map(|schema| json!(["null", schema])), Some(Json::Null)),
        4 => {
            // The writer has no null, or a null behind.
            if choices.below(2) == 0 {
                trio.writer = json!([trio.writer, "null"]);
            }
            trio.ours = json!(["null", trio.ours]);
            trio.oracle = json!(["null", trio.oracle]);
            (trio, Some(Json::Null))
        }
        _ => {
            // The writer has branches that we do not take.
            // The oracle would take a fixed for a text and a map for a record.
            let extra = if trio.writer == json!("boolean") { "string" } else { "boolean" };
            trio.writer = match choices.below(2) {
                0 => json!([extra, trio.writer]),
                _ => json!(["null", extra, trio.writer]),
            };
            (trio, default)
        }
    }
}

fn draw_type(choices: &mut Choices<'_>, depth: usize) -> (Trio, Option<Json>) {
    let promoted = |ours: &str, writer: &str| Trio {
        ours: json!(ours),
        oracle: json!(ours),
        writer: json!(writer),
    };
    let logical = |of: &str, logical: &str| json!({"type": of, "logicalType": logical});
    match choices.below(if depth == 0 { 12 } else { 16 }) {
        0 => (Trio::same(json!("string")), Some(json!(choices.text()))),
        1 => (Trio::same(json!("boolean")), Some(json!(true))),
        2 => (Trio::same(json!("int")), Some(json!(choices.number(32)))),
        3 => {
            let writer = ["long", "int"][choices.below(2)];
            (promoted("long", writer), Some(json!(choices.number(60))))
        }
        4 => {
            let writer = ["double", "float", "long", "int"][choices.below(4)];
            (promoted("double", writer), Some(json!(1.5)))
        }
        5 => {
            let writer = ["float", "long", "int"][choices.below(3)];
            (promoted("float", writer), Some(json!(-2.25)))
        }
        6 => (promoted("string", ["string", "bytes"][choices.below(2)]), Some(json!("d"))),
        7 => (promoted("bytes", ["bytes", "string"][choices.below(2)]), None),
        8 => (Trio::same(logical("int", "date")), Some(json!(19_000))),
        9 => (Trio::same(logical("long", "timestamp-micros")), Some(json!(5))),
        10 => {
            // Long into a timestamp, and int into a date, keep their number.
            let mut trio = Trio::same(logical("long", "timestamp-micros"));
            trio.writer = json!(["long", "int"][choices.below(2)]);
            (trio, None)
        }
        11 => draw_enum(choices),
        12 | 13 => (draw_record(choices, depth - 1), None),
        _ => {
            let (trio, _) = draw_nullable(choices, depth - 1);
            (trio.map(|items| json!({"type": "array", "items": items})), Some(json!([])))
        }
    }
}

fn draw_enum(choices: &mut Choices<'_>) -> (Trio, Option<Json>) {
    let name = choices.name("E");
    let mut ours = json!({"type": "enum", "name": name, "symbols": ["A", "B", "C"]});
    if choices.below(2) == 0 {
        ours["default"] = json!("B");
    }
    let symbols = [json!(["A", "B", "C"]), json!(["C", "X", "A"]), json!(["B"])];
    let writer = json!({"type": "enum", "name": name, "symbols": symbols[choices.below(3)]});
    (Trio { oracle: ours.clone(), ours, writer }, Some(json!("C")))
}

/// A type that only the writer has, among them those that we never read.
fn draw_extra(choices: &mut Choices<'_>, depth: usize) -> Json {
    let primitive =
        ["null", "boolean", "int", "long", "float", "double", "bytes", "string"][choices.below(8)];
    if depth == 0 {
        return json!(primitive);
    }
    let inner = |choices: &mut Choices<'_>| draw_extra(choices, depth - 1);
    match choices.below(8) {
        0 | 1 => json!(primitive),
        2 => json!({"type": "map", "values": inner(choices)}),
        3 => json!({"type": "array", "items": inner(choices)}),
        4 => json!({"type": "fixed", "name": choices.name("F"), "size": choices.below(4)}),
        5 => json!({"type": "enum", "name": choices.name("G"), "symbols": ["P", "Q"]}),
        6 => {
            let name = choices.name("T");
            json!({"type": "record", "name": name, "fields": [
                {"name": "value", "type": inner(choices)},
                {"name": "left", "type": ["null", name]},
                {"name": "rest", "type": {"type": "array", "items": name}},
            ]})
        }
        _ => json!([{"type": "map", "values": "int"}, "string", "null"]),
    }
}

/// Draws data of a schema and writes it, also with blocks that state their size.
struct Writer<'s> {
    names: std::collections::HashMap<apache_avro::schema::Name, &'s Schema>,
    bytes: Vec<u8>,
    depth: usize,
}

impl<'s> Writer<'s> {
    fn write(schema: &'s Schema, choices: &mut Choices<'_>) -> Vec<u8> {
        let resolved = apache_avro::schema::ResolvedSchema::new(schema).unwrap();
        let mut writer = Self { names: resolved.get_names().clone(), bytes: Vec::new(), depth: 0 };
        writer.value(schema, choices);
        writer.bytes
    }

    fn long(&mut self, number: i64) {
        let mut rest = ((number << 1) ^ (number >> 63)) as u64;
        while rest >= 0x80 {
            self.bytes.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest as u8);
    }

    fn text(&mut self, choices: &mut Choices<'_>) {
        let text = choices.text();
        self.long(text.len() as i64);
        self.bytes.extend_from_slice(text.as_bytes());
    }

    fn value(&mut self, schema: &'s Schema, choices: &mut Choices<'_>) {
        self.depth += 1;
        match schema {
            Schema::Null => {}
            Schema::Boolean => self.bytes.push(choices.below(2) as u8),
            Schema::Int | Schema::Date => self.long(choices.number(32)),
            Schema::Float => self.bytes.extend((choices.number(20) as f32 / 8.0).to_le_bytes()),
            Schema::Double => self.bytes.extend((choices.number(40) as f64 / 8.0).to_le_bytes()),
            // Texts in bytes too: the oracle refuses others where we read them as texts.
            Schema::String | Schema::Bytes => self.text(choices),
            Schema::Fixed(fixed) => {
                (0..fixed.size).for_each(|_| self.bytes.push(choices.below(256) as u8));
            }
            Schema::Enum(symbols) => self.long(choices.below(symbols.symbols.len()) as i64),
            Schema::Array(array) => self.blocks(&array.items, false, choices),
            Schema::Map(map) => self.blocks(&map.types, true, choices),
            Schema::Union(union) => {
                // Recursive types must end somewhere.
                let branches = union.variants();
                let branch = if self.depth > 12 { 0 } else { choices.below(branches.len()) };
                self.long(branch as i64);
                self.value(&branches[branch], choices);
            }
            Schema::Record(record) => {
                record.fields.iter().for_each(|field| self.value(&field.schema, choices));
            }
            Schema::Ref { name } => self.value(self.names[name], choices),
            Schema::Long | Schema::TimestampMicros => self.long(choices.number(64)),
            Schema::Decimal(_)
            | Schema::BigDecimal
            | Schema::Uuid(_)
            | Schema::TimeMillis
            | Schema::TimeMicros
            | Schema::TimestampMillis
            | Schema::TimestampNanos
            | Schema::LocalTimestampMillis
            | Schema::LocalTimestampMicros
            | Schema::LocalTimestampNanos
            | Schema::Duration(_) => panic!("{schema} is not drawn"),
        }
        self.depth -= 1;
    }

    fn blocks(&mut self, items: &'s Schema, keys: bool, choices: &mut Choices<'_>) {
        let blocks = if self.depth > 8 { 0 } else { choices.below(3) };
        for _ in 0..blocks {
            let outer = std::mem::take(&mut self.bytes);
            let count = choices.below(3) + 1;
            for _ in 0..count {
                if keys {
                    self.text(choices);
                }
                self.value(items, choices);
            }
            let block = std::mem::replace(&mut self.bytes, outer);
            if choices.one_in(3) {
                self.long(-(count as i64));
                self.long(block.len() as i64);
            } else {
                self.long(count as i64);
            }
            self.bytes.extend(block);
        }
        self.long(0);
    }
}

/// A decoded value by our schema, so that the two decoders' results can be compared.
#[derive(Debug, Clone, PartialEq)]
enum Plain {
    Null,
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(Vec<u8>),
    Text(String),
    Symbol(String),
    List(Vec<Self>),
    Record(Vec<Self>),
}

fn ours(view: View<'_>, field: &Field) -> Result<Plain, Error> {
    let slot = Slot::from_number(field.first);
    if field.nullable && !view.present(slot) {
        return Ok(Plain::Null);
    }
    Ok(match &field.kind {
        Kind::Bool => Plain::Bool(view.bool(slot).unwrap()),
        Kind::Int | Kind::Long | Kind::Date | Kind::Timestamp { .. } => {
            Plain::Int(view.int(slot).unwrap())
        }
        Kind::Float | Kind::Double => Plain::Double(view.double(slot).unwrap()),
        Kind::Text => Plain::Text(view.text(slot)?.unwrap().into()),
        Kind::Bytes | Kind::Fixed { .. } => Plain::Bytes(view.bytes(slot).unwrap().into()),
        Kind::Enum { .. } => Plain::Symbol(view.symbol(slot).unwrap().into()),
        Kind::List(item) => {
            let items = view.list(slot).map(|row| ours(row, item.field()));
            Plain::List(items.collect::<Result<_, _>>()?)
        }
        Kind::Record { fields, .. } => {
            Plain::Record(fields.iter().map(|field| ours(view, field)).collect::<Result<_, _>>()?)
        }
    })
}

fn theirs(value: Oracle) -> Plain {
    match value {
        Oracle::Null => Plain::Null,
        Oracle::Union(_, value) => theirs(*value),
        Oracle::Boolean(value) => Plain::Bool(value),
        Oracle::Int(value) | Oracle::Date(value) => Plain::Int(value.into()),
        Oracle::Long(value) | Oracle::TimestampMicros(value) => Plain::Int(value),
        Oracle::Float(value) => Plain::Double(value.into()),
        Oracle::Double(value) => Plain::Double(value),
        Oracle::Bytes(value) | Oracle::Fixed(_, value) => Plain::Bytes(value),
        Oracle::String(value) => Plain::Text(value),
        Oracle::Enum(_, symbol) => Plain::Symbol(symbol),
        Oracle::Array(items) => Plain::List(items.into_iter().map(theirs).collect()),
        Oracle::Record(fields) => {
            Plain::Record(fields.into_iter().map(|(_, value)| theirs(value)).collect())
        }
        other @ (Oracle::Map(_)
        | Oracle::Decimal(_)
        | Oracle::BigDecimal(_)
        | Oracle::TimeMillis(_)
        | Oracle::TimeMicros(_)
        | Oracle::TimestampMillis(_)
        | Oracle::TimestampNanos(_)
        | Oracle::LocalTimestampMillis(_)
        | Oracle::LocalTimestampMicros(_)
        | Oracle::LocalTimestampNanos(_)
        | Oracle::Duration(_)
        | Oracle::Uuid(_)) => panic!("the oracle gave {other:?}"),
    }
}

/// The value as JSON; `choices` pick among the forms that are accepted.
fn to_json(value: &Plain, field: &Field, choices: &mut Choices<'_>) -> Json {
    if *value == Plain::Null {
        return Json::Null;
    }
    let json = match (value, &field.kind) {
        (Plain::Bool(value), _) => json!(value),
        (Plain::Int(days), Kind::Date) if choices.below(2) == 0 => {
            let span = jiff::Span::new().try_days(*days);
            match span.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span)) {
                Ok(date) if date.year() > 0 => json!(date.to_string()),
                Ok(_) | Err(_) => json!(days),
            }
        }
        (Plain::Int(micros), Kind::Timestamp { .. }) if choices.below(2) == 0 => {
            match jiff::Timestamp::from_microsecond(*micros) {
                Ok(time) => json!(time.to_string()),
                Err(_) => json!(micros),
            }
        }
        (Plain::Int(value), _) => json!(value),
        (Plain::Double(value), _) => json!(value),
        (Plain::Text(text) | Plain::Symbol(text), _) => json!(text),
        (Plain::Bytes(bytes), _) => {
            json!(bytes.iter().map(|byte| char::from(*byte)).collect::<String>())
        }
        (Plain::List(items), Kind::List(item)) => {
            items.iter().map(|value| to_json(value, item.field(), choices)).collect()
        }
        (Plain::Record(values), Kind::Record { fields, .. }) => {
            let mut object = Map::new();
            for (value, field) in values.iter().zip(fields) {
                // Null means absent, as long as absence means null.
                let implied = field.default.as_ref().is_none_or(|default| {
                    default.iter().all(|value| *value == super::datum::Value::Null)
                });
                if *value == Plain::Null && implied && choices.below(2) == 0 {
                    continue;
                }
                object.insert(field.name.to_string(), to_json(value, field, choices));
            }
            Json::Object(object)
        }
        other => panic!("{other:?}", other = other.0),
    };
    if field.nullable && choices.one_in(3) { json!({ &*field.branch: json }) } else { json }
}

fn has_wide_double(value: &Plain) -> bool {
    match value {
        Plain::Double(number) => number.abs() > 2_f64.powi(50),
        Plain::List(values) | Plain::Record(values) => values.iter().any(has_wide_double),
        Plain::Null
        | Plain::Bool(_)
        | Plain::Int(_)
        | Plain::Bytes(_)
        | Plain::Text(_)
        | Plain::Symbol(_) => false,
    }
}

fn parse(json: &Json) -> Schema {
    Schema::parse_str(&json.to_string()).unwrap_or_else(|error| panic!("{error}\n{json:#}"))
}

/// Schemas and a datum of the writer's.
struct Case {
    shape: Shape,
    ours: Schema,
    oracle: Schema,
    writer: Schema,
    bytes: Vec<u8>,
}

fn draw_case(choices: &mut Choices<'_>) -> Case {
    let trio = draw_record(choices, 3);
    let writer = parse(&trio.writer);
    let shape = Shape::parse(&trio.ours.to_string())
        .unwrap_or_else(|error| panic!("{error}\n{:#}", trio.ours));
    let bytes = Writer::write(&writer, choices);
    Case { shape, ours: parse(&trio.ours), oracle: parse(&trio.oracle), writer, bytes }
}

impl Case {
    fn plan(&self) -> Plan {
        Plan::compile(&self.writer, &self.shape).unwrap_or_else(|error| {
            panic!("{error}\nwriter {}", self.writer.canonical_form());
        })
    }

    fn decode(&self, plan: &Plan, bytes: &[u8], datum: &mut Datum) -> Result<Plain, Error> {
        plan.run(bytes, datum, &LIMITS)?;
        ours(datum.view(&self.shape, bytes), self.shape.root().field())
    }

    fn decode_slowly(&self, bytes: &[u8]) -> Result<(Plain, usize), apache_avro::Error> {
        let reader =
            GenericDatumReader::builder(&self.writer).reader_schema(&self.oracle).build()?;
        let mut rest = bytes;
        let value = reader.read_value(&mut rest)?;
        Ok((theirs(value), rest.len()))
    }

    fn describe(&self, bytes: &[u8]) -> String {
        let mut text = format!("writer {:#?}\nours {:#?}\n", self.writer, self.oracle);
        write!(text, "bytes {bytes:?}").unwrap();
        text
    }
}

fn many_choices() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, ..ProptestConfig::default() })]

    #[test]
    fn valid_data_decodes_to_what_the_oracle_says(bytes in many_choices()) {
        let mut choices = Choices::new(&bytes);
        let case = draw_case(&mut choices);
        let plan = case.plan();
        let mut datum = Datum::new();
        let decoded = case.decode(&plan, &case.bytes, &mut datum);
        match case.decode_slowly(&case.bytes) {
            Ok((expected, rest)) => {
                prop_assert_eq!(rest, 0);
                prop_assert_eq!(decoded, Ok(expected), "{}", case.describe(&case.bytes));
            }
            // A branch or symbol that has no place in our schema.
            Err(error) => {
                let cause = decoded.as_ref().map_err(Error::cause).err();
                prop_assert!(
                    matches!(cause, Some("bad_union" | "bad_enum")),
                    "we {:?}, oracle {}\n{}", decoded, error, case.describe(&case.bytes)
                );
            }
        }
    }

    #[test]
    fn damaged_data_never_decodes_to_what_the_oracle_refuses(
        bytes in many_choices(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut choices = Choices::new(&bytes);
        let case = draw_case(&mut choices);
        let plan = case.plan();
        let mut damaged = case.bytes.clone();
        if damaged.is_empty() {
            return Ok(());
        }
        for (place, byte) in places {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        if let Some(cut) = cut {
            damaged.truncate(cut.index(damaged.len()));
        }
        let mut datum = Datum::new();
        if let Ok(decoded) = case.decode(&plan, &damaged, &mut datum) {
            match case.decode_slowly(&damaged) {
                Ok((expected, rest)) => {
                    prop_assert_eq!(rest, 0);
                    // NaN equals nothing; its text does.
                    prop_assert_eq!(format!("{decoded:?}"), format!("{expected:?}"));
                }
                // Texts that nobody reads are not checked for UTF-8, and items that take no bytes
                // cost us nothing to pass over, where the oracle would keep them.
                Err(error) => prop_assert!(
                    matches!(
                        error.details(),
                        Details::ConvertToUtf8(_) | Details::MemoryAllocation { .. }
                    ),
                    "oracle {}\n{}", error, case.describe(&damaged)
                ),
            }
        }
    }

    #[test]
    fn every_cut_of_valid_data_is_an_error(bytes in many_choices()) {
        let mut choices = Choices::new(&bytes);
        let case = draw_case(&mut choices);
        let plan = case.plan();
        let mut datum = Datum::new();
        if case.decode(&plan, &case.bytes, &mut datum).is_err() {
            return Ok(());
        }
        for cut in 0..case.bytes.len() {
            let error = plan.run(&case.bytes[..cut], &mut datum, &LIMITS).unwrap_err();
            prop_assert!(matches!(error, Error::Truncated { .. }), "{cut}: {error}");
        }
        let mut longer = case.bytes.clone();
        longer.push(0);
        let error = plan.run(&longer, &mut datum, &LIMITS).unwrap_err();
        prop_assert!(matches!(error, Error::TrailingBytes { .. }), "{error}");
    }

    #[test]
    fn json_decodes_to_what_avro_does(bytes in many_choices()) {
        let mut choices = Choices::new(&bytes);
        let case = draw_case(&mut choices);
        let mut datum = Datum::new();
        let Ok(value) = case.decode(&case.plan(), &case.bytes, &mut datum) else { return Ok(()) };
        // serde_json may miss the last bit of wide fractions (its feature float_roundtrip is off).
        if has_wide_double(&value) {
            return Ok(());
        }
        let json = to_json(&value, case.shape.root().field(), &mut choices).to_string();
        let read = read_json(json.as_bytes(), &case.shape, &mut datum, &LIMITS);
        prop_assert_eq!(read, Ok(()), "{}", json);
        let view = datum.view(&case.shape, b"");
        prop_assert_eq!(ours(view, case.shape.root().field()), Ok(value), "{}", json);
        prop_assert_eq!(datum.unknown_fields(), 0);
    }

    #[test]
    fn what_we_compile_is_what_the_oracle_calls_compatible(
        bytes in many_choices(),
        other in many_choices(),
    ) {
        // Half of the writer's schema is of another draw, so that most pairs do not fit.
        let case = draw_case(&mut Choices::new(&bytes));
        let stranger = draw_case(&mut Choices::new(&other));
        for (writer, reader) in [(&case.writer, &case), (&stranger.writer, &case)] {
            let expected = SchemaCompatibility::can_read(writer, &reader.ours).is_ok();
            match Plan::compile(writer, &reader.shape) {
                Ok(_) => prop_assert!(expected),
                // We do not take a date for a timestamp, whatever their integers.
                Err(error) => {
                    let text = error.to_string();
                    let of_meaning = ["where we read an RFC 3339 time", "where we read a date"];
                    prop_assert!(
                        !expected || of_meaning.iter().any(|part| text.contains(part)), "{}", text
                    );
                }
            }
        }
    }

    #[test]
    fn arbitrary_bytes_end_in_an_answer(schema in many_choices(), bytes in many_choices()) {
        let case = draw_case(&mut Choices::new(&schema));
        let mut datum = Datum::new();
        drop(case.decode(&case.plan(), &bytes, &mut datum));
        drop(read_json(&bytes, &case.shape, &mut datum, &LIMITS));
    }
}

#[test]
fn the_row_of_a_record_is_found_by_its_paths() {
    fn check(record: &Record) {
        for path in record.paths() {
            assert!(record.slot(path).is_some(), "{path}");
        }
    }
    check(draw_case(&mut Choices::new(&[7; 300])).shape.root());
}
