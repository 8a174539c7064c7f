//! What a pair of words says: how alike they are, and which part of one name meets which of the other.
//!
//! Words that are not equal are worth less than either is that meets itself, joined and split ones and
//! initials too: else somebody of another name would stand before who bears the name itself.

use super::model::{Feature, Model};
use super::observe::{Item, Sink, Sum};
use super::prepare::{Role, Weighed};
use crate::names::{Bits, Kind, Likeness};

/// What a pair of words is worth by itself, in sixteenths of a bit.
pub(super) fn pair_worth(one: &Weighed, other: &Weighed, likeness: Likeness, model: &Model) -> i32 {
    let mut sum = Sum { model, bits: Bits::ZERO };
    pair(one, other, likeness, &mut sum);
    sum.bits.in_sixteenths()
}

/// What a word is worth that faces several.
pub(super) fn joined_worth(
    word: &Weighed,
    group: &[Weighed],
    likeness: Likeness,
    model: &Model,
) -> i32 {
    let mut sum = Sum { model, bits: Bits::ZERO };
    joined(word, group, likeness, &mut sum);
    sum.bits.in_sixteenths()
}

/// What an abbreviation is worth that faces the words it stands for.
pub(super) fn abbreviated_worth(word: &Weighed, group: &[Weighed], model: &Model) -> i32 {
    let mut sum = Sum { model, bits: Bits::ZERO };
    abbreviated(word, group, &mut sum);
    sum.bits.in_sixteenths()
}

/// Each letter beyond the second makes a chance less likely. That nothing is left over is in it.
pub(super) fn abbreviated(word: &Weighed, group: &[Weighed], sink: &mut impl Sink) {
    let whole = sink.model().worth(Feature::Full, 16);
    let equal = equal_worth(word, group, sink.model()) + whole;
    let letters = word.word.text().len().saturating_sub(2);
    let mut capped = Capped::new(sink);
    capped.add(Feature::Abbreviated, 16 * letters as i32);
    capped.below(equal);
}

/// What two words say that face each other.
pub(super) fn pair(one: &Weighed, other: &Weighed, likeness: Likeness, sink: &mut impl Sink) {
    if likeness.kind == Kind::Same {
        words(one, other, likeness, sink);
    } else {
        let equal = itself(one, sink.model()).min(itself(other, sink.model()));
        let mut capped = Capped::new(sink);
        words(one, other, likeness, &mut capped);
        capped.below(equal);
    }
    roles(one, other, likeness, sink);
}

/// What a word is worth that meets itself, but for which part of the name it is.
fn itself(word: &Weighed, model: &Model) -> Bits {
    let mut sum = Sum { model, bits: Bits::ZERO };
    words(word, word, Likeness::SAME, &mut sum);
    sum.bits
}

/// What a word and others that stand for it are worth that meet themselves, whichever is less.
fn equal_worth(word: &Weighed, group: &[Weighed], model: &Model) -> Bits {
    let all = group.iter().fold(Bits::ZERO, |sum, word| sum + itself(word, model));
    itself(word, model).min(all)
}

fn words(one: &Weighed, other: &Weighed, likeness: Likeness, sink: &mut impl Sink) {
    use Feature as F;
    match (one.role, other.role) {
        (Role::Form, _) | (_, Role::Form) => sink.add(F::Form, 16),
        (Role::Light, Role::Light) => sink.add(F::Light, 16),
        (Role::Light, _) | (_, Role::Light) => {}
        (Role::Number, _) | (_, Role::Number) => sink.add(F::Number, 16),
        _ => likeness_of(one, other, likeness, sink),
    }
}

/// What it says beside that which part of a name meets which.
fn roles(one: &Weighed, other: &Weighed, likeness: Likeness, sink: &mut impl Sink) {
    use Feature as F;
    let is_word = |role| !matches!(role, Role::Form | Role::Light | Role::Number);
    if likeness.kind == Kind::Initial || !is_word(one.role) || !is_word(other.role) {
        return;
    }
    match (one.role, other.role) {
        (Role::Family, Role::Family) => sink.add(F::FamilyFamily, 16),
        (Role::First, Role::First) => sink.add(F::FirstFirst, 16),
        (Role::Family, _) | (_, Role::Family) => sink.add(F::Crossed, 16),
        _ => {}
    }
}

/// What a letter of a word tells of it at most, in sixteenths of a bit.
const LETTER: i32 = 40;

fn likeness_of(one: &Weighed, other: &Weighed, likeness: Likeness, sink: &mut impl Sink) {
    use Feature as F;
    let rarity = one.rarity.min(other.rarity);
    let cost = i32::from(likeness.cost);
    let length = one.word.text().len().max(other.word.text().len());
    match likeness.kind {
        Kind::Same if length == 1 => sink.add(F::Letter, 16),
        Kind::Same => {
            let equal = sink.model().equal(rarity);
            let mut own = Capped::new(sink);
            own.add(F::Same, 16);
            own.add(F::SameRarity, rarity);
            own.lift(equal);
        }
        Kind::Transliteration => {
            sink.add(F::Translit, 16);
            sink.add(F::TranslitRarity, rarity);
        }
        Kind::Spelling => {
            sink.add(F::Spelling, 16);
            sink.add(F::SpellingRarity, rarity);
        }
        Kind::Edit => {
            sink.add(F::Edit, 16);
            sink.add(F::EditRarity, rarity);
            sink.add(F::EditCost, cost);
            sink.add(F::EditRelative, cost / length as i32);
            sink.add(F::EditExcess, (cost - 16).max(0));
            if one.word.text().first() != other.word.text().first() {
                sink.add(F::EditFirst, 16);
            }
            if length <= 4 {
                sink.add(F::EditShort, 16);
            }
            let of_family = one.role == Role::Family || other.role == Role::Family;
            if of_family && of_other_sex(one.word.text(), other.word.text()) {
                sink.add(F::OtherSex, 16);
            }
        }
        Kind::Sound => {
            sink.add(F::Sound, 16);
            // Neither is sure: that the one renders the other, nor that nobody else is called so.
            sink.add(F::SoundRarity, rarity.min(2 * i32::from(likeness.similarity)));
            sink.add(F::SoundShort, 2 * cost);
        }
        Kind::Initial => sink.add(F::Initial, 16),
        Kind::Prefix if likeness.is_cut() => {
            let letters = one.word.text().len().min(other.word.text().len());
            sink.add(F::Cut, 16);
            sink.add(F::CutRarity, rarity.min(LETTER * letters as i32));
        }
        Kind::Prefix => {
            sink.add(F::Prefix, 16);
            sink.add(F::PrefixRarity, rarity);
        }
    }
}

/// What a word says that faces several.
pub(super) fn joined(word: &Weighed, group: &[Weighed], likeness: Likeness, sink: &mut impl Sink) {
    use Feature as F;
    let names = group.iter().filter(|word| word.role != Role::Light);
    let rarity: i32 = names.map(|word| word.rarity).sum();
    let equal = equal_worth(word, group, sink.model());
    let mut capped = Capped::new(sink);
    capped.add(F::Joined, 16);
    capped.add(F::JoinedRarity, rarity.min(word.rarity + 32));
    capped.add(F::JoinedCost, i32::from(likeness.cost));
    capped.below(equal);
}

/// `Ivanov` and `Ivanova`: one family, but not one person.
fn of_other_sex(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let ends = [&b"v"[..], b"in", b"yn", b"ski", b"sky", b"skiy", b"skij"];
    long.strip_suffix(b"a").is_some_and(|stem| stem == short)
        && ends.iter().any(|end| short.ends_with(end))
}

/// Passes observations of a pair on and adds them up, so that it is worth what it may.
struct Capped<'s, S> {
    sink: &'s mut S,
    bits: Bits,
}

impl<'s, S: Sink> Capped<'s, S> {
    const fn new(sink: &'s mut S) -> Self {
        Self { sink, bits: Bits::ZERO }
    }

    /// Keeps it below what the words are worth that meet themselves.
    fn below(self, equal: Bits) {
        let excess = (self.bits - equal).in_sixteenths() + 1;
        if excess > 0 {
            self.sink.add(Feature::Excess, excess);
        }
    }

    /// Lifts it to what equal words are worth at least.
    fn lift(self, equal: Bits) {
        let short = (self.bits - equal).in_sixteenths();
        if short < 0 {
            self.sink.add(Feature::Excess, short);
        }
    }
}

impl<S: Sink> Sink for Capped<'_, S> {
    fn about(&mut self, item: Item) {
        self.sink.about(item);
    }

    #[inline]
    fn add(&mut self, feature: Feature, units: i32) {
        self.bits += self.sink.model().worth(feature, units);
        self.sink.add(feature, units);
    }

    #[inline]
    fn model(&self) -> &Model {
        self.sink.model()
    }
}
