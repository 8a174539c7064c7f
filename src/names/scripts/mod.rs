//! Other scripts in Latin letters, each as passports of its countries mostly have it.
//!
//! A run is a stretch of letters of one script. Each script writes a run in Latin; some first cut it
//! into words, since they write an article or a surname together with what follows.

mod arabic;
mod cyrillic;
mod greek;
mod han;
mod hangul;
mod hebrew;
mod indic;
mod kana;
mod thai;

use std::ops::Range;

use smallvec::{SmallVec, smallvec};

use super::icao::{self, Spelling};
use super::{Part, Script};

pub(super) use arabic::Tongue as ArabicTongue;
pub(super) use cyrillic::Tongue as CyrillicTongue;

/// Latin letters under way.
pub(super) type Latin = SmallVec<[u8; 48]>;

/// What letters of the whole name tell about its language.
#[derive(Clone, Copy, Default)]
pub(super) struct Tongues {
    pub(super) arabic: ArabicTongue,
    pub(super) cyrillic: CyrillicTongue,
    /// Arabic letters are spelt by ICAO's table C rather than by sound.
    by_table: bool,
}

impl Tongues {
    /// Learns from one more letter.
    pub(super) fn note(&mut self, letter: char) {
        match letter {
            '\u{0400}'..='\u{052F}' => self.cyrillic.note(letter),
            '\u{0600}'..='\u{06FF}' | '\u{0750}'..='\u{077F}' => self.arabic.note(letter),
            _ => {}
        }
    }
}

impl Tongues {
    /// Has letters spelt in another way than usual.
    pub(super) fn spell(&mut self, spelling: Spelling) {
        self.by_table = spelling == Spelling::Arabic;
        if spelling == Spelling::Ukrainian && self.cyrillic == CyrillicTongue::Russian {
            self.cyrillic = CyrillicTongue::Ukrainian;
        }
    }
}

/// A piece of a run that is a word of its own.
pub(super) struct Piece {
    /// Which letters of the run.
    pub(super) letters: Range<usize>,
    /// What part of the name it is, where the script tells.
    pub(super) part: Option<Part>,
}

/// The script of a letter.
pub(super) fn of(letter: char) -> Script {
    match letter as u32 {
        0..=0x02AF | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF | 0xFF10..=0xFF5A => {
            Script::Latin
        }
        0x0370..=0x03FF | 0x1F00..=0x1FFF => Script::Greek,
        0x0400..=0x052F | 0x1C80..=0x1C8F | 0x2DE0..=0x2DFF | 0xA640..=0xA69F => Script::Cyrillic,
        0x0590..=0x05FF | 0xFB1D..=0xFB4F => Script::Hebrew,
        0x0600..=0x06FF | 0x0750..=0x077F | 0x08A0..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => {
            Script::Arabic
        }
        0x0900..=0x0DFF => Script::Indic,
        0x0E00..=0x0EFF => Script::Thai,
        0x1100..=0x11FF | 0x3130..=0x318F | 0xAC00..=0xD7AF => Script::Hangul,
        0x3040..=0x30FF | 0x31F0..=0x31FF | 0xFF66..=0xFF9F => Script::Kana,
        0x2E80..=0x2FDF
        | 0x3005..=0x3007
        | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF
        | 0xF900..=0xFAFF
        | 0x20000..=0x323AF => Script::Han,
        _ => Script::Other,
    }
}

/// Whether a mark within a word belongs to the spelling of its script, where elsewhere marks are
/// dropped: vowel signs of Indic scripts and Thai, the dot that makes a kana voiced.
pub(super) fn keeps_mark(letter: char) -> bool {
    matches!(letter as u32, 0x0900..=0x0EFF | 0x3099..=0x309A)
}

/// Cuts a run into words; `whole_name` when it is all there is of a person's name.
pub(super) fn cut(
    script: Script,
    letters: &[char],
    whole_name: bool,
    tongues: Tongues,
) -> SmallVec<[Piece; 4]> {
    match script {
        Script::Arabic if !tongues.by_table => arabic::cut(letters),
        Script::Han if whole_name => han::cut(letters),
        Script::Han => han::cut_company(letters),
        Script::Hangul if whole_name => hangul::cut(letters),
        Script::Latin
        | Script::Cyrillic
        | Script::Greek
        | Script::Arabic
        | Script::Hebrew
        | Script::Hangul
        | Script::Kana
        | Script::Indic
        | Script::Thai
        | Script::Other => smallvec![Piece { letters: 0..letters.len(), part: None }],
    }
}

/// Writes a word in Latin letters.
pub(super) fn romanise(
    script: Script,
    letters: &[char],
    part: Option<Part>,
    tongues: Tongues,
    into: &mut Latin,
) {
    match script {
        Script::Cyrillic => cyrillic::romanise(letters, tongues.cyrillic, into),
        Script::Arabic if tongues.by_table => {
            for (at, letter) in letters.iter().enumerate() {
                let latin = icao::arabic(*letter, at + 1 == letters.len());
                into.extend_from_slice(latin.unwrap_or_default().as_bytes());
            }
        }
        Script::Arabic => arabic::romanise(letters, tongues.arabic, into),
        Script::Greek => greek::romanise(letters, into),
        Script::Hebrew => hebrew::romanise(letters, into),
        Script::Han => han::romanise(letters, part, into),
        Script::Hangul => hangul::romanise(letters, part, into),
        Script::Kana => kana::romanise(letters, into),
        Script::Indic => indic::romanise(letters, into),
        Script::Thai => thai::romanise(letters, into),
        Script::Latin | Script::Other => letters.iter().for_each(|letter| plain(*letter, into)),
    }
}

/// Writes a letter as the general table has it.
pub(super) fn plain(letter: char, into: &mut Latin) {
    let letters = any_ascii::any_ascii_char(letter).bytes();
    into.extend(letters.filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase()));
}

/// A letter in lower case, where that is one letter.
fn lower(letter: char) -> char {
    let mut lowered = letter.to_lowercase();
    match (lowered.next(), lowered.next()) {
        (Some(lowered), None) => lowered,
        _ => letter,
    }
}
