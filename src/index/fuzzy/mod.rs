//! Names that may be meant, out of millions, in microseconds: candidates, never verdicts.
//!
//! In: the words of listed names (`names`), with birth dates and nationalities beside them. Out: for
//! the words of one name, a date and a nationality, the entries whose score may reach a threshold.
//! The scorer of `matching` has the last word; what is passed to it here is a bound, and
//! [`Weights`] say what each piece of evidence can add at most.
//!
//! # How a name is found
//!
//! **Words.** Each word that any listed name has is in the *vocabulary* once. For each of them its
//! *kin* was worked out beforehand: the words that are alike by letters, by habits of transliteration
//! or by the dictionary, each with the bits that meeting it is worth (`kin`). So misspelling costs
//! a traveller nothing whose words are known: one look-up gives all that may be meant. A word that no
//! list has is compared with those that it meets when both drop a letter or two (`deletes`).
//!
//! **Sounds.** Names are filed under sounds, not words: the consonants of a word, hashed (`key`). Kin
//! has a few dozen words but only a handful of sounds, and words of scripts without vowels have the
//! sounds of their Latin forms.
//!
//! **Two ways in.** A match of persons needs some 19 bits on a list of millions, 7 of them for being one
//! at all: a birth date that agrees gives 13, a nationality 3.5, a word up to 5. Of organisations and vessels, which have an index of their own
//! with [`Weights`] that know no dates, less is asked, and the second way alone is left.
//!
//! 1. *By day*: names lie in the order of birth dates and nationalities, with the sounds of their words
//!    beside them: eight bytes for a name, or for a few that have four sounds together, as the spellings
//!    of one name mostly have. The days that equal or nearly equal the traveller's (day and month
//!    exchanged, a year or a day off, a decade, digits exchanged across two parts of the date) hold a few
//!    dozen names each and are read from end to end, or as far as their nationality allows: whose sounds
//!    can reach the threshold is looked at. No key is made of dates.
//! 2. *By two words*: all others, whose dates say little or are unknown, must share two words. Names
//!    are filed under each pair of their sounds (`filing`). Each pair of words of the query is tried
//!    with the most telling sounds of both, so long as their bits can reach the threshold. A filter in
//!    the cache denies almost all of these keys. Names are filed apart by year, and those without a
//!    date apart from others, so that lists are short and each is asked only where words tell enough.
//!    Where many names share a key all the same, a mark leads to finer ones, with a third word.
//!    Rare words, and names of one word, have keys of their own. Words next to each other are read
//!    as one as well, and rare words as two, where the vocabulary has them so.
//!
//! **Bounds.** A posting holds date, nationality and how many other words there are beside the name's
//! number, so that most are refused before the name is touched. Of the rest, a record of 32 bytes gives
//! the numbers of its words; looked for among the kin of all words of the query (`meeting`) they give
//! the bound. Words that are no kin but may sound alike are compared only where that can decide.
//! What it does not allow for, and the index may miss, by so many bits at most: two words that face one
//! (5.5), an initial of a listed name whose birth date is not known to the day (2.5), words that sound
//! alike and tell less than a bit (2.5), a word that many share beside one in full (2), rare words that
//! stand against one another (a bit for each), common numbers of persons (0.4), abbreviations of a part
//! of a name, and dates of an entry beyond 32. To allow for the first takes an eighth longer, for the
//! second a twentieth, for the fifth a tenth; of a thousand matches each loses one or two.
//!
//! **Work is bounded** by [`Limits`]; an answer that met one says so in [`Work::cut`], to be finished
//! in the slow lane with [`Limits::GENEROUS`].
//!
//! # How a list changes
//!
//! A [`Snapshot`] never changes. [`Live`] holds one, a *delta* that one writer appends to, and a bit
//! for each entry that is gone; readers wait for nobody. A new snapshot is made of a [`Draft`] by
//! any thread of the caller's and put in force in one step. A [`Position`] says which snapshot and
//! how many changes an answer stands on.
//!
//! Invariants: of what scoring everybody finds, 98 in a hundred are found at least (a test of `matching`
//! holds that up on samples of all kinds of slips; the tests here 95, on the index's own scale).
//! Records hold personal data and have no `Debug`.
//! Absent on purpose: scores, threads, clocks.
//!
//! | file | what |
//! |---|---|
//! | `terms`, `kindred`, `kin`, `deletes` | vocabulary, the kin of each word, search for kin |
//! | `key`, `filing`, `postings` | sounds and keys; which name goes under which; the lists |
//! | `date`, `day`, `record`, `weights` | dates in two bytes, names of a day, names, bits |
//! | `snapshot` | all of it together, and how it is made |
//! | `ask`, `query`, `spoken` | a query made ready; words of the list by letters |
//! | `search`, `trial`, `seen` | the search; which keys it looks up |
//! | `tally`, `meeting` | bounds; what each word meets, at one look |
//! | `slots`, `delta`, `live` | changes |
//! | `memory` | what one snapshot knows that the next, or the next run, need not find again |
//! | `oracle` | the slow answer that tests compare with |

mod ask;
mod date;
mod day;
mod deletes;
mod delta;
mod filing;
mod key;
mod kin;
mod kindred;
mod live;
mod meeting;
mod memory;
mod oracle;
mod postings;
mod query;
mod record;
mod search;
mod seen;
mod slots;
mod snapshot;
mod spoken;
mod tally;
mod terms;
mod tests;
mod trial;
mod weights;

pub use date::Agreement;
pub use live::{Draft, Fresh, Live, Position, View, Writer};
pub use memory::{Memory, Read};
pub use query::{Found, Limits, Query, Work};
pub use search::Scratch;
pub use snapshot::{Builder, Listed, Snapshot};
pub use weights::Weights;
