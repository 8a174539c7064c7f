//! What small words mean: particles, titles, legal forms, numbers, what many organisations share.
//!
//! A table of some thousand forms in many languages (`data/words.tsv`), folded as names are when the
//! first name is analysed, which takes a few milliseconds.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::LazyLock;

use hashbrown::HashMap;
use smallvec::SmallVec;

use super::icao::Spelling;
use super::reader::{Field, Reader};
use super::scripts::Tongues;
use super::{Script, Word};

/// What a word or a row of words may mean; several things at once.
#[derive(Clone, Copy, Default)]
pub(super) struct Meaning {
    marks: u16,
    /// Which legal form, symbol or number.
    pub(super) id: u16,
    /// Which sign of generation.
    pub(super) sign: u8,
    /// The most words of a row that begins with this one; 0 when none does.
    pub(super) row: u8,
}

/// One thing that a word may mean.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum Mark {
    /// An article of Arabic names.
    Article = 1,
    /// Another particle of personal names.
    Particle = 1 << 1,
    /// `abd`, servant, with or without an article written to it.
    Servant = 1 << 2,
    /// `din`, faith, with or without an article written to it.
    Faith = 1 << 3,
    /// `ullah`, of God.
    God = 1 << 4,
    /// `abu`, father of.
    Father = 1 << 5,
    /// Bakr, whose father a name is.
    Bakr = 1 << 6,
    /// A title.
    Honorific = 1 << 7,
    /// A sign of generation.
    Generation = 1 << 8,
    /// What stands before a vessel's name.
    Prefix = 1 << 9,
    /// A legal form.
    Legal = 1 << 10,
    /// A number in words.
    Number = 1 << 11,
    /// What organisations of all trades share.
    Generic = 1 << 12,
    /// What organisations of one trade share.
    Domain = 1 << 13,
    /// An article, a preposition, `and`.
    Stop = 1 << 14,
}

impl Meaning {
    #[inline]
    pub(super) fn is(self, mark: Mark) -> bool {
        self.marks & mark as u16 != 0
    }

    /// Whether it begins or is the second half of a name of several words.
    #[inline]
    pub(super) fn may_join(self) -> bool {
        const JOINS: u16 =
            Mark::Servant as u16 | Mark::Faith as u16 | Mark::God as u16 | Mark::Bakr as u16;
        self.marks & JOINS != 0
    }

    /// The number that is greater by some units.
    pub(super) fn plus(self, units: u16) -> Self {
        Self { id: self.id + units, ..self }
    }

    fn add(&mut self, mark: Mark, id: u16) {
        const WITH_ID: u16 =
            Mark::Legal as u16 | Mark::Number as u16 | Mark::Generic as u16 | Mark::Domain as u16;
        // The first one that needs a number has it: a form that is legal is no symbol.
        if WITH_ID & mark as u16 != 0 {
            if self.marks & WITH_ID != 0 {
                return;
            }
            self.id = id;
        }
        if mark == Mark::Generation {
            self.sign = u8::try_from(id).unwrap_or(u8::MAX);
        }
        self.marks |= mark as u16;
    }
}

/// A legal form: how it is written in short, and which other forms are its like.
pub(super) struct Legal {
    pub(super) text: Box<[u8]>,
    pub(super) like: Box<[u8]>,
}

/// The fewest letters of a word of a legal form that is written out.
const LEGAL_WORD_MIN: usize = 4;

struct Lexicon {
    meanings: HashMap<u64, Meaning, BuildHasherDefault<Ready>>,
    legal: Vec<Legal>,
    /// Words of legal forms in Latin letters, in order.
    legal_words: Vec<Box<[u8]>>,
    generations: Vec<Box<[u8]>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon {
        meanings: HashMap::default(),
        legal: Vec::new(),
        legal_words: Vec::new(),
        generations: Vec::new(),
    };
    lexicon.fill(include_str!("data/words.tsv"));
    lexicon.legal_words.sort_unstable();
    lexicon.legal_words.dedup();
    lexicon
});

/// Has the table at hand.
pub(super) fn unpack() {
    LazyLock::force(&LEXICON);
}

/// What a word means, by its key, or a row of words by [`row_key`].
#[inline]
pub(super) fn meaning(key: u64) -> Meaning {
    LEXICON.meanings.get(&key).copied().unwrap_or_default()
}

/// The legal form with this number.
pub(super) fn legal(id: u16) -> Option<&'static Legal> {
    LEXICON.legal.get(usize::from(id))
}

/// Whether a word is one of those that legal forms are written out with: `limited`.
pub(super) fn is_legal_word(letters: &[u8]) -> bool {
    LEXICON.legal_words.binary_search_by(|word| (**word).cmp(letters)).is_ok()
}

/// Whether such a word begins with these letters: `limi`.
pub(super) fn begins_legal_word(letters: &[u8]) -> bool {
    let words = &LEXICON.legal_words;
    let from = words.partition_point(|word| **word < *letters);
    words.get(from).is_some_and(|word| word.starts_with(letters))
}

/// The sign of generation with this number.
pub(super) fn generation(id: u8) -> Option<&'static [u8]> {
    LEXICON.generations.get(usize::from(id)).map(AsRef::as_ref)
}

/// The key of a row of words: of those before, and one more.
pub(super) fn row_key(before: u64, word: u64) -> u64 {
    (before.rotate_left(23) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl Lexicon {
    fn fill(&mut self, table: &str) {
        let mut reader = Reader::default();
        let mut symbols: u16 = 0;
        for line in table.lines().filter(|line| !line.starts_with('#')) {
            let mut columns = line.split('\t');
            let (Some(kind), Some(own), Some(forms)) =
                (columns.next(), columns.next(), columns.next())
            else {
                continue;
            };
            let Some(mark) = mark(kind) else { continue };
            let id = match mark {
                Mark::Legal => self.add_legal(own),
                Mark::Generation => {
                    self.generations.push(own.as_bytes().into());
                    last(self.generations.len())
                }
                Mark::Number => own.parse().unwrap_or(0),
                Mark::Generic | Mark::Domain => {
                    symbols += 1;
                    symbols - 1
                }
                Mark::Article
                | Mark::Particle
                | Mark::Servant
                | Mark::Faith
                | Mark::God
                | Mark::Father
                | Mark::Bakr
                | Mark::Honorific
                | Mark::Prefix
                | Mark::Stop => 0,
            };
            forms.split('|').for_each(|form| self.add_form(form, mark, id, &mut reader));
        }
    }

    fn add_legal(&mut self, own: &str) -> u16 {
        let (like, short) = own.split_once('/').unwrap_or((own, own));
        let fold = |text: &str| {
            let letters: Vec<char> = text.chars().collect();
            let mut latin = super::scripts::Latin::new();
            letters.iter().for_each(|letter| super::scripts::plain(*letter, &mut latin));
            latin.iter().copied().collect()
        };
        self.legal.push(Legal { text: fold(short), like: fold(like) });
        last(self.legal.len())
    }

    fn add_form(&mut self, form: &str, mark: Mark, id: u16, reader: &mut Reader) {
        let mut words: SmallVec<[Word; 8]> = SmallVec::new();
        let mut field = Field {
            text: form,
            of_given: false,
            may_be_whole: false,
            is_surname: false,
            tongues: Tongues::default(),
            spelling: Spelling::Plain,
        };
        form.chars().for_each(|letter| field.tongues.note(letter));
        reader.read(field, &mut words);
        if mark == Mark::Legal {
            let is_long = |word: &&Word| {
                word.script() == Script::Latin && word.text().len() >= LEGAL_WORD_MIN
            };
            self.legal_words.extend(words.iter().filter(is_long).map(|word| word.text().into()));
        }
        let personal = (mark as u16) < Mark::Prefix as u16;
        let key = if personal { Word::personal_key } else { Word::thing_key };
        let keys: SmallVec<[u64; 8]> = words.iter().map(key).collect();
        let letters: usize = words.iter().map(|word| word.text().len()).sum();
        let ([first, rest @ ..], true) = (keys.as_slice(), letters > 1) else { return };
        let row = rest.iter().fold(*first, |row, key| row_key(row, *key));
        self.meanings.entry(row).or_default().add(mark, id);
        if !rest.is_empty() {
            let first = self.meanings.entry(*first).or_default();
            first.row = first.row.max(u8::try_from(keys.len()).unwrap_or(u8::MAX));
        }
        // `L.L.C.` is read as three words, and written as one too.
        if let ([first, rest @ ..], true) =
            (words.as_mut_slice(), words_are_letters(letters, keys.len()))
        {
            rest.iter().for_each(|letter| first.join(letter));
            self.meanings.entry(key(first)).or_default().add(mark, id);
        }
    }
}

fn words_are_letters(letters: usize, words: usize) -> bool {
    words > 1 && words == letters
}

fn last(count: usize) -> u16 {
    u16::try_from(count.saturating_sub(1)).unwrap_or(u16::MAX)
}

fn mark(kind: &str) -> Option<Mark> {
    Some(match kind {
        "article" => Mark::Article,
        "particle" => Mark::Particle,
        "servant" => Mark::Servant,
        "faith" => Mark::Faith,
        "god" => Mark::God,
        "father" => Mark::Father,
        "bakr" => Mark::Bakr,
        "honorific" => Mark::Honorific,
        "generation" => Mark::Generation,
        "prefix" => Mark::Prefix,
        "legal" => Mark::Legal,
        "number" => Mark::Number,
        "generic" => Mark::Generic,
        "domain" => Mark::Domain,
        "stop" => Mark::Stop,
        _ => return None,
    })
}

/// Keys are hashes already.
#[derive(Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0 << 8 | u64::from(*byte));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
