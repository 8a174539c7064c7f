//! Events: one binding a topic, from the row of a decoded record to the subject model.

use super::super::{Error, Place as ErrorPlace, Refused, Shape, Slot, View};
use super::draft::{Draft, text};
use super::slots::{
    Base, Documents, Envelope, Field, IdentifiedPerson, Person, Texts, TradeParties, Vehicle,
    Vessel,
};
use crate::domain::{
    AdvancePassenger, AgencyId, CashDeclaration, ContainerMove, Crossing, Declaration, Direction,
    Event, EventId, Facts, Identifier, Item, Journey, Kind, Mode, Place, Revision, Role, Subject,
    Timestamp, Topic, VehicleMovement,
};

/// How the records of one topic become events: slots looked up once.
pub(in crate::codec) struct EventBinder {
    envelope: Envelope,
    payload: Payload,
}

/// The slots of what each kind of event states beside its envelope.
enum Payload {
    Crossing(Box<CrossingSlots>),
    AdvancePassenger(Box<PassengerSlots>),
    VehicleMovement(Box<VehicleSlots>),
    ContainerMove(Box<ContainerSlots>),
    Declaration(Box<DeclarationSlots>),
    CashDeclaration(Box<CashSlots>),
}

impl EventBinder {
    /// Looks up the slots of a topic's record.
    ///
    /// # Errors
    /// [`Error::BadShape`] when the schema lacks a field.
    pub(in crate::codec) fn new(topic: Topic, shape: &Shape) -> Result<Self, Error> {
        let root = Base::root(shape.root());
        let payload = match topic {
            Topic::Crossings => Payload::Crossing(Box::new(CrossingSlots::of(&root)?)),
            Topic::AdvancePassenger => {
                Payload::AdvancePassenger(Box::new(PassengerSlots::of(&root)?))
            }
            Topic::Vehicles => Payload::VehicleMovement(Box::new(VehicleSlots::of(&root)?)),
            Topic::Containers => Payload::ContainerMove(Box::new(ContainerSlots::of(&root)?)),
            Topic::Declarations => Payload::Declaration(Box::new(DeclarationSlots::of(&root)?)),
            Topic::Cash => Payload::CashDeclaration(Box::new(CashSlots::of(&root)?)),
        };
        Ok(Self { envelope: Envelope::of(&root)?, payload })
    }

    /// The event that a record states.
    ///
    /// # Errors
    /// [`Error::Refused`] or [`Error::OutOfRange`] when the envelope cannot be used,
    /// [`Error::NotUtf8`] for a text that is none. Anything else that cannot be used is a defect
    /// of the event.
    pub(in crate::codec) fn bind<'a>(&self, view: View<'a>) -> Result<Event<'a>, Error> {
        let mut draft = Draft::default();
        let facts = match &self.payload {
            Payload::Crossing(slots) => slots.bind(view, &mut draft)?,
            Payload::AdvancePassenger(slots) => slots.bind(view, &mut draft)?,
            Payload::VehicleMovement(slots) => slots.bind(view, &mut draft)?,
            Payload::ContainerMove(slots) => slots.bind(view, &mut draft)?,
            Payload::Declaration(slots) => slots.bind(view, &mut draft)?,
            Payload::CashDeclaration(slots) => slots.bind(view, &mut draft)?,
        };
        self.envelope.bind(view, draft, facts)
    }
}

impl Envelope {
    fn bind<'a>(
        &self,
        view: View<'a>,
        draft: Draft<'a>,
        facts: Facts<'a>,
    ) -> Result<Event<'a>, Error> {
        let refused = |field: Field| {
            move |unfit| Error::Refused { field: field.path, refusal: Refused::Label(unfit) }
        };
        let required = |field: Field| view.text(field.slot).map(Option::unwrap_or_default);
        let id = EventId::parse(required(self.event_id)?).map_err(refused(self.event_id))?;
        let agency = AgencyId::parse(required(self.agency)?).map_err(refused(self.agency))?;
        let occurred_at = view.int(self.occurred_at.slot).and_then(Timestamp::from_micros);
        let occurred_at = occurred_at.ok_or_else(|| Error::OutOfRange {
            place: ErrorPlace::Field(self.occurred_at.path.into()),
        })?;
        Ok(Event {
            id,
            agency,
            system: text(view, self.system)?,
            revision: self.revision.get(view).unwrap_or(Revision::New),
            occurred_at,
            place: Place {
                locode: text(view, self.locode)?,
                control_point: text(view, self.control_point)?,
            },
            direction: self.direction.get(view).unwrap_or(Direction::Unknown),
            mode: self.mode.get(view).unwrap_or(Mode::Other),
            journey: Journey {
                carrier: text(view, self.carrier)?,
                number: text(view, self.number)?,
                origin: text(view, self.origin)?,
                destination: text(view, self.destination)?,
            },
            parties: draft.parties,
            identifiers: draft.identifiers,
            facts,
            defects: draft.defects,
        })
    }
}

struct CrossingSlots {
    traveller: Person,
    documents: Documents,
    companions: Slot,
    companion: IdentifiedPerson,
    vehicle: Vehicle,
    read_method: Field,
    outcome: Field,
}

impl CrossingSlots {
    fn of(root: &Base<'_>) -> Result<Self, Error> {
        let (companions, companion) = root.list("companions")?;
        Ok(Self {
            traveller: Person::of(&root.within("traveller"))?,
            documents: Documents::of(root)?,
            companions,
            companion: IdentifiedPerson::of(&companion)?,
            vehicle: Vehicle::of(&root.within("vehicle"))?,
            read_method: root.field("read_method")?,
            outcome: root.field("outcome")?,
        })
    }

    fn bind<'a>(&self, view: View<'a>, draft: &mut Draft<'a>) -> Result<Facts<'a>, Error> {
        draft.person(view, &self.traveller, Role::Traveller, Subject::Person)?;
        draft.documents(view, &self.documents, Role::Traveller)?;
        for item in view.list(self.companions) {
            draft.identified(item, &self.companion, Role::Companion)?;
        }
        draft.vehicle(view, &self.vehicle, Role::Conveyance)?;
        Ok(Facts::Crossing(Crossing {
            read_method: text(view, self.read_method)?,
            outcome: text(view, self.outcome)?,
        }))
    }
}

struct PassengerSlots {
    passenger: Person,
    crew: Field,
    documents: Documents,
    booking_reference: Field,
    seat: Field,
    bags: Field,
    phones: Texts,
    emails: Texts,
}

impl PassengerSlots {
    fn of(root: &Base<'_>) -> Result<Self, Error> {
        Ok(Self {
            passenger: Person::of(&root.within("passenger"))?,
            crew: root.field("crew")?,
            documents: Documents::of(root)?,
            booking_reference: root.field("booking_reference")?,
            seat: root.field("seat")?,
            bags: root.field("bags")?,
            phones: root.texts("phones")?,
            emails: root.texts("emails")?,
        })
    }

    fn bind<'a>(&self, view: View<'a>, draft: &mut Draft<'a>) -> Result<Facts<'a>, Error> {
        let crew = view.bool(self.crew.slot).unwrap_or(false);
        let role = if crew { Role::Crew } else { Role::Passenger };
        draft.person(view, &self.passenger, role, Subject::Person)?;
        draft.documents(view, &self.documents, role)?;
        draft.numbers(view, &self.phones, Role::Contact, Kind::Phone)?;
        draft.numbers(view, &self.emails, Role::Contact, Kind::Email)?;
        Ok(Facts::AdvancePassenger(AdvancePassenger {
            booking_reference: text(view, self.booking_reference)?,
            seat: text(view, self.seat)?,
            bags: draft.count(view, self.bags),
        }))
    }
}

struct VehicleSlots {
    vehicle: Vehicle,
    trailer: Vehicle,
    vehicle_type: Field,
    driver: IdentifiedPerson,
    occupants: Slot,
    occupant: IdentifiedPerson,
    containers: Texts,
    goods_movement_reference: Field,
}

impl VehicleSlots {
    fn of(root: &Base<'_>) -> Result<Self, Error> {
        let (occupants, occupant) = root.list("occupants")?;
        Ok(Self {
            vehicle: Vehicle::of(&root.within("vehicle"))?,
            trailer: Vehicle::of(&root.within("trailer"))?,
            vehicle_type: root.field("vehicle_type")?,
            driver: IdentifiedPerson::of(&root.within("driver"))?,
            occupants,
            occupant: IdentifiedPerson::of(&occupant)?,
            containers: root.texts("containers")?,
            goods_movement_reference: root.field("goods_movement_reference")?,
        })
    }

    fn bind<'a>(&self, view: View<'a>, draft: &mut Draft<'a>) -> Result<Facts<'a>, Error> {
        draft.vehicle(view, &self.vehicle, Role::Conveyance)?;
        draft.vehicle(view, &self.trailer, Role::Trailer)?;
        draft.identified(view, &self.driver, Role::Driver)?;
        for item in view.list(self.occupants) {
            draft.identified(item, &self.occupant, Role::Companion)?;
        }
        draft.numbers(view, &self.containers, Role::Container, Kind::Container)?;
        Ok(Facts::VehicleMovement(VehicleMovement {
            vehicle_type: text(view, self.vehicle_type)?,
            goods_movement_reference: text(view, self.goods_movement_reference)?,
        }))
    }
}

struct ContainerSlots {
    container_number: Field,
    activity: Field,
    size_type: Field,
    seals: Texts,
    empty: Field,
    gross_mass_kg: Field,
    vessel: Vessel,
    vehicle: Vehicle,
    parties: TradeParties,
}

impl ContainerSlots {
    fn of(root: &Base<'_>) -> Result<Self, Error> {
        Ok(Self {
            container_number: root.field("container_number")?,
            activity: root.field("activity")?,
            size_type: root.field("size_type")?,
            seals: root.texts("seals")?,
            empty: root.field("empty")?,
            gross_mass_kg: root.field("gross_mass_kg")?,
            vessel: Vessel::of(&root.within("vessel"))?,
            vehicle: Vehicle::of(&root.within("vehicle"))?,
            parties: TradeParties::of(root)?,
        })
    }

    fn bind<'a>(&self, view: View<'a>, draft: &mut Draft<'a>) -> Result<Facts<'a>, Error> {
        // An empty number is a defect here: the event is about nothing else.
        let number = view.text(self.container_number.slot)?.unwrap_or_default();
        let parsed = Identifier::parse(Kind::Container, number, None);
        draft.keep(self.container_number, Role::Container, None, parsed);
        draft.vessel(view, &self.vessel)?;
        draft.vehicle(view, &self.vehicle, Role::Conveyance)?;
        draft.trade_parties(view, &self.parties)?;
        let mut seals = smallvec::SmallVec::new();
        for item in view.list(self.seals.slot) {
            seals.extend(text(item, self.seals.item)?);
        }
        Ok(Facts::ContainerMove(ContainerMove {
            activity: text(view, self.activity)?,
            size_type: text(view, self.size_type)?,
            seals,
            empty: view.bool(self.empty.slot),
            gross_mass_kg: draft.amount(view, self.gross_mass_kg),
        }))
    }
}

struct DeclarationSlots {
    mrn: Field,
    lrn: Field,
    ucr: Field,
    declaration_type: Field,
    dispatch_country: Field,
    destination_country: Field,
    parties: TradeParties,
    items: Slot,
    item: ItemSlots,
    containers: Texts,
    vehicle: Vehicle,
    vessel: Vessel,
}

impl DeclarationSlots {
    fn of(root: &Base<'_>) -> Result<Self, Error> {
        let (items, item) = root.list("items")?;
        Ok(Self {
            mrn: root.field("mrn")?,
            lrn: root.field("lrn")?,
            ucr: root.field("ucr")?,
            declaration_type: root.field("declaration_type")?,
            dispatch_country: root.field("dispatch_country")?,
            destination_country: root.field("destination_country")?,
            parties: TradeParties::of(root)?,
            items,
            item: ItemSlots::of(&item)?,
            containers: root.texts("containers")?,
            vehicle: Vehicle::of(&root.within("vehicle"))?,
            vessel: Vessel::of(&root.within("vessel"))?,
        })
    }

    fn bind<'a>(&self, view: View<'a>, draft: &mut Draft<'a>) -> Result<Facts<'a>, Error> {
        draft.number(view, self.mrn, Role::Consignment, Kind::Mrn)?;
        draft.trade_parties(view, &self.parties)?;
        draft.numbers(view, &self.containers, Role::Container, Kind::Container)?;
        draft.vehicle(view, &self.vehicle, Role::Conveyance)?;
        draft.vessel(view, &self.vessel)?;
        let mut items = smallvec::SmallVec::new();
        for item in view.list(self.items) {
            items.push(self.item.bind(item, draft)?);
        }
        Ok(Facts::Declaration(Declaration {
            declaration_type: text(view, self.declaration_type)?,
            local_reference: text(view, self.lrn)?,
            consignment_reference: text(view, self.ucr)?,
            dispatch: draft.country(view, self.dispatch_country)?,
            destination: draft.country(view, self.destination_country)?,
            items,
        }))
    }
}

struct ItemSlots {
    commodity_code: Field,
    description: Field,
    origin_country: Field,
    net_mass_kg: Field,
    gross_mass_kg: Field,
    packages: Field,
    value: Field,
    currency: Field,
}

impl ItemSlots {
    fn of(item: &Base<'_>) -> Result<Self, Error> {
        Ok(Self {
            commodity_code: item.field("commodity_code")?,
            description: item.field("description")?,
            origin_country: item.field("origin_country")?,
            net_mass_kg: item.field("net_mass_kg")?,
            gross_mass_kg: item.field("gross_mass_kg")?,
            packages: item.field("packages")?,
            value: item.field("value")?,
            currency: item.field("currency")?,
        })
    }

    fn bind<'a>(&self, item: View<'a>, draft: &mut Draft<'a>) -> Result<Item<'a>, Error> {
        Ok(Item {
            commodity: text(item, self.commodity_code)?,
            description: text(item, self.description)?,
            origin: draft.country(item, self.origin_country)?,
            net_mass_kg: draft.amount(item, self.net_mass_kg),
            gross_mass_kg: draft.amount(item, self.gross_mass_kg),
            packages: draft.count(item, self.packages),
            value: draft.amount(item, self.value),
            currency: text(item, self.currency)?,
        })
    }
}

struct CashSlots {
    bearer: IdentifiedPerson,
    owner: IdentifiedPerson,
    recipient: IdentifiedPerson,
    amount: Field,
    currency: Field,
    instrument: Field,
    provenance: Field,
    intended_use: Field,
}

impl CashSlots {
    fn of(root: &Base<'_>) -> Result<Self, Error> {
        Ok(Self {
            bearer: IdentifiedPerson::of(&root.within("bearer"))?,
            owner: IdentifiedPerson::of(&root.within("owner"))?,
            recipient: IdentifiedPerson::of(&root.within("recipient"))?,
            amount: root.field("amount")?,
            currency: root.field("currency")?,
            instrument: root.field("instrument")?,
            provenance: root.field("provenance")?,
            intended_use: root.field("intended_use")?,
        })
    }

    fn bind<'a>(&self, view: View<'a>, draft: &mut Draft<'a>) -> Result<Facts<'a>, Error> {
        draft.identified(view, &self.bearer, Role::Bearer)?;
        draft.identified(view, &self.owner, Role::Owner)?;
        draft.identified(view, &self.recipient, Role::Recipient)?;
        Ok(Facts::CashDeclaration(CashDeclaration {
            amount: draft.amount(view, self.amount),
            currency: text(view, self.currency)?,
            instrument: text(view, self.instrument)?,
            provenance: text(view, self.provenance)?,
            intended_use: text(view, self.intended_use)?,
        }))
    }
}
