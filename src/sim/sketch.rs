//! An event in the making: texts in one buffer that is used again, and the event that borrows it.

use smallvec::SmallVec;

use super::casting::{Part, Traveller};
use super::dice::Dice;
use super::listed::{Class, Contact, Traits};
use super::people::{Person, Style};
use super::traffic::Planned;
use super::world::Lore;
use crate::domain::{
    AdvancePassenger, AgencyId, ContainerMove, Country, Date, Declaration, Direction, EntryKey,
    Event, EventId, Facts, Identifier, Journey, Mode, Name, Party, Place, Refusal, Revision, Role,
    Sex, Stated, Subject, Timestamp, VehicleMovement,
};

/// A stretch of the text buffer.
#[derive(Clone, Copy, Default)]
pub(super) struct Span {
    from: usize,
    to: usize,
}

/// The event in the making.
pub(super) struct Sketch {
    text: String,
    parties: Vec<SketchedParty>,
    identifiers: SmallVec<[Stated; 4]>,
    expected: Vec<EntryKey>,
    possible: Vec<EntryKey>,
    decoy: bool,
    pub(super) id: Span,
    pub(super) system: &'static str,
    pub(super) place: Place<'static>,
    pub(super) direction: Direction,
    pub(super) mode: Mode,
    pub(super) journey: Journey<'static>,
    /// The carrier, where no table has it.
    pub(super) carrier: Option<Span>,
    /// Number of the service.
    pub(super) number: Option<Span>,
    pub(super) facts: Facts<'static>,
    /// The first text of the facts that is not from a table: booking, goods movement reference,
    /// local reference, seal.
    pub(super) first: Option<Span>,
    /// The second: seat, consignment reference, another seal.
    pub(super) second: Option<Span>,
}

struct SketchedParty {
    role: Role,
    subject: Subject,
    surname: Span,
    given: Span,
    birth_date: Option<Date>,
    sex: Option<Sex>,
    nationality: Option<Country>,
    birth_place: Option<Span>,
}

impl Sketch {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self {
            text: String::with_capacity(1_024),
            parties: Vec::new(),
            identifiers: SmallVec::new(),
            expected: Vec::new(),
            possible: Vec::new(),
            decoy: false,
            id: Span::default(),
            system: "",
            place: Place { locode: None, control_point: None },
            direction: Direction::Unknown,
            mode: Mode::Other,
            journey: Journey { carrier: None, number: None, origin: None, destination: None },
            carrier: None,
            number: None,
            facts: Facts::Crossing(Default::default()),
            first: None,
            second: None,
        }
    }

    /// Forgets the last event and keeps its buffers.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.parties.clear();
        self.identifiers.clear();
        self.expected.clear();
        self.possible.clear();
        self.decoy = false;
        self.carrier = None;
        self.number = None;
        self.first = None;
        self.second = None;
    }

    /// Writes a text into the buffer.
    pub(super) fn write(&mut self, write: impl FnOnce(&mut String)) -> Span {
        let from = self.text.len();
        write(&mut self.text);
        Span { from, to: self.text.len() }
    }

    /// Notes what somebody or something that appears must raise.
    pub(super) fn note(&mut self, lore: &Lore, part: Part, hidden: Traits, at: Timestamp) {
        match part {
            Part::Extra => {}
            Part::Decoy => self.decoy = true,
            Part::Namesake(index) => {
                self.decoy = true;
                lore.expect_namesake(index, at, &mut self.possible);
            }
            Part::Listed(plant) => {
                let before = self.expected.len();
                let shows = plant.shows.without(hidden);
                let out = (&mut self.expected, &mut self.possible);
                lore.expect((plant.class, plant.index), shows, at, out);
                self.decoy |= before == self.expected.len();
            }
        }
    }

    /// States a person with the document carried; a contact when there is one and `contacts`.
    pub(super) fn person(
        &mut self,
        lore: &Lore,
        dice: &mut Dice,
        role: Role,
        traveller: &Traveller,
        contacts: bool,
        at: Timestamp,
    ) {
        let person = &traveller.person;
        let style = Style::draw(dice);
        let surname = self.write(|out| person.name.surname(style, out));
        let given = self.write(|out| person.name.given(style, out));
        let birth_place = self.birth_place(person);
        self.parties.push(SketchedParty {
            role,
            subject: Subject::Person,
            surname,
            given,
            birth_date: Some(person.birth),
            sex: Some(if person.female { Sex::Female } else { Sex::Male }),
            nationality: Some(person.nation.country),
            birth_place,
        });
        let number = &person.document.number;
        let issuer = person.document.issuer.country;
        let plain = Identifier::document(number, issuer);
        let stated = if dice.percent(5) {
            Identifier::document(&number.to_ascii_lowercase(), issuer).or(plain)
        } else {
            plain
        };
        self.state(role, stated, Date::from_epoch_days(person.expires));
        let hidden = if contacts { Traits::default() } else { Traits::PHONE.and(Traits::EMAIL) };
        if contacts && let Some(contact) = &traveller.contact {
            let stated = match contact {
                Contact::Phone(number) => Identifier::phone(number),
                Contact::Email(address) => Identifier::email(address),
            };
            self.state(Role::Contact, stated, None);
        }
        self.note(lore, traveller.part, hidden, at);
    }

    /// The place of birth as printed, where it is stated: about every other document has a town, with or
    /// without its country.
    fn birth_place(&mut self, person: &Person) -> Option<Span> {
        let is_stated = person.is_among(50, "states a place of birth");
        let with_country = person.is_among(50, "prints the country of birth");
        is_stated.then(|| {
            self.write(|out| {
                out.extend(person.birthplace.chars().flat_map(char::to_uppercase));
                if with_country {
                    out.push('/');
                    out.push_str(person.nation.country.alpha3());
                }
            })
        })
    }

    /// States an organisation.
    pub(super) fn organisation(&mut self, role: Role, name: &str, nationality: Option<Country>) {
        self.thing((role, Subject::Organisation), name, nationality);
    }

    /// States the name of the vessel that carries the goods.
    pub(super) fn vessel(&mut self, name: &str, flag: Country) {
        self.thing((Role::Conveyance, Subject::Vessel), name, Some(flag));
    }

    fn thing(
        &mut self,
        (role, subject): (Role, Subject),
        name: &str,
        nationality: Option<Country>,
    ) {
        let surname = self.write(|out| out.push_str(name));
        self.parties.push(SketchedParty {
            role,
            subject,
            surname,
            given: Span::default(),
            birth_date: None,
            sex: None,
            nationality,
            birth_place: None,
        });
    }

    /// States an identifier; one that could not be made is left out.
    pub(super) fn state(
        &mut self,
        role: Role,
        identifier: Result<Identifier, Refusal>,
        expires: Option<Date>,
    ) {
        if let Ok(identifier) = identifier {
            self.identifiers.push(Stated { role, identifier, expires });
        }
    }

    /// States a plate, now and then in small letters or with a space.
    pub(super) fn plate(&mut self, dice: &mut Dice, role: Role, number: &str, country: Country) {
        let careless = match dice.below(10) {
            0 => number.to_ascii_lowercase(),
            1 | 2 => spaced(number, number.len() / 2),
            _ => number.to_owned(),
        };
        let stated = Identifier::plate(&careless, country);
        self.state(role, stated.or_else(|_| Identifier::plate(number, country)), None);
    }

    /// States a container number, now and then with spaces, in small letters or with a check
    /// digit misread.
    pub(super) fn container(&mut self, dice: &mut Dice, number: &str) {
        let careless = match dice.below(40) {
            0 | 1 => number.to_ascii_lowercase(),
            2..6 => spaced(number, 4),
            6 => misread(number),
            _ => number.to_owned(),
        };
        let stated = Identifier::container(&careless);
        self.state(Role::Container, stated.or_else(|_| Identifier::container(number)), None);
    }

    /// The finished event, borrowed from the buffers; `None` when its id is no id.
    pub(super) fn finish(&mut self, agency: AgencyId, at: Timestamp) -> Option<Planned<'_>> {
        self.expected.sort_unstable();
        self.expected.dedup();
        self.possible.retain(|entry| self.expected.binary_search(entry).is_err());
        self.possible.sort_unstable();
        self.possible.dedup();
        let identifiers = std::mem::take(&mut self.identifiers);
        let facts: Facts<'static> =
            std::mem::replace(&mut self.facts, Facts::Crossing(Default::default()));
        let sketch = &*self;
        let event = Event {
            id: EventId::parse(sketch.read(sketch.id)).ok()?,
            agency,
            system: Some(sketch.system),
            revision: Revision::New,
            occurred_at: at,
            place: sketch.place,
            direction: sketch.direction,
            mode: sketch.mode,
            journey: Journey {
                carrier: sketch.carrier.map(|span| sketch.read(span)).or(sketch.journey.carrier),
                number: sketch.number.map(|span| sketch.read(span)),
                ..sketch.journey
            },
            parties: sketch.parties.iter().map(|party| sketch.party(party)).collect(),
            identifiers,
            facts: sketch.complete(facts),
            defects: SmallVec::new(),
        };
        let decoy = sketch.decoy && sketch.expected.is_empty();
        Some(Planned { event, expected: &sketch.expected, possible: &sketch.possible, decoy })
    }

    /// Puts the texts of this event beside the facts that came from tables.
    fn complete(&self, facts: Facts<'static>) -> Facts<'_> {
        let first = self.first.map(|span| self.read(span));
        let second = self.second.map(|span| self.read(span));
        match facts {
            Facts::Crossing(crossing) => Facts::Crossing(crossing),
            Facts::AdvancePassenger(passenger) => Facts::AdvancePassenger(AdvancePassenger {
                booking_reference: first,
                seat: second,
                ..passenger
            }),
            Facts::VehicleMovement(movement) => Facts::VehicleMovement(VehicleMovement {
                goods_movement_reference: first,
                ..movement
            }),
            // Small vectors are invariant: what holds one is made anew.
            Facts::ContainerMove(container) => Facts::ContainerMove(ContainerMove {
                activity: container.activity,
                size_type: container.size_type,
                seals: first.into_iter().chain(second).collect(),
                empty: container.empty,
                gross_mass_kg: container.gross_mass_kg,
            }),
            Facts::Declaration(declaration) => {
                let mut items = SmallVec::new();
                for item in declaration.items {
                    items.push(item);
                }
                Facts::Declaration(Declaration {
                    declaration_type: declaration.declaration_type,
                    local_reference: first,
                    consignment_reference: second,
                    dispatch: declaration.dispatch,
                    destination: declaration.destination,
                    items,
                })
            }
            Facts::CashDeclaration(cash) => Facts::CashDeclaration(cash),
        }
    }

    fn party(&self, party: &SketchedParty) -> Party<'_> {
        let name = Name { surname: self.read(party.surname), given: self.read(party.given) };
        Party {
            role: party.role,
            subject: party.subject,
            names: SmallVec::from_iter([name]),
            birth_date: party.birth_date,
            sex: party.sex,
            nationality: party.nationality,
            birth_place: party.birth_place.map(|span| self.read(span)),
        }
    }

    fn read(&self, span: Span) -> &str {
        self.text.get(span.from..span.to).unwrap_or_default()
    }
}

/// What a traveller may be listed as.
pub(super) const TRAVELLERS: &[Class] =
    &[Class::Person, Class::Person, Class::Person, Class::Person, Class::Person, Class::Document];

/// The same, where a contact is stated too.
pub(super) const PASSENGERS: &[Class] = &[
    Class::Person,
    Class::Person,
    Class::Person,
    Class::Person,
    Class::Person,
    Class::Document,
    Class::Contact,
];

fn spaced(number: &str, at: usize) -> String {
    let mut out = String::with_capacity(number.len() + 1);
    for (place, letter) in number.chars().enumerate() {
        if place == at {
            out.push(' ');
        }
        out.push(letter);
    }
    out
}

/// The last digit read as the next one.
fn misread(number: &str) -> String {
    let mut out = number.to_owned();
    let digit = out.pop().and_then(|last| last.to_digit(10)).unwrap_or_default();
    out.extend(char::from_digit((digit + 1) % 10, 10));
    out
}
