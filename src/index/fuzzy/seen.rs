//! Which numbers a search has seen already.

const SLOTS: usize = 2_048;

/// A small set of numbers that is emptied at no cost.
///
/// What was added last in a full place is forgotten: it may be looked at twice, which costs time only.
pub(super) struct Seen {
    /// The search that filled the slot, and the number.
    slots: Box<[(u32, u32); SLOTS]>,
    search: u32,
}

impl Default for Seen {
    fn default() -> Self {
        Self { slots: Box::new([(0, 0); SLOTS]), search: 1 }
    }
}

impl Seen {
    pub(super) fn clear(&mut self) {
        self.search = self.search.wrapping_add(1);
        if self.search == 0 {
            self.slots.fill((0, 0));
            self.search = 1;
        }
    }

    /// Adds a number; whether it is new.
    #[inline]
    pub(super) fn add(&mut self, number: u32) -> bool {
        let from = (number.wrapping_mul(0x9e37_79b1) >> 21) as usize;
        for step in 0..8 {
            let Some(slot) = self.slots.get_mut((from + step) % SLOTS) else { break };
            if slot.0 != self.search {
                *slot = (self.search, number);
                return true;
            }
            if slot.1 == number {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_number_is_new_once(numbers in prop::collection::vec(0_u32..500, 0..400)) {
            let mut seen = Seen::default();
            for _ in 0..2 {
                seen.clear();
                let mut plain = BTreeSet::new();
                for number in &numbers {
                    // Few numbers: no place is full.
                    prop_assert_eq!(seen.add(*number), plain.insert(*number));
                }
            }
        }
    }
}
