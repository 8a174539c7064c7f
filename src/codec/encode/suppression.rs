//! Suppressions, as `watchlist.suppressions` has them.

use crate::domain::Suppression;

use super::super::wire::{self, Instant, Text};

pub(super) fn suppression(of: &Suppression) -> wire::Suppression<'_> {
    wire::Suppression {
        subject: Text::Borrowed(of.pair.subject.as_str()),
        person: of.person.map(|person| Text::Owned(person.to_hex())),
        list: Text::Borrowed(of.pair.entry.list.as_str()),
        entry: Text::Borrowed(of.pair.entry.entry.as_str()),
        stated: Text::Owned(of.stated.to_hex()),
        agency: Text::Borrowed(of.agency.as_str()),
        unit: Text::Borrowed(&of.unit),
        officer: Text::Borrowed(of.officer.as_str()),
        reason: Text::Borrowed(&of.reason),
        issued_at: Instant(of.term.issued()),
        expires_at: Instant(of.term.expires()),
    }
}
