//! What birth dates, nationalities, sex and identifiers say beside the name.

use crate::domain::{Country, Date, Identifier, Kind, Sex};
use crate::names::{Bearer, Bits};

use super::Subject;
use super::explain::{Line, Reason};
use super::place::{PlaceRelation, places};

/// How two birth dates stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BornRelation {
    /// The same day.
    Same,
    /// Day and month exchanged.
    Exchanged,
    /// The same day a year earlier or later.
    YearBeside,
    /// One digit differs, or two neighbours are exchanged; of a 1 January the year alone is looked at.
    Slip,
    /// The same year, and no more is known, or one is the 1 January that registers write when they know no more.
    SameYear,
    /// The same month, and no more is known.
    SameMonth,
    /// The same year, another day.
    OtherDay,
    /// A year apart, as far as known.
    NearYear,
    /// A few years apart, as far as known.
    FewYears,
    /// The same day and month, another year.
    Anniversary,
    /// Another date altogether.
    Differs,
    /// One side states none.
    Missing,
}

impl BornRelation {
    /// What it is worth.
    pub const fn bits(self) -> Bits {
        Bits::sixteenths(match self {
            Self::Same => 208,
            Self::Exchanged => 140,
            Self::YearBeside => 120,
            Self::Slip => 90,
            Self::SameYear => 72,
            Self::SameMonth => 120,
            Self::OtherDay => 8,
            Self::NearYear => 0,
            Self::FewYears => -30,
            Self::Anniversary => 24,
            Self::Differs => -96,
            Self::Missing => 0,
        })
    }
}

/// The best that two sets of birth dates say.
pub fn born(stated: &[Date], listed: &[Date]) -> BornRelation {
    let pairs = stated.iter().flat_map(|one| listed.iter().map(|other| relate(*one, *other)));
    pairs.max_by_key(|relation| relation.bits()).unwrap_or(BornRelation::Missing)
}

fn relate(one: Date, other: Date) -> BornRelation {
    use BornRelation as R;
    let parts = |date: Date| {
        let packed = date.packed();
        (packed / 10_000, packed / 100 % 100, packed % 100)
    };
    let ((y1, m1, d1), (y2, m2, d2)) = (parts(one), parts(other));
    let years = y1.abs_diff(y2);
    if one.is_full() && other.is_full() {
        let vague = (m1, d1) == (1, 1) || (m2, d2) == (1, 1);
        return match () {
            () if one == other && vague => R::SameMonth,
            () if one == other => R::Same,
            () if years == 0 && (m1, d1) == (d2, m2) => R::Exchanged,
            () if years == 1 && (m1, d1) == (m2, d2) && !vague => R::YearBeside,
            () if slip(one, other) && !vague => R::Slip,
            () if years == 0 && vague => R::SameYear,
            () if years == 0 => R::OtherDay,
            () if years <= 1 && vague => R::NearYear,
            () if years <= 3 && vague => R::FewYears,
            () if (m1, d1) == (m2, d2) && !vague && years <= 10 => R::Anniversary,
            () => R::Differs,
        };
    }
    match years {
        0 if m1 != 0 && m1 == m2 => R::SameMonth,
        0 if m1 != 0 && m2 != 0 => R::OtherDay,
        0 => R::SameYear,
        1 => R::NearYear,
        2..=3 => R::FewYears,
        _ => R::Differs,
    }
}

/// Whether one digit differs, or two neighbours are exchanged.
fn slip(one: Date, other: Date) -> bool {
    let digits = |mut packed: u32| {
        let mut digits = [0_u32; 8];
        for slot in digits.iter_mut().rev() {
            *slot = packed % 10;
            packed /= 10;
        }
        digits
    };
    let (a, b) = (digits(one.packed()), digits(other.packed()));
    let differing = a.iter().zip(&b).filter(|(x, y)| x != y).count();
    let exchanged = a.windows(2).zip(b.windows(2)).any(|pair| match pair {
        ([x, y], [u, v]) => x == v && y == u && x != y,
        _ => false,
    });
    differing == 1 || (differing == 2 && exchanged)
}

/// How two sets of nationalities stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NationalityRelation {
    /// They share one.
    Same,
    /// They share none.
    Differs,
    /// One side states none.
    Missing,
}

impl NationalityRelation {
    /// What it is worth.
    pub const fn bits(self) -> Bits {
        match self {
            Self::Same => Bits::sixteenths(56),
            Self::Differs => Bits::sixteenths(-40),
            Self::Missing => Bits::ZERO,
        }
    }
}

/// How nationalities stand to one another.
pub fn nationality(stated: &[Country], listed: &[Country]) -> NationalityRelation {
    if stated.is_empty() || listed.is_empty() {
        NationalityRelation::Missing
    } else if stated.iter().any(|country| listed.contains(country)) {
        NationalityRelation::Same
    } else {
        NationalityRelation::Differs
    }
}

/// How the sexes of two subjects stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SexRelation {
    /// The same.
    Same,
    /// Not the same.
    Differs,
    /// One side does not state it.
    Missing,
}

impl SexRelation {
    /// How they stand.
    pub fn of(stated: Option<Sex>, listed: Option<Sex>) -> Self {
        match (stated, listed) {
            (None | Some(Sex::Unspecified), _) | (_, None | Some(Sex::Unspecified)) => {
                Self::Missing
            }
            (one, other) if one == other => Self::Same,
            _ => Self::Differs,
        }
    }

    /// What it is worth.
    pub const fn bits(self) -> Bits {
        match self {
            Self::Same => Bits::sixteenths(14),
            Self::Differs => Bits::sixteenths(-72),
            Self::Missing => Bits::ZERO,
        }
    }
}

/// What stands beside the names.
pub(super) struct Beside<'a> {
    stated: &'a Subject<'a>,
    listed: &'a Subject<'a>,
    /// Organisations and vessels have neither birth nor sex: what is stated of these is passed over.
    of_persons: bool,
    born: BornRelation,
    nationality: NationalityRelation,
    sex: SexRelation,
    place: PlaceRelation,
}

impl<'a> Beside<'a> {
    pub(super) fn of(stated: &'a Subject<'a>, listed: &'a Subject<'a>) -> Self {
        let of_persons = super::of_subjects(stated, listed) == Bearer::Person;
        let (born, sex, place) = match of_persons {
            true => (
                born(stated.born, listed.born),
                SexRelation::of(stated.sex, listed.sex),
                places(stated.birth_places, listed.birth_places),
            ),
            false => (BornRelation::Missing, SexRelation::Missing, PlaceRelation::Missing),
        };
        Self {
            stated,
            listed,
            of_persons,
            born,
            nationality: nationality(stated.nationalities, listed.nationalities),
            sex,
            place,
        }
    }

    /// What is to be added where the names are such as relatives have.
    pub(super) fn among_relatives(&self, related: bool) -> Bits {
        if related && self.born == BornRelation::Same { RELATED } else { Bits::ZERO }
    }

    pub(super) fn bits(&self) -> Bits {
        let identifiers = identifiers(self.stated.identifiers, self.listed.identifiers);
        self.born.bits()
            + self.nationality.bits()
            + self.sex.bits()
            + self.place.bits()
            + identifiers.map(|(kind, same)| identifier_bits(kind, same)).sum()
    }

    /// The same, a line each, with what is added where the names are such as relatives have.
    pub(super) fn lines(&self, related: bool) -> Vec<Line> {
        let (stated, listed) = (self.stated, self.listed);
        let born = Reason::Born {
            relation: self.born,
            stated: stated.born.to_vec(),
            listed: listed.born.to_vec(),
        };
        let nationality = Reason::Nationality {
            relation: self.nationality,
            stated: stated.nationalities.to_vec(),
            listed: listed.nationalities.to_vec(),
        };
        let nationality = Line { reason: nationality, bits: self.nationality.bits() };
        let mut lines = if self.of_persons {
            let born =
                Line { reason: born, bits: self.born.bits() + self.among_relatives(related) };
            let sex = Reason::Sex { relation: self.sex, stated: stated.sex, listed: listed.sex };
            vec![born, nationality, Line { reason: sex, bits: self.sex.bits() }]
        } else {
            vec![nationality]
        };
        let place = (self.place != PlaceRelation::Missing).then(|| {
            let place = Reason::Place {
                relation: self.place,
                stated: stated.birth_places.iter().map(|place| place.written().into()).collect(),
                listed: listed.birth_places.iter().map(|place| place.written().into()).collect(),
            };
            (place, self.place.bits())
        });
        let identifiers =
            identifiers(stated.identifiers, listed.identifiers).map(|(kind, same)| {
                (Reason::Identifier { kind: kind.name(), same }, identifier_bits(kind, same))
            });
        lines.extend(
            place.into_iter().chain(identifiers).map(|(reason, bits)| Line { reason, bits }),
        );
        lines
    }
}

/// What the same day of birth says less about two whose family name is the same while their first
/// names are not: of all who share a surname, twins are born on one day, and on a long list somebody
/// of the same family name is born on the day of every tenth traveller.
const RELATED: Bits = Bits::whole(-5);

/// The kinds of identifier that both sides state, and whether one of them is the same.
fn identifiers<'a>(
    stated: &'a [Identifier],
    listed: &'a [Identifier],
) -> impl Iterator<Item = (Kind, bool)> + 'a {
    Kind::ALL.iter().filter_map(move |&kind| {
        let mut both = false;
        for one in stated.iter().filter(|one| one.kind() == kind) {
            for other in listed.iter().filter(|other| other.kind() == kind) {
                if one == other {
                    return Some((kind, true));
                }
                both |= one.issuer() == other.issuer();
            }
        }
        both.then_some((kind, false))
    })
}

/// A ship or a vehicle keeps its number for life; people change documents, and ships their flag.
const fn identifier_bits(kind: Kind, same: bool) -> Bits {
    Bits::sixteenths(match (kind, same) {
        (Kind::Imo | Kind::Vin, false) => -400,
        (Kind::Eori, false) => -96,
        (Kind::Mmsi | Kind::CallSign, false) => -48,
        (Kind::Document, false) => -24,
        (Kind::Plate | Kind::Container | Kind::Mrn | Kind::Phone | Kind::Email, false) => 0,
        (Kind::Phone | Kind::Email, true) => 240,
        (
            Kind::Document
            | Kind::Plate
            | Kind::Vin
            | Kind::Container
            | Kind::Imo
            | Kind::Mmsi
            | Kind::CallSign
            | Kind::Eori
            | Kind::Mrn,
            true,
        ) => 400,
    })
}
