//! A writer's schema without what reading does not need, and not larger than can be parsed safely.

use serde_json::{Map, Value};

/// What a schema may take while it is parsed. The parser copies a definition once for each that it
/// stands in, and a name with its namespace wherever it is referred to.
const PARSING_BYTES_MAX: usize = 128 << 20;
/// What the parser makes of one type, field or symbol, on a generous average.
const NODE_BYTES: usize = 256;

const INVALID: &str = "it is no valid Avro schema";
const TOO_LARGE: &str =
    "it takes more than 128 MiB to parse: define less, or less within each other";

/// The types that a logical type may stand upon.
const SCALARS: [&str; 5] = ["int", "long", "bytes", "string", "fixed"];

/// Prunes schemas that are parsed together.
///
/// As Avro's Parsing Canonical Form has it, with logical types: no aliases, defaults, documentation
/// and properties. A writer's mean nothing in schema resolution, and the parser's work with them is
/// more than linear: it keeps a copy of a whole type for each of the type's aliases.
#[derive(Default)]
pub(super) struct Pruner {
    kept: usize,
    parsing: usize,
}

/// Where a type stands.
#[derive(Clone, Copy, Default)]
struct Scope {
    /// How many definitions it stands in.
    depth: usize,
    /// The length of its namespace.
    namespace: usize,
}

impl Pruner {
    /// Prunes one schema.
    ///
    /// # Errors
    /// Why it cannot be used, without its words.
    pub(super) fn prune(&mut self, schema: Value) -> Result<Value, &'static str> {
        self.schema(schema, Scope { depth: 1, namespace: 0 })
    }

    /// What the schemas take once they are parsed.
    pub(super) const fn bytes(&self) -> usize {
        self.kept
    }

    fn schema(&mut self, schema: Value, scope: Scope) -> Result<Value, &'static str> {
        match schema {
            Value::String(name) => {
                self.weigh(name.len() + scope.namespace, scope)?;
                Ok(name.into())
            }
            Value::Array(branches) => {
                branches.into_iter().map(|branch| self.schema(branch, scope)).collect()
            }
            Value::Object(object) => self.object(object, scope),
            Value::Null | Value::Bool(_) | Value::Number(_) => Err(INVALID),
        }
    }

    fn object(
        &mut self,
        mut object: Map<String, Value>,
        scope: Scope,
    ) -> Result<Value, &'static str> {
        self.weigh(0, scope)?;
        let mut pruned = Map::new();
        let kind = match take(&mut object, "type")? {
            Value::String(kind) => {
                match &*kind {
                    "record" | "enum" | "fixed" => {
                        self.named(&kind, &mut object, &mut pruned, scope)?;
                    }
                    "array" => self.inner("items", &mut object, &mut pruned, scope)?,
                    "map" => self.inner("values", &mut object, &mut pruned, scope)?,
                    name => self.weigh(name.len() + scope.namespace, scope)?,
                }
                Value::String(kind)
            }
            nested @ (Value::Object(_) | Value::Array(_)) => self.schema(nested, scope)?,
            Value::Null | Value::Bool(_) | Value::Number(_) => return Err(INVALID),
        };
        // Elsewhere it means nothing, and the parser copies the type and complains of it at length.
        if is_scalar(&kind) {
            for key in ["logicalType", "precision", "scale"] {
                pruned.extend(object.remove_entry(key));
            }
        }
        pruned.insert("type".to_owned(), kind);
        Ok(pruned.into())
    }

    fn inner(
        &mut self,
        key: &str,
        object: &mut Map<String, Value>,
        pruned: &mut Map<String, Value>,
        scope: Scope,
    ) -> Result<(), &'static str> {
        let inner = self.schema(take(object, key)?, scope)?;
        pruned.insert(key.to_owned(), inner);
        Ok(())
    }

    /// A definition. One without its fields, symbols or size is none, though the parser takes the
    /// word "record" for the name of a type then, and copies that type as a whole.
    fn named(
        &mut self,
        kind: &str,
        object: &mut Map<String, Value>,
        pruned: &mut Map<String, Value>,
        scope: Scope,
    ) -> Result<(), &'static str> {
        let Value::String(name) = take(object, "name")? else { return Err(INVALID) };
        let namespace = object.remove("namespace").filter(Value::is_string);
        let length = match (name.rfind('.'), &namespace) {
            (Some(dot), _) => dot,
            (None, Some(Value::String(namespace))) => namespace.len(),
            (None, _) => scope.namespace,
        };
        let inner = Scope { depth: scope.depth + 1, namespace: length };
        self.weigh(name.len() + length, inner)?;
        pruned.insert("name".to_owned(), name.into());
        pruned.extend(namespace.map(|namespace| ("namespace".to_owned(), namespace)));
        let (key, body) = match kind {
            "record" => ("fields", self.fields(take(object, "fields")?, inner)?),
            "enum" => ("symbols", self.symbols(take(object, "symbols")?, inner)?),
            _ => ("size", take(object, "size")?),
        };
        pruned.insert(key.to_owned(), body);
        Ok(())
    }

    fn fields(&mut self, fields: Value, scope: Scope) -> Result<Value, &'static str> {
        let Value::Array(fields) = fields else { return Err(INVALID) };
        let field = |field| {
            let Value::Object(mut field) = field else { return Err(INVALID) };
            let Value::String(name) = take(&mut field, "name")? else { return Err(INVALID) };
            self.weigh(2 * name.len(), scope)?;
            let kind = self.schema(take(&mut field, "type")?, scope)?;
            Ok(field_of(name, kind))
        };
        fields.into_iter().map(field).collect()
    }

    fn symbols(&mut self, symbols: Value, scope: Scope) -> Result<Value, &'static str> {
        for symbol in symbols.as_array().ok_or(INVALID)? {
            self.weigh(symbol.as_str().ok_or(INVALID)?.len(), scope)?;
        }
        Ok(symbols)
    }

    /// Takes one type, field or symbol into account, with the length of its names.
    fn weigh(&mut self, names: usize, scope: Scope) -> Result<(), &'static str> {
        let bytes = NODE_BYTES + names;
        self.kept += bytes;
        self.parsing += bytes * (1 + scope.depth);
        if self.parsing > PARSING_BYTES_MAX { Err(TOO_LARGE) } else { Ok(()) }
    }
}

/// A field of a record.
pub(super) fn field_of(name: String, kind: Value) -> Value {
    [("name".to_owned(), Value::String(name)), ("type".to_owned(), kind)].into_iter().collect()
}

fn take(object: &mut Map<String, Value>, key: &str) -> Result<Value, &'static str> {
    object.remove(key).ok_or(INVALID)
}

fn is_scalar(kind: &Value) -> bool {
    match kind {
        Value::String(kind) => SCALARS.contains(&&**kind),
        Value::Object(object) => object.get("type").is_some_and(is_scalar),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_reading_needs_is_kept_and_nothing_else() {
        let full = json!({"type": "record", "name": "R", "namespace": "n", "aliases": ["A"],
            "doc": "d", "more": {"items": "int"}, "fields": [
            {"name": "a", "type": {"type": "long", "logicalType": "timestamp-millis"},
                "default": 1, "aliases": ["b"], "doc": "d", "order": "ignore"},
            {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["X"], "default": "X",
                "aliases": ["F"]}},
            {"name": "f", "type": ["null", {"type": "array", "items": {"type": "fixed",
                "name": "m.D", "size": 12, "aliases": ["G"], "logicalType": "duration"}}],
                "default": null},
            {"name": "d", "type": {"type": "map", "values": {"type": {"type": "bytes"},
                "logicalType": "decimal", "precision": 4, "scale": 2}}, "logicalType": "x"}]});
        let needed = json!({"type": "record", "name": "R", "namespace": "n", "fields": [
            {"name": "a", "type": {"type": "long", "logicalType": "timestamp-millis"}},
            {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["X"]}},
            {"name": "f", "type": ["null", {"type": "array", "items": {"type": "fixed",
                "name": "m.D", "size": 12, "logicalType": "duration"}}]},
            {"name": "d", "type": {"type": "map", "values": {"type": {"type": "bytes"},
                "logicalType": "decimal", "precision": 4, "scale": 2}}}]});
        assert_eq!(Pruner::default().prune(full), Ok(needed));
    }

    #[test]
    fn a_definition_without_its_body_is_none() {
        for kind in ["record", "enum", "fixed", "array", "map"] {
            let bare = json!({"type": kind, "name": kind});
            assert_eq!(Pruner::default().prune(bare), Err(INVALID));
        }
    }

    /// A record of so many fields, and others around it.
    fn nested(fields: usize, depth: usize) -> Value {
        let fields: Vec<Value> =
            (0..fields).map(|at| json!({"name": format!("f{at}"), "type": "int"})).collect();
        let mut schema = json!({"type": "record", "name": "R", "fields": fields});
        for at in 0..depth {
            schema = json!({"type": "record", "name": format!("R{at}"),
                "fields": [{"name": "f", "type": schema}]});
        }
        schema
    }

    #[test]
    fn what_would_be_copied_too_often_is_refused() {
        let prune = |schema| Pruner::default().prune(schema);
        let refused = |schema| prune(schema) == Err(TOO_LARGE);
        assert!(!refused(nested(30_000, 0)) && !refused(nested(1_000, 40)));
        assert!(refused(nested(30_000, 20)));
        // A name is copied with its namespace wherever it is.
        let far = "n".repeat(100_000);
        let fields: Vec<Value> =
            (0..5_000).map(|at| json!({"name": format!("f{at}"), "type": "R"})).collect();
        let record = |namespace: &str| json!({"type": "record", "name": "R", "namespace": namespace, "fields": fields});
        assert!(!refused(record("n")) && refused(record(&far)));
        // Together they take what each takes.
        let mut pruner = Pruner::default();
        let results: Vec<_> = (0..10).map(|_| pruner.prune(nested(20_000, 0))).collect();
        assert!(results.first().unwrap().is_ok() && results.last().unwrap().is_err());
    }

    #[test]
    fn what_is_taken_into_account_is_what_the_parser_makes() {
        use apache_avro::Schema;
        use apache_avro::schema::RecordField;
        // A field weighs as two: itself and its type.
        assert!(size_of::<RecordField>() + 64 <= 2 * NODE_BYTES, "{}", size_of::<RecordField>());
        assert!(size_of::<Schema>() <= NODE_BYTES, "{}", size_of::<Schema>());
    }
}
