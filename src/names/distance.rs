//! How far two spellings are apart: letters dropped, added, changed and exchanged.

/// Where each letter stands in a word, for many comparisons with that word.
#[derive(Clone, Copy)]
pub struct Pattern {
    places: [u32; 32],
    length: u32,
}

impl Pattern {
    /// Reads a word of at most 32 letters.
    pub fn of(text: &[u8]) -> Self {
        let mut places = [0; 32];
        let mut place = 1_u32;
        for letter in text {
            if let Some(slot) = places.get_mut(usize::from(letter & 31)) {
                *slot |= place;
            }
            place = place.wrapping_shl(1);
        }
        Self { places, length: text.len() as u32 }
    }

    /// The fewest steps from this word to the other, a step being a letter dropped, added, changed
    /// or exchanged with its neighbour (optimal string alignment). A digit counts as the letter with
    /// which it shares its lowest five bits, so the distance may be too small, never too large.
    ///
    /// Bit-parallel: H. Hyyrö, "A Bit-Vector Algorithm for Computing Levenshtein and Damerau Edit
    /// Distances", 2003.
    pub fn distance(&self, other: &[u8]) -> u32 {
        if self.length == 0 {
            return other.len() as u32;
        }
        let last = 1_u32 << (self.length - 1);
        let (mut plus, mut minus, mut zero, mut before) = (u32::MAX, 0_u32, 0_u32, 0_u32);
        let mut distance = self.length;
        for letter in other {
            let here = self.places.get(usize::from(letter & 31)).copied().unwrap_or_default();
            let exchanged = ((!zero & here) << 1) & before;
            zero = ((here & plus).wrapping_add(plus) ^ plus) | here | minus | exchanged;
            let up = minus | !(zero | plus);
            let down = zero & plus;
            distance += u32::from(up & last != 0);
            distance -= u32::from(down & last != 0);
            let up = (up << 1) | 1;
            plus = (down << 1) | !(zero | up);
            minus = up & zero;
            before = here;
        }
        distance
    }
}

/// The letters of a word as a set: one bit each.
pub fn letters(text: &[u8]) -> u32 {
    text.iter().fold(0, |set, letter| set | 1 << (letter & 31))
}

/// Steps that two words are at least apart, by the letters that only one of them has.
pub const fn at_least(one: u32, other: u32) -> u32 {
    let (left, right) = ((one & !other).count_ones(), (other & !one).count_ones());
    if left > right { left } else { right }
}

/// A whole letter, in the unit of [`cost`].
pub const LETTER: u16 = 16;
/// Two neighbours exchanged.
const EXCHANGE: u16 = 13;
/// More than any cost that is asked for.
const FAR: u16 = u16::MAX / 2;
const WIDTH: usize = 25;

/// What the cheapest way from one word to the other costs, in sixteenths of a letter, where letters
/// that are often written for one another cost less; `None` when it costs more than `most`.
pub fn cost(one: &[u8], other: &[u8], most: u16) -> Option<u16> {
    if one.len() >= WIDTH || other.len() >= WIDTH {
        return None;
    }
    let mut rows = [[FAR; WIDTH]; 3];
    let [first, second, third] = &mut rows;
    let (mut before, mut above, mut row) = (first, second, third);
    start(above, other);
    let mut previous = None;
    for &letter in one {
        let cheapest = fill(row, above, before, letter, previous, other);
        if cheapest > most.saturating_add(EXCHANGE) {
            return None;
        }
        previous = Some(letter);
        (before, above, row) = (above, row, before);
    }
    let cost = above.get(other.len()).copied().unwrap_or(FAR);
    (cost <= most).then_some(cost)
}

/// The row that belongs to no letter: all of the other word added.
fn start(row: &mut [u16; WIDTH], other: &[u8]) {
    let (mut sum, mut previous) = (0, None);
    for (slot, letter) in row.iter_mut().zip(other.iter().map(Some).chain([None])) {
        *slot = sum;
        if let Some(&letter) = letter {
            sum += gap(letter, previous);
            previous = Some(letter);
        }
    }
}

/// The row of one letter; gives its cheapest place.
fn fill(
    row: &mut [u16; WIDTH],
    above: &[u16; WIDTH],
    before: &[u16; WIDTH],
    letter: u8,
    previous: Option<u8>,
    other: &[u8],
) -> u16 {
    let dropped = gap(letter, previous);
    let (mut slots, mut uppers) = (row.iter_mut(), above.iter());
    let mut corner = uppers.next().copied().unwrap_or(FAR);
    let mut value = corner + dropped;
    if let Some(slot) = slots.next() {
        *slot = value;
    }
    let mut cheapest = value;
    let mut last = None;
    // The place two rows up and two columns back lags by two.
    let (mut lagging, mut lag) = (FAR, before.iter());
    for ((slot, &upper), &facing) in slots.zip(uppers).zip(other) {
        let changed = corner + change(letter, facing, previous.is_none() && last.is_none());
        value = changed.min(upper + dropped).min(value + gap(facing, last));
        if previous == Some(facing) && last == Some(letter) && letter != facing {
            value = value.min(lagging + EXCHANGE);
        }
        *slot = value;
        cheapest = cheapest.min(value);
        corner = upper;
        last = Some(facing);
        lagging = lag.next().copied().unwrap_or(FAR);
    }
    cheapest
}

/// A letter that only one word has, `before` being the letter before it.
const fn gap(letter: u8, before: Option<u8>) -> u16 {
    match (letter, before) {
        (letter, Some(before)) if letter == before => 5,
        (b'h', _) => 7,
        (b'a' | b'e' | b'i' | b'o' | b'u' | b'y', Some(_)) => 11,
        (b'a' | b'e' | b'i' | b'o' | b'u' | b'y', None) => 14,
        _ => LETTER,
    }
}

/// One letter in the place of another; `first` where both begin their words, which people get right.
const fn change(one: u8, other: u8, first: bool) -> u16 {
    if one == other {
        return 0;
    }
    let pair = if one < other { (one, other) } else { (other, one) };
    let cost = match pair {
        (b'e', b'i') | (b'o', b'u') | (b'i', b'y') | (b'i', b'j') | (b'j', b'y') => 6,
        (b'c', b'k') | (b'k', b'q') | (b's', b'z') | (b'v', b'w') | (b'f', b'v') => 6,
        (b'a', b'e') | (b'a', b'o') | (b'b', b'v') | (b'd', b't') | (b'g', b'k') => 9,
        (b'b', b'p') | (b'g', b'j') | (b'g', b'q') | (b'c', b's') | (b'm', b'n') => 10,
        (b'g', b'h') | (b'h', b'k') | (b'd', b'z') | (b'j', b'z') | (b'u', b'w') => 11,
        (low, high) if is_vowel(low) && is_vowel(high) => 10,
        _ => LETTER,
    };
    if first { cost + cost / 4 } else { cost }
}

const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Optimal string alignment by its definition.
    fn slow(one: &[u8], other: &[u8]) -> u32 {
        let mut table = vec![vec![0_u32; other.len() + 1]; one.len() + 1];
        for i in 0..=one.len() {
            for j in 0..=other.len() {
                table[i][j] = if i == 0 || j == 0 {
                    (i + j) as u32
                } else {
                    let changed = table[i - 1][j - 1] + u32::from(one[i - 1] != other[j - 1]);
                    let best = changed.min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                    let exchanged =
                        i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                    if exchanged { best.min(table[i - 2][j - 2] + 1) } else { best }
                };
            }
        }
        table[one.len()][other.len()]
    }

    proptest! {
        #[test]
        fn the_bit_parallel_distance_is_that_of_the_definition(one in "[a-e]{0,23}", other in "[a-e]{0,23}") {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            prop_assert_eq!(Pattern::of(one).distance(other), slow(one, other));
        }

        #[test]
        fn sets_of_letters_never_overstate_the_distance(one in "[a-z0-9]{0,12}", other in "[a-z0-9]{0,12}") {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            prop_assert!(at_least(letters(one), letters(other)) <= slow(one, other));
        }

        #[test]
        fn cost_is_symmetric_and_zero_for_the_same_word(one in "[a-z]{0,12}", other in "[a-z]{0,12}") {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            prop_assert_eq!(cost(one, other, 400), cost(other, one, 400));
            prop_assert_eq!(cost(one, other, 400) == Some(0), one == other);
            prop_assert!(cost(one, other, 400) <= Some(20 * slow(one, other) as u16));
        }

        #[test]
        fn a_bound_changes_nothing_below_it(one in "[a-f]{0,8}", other in "[a-f]{0,8}", most in 0..120_u16) {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            let unbounded = cost(one, other, 400).filter(|cost| *cost <= most);
            prop_assert_eq!(cost(one, other, most), unbounded);
        }
    }

    #[test]
    fn letters_written_for_one_another_cost_less() {
        let cost = |one: &str, other: &str| cost(one.as_bytes(), other.as_bytes(), 200).unwrap();
        assert!(cost("karim", "carim") < cost("karim", "larim"));
        assert!(cost("mohamed", "mohammed") < cost("mohamed", "mohawmed"));
        assert!(cost("ahmed", "ahemd") < cost("ahmed", "ahxxd"));
    }
}
