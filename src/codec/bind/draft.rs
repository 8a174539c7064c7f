//! The subjects of an event as they are found: what is usable, and the defects of what is not.

use smallvec::SmallVec;

use super::super::{Error, View};
use super::slots::{
    Documents, Field, IdentifiedPerson, Person, Texts, TradeParties, Vehicle, Vessel,
};
use crate::domain::{
    Country, Date, Defect, Identifier, Kind, Name, Party, Refusal, Role, Stated, Subject,
};

/// Collects parties, identifiers and defects in the order stated.
#[derive(Default)]
pub(super) struct Draft<'a> {
    pub(super) parties: SmallVec<[Party<'a>; 2]>,
    pub(super) identifiers: SmallVec<[Stated; 4]>,
    pub(super) defects: SmallVec<[Defect; 1]>,
}

/// A text that says something: publishers write an empty one where they have nothing to say.
pub(super) fn text<'a>(view: View<'a>, field: Field) -> Result<Option<&'a str>, Error> {
    Ok(view.text(field.slot)?.filter(|text| text.bytes().any(|byte| !byte.is_ascii_whitespace())))
}

/// A person, unless it is said to be an organisation.
fn subject(view: View<'_>, organisation: Field) -> Subject {
    match view.bool(organisation.slot) {
        Some(true) => Subject::Organisation,
        Some(false) | None => Subject::Person,
    }
}

impl<'a> Draft<'a> {
    pub(super) fn person(
        &mut self,
        view: View<'a>,
        slots: &Person,
        role: Role,
        subject: Subject,
    ) -> Result<(), Error> {
        let party = Party {
            role,
            subject,
            names: names(view, slots)?,
            birth_date: self.birth_date(view, slots.birth_date)?,
            sex: slots.sex.get(view),
            nationality: self.country(view, slots.nationality)?,
            birth_place: text(view, slots.birth_place)?,
        };
        self.push(party);
        Ok(())
    }

    pub(super) fn identified(
        &mut self,
        view: View<'a>,
        slots: &IdentifiedPerson,
        role: Role,
    ) -> Result<(), Error> {
        let subject = subject(view, slots.organisation);
        self.person(view, &slots.person, role, subject)?;
        self.documents(view, &slots.documents, role)
    }

    pub(super) fn trade_parties(
        &mut self,
        view: View<'a>,
        slots: &TradeParties,
    ) -> Result<(), Error> {
        for item in view.list(slots.slot) {
            let role = slots.role.get(item).unwrap_or(Role::Other);
            let name = text(item, slots.name)?;
            let given = text(item, slots.given_names)?;
            let party = Party {
                role,
                subject: subject(item, slots.organisation),
                names: name_of(name, given).into_iter().collect(),
                birth_date: self.birth_date(item, slots.birth_date)?,
                sex: None,
                nationality: self.country(item, slots.country)?,
                birth_place: None,
            };
            self.push(party);
            self.number(item, slots.eori, role, Kind::Eori)?;
            self.numbers(item, &slots.phones, role, Kind::Phone)?;
            self.numbers(item, &slots.emails, role, Kind::Email)?;
            self.documents(item, &slots.documents, role)?;
        }
        Ok(())
    }

    pub(super) fn documents(
        &mut self,
        view: View<'a>,
        slots: &Documents,
        role: Role,
    ) -> Result<(), Error> {
        for item in view.list(slots.slot) {
            let expires = self.day(item, slots.expiry_date);
            let before = self.defects.len();
            let issuer = self.country(item, slots.issuing_state)?;
            if self.defects.len() > before {
                // The bad state is the defect; a second one for the number would say the same.
                continue;
            }
            let number = item.text(slots.number.slot)?.unwrap_or_default();
            let parsed = document(number, issuer, text(item, slots.check_digit)?);
            self.keep(slots.number, role, expires, parsed);
        }
        Ok(())
    }

    pub(super) fn vehicle(
        &mut self,
        view: View<'a>,
        slots: &Vehicle,
        role: Role,
    ) -> Result<(), Error> {
        let before = self.defects.len();
        let country = self.country(view, slots.country)?;
        if let Some(plate) = text(view, slots.plate)?
            && self.defects.len() == before
        {
            self.keep(slots.plate, role, None, Identifier::parse(Kind::Plate, plate, country));
        }
        self.number(view, slots.vin, role, Kind::Vin)
    }

    pub(super) fn vessel(&mut self, view: View<'a>, slots: &Vessel) -> Result<(), Error> {
        self.number(view, slots.imo, Role::Conveyance, Kind::Imo)?;
        self.number(view, slots.mmsi, Role::Conveyance, Kind::Mmsi)?;
        self.number(view, slots.call_sign, Role::Conveyance, Kind::CallSign)?;
        let party = Party {
            role: Role::Conveyance,
            subject: Subject::Vessel,
            names: name_of(text(view, slots.name)?, None).into_iter().collect(),
            birth_date: None,
            sex: None,
            nationality: self.country(view, slots.flag)?,
            birth_place: None,
        };
        self.push(party);
        Ok(())
    }

    /// An identifier that needs no issuing state.
    pub(super) fn number(
        &mut self,
        view: View<'a>,
        field: Field,
        role: Role,
        kind: Kind,
    ) -> Result<(), Error> {
        if let Some(number) = text(view, field)? {
            self.keep(field, role, None, Identifier::parse(kind, number, None));
        }
        Ok(())
    }

    pub(super) fn numbers(
        &mut self,
        view: View<'a>,
        slots: &Texts,
        role: Role,
        kind: Kind,
    ) -> Result<(), Error> {
        for item in view.list(slots.slot) {
            self.number(item, slots.item, role, kind)?;
        }
        Ok(())
    }

    /// A country; `None` when it is not stated, or is a defect.
    pub(super) fn country(
        &mut self,
        view: View<'a>,
        field: Field,
    ) -> Result<Option<Country>, Error> {
        let parsed = text(view, field)?.map(Country::parse).transpose();
        Ok(self.usable(field, parsed))
    }

    /// A measure or an amount: finite, and not below zero.
    pub(super) fn amount(&mut self, view: View<'a>, field: Field) -> Option<f64> {
        let parsed = view.double(field.slot).map(|amount| {
            let sound = amount.is_finite() && amount >= 0.0;
            if sound { Ok(amount) } else { Err(Refusal::number()) }
        });
        self.usable(field, parsed.transpose())
    }

    /// A count.
    pub(super) fn count(&mut self, view: View<'a>, field: Field) -> Option<u32> {
        let parsed = view.int(field.slot).map(u32::try_from).transpose();
        self.usable(field, parsed.map_err(|_out_of_range| Refusal::number()))
    }

    /// Files an identifier, or the defect.
    pub(super) fn keep(
        &mut self,
        field: Field,
        role: Role,
        expires: Option<Date>,
        parsed: Result<Identifier, Refusal>,
    ) {
        if let Some(identifier) = self.usable(field, parsed.map(Some)) {
            self.identifiers.push(Stated { role, identifier, expires });
        }
    }

    fn birth_date(&mut self, view: View<'a>, field: Field) -> Result<Option<Date>, Error> {
        let parsed = text(view, field)?.map(|date| Date::parse(date).ok_or(Refusal::date()));
        Ok(self.usable(field, parsed.transpose()))
    }

    fn day(&mut self, view: View<'a>, field: Field) -> Option<Date> {
        let parsed = view.int(field.slot).map(|days| {
            let days = i32::try_from(days).ok();
            days.and_then(Date::from_epoch_days).ok_or(Refusal::date())
        });
        self.usable(field, parsed.transpose())
    }

    fn usable<T>(&mut self, field: Field, parsed: Result<Option<T>, Refusal>) -> Option<T> {
        parsed.unwrap_or_else(|refusal| {
            self.defects.push(Defect { field: field.path, refusal });
            None
        })
    }

    /// Keeps a party of whom anything is known: an empty record names nobody.
    fn push(&mut self, party: Party<'a>) {
        let known = !party.names.is_empty()
            || party.birth_date.is_some()
            || party.sex.is_some()
            || party.nationality.is_some()
            || party.birth_place.is_some();
        if known {
            self.parties.push(party);
        }
    }
}

/// A document, judged by its check digit where one is printed.
pub(super) fn document(
    number: &str,
    issuer: Option<Country>,
    printed: Option<&str>,
) -> Result<Identifier, Refusal> {
    let (Some(issuer), Some(printed)) = (issuer, printed) else {
        return Identifier::parse(Kind::Document, number, issuer);
    };
    let mut characters = printed.trim_ascii().chars();
    let digit = match (characters.next(), characters.next()) {
        (Some(digit), None) => digit,
        // Several characters are no check digit: a misreading, which the verdict has to say.
        _ => '?',
    };
    Identifier::document_checked(number, issuer, digit)
}

fn names<'a>(view: View<'a>, slots: &Person) -> Result<SmallVec<[Name<'a>; 1]>, Error> {
    let mut names = SmallVec::new();
    names.extend(name_of(text(view, slots.surname)?, text(view, slots.given_names)?));
    names.extend(name_of(text(view, slots.full_name)?, None));
    for item in view.list(slots.other_names) {
        let surname = text(item, slots.other_surname)?;
        names.extend(name_of(surname, text(item, slots.other_given_names)?));
    }
    Ok(names)
}

/// Given names alone stand in the surname's place: who has one name has it there (ICAO Doc 9303
/// Part 3, section 4.6).
fn name_of<'a>(surname: Option<&'a str>, given: Option<&'a str>) -> Option<Name<'a>> {
    match (surname, given) {
        (Some(surname), given) => Some(Name { surname, given: given.unwrap_or_default() }),
        (None, Some(only)) => Some(Name { surname: only, given: "" }),
        (None, None) => None,
    }
}
