//! Files that hold watchlists: read row by row, each row an entry or a mistake with its place.
//!
//! In: a file's bytes. Out: entries, and every mistake with its line. One file a format. Beside the
//! lists that are published stand the files that a matcher is tried on, where columns have many
//! names and most may be absent: subjects ([`Profiles`]) and pairs of them ([`Pairs`]).
//! Invariants: a mistake names line, field and remedy and repeats no value; nothing is guessed.
//! Absent on purpose: comparing with what is published (`cli`).

mod country_name;
mod csv;
mod json_lines;
mod pairs;
mod profile;
mod record;

pub use country_name::country;
pub use pairs::{PAIR_COLUMNS, Pair, Pairs};
pub use profile::{Profile, Profiles, name, sex, subject};
pub use record::{Field, Record, Records};

use crate::codec::{self, Decoder};
use crate::domain::Entry;

/// The formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values (RFC 4180) with a header row; columns in [`columns`].
    Csv,
    /// One JSON object a line, as in the list topic.
    JsonLines,
}

/// What a file holds.
#[derive(Default)]
pub struct Contents {
    /// Entries, in the order of the file, each with its line.
    pub entries: Vec<(u64, Entry)>,
    /// Mistakes, in the order of the file.
    pub mistakes: Vec<Mistake>,
}

/// A mistake in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong and how to mend it; holds no value of the file.
    pub what: String,
}

impl Format {
    /// The format that a file's name promises.
    pub fn of_name(name: &str) -> Option<Self> {
        match name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" | "json" => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// Reads a file.
    pub fn read(self, bytes: &[u8], decoder: &mut Decoder) -> Contents {
        let mut contents = match self {
            Self::Csv => csv::read(bytes, decoder),
            Self::JsonLines => json_lines::read(bytes, decoder),
        };
        contents.refuse_repeated();
        contents
    }
}

/// Whether a file's first line is that of watchlist entries with their handling, and not of mere
/// subjects, as [`Profiles`] reads them.
pub fn holds_entries(format: Format, bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let first = lines.next().map(String::from_utf8_lossy).unwrap_or_default();
    match format {
        Format::Csv => first.split(',').any(|column| column.trim() == "owner"),
        Format::JsonLines => first.contains("\"handling\""),
    }
}

/// The columns of the CSV format: name and meaning.
pub const fn columns() -> &'static [(&'static str, &'static str)] {
    csv::COLUMNS
}

impl Contents {
    fn add(&mut self, line: u64, entry: Result<Entry, codec::Error>) {
        match entry {
            Ok(entry) => self.entries.push((line, entry)),
            Err(error) => self.mistakes.push(Mistake { line, what: error.to_string() }),
        }
    }

    /// Two rows for one entry would leave the outcome to their order.
    fn refuse_repeated(&mut self) {
        let mut first = std::collections::HashMap::new();
        for (line, entry) in &self.entries {
            if let Some(earlier) = first.insert(entry.key.clone(), *line) {
                let what = format!(
                    "list and entry are the same as on line {earlier}: keep one row for an entry"
                );
                self.mistakes.push(Mistake { line: *line, what });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::codec::{Format as Wire, Limits, encode_entry};
    use crate::domain::{Action, Identifier, Priority, Sex, View};

    fn decoder() -> Decoder {
        Decoder::new(Limits::STANDARD).unwrap()
    }

    /// A CSV file of these columns and rows.
    fn csv(columns: &str, rows: &[&str]) -> Contents {
        let text = format!("{columns}\n{}\n", rows.join("\n"));
        Format::Csv.read(text.as_bytes(), &mut decoder())
    }

    fn json_lines(text: &str) -> Contents {
        Format::JsonLines.read(text.as_bytes(), &mut decoder())
    }

    fn mistakes(contents: &Contents) -> Vec<(u64, &str)> {
        contents.mistakes.iter().map(|mistake| (mistake.line, &*mistake.what)).collect()
    }

    const NEEDED: &str = "list,entry,subject,document,owner,priority,action";
    const GOOD: &str = "wanted,1,PERSON,AB123456@GBR,police,HIGH,ARREST";

    /// The mistake of one row under the needed columns and one more.
    #[track_caller]
    fn check(column: &str, cell: &str, expected: &str) {
        let contents = csv(&format!("{NEEDED},{column}"), &[&format!("{GOOD},{cell}")]);
        assert_eq!(mistakes(&contents), [(2, expected)]);
        assert!(contents.entries.is_empty());
    }

    #[test]
    fn a_row_with_every_column_becomes_the_whole_entry() {
        let columns: Vec<&str> = columns().iter().map(|column| column.0).collect();
        let row = "wanted,1,PERSON,O'Connor,Siân,\"Connor, Sean; Whole Name\",\"Siân; O, S\",1980-01-02;1981,\
                   GBR;IRL,FEMALE,\"Cork, Ireland; Bantry\",\
                   123456789@GBR;X1234567@IRL,AB12CDE@GB,WVWZZZ1JZXW000001,CSQU3054383,9074729,\
                   232000001,3EXA9,GB123456789012,26GB0000000000EX81,+441632960001,Ann@Example.org,\
                   IMMEDIATE,ARREST,LOCATE_ONLY,police,east desk,+441632960003,yes,\
                   customs=POINTER; border-force = SUMMARY,armed;\"violent\",WARRANT,\"Said, and \"\"meant\"\".\",\
                   2026-01-01T00:00:00Z,2027-01-01T00:00:00Z";
        let contents = csv(&columns.join(","), &[row]);
        assert_eq!(mistakes(&contents), []);
        let (line, entry) = &contents.entries[0];
        let handling = &entry.handling;
        assert_eq!((*line, entry.key.to_string().as_str()), (2, "wanted/1"));
        let names: Vec<_> =
            entry.names.iter().map(|name| (&*name.surname, &*name.given, name.weak)).collect();
        let strong = [("O'Connor", "Siân"), ("Connor", "Sean"), ("Whole Name", "")];
        let weak = [("Siân", ""), ("O", "S")];
        let told = strong.map(|(surname, given)| (surname, given, false)).into_iter();
        let told = told.chain(weak.map(|(surname, given)| (surname, given, true)));
        assert_eq!(names, told.collect::<Vec<_>>());
        assert_eq!(entry.sex, Some(Sex::Female));
        assert!(*entry.birth_places == ["Cork, Ireland".into(), "Bantry".into()]);
        let dates: Vec<String> = entry.birth_dates.iter().map(|date| date.to_iso()).collect();
        assert_eq!(dates, ["1980-01-02", "1981"]);
        let nationalities: Vec<_> = entry.nationalities.iter().map(|at| at.alpha3()).collect();
        assert_eq!(nationalities, ["GBR", "IRL"]);
        let keys: Vec<String> = entry.identifiers.iter().map(Identifier::subject_key).collect();
        assert_eq!(
            keys,
            [
                "document:GBR:123456789",
                "document:IRL:X1234567",
                "vehicle:GB:AB12CDE",
                "vin:WVWZZZ1JZXW000001",
                "container:CSQU305438",
                "imo:9074729",
                "mmsi:232000001",
                "call_sign:3EXA9",
                "eori:GB123456789012",
                "mrn:26GB0000000000EX81",
                "phone:+441632960001",
                "email:ann@example.org",
            ]
        );
        assert!(handling.covert);
        assert_eq!((handling.priority, handling.action), (Priority::Immediate, Action::Arrest));
        assert_eq!(handling.fallback, Action::LocateOnly);
        let audience: Vec<_> =
            handling.audience.iter().map(|share| (share.agency.as_str(), share.view)).collect();
        assert_eq!(audience, [("customs", View::Pointer), ("border-force", View::Summary)]);
        let warnings: Vec<&str> = handling.warnings.iter().map(|warning| &**warning).collect();
        assert_eq!(warnings, ["armed", "\"violent\""]);
        assert_eq!(entry.narrative.as_deref(), Some("Said, and \"meant\"."));
        assert!(entry.valid_from < entry.valid_to);
    }

    #[test]
    fn what_is_left_out_or_empty_has_its_plain_meaning() {
        for (columns, row) in [
            (NEEDED.to_owned(), GOOD.to_owned()),
            (format!("{NEEDED},covert,audience,fallback"), format!("{GOOD},,,")),
            (format!("{NEEDED},covert,audience,fallback"), format!("{GOOD}, No ,;,")),
        ] {
            let contents = csv(&columns, &[&row]);
            assert_eq!(mistakes(&contents), []);
            let handling = &contents.entries[0].1.handling;
            assert!(!handling.covert && handling.audience.is_empty());
            assert_eq!(handling.fallback, Action::NotifyOwnerOnly);
        }
    }

    #[test]
    fn covert_is_one_of_few_words_or_refused() {
        for (cell, covert) in
            [("true", true), ("YES", true), ("1", true), ("false", false), ("no", false)]
        {
            let contents = csv(&format!("{NEEDED},covert"), &[&format!("{GOOD},{cell}")]);
            assert_eq!(contents.entries[0].1.handling.covert, covert, "{cell}");
        }
        for cell in ["ture", "covert", "x", "wahr", "2", "null"] {
            check("covert", cell, "handling.covert is a text: give true or false");
        }
    }

    #[test]
    fn a_bad_cell_is_told_with_its_line_and_its_field_and_never_repeated() {
        for (column, cell) in [
            ("birth_date", "02.01.1980"),
            ("nationality", "SECRETLAND"),
            ("sex", "SECRET"),
            ("plate", "SECRET?@GB"),
            ("plate", "QQ12QQQ"),
            ("vin", "SECRET"),
            ("container", "SECRET"),
            ("phone", "SECRET"),
            ("email", "SECRET"),
            ("fallback", "SECRET"),
            ("audience", "SECRET=FULL"),
            ("audience", "customs"),
            ("audience", "customs=SECRET"),
            ("valid_from", "SECRET"),
            ("valid_to", "2026-01-01"),
        ] {
            let contents = csv(&format!("{NEEDED},{column}"), &[&format!("{GOOD},{cell}"), GOOD]);
            let told = mistakes(&contents);
            assert_eq!(told[0].0, 2, "{column}");
            assert!(!told[0].1.contains("SECRET") && !told[0].1.contains(cell), "{}", told[0].1);
            assert!(contents.entries.is_empty());
        }
    }

    #[test]
    fn rows_and_headers_of_another_shape_are_told_with_their_place() {
        let short = csv(NEEDED, &[GOOD, "wanted,2,PERSON", GOOD]);
        assert_eq!(
            mistakes(&short),
            [
                (3, "the row has 3 cells and the header 7: quote cells that hold commas"),
                (4, "list and entry are the same as on line 2: keep one row for an entry"),
            ]
        );
        let unknown = csv("list,entri,secret name", &["a,b,c"]);
        assert_eq!(mistakes(&unknown)[0].0, 1);
        assert!(
            mistakes(&unknown)[0]
                .1
                .starts_with("2 of its columns are unknown: the columns are list, entry,")
        );
        assert!(!mistakes(&unknown)[0].1.contains("secret"));
        let twice = csv(&format!("{NEEDED},owner"), &[&format!("{GOOD},customs")]);
        assert_eq!(mistakes(&twice)[0].0, 1);
        let latin = [NEEDED.as_bytes(), b"\nwanted,\xE9,PERSON,AB123456@GBR,police,HIGH,ARREST\n"];
        let contents = Format::Csv.read(&latin.concat(), &mut decoder());
        assert_eq!(mistakes(&contents), [(2, "the row is not UTF-8 text: save the file as UTF-8")]);
    }

    #[test]
    fn a_row_that_finds_nobody_is_refused() {
        let contents = csv(NEEDED, &["wanted,1,PERSON,,police,HIGH,ARREST"]);
        assert_eq!(
            mistakes(&contents),
            [(2, "identifiers: give a name or an identifier: nothing else finds anybody")]
        );
    }

    #[test]
    fn lines_are_those_of_the_file_whatever_the_cells_hold() {
        let columns = format!("{NEEDED},narrative");
        let long = format!("{GOOD},\"first\nsecond\nthird\"");
        let bad = "wanted,2,PERSON,AB123456@GBR,police,HIGH,NOTHING,";
        assert_eq!(mistakes(&csv(&columns, &[&long, bad]))[0].0, 5);
    }

    #[test]
    fn a_file_of_a_spreadsheet_is_read_with_its_byte_order_mark_and_line_ends() {
        let text = format!("\u{feff}{NEEDED}\r\n{GOOD}\r\n\r\n");
        let contents = Format::Csv.read(text.as_bytes(), &mut decoder());
        assert_eq!(mistakes(&contents), []);
        assert_eq!(contents.entries.len(), 1);
    }

    #[test]
    fn json_lines_are_the_entries_that_the_topic_holds() {
        let entry = csv(NEEDED, &[GOOD]).entries.remove(0).1;
        let line = String::from_utf8(encode_entry(&entry, Wire::Json).unwrap()).unwrap();
        let contents = json_lines(&format!("\n{line}\r\n  \n"));
        assert_eq!(mistakes(&contents), []);
        assert!(contents.entries.len() == 1 && contents.entries[0].1 == entry);
        assert_eq!(contents.entries[0].0, 2);
        let contents = json_lines(&format!("{line}\n{{\"SECRET\"\n{line}\n"));
        let told = mistakes(&contents);
        assert_eq!(told.iter().map(|at| at.0).collect::<Vec<_>>(), [2, 3]);
        assert!(!told[0].1.contains("SECRET"));
        assert!(told[1].1.contains("the same as on line 1"));
    }

    #[test]
    fn entries_and_mere_subjects_are_told_apart_by_the_first_line() {
        let table = format!("{NEEDED}\n{GOOD}\n");
        assert!(holds_entries(Format::Csv, table.as_bytes()));
        assert!(!holds_entries(Format::Csv, b"name,owner_of,born\nA,B,1980\n"));
        let entry = csv(NEEDED, &[GOOD]).entries.remove(0).1;
        let line = encode_entry(&entry, Wire::Json).unwrap();
        assert!(holds_entries(Format::JsonLines, &line));
        assert!(!holds_entries(Format::JsonLines, b"\n{\"id\": \"a\", \"name\": [\"A\"]}\n"));
    }

    #[test]
    fn a_name_promises_a_format_by_its_end() {
        for (name, format) in [
            ("wanted.csv", Some(Format::Csv)),
            ("WANTED.CSV", Some(Format::Csv)),
            ("a.b.jsonl", Some(Format::JsonLines)),
            ("wanted.ndjson", Some(Format::JsonLines)),
            ("wanted.xlsx", None),
            ("csv", None),
        ] {
            assert_eq!(Format::of_name(name), format, "{name}");
        }
    }

    thread_local! {
        static DECODER: std::cell::RefCell<Decoder> = std::cell::RefCell::new(decoder());
    }

    fn read_any(bytes: &[u8]) {
        DECODER.with_borrow_mut(|decoder| {
            for format in [Format::Csv, Format::JsonLines] {
                drop(format.read(bytes, decoder));
            }
        });
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            read_any(&bytes);
        }

        #[test]
        fn no_text_in_a_cell_makes_it_panic(cells in prop::collection::vec("\\PC{0,12}|[;@=,\"0-9-]{0,12}", 34)) {
            let names: Vec<&str> = columns().iter().map(|column| column.0).collect();
            read_any(format!("{}\n{}\n", names.join(","), cells.join(",")).as_bytes());
            read_any(format!("{NEEDED}\n{GOOD}{}\n", cells.concat()).as_bytes());
        }
    }
}
