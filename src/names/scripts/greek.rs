//! Greek, after ELOT 743, which ICAO Doc 9303 and Greek passports follow.

use super::{Latin, lower, plain};

/// Writes a word in Latin letters.
pub(super) fn romanise(letters: &[char], into: &mut Latin) {
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        let letter = base(*letter);
        let next = letters.get(at + 1);
        let pair = next.and_then(|next| together(letter, base(*next), at == 0));
        if let Some(latin) = pair {
            into.extend_from_slice(latin.as_bytes());
            at += 2;
            continue;
        }
        let upsilon = next.is_some_and(|next| base(*next) == 'υ' && !has_diaeresis(*next));
        if upsilon && matches!(letter, 'α' | 'ε' | 'η') {
            let voiced = letters.get(at + 2).is_some_and(|after| is_voiced(base(*after)));
            into.extend_from_slice(single(letter).unwrap_or_default().as_bytes());
            into.push(if voiced { b'v' } else { b'f' });
            at += 2;
            continue;
        }
        match single(letter) {
            Some(latin) => into.extend_from_slice(latin.as_bytes()),
            None => plain(letter, into),
        }
        at += 1;
    }
}

/// A letter in lower case without its accent.
fn base(letter: char) -> char {
    match lower(letter) {
        'ά' | '\u{1F00}'..='\u{1F07}' | '\u{1F70}'..='\u{1F71}' | '\u{1FB6}' => 'α',
        'έ' | '\u{1F10}'..='\u{1F15}' | '\u{1F72}'..='\u{1F73}' => 'ε',
        'ή' | '\u{1F20}'..='\u{1F27}' | '\u{1F74}'..='\u{1F75}' | '\u{1FC6}' => 'η',
        'ί' | 'ϊ' | 'ΐ' | '\u{1F30}'..='\u{1F37}' | '\u{1F76}'..='\u{1F77}' | '\u{1FD6}' => 'ι',
        'ό' | '\u{1F40}'..='\u{1F45}' | '\u{1F78}'..='\u{1F79}' => 'ο',
        'ύ' | 'ϋ' | 'ΰ' | '\u{1F50}'..='\u{1F57}' | '\u{1F7A}'..='\u{1F7B}' | '\u{1FE6}' => 'υ',
        'ώ' | '\u{1F60}'..='\u{1F67}' | '\u{1F7C}'..='\u{1F7D}' | '\u{1FF6}' => 'ω',
        'ς' => 'σ',
        letter => letter,
    }
}

fn has_diaeresis(letter: char) -> bool {
    matches!(lower(letter), 'ϋ' | 'ΰ')
}

/// Letters after which an upsilon sounds like `v`: vowels and voiced consonants.
fn is_voiced(letter: char) -> bool {
    "αεηιουωβγδζλμνρ".contains(letter)
}

/// Two letters that are written together.
fn together(letter: char, next: char, first: bool) -> Option<&'static str> {
    Some(match (letter, next) {
        ('ο', 'υ') => "ou",
        ('γ', 'γ') => "ng",
        ('γ', 'ξ') => "nx",
        ('γ', 'χ') => "nch",
        ('γ', 'κ') if first => "g",
        ('μ', 'π') if first => "b",
        ('ν', 'τ') if first => "d",
        _ => return None,
    })
}

fn single(letter: char) -> Option<&'static str> {
    Some(match letter {
        'α' => "a",
        'β' => "v",
        'γ' => "g",
        'δ' => "d",
        'ε' => "e",
        'ζ' => "z",
        'η' | 'ι' => "i",
        'θ' => "th",
        'κ' => "k",
        'λ' => "l",
        'μ' => "m",
        'ν' => "n",
        'ξ' => "x",
        'ο' | 'ω' => "o",
        'π' => "p",
        'ρ' => "r",
        'σ' => "s",
        'τ' => "t",
        'υ' => "y",
        'φ' => "f",
        'χ' => "ch",
        'ψ' => "ps",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_greek_passports_have_them() {
        for (text, expected) in [
            ("Παπαδόπουλος", "papadopoulos"),
            ("Αλέξανδρος", "alexandros"),
            ("Ευάγγελος", "evangelos"),
            ("Σταύρος", "stavros"),
            ("Ευθύμιος", "efthymios"),
            ("Μπακογιάννη", "bakogianni"),
            ("Χρήστος", "christos"),
        ] {
            let mut into = Latin::new();
            romanise(&text.chars().collect::<Vec<_>>(), &mut into);
            assert_eq!(String::from_utf8(into.to_vec()).unwrap(), expected, "{text}");
        }
    }
}
