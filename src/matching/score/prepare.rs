//! A name made ready to be compared many times: its words with their roles and how rare they are.

use smallvec::SmallVec;

use crate::names::{Analysed, Part, Rarity, Word, letters};

/// What a word does in its name, as far as comparison cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Family name.
    Family,
    /// First of the given names.
    First,
    /// Any other name.
    Other,
    /// Father's name in the Russian manner.
    Patronymic,
    /// A single letter.
    Initial,
    /// A number.
    Number,
    /// A word that says little: particle, honorific, stop word.
    Light,
    /// Legal form.
    Form,
}

/// A word with what comparison needs of it.
#[derive(Clone, Copy)]
pub struct Weighed {
    /// The word.
    pub word: Word,
    /// Its letters as a set.
    pub letters: u32,
    /// Sixteenths of a bit.
    pub rarity: i32,
    /// Its role.
    pub role: Role,
}

/// A name ready to be compared.
#[derive(Clone, Default)]
pub struct Prepared {
    /// Its words in the order stated.
    pub words: SmallVec<[Weighed; 8]>,
    /// Whether family and given names were stated apart.
    pub parted: bool,
}

impl Prepared {
    /// Weighs the words of a name.
    pub fn new(name: &Analysed, rarity: &impl Rarity) -> Self {
        let mut words: SmallVec<[Weighed; 8]> = name
            .words()
            .iter()
            .map(|word| Weighed {
                word: *word,
                letters: letters(word.text()),
                rarity: rarity.bits(word).in_sixteenths(),
                role: role(word),
            })
            .collect();
        let parted = name.words().iter().any(|word| word.part() == Part::Given);
        if !parted {
            guess_family(&mut words);
        }
        let first = words.iter_mut().find(|word| word.role == Role::Other);
        if let Some(first) = first {
            first.role = Role::First;
        }
        Self { words, parted }
    }
}

fn role(word: &Word) -> Role {
    match word.part() {
        Part::Surname => Role::Family,
        Part::Given | Part::Any => {
            if is_patronymic(word.text()) { Role::Patronymic } else { Role::Other }
        }
        Part::Initial => Role::Initial,
        Part::Number => Role::Number,
        Part::LegalForm => Role::Form,
        Part::Particle | Part::Honorific | Part::Prefix | Part::Stop => Role::Light,
    }
}

/// Where nobody said which word is the family name: the last, as most names are written.
fn guess_family(words: &mut [Weighed]) {
    let names = words.iter().filter(|word| word.role == Role::Other).count();
    if names < 2 {
        return;
    }
    if let Some(last) = words.iter_mut().rfind(|word| word.role == Role::Other) {
        last.role = Role::Family;
    }
}

fn is_patronymic(text: &[u8]) -> bool {
    const ENDS: [&[u8]; 10] = [
        b"ovich", b"evich", b"ovna", b"evna", b"ovych", b"yevich", b"ivna", b"iyovych", b"avich", b"owicz",
    ];
    text.len() > 6 && ENDS.iter().any(|end| text.ends_with(end))
}
