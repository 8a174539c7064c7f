//! Pairs of subjects, labelled or not: the file that a matcher is scored on.

use crate::domain::{Country, Date, Subject};

use super::profile::{birth_dates, name, nationalities, subject};
use super::record::{Field, Record, Records};
use super::{Format, Mistake, Profile};

/// The pairs of a file.
#[derive(Default)]
pub struct Pairs {
    /// In the order of the file.
    pub pairs: Vec<Pair>,
    /// The file's columns.
    pub records: Records,
    /// Rows that are no pair, and values that are left out because they cannot be read.
    pub mistakes: Vec<Mistake>,
}

/// Two subjects that may be one. Personal data: has no `Debug`.
pub struct Pair {
    /// The one, as if it were the query.
    pub left: Profile,
    /// The other, as if it were listed.
    pub right: Profile,
    /// Whether they are one, where the file says so.
    pub label: Option<bool>,
    /// The row it was made of.
    pub record: Record,
}

/// The columns of a file of pairs: name and meaning.
pub const PAIR_COLUMNS: [(&str, &str); 8] = [
    ("left", "a name, free text or \"SURNAME, Given names\"; also name1, query"),
    ("right", "the name beside it; also name2, expected_match"),
    ("schema", "Person, Organization, Company, LegalEntity, Vessel; a person when not given"),
    ("left_born", "birth date, YYYY-MM-DD, YYYY-MM or YYYY"),
    ("right_born", "the same"),
    ("left_nationality", "code or English name of a state"),
    ("right_nationality", "the same"),
    ("label", "true or false, 1 or 0: whether both are one; also is_match"),
];

const NO_LEFT: &str = "left holds no name, so this row is not compared: state one";
const NO_RIGHT: &str = "right holds no name, so this row is not compared: state one";

struct Columns {
    left: Side,
    right: Side,
    schema: Field,
    label: Field,
}

struct Side {
    name: Field,
    born: Field,
    nationality: Field,
}

impl Pairs {
    /// Reads a file of pairs, [`PAIR_COLUMNS`].
    pub fn read(format: Format, bytes: &[u8]) -> Self {
        let mut records = Records::read(format, bytes);
        let columns = Columns::of(&records);
        let mut mistakes = std::mem::take(&mut records.mistakes);
        if columns.left.name.is_absent() || columns.right.name.is_absent() {
            let what = "left or right is missing: name the columns of the two names to compare so";
            mistakes.push(Mistake { line: 1, what: what.to_owned() });
            return Self { mistakes, ..Self::default() };
        }
        let mut pairs = Vec::with_capacity(records.records.len());
        for record in std::mem::take(&mut records.records) {
            let line = record.line;
            match columns.pair(record, &mut mistakes) {
                Ok(pair) => pairs.push(pair),
                Err(what) => mistakes.push(Mistake { line, what: what.into() }),
            }
        }
        mistakes.sort_by_key(|mistake| mistake.line);
        Self { pairs, records, mistakes }
    }
}

impl Columns {
    fn of(records: &Records) -> Self {
        let side = |names: &[&str], born: &[&str], nationality: &[&str]| Side {
            name: records.field(names),
            born: records.field(born),
            nationality: records.field(nationality),
        };
        Self {
            left: side(&["left", "name1", "query"], &["leftborn"], &["leftnationality"]),
            right: side(
                &["right", "name2", "expectedmatch"],
                &["rightborn"],
                &["rightnationality"],
            ),
            schema: records.field(&["schema"]),
            label: records.field(&["label", "ismatch"]),
        }
    }

    fn pair(&self, record: Record, mistakes: &mut Vec<Mistake>) -> Result<Pair, &'static str> {
        let sort = record.text(&self.schema).map_or(Subject::Person, subject);
        let line = record.line;
        let mut told = |what: &str| {
            mistakes.push(Mistake { line, what: format!("{what} is left out") });
        };
        let left = self.left.profile(&record, sort, &mut told).ok_or(NO_LEFT)?;
        let right = self.right.profile(&record, sort, &mut told).ok_or(NO_RIGHT)?;
        let label = record.text(&self.label).map(label).transpose()?;
        Ok(Pair { left, right, label, record })
    }
}

impl Side {
    fn profile(
        &self,
        record: &Record,
        subject: Subject,
        told: &mut impl FnMut(&str),
    ) -> Option<Profile> {
        let name = name(record.text(&self.name)?, subject);
        let born: Vec<Date> = birth_dates(record.texts(&self.born), told);
        let from: Vec<Country> = nationalities(record.texts(&self.nationality), told);
        Some(Profile {
            id: format!("line {}", record.line).into(),
            subject,
            names: vec![name],
            birth_dates: born,
            nationalities: from,
            sex: None,
            birth_places: Vec::new(),
        })
    }
}

fn label(text: &str) -> Result<bool, &'static str> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Ok(true),
        "false" | "0" | "no" => Ok(false),
        _ => Err("its label is none of true, false, 1, 0: write one of them, or none"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Pairs {
        Pairs::read(Format::Csv, text.as_bytes())
    }

    #[test]
    fn a_pair_has_what_its_row_says() {
        let pairs = read(
            "left,right,schema,left_born,right_born,left_nationality,right_nationality,label\n\
             \"Berg, Olaf\",Olaf Berg,Person,1980-01-02,1980,NO,Norway,true\n\
             \"Berg, Sons\",Berg,Company,,,,,0\n",
        );
        assert!(pairs.mistakes.is_empty());
        let [person, company] = &pairs.pairs[..] else { panic!("two pairs") };
        assert_eq!((person.label, company.label), (Some(true), Some(false)));
        assert_eq!(&*person.left.names[0].given, "Olaf");
        assert_eq!(&*company.left.names[0].surname, "Berg, Sons");
        assert_eq!(company.left.subject, Subject::Organisation);
        assert!(person.left.birth_dates[0].is_full() && !person.right.birth_dates[0].is_full());
        assert!(person.left.nationalities == person.right.nationalities);
    }

    #[test]
    fn the_columns_may_be_called_as_in_other_collections_and_the_label_may_be_absent() {
        let pairs = read("case_group,name1,name2\nx,A,B\n");
        assert!(pairs.mistakes.is_empty() && pairs.pairs[0].label.is_none());
        let pairs = read("Query,Expected Match,Min Score\nA,B,0.9\n");
        assert_eq!(pairs.pairs.len(), 1);
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_line_and_never_repeated() {
        let pairs = read(
            "left,right,left_born,left_nationality,label\nA,,,,\nA,B,SECRET,SECRET,1\nA,B,,,SECRET\n",
        );
        assert_eq!(pairs.pairs.len(), 1);
        let told: Vec<u64> = pairs.mistakes.iter().map(|mistake| mistake.line).collect();
        assert_eq!(told, [2, 3, 3, 4]);
        assert!(pairs.mistakes.iter().all(|mistake| !mistake.what.contains("SECRET")));
        let none = read("a,b\nA,B\n");
        assert_eq!((none.pairs.len(), none.mistakes.len()), (0, 1));
    }
}
