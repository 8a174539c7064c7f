//! Names as they are compared: a name as written becomes words, each in several forms.
//!
//! In: a [`Name`](crate::domain::Name) in any script. Out: an [`Analysed`] name: its words in the
//! order stated, each with its letters in Latin, two coarser forms of them, its spelling classes, its
//! part in the name, and where it stood.
//!
//! # The forms of a word, from fine to coarse
//!
//! | form | equal for | example |
//! |---|---|---|
//! | [`Word::text`] | case, accents, apostrophes | `Müller`, `MULLER` → `muller` |
//! | [`Word::canonical`] | habits of transliteration | `Yusuf`, `Youssouf` → `iusuf` |
//! | [`Word::skeleton`] | vowels too: the consonants alone, in classes of sound | `محمد`, `Mohammed` → `m h m d` |
//! | [`Word::classes`] | what a dictionary holds to be one name | `Ivan`, `Johannes` |
//!
//! Words of other scripts are written in Latin letters first, as their owners' passports would
//! mostly have it, so that one comparison serves all. Scripts that leave out vowels keep their
//! consonants and long vowels only: such words meet Latin ones by skeleton and class.
//!
//! # Stages of [`Analyser::analyse`]
//!
//! 1. Reading walks the letters, ends words at hyphens and spaces as the machine-readable
//!    zone does (ICAO Doc 9303 Part 3, section 4.6), and notes where each stood.
//! 2. Names of several words that are one (`abd al-Rahman`, `Salah ad-Din`) are joined.
//! 3. Each word is told its part: surname, given name, particle, honorific, legal form, number.
//! 4. Each word is given its coarser forms.
//!
//! Invariants: pure, never fails, never panics; work is bounded ([`WORDS_MAX`] words a name); an
//! ASCII name of ordinary length allocates nothing; ranges of [`Word::source`] lie on character
//! boundaries. Words hold personal data and have no `Debug`.
//! Absent on purpose: how alike two words are, what that is worth, and readings that join or split
//! words (the comparison makes them).

mod acronym;
mod analyser;
mod bridge;
mod canonical;
mod compound;
mod dictionary;
mod icao;
mod distance;
mod familiar;
mod letters;
mod lexicon;
mod person;
mod places;
mod likeness;
mod reader;
mod scripts;
mod skeleton;
mod thing;
mod variants;
mod weight;
mod word;

pub use acronym::is_function_word;
pub use analyser::{Analysed, Analyser, WORDS_MAX};
pub use bridge::{Rendering, bridge, learn as learn_bridge};
pub use dictionary::compile as compile_dictionary;
pub(crate) use dictionary::digest as dictionary_digest;
pub use distance::{Pattern, at_least, letters};
pub use likeness::{Kind, Likeness, Probe, Shape, liken, liken_probed, liken_texts, nearness};
pub use places::is_country_word;
pub use skeleton::Skeleton;
pub use variants::variants;
pub use weight::{Bits, Counts, Population, Rarity, word_bits};
pub use word::{Bearer, CANONICAL_MAX, ClassId, Part, Script, TEXT_MAX, Word};
