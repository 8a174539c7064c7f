//! What was filed since the snapshot: appended by one writer, read by anybody, waiting for nobody.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use smallvec::SmallVec;

use crate::names::{ClassId, Shape, Word};

use super::date::DateCode;
use super::day::Glimpse;
use super::deletes;
use super::filing::{self, FILED_MAX};
use super::key::{Company, Key, Sound, mix};
use super::kin::written_steps;
use super::record::{Beside, Nation, Weight};
use super::slots::Slots;
use super::terms::is_one_word;

/// Keys of a name for which there is room, on the average.
const KEYS: usize = 12;
/// The most keys of a name: each of its sounds, and each two of them.
const KEYS_MAX: usize = FILED_MAX * (FILED_MAX + 1) / 2;
/// Forms of a word, and classes, for which there is room, on the average.
const FORMS: usize = 40;
/// No word has more: 37 by two letters of eight, 9 by one of its canonical form, and its classes.
const FORMS_MAX: usize = 64;
/// Stands for no name in the chain of a day.
const NONE: u32 = u32::MAX;

/// A name of the delta.
pub(super) struct Late<T> {
    pub(super) entry: T,
    pub(super) date: DateCode,
    pub(super) nation: Nation,
    pub(super) words: Box<[LateWord]>,
    pub(super) glimpse: Glimpse,
    again: bool,
    /// The name of the same day that came before it.
    before: u32,
    gone: AtomicBool,
}

impl<T> Late<T> {
    /// What stands beside its words.
    pub(super) fn beside(&self) -> Beside {
        Beside { date: self.date, nation: self.nation, again: self.again }
    }

    /// Whether its entry was taken back.
    pub(super) fn is_gone(&self) -> bool {
        self.gone.load(Ordering::Acquire)
    }
}

/// A word of such a name.
#[derive(Clone)]
pub(super) struct LateWord {
    pub(super) word: Word,
    pub(super) shape: Shape,
    pub(super) weight: Weight,
}

/// Names since the snapshot.
pub(super) struct Delta<T> {
    names: Box<[OnceLock<Late<T>>]>,
    count: AtomicU32,
    /// The last name of each day.
    days: Box<[AtomicU32]>,
    /// Whether a date is known to the month alone.
    has_months: AtomicBool,
    keys: Slots,
    /// Words that the snapshot has not.
    words: Box<[OnceLock<Word>]>,
    words_count: AtomicU32,
    forms: Slots,
}

impl<T> Delta<T> {
    pub(super) fn with_room(names: usize) -> Self {
        Self {
            names: std::iter::repeat_with(OnceLock::new).take(names).collect(),
            count: AtomicU32::new(0),
            days: (0..DateCode::DAYS).map(|_| AtomicU32::new(NONE)).collect(),
            has_months: AtomicBool::new(false),
            keys: Slots::with_room(KEYS * names),
            words: std::iter::repeat_with(OnceLock::new).take(names).collect(),
            words_count: AtomicU32::new(0),
            forms: Slots::with_room(FORMS * names),
        }
    }

    /// How many names there are.
    pub(super) fn len(&self) -> u32 {
        self.count.load(Ordering::Acquire)
    }

    /// Whether the birth date of one is known to the month alone.
    pub(super) fn has_months(&self) -> bool {
        self.has_months.load(Ordering::Acquire)
    }

    /// How many names there is room for.
    pub(super) fn room(&self) -> usize {
        self.names.len()
    }

    /// Whether one more name of so many words may find no room.
    pub(super) fn is_full(&self, words: usize) -> bool {
        let named = self.len() as usize + 1 > self.names.len();
        let worded = self.words_count.load(Ordering::Relaxed) as usize + words > self.words.len();
        let filed = self.keys.has_room(KEYS_MAX) && self.forms.has_room(words * FORMS_MAX);
        named || worded || !filed
    }

    /// Appends a name; `is_known` tells of words that the snapshot has. One writer at a time, who has
    /// asked [`Self::is_full`].
    pub(super) fn add(
        &self,
        entry: T,
        Beside { date, nation, again }: Beside,
        words: &[(Word, Weight)],
        is_known: impl Fn(&Word) -> bool,
    ) {
        let number = self.len();
        let sounds = sounds(words);
        let day = self.days.get(usize::from(date.0));
        let before = day.map_or(NONE, |day| day.load(Ordering::Relaxed));
        let words: Box<[LateWord]> = words
            .iter()
            .map(|(word, weight)| LateWord { word: *word, shape: Shape::of(word), weight: *weight })
            .collect();
        for late in words.iter().filter(|late| !is_known(&late.word)) {
            self.add_word(&late.word);
        }
        let gone = AtomicBool::new(false);
        let has_initials = words.iter().any(|late| late.weight == Weight::Initial);
        let glimpse = Glimpse::new(nation, &sounds, has_initials);
        let late = Late { entry, date, nation, words, glimpse, again, before, gone };
        let Some(place) = self.names.get(number as usize) else { return };
        if place.set(late).is_err() {
            return;
        }
        if date.is_month() {
            self.has_months.store(true, Ordering::Release);
        }
        for company in filing::first(&sounds) {
            self.keys.add(company.key().0, number);
        }
        for sound in &sounds {
            self.keys.add(Company::one(*sound).key().0, number);
        }
        if let Some(day) = day {
            day.store(number, Ordering::Release);
        }
        self.count.store(number + 1, Ordering::Release);
    }

    fn add_word(&self, word: &Word) {
        let mut is_new = true;
        self.near(word, |other| is_new &= !is_one_word(other, word));
        let number = self.words_count.load(Ordering::Relaxed);
        let Some(place) = self.words.get(number as usize).filter(|_| is_new) else { return };
        if place.set(*word).is_err() {
            return;
        }
        // As many letters are dropped as from the words of the snapshot, or fewer would be met here.
        deletes::each(word.text(), written_steps, |hash| self.forms.add(hash, number));
        deletes::each(word.canonical(), steps, |hash| self.forms.add(hash, number));
        word.classes().iter().for_each(|class| self.forms.add(of_class(*class), number));
        self.words_count.store(number + 1, Ordering::Release);
    }

    /// Marks a name as taken back.
    pub(super) fn take_back(&self, name: u32) {
        if let Some(late) = self.name(name) {
            late.gone.store(true, Ordering::Release);
        }
    }

    /// A name by its number.
    #[inline]
    pub(super) fn name(&self, number: u32) -> Option<&Late<T>> {
        self.names.get(number as usize)?.get()
    }

    /// The names of a day, the last first.
    pub(super) fn of_day(&self, day: DateCode) -> impl Iterator<Item = (u32, &Late<T>)> {
        let last = self.days.get(usize::from(day.0));
        let last = last.map_or(NONE, |day| day.load(Ordering::Acquire));
        std::iter::successors(self.name(last).map(|late| (last, late)), |(_, late)| {
            self.name(late.before).map(|before| (late.before, before))
        })
    }

    /// The names under a key.
    #[inline]
    pub(super) fn filed(&self, key: Key) -> impl Iterator<Item = u32> + '_ {
        self.keys.get(key.0)
    }

    /// Whether it has words that the snapshot has not.
    pub(super) fn has_words(&self) -> bool {
        self.words_count.load(Ordering::Acquire) > 0
    }

    /// A word of these letters that the snapshot has not.
    pub(super) fn word_of(&self, text: &[u8]) -> Option<&Word> {
        let mut found = None;
        deletes::each(text, whole, |hash| {
            let words =
                self.forms.get(hash).filter_map(|number| self.words.get(number as usize)?.get());
            found = found.or_else(|| {
                words.into_iter().find(|word| word.text() == text && !word.is_acronym())
            });
        });
        found
    }

    /// Shows words that the snapshot has not and that are of a class of this one, or about a letter or
    /// two from it; some several times.
    pub(super) fn near(&self, word: &Word, mut found: impl FnMut(&Word)) {
        let mut show = |hash| {
            let numbers = self.forms.get(hash);
            numbers
                .filter_map(|number| self.words.get(number as usize)?.get())
                .for_each(&mut found);
        };
        deletes::each(word.text(), steps, &mut show);
        deletes::each(word.canonical(), steps, &mut show);
        word.classes().iter().for_each(|class| show(of_class(*class)));
        if word.is_cut() {
            // Few names end where their field does, and few words are late: all are gone through.
            let late = self.words.iter().map_while(OnceLock::get);
            late.filter(|late| late.text().starts_with(word.text())).for_each(found);
        }
    }
}

/// What words of a class are filed under: unlike what any letters are.
const fn of_class(class: ClassId) -> u64 {
    mix(u64::MAX ^ class.0 as u64)
}

/// Letters that are dropped from the forms of words.
fn steps(letters: usize) -> usize {
    usize::from(letters > 2)
}

/// No letter is dropped.
const fn whole(_letters: usize) -> usize {
    0
}

/// The sounds under which a name is filed.
fn sounds(words: &[(Word, Weight)]) -> SmallVec<[Sound; 4]> {
    let has_full = words.iter().any(|(_, weight)| *weight == Weight::Full);
    let mut sounds = SmallVec::new();
    for (word, weight) in words {
        let sound = Sound::new(word);
        let wanted = !has_full || *weight == Weight::Full;
        if wanted && sounds.len() < FILED_MAX && !sounds.contains(&sound) {
            sounds.push(sound);
        }
    }
    sounds
}

#[cfg(test)]
mod tests {
    use crate::domain::Name;
    use crate::names::{Analysed, Analyser, Bearer};

    use super::*;

    fn word(text: &str) -> Word {
        let (name, mut into) = (Name { surname: text, given: "" }, Analysed::default());
        Analyser::default().analyse(name, Bearer::Person, &mut into);
        into.words()[0]
    }

    /// As the words of the snapshot are, by the dictionary.
    #[test]
    fn words_of_a_class_are_near() {
        for (filed, asked) in [("Kwok", "Guo"), ("Hsieh", "Xie")] {
            let delta = Delta::with_room(4);
            let words = [(word(filed), Weight::Full)];
            let (date, nation) = (DateCode::ABSENT, Nation::UNKNOWN);
            delta.add(0, Beside { date, nation, again: false }, &words, |_| false);
            let mut met = false;
            delta.near(&word(asked), |near| met |= near.text() == word(filed).text());
            assert!(met, "{filed} and {asked}");
        }
    }

    /// The initials of a firm, and a firm that is called by the same letters.
    #[test]
    fn initials_and_a_word_of_the_same_letters_are_two_words() {
        let name = Name { surname: "Samplonian Bridge Machines", given: "" };
        let mut firm = Analysed::default();
        Analyser::default().analyse_listed(name, Bearer::Organisation, &mut firm);
        let initials = *firm.acronym().unwrap();
        let delta = Delta::with_room(4);
        for filed in [initials, word("sbm"), initials] {
            let (date, nation) = (DateCode::ABSENT, Nation::UNKNOWN);
            let beside = Beside { date, nation, again: false };
            delta.add(0, beside, &[(filed, Weight::Full)], |_| false);
        }
        let mut met = std::collections::BTreeSet::new();
        delta.near(&word("sbm"), |near| _ = met.insert(near.is_acronym()));
        assert_eq!(met.len(), 2);
        assert_eq!(delta.words_count.load(Ordering::Relaxed), 2);
    }
}
