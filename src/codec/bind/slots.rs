//! The slots of the records that kinds of event share, looked up once at start-up.

use super::super::{Error, Record, Slot, View};
use crate::domain::{Direction, Mode, Revision, Role, Sex};

/// A field of a row: where it is read, and what defects call it.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) slot: Slot,
    pub(super) path: &'static str,
}

/// An enumeration: the domain's value of each symbol.
pub(super) struct Symbols<T> {
    pub(super) field: Field,
    /// `None` for a symbol that the domain does not know.
    values: Box<[Option<T>]>,
}

impl<T: Copy> Symbols<T> {
    /// The value stated; `None` when there is none, or none that the domain knows.
    pub(super) fn get(&self, view: View<'_>) -> Option<T> {
        let number = view.symbol_number(self.field.slot)?;
        self.values.get(usize::from(number)).copied().flatten()
    }
}

/// Where the fields of a record lie: the row, and the paths in it and from the root.
pub(super) struct Base<'r> {
    record: &'r Record,
    row: String,
    full: String,
}

impl<'r> Base<'r> {
    pub(super) fn root(record: &'r Record) -> Self {
        Self { record, row: String::new(), full: String::new() }
    }

    /// The fields of the record `name` within this one.
    pub(super) fn within(&self, name: &str) -> Self {
        Self {
            record: self.record,
            row: format!("{}{name}.", self.row),
            full: format!("{}{name}.", self.full),
        }
    }

    /// The list `name`, and the fields of its items.
    pub(super) fn list(&self, name: &str) -> Result<(Slot, Self), Error> {
        let slot = self.field(name)?.slot;
        let record = self.record.item(slot).ok_or_else(|| self.lacks(name))?;
        Ok((slot, Self { record, row: String::new(), full: format!("{}{name}[].", self.full) }))
    }

    /// A list of texts: its slot, and the one field of its items.
    pub(super) fn texts(&self, name: &str) -> Result<Texts, Error> {
        let (slot, item) = self.list(name)?;
        let only = item.record.slot("").ok_or_else(|| self.lacks(name))?;
        let path = format!("{}{name}[]", self.full);
        Ok(Texts { slot, item: Field { slot: only, path: path.leak() } })
    }

    pub(super) fn field(&self, name: &str) -> Result<Field, Error> {
        let slot = self.record.slot(&format!("{}{name}", self.row));
        let slot = slot.ok_or_else(|| self.lacks(name))?;
        // Leaked once: bindings are made at start-up and live as long as the process.
        Ok(Field { slot, path: format!("{}{name}", self.full).leak() })
    }

    pub(super) fn symbols<T: Copy>(
        &self,
        name: &str,
        parse: fn(&str) -> Option<T>,
    ) -> Result<Symbols<T>, Error> {
        let field = self.field(name)?;
        let symbols = self.record.symbols(field.slot).ok_or_else(|| self.lacks(name))?;
        Ok(Symbols { field, values: symbols.iter().map(|symbol| parse(symbol)).collect() })
    }

    fn lacks(&self, name: &str) -> Error {
        Error::BadShape {
            path: format!("{}{name}", self.full).into(),
            reason: "the binding needs this field".into(),
        }
    }
}

/// A list of texts.
pub(super) struct Texts {
    pub(super) slot: Slot,
    pub(super) item: Field,
}

pub(super) struct Envelope {
    pub(super) event_id: Field,
    pub(super) agency: Field,
    pub(super) system: Field,
    pub(super) revision: Symbols<Revision>,
    pub(super) occurred_at: Field,
    pub(super) locode: Field,
    pub(super) control_point: Field,
    pub(super) direction: Symbols<Direction>,
    pub(super) mode: Symbols<Mode>,
    pub(super) carrier: Field,
    pub(super) number: Field,
    pub(super) origin: Field,
    pub(super) destination: Field,
}

impl Envelope {
    pub(super) fn of(root: &Base<'_>) -> Result<Self, Error> {
        let base = root.within("envelope");
        let (place, journey) = (base.within("place"), base.within("journey"));
        Ok(Self {
            event_id: base.field("event_id")?,
            agency: base.field("agency")?,
            system: base.field("system")?,
            revision: base.symbols("revision", Revision::parse)?,
            occurred_at: base.field("occurred_at")?,
            locode: place.field("locode")?,
            control_point: place.field("control_point")?,
            direction: base.symbols("direction", Direction::parse)?,
            mode: base.symbols("mode", Mode::parse)?,
            carrier: journey.field("carrier")?,
            number: journey.field("number")?,
            origin: journey.field("origin")?,
            destination: journey.field("destination")?,
        })
    }
}

pub(super) struct Person {
    pub(super) surname: Field,
    pub(super) given_names: Field,
    pub(super) full_name: Field,
    pub(super) birth_date: Field,
    pub(super) sex: Symbols<Sex>,
    pub(super) nationality: Field,
    pub(super) birth_place: Field,
    pub(super) other_names: Slot,
    pub(super) other_surname: Field,
    pub(super) other_given_names: Field,
}

impl Person {
    pub(super) fn of(base: &Base<'_>) -> Result<Self, Error> {
        let (other_names, other) = base.list("other_names")?;
        Ok(Self {
            surname: base.field("surname")?,
            given_names: base.field("given_names")?,
            full_name: base.field("full_name")?,
            birth_date: base.field("birth_date")?,
            sex: base.symbols("sex", Sex::parse)?,
            nationality: base.field("nationality")?,
            birth_place: base.field("birth_place")?,
            other_names,
            other_surname: other.field("surname")?,
            other_given_names: other.field("given_names")?,
        })
    }
}

/// A list of travel documents.
pub(super) struct Documents {
    pub(super) slot: Slot,
    pub(super) number: Field,
    pub(super) issuing_state: Field,
    pub(super) expiry_date: Field,
    pub(super) check_digit: Field,
}

impl Documents {
    pub(super) fn of(base: &Base<'_>) -> Result<Self, Error> {
        let (slot, item) = base.list("documents")?;
        Ok(Self {
            slot,
            number: item.field("number")?,
            issuing_state: item.field("issuing_state")?,
            expiry_date: item.field("expiry_date")?,
            check_digit: item.field("check_digit")?,
        })
    }
}

pub(super) struct IdentifiedPerson {
    pub(super) person: Person,
    pub(super) organisation: Field,
    pub(super) documents: Documents,
}

impl IdentifiedPerson {
    pub(super) fn of(base: &Base<'_>) -> Result<Self, Error> {
        Ok(Self {
            person: Person::of(&base.within("person"))?,
            organisation: base.field("organisation")?,
            documents: Documents::of(base)?,
        })
    }
}

pub(super) struct Vehicle {
    pub(super) plate: Field,
    pub(super) country: Field,
    pub(super) vin: Field,
}

impl Vehicle {
    pub(super) fn of(base: &Base<'_>) -> Result<Self, Error> {
        Ok(Self {
            plate: base.field("plate")?,
            country: base.field("country")?,
            vin: base.field("vin")?,
        })
    }
}

pub(super) struct Vessel {
    pub(super) imo: Field,
    pub(super) mmsi: Field,
    pub(super) name: Field,
    pub(super) flag: Field,
    pub(super) call_sign: Field,
}

impl Vessel {
    pub(super) fn of(base: &Base<'_>) -> Result<Self, Error> {
        Ok(Self {
            imo: base.field("imo")?,
            mmsi: base.field("mmsi")?,
            name: base.field("name")?,
            flag: base.field("flag")?,
            call_sign: base.field("call_sign")?,
        })
    }
}

/// A list of parties of a consignment.
pub(super) struct TradeParties {
    pub(super) slot: Slot,
    pub(super) role: Symbols<Role>,
    pub(super) name: Field,
    pub(super) given_names: Field,
    pub(super) organisation: Field,
    pub(super) birth_date: Field,
    pub(super) eori: Field,
    pub(super) country: Field,
    pub(super) phones: Texts,
    pub(super) emails: Texts,
    pub(super) documents: Documents,
}

impl TradeParties {
    pub(super) fn of(root: &Base<'_>) -> Result<Self, Error> {
        let (slot, item) = root.list("parties")?;
        Ok(Self {
            slot,
            role: item.symbols("role", Role::parse)?,
            name: item.field("name")?,
            given_names: item.field("given_names")?,
            organisation: item.field("organisation")?,
            birth_date: item.field("birth_date")?,
            eori: item.field("eori")?,
            country: item.field("country")?,
            phones: item.texts("phones")?,
            emails: item.texts("emails")?,
            documents: Documents::of(&item)?,
        })
    }
}
