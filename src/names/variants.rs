//! Further spellings of a listed name, made when the entry is written.

use smallvec::SmallVec;

use crate::domain::Name;

use super::icao::Spelling;
use super::{Analysed, Analyser, Bearer};

/// Spellings other than the stated one under which a listed name must be found too: the forms of
/// ICAO Doc 9303 for letters beyond ASCII, each once. Their words tell where they stand in the name
/// as stated, as always.
pub fn variants(
    analyser: &mut Analyser,
    name: Name<'_>,
    bearer: Bearer,
) -> SmallVec<[Analysed; 2]> {
    let mut made: SmallVec<[Analysed; 2]> = SmallVec::new();
    if name.surname.is_ascii() && name.given.is_ascii() {
        return made;
    }
    let mut stated = Analysed::default();
    analyser.analyse(name, bearer, &mut stated);
    for spelling in [Spelling::Expanded, Spelling::Marked, Spelling::Arabic, Spelling::Ukrainian] {
        let mut variant = Analysed::default();
        analyser.analyse_as(spelling, name, bearer, &mut variant);
        let known = made.iter().chain([&stated]).any(|known| same_texts(known, &variant));
        if !known && !variant.words().is_empty() {
            made.push(variant);
        }
    }
    made
}

fn same_texts(one: &Analysed, other: &Analysed) -> bool {
    one.words().iter().map(super::Word::text).eq(other.words().iter().map(super::Word::text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(surname: &str, given: &str) -> Vec<String> {
        let name = Name { surname, given };
        let made = variants(&mut Analyser::default(), name, Bearer::Person);
        let text = |word: &super::super::Word| String::from_utf8(word.text().to_vec()).unwrap();
        made.iter()
            .map(|name| name.words().iter().map(text).collect::<Vec<_>>().join(" "))
            .collect()
    }

    #[test]
    fn letters_with_several_spellings_are_filed_under_each() {
        assert_eq!(texts("Müller", "Jörg"), ["mueller joerg", "muxxller jorg"]);
        assert_eq!(texts("Peña", "José"), ["penxxa jose"]);
        assert_eq!(texts("Ångström", "Øyvind"), ["aangstroem oeyvind"]);
        assert_eq!(texts("Григорьев", "Игорь"), ["hryhorev yhor"]);
        assert_eq!(texts("الشيخ", "محمد"), ["alxshyxkh mxhmd"]);
        assert_eq!(texts("فاطمة", ""), ["faxttmxah"]);
    }

    #[test]
    fn a_name_in_plain_letters_has_no_other_spelling() {
        assert!(texts("O'Connor", "Sian").is_empty());
        assert!(texts("Siân", "").is_empty());
    }

    #[test]
    fn words_of_a_variant_stand_where_the_name_as_stated_has_them() {
        let name = Name { surname: "Müller", given: "Jörg" };
        let made = variants(&mut Analyser::default(), name, Bearer::Person);
        let written: Vec<&str> = made[0].words().iter().map(|word| word.written(name)).collect();
        assert_eq!(written, ["Müller", "Jörg"]);
    }
}
