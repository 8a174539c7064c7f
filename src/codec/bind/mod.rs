//! Decoded records to vocabulary: events leniently, with defects; entries strictly.

mod draft;
mod entry;
mod event;
mod slots;

pub(super) use entry::EntryBinder;
pub(super) use event::EventBinder;
