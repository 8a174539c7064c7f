//! What was written but is no setting: found by what was asked for, and told with a suggestion.

use std::collections::BTreeMap;

use super::document::{At, Document, Entry, Value};
use super::effective::key_part;
use super::nearest::nearest;

/// What every variable of ours begins with.
pub(super) const PREFIX: &str = "PORTCULLIS_";

/// What a key that was asked for holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One value.
    Leaf,
    /// A table whose keys are free.
    Map,
    /// Several tables, whose keys were asked for as `lists[0].name`.
    Tables,
}

/// The full keys that were asked for.
#[derive(Debug, Default)]
pub(super) struct Known(BTreeMap<String, Shape>);

impl Known {
    /// Notes a key; false if it had been asked for before.
    pub(super) fn insert(&mut self, key: &str, shape: Shape) -> bool {
        self.0.insert(key.to_owned(), shape).is_none()
    }

    /// The keys in the file that nobody asked for, each as written, with its place and the text
    /// of the mistake. Of an unknown table only the table is told.
    pub(super) fn strangers(&self, document: &Document) -> Vec<(At, String, String)> {
        let mut found = Vec::new();
        self.walk("", &document.entries, &mut found);
        found
    }

    /// Whether a key, of the command line, was asked for.
    pub(super) fn covers(&self, key: &str) -> bool {
        self.0.get(key) == Some(&Shape::Leaf)
            || self
                .maps()
                .any(|map| key.strip_prefix(map).is_some_and(|rest| rest.starts_with('.')))
    }

    /// Whether a variable names a setting that was asked for.
    pub(super) fn covers_variable(&self, name: &str) -> bool {
        self.leaves().any(|key| variable(key) == name)
            || self.maps().any(|map| name.starts_with(&(variable(map) + "__")))
    }

    /// Whether a variable names a setting inside one of several tables, there or not.
    pub(super) fn within_tables(&self, name: &str) -> bool {
        let tables = self.0.iter().filter(|(_, shape)| **shape == Shape::Tables);
        tables.map(|(key, _)| variable(key) + "__").any(|prefix| name.starts_with(&prefix))
    }

    /// The mistake of a variable that names no setting, or none if it may be another's: a cluster
    /// sets variables such as `PORTCULLIS_PORT` for a service of our name, so without `__` only
    /// those are refused that name a setting but for the doubled underscores.
    pub(super) fn stranger_variable(&self, name: &str) -> Option<String> {
        let names: Vec<String> = self.leaves().map(variable).collect();
        if !name.contains("__") {
            let meant = names.iter().find(|known| known.replace("__", "_") == name)?;
            return Some(format!("is not a setting: did you mean {meant}?"));
        }
        Some(refusal(nearest(name, names.iter().map(String::as_str))))
    }

    fn walk(&self, path: &str, entries: &[Entry], found: &mut Vec<(At, String, String)>) {
        for entry in entries {
            let part = key_part(&entry.key);
            let key = if path.is_empty() { part } else { format!("{path}.{part}") };
            match (self.0.get(&key), &entry.node.value) {
                (Some(Shape::Tables), Value::List(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        if let Value::Table(inner) = &item.value {
                            self.walk(&format!("{key}[{index}]"), inner, found);
                        }
                    }
                }
                (Some(_), _) => {}
                (None, Value::Table(inner)) if self.is_table(&key) => {
                    self.walk(&key, inner, found);
                }
                (None, value) if self.is_table(&key) => {
                    let text = value.not("a table", &format!("write [{key}] above its settings"));
                    found.push((entry.node.at, key, text));
                }
                (None, _) => {
                    let text = refusal(self.suggestion(&key).as_deref());
                    found.push((entry.key_at, key, text));
                }
            }
        }
    }

    /// Whether some key that was asked for lies in the table of this name.
    fn is_table(&self, key: &str) -> bool {
        let prefix = format!("{key}.");
        self.0.range(prefix.clone()..).next().is_some_and(|(known, _)| known.starts_with(&prefix))
    }

    /// The nearest key or table; failing that, the one key of the same name in another table.
    fn suggestion(&self, key: &str) -> Option<String> {
        let mut known: Vec<&str> = Vec::new();
        for name in self.0.keys() {
            known.push(name);
            known.extend(name.match_indices('.').filter_map(|(end, _)| name.get(..end)));
        }
        if let Some(near) = nearest(key, known) {
            return Some(near.to_owned());
        }
        let name = key.rsplit('.').next();
        let mut same = self.leaves().filter(|known| known.rsplit('.').next() == name);
        let only = same.next()?;
        same.next().is_none().then(|| only.to_owned())
    }

    fn leaves(&self) -> impl Iterator<Item = &str> {
        let leaves = self.0.iter().filter(|(_, shape)| **shape == Shape::Leaf);
        leaves.map(|(key, _)| key.as_str())
    }

    fn maps(&self) -> impl Iterator<Item = &str> {
        let maps = self.0.iter().filter(|(_, shape)| **shape == Shape::Map);
        maps.map(|(key, _)| key.as_str())
    }
}

/// The environment variable that overrides a setting: `PORTCULLIS_KAFKA__BROKERS` for
/// `kafka.brokers`, `PORTCULLIS_LISTS__0__NAME` for `lists[0].name`.
pub(super) fn variable(key: &str) -> String {
    let key = key.replace('[', "__").replace(']', "").replace('.', "__");
    format!("{PREFIX}{}", key.to_ascii_uppercase())
}

/// The text for a key that nobody asked for.
pub(super) fn refusal(suggestion: Option<&str>) -> String {
    match suggestion {
        Some(known) => format!("is not a setting: did you mean {known}?"),
        None => "is not a setting: remove it".to_owned(),
    }
}
