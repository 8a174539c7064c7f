//! What is done to a name on its way from the list to the border, and what the label says of it.

use compact_str::CompactString;

use super::fields::{Fields, Slip};
use super::latin::machine;
use super::naming::{Naming, Part, Word};
use super::person::Person;
use super::spelling::{Sort, Spelling};
use crate::domain::{Country, Date};
use crate::sim::dice::Dice;

/// What was done to a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Nothing.
    Exact,
    /// What befalls any name.
    Slip(Slip),
    /// The words in another order.
    Reorder,
    /// A word missing, never all of the given or family name.
    Drop,
    /// A word more: another given name.
    Extra,
    /// A given name cut down to its initial.
    Initial,
    /// Romanised by another system.
    Transliteration,
    /// One word in another of its usual spellings.
    Variant,
    /// Cut at 39 characters as in a passport's machine-readable zone.
    Truncated,
    /// In its own script.
    OriginalScript,
    /// The words in another order, and one letter wrong.
    TypoReorder,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 16] = [
        Self::Exact,
        Self::Slip(Slip::Typo1),
        Self::Slip(Slip::Typo2),
        Self::Slip(Slip::Transpose),
        Self::Reorder,
        Self::Drop,
        Self::Extra,
        Self::Initial,
        Self::Slip(Slip::Joined),
        Self::Slip(Slip::Split),
        Self::Transliteration,
        Self::Variant,
        Self::Slip(Slip::Diacritics),
        Self::Truncated,
        Self::OriginalScript,
        Self::TypoReorder,
    ];

    /// Its place in [`Self::ALL`]: draws of its own hang on it.
    pub(super) fn number(self) -> u32 {
        (0..).zip(Self::ALL).find(|(_, kind)| *kind == self).map_or(0, |(number, _)| number)
    }

    /// Its name in reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Slip(slip) => slip.label(),
            Self::Reorder => "reorder",
            Self::Drop => "drop",
            Self::Extra => "extra",
            Self::Initial => "initial",
            Self::Transliteration => "transliteration",
            Self::Variant => "variant",
            Self::Truncated => "truncated",
            Self::OriginalScript => "original-script",
            Self::TypoReorder => "typo-reorder",
        }
    }
}

/// What was done to the birth date.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DateKind {
    /// Nothing.
    Equal,
    /// Day and month changed places.
    Swapped,
    /// A year early or late.
    YearOff,
    /// One digit wrong.
    Digit,
    /// Ten years early or late.
    DecadeOff,
    /// The first of January of the same year.
    FirstJanuary,
}

/// A name with birth date and nationality as stated at the border.
#[derive(Clone)]
pub struct Query {
    /// The name.
    pub name: Spelling,
    /// Birth date.
    pub born: Date,
    /// Nationality.
    pub nationality: Country,
    /// Whether a woman is stated.
    pub female: bool,
    /// What must be found, and why that may be hard.
    pub label: Label,
}

/// What must be found, and what was done to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Label {
    /// The listed person's number.
    pub person: u32,
    /// What was done to the name.
    pub kind: Kind,
    /// What was done to the birth date.
    pub date: DateKind,
    /// Whether the nationality is another than the true one.
    pub other_nationality: bool,
}

impl Query {
    pub(super) fn draw(dice: &mut Dice, person: &Person, kind: Kind) -> Option<Self> {
        let name = altered(dice, person, kind)?;
        let (born, date) = altered_date(dice, person.born);
        let other_nationality = dice.percent(8);
        let nationality = if other_nationality {
            other_country(dice, person.nationality)?
        } else {
            person.nationality
        };
        let label = Label { person: person.number, kind, date, other_nationality };
        Some(Self { name, born, nationality, female: person.female, label })
    }
}

fn altered(dice: &mut Dice, person: &Person, kind: Kind) -> Option<Spelling> {
    let listed = person.name()?;
    let mut fields = Fields::read(listed);
    match kind {
        Kind::Exact => {}
        Kind::Slip(slip) => fields.slip(dice, slip)?,
        Kind::Reorder => fields.reorder(dice)?,
        Kind::Drop => return dropped(dice, person),
        Kind::Extra => add_word(&mut fields, dice, person)?,
        Kind::Initial => fields.initial(dice)?,
        Kind::Transliteration => return transliterated(dice, person),
        Kind::Variant => fields.vary(dice)?,
        Kind::OriginalScript => return in_own_script(dice, person),
        Kind::Truncated => return cut(listed),
        Kind::TypoReorder => {
            fields.slip(dice, Slip::Typo1)?;
            fields.reorder(dice)?;
        }
    }
    Some(fields.write(listed))
}

/// One more given name, somewhere behind the first word.
fn add_word(fields: &mut Fields, dice: &mut Dice, person: &Person) -> Option<()> {
    let other = Naming::draw(dice, person.seed, person.culture, person.female);
    let other = other.latin(person.culture, person.system, |word| word.part == Part::Given);
    let given = if other.given.is_empty() { other.surname } else { other.given };
    let known = |word: &CompactString| given.split(' ').any(|part| part == word);
    if fields.surname.iter().any(known) || fields.given.iter().any(known) {
        return None;
    }
    let field = if fields.given.is_empty() { &mut fields.surname } else { &mut fields.given };
    let place = dice.below(u32::try_from(field.len()).ok()?) as usize + 1;
    field.insert(place, given);
    Some(())
}

/// The name without one of the words that are neither the first given name nor the surname.
fn dropped(dice: &mut Dice, person: &Person) -> Option<Spelling> {
    let words = &person.naming.words;
    let spare = |word: &Word| matches!(word.part, Part::Middle | Part::Father | Part::Second);
    let count = words.iter().filter(|word| spare(word)).count();
    if words.len() < 3 || count == 0 {
        return None;
    }
    let chosen = dice.below(u32::try_from(count).ok()?) as usize;
    let lost = words.iter().filter(|word| spare(word)).nth(chosen)?;
    let kept = |word: &Word| !std::ptr::eq(word, lost);
    Some(person.naming.latin(person.culture, person.system, kept))
}

/// The name by another system than the one of the primary name.
fn transliterated(dice: &mut Dice, person: &Person) -> Option<Spelling> {
    let systems = u32::try_from(person.culture.tongue()?.systems()).ok()?;
    let first = dice.below(systems);
    let spelt = |turn| {
        let system = (first + turn) % systems;
        person.naming.latin(person.culture, system as usize, |_| true)
    };
    (0..systems).map(spelt).find(|name| person.names.iter().all(|known| !known.reads_like(name)))
}

fn in_own_script(dice: &mut Dice, person: &Person) -> Option<Spelling> {
    let way = super::person::way(dice, person.culture);
    let whole = dice.percent(50);
    person.naming.native(person.culture, way, whole)
}

/// What a field of 39 characters holds of a longer name: `SURNAME<<GIVEN<NAMES`, cut at the end. A
/// surname that leaves no room is cut so that one letter of the given names remains (ICAO Doc 9303
/// Part 4, section 4.2.3).
pub(super) fn cut(listed: &Spelling) -> Option<Spelling> {
    const FIELD: usize = 39;
    let (mut surname, mut given) = (machine(&listed.surname), machine(&listed.given));
    let between = if given.is_empty() { 0 } else { 2 };
    if surname.len() + between + given.len() <= FIELD {
        return None;
    }
    let room = FIELD - between - usize::from(!given.is_empty());
    surname.truncate(room);
    given.truncate(FIELD - between - surname.len());
    let end = |text: &mut CompactString| text.truncate(text.trim_end().len());
    end(&mut surname);
    end(&mut given);
    Some(Spelling { surname, given, script: listed.script, sort: Sort::Alias })
}

/// The birth date as stated, and what was done to it. Where nothing changes by it, nothing was done.
fn altered_date(dice: &mut Dice, born: Date) -> (Date, DateKind) {
    let packed = born.packed();
    let (year, month, day) = (packed / 10_000, packed / 100 % 100, packed % 100);
    let drawn = dice.below(200);
    let later = dice.percent(50);
    let shift = |years: u32| if later { year + years } else { year.saturating_sub(years) };
    let (stated, kind) = match drawn {
        0..164 => (Some(born), DateKind::Equal),
        164..178 => (date(year, day, month), DateKind::Swapped),
        178..188 => (date(shift(1), month, day), DateKind::YearOff),
        188..194 => (wrong_digit(dice, [year, month, day]), DateKind::Digit),
        194..197 => (date(shift(10), month, day), DateKind::DecadeOff),
        _ => (date(year, 1, 1), DateKind::FirstJanuary),
    };
    match stated {
        Some(stated) if stated != born => (stated, kind),
        _ => (born, DateKind::Equal),
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    Date::day(u16::try_from(year).ok()?, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
}

/// A date that differs in one digit of the day, the month or the last two of the year.
fn wrong_digit(dice: &mut Dice, [year, month, day]: [u32; 3]) -> Option<Date> {
    for _ in 0..32 {
        let wrong = |dice: &mut Dice, number: u32| {
            let unit = if dice.percent(50) { 1 } else { 10 };
            number - number / unit % 10 * unit + dice.below(10) * unit
        };
        let stated = match dice.below(3) {
            0 => date(wrong(dice, year), month, day),
            1 => date(year, wrong(dice, month), day),
            _ => date(year, month, wrong(dice, day)),
        };
        if let Some(stated) = stated
            && stated.packed() != year * 10_000 + month * 100 + day
            && stated.packed() < 20_261_231
        {
            return Some(stated);
        }
    }
    None
}

/// A country where many come from or live, other than this one.
fn other_country(dice: &mut Dice, than: Country) -> Option<Country> {
    let codes =
        ["GBR", "DEU", "FRA", "TUR", "ARE", "RUS", "USA", "SYR", "LBN", "CYP", "CHN", "NLD"];
    let first = dice.below(u32::try_from(codes.len()).ok()?) as usize;
    let turned = codes.iter().cycle().skip(first).take(2);
    turned.filter_map(|code| Country::parse(code).ok()).find(|code| *code != than)
}
