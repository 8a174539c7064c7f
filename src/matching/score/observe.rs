//! What two aligned names say: one observation after the other, each with its weight.

use super::align::{Alignment, Pair};
use super::model::{Feature, Model};
use super::prepare::{Prepared, Role, Weighed};
use super::whole::{ends_early, wholes};
use crate::names::{Bearer, Bits, Kind, Likeness, nearness};

/// What an observation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Where every comparison of names starts.
    Start,
    /// Words that belong together.
    Pair(Pair),
    /// Words of both names that stand against one another; sets of words, left and right.
    Conflict(u32, u32),
    /// Words that only one name has; sets of words, left and right.
    Extra(u32, u32),
    /// The two names as wholes.
    Whole,
    /// No name agrees.
    Nothing,
}

/// Takes down observations.
pub trait Sink {
    /// What follows is about this.
    fn about(&mut self, item: Item);
    /// So many sixteenths of a feature were seen.
    fn add(&mut self, feature: Feature, units: i32);
    /// What features are worth.
    fn model(&self) -> &Model;
}

/// Adds observations up.
pub(super) struct Sum<'m> {
    pub(super) model: &'m Model,
    pub(super) bits: Bits,
}

impl Sink for Sum<'_> {
    fn about(&mut self, _: Item) {}

    #[inline]
    fn add(&mut self, feature: Feature, units: i32) {
        self.bits += self.model.worth(feature, units);
    }

    #[inline]
    fn model(&self) -> &Model {
        self.model
    }
}

/// Passes observations of a pair on and adds them up, so that it is worth no more than it may.
struct Capped<'s, S> {
    sink: &'s mut S,
    bits: Bits,
}

impl<'s, S: Sink> Capped<'s, S> {
    const fn new(sink: &'s mut S) -> Self {
        Self { sink, bits: Bits::ZERO }
    }

    /// Words that are not equal are worth less than equal ones: else somebody of another name that is
    /// spelt like it would stand before who bears the name itself.
    fn below(self, equal: Bits) {
        let excess = (self.bits - equal).in_sixteenths() + 1;
        if excess > 0 {
            self.sink.add(Feature::Excess, excess);
        }
    }
}

impl<S: Sink> Capped<'_, S> {
    /// That words agree never speaks against a match.
    fn no_less_than_nothing(self) {
        let short = self.bits.in_sixteenths().min(0);
        self.sink.add(Feature::Excess, short);
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
fn abbreviated(word: &Weighed, group: &[Weighed], sink: &mut impl Sink) {
    let whole = sink.model().worth(Feature::Full, 16);
    let equal = equal_worth(word, group, sink.model()) + whole;
    let letters = word.word.text().len().saturating_sub(2);
    let mut capped = Capped::new(sink);
    capped.add(Feature::Abbreviated, 16 * letters as i32);
    capped.below(equal);
}

fn pair(one: &Weighed, other: &Weighed, likeness: Likeness, sink: &mut impl Sink) {
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

/// What a word is worth that meets itself, whatever its role.
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
            let mut own = Capped::new(sink);
            own.add(F::Same, 16);
            own.add(F::SameRarity, rarity);
            own.no_less_than_nothing();
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

fn joined(word: &Weighed, group: &[Weighed], likeness: Likeness, sink: &mut impl Sink) {
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

/// What two aligned names say; gives whether they are names that relatives have: first names stand
/// against one another, while names of the family or of fathers are shared.
pub fn observe(
    left: &Prepared,
    right: &Prepared,
    alignment: &Alignment,
    sink: &mut impl Sink,
) -> bool {
    sink.about(Item::Start);
    sink.add(Feature::Base, 16);
    let agreed = pairs(left, right, alignment, sink);
    if agreed.names == 0 && !agreed.letters {
        sink.about(Item::Nothing);
        sink.add(Feature::Nothing, 16);
        return false;
    }
    let (l, r) = alignment.paired();
    let mut rests = (Rest::of(left, l), Rest::of(right, r));
    let left_over = |name: &Prepared, paired: u32, rest: &Rest| {
        // A number tells an organisation, a ship: with one more, it is not all of the name.
        let numbers = if name.bearer == Bearer::Person { 0 } else { rest.number };
        name.names & !paired & !repeats(name) | numbers
    };
    let open = (left_over(left, l, &rests.0), left_over(right, r, &rests.1));
    let is_short = agreed.own && ends_early((left, right), (l, r), rests.0.names());
    if is_short {
        rests.1 = Rest::default();
    }
    let other_first = rests.0.first != 0 && rests.1.first != 0;
    let conflicts = unmatched(left, right, rests, &agreed, sink);
    let end = End { conflicts, open, is_short };
    wholes((left, right), alignment, &agreed, end, sink);
    other_first && agreed.names > 0
}

/// What remains of two names behind all pairs.
pub(super) struct End {
    /// How many words stand against one another.
    pub(super) conflicts: u32,
    /// The words left over, left and right.
    pub(super) open: (u32, u32),
    /// Whether those on the right stand behind the end of the left, which was cut.
    pub(super) is_short: bool,
}

/// What the pairs come to.
#[derive(Default)]
pub(super) struct Agreed {
    /// Names that agree.
    pub(super) names: u32,
    /// Whether initials or numbers do.
    letters: bool,
    /// Whether one of them is an abbreviation.
    pub(super) abbreviated: bool,
    /// How rare they are, family names apart.
    pub(super) rarity: i32,
    pub(super) family_rarity: i32,
    /// How rare the rarest is that may tell an organisation from others.
    pub(super) telling: i32,
    /// Whether any is its own, and not what many organisations deal in.
    own: bool,
}

fn pairs(left: &Prepared, right: &Prepared, alignment: &Alignment, sink: &mut impl Sink) -> Agreed {
    let mut agreed = Agreed::default();
    for found in &alignment.pairs {
        sink.about(Item::Pair(*found));
        match (found.left.of(left), found.right.of(right)) {
            ([one], [other]) => {
                pair(one, other, found.likeness, sink);
                agreed.count(one, other, found.likeness.kind);
            }
            ([word], group) | (group, [word]) if found.likeness.kind == Kind::Initial => {
                abbreviated(word, group, sink);
                agreed.names += 1;
                agreed.abbreviated = true;
            }
            ([word], group) | (group, [word]) => {
                joined(word, group, found.likeness, sink);
                agreed.telling = agreed.telling.max(word.rarity);
                agreed.own = true;
                let names = group.iter().filter(|word| word.role.is_name()).count();
                agreed.names += names.max(1) as u32;
            }
            _ => {}
        }
    }
    agreed
}

impl Agreed {
    fn count(&mut self, one: &Weighed, other: &Weighed, kind: Kind) {
        self.letters |= !matches!(one.role, Role::Light | Role::Form)
            && !matches!(other.role, Role::Light | Role::Form);
        if !one.role.is_name() || !other.role.is_name() || kind == Kind::Initial {
            return;
        }
        self.names += 1;
        let rarity = one.rarity.min(other.rarity);
        if one.is_telling() && other.is_telling() {
            self.telling = self.telling.max(rarity);
            self.own |= !one.word.is_shared() && !other.word.is_shared();
        }
        if one.role == Role::Family || other.role == Role::Family {
            self.family_rarity += rarity;
        } else {
            self.rarity += rarity;
        }
    }
}

/// Words that are in no pair, as sets by role.
#[derive(Clone, Copy, Default)]
struct Rest {
    family: u32,
    first: u32,
    other: u32,
    patronymic: u32,
    number: u32,
    initial: u32,
    form: u32,
    /// Names said twice in one name: they ask for no second partner.
    repeated: u32,
    rarity: i32,
}

impl Rest {
    fn of(name: &Prepared, paired: u32) -> Self {
        let mut rest = Self { repeated: repeats(name) & !paired, ..Self::default() };
        for (at, word) in name.words.iter().enumerate() {
            let bit = 1 << at;
            if paired & bit != 0 || rest.repeated & bit != 0 {
                continue;
            }
            match word.role {
                Role::Family => rest.family |= bit,
                Role::First => rest.first |= bit,
                Role::Other => rest.other |= bit,
                Role::Patronymic => rest.patronymic |= bit,
                Role::Number => rest.number |= bit,
                Role::Initial => rest.initial |= bit,
                Role::Form => rest.form |= bit,
                Role::Light => {}
            }
            if word.role.is_name() {
                rest.rarity += word.rarity;
            }
        }
        rest
    }

    const fn names(&self) -> u32 {
        self.family | self.first | self.other | self.patronymic
    }
}

/// The names that another word of the same name says too, but for the first of them.
fn repeats(name: &Prepared) -> u32 {
    let mut set = 0;
    for (at, word) in name.words.iter().enumerate().filter(|(_, word)| word.role.is_name()) {
        let before = name.words.iter().take(at);
        let said = before.filter(|other| other.role.is_name());
        if said.map(|other| other.shape.key()).any(|key| key == word.shape.key()) {
            set |= 1 << at;
        }
    }
    set
}

/// The lowest `many` members of a set.
const fn lowest(set: u32, many: u32) -> u32 {
    let (mut taken, mut rest, mut left) = (0, set, many);
    while left > 0 && rest != 0 {
        taken |= rest & rest.wrapping_neg();
        rest &= rest - 1;
        left -= 1;
    }
    taken
}

/// Sets words of the same role against one another, and tells what remains.
struct Facing<'s, S> {
    sink: &'s mut S,
    conflicts: u32,
}

impl<S: Sink> Facing<'_, S> {
    fn set(&mut self, left: &mut u32, right: &mut u32, feature: Feature) {
        let many = left.count_ones().min(right.count_ones());
        if many == 0 {
            return;
        }
        let (one, other) = (lowest(*left, many), lowest(*right, many));
        *left &= !one;
        *right &= !other;
        self.conflicts += many;
        self.sink.about(Item::Conflict(one, other));
        self.sink.add(feature, 16 * many as i32);
    }

    fn extra(&mut self, left: u32, right: u32, feature: Feature) {
        let many = (left | right).count_ones().max(left.count_ones() + right.count_ones());
        if many > 0 {
            self.sink.about(Item::Extra(left, right));
            self.sink.add(feature, 16 * many as i32);
        }
    }
}

/// What words without a partner say; gives how many stand against one another.
fn unmatched(
    left: &Prepared,
    right: &Prepared,
    (mut l, mut r): (Rest, Rest),
    agreed: &Agreed,
    sink: &mut impl Sink,
) -> u32 {
    use Feature as F;
    // A name said twice is one name, unless the other side has another in its place.
    if r.names() != 0 {
        l.other |= l.repeated;
    }
    if l.names() & !l.repeated != 0 {
        r.other |= r.repeated;
    }
    let open = (l.names(), r.names());
    let mut facing = Facing { sink, conflicts: 0 };
    facing.set(&mut l.family, &mut r.family, F::ConflictFamily);
    facing.set(&mut l.first, &mut r.first, F::ConflictFirst);
    facing.set(&mut l.patronymic, &mut r.patronymic, F::ConflictPatronymic);
    facing.set(&mut l.number, &mut r.number, F::ConflictNumber);
    let (mut a, mut b) = (l.names(), r.names());
    facing.set(&mut a, &mut b, F::ConflictOther);
    facing.set(&mut l.initial, &mut r.initial, F::ConflictInitial);
    facing.set(&mut l.initial, &mut b, F::ConflictInitial);
    facing.set(&mut a, &mut r.initial, F::ConflictInitial);
    facing.extra(l.patronymic & a, r.patronymic & b, F::ExtraPatronymic);
    facing.extra(l.other & a, r.other & b, F::ExtraOther);
    facing.extra(l.first & a, r.first & b, F::ExtraFirst);
    facing.extra(l.family & a, r.family & b, F::ExtraFamily);
    facing.extra(l.initial, r.initial, F::ExtraInitial);
    facing.extra(l.number, r.number, F::ExtraNumber);
    match (l.form, r.form) {
        (0, 0) => {}
        (0, _) | (_, 0) => facing.extra(l.form, r.form, F::FormExtra),
        (one, other) => {
            facing.sink.about(Item::Conflict(one, other));
            facing.sink.add(F::FormConflict, 16);
        }
    }
    let conflicts = facing.conflicts;
    if conflicts > 0 {
        let shared = agreed.rarity + agreed.family_rarity;
        sink.about(Item::Whole);
        sink.add(F::ConflictRarity, l.rarity.min(r.rarity));
        sink.add(F::Shaded, agreed.rarity);
        sink.add(F::ShadedFamily, agreed.family_rarity);
        sink.add(F::ShadedExcess, (shared - 256).max(0));
        sink.add(F::ConflictNear, nearest(left, right, open));
    }
    conflicts
}

/// How near the nearest two words are that stand against one another.
fn nearest(left: &Prepared, right: &Prepared, open: (u32, u32)) -> i32 {
    let among = |set: u32| move |(at, _): &(usize, &Weighed)| set >> at & 1 == 1;
    let mut best = 0;
    for (_, one) in left.words.iter().enumerate().filter(among(open.0)) {
        for (_, other) in right.words.iter().enumerate().filter(among(open.1)) {
            best = best.max(nearness(one.word.text(), other.word.text()));
        }
    }
    i32::from(best)
}
