//! How like two words are: the same, one name spelt in two ways, a slip of the pen apart, or alike in
//! sound.

use super::distance::{Pattern, at_least, cost, letters};
use super::{Part, Script, Word, bridge};

/// In what way two words are alike, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Letter by letter.
    Same,
    /// By the customs of transliteration: `kh` and `h`, `ou` and `u`.
    Transliteration,
    /// Two spellings of one name, by the dictionary.
    Spelling,
    /// A few letters apart.
    Edit,
    /// By their consonants, where one script writes no vowels.
    Sound,
    /// One is the initial of the other.
    Initial,
    /// One is the beginning of the other: cut off where its field ended, or a short form.
    Prefix,
}

/// How alike two words are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// In what way.
    pub kind: Kind,
    /// From 0 to 255, which is equal.
    pub similarity: u8,
    /// What separates them, in sixteenths of a letter; of an abbreviation, the letters that agree.
    pub cost: u8,
}

/// The similarity of a word that was cut.
const CUT: u8 = 220;

impl Kind {
    /// Every kind, in order.
    const ALL: [Self; 7] = [
        Self::Same,
        Self::Transliteration,
        Self::Spelling,
        Self::Edit,
        Self::Sound,
        Self::Initial,
        Self::Prefix,
    ];
}

impl Likeness {
    /// Of words that are letter by letter the same.
    pub const SAME: Self = Self::of(Kind::Same, 255);
    /// Of words that are the same but for customs of transliteration.
    pub const TRANSLITERATION: Self = Self::of(Kind::Transliteration, 245);
    /// Of spellings of one name.
    pub const SPELLING: Self = Self::of(Kind::Spelling, 235);

    /// As bytes that [`Self::from_bytes`] takes.
    pub const fn to_bytes(self) -> [u8; 3] {
        [self.kind as u8, self.similarity, self.cost]
    }

    /// What [`Self::to_bytes`] gave; `None` for bytes that it never gives.
    pub fn from_bytes([kind, similarity, cost]: [u8; 3]) -> Option<Self> {
        let kind = *Kind::ALL.get(usize::from(kind))?;
        Some(Self { kind, similarity, cost })
    }

    /// Whether one of the two ends where there was no room for more, and the other goes on.
    pub const fn is_cut(self) -> bool {
        matches!(self.kind, Kind::Prefix) && self.similarity == CUT
    }

    /// An abbreviation of so many letters, and the words that have them as their initials.
    pub const fn of_initials(letters: usize) -> Self {
        Self { kind: Kind::Initial, similarity: 128, cost: 16 * letters as u8 }
    }

    /// How many letters an abbreviation has; 0 where it is none.
    pub const fn initials(self) -> u8 {
        if matches!(self.kind, Kind::Initial) { self.cost / 16 } else { 0 }
    }

    const fn of(kind: Kind, similarity: u8) -> Self {
        Self { kind, similarity, cost: 0 }
    }

    fn apart(kind: Kind, cost: u16, length: usize) -> Self {
        let whole = 16 * length.max(1);
        let similarity = 240 * whole.saturating_sub(usize::from(cost)) / whole;
        Self {
            kind,
            similarity: u8::try_from(similarity).unwrap_or(u8::MAX),
            cost: u8::try_from(cost).unwrap_or(u8::MAX),
        }
    }
}

/// A word with what quick comparison needs of it.
///
/// Personal data: has no `Debug`.
#[derive(Clone, Copy)]
pub struct Shape {
    /// The canonical form as one number.
    key: u128,
    /// The letters of the text as a set.
    letters: u32,
    /// The letters of the canonical form as a set.
    sounds: u32,
    /// Its spelling classes as a set, a bit for each and for others beside: to look a word's classes up
    /// takes a wait for memory.
    classes: u32,
    /// How many letters text and canonical form have.
    lengths: (u8, u8),
    omits_vowels: bool,
    /// Whether the canonical form has other letters than the text.
    is_folded: bool,
}

impl Shape {
    /// The shape of a word.
    pub fn of(word: &Word) -> Self {
        Self {
            key: word.canonical_key(),
            letters: letters(word.text()),
            sounds: letters(word.canonical()),
            classes: word.classes().iter().fold(0, |set, class| set | 1 << (class.0 % 32)),
            lengths: (word.text().len() as u8, word.canonical().len() as u8),
            omits_vowels: word.script().omits_vowels(),
            is_folded: word.canonical() != word.text(),
        }
    }

    /// The letters of the text as a set.
    pub const fn letters(&self) -> u32 {
        self.letters
    }

    /// Whether two words may be alike by their letters: neither has more, nor more others, than words
    /// of their length may differ by. Words of one class may be alike all the same.
    #[inline]
    pub fn may_be_alike(&self, other: &Self) -> bool {
        if self.omits_vowels != other.omits_vowels {
            return at_least(self.letters, other.letters) <= UNVOWELLED;
        }
        let (one, another) = (self.lengths, other.lengths);
        let steps = most_steps(usize::from(one.0.max(another.0)));
        let near = |lengths: (u8, u8), letters: (u32, u32)| {
            u32::from(lengths.0.abs_diff(lengths.1)) <= steps
                && at_least(letters.0, letters.1) <= steps
        };
        near((one.0, another.0), (self.letters, other.letters))
            || near((one.1, another.1), (self.sounds, other.sounds))
    }

    /// The canonical form as one number.
    pub const fn key(&self) -> u128 {
        self.key
    }
}

/// A word that is about to be compared with several others.
pub struct Probe<'w> {
    word: &'w Word,
    shape: &'w Shape,
    // Most words are so unlike that neither is asked for.
    text: Option<Pattern>,
    canonical: Option<Pattern>,
}

impl<'w> Probe<'w> {
    /// Makes a word ready.
    pub const fn new(word: &'w Word, shape: &'w Shape) -> Self {
        Self { word, shape, text: None, canonical: None }
    }
}

/// How alike two words are; `None` when they are not. The order of the two does not matter.
pub fn liken(a: &Word, b: &Word) -> Option<Likeness> {
    liken_probed(&mut Probe::new(a, &Shape::of(a)), b, &Shape::of(b))
}

/// As [`liken`], where the caller has the shapes of both at hand.
pub fn liken_probed(probe: &mut Probe<'_>, b: &Word, b_shape: &Shape) -> Option<Likeness> {
    let (a, a_shape) = (probe.word, probe.shape);
    let (one, other) = (a.text(), b.text());
    if a.is_acronym() || b.is_acronym() {
        return written_out(a, b);
    }
    if a.is_spelt_like(b) {
        return Some(Likeness::SAME);
    }
    if one == other && a.script() == Script::Han && b.script() == Script::Han {
        return Some(read_alike(a, b));
    }
    let same_key = a_shape.key == b_shape.key && a_shape.key != 0 && !a.is_canonical_full();
    // Numbers are the same or not: `3` is no initial of `31`.
    if a.part() == Part::Number || b.part() == Part::Number {
        return (a.part() == b.part() && same_key).then_some(Likeness::SAME);
    }
    if let Some(likeness) = by_cut(a, b) {
        return Some(likeness);
    }
    if one.len() == 1 || other.len() == 1 {
        return by_initial(one, other);
    }
    if same_key {
        return Some(Likeness::TRANSLITERATION);
    }
    if a_shape.classes & b_shape.classes != 0 && share_class(a, b) {
        return Some(Likeness::SPELLING);
    }
    by_edit(probe, b, b_shape).or_else(|| by_sound(a, b)).or_else(|| shortened(one, other))
}

/// A word as stated, and the initials of a name that it may stand for. The same initials of two names
/// say nothing.
fn written_out(a: &Word, b: &Word) -> Option<Likeness> {
    let is_stated = a.is_acronym() != b.is_acronym();
    (is_stated && a.text() == b.text()).then(|| Likeness::of_initials(a.text().len()))
}

fn share_class(a: &Word, b: &Word) -> bool {
    a.classes().iter().any(|class| b.classes().contains(class))
}

/// Other Chinese characters that are read alike: a dozen names share most readings.
fn read_alike(a: &Word, b: &Word) -> Likeness {
    if share_class(a, b) {
        return Likeness::SPELLING;
    }
    Likeness::of(Kind::Sound, READ_ALIKE)
}

/// The evidence of a reading that is shared, in eighths of a bit.
const READ_ALIKE: u8 = 28;

/// How alike two spellings are by their letters alone, where little may differ.
pub fn liken_texts(one: &[u8], other: &[u8]) -> Option<Likeness> {
    let length = one.len().max(other.len());
    let (steps, most) = (most_steps(length).min(2), most_cost(length).min(22));
    let cost = near(&Pattern::of(one), one, other, steps, most)?;
    let kind = if cost == 0 { Kind::Same } else { Kind::Edit };
    Some(Likeness::apart(kind, cost, length))
}

/// How near two words are that are not alike, from 0 to 16.
pub fn nearness(one: &[u8], other: &[u8]) -> u8 {
    let length = one.len().max(other.len()).max(1) as u32;
    let steps = Pattern::of(one).distance(other).min(length);
    u8::try_from(16 - 16 * steps / length).unwrap_or_default()
}

/// A word whose end may be missing, and one that begins with what is left of it: its field had no
/// room for more, or [`TEXT_MAX`](super::TEXT_MAX) had none.
fn by_cut(a: &Word, b: &Word) -> Option<Likeness> {
    let stands = |cut: &Word, whole: &Word| {
        let ends_open = cut.is_cut() && cut.text().len() > 1 || cut.is_overlong();
        ends_open && whole.text().starts_with(cut.text())
    };
    (stands(a, b) || stands(b, a)).then_some(Likeness::of(Kind::Prefix, CUT))
}

fn by_initial(one: &[u8], other: &[u8]) -> Option<Likeness> {
    let alike = one.first() == other.first() && one.len() != other.len();
    alike.then_some(Likeness::of(Kind::Initial, 128))
}

/// One is the beginning of the other: `Alex`, `Alexander`.
fn shortened(one: &[u8], other: &[u8]) -> Option<Likeness> {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    // `Abdul` begins many names and shortens none.
    let compound = [&b"abd"[..], b"abdu", b"abdul", b"abdel", b"abdal", b"abu", b"abou", b"umm"];
    let stands = short.len() >= 3 && long.starts_with(short) && !compound.contains(&short);
    stands.then_some(Likeness::of(Kind::Prefix, 150))
}

fn by_edit(probe: &mut Probe<'_>, b: &Word, b_shape: &Shape) -> Option<Likeness> {
    let (a, a_shape) = (probe.word, probe.shape);
    let (one, other) = (a.text(), b.text());
    let length = one.len().max(other.len());
    let (most, steps) = (most_cost(length), most_steps(length));
    let as_written = (at_least(a_shape.letters, b_shape.letters) <= steps)
        .then(|| {
            let pattern = probe.text.get_or_insert_with(|| Pattern::of(one));
            near(pattern, one, other, steps, most)
        })
        .flatten();
    // Where neither is folded the way is the same, and costs more; to be of use it must cost less.
    let is_other_way = a_shape.is_folded || b_shape.is_folded;
    let left = as_written.map_or(most, |cost| cost.saturating_sub(1)).checked_sub(FOLDED);
    let are_whole = !a.is_canonical_full() && !b.is_canonical_full();
    let folded = left
        .filter(|_| is_other_way && are_whole)
        .filter(|_| at_least(a_shape.sounds, b_shape.sounds) <= steps)
        .and_then(|left| {
            let pattern = probe.canonical.get_or_insert_with(|| Pattern::of(a.canonical()));
            near(pattern, a.canonical(), b.canonical(), steps, left)
        })
        .map(|cost| cost + FOLDED);
    Some(Likeness::apart(Kind::Edit, folded.or(as_written)?, length))
}

fn near(pattern: &Pattern, one: &[u8], other: &[u8], steps: u32, most: u16) -> Option<u16> {
    if one.len().abs_diff(other.len()) > steps as usize || pattern.distance(other) > steps {
        return None;
    }
    cost(one, other, most)
}

/// What the way through the folded forms costs, in sixteenths of a letter.
const FOLDED: u16 = 4;

/// The cost up to which words of this length may still be one name: short words are their own
/// neighbours too often.
const fn most_cost(length: usize) -> u16 {
    match length {
        0..=2 => FOLDED,
        3..=4 => 18,
        5..=6 => 28,
        7..=9 => 36,
        _ => 48,
    }
}

/// Letters that only one of two words has, of which one omits its vowels.
const UNVOWELLED: u32 = 4;

/// The steps up to which words of this length are looked at more closely.
const fn most_steps(length: usize) -> u32 {
    match length {
        0..=2 => 1,
        3..=4 => 1,
        5..=6 => 2,
        7..=9 => 3,
        _ => 4,
    }
}

/// By sound, where one script writes no vowels and the other does. The similarity is the evidence
/// that the one renders the other, the cost what true renderings have more on average, both in eighths
/// of a bit.
fn by_sound(a: &Word, b: &Word) -> Option<Likeness> {
    let (written, latin) = match (a.script().omits_vowels(), b.script().omits_vowels()) {
        (true, false) => (a, b),
        (false, true) => (b, a),
        (true, true) | (false, false) => return None,
    };
    let rendering = bridge(written, latin)?;
    let least = SOUND_LEAST.max(rendering.expected / 3);
    (rendering.bits >= least).then(|| Likeness {
        kind: Kind::Sound,
        similarity: u8::try_from(rendering.bits).unwrap_or(u8::MAX),
        cost: u8::try_from((rendering.expected - rendering.bits).max(0)).unwrap_or(u8::MAX),
    })
}

/// The least evidence by which words are alike in sound, in eighths of a bit.
const SOUND_LEAST: i32 = 24;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Analysed, Analyser, Bearer};
    use super::*;
    use crate::domain::Name;

    fn last(surname: &str, given: &str, bearer: Bearer) -> Word {
        let mut made = Analysed::default();
        Analyser::default().analyse(Name { surname, given }, bearer, &mut made);
        *made.words().last().unwrap()
    }

    fn kind(one: &str, other: &str, bearer: Bearer) -> Option<Kind> {
        let (one, other) = (last(one, "", bearer), last(other, "", bearer));
        let found = liken(&one, &other).map(|likeness| likeness.kind);
        assert_eq!(found, liken(&other, &one).map(|likeness| likeness.kind));
        found
    }

    #[test]
    fn numbers_are_the_same_or_not() {
        for (one, other) in
            [("Factory 5", "Factory 05"), ("Fund III", "Fund 3"), ("Unit Nine", "Unit 9")]
        {
            assert_eq!(kind(one, other, Bearer::Organisation), Some(Kind::Same), "{one} {other}");
        }
        for (one, other) in
            [("Smith Jr", "Smith Junior"), ("Smith 05", "Smith 5"), ("Smith III", "Smith 3")]
        {
            assert_eq!(kind(one, other, Bearer::Person), Some(Kind::Same), "{one} {other}");
        }
        for (one, other) in
            [("Factory 3", "Factory 31"), ("Factory 12", "Factory 13"), ("Factory 0", "Factory 10")]
        {
            assert_eq!(kind(one, other, Bearer::Organisation), None, "{one} {other}");
        }
        assert_eq!(kind("Smith Jr", "Smith J", Bearer::Person), None);
        assert_eq!(kind("Smith Jr", "Smith Sr", Bearer::Person), None);
    }

    #[test]
    fn a_word_that_may_be_cut_is_compared_as_any_other_too() {
        // 39 letters: the last word may be cut, and is a misspelt one as well.
        let full = last("KUCZYNSKA<MARIA<TERESA<ALEKSANDRA<WITKA", "", Bearer::Person);
        assert!(full.is_cut());
        let other = |text| last(text, "", Bearer::Person);
        assert_eq!(liken(&full, &other("Wirka")).map(|found| found.kind), Some(Kind::Edit));
        assert_eq!(liken(&full, &other("Witkacy")).map(|found| found.kind), Some(Kind::Prefix));
        assert_eq!(liken(&full, &other("Hofmann")), None);
    }

    #[test]
    fn chinese_characters_that_are_read_alike_are_not_the_same() {
        assert_eq!(kind("高市", "高市", Bearer::Person), Some(Kind::Same));
        assert_eq!(kind("高市", "高石", Bearer::Person), Some(Kind::Sound));
        assert_eq!(kind("高市", "Shi", Bearer::Person), Some(Kind::Same));
    }

    #[test]
    fn words_that_fill_their_room_are_not_the_same_for_their_beginnings() {
        let (one, other) = ("Wolfeschlegelsteinhausen", "Wolfeschlegelsteinhausenbergerdorff");
        assert_eq!(kind(one, one, Bearer::Person), Some(Kind::Same));
        assert_eq!(kind(one, other, Bearer::Person), Some(Kind::Prefix));
        // The folded form of both is full and the same.
        assert_eq!(
            kind("Konstantinopolsk", "Konstantinopolskibagdadad", Bearer::Person),
            Some(Kind::Prefix)
        );
        assert_eq!(kind("Konstantinopolskaya", "Konstantinopolitelstvo", Bearer::Person), None);
        assert_eq!(
            kind("Konstantinopolskiy", "Konstantinopolsky", Bearer::Person),
            Some(Kind::Edit)
        );
    }

    proptest! {
        #[test]
        fn words_that_are_alike_by_their_letters_are_not_denied_by_their_shapes(word in "[a-z]{1,14}", cuts in prop::collection::vec((0_usize..14, "[a-z]?"), 0..4)) {
            let mut slipped = word.clone();
            for (at, letters) in cuts {
                let at = at.min(slipped.len() - 1);
                slipped.replace_range(at..=at, &letters);
                if slipped.is_empty() {
                    slipped.push('x');
                }
            }
            let (one, other) = (last(&word, "", Bearer::Person), last(&slipped, "", Bearer::Person));
            let found = liken(&one, &other).map(|likeness| likeness.kind);
            if matches!(found, Some(Kind::Same | Kind::Edit | Kind::Transliteration)) {
                prop_assert!(Shape::of(&one).may_be_alike(&Shape::of(&other)), "{word} {slipped} {found:?}");
            }
        }

        #[test]
        fn the_order_of_two_words_does_not_matter(one in "[a-z0-9]{1,30}", other in "[a-z0-9]{1,30}") {
            let (one, other) = (last(&one, "", Bearer::Person), last(&other, "", Bearer::Person));
            prop_assert!(liken(&one, &other) == liken(&other, &one));
        }
    }
}
