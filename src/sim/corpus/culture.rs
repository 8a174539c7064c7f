//! The culture groups: where their people come from, how their names are built, how rare names are.

use std::sync::LazyLock;

use super::stock::Stock;
use crate::sim::dice::Dice;

/// A group of people whose names are built alike.
#[derive(Clone, Copy)]
pub struct Culture(&'static Grown);

/// What is known of a culture, and its words.
struct Grown {
    traits: &'static Traits,
    stock: Stock,
    number: u64,
}

/// What is known of a culture.
pub(super) struct Traits {
    pub(super) label: &'static str,
    /// Whose words it draws from.
    pub(super) stock: &'static str,
    pub(super) tongue: Tongue,
    pub(super) shape: Shape,
    pub(super) feminine: Feminine,
    /// Nationalities (ISO 3166-1 alpha-3), the usual one first.
    pub(super) nations: &'static [&'static str],
    pub(super) surnames: Tail,
    pub(super) given: Tail,
    /// Share of a watchlist, in thousandths.
    pub(super) listed: u32,
    /// Share of the travellers, in thousandths.
    pub(super) travelling: u32,
}

/// How many names are none of the common ones, and of how many such they are drawn.
#[derive(Clone, Copy)]
pub(super) struct Tail {
    pub(super) percent: u32,
    /// Rare names there are: two to this power.
    pub(super) bits: u32,
}

/// The notation in which a culture's words are kept, from which every spelling is made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tongue {
    /// Latin letters as the bearer writes them.
    Latin,
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
    /// Given name, father's given name, surname.
    Patronymic,
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
}

const fn tail(percent: u32, bits: u32) -> Tail {
    Tail { percent, bits }
}

/// A European culture of plain shape; the table below says what differs.
const PLAIN: Traits = Traits {
    label: "british",
    stock: "british",
    tongue: Tongue::Latin,
    shape: Shape::Western,
    feminine: Feminine::Same,
    nations: &["GBR", "USA", "IRL", "CAN", "AUS", "NZL"],
    surnames: tail(35, 16),
    given: tail(6, 10),
    listed: 30,
    travelling: 110,
};

static TRAITS: &[Traits] = &[
    PLAIN,
    Traits {
        label: "french",
        stock: "french",
        nations: &["FRA", "BEL", "CHE", "CAN"],
        listed: 15,
        travelling: 45,
        ..PLAIN
    },
    Traits {
        label: "german",
        stock: "german",
        nations: &["DEU", "AUT", "CHE"],
        listed: 15,
        travelling: 45,
        ..PLAIN
    },
    Traits {
        label: "dutch",
        stock: "dutch",
        nations: &["NLD", "BEL"],
        listed: 6,
        travelling: 20,
        ..PLAIN
    },
    Traits {
        label: "italian",
        stock: "italian",
        nations: &["ITA", "CHE"],
        listed: 15,
        travelling: 25,
        ..PLAIN
    },
    Traits {
        label: "nordic",
        stock: "nordic",
        nations: &["SWE", "NOR", "DNK", "FIN", "ISL"],
        listed: 5,
        travelling: 20,
        ..PLAIN
    },
    Traits {
        label: "spanish",
        stock: "iberian",
        shape: Shape::Spanish,
        nations: &["ESP", "COL", "MEX", "VEN", "ARG", "PER", "CUB", "ECU", "CHL", "GTM"],
        surnames: tail(20, 14),
        listed: 75,
        travelling: 50,
        ..PLAIN
    },
    Traits {
        label: "portuguese",
        stock: "portuguese",
        shape: Shape::Portuguese,
        nations: &["PRT", "BRA", "AGO", "MOZ"],
        surnames: tail(15, 13),
        listed: 20,
        travelling: 25,
        ..PLAIN
    },
    Traits {
        label: "polish",
        stock: "polish",
        feminine: Feminine::Polish,
        nations: &["POL"],
        listed: 12,
        travelling: 35,
        ..PLAIN
    },
    Traits {
        label: "czech",
        stock: "czech",
        feminine: Feminine::Czech,
        nations: &["CZE", "SVK"],
        listed: 6,
        travelling: 12,
        ..PLAIN
    },
    Traits {
        label: "turkish",
        stock: "turkish",
        nations: &["TUR", "DEU"],
        surnames: tail(25, 14),
        listed: 30,
        travelling: 25,
        ..PLAIN
    },
    Traits {
        label: "vietnamese",
        stock: "vietnamese",
        shape: Shape::Vietnamese,
        nations: &["VNM"],
        surnames: tail(0, 6),
        given: tail(0, 6),
        listed: 15,
        travelling: 20,
        ..PLAIN
    },
];

static CULTURES: LazyLock<Vec<Grown>> = LazyLock::new(|| {
    let grown = |(number, traits): (usize, &'static Traits)| Grown {
        traits,
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
