//! People who resemble a listed person and are another: what a good matcher must not take them for.

use super::crowd::{Traveller, on_paper};
use super::naming::{Naming, Part, Rarity};
use super::person::{Person, birth};
use crate::domain::Date;
use crate::sim::dice::Dice;

/// In what somebody resembles a listed person.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Near {
    /// The whole name; born in another year.
    Namesake,
    /// The family's name and the father's; another given name, born some years before or after.
    Sibling,
    /// As a sibling, born on the same day.
    Twin,
    /// The given name and the day of birth; another family.
    SameDay,
}

impl Near {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Namesake, Self::Sibling, Self::Twin, Self::SameDay];

    /// Its name in reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Namesake => "namesake",
            Self::Sibling => "sibling",
            Self::Twin => "twin",
            Self::SameDay => "same-day",
        }
    }
}

impl Traveller {
    pub(super) fn near(dice: &mut Dice, person: &Person, near: Near) -> Option<Self> {
        let naming = match near {
            Near::Namesake => person.naming.clone(),
            Near::Sibling | Near::Twin => {
                other(dice, person, |part| matches!(part, Part::Given | Part::Middle))?
            }
            Near::SameDay => {
                other(dice, person, |part| matches!(part, Part::Surname | Part::Second))?
            }
        };
        let born = match near {
            Near::Twin | Near::SameDay => person.born,
            Near::Sibling => years_apart(dice, person.born, 1, 9)?,
            Near::Namesake => years_apart(dice, person.born, 2, 60)?,
        };
        let name = naming.latin(person.culture, person.system, |_| true);
        Some(Self {
            name: on_paper(dice, name),
            born,
            nationality: person.nationality,
            female: person.female,
            culture: person.culture,
        })
    }
}

/// The person's name with each word of such parts drawn anew; `None` when none of them differs.
fn other(dice: &mut Dice, person: &Person, drawn: impl Fn(Part) -> bool) -> Option<Naming> {
    let mut naming = person.naming.clone();
    let mut differs = false;
    for word in naming.words.iter_mut().filter(|word| drawn(word.part)) {
        let before = word.text.clone();
        let mut tries = 12;
        while word.text == before && tries > 0 {
            word.redraw(dice, person.seed, person.culture, person.female, Rarity::Usual);
            tries -= 1;
        }
        differs |= word.text != before;
    }
    let latin = |naming: &Naming| naming.latin(person.culture, person.system, |_| true);
    (differs && !latin(&naming).reads_like(&latin(&person.naming))).then_some(naming)
}

/// A birth date of an adult that is so many years from this one.
fn years_apart(dice: &mut Dice, from: Date, least: u32, most: u32) -> Option<Date> {
    let year = |date: Date| date.packed() / 10_000;
    (0..64).find_map(|_| {
        birth(dice).filter(|date| (least..=most).contains(&year(*date).abs_diff(year(from))))
    })
}
