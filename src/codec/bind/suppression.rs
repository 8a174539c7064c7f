//! Suppressions: read strictly, since one that is half understood would silence what it should not.

use super::super::{Error, Shape, View};
use super::draft::text;
use super::entry::{instant, refuse, required, rule};
use super::slots::{Base, Field};
use crate::domain::{
    AgencyId, EntryId, EntryKey, Fingerprint, ListId, OfficerRef, Pair, SubjectKey, Suppression,
    Term, Timestamp,
};

/// The longest reason, bytes.
const REASON_MAX: usize = 2_000;
/// The longest name of a unit, bytes.
const UNIT_MAX: usize = 200;

/// How a record of `watchlist.suppressions` becomes a suppression: slots looked up once.
pub(in crate::codec) struct SuppressionBinder {
    subject: Field,
    person: Field,
    list: Field,
    entry: Field,
    stated: Field,
    agency: Field,
    unit: Field,
    officer: Field,
    reason: Field,
    issued_at: Field,
    expires_at: Field,
}

impl SuppressionBinder {
    /// Looks up the slots of the record.
    ///
    /// # Errors
    /// [`Error::BadShape`] when the schema lacks a field.
    pub(in crate::codec) fn new(shape: &Shape) -> Result<Self, Error> {
        let root = Base::root(shape.root());
        Ok(Self {
            subject: root.field("subject")?,
            person: root.field("person")?,
            list: root.field("list")?,
            entry: root.field("entry")?,
            stated: root.field("stated")?,
            agency: root.field("agency")?,
            unit: root.field("unit")?,
            officer: root.field("officer")?,
            reason: root.field("reason")?,
            issued_at: root.field("issued_at")?,
            expires_at: root.field("expires_at")?,
        })
    }

    /// The suppression that a record states.
    ///
    /// # Errors
    /// [`Error::Refused`] with the field and the rule when any part of it cannot be used.
    pub(in crate::codec) fn bind(&self, view: View<'_>) -> Result<Suppression, Error> {
        let subject = SubjectKey::parse(required(view, self.subject)?);
        let subject = subject.ok_or_else(|| rule(self.subject, SUBJECT))?;
        let list = ListId::parse(required(view, self.list)?).map_err(refuse(self.list))?;
        let entry = EntryId::parse(required(view, self.entry)?).map_err(refuse(self.entry))?;
        let person = text(view, self.person)?.map(|hex| fingerprint(self.person, hex));
        let officer = OfficerRef::parse(required(view, self.officer)?);
        Ok(Suppression {
            pair: Pair { subject, entry: EntryKey { list, entry } },
            person: person.transpose()?,
            stated: fingerprint(self.stated, required(view, self.stated)?)?,
            agency: AgencyId::parse(required(view, self.agency)?).map_err(refuse(self.agency))?,
            unit: said(view, self.unit, UNIT_MAX)?,
            officer: officer.map_err(refuse(self.officer))?,
            reason: said(view, self.reason, REASON_MAX)?,
            term: self.term(view)?,
        })
    }

    fn term(&self, view: View<'_>) -> Result<Term, Error> {
        let at = |field: Field| -> Result<Timestamp, Error> {
            instant(view, field)?.ok_or_else(|| rule(field, "give an instant"))
        };
        let term = Term::new(at(self.issued_at)?, at(self.expires_at)?);
        term.ok_or_else(|| {
            rule(self.expires_at, "give an instant after issued_at, at most 366 days later")
        })
    }
}

const SUBJECT: &str = "give document:STATE:NUMBER, eori:NUMBER, imo:NUMBER or person:DIGITS in \
     normal form, as `portcullis suppress add` writes it";

fn fingerprint(field: Field, hex: &str) -> Result<Fingerprint, Error> {
    let read = Fingerprint::parse(hex);
    read.ok_or_else(|| rule(field, "give 32 hexadecimal digits in lower case"))
}

/// A text that says something, and not too much.
fn said(view: View<'_>, field: Field, bytes_max: usize) -> Result<Box<str>, Error> {
    let said = text(view, field)?.filter(|text| text.len() <= bytes_max);
    said.map(Box::from).ok_or_else(|| rule(field, "give a text of a few lines at most"))
}
