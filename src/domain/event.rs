//! What agencies publish: one envelope, the subjects it names, and the facts of its kind.
//!
//! One subject model serves every kind of event: whoever and whatever has a name (people, organisations,
//! vessels) is a [`Party`], everything with a number is a [`Stated`] identifier, each with the role it plays. Screening
//! walks these two lists and need not know the kind; rules and patterns read the [`Facts`] too.

use smallvec::SmallVec;

use super::{AgencyId, Country, Date, EventId, Identifier, Name, Refusal, Subject, Timestamp};

/// One event, borrowed from the record that stated it.
///
/// Holds personal data: has no `Debug` and no `Display`.
pub struct Event<'a> {
    /// The agency's own name for the event; an event sent again keeps it.
    pub id: EventId<'a>,
    /// The agency that published it.
    pub agency: AgencyId,
    /// The publishing system within the agency.
    pub system: Option<&'a str>,
    /// New, correction or cancellation.
    pub revision: Revision,
    /// When it happened, by the publisher's clock: data, never the clock of a promise.
    pub occurred_at: Timestamp,
    /// Where it happened.
    pub place: Place<'a>,
    /// Into the country, out of it, or through.
    pub direction: Direction,
    /// How the border is crossed.
    pub mode: Mode,
    /// The service travelled on.
    pub journey: Journey<'a>,
    /// People, organisations and vessels that are named, in the order stated.
    pub parties: SmallVec<[Party<'a>; 2]>,
    /// Everything with a number, in the order stated.
    pub identifiers: SmallVec<[Stated; 4]>,
    /// What else this kind of event states.
    pub facts: Facts<'a>,
    /// What was stated in a form that could not be used: the rest is screened all the same.
    pub defects: SmallVec<[Defect; 1]>,
}

impl Event<'_> {
    /// The kind of the event.
    pub fn topic(&self) -> Topic {
        match self.facts {
            Facts::Crossing(_) => Topic::Crossings,
            Facts::AdvancePassenger(_) => Topic::AdvancePassenger,
            Facts::VehicleMovement(_) => Topic::Vehicles,
            Facts::ContainerMove(_) => Topic::Containers,
            Facts::Declaration(_) => Topic::Declarations,
            Facts::CashDeclaration(_) => Topic::Cash,
        }
    }
}

/// An enumeration with a name for each value, as the schemas spell it.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The value's name, as the schemas spell it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of this name.
            pub fn parse(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use named;

named! {
    /// The input topics' kinds: one payload each.
    Topic {
        /// Border crossings of travellers.
        Crossings = "crossings",
        /// Passengers announced by a carrier before travel.
        AdvancePassenger = "advance_passenger",
        /// Vehicles at a border point or reader.
        Vehicles = "vehicles",
        /// Container moves.
        Containers = "containers",
        /// Customs declarations.
        Declarations = "declarations",
        /// Cash declarations and finds.
        Cash = "cash",
    }
}

named! {
    /// Whether the event is new, corrects an earlier one, or takes it back.
    Revision {
        /// First notice.
        New = "NEW",
        /// Replaces an earlier event of the same id.
        Update = "UPDATE",
        /// Takes an earlier event back. It is screened like any other: what was planned matters.
        Cancel = "CANCEL",
    }
}

named! {
    /// Which way the border is crossed.
    Direction {
        /// Into the country.
        Inbound = "INBOUND",
        /// Out of the country.
        Outbound = "OUTBOUND",
        /// Through it, without entering.
        Transit = "TRANSIT",
        /// Not stated.
        Unknown = "UNKNOWN",
    }
}

named! {
    /// Mode of transport at the border (UN/ECE Recommendation 19).
    Mode {
        /// By sea (1).
        Sea = "SEA",
        /// By rail (2).
        Rail = "RAIL",
        /// By road (3).
        Road = "ROAD",
        /// By air (4).
        Air = "AIR",
        /// By post (5).
        Post = "POST",
        /// On foot, or not stated.
        Other = "OTHER",
    }
}

named! {
    /// The part a party or a thing plays in the event.
    Role {
        /// The person crossing.
        Traveller = "TRAVELLER",
        /// A passenger announced before travel.
        Passenger = "PASSENGER",
        /// A member of a crew.
        Crew = "CREW",
        /// The driver of a vehicle.
        Driver = "DRIVER",
        /// Travels with the traveller: a guardian, a child, an occupant of the vehicle.
        Companion = "COMPANION",
        /// Who carries the cash.
        Bearer = "BEARER",
        /// Who owns the cash or the goods.
        Owner = "OWNER",
        /// Who is to receive the cash.
        Recipient = "RECIPIENT",
        /// Importer (UCC data element 3/15).
        Importer = "IMPORTER",
        /// Exporter (3/1).
        Exporter = "EXPORTER",
        /// Consignor.
        Consignor = "CONSIGNOR",
        /// Consignee.
        Consignee = "CONSIGNEE",
        /// Declarant (3/18).
        Declarant = "DECLARANT",
        /// Representative (3/19).
        Representative = "REPRESENTATIVE",
        /// Who is to be notified of arrival.
        NotifyParty = "NOTIFY_PARTY",
        /// Carrier.
        Carrier = "CARRIER",
        /// The vehicle, vessel or aircraft itself.
        Conveyance = "CONVEYANCE",
        /// A trailer.
        Trailer = "TRAILER",
        /// A container.
        Container = "CONTAINER",
        /// The declaration or consignment itself.
        Consignment = "CONSIGNMENT",
        /// A contact left with a booking.
        Contact = "CONTACT",
        /// Another part.
        Other = "OTHER",
    }
}

named! {
    /// Sex as a travel document states it (ICAO Doc 9303 Part 4).
    Sex {
        /// F.
        Female = "FEMALE",
        /// M.
        Male = "MALE",
        /// X or `<`.
        Unspecified = "UNSPECIFIED",
    }
}

/// Where an event happened.
#[derive(Clone, Copy, Default)]
pub struct Place<'a> {
    /// UN/LOCODE, such as `GBDVR` (UN/ECE Recommendation 16), as stated.
    pub locode: Option<&'a str>,
    /// Terminal, lane, desk or reader within it.
    pub control_point: Option<&'a str>,
}

/// The service travelled on.
#[derive(Clone, Copy, Default)]
pub struct Journey<'a> {
    /// Carrier code or name.
    pub carrier: Option<&'a str>,
    /// Flight, voyage or train number.
    pub number: Option<&'a str>,
    /// UN/LOCODE of departure.
    pub origin: Option<&'a str>,
    /// UN/LOCODE of arrival.
    pub destination: Option<&'a str>,
}

/// A person, an organisation or a vessel named by an event.
pub struct Party<'a> {
    /// The part it plays.
    pub role: Role,
    /// What it is: a person, an organisation or a vessel.
    pub subject: Subject,
    /// Names as stated, the main one first.
    pub names: SmallVec<[Name<'a>; 1]>,
    /// Date of birth, as far as it is known.
    pub birth_date: Option<Date>,
    /// Sex, when stated.
    pub sex: Option<Sex>,
    /// Nationality, the country where an organisation is established, or a vessel's flag.
    pub nationality: Option<Country>,
    /// Place of birth as printed: town, country or both.
    pub birth_place: Option<&'a str>,
}

/// An identifier and the part its bearer plays.
pub struct Stated {
    /// The part.
    pub role: Role,
    /// The identifier.
    pub identifier: Identifier,
    /// When the document expires, where it is one that does.
    pub expires: Option<Date>,
}

/// Something stated in a form that could not be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// Dotted path of the field.
    pub field: &'static str,
    /// Why; holds no part of the value.
    pub refusal: Refusal,
}

/// What each kind of event states beside its subjects.
pub enum Facts<'a> {
    /// `border.crossings`
    Crossing(Crossing<'a>),
    /// `border.advance-passenger`
    AdvancePassenger(AdvancePassenger<'a>),
    /// `border.vehicles`
    VehicleMovement(VehicleMovement<'a>),
    /// `border.containers`
    ContainerMove(ContainerMove<'a>),
    /// `customs.declarations`
    Declaration(Declaration<'a>),
    /// `customs.cash`
    CashDeclaration(CashDeclaration<'a>),
}

/// A traveller at the border.
#[derive(Clone, Copy, Default)]
pub struct Crossing<'a> {
    /// How the document was read: `CHIP`, `OCR` or `TYPED`.
    pub read_method: Option<&'a str>,
    /// Outcome at the desk as stated: admitted, refused, referred.
    pub outcome: Option<&'a str>,
}

/// A passenger announced by a carrier.
#[derive(Clone, Copy, Default)]
pub struct AdvancePassenger<'a> {
    /// Booking reference (record locator).
    pub booking_reference: Option<&'a str>,
    /// Seat.
    pub seat: Option<&'a str>,
    /// Pieces of hold baggage.
    pub bags: Option<u32>,
}

/// A vehicle at a border point.
#[derive(Clone, Copy, Default)]
pub struct VehicleMovement<'a> {
    /// Kind of vehicle as stated: car, van, lorry, coach.
    pub vehicle_type: Option<&'a str>,
    /// Goods movement reference, for lorries.
    pub goods_movement_reference: Option<&'a str>,
}

/// A move of a container.
#[derive(Clone, Default)]
pub struct ContainerMove<'a> {
    /// The move: `GATE_IN`, `GATE_OUT`, `LOADED`, `DISCHARGED`, `INSPECTED`, `OTHER`.
    pub activity: Option<&'a str>,
    /// ISO 6346 size and type code.
    pub size_type: Option<&'a str>,
    /// Seal numbers.
    pub seals: SmallVec<[&'a str; 2]>,
    /// Declared empty.
    pub empty: Option<bool>,
    /// Verified gross mass, kilograms.
    pub gross_mass_kg: Option<f64>,
}

/// A customs declaration.
#[derive(Clone, Default)]
pub struct Declaration<'a> {
    /// Declaration type (UCC data element 1/1).
    pub declaration_type: Option<&'a str>,
    /// Local reference number (2/5).
    pub local_reference: Option<&'a str>,
    /// Unique consignment reference (2/4).
    pub consignment_reference: Option<&'a str>,
    /// Country of dispatch (5/14).
    pub dispatch: Option<Country>,
    /// Country of destination (5/8).
    pub destination: Option<Country>,
    /// Goods items.
    pub items: SmallVec<[Item<'a>; 1]>,
}

/// A goods item of a declaration.
#[derive(Clone, Default)]
pub struct Item<'a> {
    /// Commodity code (6/14), Harmonized System first.
    pub commodity: Option<&'a str>,
    /// Description of goods (6/8).
    pub description: Option<&'a str>,
    /// Country of origin (5/15).
    pub origin: Option<Country>,
    /// Net mass, kilograms (6/1).
    pub net_mass_kg: Option<f64>,
    /// Gross mass, kilograms (6/5).
    pub gross_mass_kg: Option<f64>,
    /// Number of packages (6/10).
    pub packages: Option<u32>,
    /// Statistical value (8/6), in the currency beside it.
    pub value: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<&'a str>,
}

/// Cash declared or found.
#[derive(Clone, Copy, Default)]
pub struct CashDeclaration<'a> {
    /// Amount, in the currency beside it.
    pub amount: Option<f64>,
    /// ISO 4217 code.
    pub currency: Option<&'a str>,
    /// Kind of means of payment: banknotes, bearer instrument, gold.
    pub instrument: Option<&'a str>,
    /// Where the money comes from, as declared.
    pub provenance: Option<&'a str>,
    /// What it is for, as declared.
    pub intended_use: Option<&'a str>,
}
