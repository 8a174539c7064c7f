//! Notices, as the alert topics have them.

use crate::domain::{
    Audience, EventSummary, Evidence, ListVersion, Notice, Observation, Reason, Resemblance,
};

use super::super::wire::{self, Instant, Symbol, Text};

pub(super) fn notice(notice: &Notice) -> wire::Alert<'_> {
    let alert = &notice.alert;
    wire::Alert {
        id: Text::Owned(alert.id.to_string()),
        audience: match &notice.audience {
            Audience::Command => None,
            Audience::Agency(agency) => Some(Text::Borrowed(agency.as_str())),
        },
        view: Symbol(notice.view.name()),
        event: event(&alert.event),
        priority: Symbol(alert.priority.name()),
        action: Symbol(alert.action.name()),
        fallback: Symbol(alert.fallback.name()),
        owner: Text::Borrowed(alert.owner.as_str()),
        unit: alert.unit.as_deref().map(Text::Borrowed),
        contact: alert.contact.as_deref().map(Text::Borrowed),
        covert: alert.covert,
        warnings: texts(&alert.warnings),
        reasons: alert.reasons.iter().map(reason).collect(),
        lists: alert.lists.iter().map(list).collect(),
        not_screened: alert.not_screened.iter().map(|list| list.as_str().into()).collect(),
        left_out: alert.left_out.iter().map(|part| Symbol(part.name())).collect(),
        cut: alert.cut,
    }
}

fn event(event: &EventSummary) -> wire::EventSummary<'_> {
    wire::EventSummary {
        event_id: Text::Borrowed(&event.id),
        agency: Text::Borrowed(event.agency.as_str()),
        kind: Symbol(event.topic.name()),
        topic: Text::Borrowed(&event.at.topic),
        partition: event.at.partition,
        offset: event.at.offset,
        appended_at: Instant(event.at.appended_at),
        occurred_at: Instant(event.occurred_at),
        place: event.place.as_deref().map(Text::Borrowed),
        control_point: event.control_point.as_deref().map(Text::Borrowed),
        direction: Symbol(event.direction.name()),
        mode: Symbol(event.mode.name()),
        journey: event.journey.as_deref().map(Text::Borrowed),
        revision: Symbol(event.revision.name()),
    }
}

fn reason(reason: &Reason) -> wire::Reason<'_> {
    wire::Reason {
        list: Text::Borrowed(reason.entry.list.as_str()),
        entry: Text::Borrowed(reason.entry.entry.as_str()),
        version: reason.version,
        priority: Symbol(reason.priority.name()),
        action: Symbol(reason.action.name()),
        fallback: Symbol(reason.fallback.name()),
        warnings: texts(&reason.warnings),
        reason_code: reason.reason_code.as_deref().map(Text::Borrowed),
        narrative: reason.narrative.as_deref().map(Text::Borrowed),
        evidence: reason.evidence.iter().map(evidence).collect(),
        resemblance: reason.resemblance.as_ref().map(resemblance),
    }
}

fn evidence(evidence: &Evidence) -> wire::Evidence<'_> {
    wire::Evidence {
        attribute: Text::Borrowed(evidence.attribute.name()),
        role: Symbol(evidence.role.name()),
        stated: Text::Borrowed(&evidence.stated),
        listed: Text::Borrowed(&evidence.listed),
        relation: Symbol(evidence.relation.name()),
        check: Symbol(evidence.check.name()),
    }
}

fn resemblance(alike: &Resemblance) -> wire::Resemblance<'_> {
    wire::Resemblance {
        role: Symbol(alike.role.name()),
        stated: Text::Borrowed(&alike.stated),
        listed: Text::Borrowed(&alike.listed),
        sixteenths: alike.sixteenths,
        per_mille: alike.per_mille.into(),
        observations: alike.observations.iter().map(observation).collect(),
    }
}

fn observation(observed: &Observation) -> wire::Observation<'_> {
    wire::Observation {
        about: Text::Borrowed(observed.about.name()),
        how: Text::Borrowed(observed.how),
        stated: Text::Borrowed(&observed.stated),
        listed: Text::Borrowed(&observed.listed),
        sixteenths: observed.sixteenths,
    }
}

fn list(version: &ListVersion) -> wire::ListVersion<'_> {
    wire::ListVersion {
        list: Text::Borrowed(version.list.as_str()),
        offset: version.offset,
        // A list of more entries than an i64 counts does not exist.
        entries: i64::try_from(version.entries).unwrap_or(i64::MAX),
        checksum: Text::Owned(format!("{:016x}", version.checksum)),
    }
}

fn texts(texts: &[Box<str>]) -> Vec<Text<'_>> {
    texts.iter().map(|text| Text::Borrowed(&**text)).collect()
}
