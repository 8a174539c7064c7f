//! The names of all entries: filed to be searched, counted to be weighed.
//!
//! There are two indexes: of whoever may be a person, and of whoever may be none. What agreement is
//! worth, how much must speak for a match, and so what can be left out unseen, differ between them; and
//! a list of persons grows no longer by firms. An entry whose list leaves open what it is, is in both;
//! one that says that it is a document, a vehicle or the like is in neither, for nobody is met by the
//! likeness of a name that stands on it.
//!
//! While the lists are loaded nothing is filed, since nothing is asked; once they are, all is filed at
//! once. From then on each change goes to the delta, and snapshots are made anew beside the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::domain::Subject;
use crate::index::fuzzy::{
    self, Builder, Draft, Fresh, Listed, Live, Memory, Position, View, Weights,
};
use crate::names::{Bearer, Population};

use super::Candidate;
use super::census::Census;
use super::forms::{Forms, bearer};
use super::held::Held;
use super::places::{Place, Places};

/// What each piece of evidence adds at most, by whose names are compared.
#[derive(Clone)]
pub struct Bounds {
    /// Names of persons.
    pub persons: Weights,
    /// Names of organisations and vessels.
    pub things: Weights,
}

/// Which of the two indexes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Index {
    Persons,
    Things,
}

impl Index {
    const ALL: [Self; 2] = [Self::Persons, Self::Things];

    /// Where names of such a bearer are looked for.
    const fn asked(bearer: Bearer) -> Self {
        match bearer {
            Bearer::Person => Self::Persons,
            Bearer::Organisation | Bearer::Vessel | Bearer::Unknown => Self::Things,
        }
    }

    /// What is filed in it of the subject that was read.
    fn listed(self, forms: &Forms) -> Listed<'_> {
        match self {
            Self::Persons => forms.listed_as_person(),
            Self::Things => forms.listed(),
        }
    }

    /// Whether such a subject is filed in it.
    const fn holds(self, subject: Subject) -> bool {
        match subject {
            Subject::Other => true,
            Subject::Person => matches!(self, Self::Persons),
            Subject::Organisation | Subject::Vessel => matches!(self, Self::Things),
            Subject::Document
            | Subject::Vehicle
            | Subject::Container
            | Subject::Contact
            | Subject::Consignment => false,
        }
    }
}

/// Something for each of the two indexes.
#[derive(Default)]
struct Both<T> {
    persons: T,
    things: T,
}

impl<T> Both<T> {
    const fn of(&self, index: Index) -> &T {
        match index {
            Index::Persons => &self.persons,
            Index::Things => &self.things,
        }
    }

    const fn of_mut(&mut self, index: Index) -> &mut T {
        match index {
            Index::Persons => &mut self.persons,
            Index::Things => &mut self.things,
        }
    }
}

/// Names as readers see them.
pub(super) struct Named {
    live: Both<Arc<Live<Place>>>,
    pub(super) places: Places,
    pub(super) census: Census,
    /// How many entries are in each.
    entries: Both<AtomicUsize>,
}

impl Named {
    /// The names as they are now.
    pub(super) fn views(&self) -> Views {
        let live = &self.live;
        Views(Both { persons: live.persons.view(), things: live.things.view() })
    }

    /// How many entries with names may be persons, and how many may be none.
    pub(super) fn subjects(&self) -> (usize, usize) {
        let count = |index| self.entries.of(index).load(Ordering::Relaxed);
        (count(Index::Persons), count(Index::Things))
    }

    /// Counts an entry in, or out.
    fn count(&self, subject: Subject, count: fn(&AtomicUsize)) {
        indexes(subject).for_each(|index| count(self.entries.of(index)));
    }
}

/// Both indexes as they are now.
pub(super) struct Views(Both<View<Place>>);

impl Views {
    /// The one in which names of such a bearer are looked for.
    pub(super) fn of(&self, bearer: Bearer) -> &View<Place> {
        self.0.of(Index::asked(bearer))
    }

    /// Where they stand: numbers of snapshots and of changes, of both together. Equal only while neither
    /// has changed: the first rises with each snapshot of either, the second with each change between.
    pub(super) fn position(&self) -> Position {
        let (one, other) = (self.0.persons.position(), self.0.things.position());
        Position {
            snapshot: one.snapshot + other.snapshot,
            changes: one.changes.saturating_add(other.changes),
        }
    }

    /// Bytes of memory by part, of both together.
    pub(super) fn bytes(&self) -> [(&'static str, usize); 8] {
        let mut bytes = self.0.persons.snapshot().bytes();
        for (sum, (_, more)) in bytes.iter_mut().zip(self.0.things.snapshot().bytes()) {
            sum.1 += more;
        }
        bytes
    }
}

/// Files names.
pub(super) struct NameWriter {
    named: Arc<Named>,
    writers: Both<fuzzy::Writer<Place>>,
    bounds: Bounds,
    forms: Forms,
    next: Place,
    free: Vec<Place>,
    /// Whether a snapshot is being made, and whether it may still be put in force.
    drafted: Drafted,
    /// What an earlier run knew of the names of persons.
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
pub struct NameDraft(Index, Draft<Place>);

/// A snapshot of names that was made, to be handed to the writer.
pub struct NameSnapshot(Index, Fresh<Place>);

impl NameDraft {
    /// Makes the snapshot: seconds for a million entries.
    pub fn build(self) -> NameSnapshot {
        NameSnapshot(self.0, self.1.build())
    }
}

impl NameSnapshot {
    /// What the next run need not find again; nothing where it is not of persons, whose names are so
    /// many more.
    pub fn memory(&self) -> Option<Memory> {
        (self.0 == Index::Persons).then(|| self.1.memory())
    }
}

/// With so many names since the snapshot, a new one is worth its while.
const LATE_MIN: usize = 4_096;
/// … or with this part of its names, where that is more.
const LATE_SHARE: usize = 16;

impl NameWriter {
    pub(super) fn new(bounds: Bounds) -> (Arc<Named>, Self) {
        let persons = Live::new(bounds.persons.clone());
        let things = Live::new(bounds.things.clone());
        let known = bounds.persons.population.clone();
        let population = known.unwrap_or_else(|| Arc::new(Population::built_in()));
        let named = Arc::new(Named {
            live: Both { persons: persons.0, things: things.0 },
            places: Places::default(),
            census: Census::new(population),
            entries: Both::default(),
        });
        let writer = Self {
            named: Arc::clone(&named),
            writers: Both { persons: persons.1, things: things.1 },
            bounds,
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
        let mut builders: Both<Builder<Place>> = Both::default();
        all.settle(|entry| {
            let place = self.settle(entry)?;
            for index in indexes(entry.subject()) {
                builders.of_mut(index).add(place, &index.listed(&self.forms));
            }
            Some(place)
        });
        let memory = self.memory.take();
        let Bounds { persons, things } = self.bounds.clone();
        self.writers.persons.replace(builders.persons.build_with(persons, memory.as_ref()));
        self.writers.things.replace(builders.things.build(things));
    }

    /// Takes up what an earlier run knew, so that the first load is quicker.
    pub(super) fn remember(&mut self, memory: Memory) {
        self.memory = Some(memory);
    }

    /// What the next run need not find again.
    pub(super) fn memory(&self) -> Memory {
        self.named.live.persons.view().snapshot().memory()
    }

    /// Files an entry; gives its place, or none where it has no name.
    pub(super) fn file(&mut self, entry: &Candidate) -> Option<Place> {
        let place = self.settle(entry)?;
        for index in indexes(entry.subject()) {
            self.writers.of_mut(index).add(&place, &index.listed(&self.forms));
        }
        Some(place)
    }

    /// Puts an entry that states the same in the place of another.
    pub(super) fn put(&self, place: Place, entry: &Candidate) {
        self.named.places.put(place, entry);
    }

    /// Takes an entry back from its place.
    pub(super) fn take_back(&mut self, place: Place, entry: &Candidate) {
        for index in indexes(entry.subject()) {
            self.writers.of_mut(index).remove(&place);
        }
        self.named.places.clear(place);
        self.free.push(place);
        let (census, bearer) = (&self.named.census, bearer(entry.subject()));
        self.named.count(entry.subject(), |count| {
            count.fetch_sub(1, Ordering::Relaxed);
        });
        self.forms.read_entry(entry);
        self.forms.stated().for_each(|name| census.take_back(name, bearer));
    }

    /// Takes everything back.
    pub(super) fn clear(&mut self) {
        let Bounds { persons, things } = self.bounds.clone();
        self.writers.persons.replace(Builder::default().build(persons));
        self.writers.things.replace(Builder::default().build(things));
        (0..self.next).for_each(|place| self.named.places.clear(place));
        self.named.census.clear();
        self.named.count(Subject::Other, |count| count.store(0, Ordering::Relaxed));
        (self.next, self.free) = (0, Vec::new());
        if self.drafted == Drafted::Wanted {
            self.drafted = Drafted::Outdated;
        }
    }

    /// The names to make a new snapshot of, once that is worth its while; one at a time.
    pub(super) fn draft(&mut self) -> Option<NameDraft> {
        if self.drafted != Drafted::None {
            return None;
        }
        let is_due = |index: &Index| {
            let view = self.named.live.of(*index).view();
            view.late() >= LATE_MIN.max(view.snapshot().len() / LATE_SHARE)
        };
        let index = Index::ALL.into_iter().find(is_due)?;
        self.drafted = Drafted::Wanted;
        Some(NameDraft(index, self.writers.of(index).draft()))
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
            self.writers.of_mut(snapshot.0).swap(snapshot.1);
        }
        is_wanted
    }

    /// Reads the names of an entry, counts them and gives it a place; none where there is no word, or no
    /// index for it.
    fn settle(&mut self, entry: &Candidate) -> Option<Place> {
        indexes(entry.subject()).next()?;
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
        self.named.count(entry.subject(), |count| {
            count.fetch_add(1, Ordering::Relaxed);
        });
        Some(place)
    }
}

/// The indexes in which entries about such a subject are filed.
fn indexes(subject: Subject) -> impl Iterator<Item = Index> {
    Index::ALL.into_iter().filter(move |index| index.holds(subject))
}

#[cfg(test)]
mod tests {
    use crate::domain::{Entry, Subject};
    use crate::matching::bound::sample::weights;
    use crate::watchlist::Change;
    use crate::watchlist::sample::{named_lists, put, with_name};

    #[test]
    fn entries_are_counted_where_they_are_looked_for_and_out_again() {
        use Subject as S;
        for (subject, expected) in [
            (S::Person, (1, 0)),
            (S::Organisation, (0, 1)),
            (S::Vessel, (0, 1)),
            (S::Other, (1, 1)),
            (S::Document, (0, 0)),
            (S::Vehicle, (0, 0)),
            (S::Container, (0, 0)),
            (S::Contact, (0, 0)),
            (S::Consignment, (0, 0)),
        ] {
            let entry = Entry { subject, ..with_name("list/1", &[("Sample", "Anna")], &[]) };
            let (lists, mut writer) = named_lists(weights(), [entry.clone()]);
            assert_eq!(lists.subjects(), expected, "{subject:?}");
            // Filed while running as well, and taken back.
            let changed = Entry { subject: S::Other, ..entry };
            writer.apply(put(changed.clone(), 7));
            assert_eq!(lists.subjects(), (1, 1), "{subject:?}");
            writer.apply(Change { entry: None, ..put(changed, 8) });
            assert_eq!(lists.subjects(), (0, 0), "{subject:?}");
        }
    }
}
