//! Which keys a search looks up, and how telling the words of each must be.

use smallvec::SmallVec;

use super::ask::{ASKED_MAX, Ask, AskedWord, Reading};
use super::date::Agreement;
use super::key::{Company, Key, Kind};
use super::kin::Heard;
use super::weights::Weights;

/// Two words are tried with their first sounds, each with the other's: up to where the product of
/// the two ranks is this. Among a million persons, with 8 a search takes a quarter longer and finds one
/// more of 1,400 matches; with 3 it takes a tenth less and misses one more of 400.
const RANKS_MAX: usize = 4;
/// Sounds of a third word that are tried where many names share two.
const THIRDS_MAX: usize = 6;

/// A key to be looked up.
#[derive(Clone, Copy)]
pub(super) struct Trial {
    pub(super) key: Key,
    pub(super) company: Company,
    pub(super) kind: Kind,
    /// What its words and, at best, all others are worth.
    pub(super) bits: i32,
    /// What the lesser of its first two words is worth, and what all of its words are.
    pub(super) least: i16,
    pub(super) own: i16,
    /// Which of the words stated it holds.
    pub(super) covers: u8,
    /// How many words of a listed name it holds.
    pub(super) holds: u8,
    /// Whether the key is whole, so that no mark leads on from it: a rare word, or three words.
    pub(super) finer: bool,
}

/// What words must be worth for each kind of key to be tried.
#[derive(Clone, Copy, Default)]
pub(super) struct Needs {
    undated: i32,
    dated: i32,
    /// Years to try.
    years: [(u16, i32); 3],
    /// For keys of any name.
    pub(super) least: i32,
}

impl Needs {
    /// For a list on which some dates are known to the month, or none.
    pub(super) fn new(ask: &Ask, weights: &Weights, has_months: bool) -> Self {
        use Agreement as A;
        let best = |ways: &[A]| {
            ways.iter().map(|way| weights.date(*way).in_sixteenths()).max().unwrap_or_default()
        };
        let need = ask.need(weights);
        let Some(year) = ask.date.year() else {
            let years = [(0, i32::MAX); 3];
            return Self { undated: need, dated: need, years, least: need };
        };
        let month = if has_months { best(&[A::Month]) } else { i32::MIN };
        let same = need - best(&[A::TwoParts, A::Year]).max(month);
        let next = need - best(&[A::NextYear]);
        let years = [(year, same), (year.saturating_sub(1), next), (year.saturating_add(1), next)];
        // Of another year: a digit of it may be a slip.
        let dated = need - best(&[A::TwoParts, A::OnePart, A::FewYears, A::Contradiction]);
        // Dates without a code are filed as none.
        let undated = if ask.date.has_no_code() { need - best(&[A::Equal]) } else { need };
        Self { undated, dated, years, least: need.min(same).min(undated).min(dated) }
    }

    /// What words must be worth to be tried with this kind of key.
    fn of(&self, kind: Kind) -> i32 {
        let of_year = |year| self.years.iter().find(|(other, _)| *other == year);
        match kind {
            Kind::Undated => self.undated,
            Kind::Dated => self.dated,
            // A query without a date tries all years, and none agrees.
            Kind::Year(year) => of_year(year).map_or(self.least, |(_, need)| *need),
        }
    }

    /// The kinds of keys that words of this worth may be tried with.
    pub(super) fn kinds(&self, bits: i32) -> impl Iterator<Item = Kind> {
        let undated = (bits >= self.undated).then_some(Kind::Undated);
        let dated = (bits >= self.dated).then_some(Kind::Dated);
        let years = self.years.into_iter().filter(move |(_, need)| bits >= *need);
        undated.into_iter().chain(dated).chain(years.map(|(year, _)| Kind::Year(year)))
    }
}

/// Many names share the key: tries finer ones.
pub(super) fn refine(
    trial: &Trial,
    (needs, weights): (&Needs, &Weights),
    ask: &Ask,
    trials: &mut Vec<Trial>,
) {
    let mut push = |company: Company, kind, bits, third: Option<(&AskedWord, i32)>, finer| {
        let (covers, own) = third.map_or((0, 0), |(word, bits)| (word.covers, bits as i16));
        let (covers, own) = (trial.covers | covers, trial.own + own);
        let (key, holds) = (company.of(kind), trial.holds + u8::from(third.is_some()));
        trials.push(Trial { key, company, kind, bits, own, covers, holds, finer, ..*trial });
    };
    if trial.kind == Kind::Dated {
        // With a date of its own the query has been to its year. Without, any year will do.
        if ask.date.year().is_none() {
            YEARS.for_each(|year| push(trial.company, Kind::Year(year), trial.bits, None, false));
        }
        return;
    }
    let thirds = ask.stated().iter().filter(|third| third.covers & trial.covers == 0);
    let need = needs.of(trial.kind);
    // Names of these two words alone: the others of the query meet none.
    let unmet = thirds.clone().count() as i32;
    let alone = i32::from(trial.own) + ask.alone(weights, unmet);
    if alone >= need {
        push(trial.company.alone(), trial.kind, alone, None, true);
    }
    for third in thirds {
        let most = third.best.min(trial.least.into());
        for heard in ask.heard(third).iter().take(THIRDS_MAX) {
            let own = most.min(2 * i32::from(heard.eighths));
            let bits = trial.bits - most + own;
            if bits < need {
                break;
            }
            push(trial.company.and(heard.sound), trial.kind, bits, Some((third, own)), true);
        }
    }
}

/// What the words of a name that has none, one or two words besides two may be worth, as
/// [`Trial::bits`].
pub(super) fn reach_by_others(trial: &Trial, ask: &Ask, weights: &Weights) -> [i32; 3] {
    if ask.initials > 0 {
        return [trial.bits; 3];
    }
    let mut caps: SmallVec<[i32; 2 * ASKED_MAX]> = SmallVec::new();
    let thirds = ask.stated().iter().filter(|third| third.covers & trial.covers == 0);
    caps.extend(thirds.map(|third| third.best.min(trial.least.into())));
    let many = caps.len() as i32;
    // A name has four words at most here: the most telling will do.
    caps.extend(ask.unasked.iter().copied().take(ASKED_MAX));
    caps.sort_unstable_by_key(|cap| std::cmp::Reverse(*cap));
    let has = |reading| i32::from(ask.words.iter().any(|word| word.reading == reading));
    // Two words of the query may meet one as one, or one two.
    let (joined, split) = (has(Reading::Joined), has(Reading::Part));
    std::array::from_fn(|others| {
        // Two words of one sound may be held by a key of more words than the name has.
        let left = (others as i32 + 2 - i32::from(trial.holds)).max(0);
        // Of a name of one word it is told as of one of two.
        let fewest = if trial.holds == 1 && others == 0 { 0 } else { left };
        let mut own = i32::from(trial.own);
        let mut best = i32::MIN;
        for met in 0..=caps.len() as i32 {
            if met > left + joined {
                break;
            }
            let unmet = (many - met - ask.again).max(0);
            let left_over = (fewest - met - split - ask.again).max(0);
            best = best.max(own + ask.whole(weights, unmet, left_over));
            own += caps.get(met as usize).copied().unwrap_or_default();
        }
        best - weights.at_best(0)
    })
}

/// Years of birth that are tried for a query without a date.
const YEARS: std::ops::RangeInclusive<u16> = 1_900..=2_040;

/// Pairs of sounds of two words, the most telling ranks of both first, with the bits of all words.
///
/// A name that more than two words meet is found by the two that tell most. So no third word need be
/// taken for more than the lesser of the two, nor for more than `thirds` say. Words that are not looked for
/// may add what they are worth.
pub(super) fn pairs(
    (one, other): (&[Heard], &[Heard]),
    (thirds, unasked): (&[i32], i32),
    need: i32,
    mut found: impl FnMut(Company, (i32, i32, i32)),
) {
    for (rank, first) in one.iter().enumerate() {
        let most = RANKS_MAX / (rank + 1);
        if most == 0 {
            break;
        }
        for second in other.iter().take(most) {
            let (a, b) = (2 * i32::from(first.eighths), 2 * i32::from(second.eighths));
            let thirds = thirds.iter().map(|third| a.min(b).min(*third)).sum::<i32>();
            let bits = a + b + thirds + unasked;
            if bits < need {
                break;
            }
            found(Company::one(first.sound).and(second.sound), (bits, a + b, a.min(b)));
        }
    }
}
