//! A table of rewriting rules: one notation to one spelling, the longest rule first.

use compact_str::CompactString;
use smallvec::SmallVec;
use unicode_normalization::UnicodeNormalization as _;

/// Rules from letters to letters. What no rule names is copied.
///
/// A rule is `from=to`. `^` before it binds it to the beginning of a word, `$` behind it to the end,
/// `~` before it to a place between vowels; `one|other` gives the one at the beginning and behind a
/// vowel; `_` is a space. `+=text` puts the text between syllables where each letter is one.
#[derive(Default, Clone)]
pub(super) struct Rules {
    /// Sorted by the first letter, then the longest first, then the bound ones first.
    rules: Vec<Rule>,
    /// Each first letter, and where the rules of the next one begin.
    firsts: Vec<(char, usize)>,
    joint: CompactString,
}

#[derive(Clone)]
struct Rule {
    from: SmallVec<[char; 4]>,
    place: Place,
    to: CompactString,
    /// At the beginning and behind a vowel, where that differs.
    open: Option<CompactString>,
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Place {
    first: bool,
    last: bool,
    between_vowels: bool,
}

impl Rules {
    /// These rules over the ones of `base`.
    pub(super) fn read(base: Option<&Self>, text: &str) -> Self {
        let mut read = base.cloned().unwrap_or_default();
        for (from, to) in text.split(' ').filter_map(|rule| rule.split_once('=')) {
            let to = CompactString::from(to.replace('_', " "));
            match from {
                "+" => read.joint = to,
                _ => read.set(from, to),
            }
        }
        let rank = |rule: &Rule| {
            let first = rule.from.first().copied();
            let bound = usize::from(rule.place != Place::default());
            (first, usize::MAX - rule.from.len(), 1 - bound)
        };
        read.rules.sort_by_key(rank);
        read.firsts.clear();
        for (number, rule) in read.rules.iter().enumerate() {
            let first = rule.from.first().copied().unwrap_or_default();
            match read.firsts.last_mut() {
                Some((known, end)) if *known == first => *end = number + 1,
                _ => read.firsts.push((first, number + 1)),
            }
        }
        read
    }

    fn set(&mut self, from: &str, to: CompactString) {
        let (first, from) = from.strip_prefix('^').map_or((false, from), |from| (true, from));
        let (between_vowels, from) =
            from.strip_prefix('~').map_or((false, from), |from| (true, from));
        let (last, from) = from.strip_suffix('$').map_or((false, from), |from| (true, from));
        let place = Place { first, last, between_vowels };
        // Hangul is taken apart, so that a rule may name a syllable or a letter of it.
        let from: SmallVec<[char; 4]> = letters(&from.replace('_', " ")).collect();
        let (open, to) = match to.split_once('|') {
            Some((open, to)) => (Some(CompactString::from(open)), CompactString::from(to)),
            None => (None, to),
        };
        self.rules.retain(|rule| rule.from != from || rule.place != place);
        self.rules.push(Rule { from, place, to, open });
    }

    /// Writes a text by these rules.
    pub(super) fn write(&self, text: &str, out: &mut CompactString) {
        let letters: SmallVec<[char; 48]> = letters(text).collect();
        let mut at = 0;
        while let Some(letter) = letters.get(at).copied() {
            if !self.joint.is_empty() && at > 0 && begins_syllable(letter) && !at_edge(&letters, at)
            {
                out.push_str(&self.joint);
            }
            match self.at(&letters, at) {
                Some(rule) => {
                    out.push_str(rule.to(&letters, at));
                    at += rule.from.len();
                }
                None => {
                    out.push(letter);
                    at += 1;
                }
            }
        }
    }

    fn at(&self, letters: &[char], at: usize) -> Option<&Rule> {
        let rest = letters.get(at..)?;
        let place = self.firsts.binary_search_by_key(rest.first()?, |(first, _)| *first).ok()?;
        let from = place.checked_sub(1).and_then(|before| Some(self.firsts.get(before)?.1));
        let rules = self.rules.get(from.unwrap_or(0)..self.firsts.get(place)?.1)?;
        rules
            .iter()
            .find(|rule| rest.starts_with(&rule.from) && rule.place.holds(letters, at, rule))
    }
}

impl Rule {
    fn to(&self, letters: &[char], at: usize) -> &str {
        match &self.open {
            Some(open) if at_edge(letters, at) || is_vowel(before(letters, at)) => open,
            _ => &self.to,
        }
    }
}

impl Place {
    fn holds(self, letters: &[char], at: usize, rule: &Rule) -> bool {
        let end = at + rule.from.len();
        (!self.first || at_edge(letters, at))
            && (!self.last || letters.get(end).is_none_or(|letter| is_edge(*letter)))
            && (!self.between_vowels
                || is_vowel(before(letters, at)) && is_vowel(letters.get(end).copied()))
    }
}

/// The letters of a text, Hangul taken apart.
fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().flat_map(|letter| {
        let apart = matches!(letter, '가'..='힣');
        let parts: SmallVec<[char; 3]> = if apart {
            std::iter::once(letter).nfd().collect()
        } else {
            SmallVec::from_slice(&[letter])
        };
        parts
    })
}

fn begins_syllable(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{1112}' | '\u{4e00}'..='\u{9fff}')
}

fn before(letters: &[char], at: usize) -> Option<char> {
    letters.get(at.checked_sub(1)?).copied()
}

fn at_edge(letters: &[char], at: usize) -> bool {
    before(letters, at).is_none_or(is_edge)
}

fn is_edge(letter: char) -> bool {
    letter == ' ' || letter == '-'
}

fn is_vowel(letter: Option<char>) -> bool {
    let Some(letter) = letter else { return false };
    matches!(
        letter,
        'a' | 'e'
            | 'i'
            | 'o'
            | 'u'
            | 'y'
            | 'ā'
            | 'ī'
            | 'ū'
            | 'ē'
            | 'ō'
            | 'à'
            | 'а'
            | 'е'
            | 'ё'
            | 'и'
            | 'о'
            | 'у'
            | 'ы'
            | 'э'
            | 'ю'
            | 'я'
            | 'є'
            | 'і'
            | 'ї'
            | 'ў'
            | 'ъ'
            | 'ь'
            | 'α'
            | 'ε'
            | 'η'
            | 'ι'
            | 'ο'
            | 'υ'
            | 'ω'
            | 'ա'
            | 'ե'
            | 'է'
            | 'ը'
            | 'ի'
            | 'ո'
            | 'օ'
            | 'ა'
            | 'ე'
            | 'ი'
            | 'ო'
            | 'უ'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(rules: &str, text: &str) -> String {
        let mut out = CompactString::default();
        Rules::read(None, rules).write(text, &mut out);
        out.to_string()
    }

    #[test]
    fn the_longest_rule_wins_and_the_rest_is_copied() {
        assert_eq!(written("a=1 ab=2 b=3", "abab-ba-c"), "22-31-c");
    }

    #[test]
    fn rules_are_bound_to_their_places() {
        assert_eq!(written("^a=1 a$=2 a=3", "aaa-aa"), "132-12");
        assert_eq!(written("~s=ss", "sasas-asta"), "sassas-asta");
        assert_eq!(written("e=ye|e t=t", "etete"), "yetete");
        assert_eq!(written("a_b=x", "a b ab"), "x ab");
    }

    #[test]
    fn later_rules_replace_those_of_the_base() {
        let base = Rules::read(None, "a=1 b=2 ^a=0");
        let mut out = CompactString::default();
        Rules::read(Some(&base), "a=9").write("aab", &mut out);
        assert_eq!(out, "092");
    }

    #[test]
    fn hangul_is_taken_apart_and_syllables_are_joined() {
        assert_eq!(written("ᄆ=m ᅵ=i ᆫ=n ᄒ=h ᅩ=o +=-", "민호"), "min-ho");
        assert_eq!(written("민=x ᄒ=h ᅩ=o", "민호"), "xho");
    }
}
