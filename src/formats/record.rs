//! Rows of a table and objects of JSON lines as one thing: named fields, each with its texts.
//!
//! Whoever writes a file of persons, pairs or queries names its columns in their own way. A field is
//! found under any of the names it is known by, whatever their case, spaces, `_` and `-`.

use serde_json::Value;

use super::csv::BYTE_ORDER_MARK;
use super::{Format, Mistake};

/// What a file of records holds.
#[derive(Default)]
pub struct Records {
    /// The names of the columns as written, in the order of the file; of JSON lines those of any
    /// object, in the order in which they first occur.
    pub columns: Vec<Box<str>>,
    /// The records, in the order of the file.
    pub records: Vec<Record>,
    /// Lines that are none.
    pub mistakes: Vec<Mistake>,
}

/// One record: for each column its texts. Holds personal data: has no `Debug`.
pub struct Record {
    /// Line, from 1.
    pub line: u64,
    /// Of each column of [`Records::columns`] what it holds; shorter when the last hold nothing.
    cells: Vec<Cell>,
}

type Cell = Vec<Box<str>>;

/// Where a field stands: the columns that are known by one of its names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field(Vec<usize>);

impl Records {
    /// Reads a file.
    pub fn read(format: Format, bytes: &[u8]) -> Self {
        match format {
            Format::Csv => Self::read_csv(bytes),
            Format::JsonLines => Self::read_json_lines(bytes),
        }
    }

    /// The columns known by one of these names, given in small letters alone.
    pub fn field(&self, names: &[&str]) -> Field {
        let columns = self.columns.iter().enumerate();
        let known = columns.filter(|(_, column)| names.contains(&plain(column).as_str()));
        Field(known.map(|(at, _)| at).collect())
    }

    fn read_csv(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
        let mut found = Self::default();
        let mut row = csv::ByteRecord::new();
        loop {
            let line = reader.position().line();
            match reader.read_byte_record(&mut row) {
                Ok(false) => break,
                Ok(true) => found.add_row(super::csv::line_of(row.position(), bytes), &row),
                Err(_) => found.mistake(line, "the row cannot be read"),
            }
        }
        found
    }

    fn add_row(&mut self, line: u64, row: &csv::ByteRecord) {
        let Ok(row) = csv::StringRecord::from_byte_record(row.clone()) else {
            self.mistake(line, "the row is not UTF-8 text: save the file as UTF-8");
            return;
        };
        if self.columns.is_empty() {
            self.columns = row.iter().map(|name| name.trim().into()).collect();
        } else if row.len() != self.columns.len() {
            let (has, header) = (row.len(), self.columns.len());
            let what = format!(
                "the row has {has} cells and the header {header}: quote cells that hold commas"
            );
            self.mistakes.push(Mistake { line, what });
        } else {
            let cell = |text: &str| if text.is_empty() { Vec::new() } else { vec![text.into()] };
            let cells = row.iter().map(str::trim).map(cell).collect();
            self.records.push(Record { line, cells });
        }
    }

    fn read_json_lines(bytes: &[u8]) -> Self {
        let mut found = Self::default();
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        for (line, text) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            if text.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Value>(text) {
                Ok(Value::Object(object)) => {
                    let mut record = Record { line, cells: Vec::new() };
                    object.iter().for_each(|(key, value)| found.add_value(&mut record, key, value));
                    found.records.push(record);
                }
                Ok(_) => found.mistake(line, "the line is no JSON object"),
                // Says where, not what.
                Err(error) => {
                    let what = format!("the line is no JSON: see its column {}", error.column());
                    found.mistake(line, &what);
                }
            }
        }
        found
    }

    /// Adds what a key holds, a text, a number or a list of them. The keys inside an object stand
    /// behind its own, as `documents.number`; those of FollowTheMoney's `properties` by themselves.
    fn add_value(&mut self, record: &mut Record, key: &str, value: &Value) {
        match value {
            Value::Null => {}
            Value::Array(values) => {
                values.iter().for_each(|value| self.add_value(record, key, value));
            }
            Value::Object(object) => {
                for (inner, value) in object {
                    match key {
                        "properties" => self.add_value(record, inner, value),
                        _ => self.add_value(record, &format!("{key}.{inner}"), value),
                    }
                }
            }
            Value::String(text) => self.add_text(record, key, text.trim()),
            Value::Bool(_) | Value::Number(_) => self.add_text(record, key, &value.to_string()),
        }
    }

    fn add_text(&mut self, record: &mut Record, key: &str, text: &str) {
        if text.is_empty() {
            return;
        }
        let known = self.columns.iter().position(|column| **column == *key);
        let at = known.unwrap_or(self.columns.len());
        if known.is_none() {
            self.columns.push(key.into());
        }
        if record.cells.len() <= at {
            record.cells.resize_with(at + 1, Vec::new);
        }
        if let Some(cell) = record.cells.get_mut(at) {
            cell.push(text.into());
        }
    }

    fn mistake(&mut self, line: u64, what: &str) {
        self.mistakes.push(Mistake { line, what: what.to_owned() });
    }
}

impl Record {
    /// The texts of a field, in the order of the columns; none of them is empty.
    pub fn texts<'r>(&'r self, field: &'r Field) -> impl Iterator<Item = &'r str> {
        let cells = field.0.iter().filter_map(|at| self.cells.get(*at));
        cells.flatten().map(|text| &**text)
    }

    /// The first text of a field.
    pub fn text<'r>(&'r self, field: &'r Field) -> Option<&'r str> {
        self.texts(field).next()
    }
}

impl Field {
    /// The field that is this one column.
    pub fn column(at: usize) -> Self {
        Self(vec![at])
    }

    /// Whether the column of this place belongs to it.
    pub fn holds(&self, at: usize) -> bool {
        self.0.contains(&at)
    }

    /// Whether no column is known by its names.
    pub fn is_absent(&self) -> bool {
        self.0.is_empty()
    }
}

/// A column's name in small letters and digits alone.
fn plain(column: &str) -> String {
    column.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(records: &Records, row: usize, names: &[&str]) -> Vec<String> {
        let field = records.field(names);
        records.records[row].texts(&field).map(str::to_owned).collect()
    }

    #[test]
    fn a_table_and_json_lines_that_say_the_same_are_read_the_same() {
        let table = Records::read(
            Format::Csv,
            b"\xef\xbb\xbfName,Birth_Date, nationality\r\n\r\n\"Berg, Olaf\",1980,\r\n",
        );
        let json = Records::read(
            Format::JsonLines,
            b"\n{\"name\": \"Berg, Olaf\", \"birthDate\": [\"1980\"], \"nationality\": []}\n",
        );
        for records in [&table, &json] {
            assert!(records.mistakes.is_empty());
            assert_eq!(texts(records, 0, &["name"]), ["Berg, Olaf"]);
            assert_eq!(texts(records, 0, &["birthdate"]), ["1980"]);
            assert!(texts(records, 0, &["nationality"]).is_empty());
            assert!(records.field(&["sex"]).is_absent());
        }
        assert_eq!((table.records[0].line, json.records[0].line), (3, 2));
    }

    #[test]
    fn properties_stand_by_themselves_and_other_objects_apart() {
        let json =
            br#"{"id": "a", "properties": {"name": ["A", "B"], "x": 1}, "of": [{"name": "C"}]}"#;
        let records = Records::read(Format::JsonLines, json);
        assert_eq!(texts(&records, 0, &["name"]), ["A", "B"]);
        assert_eq!(texts(&records, 0, &["id", "x"]), ["a", "1"]);
        assert_eq!(texts(&records, 0, &["ofname"]), ["C"]);
    }

    #[test]
    fn lines_that_are_no_record_are_told_with_their_place_and_without_their_text() {
        let table = Records::read(Format::Csv, b"name,born\nSECRET\nA,1980\nSECR\xe9T,1980\n");
        let told: Vec<u64> = table.mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!((told, table.records.len()), (vec![2, 4], 1));
        let json =
            Records::read(Format::JsonLines, b"{\"SECRET\n[\"SECRET\"]\n{\"name\": \"A\"}\n");
        let told: Vec<u64> = json.mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!((told, json.records.len()), (vec![1, 2], 1));
        for mistake in table.mistakes.iter().chain(&json.mistakes) {
            assert!(!mistake.what.contains("SECR"), "{}", mistake.what);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            for format in [Format::Csv, Format::JsonLines] {
                drop(Records::read(format, &bytes));
            }
        }
    }
}
