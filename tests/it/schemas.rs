//! The wire contract keeps its word: what was once written can be read for ever.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use apache_avro::Schema;
use apache_avro::schema_compatibility::{Compatibility, SchemaCompatibility};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// What `schemas/catalogue.json` says of one released version.
struct Released {
    topic: String,
    version: u64,
    id: u64,
    text: String,
    sha256: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn catalogue() -> Vec<Released> {
    let text = read(&folder().join("catalogue.json"));
    let rows: Vec<Value> = serde_json::from_str(&text).unwrap();
    let row = |row: &Value| Released {
        topic: row["topic"].as_str().unwrap().to_owned(),
        version: row["version"].as_u64().unwrap(),
        id: row["id"].as_u64().unwrap(),
        text: read(&folder().join(row["file"].as_str().unwrap())),
        sha256: row["sha256"].as_str().unwrap().to_owned(),
    };
    rows.iter().map(row).collect()
}

/// Topic and text of each current schema.
fn current() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder()).unwrap() {
        let path = item.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "avsc") {
            found.push((path.file_stem().unwrap().to_str().unwrap().to_owned(), read(&path)));
        }
    }
    found.sort();
    found
}

/// Why data written under `old` may not be read under `new`; `None` when all of it can.
///
/// Agencies read alerts with the schema they have, so a change there must hold both ways.
fn break_between(topic: &str, old: &str, new: &str) -> Option<String> {
    let old = Schema::parse_str(old).unwrap();
    let new = Schema::parse_str(new).unwrap();
    let verdict = if topic == "alerts" {
        SchemaCompatibility::mutual_read(&old, &new)
    } else {
        SchemaCompatibility::can_read(&old, &new)
    };
    match verdict {
        Ok(Compatibility::Full) => None,
        Ok(Compatibility::Partial) => Some(format!("{topic}: some records could not be read")),
        Err(error) => Some(format!("{topic}: {error}")),
    }
}

/// What a schema lacks: documentation, defaults of enumerations, logical types of times.
fn gaps(topic: &str, schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    walk(topic, schema, &mut found);
    found
}

fn walk(path: &str, schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Array(branches) => branches.iter().for_each(|branch| walk(path, branch, found)),
        Value::Object(object) => {
            if object.contains_key("name") && !documented(schema) {
                found.push(format!("{path}: no doc"));
            }
            match object["type"].as_str().unwrap() {
                "record" => schema["fields"].as_array().unwrap().iter().for_each(|field| {
                    walk_field(
                        &format!("{path}.{}", field["name"].as_str().unwrap()),
                        field,
                        found,
                    );
                }),
                "enum" => {
                    let default = object.get("default").unwrap_or(&Value::Null);
                    if !object["symbols"].as_array().unwrap().contains(default) {
                        found.push(format!("{path}: an enum without a default symbol"));
                    }
                }
                "array" => walk(path, &schema["items"], found),
                "int" | "long" | "string" | "double" | "boolean" => {}
                other => found.push(format!("{path}: the contract has no {other}")),
            }
        }
        _ => {}
    }
}

fn walk_field(path: &str, field: &Value, found: &mut Vec<String>) {
    if !documented(field) {
        found.push(format!("{path}: no doc"));
    }
    let kind = &field["type"];
    let optional = kind.as_array().is_some_and(|branches| branches[0] == "null");
    if (kind.is_array() && !optional) || (optional && field.get("default") != Some(&Value::Null)) {
        found.push(format!("{path}: optional means [\"null\", T] with default null"));
    }
    let kind = if optional { &kind[1] } else { kind };
    let name = field["name"].as_str().unwrap();
    let logical = kind.get("logicalType").and_then(Value::as_str);
    if name == "birth_date" && kind != "string" {
        found.push(format!("{path}: dates of birth are strings, since they may be incomplete"));
    }
    if (name.ends_with("_at") || name.starts_with("valid_")) && logical != Some("timestamp-micros")
    {
        found.push(format!("{path}: an instant without timestamp-micros"));
    }
    if name.ends_with("_date") && name != "birth_date" && logical != Some("date") {
        found.push(format!("{path}: a date without logical type date"));
    }
    walk(path, kind, found);
}

fn documented(value: &Value) -> bool {
    value.get("doc").and_then(Value::as_str).is_some_and(|doc| doc.trim().len() > 3)
}

#[test]
fn each_current_schema_reads_every_released_version() {
    let released = catalogue();
    for (topic, text) in current() {
        let versions: Vec<_> = released.iter().filter(|row| row.topic == topic).collect();
        assert!(!versions.is_empty(), "{topic}: add schemas/released/{topic}/v1.avsc");
        for old in &versions {
            assert_eq!(break_between(&topic, &old.text, &text), None, "since v{}", old.version);
            for newer in versions.iter().filter(|newer| newer.version > old.version) {
                assert_eq!(break_between(&topic, &old.text, &newer.text), None);
            }
        }
    }
}

#[test]
fn every_field_is_documented_and_every_enum_has_a_default() {
    for (topic, text) in current() {
        assert_eq!(gaps(&topic, &serde_json::from_str(&text).unwrap()), Vec::<String>::new());
    }
}

#[test]
fn the_catalogue_names_every_released_file_once_and_reuses_no_id() {
    let released = catalogue();
    let ids: BTreeSet<_> = released.iter().map(|row| row.id).collect();
    assert_eq!(ids.len(), released.len(), "two rows of catalogue.json share an id");
    assert!(ids.iter().all(|id| (1_000_000_001..=i32::MAX as u64).contains(id)));
    let mut files = 0;
    for topic in std::fs::read_dir(folder().join("released")).unwrap() {
        files += std::fs::read_dir(topic.unwrap().path()).unwrap().count();
    }
    assert_eq!(files, released.len(), "a released file is not in catalogue.json");
    for (topic, _) in current() {
        let versions = released.iter().filter(|row| row.topic == topic).map(|row| row.version);
        let versions: Vec<_> = versions.collect();
        assert_eq!(versions, (1..=versions.len() as u64).collect::<Vec<_>>(), "{topic}");
    }
}

#[test]
fn a_released_file_is_never_edited() {
    for row in catalogue() {
        let digest = Sha256::digest(row.text.as_bytes());
        let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(
            digest,
            row.sha256,
            "{} v{} was edited: release v{} instead",
            row.topic,
            row.version,
            row.version + 1
        );
    }
}

/// The crossings schema with one thing changed by `plant`.
fn planted(plant: impl FnOnce(&mut Value)) -> (String, String) {
    let text = read(&folder().join("border.crossings.avsc"));
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    plant(&mut schema);
    (text, schema.to_string())
}

#[test]
fn an_incompatible_change_is_found() {
    let without_default = planted(|schema| {
        let field = serde_json::json!({ "name": "lane", "type": "string", "doc": "Lane." });
        schema["fields"].as_array_mut().unwrap().push(field);
    });
    let other_type = planted(|schema| {
        schema["fields"][0]["type"]["fields"][0]["type"] = Value::from("long");
    });
    let renamed = planted(|schema| {
        schema["fields"][1]["name"] = Value::from("person");
    });
    for (old, new) in [without_default, other_type, renamed] {
        assert!(break_between("border.crossings", &old, &new).is_some(), "{new}");
    }
    let (old, new) = planted(|schema| {
        let field =
            serde_json::json!({ "name": "lane", "type": ["null", "string"], "default": null });
        schema["fields"].as_array_mut().unwrap().push(field);
    });
    assert_eq!(break_between("border.crossings", &old, &new), None);
}

#[test]
fn a_gap_in_a_schema_is_found() {
    let check = |plant: fn(&mut Value), expected: &str| {
        let (_, text) = planted(plant);
        let found = gaps("border.crossings", &serde_json::from_str(&text).unwrap());
        assert!(found.iter().any(|gap| gap.contains(expected)), "{expected}: {found:?}");
    };
    check(|s| drop(s["fields"][1].as_object_mut().unwrap().remove("doc")), "traveller: no doc");
    check(|s| s["fields"][0]["type"]["fields"][4]["type"] = "long".into(), "an instant without");
    check(
        |s| {
            drop(
                s["fields"][0]["type"]["fields"][3]["type"]
                    .as_object_mut()
                    .unwrap()
                    .remove("default"),
            )
        },
        "revision: an enum without a default",
    );
    check(|s| drop(s["fields"][4].as_object_mut().unwrap().remove("default")), "optional means");
}
