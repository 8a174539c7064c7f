//! Which known word a misspelt one was meant to be.

use std::mem;

/// Further apart than this, two words are different words rather than one misspelt.
const DISTANCE_MAX: usize = 2;

/// The known word nearest to `word`, if any is near enough; among equals, the first. The last part
/// of a key or of a variable's name must keep half its letters: `age` is not a misspelt `name`.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let part = word.rsplit('.').next().and_then(|part| part.rsplit("__").next());
    let distance_max = DISTANCE_MAX.min(part.map_or(0, |part| part.chars().count() / 2));
    known
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(distance, _)| *distance <= distance_max)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// How many letters must be inserted, dropped or replaced to turn one word into the other
/// (Levenshtein's distance), or more than [`DISTANCE_MAX`] when the lengths alone rule it out.
fn distance(left: &str, right: &str) -> usize {
    if left.len().abs_diff(right.len()) > DISTANCE_MAX * 4 {
        return usize::MAX;
    }
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (above, letter) in left.chars().enumerate() {
        let mut diagonal = above;
        let mut before = above + 1;
        let mut cells = row.iter_mut();
        if let Some(first) = cells.next() {
            *first = before;
        }
        for (cell, other) in cells.zip(&right) {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = mem::replace(cell, replaced.min(*cell + 1).min(before + 1));
            before = *cell;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_inserted_dropped_and_replaced_letters() {
        for (left, right, expected) in [
            ("", "", 0),
            ("count", "count", 0),
            ("count", "", 5),
            ("", "ab", 2),
            ("count", "conut", 2),
            ("count", "counts", 1),
            ("brokers", "borker", 3),
            ("kitten", "sitting", 3),
            ("é", "e", 1),
        ] {
            assert_eq!(distance(left, right), expected, "{left} to {right}");
        }
    }

    #[test]
    fn a_word_too_far_from_all_others_has_no_nearest() {
        assert_eq!(nearest("lanes.cuont", ["lanes.count", "lists"]), Some("lanes.count"));
        assert_eq!(nearest("lists.age", ["lists.name"]), None);
        assert_eq!(nearest("weather", ["lanes", "lists"]), None);
    }
}
