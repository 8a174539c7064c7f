//! Parts of a set of cases, and scores of other matchers, as the columns of its file tell them.

use std::collections::BTreeMap;

use crate::domain::Name;
use crate::formats::{Field, Record, Records};
use crate::names::{Analysed, Analyser, Bearer, Script};

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

/// What a record says of the case it holds, column and value: all but names, dates, labels and
/// scores; and the script in which its name is written.
pub fn tags(records: &Records, record: &Record, scripts: &[Script]) -> Vec<(String, String)> {
    const NO_PART: [&str; 14] = [
        "left", "right", "name", "query", "expected", "label", "match", "born", "birth", "id",
        "note", "descr", "token", "score",
    ];
    let columns = records.columns.iter().enumerate().filter(|(_, column)| {
        let column = column.to_lowercase();
        !NO_PART.iter().any(|word| column.contains(word))
    });
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

/// Columns with scores of other matchers: name of the matcher and where they stand.
pub fn rivals(records: &Records) -> Vec<(String, Field)> {
    let columns = records.columns.iter().enumerate();
    columns
        .filter_map(|(at, column)| Some((column.strip_prefix(RIVAL)?.into(), Field::column(at))))
        .collect()
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
