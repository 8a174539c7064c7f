//! Symmetric deletion: forms that differ by a letter meet where both have dropped one.
//!
//! Two forms a dropped, added, changed or exchanged letter apart are equal once the right letter is
//! dropped from each (Garbe 2012, "SymSpell"). Each form is filed under itself and under all forms
//! that it has with a letter less; who looks up these of another form finds all that are one such
//! step away, and some that are two.

use super::key::mix;

/// Forms with fewer letters are looked up as they are: of two letters, none can be missing.
const SHORTEST: u32 = 3;

/// Forms by hash: which ids have this form, or one with a letter more?
pub(super) struct Deletes {
    starts: Box<[u32]>,
    shift: u32,
    ids: Box<[u32]>,
    checks: Box<[u8]>,
}

impl Deletes {
    /// Files forms under ids from 0 on.
    pub(super) fn new(forms: &[u128]) -> Self {
        let mut count = 0_usize;
        forms.iter().for_each(|form| each(*form, |_| count += 1));
        let bits = (count / 2).max(2).ilog2();
        let shift = 64 - bits;
        let mut starts = vec![0_u32; (1 << bits) + 1];
        let mut tally = |hash: u64| {
            if let Some(count) = starts.get_mut((hash >> shift) as usize + 1) {
                *count += 1;
            }
        };
        forms.iter().for_each(|form| each(*form, &mut tally));
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let (mut ids, mut checks) = (vec![0_u32; count], vec![0_u8; count]);
        // Places are filled from their ends, so that ids end up in order.
        let mut ends = starts.clone();
        for (id, form) in (0..forms.len() as u32).zip(forms).rev() {
            each(*form, |hash| {
                let Some(end) = ends.get_mut((hash >> shift) as usize + 1) else { return };
                *end -= 1;
                let place = *end as usize;
                if let (Some(slot), Some(check)) = (ids.get_mut(place), checks.get_mut(place)) {
                    *slot = id;
                    *check = hash as u8;
                }
            });
        }
        Self { starts: starts.into(), shift, ids: ids.into(), checks: checks.into() }
    }

    /// Shows ids whose forms are at most one letter apart, and others beside; some several times.
    #[inline]
    pub(super) fn near(&self, form: u128, mut found: impl FnMut(u32)) {
        each(form, |hash| {
            let place = (hash >> self.shift) as usize;
            let Some(&[from, to]) = self.starts.get(place..place + 2) else { return };
            let range = from as usize..to as usize;
            let ids = self.ids.get(range.clone()).unwrap_or_default();
            let checks = self.checks.get(range).unwrap_or_default();
            for (id, check) in ids.iter().zip(checks) {
                if *check == hash as u8 {
                    found(*id);
                }
            }
        });
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.starts) + size_of_val(&*self.ids) + size_of_val(&*self.checks)
    }
}

/// The hashes of a form and of all forms that it has with a letter less.
#[inline]
pub(super) fn each(form: u128, mut found: impl FnMut(u64)) {
    found(hash(form));
    let letters = (128 - form.leading_zeros()).div_ceil(8);
    if letters < SHORTEST {
        return;
    }
    let mut last = 0;
    for at in 0..letters {
        let letter = (form >> (8 * at)) as u8;
        // Of two equal neighbours either may go: the result is one.
        if letter != last {
            let below = form & ((1_u128 << (8 * at)) - 1);
            found(hash(below | (form >> (8 * at) >> 8) << (8 * at)));
        }
        last = letter;
    }
}

fn hash(form: u128) -> u64 {
    mix(form as u64 ^ mix((form >> 64) as u64))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(text: &str) -> u128 {
        let mut bytes = [0; 16];
        bytes[..text.len()].copy_from_slice(text.as_bytes());
        u128::from_le_bytes(bytes)
    }

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

    proptest! {
        #[test]
        fn all_that_is_a_letter_apart_is_found(words in prop::collection::vec("[abc]{1,6}", 1..60), asked in "[abc]{1,6}") {
            let forms: Vec<u128> = words.iter().map(|word| form(word)).collect();
            let table = Deletes::new(&forms);
            let mut found = vec![false; words.len()];
            table.near(form(&asked), |id| found[id as usize] = true);
            for (word, found) in words.iter().zip(found) {
                let distance = distance(word.as_bytes(), asked.as_bytes());
                let short = word.len().max(asked.len()) < SHORTEST as usize;
                let within = usize::from(!short);
                prop_assert!(found || distance > within, "{} {}", word, asked);
            }
        }
    }

    #[test]
    fn a_form_of_sixteen_letters_is_filed() {
        let forms = [form("abcdefghijklmnop")];
        let mut found = Vec::new();
        Deletes::new(&forms).near(form("abcdefghijklmno"), |id| found.push(id));
        assert!(found.contains(&0));
    }
}
