//! Two subjects → the evidence that they are one, in bits, and its explanation.

mod align;
mod evidence;
mod model;
mod observe;
mod prepare;

use crate::domain::{Country, Date};
use crate::names::Bits;

pub use align::{Alignment, Pair, Span, align};
pub use evidence::{BornRelation, born, nationality};
pub use model::{FEATURES, Feature, Model};
pub use observe::{Item, Sink, observe};
pub use prepare::{Prepared, Role, Weighed};

/// One side of a comparison: a traveller as stated, or a subject as listed.
///
/// Personal data: has no `Debug`.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// All its names, made ready.
    pub names: &'a [Prepared],
    /// Dates of birth.
    pub born: &'a [Date],
    /// Nationalities.
    pub nationalities: &'a [Country],
}

/// How a comparison is read.
pub struct Setting {
    /// The weights.
    pub model: Model,
    /// What is believed before anything is compared: the logarithm of the odds that the two are one.
    pub prior: Bits,
}

/// What a comparison found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scored {
    /// The evidence.
    pub bits: Bits,
    /// How likely the two are one, with the prior of the setting.
    pub probability: f32,
    /// Which of the names met: on the stated side and on the listed.
    pub names: (usize, usize),
}

/// How much speaks for two subjects being one: their best pair of names, and what stands beside it.
pub fn score(query: &Subject<'_>, listed: &Subject<'_>, setting: &Setting) -> Scored {
    let mut best = (Bits::sixteenths(i32::MIN / 2), (0, 0));
    for (at, one) in query.names.iter().enumerate() {
        for (to, other) in listed.names.iter().enumerate() {
            let bits = name_bits(one, other, &setting.model);
            if bits > best.0 {
                best = (bits, (at, to));
            }
        }
    }
    let beside = born(query.born, listed.born).bits()
        + nationality(query.nationalities, listed.nationalities);
    let bits = best.0 + beside;
    let odds = (bits + setting.prior).to_f32();
    Scored { bits, probability: 1.0 / (1.0 + (-odds).exp2()), names: best.1 }
}

/// What two names say.
pub fn name_bits(one: &Prepared, other: &Prepared, model: &Model) -> Bits {
    let alignment = align(one, other, model);
    let mut sum = observe::Sum { model, bits: Bits::ZERO };
    observe(one, other, &alignment, &mut sum);
    sum.bits
}
