//! Words that nobody bears yet: brands and ships' names made of syllables.

use compact_str::CompactString;

use crate::sim::dice::Dice;

const ONSETS: [&str; 20] = [
    "b", "br", "c", "d", "dr", "f", "g", "gr", "k", "l", "m", "n", "p", "pr", "r", "s", "st", "t",
    "tr", "v",
];
const VOWELS: [&str; 5] = ["a", "e", "i", "o", "u"];
const ENDINGS: [&str; 14] =
    ["x", "ra", "na", "tec", "lon", "ris", "nor", "vex", "dia", "mar", "sys", "con", "tum", "via"];

/// A word of so many syllables and an ending, as firms and their ships are called: there are more than
/// a hundred thousand of two syllables, and a hundred times as many of three.
pub(in crate::sim) fn coin(dice: &mut Dice, syllables: u32) -> CompactString {
    let mut word = CompactString::default();
    for _ in 0..syllables {
        word.push_str(dice.text(&ONSETS));
        word.push_str(dice.text(&VOWELS));
    }
    word.push_str(dice.text(&ENDINGS));
    let first = word.get(..1).map(str::to_uppercase).unwrap_or_default();
    [&first, word.get(1..).unwrap_or_default()].concat().into()
}
