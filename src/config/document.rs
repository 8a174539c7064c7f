//! The file as a tree of values, each with its place; the only user of the TOML parser.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A position in the file, both counted from 1, the column in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct At {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// A value and where it begins; for a table, where its header or its brace begins.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) at: At,
}

/// One line of a table.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) key_at: At,
    pub(super) node: Node,
}

/// A value as it was written.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A text without a type, from the environment or the command line.
    Plain(String),
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Whole(i64),
    /// A TOML float.
    Decimal(f64),
    /// A TOML boolean.
    Truth(bool),
    /// What no setting takes, by its name with the article.
    Other(&'static str),
    /// A TOML array.
    List(Vec<Node>),
    /// A TOML table.
    Table(Vec<Entry>),
}

/// What is not TOML.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) at: At,
    /// What was expected there.
    pub(super) message: String,
    /// Whether a table's header is broken, so that the lines below seem to belong elsewhere.
    in_header: bool,
}

/// A file, parsed as far as it goes.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The lines of the root table.
    pub(super) entries: Vec<Entry>,
    pub(super) faults: Vec<Fault>,
}

impl Document {
    /// Parses the text; what follows a fault is still read where the parser finds its feet again.
    pub(super) fn parse(text: &str) -> Self {
        let lines = Lines::of(text);
        let (root, errors) = DeTable::parse_recoverable(text);
        let mut faults: Vec<Fault> = Vec::new();
        for error in errors {
            let at = lines.at(error.span().map_or(0, |span| span.start));
            // One fault makes the parser stumble again on the same line; the first tells it all.
            if faults.iter().all(|earlier| earlier.at.line != at.line) {
                let in_header = lines.text(at.line).trim_start().starts_with('[');
                faults.push(Fault { at, message: error.message().to_owned(), in_header });
            }
        }
        Self { entries: lines.entries(root.get_ref()), faults }
    }

    /// Whether a place lies below a broken header, where keys cannot be told to be unknown.
    pub(super) fn misled(&self, at: At) -> bool {
        self.faults.iter().any(|fault| fault.in_header && fault.at.line < at.line)
    }

    /// The value under a full key such as `kafka.brokers` or `lists[0].name`.
    pub(super) fn find(&self, key: &str) -> Option<&Node> {
        let mut entries = &self.entries;
        let mut found: Option<&Node> = None;
        for part in key.split('.') {
            if let Some(Node { value: Value::Table(inner), .. }) = found {
                entries = inner;
            } else if found.is_some() {
                return None;
            }
            let (name, index) = indexed(part);
            let mut node = &entries.iter().find(|entry| entry.key == name)?.node;
            if let Some(index) = index {
                let Value::List(items) = &node.value else { return None };
                node = items.get(index)?;
            }
            found = Some(node);
        }
        found
    }
}

/// Splits `lists[0]` into `lists` and 0; a part without an index is itself.
fn indexed(part: &str) -> (&str, Option<usize>) {
    let Some((name, rest)) = part.split_once('[') else { return (part, None) };
    (name, rest.strip_suffix(']').and_then(|index| index.parse().ok()))
}

impl Value {
    /// What the value is, with the article, for "found …". Never the value itself.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Plain(text) if text.is_empty() => "nothing",
            Self::Plain(_) | Self::Text(_) => "a text",
            Self::Whole(_) => "a whole number",
            Self::Decimal(_) => "a decimal number",
            Self::Truth(_) => "true or false",
            Self::Other(name) => name,
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
        }
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Result<&str, String> {
        match self {
            Self::Plain(text) | Self::Text(text) => Ok(text),
            Self::Whole(_) | Self::Decimal(_) | Self::Truth(_) | Self::Other(_) => {
                Err(self.not("a text", "write it in quotes"))
            }
            Self::List(_) | Self::Table(_) => Err(self.not("a text", "write one text in quotes")),
        }
    }

    /// The whole number, if it is one.
    pub(super) fn whole(&self, expected: &str) -> Result<i64, String> {
        match self {
            Self::Whole(number) => Ok(*number),
            Self::Plain(text) => text.parse().map_err(|_| self.not(expected, "write digits alone")),
            Self::Text(_) => Err(self.not(expected, "write it without quotes")),
            Self::Decimal(_) | Self::Truth(_) | Self::Other(_) | Self::List(_) | Self::Table(_) => {
                Err(self.not(expected, "write digits alone"))
            }
        }
    }

    /// The number with decimals, if it is one; a whole number is one too.
    pub(super) fn decimal(&self, expected: &str) -> Result<f64, String> {
        let mend = "write it like 0.5, without quotes";
        match self {
            Self::Decimal(number) => Ok(*number),
            // Exact below 2^53, far beyond any setting's limit; above it the range refuses it.
            #[allow(clippy::cast_precision_loss)]
            Self::Whole(number) => Ok(*number as f64),
            Self::Plain(text) => text.parse().map_err(|_| self.not(expected, mend)),
            Self::Text(_) | Self::Truth(_) | Self::Other(_) | Self::List(_) | Self::Table(_) => {
                Err(self.not(expected, mend))
            }
        }
    }

    /// True or false, if it is one of them.
    pub(super) fn truth(&self) -> Result<bool, String> {
        let expected = "true or false";
        match self {
            Self::Truth(truth) => Ok(*truth),
            Self::Plain(text) if text == "true" => Ok(true),
            Self::Plain(text) if text == "false" => Ok(false),
            Self::Text(_) => Err(self.not(expected, "write true or false without quotes")),
            Self::Plain(_)
            | Self::Whole(_)
            | Self::Decimal(_)
            | Self::Other(_)
            | Self::List(_)
            | Self::Table(_) => Err(self.not(expected, "write one of the two words")),
        }
    }

    /// "expected …, found …: how to mend it".
    pub(super) fn not(&self, expected: &str, mend: &str) -> String {
        format!("expected {expected}, found {}: {mend}", self.kind())
    }
}

/// The text cut into lines, to turn a byte's offset into a line and a column.
struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(offset, _)| offset + 1));
        Self { text, starts }
    }

    fn at(&self, offset: usize) -> At {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied();
        let before = self.text.as_bytes().get(start.unwrap_or(0)..offset).unwrap_or_default();
        // A character is counted by its first byte; the others begin with the bits 10.
        let characters = before.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
        At { line, column: characters + 1 }
    }

    /// The text of a line, counted from 1, and what follows it.
    fn text(&self, line: usize) -> &'a str {
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied();
        start.and_then(|start| self.text.get(start..)).unwrap_or_default()
    }

    fn entries(&self, table: &DeTable<'_>) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            entries.push(Entry {
                key: key.get_ref().to_string(),
                key_at: self.at(key.span().start),
                node: self.node(value),
            });
        }
        entries
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let at = self.at(value.span().start);
        let value = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
                .map_or(Value::Other("a number too large"), Value::Whole),
            DeValue::Float(number) => {
                number.as_str().parse().map_or(Value::Other("a decimal number"), Value::Decimal)
            }
            DeValue::Boolean(truth) => Value::Truth(*truth),
            DeValue::Datetime(_) => Value::Other("a date or time"),
            DeValue::Array(items) => {
                Value::List(items.iter().map(|item| self.node(item)).collect())
            }
            DeValue::Table(table) => Value::Table(self.entries(table)),
        };
        Node { value, at }
    }
}
