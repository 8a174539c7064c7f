//! What screening one event may cost: however much an event states and however many entries share
//! it, the time of the others is not spent on it.

use crate::domain::Event;

/// The most candidates looked at for one attribute.
pub(super) const PER_ATTRIBUTE_MAX: usize = 256;
/// The most candidates looked at for one event.
pub(super) const CANDIDATES_MAX: usize = 4_096;
/// The most attributes of candidates compared for one event.
pub(super) const COMPARISONS_MAX: usize = 16_384;

/// What one event may still cost.
pub(super) struct Budget {
    /// Candidates that may still be looked at.
    pub(super) candidates: usize,
    /// Attributes of the event that are still to be looked up.
    attributes: usize,
    comparisons: usize,
}

/// The outcome of a search among an entry's attributes.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found<T> {
    /// The first that is the same.
    This(T),
    /// None is.
    None,
    /// The comparisons did not suffice to tell.
    Cut,
}

impl Budget {
    /// The budget of an event.
    pub(super) fn of(event: &Event<'_>) -> Self {
        let names: usize = event.parties.iter().map(|party| party.names.len()).sum();
        Self {
            candidates: CANDIDATES_MAX,
            attributes: event.identifiers.len() + names,
            comparisons: COMPARISONS_MAX,
        }
    }

    /// How many candidates the next attribute may have: an even share of what is left, so that a
    /// number which thousands of entries carry does not keep the other attributes from being looked
    /// up.
    pub(super) fn next_share(&mut self) -> usize {
        let share = self.candidates / self.attributes.max(1);
        self.attributes = self.attributes.saturating_sub(1);
        share.clamp(1, PER_ATTRIBUTE_MAX).min(self.candidates)
    }

    /// Spends comparisons; `false` when there are not so many left.
    pub(super) fn spend(&mut self, comparisons: usize) -> bool {
        let left = self.comparisons.checked_sub(comparisons);
        self.comparisons = left.unwrap_or(self.comparisons);
        left.is_some()
    }

    /// Looks for the first that is the same, as far as the comparisons last.
    pub(super) fn find<T>(
        &mut self,
        among: impl Iterator<Item = T>,
        mut same: impl FnMut(&T) -> bool,
    ) -> Found<T> {
        for at in among {
            if self.comparisons == 0 {
                return Found::Cut;
            }
            self.comparisons -= 1;
            if same(&at) {
                return Found::This(at);
            }
        }
        Found::None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(attributes: usize) -> Budget {
        Budget { candidates: CANDIDATES_MAX, attributes, comparisons: COMPARISONS_MAX }
    }

    #[test]
    fn an_ordinary_event_has_the_full_share_for_each_attribute() {
        let mut budget = budget(16);
        for _ in 0..16 {
            let share = budget.next_share();
            assert_eq!(share, PER_ATTRIBUTE_MAX);
            budget.candidates -= share;
        }
    }

    #[test]
    fn shares_are_even_and_what_one_attribute_leaves_goes_to_the_next() {
        let mut budget = budget(1_024);
        assert_eq!(budget.next_share(), 4);
        // Nothing was found for a thousand attributes: the rest may have more.
        let last = (0..1_000).map(|_| budget.next_share()).last();
        assert!(last > Some(100), "{last:?}");
    }

    #[test]
    fn shares_never_add_up_to_more_than_the_bound() {
        for attributes in [0, 1, 17, 1_000, 4_096, 50_000] {
            let mut budget = budget(attributes);
            let spent: usize = (0..attributes + 5)
                .map(|_| {
                    let share = budget.next_share();
                    budget.candidates -= share;
                    share
                })
                .sum();
            assert!(spent <= CANDIDATES_MAX, "{attributes}: {spent}");
        }
    }

    #[test]
    fn comparisons_end_and_an_answer_that_they_do_not_reach_is_none() {
        let mut budget = budget(1);
        let among = 0..COMPARISONS_MAX + 10;
        assert_eq!(budget.find(among.clone(), |at| *at == 9), Found::This(9));
        assert_eq!(budget.find(among.clone(), |at| *at == COMPARISONS_MAX + 1), Found::Cut);
        assert_eq!(budget.find(among, |at| *at == 0), Found::Cut);
        assert_eq!(budget.find(0..0, |_| true), Found::None);
    }
}
