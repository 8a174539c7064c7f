//! Cyrillic by language, after ICAO Doc 9303 Part 3, section 6, table B.

use super::{Latin, lower, plain};

/// The language of a name, as far as its letters tell; Russian unless they tell otherwise.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::names) enum Tongue {
    /// Russian, and whatever has no letters of its own.
    #[default]
    Russian,
    Ukrainian,
    Belarusian,
    Bulgarian,
    Serbian,
    Macedonian,
}

impl Tongue {
    /// Learns from a letter that not all languages have.
    pub(in crate::names) fn note(&mut self, letter: char) {
        let known = match lower(letter) {
            'ў' => Self::Belarusian,
            'є' | 'ї' | 'ґ' => Self::Ukrainian,
            // Belarusian has it too, and mostly shows itself by another letter.
            'і' if *self == Self::Russian => Self::Ukrainian,
            'ђ' | 'ћ' => Self::Serbian,
            'ѓ' | 'ќ' | 'ѕ' => Self::Macedonian,
            'ј' | 'љ' | 'њ' | 'џ' if *self != Self::Macedonian => Self::Serbian,
            'ы' | 'э' if *self == Self::Ukrainian => Self::Belarusian,
            _ => return,
        };
        *self = known;
    }
}

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], tongue: Tongue, into: &mut Latin) {
    let tongue = of_word(letters, tongue);
    for letter in letters {
        let letter = lower(*letter);
        match of_tongue(letter, tongue).or_else(|| common(letter)) {
            Some(latin) => into.extend_from_slice(latin.as_bytes()),
            None => plain(letter, into),
        }
    }
}

/// A hard sign between consonants is a vowel, and only Bulgarian has that.
fn of_word(letters: &[char], tongue: Tongue) -> Tongue {
    let is_vowel = |letter: char| "аеиоуъюяєіїыэё".contains(letter);
    let between = |at: &[char]| {
        let [before, sign, after] = at else { return false };
        let (before, after) = (lower(*before), lower(*after));
        lower(*sign) == 'ъ' && !is_vowel(before) && !is_vowel(after)
    };
    if tongue == Tongue::Russian && letters.windows(3).any(between) {
        Tongue::Bulgarian
    } else {
        tongue
    }
}

/// What a language writes in its own way.
fn of_tongue(letter: char, tongue: Tongue) -> Option<&'static str> {
    Some(match (tongue, letter) {
        (Tongue::Ukrainian | Tongue::Belarusian, 'г') => "h",
        (Tongue::Ukrainian, 'и') => "y",
        (Tongue::Belarusian, 'ё') => "io",
        (Tongue::Bulgarian, 'щ') => "sht",
        (Tongue::Bulgarian, 'ъ') => "a",
        (Tongue::Serbian | Tongue::Macedonian, 'ж') => "z",
        (Tongue::Serbian | Tongue::Macedonian, 'х') => "h",
        (Tongue::Serbian | Tongue::Macedonian, 'ц' | 'ч') => "c",
        (Tongue::Serbian | Tongue::Macedonian, 'ш') => "s",
        _ => return None,
    })
}

/// Table B, and letters of the other languages of Russia and Central Asia.
fn common(letter: char) -> Option<&'static str> {
    Some(match letter {
        'а' | 'ә' | 'ӑ' | 'ӓ' => "a",
        'б' => "b",
        'в' => "v",
        'г' | 'ґ' | 'ғ' | 'ѓ' => "g",
        'д' | 'ђ' => "d",
        'е' | 'ё' | 'э' | 'ѐ' => "e",
        'є' => "ie",
        'ж' | 'җ' => "zh",
        'з' => "z",
        'и' | 'й' | 'і' | 'ї' | 'ѝ' | 'ӣ' => "i",
        'к' | 'ќ' | 'қ' | 'ҡ' => "k",
        'л' => "l",
        'м' => "m",
        'н' | 'ң' => "n",
        'о' | 'ө' => "o",
        'п' => "p",
        'р' => "r",
        'с' | 'ҫ' => "s",
        'т' => "t",
        'у' | 'ў' | 'ү' | 'ұ' | 'ӯ' => "u",
        'ф' => "f",
        'х' => "kh",
        'ҳ' | 'һ' => "h",
        'ц' => "ts",
        'ч' => "ch",
        'ҷ' | 'ј' => "j",
        'ш' => "sh",
        'щ' => "shch",
        'ъ' => "ie",
        'ы' | 'ѵ' => "y",
        'ь' => "",
        'ю' => "iu",
        'я' => "ia",
        'љ' => "lj",
        'њ' => "nj",
        'ћ' => "c",
        'ѕ' | 'џ' => "dz",
        'ѫ' => "u",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn latin(text: &str) -> String {
        let mut tongue = Tongue::default();
        text.chars().for_each(|letter| tongue.note(letter));
        let mut into = Latin::new();
        romanise(&text.chars().collect::<Vec<_>>(), tongue, &mut into);
        String::from_utf8(into.to_vec()).unwrap()
    }

    #[test]
    fn each_language_is_written_as_its_passports_have_it() {
        for (text, expected) in [
            ("Щербаков", "shcherbakov"),
            ("Юрий", "iurii"),
            ("Мухаммад", "mukhammad"),
            ("Євген", "ievhen"),
            ("Григорій", "hryhorii"),
            ("Ігар", "ihar"),
            ("Быкаў", "bykau"),
            ("Ангелъ", "angelie"),
            ("Търново", "tarnovo"),
            ("Ђорђевић", "dordevic"),
            ("Жељко", "zeljko"),
            ("Ѓорѓи", "gorgi"),
            ("Нұрсұлтан", "nursultan"),
        ] {
            assert_eq!(latin(text), expected, "{text}");
        }
    }
}
