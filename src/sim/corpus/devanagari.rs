//! Devanagari from the letters of IAST: each consonant carries an `a` unless a sign says otherwise.

use compact_str::CompactString;

const CONSONANTS: [(&str, char); 33] = [
    ("kh", 'ख'),
    ("gh", 'घ'),
    ("ch", 'छ'),
    ("jh", 'झ'),
    ("ṭh", 'ठ'),
    ("ḍh", 'ढ'),
    ("th", 'थ'),
    ("dh", 'ध'),
    ("ph", 'फ'),
    ("bh", 'भ'),
    ("k", 'क'),
    ("g", 'ग'),
    ("ṅ", 'ङ'),
    ("c", 'च'),
    ("j", 'ज'),
    ("ñ", 'ञ'),
    ("ṭ", 'ट'),
    ("ḍ", 'ड'),
    ("ṇ", 'ण'),
    ("t", 'त'),
    ("d", 'द'),
    ("n", 'न'),
    ("p", 'प'),
    ("b", 'ब'),
    ("m", 'म'),
    ("y", 'य'),
    ("r", 'र'),
    ("l", 'ल'),
    ("v", 'व'),
    ("ś", 'श'),
    ("ṣ", 'ष'),
    ("s", 'स'),
    ("h", 'ह'),
];

/// A vowel by itself, and as a sign on a consonant.
const VOWELS: [(&str, char, Option<char>); 11] = [
    ("ai", 'ऐ', Some('ै')),
    ("au", 'औ', Some('ौ')),
    ("a", 'अ', None),
    ("ā", 'आ', Some('ा')),
    ("i", 'इ', Some('ि')),
    ("ī", 'ई', Some('ी')),
    ("u", 'उ', Some('ु')),
    ("ū", 'ऊ', Some('ू')),
    ("ṛ", 'ऋ', Some('ृ')),
    ("e", 'ए', Some('े')),
    ("o", 'ओ', Some('ो')),
];

const VIRAMA: char = '्';

/// Writes a word.
pub(super) fn write(mut text: &str, out: &mut CompactString) {
    let mut bare_consonant = false;
    while let Some(letter) = text.chars().next() {
        if let Some((rest, sign)) =
            CONSONANTS.iter().find_map(|(latin, sign)| Some((text.strip_prefix(latin)?, *sign)))
        {
            if bare_consonant {
                out.push(VIRAMA);
            }
            out.push(sign);
            bare_consonant = true;
            text = rest;
        } else if let Some((rest, alone, sign)) = VOWELS
            .iter()
            .find_map(|(latin, alone, sign)| Some((text.strip_prefix(latin)?, alone, sign)))
        {
            match sign {
                Some(sign) if bare_consonant => out.push(*sign),
                None if bare_consonant => {}
                _ => out.push(*alone),
            }
            bare_consonant = false;
            text = rest;
        } else {
            out.push(if letter == 'ṃ' { 'ं' } else { letter });
            bare_consonant = false;
            text = text.strip_prefix(letter).unwrap_or_default();
        }
    }
    if bare_consonant {
        out.push(VIRAMA);
    }
}
