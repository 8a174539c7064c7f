//! A writer's schema as a registry has it: a text, and the texts of the schemas it refers to.

use std::sync::Arc;

use apache_avro::Schema;
use serde_json::{Value, json};

use super::prune::{Pruner, field_of};
use super::schema::Names;
use super::{Error, SchemaRef};

/// The text of a writer's schema, with all that it takes to understand it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaText {
    /// The schema itself, as Avro JSON.
    pub text: Arc<str>,
    /// The schemas it refers to by name, each behind those that it refers to itself.
    pub references: Arc<[Box<str>]>,
}

impl SchemaText {
    /// The length of all its texts.
    pub fn bytes(&self) -> usize {
        self.text.len() + self.references.iter().map(|text| text.len()).sum::<usize>()
    }
}

/// A writer's schema, parsed.
pub(super) struct Writer {
    /// A record made up here: one field for each schema that is referred to, the last for the
    /// writer's own. As fields of one record they know each other's names, as Avro has it.
    family: Schema,
    /// About what it takes in memory.
    bytes: usize,
}

/// The family's name: no writer's, and in no namespace, so that it lends none.
const FAMILY: &str = "PortcullisSchemaWithItsReferences";

impl From<&str> for SchemaText {
    fn from(text: &str) -> Self {
        Self { text: text.into(), references: Arc::default() }
    }
}

impl Writer {
    /// Parses a writer's schema.
    ///
    /// # Errors
    /// [`Error::UnusableSchema`] when it is no schema, or refers to what is not there.
    pub(super) fn parse(schema: SchemaRef, text: &SchemaText) -> Result<Self, Error> {
        let unusable = |reason| Error::UnusableSchema { schema, reason };
        let (family, bytes) = family(text).map_err(unusable)?;
        // The parser's own words quote the schema.
        let family = Schema::parse(&family).ok();
        // A type that is defined twice is found here, and not by the parser.
        match family.filter(|family| Names::of(family).is_ok()) {
            Some(family @ Schema::Record(_)) => Ok(Self { family, bytes }),
            Some(_) | None => Err(unusable(
                "it is no valid Avro schema, or a type it names is defined nowhere or twice",
            )),
        }
    }

    /// The schema that values are written with.
    pub(super) fn schema(&self) -> &Schema {
        if let Schema::Record(family) = &self.family
            && let Some(own) = family.fields.last()
        {
            return &own.schema;
        }
        // Not reached: `parse` makes nothing else.
        &self.family
    }

    /// The schema that holds every definition.
    pub(super) const fn family(&self) -> &Schema {
        &self.family
    }

    /// About what it takes in memory.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}

/// The family's own schema, and about what it takes in memory once it is parsed.
fn family(schema: &SchemaText) -> Result<(Value, usize), &'static str> {
    let mut pruner = Pruner::default();
    let texts = schema.references.iter().map(|text| &**text).chain([&*schema.text]);
    let fields: Result<Vec<Value>, &'static str> = texts
        .enumerate()
        .map(|(number, text)| {
            let schema = serde_json::from_str(text).map_err(|_quotes_it| "it is no JSON")?;
            Ok(field_of(format!("f{number}"), pruner.prune(schema)?))
        })
        .collect();
    let fields = fields?;
    Ok((json!({"type": "record", "name": FAMILY, "fields": fields}), pruner.bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::{Datum, Limits, Plan, Shape};
    use super::*;

    const ID: SchemaRef = SchemaRef::Id(7);
    const COUNTRY: &str = r#"{"type": "enum", "name": "Country", "namespace": "org.example.common", "symbols": ["GBR", "FRA"]}"#;
    const DOCUMENT: &str = r#"{"type": "record", "name": "Document", "namespace": "org.example.common", "fields": [
        {"name": "number", "type": {"type": "record", "name": "Number", "fields": [{"name": "text", "type": "string"}]}},
        {"name": "state", "type": "Country"}]}"#;
    const CHECK: &str = r#"{"type": "record", "name": "Check", "fields": [
        {"name": "document", "type": "org.example.common.Document"},
        {"name": "former", "type": ["null", "org.example.common.Document"]},
        {"name": "number", "type": "org.example.common.Number"}]}"#;

    fn text(text: &str, references: &[&str]) -> SchemaText {
        let references = references.iter().map(|text| (*text).into()).collect();
        SchemaText { text: text.into(), references }
    }

    #[test]
    fn a_schema_that_refers_to_others_is_read_with_them() {
        let writer = Writer::parse(ID, &text(CHECK, &[COUNTRY, DOCUMENT])).unwrap();
        let shape = Shape::parse(
            r#"{"type": "record", "name": "Check", "fields": [
                {"name": "number", "type": {"type": "record", "name": "Number", "fields": [
                    {"name": "text", "type": "string"}]}}]}"#,
        )
        .unwrap();
        let plan = Plan::compile_in(writer.family(), writer.schema(), &shape).unwrap();
        let mut datum = Datum::new();
        // Document {Number {"A"}, FRA}, null, Number {"B"}: what is passed over has to be understood.
        let bytes = [2, b'A', 2, 0, 2, b'B'];
        plan.run(&bytes, &mut datum, &Limits::STANDARD).unwrap();
        let slot = shape.root().slot("number.text").unwrap();
        assert_eq!(datum.view(&shape, &bytes).text(slot), Ok(Some("B")));
    }

    #[test]
    fn what_is_no_schema_is_refused_without_its_words() {
        for broken in [
            text(CHECK, &[]),
            text(CHECK, &[DOCUMENT]),
            text(CHECK, &[COUNTRY, COUNTRY, DOCUMENT]),
            text(r#""int"}, {"name": "x", "type": "int""#, &[]),
            text("{", &[]),
            text("\"Nowhere\"", &[]),
        ] {
            let error = Writer::parse(ID, &broken).err().unwrap();
            assert_eq!(error.cause(), "unusable_schema");
            assert!(!error.to_string().contains("Nowhere"), "{error}");
        }
    }

    /// A schema of as many bytes as a registry may have, whose parts are copied many times unless
    /// care is taken.
    #[test]
    fn a_schema_that_unfolds_while_it_is_parsed_takes_no_more_than_its_share() {
        let record = |more: &str, fields: &str| {
            format!(r#"{{"type": "record", "name": "R", {more} "fields": [{fields}]}}"#)
        };
        let many = |each: fn(usize) -> String| (0..30_000).map(each).collect::<Vec<_>>().join(",");
        let aliases = format!("\"aliases\": [{}],", many(|at| format!("\"A{at}\"")));
        let fields = many(|at| format!(r#"{{"name": "f{at}", "type": "int"}}"#));
        let writer = Writer::parse(ID, &text(&record(&aliases, &fields), &[])).unwrap();
        assert!(matches!(writer.schema(), Schema::Record(own) if own.fields.len() == 30_000));
        // Here the word "record" would be the name of the type, and that type copied each time.
        let named = record("", &fields).replace("\"R\"", "\"record\"");
        let copies = many(|at| format!(r#"{{"name": "f{at}", "type": {{"type": "record"}}}}"#));
        let error = Writer::parse(ID, &text(&record("", &copies), &[&named])).err().unwrap();
        assert_eq!(error.cause(), "unusable_schema");
    }

    #[test]
    fn types_as_deep_within_each_other_as_json_may_lie_end_nothing() {
        for (open, close) in [(r#"{"type": "#, "}"), (r#"{"type": "array", "items": "#, "}")] {
            let deep = |depth| [open.repeat(depth), "\"int\"".into(), close.repeat(depth)].concat();
            Writer::parse(ID, &text(&deep(120), &[])).unwrap();
            assert!(Writer::parse(ID, &text(&deep(130), &[])).is_err());
        }
    }
}
