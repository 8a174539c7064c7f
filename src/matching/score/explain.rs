//! Why two subjects are held to be one: the scorer's own observations, as data and in plain words.

use crate::domain::{Country, Date, Name, Sex};
use crate::names::{Bits, Kind, Likeness};

use super::align::{Pair, align};
use super::evidence::{Beside, BornRelation, NationalityRelation, SexRelation};
use super::model::{Feature, Model};
use super::observe::{Item, Sink, observe};
use super::place::PlaceRelation;
use super::prepare::{Prepared, Weighed};

/// Why a comparison came out as it did; its lines' bits add up to the score.
///
/// Personal data: has no `Debug` and no `Display`.
#[derive(Clone, PartialEq)]
pub struct Explanation {
    /// The name that met, as stated.
    pub stated: String,
    /// The name that it met, as listed, in its own script.
    pub listed: String,
    /// What was observed, names first.
    pub lines: Vec<Line>,
}

/// One observation and what it is worth.
#[derive(Clone, PartialEq)]
pub struct Line {
    /// What was observed.
    pub reason: Reason,
    /// What it is worth.
    pub bits: Bits,
}

/// What was observed.
#[derive(Clone, PartialEq)]
pub enum Reason {
    /// Where every comparison of names starts: most subjects are not each other.
    Start,
    /// Words that belong together, as written on either side.
    Alike {
        /// On the stated side.
        stated: String,
        /// On the listed side.
        listed: String,
        /// In what way.
        likeness: Likeness,
        /// Whether one side writes as one word what the other writes as several.
        joined: bool,
    },
    /// Words that stand against one another.
    Against {
        /// On the stated side.
        stated: String,
        /// On the listed side.
        listed: String,
    },
    /// Words that only the stated name has.
    OnlyStated(String),
    /// Words that only the listed name has.
    OnlyListed(String),
    /// What the two names say as wholes: how much of them agrees.
    Whole,
    /// No word agrees.
    Nothing,
    /// The listed name is a weak alias.
    WeakAlias,
    /// Dates of birth.
    Born {
        /// How they stand to one another.
        relation: BornRelation,
        /// As stated.
        stated: Vec<Date>,
        /// As listed.
        listed: Vec<Date>,
    },
    /// Nationalities.
    Nationality {
        /// How they stand to one another.
        relation: NationalityRelation,
        /// As stated.
        stated: Vec<Country>,
        /// As listed.
        listed: Vec<Country>,
    },
    /// Sex.
    Sex {
        /// How the two stand to one another.
        relation: SexRelation,
        /// As stated.
        stated: Option<Sex>,
        /// As listed.
        listed: Option<Sex>,
    },
    /// Places of birth.
    Place {
        /// How they stand to one another.
        relation: PlaceRelation,
        /// As stated.
        stated: Vec<String>,
        /// As listed.
        listed: Vec<String>,
    },
    /// An identifier of a kind that both state.
    Identifier {
        /// The kind of identifier.
        kind: &'static str,
        /// Whether it is the same.
        same: bool,
    },
}

impl Explanation {
    /// What all lines come to: the score.
    pub fn bits(&self) -> Bits {
        self.lines.iter().map(|line| line.bits).sum()
    }

    /// Of subjects of whom one has no name.
    pub(super) fn of_nothing(beside: &Beside<'_>) -> Self {
        Self { stated: String::new(), listed: String::new(), lines: beside.lines(false) }
    }

    /// The explanation in plain words, a line each, strongest first.
    pub fn plain(&self) -> Vec<String> {
        let mut lines: Vec<&Line> = self.lines.iter().collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.bits.in_sixteenths().abs()));
        lines.into_iter().filter_map(Line::plain).collect()
    }
}

impl Line {
    /// The line in plain words; `None` for what only the sum needs.
    pub fn plain(&self) -> Option<String> {
        let words = match &self.reason {
            Reason::Start | Reason::Whole => return None,
            Reason::Nothing => "no part of the names agrees".to_owned(),
            Reason::WeakAlias => "the listed name is a weak alias".to_owned(),
            Reason::Alike { stated, listed, likeness, joined } => {
                alike(stated, listed, *likeness, *joined)
            }
            Reason::Against { stated, listed } => format!("{stated} is not {listed}"),
            Reason::OnlyStated(words) => format!("only stated: {words}"),
            Reason::OnlyListed(words) => format!("only on the list: {words}"),
            Reason::Born { relation, stated, listed } => born(*relation, stated, listed),
            Reason::Nationality { relation, stated, listed } => {
                nationality(*relation, stated, listed)
            }
            Reason::Sex { relation: SexRelation::Same, .. } => "the same sex".to_owned(),
            Reason::Sex { relation: SexRelation::Differs, .. } => "the sex differs".to_owned(),
            Reason::Sex { relation: SexRelation::Missing, stated, listed } => {
                missing("sex", stated.is_none(), listed.is_none())
            }
            Reason::Place { relation, stated, listed } => place(*relation, stated, listed),
            Reason::Identifier { kind, same: true } => format!("the same {kind} number"),
            Reason::Identifier { kind, same: false } => format!("the {kind} number differs"),
        };
        Some(words)
    }
}

/// Below this, of 240, more than one letter in three differs.
const LITTLE: u8 = 160;

fn alike(stated: &str, listed: &str, likeness: Likeness, joined: bool) -> String {
    let kind = likeness.kind;
    if joined && kind == Kind::Initial {
        return format!("{stated} and {listed}: one abbreviates the other");
    }
    if joined {
        return format!("{stated} is {listed} written together or apart");
    }
    match kind {
        Kind::Same => format!("{stated} is the same"),
        Kind::Transliteration => format!("{stated} is {listed} in another transliteration"),
        Kind::Spelling => format!("{stated} and {listed} are spellings of one name"),
        Kind::Edit if likeness.similarity < LITTLE => format!("{stated} is little like {listed}"),
        Kind::Edit => format!("{stated} differs from {listed} by a letter or so"),
        Kind::Sound => format!("{stated} sounds like {listed}"),
        Kind::Initial => format!("{stated} may stand for {listed}, or the reverse"),
        Kind::Prefix => format!("{stated} and {listed} begin alike"),
    }
}

/// What cannot be compared, since it is not stated, or not listed.
fn missing(what: &str, unstated: bool, unlisted: bool) -> String {
    match (unstated, unlisted) {
        (true, false) => format!("no {what} stated"),
        (false, true) => format!("no {what} on the list"),
        (true, true) => format!("no {what} stated and none on the list"),
        (false, false) => format!("what is stated and listed as {what} cannot be compared"),
    }
}

fn born(relation: BornRelation, stated: &[Date], listed: &[Date]) -> String {
    let words = match relation {
        BornRelation::Missing => {
            return missing("birth date", stated.is_empty(), listed.is_empty());
        }
        BornRelation::Same => "the same birth date",
        BornRelation::Exchanged => "birth dates with day and month exchanged",
        BornRelation::YearBeside => "birth dates exactly a year apart",
        BornRelation::Slip => "birth dates that differ by a digit, or by two exchanged",
        BornRelation::SameYear => "the same year of birth, as far as known",
        BornRelation::SameMonth
            if stated.iter().any(|date| date.is_full() && listed.contains(date)) =>
        {
            "the same 1 January, which is written where the day is not known"
        }
        BornRelation::SameMonth => "the same month of birth, as far as known",
        BornRelation::OtherDay => "another day or month of the same year of birth",
        BornRelation::NearYear => "years of birth one apart",
        BornRelation::FewYears => "years of birth a few apart",
        BornRelation::Anniversary => "the same birthday in another year",
        BornRelation::Differs => "another birth date",
    };
    let dates =
        |dates: &[Date]| dates.iter().map(|date| date.to_iso()).collect::<Vec<_>>().join(", ");
    format!("{words}: {} stated, {} listed", dates(stated), dates(listed))
}

fn nationality(relation: NationalityRelation, stated: &[Country], listed: &[Country]) -> String {
    let codes = |all: &[Country]| all.iter().map(Country::alpha3).collect::<Vec<_>>().join(", ");
    match relation {
        NationalityRelation::Missing => {
            missing("nationality", stated.is_empty(), listed.is_empty())
        }
        NationalityRelation::Same => format!("the same nationality: {}", codes(stated)),
        NationalityRelation::Differs => {
            format!("the nationality differs: {} stated, {} listed", codes(stated), codes(listed))
        }
    }
}

fn place(relation: PlaceRelation, stated: &[String], listed: &[String]) -> String {
    let words = match relation {
        PlaceRelation::Missing => {
            return missing("place of birth", stated.is_empty(), listed.is_empty());
        }
        PlaceRelation::Same => "the same place of birth",
        PlaceRelation::SameCountry => "the same country of birth",
        PlaceRelation::Differs => "the place of birth differs",
    };
    format!("{words}: {} stated, {} listed", stated.join("; "), listed.join("; "))
}

/// A name made ready, and as it was written.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) name: &'a Prepared,
    pub(super) written: Option<Name<'a>>,
}

impl Side<'_> {
    fn full(&self) -> String {
        self.written.map_or_else(|| self.words(u32::MAX), Name::to_full)
    }

    /// Some of its words as written, in their order.
    fn words(&self, set: u32) -> String {
        let words = self.name.words.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1);
        words.map(|(_, word)| self.word(word)).collect::<Vec<_>>().join(" ")
    }

    fn word(&self, word: &Weighed) -> String {
        let written = self.written.map(|name| word.word.written(name)).unwrap_or_default();
        if written.is_empty() {
            String::from_utf8_lossy(word.word.text()).into_owned()
        } else {
            written.to_owned()
        }
    }
}

/// Why two names, and what stands beside them, come to what they do.
pub(super) fn explain(
    stated: Side<'_>,
    listed: Side<'_>,
    model: &Model,
    beside: &Beside<'_>,
) -> Explanation {
    let alignment = align(stated.name, listed.name, model);
    let mut taken = Taken { model, items: Vec::new() };
    let related = observe(stated.name, listed.name, &alignment, &mut taken);
    let lines = taken.items.into_iter();
    let names = lines.map(|(item, bits)| Line { reason: reason(item, stated, listed), bits });
    let weak = listed.name.weak.then_some(Line { reason: Reason::WeakAlias, bits: super::WEAK });
    Explanation {
        stated: stated.full(),
        listed: listed.full(),
        lines: names.chain(weak).chain(beside.lines(related)).collect(),
    }
}

/// Takes observations down, one line for each thing they are about.
struct Taken<'m> {
    model: &'m Model,
    items: Vec<(Item, Bits)>,
}

impl Sink for Taken<'_> {
    fn about(&mut self, item: Item) {
        // What is said of the names as wholes in several places is one line.
        if let Some(at) = self.items.iter().position(|(known, _)| *known == item) {
            let known = self.items.remove(at);
            self.items.push(known);
        } else {
            self.items.push((item, Bits::ZERO));
        }
    }

    fn add(&mut self, feature: Feature, units: i32) {
        if let Some((_, bits)) = self.items.last_mut() {
            *bits += self.model.worth(feature, units);
        }
    }

    fn model(&self) -> &Model {
        self.model
    }
}

fn reason(item: Item, stated: Side<'_>, listed: Side<'_>) -> Reason {
    match item {
        Item::Start => Reason::Start,
        Item::Pair(Pair { left, right, likeness, .. }) => Reason::Alike {
            stated: stated.words(left.mask()),
            listed: listed.words(right.mask()),
            likeness,
            joined: left.many != right.many,
        },
        Item::Conflict(left, right) => {
            Reason::Against { stated: stated.words(left), listed: listed.words(right) }
        }
        Item::Extra(left, 0) => Reason::OnlyStated(stated.words(left)),
        Item::Extra(0, right) => Reason::OnlyListed(listed.words(right)),
        Item::Extra(left, right) => {
            Reason::Against { stated: stated.words(left), listed: listed.words(right) }
        }
        Item::Whole => Reason::Whole,
        Item::Nothing => Reason::Nothing,
    }
}
