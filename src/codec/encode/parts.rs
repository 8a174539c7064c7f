//! An event's parties and identifiers, handed out field by field until none is left.

use crate::domain::{Event, Kind, Party, Role, Stated, Subject};

use super::super::Error;

/// What is still to be written. Whatever no field of the record took is an error, so that nothing
/// an event states can get lost on its way out.
pub(super) struct Parts<'e, 'a> {
    parties: Vec<Option<&'e Party<'a>>>,
    stated: Vec<Option<&'e Stated>>,
}

impl<'e, 'a> Parts<'e, 'a> {
    pub(super) fn of(event: &'e Event<'a>) -> Self {
        Self {
            parties: event.parties.iter().map(Some).collect(),
            stated: event.identifiers.iter().map(Some).collect(),
        }
    }

    /// Takes the first party left that plays the part.
    pub(super) fn party(&mut self, role: Role) -> Option<&'e Party<'a>> {
        let plays = |slot: &&mut Option<&Party<'_>>| slot.is_some_and(|party| party.role == role);
        self.parties.iter_mut().find(plays).and_then(Option::take)
    }

    /// Takes the vessel that carries what the record is about, if it is left.
    pub(super) fn vessel(&mut self) -> Option<&'e Party<'a>> {
        let carries = |slot: &&mut Option<&Party<'_>>| {
            slot.is_some_and(|party| {
                party.subject == Subject::Vessel && party.role == Role::Conveyance
            })
        };
        self.parties.iter_mut().find(carries).and_then(Option::take)
    }

    /// Takes the first party left, whatever its part.
    pub(super) fn any_party(&mut self) -> Option<&'e Party<'a>> {
        self.parties.iter_mut().find(|slot| slot.is_some()).and_then(Option::take)
    }

    /// Takes the first identifier left of that role and kind.
    pub(super) fn number(&mut self, role: Role, kind: Kind) -> Option<&'e Stated> {
        let fits = |slot: &&mut Option<&Stated>| {
            slot.is_some_and(|stated| stated.role == role && stated.identifier.kind() == kind)
        };
        self.stated.iter_mut().find(fits).and_then(Option::take)
    }

    /// Takes all identifiers left of that role and kind.
    pub(super) fn numbers(&mut self, role: Role, kind: Kind) -> Vec<&'e Stated> {
        let mut found = Vec::new();
        while let Some(stated) = self.number(role, kind) {
            found.push(stated);
        }
        found
    }

    /// The part that the first identifier left plays.
    pub(super) fn next_role(&self) -> Option<Role> {
        self.stated.iter().flatten().map(|stated| stated.role).next()
    }

    /// How many identifiers are left.
    pub(super) fn left(&self) -> usize {
        self.stated.iter().flatten().count()
    }

    /// Ends the record.
    ///
    /// # Errors
    /// [`Error::NoField`] when something is left that the record has no field for.
    pub(super) fn end(self, record: &'static str) -> Result<(), Error> {
        let party = self.parties.iter().flatten().map(|party| party.role).next();
        let stated = self.stated.iter().flatten().map(|stated| stated.role).next();
        match party.or(stated) {
            Some(role) => Err(Error::NoField { record, what: role.name() }),
            None => Ok(()),
        }
    }
}
