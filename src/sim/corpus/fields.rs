//! The words in the two fields of a document, and what may be done to words of any name.

use compact_str::CompactString;
use smallvec::SmallVec;

use super::latin::{Loss, unmarked};
use super::letters;
use super::spelling::{Sort, Spelling};
use super::variants;
use crate::sim::dice::Dice;

/// What befalls the letters and words of any name, whoever bears it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Slip {
    /// One letter wrong, missing or too many.
    Typo1,
    /// Two letters.
    Typo2,
    /// Two neighbouring letters in the wrong order.
    Transpose,
    /// Two words written as one.
    Joined,
    /// A word written as two.
    Split,
    /// Accents and special letters lost, plainly or as in a passport.
    Diacritics,
}

impl Slip {
    /// Its name in reports.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Typo1 => "typo1",
            Self::Typo2 => "typo2",
            Self::Transpose => "transpose",
            Self::Joined => "joined",
            Self::Split => "split",
            Self::Diacritics => "diacritics",
        }
    }
}

/// The words of both fields of a document.
pub(super) struct Fields {
    pub(super) surname: SmallVec<[CompactString; 4]>,
    pub(super) given: SmallVec<[CompactString; 4]>,
}

impl Fields {
    /// The words of a name.
    pub(super) fn read(name: &Spelling) -> Self {
        let words = |text: &str| text.split_whitespace().map(CompactString::from).collect();
        Self { surname: words(&name.surname), given: words(&name.given) }
    }

    /// The name again, as one that belongs to `listed`.
    pub(super) fn write(&self, listed: &Spelling) -> Spelling {
        let text = |words: &[CompactString]| CompactString::from(words.join(" "));
        let (surname, given) = (text(&self.surname), text(&self.given));
        Spelling { surname, given, script: listed.script, sort: Sort::Alias }
    }

    /// Lets a slip befall the words; `None` when it cannot.
    pub(super) fn slip(&mut self, dice: &mut Dice, slip: Slip) -> Option<()> {
        match slip {
            Slip::Typo1 => self.letters(|words| letters::mistype(dice, words, 1)),
            Slip::Typo2 => self.letters(|words| letters::mistype(dice, words, 2)),
            Slip::Transpose => self.letters(|words| letters::transpose(dice, words)),
            Slip::Joined => self.join(dice),
            Slip::Split => self.split(dice),
            Slip::Diacritics => self.lose_marks(dice),
        }
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
    pub(super) fn reorder(&mut self, dice: &mut Dice) -> Option<()> {
        let before = (self.surname.clone(), self.given.clone());
        let all_equal =
            |words: &[CompactString]| words.iter().all(|word| Some(word) == words.first());
        match dice.below(3) {
            0 if !all_equal(&self.given) => self.given.rotate_left(1),
            1 if !all_equal(&self.surname) => self.surname.rotate_left(1),
            _ if self.given.is_empty() => self.surname.rotate_left(1),
            2 => self.surname.append(&mut self.given),
            _ => std::mem::swap(&mut self.surname, &mut self.given),
        }
        (before.0 != self.surname || before.1 != self.given).then_some(())
    }

    /// A given name of more than two letters cut down, with a full stop in half of all cases.
    pub(super) fn initial(&mut self, dice: &mut Dice) -> Option<()> {
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

    /// One word in another of its usual spellings.
    pub(super) fn vary(&mut self, dice: &mut Dice) -> Option<()> {
        let words = self.surname.iter_mut().chain(&mut self.given);
        let mut known = words.filter_map(|word| Some((variants::other(dice, word)?, word)));
        let (first, second) = (known.next(), known.next());
        drop(known);
        let second_if_any = dice.percent(50).then_some(second).flatten();
        let (other, word) = second_if_any.or(first)?;
        *word = other;
        Some(())
    }

    /// Without accents, as in a passport or plainly.
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

/// Several words as one, with a capital only at the beginning unless all are capitals.
fn joined<'t>(words: impl Iterator<Item = &'t str>) -> CompactString {
    let mut out = CompactString::default();
    for word in words {
        let capitals = word.chars().all(|letter| !letter.is_lowercase());
        if out.is_empty() || capitals {
            out.push_str(word);
        } else {
            out.push_str(&word.to_lowercase());
        }
    }
    out
}
