//! How good a matcher is, on anybody's own labelled cases: measures, curves and a report.
//!
//! In: cases whose truth is known, as `formats` reads them or `sim` invents them, and the matcher as
//! a function. Out: a [`Set`] of figures for each file, and a report of them in three forms.
//!
//! | kind of set | a match is | what must not be called is |
//! |---|---|---|
//! | pairs | a pair labelled true | a pair labelled false |
//! | cross product | a row's own pair | every other combination of the rows' two sides |
//! | screening | a query and the listed subject it must find | a clean person and anybody listed |
//!
//! All of them become [`Sample`]s, so that one definition of each [measure](Counts) serves all.
//! Invariants: a matcher is judged by what it returns, by nothing inside it, so that scores of
//! another matcher, which a file may bring along in columns `score:NAME`, are judged by the same
//! code beside ours; no figure without how many cases stand behind it; where everybody was compared,
//! what the index finds of it is a measure of its own; whether ours is as sure as it is right is told of
//! pairs and of screening each in its own way (`calibration`); the same files give the same figures.
//! Absent on purpose: fitting. What is judged here is never tuned here.

mod calibration;
mod figures;
mod groups;
mod invented;
mod json;
mod measure;
mod pairs;
mod plot;
mod reliability;
mod report;
mod retrieval;
mod screening;

pub use calibration::{Basis, Bin, Calibration, Line, Offer};
pub use figures::{Candidates, Judged, Kind, Part, Set, Thresholds, Within};
pub use groups::{Group, spread};
pub use invented::{Invented, Size};
pub use measure::{
    Counts, NOT_FOUND, Point, Sample, Sought, at_false_share, best_f1, confidence, curve,
    ranked_first,
};
pub use pairs::{Match, cross, pairs};
pub use report::{Report, summary, write};
pub use retrieval::Retrieval;
pub use screening::{Asked, Case, Found, Ours, Persons, Search, screening};

/// What our own matcher is called among others.
pub const OURS: &str = "portcullis";
