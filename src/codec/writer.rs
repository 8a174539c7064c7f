//! A writer's schema as a registry has it: a text, and the texts of the schemas it refers to.

use std::sync::Arc;

use apache_avro::Schema;
use serde_json::{Value, json};

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

/// A writer's schema, parsed.
pub(super) struct Writer {
    /// A record made up here: one field for each schema that is referred to, the last for the
    /// writer's own. As fields of one record they know each other's names, as Avro has it.
    family: Schema,
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
        // The parser's own words quote the schema.
        let family = family(text).and_then(|family| Schema::parse(&family).ok());
        // A type that is defined twice is found here, and not by the parser.
        let family = family.filter(|family| Names::of(family).is_ok());
        match family {
            Some(family @ Schema::Record(_)) => Ok(Self { family }),
            Some(_) | None => Err(Error::UnusableSchema {
                schema,
                reason: "it is no valid Avro schema, or a type it names is defined nowhere or twice",
            }),
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
}

/// The family's own schema; `None` when one of the texts is no JSON.
fn family(schema: &SchemaText) -> Option<Value> {
    let texts = schema.references.iter().map(|text| &**text).chain([&*schema.text]);
    let fields: Option<Vec<Value>> = texts
        .enumerate()
        .map(|(number, text)| {
            let schema: Value = serde_json::from_str(text).ok()?;
            Some(json!({"name": format!("f{number}"), "type": schema}))
        })
        .collect();
    Some(json!({"type": "record", "name": FAMILY, "fields": fields?}))
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
}
