//! How good the matcher is: measures, curves and a report, on anybody's own labelled cases.

mod measure;

pub use measure::*;
