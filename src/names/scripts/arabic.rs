//! Arabic script: Arabic, Persian, Urdu, Pashto, Kurdish. Consonants and long vowels alone, since
//! short ones are not written.

use smallvec::{SmallVec, smallvec};

use super::super::Part;
use super::{Latin, Piece, plain};

/// Whose habits of sound a name follows, as far as its letters tell.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::names) enum Tongue {
    /// Arabic.
    #[default]
    Arabic,
    /// Persian, Urdu and others that took over the script: `th` is heard as `s`, `dh` as `z`.
    Persian,
}

impl Tongue {
    /// Learns from a letter that Arabic has not. The Persian `ی` and `ک` do not tell: writers of Arabic
    /// lists use them too.
    pub(in crate::names) fn note(&mut self, letter: char) {
        if matches!(
            letter,
            'پ' | 'چ' | 'ژ' | 'گ' | 'ہ' | 'ھ' | 'ے' | 'ں' | 'ٹ' | 'ڈ' | 'ڑ' | 'ۀ' | 'ۂ' | 'ە'
        ) {
            *self = Self::Persian;
        }
    }
}

/// Words that begin with the two letters of the article and have none, mostly foreign.
const WITHOUT_ARTICLE: [&str; 17] = [
    "الله",
    "اللہ",
    "الياس",
    "الیاس",
    "الكس",
    "الکس",
    "اليكس",
    "الیکس",
    "اليزا",
    "الیزا",
    "البرت",
    "البير",
    "الفريد",
    "الفرد",
    "الينا",
    "الیسا",
    "الون",
];

/// Words of two letters behind an article; others of that length are mostly no article and noun.
const SHORT_STEMS: [&str; 8] = ["حق", "حر", "جن", "حي", "حی", "دين", "نور", "علي"];

/// Cuts an article off the word that it is written together with.
pub(super) fn cut(letters: &[char]) -> SmallVec<[Piece; 4]> {
    let whole = Piece { letters: 0..letters.len(), part: None };
    if has_article(letters) {
        smallvec![
            Piece { letters: 0..2, part: Some(Part::Particle) },
            Piece { letters: 2..letters.len(), part: None },
        ]
    } else {
        smallvec![whole]
    }
}

fn has_article(letters: &[char]) -> bool {
    let [first, 'ل', stem @ ..] = letters else { return false };
    if !matches!(first, 'ا' | 'ٱ') {
        return false;
    }
    let is = |word: &&str, letters: &[char]| word.chars().eq(letters.iter().copied());
    let begins = |word: &&str| is(word, letters.get(..word.chars().count()).unwrap_or_default());
    match stem.len() {
        0 | 1 => false,
        2 => SHORT_STEMS.iter().any(|short| is(short, stem)),
        _ => !WITHOUT_ARTICLE.iter().any(begins),
    }
}

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], tongue: Tongue, into: &mut Latin) {
    if let Some(latin) = small_word(letters) {
        into.extend_from_slice(latin.as_bytes());
        return;
    }
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| letters.get(before)).copied();
        let next = letters.get(at + 1).copied();
        let latin = match letter {
            'و' => waw(before, next, tongue),
            'ي' | 'ی' | 'ې' | 'ێ' => ya(before, next),
            _ => match of_tongue(*letter, tongue).or_else(|| consonant(*letter)) {
                Some(latin) => latin,
                None => {
                    plain(*letter, into);
                    continue;
                }
            },
        };
        into.extend_from_slice(latin.as_bytes());
    }
}

/// A consonant at the beginning and beside an alif, a long vowel elsewhere.
fn waw(before: Option<char>, next: Option<char>, tongue: Tongue) -> &'static str {
    let consonant = if tongue == Tongue::Persian { "v" } else { "w" };
    match (before, next) {
        (None, _) => consonant,
        (_, Some(next)) if is_alif(next) => consonant,
        (Some('و'), _) => "",
        _ => "u",
    }
}

fn ya(before: Option<char>, next: Option<char>) -> &'static str {
    match (before, next) {
        (None, _) => "y",
        (_, Some(next)) if is_alif(next) => "y",
        (Some('ي' | 'ی'), _) => "",
        _ => "i",
    }
}

fn is_alif(letter: char) -> bool {
    matches!(letter, 'ا' | 'أ' | 'إ' | 'آ' | 'ٱ' | 'ى' | 'ة')
}

/// Small words, whose vowels are known.
fn small_word(letters: &[char]) -> Option<&'static str> {
    Some(match letters {
        ['ب', 'ن'] => "bin",
        ['ا', 'ب', 'ن'] => "ibn",
        ['ب', 'ن', 'ت'] => "bint",
        ['ا' | 'أ', 'ب', 'و'] => "abu",
        ['ا' | 'أ', 'ب', 'ي'] => "abi",
        ['ا' | 'أ', 'ب', 'ا'] => "aba",
        ['ا' | 'أ', 'م'] => "umm",
        ['ا' | 'آ', 'ل'] => "al",
        ['ع', 'ب', 'د'] => "abd",
        ['ع', 'ب', 'د', 'ل'] => "abdul",
        ['ذ', 'و'] => "dhu",
        ['ا', 'ل', 'ل', 'ه' | 'ہ'] => "allah",
        ['ا' | 'أ', 'ح', 'م', 'د'] => "ahmad",
        ['م', 'ح', 'م', 'د'] => "muhammad",
        ['ع', 'ل', 'ي' | 'ى' | 'ی'] => "ali",
        ['ع', 'م', 'ر'] => "umar",
        _ => return None,
    })
}

fn of_tongue(letter: char, tongue: Tongue) -> Option<&'static str> {
    if tongue == Tongue::Arabic {
        return None;
    }
    Some(match letter {
        'ث' => "s",
        'ذ' | 'ض' => "z",
        _ => return None,
    })
}

fn consonant(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ا' | 'أ' | 'آ' | 'ٱ' | 'ى' | 'ة' | 'ۃ' | 'ع' | 'ە' => "a",
        'إ' | 'ئ' | 'ۍ' => "i",
        'ء' | 'ٔ' => "",
        'ؤ' | 'ۆ' | 'ۇ' | 'ۊ' | 'ۈ' => "u",
        'ب' | 'ٻ' | 'ڀ' => "b",
        'پ' => "p",
        'ت' | 'ط' | 'ٹ' | 'ټ' => "t",
        'ث' => "th",
        'ج' => "j",
        'چ' | 'ڇ' => "ch",
        'ح' | 'ه' | 'ہ' | 'ھ' | 'ۂ' | 'ۀ' => "h",
        'خ' => "kh",
        'ځ' => "dz",
        'څ' => "ts",
        'د' | 'ض' | 'ڈ' | 'ډ' => "d",
        'ذ' => "dh",
        'ر' | 'ڑ' | 'ړ' | 'ڕ' => "r",
        'ز' | 'ظ' => "z",
        'ژ' | 'ږ' => "zh",
        'س' | 'ص' => "s",
        'ش' | 'ښ' => "sh",
        'غ' => "gh",
        'ف' => "f",
        'ڤ' | 'ۋ' => "v",
        'ق' => "q",
        'ك' | 'ک' | 'ڪ' | 'ګ' => "k",
        'گ' | 'ڭ' | 'ݢ' => "g",
        'ل' | 'ڵ' => "l",
        'م' => "m",
        'ن' | 'ں' | 'ڼ' => "n",
        'ے' => "e",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let letters: Vec<char> = text.chars().collect();
        let mut tongue = Tongue::default();
        letters.iter().for_each(|letter| tongue.note(*letter));
        let words: Vec<String> = cut(&letters)
            .iter()
            .map(|piece| {
                let mut into = Latin::new();
                romanise(&letters[piece.letters.clone()], tongue, &mut into);
                String::from_utf8(into.to_vec()).unwrap()
            })
            .collect();
        words.join(" ")
    }

    #[test]
    fn an_article_is_a_word_of_its_own() {
        for (text, expected) in [
            ("الشيخ", "al shikh"),
            ("الحق", "al hq"),
            ("الله", "allah"),
            ("الياس", "alyas"),
            ("الأسد", "al asd"),
            ("الكسندر", "alksndr"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn consonants_and_long_vowels_are_written() {
        for (text, expected) in [
            ("خالد", "khald"),
            ("يوسف", "yusf"),
            ("ولید", "wlid"),
            ("وليد", "wlid"),
            ("چنگیز", "chngiz"),
            ("ذوالفقار", "dhwalfqar"),
            ("عائشة", "aaisha"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
