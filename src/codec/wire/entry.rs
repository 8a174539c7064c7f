//! Watchlist entries.

use serde::Serialize;

use super::scalar::{Instant, Symbol, Text};

/// Whom or what to look for, what to do, who owns it, who may know.
#[derive(Serialize)]
pub(crate) struct WatchlistEntry<'a> {
    pub(crate) list: Text<'a>,
    pub(crate) entry: Text<'a>,
    pub(crate) subject: Symbol,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) names: Vec<ListedName<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) birth_dates: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) nationalities: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) identifiers: Vec<ListedIdentifier<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_from: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) valid_to: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) narrative: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sex: Option<Symbol>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) birth_places: Vec<Text<'a>>,
    pub(crate) handling: Handling<'a>,
}

/// A name on a list.
#[derive(Serialize)]
pub(crate) struct ListedName<'a> {
    pub(crate) surname: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given_names: Option<Text<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) weak: bool,
}

/// An exact identifier.
#[derive(Serialize)]
pub(crate) struct ListedIdentifier<'a> {
    pub(crate) kind: Symbol,
    pub(crate) value: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuer: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check_digit: Option<Text<'a>>,
}

/// What to do and who may know.
#[derive(Serialize)]
pub(crate) struct Handling<'a> {
    pub(crate) owner: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) contact: Option<Text<'a>>,
    pub(crate) priority: Symbol,
    pub(crate) action: Symbol,
    pub(crate) fallback: Symbol,
    pub(crate) covert: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) audience: Vec<Share<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason_code: Option<Text<'a>>,
}

/// What one agency may see of an alert.
#[derive(Serialize)]
pub(crate) struct Share<'a> {
    pub(crate) agency: Text<'a>,
    pub(crate) view: Symbol,
}
