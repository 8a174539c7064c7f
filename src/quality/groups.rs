//! Parts of a set of cases, and scores of other matchers, as the columns of its file tell them.

use std::collections::BTreeMap;

use crate::domain::Name;
use crate::formats::{Field, Mistake, Record, Records};
use crate::names::{Analysed, Analyser, Bearer, Script};

use super::measure::NOT_FOUND;

/// Cases with one value in one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Which samples belong to it.
    pub members: Vec<usize>,
}

/// A column with more values than these holds no parts but names, numbers or remarks.
const VALUES_MAX: usize = 100;
/// A part of fewer cases than these says nothing.
const MEMBERS_MIN: usize = 5;
/// What the name of a column with another matcher's scores begins with.
const RIVAL: &str = "score:";
/// Columns that make no parts: what `formats` reads as names, dates, references and labels, under
/// any of the names it knows them by, and what else tells one person from another.
const NO_PART: [&str; 56] = [
    "left",
    "right",
    "name1",
    "name2",
    "query",
    "expectedmatch",
    "leftborn",
    "rightborn",
    "label",
    "ismatch",
    "id",
    "queryid",
    "entityid",
    "reference",
    "truthid",
    "truth",
    "entry",
    "listedid",
    "name",
    "fullname",
    "caption",
    "surname",
    "lastname",
    "familyname",
    "givenname",
    "givennames",
    "firstname",
    "forename",
    "forenames",
    "middlename",
    "alias",
    "aliases",
    "previousname",
    "weakalias",
    "weakaliases",
    "birthdate",
    "birthdates",
    "born",
    "dateofbirth",
    "dob",
    "documentnumber",
    "documents",
    "documentsnumber",
    "identifiers",
    "idnumber",
    "passportnumber",
    "address",
    "id1",
    "id2",
    "leftid",
    "rightid",
    "notes",
    "note",
    "description",
    "narrative",
    "line",
];

/// The parts that the columns of a file and the scripts of its names make.
///
/// `tags` is for each sample what [`tags`] made of its record.
pub(super) fn groups(tags: &[Vec<(String, String)>]) -> Vec<Group> {
    let mut columns: BTreeMap<&str, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
    for (sample, tags) in tags.iter().enumerate() {
        for (column, value) in tags {
            let members = columns.entry(column).or_default().entry(value).or_default();
            members.push(sample);
        }
    }
    let mut groups = Vec::new();
    for (column, values) in columns {
        let all = values.len();
        let parts: Vec<Group> = values
            .into_iter()
            .filter(|(_, members)| members.len() >= MEMBERS_MIN)
            .map(|(value, members)| Group { column: column.into(), value: value.into(), members })
            .collect();
        if all <= VALUES_MAX && parts.len() >= 2 {
            groups.extend(parts);
        }
    }
    groups
}

/// What a record says of the case it holds, column and value: all but names, dates, references,
/// labels and scores; and the script in which its name is written.
pub(super) fn tags(
    records: &Records,
    record: &Record,
    scripts: &[Script],
) -> Vec<(String, String)> {
    let no_part = records.field(&NO_PART);
    let columns = records.columns.iter().enumerate();
    let columns = columns.filter(|(at, column)| !no_part.holds(*at) && !column.starts_with(RIVAL));
    let mut tags: Vec<(String, String)> = columns
        .filter_map(|(at, column)| {
            let value = record.text(&Field::column(at))?.to_owned();
            Some((column.to_string(), value))
        })
        .collect();
    let names: Vec<&str> = scripts.iter().map(|script| script_name(*script)).collect();
    tags.push(("script".to_owned(), names.join(" against ")));
    tags
}

/// Another matcher.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rival {
    /// Its name.
    pub name: String,
    /// What it scored each row; [`NOT_FOUND`] where the file has nothing.
    pub scores: Vec<f64>,
}

/// The other matchers whose scores stand in columns of a file, and those of these rows of it.
///
/// # Errors
/// The first score that is no finite number: such a one has no place among others.
pub(super) fn rivals(records: &Records, rows: &[&Record]) -> Result<Vec<Rival>, Mistake> {
    let columns = records.columns.iter().enumerate();
    let named = columns.filter_map(|(at, column)| Some((column.strip_prefix(RIVAL)?, at)));
    let rival = |(name, at): (&str, usize)| {
        let column = Field::column(at);
        let score = |row: &&Record| {
            score(row.text(&column)).ok_or_else(|| Mistake {
                line: row.line,
                what: format!("{RIVAL}{name} is no finite number: leave it empty for none"),
            })
        };
        Ok(Rival {
            name: name.to_owned(),
            scores: rows.iter().map(score).collect::<Result<_, _>>()?,
        })
    };
    named.map(rival).collect()
}

/// A score as written; `None` when it is no finite number. Both zeros are one.
fn score(text: Option<&str>) -> Option<f64> {
    let Some(text) = text else { return Some(NOT_FOUND) };
    text.parse().ok().filter(|score: &f64| score.is_finite()).map(|score| score + 0.0)
}

/// At most so many, evenly spread.
pub fn spread<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let of = all.len();
    if of <= most {
        return all;
    }
    let is_kept = |at: usize| (at + 1) * most / of > at * most / of;
    all.into_iter().enumerate().filter(|(at, _)| is_kept(*at)).map(|(_, one)| one).collect()
}

/// Scripts of names.
#[derive(Default)]
pub(super) struct Scripts {
    analyser: Analyser,
    analysed: Analysed,
}

impl Scripts {
    /// The script in which most of a name is written.
    pub(super) fn of(&mut self, name: Name<'_>) -> Script {
        self.analyser.analyse(name, Bearer::Unknown, &mut self.analysed);
        self.analysed.script()
    }
}

/// A script as the report calls it.
pub(super) fn script_name(script: Script) -> &'static str {
    match script {
        Script::Latin => "Latin",
        Script::Cyrillic => "Cyrillic",
        Script::Greek => "Greek",
        Script::Arabic => "Arabic",
        Script::Hebrew => "Hebrew",
        Script::Han => "Han",
        Script::Hangul => "Hangul",
        Script::Kana => "Kana",
        Script::Indic => "Indic",
        Script::Thai => "Thai",
        Script::Other => "another script",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::Format;

    fn read(text: &str) -> Records {
        Records::read(Format::Csv, text.as_bytes())
    }

    fn rivals_of(text: &str) -> Result<Vec<Rival>, Mistake> {
        let records = read(text);
        let rows: Vec<&Record> = records.records.iter().collect();
        rivals(&records, &rows)
    }

    #[test]
    fn a_score_is_a_finite_number_or_nothing() {
        let rival = &rivals_of("name,score:m\nA,0.5\nB,\nC,-0.0\nD,-1e3\n").unwrap()[0];
        assert_eq!((rival.name.as_str(), rival.scores.len()), ("m", 4));
        assert_eq!(rival.scores, [0.5, NOT_FOUND, 0.0, -1000.0]);
        // Ordered by their bits, minus nothing would lie below nothing.
        assert!(rival.scores[2].is_sign_positive());
        for bad in ["NaN", "nan", "inf", "-inf", "infinity", "1e999", "SECRET", "0,5"] {
            let told = rivals_of(&format!("name,score:m\nA,0.5\nB,\"{bad}\"\n")).unwrap_err();
            assert_eq!(told.line, 3, "{bad}");
            assert!(told.what.starts_with("score:m ") && !told.what.contains(bad), "{}", told.what);
        }
    }

    #[test]
    fn as_many_as_asked_for_are_kept_and_far_apart() {
        for (of, most) in [(2_001, 2_000), (25_074, 2_000), (10, 3), (5, 5), (4, 9), (7, 0)] {
            let kept = spread((0..of).collect(), most);
            assert_eq!(kept.len(), most.min(of), "{most} of {of}");
            let gaps = kept.windows(2).map(|two| two[1] - two[0]);
            assert!(gaps.clone().max() <= gaps.min().map(|least| least + 1), "{most} of {of}");
        }
    }

    #[test]
    fn every_column_makes_parts_but_those_that_are_read_otherwise() {
        let records = read(
            "left,Right,id,truth_id,Birth Date,score:m,side,evidence,residence,token_count,gender\n\
             A,B,1,2,1980,0.5,port,strong,NO,3,male\n",
        );
        let tags = tags(&records, &records.records[0], &[Script::Latin]);
        let columns: Vec<&str> = tags.iter().map(|(column, _)| column.as_str()).collect();
        assert_eq!(columns, ["side", "evidence", "residence", "token_count", "gender", "script"]);
    }
}
