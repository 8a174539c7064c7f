//! Which of a schema's types take no bytes: bytes cannot bound how often those are there.

use std::collections::{HashMap, HashSet};

use apache_avro::Schema;
use apache_avro::schema::Name;

use super::schema::{Names, Wire};

/// The records of a schema whose values take no bytes. All other types take a byte at least, but
/// for null and a fixed of size 0; and so does a record that holds itself without end, as it has no
/// values at all.
///
/// Found out from the innermost records outwards, each field seen once: a walk from the outside
/// would need a bound of its depth, and whoever writes the schema could step over it.
pub(super) struct Weightless<'s> {
    records: HashSet<&'s Name>,
}

/// What the fields of a record are made of, for this question.
enum Weight<'s> {
    None,
    /// As much as this record.
    Of(&'s Name),
    Some,
}

impl<'s> Weightless<'s> {
    pub(super) fn of(names: &Names<'s>) -> Self {
        // For each record, how many fields are not known to take no bytes; and who holds it.
        let mut open: HashMap<&Name, usize> = HashMap::new();
        let mut holders: HashMap<&Name, Vec<&Name>> = HashMap::new();
        let mut found = Vec::new();
        for record in names.records() {
            let mut count = 0;
            for field in &record.fields {
                match weight(names, &field.schema) {
                    Weight::None => continue,
                    Weight::Of(inner) => holders.entry(inner).or_default().push(&record.name),
                    Weight::Some => {}
                }
                count += 1;
            }
            if count == 0 {
                found.push(&record.name);
            }
            open.insert(&record.name, count);
        }
        let mut records = HashSet::new();
        while let Some(record) = found.pop() {
            records.insert(record);
            for holder in holders.remove(record).unwrap_or_default() {
                let Some(count) = open.get_mut(holder) else { continue };
                *count -= 1;
                if *count == 0 {
                    found.push(holder);
                }
            }
        }
        Self { records }
    }

    /// Whether values of a type take no bytes.
    pub(super) fn has(&self, names: &Names<'s>, schema: &'s Schema) -> bool {
        match weight(names, schema) {
            Weight::None => true,
            Weight::Of(record) => self.records.contains(record),
            Weight::Some => false,
        }
    }
}

fn weight<'s>(names: &Names<'s>, schema: &'s Schema) -> Weight<'s> {
    match names.wire(schema) {
        Some(Wire::Null | Wire::Fixed { size: 0, .. }) => Weight::None,
        Some(Wire::Record(record)) => Weight::Of(&record.name),
        Some(_) | None => Weight::Some,
    }
}

#[cfg(test)]
mod tests {
    use super::super::writer::Writer;
    use super::super::{Datum, Limits, Plan, SchemaRef, SchemaText, Shape};

    fn record(name: &str, types: &[&str]) -> Box<str> {
        let field = |(at, kind): (usize, &&str)| format!(r#"{{"name": "f{at}", "type": {kind}}}"#);
        let fields: Vec<String> = types.iter().enumerate().map(field).collect();
        let fields = fields.join(", ");
        format!(r#"{{"type": "record", "name": "{name}", "fields": [{fields}]}}"#).into()
    }

    fn plan(own: &str, references: Vec<Box<str>>) -> (Plan, Shape) {
        let shape = r#"{"type": "record", "name": "R", "fields": [
            {"name": "ours", "type": "int", "default": 3}]}"#;
        let shape = Shape::parse(shape).unwrap();
        let text = SchemaText { text: own.into(), references: references.into() };
        let writer = Writer::parse(SchemaRef::Id(7), &text).unwrap();
        (Plan::compile_in(writer.family(), writer.schema(), &shape).unwrap(), shape)
    }

    /// Fields that take no bytes, at the end of a chain deeper than anybody would look, and then a
    /// hundred of those to the power of eight.
    #[test]
    fn what_takes_no_bytes_is_known_however_deep_it_lies() {
        let mut references = vec![record("Y", &[]), record("C0", &["\"Y\"", "\"null\""])];
        for at in 1..200 {
            references.push(record(&format!("C{at}"), &[&format!("\"C{}\"", at - 1)]));
        }
        references.push(record("D0", &["\"C0\""]));
        for at in 1..9 {
            references.push(record(&format!("D{at}"), &[&*format!("\"D{}\"", at - 1); 100]));
        }
        let own = record("R", &[r#"{"type": "array", "items": "C199"}"#, "\"D8\""]);
        let (plan, shape) = plan(&own, references);
        assert!(plan.calls.is_empty() && plan.steps.len() < 3, "{:?}", plan.steps);
        let mut datum = Datum::new();
        plan.run(&[0], &mut datum, &Limits::STANDARD).unwrap();
        let slot = shape.root().slot("ours").unwrap();
        assert_eq!(datum.view(&shape, &[0]).int(slot), Some(3));
    }

    #[test]
    fn what_takes_a_byte_or_has_no_values_is_passed_over_by_its_bytes() {
        // Optional or not, in a list or not: T holds itself, and N has no end.
        let references = vec![
            record("T", &["[\"null\", \"T\"]", r#"{"type": "array", "items": "T"}"#]),
            record("N", &["\"null\"", "\"N\"", "\"N\""]),
            record("B", &["\"null\"", "\"boolean\""]),
        ];
        let own = record("R", &["\"T\"", "\"B\"", r#"{"type": "array", "items": "N"}"#]);
        let (plan, _) = plan(&own, references);
        let run = |bytes: &[u8]| plan.run(bytes, &mut Datum::new(), &Limits::STANDARD);
        assert_eq!(run(&[2, 0, 0, 0, 1, 0]), Ok(()));
        assert_eq!(run(&[2, 0, 0, 0]).unwrap_err().cause(), "truncated");
        assert_eq!(run(&[0, 0, 1, 2, 0]).unwrap_err().cause(), "too_large");
    }
}
