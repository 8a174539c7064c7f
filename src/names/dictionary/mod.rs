//! Spellings of one name: 171,833 classes of given and family names across scripts, built in.
//!
//! The table is made once, by [`compile()`], from `person_names.txt` of the project rigour (Wikidata's
//! name items; see `src/names/data/NOTICE.md`), and lies in the binary as it is used: nothing is
//! read, sorted or unpacked at the start. A spelling is known by 40 bits of its hash: the upper 16
//! choose a bucket, the lower 24 tell its handful of spellings apart. An unknown word is taken for a
//! known one once in two million.

mod compile;

use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

pub use compile::compile;

use super::{ClassId, Script};

/// The table as [`compile()`] wrote it.
static TABLE: &[u8] = include_bytes!("../data/spellings.bin");

/// Buckets of the table.
const BUCKETS: usize = 1 << 16;
/// Bytes of a spelling in its bucket: 24 bits of hash, 24 of where its classes are listed.
const ENTRY: usize = 6;
/// The numbers at its head: classes, entries, words of lists.
const HEAD: usize = 12;

/// What is unpacked from the table: where buckets begin, and lists of classes.
struct Dictionary {
    starts: Box<[u32]>,
    entries: &'static [u8],
    /// Each class alone, then lists of several, each behind its length.
    lists: Box<[ClassId]>,
    classes: usize,
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(|| Dictionary::open(TABLE));

/// Has what is unpacked at hand.
pub(super) fn unpack() {
    LazyLock::force(&DICTIONARY);
    LazyLock::force(&SYMBOLS);
}

/// A number that tells this dictionary from others.
pub(crate) fn digest() -> u64 {
    static DIGEST: LazyLock<u64> = LazyLock::new(|| {
        let digest = Sha256::digest(TABLE);
        digest.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    });
    *DIGEST
}

/// Where the classes of a spelling are listed; 0 when the dictionary does not know it.
#[inline]
pub(super) fn find(key: u64) -> u32 {
    find_in(span(key))
}

/// Where a spelling is found, if it is known.
#[derive(Clone, Copy)]
pub(super) struct Span {
    entries: &'static [u8],
    tag: u32,
}

/// The first half of [`find`].
#[inline]
pub(super) fn span(key: u64) -> Span {
    Span { entries: DICTIONARY.span(key), tag: tag(key) }
}

/// The second half of [`find`].
#[inline]
pub(super) fn find_in(span: Span) -> u32 {
    let found = span.entries.chunks_exact(ENTRY).find(|entry| three(entry, 0) == span.tag);
    found.map_or(0, |entry| three(entry, 3) + 1)
}

/// The classes that [`find`] told the place of.
#[inline]
pub(super) fn classes(spelling: u32) -> &'static [ClassId] {
    match spelling {
        0 => &[],
        symbol if symbol >= SYMBOLS_AT => symbol_class(symbol),
        spelling => DICTIONARY.classes(spelling),
    }
}

/// Where the classes of organisations' shared words begin, beyond all places of lists.
const SYMBOLS_AT: u32 = 1 << 24;
/// More than the table of shared words has.
const SYMBOLS_MAX: u32 = 1 << 10;

static SYMBOLS: LazyLock<Box<[ClassId]>> =
    LazyLock::new(|| (SYMBOLS_AT..SYMBOLS_AT + SYMBOLS_MAX).map(ClassId).collect());

/// The place of the class of a word that organisations share, such as `bank`.
pub(super) fn symbol(id: u16) -> u32 {
    SYMBOLS_AT + u32::from(id)
}

/// Whether a place is that of a class of words that organisations share.
pub(super) const fn is_symbol(place: u32) -> bool {
    place >= SYMBOLS_AT
}

fn symbol_class(symbol: u32) -> &'static [ClassId] {
    let at = (symbol - SYMBOLS_AT) as usize;
    SYMBOLS.get(at..=at).unwrap_or_default()
}

/// The key of a word in Latin letters, filled up with zeros. Scripts without vowels have keys of their
/// own: what looks like one spelling there may be many.
#[inline]
pub(super) fn key(script: Script, text: &[u8; 24]) -> u64 {
    let (chunks, _) = text.as_chunks::<8>();
    hash(u64::from(script.omits_vowels()), chunks.iter().map(|chunk| u64::from_le_bytes(*chunk)))
}

/// The key of a word in Chinese characters, whose sound differs between languages.
pub(super) fn key_of_han(letters: &[char]) -> u64 {
    hash(2, letters.iter().map(|letter| u64::from(u32::from(*letter))))
}

/// A hash that stays the same for ever, as the table holds parts of it.
#[inline]
fn hash(seed: u64, words: impl Iterator<Item = u64>) -> u64 {
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word ^ 0x9E37_79B9_7F4A_7C15)
            .wrapping_mul(0xA076_1D64_78BD_642F_E703_7ED1);
        (product >> 64) as u64 ^ product as u64
    };
    mix(words.fold(seed, mix), 0x8EBC_6AF0_9C88_C6E3)
}

#[inline]
fn bucket(key: u64) -> usize {
    (key >> 48) as usize
}

#[inline]
fn tag(key: u64) -> u32 {
    (key >> 24) as u32 & 0xFF_FFFF
}

impl Dictionary {
    fn open(table: &'static [u8]) -> Self {
        let number = |at: usize| {
            table
                .get(at..at + 4)
                .and_then(|bytes| bytes.try_into().ok())
                .map_or(0, u32::from_le_bytes)
        };
        let (classes, entries, listed) = (number(0), number(4) as usize, number(8) as usize);
        let counts = table.get(HEAD..HEAD + BUCKETS).unwrap_or_default();
        let entries_at = HEAD + counts.len();
        let lists_at = entries_at + entries * ENTRY;
        let mut at = 0;
        let starts = counts.iter().chain([&0]).map(|count| {
            let start = at;
            at += u32::from(*count);
            start
        });
        let listed = (0..listed).map(|place| three(table, lists_at + 3 * place));
        Self {
            starts: starts.collect(),
            entries: table.get(entries_at..lists_at).unwrap_or_default(),
            lists: (0..classes).chain(listed).map(ClassId).collect(),
            classes: classes as usize,
        }
    }

    /// The bucket of a key.
    #[inline]
    fn span(&self, key: u64) -> &'static [u8] {
        let bucket = bucket(key);
        let Some([start, end]) = self.starts.get(bucket..bucket + 2) else { return &[] };
        self.entries.get(*start as usize * ENTRY..*end as usize * ENTRY).unwrap_or_default()
    }

    #[inline]
    fn classes(&self, spelling: u32) -> &[ClassId] {
        let at = spelling as usize - 1;
        if at < self.classes {
            return self.lists.get(at..=at).unwrap_or_default();
        }
        let length = self.lists.get(at).map_or(0, |length| length.0 as usize);
        self.lists.get(at + 1..=at + length).unwrap_or_default()
    }
}

/// A number of three bytes.
#[inline]
fn three(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..at + 3) {
        Some([low, middle, high]) => u32::from_le_bytes([*low, *middle, *high, 0]),
        _ => 0,
    }
}
