//! Spellings of one name that live side by side, from lists of names: `Mohammed` and `Muhammad`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use compact_str::CompactString;

use super::latin::{Loss, unmarked};
use crate::sim::dice::Dice;

static GROUPS: LazyLock<Groups> = LazyLock::new(Groups::read);

struct Groups {
    groups: Vec<Vec<&'static str>>,
    /// In which groups a word stands.
    of: BTreeMap<&'static str, Vec<usize>>,
}

impl Groups {
    fn read() -> Self {
        let rows = include_str!("data/variants.tsv").lines().skip(1);
        let groups: Vec<Vec<&str>> = rows.map(|row| row.split(',').collect()).collect();
        let mut of = BTreeMap::<&str, Vec<usize>>::new();
        for (number, group) in groups.iter().enumerate() {
            for word in group {
                of.entry(word).or_default().push(number);
            }
        }
        Self { groups, of }
    }
}

/// Another spelling of this word; `None` when none is known.
pub(super) fn other(dice: &mut Dice, word: &str) -> Option<CompactString> {
    let small = unmarked(word, Loss::Bare).to_lowercase();
    let numbers = GROUPS.of.get(small.as_str())?;
    let group = GROUPS.groups.get(*dice.pick(numbers)?)?;
    let others: Vec<&str> = group.iter().copied().filter(|known| *known != small).collect();
    let mut out = CompactString::default();
    let mut begins = true;
    for letter in dice.pick(&others)?.chars() {
        if begins {
            out.extend(letter.to_uppercase())
        } else {
            out.push(letter)
        }
        begins = letter == ' ' || letter == '-';
    }
    Some(out)
}

#[cfg(test)]
impl Groups {
    /// Whether both stand in one group.
    fn hold(&self, one: &str, other: &str) -> bool {
        self.groups.iter().any(|group| group.contains(&one) && group.contains(&other))
    }
}

/// Whether both are known spellings of one name.
#[cfg(test)]
pub(super) fn are_variants(one: &str, other: &str) -> bool {
    let small = |word: &str| unmarked(word, Loss::Bare).to_lowercase();
    GROUPS.hold(&small(one), &small(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_offers_another_spelling() {
        let mut dice = Dice::new(1, 1);
        assert!(GROUPS.groups.len() > 150);
        for group in &GROUPS.groups {
            assert!(group.len() > 1, "{group:?}");
            for word in group {
                let other = other(&mut dice, word).unwrap_or_default();
                assert!(!other.is_empty(), "{word}");
                assert_ne!(other.to_lowercase(), **word);
            }
        }
        assert_eq!(other(&mut dice, "Xyzzy"), None);
    }
}
