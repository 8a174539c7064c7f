//! What each kind of event looks like.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::casting::{Part, Thing, Traveller, listed};
use super::dice::Dice;
use super::listed::{Body, Class, Traits, text};
use super::numbers;
use super::sketch::{PASSENGERS, Sketch, TRAVELLERS};
use super::stock::STOCK;
use super::traffic::{Service, Traffic, Vessel, Yarded};
use crate::domain::{
    AdvancePassenger, CashDeclaration, ContainerMove, Crossing, Declaration, Direction, Facts,
    Identifier, Item, Journey, Mode, Place, Role, Timestamp, VehicleMovement,
};

impl Traffic {
    /// A carrier announces a passenger; families follow one another on one booking.
    pub(super) fn passenger(&mut self, at: Timestamp) -> Option<()> {
        let lead = self.board()?.lead.take();
        let (traveller, rest) = match lead {
            Some((lead, left)) => (self.relative(&lead, left)?, Some((lead, left - 1))),
            None => {
                let traveller = self.announced()?;
                let family = if self.dice.percent(25) { self.dice.between(1, 4) } else { 0 };
                (traveller.clone(), Some((traveller, family)))
            }
        };
        self.announce(traveller, rest, at);
        Some(())
    }

    /// A traveller stands at the border: an announced one when one is due, else another.
    pub(super) fn crossing(&mut self, at: Timestamp) -> Option<()> {
        let due = self.arrivals.front().is_some_and(|arrival| arrival.due <= at);
        let (traveller, service) = match self.arrivals.pop_front() {
            Some(arrival) if due => (arrival.traveller, arrival.service),
            early => {
                if let Some(early) = early {
                    self.arrivals.push_front(early);
                }
                (self.somebody()?, Service::ferry(&mut self.dice))
            }
        };
        let Self { sketch, dice, lore, .. } = self;
        let desk = if service.air {
            dice.text(&["T1/gate-03", "T2/gate-11", "T2/desk-04", "T3/desk-17", "T5/gate-22"])
        } else {
            dice.text(&["hall/desk-1", "hall/desk-2", "lane-3", "lane-5"])
        };
        set_service(sketch, &service, desk);
        sketch.system = "desk";
        sketch.person(lore, dice, Role::Traveller, &traveller, false, at);
        let read_method = Some(match dice.below(10) {
            0..6 => "CHIP",
            6..9 => "OCR",
            _ => "TYPED",
        });
        let outcome = Some(if dice.percent(97) { "admitted" } else { "referred" });
        sketch.facts = Facts::Crossing(Crossing { read_method, outcome });
        Some(())
    }

    /// A vehicle at a port with whoever sits in it; a lorry with trailer, reference, container.
    pub(super) fn vehicle(&mut self, at: Timestamp) -> Option<()> {
        let vehicle = self.lore.vehicle(&mut self.dice)?;
        let driver = self.somebody()?;
        let service = Service::ferry(&mut self.dice);
        let (kind, companions) = match self.dice.below(100) {
            0..50 => ("car", self.dice.below(4)),
            50..65 => ("van", self.dice.below(2)),
            65..92 => ("lorry", 0),
            _ => ("coach", self.dice.between(2, 6)),
        };
        let lane = self.dice.text(&["lane-1", "lane-2", "lane-4", "reader-A", "reader-B"]);
        set_service(&mut self.sketch, &service, lane);
        let Self { sketch, dice, lore, .. } = self;
        sketch.system = "plate-reader";
        sketch.mode = Mode::Road;
        sketch.note(lore, vehicle.part, Traits::default(), at);
        sketch.plate(dice, Role::Conveyance, &vehicle.number, vehicle.nation.country);
        if let Some(vin) = &vehicle.other {
            sketch.state(Role::Conveyance, Identifier::vin(vin), None);
        }
        sketch.person(lore, dice, Role::Driver, &driver, false, at);
        for place in 0..companions {
            let companion = if kind == "coach" {
                lore.traveller(dice, TRAVELLERS)?
            } else {
                let person = lore.fresh_relative(dice, &driver.person, place > 0)?;
                Traveller { person, contact: None, part: Part::Extra }
            };
            sketch.person(lore, dice, Role::Companion, &companion, false, at);
        }
        let movement = VehicleMovement { vehicle_type: Some(kind), goods_movement_reference: None };
        sketch.facts = Facts::VehicleMovement(movement);
        if kind == "lorry" {
            self.load_lorry(&vehicle, at)?;
        }
        if service.inbound && self.dice.percent(50) {
            self.expect(driver, service, at);
        }
        Some(())
    }

    /// A container moves: from a ship into the yard and out of the gate, or the other way.
    pub(super) fn container(&mut self, at: Timestamp) -> Option<()> {
        let again = self.yard.len() > 64 && self.dice.percent(50);
        let earlier = if again { self.yard.pop_front() } else { None };
        let first = earlier.is_none();
        let yarded = match earlier {
            Some(yarded) => yarded,
            None => self.new_container()?,
        };
        let abroad = STOCK.place(&mut self.dice, false, false);
        let Self { sketch, dice, lore, .. } = self;
        sketch.system = "terminal";
        sketch.mode = Mode::Sea;
        let control_point = Some(dice.text(&["berth-2", "berth-5", "gate-1", "gate-3", "stack-C"]));
        sketch.place = Place { locode: Some(yarded.place), control_point };
        let (origin, destination) = ends(yarded.inbound, yarded.place, abroad);
        sketch.direction = direction(yarded.inbound);
        sketch.journey = Journey {
            carrier: None,
            number: None,
            origin: Some(origin),
            destination: Some(destination),
        };
        let (name, voyage) = (&yarded.vessel.name, yarded.vessel.voyage);
        sketch.carrier = Some(sketch.write(|out| out.push_str(name)));
        sketch.number = Some(sketch.write(|out| {
            out.push_str(&voyage.to_string());
            out.push(if yarded.inbound { 'N' } else { 'S' });
        }));
        sketch.note(lore, yarded.container.part, Traits::default(), at);
        sketch.container(dice, &yarded.container.number);
        let with_ship = first == yarded.inbound;
        if with_ship {
            state_vessel(sketch, &yarded.vessel);
            sketch.note(lore, yarded.vessel.thing.part, Traits::default(), at);
        }
        let activity = Some(match (yarded.inbound, first) {
            (true, true) => "DISCHARGED",
            (true, false) => "GATE_OUT",
            (false, true) => "GATE_IN",
            (false, false) => "LOADED",
        });
        sketch.first = Some(sketch.write(|out| out.push_str(&yarded.seal)));
        sketch.facts = Facts::ContainerMove(ContainerMove {
            activity,
            size_type: Some(dice.text(&["22G1", "42G1", "45G1", "45R1", "22T1"])),
            seals: SmallVec::new(),
            empty: Some(yarded.empty),
            gross_mass_kg: Some(f64::from(yarded.mass_kg)),
        });
        if first {
            self.put_by(yarded);
        }
        Some(())
    }

    /// A customs declaration of one to four items.
    pub(super) fn declaration(&mut self, at: Timestamp) -> Option<()> {
        let import = self.dice.percent(65);
        let trader = self.trader(at)?;
        let mrn = self.consignment(at);
        let container =
            if self.dice.percent(30) { Some(self.lore.container(&mut self.dice)?) } else { None };
        let Self { sketch, dice, lore, traders, .. } = self;
        let (partner, agent) = (STOCK.nation(dice)?, dice.pick(traders)?.clone());
        let foreign = lore.partner(dice);
        let home = STOCK.home()?.country;
        let (own, other) = if import {
            (Role::Importer, Role::Exporter)
        } else {
            (Role::Exporter, Role::Importer)
        };
        let place = STOCK.place(dice, false, true);
        sketch.system = "declarations";
        sketch.place = Place { locode: Some(place), control_point: None };
        sketch.direction = direction(import);
        sketch.mode = if dice.percent(70) { Mode::Sea } else { Mode::Road };
        sketch.journey = Journey::default();
        sketch.organisation(own, &trader.0, Some(home));
        let partner = foreign.as_ref().map_or(partner, |(_, firm)| firm.nation);
        if let Some((part, firm)) = &foreign {
            sketch.note(lore, *part, Traits::default(), at);
            sketch.organisation(other, &firm.name, Some(partner.country));
        }
        sketch.organisation(Role::Declarant, &agent.name, Some(home));
        sketch.state(Role::Consignment, Identifier::mrn(&mrn), None);
        sketch.state(own, Identifier::eori(&trader.1), None);
        sketch.state(Role::Declarant, Identifier::eori(&agent.eori), None);
        if let Some(container) = container {
            sketch.note(lore, container.part, Traits::default(), at);
            sketch.container(dice, &container.number);
        }
        sketch.first = Some(sketch.write(|out| numbers::fill(dice, "LR@@########", out)));
        sketch.second = Some(sketch.write(|out| numbers::fill(dice, "6GB############-@@###", out)));
        let (dispatch, destination) = if import {
            (Some(partner.country), Some(home))
        } else {
            (Some(home), Some(partner.country))
        };
        let items = (0..dice.between(1, 4)).filter_map(|_| item(dice)).collect();
        sketch.facts = Facts::Declaration(Declaration {
            declaration_type: Some(if import { "IM" } else { "EX" }),
            local_reference: None,
            consignment_reference: None,
            dispatch,
            destination,
            items,
        });
        Some(())
    }

    /// Cash: one in four begins a purse that several people declare in parts, each just below the
    /// threshold of 10,000.
    pub(super) fn cash(&mut self, at: Timestamp) -> Option<()> {
        if self.purse == 0 && self.dice.percent(25) {
            self.purse = self.dice.between(3, 6);
        }
        let part_of_purse = self.purse > 0;
        self.purse = self.purse.saturating_sub(1);
        let bearer = self.somebody()?;
        let service = Service::ferry(&mut self.dice);
        set_service(&mut self.sketch, &service, "red-channel");
        let Self { sketch, dice, lore, .. } = self;
        sketch.system = "cash";
        sketch.person(lore, dice, Role::Bearer, &bearer, false, at);
        let units = if part_of_purse {
            dice.between(92, 99) * 100 + dice.below(100)
        } else {
            dice.between(100, 1_200) * 100
        };
        sketch.facts = Facts::CashDeclaration(CashDeclaration {
            amount: Some(f64::from(units)),
            currency: Some(dice.text(&["EUR", "EUR", "GBP", "USD", "CHF"])),
            instrument: Some(if part_of_purse {
                "banknotes"
            } else {
                dice.text(&["banknotes", "banknotes", "banknotes", "bearer instrument", "gold"])
            }),
            provenance: Some(dice.text(&["savings", "sale of a car", "business", "inheritance"])),
            intended_use: Some(dice.text(&["purchase", "family", "travel", "business"])),
        });
        Some(())
    }

    /// Somebody new on a flight, or somebody who came before.
    fn announced(&mut self) -> Option<Traveller> {
        if self.dice.percent(20) {
            return self.somebody();
        }
        let traveller = self.lore.traveller(&mut self.dice, PASSENGERS)?;
        self.remember(&traveller);
        Some(traveller)
    }

    fn relative(&mut self, lead: &Traveller, left: u32) -> Option<Traveller> {
        let person = self.lore.fresh_relative(&mut self.dice, &lead.person, left > 1)?;
        Some(Traveller { person, contact: None, part: Part::Extra })
    }

    fn announce(&mut self, traveller: Traveller, rest: Option<(Traveller, u32)>, at: Timestamp) {
        let Self { sketch, dice, lore, flights, .. } = self;
        let Some(flight) = flights.get_mut(self.boarding) else { return };
        if flight.lead.is_none() || flight.booking.is_empty() {
            flight.booking = text(|out| numbers::fill(dice, "@@#@@#", out));
        }
        flight.left = flight.left.saturating_sub(1);
        flight.lead = rest.filter(|(_, left)| *left > 0);
        let service = flight.service.clone();
        let booking = flight.booking.clone();
        if flight.lead.is_none() {
            flight.booking.clear();
        }
        let row = flight.left / 6 + 1;
        let seat = flight.left % 6;
        set_service(sketch, &service, "");
        sketch.system = "carrier-gateway";
        sketch.person(lore, dice, Role::Passenger, &traveller, true, at);
        sketch.first = Some(sketch.write(|out| out.push_str(&booking)));
        sketch.second = Some(sketch.write(|out| {
            out.push_str(&row.to_string());
            out.push(['A', 'B', 'C', 'D', 'E', 'F'].get(seat as usize).copied().unwrap_or('A'));
        }));
        sketch.facts = Facts::AdvancePassenger(AdvancePassenger {
            booking_reference: None,
            seat: None,
            bags: Some(dice.below(3)),
        });
        if dice.percent(65) {
            self.expect(traveller, service, at);
        }
    }

    fn load_lorry(&mut self, lorry: &Thing, at: Timestamp) -> Option<()> {
        let Self { sketch, dice, lore, .. } = self;
        sketch.first = Some(sketch.write(|out| numbers::fill(dice, "GMR@#@@##@#@@", out)));
        let trailer = lore.fresh_plate(dice, lorry.nation);
        sketch.plate(dice, Role::Trailer, &trailer, lorry.nation.country);
        if dice.percent(20) {
            let container = lore.container(dice)?;
            sketch.note(lore, container.part, Traits::default(), at);
            sketch.container(dice, &container.number);
        }
        Some(())
    }

    fn new_container(&mut self) -> Option<Yarded> {
        const TERMINALS: [&str; 7] =
            ["GBFXT", "GBSOU", "GBLGP", "GBTIL", "GBIMM", "GBLIV", "GBGRG"];
        let Self { dice, lore, vessels, .. } = self;
        let mut vessel = dice.pick(vessels)?.clone();
        // Ships touch lists a good deal more seldom than boxes.
        if dice.share(lore.settings.hit_share / 4.0)
            && let Some((index, body)) = lore.any(dice, Class::Vessel)
            && let Some((thing, name)) = lore.planted_vessel(dice, index, body)
        {
            vessel = Vessel { thing, name, ..vessel };
        }
        let empty = dice.percent(20);
        Some(Yarded {
            container: lore.container(dice)?,
            vessel,
            place: dice.text(&TERMINALS),
            inbound: dice.percent(60),
            empty,
            mass_kg: if empty { 2_300 } else { dice.between(5_000, 30_000) },
            seal: text(|out| numbers::fill(dice, "@@#######", out)),
        })
    }

    /// Name and EORI of the trader: listed now and then.
    fn trader(&mut self, at: Timestamp) -> Option<(CompactString, CompactString)> {
        let Self { sketch, dice, lore, traders, .. } = self;
        if dice.share(lore.settings.hit_share)
            && let Some((index, Body::Trader { eori, firm })) = lore.any(dice, Class::Trader)
        {
            sketch.note(lore, listed(Class::Trader, index, Traits::NUMBER), Traits::default(), at);
            return Some((firm.name, eori));
        }
        let trader = dice.pick(traders)?;
        Some((trader.name.clone(), trader.eori.clone()))
    }

    /// The declaration's MRN: listed now and then.
    fn consignment(&mut self, at: Timestamp) -> CompactString {
        let Self { sketch, dice, lore, .. } = self;
        if dice.share(lore.settings.hit_share / 4.0)
            && let Some((index, Body::Consignment(mrn))) = lore.any(dice, Class::Consignment)
        {
            let part = listed(Class::Consignment, index, Traits::NUMBER);
            sketch.note(lore, part, Traits::default(), at);
            return mrn;
        }
        lore.fresh("mrn", || text(|out| numbers::mrn(dice, "GB", out)))
    }
}

fn set_service(sketch: &mut Sketch, service: &Service, control_point: &'static str) {
    let control_point = (!control_point.is_empty()).then_some(control_point);
    sketch.place = Place { locode: Some(service.place()), control_point };
    sketch.direction = direction(service.inbound);
    sketch.mode = if service.air { Mode::Air } else { Mode::Sea };
    sketch.journey = Journey {
        carrier: Some(service.carrier),
        number: None,
        origin: Some(service.origin),
        destination: Some(service.destination),
    };
    sketch.number = Some(sketch.write(|out| out.push_str(&service.number)));
}

fn state_vessel(sketch: &mut Sketch, vessel: &Vessel) {
    // Who misspells a ship's name knows no number of it.
    if !vessel.thing.number.is_empty() {
        sketch.state(Role::Conveyance, Identifier::imo(&vessel.thing.number), None);
    }
    if let Some(mmsi) = &vessel.thing.other {
        sketch.state(Role::Conveyance, Identifier::mmsi(mmsi), None);
    }
    sketch.vessel(&vessel.name, vessel.thing.nation.country);
}

const fn direction(inbound: bool) -> Direction {
    if inbound { Direction::Inbound } else { Direction::Outbound }
}

const fn ends(
    inbound: bool,
    home: &'static str,
    abroad: &'static str,
) -> (&'static str, &'static str) {
    if inbound { (abroad, home) } else { (home, abroad) }
}

/// An item between a quarter and four times the usual mass, at half to twice the usual value.
fn item(dice: &mut Dice) -> Option<Item<'static>> {
    let usual = dice.pick(&STOCK.commodities)?;
    let kilograms = usual.mass_kg.saturating_mul(dice.between(25, 400)) / 100;
    let net_mass_kg = f64::from(kilograms.max(1));
    let value = net_mass_kg * usual.value_per_kg * f64::from(dice.between(50, 200)) / 100.0;
    Some(Item {
        commodity: Some(usual.code),
        description: Some(usual.description),
        origin: dice.pick(&usual.origins).copied(),
        net_mass_kg: Some(net_mass_kg),
        gross_mass_kg: Some((net_mass_kg * 1.08).round()),
        packages: Some(dice.between(1, 120)),
        value: Some(value.round()),
        currency: Some(dice.text(&["GBP", "EUR", "USD"])),
    })
}
