//! Which words of two names belong together.

use smallvec::SmallVec;

use super::model::Model;
use super::pair::{abbreviated_worth, joined_worth, pair_worth};
use super::prepare::{Prepared, Role, Weighed};
use crate::names::{Bearer, Likeness, Probe, at_least, liken_probed, liken_texts};

/// Words that stand side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first of them.
    pub at: u8,
    /// How many.
    pub many: u8,
}

impl Span {
    const fn one(at: usize) -> Self {
        Self { at: at as u8, many: 1 }
    }

    /// Its words as a set.
    pub const fn mask(self) -> u32 {
        ((1 << self.many) - 1) << self.at
    }

    /// Its words.
    pub fn of(self, name: &Prepared) -> &[Weighed] {
        let from = usize::from(self.at);
        name.words.get(from..from + usize::from(self.many)).unwrap_or_default()
    }
}

/// Words of two names that belong together: several where joined words face split ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Words of the left name.
    pub left: Span,
    /// Words of the right name.
    pub right: Span,
    /// In what way they are alike.
    pub likeness: Likeness,
    /// What they are worth, in sixteenths of a bit.
    pub(super) worth: i32,
}

impl Pair {
    const fn overlaps(&self, other: &Self) -> bool {
        self.left.mask() & other.left.mask() != 0 || self.right.mask() & other.right.mask() != 0
    }
}

/// The pairs of words that belong together: each word in one pair at most.
pub struct Alignment {
    /// The pairs.
    pub pairs: SmallVec<[Pair; 8]>,
}

impl Alignment {
    /// The words that are in a pair, left and right.
    pub fn paired(&self) -> (u32, u32) {
        self.pairs.iter().fold((0, 0), |(left, right), pair| {
            (left | pair.left.mask(), right | pair.right.mask())
        })
    }
}

/// What a pair spares beside its own worth: two words that need no other explanation.
const SPARED: i32 = 40;

/// Most candidates among which the best choice is searched for; beyond, the best come first.
const SEARCHED_MAX: usize = 12;

/// The likeliest way in which the words of two names belong together.
pub fn align(left: &Prepared, right: &Prepared, model: &Model) -> Alignment {
    // Where two ways are even, the one that is taken must not hang on which name is asked about.
    if precedes(right, left) {
        let mut turned = in_order(right, left, model);
        turned.pairs.iter_mut().for_each(|pair| std::mem::swap(&mut pair.left, &mut pair.right));
        return turned;
    }
    in_order(left, right, model)
}

/// An order of names that tells any two apart whose words are not the same.
fn precedes(one: &Prepared, other: &Prepared) -> bool {
    fn told(word: &Weighed) -> (&[u8], Role) {
        (word.word.text(), word.role)
    }
    one.words.iter().map(told).lt(other.words.iter().map(told))
}

fn in_order(left: &Prepared, right: &Prepared, model: &Model) -> Alignment {
    let mut candidates: SmallVec<[Pair; 16]> = SmallVec::new();
    for (at, one) in left.words.iter().enumerate() {
        let mut probe = Probe::new(&one.word, &one.shape);
        for (to, other) in right.words.iter().enumerate() {
            if (one.role == Role::Form) != (other.role == Role::Form) {
                continue;
            }
            let alike = liken_probed(&mut probe, &other.word, &other.shape);
            let Some(likeness) = alike else { continue };
            let worth = pair_worth(one, other, likeness, model);
            if worth + SPARED > 0 {
                let (left, right) = (Span::one(at), Span::one(to));
                candidates.push(Pair { left, right, likeness, worth });
            }
        }
    }
    let mut alignment = Alignment { pairs: choose(&mut candidates) };
    if !explained(left, right, &alignment) {
        join(left, right, model, &mut alignment);
        if left.bearer != Bearer::Person && right.bearer != Bearer::Person {
            write_out(left, right, model, &mut alignment);
        }
    }
    alignment
}

/// Whether every word has found its place, so that none needs to be joined or split.
fn explained(left: &Prepared, right: &Prepared, alignment: &Alignment) -> bool {
    let (l, r) = alignment.paired();
    (!l & left.names == 0 && !r & right.names == 0) || left.words.len().max(right.words.len()) < 2
}

/// The set of candidates that is worth most and uses no word twice.
fn choose(candidates: &mut SmallVec<[Pair; 16]>) -> SmallVec<[Pair; 8]> {
    candidates.sort_unstable_by_key(|pair| {
        (-pair.worth, pair.left.at.abs_diff(pair.right.at), pair.left.at, pair.right.at)
    });
    let mut greedy: SmallVec<[Pair; 8]> = SmallVec::new();
    for pair in candidates.iter() {
        if !greedy.iter().any(|chosen| chosen.overlaps(pair)) {
            greedy.push(*pair);
        }
    }
    if greedy.len() == candidates.len() || candidates.len() > SEARCHED_MAX {
        return greedy;
    }
    let value = |pairs: &[Pair]| pairs.iter().map(|pair| pair.worth + SPARED).sum();
    let mut search = Search { best: value(&greedy), chosen: greedy };
    search.extend(candidates, &mut SmallVec::new(), 0);
    search.chosen
}

/// The search for the best choice.
struct Search {
    best: i32,
    chosen: SmallVec<[Pair; 8]>,
}

impl Search {
    /// Tries every way to go on with what is left; gives up where even all of it would not do.
    fn extend(&mut self, left: &[Pair], taken: &mut SmallVec<[Pair; 8]>, value: i32) {
        if value > self.best {
            self.best = value;
            self.chosen.clone_from(taken);
        }
        let Some((next, rest)) = left.split_first() else { return };
        let most: i32 = left.iter().map(|pair| pair.worth + SPARED).sum();
        if value + most <= self.best {
            return;
        }
        if !taken.iter().any(|chosen| chosen.overlaps(next)) {
            taken.push(*next);
            self.extend(rest, taken, value + next.worth + SPARED);
            taken.pop();
        }
        self.extend(rest, taken, value);
    }
}

/// Words of one name that face several joined ones of the other.
fn join(left: &Prepared, right: &Prepared, model: &Model, alignment: &mut Alignment) {
    for at in 0..left.words.len() {
        join_at(left, right, at, model, alignment, |mine, theirs| (mine, theirs));
    }
    for at in 0..right.words.len() {
        join_at(right, left, at, model, alignment, |mine, theirs| (theirs, mine));
    }
}

/// Abbreviations of one name whose words the other writes out: `IRISL`.
fn write_out(left: &Prepared, right: &Prepared, model: &Model, alignment: &mut Alignment) {
    for at in 0..left.words.len() {
        write_out_at(left, right, at, model, alignment, |mine, theirs| (mine, theirs));
    }
    for at in 0..right.words.len() {
        write_out_at(right, left, at, model, alignment, |mine, theirs| (theirs, mine));
    }
}

fn write_out_at(
    one: &Prepared,
    other: &Prepared,
    at: usize,
    model: &Model,
    alignment: &mut Alignment,
    sides: impl Fn(Span, Span) -> (Span, Span),
) {
    let Some(word) = one.words.get(at).filter(|word| word.may_abbreviate()) else { return };
    for from in 0..other.words.len() {
        let Some(many) = initials(word.word.text(), other.words.get(from..).unwrap_or_default())
        else {
            continue;
        };
        let theirs = Span { at: from as u8, many };
        let (left, right) = sides(Span::one(at), theirs);
        let likeness = Likeness::of_initials(word.word.text().len());
        let worth = abbreviated_worth(word, theirs.of(other), model);
        let pair = Pair { left, right, likeness, worth };
        if !alignment.pairs.iter().any(|placed| placed.overlaps(&pair)) {
            alignment.pairs.push(pair);
            return;
        }
    }
}

/// How many words have these letters as their initials: without the small words between them, or with
/// those that begin with the letter that is wanted next.
fn initials(letters: &[u8], words: &[Weighed]) -> Option<u8> {
    let is_name = |role: Role| !matches!(role, Role::Form | Role::Number);
    let spelt = |takes: &dyn Fn(Role) -> bool| spelt_by(letters, words, takes);
    spelt(&|role| is_name(role) && role != Role::Light).or_else(|| spelt(&is_name))
}

/// The same of words of such roles.
fn spelt_by(letters: &[u8], words: &[Weighed], takes: &dyn Fn(Role) -> bool) -> Option<u8> {
    let mut left = letters;
    for (many, word) in words.iter().enumerate() {
        let first = word.word.text().first();
        if left.first() == first && takes(word.role) {
            left = left.get(1..)?;
        } else if word.role != Role::Light || many == 0 {
            return None;
        }
        if left.is_empty() {
            return u8::try_from(many + 1).ok();
        }
    }
    None
}

/// Most words that may be one word on the other side.
const JOINED_MAX: usize = 4;

fn join_at(
    one: &Prepared,
    other: &Prepared,
    at: usize,
    model: &Model,
    alignment: &mut Alignment,
    sides: impl Fn(Span, Span) -> (Span, Span),
) {
    let Some(word) = one.words.get(at).filter(|word| word.may_be_joined()) else { return };
    let length = word.word.text().len();
    let mut best: Option<(Pair, i32)> = None;
    for from in 0..other.words.len() {
        let (mut total, mut letters) = (0, 0);
        for (many, next) in other.words.iter().skip(from).take(JOINED_MAX).enumerate() {
            total += next.word.text().len();
            letters |= next.shape.letters();
            if next.role == Role::Form || total > length + 2 {
                break;
            }
            if many == 0 || total + 2 < length || at_least(letters, word.shape.letters()) > 2 {
                continue;
            }
            let theirs = Span { at: from as u8, many: many as u8 + 1 };
            let (left, right) = sides(Span::one(at), theirs);
            let Some(pair) = joined(word, theirs.of(other), left, right, model) else { continue };
            let dislodged = alignment.pairs.iter().filter(|placed| placed.overlaps(&pair));
            let lost: i32 = dislodged.map(|placed| placed.worth + SPARED).sum();
            let named = theirs.of(other).iter().filter(|word| word.role.is_name()).count();
            let gain = pair.worth + SPARED * named as i32 - lost;
            if gain > best.as_ref().map_or(0, |(_, gain)| *gain) {
                best = Some((pair, gain));
            }
        }
    }
    if let Some((pair, _)) = best {
        alignment.pairs.retain(|placed| !placed.overlaps(&pair));
        alignment.pairs.push(pair);
    }
}

/// A word against several, written as one.
fn joined(
    word: &Weighed,
    group: &[Weighed],
    left: Span,
    right: Span,
    model: &Model,
) -> Option<Pair> {
    let mut text = [0; 32];
    let mut length = 0;
    let letters = group.iter().flat_map(|word| word.word.text());
    for (slot, letter) in text.iter_mut().zip(letters) {
        *slot = *letter;
        length += 1;
    }
    let likeness = liken_texts(word.word.text(), text.get(..length)?)?;
    let worth = joined_worth(word, group, likeness, model);
    Some(Pair { left, right, likeness, worth })
}
