//! Which words of two names belong together, and what that says.

use smallvec::SmallVec;

use super::model::{Feature, Model};
use super::prepare::{Prepared, Role, Weighed};
use crate::names::{Kind, Likeness, liken_with};

/// Words that belong together: ranges because joined words face split ones.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// First word on the left and how many.
    pub left: (u8, u8),
    /// First word on the right and how many.
    pub right: (u8, u8),
    /// In what way they are alike.
    pub likeness: Likeness,
    /// What they are worth, in sixteenths of a bit.
    pub worth: i32,
}

/// Which words belong together.
#[derive(Clone, Default)]
pub struct Alignment {
    /// The pairs.
    pub pairs: SmallVec<[Pair; 8]>,
}

/// Most words of a name that are compared.
const WORDS_MAX: usize = 32;

/// Finds which words belong together.
pub fn align(left: &Prepared, right: &Prepared, model: &Model) -> Alignment {
    let mut found = Alignment::default();
    let mut candidates: SmallVec<[Pair; 16]> = SmallVec::new();
    for (at, one) in left.words.iter().enumerate().take(WORDS_MAX) {
        for (to, other) in right.words.iter().enumerate().take(WORDS_MAX) {
            if (one.role == Role::Form) != (other.role == Role::Form) {
                continue;
            }
            let Some(likeness) = liken_with(&one.word, one.letters, &other.word, other.letters) else {
                continue;
            };
            let mut worth = 0;
            pair_features(one, other, likeness, &mut |feature, units| {
                worth += model.worth(feature, units).in_sixteenths();
            });
            candidates.push(Pair { left: (at as u8, 1), right: (to as u8, 1), likeness, worth });
        }
    }
    // A match also spares what the two words would cost unmatched.
    let spared = 40;
    candidates.retain(|pair| pair.worth + spared > 0);
    choose(&mut candidates, &mut found);
    join(left, right, model, &mut found);
    found
}

/// Greedy, the best first; neighbours in order win ties.
fn choose(candidates: &mut SmallVec<[Pair; 16]>, found: &mut Alignment) {
    candidates.sort_unstable_by_key(|pair| {
        (-pair.worth, pair.left.0.abs_diff(pair.right.0), pair.left.0, pair.right.0)
    });
    let (mut left, mut right) = (0_u32, 0_u32);
    for pair in candidates.iter() {
        let (l, r) = (1 << pair.left.0, 1 << pair.right.0);
        if left & l == 0 && right & r == 0 {
            left |= l;
            right |= r;
            found.pairs.push(*pair);
        }
    }
}

fn used(found: &Alignment) -> (u32, u32) {
    let mask = |(at, many): (u8, u8)| ((1_u32 << many) - 1) << at;
    found.pairs.iter().fold((0, 0), |(left, right), pair| (left | mask(pair.left), right | mask(pair.right)))
}

/// Joined words against split ones, where words were left over.
fn join(left: &Prepared, right: &Prepared, model: &Model, found: &mut Alignment) {
    if left.words.len() == right.words.len() && left.words.len() < 2 {
        return;
    }
    join_one(left, right, model, found, false);
    join_one(right, left, model, found, true);
}

/// Words of `one` against several of `other`.
fn join_one(one: &Prepared, other: &Prepared, model: &Model, found: &mut Alignment, swapped: bool) {
    for (at, word) in one.words.iter().enumerate().take(WORDS_MAX) {
        let (left, right) = used(found);
        let (mine, theirs) = if swapped { (right, left) } else { (left, right) };
        if word.word.text().len() < 4 || word.role == Role::Form {
            continue;
        }
        let mine_free = mine & (1 << at) == 0;
        let mut best: Option<(Pair, i32)> = None;
        for from in 0..other.words.len().min(WORDS_MAX) {
            for many in 2..=4_usize {
                if from + many > other.words.len().min(WORDS_MAX) { break; }
                let mask = ((1_u32 << many) - 1) << from;
                if theirs & mask == mask || (!mine_free && theirs & mask == 0) { continue; }
                let Some(group) = other.words.get(from..from + many) else { continue };
                if group.iter().any(|w| w.role == Role::Form) { continue; }
                let Some(likeness) = liken_joined(word, group) else { continue };
                let mut worth = 0;
                joined_features(word, group, likeness, &mut |feature, units| {
                    worth += model.worth(feature, units).in_sixteenths();
                });
                let me = (at as u8, 1);
                let them = (from as u8, many as u8);
                let (l, r) = if swapped { (them, me) } else { (me, them) };
                let pair = Pair { left: l, right: r, likeness, worth };
                let lost: i32 = found.pairs.iter().filter(|p| overlaps(p, &pair)).map(|p| p.worth + 40).sum();
                let gain = worth + 40 * (many as i32) - lost;
                if gain > 0 && best.as_ref().is_none_or(|(_, g)| gain > *g) { best = Some((pair, gain)); }
            }
        }
        if let Some((pair, _)) = best {
            found.pairs.retain(|p| !overlaps(p, &pair));
            found.pairs.push(pair);
        }
    }
}

fn overlaps(one: &Pair, other: &Pair) -> bool {
    let meet = |a: (u8, u8), b: (u8, u8)| a.0 < b.0 + b.1 && b.0 < a.0 + a.1;
    meet(one.left, other.left) || meet(one.right, other.right)
}

fn liken_joined(word: &Weighed, group: &[Weighed]) -> Option<Likeness> {
    let total: usize = group.iter().map(|w| w.word.text().len()).sum();
    let length = word.word.text().len();
    if total.abs_diff(length) > 3 || total > 23 { return None; }
    let letters = group.iter().fold(0, |set, w| set | w.letters);
    if (letters ^ word.letters).count_ones() > 4 { return None; }
    let mut text = [0_u8; 23];
    let mut slots = text.iter_mut();
    for w in group { for b in w.word.text() { if let Some(s) = slots.next() { *s = *b; } } }
    let joined = text.get(..total)?;
    crate::names::liken_texts(word.word.text(), joined)
}

/// What a pair of words says.
pub(super) fn pair_features(one: &Weighed, other: &Weighed, likeness: Likeness, add: &mut impl FnMut(Feature, i32)) {
    use Feature as F;
    let rarity = one.rarity.min(other.rarity);
    let light = one.role == Role::Light || other.role == Role::Light;
    if light || one.role == Role::Form {
        if one.role == other.role { add(F::Light, 16); }
        return;
    }
    if one.role == Role::Number {
        add(F::Number, 16);
        return;
    }
    let cost = i32::from(likeness.cost);
    let length = one.word.text().len().max(other.word.text().len()) as i32;
    match likeness.kind {
        Kind::Same if length == 1 => { add(F::Initial, 16); return; }
        Kind::Same => { add(F::Same, 16); add(F::SameRarity, rarity); }
        Kind::Transliteration => { add(F::Translit, 16); add(F::TranslitRarity, rarity); }
        Kind::Spelling => { add(F::Spelling, 16); add(F::SpellingRarity, rarity); }
        Kind::Edit => {
            add(F::Edit, 16); add(F::EditRarity, rarity); add(F::EditCost, cost);
            add(F::EditRelative, cost / length.max(1));
            if one.word.text().first() != other.word.text().first() { add(F::EditFirst, 16); }
            if length <= 4 { add(F::EditShort, 16); }
        }
        Kind::Sound => { add(F::Sound, 16); add(F::SoundRarity, rarity); add(F::SoundCost, cost); }
        Kind::Initial => { add(F::Initial, 16); return; }
        Kind::Prefix => { add(F::Prefix, 16); add(F::PrefixRarity, rarity); }
    }
    match (one.role, other.role) {
        (Role::Family, Role::Family) => add(F::FamilyFamily, 16),
        (Role::First, Role::First) => add(F::FirstFirst, 16),
        (Role::Family, _) | (_, Role::Family) => add(F::Crossed, 16),
        _ => {}
    }
}

pub(super) fn joined_features(word: &Weighed, group: &[Weighed], likeness: Likeness, add: &mut impl FnMut(Feature, i32)) {
    use Feature as F;
    let sum: i32 = group.iter().filter(|w| w.role != Role::Light).map(|w| w.rarity).sum();
    add(F::Joined, 16);
    add(F::JoinedRarity, sum.min(word.rarity + 32));
    add(F::JoinedCost, i32::from(likeness.cost));
}

/// Everything that two names say, as features.
pub fn observe(left: &Prepared, right: &Prepared, found: &Alignment, add: &mut impl FnMut(Feature, i32)) {
    use Feature as F;
    add(F::Base, 16);
    let mut matched_names = 0;
    let (mut shared, mut shared_family) = (0, 0);
    for pair in &found.pairs {
        let (l, r) = (left.words.get(usize::from(pair.left.0)), right.words.get(usize::from(pair.right.0)));
        let (Some(l), Some(r)) = (l, r) else { continue };
        if pair.left.1 == 1 && pair.right.1 == 1 {
            pair_features(l, r, pair.likeness, add);
            if l.role.is_name() && pair.likeness.kind != Kind::Initial {
                let rarity = l.rarity.min(r.rarity);
                if l.role == Role::Family { shared_family += rarity } else { shared += rarity }
            }
            if l.role == Role::Family && pair.likeness.kind == Kind::Edit && other_sex(l.word.text(), r.word.text()) { add(F::OtherSex, 16); }
            if !matches!(l.role, Role::Light | Role::Form | Role::Initial | Role::Number) && !matches!(r.role, Role::Light | Role::Initial) && pair.likeness.kind != Kind::Initial { matched_names += 1; }
        } else if pair.left.1 == 1 {
            let group = right.words.get(usize::from(pair.right.0)..usize::from(pair.right.0 + pair.right.1)).unwrap_or_default();
            joined_features(l, group, pair.likeness, add);
            matched_names += group.iter().filter(|w| w.role != Role::Light).count().max(1);
        } else {
            let group = left.words.get(usize::from(pair.left.0)..usize::from(pair.left.0 + pair.left.1)).unwrap_or_default();
            joined_features(r, group, pair.likeness, add);
            matched_names += group.iter().filter(|w| w.role != Role::Light).count().max(1);
        }
    }
    let (ul, ur) = used(found);
    let mut rest_l = Rest::of(left, ul);
    let mut rest_r = Rest::of(right, ur);
    let names_l = left.words.iter().filter(|w| w.role.is_name()).count();
    let names_r = right.words.iter().filter(|w| w.role.is_name()).count();
    let (tl, tr) = (rest_l.names(), rest_r.names());
    // Conflicts by role, then whatever else is left on both sides.
    let mut conflicts = 0;
    let mut conflict = |a: &mut i32, b: &mut i32, feature: Feature, add: &mut dyn FnMut(Feature, i32)| {
        let many = (*a).min(*b);
        *a -= many; *b -= many;
        if many > 0 { add(feature, 16 * many); }
        conflicts += many;
    };
    // Double surnames: a family name left over where another family name agrees is an extra.
    conflict(&mut rest_l.family, &mut rest_r.family, F::ConflictFamily, &mut *add);
    conflict(&mut rest_l.first, &mut rest_r.first, F::ConflictFirst, &mut *add);
    conflict(&mut rest_l.patronymic, &mut rest_r.patronymic, F::ConflictPatronymic, &mut *add);
    conflict(&mut rest_l.number, &mut rest_r.number, F::ConflictNumber, &mut *add);
    // Across roles.
    let mut a = rest_l.family + rest_l.first + rest_l.other + rest_l.patronymic;
    let mut b = rest_r.family + rest_r.first + rest_r.other + rest_r.patronymic;
    let (a0, b0) = (a, b);
    conflict(&mut a, &mut b, F::ConflictOther, &mut *add);
    conflict(&mut rest_l.initial, &mut rest_r.initial, F::ConflictInitial, &mut *add);
    let mut ia = rest_l.initial; let mut ib = rest_r.initial;
    conflict(&mut ia, &mut b, F::ConflictInitial, &mut *add);
    conflict(&mut ib, &mut a, F::ConflictInitial, &mut *add);
    let _ = (a0, b0);
    // Extras: what the longer side has more, by role, cheapest roles first.
    let mut take = |rest: &mut Rest, mut extra: i32, add: &mut dyn FnMut(Feature, i32)| {
        for (count, feature) in [(rest.patronymic, F::ExtraPatronymic), (rest.other, F::ExtraOther), (rest.first, F::ExtraFirst), (rest.family, F::ExtraFamily)] {
            let many = count.min(extra);
            extra -= many;
            if many > 0 { add(feature, 16 * many); }
        }
    };
    take(&mut rest_l, a, add);
    take(&mut rest_r, b, add);
    if ia + ib > 0 { add(F::ExtraInitial, 16 * (ia + ib)); }
    let n = rest_l.number + rest_r.number;
    if n > 0 { add(F::ExtraNumber, 16 * n); }
    if rest_l.form > 0 && rest_r.form > 0 { add(F::FormConflict, 16); }
    else if rest_l.form + rest_r.form > 0 { add(F::FormExtra, 16); }
    if conflicts > 0 {
        add(F::ConflictRarity, rest_l.rarity.min(rest_r.rarity));
        add(F::Shaded, shared);
        add(F::ShadedFamily, shared_family);
    }
    if matched_names > 0 && conflicts > 0 { near(left, right, ul, ur, add); }
    if tl == 0 && tr == 0 { add(F::Full, 16); } else if tl == 0 || tr == 0 { add(F::Subset, 16); }
    if matched_names == 1 && (names_l > 1 || names_r > 1) {
        add(F::Lone, 16);
        if conflicts > 0 { add(F::LoneConflict, 16); }
    }
    if names_l == 1 && names_r == 1 { add(F::Single, 16); }
    if reordered(left, right, found) {
        add(F::Reordered, 16);
        let son = |name: &Prepared| name.words.iter().any(|w| matches!(w.word.text(), b"bin" | b"ibn" | b"ben" | b"ould" | b"bint"));
        if son(left) && son(right) { add(F::Filiation, 16); }
    }
}

/// `Ivanov` and `Ivanova`: one name, but not one person.
fn other_sex(one: &[u8], other: &[u8]) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.strip_suffix(b"a").is_some_and(|stem| stem == short) && (short.ends_with(b"v") || short.ends_with(b"in") || short.ends_with(b"yn"))
}

impl Role {
    pub fn is_name(self) -> bool { matches!(self, Role::Family | Role::First | Role::Other | Role::Patronymic) }
}

fn near(left: &Prepared, right: &Prepared, ul: u32, ur: u32, add: &mut impl FnMut(Feature, i32)) {
    let mut best = 0;
    for (i, l) in left.words.iter().enumerate().take(WORDS_MAX) {
        if ul & (1 << i) != 0 || !l.role.is_name() { continue; }
        for (j, r) in right.words.iter().enumerate().take(WORDS_MAX) {
            if ur & (1 << j) != 0 || !r.role.is_name() { continue; }
            best = best.max(crate::names::nearness(l.word.text(), r.word.text()));
        }
    }
    add(Feature::ConflictNear, best);
}

fn reordered(left: &Prepared, right: &Prepared, found: &Alignment) -> bool {
    if left.parted || right.parted { return false; }
    let named = |p: &&Pair| left.words.get(usize::from(p.left.0)).is_some_and(|w| w.role.is_name());
    found.pairs.iter().filter(named).any(|a| found.pairs.iter().filter(named).any(|b| a.left.0 < b.left.0 && a.right.0 > b.right.0))
}

#[derive(Default)]
struct Rest { family: i32, first: i32, other: i32, patronymic: i32, number: i32, initial: i32, form: i32, rarity: i32 }

impl Rest {
    fn of(name: &Prepared, used: u32) -> Self {
        let mut rest = Self::default();
        for (at, word) in name.words.iter().enumerate().take(WORDS_MAX) {
            if used & (1 << at) != 0 { continue; }
            // A word said twice is one word.
            let repeated = word.role.is_name() && name.words.iter().enumerate().any(|(to, twin)| to != at && (used & (1 << to) != 0 || to < at) && twin.word.canonical_key() == word.word.canonical_key());
            if repeated { continue; }
            match word.role {
                Role::Family => rest.family += 1,
                Role::First => rest.first += 1,
                Role::Other => rest.other += 1,
                Role::Patronymic => rest.patronymic += 1,
                Role::Number => rest.number += 1,
                Role::Initial => rest.initial += 1,
                Role::Form => rest.form += 1,
                Role::Light => {}
            }
            if word.role.is_name() { rest.rarity += word.rarity; }
        }
        rest
    }
    fn names(&self) -> i32 { self.family + self.first + self.other + self.patronymic }
}
