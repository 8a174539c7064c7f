//! Suppressions.

use serde::Serialize;

use super::scalar::{Instant, Text};

/// A subject that was judged not to be the one an entry is about.
#[derive(Serialize)]
pub(crate) struct Suppression<'a> {
    pub(crate) subject: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) person: Option<Text<'a>>,
    pub(crate) list: Text<'a>,
    pub(crate) entry: Text<'a>,
    pub(crate) stated: Text<'a>,
    pub(crate) agency: Text<'a>,
    pub(crate) unit: Text<'a>,
    pub(crate) officer: Text<'a>,
    pub(crate) reason: Text<'a>,
    pub(crate) issued_at: Instant,
    pub(crate) expires_at: Instant,
}
