//! Alerts. Empty lists are written out: that nothing was left unscreened is itself a statement.

use serde::Serialize;

use super::scalar::{Instant, Symbol, Text};

/// One event that met what somebody looks for, as one audience may see it.
#[derive(Serialize)]
pub(crate) struct Alert<'a> {
    pub(crate) id: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) audience: Option<Text<'a>>,
    pub(crate) view: Symbol,
    pub(crate) event: EventSummary<'a>,
    pub(crate) priority: Symbol,
    pub(crate) action: Symbol,
    pub(crate) fallback: Symbol,
    pub(crate) owner: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<Text<'a>>,
    pub(crate) covert: bool,
    pub(crate) warnings: Vec<Text<'a>>,
    pub(crate) reasons: Vec<Reason<'a>>,
    pub(crate) lists: Vec<ListVersion<'a>>,
    pub(crate) not_screened: Vec<Text<'a>>,
    pub(crate) left_out: Vec<Symbol>,
    pub(crate) cut: bool,
}

/// The event that raised the alert.
#[derive(Serialize)]
pub(crate) struct EventSummary<'a> {
    pub(crate) event_id: Text<'a>,
    pub(crate) agency: Text<'a>,
    pub(crate) kind: Symbol,
    pub(crate) topic: Text<'a>,
    pub(crate) partition: i32,
    pub(crate) offset: i64,
    pub(crate) appended_at: Instant,
    pub(crate) occurred_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) control_point: Option<Text<'a>>,
    pub(crate) direction: Symbol,
    pub(crate) mode: Symbol,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journey: Option<Text<'a>>,
    pub(crate) revision: Symbol,
}

/// One entry that the event met, and how.
#[derive(Serialize)]
pub(crate) struct Reason<'a> {
    pub(crate) list: Text<'a>,
    pub(crate) entry: Text<'a>,
    pub(crate) version: i64,
    pub(crate) priority: Symbol,
    pub(crate) action: Symbol,
    pub(crate) fallback: Symbol,
    pub(crate) warnings: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason_code: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) narrative: Option<Text<'a>>,
    pub(crate) evidence: Vec<Evidence<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resemblance: Option<Resemblance<'a>>,
}

/// How much speaks for a match by name.
#[derive(Serialize)]
pub(crate) struct Resemblance<'a> {
    pub(crate) role: Symbol,
    pub(crate) stated: Text<'a>,
    pub(crate) listed: Text<'a>,
    pub(crate) sixteenths: i32,
    pub(crate) per_mille: i32,
    pub(crate) observations: Vec<Observation<'a>>,
}

/// One observation and what it is worth.
#[derive(Serialize)]
pub(crate) struct Observation<'a> {
    pub(crate) about: Text<'a>,
    pub(crate) how: Text<'a>,
    pub(crate) stated: Text<'a>,
    pub(crate) listed: Text<'a>,
    pub(crate) sixteenths: i32,
}

/// One attribute of the event beside the same attribute of the entry.
#[derive(Serialize)]
pub(crate) struct Evidence<'a> {
    pub(crate) attribute: Text<'a>,
    pub(crate) role: Symbol,
    pub(crate) stated: Text<'a>,
    pub(crate) listed: Text<'a>,
    pub(crate) relation: Symbol,
    pub(crate) check: Symbol,
}

/// A list as it stood when the event was screened.
#[derive(Serialize)]
pub(crate) struct ListVersion<'a> {
    pub(crate) list: Text<'a>,
    pub(crate) offset: i64,
    pub(crate) entries: i64,
    pub(crate) checksum: Text<'a>,
}
