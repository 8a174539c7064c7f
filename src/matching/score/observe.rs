//! What two aligned names say: one observation after the other, each with its weight.

use super::align::{Alignment, Pair};
use super::model::{Feature, Model};
use super::pair::{abbreviated, joined, pair};
use super::prepare::{Prepared, Role, Weighed};
use super::whole::{ends_early, wholes};
use crate::names::{Bearer, Bits, Kind, nearness};

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
