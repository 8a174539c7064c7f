//! Who and what appears: mostly unlisted, now and then a listed subject, now and then a near miss.

use compact_str::CompactString;

use super::dice::{Dice, key};
use super::listed::{Body, Class, Contact, Firm, Traits, Wanted, container_key, misspelt, text};
use super::numbers;
use super::people::{Document, Naming, Person, born, identity};
use super::stock::{Nation, STOCK};
use super::world::Lore;

/// How often somebody is drawn anew who could be taken for somebody listed. Where lists are so long that
/// everybody could, the last one stays.
const DRAWN_MAX: u32 = 16;
/// And how often only the birth.
const BIRTHS_MAX: u32 = 4;
/// How often the birth of somebody with the very name of somebody listed.
const NAMESAKES_MAX: u32 = 32;

/// A subject of the lists, under the attributes it shows.
#[derive(Clone, Copy)]
pub(super) struct Plant {
    pub(super) class: Class,
    pub(super) index: u32,
    pub(super) shows: Traits,
}

/// Whether somebody or something was planted.
#[derive(Clone, Copy)]
pub(super) enum Part {
    /// Has nothing to do with any list.
    Extra,
    /// Listed.
    Listed(Plant),
    /// Nearly listed: must not be met.
    Decoy,
    /// Bears the name of the person of this number, and is another.
    Namesake(u32),
}

/// A person on the way, under the identity shown.
#[derive(Clone)]
pub(super) struct Traveller {
    pub(super) person: Person,
    pub(super) contact: Option<Contact>,
    pub(super) part: Part,
}

/// A number that is no person's.
#[derive(Clone)]
pub(super) struct Thing {
    pub(super) number: CompactString,
    /// VIN or MMSI.
    pub(super) other: Option<CompactString>,
    pub(super) nation: &'static Nation,
    pub(super) part: Part,
}

impl Lore {
    /// A traveller; `classes` are the lists this event can touch.
    pub(super) fn traveller(&self, dice: &mut Dice, classes: &[Class]) -> Option<Traveller> {
        if dice.share(self.settings.hit_share) {
            let class = dice.pick(classes).copied()?;
            let planted = self.planted_traveller(dice, class);
            if planted.is_some() {
                return planted;
            }
        }
        if dice.share(self.settings.decoy_share) {
            let near = self.near_traveller(dice);
            if near.is_some() {
                return near;
            }
        }
        let contact = if dice.percent(15) { self.fresh_contact(dice) } else { None };
        Some(Traveller { person: self.fresh_person(dice)?, contact, part: Part::Extra })
    }

    /// Somebody who shares no name with birth date and no document with anybody listed.
    pub(super) fn fresh_person(&self, dice: &mut Dice) -> Option<Person> {
        Some(self.unlike(dice, Person::draw)?.0)
    }

    /// A relative of this person who shares nothing with anybody listed; somebody of another family where none
    /// was found whom nobody could mistake, as where both its surnames are listed.
    pub(super) fn fresh_relative(
        &self,
        dice: &mut Dice,
        of: &Person,
        child: bool,
    ) -> Option<Person> {
        let (relative, is_unlike) = self.unlike(dice, |dice| of.relative(dice, child))?;
        if is_unlike { Some(relative) } else { self.fresh_person(dice) }
    }

    /// Somebody drawn who shares no identity and no document with anybody listed; and whether nobody could
    /// take this one for somebody listed either.
    fn unlike(
        &self,
        dice: &mut Dice,
        mut draw: impl FnMut(&mut Dice) -> Option<Person>,
    ) -> Option<(Person, bool)> {
        let mut person = draw(dice)?;
        let mut is_unlike = self.clear(dice, &mut person)?;
        for _ in 0..DRAWN_MAX {
            if is_unlike {
                break;
            }
            person = draw(dice)?;
            is_unlike = self.clear(dice, &mut person)?;
        }
        person.document = self.fresh_document(dice, person.nation);
        Some((person, is_unlike))
    }

    /// A number in this country's shape that nobody listed has.
    pub(super) fn fresh_plate(&self, dice: &mut Dice, nation: &Nation) -> CompactString {
        loop {
            let plate = text(|out| numbers::fill(dice, nation.plate, out));
            if !self.is_taken(key("plate", &plate, nation.code)) {
                return plate;
            }
        }
    }

    /// A container number that is not listed.
    pub(super) fn fresh_container(&self, dice: &mut Dice) -> CompactString {
        loop {
            let number = text(|out| numbers::container(dice, out));
            if !self.is_taken(container_key(&number)) {
                return number;
            }
        }
    }

    /// A number of another kind, drawn until it is one that is not listed.
    pub(super) fn fresh(
        &self,
        kind: &str,
        mut draw: impl FnMut() -> CompactString,
    ) -> CompactString {
        loop {
            let number = draw();
            if !self.is_taken(key(kind, &number, "")) {
                return number;
            }
        }
    }

    /// A vehicle.
    pub(super) fn vehicle(&self, dice: &mut Dice) -> Option<Thing> {
        if dice.share(self.settings.hit_share)
            && let Some((index, Body::Vehicle { plate, nation, vin })) =
                self.any(dice, Class::Vehicle)
        {
            return Some(self.planted_vehicle(dice, index, plate, nation, vin));
        }
        if dice.share(self.settings.decoy_share)
            && let Some((_, Body::Vehicle { plate, nation, .. })) = self.any(dice, Class::Vehicle)
            && let Some(near) = self.near_vehicle(dice, &plate, nation)
        {
            return Some(near);
        }
        let nation = STOCK.nation(dice)?;
        let vin = self.maybe_vin(dice);
        let number = self.fresh_plate(dice, nation);
        Some(Thing { number, other: vin, nation, part: Part::Extra })
    }

    /// A container.
    pub(super) fn container(&self, dice: &mut Dice) -> Option<Thing> {
        let nation = STOCK.home()?;
        let thing = |number, part| Some(Thing { number, other: None, nation, part });
        if dice.share(self.settings.hit_share)
            && let Some((index, Body::Container(number))) = self.any(dice, Class::Container)
        {
            return thing(number, listed(Class::Container, index, Traits::NUMBER));
        }
        if dice.share(self.settings.decoy_share)
            && let Some((_, Body::Container(number))) = self.any(dice, Class::Container)
            && let Some(number) = self.near_container(&number)
        {
            return thing(number, Part::Decoy);
        }
        thing(self.fresh_container(dice), Part::Extra)
    }

    /// A listed subject of this class; `None` when there is none.
    pub(super) fn any(&self, dice: &mut Dice, class: Class) -> Option<(u32, Body)> {
        let count = self.count(class);
        if count == 0 {
            return None;
        }
        let index = dice.below(count);
        Some((index, self.listed(class, index)?.body))
    }

    /// Draws the birth anew until nobody listed has it with this name; says whether nobody listed can be
    /// meant.
    fn clear(&self, dice: &mut Dice, person: &mut Person) -> Option<bool> {
        let Self { mistakable, .. } = self;
        let may_be_meant = |who: &Person| mistakable.is_person(who.name, who.birth, who.birthplace);
        let is_namesake = mistakable.is_namesake(person.name);
        // No birth is of use to a namesake.
        let births_max = if is_namesake { 0 } else { BIRTHS_MAX };
        let mut redrawn = 0;
        while self.is_taken(person.key()) || (redrawn < births_max && may_be_meant(person)) {
            let age = dice.between(1, 80);
            person.birth = born(dice, age)?;
            redrawn += 1;
        }
        Some(!is_namesake && !may_be_meant(person))
    }

    fn fresh_document(&self, dice: &mut Dice, issuer: &'static Nation) -> Document {
        loop {
            let document = Document::draw(dice, issuer);
            if !self.is_taken(document.key()) {
                return document;
            }
        }
    }

    fn fresh_contact(&self, dice: &mut Dice) -> Option<Contact> {
        loop {
            let contact = Contact::draw(dice)?;
            if !self.is_taken(contact.key()) {
                return Some(contact);
            }
        }
    }

    fn maybe_vin(&self, dice: &mut Dice) -> Option<CompactString> {
        dice.percent(25).then(|| self.fresh("vin", || text(|out| numbers::vin(dice, out))))
    }

    fn planted_traveller(&self, dice: &mut Dice, class: Class) -> Option<Traveller> {
        let (index, body) = self.any(dice, class)?;
        match body {
            Body::Person(wanted) => self.disguise(dice, index, &wanted),
            Body::Document(document) => {
                let person = Person { document, ..self.fresh_person(dice)? };
                let part = listed(Class::Document, index, Traits::DOCUMENT);
                Some(Traveller { person, contact: None, part })
            }
            Body::Contact(contact) => {
                let part = listed(Class::Contact, index, shown(&contact));
                let person = self.fresh_person(dice)?;
                Some(Traveller { person, contact: Some(contact), part })
            }
            Body::Vehicle { .. }
            | Body::Container(_)
            | Body::Trader { .. }
            | Body::Vessel { .. }
            | Body::Consignment(_) => None,
        }
    }

    /// A firm abroad, of which nobody states a number: a listed one misspelt now and then.
    pub(super) fn partner(&self, dice: &mut Dice) -> Option<(Part, Firm)> {
        if dice.share(self.settings.hit_share)
            && let Some((index, Body::Trader { firm, .. })) = self.any(dice, Class::Trader)
            && firm.is_coined
            && let Some(name) = misspelt(&firm.name)
        {
            return Some((self.misspelt(Class::Trader, index), Firm { name, ..firm }));
        }
        Some((Part::Extra, self.firm(dice)?))
    }

    /// A listed vessel with its numbers, or misspelt and without.
    pub(super) fn planted_vessel(
        &self,
        dice: &mut Dice,
        index: u32,
        body: Body,
    ) -> Option<(Thing, CompactString)> {
        let Body::Vessel { imo, mmsi, name, flag } = body else { return None };
        let misspelt = if dice.percent(40) { misspelt(&name) } else { None };
        if let Some(name) = misspelt {
            let part = self.misspelt(Class::Vessel, index);
            let number = CompactString::default();
            return Some((Thing { number, other: None, nation: flag, part }, name));
        }
        let part = listed(Class::Vessel, index, Traits::NUMBER.and(Traits::OTHER_NUMBER));
        Some((Thing { number: imo, other: Some(mmsi), nation: flag, part }, name))
    }

    /// The part of a listed firm or vessel whose name is misspelt.
    fn misspelt(&self, class: Class, index: u32) -> Part {
        let is_told = self.tells_things();
        listed(class, index, if is_told { Traits::THING } else { Traits::default() })
    }

    /// A listed person under a true, a half true or a false identity.
    fn disguise(&self, dice: &mut Dice, index: u32, wanted: &Wanted) -> Option<Traveller> {
        let mut person = wanted.person.clone();
        let mut shows = Traits::NAME.and(Traits::BIRTH).and(Traits::DOCUMENT);
        match dice.below(100) {
            0..45 => {}
            45..55 => {
                if let Some(misspelt) = person.name.misspelt() {
                    person.name = misspelt;
                    shows = Traits::MISSPELT.and(Traits::BIRTH);
                    person.document = self.fresh_document(dice, person.nation);
                }
            }
            55..70 => {
                person.document = self.fresh_document(dice, person.nation);
                shows = shows.without(Traits::DOCUMENT);
            }
            70..80 => {
                person.name = wanted.alias;
                shows = Traits::ALIAS.and(Traits::BIRTH).and(Traits::DOCUMENT);
            }
            80..88 => {
                let document = person.document;
                person = Person { document, ..self.fresh_person(dice)? };
                shows = Traits::DOCUMENT;
            }
            88..94 => {
                person.birth = wanted.other_birth;
                person.document = wanted.other_document.clone();
                shows = Traits::NAME.and(Traits::OTHER_BIRTH).and(Traits::OTHER_DOCUMENT);
            }
            _ => {
                person.name = wanted.alias;
                person.birth = wanted.other_birth;
                person.document = self.fresh_document(dice, person.nation);
                shows = Traits::ALIAS.and(Traits::OTHER_BIRTH);
            }
        }
        let contact = match dice.below(10) {
            0 => Some(Contact::Phone(wanted.phone.clone())),
            1 => Some(Contact::Email(wanted.email.clone())),
            _ => None,
        };
        if let Some(contact) = &contact {
            shows = shows.and(shown(contact));
        }
        Some(Traveller { person, contact, part: listed(Class::Person, index, shows) })
    }

    /// Somebody who could be mistaken for a listed person by a careless comparison.
    fn near_traveller(&self, dice: &mut Dice) -> Option<Traveller> {
        let (index, body) = self.any(dice, Class::Person)?;
        let Body::Person(wanted) = body else { return None };
        let fresh = self.fresh_person(dice)?;
        let (listed, way) = (&wanted.person, dice.below(4));
        let person = match way {
            // The same name, born in quite another year.
            0 => {
                let mut person = Person { name: listed.name, female: listed.female, ..fresh };
                let mut redrawn = 0;
                while self.mistakable.is_near(person.name, person.birth) {
                    redrawn += 1;
                    if redrawn > NAMESAKES_MAX {
                        return None;
                    }
                    let age = dice.between(1, 80);
                    person.birth = born(dice, age)?;
                }
                person
            }
            // The same number, issued by another state.
            1 => {
                let number = listed.document.number.clone();
                Person { document: Document { number, issuer: STOCK.nation(dice)? }, ..fresh }
            }
            // The same day of birth and surname, another given name.
            2 => {
                let name = Naming::draw(dice, listed.nation, listed.female)?;
                if name.shares_given(listed.name) || name.shares_given(wanted.alias) {
                    return None;
                }
                Person { name: name.of_family(listed.name), birth: listed.birth, ..fresh }
            }
            // Two characters of the number changed places.
            _ => {
                let mut number = String::new();
                if !numbers::swap_neighbours(&listed.document.number, &mut number) {
                    return None;
                }
                let issuer = listed.document.issuer;
                Person { document: Document { number: number.into(), issuer }, ..fresh }
            }
        };
        let met = self.is_taken(person.document.key())
            || self.is_taken(identity(person.name, person.birth));
        let part = if way == 0 { Part::Namesake(index) } else { Part::Decoy };
        (!met).then_some(Traveller { person, contact: None, part })
    }

    fn planted_vehicle(
        &self,
        dice: &mut Dice,
        index: u32,
        plate: CompactString,
        nation: &'static Nation,
        vin: CompactString,
    ) -> Thing {
        let (number, other, shows) = match dice.below(10) {
            0..7 => (plate, self.maybe_vin(dice), Traits::NUMBER),
            7..9 => (plate, Some(vin), Traits::NUMBER.and(Traits::OTHER_NUMBER)),
            // False plates on a listed vehicle.
            _ => (self.fresh_plate(dice, nation), Some(vin), Traits::OTHER_NUMBER),
        };
        Thing { number, other, nation, part: listed(Class::Vehicle, index, shows) }
    }

    fn near_vehicle(&self, dice: &mut Dice, plate: &str, nation: &'static Nation) -> Option<Thing> {
        let mut number = String::new();
        let nation = if dice.percent(50) {
            number.push_str(plate);
            STOCK.nation(dice)?
        } else {
            numbers::swap_neighbours(plate, &mut number);
            nation
        };
        let met = self.is_taken(key("plate", &number, nation.code));
        let number = CompactString::from(number);
        (!met).then_some(Thing { number, other: None, nation, part: Part::Decoy })
    }

    /// The same owner code, the next serial number and its right check digit.
    fn near_container(&self, number: &str) -> Option<CompactString> {
        let serial = number.get(4..10)?.parse::<u32>().ok()?;
        let mut near = format!("{}{:06}", number.get(..4)?, (serial + 1) % 1_000_000);
        near.push(numbers::container_check(&near));
        (!self.is_taken(container_key(&near))).then(|| near.into())
    }
}

/// The part of a listed subject.
pub(super) const fn listed(class: Class, index: u32, shows: Traits) -> Part {
    Part::Listed(Plant { class, index, shows })
}

const fn shown(contact: &Contact) -> Traits {
    match contact {
        Contact::Phone(_) => Traits::PHONE,
        Contact::Email(_) => Traits::EMAIL,
    }
}
