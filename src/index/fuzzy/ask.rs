//! A query made ready: its words with their kin, and what each may be worth.

use smallvec::SmallVec;

use crate::domain::Date;
use crate::names::{Bits, Likeness, Part, Probe, Shape, Word, liken_probed};

use super::date::{Agreement, Asked};
use super::key::Sound;
use super::kin::{self, Finder, Heard, Kin, Room, SOUNDS_MAX, asked_steps, eighths};
use super::live::State;
use super::query::Query;
use super::record::{Nation, Weight};
use super::snapshot::Snapshot;
use super::spoken::{Joined, Spoken, spoken};
use super::tally::initials_both;
use super::terms::Term;
use super::weights::Weights;

/// The most words of a query that are looked for: the rarest.
pub(super) const ASKED_MAX: usize = 6;

/// The most other readings of its words, joined or split.
const READINGS_MAX: usize = 4;
/// All of them, and the initials as one.
pub(super) const ITEMS_MAX: usize = ASKED_MAX + READINGS_MAX + 1;
/// The fewest letters of a part of a word that is split.
const PART_MIN: usize = 3;
/// How many names must have each part.
const PART_CARRIERS_MIN: u32 = 2;
/// The most names that may have a word which is split.
const SPLIT_CARRIERS_MAX: u32 = 2;

/// How a word was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As stated.
    Stated,
    /// Two words of the query as one.
    Joined,
    /// A part of a word of the query.
    Part,
    /// The initials of all words of the query.
    Initials,
}

/// A word of the query.
#[derive(Clone, Copy)]
pub(super) struct AskedWord {
    pub(super) word: Word,
    /// Its shape, where the vocabulary does not know it.
    shape: Option<Shape>,
    pub(super) rarity: Bits,
    pub(super) sound: Sound,
    /// Its number, where the vocabulary has it.
    pub(super) term: Option<Term>,
    /// Its kin in [`Ask::kin`], where it has no number.
    kin: (u32, u32),
    /// Its sounds in [`Ask::heard`].
    heard: (u32, u32),
    /// The most that it may be worth, in sixteenths of a bit.
    pub(super) best: i32,
    pub(super) reading: Reading,
    /// Which of the words stated it stands for, a bit each.
    pub(super) covers: u8,
    /// How often it is stated.
    pub(super) times: u8,
}

/// Has fetched what the vocabulary knows of the words of a query, stage by stage: all of them wait
/// together.
fn foresee<T>(words: &[Word], snapshot: &Snapshot<T>) {
    let Snapshot { terms, finder, kindred, .. } = snapshot;
    words.iter().for_each(|word| terms.foresee(word.text()));
    words.windows(2).filter_map(Joined::new).for_each(|joined| terms.foresee(joined.text()));
    let mut found: SmallVec<[Term; 8]> = SmallVec::new();
    for word in words {
        if let Some(term) = terms.foresee_word(word.text()) {
            kindred.foresee(term);
            finder.foresee_rarity(term);
            found.push(term);
        }
    }
    found.iter().for_each(|term| kindred.foresee_sounds(*term));
}

impl AskedWord {
    /// What quick comparison needs of it.
    pub(super) fn shape(&self, finder: &Finder) -> Shape {
        let known = || self.term.and_then(|term| finder.shape(term).copied());
        self.shape.or_else(known).unwrap_or_else(|| Shape::of(&self.word))
    }

    /// Whether a listed name may hold both.
    #[inline]
    pub(super) fn goes_with(&self, other: &Self) -> bool {
        let parts = self.reading == Reading::Part && other.reading == Reading::Part;
        self.covers & other.covers == 0 || parts && self.covers == other.covers
    }
}

/// A query made ready.
pub(super) struct Ask {
    /// Words as stated, then other readings of them.
    pub(super) words: Vec<AskedWord>,
    /// How many are as stated.
    pub(super) stated: usize,
    kin: Vec<Kin>,
    heard: Vec<Heard>,
    room: Room,
    pub(super) date: Asked,
    pub(super) nation: Nation,
    pub(super) same_nation: i32,
    pub(super) threshold: i32,
    /// What must be seen before words are compared one by one: less than the threshold where words are
    /// stated twice or sound the same, since names are filed under each sound once.
    pub(super) reach: i32,
    /// How many words are stated again or sound like one before.
    pub(super) again: i32,
    /// What those of its words may add that many share, and that nothing is filed under.
    shared: i32,
    /// What words beyond [`ASKED_MAX`] are worth at most, each as often as it is stated; the most telling
    /// first.
    pub(super) unasked: SmallVec<[i32; 4]>,
    /// Whether its end may be missing, so that words behind it say little.
    is_cut: bool,
    /// Initials among its words.
    pub(super) initials: i32,
    pub(super) unknown: u32,
    /// By the [hint](Sound::hint) of its sound, which words a listed word may sound like; a bit each.
    sounding: [u16; 64],
}

/// What it may be worth that a listed name has a word like this one, which many share and nothing is
/// filed under; nothing for other words.
fn shared_worth<T>(word: &Word, state: &State<T>) -> i32 {
    match word.part() {
        Part::Stop => {}
        Part::Particle | Part::Honorific => {
            return state.snapshot.weights.light.in_sixteenths().max(0);
        }
        Part::Surname
        | Part::Given
        | Part::Any
        | Part::Number
        | Part::Initial
        | Part::LegalForm
        | Part::Prefix => return 0,
    }
    let term = state.snapshot.terms.find(word, Sound::new(word));
    let rarity = term.map_or_else(|| state.rarest(word), |term| state.snapshot.finder.rarity(term));
    (state.snapshot.weights.word)(Likeness::SAME, rarity, rarity).in_sixteenths().max(0)
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            words: Vec::new(),
            stated: 0,
            kin: Vec::new(),
            heard: Vec::new(),
            room: Room::default(),
            date: Asked::new(None::<Date>),
            nation: Nation::UNKNOWN,
            same_nation: 0,
            threshold: 0,
            reach: 0,
            again: 0,
            shared: 0,
            unasked: SmallVec::new(),
            is_cut: false,
            initials: 0,
            unknown: 0,
            sounding: [0; 64],
        }
    }
}

impl Ask {
    /// Makes a query ready.
    pub(super) fn prepare<T>(&mut self, query: &Query<'_>, state: &State<T>) {
        self.words.clear();
        self.kin.clear();
        self.heard.clear();
        self.unasked.clear();
        self.unknown = 0;
        self.nation = query.nation.map_or(Nation::UNKNOWN, |(country, _)| Nation::new(&[country]));
        self.same_nation = query.nation.map_or(0, |(_, bits)| bits.in_sixteenths().max(0));
        self.threshold = query.threshold.in_sixteenths();
        self.is_cut = query.words.iter().any(Word::is_cut);
        let weight = |word: &&Word, weight| Weight::of(word) == weight;
        self.initials =
            query.words.iter().filter(|word| weight(word, Weight::Initial)).count() as i32;
        let has_full = query.words.iter().any(|word| weight(&word, Weight::Full));
        let wanted = |word: &&Word| !has_full || weight(word, Weight::Full);
        let light = query.words.iter().filter(|_| has_full);
        self.shared = light.map(|word| shared_worth(word, state)).sum();
        foresee(query.words, &state.snapshot);
        for word in query.words.iter().filter(wanted) {
            self.state(word, state);
        }
        self.stated = self.words.len();
        let (again, repeated) = self.repeated();
        self.again = again;
        self.reach = self.threshold - repeated;
        self.join(query.words, state);
        self.split(state);
        if let Some(acronym) = query.acronym {
            let all = self.words.iter().fold(0, |all, word| all | word.covers);
            self.add((acronym, None), (Reading::Initials, all), state);
        }
        self.sounding = [0; 64];
        for (at, word) in self.words.iter().enumerate() {
            // Who knows what a word sounds like whose end is missing.
            let is_cut = word.word.is_cut();
            let alike = (0..).zip(&mut self.sounding);
            let alike = alike.filter(|(hint, _)| is_cut || *hint == word.sound.hint());
            alike.for_each(|(_, words)| *words |= 1 << at);
        }
    }

    /// Which words of the query a listed word of this hint may sound like, a bit each.
    #[inline]
    pub(super) fn may_sound(&self, hint: u32) -> u16 {
        self.sounding.get(hint as usize).copied().unwrap_or(u16::MAX)
    }

    /// Adds a word as stated.
    fn state<T>(&mut self, word: &Word, state: &State<T>) {
        let same = |other: &Word| other.text() == word.text() && other.is_cut() == word.is_cut();
        if let Some(other) = self.words.iter_mut().find(|other| same(&other.word)) {
            other.times = other.times.saturating_add(1);
            return;
        }
        let term = state.snapshot.terms.find(word, Sound::new(word)).filter(|_| !word.is_cut());
        self.unknown += u32::from(term.is_none());
        self.add((word, term), (Reading::Stated, 0), state);
        if self.words.len() > ASKED_MAX {
            let least = (0..self.words.len()).min_by_key(|at| self.words.get(*at).map(|w| w.best));
            let dropped = least.map(|at| self.words.remove(at));
            let dropped = dropped.iter().flat_map(|word| (0..word.times).map(|_| word.best));
            self.unasked.extend(dropped);
            self.unasked.sort_unstable_by_key(|best| std::cmp::Reverse(*best));
        }
        for (at, word) in self.words.iter_mut().enumerate() {
            word.covers = 1 << at;
        }
    }

    /// Reads words next to each other as one, where the vocabulary has it.
    fn join<T>(&mut self, words: &[Word], state: &State<T>) {
        for pair in words.windows(2) {
            let covers = pair.iter().fold(0, |covers, word| covers | self.covers_of(word));
            if covers != 0
                && let Some(joined) = Joined::new(pair)
            {
                self.read(spoken(joined.text(), state), (Reading::Joined, covers), state);
            }
        }
    }

    /// Reads rare words as two, where the vocabulary has both.
    fn split<T>(&mut self, state: &State<T>) {
        let terms = &state.snapshot.terms;
        for at in 0..self.stated {
            let Some(asked) = self.words.get(at).copied() else { break };
            if asked.term.is_some_and(|term| terms.carriers(term) > SPLIT_CARRIERS_MAX) {
                continue;
            }
            // A word that nobody has is read as any two that somebody has.
            let (shortest, carried) = match asked.term {
                Some(_) => (PART_MIN, PART_CARRIERS_MIN),
                None => (PART_MIN - 1, 1),
            };
            let text = asked.word.text();
            let places = || shortest..(text.len() + 1).saturating_sub(shortest);
            for (one, other) in places().filter_map(|place| text.split_at_checked(place)) {
                terms.foresee(one);
                terms.foresee(other);
            }
            let parts = places().filter_map(|place| {
                let (one, other) = text.split_at_checked(place)?;
                let (one, other) = (spoken(one, state)?, spoken(other, state)?);
                Some((one.carriers.min(other.carriers), one, other))
            });
            let likely = parts.max_by_key(|parts| parts.0).filter(|parts| parts.0 >= carried);
            if let Some((_, one, other)) = likely {
                self.read(Some(one), (Reading::Part, asked.covers), state);
                self.read(Some(other), (Reading::Part, asked.covers), state);
            }
        }
    }

    fn read<T>(&mut self, spoken: Option<Spoken<'_>>, reading: (Reading, u8), state: &State<T>) {
        let Some(Spoken { word, term, .. }) = spoken else { return };
        if self.words.len() < self.stated + READINGS_MAX {
            self.add((word, term), reading, state);
        }
    }

    fn covers_of(&self, word: &Word) -> u8 {
        let stated = self.words.iter().take(self.stated);
        stated.filter(|asked| asked.word.text() == word.text()).fold(0, |all, one| all | one.covers)
    }

    fn add<T>(
        &mut self,
        (word, term): (&Word, Option<Term>),
        (reading, covers): (Reading, u8),
        state: &State<T>,
    ) {
        let snapshot = &*state.snapshot;
        let rarity = term.map_or_else(|| state.rarest(word), |term| snapshot.finder.rarity(term));
        let (kin, heard) = (self.kin.len() as u32, self.heard.len() as u32);
        let mut shape = None;
        match term {
            Some(term) => self.heard.extend_from_slice(snapshot.kindred.sounds(term)),
            None => {
                let shape = &*shape.insert(Shape::of(word));
                let into = (&mut self.kin, &mut self.heard);
                let asked = (word, shape, rarity);
                let vocabulary = (&snapshot.terms, &snapshot.weights);
                snapshot.finder.find(vocabulary, asked, asked_steps, &mut self.room, into);
            }
        }
        self.add_late((word, rarity), heard as usize, state);
        let sounds = self.heard.get(heard as usize..).unwrap_or_default();
        let best = sounds.first().map_or(0, |heard| 2 * i32::from(heard.eighths));
        self.words.push(AskedWord {
            word: *word,
            shape,
            rarity,
            sound: Sound::new(word),
            term,
            kin: (kin, self.kin.len() as u32),
            heard: (heard, self.heard.len() as u32),
            best,
            reading,
            covers,
            times: 1,
        });
    }

    /// Which words are stated again or sound like one before: how many, and what they are worth at most.
    fn repeated(&self) -> (i32, i32) {
        let again = |(at, word): (usize, &AskedWord)| {
            let before = self.words.iter().take(at).any(|other| other.sound == word.sound);
            let times = i32::from(word.times) - i32::from(!before);
            (times, times * word.best)
        };
        let all = self.words.iter().enumerate().map(again);
        all.fold((0, 0), |(many, bits), (times, worth)| (many + times, bits + worth))
    }

    /// Adds the sounds of words that came since the snapshot to those from this place on.
    fn add_late<T>(&mut self, (word, rarity): (&Word, Bits), from: usize, state: &State<T>) {
        if !state.delta.has_words() {
            return;
        }
        let (shape, before, mut has_more) = (Shape::of(word), self.heard.len(), false);
        let mut probe = Probe::new(word, &shape);
        state.delta.near(word, |late| {
            let Some(likeness) = liken_probed(&mut probe, late, &Shape::of(late)) else { return };
            let bits = (state.snapshot.weights.word)(likeness, rarity, state.rarest(late));
            let (sound, eighths) = (Sound::new(late), eighths(bits));
            let heard = self.heard.get_mut(from..).unwrap_or_default();
            has_more = true;
            match heard.iter_mut().find(|heard| heard.sound == sound) {
                Some(heard) => heard.eighths = heard.eighths.max(eighths),
                None => self.heard.push(Heard { sound, eighths }),
            }
        });
        // The order of words whose sounds no late one has stays what it was.
        if !has_more {
            return;
        }
        let heard = self.heard.get_mut(from..).unwrap_or_default();
        kin::sort(heard, Sound::new(word));
        // As many again as the snapshot gives: what is looked up for one word is bounded.
        self.heard.truncate(before + SOUNDS_MAX);
    }

    /// The sounds that a word may be met by, the most telling first.
    #[inline]
    pub(super) fn heard(&self, word: &AskedWord) -> &[Heard] {
        self.heard.get(word.heard.0 as usize..word.heard.1 as usize).unwrap_or_default()
    }

    /// The words of the vocabulary that are like it.
    #[inline]
    pub(super) fn kin<'a, T>(&'a self, word: &AskedWord, snapshot: &'a Snapshot<T>) -> &'a [Kin] {
        match word.term {
            Some(term) => snapshot.kindred.of(term),
            None => self.kin.get(word.kin.0 as usize..word.kin.1 as usize).unwrap_or_default(),
        }
    }

    /// Has fetched what [`Self::kin`] gives for each word.
    pub(super) fn foresee_kin<T>(&self, snapshot: &Snapshot<T>) {
        let known = self.words.iter().filter_map(|word| word.term);
        known.for_each(|term| snapshot.kindred.foresee_kin(term));
    }

    /// The most that a word may be worth, whatever it meets.
    #[inline]
    pub(super) fn most(&self, at: usize) -> i32 {
        self.words.get(at).map_or(0, |word| word.rarity.in_sixteenths())
    }

    /// The words as stated.
    #[inline]
    pub(super) fn stated(&self) -> &[AskedWord] {
        self.words.get(..self.stated).unwrap_or_default()
    }

    /// The most that all words may be worth.
    pub(super) fn best(&self) -> i32 {
        let stated: i32 = self.stated().iter().map(|word| word.best).sum();
        let others = self.words.get(self.stated..).unwrap_or_default();
        let gain = |word: &AskedWord| {
            let covered = self.stated().iter().filter(|other| other.covers & word.covers != 0);
            // Two parts share what their word was worth.
            let shares = if word.reading == Reading::Part { 2 } else { 1 };
            (word.best - covered.map(|other| other.best).sum::<i32>() / shares).max(0)
        };
        stated + others.iter().map(gain).sum::<i32>()
    }

    /// What it says at most that so many of its words and of a listed name's meet no other.
    #[inline]
    pub(super) fn whole(&self, weights: &Weights, unmet: i32, left_over: i32) -> i32 {
        if self.is_cut && unmet == 0 {
            return weights.at_best(0);
        }
        weights.whole(unmet, left_over)
    }

    /// What words must be worth when nothing but nationality and other things may be added.
    pub(super) fn need(&self, weights: &Weights) -> i32 {
        let whole = weights.at_best(0);
        let rest = self.shared + weights.rest.in_sixteenths();
        self.reach - self.same_nation - self.initials_worth(weights) - whole - rest
    }

    /// What its initials are worth at most.
    #[inline]
    pub(super) fn initials_worth(&self, weights: &Weights) -> i32 {
        initials_both(self.initials, weights)
    }

    /// What it takes away at least, from a name all of whose words are met, that so many words of the query
    /// are not: as [`Weights::at_best`], where those that are said again may be met as well.
    pub(super) fn alone(&self, weights: &Weights, unmet: i32) -> i32 {
        weights.at_best((unmet - self.again).max(0)) - weights.at_best(0)
    }

    /// What date and nationality of a listed name are worth.
    #[inline]
    pub(super) fn beside(&self, weights: &Weights, agreement: Agreement, nation: Nation) -> i32 {
        let nation = self.nation_worth(weights, nation);
        weights.date(agreement).in_sixteenths()
            + nation
            + self.shared
            + weights.rest.in_sixteenths()
    }

    /// What the nationality of a listed name is worth.
    #[inline]
    pub(super) fn nation_worth(&self, weights: &Weights, nation: Nation) -> i32 {
        match nation {
            Nation::UNKNOWN => 0,
            _ if self.nation == Nation::UNKNOWN => 0,
            nation if nation == self.nation || nation == Nation::ANY => self.same_nation,
            _ => weights.other_nation.in_sixteenths(),
        }
    }
}
