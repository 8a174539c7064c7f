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
pub(super) const LETTER: u16 = 16;
/// A digit dropped, added, changed or exchanged: it tells more than a letter, and no two are alike.
const DIGIT: u16 = 24;
/// Two neighbours exchanged.
const EXCHANGE: u16 = 13;
/// More than any cost that is asked for.
const FAR: u16 = u16::MAX / 2;
const WIDTH: usize = 25;

/// What the cheapest way from one word to the other costs, in sixteenths of a letter, where letters
/// that are often written for one another cost less; `None` when it costs more than `most`.
pub(super) fn cost(one: &[u8], other: &[u8], most: u16) -> Option<u16> {
    if one.len() >= WIDTH || other.len() >= WIDTH {
        return None;
    }
    let (shared, one, other) = without_shared(one, other);
    if one.is_empty() || other.is_empty() {
        let cost = gaps(one, shared) + gaps(other, shared);
        return (cost <= most).then_some(cost);
    }
    if let ([letter], [facing]) = (one, other) {
        let cost = replaced(*letter, *facing, shared);
        return (cost <= most).then_some(cost);
    }
    let mut rows = [[FAR; WIDTH]; 3];
    let [first, second, third] = &mut rows;
    let (mut before, mut above, mut row) = (first, second, third);
    start(above, other, shared);
    let mut previous = shared;
    for (at, &letter) in one.iter().enumerate() {
        let heads = shared == NONE && at == 0;
        let cheapest = fill(row, above, before, (letter, previous), (other, shared), heads);
        if cheapest > most.saturating_add(EXCHANGE) {
            return None;
        }
        previous = letter;
        (before, above, row) = (above, row, before);
    }
    let cost = above.get(other.len()).copied().unwrap_or(FAR);
    (cost <= most).then_some(cost)
}

/// One letter for another, which nearly all words are apart that are alike at all.
#[inline]
fn replaced(letter: u8, facing: u8, before: u8) -> u16 {
    let both = gap(letter, before) + gap(facing, before);
    change(letter, facing, before == NONE).min(both)
}

/// What it costs that one letter stands for another, and whether both begin their words.
#[inline]
fn change(letter: u8, facing: u8, first: bool) -> u16 {
    if letter == facing {
        return 0;
    }
    let row = CHANGE.get(place(letter)).unwrap_or(&[DIGIT as u8; 32]);
    let change = row.get(place(facing)).copied().map_or(DIGIT, u16::from);
    // People get the first letter right.
    if first { change + change / 4 } else { change }
}

/// No letter.
const NONE: u8 = 0;

/// Both words without the letters with which both begin and end, and the last of those with which
/// they begin.
fn without_shared<'a>(one: &'a [u8], other: &'a [u8]) -> (u8, &'a [u8], &'a [u8]) {
    let heads = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let last = heads.checked_sub(1).and_then(|at| one.get(at)).copied().unwrap_or(NONE);
    let one = one.get(heads..).unwrap_or_default();
    let other = other.get(heads..).unwrap_or_default();
    let tails = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let end = |word: &'a [u8]| word.get(..word.len() - tails).unwrap_or_default();
    (last, end(one), end(other))
}

/// All of a word dropped, `before` standing before it.
fn gaps(word: &[u8], mut before: u8) -> u16 {
    let mut sum = 0;
    for &letter in word {
        sum += gap(letter, before);
        before = letter;
    }
    sum
}

/// The row that belongs to no letter: all of the other word added.
fn start(row: &mut [u16; WIDTH], other: &[u8], mut before: u8) {
    let mut sum = 0;
    let mut slots = row.iter_mut();
    if let Some(slot) = slots.next() {
        *slot = 0;
    }
    for (slot, &letter) in slots.zip(other) {
        sum += gap(letter, before);
        before = letter;
        *slot = sum;
    }
}

/// The row of one letter; gives its cheapest place.
#[inline]
fn fill(
    row: &mut [u16; WIDTH],
    above: &[u16; WIDTH],
    before: &[u16; WIDTH],
    (letter, previous): (u8, u8),
    (other, shared): (&[u8], u8),
    heads: bool,
) -> u16 {
    let dropped = gap(letter, previous);
    let (mut slots, mut uppers) = (row.iter_mut(), above.iter());
    let mut corner = uppers.next().copied().unwrap_or(FAR);
    let mut value = corner + dropped;
    if let Some(slot) = slots.next() {
        *slot = value;
    }
    let (mut cheapest, mut last, mut first) = (value, shared, heads);
    // The place two rows up and two columns back lags by two.
    let (mut lagging, mut lag) = (FAR, before.iter());
    for ((slot, &upper), &facing) in slots.zip(uppers).zip(other) {
        let change = change(letter, facing, std::mem::take(&mut first));
        value = (corner + change).min(upper + dropped).min(value + gap(facing, last));
        if previous == facing && last == letter && letter != facing {
            let digits = letter.is_ascii_digit() || facing.is_ascii_digit();
            value = value.min(lagging + if digits { DIGIT } else { EXCHANGE });
        }
        *slot = value;
        cheapest = cheapest.min(value);
        corner = upper;
        last = facing;
        lagging = lag.next().copied().unwrap_or(FAR);
    }
    cheapest
}

/// A letter that only one word has, `before` being the letter before it.
#[inline]
fn gap(letter: u8, before: u8) -> u16 {
    if letter == before && !letter.is_ascii_digit() {
        return 5;
    }
    let gap = GAP.get(place(letter)).copied().map_or(DIGIT, u16::from);
    // A vowel is dropped within words more often than before them.
    if before == NONE && gap == VOWEL { gap + 3 } else { gap }
}

const VOWEL: u16 = 11;

/// The place that all digits share in the tables of costs: no letter has it.
const DIGITS: usize = 0;

/// Where a letter stands in the tables of costs.
#[inline]
const fn place(letter: u8) -> usize {
    // Letters have the bit 64, digits have not.
    (letter & 31 & (letter >> 6 & 1).wrapping_neg()) as usize
}

/// What a letter costs that only one word has.
#[expect(clippy::indexing_slicing, reason = "const: an index out of range does not compile")]
static GAP: [u8; 32] = {
    let mut table = [LETTER as u8; 32];
    table[DIGITS] = DIGIT as u8;
    table[(b'h' & 31) as usize] = 7;
    let vowels = b"aeiouy";
    let mut at = 0;
    while at < vowels.len() {
        table[(vowels[at] & 31) as usize] = VOWEL as u8;
        at += 1;
    }
    table
};

/// What a letter costs in the place of another.
#[expect(clippy::indexing_slicing, reason = "const: an index out of range does not compile")]
static CHANGE: [[u8; 32]; 32] = {
    let mut table = [[LETTER as u8; 32]; 32];
    let mut group = 0;
    while group < ALIKE.len() {
        let (pairs, cost) = ALIKE[group];
        let mut at = 0;
        while at + 1 < pairs.len() {
            let (one, other) = ((pairs[at] & 31) as usize, (pairs[at + 1] & 31) as usize);
            table[one][other] = cost;
            table[other][one] = cost;
            at += 3;
        }
        group += 1;
    }
    let mut letter = 0;
    while letter < 32 {
        table[letter][letter] = 0;
        table[letter][DIGITS] = DIGIT as u8;
        table[DIGITS][letter] = DIGIT as u8;
        letter += 1;
    }
    table
};

/// Letters that are written for one another, and what that costs; later groups win.
const ALIKE: [(&[u8], u8); 5] = [
    (b"ai au ay eo eu ey io iu oy uy", 10),
    (b"bp gj gq cs mn", 10),
    (b"gh hk dz jz uw", 11),
    (b"ae ao bv dt gk", 9),
    (b"ei ou iy ij jy ck kq sz vw fv", 6),
];

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
        fn cost_is_symmetric_and_zero_for_the_same_word(one in "[a-z0-9]{0,12}", other in "[a-z0-9]{0,12}") {
            let (one, other) = (one.as_bytes(), other.as_bytes());
            prop_assert_eq!(cost(one, other, 400), cost(other, one, 400));
            prop_assert_eq!(cost(one, other, 400) == Some(0), one == other);
            prop_assert!(cost(one, other, 400) <= Some(30 * slow(one, other) as u16));
        }

        #[test]
        fn no_digit_is_like_another_or_like_a_letter(
            front in "[a-z]{0,5}", one in "[0-9]", other in "[0-9a-z]", back in "[a-z]{0,5}",
        ) {
            prop_assume!(one != other);
            let (with, without) = (format!("{front}{one}{back}"), format!("{front}{back}"));
            let changed = format!("{front}{other}{back}");
            let cost = |other: &str| cost(with.as_bytes(), other.as_bytes(), 400).unwrap();
            prop_assert!(cost(&changed) >= DIGIT, "{}", cost(&changed));
            prop_assert!(cost(&without) >= DIGIT, "{}", cost(&without));
            let doubled = format!("{front}{one}{one}{back}");
            prop_assert!(cost(&doubled) >= DIGIT, "{}", cost(&doubled));
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
