//! How well a Latin word renders one of a script that leaves out vowels.
//!
//! A weighted alignment of sounds. The weights are evidence in bits, learnt from pairs of spellings
//! in the dictionary by [`learn`]: how often a written letter is rendered so, against how often the
//! Latin letter occurs at all. So `ج` accepts `j`, `g` and `dj`, `ق` accepts `q`, `k` and `g`, a
//! vowel may appear anywhere at little cost, and a consonant that has no counterpart is dear.

use super::{Script, Word};

mod learn;

pub use learn::learn;

/// The weights as [`learn`] wrote them: for Arabic, then for Hebrew.
static WEIGHTS: &[u8] = include_bytes!("../data/bridge.bin");

/// Kinds of sounds: letters, then pairs of letters that are one sound.
const SOUNDS: usize = 26 + PAIRS.len();
const PAIRS: [[u8; 2]; 13] = [
    *b"kh", *b"gh", *b"sh", *b"th", *b"dh", *b"zh", *b"ch", *b"ph", *b"ou", *b"oo", *b"ee", *b"dj",
    *b"ck",
];
/// Weights of one script: of each sound for each, of a written one without counterpart, of a Latin
/// one that nobody wrote; and what a written one is worth in a true rendering, on average.
const TABLE: usize = SOUNDS * SOUNDS + 3 * SOUNDS;
/// Weights are kept in eighths of a bit.
const UNIT: f32 = 8.0;
/// The most sounds of a word that are compared.
const SOUNDS_MAX: usize = 24;

/// A word as its sounds.
#[derive(Clone, Copy)]
struct Sounds {
    all: [u8; SOUNDS_MAX],
    len: usize,
}

impl Sounds {
    fn of(text: &[u8]) -> Self {
        let mut made = Self { all: [0; SOUNDS_MAX], len: 0 };
        let mut rest = text;
        while let (Some(letter), true) = (rest.first(), made.len < SOUNDS_MAX) {
            let pair = PAIRS.iter().position(|pair| rest.starts_with(pair));
            let sound = match pair {
                Some(pair) => 26 + pair,
                None => usize::from(letter.wrapping_sub(b'a')),
            };
            rest = rest.get(if pair.is_some() { 2 } else { 1 }..).unwrap_or_default();
            // A letter that is doubled sounds once.
            let last = made.len.checked_sub(1).and_then(|at| made.all.get(at));
            let sound = u8::try_from(sound).unwrap_or(u8::MAX);
            if usize::from(sound) >= SOUNDS || last == Some(&sound) {
                continue;
            }
            if let Some(place) = made.all.get_mut(made.len) {
                *place = sound;
                made.len += 1;
            }
        }
        made
    }

    fn all(&self) -> &[u8] {
        self.all.get(..self.len).unwrap_or_default()
    }
}

/// How well a Latin word renders one without vowels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rendering {
    /// Evidence that it does, in eighths of a bit.
    pub bits: i32,
    /// The evidence that true renderings of the written word give, on average.
    pub expected: i32,
}

/// How well `latin` renders `written`; `None` when `written` is of a script that writes vowels.
pub fn bridge(written: &Word, latin: &Word) -> Option<Rendering> {
    let table = match written.script() {
        Script::Arabic => WEIGHTS.get(..TABLE)?,
        Script::Hebrew => WEIGHTS.get(TABLE..2 * TABLE)?,
        Script::Latin
        | Script::Cyrillic
        | Script::Greek
        | Script::Han
        | Script::Hangul
        | Script::Kana
        | Script::Indic
        | Script::Thai
        | Script::Other => return None,
    };
    let (written, latin) = (Sounds::of(written.text()), Sounds::of(latin.text()));
    let weight = |at: usize| table.get(at).map_or(0, |weight| i32::from(*weight as i8));
    let expected = written.all().iter().map(|sound| weight(expected(*sound))).sum();
    Some(Rendering { bits: aligned(table, &written, &latin), expected })
}

/// The best alignment, row by row.
fn aligned(table: &[u8], written: &Sounds, latin: &Sounds) -> i32 {
    let weight = |at: usize| table.get(at).map_or(0, |weight| i32::from(*weight as i8));
    let mut row = [0; SOUNDS_MAX + 1];
    let mut sum = 0;
    for (cell, sound) in row.iter_mut().skip(1).zip(latin.all()) {
        sum += weight(inserted(*sound));
        *cell = sum;
    }
    for sound in written.all() {
        let dropped = weight(dropped(*sound));
        let mut diagonal = row.first().copied().unwrap_or(0);
        let mut left = diagonal + dropped;
        if let Some(first) = row.first_mut() {
            *first = left;
        }
        for (cell, other) in row.iter_mut().skip(1).zip(latin.all()) {
            let best = (diagonal + weight(matched(*sound, *other)))
                .max(*cell + dropped)
                .max(left + weight(inserted(*other)));
            diagonal = *cell;
            *cell = best;
            left = best;
        }
    }
    row.get(latin.len).copied().unwrap_or(0)
}

fn matched(written: u8, latin: u8) -> usize {
    usize::from(written) * SOUNDS + usize::from(latin)
}

fn dropped(written: u8) -> usize {
    SOUNDS * SOUNDS + usize::from(written)
}

fn inserted(latin: u8) -> usize {
    SOUNDS * SOUNDS + SOUNDS + usize::from(latin)
}

fn expected(written: u8) -> usize {
    SOUNDS * SOUNDS + 2 * SOUNDS + usize::from(written)
}
