//! Further spellings of a listed name, made when the entry is written.

use smallvec::SmallVec;

use crate::domain::Name;

use super::icao::Spelling;
use super::{Analysed, Analyser, Bearer};

/// Spellings other than the stated one under which a listed name must be found too: the forms of
/// ICAO Doc 9303 for letters beyond ASCII, each once. Their words tell where they stand in the name
/// as stated, as always. `stated` is the name as [`Analyser::analyse`] has it.
pub fn variants(
    analyser: &mut Analyser,
    name: Name<'_>,
    bearer: Bearer,
    stated: &Analysed,
) -> SmallVec<[Analysed; 2]> {
    let mut made: SmallVec<[Analysed; 2]> = SmallVec::new();
    let matters = |spelling: &Spelling| {
        let mut letters = name.surname.chars().chain(name.given.chars());
        letters.any(|letter| !letter.is_ascii() && spelling.may_change(letter))
    };
    for spelling in Spelling::OTHERS.into_iter().filter(matters) {
        let mut variant = Analysed::default();
        analyser.analyse_as(spelling, name, bearer, &mut variant);
        let known = made.iter().chain([stated]).any(|known| same_texts(known, &variant));
        if !known && !variant.words().is_empty() {
            made.push(variant.into_variant());
        }
    }
    made
}

fn same_texts(one: &Analysed, other: &Analysed) -> bool {
    one.words().iter().map(super::Word::text).eq(other.words().iter().map(super::Word::text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn made(name: Name<'_>) -> SmallVec<[Analysed; 2]> {
        let (mut analyser, mut stated) = (Analyser::default(), Analysed::default());
        analyser.analyse(name, Bearer::Person, &mut stated);
        variants(&mut analyser, name, Bearer::Person, &stated)
    }

    fn texts(surname: &str, given: &str) -> Vec<String> {
        let made = made(Name { surname, given });
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

    proptest! {
        /// A spelling that is not tried would have made nothing new.
        #[test]
        fn all_spellings_are_made_that_differ(
            surname in "[a-z üÜöñåøéßжгиґıə'مححمدةأییپאבהγάＡﬁ\u{308}\u{301}\u{303}-]{0,12}",
            given in "[a-zäñГигالشxｶﾞ김王\u{308}\u{30A} ]{0,6}",
        ) {
            let name = Name { surname: &surname, given: &given };
            let mut analyser = Analyser::default();
            let mut all: Vec<Vec<Vec<u8>>> = Vec::new();
            for spelling in [Spelling::Plain].into_iter().chain(Spelling::OTHERS) {
                let mut variant = Analysed::default();
                analyser.analyse_as(spelling, name, Bearer::Person, &mut variant);
                let texts = variant.words().iter().map(|word| word.text().to_vec()).collect();
                if !all.contains(&texts) {
                    all.push(texts);
                }
            }
            let others = all.into_iter().skip(1).filter(|texts| !texts.is_empty());
            let found = made(name);
            let found = found.iter().map(|made| {
                made.words().iter().map(|word| word.text().to_vec()).collect::<Vec<_>>()
            });
            prop_assert_eq!(found.collect::<Vec<_>>(), others.collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_name_in_plain_letters_has_no_other_spelling() {
        assert!(texts("O'Connor", "Sian").is_empty());
        assert!(texts("Siân", "").is_empty());
    }

    #[test]
    fn words_of_a_variant_stand_where_the_name_as_stated_has_them() {
        let name = Name { surname: "Müller", given: "Jörg" };
        let made = made(name);
        let written: Vec<&str> = made[0].words().iter().map(|word| word.written(name)).collect();
        assert_eq!(written, ["Müller", "Jörg"]);
    }
}
