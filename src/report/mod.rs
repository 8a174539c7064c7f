//! Reports of measurements: where they were taken, their tables as Markdown, their curves as pictures.
//!
//! In: figures. Out: texts. What is measured, and what the figures mean, is for the rooms below.
//! Absent on purpose: files; who measures writes them.

mod chart;
mod machine;
mod page;

pub use chart::{Axis, Chart, Colour, Curve, GREY};
pub use machine::{Machine, is_debug};
pub use page::{ABSENT, Page, number, optional};
