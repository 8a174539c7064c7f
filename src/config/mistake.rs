//! What is wrong with the settings: every mistake, each with its place.

use std::error::Error;
use std::fmt;

/// Where a setting was written. The order is that in which mistakes are told: the file from top
/// to bottom, then the environment, then the command line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// No line of any file: the settings as a whole, named by the file if there is one.
    Whole(String),
    /// A place in the file; line and column count from 1, the column in characters.
    File {
        /// The file's path as it was given.
        path: String,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// The environment variable of this name.
    Variable(String),
    /// The command-line flag of this name.
    Flag(String),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, line, column } => write!(formatter, "{path}:{line}:{column}"),
            Self::Whole(name) | Self::Variable(name) | Self::Flag(name) => {
                formatter.write_str(name)
            }
        }
    }
}

/// One thing wrong with the settings. Its text says what was expected and how to mend it; it
/// never repeats a text that was written, which may be a secret in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where it was written.
    pub place: Place,
    /// The full key of the setting, such as `lists[0].name`; empty when no setting is meant.
    pub key: String,
    /// What is wrong and how to mend it.
    pub text: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.key.is_empty() {
            write!(formatter, "{}: {}", self.place, self.text)
        } else {
            write!(formatter, "{}: {}: {}", self.place, self.key, self.text)
        }
    }
}

/// All that is wrong with the settings, in the order of [`Place`]; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(Vec<Mistake>);

impl Mistakes {
    /// Sorts the mistakes by place; those of one place keep the order in which they were found.
    pub(super) fn new(mut mistakes: Vec<Mistake>) -> Self {
        mistakes.sort_by(|left, right| left.place.cmp(&right.place));
        Self(mistakes)
    }

    /// The mistakes one by one.
    pub fn iter(&self) -> impl Iterator<Item = &Mistake> {
        self.0.iter()
    }
}

impl fmt::Display for Mistakes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = if self.0.len() == 1 { "mistake" } else { "mistakes" };
        write!(formatter, "{} {word} in the configuration:", self.0.len())?;
        for mistake in &self.0 {
            write!(formatter, "\n  {mistake}")?;
        }
        Ok(())
    }
}

impl Error for Mistakes {}
