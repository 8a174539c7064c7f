//! How like two words are: the same, one name spelt in two ways, a slip of the pen apart, or alike in
//! sound.

use super::{Part, Word};

/// In what way two words are alike, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Letter by letter.
    Same,
    /// By the customs of transliteration: `kh` and `h`, `ou` and `u`.
    Transliteration,
    /// Two spellings of one name, by the dictionary.
    Spelling,
    /// A few letters apart.
    Edit,
    /// By their consonants, where one script writes no vowels.
    Sound,
    /// One is the initial of the other.
    Initial,
    /// One was cut off where its field ended.
    Prefix,
}

/// How alike two words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// In what way.
    pub kind: Kind,
    /// From 0 to 255, which is equal.
    pub similarity: u8,
    /// What separates them, in sixteenths of a letter.
    pub cost: u8,
}

impl Likeness {
    const fn of(kind: Kind, similarity: u8) -> Self {
        Self { kind, similarity, cost: 0 }
    }

    fn edited(kind: Kind, cost: u16, length: usize) -> Self {
        let whole = 16 * length.max(1);
        let similarity = 240 * whole.saturating_sub(usize::from(cost)) / whole;
        Self {
            kind,
            similarity: u8::try_from(similarity).unwrap_or(u8::MAX),
            cost: u8::try_from(cost).unwrap_or(u8::MAX),
        }
    }
}

/// How alike two words are; `None` when they are not. The order of the two does not matter.
pub fn liken(a: &Word, b: &Word) -> Option<Likeness> {
    liken_with(a, letters(a.text()), b, letters(b.text()))
}

/// As [`liken`], where the caller has the [`letters`] of both at hand.
pub fn liken_with(a: &Word, a_letters: u32, b: &Word, b_letters: u32) -> Option<Likeness> {
    let (one, other) = (a.text(), b.text());
    if one == other {
        return Some(Likeness::of(Kind::Same, 255));
    }
    if a.is_cut() || b.is_cut() {
        return by_prefix(a, b);
    }
    if one.len() == 1 || other.len() == 1 {
        return by_initial(one, other);
    }
    if a.part() == Part::Number || b.part() == Part::Number {
        return None;
    }
    if a.canonical_key() == b.canonical_key() {
        return Some(Likeness::of(Kind::Transliteration, 245));
    }
    if a.classes().iter().any(|class| b.classes().contains(class)) {
        return Some(Likeness::of(Kind::Spelling, 235));
    }
    let far = (a_letters ^ b_letters).count_ones() > 6 || one.len().abs_diff(other.len()) > 4;
    let edited = if far { None } else { by_edit(a, b) };
    edited.or_else(|| by_sound(a, b))
}

/// Which letters a word holds: one bit each.
pub fn letters(text: &[u8]) -> u32 {
    text.iter().fold(0, |set, &letter| set | 1 << (letter & 31))
}

fn by_prefix(a: &Word, b: &Word) -> Option<Likeness> {
    let cut_to_whole = |cut: &Word, whole: &Word| {
        let stands = cut.is_cut() && whole.text().starts_with(cut.text());
        let similarity = 200_usize.saturating_add(cut.text().len() * 5).min(250);
        stands.then(|| Likeness::of(Kind::Prefix, u8::try_from(similarity).unwrap_or(250)))
    };
    cut_to_whole(a, b).or_else(|| cut_to_whole(b, a))
}

fn by_initial(one: &[u8], other: &[u8]) -> Option<Likeness> {
    let alike = one.first() == other.first() && one.len() != other.len();
    alike.then_some(Likeness::of(Kind::Initial, 128))
}

fn by_edit(a: &Word, b: &Word) -> Option<Likeness> {
    let (one, other) = (a.text(), b.text());
    let length = one.len().max(other.len());
    let most = most_cost(length);
    let as_written = edit_cost(one, other, most);
    let folded = edit_cost(a.canonical(), b.canonical(), most.saturating_sub(FOLDED));
    let cost = match (as_written, folded) {
        (Some(written), Some(folded)) => written.min(folded + FOLDED),
        (Some(written), None) => written,
        (None, Some(folded)) => folded + FOLDED,
        (None, None) => return None,
    };
    Some(Likeness::edited(Kind::Edit, cost, length))
}

/// What the way through the folded forms costs, in sixteenths of a letter.
const FOLDED: u16 = 4;

/// The cost up to which words of this length may still be one name.
fn most_cost(length: usize) -> u16 {
    match length {
        0..=2 => 0,
        3..=4 => 18,
        5..=6 => 28,
        7..=9 => 36,
        _ => 48,
    }
}

fn by_sound(a: &Word, b: &Word) -> Option<Likeness> {
    let bridged = a.script().omits_vowels() != b.script().omits_vowels();
    if !bridged {
        return None;
    }
    None
}

/// The cheapest way from one text to the other, by letters dropped, added, changed and exchanged with
/// their neighbour, in sixteenths of a letter; `None` when it costs more than `most`.
fn edit_cost(one: &[u8], other: &[u8], most: u16) -> Option<u16> {
    if one.len().abs_diff(other.len()) > 4 || one.len() > 23 || other.len() > 23 {
        return None;
    }
    let mut rows = [[0_u16; 25]; 3];
    let [before, above, row] = &mut rows;
    let (mut before, mut above, mut row) = (before, above, row);
    let mut left = 0;
    for (slot, pair) in above.iter_mut().zip(std::iter::once(None).chain(other.iter().map(Some))) {
        if let Some(letter) = pair {
            left += gap(*letter, None);
        }
        *slot = left;
    }
    let mut up: Option<u8> = None;
    for &letter in one {
        let first = up.is_none();
        let drop = gap(letter, up);
        let mut best = u16::MAX;
        let mut last: Option<u8> = None;
        let mut value = at(above, 0) + drop;
        put(row, 0, value);
        for (column, &facing) in other.iter().enumerate() {
            let column = column + 1;
            let change = at(above, column - 1) + change(letter, facing, first && last.is_none());
            let dropped = at(above, column) + drop;
            let added = value + gap(facing, last);
            value = change.min(dropped).min(added);
            if let (Some(up), Some(last)) = (up, last)
                && up == facing
                && last == letter
            {
                value = value.min(at(before, column - 2) + EXCHANGE);
            }
            put(row, column, value);
            best = best.min(value);
            last = Some(facing);
        }
        if best > most + EXCHANGE {
            return None;
        }
        up = Some(letter);
        (before, above, row) = (above, row, before);
    }
    let cost = at(above, other.len());
    (cost <= most).then_some(cost)
}

/// Two neighbours exchanged.
const EXCHANGE: u16 = 13;

fn at(row: &[u16; 25], column: usize) -> u16 {
    row.get(column).copied().unwrap_or(u16::MAX / 2)
}

fn put(row: &mut [u16; 25], column: usize, value: u16) {
    if let Some(slot) = row.get_mut(column) {
        *slot = value;
    }
}

/// A letter that only one text has, `before` being the letter before it.
fn gap(letter: u8, before: Option<u8>) -> u16 {
    if before == Some(letter) {
        return 5;
    }
    match letter {
        b'h' | b'\'' => 7,
        b'a' | b'e' | b'i' | b'o' | b'u' | b'y' => if before.is_none() { 14 } else { 11 },
        _ => 16,
    }
}

/// One letter in the place of another.
fn change(one: u8, other: u8, first: bool) -> u16 {
    if one == other {
        return 0;
    }
    let (low, high) = if one < other { (one, other) } else { (other, one) };
    let cost = match (low, high) {
        (b'e', b'i') | (b'o', b'u') | (b'i', b'y') | (b'i', b'j') | (b'j', b'y') => 6,
        (b'c', b'k') | (b'k', b'q') | (b's', b'z') | (b'v', b'w') | (b'f', b'v') => 6,
        (b'a', b'e') | (b'a', b'o') | (b'b', b'v') | (b'd', b't') | (b'g', b'k') => 9,
        (b'b', b'p') | (b'g', b'j') | (b'g', b'q') | (b'c', b's') | (b'm', b'n') => 10,
        (b'g', b'h') | (b'h', b'k') | (b'd', b'z') | (b'j', b'z') | (b'u', b'w') => 11,
        _ if is_vowel(low) && is_vowel(high) => 10,
        _ => 16,
    };
    if first { cost + cost / 4 } else { cost }
}

fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

/// How alike two texts are, by their letters alone.
pub fn liken_texts(one: &[u8], other: &[u8]) -> Option<Likeness> {
    let length = one.len().max(other.len());
    let cost = edit_cost(one, other, most_cost(length))?;
    Some(Likeness::edited(if cost == 0 { Kind::Same } else { Kind::Edit }, cost, length))
}

/// How near two unlike texts are: sixteenths, from 0 to 16.
pub fn nearness(one: &[u8], other: &[u8]) -> i32 {
    let length = one.len().max(other.len()) as i32;
    let cost = edit_cost(one, other, 400).map_or(16 * length, i32::from);
    (16 - cost / length.max(1)).max(0)
}
