//! One word of a name in all its forms, fixed in size.

use std::ops::Range;

use crate::domain::Name;

use super::{Skeleton, dictionary};

/// What a name belongs to: decides which words are titles, legal forms and prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// A natural person.
    Person,
    /// A company, agency or group.
    Organisation,
    /// A ship or boat.
    Vessel,
    /// A list does not say: words may be titles and legal forms.
    Unknown,
}

/// What a word is within its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Part {
    /// A family name.
    Surname,
    /// A given name.
    Given,
    /// Any of a name whose parts are not known.
    Any,
    /// A single letter that stands for a name.
    Initial,
    /// A small word between names: `al`, `bin`, `von`, `de la`.
    Particle,
    /// A title or rank: `Dr`, `Sheikh`, `General`.
    Honorific,
    /// A form of company: `Ltd`, `GmbH`, `OOO`.
    LegalForm,
    /// A number, in digits or words, and the signs of generation: `3`, `third`, `Jr`.
    Number,
    /// What stands before a vessel's name: `MV`, `SS`.
    Prefix,
    /// A word that many organisations share: `and`, `international`, `bank`.
    Stop,
}

/// The script in which a word was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Script {
    /// Latin, and digits.
    Latin,
    /// Cyrillic.
    Cyrillic,
    /// Greek.
    Greek,
    /// Arabic, Persian, Urdu: short vowels are not written.
    Arabic,
    /// Hebrew: vowels are mostly not written.
    Hebrew,
    /// Chinese characters.
    Han,
    /// Korean letters.
    Hangul,
    /// Japanese syllables.
    Kana,
    /// Devanagari and its relatives.
    Indic,
    /// Thai and Lao.
    Thai,
    /// Another script.
    Other,
}

impl Script {
    /// Whether a letter of it stands for a sound, not for a syllable or a word.
    pub fn is_spelt(self) -> bool {
        !matches!(self, Self::Han | Self::Hangul | Self::Kana)
    }

    /// Whether writers of this script leave out short vowels, so that only consonants compare.
    pub fn omits_vowels(self) -> bool {
        matches!(self, Self::Arabic | Self::Hebrew)
    }
}

/// A class of spellings of one name in the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct ClassId(pub u32);

/// The letters of a word that are kept.
pub const TEXT_MAX: usize = 23;
/// The letters of the canonical form that are kept.
pub const CANONICAL_MAX: usize = 15;

/// One word of a name: 64 bytes, no heap.
///
/// Personal data: has no `Debug`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word {
    text: [u8; TEXT_MAX],
    text_len: u8,
    /// A digest of the letters beyond [`TEXT_MAX`], or of the Chinese characters: many are read alike.
    beyond: u32,
    canonical: [u8; CANONICAL_MAX],
    canonical_len: u8,
    pub(super) skeleton: Skeleton,
    /// Where the dictionary lists its classes; 0 when it does not know the word.
    pub(super) spelling: u32,
    start: u16,
    len: u16,
    pub(super) part: Part,
    pub(super) script: Script,
    flags: u8,
}

const _: () = assert!(size_of::<Word>() == 64);

const CUT: u8 = 1;
const OVERLONG: u8 = 2;
const OF_GIVEN: u8 = 4;
const COMPOUND: u8 = 8;
const ACRONYM: u8 = 16;

impl Word {
    /// A word without letters that begins at this byte of its field.
    pub(super) fn starting(at: usize, of_given: bool) -> Self {
        Self {
            text: [0; TEXT_MAX],
            text_len: 0,
            beyond: 0,
            canonical: [0; CANONICAL_MAX],
            canonical_len: 0,
            skeleton: Skeleton::default(),
            spelling: 0,
            start: u16::try_from(at).unwrap_or(u16::MAX),
            len: 0,
            part: Part::Any,
            script: Script::Latin,
            flags: if of_given { OF_GIVEN } else { 0 },
        }
    }

    /// The initials of several words, as one that nobody stated.
    pub(super) fn of_initials(letters: &[u8]) -> Self {
        let mut word = Self::starting(0, false);
        word.push_all(letters);
        word.flags |= ACRONYM;
        word
    }

    /// Its letters in Latin, `a` to `z` and digits, without accents; cut at [`TEXT_MAX`].
    #[inline]
    pub fn text(&self) -> &[u8] {
        self.text.get(..usize::from(self.text_len)).unwrap_or_default()
    }

    /// Its letters with habits of transliteration folded away; cut at [`CANONICAL_MAX`].
    #[inline]
    pub fn canonical(&self) -> &[u8] {
        self.canonical.get(..usize::from(self.canonical_len)).unwrap_or_default()
    }

    /// The canonical form as one number: equal for the same form alone.
    #[inline]
    pub fn canonical_key(&self) -> u128 {
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(self.canonical) {
            *to = from;
        }
        u128::from_le_bytes(bytes)
    }

    /// Its consonants in classes of sound.
    #[inline]
    pub fn skeleton(&self) -> Skeleton {
        self.skeleton
    }

    /// The dictionary's classes that hold this spelling, in ascending order.
    #[inline]
    pub fn classes(&self) -> &'static [ClassId] {
        dictionary::classes(self.spelling)
    }

    /// Whether many organisations have it in their names, or it says what they deal in.
    #[inline]
    pub fn is_shared(&self) -> bool {
        dictionary::is_symbol(self.spelling)
    }

    /// Its letters, filled up with zeros.
    #[inline]
    fn padded(&self) -> [u8; 24] {
        let mut padded = [0; 24];
        for (to, from) in padded.iter_mut().zip(self.text) {
            *to = from;
        }
        padded
    }

    /// Its key in the dictionary.
    #[inline]
    pub(super) fn spelling_key(&self) -> u64 {
        dictionary::key(self.script, &self.padded())
    }

    /// Its key among small words of personal names: of its Latin letters, whatever its script.
    #[inline]
    pub(super) fn personal_key(&self) -> u64 {
        dictionary::key(Script::Latin, &self.padded())
    }

    /// Its key among words of organisations, of its own script: what is a legal form in Cyrillic is
    /// none in Latin.
    pub(super) fn thing_key(&self) -> u64 {
        let key = self.personal_key();
        if self.script == Script::Latin { key } else { key.rotate_left(17) ^ 0x5DEE_CE66_D5DE_ECE6 }
    }

    /// What it is within its name.
    #[inline]
    pub fn part(&self) -> Part {
        self.part
    }

    /// The script in which it was written.
    #[inline]
    pub fn script(&self) -> Script {
        self.script
    }

    /// Where it stands, in bytes of the field that [`Word::is_of_given`] tells.
    pub fn source(&self) -> Range<u32> {
        let start = u32::from(self.start);
        start..start + u32::from(self.len)
    }

    /// Whether it stands in the field of given names rather than that of the surname.
    #[inline]
    pub fn is_of_given(&self) -> bool {
        self.flags & OF_GIVEN != 0
    }

    /// The word as written in the name that was analysed.
    pub fn written<'a>(&self, name: Name<'a>) -> &'a str {
        let field = if self.is_of_given() { name.given } else { name.surname };
        let start = usize::from(self.start);
        field.get(start..start + usize::from(self.len)).unwrap_or_default()
    }

    /// Whether it may be the beginning of a longer word that its field had no room for.
    #[inline]
    pub fn is_cut(&self) -> bool {
        self.flags & CUT != 0
    }

    /// Whether it is made of the initials of words that stand in the name, see [`Analysed::acronym`].
    ///
    /// [`Analysed::acronym`]: super::Analysed::acronym
    #[inline]
    pub fn is_acronym(&self) -> bool {
        self.flags & ACRONYM != 0
    }

    /// Whether it has more letters than [`TEXT_MAX`].
    #[inline]
    pub fn is_overlong(&self) -> bool {
        self.flags & OVERLONG != 0
    }

    /// Whether two words have the same letters: those included for which there was no room, and
    /// in Chinese the same characters.
    #[inline]
    pub fn is_spelt_like(&self, other: &Self) -> bool {
        let across = self.script != other.script && !self.is_overlong() && !other.is_overlong();
        self.text() == other.text() && (self.beyond == other.beyond || across)
    }

    /// Whether its canonical form fills its room, so that more may follow.
    #[inline]
    pub fn is_canonical_full(&self) -> bool {
        usize::from(self.canonical_len) == CANONICAL_MAX
    }

    /// Whether it was written as several words: `abd al-Rahman`.
    #[inline]
    pub fn is_compound(&self) -> bool {
        self.flags & COMPOUND != 0
    }

    /// Adds a letter, or notes that there is no room.
    #[inline]
    pub(super) fn push(&mut self, letter: u8) {
        match self.text.get_mut(usize::from(self.text_len)) {
            Some(place) => {
                *place = letter;
                self.text_len += 1;
            }
            None => self.push_beyond(u32::from(letter)),
        }
    }

    /// Notes the Chinese characters that it was written with.
    pub(super) fn note_characters(&mut self, letters: &[char]) {
        self.beyond = letters.iter().fold(0, |digest, letter| mix(digest, *letter as u32));
    }

    #[cold]
    fn push_beyond(&mut self, letter: u32) {
        self.flags |= OVERLONG;
        self.beyond = mix(self.beyond, letter);
    }

    #[inline]
    pub(super) fn push_all(&mut self, letters: &[u8]) {
        letters.iter().for_each(|letter| self.push(*letter));
    }

    /// Ends it before this byte of its field.
    #[inline]
    pub(super) fn end(&mut self, at: usize) {
        let end = u16::try_from(at).unwrap_or(u16::MAX);
        self.len = end.saturating_sub(self.start);
    }

    /// Where it begins in its field.
    #[inline]
    pub(super) fn starts_at(&self) -> usize {
        usize::from(self.start)
    }

    /// Where it ends in its field.
    pub(super) fn end_at(&self) -> usize {
        usize::from(self.start) + usize::from(self.len)
    }

    /// Makes one word of this and one that follows in the same field.
    pub(super) fn join(&mut self, next: &Self) {
        self.push_all(next.text());
        if next.is_overlong() {
            self.push_beyond(next.beyond);
        }
        self.spelling = 0;
        self.canonical_len = 0;
        self.flags |= COMPOUND | (next.flags & (OVERLONG | CUT));
        self.end(next.end_at());
    }

    pub(super) fn mark_cut(&mut self) {
        self.flags |= CUT;
    }

    pub(super) fn set_text(&mut self, letters: &[u8]) {
        self.text = [0; TEXT_MAX];
        self.text_len = 0;
        self.beyond = 0;
        self.flags &= !OVERLONG;
        self.push_all(letters);
    }

    /// Whether it stands in a field of its own, or behind this byte of the only one.
    #[inline]
    pub(super) fn is_behind(&self, boundary: usize) -> bool {
        self.is_of_given() || self.starts_at() > boundary
    }

    /// Makes the digits of a number its canonical form, without zeros that lead.
    pub(super) fn set_number(&mut self) {
        let zeros = self.text().iter().take_while(|digit| **digit == b'0').count();
        let (text, length) = (self.text, self.text().len());
        let from = zeros.min(length.saturating_sub(1));
        self.set_canonical(text.get(from..length).unwrap_or_default());
    }

    /// Whether it has the letters of another, in a script that is looked up alike.
    #[inline]
    pub(super) fn is_spelt_as(&self, other: &Self) -> bool {
        let (one, another) = ((&self.text, self.text_len), (&other.text, other.text_len));
        one == another && self.script.omits_vowels() == other.script.omits_vowels()
    }

    /// Takes the coarser forms of a word of the same letters.
    #[inline]
    pub(super) fn take_forms(&mut self, other: &Self) {
        (self.canonical, self.canonical_len) = (other.canonical, other.canonical_len);
        (self.skeleton, self.spelling) = (other.skeleton, other.spelling);
    }

    pub(super) fn set_canonical(&mut self, letters: &[u8]) {
        self.canonical = [0; CANONICAL_MAX];
        let kept = letters.len().min(CANONICAL_MAX);
        for (to, from) in self.canonical.iter_mut().zip(letters) {
            *to = *from;
        }
        self.canonical_len = u8::try_from(kept).unwrap_or_default();
    }
}

const fn mix(digest: u32, letter: u32) -> u32 {
    (digest ^ letter).wrapping_mul(0x0100_0193).wrapping_add(1)
}
