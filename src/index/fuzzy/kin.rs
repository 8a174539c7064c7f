//! Finds kin: the words of the vocabulary that are like a word, and what a match of each is worth.

use crate::index::prefetch::prefetch;
use crate::names::{Bits, ClassId, Likeness, Probe, Script, Shape, Word, liken_probed};

use super::deletes::Deletes;
use super::key::Sound;
use super::memory::Recall;
use super::seen::Seen;
use super::terms::{Term, Terms};
use super::weights::Weights;

/// The most kin of a word that are kept: the most telling.
const KIN_MAX: usize = 64;
/// The most sounds of a word that are looked for.
pub(super) const SOUNDS_MAX: usize = 16;
/// The most words of a dictionary class that are compared.
const CLASS_MAX: usize = 48;
/// The most words that are compared with one.
const COMPARED_MAX: usize = 400;

/// Letters that are dropped from a word as written: of two letters, none can be missing.
pub(super) fn written_steps(letters: usize) -> usize {
    match letters {
        0..=2 => 0,
        3..=6 => 1,
        _ => 2,
    }
}

/// Letters that are dropped from a word that nobody is known to have. One: the words of the
/// vocabulary have dropped two, so that most of two letters apart are found as well.
pub(super) fn asked_steps(letters: usize) -> usize {
    usize::from(letters > 2)
}

/// Letters that are dropped from a canonical form.
fn canonical_steps(letters: usize) -> usize {
    usize::from(letters > 2)
}

/// A word and what meeting it is worth, in eighths of a bit, rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kin(u32);

impl Kin {
    const fn new(term: Term, eighths: u8) -> Self {
        Self(term << 8 | eighths as u32)
    }

    pub(super) const fn term(self) -> Term {
        self.0 >> 8
    }

    pub(super) const fn eighths(self) -> u8 {
        self.0 as u8
    }
}

/// Bits in eighths, rounded up; 0 for what speaks against.
pub(super) fn eighths(bits: Bits) -> u8 {
    let whole = (bits.in_sixteenths() + 1) / 2;
    u8::try_from(whole.clamp(0, 255)).unwrap_or(u8::MAX)
}

/// A sound and the most that a word of this sound is worth, in eighths of a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) sound: Sound,
    pub(super) eighths: u8,
}

/// The most telling first. Of sounds that tell as much, the word's own comes first, since a few alone are
/// tried together with those of other words; of others their own order says which are kept.
pub(super) fn sort(heard: &mut [Heard], own: Sound) {
    heard.sort_unstable_by_key(|heard| {
        (std::cmp::Reverse(heard.eighths), heard.sound != own, heard.sound)
    });
}

/// Finds kin.
pub(super) struct Finder {
    /// By the letters as written, and by the canonical form.
    written: Deletes,
    canonical: Deletes,
    /// Which words each class has, by class.
    classes: Box<[(ClassId, Term)]>,
    /// The words in the order of their letters, for those that begin as one that was cut.
    beginnings: Box<[Term]>,
    shapes: Box<[Half]>,
    rarities: Box<[u16]>,
}

/// A shape in half a line of the cache.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Half(Shape);

/// Room for a search.
#[derive(Default)]
pub(super) struct Room {
    seen: Seen,
    /// Words that may be alike.
    likely: Vec<Term>,
    /// Those that are, and how.
    pub(super) alike: Vec<(Term, Likeness)>,
    /// Those of them that were chosen.
    pub(super) kin: Vec<(Kin, Likeness)>,
}

impl Room {
    pub(super) fn clear(&mut self) {
        self.seen.clear();
        self.likely.clear();
        self.alike.clear();
        self.kin.clear();
    }
}

impl Finder {
    pub(super) fn new(terms: &Terms, names: usize, weights: &Weights) -> Self {
        let words = terms.words();
        let mut classes: Vec<(ClassId, Term)> = Vec::new();
        for (term, word) in (0..).zip(terms.words()) {
            classes.extend(word.classes().iter().map(|class| (*class, term)));
        }
        classes.sort_unstable();
        let carried = (0..).zip(terms.words()).map(|(term, word)| (word, terms.carriers(term)));
        let rarity = |word, count| weights.rarity(word, names, count).in_sixteenths();
        Self {
            written: Deletes::new(words.clone().map(Word::text), written_steps),
            canonical: Deletes::new(words.clone().map(Word::canonical), canonical_steps),
            classes: classes.into(),
            beginnings: in_order(terms),
            shapes: words.map(|word| Half(Shape::of(word))).collect(),
            rarities: carried
                .map(|(word, count)| u16::try_from(rarity(word, count)).unwrap_or(0))
                .collect(),
        }
    }

    /// What quick comparison needs of a word of the vocabulary.
    #[inline]
    pub(super) fn shape(&self, term: Term) -> Option<&Shape> {
        self.shapes.get(term as usize).map(|half| &half.0)
    }

    /// Has fetched what comparing a word needs beside the word.
    #[inline]
    pub(super) fn foresee(&self, term: Term) {
        if let Some(shape) = self.shapes.get(term as usize) {
            prefetch(shape);
        }
        if let Some(rarity) = self.rarities.get(term as usize) {
            prefetch(rarity);
        }
    }

    /// Has fetched how rare a word is.
    pub(super) fn foresee_rarity(&self, term: Term) {
        if let Some(rarity) = self.rarities.get(term as usize) {
            prefetch(rarity);
        }
    }

    /// How rare a word of the vocabulary is.
    #[inline]
    pub(super) fn rarity(&self, term: Term) -> Bits {
        Bits::sixteenths(self.rarities.get(term as usize).copied().unwrap_or_default().into())
    }

    /// What it is worth at most that the two words meet; nothing when they are not alike.
    #[inline]
    pub(super) fn worth(
        &self,
        terms: &Terms,
        weights: &Weights,
        (probe, rarity): (&mut Probe<'_>, Bits),
        term: Term,
    ) -> Option<Bits> {
        let likeness = self.liken(terms, probe, term)?;
        self.bits(weights, (likeness, rarity), term)
    }

    /// How like a word of the vocabulary is; nothing when it is not.
    #[inline]
    fn liken(&self, terms: &Terms, probe: &mut Probe<'_>, term: Term) -> Option<Likeness> {
        liken_probed(probe, terms.word(term)?, self.shape(term)?)
    }

    /// What it is worth at most to meet a word that is so like; nothing where it is worth nothing.
    #[inline]
    fn bits(
        &self,
        weights: &Weights,
        (likeness, rarity): (Likeness, Bits),
        term: Term,
    ) -> Option<Bits> {
        let bits = (weights.word)(likeness, rarity, self.rarity(term));
        (bits > Bits::ZERO).then_some(bits)
    }

    /// The words that are like this one, the most telling first, and their sounds. So many letters are
    /// dropped from it as `steps` say, of its length.
    pub(super) fn find(
        &self,
        (terms, weights): (&Terms, &Weights),
        (word, shape, rarity): (&Word, &Shape, Bits),
        steps: fn(usize) -> usize,
        room: &mut Room,
        into: (&mut Vec<Kin>, &mut Vec<Heard>),
    ) {
        room.clear();
        self.likely(terms, (word, shape), steps, (&mut room.seen, &mut room.likely));
        let mut probe = Probe::new(word, shape);
        let alike = |term: &Term| Some((*term, self.liken(terms, &mut probe, *term)?));
        room.alike.extend(room.likely.iter().filter_map(alike));
        self.choose((terms, weights), (word, rarity), room, into);
    }

    /// The most telling of the words in [`Room::alike`], and the sounds of all.
    pub(super) fn choose(
        &self,
        (terms, weights): (&Terms, &Weights),
        (word, rarity): (&Word, Bits),
        room: &mut Room,
        (kin, sounds): (&mut Vec<Kin>, &mut Vec<Heard>),
    ) {
        for (term, likeness) in &room.alike {
            if let Some(bits) = self.bits(weights, (*likeness, rarity), *term) {
                room.kin.push((Kin::new(*term, eighths(bits)), *likeness));
            }
        }
        if room.kin.len() <= KIN_MAX {
            let key = |kin: Kin| (std::cmp::Reverse(kin.eighths()), kin.term());
            room.kin.sort_unstable_by_key(|(kin, _)| key(*kin));
        } else {
            // In which order the words of a list came must not say which of them are kept.
            let letters = |kin: Kin| terms.word(kin.term()).map_or(&[] as &[u8], Word::text);
            let key = |kin: Kin| (std::cmp::Reverse(kin.eighths()), letters(kin));
            room.kin.sort_unstable_by(|(one, _), (other, _)| key(*one).cmp(&key(*other)));
        }
        room.kin.truncate(KIN_MAX);
        kin.extend(room.kin.iter().map(|(kin, _)| *kin));
        self.hear(terms, (word, rarity), &room.kin, sounds);
    }

    /// Whether words are as like as is remembered: those of a sample, which is another one each time, so
    /// that what is wrong does not stay for ever.
    pub(super) fn bears_out(&self, terms: &Terms, recall: &Recall<'_>) -> bool {
        recall.sample().all(|term| {
            let Some(word) = terms.word(term) else { return true };
            if varies(word) {
                return true;
            }
            let shape = Shape::of(word);
            let mut probe = Probe::new(word, &shape);
            let same = |(kin, how)| self.liken(terms, &mut probe, kin) == Some(how);
            let is_sure = |(kin, _): &(Term, _)| !terms.word(*kin).is_some_and(varies);
            recall.kin(term).filter(is_sure).all(same)
        })
    }

    /// The words that are worth comparing with this one: those of its classes, and those that it meets
    /// when letters are dropped and that have nearly the same letters. Each stage has fetched what the
    /// next one reads, so that none waits for long.
    fn likely(
        &self,
        terms: &Terms,
        (word, shape): (&Word, &Shape),
        steps: fn(usize) -> usize,
        (seen, likely): (&mut Seen, &mut Vec<Term>),
    ) {
        let canonical = self.canonical.ask(word.canonical(), canonical_steps);
        let written = self.written.ask(word.text(), steps);
        for class in word.classes() {
            let from = self.classes.partition_point(|(other, _)| other < class);
            let of_class = self.classes.get(from..).unwrap_or_default().iter();
            let of_class = of_class.take(CLASS_MAX).take_while(|(other, _)| other == class);
            likely.extend(of_class.map(|(_, term)| *term).filter(|term| seen.add(*term)));
        }
        likely.extend(self.beginning_with(terms, word).filter(|term| seen.add(*term)));
        let of_class = likely.len();
        self.canonical.foresee(&canonical);
        self.written.foresee(&written);
        let mut meet = |term| {
            if likely.len() < COMPARED_MAX && seen.add(term) {
                self.foresee(term);
                likely.push(term);
            }
        };
        self.canonical.answer(&canonical, &mut meet);
        self.written.answer(&written, &mut meet);
        let mut at = 0;
        likely.retain(|term| {
            at += 1;
            let near =
                at <= of_class || self.shape(*term).is_some_and(|other| shape.may_be_alike(other));
            if near {
                terms.foresee_facts(*term);
            }
            near
        });
    }

    /// The words that may be the whole of one that was cut.
    fn beginning_with<'a>(
        &'a self,
        terms: &'a Terms,
        cut: &'a Word,
    ) -> impl Iterator<Item = Term> + 'a {
        let text = |term: &Term| terms.word(*term).map_or(&[] as &[u8], Word::text);
        let all = if cut.is_cut() { &*self.beginnings } else { &[] };
        let from = all.partition_point(|term| text(term) < cut.text());
        let begin_so = move |term: &Term| text(term).starts_with(cut.text());
        let behind = all.get(from..).unwrap_or_default().iter().copied();
        // Of a short beginning there are so many that room must be left for words a slip apart.
        behind.take_while(begin_so).take(COMPARED_MAX / 2)
    }

    /// The sounds of kin, and the word's own, whose words were not compared one by one.
    fn hear(
        &self,
        terms: &Terms,
        (word, rarity): (&Word, Bits),
        kin: &[(Kin, Likeness)],
        sounds: &mut Vec<Heard>,
    ) {
        let from = sounds.len();
        let own = Sound::new(word);
        for (kin, _) in kin {
            let Some(sound) = terms.sound(kin.term()) else { continue };
            let heard = sounds.get(from..).unwrap_or_default();
            let tells_little = kin.eighths() < HEARD_MIN && !heard.is_empty();
            let last = heard.get(SOUNDS_MAX - 1);
            if tells_little || last.is_some_and(|last| last.eighths > kin.eighths()) {
                break;
            }
            if heard.iter().all(|heard| heard.sound != sound) {
                sounds.push(Heard { sound, eighths: kin.eighths() });
            }
        }
        sort(sounds.get_mut(from..).unwrap_or_default(), own);
        sounds.truncate(from + SOUNDS_MAX);
        let heard = sounds.get(from..).unwrap_or_default();
        // What has the same initials is not what is looked for by them.
        if !word.is_acronym() && heard.iter().all(|heard| heard.sound != own) {
            let unknown = eighths(rarity - Bits::whole(UNHEARD));
            let behind = heard.iter().take_while(|heard| heard.eighths >= unknown).count();
            sounds.insert(from + behind, Heard { sound: own, eighths: unknown });
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.written.bytes()
            + self.canonical.bytes()
            + size_of_val(&*self.classes)
            + size_of_val(&*self.beginnings)
            + size_of_val(&*self.shapes)
            + size_of_val(&*self.rarities)
    }
}

/// Whether words of these letters may yet differ, by their end or by their characters: which of them
/// stands for all is the first that was filed.
fn varies(word: &Word) -> bool {
    word.is_overlong() || word.script() == Script::Han
}

/// All words in the order of their letters.
fn in_order(terms: &Terms) -> Box<[Term]> {
    let first = |text: &[u8]| {
        let mut letters = [0; 8];
        letters.iter_mut().zip(text).for_each(|(to, from)| *to = *from);
        u64::from_be_bytes(letters)
    };
    // Most are told apart by their first letters, without a look at the words.
    let mut words: Vec<_> = terms.words().map(|word| first(word.text())).zip(0..).collect();
    words.sort_unstable_by(|(one, at), (other, behind)| {
        let text = |term: &Term| terms.word(*term).map_or(&[] as &[u8], Word::text);
        one.cmp(other).then_with(|| (text(at), at).cmp(&(text(behind), behind)))
    });
    words.into_iter().map(|(_, term)| term).collect()
}

/// A sound that tells less, in eighths of a bit, is not looked for, unless the word has none that tells
/// more: names are found by their other words.
const HEARD_MIN: u8 = 8;
/// How much less a word is worth that only sounds the same.
const UNHEARD: i32 = 4;
