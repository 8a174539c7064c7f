//! The tables everything is drawn from, read once; `data/NOTICE.md` tells where they come from.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use smallvec::SmallVec;

use super::dice::{Dice, key};
use crate::domain::{Country, Folded, Name};

/// The tables as shipped.
pub(super) static STOCK: LazyLock<Stock> = LazyLock::new(Stock::read);

/// Of folded words that may be taken for one another, as spellings of a name are, the first.
static FORMS: LazyLock<HashMap<&str, &str, FixedState>> = LazyLock::new(|| {
    let groups = rows(include_str!("data/forms.tsv")).filter_map(|mut row| row.next());
    let spellings = groups.flat_map(|group| {
        let (first, _) = group.split_once(',').unwrap_or((group, ""));
        group.split(',').map(move |spelling| (spelling, first))
    });
    spellings.collect()
});

/// All tables.
pub(super) struct Stock {
    pub(super) nations: Vec<Nation>,
    pub(super) names: Vec<NameStock>,
    pub(super) places: Vec<PlaceRow>,
    pub(super) commodities: Vec<Commodity>,
    weight: u32,
}

/// A country with the shapes of its numbers.
pub(super) struct Nation {
    pub(super) country: Country,
    /// ISO 3166-1 alpha-2.
    pub(super) code: &'static str,
    pub(super) stock: usize,
    /// Shares of travellers up to and including this one.
    weight: u32,
    pub(super) document: &'static str,
    pub(super) plate: &'static str,
    pub(super) phone: &'static str,
    /// Towns to be born in.
    pub(super) towns: Vec<&'static str>,
}

/// Names that are found together.
pub(super) struct NameStock {
    label: &'static str,
    pub(super) surnames: Vec<Word>,
    pub(super) female: Vec<Word>,
    pub(super) male: Vec<Word>,
}

/// A name as written, as a machine-readable zone has it, and its key.
pub(super) struct Word {
    pub(super) text: &'static str,
    pub(super) plain: String,
    /// The sum of its words' keys: the key of a name is the same in any order of words.
    pub(super) key: u64,
    /// What each of its words sounds like: one number for `Novák` and `Nowak`, and for `Chan` and `Chen`.
    pub(super) sounds: SmallVec<[u64; 2]>,
}

/// An airport or sea port.
pub(super) struct PlaceRow {
    pub(super) air: bool,
    pub(super) home: bool,
    pub(super) locode: &'static str,
}

/// A subheading of the Harmonized System with one usual declared item of it.
pub(super) struct Commodity {
    pub(super) code: &'static str,
    pub(super) description: &'static str,
    pub(super) origins: Vec<Country>,
    pub(super) mass_kg: u32,
    pub(super) value_per_kg: f64,
}

/// The most bytes of a word whose vowels tell it from others.
const SHORT_MAX: usize = 3;

impl Word {
    /// Whether a word of this is a word of the other by sound.
    pub(super) fn sounds_like(&self, other: &Self) -> bool {
        self.sounds.iter().any(|sound| other.sounds.contains(sound))
    }
}

impl Nation {
    /// One of its towns: the same for the same number.
    pub(super) fn town(&self, number: u64) -> &'static str {
        let at = (number >> 32) as usize % self.towns.len().max(1);
        self.towns.get(at).copied().unwrap_or_default()
    }
}

impl Stock {
    fn read() -> Self {
        let names = rows(include_str!("data/names.tsv")).filter_map(name_stock).collect::<Vec<_>>();
        let mut weight = 0;
        let nations = rows(include_str!("data/countries.tsv"))
            .filter_map(|row| nation(row, &names, &mut weight))
            .collect();
        let places = rows(include_str!("data/places.tsv")).filter_map(place).collect();
        let commodities =
            rows(include_str!("data/commodities.tsv")).filter_map(commodity).collect();
        Self { nations, names, places, commodities, weight }
    }

    /// A country, as often as its share.
    pub(super) fn nation(&'static self, dice: &mut Dice) -> Option<&'static Nation> {
        let drawn = dice.below(self.weight);
        self.nations.get(self.nations.partition_point(|nation| nation.weight <= drawn))
    }

    /// The country the border is of.
    pub(super) fn home(&'static self) -> Option<&'static Nation> {
        self.nations.first()
    }

    /// A place of this mode on this side of the border, as a UN/LOCODE.
    pub(super) fn place(&self, dice: &mut Dice, air: bool, home: bool) -> &'static str {
        let side = |row: &PlaceRow| (!row.air, !row.home);
        let wanted = (!air, !home);
        let from = self.places.partition_point(|row| side(row) < wanted);
        let to = self.places.partition_point(|row| side(row) <= wanted);
        let rows = self.places.get(from..to).unwrap_or_default();
        dice.pick(rows).map_or("", |row| row.locode)
    }
}

fn rows(table: &'static str) -> impl Iterator<Item = std::str::Split<'static, char>> {
    table.lines().skip(1).map(|line| line.split('\t'))
}

fn name_stock(mut row: std::str::Split<'static, char>) -> Option<NameStock> {
    let label = row.next()?;
    let mut words = || Some(row.next()?.split(',').map(word).collect());
    Some(NameStock { label, surnames: words()?, female: words()?, male: words()? })
}

fn word(text: &'static str) -> Word {
    let words = folded(text);
    let sum = |sum: u64, word: &String| sum.wrapping_add(key("word", word, ""));
    let sounds = words.iter().map(|word| key("sound", &heard(word), "")).collect();
    Word { text, plain: words.join(" "), key: words.iter().fold(0, sum), sounds }
}

/// The words of a name as all who compare names read them.
pub(super) fn folded(text: &str) -> Vec<String> {
    let mut folded = Folded::default();
    let mut words = Vec::new();
    for part in text.split([' ', '-']) {
        let name = Name { surname: part, given: "" };
        let part = String::from_utf8_lossy(folded.fold(name));
        words.extend(part.split(' ').map(ToOwned::to_owned));
    }
    words
}

/// What a folded word is known by when it is heard: the consonants of the first that it may be taken for.
pub(super) fn heard(word: &str) -> String {
    consonants(FORMS.get(word).copied().unwrap_or(word))
}

/// A folded word's consonants, those of one sound as one letter, and its first letter; a short word has too
/// few and stays whole.
fn consonants(word: &str) -> String {
    let mut heard = String::new();
    if word.len() <= SHORT_MAX {
        return word.to_owned();
    }
    for (place, letter) in word.chars().enumerate() {
        let letter = match letter {
            'W' => 'V',
            'C' | 'Q' => 'K',
            'Z' => 'S',
            'J' => 'Y',
            other => other,
        };
        if place == 0 || (!"AEIOUYH".contains(letter) && !heard.ends_with(letter)) {
            heard.push(letter);
        }
    }
    heard
}

fn nation(
    mut row: std::str::Split<'static, char>,
    names: &[NameStock],
    weight: &mut u32,
) -> Option<Nation> {
    let code = row.next()?;
    let label = row.next()?;
    let stock = names.iter().position(|stock| stock.label == label)?;
    *weight += row.next()?.parse::<u32>().ok()?;
    let country = Country::parse(code).ok()?;
    let (document, plate, phone) = (row.next()?, row.next()?, row.next()?);
    let towns = row.next()?.split(',').collect();
    Some(Nation { country, code, stock, weight: *weight, document, plate, phone, towns })
}

fn place(mut row: std::str::Split<'static, char>) -> Option<PlaceRow> {
    let air = row.next()? == "air";
    Some(PlaceRow { air, home: row.next()? == "home", locode: row.next()? })
}

fn commodity(mut row: std::str::Split<'static, char>) -> Option<Commodity> {
    Some(Commodity {
        code: row.next()?,
        description: row.next()?,
        origins: row.next()?.split(',').filter_map(|code| Country::parse(code).ok()).collect(),
        mass_kg: row.next()?.parse().ok()?,
        value_per_kg: row.next()?.parse().ok()?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_row_of_every_table_is_read() {
        let lines = |table: &str| table.lines().count() - 1;
        assert_eq!(STOCK.names.len(), lines(include_str!("data/names.tsv")));
        assert_eq!(STOCK.nations.len(), lines(include_str!("data/countries.tsv")));
        assert_eq!(STOCK.places.len(), lines(include_str!("data/places.tsv")));
        assert_eq!(STOCK.commodities.len(), lines(include_str!("data/commodities.tsv")));
        assert!(STOCK.nations.iter().all(|row| row.towns.len() > 1));
        assert!(STOCK.commodities.iter().all(|row| !row.origins.is_empty()));
    }

    #[test]
    fn every_form_stands_once_and_in_the_table_of_names() {
        let table = include_str!("data/forms.tsv");
        let spellings = table.lines().skip(1).flat_map(|row| row.split(','));
        let mut seen = HashSet::new();
        let names = STOCK.names.iter();
        let words = names.flat_map(|names| [&names.surnames, &names.female, &names.male]);
        let plain = words.flatten().flat_map(|word| word.plain.split(' ')).collect::<HashSet<_>>();
        for spelling in spellings {
            assert!(seen.insert(spelling), "{spelling} stands twice");
            assert!(plain.contains(spelling), "{spelling} is nobody's name");
        }
        assert_eq!(seen.len(), FORMS.len());
        assert_eq!(word("Cheung").sounds, word("Chan").sounds);
    }

    #[test]
    fn words_that_sound_alike_have_one_sound_and_short_ones_their_own() {
        for (one, other) in [("Novák", "Nowak"), ("Hussain", "Hussein"), ("Kovács", "Kovacz")] {
            assert_eq!(word(one).sounds, word(other).sounds, "{one} {other}");
        }
        for (one, other) in [("Lê", "Lan"), ("Ana", "Eno"), ("Kim", "Kam")] {
            assert_ne!(word(one).sounds, word(other).sounds, "{one} {other}");
        }
    }

    #[test]
    fn places_are_sorted_by_mode_and_side() {
        assert!(STOCK.places.is_sorted_by_key(|row| (!row.air, !row.home)));
    }
}
