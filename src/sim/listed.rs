//! The subjects of the lists, each made anew from its number whenever it is needed.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::corpus::coin;
use super::dice::{Dice, key};
use super::numbers;
use super::people::{Document, Naming, Person, born, exchange, identity};
use super::stock::{Nation, STOCK};
use crate::domain::{Date, Timestamp};

/// What sort of subject is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Person,
    Document,
    Vehicle,
    Container,
    Trader,
    Vessel,
    Contact,
    Consignment,
}

impl Class {
    pub(super) const ALL: [Self; 8] = [
        Self::Person,
        Self::Document,
        Self::Vehicle,
        Self::Container,
        Self::Trader,
        Self::Vessel,
        Self::Contact,
        Self::Consignment,
    ];
}

/// Which attributes an entry holds, or an event states, of one subject.
///
/// The truth is reckoned from these marks alone: no name and no number is compared.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Traits(u16);

impl Traits {
    pub(super) const NAME: Self = Self(1);
    pub(super) const ALIAS: Self = Self(2);
    pub(super) const BIRTH: Self = Self(4);
    pub(super) const OTHER_BIRTH: Self = Self(8);
    /// The year of birth alone: supports, never matches.
    pub(super) const YEAR: Self = Self(16);
    pub(super) const DOCUMENT: Self = Self(32);
    pub(super) const OTHER_DOCUMENT: Self = Self(64);
    pub(super) const PHONE: Self = Self(128);
    pub(super) const EMAIL: Self = Self(256);
    /// Plate, container, EORI, IMO or MRN: the number of a subject that is no person.
    pub(super) const NUMBER: Self = Self(512);
    /// VIN or MMSI.
    pub(super) const OTHER_NUMBER: Self = Self(1024);
    /// The name with two letters exchanged: for those who meet names that are alike.
    pub(super) const MISSPELT: Self = Self(2048);

    /// The name of a firm or a vessel, and its country, so that a name like it is met.
    pub(super) const THING: Self = Self(4096);

    const EXACT: Self = Self(32 | 64 | 128 | 256 | 512 | 1024);
    const NAMES: Self = Self(1 | 2);
    const BIRTHS: Self = Self(4 | 8);
    /// All that tells when somebody was born.
    pub(super) const DATES: Self = Self(4 | 8 | 16);

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether an entry that holds these is met by an event that states those; by those who meet
    /// equal names alone, or by those who meet names that are `alike`.
    pub(super) const fn met_by(self, stated: Self, alike: bool) -> bool {
        let common = Self(self.0 & stated.0);
        let misspelt = alike && stated.has(Self::MISSPELT) && self.has(Self::NAME);
        common.has(Self::EXACT)
            || ((common.has(Self::NAMES) || misspelt) && common.has(Self::BIRTHS))
            || (alike && common.has(Self::THING))
    }
}

/// One subject of the lists.
pub(super) struct Listed {
    pub(super) body: Body,
    pub(super) plans: SmallVec<[Plan; 2]>,
}

/// An entry to be written about a subject.
pub(super) struct Plan {
    /// Index in the table of lists, from the first list of the class.
    pub(super) list: u32,
    /// Draws one of the list's kinds of handling.
    pub(super) handling: u32,
    pub(super) holds: Traits,
    pub(super) from: Option<Timestamp>,
    pub(super) to: Option<Timestamp>,
}

impl Plan {
    /// Whether the entry is in force at this instant.
    pub(super) fn is_in_force(&self, at: Timestamp) -> bool {
        let begun = self.from.is_none_or(|from| from.micros() <= at.micros());
        begun && self.to.is_none_or(|to| at.micros() < to.micros())
    }
}

/// The subject itself.
pub(super) enum Body {
    Person(Box<Wanted>),
    Document(Document),
    Vehicle { plate: CompactString, nation: &'static Nation, vin: CompactString },
    Container(CompactString),
    Trader { eori: CompactString, firm: Firm },
    Vessel { imo: CompactString, mmsi: CompactString, name: CompactString, flag: &'static Nation },
    Contact(Contact),
    Consignment(CompactString),
}

/// A firm by its name.
#[derive(Clone)]
pub(super) struct Firm {
    pub(super) name: CompactString,
    /// Where it is established.
    pub(super) nation: &'static Nation,
    /// Whether its own words are coined: no other firm is called nearly so.
    pub(super) is_coined: bool,
}

/// A telephone number or an e-mail address.
#[derive(Clone)]
pub(super) enum Contact {
    Phone(CompactString),
    Email(CompactString),
}

/// A listed person with everything any entry may hold about them.
pub(super) struct Wanted {
    pub(super) person: Person,
    pub(super) alias: Naming,
    pub(super) other_birth: Date,
    pub(super) other_document: Document,
    pub(super) phone: CompactString,
    pub(super) email: CompactString,
}

impl Listed {
    /// The subject of this class that these dice make.
    pub(super) fn draw(dice: &mut Dice, class: Class, epoch: Timestamp) -> Option<Self> {
        let body = Body::draw(dice, class)?;
        let mut plans = SmallVec::new();
        plans.push(plan(dice, class, epoch));
        if class == Class::Person && dice.percent(8) {
            let mut second = plan(dice, class, epoch);
            second.list = plans.first().map_or(0, |first: &Plan| first.list + 1);
            plans.push(second);
        }
        Some(Self { body, plans })
    }
}

impl Body {
    fn draw(dice: &mut Dice, class: Class) -> Option<Self> {
        Some(match class {
            Class::Person => Self::Person(Box::new(Wanted::draw(dice)?)),
            Class::Document => {
                let issuer = STOCK.nation(dice)?;
                Self::Document(Document::draw(dice, issuer))
            }
            Class::Vehicle => {
                let nation = STOCK.nation(dice)?;
                let plate = text(|out| numbers::fill(dice, nation.plate, out));
                Self::Vehicle { plate, nation, vin: text(|out| numbers::vin(dice, out)) }
            }
            Class::Container => Self::Container(text(|out| numbers::container(dice, out))),
            Class::Trader => Self::Trader { eori: eori(dice), firm: Firm::draw(dice)? },
            Class::Vessel => Self::Vessel {
                imo: text(|out| numbers::imo(dice, out)),
                mmsi: text(|out| numbers::mmsi(dice, out)),
                name: vessel_name(dice),
                flag: STOCK.nation(dice)?,
            },
            Class::Contact => Self::Contact(Contact::draw(dice)?),
            Class::Consignment => Self::Consignment(text(|out| numbers::mrn(dice, "GB", out))),
        })
    }

    /// A key for everything that could be met: nobody else may carry one of these.
    pub(super) fn keys(&self) -> SmallVec<[u64; 8]> {
        let mut keys = SmallVec::new();
        match self {
            Self::Person(wanted) => wanted.keys(&mut keys),
            Self::Document(document) => keys.push(document.key()),
            Self::Vehicle { plate, nation, vin } => {
                keys.push(key("plate", plate, nation.code));
                keys.push(key("vin", vin, ""));
            }
            Self::Container(number) => keys.push(container_key(number)),
            Self::Trader { eori, .. } => keys.push(key("eori", eori, "")),
            Self::Vessel { imo, mmsi, .. } => {
                keys.push(key("imo", imo, ""));
                keys.push(key("mmsi", mmsi, ""));
            }
            Self::Contact(contact) => keys.push(contact.key()),
            Self::Consignment(mrn) => keys.push(key("mrn", mrn, "")),
        }
        keys
    }
}

impl Wanted {
    fn draw(dice: &mut Dice) -> Option<Self> {
        let person = Person::draw(dice)?;
        let (second, third) = (STOCK.nation(dice)?, STOCK.nation(dice)?);
        let alias = Naming::draw(dice, second, person.female)?;
        let age = dice.between(18, 70);
        Some(Self {
            alias,
            other_birth: born(dice, age)?,
            other_document: Document::draw(dice, third),
            phone: phone(dice, person.nation),
            email: email(dice)?,
            person,
        })
    }

    fn keys(&self, keys: &mut SmallVec<[u64; 8]>) {
        keys.push(self.person.document.key());
        keys.push(self.other_document.key());
        keys.extend(self.identities().map(|(name, birth)| identity(name, birth)));
        keys.push(key("phone", &self.phone, ""));
        keys.push(key("email", &self.email, ""));
    }
}

impl Wanted {
    /// Each name with each date of birth.
    pub(super) fn identities(&self) -> impl Iterator<Item = (Naming, Date)> {
        let births = [self.person.birth, self.other_birth];
        let names = [self.person.name, self.alias].into_iter();
        names.flat_map(move |name| births.map(|birth| (name, birth)))
    }
}

impl Contact {
    /// A telephone number or an e-mail address of somebody.
    pub(super) fn draw(dice: &mut Dice) -> Option<Self> {
        if dice.percent(50) {
            return Some(Self::Email(email(dice)?));
        }
        let nation = STOCK.nation(dice)?;
        Some(Self::Phone(phone(dice, nation)))
    }

    pub(super) fn key(&self) -> u64 {
        match self {
            Self::Phone(number) => key("phone", number, ""),
            Self::Email(address) => key("email", address, ""),
        }
    }
}

/// A container is known by its first ten characters: the check digit adds nothing.
pub(super) fn container_key(number: &str) -> u64 {
    key("container", number.get(..10).unwrap_or(number), "")
}

/// An economic operator's number in the form of the United Kingdom: GB and twelve digits.
pub(super) fn eori(dice: &mut Dice) -> CompactString {
    text(|out| numbers::fill(dice, "GB############", out))
}

impl Firm {
    /// A firm that does not exist.
    pub(super) fn draw(dice: &mut Dice) -> Option<Self> {
        const TRADES: [&str; 12] = [
            "Trading",
            "Imports",
            "Logistics",
            "Foods",
            "Textiles",
            "Components",
            "Freight",
            "Chemicals",
            "Machinery",
            "Wholesale",
            "Fashion",
            "Timber",
        ];
        const FORMS: [&str; 6] = ["Ltd", "PLC", "LLP", "GmbH", "SARL", "BV"];
        let nation = STOCK.nation(dice)?;
        let stock = STOCK.names.get(nation.stock)?;
        let is_coined = dice.percent(50);
        let mut name = if is_coined {
            [&*coin(dice, 3), " ", &*coin(dice, 3)].concat().into()
        } else {
            CompactString::new(dice.pick(&stock.surnames)?.text)
        };
        if !is_coined && dice.percent(30) {
            name.push_str(" & ");
            name.push_str(dice.pick(&stock.surnames)?.text);
        }
        for part in [dice.text(&TRADES), dice.text(&FORMS)] {
            name.push(' ');
            name.push_str(part);
        }
        Some(Self { name, nation, is_coined })
    }
}

/// The name of a ship that does not exist.
pub(super) fn vessel_name(dice: &mut Dice) -> CompactString {
    let last = dice.text(&[
        "Venture", "Heron", "Grace", "Bay", "Curlew", "Sorrel", "Juniper", "Ember", "Lantern",
        "Rock", "Petrel", "Strand", "Anvil", "Thistle", "Marten",
    ]);
    [&*coin(dice, 3), " ", last].concat().into()
}

/// What tells a firm from others, without what it deals in and its legal form; or a ship, without its
/// last word.
pub(super) fn own_words(name: &str, behind: usize) -> impl Iterator<Item = &str> {
    let words = name.split_whitespace().filter(|word| *word != "&").collect::<Vec<_>>();
    let own = words.len().saturating_sub(behind);
    words.into_iter().take(own)
}

/// The same with two letters of its first word exchanged; `None` where none can be.
pub(super) fn misspelt(name: &str) -> Option<CompactString> {
    let (first, rest) = name.split_once(' ')?;
    Some([&*exchange(first)?, " ", rest].concat().into())
}

/// Runs a writer on a new text.
pub(super) fn text(write: impl FnOnce(&mut String)) -> CompactString {
    let mut out = String::with_capacity(24);
    write(&mut out);
    CompactString::from(out)
}

fn phone(dice: &mut Dice, nation: &Nation) -> CompactString {
    text(|out| numbers::fill(dice, nation.phone, out))
}

/// An address at a domain reserved for examples (RFC 2606).
fn email(dice: &mut Dice) -> Option<CompactString> {
    let stock = STOCK.names.get(STOCK.nation(dice)?.stock)?;
    let word = dice.pick(&stock.surnames)?.plain.to_ascii_lowercase().replace(' ', ".");
    let domain = dice.text(&["example.com", "example.net", "example.org"]);
    Some(text(|out| {
        out.push_str(&word);
        numbers::fill(dice, ".#####", out);
        out.push('@');
        out.push_str(domain);
    }))
}

fn plan(dice: &mut Dice, class: Class, epoch: Timestamp) -> Plan {
    let holds = match class {
        Class::Person => person_holds(dice),
        Class::Document => Traits::DOCUMENT,
        Class::Contact => Traits::PHONE.and(Traits::EMAIL),
        Class::Vehicle | Class::Vessel => {
            if dice.percent(60) {
                Traits::NUMBER.and(Traits::OTHER_NUMBER)
            } else {
                Traits::NUMBER
            }
        }
        Class::Container | Class::Trader | Class::Consignment => Traits::NUMBER,
    };
    let is_named = matches!(class, Class::Trader | Class::Vessel);
    let holds = if is_named { holds.and(Traits::THING) } else { holds };
    let (from, to) = window(dice, epoch);
    Plan { list: dice.below(64), handling: dice.below(64), holds, from, to }
}

fn person_holds(dice: &mut Dice) -> Traits {
    let mut holds = match dice.below(100) {
        0..50 => Traits::NAME.and(Traits::BIRTH).and(Traits::DOCUMENT),
        50..70 => Traits::NAME.and(Traits::BIRTH),
        70..90 => Traits::NAME.and(Traits::YEAR).and(Traits::DOCUMENT),
        _ => Traits::NAME.and(Traits::DOCUMENT),
    };
    let extras = [
        (30, Traits::ALIAS),
        (15, Traits::OTHER_DOCUMENT),
        (10, Traits::PHONE),
        (10, Traits::EMAIL),
    ];
    for (percent, extra) in extras {
        if dice.percent(percent) {
            holds = holds.and(extra);
        }
    }
    if holds.has(Traits::BIRTH) && dice.percent(15) {
        holds = holds.and(Traits::OTHER_BIRTH);
    }
    holds
}

/// Half the entries are in force always, a third within a window around `epoch`; the others have
/// lapsed before it or begin after it.
fn window(dice: &mut Dice, epoch: Timestamp) -> (Option<Timestamp>, Option<Timestamp>) {
    const DAY_MICROS: i64 = 86_400_000_000;
    let at = |days: i64| Timestamp::from_micros(epoch.micros() + days * DAY_MICROS);
    let past = -i64::from(dice.between(30, 900));
    let future = i64::from(dice.between(30, 900));
    match dice.below(100) {
        0..50 => (None, None),
        50..70 => (at(past), None),
        70..86 => (at(past), at(future)),
        86..93 => (at(past - 900), at(past)),
        _ => (at(future), None),
    }
}
