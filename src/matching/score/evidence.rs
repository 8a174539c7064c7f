//! What birth dates and nationalities say beside the name.

use crate::domain::{Country, Date};
use crate::names::Bits;

/// How two birth dates stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BornRelation {
    /// The same day.
    Same,
    /// Day and month exchanged.
    Exchanged,
    /// The same day a year earlier or later.
    YearBeside,
    /// One digit differs, or two neighbours are exchanged.
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
            () if slip(one, other) => R::Slip,
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

/// What nationalities say; `frequency` tells how common one is, as 2 to the minus so many bits.
pub fn nationality(stated: &[Country], listed: &[Country]) -> Bits {
    if stated.is_empty() || listed.is_empty() {
        return Bits::ZERO;
    }
    if stated.iter().any(|country| listed.contains(country)) {
        Bits::sixteenths(56)
    } else {
        Bits::sixteenths(-40)
    }
}
