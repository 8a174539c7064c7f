//! Who may see an alert, and how much of it: the one place where that is decided.

use std::collections::BTreeSet;

use crate::domain::{Action, AgencyId, Alert, AlertId, Audience, Notice, Priority, Reason, View};

use super::identity;
use crate::planted::{self, Bug};

/// The notices of an alert, one for each audience that may know of it.
///
/// | audience | sees |
/// |---|---|
/// | the owner | everything |
/// | the Command | everything, unless the alert is covert: then nothing at all |
/// | an agency named by an entry | of that entry's reason what its share allows, unless covert |
///
/// Of a reason, `SUMMARY` takes away narrative and reason code, `POINTER` the reason itself: what
/// is left tells that something needs doing, where, and whom to ask. An audience learns nothing
/// from a reason that is not shared with it: urgency, action and warnings are those of the reasons
/// it may know, and so is the id: one who knows the whole alert by its id learns from that of a part
/// neither that there is more nor what.
pub fn notices(alert: &Alert) -> Vec<Notice> {
    let mut notices = vec![full(alert, Audience::Agency(alert.owner.clone()))];
    if alert.covert {
        return notices;
    }
    notices.push(full(alert, Audience::Command));
    let shared = alert.reasons.iter().flat_map(|reason| &reason.audience);
    let agencies: BTreeSet<&AgencyId> = shared.map(|share| &share.agency).collect();
    let others = agencies.into_iter().filter(|agency| **agency != alert.owner);
    notices.extend(others.filter_map(|agency| partial(alert, agency)));
    notices
}

/// What some reasons ask for together.
pub(super) struct Lead {
    pub(super) priority: Priority,
    pub(super) action: Action,
    pub(super) fallback: Action,
    pub(super) contact: Option<Box<str>>,
}

/// The soonest priority and the gravest action, with the fallback and the contact that go with the
/// action; `None` without a reason. Whoever may not know of a reason gets a lead without it.
pub(super) fn lead(reasons: &[Reason]) -> Option<Lead> {
    let gravest =
        reasons.iter().min_by_key(|reason| (reason.action, reason.priority, reason.fallback))?;
    let priority = reasons.iter().map(|reason| reason.priority).min()?;
    let (action, fallback) = (gravest.action, gravest.fallback);
    Some(Lead { priority, action, fallback, contact: gravest.contact.clone() })
}

/// Every warning of the reasons, each once.
pub(super) fn warnings(reasons: &[Reason]) -> Vec<Box<str>> {
    let mut warnings: Vec<Box<str>> = Vec::new();
    for warning in reasons.iter().flat_map(|reason| &reason.warnings) {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    warnings
}

fn full(alert: &Alert, audience: Audience) -> Notice {
    let mut alert = alert.clone();
    for reason in &mut alert.reasons {
        reason.audience = Box::default();
    }
    Notice { audience, view: View::Full, alert }
}

fn partial(alert: &Alert, agency: &AgencyId) -> Option<Notice> {
    let known = alert.reasons.iter().filter_map(|reason| seen_by(reason, agency));
    let (views, known): (Vec<View>, Vec<Reason>) = known.unzip();
    let view = views.iter().copied().max()?;
    let lead = lead(&known)?;
    let warnings = warnings(&known);
    let pointed = views.iter().filter(|view| **view == View::Pointer).count();
    let shown = known.into_iter().zip(views).filter(|(_, view)| *view != View::Pointer);
    let reasons: Vec<Reason> = shown.map(|(reason, _)| reason).collect();
    if planted::has(Bug::SkipRedaction) && agency.as_str() == "customs" {
        return Some(full(alert, Audience::Agency(agency.clone())));
    }
    let id = partial_id(alert, &reasons, pointed);
    let mut lists = alert.lists.clone();
    lists.retain(|version| reasons.iter().any(|reason| reason.entry.list == version.list));
    let alert = Alert {
        id,
        event: alert.event.clone(),
        priority: lead.priority,
        action: lead.action,
        fallback: lead.fallback,
        owner: alert.owner.clone(),
        unit: alert.unit.clone(),
        contact: lead.contact,
        covert: false,
        warnings,
        reasons,
        lists,
        not_screened: Vec::new(),
        left_out: Vec::new(),
        // What was not looked at may be what this audience may not know of.
        cut: false,
    };
    Some(Notice { audience: Audience::Agency(agency.clone()), view, alert })
}

/// The id of the part of an alert that holds these reasons and points to `pointed` others.
fn partial_id(alert: &Alert, reasons: &[Reason], pointed: usize) -> AlertId {
    let unit = alert.unit.as_deref();
    let pointed = identity::Pointed { owner: &alert.owner, unit, reasons: pointed };
    let pointed = (pointed.reasons > 0).then_some(pointed);
    identity::alert_id(&alert.event, reasons.iter().map(|reason| &reason.entry), pointed)
}

/// The reason as the agency may see it; `None` when it may not know of it.
fn seen_by(reason: &Reason, agency: &AgencyId) -> Option<(View, Reason)> {
    let shares = reason.audience.iter().filter(|share| share.agency == *agency);
    let view = shares.map(|share| share.view).max()?;
    let mut reason = reason.clone();
    reason.audience = Box::default();
    if view != View::Full {
        reason.narrative = None;
        reason.reason_code = None;
    }
    Some((view, reason))
}
