//! The world behind the traffic: who is listed, by whom, and how the entries read.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use compact_str::CompactString;
use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::Settings;
use super::dice::Dice;
use super::listed::{Body, Class, Contact, Firm, Listed, Plan, Traits, Wanted, vessel_name};
use super::lists::{self, List};
use super::mistaken::{BEHIND_FIRM, BEHIND_SHIP, Mistakable, is_rare};
use super::people::{Naming, Style};
use super::traffic::Traffic;
use crate::domain::{
    Date, Entry, EntryId, EntryKey, Identifier, ListedName, Refusal, Sex, Subject, Timestamp,
};

/// The lists, and what every traffic must know of them. Cheap to clone; the same settings make the
/// same world on every machine.
#[derive(Clone)]
pub struct World {
    pub(super) lore: Arc<Lore>,
}

/// What is known of the lists.
pub(super) struct Lore {
    pub(super) settings: Settings,
    lists: Vec<List>,
    /// Keys of everything that could be met. Membership alone is asked, so that no order of a hash
    /// table reaches an output.
    taken: HashSet<u64, FixedState>,
    /// Who and what could be taken for somebody or something listed, where names that are alike are met.
    pub(super) mistakable: Mistakable,
    /// Subjects that were made again, since they shared an attribute with an earlier one.
    attempts: HashMap<u64, u64, FixedState>,
}

impl World {
    /// Makes the lists. Takes some two microseconds and two hundred bytes a subject, and more where names
    /// that are alike are met: entries are made when they are asked for.
    pub fn new(settings: Settings) -> Self {
        let mut lore = Lore {
            settings,
            lists: lists::all(),
            taken: HashSet::default(),
            mistakable: Mistakable::default(),
            attempts: HashMap::default(),
        };
        for class in Class::ALL {
            for index in 0..lore.count(class) {
                lore.settle(class, index);
            }
        }
        Self { lore: Arc::new(lore) }
    }

    /// Every entry of every list, in an order that never changes. No two subjects share an
    /// attribute that could be met; one subject may stand on two lists.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let lore = &*self.lore;
        Class::ALL
            .into_iter()
            .flat_map(|class| (0..lore.count(class)).map(move |index| (class, index)))
            .flat_map(|(class, index)| lore.entries_of(class, index))
    }

    /// Traffic over this border. Different seeds give different travellers and different event
    /// ids; the same seed gives the same events at the same instants.
    pub fn traffic(&self, seed: u64) -> Traffic {
        Traffic::new(Arc::clone(&self.lore), seed)
    }
}

impl Lore {
    /// How many subjects of this class are listed.
    pub(super) fn count(&self, class: Class) -> u32 {
        match class {
            Class::Person => self.settings.listed_people,
            Class::Document => self.settings.listed_documents,
            Class::Vehicle => self.settings.listed_vehicles,
            Class::Container => self.settings.listed_containers,
            Class::Trader => self.settings.listed_traders,
            Class::Vessel => self.settings.listed_vessels,
            Class::Contact => self.settings.listed_contacts,
            Class::Consignment => self.settings.listed_consignments,
        }
    }

    /// Whether an attribute belongs to somebody listed.
    pub(super) fn is_taken(&self, key: u64) -> bool {
        self.taken.contains(&key)
    }

    /// A firm that nobody can take for a listed one by its name; `None` where so many are listed that none
    /// was found.
    pub(super) fn firm(&self, dice: &mut Dice) -> Option<Firm> {
        let draw = || Firm::draw(dice);
        let drawn = std::iter::repeat_with(draw).take(DRAWN_MAX).flatten();
        drawn.into_iter().find(|firm| !self.mistakable.is_thing(&firm.name, BEHIND_FIRM))
    }

    /// The name of a ship that nobody can take for a listed one; where so many are listed that none was
    /// found, any.
    pub(super) fn ship(&self, dice: &mut Dice) -> CompactString {
        let mut name = vessel_name(dice);
        for _ in 0..DRAWN_MAX {
            if !self.mistakable.is_thing(&name, BEHIND_SHIP) {
                break;
            }
            name = vessel_name(dice);
        }
        name
    }

    /// Whether a listed firm or ship is told by a misspelt name beyond doubt: the longer the list, the
    /// more must speak for one of it.
    pub(super) fn tells_things(&self) -> bool {
        self.count(Class::Trader) + self.count(Class::Vessel) <= TOLD_MAX
    }

    /// The subject of this number.
    pub(super) fn listed(&self, class: Class, index: u32) -> Option<Listed> {
        let slot = slot(class, index);
        self.draw(class, slot, self.attempts.get(&slot).copied().unwrap_or_default())
    }

    /// The entries about a subject that are in force at `at`: those that an event which states these
    /// attributes must meet, and those that it may.
    pub(super) fn expect(
        &self,
        (class, index): (Class, u32),
        stated: Traits,
        at: Timestamp,
        (must, may): (&mut Vec<EntryKey>, &mut Vec<EntryKey>),
    ) {
        let Some(listed) = self.listed(class, index) else { return };
        for plan in &listed.plans {
            if plan.is_in_force(at) {
                let is_met = plan.holds.met_by(stated, self.settings.names_alike);
                let out = if is_met { &mut *must } else { &mut *may };
                out.extend(self.list(class, plan).and_then(|list| entry_key(list, class, index)));
            }
        }
    }

    /// The entries about a person in force at `at` that nobody can tell from a namesake, since they
    /// know no date; where names that are alike are met, any entry of a rare name.
    pub(super) fn expect_namesake(&self, index: u32, at: Timestamp, may: &mut Vec<EntryKey>) {
        let class = Class::Person;
        let Some(listed) = self.listed(class, index) else { return };
        let is_rare = self.settings.names_alike
            && matches!(&listed.body, Body::Person(wanted) if is_rare(wanted.person.name));
        let is_any = |plan: &&Plan| is_rare || !plan.holds.has(Traits::DATES);
        for plan in listed.plans.iter().filter(is_any).filter(|plan| plan.is_in_force(at)) {
            may.extend(self.list(class, plan).and_then(|list| entry_key(list, class, index)));
        }
    }

    fn draw(&self, class: Class, slot: u64, attempt: u64) -> Option<Listed> {
        let mut dice = Dice::new(self.settings.seed, slot << 16 | attempt);
        Listed::draw(&mut dice, class, self.settings.epoch)
    }

    /// Finds the first attempt at this subject that shares nothing with an earlier one.
    fn settle(&mut self, class: Class, index: u32) {
        let slot = slot(class, index);
        for attempt in 0..u64::from(u16::MAX) {
            let Some(listed) = self.draw(class, slot, attempt) else { return };
            let keys = listed.body.keys();
            let is_taken = keys.iter().any(|key| self.taken.contains(key));
            if is_taken || self.is_mistaken(&listed.body, attempt) {
                continue;
            }
            self.taken.extend(keys);
            if self.settings.names_alike {
                self.note_names(&listed);
            }
            if attempt > 0 {
                self.attempts.insert(slot, attempt);
            }
            return;
        }
    }

    /// Whether this subject could be taken for an earlier one. The longer the list the more are alike: of
    /// people not all can be kept apart.
    fn is_mistaken(&self, body: &Body, attempt: u64) -> bool {
        let Self { mistakable, .. } = self;
        if let Body::Person(wanted) = body {
            let is_sought = attempt < APART_TRIES && self.count(Class::Person) <= TOLD_MAX;
            let town = wanted.person.birthplace;
            let mut identities = wanted.identities();
            return is_sought
                && identities.any(|(name, birth)| {
                    mistakable.is_namesake(name) || mistakable.is_person(name, birth, town)
                });
        }
        thing(body)
            .is_some_and(|(name, behind, is_coined)| is_coined && mistakable.is_thing(name, behind))
    }

    fn note_names(&mut self, listed: &Listed) {
        if let Body::Person(wanted) = &listed.body {
            self.note_person(wanted, &listed.plans);
        }
        if let Some((name, behind, _)) = thing(&listed.body) {
            self.mistakable.add_thing(name, behind);
        }
    }

    fn note_person(&mut self, wanted: &Wanted, plans: &[Plan]) {
        let Wanted { person, alias, .. } = wanted;
        for (name, birth) in wanted.identities() {
            self.mistakable.add_person(name, birth);
        }
        for name in [person.name, *alias] {
            if plans.iter().any(|plan| !plan.holds.has(Traits::DATES)) {
                self.mistakable.add_undated(name);
            }
            if plans.iter().any(|plan| plan.holds.has(Traits::YEAR)) {
                self.mistakable.add_of_year(name, person.birth, person.birthplace);
            }
        }
    }

    fn list(&self, class: Class, plan: &Plan) -> Option<&List> {
        let of_class = || self.lists.iter().filter(|list| list.class == class);
        of_class().nth(plan.list as usize % of_class().count().max(1))
    }

    fn entries_of(&self, class: Class, index: u32) -> SmallVec<[Entry; 2]> {
        let Some(listed) = self.listed(class, index) else { return SmallVec::new() };
        let entry = |plan| self.entry(class, index, &listed.body, plan);
        listed.plans.iter().filter_map(entry).collect()
    }

    fn entry(&self, class: Class, index: u32, body: &Body, plan: &Plan) -> Option<Entry> {
        let list = self.list(class, plan)?;
        let handling = list.handlings.get(plan.handling as usize % list.handlings.len().max(1))?;
        let mut entry = Entry {
            key: entry_key(list, class, index)?,
            subject: subject(class),
            names: Box::default(),
            birth_dates: Box::default(),
            nationalities: Box::default(),
            sex: None,
            birth_places: Box::default(),
            identifiers: identifiers(body, plan.holds),
            valid_from: plan.from,
            valid_to: plan.to,
            narrative: Some(narrative(class).into()),
            handling: Arc::clone(handling),
        };
        match body {
            Body::Person(wanted) => describe(&mut entry, wanted, plan.holds),
            Body::Trader { firm, .. } => {
                entry.names = Box::new([whole(&firm.name)]);
                entry.nationalities = Box::new([firm.nation.country]);
            }
            Body::Vessel { name, flag, .. } => {
                entry.names = Box::new([whole(name)]);
                entry.nationalities = Box::new([flag.country]);
            }
            Body::Document(document) => {
                entry.nationalities = Box::new([document.issuer.country]);
            }
            Body::Vehicle { .. } | Body::Container(_) | Body::Contact(_) | Body::Consignment(_) => {
            }
        }
        Some(entry)
    }
}

/// How often the name of a firm or a ship is drawn.
const DRAWN_MAX: usize = 32;
/// With more people, or firms and ships, on the lists a letter amiss may be one too many.
const TOLD_MAX: u32 = 16_000;

/// How often a person is drawn anew who could be taken for an earlier one.
const APART_TRIES: u64 = 32;

/// The name of a firm or a ship, how many words at its end others have too, and whether it was coined.
fn thing(body: &Body) -> Option<(&str, usize, bool)> {
    match body {
        Body::Trader { firm, .. } => Some((&firm.name, BEHIND_FIRM, firm.is_coined)),
        Body::Vessel { name, .. } => Some((name, BEHIND_SHIP, true)),
        Body::Person(_)
        | Body::Document(_)
        | Body::Vehicle { .. }
        | Body::Container(_)
        | Body::Contact(_)
        | Body::Consignment(_) => None,
    }
}

/// A number for each subject of every class.
fn slot(class: Class, index: u32) -> u64 {
    (class as u64 + 1) << 32 | u64::from(index)
}

fn entry_key(list: &List, class: Class, index: u32) -> Option<EntryKey> {
    let letter = match class {
        Class::Person => 'P',
        Class::Document => 'D',
        Class::Vehicle => 'V',
        Class::Container => 'C',
        Class::Trader => 'T',
        Class::Vessel => 'S',
        Class::Contact => 'N',
        Class::Consignment => 'G',
    };
    let entry = EntryId::parse(&format!("{letter}{index:07}")).ok()?;
    Some(EntryKey { list: list.id.clone(), entry })
}

const fn subject(class: Class) -> Subject {
    match class {
        Class::Person => Subject::Person,
        Class::Document => Subject::Document,
        Class::Vehicle => Subject::Vehicle,
        Class::Container => Subject::Container,
        Class::Trader => Subject::Organisation,
        Class::Vessel => Subject::Vessel,
        Class::Contact => Subject::Contact,
        Class::Consignment => Subject::Consignment,
    }
}

const fn narrative(class: Class) -> &'static str {
    match class {
        Class::Person => "Invented person. Refer to the unit before any other step.",
        Class::Document => "Invented document, reported lost or stolen in blank.",
        Class::Vehicle => "Invented vehicle. Note occupants and load.",
        Class::Container => "Invented container. Check seals before moving.",
        Class::Trader => "Invented firm. No goods to be released.",
        Class::Vessel => "Invented vessel. Report berth and next port.",
        Class::Contact => "Invented contact, found in the papers of another case.",
        Class::Consignment => "Invented consignment. Hold until examined.",
    }
}

fn describe(entry: &mut Entry, wanted: &Wanted, holds: Traits) {
    let person = &wanted.person;
    let mut names = vec![named(person.name)];
    if holds.has(Traits::ALIAS) {
        // Who states a weak alias with the very birth date is met all the same.
        let weak = person.is_among(20, "has a weak alias");
        names.push(ListedName { weak, ..named(wanted.alias) });
    }
    entry.names = names.into();
    let mut births = Vec::new();
    if holds.has(Traits::BIRTH) {
        births.push(wanted.person.birth);
    }
    if holds.has(Traits::OTHER_BIRTH) {
        births.push(wanted.other_birth);
    }
    if holds.has(Traits::YEAR) {
        let year = wanted.person.birth.packed() / 10_000;
        births.extend(u16::try_from(year).ok().and_then(Date::year));
    }
    entry.birth_dates = births.into();
    entry.nationalities = Box::new([person.nation.country]);
    let sex = if person.female { Sex::Female } else { Sex::Male };
    entry.sex = person.is_among(70, "is listed with the sex").then_some(sex);
    if person.is_among(40, "is listed with the place of birth") {
        let place = format!("{}, {}", person.birthplace, person.nation.country.alpha3());
        entry.birth_places = Box::new([place.into()]);
    }
}

fn named(name: Naming) -> ListedName {
    let (mut surname, mut given) = (String::new(), String::new());
    name.surname(Style::AsBorn, &mut surname);
    name.given(Style::AsBorn, &mut given);
    ListedName { surname: surname.into(), given: given.into(), weak: false }
}

fn whole(name: &str) -> ListedName {
    ListedName { surname: name.into(), given: Box::default(), weak: false }
}

fn identifiers(body: &Body, holds: Traits) -> Box<[Identifier]> {
    let all: SmallVec<[(Traits, Result<Identifier, Refusal>); 4]> = match body {
        Body::Person(wanted) => {
            let (first, second) = (&wanted.person.document, &wanted.other_document);
            SmallVec::from_iter([
                (Traits::DOCUMENT, Identifier::document(&first.number, first.issuer.country)),
                (
                    Traits::OTHER_DOCUMENT,
                    Identifier::document(&second.number, second.issuer.country),
                ),
                (Traits::PHONE, Identifier::phone(&wanted.phone)),
                (Traits::EMAIL, Identifier::email(&wanted.email)),
            ])
        }
        Body::Document(document) => SmallVec::from_iter([(
            Traits::DOCUMENT,
            Identifier::document(&document.number, document.issuer.country),
        )]),
        Body::Vehicle { plate, nation, vin } => SmallVec::from_iter([
            (Traits::NUMBER, Identifier::plate(plate, nation.country)),
            (Traits::OTHER_NUMBER, Identifier::vin(vin)),
        ]),
        Body::Container(number) => {
            SmallVec::from_iter([(Traits::NUMBER, Identifier::container(number))])
        }
        Body::Trader { eori, .. } => {
            SmallVec::from_iter([(Traits::NUMBER, Identifier::eori(eori))])
        }
        Body::Vessel { imo, mmsi, .. } => SmallVec::from_iter([
            (Traits::NUMBER, Identifier::imo(imo)),
            (Traits::OTHER_NUMBER, Identifier::mmsi(mmsi)),
        ]),
        Body::Contact(Contact::Phone(number)) => {
            SmallVec::from_iter([(Traits::PHONE, Identifier::phone(number))])
        }
        Body::Contact(Contact::Email(address)) => {
            SmallVec::from_iter([(Traits::EMAIL, Identifier::email(address))])
        }
        Body::Consignment(mrn) => SmallVec::from_iter([(Traits::NUMBER, Identifier::mrn(mrn))]),
    };
    all.into_iter()
        .filter(|(attribute, _)| holds.has(*attribute))
        .filter_map(|(_, identifier)| identifier.ok())
        .collect()
}
