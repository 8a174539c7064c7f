//! Decoded records to vocabulary: events leniently, with defects; entries and
//! suppressions strictly.

mod draft;
mod entry;
mod event;
mod slots;
mod suppression;

pub(super) use entry::EntryBinder;
pub(super) use event::EventBinder;
pub(super) use suppression::SuppressionBinder;
