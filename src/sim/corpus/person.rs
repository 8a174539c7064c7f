//! A person: the names a list holds of them, their birth date, and as much as the list knows of it.

use smallvec::SmallVec;

use super::culture::Culture;
use super::latin::{Loss, unmarked};
use super::naming::{Naming, Part};
use super::spelling::{Script, Sort, Spelling};
use crate::domain::{Country, Date};
use crate::sim::dice::Dice;

/// An invented person as a list knows them, and the truth beside it.
#[derive(Clone)]
pub struct Person {
    /// The number within the corpus.
    pub number: u32,
    /// The culture of the name.
    pub culture: Culture,
    /// The names on the list, the primary one first.
    pub names: SmallVec<[Spelling; 3]>,
    /// Whether the person is a woman.
    pub female: bool,
    /// The true birth date.
    pub born: Date,
    /// The birth date as far as the list knows it: the day, the year, or nothing.
    pub listed_birth: Option<Date>,
    /// The true nationality.
    pub nationality: Country,
    /// The nationality when the list knows it.
    pub listed_nationality: Option<Country>,
    pub(super) naming: Naming,
    /// By which system the primary name is romanised.
    pub(super) system: usize,
    /// Of the corpus: its rare names hang on it.
    pub(super) seed: u64,
}

impl Person {
    pub(super) fn draw(dice: &mut Dice, seed: u64, culture: Culture, number: u32) -> Option<Self> {
        let female = dice.percent(30);
        let naming = Naming::draw(dice, seed, culture, female);
        let born = birth(dice)?;
        let nationality = nationality(dice, culture)?;
        let system = culture.system(dice);
        let listed_birth = match dice.below(100) {
            0..70 => Some(born),
            70..85 => Date::year(u16::try_from(born.packed() / 10_000).ok()?),
            _ => None,
        };
        Some(Self {
            number,
            culture,
            names: listed_names(dice, culture, &naming, system, female),
            female,
            born,
            listed_birth,
            nationality,
            listed_nationality: dice.percent(85).then_some(nationality),
            naming,
            system,
            seed,
        })
    }

    /// The primary name.
    pub fn name(&self) -> Option<&Spelling> {
        self.names.first()
    }

    /// By which system this person's whole name is romanised when it is written so; `None` for a name
    /// of Latin letters, and for one that was altered otherwise.
    pub fn romanised(&self, name: &Spelling) -> Option<&'static str> {
        let tongue = self.culture.tongue()?;
        let spelt = |system: &usize| self.naming.latin(self.culture, *system, |_| true);
        // Systems agree on many names: the list's own comes first.
        let mut systems = [self.system].into_iter().chain(0..tongue.systems());
        let system = systems.find(|system| spelt(system).reads_like(name))?;
        Some(tongue.system_name(system))
    }
}

/// The birth date of an adult in 2026, most of them younger than sixty.
pub(super) fn birth(dice: &mut Dice) -> Option<Date> {
    let age = if dice.percent(80) { dice.between(18, 60) } else { dice.between(16, 88) };
    let days = 20_454_i64 - i64::from(age) * 365 - i64::from(dice.below(365));
    let day = Date::from_epoch_days(i32::try_from(days).ok()?)?;
    // Where births were registered late, the first of January stands for "some day of that year".
    if dice.percent(3) {
        Date::day(u16::try_from(day.packed() / 10_000).ok()?, 1, 1)
    } else {
        Some(day)
    }
}

/// Nearly always a usual one of the culture.
pub(super) fn nationality(dice: &mut Dice, culture: Culture) -> Option<Country> {
    let nations = culture.traits().nations;
    let usual = nations.first().filter(|_| dice.percent(60)).or_else(|| dice.pick(nations));
    Country::parse(usual?).ok()
}

/// A good two names a person: the passport's, and some of those that were found elsewhere.
fn listed_names(
    dice: &mut Dice,
    culture: Culture,
    naming: &Naming,
    system: usize,
    female: bool,
) -> SmallVec<[Spelling; 3]> {
    let mut names = SmallVec::<[Spelling; 3]>::new();
    let mut add = |name: Spelling| {
        if names.iter().all(|known| !known.reads_like(&name)) {
            names.push(name);
        }
    };
    let full = naming.latin(culture, system, |_| true);
    add(Spelling { sort: Sort::Primary, ..full.clone() });
    if culture.tongue().is_some() {
        if dice.percent(55) {
            let (way, whole) = (way(dice, culture), dice.percent(60));
            naming.native(culture, way, whole).into_iter().for_each(&mut add);
        }
        if dice.percent(60) {
            add(naming.latin(culture, culture.system(dice), |_| true));
        }
    } else if dice.percent(30) {
        let bare = |text: &str| unmarked(text, Loss::Bare);
        let (surname, given) = (bare(&full.surname), bare(&full.given));
        add(Spelling { surname, given, ..full });
    }
    if dice.percent(60) {
        // Known under fewer names than are in the passport.
        let short = |part| matches!(part, Part::Given | Part::Surname);
        let name = naming.latin(culture, culture.system(dice), |word| short(word.part));
        if !name.given.is_empty() {
            add(name);
        }
    }
    if dice.percent(8) {
        add(nickname(dice, naming, culture, female));
    }
    names
}

/// How somebody of this culture would write its script: Hong Kong and Taiwan in full characters.
pub(super) fn way(dice: &mut Dice, culture: Culture) -> usize {
    let ways = culture.tongue().map_or(0, |tongue| tongue.natives());
    match culture.label() {
        "hongkong" => 1,
        "chinese" => 0,
        _ if ways > 1 && dice.percent(25) => 1,
        _ => 0,
    }
}

/// What friends or fighters call somebody: after a child, or a given name alone.
fn nickname(dice: &mut Dice, naming: &Naming, culture: Culture, female: bool) -> Spelling {
    let arabic = matches!(culture.label(), "arab" | "maghreb" | "afghan" | "somali");
    let surname = if arabic && dice.percent(70) {
        let parent = if female { "Umm " } else { dice.text(&["Abu ", "Abou "]) };
        let child = ["Ahmad", "Hamza", "Khalid", "Bakr", "Umar", "Usama", "Yahya", "Layth", "Anas"];
        [parent, dice.text(&child)].concat().into()
    } else {
        let given = naming.latin(culture, culture.system(dice), |word| word.part == Part::Given);
        if given.given.is_empty() { given.surname } else { given.given }
    };
    Spelling::whole(surname, Script::Latin, Sort::Weak)
}
