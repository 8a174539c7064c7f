//! The canonical form of a word: habits of transliteration folded away.

use super::CANONICAL_MAX;

/// Letters of the canonical form, built up from the left.
pub(super) struct Canonical {
    letters: [u8; CANONICAL_MAX],
    len: usize,
    last: u8,
}

impl Canonical {
    /// Folds a word of `a` to `z` and digits.
    pub(super) fn of(text: &[u8]) -> Self {
        Self::of_pieces(text, b"")
    }

    /// Folds a word in two pieces.
    pub(super) fn of_pieces(front: &[u8], back: &[u8]) -> Self {
        let mut made = Self { letters: [0; CANONICAL_MAX], len: 0, last: 0 };
        made.fold(front, true);
        made.fold(back, false);
        made
    }

    fn fold(&mut self, text: &[u8], first: bool) {
        let (mut at, mut before) = (0, if first { START } else { 0 });
        while let Some(letter) = text.get(at) {
            let next = text.get(at + 1).copied().unwrap_or(0);
            let steps = if before == START { &FIRST_STEPS } else { &STEPS };
            let mut step = step(steps, *letter, next);
            if step.taken == 0 {
                step = sound(text.get(at..).unwrap_or_default(), before);
            }
            before = *letter;
            self.push(step.letters[0]);
            self.push(step.letters[1]);
            at += usize::from(step.taken);
        }
    }

    pub(super) fn letters(&self) -> &[u8] {
        self.letters.get(..self.len).unwrap_or_default()
    }

    /// Adds a letter unless it is none or doubles the last one.
    #[inline]
    fn push(&mut self, letter: u8) {
        let counts = letter != 0 && (self.last != letter || letter.is_ascii_digit());
        self.last = if counts { letter } else { self.last };
        if let Some(place) = self.letters.get_mut(self.len) {
            *place = if counts { letter } else { 0 };
            self.len += usize::from(counts);
        }
    }
}

/// Stands before the first letter of a word.
const START: u8 = 1;

/// One or two letters, and how many they were spelt with; 0 where more than the next letter tells.
#[derive(Clone, Copy)]
struct Step {
    letters: [u8; 2],
    taken: u8,
}

/// [`sound`] for each letter and the next one, within a word: there is no branch for each rule.
static STEPS: [[Step; 27]; 26] = steps(b'b');
/// The same for the beginning of a word.
static FIRST_STEPS: [[Step; 27]; 26] = steps(START);

#[expect(clippy::indexing_slicing, reason = "const: an index out of range does not compile")]
const fn steps(before: u8) -> [[Step; 27]; 26] {
    let mut steps = [[Step { letters: [0; 2], taken: 0 }; 27]; 26];
    let mut letter = 0;
    while letter < 26 {
        let mut next = 0;
        while next < 27 {
            let pair = [b'a' + letter as u8, if next == 0 { 0 } else { b'a' - 1 + next as u8 }];
            if !depends_on_more(pair) {
                let word = if next == 0 { pair.split_at(1).0 } else { pair.split_at(2).0 };
                steps[letter][next] = sound(word, before);
            }
            next += 1;
        }
        letter += 1;
    }
    steps
}

/// Whether a third letter, or the one before, may tell more.
const fn depends_on_more(pair: [u8; 2]) -> bool {
    matches!(
        pair,
        [b's', b'c']
            | [b't', b'c' | b's']
            | [b'a' | b'e' | b'i' | b'y', b'j']
            | [b'a' | b'e', b'i' | b'y']
            | [b'o', b'u']
            | [b'f', b'f']
            | [b'j', _]
    )
}

#[inline]
fn step(steps: &[[Step; 27]; 26], letter: u8, next: u8) -> Step {
    let next = if next == 0 { 0 } else { usize::from(next.wrapping_sub(b'a' - 1)) };
    let steps = steps.get(usize::from(letter.wrapping_sub(b'a')));
    let step = steps.and_then(|steps| steps.get(next)).copied();
    step.unwrap_or(Step { letters: [0; 2], taken: 0 })
}

/// The sound at the head of `rest`, behind the letter `before`.
const fn sound(rest: &[u8], before: u8) -> Step {
    let first = before == START;
    match rest {
        [b's', b'c', b'h', ..] => two(b's', b'h', 3),
        [b't', b's', b'c', b'h', ..] => one(b'c', 4),
        [b't', b'c', b'h', ..] => one(b'c', 3),
        [b's', b'h' | b'z', ..] => two(b's', b'h', 2),
        [b'c', b'h' | b'z', ..] => one(b'c', 2),
        [b'c', b'k', ..] | [b'q', b'u', ..] => one(b'k', 2),
        [b'k', b'h', ..] => one(b'h', 2),
        [b'g', b'h', ..] => one(b'g', 2),
        [b'p', b'h', ..] => one(b'f', 2),
        [b't', b'h', ..] => one(b't', 2),
        [b'd', b'h', ..] => one(b'd', 2),
        [b'z', b'h', ..] | [b'd', b'j', ..] => one(b'j', 2),
        [b'b', b'h', ..] => one(b'b', 2),
        [b'f', b'f'] => one(b'v', 2),
        [b'o', b'u', b'a' | b'e' | b'i', ..] if first => one(b'v', 2),
        [b'o', b'u' | b'o', ..] | [b'e', b'o' | b'u', ..] => one(b'u', 2),
        [b'e', b'i' | b'y' | b'j'] => one(b'i', 2),
        [b'e', b'j', next, ..] if is_vowel(*next) => one(b'i', 1),
        [b'e', b'j', ..] | [b'a' | b'e', b'i' | b'y', ..] => two(b'a', b'i', 2),
        [b'a', b'e', ..] => one(b'a', 2),
        [b'o' | b'u', b'e', ..] => one(b'u', 2),
        [b'i' | b'y', b'j', next, ..] if is_vowel(*next) => one(b'i', 1),
        [b'e', b'e', ..] | [b'i', b'e' | b'j' | b'i' | b'y', ..] | [b'y', b'j' | b'i', ..] => {
            one(b'i', 2)
        }
        [b'c', b'e' | b'i' | b'y', ..] => one(b's', 1),
        [b'c' | b'q', ..] => one(b'k', 1),
        [b'x', ..] => two(b'k', b's', 1),
        [b'w', ..] => one(b'v', 1),
        [b'o', ..] => one(b'u', 1),
        [b'e' | b'y', ..] => one(b'i', 1),
        // Slavic and German: `Tatjana`, `Bjorn`. Behind vowels it is a consonant: `Majid`, `Taj`.
        [b'j', ..] if !(first || is_vowel(before)) => one(b'i', 1),
        [b'h'] if !first => one(0, 1),
        [letter, ..] => one(*letter, 1),
        [] => one(0, 1),
    }
}

const fn one(letter: u8, taken: u8) -> Step {
    Step { letters: [letter, 0], taken }
}

const fn two(first: u8, second: u8, taken: u8) -> Step {
    Step { letters: [first, second], taken }
}

const fn is_vowel(letter: u8) -> bool {
    matches!(letter, b'a' | b'e' | b'i' | b'o' | b'u' | b'y')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> String {
        String::from_utf8(Canonical::of(text.as_bytes()).letters().to_vec()).unwrap()
    }

    #[track_caller]
    fn same(words: &[&str]) {
        let folded: Vec<String> = words.iter().map(|word| canonical(word)).collect();
        assert!(folded.windows(2).all(|pair| pair[0] == pair[1]), "{folded:?}");
    }

    #[test]
    fn habits_of_transliteration_fold_together() {
        same(&["yusuf", "yousouf", "iusuf", "youssouf"]);
        same(&["khalid", "khaled", "halid"]);
        same(&["sokolov", "sokoloff", "sokolow"]);
        same(&["sergey", "sergei", "sergej"]);
        same(&["walid", "oualid", "valid"]);
        same(&["sheikh", "scheikh"]);
        same(&["mueller", "muller", "mueler"]);
        same(&["yuriy", "iurii", "yurij"]);
        same(&["dmitry", "dmitrij", "dmitriy"]);
        same(&["hussein", "husayn", "hussain"]);
        same(&["chaikin", "tschaikin"]);
    }

    #[test]
    fn consonants_that_tell_names_apart_stay() {
        for (one, other) in
            [("majid", "maid"), ("hajji", "haiji"), ("karim", "kamil"), ("salim", "salima")]
        {
            assert_ne!(canonical(one), canonical(other));
        }
    }

    /// Folds by the rules alone.
    fn slow(text: &[u8]) -> Vec<u8> {
        let mut made = Canonical { letters: [0; CANONICAL_MAX], len: 0, last: 0 };
        let (mut rest, mut before) = (text, START);
        while let Some(letter) = rest.first() {
            let step = sound(rest, before);
            before = *letter;
            made.push(step.letters[0]);
            made.push(step.letters[1]);
            rest = &rest[usize::from(step.taken)..];
        }
        made.letters().to_vec()
    }

    proptest! {
        #[test]
        fn the_table_folds_as_the_rules_do(text in "[a-z]{0,23}") {
            prop_assert_eq!(Canonical::of(text.as_bytes()).letters().to_vec(), slow(text.as_bytes()));
        }

        #[test]
        fn rules_that_fold_letters_meet_them_all(text in "[abcdefghijkouyst]{1,8}[0-9]{0,2}") {
            prop_assert_eq!(Canonical::of(text.as_bytes()).letters().to_vec(), slow(text.as_bytes()));
        }
    }
}
