//! The culture groups: where their people come from, how their names are built, how rare names are.

use std::sync::LazyLock;

use super::stock::Stock;
use super::tongue::Tongue;
use crate::sim::dice::Dice;

/// A group of people whose names are built alike.
#[derive(Clone, Copy)]
pub struct Culture(&'static Grown);

/// What is known of a culture, and its words.
struct Grown {
    traits: &'static Traits,
    tongue: Option<&'static Tongue>,
    stock: Stock,
    number: u64,
}

/// What is known of a culture.
pub(super) struct Traits {
    pub(super) label: &'static str,
    /// Whose words it draws from.
    pub(super) stock: &'static str,
    /// How its words are written, unless in Latin letters.
    tongue: &'static str,
    /// The romanisation that its documents use.
    system: &'static str,
    pub(super) shape: Shape,
    pub(super) feminine: Feminine,
    pub(super) fathers: Fathers,
    /// Nationalities (ISO 3166-1 alpha-3), the usual one first.
    pub(super) nations: &'static [&'static str],
    pub(super) surnames: Tail,
    pub(super) given: Tail,
    /// Share of a watchlist.
    pub(super) listed: u32,
    /// Share of the travellers.
    pub(super) travelling: u32,
}

/// How many names are none of the common ones, and of how many such they are drawn.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    pub(super) percent: u32,
    /// Rare names there are: two to this power.
    pub(super) bits: u32,
}

/// How a name is built.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// One or two given names, a surname, now and then a double one with a hyphen.
    Western,
    /// One or two given names, the father's surname and the mother's.
    Spanish,
    /// One or two given names, the mother's surname and the father's, particles between.
    Portuguese,
    /// Given name, what the father's given name makes, surname.
    Patronymic,
    /// Given name, father's and grandfather's with `bin` or without, family or origin.
    Arab,
    /// One surname before a given name of one or two characters or syllables.
    Chinese,
    /// One surname before a given name of two syllables.
    Korean,
    /// One surname and one given name.
    Japanese,
    /// Father's initial or name and one's own.
    Tamil,
    /// One surname before a middle and a given name.
    Vietnamese,
    /// Given names alone, most often two, sometimes one.
    GivenOnly,
    /// Given name, `bin` or `binti`, father's name.
    Malay,
    /// Given name, father's, grandfather's; no surname.
    Chain,
}

/// How a woman's surname differs from a man's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Feminine {
    Same,
    Polish,
    Czech,
    Baltic,
    /// `-ov` and `-ev` take an `-a`.
    Turkic,
    Russian,
    Ukrainian,
    Bulgarian,
    Greek,
}

/// How a father's given name is written in a name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fathers {
    Plain,
    /// `-ovich` and `-ovna`, `-ich` and `-ichna`.
    Russian,
    Ukrainian,
    /// `-ov` and `-ova`.
    Bulgarian,
    /// `-uly` and `-kyzy`, or as in Russian.
    Kazakh,
    /// `oğlu` or `qızı` behind it.
    Azeri,
    /// `oʻgʻli` or `qizi` behind it, or `-ovich` and `-ovna` as in Soviet times.
    Uzbek,
}

impl Traits {
    /// A culture of European shape whose words stand under its own label.
    const fn new(
        label: &'static str,
        nations: &'static [&'static str],
        listed: u32,
        travelling: u32,
    ) -> Self {
        Self {
            label,
            stock: label,
            tongue: "",
            system: "",
            shape: Shape::Western,
            feminine: Feminine::Same,
            fathers: Fathers::Plain,
            nations,
            surnames: Tail { percent: 35, bits: 20 },
            given: Tail { percent: 6, bits: 14 },
            listed,
            travelling,
        }
    }

    /// Written in this tongue, romanised in its documents by this system.
    const fn written(self, tongue: &'static str, system: &'static str) -> Self {
        Self { tongue, system, ..self }
    }

    const fn stock(self, stock: &'static str) -> Self {
        Self { stock, ..self }
    }

    const fn shape(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    const fn feminine(self, feminine: Feminine) -> Self {
        Self { feminine, ..self }
    }

    const fn fathers(self, fathers: Fathers) -> Self {
        Self { fathers, ..self }
    }

    /// So many of a hundred surnames, and of given names, are rare.
    const fn rare(self, surnames: u32, given: u32) -> Self {
        let surnames = Tail { percent: surnames, ..self.surnames };
        Self { surnames, given: Tail { percent: given, ..self.given }, ..self }
    }
}

static TRAITS: &[Traits] = &[
    Traits::new("british", &["GBR", "USA", "IRL", "CAN", "AUS", "NZL"], 30, 110),
    Traits::new("french", &["FRA", "BEL", "CHE", "CAN"], 15, 45),
    Traits::new("german", &["DEU", "AUT", "CHE"], 15, 45),
    Traits::new("dutch", &["NLD", "BEL"], 6, 20),
    Traits::new("italian", &["ITA", "CHE"], 15, 25),
    Traits::new("nordic", &["SWE", "NOR", "DNK", "FIN", "ISL"], 5, 20),
    Traits::new(
        "spanish",
        &["ESP", "COL", "MEX", "VEN", "ARG", "PER", "CUB", "ECU", "CHL", "GTM"],
        75,
        50,
    )
    .shape(Shape::Spanish)
    .rare(20, 5),
    Traits::new("portuguese", &["PRT", "BRA", "AGO", "MOZ"], 20, 25)
        .shape(Shape::Portuguese)
        .rare(15, 5),
    Traits::new("polish", &["POL"], 12, 35).feminine(Feminine::Polish),
    Traits::new("czech", &["CZE", "SVK"], 6, 12).feminine(Feminine::Czech),
    Traits::new("hungarian", &["HUN"], 5, 10),
    Traits::new("romanian", &["ROU", "MDA"], 15, 30).rare(25, 5),
    Traits::new("albanian", &["ALB", "XKX"], 15, 15).rare(25, 8),
    Traits::new("baltic", &["LTU", "LVA", "EST"], 5, 12).feminine(Feminine::Baltic),
    Traits::new("turkish", &["TUR", "DEU"], 30, 25).rare(25, 5),
    Traits::new("kurmanji", &["TUR", "SYR"], 10, 3).rare(25, 15),
    Traits::new("azeri", &["AZE"], 10, 5)
        .shape(Shape::Patronymic)
        .fathers(Fathers::Azeri)
        .feminine(Feminine::Turkic)
        .rare(20, 8),
    Traits::new("uzbek", &["UZB", "TJK", "TKM"], 20, 5)
        .shape(Shape::Patronymic)
        .fathers(Fathers::Uzbek)
        .feminine(Feminine::Turkic)
        .rare(20, 8),
    Traits::new("vietnamese", &["VNM"], 15, 20).shape(Shape::Vietnamese).rare(0, 0),
    Traits::new("thai", &["THA"], 10, 15).rare(60, 15),
    Traits::new("filipino", &["PHL"], 15, 25).rare(20, 8),
    Traits::new("indonesian", &["IDN"], 20, 15).shape(Shape::GivenOnly).rare(15, 15),
    Traits::new("malay", &["MYS", "BRN", "SGP"], 10, 10).shape(Shape::Malay).rare(8, 8),
    Traits::new("burmese", &["MMR"], 10, 3).shape(Shape::GivenOnly).rare(2, 2),
    Traits::new("westafrican", &["NGA", "GHA", "SEN", "MLI", "CIV", "SLE"], 35, 20).rare(30, 15),
    Traits::new("southafrican", &["ZAF", "KEN", "COD", "ZWE", "UGA", "RWA"], 20, 15).rare(30, 15),
    Traits::new("somali", &["SOM", "DJI", "KEN"], 20, 4).shape(Shape::Chain).rare(10, 6),
    Traits::new("ethiopian", &["ETH", "ERI"], 8, 4).shape(Shape::Chain).rare(15, 10),
    Traits::new("tamil", &["LKA", "IND", "SGP"], 12, 12).shape(Shape::Tamil).rare(25, 12),
    Traits::new("bengali", &["BGD", "IND"], 12, 12).rare(12, 10),
    Traits::new("indian", &["IND", "NPL"], 35, 45).written("hindi", "Indian passports").rare(25, 8),
    Traits::new(
        "arab",
        &["SYR", "IRQ", "SAU", "YEM", "EGY", "JOR", "LBN", "ARE", "KWT", "SDN", "PSE", "LBY"],
        125,
        30,
    )
    .written("arabic", "English")
    .shape(Shape::Arab)
    .rare(25, 3),
    Traits::new("maghreb", &["DZA", "MAR", "TUN", "MRT", "FRA"], 40, 15)
        .written("arabic", "French")
        .rare(25, 5),
    Traits::new("persian", &["IRN"], 50, 8).written("persian", "Iranian passports").rare(25, 5),
    Traits::new("afghan", &["AFG", "PAK"], 25, 5).written("dari", "Afghan passports").rare(20, 8),
    Traits::new("pakistani", &["PAK", "GBR"], 45, 20)
        .written("urdu", "Pakistani passports")
        .rare(12, 6),
    Traits::new("sorani", &["IRQ", "IRN"], 12, 3)
        .written("sorani", "Iraqi passports")
        .shape(Shape::Chain)
        .rare(15, 10),
    Traits::new("hebrew", &["ISR"], 8, 10).written("hebrew", "Israeli passports").rare(15, 8),
    Traits::new("russian", &["RUS", "BLR", "KAZ", "UKR", "LVA"], 110, 15)
        .written("russian", "ICAO 9303")
        .shape(Shape::Patronymic)
        .feminine(Feminine::Russian)
        .fathers(Fathers::Russian)
        .rare(30, 2),
    Traits::new("ukrainian", &["UKR"], 40, 25)
        .written("ukrainian", "Resolution 55")
        .shape(Shape::Patronymic)
        .feminine(Feminine::Ukrainian)
        .fathers(Fathers::Ukrainian)
        .rare(30, 2),
    Traits::new("belarusian", &["BLR"], 15, 3)
        .written("belarusian", "ICAO 9303")
        .feminine(Feminine::Ukrainian)
        .rare(30, 5),
    Traits::new("bulgarian", &["BGR"], 10, 20)
        .written("bulgarian", "Law of 2009")
        .shape(Shape::Patronymic)
        .feminine(Feminine::Bulgarian)
        .fathers(Fathers::Bulgarian)
        .rare(25, 4),
    Traits::new("serbian", &["SRB", "BIH", "MNE", "HRV", "MKD"], 25, 10)
        .written("serbian", "Gaj")
        .rare(25, 5),
    Traits::new("kazakh", &["KAZ", "KGZ"], 10, 4)
        .written("kazakh", "Kazakh passports")
        .shape(Shape::Patronymic)
        .feminine(Feminine::Russian)
        .fathers(Fathers::Kazakh)
        .rare(25, 10),
    Traits::new("greek", &["GRC", "CYP"], 8, 20)
        .written("greek", "ELOT 743")
        .feminine(Feminine::Greek)
        .rare(25, 5),
    Traits::new("armenian", &["ARM", "RUS"], 8, 3)
        .written("armenian", "Armenian passports")
        .rare(30, 8),
    Traits::new("georgian", &["GEO"], 10, 4).written("georgian", "national").rare(30, 8),
    Traits::new("chinese", &["CHN"], 50, 35)
        .written("chinese", "Pinyin")
        .shape(Shape::Chinese)
        .rare(0, 0),
    Traits::new("hongkong", &["HKG", "TWN", "MYS", "SGP"], 15, 15)
        .stock("chinese")
        .written("chinese", "Hong Kong")
        .shape(Shape::Chinese)
        .rare(0, 0),
    Traits::new("korean", &["KOR", "PRK"], 30, 15)
        .written("korean", "South Korean passports")
        .shape(Shape::Korean)
        .rare(0, 0),
    Traits::new("japanese", &["JPN"], 8, 15)
        .written("japanese", "Japanese passports")
        .shape(Shape::Japanese)
        .rare(40, 0),
];

static CULTURES: LazyLock<Vec<Grown>> = LazyLock::new(|| {
    let grown = |(number, traits): (usize, &'static Traits)| Grown {
        traits,
        tongue: Tongue::find(traits.tongue),
        stock: Stock::read(traits.stock),
        number: number as u64,
    };
    TRAITS.iter().enumerate().map(grown).collect()
});

impl Culture {
    /// Every culture there is.
    pub fn all() -> impl Iterator<Item = Self> {
        CULTURES.iter().map(Self)
    }

    /// The culture of this label.
    pub fn find(label: &str) -> Option<Self> {
        Self::all().find(|culture| culture.label() == label)
    }

    /// Its name, for reports.
    pub fn label(self) -> &'static str {
        self.0.traits.label
    }

    pub(super) fn traits(self) -> &'static Traits {
        self.0.traits
    }

    pub(super) fn stock(self) -> &'static Stock {
        &self.0.stock
    }

    /// How its words are written; `None` for Latin letters.
    pub(super) fn tongue(self) -> Option<&'static Tongue> {
        self.0.tongue
    }

    /// A romanisation: in three of five cases that of its documents.
    pub(super) fn system(self, dice: &mut Dice) -> usize {
        let Some(tongue) = self.0.tongue else { return 0 };
        if dice.percent(60) {
            tongue.system(self.0.traits.system)
        } else {
            dice.below(u32::try_from(tongue.systems()).unwrap_or(1)) as usize
        }
    }

    /// Its place in the table: part of the seed of its rare names.
    pub(super) fn number(self) -> u64 {
        self.0.number
    }
}

impl PartialEq for Culture {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Culture {}

impl std::fmt::Debug for Culture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.label())
    }
}

/// In which shares cultures are drawn.
#[derive(Clone)]
pub struct Mix {
    /// Each with the shares up to and including its own.
    parts: Vec<(Culture, u32)>,
    total: u32,
}

impl Mix {
    /// Of these cultures in these shares; a culture named twice has both.
    pub fn new(shares: impl IntoIterator<Item = (Culture, u32)>) -> Self {
        let mut total = 0_u32;
        let parts = shares
            .into_iter()
            .map(|(culture, share)| {
                total = total.saturating_add(share);
                (culture, total)
            })
            .collect();
        Self { parts, total }
    }

    /// As on a watchlist: more than a quarter Arab, Persian and Pakistani, a sixth East Slavic.
    pub fn listed() -> Self {
        Self::new(Culture::all().map(|culture| (culture, culture.traits().listed)))
    }

    /// As among travellers: above all Western European.
    pub fn travelling() -> Self {
        Self::new(Culture::all().map(|culture| (culture, culture.traits().travelling)))
    }

    /// The share of one culture, 0 to 1.
    pub fn share(&self, wanted: Culture) -> f64 {
        let mut before = 0;
        let mut share = 0;
        for (culture, up_to) in &self.parts {
            if *culture == wanted {
                share += up_to - before;
            }
            before = *up_to;
        }
        f64::from(share) / f64::from(self.total.max(1))
    }

    pub(super) fn draw(&self, dice: &mut Dice) -> Option<Culture> {
        let drawn = dice.below(self.total);
        let place = self.parts.partition_point(|(_, up_to)| *up_to <= drawn);
        self.parts.get(place).map(|(culture, _)| *culture)
    }
}
