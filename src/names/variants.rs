//! Further spellings of a listed name, made when the entry is written.

use crate::domain::Name;

use super::{Analysed, Bearer};

/// Spellings other than the stated one under which a listed name must be found too.
pub fn variants(_name: Name<'_>, _bearer: Bearer) -> Vec<Analysed> {
    Vec::new()
}
