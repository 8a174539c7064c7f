//! Latin letters with marks: how a passport's machine-readable zone writes them, and plain loss.

use compact_str::CompactString;
use unicode_normalization::UnicodeNormalization as _;

/// Letters that fall to no plain letter by losing a mark, or that the passport writes with two
/// (ICAO Doc 9303 Part 3, section 6, table A).
const EXPANDED: [(char, &str); 26] = [
    ('ä', "ae"),
    ('ö', "oe"),
    ('ü', "ue"),
    ('å', "aa"),
    ('ø', "oe"),
    ('æ', "ae"),
    ('œ', "oe"),
    ('ß', "ss"),
    ('þ', "th"),
    ('ð', "d"),
    ('đ', "d"),
    ('ł', "l"),
    ('ı', "i"),
    ('ŋ', "n"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ə', "e"),
    ('ɓ', "b"),
    ('ɗ', "d"),
    ('ƙ', "k"),
    ('ʻ', ""),
    ('ʼ', ""),
    ('’', ""),
    ('‘', ""),
    ('\'', ""),
    ('`', ""),
];

/// How marks are lost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Loss {
    /// As in a passport: `ü` becomes `ue`.
    Expanded,
    /// As on a keyboard without them: `ü` becomes `u`.
    Bare,
}

/// The text without marks; apostrophes stay.
pub(super) fn unmarked(text: &str, loss: Loss) -> CompactString {
    let mut out = CompactString::default();
    for letter in text.chars() {
        push(letter, loss, &mut out);
    }
    out
}

fn push(letter: char, loss: Loss, out: &mut CompactString) {
    if letter.is_ascii() {
        return out.push(letter);
    }
    let small = letter.to_lowercase().next().unwrap_or(letter);
    let row = EXPANDED.iter().find(|(marked, _)| *marked == small);
    let bare_by_loss = loss == Loss::Bare && "äöüå".contains(small);
    match row {
        Some((_, plain)) if !bare_by_loss => {
            let plain = match (loss, small) {
                (Loss::Bare, 'ø') => "o",
                _ => plain,
            };
            push_cased(plain, letter.is_uppercase(), out);
        }
        _ => out.extend(std::iter::once(letter).nfd().filter(char::is_ascii)),
    }
}

/// With a capital first when the letter written so was one.
fn push_cased(plain: &str, capital: bool, out: &mut CompactString) {
    for (place, letter) in plain.chars().enumerate() {
        out.push(if capital && place == 0 { letter.to_ascii_uppercase() } else { letter });
    }
}

/// The capitals of a machine-readable zone: no marks, no apostrophes, anything else a space.
pub(super) fn machine(text: &str) -> CompactString {
    let plain = unmarked(text, Loss::Expanded);
    let mut out = CompactString::default();
    for letter in plain.chars().filter(|letter| *letter != '\'' && *letter != '`') {
        if letter.is_ascii_alphanumeric() {
            out.push(letter.to_ascii_uppercase());
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_lost_as_in_a_passport_or_plainly() {
        for (text, expanded, bare) in [
            ("Müller", "Mueller", "Muller"),
            ("Größer", "Groesser", "Grosser"),
            ("Ångström", "Aangstroem", "Angstrom"),
            ("Østergård", "Oestergaard", "Ostergard"),
            ("Łukasz", "Lukasz", "Lukasz"),
            ("Nguyễn", "Nguyen", "Nguyen"),
            ("Đặng", "Dang", "Dang"),
            ("Þórsson", "Thorsson", "Thorsson"),
            ("Məmmədov", "Memmedov", "Memmedov"),
            ("Çelik", "Celik", "Celik"),
            ("O'Brien", "O'Brien", "O'Brien"),
        ] {
            assert_eq!(unmarked(text, Loss::Expanded), expanded);
            assert_eq!(unmarked(text, Loss::Bare), bare);
        }
    }

    #[test]
    fn the_machines_capitals_follow_icao() {
        for (text, machine_form) in [
            ("O'Connor", "OCONNOR"),
            ("Smith-Jones", "SMITH JONES"),
            ("van der Müllen", "VAN DER MUELLEN"),
            ("al-Başrī", "AL BASRI"),
            ("Yoʻldoshev", "YOLDOSHEV"),
            ("J. ", "J"),
        ] {
            assert_eq!(machine(text), machine_form);
        }
    }
}
