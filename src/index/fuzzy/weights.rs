//! What agreement is worth at most: the bound by which names are left out before they are scored.

use std::sync::Arc;

use crate::names::{Bits, Likeness, Population, Word};

use super::date::Agreement;
use super::terms;

/// The most that each piece of evidence can add to a score.
///
/// The caller's scorer has the last word; these only have to be no less than what it gives. What they
/// give too much costs time, what they give too little costs matches.
#[derive(Clone)]
pub struct Weights {
    /// What two words that are so alike and so rare are worth.
    pub word: fn(Likeness, Bits, Bits) -> Bits,
    /// What an initial in the place of a word is worth.
    pub initial: Bits,
    /// What a word of the query takes away that the listed name has not; negative.
    pub unmet: Bits,
    /// What a listed word takes away that the query has not; negative.
    pub left_over: Bits,
    /// What two words take away that stand against one another; negative.
    pub conflict: Bits,
    /// What it adds that no word is left over on either side.
    pub full: Bits,
    /// What it adds that words are left over on one side alone.
    pub subset: Bits,
    /// What dates are worth that agree so.
    pub dates: [Bits; Agreement::COUNT],
    /// What different nationalities take away; negative.
    pub other_nation: Bits,
    /// What it adds that both names have such a particle or title.
    pub light: Bits,
    /// What the rest of the evidence may add: sex, and which parts of the names agree.
    pub rest: Bits,
    /// How rare words are beyond the list itself; without it, the list alone says how rare they are.
    pub population: Option<Arc<Population>>,
}

impl Weights {
    /// How rare a word is that `carriers` of `names` listed have, nobody or one.
    pub(super) fn rarity(&self, word: &Word, names: usize, carriers: u32) -> Bits {
        let listed = u32::try_from(names).unwrap_or(u32::MAX);
        match &self.population {
            Some(population) => population.rarest(word, listed, carriers),
            None => terms::rarity(names, carriers),
        }
    }

    /// What it says that so many words of the query and of the listed name meet no other.
    #[inline]
    pub(super) fn whole(&self, unmet: i32, left_over: i32) -> i32 {
        let conflicts = unmet.min(left_over);
        let extra = (unmet - conflicts) * self.unmet.in_sixteenths()
            + (left_over - conflicts) * self.left_over.in_sixteenths();
        extra
            + match (conflicts, unmet + left_over) {
                (0, 0) => self.full.in_sixteenths(),
                (0, _) => self.subset.in_sixteenths(),
                (many, _) => many * self.conflict.in_sixteenths(),
            }
    }

    /// The most that it may say that so many words of the query meet no other.
    #[inline]
    pub(super) fn at_best(&self, unmet: i32) -> i32 {
        let subset = self.whole(unmet, if unmet == 0 { 1 } else { 0 });
        subset.max(self.whole(unmet, unmet))
    }

    /// What dates are worth that agree so.
    pub(super) fn date(&self, agreement: Agreement) -> Bits {
        self.dates.get(agreement as usize).copied().unwrap_or(Bits::ZERO)
    }
}

impl Default for Weights {
    /// Log-likelihood ratios as measured on a list of a million persons.
    fn default() -> Self {
        let mut dates = [Bits::ZERO; Agreement::COUNT];
        let measured = [
            (Agreement::Equal, 224),
            (Agreement::Near, 168),
            (Agreement::TwoParts, 72),
            (Agreement::OnePart, -64),
            (Agreement::Month, 150),
            (Agreement::Year, 93),
            (Agreement::NextYear, 32),
            (Agreement::FewYears, -32),
            (Agreement::Contradiction, -128),
            (Agreement::Unknown, 0),
        ];
        for (agreement, bits) in measured {
            if let Some(slot) = dates.get_mut(agreement as usize) {
                *slot = Bits::sixteenths(bits);
            }
        }
        Self {
            word: |likeness, one, other| {
                one.min(other) - Bits::sixteenths(255 - i32::from(likeness.similarity))
            },
            initial: Bits::sixteenths(40),
            unmet: Bits::sixteenths(-42),
            left_over: Bits::sixteenths(-32),
            conflict: Bits::sixteenths(-74),
            full: Bits::ZERO,
            subset: Bits::ZERO,
            dates,
            other_nation: Bits::sixteenths(-51),
            light: Bits::ZERO,
            rest: Bits::ZERO,
            population: None,
        }
    }
}
