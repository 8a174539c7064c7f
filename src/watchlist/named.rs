//! The names of all entries: filed to be searched, counted to be weighed.
//!
//! While the lists are loaded nothing is filed, since nothing is asked; once they are, all is filed at
//! once. From then on each change goes to the delta, and snapshots are made anew beside the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::index::fuzzy::{self, Builder, Draft, Fresh, Live, Memory, Weights};
use crate::names::Population;

use super::Candidate;
use super::census::Census;
use super::forms::{Forms, bearer};
use super::held::Held;
use super::places::{Place, Places};

/// Names as readers see them.
pub(super) struct Named {
    pub(super) live: Arc<Live<Place>>,
    pub(super) places: Places,
    pub(super) census: Census,
    /// How many entries have names.
    pub(super) subjects: AtomicUsize,
}

/// Files names.
pub(super) struct NameWriter {
    named: Arc<Named>,
    writer: fuzzy::Writer<Place>,
    weights: Weights,
    forms: Forms,
    next: Place,
    free: Vec<Place>,
    /// Whether a snapshot is being made, and whether it may still be put in force.
    drafted: Drafted,
    /// What an earlier run knew.
    memory: Option<Memory>,
}

/// A snapshot that is being made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drafted {
    None,
    Wanted,
    /// Everything was taken from the lists since.
    Outdated,
}

/// A list of names to make a new snapshot of, in a thread of its own.
pub struct NameDraft(Draft<Place>);

/// A snapshot of names that was made, to be handed to the writer.
pub struct NameSnapshot(Fresh<Place>);

impl NameDraft {
    /// Makes the snapshot: seconds for a million entries.
    pub fn build(self) -> NameSnapshot {
        NameSnapshot(self.0.build())
    }
}

impl NameSnapshot {
    /// What the next run need not find again.
    pub fn memory(&self) -> Memory {
        self.0.memory()
    }
}

/// With so many names since the snapshot, a new one is worth its while.
const LATE_MIN: usize = 4_096;
/// … or with this part of its names, where that is more.
const LATE_SHARE: usize = 16;

impl NameWriter {
    pub(super) fn new(weights: Weights) -> (Arc<Named>, Self) {
        let (live, writer) = Live::new(weights.clone());
        let population =
            weights.population.clone().unwrap_or_else(|| Arc::new(Population::built_in()));
        let (places, census) = (Places::default(), Census::new(population));
        let named = Arc::new(Named { live, places, census, subjects: AtomicUsize::new(0) });
        let writer = Self {
            named: Arc::clone(&named),
            writer,
            weights,
            forms: Forms::default(),
            next: 0,
            free: Vec::new(),
            drafted: Drafted::None,
            memory: None,
        };
        (named, writer)
    }

    /// Files all entries at once, in place of all that is there.
    pub(super) fn load(&mut self, all: &mut Held) {
        self.clear();
        let mut builder = Builder::default();
        all.settle(|entry| {
            let place = self.settle(entry)?;
            builder.add(place, &self.forms.listed());
            Some(place)
        });
        let memory = self.memory.take();
        self.writer.replace(builder.build_with(self.weights.clone(), memory.as_ref()));
    }

    /// Takes up what an earlier run knew, so that the first load is quicker.
    pub(super) fn remember(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }

    /// What the next run need not find again.
    pub(super) fn memory(&self) -> Memory {
        self.named.live.view().snapshot().memory()
    }

    /// Files an entry; gives its place, or none where it has no name.
    pub(super) fn file(&mut self, entry: &Candidate) -> Option<Place> {
        let place = self.settle(entry)?;
        self.writer.add(&place, &self.forms.listed());
        Some(place)
    }

    /// Puts an entry that states the same in the place of another.
    pub(super) fn put(&self, place: Place, entry: &Candidate) {
        self.named.places.put(place, entry);
    }

    /// Takes an entry back from its place.
    pub(super) fn take_back(&mut self, place: Place, entry: &Candidate) {
        self.writer.remove(&place);
        self.named.places.clear(place);
        self.free.push(place);
        self.named.subjects.fetch_sub(1, Ordering::Relaxed);
        let (census, bearer) = (&self.named.census, bearer(entry.subject()));
        self.forms.read_entry(entry);
        self.forms.stated().for_each(|name| census.take_back(name, bearer));
    }

    /// Takes everything back.
    pub(super) fn clear(&mut self) {
        self.writer.replace(Builder::default().build(self.weights.clone()));
        (0..self.next).for_each(|place| self.named.places.clear(place));
        self.named.census.clear();
        self.named.subjects.store(0, Ordering::Relaxed);
        (self.next, self.free) = (0, Vec::new());
        if self.drafted == Drafted::Wanted {
            self.drafted = Drafted::Outdated;
        }
    }

    /// The names to make a new snapshot of, once that is worth its while; one at a time.
    pub(super) fn draft(&mut self) -> Option<NameDraft> {
        let view = self.named.live.view();
        let enough = LATE_MIN.max(view.snapshot().len() / LATE_SHARE);
        if self.drafted != Drafted::None || view.late() < enough {
            return None;
        }
        self.drafted = Drafted::Wanted;
        Some(NameDraft(self.writer.draft()))
    }

    /// Gives the last draft up: no snapshot came of it.
    pub(super) fn give_up(&mut self) {
        self.drafted = Drafted::None;
    }

    /// Puts a snapshot in force that was made of the last draft; `false` where it is outdated.
    pub(super) fn renew(&mut self, snapshot: NameSnapshot) -> bool {
        let is_wanted = self.drafted == Drafted::Wanted;
        self.drafted = Drafted::None;
        if is_wanted {
            self.writer.swap(snapshot.0);
        }
        is_wanted
    }

    /// Reads the names of an entry, counts them and gives it a place; none where there is no word.
    fn settle(&mut self, entry: &Candidate) -> Option<Place> {
        let (census, bearer) = (&self.named.census, bearer(entry.subject()));
        self.forms.read_entry(entry);
        if self.forms.stated().all(|name| name.words().is_empty()) {
            return None;
        }
        self.forms.stated().for_each(|name| census.add(name, bearer));
        let place = self.free.pop().unwrap_or_else(|| {
            self.next += 1;
            self.next - 1
        });
        self.named.places.put(place, entry);
        self.named.subjects.fetch_add(1, Ordering::Relaxed);
        Some(place)
    }
}
