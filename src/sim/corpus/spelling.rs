//! A name as somebody wrote it: in Latin letters by one of the systems, or in its own script.

use compact_str::CompactString;

use super::culture::Culture;
use super::naming::{Naming, Word};

/// A name as somebody wrote it.
#[derive(Clone, PartialEq, Eq)]
pub struct Spelling {
    /// Surname, or the whole name where its parts are not known.
    pub surname: CompactString,
    /// Given names.
    pub given: CompactString,
    /// The script of most of its letters.
    pub script: Script,
    /// What the list says about it.
    pub sort: Sort,
}

/// A script.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Script {
    /// Latin letters.
    Latin,
    /// Arabic letters, those of Persian, Urdu and Kurdish included.
    Arabic,
    /// Hebrew letters.
    Hebrew,
    /// Cyrillic letters.
    Cyrillic,
    /// Greek letters.
    Greek,
    /// Armenian letters.
    Armenian,
    /// Georgian letters.
    Georgian,
    /// The letters of Hindi, Marathi and Nepali.
    Devanagari,
    /// Chinese characters.
    Han,
    /// Korean syllables.
    Hangul,
    /// Chinese characters and kana as Japanese has them.
    Kanji,
}

/// What a list says about a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sort {
    /// The name the entry goes by.
    Primary,
    /// Another good name.
    Alias,
    /// A name too vague to act on alone.
    Weak,
    /// The name in its own script.
    Original,
}

impl Spelling {
    /// A name that is not in parts.
    pub(super) fn whole(name: CompactString, script: Script, sort: Sort) -> Self {
        Self { surname: name, given: CompactString::default(), script, sort }
    }

    /// Whether both are written alike.
    pub(super) fn reads_like(&self, other: &Self) -> bool {
        self.surname == other.surname && self.given == other.given
    }
}

impl Naming {
    /// The words that are `wanted`, in Latin letters by a system of the culture's tongue.
    pub(super) fn latin(
        &self,
        culture: Culture,
        system: usize,
        wanted: impl Fn(&Word) -> bool,
    ) -> Spelling {
        let field = |in_surname| {
            let words = self.words.iter().filter(|word| word.in_surname == in_surname);
            let words = words.filter(|word| wanted(word)).map(|word| match culture.tongue() {
                Some(tongue) => tongue.latin(&word.text, system),
                None => word.text.clone(),
            });
            joined(words, " ")
        };
        Spelling {
            surname: field(true),
            given: field(false),
            script: Script::Latin,
            sort: Sort::Alias,
        }
    }

    /// The name in its own script, whole or in its two fields; `None` when that is Latin.
    pub(super) fn native(&self, culture: Culture, way: usize, whole: bool) -> Option<Spelling> {
        let tongue = culture.tongue()?;
        let together = matches!(tongue.script, Script::Han | Script::Hangul)
            || tongue.script == Script::Kanji && way == 0;
        let space = if together { "" } else { " " };
        let field = |in_surname: bool| {
            let words = self.words.iter().filter(|word| whole || word.in_surname == in_surname);
            joined(words.map(|word| tongue.native(&word.text, way)), space)
        };
        let given = if whole { CompactString::default() } else { field(false) };
        let name = field(true);
        Some(Spelling { surname: name, given, script: tongue.script, sort: Sort::Original })
    }
}

fn joined(words: impl Iterator<Item = CompactString>, space: &str) -> CompactString {
    let mut out = CompactString::default();
    for word in words {
        if !out.is_empty() {
            out.push_str(space);
        }
        out.push_str(&word);
    }
    out
}
