//! Slips of the finger within a word: a letter wrong, missing, too many, two in the wrong order.

use crate::sim::dice::Dice;

/// The rows of a keyboard; a neighbour is next to a letter in its row, or about below or above.
const ROWS: [&[u8]; 3] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm"];

/// Exactly `edits` slips (insertions, deletions, replacements) in these words; `false` when they are
/// too short.
pub(super) fn mistype(dice: &mut Dice, words: &mut [Vec<char>], edits: usize) -> bool {
    let before: Vec<char> = words.join(&' ');
    let original = words.to_vec();
    for _ in 0..64 {
        words.clone_from_slice(&original);
        for _ in 0..edits {
            slip(dice, words);
        }
        let after: Vec<char> = words.join(&' ');
        if words.iter().all(|word| word.len() > 1) && distance(&before, &after) == edits {
            return true;
        }
    }
    words.clone_from_slice(&original);
    false
}

/// Two neighbouring letters of a word change places; `false` when nothing differs by it.
pub(super) fn transpose(dice: &mut Dice, words: &mut [Vec<char>]) -> bool {
    for _ in 0..32 {
        let Some(word) = long_word(dice, words, 3) else { return false };
        let place = dice.below(u32::try_from(word.len()).unwrap_or(0).saturating_sub(1)) as usize;
        let pair = word.get(place).copied().zip(word.get(place + 1).copied());
        if let Some((one, other)) = pair
            && fold(one) != fold(other)
            && one.is_alphabetic()
            && other.is_alphabetic()
        {
            if let Some(letter) = word.get_mut(place) {
                *letter = like(other, one.is_uppercase());
            }
            if let Some(letter) = word.get_mut(place + 1) {
                *letter = like(one, other.is_uppercase());
            }
            return true;
        }
    }
    false
}

fn slip(dice: &mut Dice, words: &mut [Vec<char>]) {
    let Some(word) = long_word(dice, words, 3) else { return };
    let length = u32::try_from(word.len()).unwrap_or(0);
    let place = dice.below(length) as usize;
    let Some(letter) = word.get(place).copied() else { return };
    match dice.below(10) {
        0..5 => {
            let wrong = like(wrong_letter(dice, letter), letter.is_uppercase());
            if let Some(letter) = word.get_mut(place) {
                *letter = wrong;
            }
        }
        5..8 => {
            word.remove(place);
        }
        _ => {
            // A key hit twice, or its neighbour with it.
            let extra = if dice.percent(50) { fold(letter) } else { wrong_letter(dice, letter) };
            let capitals = word.iter().all(|letter| !letter.is_lowercase());
            let extra = like(extra, capitals);
            word.insert(place + 1, extra);
        }
    }
}

/// A word of so many letters, the longer the likelier; its own slips fall where words are long.
fn long_word<'w>(
    dice: &mut Dice,
    words: &'w mut [Vec<char>],
    least: usize,
) -> Option<&'w mut Vec<char>> {
    let long = |word: &&mut Vec<char>| word.len() >= least;
    let total: usize = words.iter_mut().filter(long).map(|word| word.len()).sum();
    let mut drawn = dice.below(u32::try_from(total).ok()?) as usize;
    words.iter_mut().filter(long).find(|word| {
        let here = drawn < word.len();
        drawn = drawn.saturating_sub(word.len());
        here
    })
}

/// In half of all cases a neighbour on the keyboard, otherwise any other letter.
fn wrong_letter(dice: &mut Dice, meant: char) -> char {
    let near = neighbours(fold(meant));
    if dice.percent(50)
        && let Some(letter) = dice.pick(&near)
    {
        return char::from(*letter);
    }
    let any = char::from(b'a' + u8::try_from(dice.below(26)).unwrap_or(0));
    if any == fold(meant) { if any == 'e' { 'a' } else { 'e' } } else { any }
}

/// The keys around a letter.
fn neighbours(letter: char) -> Vec<u8> {
    let find = |row: &[u8]| row.iter().position(|key| char::from(*key) == letter);
    let Some((row, column)) =
        ROWS.iter().enumerate().find_map(|(row, keys)| Some((row, find(keys)?)))
    else {
        return Vec::new();
    };
    let mut near = Vec::new();
    for (other, keys) in ROWS.iter().enumerate() {
        // Each row lies half a key to the right of the one above.
        let from = match other {
            other if other == row => column.saturating_sub(1),
            other if other + 1 == row => column,
            other if other == row + 1 => column.saturating_sub(1),
            _ => continue,
        };
        let to = if other == row + 1 { column + 1 } else { column + 2 };
        near.extend(
            keys.iter().skip(from).take(to - from).filter(|key| char::from(**key) != letter),
        );
    }
    near
}

fn fold(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn like(letter: char, capital: bool) -> char {
    if capital { letter.to_uppercase().next().unwrap_or(letter) } else { fold(letter) }
}

/// Insertions, deletions and replacements from one text to the other (Levenshtein), case aside.
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, a) in one.iter().enumerate() {
        let mut diagonal = line;
        let mut left = line + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(other) {
            let above = *cell;
            let replaced = diagonal + usize::from(fold(*a) != fold(*b));
            left = replaced.min(above + 1).min(left + 1);
            diagonal = above;
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = line + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_are_next_on_the_keyboard() {
        let near = |letter| String::from_utf8(neighbours(letter)).unwrap();
        assert_eq!(near('q'), "wa");
        assert_eq!(near('g'), "tyfhvb");
        assert_eq!(near('m'), "jkn");
        assert_eq!(near('é'), "");
    }

    #[test]
    fn distance_counts_edits() {
        let of = |a: &str, b: &str| {
            distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!(of("kitten", "sitting"), 3);
        assert_eq!(of("", "abc"), 3);
        assert_eq!(of("Anna", "anna"), 0);
        assert_eq!(of("ab", "ba"), 2);
    }

    #[test]
    fn words_too_short_to_mistype_are_left() {
        let mut dice = Dice::new(1, 1);
        let mut words = vec![vec!['L', 'i'], vec!['W', 'u']];
        assert!(!mistype(&mut dice, &mut words, 1));
        assert!(!transpose(&mut dice, &mut words));
        assert_eq!(words, [['L', 'i'], ['W', 'u']]);
    }
}
