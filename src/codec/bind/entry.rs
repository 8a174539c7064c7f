//! Watchlist entries: read strictly, since one that is half understood looks like one that works.

use std::sync::Arc;

use super::super::{Error, Place, Refused, Shape, Slot, View};
use super::draft::{document, text};
use super::slots::{Base, Field, Symbols, Texts};
use crate::domain::{
    Action, AgencyId, Country, Date, Entry, EntryId, EntryKey, Handling, Identifier, Kind, ListId,
    ListedName, Priority, Refusal, Sex, Share, Subject, Timestamp, View as Sight,
};

/// How a record of `watchlist.entries` becomes an entry: slots looked up once.
pub(in crate::codec) struct EntryBinder {
    list: Field,
    entry: Field,
    subject: Symbols<Subject>,
    names: Slot,
    surname: Field,
    given_names: Field,
    weak: Field,
    birth_dates: Texts,
    nationalities: Texts,
    sex: Symbols<Sex>,
    birth_places: Texts,
    identifiers: Slot,
    kind: Symbols<Kind>,
    value: Field,
    issuer: Field,
    check_digit: Field,
    valid_from: Field,
    valid_to: Field,
    narrative: Field,
    handling: HandlingSlots,
}

struct HandlingSlots {
    owner: Field,
    unit: Field,
    contact: Field,
    priority: Symbols<Priority>,
    action: Symbols<Action>,
    fallback: Symbols<Action>,
    covert: Field,
    audience: Slot,
    agency: Field,
    view: Symbols<Sight>,
    warnings: Texts,
    reason_code: Field,
}

impl EntryBinder {
    /// Looks up the slots of the record.
    ///
    /// # Errors
    /// [`Error::BadShape`] when the schema lacks a field.
    pub(in crate::codec) fn new(shape: &Shape) -> Result<Self, Error> {
        let root = Base::root(shape.root());
        let (names, name) = root.list("names")?;
        let (identifiers, identifier) = root.list("identifiers")?;
        Ok(Self {
            list: root.field("list")?,
            entry: root.field("entry")?,
            subject: root.symbols("subject", Subject::parse)?,
            names,
            surname: name.field("surname")?,
            given_names: name.field("given_names")?,
            weak: name.field("weak")?,
            birth_dates: root.texts("birth_dates")?,
            nationalities: root.texts("nationalities")?,
            sex: root.symbols("sex", Sex::parse)?,
            birth_places: root.texts("birth_places")?,
            identifiers,
            kind: identifier.symbols("kind", Kind::parse)?,
            value: identifier.field("value")?,
            issuer: identifier.field("issuer")?,
            check_digit: identifier.field("check_digit")?,
            valid_from: root.field("valid_from")?,
            valid_to: root.field("valid_to")?,
            narrative: root.field("narrative")?,
            handling: HandlingSlots::of(&root.within("handling"))?,
        })
    }

    /// The entry that a record states.
    ///
    /// # Errors
    /// [`Error::Refused`] with the field and the rule when any part of it cannot be used.
    pub(in crate::codec) fn bind(&self, view: View<'_>) -> Result<Entry, Error> {
        let list = ListId::parse(required(view, self.list)?).map_err(refuse(self.list))?;
        let entry = EntryId::parse(required(view, self.entry)?).map_err(refuse(self.entry))?;
        let read = Entry {
            key: EntryKey { list, entry },
            subject: known(view, &self.subject)?,
            names: self.names(view)?,
            birth_dates: each(view, &self.birth_dates, |date| {
                Date::parse(date).ok_or(Refusal::date())
            })?,
            nationalities: each(view, &self.nationalities, Country::parse)?,
            sex: self.sex(view)?,
            birth_places: self.birth_places(view)?,
            identifiers: self.identifiers(view)?,
            valid_from: instant(view, self.valid_from)?,
            valid_to: instant(view, self.valid_to)?,
            narrative: boxed(view, self.narrative)?,
            handling: Arc::new(self.handling.bind(view)?),
        };
        if read.names.is_empty() && read.identifiers.is_empty() {
            let field = Field { slot: self.identifiers, path: "identifiers" };
            return Err(rule(field, "give a name or an identifier: nothing else finds anybody"));
        }
        if let (Some(from), Some(to)) = (read.valid_from, read.valid_to)
            && to <= from
        {
            return Err(rule(self.valid_to, "give an instant after valid_from"));
        }
        Ok(read)
    }

    fn names(&self, view: View<'_>) -> Result<Box<[ListedName]>, Error> {
        let mut names = Vec::new();
        for item in view.list(self.names) {
            let surname = text(item, self.surname)?;
            let surname = surname.ok_or_else(|| rule(self.surname, "give a name"))?;
            let given = text(item, self.given_names)?.unwrap_or_default();
            let weak = item.bool(self.weak.slot).unwrap_or(false);
            names.push(ListedName { surname: surname.into(), given: given.into(), weak });
        }
        Ok(names.into())
    }

    fn sex(&self, view: View<'_>) -> Result<Option<Sex>, Error> {
        let is_stated = view.symbol_number(self.sex.field.slot).is_some();
        is_stated.then(|| known(view, &self.sex)).transpose()
    }

    fn birth_places(&self, view: View<'_>) -> Result<Box<[Box<str>]>, Error> {
        let mut places = Vec::new();
        for item in view.list(self.birth_places.slot) {
            let place = text(item, self.birth_places.item)?;
            let place = place.ok_or_else(|| rule(self.birth_places.item, "give a place"))?;
            places.push(Box::from(place));
        }
        Ok(places.into())
    }

    fn identifiers(&self, view: View<'_>) -> Result<Box<[Identifier]>, Error> {
        let mut identifiers = Vec::new();
        for item in view.list(self.identifiers) {
            let kind = known(item, &self.kind)?;
            let issuer = text(item, self.issuer)?.map(Country::parse).transpose();
            let issuer = issuer.map_err(refuse(self.issuer))?;
            let value = required(item, self.value)?;
            let parsed = match kind {
                Kind::Document => document(value, issuer, text(item, self.check_digit)?),
                Kind::Plate
                | Kind::Vin
                | Kind::Container
                | Kind::Imo
                | Kind::Mmsi
                | Kind::Eori
                | Kind::Mrn
                | Kind::Phone
                | Kind::Email
                | Kind::CallSign => Identifier::parse(kind, value, issuer),
            };
            identifiers.push(parsed.map_err(refuse(self.value))?);
        }
        Ok(identifiers.into())
    }
}

impl HandlingSlots {
    fn of(base: &Base<'_>) -> Result<Self, Error> {
        let (audience, share) = base.list("audience")?;
        Ok(Self {
            owner: base.field("owner")?,
            unit: base.field("unit")?,
            contact: base.field("contact")?,
            priority: base.symbols("priority", Priority::parse)?,
            action: base.symbols("action", Action::parse)?,
            fallback: base.symbols("fallback", Action::parse)?,
            covert: base.field("covert")?,
            audience,
            agency: share.field("agency")?,
            view: share.symbols("view", Sight::parse)?,
            warnings: base.texts("warnings")?,
            reason_code: base.field("reason_code")?,
        })
    }

    fn bind(&self, view: View<'_>) -> Result<Handling, Error> {
        let mut audience = Vec::new();
        for item in view.list(self.audience) {
            let agency = AgencyId::parse(required(item, self.agency)?);
            let agency = agency.map_err(refuse(self.agency))?;
            audience.push(Share { agency, view: known(item, &self.view)? });
        }
        let mut warnings = Vec::new();
        for item in view.list(self.warnings.slot) {
            warnings.extend(text(item, self.warnings.item)?.map(Box::from));
        }
        let covert = view.bool(self.covert.slot);
        Ok(Handling {
            owner: AgencyId::parse(required(view, self.owner)?).map_err(refuse(self.owner))?,
            unit: boxed(view, self.unit)?,
            contact: boxed(view, self.contact)?,
            priority: known(view, &self.priority)?,
            action: known(view, &self.action)?,
            fallback: known(view, &self.fallback)?,
            covert: covert.ok_or_else(|| rule(self.covert, "give true or false"))?,
            audience: audience.into(),
            warnings: warnings.into(),
            reason_code: boxed(view, self.reason_code)?,
        })
    }
}

pub(super) fn required<'a>(view: View<'a>, field: Field) -> Result<&'a str, Error> {
    view.text(field.slot).map(Option::unwrap_or_default)
}

fn boxed(view: View<'_>, field: Field) -> Result<Option<Box<str>>, Error> {
    Ok(text(view, field)?.map(Box::from))
}

pub(super) fn instant(view: View<'_>, field: Field) -> Result<Option<Timestamp>, Error> {
    let Some(micros) = view.int(field.slot) else { return Ok(None) };
    let instant = Timestamp::from_micros(micros);
    instant.map(Some).ok_or_else(|| Error::OutOfRange { place: Place::Field(field.path.into()) })
}

/// The value of an enumeration, which this version must know.
fn known<T: Copy>(view: View<'_>, symbols: &Symbols<T>) -> Result<T, Error> {
    let value = symbols.get(view);
    value.ok_or_else(|| rule(symbols.field, "give one of the symbols that the schema lists"))
}

/// Every text of a list, read.
fn each<T>(
    view: View<'_>,
    texts: &Texts,
    read: impl Fn(&str) -> Result<T, Refusal>,
) -> Result<Box<[T]>, Error> {
    let mut values = Vec::new();
    for item in view.list(texts.slot) {
        values.push(read(required(item, texts.item)?).map_err(refuse(texts.item))?);
    }
    Ok(values.into())
}

pub(super) fn refuse<R: Into<Refused>>(field: Field) -> impl FnOnce(R) -> Error {
    move |refusal| Error::Refused { field: field.path, refusal: refusal.into() }
}

pub(super) fn rule(field: Field, rule: &'static str) -> Error {
    Error::Refused { field: field.path, refusal: Refused::Rule(rule) }
}
