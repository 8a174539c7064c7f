//! The words of the cultures: common ones by rank from the tables, rare ones from a chain of letters.

use compact_str::CompactString;

use super::culture::Tail;
use crate::sim::dice::Dice;

const TABLES: [&str; 4] = [
    include_str!("data/latin.tsv"),
    include_str!("data/cyrillic.tsv"),
    include_str!("data/arabic.tsv"),
    include_str!("data/other.tsv"),
];

/// The words of one culture by what they serve for.
#[derive(Default)]
pub(super) struct Stock {
    pub(super) surnames: Pool,
    pub(super) female: Pool,
    pub(super) male: Pool,
    pub(super) middle: Pool,
    /// The two halves of a rare surname of two characters.
    pub(super) first: Pool,
    pub(super) last: Pool,
}

/// Words that serve for one thing, the common ones first.
#[derive(Default)]
pub(super) struct Pool {
    words: Vec<&'static str>,
    sorted: Vec<&'static str>,
    /// Shares up to and including each word, falling as one over the rank.
    shares: Vec<u32>,
    chain: Chain,
    /// How many of a hundred words have the Arabic article.
    article_percent: u32,
}

const ARTICLE: &str = "al-";

/// Which letter follows two others, as often as in the words it was made from (a Markov chain). Now
/// and then the last alone decides, so that a few dozen words give thousands.
#[derive(Default)]
struct Chain {
    /// Two letters, the later first, and the one that follows; sorted, and repeated as met.
    steps: Vec<([char; 2], char)>,
}

const LAST_ALONE_PERCENT: u32 = 15;

const EDGE: char = '\0';
const LETTERS_MAX: usize = 16;
const LETTERS_MIN: usize = 4;

impl Stock {
    /// The words under this label in all tables.
    pub(super) fn read(label: &str) -> Self {
        let mut stock = Self::default();
        let rows = TABLES.iter().flat_map(|table| table.lines().skip(1));
        for row in rows {
            let mut cells = row.split('\t');
            if cells.next() != Some(label) {
                continue;
            }
            let (role, words) = (cells.next(), cells.next().unwrap_or_default());
            let pool = Pool::new(words.split(',').collect());
            match role {
                Some("surname") => stock.surnames = pool,
                Some("female") => stock.female = pool,
                Some("male") => stock.male = pool,
                Some("middle") => stock.middle = pool,
                Some("first") => stock.first = pool,
                Some("last") => stock.last = pool,
                _ => {}
            }
        }
        stock
    }
}

impl Stock {
    /// Every common word.
    #[cfg(test)]
    pub(super) fn words(&self) -> impl Iterator<Item = &'static str> + '_ {
        let pools =
            [&self.surnames, &self.female, &self.male, &self.middle, &self.first, &self.last];
        pools.into_iter().flat_map(|pool| pool.words.iter().copied())
    }
}

impl Pool {
    fn new(words: Vec<&'static str>) -> Self {
        let mut total = 0;
        let shares = (0..words.len())
            .map(|rank| {
                // Zipf and Mandelbrot: the shift keeps the first from outweighing all.
                total += 1_000_000 / (u32::try_from(rank).unwrap_or(u32::MAX).saturating_add(4));
                total
            })
            .collect();
        let chain = Chain::new(&words);
        let with_article = words.iter().filter(|word| word.starts_with(ARTICLE)).count();
        let article_percent = u32::try_from(with_article * 100 / words.len().max(1)).unwrap_or(0);
        let mut sorted = words.clone();
        sorted.sort_unstable();
        Self { words, sorted, shares, chain, article_percent }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// A word: a common one, or a rare one of this tail, where `purpose` tells tails apart.
    pub(super) fn draw(
        &self,
        dice: &mut Dice,
        seed: u64,
        purpose: u64,
        tail: Tail,
    ) -> CompactString {
        if tail.percent > 0 && dice.percent(tail.percent) {
            self.rare(seed, purpose | u64::from(rank(dice, tail.bits)))
        } else {
            CompactString::from(self.common(dice))
        }
    }

    /// One of the common words.
    pub(super) fn common(&self, dice: &mut Dice) -> &'static str {
        let total = self.shares.last().copied().unwrap_or_default();
        let drawn = dice.below(total);
        let place = self.shares.partition_point(|share| *share <= drawn);
        self.words.get(place).copied().unwrap_or_default()
    }

    /// The rare word of this rank; always the same for one seed.
    pub(super) fn rare(&self, seed: u64, rank: u64) -> CompactString {
        let mut dice = Dice::new(seed, rank);
        for _ in 0..32 {
            let mut word = self.chain.walk(&mut dice);
            if dice.percent(self.article_percent) {
                word.insert_str(0, ARTICLE);
            }
            if self.sorted.binary_search(&word.as_str()).is_err() {
                return word;
            }
        }
        CompactString::from(self.common(&mut dice))
    }
}

/// A rank below two to the `bits`, as often as one over itself: every octave alike. The first
/// octaves are left out, as a name so frequent is none of the rare ones.
fn rank(dice: &mut Dice, bits: u32) -> u32 {
    const FIRST: u32 = 4;
    let octave = dice.between(FIRST, bits.clamp(FIRST + 1, 31) - 1);
    (1 << octave) + dice.below(1 << octave)
}

impl Chain {
    fn new(words: &[&str]) -> Self {
        let mut steps = Vec::new();
        let stems = words.iter().map(|word| word.strip_prefix(ARTICLE).unwrap_or(word));
        for word in stems.filter(|word| !word.contains([' ', '-'])) {
            let mut before = [EDGE; 2];
            for letter in word.chars().chain([EDGE]) {
                steps.push((before, letter));
                before = [letter, before[0]];
            }
        }
        steps.sort_unstable();
        Self { steps }
    }

    /// A word of ordinary length; after many attempts whatever was reached.
    fn walk(&self, dice: &mut Dice) -> CompactString {
        let mut word = CompactString::default();
        for _ in 0..32 {
            word.clear();
            if self.try_walk(dice, &mut word) {
                break;
            }
        }
        word
    }

    fn try_walk(&self, dice: &mut Dice, word: &mut CompactString) -> bool {
        let mut before = [EDGE; 2];
        for length in 0..LETTERS_MAX {
            let last_alone = length > 1 && dice.percent(LAST_ALONE_PERCENT);
            match self.next(dice, before, last_alone) {
                EDGE => return length >= LETTERS_MIN,
                letter => {
                    word.push(letter);
                    before = [letter, before[0]];
                }
            }
        }
        false
    }

    fn next(&self, dice: &mut Dice, before: [char; 2], last_alone: bool) -> char {
        let known = |two: &[char; 2]| if last_alone { [two[0], EDGE] } else { *two };
        let wanted = known(&before);
        let from = self.steps.partition_point(|(two, _)| known(two) < wanted);
        let to = self.steps.partition_point(|(two, _)| known(two) <= wanted);
        let steps = self.steps.get(from..to).unwrap_or_default();
        dice.pick(steps).map_or(EDGE, |(_, letter)| *letter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::corpus::culture::Culture;

    #[test]
    fn every_culture_has_words_for_every_part_of_its_names() {
        for culture in Culture::all() {
            let stock = culture.stock();
            for pool in [&stock.surnames, &stock.female, &stock.male] {
                assert!(pool.words.len() >= 15, "{culture:?}");
                assert!(pool.words.iter().all(|word| !word.trim().is_empty()), "{culture:?}");
            }
        }
    }

    #[test]
    fn common_words_fall_with_their_rank() {
        let pool = Pool::new(vec!["a", "b", "c", "d", "e", "f", "g", "h"]);
        let mut dice = Dice::new(1, 1);
        let mut met = [0; 8];
        for _ in 0..40_000 {
            let word = pool.common(&mut dice);
            met[pool.words.iter().position(|known| *known == word).unwrap()] += 1;
        }
        assert!(met.is_sorted_by(|a, b| a > b), "{met:?}");
        // The first is met as 1/4, the last as 1/11.
        assert!((2_200..3_300).contains(&(met[0] * 1_000 / met[7])), "{met:?}");
    }

    #[test]
    fn a_rare_word_is_no_common_one_and_many_differ() {
        let pool = &Culture::find("british").unwrap().stock().surnames;
        let mut words: Vec<_> = (0..5_000).map(|rank| pool.rare(3, rank)).collect();
        assert!(words.iter().all(|word| !pool.words.contains(&word.as_str())));
        assert!(words.iter().all(|word| (4..=16).contains(&word.chars().count())));
        words.sort();
        words.dedup();
        assert!(words.len() > 3_000, "{}", words.len());
    }
}
