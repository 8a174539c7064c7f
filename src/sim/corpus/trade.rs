//! How firms are named in a land: what they do, where, under which legal form, in which script.

use std::sync::LazyLock;

use compact_str::CompactString;

use super::coined::coin;
use super::culture::Culture;
use super::tongue::Tongue;
use crate::sim::dice::Dice;

/// Where firms are named alike.
pub(super) struct Land {
    pub(super) label: &'static str,
    /// Whose surnames firms bear.
    pub(super) culture: Option<Culture>,
    /// How its coined words are kept, unless in Latin letters.
    pub(super) tongue: Option<&'static Tongue>,
    pub(super) nations: Vec<&'static str>,
    /// Legal forms, each in all its writings.
    pub(super) forms: Vec<Vec<&'static str>>,
    pub(super) activities: Vec<Term>,
    pub(super) brands: Vec<&'static str>,
    pub(super) towns: Vec<Term>,
}

/// A word in Latin letters and, where there is one, in the land's own script.
#[derive(Clone, Copy)]
pub(super) struct Term {
    pub(super) latin: &'static str,
    pub(super) native: &'static str,
}

/// What a word is within a firm's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Role {
    Name,
    Town,
    Activity,
}

/// A word or a few of a firm's name.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) role: Role,
    /// In Latin letters, or in the notation of the land's tongue.
    pub(super) text: CompactString,
    pub(super) in_notation: bool,
    /// In the land's own script, unless made from the notation.
    pub(super) native: &'static str,
}

pub(super) static LANDS: LazyLock<Vec<Land>> = LazyLock::new(read);

fn read() -> Vec<Land> {
    let mut lands: Vec<Land> = Vec::new();
    for row in include_str!("data/trade.tsv").lines().skip(1) {
        let mut cells = row.split('\t');
        let (Some(label), Some(role), Some(words)) = (cells.next(), cells.next(), cells.next())
        else {
            continue;
        };
        if lands.last().is_none_or(|land| land.label != label) {
            lands.push(Land::new(label));
        }
        let Some(land) = lands.last_mut() else { continue };
        match role {
            "nations" => land.nations = words.split(',').collect(),
            "form" => land.forms = forms(words),
            "activity" => land.activities = words.split(',').map(term).collect(),
            "brand" => land.brands = words.split(',').collect(),
            "town" => land.towns = words.split(',').map(term).collect(),
            _ => {}
        }
    }
    lands
}

/// Forms apart by commas without a space behind, writings of one by semicolons.
fn forms(words: &'static str) -> Vec<Vec<&'static str>> {
    let mut forms = Vec::new();
    let mut rest = words;
    while !rest.is_empty() {
        let end = rest
            .match_indices(',')
            .find(|(at, _)| !rest.get(at + 1..).is_some_and(|behind| behind.starts_with(' ')))
            .map_or(rest.len(), |(at, _)| at);
        let (form, behind) = rest.split_at_checked(end).unwrap_or((rest, ""));
        forms.push(form.split(';').collect());
        rest = behind.strip_prefix(',').unwrap_or(behind);
    }
    forms
}

fn term(text: &'static str) -> Term {
    let (latin, native) = text.split_once('=').unwrap_or((text, ""));
    Term { latin, native }
}

impl Land {
    fn new(label: &'static str) -> Self {
        let culture = match label {
            "english" => "british",
            "arabic" => "arab",
            other => other,
        };
        let tongue = match label {
            "arabic" | "russian" | "chinese" => Tongue::find(label),
            _ => None,
        };
        Self {
            label,
            culture: Culture::find(culture),
            tongue,
            nations: Vec::new(),
            forms: Vec::new(),
            activities: Vec::new(),
            brands: Vec::new(),
            towns: Vec::new(),
        }
    }

    /// The words of a new firm, in the order of the land.
    pub(super) fn name(&self, dice: &mut Dice, seed: u64) -> Vec<Piece> {
        let latin = |role, term: Term| Piece {
            role,
            text: CompactString::const_new(term.latin),
            in_notation: false,
            native: term.native,
        };
        let name = self.coin(dice, seed);
        let activity = dice.pick(&self.activities).map(|term| latin(Role::Activity, *term));
        let town = dice.pick(&self.towns).map(|term| latin(Role::Town, *term));
        let town = town.filter(|_| self.label == "chinese" || dice.percent(25));
        let mut pieces = Vec::new();
        match self.label {
            "russian" => pieces.push(name),
            "spanish" => pieces.extend(activity.into_iter().chain([name]).chain(town)),
            "chinese" => pieces.extend(town.into_iter().chain([name]).chain(activity)),
            "french" | "italian" if dice.percent(40) => {
                pieces.extend(activity.into_iter().chain([name]).chain(town));
            }
            _ => pieces.extend([name].into_iter().chain(town).chain(activity)),
        }
        pieces
    }

    /// The word that tells a firm from others.
    fn coin(&self, dice: &mut Dice, seed: u64) -> Piece {
        let text = match self.label {
            "russian" => self.welded(dice),
            "arabic" => self.with_article(dice, seed),
            "chinese" => self.two_characters(dice),
            _ => self.latin_coin(dice, seed),
        };
        Piece { role: Role::Name, text, in_notation: self.tongue.is_some(), native: "" }
    }

    /// Syllables of where it is and what it does, as Soviet trusts were named.
    fn welded(&self, dice: &mut Dice) -> CompactString {
        let last = dice.pick(&self.activities).map_or("", |term| term.latin);
        let second = if dice.percent(60) { self.brand(dice) } else { "" };
        [self.brand(dice), second, last].concat().into()
    }

    fn with_article(&self, dice: &mut Dice, seed: u64) -> CompactString {
        let word =
            if dice.percent(35) { self.brand(dice).into() } else { self.surname(dice, seed) };
        ["al-", word.strip_prefix("al-").unwrap_or(&word)].concat().into()
    }

    fn two_characters(&self, dice: &mut Dice) -> CompactString {
        let Some(culture) = self.culture else { return CompactString::default() };
        let stock = culture.stock();
        [stock.male.common(dice), stock.female.common(dice)].concat().into()
    }

    /// Invented, a family's, a few letters, or a word that many have.
    fn latin_coin(&self, dice: &mut Dice, seed: u64) -> CompactString {
        match dice.below(100) {
            0..40 => self.surname(dice, seed),
            40..55 => {
                let (one, other) = (self.surname(dice, seed), self.surname(dice, seed));
                let and = if self.label == "german" { " und " } else { " & " };
                [one.as_str(), and, &other].concat().into()
            }
            55..65 => {
                let letter = |dice: &mut Dice| b'A' + u8::try_from(dice.below(26)).unwrap_or(0);
                (0..3).map(|_| char::from(letter(dice))).collect()
            }
            65..80 => {
                let (brand, surname) = (self.brand(dice), self.surname(dice, seed));
                [brand, " ", &surname].concat().into()
            }
            80..94 => coin(dice, 2),
            _ => self.brand(dice).into(),
        }
    }

    fn brand(&self, dice: &mut Dice) -> &'static str {
        dice.text(&self.brands)
    }

    fn surname(&self, dice: &mut Dice, seed: u64) -> CompactString {
        let Some(culture) = self.culture else { return CompactString::default() };
        let surnames = &culture.stock().surnames;
        if dice.percent(60) {
            let rank = u64::from(dice.below(1 << 16));
            surnames.rare(seed, super::FIRMS | (culture.number() << 40) | rank)
        } else {
            CompactString::const_new(surnames.common(dice))
        }
    }

    /// The writings of one of its legal forms in Latin letters.
    pub(super) fn latin_forms(&self, form: usize) -> Vec<&'static str> {
        let writings = self.forms.get(form).map(Vec::as_slice).unwrap_or_default();
        writings.iter().copied().filter(|writing| is_latin(writing)).collect()
    }

    /// A legal form in the land's own script; empty where that is Latin.
    pub(super) fn native_form(&self, form: usize) -> &'static str {
        let writings = self.forms.get(form).map(Vec::as_slice).unwrap_or_default();
        writings.iter().copied().find(|writing| !is_latin(writing)).unwrap_or_default()
    }
}

fn is_latin(text: &str) -> bool {
    text.chars().all(|letter| letter < '\u{250}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_land_is_read_and_each_form_has_two_writings() {
        assert_eq!(LANDS.len(), 11);
        for land in LANDS.iter() {
            assert!(land.culture.is_some(), "{}", land.label);
            assert!(land.nations.iter().all(|code| crate::domain::Country::parse(code).is_ok()));
            assert!(!land.activities.is_empty());
            for form in 0..land.forms.len() {
                assert!(land.latin_forms(form).len() > 1, "{} {form}", land.label);
            }
            if land.tongue.is_some() {
                assert!((0..land.forms.len()).any(|form| !land.native_form(form).is_empty()));
            }
        }
        assert_eq!(forms("Co., Ltd.;Ltd,AG"), [vec!["Co., Ltd.", "Ltd"], vec!["AG"]]);
    }
}
