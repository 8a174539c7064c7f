//! Watchlist entries, as `watchlist.entries` has them.

use crate::domain::{Entry, Handling, Identifier, ListedName, Share};

use super::super::wire::{self, Instant, Symbol, Text};
use super::event::{check_digit, country, issuer};

pub(super) fn entry(entry: &Entry) -> wire::WatchlistEntry<'_> {
    wire::WatchlistEntry {
        list: Text::Borrowed(entry.key.list.as_str()),
        entry: Text::Borrowed(entry.key.entry.as_str()),
        subject: Symbol(entry.subject.name()),
        names: entry.names.iter().map(name).collect(),
        birth_dates: entry.birth_dates.iter().map(|date| Text::Owned(date.to_iso())).collect(),
        nationalities: entry.nationalities.iter().map(country).collect(),
        sex: entry.sex.map(|sex| Symbol(sex.name())),
        birth_places: entry.birth_places.iter().map(|place| Text::Borrowed(&**place)).collect(),
        identifiers: entry.identifiers.iter().map(identifier).collect(),
        valid_from: entry.valid_from.map(Instant),
        valid_to: entry.valid_to.map(Instant),
        narrative: entry.narrative.as_deref().map(Text::Borrowed),
        handling: handling(&entry.handling),
    }
}

fn name(name: &ListedName) -> wire::ListedName<'_> {
    let given = if name.given.is_empty() { None } else { Some(Text::Borrowed(&*name.given)) };
    wire::ListedName { surname: Text::Borrowed(&name.surname), given_names: given, weak: name.weak }
}

fn identifier(identifier: &Identifier) -> wire::ListedIdentifier<'_> {
    wire::ListedIdentifier {
        kind: Symbol(identifier.kind().name()),
        value: Text::Borrowed(identifier.value()),
        issuer: issuer(identifier),
        check_digit: check_digit(identifier),
    }
}

fn handling(handling: &Handling) -> wire::Handling<'_> {
    wire::Handling {
        owner: Text::Borrowed(handling.owner.as_str()),
        unit: handling.unit.as_deref().map(Text::Borrowed),
        contact: handling.contact.as_deref().map(Text::Borrowed),
        priority: Symbol(handling.priority.name()),
        action: Symbol(handling.action.name()),
        fallback: Symbol(handling.fallback.name()),
        covert: handling.covert,
        audience: handling.audience.iter().map(share).collect(),
        warnings: handling.warnings.iter().map(|text| Text::Borrowed(&**text)).collect(),
        reason_code: handling.reason_code.as_deref().map(Text::Borrowed),
    }
}

fn share(share: &Share) -> wire::Share<'_> {
    wire::Share { agency: Text::Borrowed(share.agency.as_str()), view: Symbol(share.view.name()) }
}
