//! A list that changes while it is searched: a snapshot, what came since, and who is gone.
//!
//! Readers take up a [`View`] for a batch of queries and wait for nobody. The one writer appends to
//! the delta, and marks who is gone. When the delta has grown, anybody may take a [`Draft`], make a
//! new snapshot of it in their own time, and hand it to the writer, who brings it up to date with
//! what changed meanwhile and puts it in force in one step.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use arc_swap::{ArcSwap, Guard};
use smallvec::SmallVec;

use crate::names::{Bits, Word};

use super::delta::{Delta, Late};
use super::key::Sound;
use super::memory::Memory;
use super::record::{Beside, Weight, weighed};
use super::snapshot::{Builder, Listed, Snapshot, besides};
use super::weights::Weights;

/// Names for which a new delta has room.
const ROOM: usize = 4_096;

/// What a view stands on: which snapshot, and how many changes since.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The number of the snapshot; each that is put in force has the next one.
    pub snapshot: u64,
    /// Changes since it was put in force: entries filed, and entries taken back.
    pub changes: u32,
}

/// A list that may be searched while it changes.
pub struct Live<T> {
    state: ArcSwap<State<T>>,
}

/// What is in force.
pub(super) struct State<T> {
    pub(super) snapshot: Arc<Snapshot<T>>,
    /// A bit for each entry of the snapshot that is gone.
    gone: Arc<[AtomicU64]>,
    pub(super) delta: Delta<T>,
    number: u64,
    changes: AtomicU32,
}

impl<T> State<T> {
    fn new(snapshot: Arc<Snapshot<T>>, number: u64, room: usize) -> Self {
        let words = snapshot.entries.len().div_ceil(64);
        let gone = std::iter::repeat_with(|| AtomicU64::new(0)).take(words).collect();
        let delta = Delta::with_room(room);
        Self { snapshot, gone, delta, number, changes: AtomicU32::new(0) }
    }

    /// Whether an entry of the snapshot was taken back.
    #[inline]
    pub(super) fn is_gone(&self, entry: u32) -> bool {
        let word = self.gone.get(entry as usize / 64);
        word.is_some_and(|word| word.load(Ordering::Acquire) >> (entry % 64) & 1 != 0)
    }

    fn mark_gone(&self, entry: u32) {
        if let Some(word) = self.gone.get(entry as usize / 64) {
            word.fetch_or(1 << (entry % 64), Ordering::Release);
        }
    }

    /// How rare a word is that nobody in the snapshot has.
    pub(super) fn rarest(&self, word: &Word) -> Bits {
        self.snapshot.weights.rarity(word, self.snapshot.len(), 1)
    }

    /// Appends a name to the delta, which has room for it.
    fn add(&self, entry: T, beside: Beside, words: &[(Word, Weight)]) {
        let terms = &self.snapshot.terms;
        let is_known = |word: &Word| terms.find(word, Sound::new(word)).is_some();
        self.delta.add(entry, beside, words, is_known);
    }

    fn position(&self) -> Position {
        Position { snapshot: self.number, changes: self.changes.load(Ordering::Acquire) }
    }
}

/// The list as it is now. Changes still reach it until another snapshot is put in force; take up a
/// new one now and then.
pub struct View<T> {
    pub(super) state: Guard<Arc<State<T>>>,
}

impl<T> View<T> {
    /// Where the list stands: what is found holds all changes up to here, and perhaps later ones.
    pub fn position(&self) -> Position {
        self.state.position()
    }

    /// The snapshot it stands on.
    pub fn snapshot(&self) -> &Snapshot<T> {
        &self.state.snapshot
    }

    /// How many names were filed since the snapshot.
    pub fn late(&self) -> usize {
        self.state.delta.len() as usize
    }
}

impl<T: Clone + Ord> Live<T> {
    /// A list and the only writer that it will have.
    pub fn new(weights: Weights) -> (Arc<Self>, Writer<T>) {
        let snapshot = Arc::new(Builder::default().build(weights));
        let state = ArcSwap::from_pointee(State::new(snapshot, 0, ROOM));
        let live = Arc::new(Self { state });
        let writer = Writer { live: Arc::clone(&live), filed: BTreeMap::new(), gone: Vec::new() };
        (live, writer)
    }

    /// The list as it is now.
    pub fn view(&self) -> View<T> {
        View { state: self.state.load() }
    }
}

/// Who changes the list.
pub struct Writer<T> {
    live: Arc<Live<T>>,
    /// The names of the delta by their entries.
    filed: BTreeMap<T, SmallVec<[u32; 2]>>,
    /// Entries taken back since the snapshot, and how many names the delta had then.
    gone: Vec<(u32, T)>,
}

impl<T: Clone + Ord> Writer<T> {
    /// Files an entry.
    pub fn add(&mut self, entry: &T, listed: &Listed<'_>) {
        for name in listed.names {
            let words: SmallVec<[(Word, Weight); 8]> =
                weighed(name.words()).map(|(word, weight)| (*word, weight)).collect();
            for beside in besides(name, listed) {
                self.append(entry, beside, &words);
            }
        }
        self.count_change();
    }

    /// Takes an entry back; nothing happens if it is not there.
    pub fn remove(&mut self, entry: &T) {
        let state = self.live.state.load_full();
        self.gone.push((state.delta.len(), entry.clone()));
        if let Ok(place) = state.snapshot.entries.binary_search(entry) {
            state.mark_gone(place as u32);
        }
        for name in self.filed.remove(entry).unwrap_or_default() {
            state.delta.take_back(name);
        }
        self.count_change();
    }

    /// The list as it is now, to make a snapshot of. One at a time.
    pub fn draft(&self) -> Draft<T> {
        let state = self.live.state.load_full();
        let upto = state.delta.len();
        Draft { state, upto }
    }

    /// Puts a snapshot in force that was made of the last draft, with all that changed since.
    pub fn swap(&mut self, fresh: Fresh<T>) {
        let old = self.live.state.load_full();
        let since = fresh.upto..old.delta.len();
        let names = since.clone().filter_map(|name| old.delta.name(name));
        // Room for each of their words, were all new: nobody asks while they are filed again.
        let words = names.map(|name| name.words.len()).sum::<usize>();
        let room = words.max(2 * since.len()).max(ROOM);
        let state = State::new(Arc::new(fresh.snapshot), old.number + 1, room);
        for (_, entry) in self.gone.drain(..).filter(|(at, _)| *at >= fresh.upto) {
            if let Ok(place) = state.snapshot.entries.binary_search(&entry) {
                state.mark_gone(place as u32);
            }
        }
        self.filed.clear();
        for name in since.filter_map(|name| old.delta.name(name)).filter(|name| !name.is_gone()) {
            self.file_again(&state, name);
        }
        self.live.state.store(Arc::new(state));
    }

    /// Puts a whole list in force, in place of all there is.
    pub fn replace(&mut self, snapshot: Snapshot<T>) {
        let old = self.live.state.load_full();
        self.filed.clear();
        self.gone.clear();
        let state = State::new(Arc::new(snapshot), old.number + 1, ROOM);
        self.live.state.store(Arc::new(state));
    }

    fn count_change(&self) {
        self.live.state.load().changes.fetch_add(1, Ordering::Release);
    }

    fn append(&mut self, entry: &T, beside: Beside, words: &[(Word, Weight)]) {
        if words.is_empty() {
            return;
        }
        let state = self.live.state.load_full();
        let state = if state.delta.is_full(words.len()) { self.grow(&state) } else { state };
        self.filed.entry(entry.clone()).or_default().push(state.delta.len());
        state.add(entry.clone(), beside, words);
    }

    /// Puts a larger delta in the place of one that is full, with the same names by the same numbers.
    fn grow(&mut self, old: &State<T>) -> Arc<State<T>> {
        let room = 2 * old.delta.room();
        let mut state = State::new(Arc::clone(&old.snapshot), old.number, room);
        state.gone = Arc::clone(&old.gone);
        state.changes = AtomicU32::new(old.changes.load(Ordering::Relaxed));
        self.filed.clear();
        for name in (0..old.delta.len()).filter_map(|name| old.delta.name(name)) {
            let number = state.delta.len();
            self.file_again(&state, name);
            if name.is_gone() {
                state.delta.take_back(number);
            }
        }
        let state = Arc::new(state);
        self.live.state.store(Arc::clone(&state));
        state
    }

    fn file_again(&mut self, state: &State<T>, name: &Late<T>) {
        let words: SmallVec<[(Word, Weight); 8]> =
            name.words.iter().map(|late| (late.word, late.weight)).collect();
        self.filed.entry(name.entry.clone()).or_default().push(state.delta.len());
        state.add(name.entry.clone(), name.beside(), &words);
    }
}

/// A list to make a snapshot of; nothing it is made of changes but who is gone.
pub struct Draft<T> {
    state: Arc<State<T>>,
    upto: u32,
}

impl<T: Clone + Ord> Draft<T> {
    /// Makes the snapshot. It takes seconds for a million entries, and is for a thread of its own.
    pub fn build(self) -> Fresh<T> {
        let state = &*self.state;
        let old = &*state.snapshot;
        let mut builder = Builder::default();
        let kept: Vec<Option<u32>> = (0..old.entries.len() as u32)
            .zip(&old.entries)
            .map(|(place, entry)| (!state.is_gone(place)).then(|| builder.push(entry.clone())))
            .collect();
        for record in &old.names.records {
            let entry = kept.get(record.entry as usize).copied().flatten();
            let members = record.members(&old.names.rest);
            let words = members.filter_map(|at| Some((old.terms.word(at.term())?, at.weight())));
            if let Some(entry) = entry {
                builder.draft(entry, record.beside(), words);
            }
        }
        for name in (0..self.upto).filter_map(|name| state.delta.name(name)) {
            if !name.is_gone() {
                let entry = builder.push(name.entry.clone());
                let words = name.words.iter().map(|late| (&late.word, late.weight));
                builder.draft(entry, name.beside(), words);
            }
        }
        let memory = old.memory();
        let snapshot = builder.build_with(old.weights.clone(), Some(&memory));
        Fresh { snapshot, upto: self.upto }
    }
}

/// A snapshot made of a [`Draft`], to be put in force.
pub struct Fresh<T> {
    snapshot: Snapshot<T>,
    upto: u32,
}

impl<T> Fresh<T> {
    /// Which of its words are kin: see [`Snapshot::memory`].
    pub fn memory(&self) -> Memory {
        self.snapshot.memory()
    }
}
