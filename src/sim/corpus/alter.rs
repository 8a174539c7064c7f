//! What is done to a name on its way from the list to the border, and what the label says of it.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::latin::{Loss, machine, unmarked};
use super::letters;
use super::naming::{Naming, Part};
use super::person::{Person, Sort, Spelling};
use crate::domain::{Country, Date};
use crate::sim::dice::Dice;

/// What was done to a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// Nothing.
    Exact,
    /// One letter wrong, missing or too many.
    Typo1,
    /// Two letters.
    Typo2,
    /// Two neighbouring letters in the wrong order.
    Transpose,
    /// The words in another order.
    Reorder,
    /// A word missing, never all of the given or family name.
    Drop,
    /// A word more: another given name.
    Extra,
    /// A given name cut down to its initial.
    Initial,
    /// Two words written as one.
    Joined,
    /// A word written as two.
    Split,
    /// Accents and special letters lost, plainly or as in a passport.
    Diacritics,
    /// Cut at 39 characters as in a passport's machine-readable zone.
    Truncated,
    /// The words in another order, and one letter wrong.
    TypoReorder,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Exact,
        Self::Typo1,
        Self::Typo2,
        Self::Transpose,
        Self::Reorder,
        Self::Drop,
        Self::Extra,
        Self::Initial,
        Self::Joined,
        Self::Split,
        Self::Diacritics,
        Self::Truncated,
        Self::TypoReorder,
    ];

    /// Its name in reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Typo1 => "typo1",
            Self::Typo2 => "typo2",
            Self::Transpose => "transpose",
            Self::Reorder => "reorder",
            Self::Drop => "drop",
            Self::Extra => "extra",
            Self::Initial => "initial",
            Self::Joined => "joined",
            Self::Split => "split",
            Self::Diacritics => "diacritics",
            Self::Truncated => "truncated",
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
        Kind::Typo1 => fields.letters(|words| letters::mistype(dice, words, 1))?,
        Kind::Typo2 => fields.letters(|words| letters::mistype(dice, words, 2))?,
        Kind::Transpose => fields.letters(|words| letters::transpose(dice, words))?,
        Kind::Reorder => fields.reorder(dice)?,
        Kind::Drop => return dropped(dice, person),
        Kind::Extra => fields.extra(dice, person)?,
        Kind::Initial => fields.initial(dice)?,
        Kind::Joined => fields.join(dice)?,
        Kind::Split => fields.split(dice)?,
        Kind::Diacritics => fields.lose_marks(dice)?,
        Kind::Truncated => return truncated(listed),
        Kind::TypoReorder => {
            fields.letters(|words| letters::mistype(dice, words, 1))?;
            fields.reorder(dice)?;
        }
    }
    Some(fields.write(listed))
}

/// The words of both fields of a document.
struct Fields {
    surname: SmallVec<[CompactString; 4]>,
    given: SmallVec<[CompactString; 4]>,
}

impl Fields {
    fn read(name: &Spelling) -> Self {
        let words = |text: &str| text.split_whitespace().map(CompactString::from).collect();
        Self { surname: words(&name.surname), given: words(&name.given) }
    }

    fn write(&self, listed: &Spelling) -> Spelling {
        let text = |words: &[CompactString]| CompactString::from(words.join(" "));
        let (surname, given) = (text(&self.surname), text(&self.given));
        Spelling { surname, given, script: listed.script, sort: Sort::Alias }
    }

    fn count(&self) -> usize {
        self.surname.len() + self.given.len()
    }

    /// Changes letters of all words; `None` when that cannot be done.
    fn letters(&mut self, change: impl FnOnce(&mut [Vec<char>]) -> bool) -> Option<()> {
        let words = self.surname.iter().chain(&self.given);
        let mut letters: Vec<Vec<char>> = words.map(|word| word.chars().collect()).collect();
        if !change(&mut letters) {
            return None;
        }
        for (word, letters) in self.surname.iter_mut().chain(&mut self.given).zip(letters) {
            *word = letters.into_iter().collect();
        }
        Some(())
    }

    /// Fields confused, given names in another order, or all in one field.
    fn reorder(&mut self, dice: &mut Dice) -> Option<()> {
        if self.count() < 2 {
            return None;
        }
        let all_equal =
            |words: &[CompactString]| words.iter().all(|word| Some(word) == words.first());
        match dice.below(3) {
            0 if !all_equal(&self.given) => self.given.rotate_left(1),
            1 if !all_equal(&self.surname) => self.surname.rotate_left(1),
            _ if self.given.is_empty() => self.surname.rotate_left(1),
            2 => self.surname.append(&mut self.given),
            _ => std::mem::swap(&mut self.surname, &mut self.given),
        }
        Some(())
    }

    /// One more given name, somewhere behind the first word.
    fn extra(&mut self, dice: &mut Dice, person: &Person) -> Option<()> {
        let other = Naming::draw(dice, 0, person.culture, person.female);
        let given = other.words.iter().find(|word| word.part == Part::Given)?;
        let known = |word: &CompactString| *word == given.text;
        if self.surname.iter().any(known) || self.given.iter().any(known) {
            return None;
        }
        let field = if self.given.is_empty() { &mut self.surname } else { &mut self.given };
        let place = dice.below(u32::try_from(field.len()).ok()?) as usize + 1;
        field.insert(place, given.text.clone());
        Some(())
    }

    /// A given name of more than two letters cut down, with a full stop in half of all cases.
    fn initial(&mut self, dice: &mut Dice) -> Option<()> {
        let long = |word: &&mut CompactString| word.chars().count() > 2;
        let count = self.given.iter_mut().filter(long).count();
        let chosen = dice.below(u32::try_from(count).ok()?) as usize;
        let word = self.given.iter_mut().filter(long).nth(chosen)?;
        let mut initial: CompactString = word.chars().take(1).collect();
        if dice.percent(50) {
            initial.push('.');
        }
        *word = initial;
        Some(())
    }

    /// Two neighbouring words of one field as one; a hyphen is lost as well.
    fn join(&mut self, dice: &mut Dice) -> Option<()> {
        let mut words = self.surname.iter_mut().chain(&mut self.given);
        if let Some(word) = words.find(|word| word.contains('-'))
            && dice.percent(50)
        {
            *word = joined(word.split('-'));
            return Some(());
        }
        let field = match (self.surname.len() > 1, self.given.len() > 1) {
            (false, false) => return None,
            (true, false) => &mut self.surname,
            (false, true) => &mut self.given,
            (true, true) if dice.percent(50) => &mut self.surname,
            (true, true) => &mut self.given,
        };
        let place = dice.below(u32::try_from(field.len()).ok()? - 1) as usize;
        let second = field.remove(place + 1);
        let first = field.get_mut(place)?;
        *first = joined([first.as_str(), &second].into_iter());
        Some(())
    }

    /// A word of at least six letters as two of at least two.
    fn split(&mut self, dice: &mut Dice) -> Option<()> {
        let long = |word: &CompactString| {
            word.chars().count() >= 6 && word.chars().all(char::is_alphabetic)
        };
        let longs = |words: &[CompactString]| words.iter().filter(|word| long(word)).count();
        let in_surname = longs(&self.surname);
        let drawn = dice.below(u32::try_from(in_surname + longs(&self.given)).ok()?) as usize;
        let (field, nth) = if drawn < in_surname {
            (&mut self.surname, drawn)
        } else {
            (&mut self.given, drawn - in_surname)
        };
        let (place, word) = field.iter().enumerate().filter(|(_, word)| long(word)).nth(nth)?;
        let letters = u32::try_from(word.chars().count()).ok()?;
        let cut = dice.between(2, letters - 2) as usize;
        let first = word.chars().take(cut).collect();
        let mut second = CompactString::default();
        for (at, letter) in word.chars().skip(cut).enumerate() {
            if at == 0 { second.extend(letter.to_uppercase()) } else { second.push(letter) }
        }
        field.insert(place + 1, second);
        *field.get_mut(place)? = first;
        Some(())
    }

    fn lose_marks(&mut self, dice: &mut Dice) -> Option<()> {
        let loss = if dice.percent(50) { Loss::Expanded } else { Loss::Bare };
        let mut lost = false;
        for word in self.surname.iter_mut().chain(&mut self.given) {
            let bare = unmarked(word, loss);
            lost |= bare != *word;
            *word = bare;
        }
        lost.then_some(())
    }
}

/// Several words as one, with a capital only at the beginning.
fn joined<'t>(words: impl Iterator<Item = &'t str>) -> CompactString {
    let mut out = CompactString::default();
    for word in words {
        let plain = word.chars();
        if out.is_empty() {
            out.extend(plain);
        } else {
            out.extend(plain.flat_map(char::to_lowercase));
        }
    }
    out
}

/// The name without one of the words that are neither the first given name nor the surname.
fn dropped(dice: &mut Dice, person: &Person) -> Option<Spelling> {
    let words = &person.naming.words;
    let spare = |word: &super::naming::Word| {
        matches!(word.part, Part::Middle | Part::Father | Part::Second)
    };
    let count = words.iter().filter(|word| spare(word)).count();
    if words.len() < 3 || count == 0 {
        return None;
    }
    let chosen = dice.below(u32::try_from(count).ok()?) as usize;
    let lost = words.iter().filter(|word| spare(word)).nth(chosen)?;
    Some(person.naming.spelt(Sort::Alias, |word| !std::ptr::eq(word, lost)))
}

/// What a field of 39 characters holds of a longer name: `SURNAME<<GIVEN<NAMES`, cut at the end. A
/// surname that leaves no room is cut so that one letter of the given names remains (ICAO Doc 9303
/// Part 4, section 4.2.3).
fn truncated(listed: &Spelling) -> Option<Spelling> {
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
