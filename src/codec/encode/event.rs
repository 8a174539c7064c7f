//! Events: the subject model laid out in the records that agencies write.

use crate::domain::{
    AdvancePassenger, CashDeclaration, Check, ContainerMove, Country, Crossing, Declaration, Event,
    Identifier, Item, Kind, Name, Party, Role, Stated, Subject, VehicleMovement,
};

use super::super::Error;
use super::super::wire::{self, Day, Instant, Symbol, Text};
use super::parts::Parts;

pub(super) fn crossing<'e>(
    event: &'e Event<'_>,
    facts: &Crossing<'e>,
) -> Result<wire::BorderCrossing<'e>, Error> {
    let mut parts = Parts::of(event);
    let record = wire::BorderCrossing {
        envelope: envelope(event),
        traveller: person(parts.party(Role::Traveller)),
        documents: documents(&mut parts, Role::Traveller),
        companions: identified(&mut parts, Role::Companion),
        vehicle: vehicle(&mut parts, Role::Conveyance),
        read_method: facts.read_method.map(Text::Borrowed),
        outcome: facts.outcome.map(Text::Borrowed),
    };
    parts.end("BorderCrossing").map(|()| record)
}

pub(super) fn advance_passenger<'e>(
    event: &'e Event<'_>,
    facts: &AdvancePassenger<'e>,
) -> Result<wire::AdvancePassenger<'e>, Error> {
    let mut parts = Parts::of(event);
    let crew = event.parties.first().is_some_and(|party| party.role == Role::Crew);
    let role = if crew { Role::Crew } else { Role::Passenger };
    let record = wire::AdvancePassenger {
        envelope: envelope(event),
        passenger: person(parts.party(role)),
        crew,
        documents: documents(&mut parts, role),
        booking_reference: facts.booking_reference.map(Text::Borrowed),
        seat: facts.seat.map(Text::Borrowed),
        bags: facts.bags.map(i64::from),
        phones: values(&mut parts, Role::Contact, Kind::Phone),
        emails: values(&mut parts, Role::Contact, Kind::Email),
    };
    parts.end("AdvancePassenger").map(|()| record)
}

pub(super) fn vehicle_movement<'e>(
    event: &'e Event<'_>,
    facts: &VehicleMovement<'e>,
) -> Result<wire::VehicleMovement<'e>, Error> {
    let mut parts = Parts::of(event);
    let none = wire::Vehicle { plate: None, country: None, vin: None };
    let record = wire::VehicleMovement {
        envelope: envelope(event),
        vehicle: vehicle(&mut parts, Role::Conveyance).unwrap_or(none),
        trailer: vehicle(&mut parts, Role::Trailer),
        vehicle_type: facts.vehicle_type.map(Text::Borrowed),
        driver: first_identified(&mut parts, Role::Driver),
        occupants: identified(&mut parts, Role::Companion),
        containers: values(&mut parts, Role::Container, Kind::Container),
        goods_movement_reference: facts.goods_movement_reference.map(Text::Borrowed),
    };
    parts.end("VehicleMovement").map(|()| record)
}

pub(super) fn container_move<'e>(
    event: &'e Event<'_>,
    facts: &'e ContainerMove<'_>,
) -> Result<wire::ContainerMove<'e>, Error> {
    let mut parts = Parts::of(event);
    let record = wire::ContainerMove {
        envelope: envelope(event),
        container_number: value(&mut parts, Role::Container, Kind::Container).unwrap_or_default(),
        activity: facts.activity.map(Text::Borrowed),
        size_type: facts.size_type.map(Text::Borrowed),
        seals: facts.seals.iter().map(|seal| Text::Borrowed(seal)).collect(),
        empty: facts.empty,
        gross_mass_kg: facts.gross_mass_kg,
        vessel: vessel(&mut parts),
        vehicle: vehicle(&mut parts, Role::Conveyance),
        parties: trade_parties(&mut parts, "TradeParty")?,
    };
    parts.end("ContainerMove").map(|()| record)
}

pub(super) fn declaration<'e>(
    event: &'e Event<'_>,
    facts: &'e Declaration<'_>,
) -> Result<wire::CustomsDeclaration<'e>, Error> {
    let mut parts = Parts::of(event);
    let record = wire::CustomsDeclaration {
        envelope: envelope(event),
        mrn: value(&mut parts, Role::Consignment, Kind::Mrn),
        lrn: facts.local_reference.map(Text::Borrowed),
        ucr: facts.consignment_reference.map(Text::Borrowed),
        declaration_type: facts.declaration_type.map(Text::Borrowed),
        dispatch_country: facts.dispatch.as_ref().map(country),
        destination_country: facts.destination.as_ref().map(country),
        containers: values(&mut parts, Role::Container, Kind::Container),
        vehicle: vehicle(&mut parts, Role::Conveyance),
        vessel: vessel(&mut parts),
        parties: trade_parties(&mut parts, "TradeParty")?,
        items: facts.items.iter().map(item).collect(),
    };
    parts.end("CustomsDeclaration").map(|()| record)
}

pub(super) fn cash<'e>(
    event: &'e Event<'_>,
    facts: &CashDeclaration<'e>,
) -> Result<wire::CashDeclaration<'e>, Error> {
    let mut parts = Parts::of(event);
    let nobody =
        wire::IdentifiedPerson { person: person(None), organisation: false, documents: Vec::new() };
    let record = wire::CashDeclaration {
        envelope: envelope(event),
        bearer: first_identified(&mut parts, Role::Bearer).unwrap_or(nobody),
        owner: first_identified(&mut parts, Role::Owner),
        recipient: first_identified(&mut parts, Role::Recipient),
        amount: facts.amount,
        currency: facts.currency.map(Text::Borrowed),
        instrument: facts.instrument.map(Text::Borrowed),
        provenance: facts.provenance.map(Text::Borrowed),
        intended_use: facts.intended_use.map(Text::Borrowed),
    };
    parts.end("CashDeclaration").map(|()| record)
}

fn envelope<'e>(event: &'e Event<'_>) -> wire::Envelope<'e> {
    let place = wire::Place {
        locode: event.place.locode.map(Text::Borrowed),
        control_point: event.place.control_point.map(Text::Borrowed),
    };
    let journey = wire::Journey {
        carrier: event.journey.carrier.map(Text::Borrowed),
        number: event.journey.number.map(Text::Borrowed),
        origin: event.journey.origin.map(Text::Borrowed),
        destination: event.journey.destination.map(Text::Borrowed),
    };
    let placed = place.locode.is_some() || place.control_point.is_some();
    let travelled = journey.carrier.is_some()
        || journey.number.is_some()
        || journey.origin.is_some()
        || journey.destination.is_some();
    wire::Envelope {
        event_id: Text::Borrowed(event.id.as_str()),
        agency: Text::Borrowed(event.agency.as_str()),
        system: event.system.map(Text::Borrowed),
        revision: Symbol(event.revision.name()),
        occurred_at: Instant(event.occurred_at),
        place: placed.then_some(place),
        direction: Symbol(event.direction.name()),
        mode: Symbol(event.mode.name()),
        journey: travelled.then_some(journey),
    }
}

fn person<'e>(party: Option<&'e Party<'_>>) -> wire::Person<'e> {
    let mut names = party.map(|party| party.names.as_slice()).unwrap_or_default().iter();
    let main = names.next();
    wire::Person {
        surname: main.map(|name| Text::Borrowed(name.surname)),
        given_names: main.and_then(given),
        full_name: None,
        birth_date: party.and_then(|party| party.birth_date).map(|date| Text::Owned(date.to_iso())),
        sex: party.and_then(|party| party.sex).map(|sex| Symbol(sex.name())),
        nationality: party.and_then(|party| party.nationality.as_ref()).map(country),
        other_names: names.map(other_name).collect(),
        birth_place: party.and_then(|party| party.birth_place).map(Text::Borrowed),
    }
}

fn other_name<'e>(name: &Name<'e>) -> wire::OtherName<'e> {
    wire::OtherName { surname: Text::Borrowed(name.surname), given_names: given(name) }
}

fn given<'e>(name: &Name<'e>) -> Option<Text<'e>> {
    if name.given.is_empty() { None } else { Some(Text::Borrowed(name.given)) }
}

/// Everybody who plays the part. An event does not say whose document is whose, so the first has
/// all of them; read back, the event is the same.
fn identified<'e>(parts: &mut Parts<'e, '_>, role: Role) -> Vec<wire::IdentifiedPerson<'e>> {
    let mut found = Vec::new();
    while let Some(one) = first_identified(parts, role) {
        found.push(one);
    }
    found
}

fn first_identified<'e>(
    parts: &mut Parts<'e, '_>,
    role: Role,
) -> Option<wire::IdentifiedPerson<'e>> {
    let party = parts.party(role);
    let documents = documents(parts, role);
    if party.is_none() && documents.is_empty() {
        return None;
    }
    let organisation = is_organisation(party);
    Some(wire::IdentifiedPerson { person: person(party), organisation, documents })
}

fn is_organisation(party: Option<&Party<'_>>) -> bool {
    party.is_some_and(|party| party.subject == Subject::Organisation)
}

fn documents<'e>(parts: &mut Parts<'e, '_>, role: Role) -> Vec<wire::TravelDocument<'e>> {
    parts.numbers(role, Kind::Document).into_iter().map(document).collect()
}

fn trade_parties<'e>(
    parts: &mut Parts<'e, '_>,
    record: &'static str,
) -> Result<Vec<wire::TradeParty<'e>>, Error> {
    let mut found = Vec::new();
    while let Some(party) = parts.any_party() {
        // A consignment states none of these; a field for them would stay empty for ever.
        if party.sex.is_some() || party.birth_place.is_some() || party.names.len() > 1 {
            return Err(Error::NoField { record, what: "sex, place of birth or further names" });
        }
        found.push(trade_party(parts, party.role, Some(party)));
    }
    while let Some(role) = parts.next_role().filter(|role| *role != Role::Consignment) {
        let before = parts.left();
        let party = trade_party(parts, role, None);
        if parts.left() == before {
            break;
        }
        found.push(party);
    }
    Ok(found)
}

fn trade_party<'e>(
    parts: &mut Parts<'e, '_>,
    role: Role,
    party: Option<&'e Party<'_>>,
) -> wire::TradeParty<'e> {
    let name = party.and_then(|party| party.names.first());
    wire::TradeParty {
        role: Symbol(role.name()),
        name: name.map(|name| Text::Borrowed(name.surname)),
        given_names: name.and_then(given),
        organisation: is_organisation(party),
        birth_date: party.and_then(|party| party.birth_date).map(|date| Text::Owned(date.to_iso())),
        eori: value(parts, role, Kind::Eori),
        country: party.and_then(|party| party.nationality.as_ref()).map(country),
        phones: values(parts, role, Kind::Phone),
        emails: values(parts, role, Kind::Email),
        documents: documents(parts, role),
    }
}

/// The vehicle that plays the part; `None` when the event names none.
fn vehicle<'e>(parts: &mut Parts<'e, '_>, role: Role) -> Option<wire::Vehicle<'e>> {
    let plate = parts.number(role, Kind::Plate).map(|stated| &stated.identifier);
    let vin = value(parts, role, Kind::Vin);
    if plate.is_none() && vin.is_none() {
        return None;
    }
    Some(wire::Vehicle {
        plate: plate.map(|plate| Text::Borrowed(plate.value())),
        country: plate.and_then(issuer),
        vin,
    })
}

fn vessel<'e>(parts: &mut Parts<'e, '_>) -> Option<wire::Vessel<'e>> {
    let imo = value(parts, Role::Conveyance, Kind::Imo);
    let mmsi = value(parts, Role::Conveyance, Kind::Mmsi);
    let call_sign = value(parts, Role::Conveyance, Kind::CallSign);
    let party = parts.vessel();
    if imo.is_none() && mmsi.is_none() && call_sign.is_none() && party.is_none() {
        return None;
    }
    Some(wire::Vessel {
        imo,
        mmsi,
        name: party.and_then(|party| party.names.first()).map(|name| Text::Borrowed(name.surname)),
        flag: party.and_then(|party| party.nationality.as_ref()).map(country),
        call_sign,
    })
}

fn value<'e>(parts: &mut Parts<'e, '_>, role: Role, kind: Kind) -> Option<Text<'e>> {
    parts.number(role, kind).map(|stated| Text::Borrowed(stated.identifier.value()))
}

fn values<'e>(parts: &mut Parts<'e, '_>, role: Role, kind: Kind) -> Vec<Text<'e>> {
    let found = parts.numbers(role, kind).into_iter();
    found.map(|stated| Text::Borrowed(stated.identifier.value())).collect()
}

fn document(stated: &Stated) -> wire::TravelDocument<'_> {
    wire::TravelDocument {
        number: Text::Borrowed(stated.identifier.value()),
        issuing_state: issuer(&stated.identifier),
        code: None,
        expiry_date: stated.expires.and_then(Day::new),
        check_digit: check_digit(&stated.identifier),
    }
}

pub(super) fn issuer(identifier: &Identifier) -> Option<Text<'_>> {
    identifier.issuer().map(|state| Text::Owned(state.alpha3().to_owned()))
}

/// A digit that gets the verdict the document has: the vocabulary keeps the verdict alone.
pub(super) fn check_digit(document: &Identifier) -> Option<Text<'static>> {
    let issuer = document.issuer()?;
    if document.kind() != Kind::Document || document.check() == Check::Absent {
        return None;
    }
    let fits = |printed: &char| {
        Identifier::document_checked(document.value(), issuer, *printed)
            .is_ok_and(|again| again.check() == document.check())
    };
    ('0'..='9').find(fits).map(|printed| Text::Owned(printed.to_string()))
}

pub(super) fn country(country: &Country) -> Text<'_> {
    Text::Borrowed(country.alpha3())
}

fn item<'e>(item: &'e Item<'_>) -> wire::GoodsItem<'e> {
    wire::GoodsItem {
        commodity_code: item.commodity.map(Text::Borrowed),
        description: item.description.map(Text::Borrowed),
        origin_country: item.origin.as_ref().map(country),
        net_mass_kg: item.net_mass_kg,
        gross_mass_kg: item.gross_mass_kg,
        packages: item.packages.map(i64::from),
        value: item.value,
        currency: item.currency.map(Text::Borrowed),
    }
}
