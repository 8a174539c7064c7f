//! Events: one record a topic, and the records they share.

use serde::Serialize;

use super::scalar::{Day, Instant, Symbol, Text};

/// A traveller at the border: one record for one person at one control.
#[derive(Serialize)]
pub(crate) struct BorderCrossing<'a> {
    pub(crate) envelope: Envelope<'a>,
    pub(crate) traveller: Person<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) documents: Vec<TravelDocument<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) companions: Vec<IdentifiedPerson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vehicle: Option<Vehicle<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) read_method: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) outcome: Option<Text<'a>>,
}

/// A passenger or crew member announced by a carrier before travel (API, or a booking).
#[derive(Serialize)]
pub(crate) struct AdvancePassenger<'a> {
    pub(crate) envelope: Envelope<'a>,
    pub(crate) passenger: Person<'a>,
    pub(crate) crew: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) documents: Vec<TravelDocument<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) booking_reference: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seat: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bags: Option<i64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) phones: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) emails: Vec<Text<'a>>,
}

/// A road vehicle at a border point or number-plate reader.
#[derive(Serialize)]
pub(crate) struct VehicleMovement<'a> {
    pub(crate) envelope: Envelope<'a>,
    pub(crate) vehicle: Vehicle<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) trailer: Option<Vehicle<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vehicle_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) driver: Option<IdentifiedPerson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) occupants: Vec<IdentifiedPerson<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) containers: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) goods_movement_reference: Option<Text<'a>>,
}

/// A move of a container at a port, terminal or inland depot.
#[derive(Serialize)]
pub(crate) struct ContainerMove<'a> {
    pub(crate) envelope: Envelope<'a>,
    pub(crate) container_number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) activity: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) seals: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) empty: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gross_mass_kg: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vessel: Option<Vessel<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vehicle: Option<Vehicle<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parties: Vec<TradeParty<'a>>,
}

/// A customs declaration, or an entry or exit summary declaration.
#[derive(Serialize)]
pub(crate) struct CustomsDeclaration<'a> {
    pub(crate) envelope: Envelope<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mrn: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lrn: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ucr: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) declaration_type: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dispatch_country: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination_country: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) parties: Vec<TradeParty<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) items: Vec<GoodsItem<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) containers: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vehicle: Option<Vehicle<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vessel: Option<Vessel<'a>>,
}

/// Cash declared at the border, or found.
#[derive(Serialize)]
pub(crate) struct CashDeclaration<'a> {
    pub(crate) envelope: Envelope<'a>,
    pub(crate) bearer: IdentifiedPerson<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<IdentifiedPerson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) recipient: Option<IdentifiedPerson<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) instrument: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provenance: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) intended_use: Option<Text<'a>>,
}

/// What every event states, whatever its kind.
#[derive(Serialize)]
pub(crate) struct Envelope<'a> {
    pub(crate) event_id: Text<'a>,
    pub(crate) agency: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) system: Option<Text<'a>>,
    pub(crate) revision: Symbol,
    pub(crate) occurred_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place<'a>>,
    pub(crate) direction: Symbol,
    pub(crate) mode: Symbol,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) journey: Option<Journey<'a>>,
}

/// Where it happened.
#[derive(Serialize)]
pub(crate) struct Place<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) locode: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) control_point: Option<Text<'a>>,
}

/// The service travelled on.
#[derive(Serialize)]
pub(crate) struct Journey<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) carrier: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) number: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) destination: Option<Text<'a>>,
}

/// A person as a document, a carrier or an officer stated it.
#[derive(Serialize)]
pub(crate) struct Person<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) surname: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given_names: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) full_name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) birth_date: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sex: Option<Symbol>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nationality: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) other_names: Vec<OtherName<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) birth_place: Option<Text<'a>>,
}

/// A further name: before marriage, an alias, another spelling.
#[derive(Serialize)]
pub(crate) struct OtherName<'a> {
    pub(crate) surname: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given_names: Option<Text<'a>>,
}

/// A travel or identity document.
#[derive(Serialize)]
pub(crate) struct TravelDocument<'a> {
    pub(crate) number: Text<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issuing_state: Option<Text<'a>>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expiry_date: Option<Day>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) check_digit: Option<Text<'a>>,
}

/// A person, or an organisation, with its documents.
#[derive(Serialize)]
pub(crate) struct IdentifiedPerson<'a> {
    pub(crate) person: Person<'a>,
    pub(crate) organisation: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) documents: Vec<TravelDocument<'a>>,
}

/// A road vehicle.
#[derive(Serialize)]
pub(crate) struct Vehicle<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) plate: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) vin: Option<Text<'a>>,
}

/// A vessel.
#[derive(Serialize)]
pub(crate) struct Vessel<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) imo: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mmsi: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) flag: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) call_sign: Option<Text<'a>>,
}

/// A person or an organisation named by a consignment.
#[derive(Serialize)]
pub(crate) struct TradeParty<'a> {
    pub(crate) role: Symbol,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) given_names: Option<Text<'a>>,
    pub(crate) organisation: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) birth_date: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) eori: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) phones: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) emails: Vec<Text<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) documents: Vec<TravelDocument<'a>>,
}

/// A goods item.
#[derive(Serialize)]
pub(crate) struct GoodsItem<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) commodity_code: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) origin_country: Option<Text<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) net_mass_kg: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) gross_mass_kg: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) packages: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<Text<'a>>,
}
