//! Symmetric deletion: forms a letter or two apart meet where both have dropped letters.
//!
//! Two forms a dropped, added, changed or exchanged letter apart are equal once the right letter is
//! dropped from each (Garbe 2012, "SymSpell"). Each form is filed under itself and under what is left
//! of it when letters are dropped; who looks up what is left of another form finds all that are so
//! few steps away, and some that are farther. Only the beginnings of forms take part: long words are
//! rare enough by their first letters, and it keeps the table small.

use std::ops::Range;

use smallvec::SmallVec;

use crate::index::prefetch::prefetch;

use super::key::mix;

/// The letters of a form that take part.
const PREFIX: usize = 8;

/// Forms by hash: which ids have this form, or one with letters more?
pub(super) struct Deletes {
    starts: Box<[u32]>,
    shift: u32,
    /// Ids, each with a byte of the hash.
    ids: Box<[u32]>,
}

/// Most hashes that one form is looked for by: itself, and what two of its letters leave.
const HASHES: usize = most(PREFIX, 2);

/// Where the answers to a question lie, while they are fetched.
#[derive(Default)]
pub(super) struct Asked(SmallVec<[u64; HASHES]>);

impl Deletes {
    /// Files forms under ids from 0 on; `steps` letters are dropped from a form of so many letters.
    pub(super) fn new<'a>(
        forms: impl Iterator<Item = &'a [u8]> + Clone,
        steps: fn(usize) -> usize,
    ) -> Self {
        let most: usize = forms.clone().map(|form| most(form.len(), steps(form.len()))).sum();
        // Two ids to a place of the directory, about.
        let bits = (most / 2).max(2).ilog2();
        let shift = 64 - bits;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        let mut tally = |hash: u64| {
            if let Some(count) = starts.get_mut((hash >> shift) as usize + 1) {
                *count += 1;
            }
        };
        forms.clone().for_each(|form| each(form, steps, &mut tally));
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut ids = vec![0_u32; sum as usize];
        let mut next = starts.clone();
        for (id, form) in (0_u32..).zip(forms) {
            each(form, steps, |hash| {
                let Some(next) = next.get_mut((hash >> shift) as usize) else { return };
                let place = *next as usize;
                *next += 1;
                if let Some(slot) = ids.get_mut(place) {
                    *slot = id << 8 | u32::from(hash as u8);
                }
            });
        }
        Self { starts: starts.into(), shift, ids: ids.into() }
    }

    /// Asks for the ids whose forms are that near: has the directory fetched.
    pub(super) fn ask(&self, form: &[u8], steps: fn(usize) -> usize) -> Asked {
        let mut asked = Asked::default();
        each(form, steps, |hash| {
            if let Some(start) = self.starts.get((hash >> self.shift) as usize) {
                prefetch(start);
            }
            asked.0.push(hash);
        });
        asked
    }

    /// Has the ids fetched that were asked for.
    pub(super) fn foresee(&self, asked: &Asked) {
        for hash in &asked.0 {
            if let Some(id) = self.ids.get(self.range(*hash).start) {
                prefetch(id);
            }
        }
    }

    /// Shows the ids that were asked for, and others beside; some several times.
    #[inline]
    pub(super) fn answer(&self, asked: &Asked, mut found: impl FnMut(u32)) {
        for hash in &asked.0 {
            let check = u32::from(*hash as u8);
            for id in self.ids.get(self.range(*hash)).unwrap_or_default() {
                if id & 0xff == check {
                    found(id >> 8);
                }
            }
        }
    }

    #[inline]
    fn range(&self, hash: u64) -> Range<usize> {
        let place = (hash >> self.shift) as usize;
        match self.starts.get(place..place + 2) {
            Some(&[from, to]) => from as usize..to as usize,
            Some(_) | None => 0..0,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.ids)
    }
}

/// The most hashes that a form of so many letters has.
const fn most(letters: usize, steps: usize) -> usize {
    let letters = if letters < PREFIX { letters } else { PREFIX };
    match steps {
        0 => 1,
        1 => 1 + letters,
        _ => 1 + letters + letters * letters.saturating_sub(1) / 2,
    }
}

/// The hashes of the beginning of a form and of what is left of it.
#[inline]
pub(super) fn each(form: &[u8], steps: fn(usize) -> usize, mut found: impl FnMut(u64)) {
    let steps = steps(form.len());
    let mut bytes = [0; PREFIX];
    bytes.iter_mut().zip(form).for_each(|(to, from)| *to = *from);
    drop_letters(u64::from_le_bytes(bytes), form.len().min(PREFIX), 0, steps, &mut found);
}

/// Shows a form and what is left of it when up to `steps` letters from `from` on are dropped.
fn drop_letters(form: u64, letters: usize, from: usize, steps: usize, found: &mut impl FnMut(u64)) {
    found(mix(form));
    if steps == 0 || letters <= 1 {
        return;
    }
    let mut last = 0;
    for at in from..letters {
        let letter = (form >> (8 * at)) as u8;
        // Of two equal neighbours either may go: the result is one.
        if letter != last {
            let below = form & ((1 << (8 * at)) - 1);
            let left = below | (form >> (8 * at) >> 8) << (8 * at);
            drop_letters(left, letters - 1, at, steps - 1, found);
        }
        last = letter;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    /// Letters dropped, added, changed or exchanged with their neighbour, each once at most (optimal
    /// string alignment), by the book.
    fn distance(one: &[u8], other: &[u8]) -> usize {
        let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
        for i in 0..=one.len() {
            for j in 0..=other.len() {
                rows[i][j] = if i == 0 || j == 0 {
                    i + j
                } else {
                    let change = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
                    let mut best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                    if i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1] {
                        best = best.min(rows[i - 2][j - 2] + 1);
                    }
                    best
                };
            }
        }
        rows[one.len()][other.len()]
    }

    fn steps(letters: usize) -> usize {
        match letters {
            0..=2 => 0,
            3..=6 => 1,
            _ => 2,
        }
    }

    proptest! {
        #[test]
        fn all_that_is_so_near_is_found(words in prop::collection::vec("[abc]{1,11}", 1..60), asked in "[abc]{1,11}") {
            let table = Deletes::new(words.iter().map(String::as_bytes), steps);
            let mut found = vec![false; words.len()];
            let question = table.ask(asked.as_bytes(), steps);
            table.foresee(&question);
            table.answer(&question, |id| found[id as usize] = true);
            for (word, found) in words.iter().zip(found) {
                let distance = distance(word.as_bytes(), asked.as_bytes());
                let within = steps(word.len()).min(steps(asked.len()));
                prop_assert!(found || distance > within, "{} {}", word, asked);
            }
        }

        #[test]
        fn what_is_left_is_what_a_plain_way_leaves(word in "[ab]{1,8}") {
            let mut expected = BTreeSet::from([word.clone()]);
            for _ in 0..steps(word.len()) {
                for longer in expected.clone() {
                    for at in 0..longer.len() {
                        let mut left = longer.clone();
                        left.remove(at);
                        expected.insert(left);
                    }
                }
            }
            let hashes = |word: &String| {
                let mut hash = None;
                each(word.as_bytes(), |_| 0, |found| hash = Some(found));
                hash.unwrap()
            };
            let mut found = BTreeSet::new();
            each(word.as_bytes(), steps, |hash| { found.insert(hash); });
            prop_assert_eq!(found, expected.iter().map(hashes).collect());
        }
    }
}
