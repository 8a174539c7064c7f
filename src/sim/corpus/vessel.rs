//! Invented vessels: their names on a list, and as manifests and port calls state them.

use std::sync::LazyLock;

use compact_str::CompactString;
use smallvec::SmallVec;

use super::coined::coin;
use super::culture::Mix;
use super::fields::Fields;
use super::spelling::{Script, Sort, Spelling};
use super::thing::{Change, Statement, ThingLabel};
use crate::domain::Country;
use crate::sim::dice::Dice;

/// An invented vessel as a list knows it.
#[derive(Clone)]
pub struct Vessel {
    /// The number within the corpus.
    pub number: u32,
    /// The names on the list, each whole in the field of the surname: the present one, and those it
    /// had under other flags.
    pub names: SmallVec<[Spelling; 3]>,
    /// The flag.
    pub flag: Country,
    /// The flag when the list knows it.
    pub listed_flag: Option<Country>,
    /// The IMO number, with its check digit.
    pub imo: CompactString,
    words: SmallVec<[CompactString; 2]>,
    /// A number behind the name.
    count: u32,
    prefix: &'static str,
}

struct Tables {
    first: Vec<&'static str>,
    last: Vec<&'static str>,
    single: Vec<&'static str>,
    /// Sorts of ship, each in all its writings.
    prefixes: Vec<Vec<&'static str>>,
    flags: Vec<&'static str>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let rows = || include_str!("data/vessels.tsv").lines().skip(1);
    let words = |role: &str| -> Vec<&'static str> {
        let row = rows().find_map(|row| row.strip_prefix(role)?.strip_prefix('\t'));
        row.map(|row| row.split(',').collect()).unwrap_or_default()
    };
    Tables {
        first: words("first"),
        last: words("last"),
        single: words("single"),
        prefixes: words("prefix").iter().map(|prefix| prefix.split(';').collect()).collect(),
        flags: words("flags"),
    }
});

const ROMAN: [&str; 9] = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX"];

impl Vessel {
    pub(super) fn draw(dice: &mut Dice, number: u32) -> Option<Self> {
        let flag = Country::parse(dice.pick(&TABLES.flags)?).ok()?;
        let prefixes = dice.pick(&TABLES.prefixes)?;
        let mut vessel = Self {
            number,
            names: SmallVec::new(),
            flag,
            listed_flag: dice.percent(85).then_some(flag),
            imo: imo(dice),
            words: words(dice),
            count: if dice.percent(25) { dice.between(1, 9) } else { 0 },
            prefix: dice.text(prefixes),
        };
        let with_prefix = dice.percent(20);
        let name = vessel.name(with_prefix, dice.percent(60));
        vessel.names.push(Spelling::whole(name, Script::Latin, Sort::Primary));
        for _ in 0..dice.below(3) {
            let former = Self { words: words(dice), count: 0, ..vessel.clone() };
            let name = former.name(false, true);
            vessel.names.push(Spelling::whole(name, Script::Latin, Sort::Alias));
        }
        Some(vessel)
    }

    /// The name in capitals, as manifests have it.
    fn name(&self, with_prefix: bool, roman: bool) -> CompactString {
        let mut parts: SmallVec<[CompactString; 4]> = SmallVec::new();
        if with_prefix {
            parts.push(self.prefix.into());
        }
        parts.extend(self.words.iter().map(CompactString::to_uppercase));
        if let Some(numeral) = ROMAN.get((self.count as usize).wrapping_sub(1)) {
            let digit = char::from_digit(self.count, 10).map(String::from).unwrap_or_default();
            parts.push(if roman { (*numeral).into() } else { digit.into() });
        }
        parts.join(" ").into()
    }

    pub(super) fn state(&self, dice: &mut Dice, change: Change) -> Option<Statement> {
        let listed = self.names.first()?;
        let mut fields = Fields::read(listed);
        match change {
            Change::Exact => {}
            Change::Slip(slip) => fields.slip(dice, slip)?,
            Change::Prefix => match listed.surname.strip_prefix(self.prefix) {
                Some(bare) => fields.surname = bare.split_whitespace().map(Into::into).collect(),
                None => fields.surname.insert(0, self.prefix.into()),
            },
            Change::Numeral => {
                let last = fields.surname.last_mut()?;
                let roman = *ROMAN.get((self.count as usize).checked_sub(1)?)?;
                *last = if last == roman {
                    char::from_digit(self.count, 10)?.to_string().into()
                } else {
                    roman.into()
                };
            }
            Change::Truncated => return self.cut(listed),
            Change::Reorder
            | Change::Drop
            | Change::Extra
            | Change::Form
            | Change::NoForm
            | Change::Abbreviated
            | Change::Transliteration
            | Change::OriginalScript => return None,
        }
        Some(Statement {
            name: fields.surname.join(" ").into(),
            country: self.flag,
            imo: dice.percent(40).then(|| self.imo.clone()),
            label: ThingLabel { number: self.number, change },
        })
    }

    /// The static report of AIS has room for 20 letters.
    fn cut(&self, listed: &Spelling) -> Option<Statement> {
        const FIELD: usize = 20;
        let cut = listed.surname.get(..FIELD).filter(|cut| *cut != listed.surname)?;
        let label = ThingLabel { number: self.number, change: Change::Truncated };
        Some(Statement { name: cut.trim_end().into(), country: self.flag, imo: None, label })
    }
}

/// One of a few words that many ships bear, of two of them, coined, or somebody's name behind that of
/// its house: sister ships have the same house.
fn words(dice: &mut Dice) -> SmallVec<[CompactString; 2]> {
    let table = |word: &'static str| CompactString::const_new(word);
    match dice.below(100) {
        0..10 => SmallVec::from_iter([table(dice.text(&TABLES.single))]),
        10..45 => {
            SmallVec::from_iter([table(dice.text(&TABLES.first)), table(dice.text(&TABLES.last))])
        }
        45..60 => SmallVec::from_iter([coin(dice, 2)]),
        60..75 => SmallVec::from_iter([table(dice.text(&TABLES.first)), coin(dice, 2)]),
        75..88 => SmallVec::from_iter([coin(dice, 2), table(dice.text(&TABLES.last))]),
        _ => {
            let culture = Mix::travelling().draw(dice);
            let given = culture.map_or("", |culture| culture.stock().female.common(dice));
            let given = if given.is_ascii() { table(given) } else { coin(dice, 2) };
            SmallVec::from_iter([table(dice.text(&HOUSES)), given])
        }
    }
}

/// Houses that put their name before that of a ship.
const HOUSES: [&str; 12] = [
    "Albion", "Castor", "Gannet", "Heron", "Hanseat", "Kestrel", "Levant", "Meridian", "Nordal",
    "Sorrel", "Thistle", "Wadden",
];

/// Six digits and the sum of their products with 7 to 2 (IMO resolution A.1117(30)).
fn imo(dice: &mut Dice) -> CompactString {
    let mut number = CompactString::const_new("9");
    let mut sum = 9 * 7;
    for weight in (2..=6).rev() {
        let digit = dice.below(10);
        sum += digit * weight;
        number.extend(char::from_digit(digit, 10));
    }
    number.extend(char::from_digit(sum % 10, 10));
    number
}
