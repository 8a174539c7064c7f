//! What is measured: Portcullis, and two bare loops that do less.

use std::collections::HashSet;
use std::sync::atomic::AtomicBool;

use foldhash::fast::RandomState;

use crate::kafka;

use super::Error;
use super::batch::Duty;
use super::crossing::{document_back, document_of, number_in_alert, number_of};
use super::load::{Documents, Number};

/// A subject of the bench.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A bare loop that sends every event on.
    Pass,
    /// A bare loop that reads the document's number at its place, looks it up in a hash set, and
    /// sends on the events with a hit: the least that a screening could do.
    Floor,
    /// Portcullis itself, as `portcullis run`, which meets equal names alone.
    Portcullis,
    /// The same, which also meets names that are alike.
    Names,
}

impl Subject {
    /// All of them, the controls first.
    pub const ALL: [Self; 4] = [Self::Pass, Self::Floor, Self::Portcullis, Self::Names];

    /// Its name in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Floor => "floor",
            Self::Portcullis => "portcullis",
            Self::Names => "names",
        }
    }

    pub(super) const fn duty(self) -> Duty {
        match self {
            Self::Pass => Duty::Everything,
            Self::Floor => Duty::Documents,
            Self::Portcullis => Duty::Hits,
            Self::Names => Duty::Alike,
        }
    }

    /// How names are compared, as the configuration has it; `None` for a control, which knows none.
    pub(super) const fn names_mode(self) -> Option<&'static str> {
        match self {
            Self::Pass | Self::Floor => None,
            Self::Portcullis => Some("exact"),
            Self::Names => Some("balanced"),
        }
    }

    /// The number of the event that a record of its output is about.
    pub(super) fn number_in(self, record: &[u8]) -> Option<u64> {
        match self {
            Self::Pass | Self::Floor => number_of(record),
            Self::Portcullis | Self::Names => number_in_alert(record),
        }
    }
}

/// What a control needs to know.
#[derive(Clone, Debug)]
pub struct Control {
    /// Topics with events.
    pub inputs: Vec<String>,
    /// Where it writes.
    pub output: String,
    /// The seed of the load.
    pub seed: u64,
    /// Listed documents.
    pub documents: u64,
}

impl Control {
    /// Runs the control until stopped, or killed. `ready` is called when it can begin.
    ///
    /// # Errors
    /// When the client refuses its settings or a record; for Portcullis, which is no control.
    pub fn run(
        &self,
        role: Subject,
        config: &kafka::Config,
        stop: &AtomicBool,
        ready: impl FnOnce() -> Result<(), String>,
    ) -> Result<(), Error> {
        let inputs: Vec<&str> = self.inputs.iter().map(String::as_str).collect();
        let begin = || ready().map_err(Error::Failed);
        match role {
            Subject::Pass => {
                begin()?;
                kafka::bare_loop(config, &inputs, &self.output, |_| true, stop)?;
            }
            Subject::Floor => {
                let documents = Documents { seed: self.seed, listed: self.documents };
                let back = document_back()?;
                let mut listed = HashSet::<Number, RandomState>::default();
                listed.extend((0..self.documents).map(|index| documents.number(index)));
                begin()?;
                let wanted = |event: &[u8]| {
                    document_of(event, back).is_some_and(|number| listed.contains(&number))
                };
                kafka::bare_loop(config, &inputs, &self.output, wanted, stop)?;
            }
            Subject::Portcullis | Subject::Names => {
                return Err(Error::Failed("Portcullis is no control".to_owned()));
            }
        }
        Ok(())
    }
}
