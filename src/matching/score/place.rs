//! Places of birth: read from one line of text into towns and countries, and compared.
//!
//! Registers and travel documents write a town, a country or both, in any order and with no rule
//! (ICAO Doc 9303 leaves it to the issuing state). A country is compared with countries alone: that
//! two of one nationality were born in its country says next to nothing.

use smallvec::SmallVec;

use crate::domain::{Country, Name};
use crate::formats;
use crate::names::{Analysed, Analyser, Bearer, Bits, Kind, Part, Word, liken};

/// A place of birth made ready to be compared.
///
/// Personal data: has no `Debug`.
pub struct Birthplace {
    /// As it was written.
    written: Box<str>,
    /// The words of towns, provinces and the like.
    town: SmallVec<[Word; 2]>,
    countries: SmallVec<[Country; 1]>,
}

/// How the places of birth of two subjects stand to one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceRelation {
    /// A town or a province is the same.
    Same,
    /// The country is the same, and one of the two says no more.
    SameCountry,
    /// Neither.
    Differs,
    /// One side states none, or the two say nothing that can be compared.
    Missing,
}

impl PlaceRelation {
    /// What it is worth.
    pub const fn bits(self) -> Bits {
        Bits::sixteenths(match self {
            Self::Same => 48,
            Self::SameCountry => 8,
            Self::Differs => -12,
            Self::Missing => 0,
        })
    }
}

/// Bytes of a place that are read. Documents have no room for half of it.
const BYTES_MAX: usize = 200;

/// Places of a listed subject that are compared.
const PLACES_MAX: usize = 8;

impl Birthplace {
    /// Reads a place as written, as far as 200 bytes.
    pub fn read(text: &str, analyser: &mut Analyser) -> Self {
        let text = text.trim();
        let text = text.get(..text.floor_char_boundary(BYTES_MAX)).unwrap_or_default();
        let mut place =
            Self { written: text.into(), town: SmallVec::new(), countries: SmallVec::new() };
        match formats::country(text) {
            Some(country) => place.countries.push(country),
            None => {
                let parts = text.split([',', ';', '/', '(', ')']).map(str::trim);
                for part in parts.filter(|part| !part.is_empty()) {
                    place.part(part, analyser);
                }
            }
        }
        place
    }

    /// The places of a listed subject, as many of them as are compared.
    pub fn read_all<'t>(
        texts: impl Iterator<Item = &'t str>,
        analyser: &mut Analyser,
    ) -> impl Iterator<Item = Self> {
        texts.take(PLACES_MAX).map(|text| Self::read(text, analyser))
    }

    /// As it was written, as far as it was read.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// A part between commas: a country, a town, or a town with its country behind it or before it.
    fn part(&mut self, part: &str, analyser: &mut Analyser) {
        if let Some(country) = formats::country(part) {
            self.countries.push(country);
            return;
        }
        let mut words = Analysed::default();
        let mut towns = |town: &str| -> SmallVec<[Word; 2]> {
            analyser.analyse_listed(Name { surname: town, given: "" }, Bearer::Person, &mut words);
            words.words().iter().filter(|word| tells(word)).copied().collect()
        };
        // What is left must be a town: `New Mexico` is not in Mexico.
        let of_country = beside_country(part).and_then(|(town, country)| {
            Some((towns(town), country)).filter(|(town, _)| !town.is_empty())
        });
        match of_country {
            Some((town, country)) => {
                self.town.extend(town);
                self.countries.push(country);
            }
            None => self.town.extend(towns(part)),
        }
    }
}

/// A text taken apart into a town and the country that stands behind it, or else before it, without a
/// comma. No code is read before a town: `CAN THO` is not in Canada.
fn beside_country(text: &str) -> Option<(&str, Country)> {
    let blanks = || text.match_indices(' ').map(|(at, _)| text.split_at(at));
    let behind =
        blanks().find_map(|(town, rest)| Some((town, code(rest).or_else(|| country_name(rest))?)));
    behind.or_else(|| blanks().rev().find_map(|(first, town)| Some((town, country_name(first)?))))
}

/// A country by its name. Names of fewer letters are those of towns and streets as well.
fn country_name(text: &str) -> Option<Country> {
    let text = text.trim();
    (text.len() > 3).then(|| formats::country(text)).flatten()
}

/// A country by its code of three letters; those of two are towns and streets as well.
fn code(text: &str) -> Option<Country> {
    let text = text.trim();
    let is_code = text.len() == 3 && text.bytes().all(|letter| letter.is_ascii_uppercase());
    is_code.then(|| formats::country(text)).flatten()
}

/// Whether a word says which place it is: not an article, a number, or what every other place is called.
fn tells(word: &Word) -> bool {
    const COMMON: &[&str] = &[
        "area",
        "camp",
        "canton",
        "central",
        "city",
        "commune",
        "county",
        "department",
        "district",
        "east",
        "federal",
        "governorate",
        "hospital",
        "island",
        "kray",
        "lower",
        "municipality",
        "near",
        "new",
        "north",
        "northern",
        "oblast",
        "okrug",
        "parish",
        "port",
        "prefecture",
        "province",
        "rayon",
        "region",
        "republic",
        "saint",
        "san",
        "santa",
        "south",
        "southern",
        "state",
        "subdistrict",
        "territory",
        "town",
        "township",
        "upper",
        "village",
        "west",
        "western",
    ];
    let text = std::str::from_utf8(word.text()).unwrap_or_default();
    matches!(word.part(), Part::Surname | Part::Given | Part::Any)
        && COMMON.binary_search(&text).is_err()
}

/// The best that the places of two subjects say.
pub fn places(stated: &[Birthplace], listed: &[Birthplace]) -> PlaceRelation {
    let pairs = stated.iter().flat_map(|one| listed.iter().map(|other| relate(one, other)));
    pairs.max_by_key(|relation| relation.bits()).unwrap_or(PlaceRelation::Missing)
}

fn relate(one: &Birthplace, other: &Birthplace) -> PlaceRelation {
    let alike = |word: &Word| other.town.iter().any(|at| is_one_place(word, at));
    let in_both = |country: &Country| other.countries.contains(country);
    let both = |of: fn(&Birthplace) -> bool| of(one) && of(other);
    if one.town.iter().any(alike) {
        PlaceRelation::Same
    } else if both(|place| !place.town.is_empty()) {
        PlaceRelation::Differs
    } else if one.countries.iter().any(in_both) {
        PlaceRelation::SameCountry
    } else if both(|place| !place.countries.is_empty()) {
        PlaceRelation::Differs
    } else {
        PlaceRelation::Missing
    }
}

/// Whether two words name one place: an initial or a beginning would be no agreement.
fn is_one_place(one: &Word, other: &Word) -> bool {
    liken(one, other).is_some_and(|found| !matches!(found.kind, Kind::Initial | Kind::Prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expected: PlaceRelation, pairs: &[(&str, &str)]) {
        let mut analyser = Analyser::default();
        for (one, other) in pairs {
            let mut read = |text| Birthplace::read(text, &mut analyser);
            let (one, other) = ([read(one)], [read(other)]);
            assert_eq!(places(&one, &other), expected);
            assert_eq!(places(&other, &one), expected);
        }
    }

    #[test]
    fn a_town_agrees_however_it_is_written_and_whatever_stands_beside_it() {
        check(
            PlaceRelation::Same,
            &[
                ("Gothenburg", "Gotenburg"),
                ("BERGEN, NORWAY", "Bergen"),
                ("BERGEN NOR", "Bergen, Hordaland, Norway"),
                ("ZENITH/UTO", "Zenith"),
                ("Москва", "MOSKVA, Russia"),
                ("Port Said Egypt", "Bur Said; Said"),
                ("EGYPT CAIRO", "Cairo"),
                ("NEW MEXICO", "New Mexico, USA"),
            ],
        );
    }

    #[test]
    fn a_country_or_a_common_word_makes_no_town_the_same() {
        check(
            PlaceRelation::Differs,
            &[
                ("London, United Kingdom", "Manchester, United Kingdom"),
                ("Helmand Province, Afghanistan", "Kandahar Province, Afghanistan"),
                ("Gothenburg", "Goth"),
                ("Norway", "Sweden"),
                ("Bergen", "Malmo, Sweden"),
                ("EGYPT CAIRO", "EGYPT ALEXANDRIA"),
                ("NORWAY BERGEN", "Sweden Malmo"),
            ],
        );
        check(
            PlaceRelation::SameCountry,
            &[
                ("BERGEN NORWAY", "Norway"),
                ("NORWAY BERGEN", "Norway"),
                ("NOR", "Norway"),
                ("IRAN", "Tehran, Iran"),
            ],
        );
        check(
            PlaceRelation::Missing,
            &[
                ("Bergen", "Norway"),
                ("New Mexico", "Mexico"),
                ("CAN THO", "Canada"),
                ("province", "Bergen"),
                ("Gothenburg", "G"),
                ("", "x"),
            ],
        );
    }

    #[test]
    fn however_long_a_place_is_its_beginning_alone_is_read() {
        let (mut analyser, long) = (Analyser::default(), "å, ø ".repeat(100_000));
        let place = Birthplace::read(&format!("Bergen, {long}"), &mut analyser);
        assert!(place.written().len() <= BYTES_MAX && place.town.len() <= BYTES_MAX);
        let bergen = Birthplace::read("Bergen", &mut analyser);
        assert_eq!(relate(&place, &bergen), PlaceRelation::Same);
        let many = std::iter::repeat("Bergen");
        assert_eq!(Birthplace::read_all(many, &mut analyser).count(), PLACES_MAX);
    }

    #[test]
    fn of_several_places_the_best_counts() {
        let mut analyser = Analyser::default();
        let mut read = |text| Birthplace::read(text, &mut analyser);
        let (one, other) = ([read("Bergen")], [read("Malmo"), read("Bergen, Norway")]);
        assert_eq!(places(&one, &other), PlaceRelation::Same);
        assert_eq!(places(&one, &[]), PlaceRelation::Missing);
    }
}
