//! A schema of a registry with those that it refers to: fetched one by one, and not without end.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::codec::SchemaText;

/// The most schemas that one may refer to, itself or through others.
const REFERENCES_MAX: usize = 64;
/// How deep they may refer to each other.
const DEPTH_MAX: usize = 16;
/// The most text of a schema and all that it refers to.
const BYTES_MAX: usize = 1 << 20;

/// What a registry says of a schema.
#[derive(Debug, PartialEq, Eq)]
pub enum Answer {
    /// This is it.
    Found(SchemaText),
    /// There is none of that number.
    Absent,
    /// There is one, but for this reason nothing can be read with it.
    Unusable(&'static str),
}

/// A schema in the registry's words.
#[derive(Clone, Deserialize)]
pub(super) struct Stored {
    schema: String,
    /// Absent for Avro.
    #[serde(rename = "schemaType")]
    kind: Option<String>,
    #[serde(default)]
    references: Option<Vec<Reference>>,
}

/// A version of a subject that a schema refers to.
#[derive(Clone, Deserialize)]
struct Reference {
    /// What it is called there: for Avro, the type that it defines.
    name: Option<String>,
    subject: String,
    version: i64,
}

/// Why a schema was not put together.
enum Stop {
    /// The registry gave no answer, for this reason: ask again.
    Failed(String),
    /// For this reason it never will be.
    Unusable(&'static str),
}

/// The schemas that one refers to, as far as they have been fetched.
struct Family<F> {
    fetch: F,
    /// The names that have been met. The first version of one holds for all who refer to it, as in
    /// Confluent's own resolution: a registry takes in a schema that two versions come together in.
    names: BTreeSet<String>,
    seen: BTreeSet<(String, i64)>,
    texts: Vec<Box<str>>,
    bytes_left: usize,
}

/// Puts a schema together: `fetch` asks for what stands at a path of the registry's API.
///
/// # Errors
/// When `fetch` has no answer.
pub(super) fn put_together(
    schema: Stored,
    fetch: impl FnMut(&str) -> Result<Option<Stored>, String>,
) -> Result<Answer, String> {
    let mut family = Family {
        fetch,
        names: BTreeSet::new(),
        seen: BTreeSet::new(),
        texts: Vec::new(),
        bytes_left: BYTES_MAX,
    };
    match family.take(schema, 0) {
        Ok(text) => {
            let references = family.texts.into();
            Ok(Answer::Found(SchemaText { text: text.into(), references }))
        }
        Err(Stop::Unusable(reason)) => Ok(Answer::Unusable(reason)),
        Err(Stop::Failed(why)) => Err(why),
    }
}

impl<F: FnMut(&str) -> Result<Option<Stored>, String>> Family<F> {
    /// Fetches what a schema refers to; gives its own text.
    fn take(&mut self, schema: Stored, depth: usize) -> Result<String, Stop> {
        if schema.kind.is_some_and(|kind| kind != "AVRO") {
            return Err(Stop::Unusable("it is no Avro schema: write with Avro, or send JSON"));
        }
        if depth > DEPTH_MAX {
            return Err(Stop::Unusable("its references lie more than 16 deep"));
        }
        self.bytes_left = self
            .bytes_left
            .checked_sub(schema.schema.len())
            .ok_or(Stop::Unusable("it and its references are larger than 1 MiB"))?;
        for reference in schema.references.unwrap_or_default() {
            self.refer(reference, depth + 1)?;
        }
        Ok(schema.schema)
    }

    /// Fetches one reference, if it has not been met on another way.
    fn refer(&mut self, reference: Reference, depth: usize) -> Result<(), Stop> {
        let Reference { name, subject, version } = reference;
        // One that was deleted, but not for good, still serves those who refer to it.
        let path = format!("subjects/{}/versions/{version}?deleted=true", escaped(&subject));
        let met = name.is_some_and(|name| !self.names.insert(name));
        if met || !self.seen.insert((subject, version)) {
            return Ok(());
        }
        if self.seen.len() > REFERENCES_MAX {
            return Err(Stop::Unusable("it has more than 64 references"));
        }
        let found = (self.fetch)(&path).map_err(Stop::Failed)?;
        let found = found.ok_or(Stop::Unusable("the registry lacks a schema that it refers to"))?;
        let text = self.take(found, depth)?.into_boxed_str();
        // One text under two subjects is one type.
        if !self.texts.contains(&text) {
            self.texts.push(text);
        }
        Ok(())
    }
}

/// A subject as a segment of a path (RFC 3986, 2.1).
fn escaped(subject: &str) -> String {
    let mut path = String::new();
    for byte in subject.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const FIRST: &str = "/versions/1?deleted=true";

    fn stored(text: &str, references: &[&str]) -> Stored {
        let references: Vec<_> = references
            .iter()
            .map(|subject| json!({"name": subject, "subject": subject, "version": 1}))
            .collect();
        serde_json::from_value(json!({"schema": text, "references": references})).unwrap()
    }

    /// Puts "top" together, which refers to these; gives the answer and the paths asked for.
    fn put(
        references: &[&str],
        subjects: impl Fn(&str) -> Option<Stored>,
    ) -> (Answer, Vec<String>) {
        let mut asked = Vec::new();
        let answer = put_together(stored("top", references), |path| {
            asked.push(path.to_owned());
            Ok(subjects(path.strip_prefix("subjects/").unwrap().strip_suffix(FIRST).unwrap()))
        });
        (answer.unwrap(), asked)
    }

    #[test]
    fn what_a_schema_refers_to_is_fetched_once_and_stands_before_what_refers_to_it() {
        let (answer, asked) = put(&["a b", "c"], |subject| match subject {
            "a%20b" => Some(stored("A", &["d"])),
            "c" => Some(stored("C", &["d", "a b"])),
            "d" => Some(stored("D", &[])),
            _ => None,
        });
        let references = ["D", "A", "C"].map(Into::into).into();
        assert_eq!(answer, Answer::Found(SchemaText { text: "top".into(), references }));
        let paths = ["a%20b", "d", "c"].map(|subject| format!("subjects/{subject}{FIRST}"));
        assert_eq!(asked, paths);
    }

    /// Confluent's `testConflictingReferenceVersionsAllowedByDefault`.
    #[test]
    fn of_two_versions_of_one_name_the_first_met_holds() {
        let stored = |text: &str, references: Value| -> Stored {
            serde_json::from_value(json!({"schema": text, "references": references})).unwrap()
        };
        let inner = |version: u32| json!({"name": "Inner", "subject": "in", "version": version});
        let middle = json!({"name": "Middle", "subject": "mid", "version": 1});
        let mut asked = 0;
        let answer = put_together(stored("root", json!([inner(1), middle])), |path| {
            asked += 1;
            Ok(Some(match path {
                "subjects/in/versions/1?deleted=true" => stored("I1", json!([])),
                "subjects/in/versions/2?deleted=true" => stored("I2", json!([])),
                _ => stored("M", json!([inner(2)])),
            }))
        });
        let references = ["I1", "M"].map(Into::into).into();
        assert_eq!(answer, Ok(Answer::Found(SchemaText { text: "root".into(), references })));
        assert_eq!(asked, 2);
        // Without names, what is not the same version is not the same.
        let nameless = |version: u32| json!({"subject": "in", "version": version});
        let both = stored("root", json!([nameless(1), nameless(2), nameless(1)]));
        let answer = put_together(both, |path| Ok(Some(stored(path, json!([])))));
        assert!(matches!(answer, Ok(Answer::Found(found)) if found.references.len() == 2));
    }

    #[test]
    fn references_without_end_are_given_up() {
        let next = |subject: &str| {
            format!("s{}", subject.trim_start_matches('s').parse::<usize>().unwrap() + 1)
        };
        let (answer, asked) = put(&["s0"], |subject| Some(stored(subject, &[&next(subject)])));
        assert_eq!(answer, Answer::Unusable("its references lie more than 16 deep"));
        assert_eq!(asked.len(), DEPTH_MAX + 1);

        let many: Vec<String> = (0..1_000).map(|number| format!("s{number}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let (answer, asked) = put(&many, |subject| Some(stored(subject, &[])));
        assert_eq!(answer, Answer::Unusable("it has more than 64 references"));
        assert_eq!(asked.len(), REFERENCES_MAX);

        let large = "x".repeat(BYTES_MAX / 4);
        let (answer, _) = put(&many, |subject| Some(stored(&format!("{large}{subject}"), &[])));
        assert_eq!(answer, Answer::Unusable("it and its references are larger than 1 MiB"));

        let (answer, asked) = put(&["me"], |_| Some(stored("me", &["me"])));
        assert!(matches!(answer, Answer::Found(_)), "a loop ends: {answer:?}");
        assert_eq!(asked.len(), 1);
    }

    #[test]
    fn a_schema_that_cannot_be_put_together_says_why_and_one_not_fetched_is_asked_for_again() {
        let lacks = "the registry lacks a schema that it refers to";
        assert_eq!(put(&["a"], |_| None).0, Answer::Unusable(lacks));
        let proto: Stored =
            serde_json::from_value(json!({"schema": "x", "schemaType": "PROTOBUF"})).unwrap();
        let answer = put_together(proto, |_| Ok(None)).unwrap();
        assert!(matches!(answer, Answer::Unusable(_)), "{answer:?}");
        let away = put_together(stored("top", &["a"]), |_| Err("away".into()));
        assert_eq!(away, Err("away".into()));
    }
}
