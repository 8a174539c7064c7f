//! Which words of a vocabulary are kin, kept from one snapshot to the next and from one run to the
//! next: to find kin is most of the work of making a snapshot.
//!
//! Little that is remembered is believed: words are known by their letters, sound and way of writing;
//! what two of them are worth is worked out anew, of how rare they are now and of how like they were found
//! to be; and of that a sample is compared again, another one each time: what other rules once found is
//! found out at once where they were about many words, within 64 starts where about one. That two words
//! are *not* kin is believed, so a memory says by which rules it was made, and one of another dictionary or
//! another release is none. A memory that is out of date costs time, or the odd candidate that only sounds
//! would have led to; it cannot make a wrong match, since the scorer compares for itself.

use hashbrown::HashMap;
use sha2::{Digest as _, Sha256};

use crate::names::{Likeness, dictionary_digest};

use super::key::{Sound, mix};
use super::kindred::Kindred;
use super::terms::{Term, Terms, way};

/// What a written memory begins with: what it is, and the version of its form.
const MAGIC: [u8; 8] = *b"PCNAMES4";
/// Raised when words are compared by other rules between releases.
const RULES: u64 = 1;
/// Bytes of the digest at the end.
const DIGEST: usize = 32;
/// One word in so many is compared again.
const SAMPLE: u64 = 64;

/// The kin of the words of a snapshot.
#[derive(Clone, PartialEq, Eq)]
pub struct Memory {
    /// Each word, as [`identity`] has it.
    words: Box<[u64]>,
    /// Where the kin of each word begin, and where the last ones end.
    starts: Box<[u32]>,
    /// Kin by their places among the words.
    kin: Box<[u32]>,
    /// How like each of them is.
    how: Box<[Likeness]>,
    /// How often it was handed on: tells which words are compared again.
    round: u64,
}

/// What bytes were found to be.
#[derive(Clone, PartialEq, Eq)]
pub enum Read {
    /// A memory, as it was written.
    Whole(Memory),
    /// Something else, or of another version.
    Foreign,
    /// They are not as they were written.
    Damaged,
}

impl Memory {
    pub(super) fn of(terms: &Terms, kindred: &Kindred, round: u64) -> Self {
        let mut starts = vec![0];
        let (mut kin, mut how) = (Vec::new(), Vec::new());
        let mut words = Vec::with_capacity(terms.len());
        for term in 0..terms.len() as Term {
            words.push(identity(terms, term));
            for (of, likeness) in kindred.alike(term) {
                kin.push(of);
                how.push(likeness);
            }
            starts.push(kin.len() as u32);
        }
        Self { words: words.into(), starts: starts.into(), kin: kin.into(), how: how.into(), round }
    }

    /// The number of whoever takes it up.
    pub(super) const fn next_round(&self) -> u64 {
        self.round.wrapping_add(1)
    }

    /// How many words it knows.
    pub fn words(&self) -> usize {
        self.words.len()
    }

    /// As bytes that [`Memory::read`] takes.
    pub fn write(&self) -> Vec<u8> {
        let counts = [self.words.len() as u64, self.kin.len() as u64, self.round];
        let mut bytes = Vec::with_capacity(128 + 12 * self.words.len() + 7 * self.kin.len());
        bytes.extend(MAGIC);
        bytes.extend(rules().to_le_bytes());
        bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
        bytes.extend(self.words.iter().flat_map(|word| word.to_le_bytes()));
        bytes.extend(self.starts.iter().flat_map(|start| start.to_le_bytes()));
        bytes.extend(self.kin.iter().flat_map(|kin| kin.to_le_bytes()));
        bytes.extend(self.how.iter().flat_map(|how| how.to_bytes()));
        bytes.extend(Sha256::digest(&bytes));
        bytes
    }

    /// Reads what [`Memory::write`] wrote, whole or not at all.
    pub fn read(bytes: &[u8]) -> Read {
        let Some(rest) = bytes.strip_prefix(&MAGIC) else { return Read::Foreign };
        let Some((body, digest)) = bytes.split_last_chunk::<DIGEST>() else { return Read::Damaged };
        if Sha256::digest(body).as_slice() != digest {
            return Read::Damaged;
        }
        let parts = rest.get(..rest.len().saturating_sub(DIGEST)).unwrap_or_default();
        match parts.split_first_chunk() {
            Some((made_by, parts)) if *made_by == rules().to_le_bytes() => {
                Self::parts(parts).map_or(Read::Damaged, Read::Whole)
            }
            Some(_) | None => Read::Foreign,
        }
    }

    fn parts(mut rest: &[u8]) -> Option<Self> {
        let mut number = || {
            let (number, behind) = rest.split_first_chunk::<8>()?;
            rest = behind;
            Some(u64::from_le_bytes(*number))
        };
        let count = |number| usize::try_from(number).ok();
        let (words, kin, round) = (count(number()?)?, count(number()?)?, number()?);
        let (of_words, rest) = rest.split_at_checked(words.checked_mul(8)?)?;
        let (of_starts, rest) = rest.split_at_checked(words.checked_add(1)?.checked_mul(4)?)?;
        let (of_kin, rest) = rest.split_at_checked(kin.checked_mul(4)?)?;
        let (of_how, rest) = rest.split_at_checked(kin.checked_mul(3)?)?;
        let how = of_how.as_chunks().0.iter().map(|how| Likeness::from_bytes(*how));
        let memory = Self {
            words: of_words.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word)).collect(),
            starts: of_starts.as_chunks().0.iter().map(|at| u32::from_le_bytes(*at)).collect(),
            kin: of_kin.as_chunks().0.iter().map(|kin| u32::from_le_bytes(*kin)).collect(),
            how: how.collect::<Option<_>>()?,
            round,
        };
        (rest.is_empty() && memory.is_sound()).then_some(memory)
    }

    /// Whether all places are within bounds.
    fn is_sound(&self) -> bool {
        self.starts.is_sorted()
            && self.starts.first() == Some(&0)
            && self.starts.last().map(|end| *end as usize) == Some(self.kin.len())
            && self.kin.iter().all(|kin| (*kin as usize) < self.words.len())
    }

    fn of_place(&self, place: usize) -> impl Iterator<Item = (u32, Likeness)> + '_ {
        let range = match self.starts.get(place..place + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            Some(_) | None => 0..0,
        };
        let kin = self.kin.get(range.clone()).unwrap_or_default();
        let how = self.how.get(range).unwrap_or_default();
        kin.iter().copied().zip(how.iter().copied())
    }
}

/// The rules by which this program finds words alike.
fn rules() -> u64 {
    let release = env!("CARGO_PKG_VERSION").bytes();
    release.fold(mix(RULES) ^ dictionary_digest(), |hash, byte| mix(hash ^ u64::from(byte)))
}

/// A word, whatever its number.
fn identity(terms: &Terms, term: Term) -> u64 {
    let Some(word) = terms.word(term) else { return 0 };
    let sound = terms.sound(term).unwrap_or(Sound(0));
    let seed = mix(u64::from(sound.0) + 1 + (way(word) << 32));
    word.text().iter().fold(seed, |hash, letter| mix(hash ^ u64::from(*letter)))
}

/// A memory beside the vocabulary that is to be made ready.
pub(super) struct Recall<'a> {
    memory: &'a Memory,
    /// The number that each word of the memory has now.
    now: Vec<Option<Term>>,
    /// The place in the memory of each word of now.
    then: Vec<Option<u32>>,
}

impl<'a> Recall<'a> {
    pub(super) fn new(memory: &'a Memory, terms: &Terms) -> Self {
        let all = 0..terms.len() as Term;
        let numbers: HashMap<u64, Term, foldhash::fast::RandomState> =
            all.map(|term| (identity(terms, term), term)).collect();
        let now: Vec<Option<Term>> =
            memory.words.iter().map(|word| numbers.get(word).copied()).collect();
        let mut then = vec![None; terms.len()];
        for (place, term) in (0..).zip(&now) {
            if let Some(slot) = term.and_then(|term| then.get_mut(term as usize)) {
                *slot = Some(place);
            }
        }
        Self { memory, now, then }
    }

    /// How many kin the memory has of all its words.
    pub(super) fn count(&self) -> usize {
        self.memory.kin.len()
    }

    /// How many words of the vocabulary the memory knows.
    pub(super) fn known(&self) -> usize {
        self.then.iter().flatten().count()
    }

    /// Whether the memory knows the word.
    pub(super) fn knows(&self, term: Term) -> bool {
        self.then.get(term as usize).is_some_and(Option::is_some)
    }

    /// The words that were kin of this one and are still there, and how like they were.
    pub(super) fn kin(&self, term: Term) -> impl Iterator<Item = (Term, Likeness)> + '_ {
        let place = self.then.get(term as usize).copied().flatten();
        let kin = place.map(|place| self.memory.of_place(place as usize)).into_iter().flatten();
        kin.filter_map(|(place, how)| Some((self.now.get(place as usize).copied().flatten()?, how)))
    }

    /// The words that are to be compared again.
    pub(super) fn sample(&self) -> impl Iterator<Item = Term> + '_ {
        let round = self.memory.round % SAMPLE;
        let words = self.memory.words.iter().zip(&self.now);
        words.filter_map(move |(word, now)| now.filter(|_| word % SAMPLE == round))
    }
}

#[cfg(test)]
impl Memory {
    /// The same, in which words are called like in another way than they are: as other rules would
    /// have it.
    pub(super) fn with_other_rules(mut self) -> Self {
        self.how.iter_mut().for_each(|how| how.similarity ^= 1);
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::names::Kind;

    /// A memory of words with these kin.
    fn memory(lists: &[Vec<u32>]) -> Memory {
        let many = lists.len() as u32;
        let mut starts = vec![0];
        let mut kin: Vec<u32> = Vec::new();
        for list in lists {
            kin.extend(list.iter().map(|kin| kin % many));
            starts.push(kin.len() as u32);
        }
        let words = (0..u64::from(many)).map(mix).collect();
        let how = kin.iter().map(|kin| likeness(*kin)).collect();
        Memory { words, starts: starts.into(), kin: kin.into(), how, round: u64::from(many) }
    }

    fn likeness(number: u32) -> Likeness {
        Likeness { kind: Kind::Edit, similarity: number as u8, cost: (number >> 8) as u8 }
    }

    fn lists() -> impl Strategy<Value = Vec<Vec<u32>>> {
        prop::collection::vec(prop::collection::vec(any::<u32>(), 0..5), 0..20)
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(lists in lists()) {
            let memory = memory(&lists);
            prop_assert!(Memory::read(&memory.write()) == Read::Whole(memory));
        }

        #[test]
        fn what_was_changed_on_the_way_is_refused(
            lists in lists(), at in any::<prop::sample::Index>(), bit in 0..8_u8,
        ) {
            let mut bytes = memory(&lists).write();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(!matches!(Memory::read(&bytes), Read::Whole(_)));
            bytes[at] ^= 1 << bit;
            bytes.truncate(at);
            prop_assert!(!matches!(Memory::read(&bytes), Read::Whole(_)));
        }

        #[test]
        fn what_other_rules_made_is_none(lists in lists(), release in any::<u64>()) {
            prop_assume!(release != rules());
            let mut bytes = memory(&lists).write();
            bytes.truncate(bytes.len() - DIGEST);
            bytes[MAGIC.len()..MAGIC.len() + 8].copy_from_slice(&release.to_le_bytes());
            bytes.extend(Sha256::digest(bytes.clone()));
            prop_assert!(Memory::read(&bytes) == Read::Foreign);
        }

        #[test]
        fn places_out_of_bounds_are_refused_though_the_digest_is_right(
            lists in lists(), kin in prop::collection::vec(any::<u32>(), 1..4),
        ) {
            let memory = memory(&lists);
            let many = memory.words.len() as u32;
            prop_assume!(kin.iter().any(|kin| *kin >= many));
            let mut starts = memory.starts.to_vec();
            starts.pop();
            starts.push(memory.kin.len() as u32 + kin.len() as u32);
            let kin: Box<[u32]> = memory.kin.iter().copied().chain(kin).collect();
            let how = kin.iter().map(|kin| likeness(*kin)).collect();
            let wrong = Memory { starts: starts.into(), kin, how, ..memory };
            prop_assert!(Memory::read(&wrong.write()) == Read::Damaged);
        }
    }
}
