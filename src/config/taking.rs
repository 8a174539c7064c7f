//! How one setting is taken: from the layers it may be written in, into the record of settings.

use super::document::{At, Entry, Fault, Node, Value};
use super::effective::{Setting, Source, quoted};
use super::mistake::{Mistake, Place};
use super::reader::Reader;
use super::secret::{MASK, looks_secret};
use super::unknown::{Shape, variable};

/// A setting about to be taken.
pub(super) struct Asked<'a> {
    pub(super) key: &'a str,
    pub(super) doc: &'a str,
    /// What may be written, as a sentence's beginning.
    pub(super) rule: String,
    pub(super) absent: Absent,
}

/// What it means that a setting was not written.
pub(super) enum Absent {
    /// This default counts, as TOML.
    Default(String),
    /// It is a mistake; the sample file shows this example, as TOML.
    Required(String),
    /// Nothing counts; an empty one would look like this.
    Unset(&'static str),
}

/// One value that was written for a setting.
pub(super) struct Given {
    pub(super) value: Value,
    pub(super) place: Place,
}

impl Reader {
    /// Takes one value: every layer's is checked by `read`, the strongest good one counts.
    /// Nothing is given back if none is good; if that is a mistake, it has been noted.
    pub(super) fn take<T>(
        &mut self,
        asked: Asked<'_>,
        read: impl Fn(&Value) -> Result<T, String>,
        show: impl Fn(&T) -> String,
    ) -> Option<T> {
        let key = self.full(asked.key);
        let fresh = self.known.insert(&key, Shape::Leaf);
        debug_assert!(fresh, "{key} is asked for twice");
        let mut found = None;
        let mut written = false;
        for given in self.given(&key) {
            written = true;
            match read(&given.value) {
                Ok(value) => found = Some((value, given.place)),
                Err(text) => self.push(given.place, &key, text),
            }
        }
        let required = matches!(asked.absent, Absent::Required(_));
        // After a fault in the file the setting may stand where the parser could not read, and
        // where its table should be something else may stand, which is a mistake of its own.
        let excused = self.sampling
            || !self.document.faults.is_empty()
            || self.enclosing(&key).is_some_and(|node| !matches!(node.value, Value::Table(_)));
        if required && !written && !excused {
            let name = variable(&key);
            let text = format!("is missing and has no default: write it here or set {name}");
            self.push(self.around(&key), &key, text);
        }
        let (value, literal, set, source) = match (found, asked.absent) {
            (Some((value, place)), _) => {
                let literal = show(&value);
                (Some(value), literal, true, Source::Written(place))
            }
            (None, Absent::Default(literal) | Absent::Required(literal)) => {
                (None, literal, true, Source::Default)
            }
            (None, Absent::Unset(blank)) => (None, blank.to_owned(), false, Source::Default),
        };
        // A key asked for twice must not be printed twice: that would not be TOML.
        if fresh {
            self.record(&key, asked.doc, &asked.rule, literal, set, source);
        }
        value
    }

    /// Takes a text. One without a default may not be empty.
    pub(super) fn any_text(&mut self, key: &str, doc: &str, absent: Absent) -> Option<String> {
        let empty_allowed = matches!(absent, Absent::Default(_));
        let hidden = looks_secret(&self.full(key));
        let rule =
            if matches!(absent, Absent::Required(_)) { "A text, required" } else { "A text" };
        let asked = Asked { key, doc, rule: rule.to_owned(), absent };
        let read = |value: &Value| {
            if empty_allowed { value.text().map(str::to_owned) } else { filled(value) }
        };
        self.take(asked, read, |text| masked(hidden, text))
    }

    /// Takes a whole number that `accept` turns into the value, or refuses.
    pub(super) fn whole<T>(
        &mut self,
        key: &str,
        doc: &str,
        expected: &str,
        default: T,
        accept: impl Fn(i64) -> Option<T>,
        show: impl Fn(&T) -> String,
    ) -> T {
        let hidden = looks_secret(&self.full(key));
        let read = |value: &Value| {
            let number = value.whole(expected)?;
            let found = if hidden { "another".to_owned() } else { number.to_string() };
            let wrong = || format!("expected {expected}, found {found}: choose one of these");
            accept(number).ok_or_else(wrong)
        };
        let absent = Absent::Default(show(&default));
        let asked = Asked { key, doc, rule: capital(expected), absent };
        self.take(asked, read, show).unwrap_or(default)
    }

    /// What was written for a key, the weakest layer first.
    pub(super) fn given(&self, key: &str) -> Vec<Given> {
        let mut given = Vec::new();
        if let Some(node) = self.document.find(key) {
            given.push(Given { value: node.value.clone(), place: self.place_in_file(node.at) });
        }
        let name = variable(key);
        if let Some(value) = self.variables.get(&name) {
            given.push(Given { value: Value::Plain(value.clone()), place: Place::Variable(name) });
        }
        for argument in self.arguments.iter().filter(|argument| argument.key == key) {
            let place = Place::Flag(argument.flag.clone());
            given.push(Given { value: Value::Plain(argument.value.clone()), place });
        }
        given
    }

    /// What was written under a table with free keys, the weakest layer first.
    pub(super) fn given_map(&mut self, map: &str) -> Vec<(String, Given)> {
        let mut given = Vec::new();
        match self.document.find(map).cloned() {
            None => {}
            Some(Node { value: Value::Table(entries), .. }) => {
                self.flatten(map, "", &entries, &mut given);
            }
            Some(Node { value, at }) => {
                let text = value.not("a table", &format!("write [{map}] above its settings"));
                self.push(self.place_in_file(at), map, text);
            }
        }
        let prefix = variable(map) + "__";
        for (name, value) in &self.variables {
            if let Some(rest) = name.strip_prefix(&prefix) {
                let place = Place::Variable(name.clone());
                let key = rest.to_ascii_lowercase().replace("__", ".");
                given.push((key, Given { value: Value::Plain(value.clone()), place }));
            }
        }
        for argument in &self.arguments {
            if let Some(key) = argument.key.strip_prefix(map).and_then(|key| key.strip_prefix('.'))
            {
                let place = Place::Flag(argument.flag.clone());
                let value = Value::Plain(argument.value.clone());
                given.push((key.to_owned(), Given { value, place }));
            }
        }
        given
    }

    /// Which of several tables are there, and where they begin.
    pub(super) fn given_tables(&mut self, key: &str) -> (Vec<usize>, Source) {
        let Some(node) = self.document.find(key).cloned() else {
            return (Vec::new(), Source::Default);
        };
        let place = self.place_in_file(node.at);
        let mend = format!("write [[{key}]] above each");
        let Value::List(items) = node.value else {
            self.push(place.clone(), key, node.value.not("tables", &mend));
            return (Vec::new(), Source::Written(place));
        };
        let mut indexes = Vec::new();
        for (index, item) in items.iter().enumerate() {
            if matches!(item.value, Value::Table(_)) {
                indexes.push(index);
            } else {
                let text = item.value.not("a table", &mend);
                self.push(self.place_in_file(item.at), &format!("{key}[{index}]"), text);
            }
        }
        (indexes, Source::Written(place))
    }

    /// Notes a setting for the printed settings and the sample file.
    pub(super) fn record(
        &mut self,
        key: &str,
        doc: &str,
        rule: &str,
        literal: String,
        set: bool,
        source: Source,
    ) {
        let (path, name) = key.rsplit_once('.').unwrap_or(("", key));
        self.effective.add(
            path,
            Setting {
                key: key.to_owned(),
                name: name.to_owned(),
                doc: doc.to_owned(),
                rule: format!("{rule}. Environment: {}", variable(key)),
                literal,
                set,
                source,
            },
        );
    }

    /// Notes a mistake.
    pub(super) fn push(&mut self, place: Place, key: &str, text: String) {
        self.mistakes.push(Mistake { place, key: key.to_owned(), text });
    }

    /// The key with what precedes it in the table being read.
    pub(super) fn full(&self, key: &str) -> String {
        format!("{}{key}", self.scope)
    }

    /// The text as TOML, or the mask if its key says that it is a secret.
    pub(super) fn shown(&self, key: &str, text: &str) -> String {
        masked(looks_secret(&self.full(key)), text)
    }

    /// The place of a missing setting: the innermost table around it, or the file as a whole.
    pub(super) fn around(&self, key: &str) -> Place {
        match self.enclosing(key) {
            Some(node) => self.place_in_file(node.at),
            None => Place::Whole(self.file.clone().unwrap_or_else(|| "configuration".to_owned())),
        }
    }

    /// The innermost value in the file in which the key lies, or would lie.
    fn enclosing(&self, key: &str) -> Option<&Node> {
        let mut path = key;
        while let Some((outer, _)) = path.rsplit_once('.') {
            if let Some(node) = self.document.find(outer) {
                return Some(node);
            }
            path = outer;
        }
        None
    }

    pub(super) fn place_in_file(&self, at: At) -> Place {
        let path = self.file.clone().unwrap_or_default();
        Place::File { path, line: at.line, column: at.column }
    }

    /// Adds what is not TOML, each in place of what else was found on its line: that was told
    /// about what the parser made of the broken rest.
    pub(super) fn add_faults(&mut self) {
        let faults = std::mem::take(&mut self.document.faults);
        self.mistakes.retain(|mistake| match &mistake.place {
            Place::File { line, .. } => faults.iter().all(|fault| fault.at.line != *line),
            Place::Whole(_) | Place::Variable(_) | Place::Flag(_) => true,
        });
        for Fault { at, message, .. } in faults {
            self.push(self.place_in_file(at), "", format!("is not valid TOML: {message}"));
        }
    }

    /// The lines of a table with free keys, and those of the tables inside it, under dotted keys.
    fn flatten(
        &mut self,
        map: &str,
        path: &str,
        table: &[Entry],
        given: &mut Vec<(String, Given)>,
    ) {
        for Entry { key, node, .. } in table {
            let key = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            let place = self.place_in_file(node.at);
            if let Value::Table(inner) = &node.value {
                self.flatten(map, &key, inner, given);
            } else if given.iter().any(|(other, _)| *other == key) {
                let text = "is written twice, with dots and with quotes: keep one".to_owned();
                self.push(place, &format!("{map}.{key}"), text);
            } else {
                given.push((key, Given { value: node.value.clone(), place }));
            }
        }
    }
}

/// The order in which the layers override one another.
pub(super) fn rank(place: &Place) -> u8 {
    match place {
        Place::Whole(_) => 0,
        Place::File { .. } => 1,
        Place::Variable(_) => 2,
        Place::Flag(_) => 3,
    }
}

/// A text that is not empty.
pub(super) fn filled(value: &Value) -> Result<String, String> {
    match value.text()? {
        "" => Err("is empty: write a text, or leave the setting out".to_owned()),
        text => Ok(text.to_owned()),
    }
}

/// A list of texts, or the same with commas from outside the file.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, String> {
    let expected = "a list of texts";
    match value {
        Value::List(items) => {
            let mut texts = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                texts.push(
                    filled(&item.value).map_err(|text| format!("item {}: {text}", index + 1))?,
                );
            }
            Ok(texts)
        }
        Value::Plain(text) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            Ok(parts.map(str::to_owned).collect())
        }
        Value::Text(_) => Err(value.not(expected, "write it in brackets")),
        Value::Whole(_)
        | Value::Decimal(_)
        | Value::Truth(_)
        | Value::Other(_)
        | Value::Table(_) => Err(value.not(expected, "write texts in quotes, within brackets")),
    }
}

/// One value as a text, whatever its type.
pub(super) fn plain(value: &Value) -> Result<String, String> {
    match value {
        Value::Plain(text) | Value::Text(text) => Ok(text.clone()),
        Value::Whole(number) => Ok(number.to_string()),
        Value::Decimal(number) => Ok(number.to_string()),
        Value::Truth(truth) => Ok(truth.to_string()),
        Value::Other(_) | Value::List(_) | Value::Table(_) => {
            Err(value.not("a text", "write it in quotes"))
        }
    }
}

/// A text as TOML, or the mask in its place; an empty text hides nothing.
pub(super) fn masked(hidden: bool, text: &str) -> String {
    quoted(if hidden && !text.is_empty() { MASK } else { text })
}

/// The sentence's beginning with a capital letter.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The unit at the end of a key: its name, and its length in milliseconds.
pub(super) fn unit_of(key: &str) -> (&'static str, u64) {
    const UNITS: [(&str, &str, u64); 5] = [
        ("_ms", "milliseconds", 1),
        ("_seconds", "seconds", 1_000),
        ("_minutes", "minutes", 60_000),
        ("_hours", "hours", 3_600_000),
        ("_days", "days", 86_400_000),
    ];
    let unit = UNITS.iter().find(|(suffix, _, _)| key.ends_with(suffix));
    debug_assert!(unit.is_some(), "{key} does not end in a unit of time");
    unit.map_or(("milliseconds", 1), |(_, name, length_ms)| (*name, *length_ms))
}
