//! The lists: entries, the indexes over them, their versions and whether they may be trusted.
//!
//! In: changes, one writer at a time. Out: candidates for any number of readers, a [`Standing`] that
//! says which lists stand behind a decision, and the [`Register`] of who was judged not to be meant.
//! Invariants: an entry enters the indexes before the one it replaces leaves them; a decision
//! carries the versions of the entries it met, and of their lists as last published, which may be a
//! moment older; equal content gives an equal checksum on every instance.
//! Absent on purpose: reading topics (`kafka`), judging whether a candidate matches (`matching`).

mod candidate;
mod census;
mod expiry;
mod forms;
mod held;
mod named;
mod packed;
mod places;
mod register;
#[cfg(test)]
pub(crate) mod sample;
mod standing;
mod writer;

use std::cmp::Reverse;
use std::hash::{BuildHasher as _, Hash};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use arc_swap::{ArcSwap, Guard};
use foldhash::quality::RandomState;

use crate::domain::{Date, Identifier, Timestamp};
use crate::index::fuzzy::{self, Position, Query, Work};
use crate::index::{Exact, Filter, NameKey, Names};
use crate::names::{Bearer, Rarity};

use named::{NameWriter, Named, Views};
use places::Place;

pub use candidate::Candidate;
pub use forms::{Forms, as_known, bearer, each_form, read_beside, readings};
pub use named::{Bounds, NameDraft, NameSnapshot};
pub use register::{Asked, Register, RegisterStanding, RegisterWriter};
pub use standing::{ListState, Requirement, Stance, Standing, State};
pub use writer::{Change, Progress, Writer};

/// The lists as readers see them.
pub struct Lists {
    exact: Exact<Candidate>,
    names: Names<Candidate>,
    /// Names to be searched by likeness, where that is asked for.
    named: Option<Arc<Named>>,
    /// The keys of both indexes.
    filter: ArcSwap<Filter>,
    hasher: RandomState,
    standing: ArcSwap<Standing>,
    cleared: AtomicU64,
    /// How often an entry has gone from something it stated to something else, or is about to.
    moved: AtomicU64,
    /// How many readers have asked that nothing be moved for a moment.
    holds: AtomicU32,
    /// How many entries state a place of birth.
    placed: AtomicU32,
    /// Who was judged not to be meant.
    register: Arc<Register>,
}

/// Keeps entries from being moved until it is dropped.
pub struct Hold<'a>(&'a Lists);

impl Drop for Hold<'_> {
    fn drop(&mut self) {
        self.0.holds.fetch_sub(1, Ordering::Release);
    }
}

impl Lists {
    /// Empty lists and the only writer they will have. Names are met when they are equal, and no
    /// others.
    pub fn new(requirements: Vec<Requirement>) -> (Arc<Self>, Writer) {
        Self::with(requirements, None)
    }

    /// Empty lists whose names are searched by likeness as well, and the only writer they will have.
    pub fn with_names(requirements: Vec<Requirement>, bounds: Bounds) -> (Arc<Self>, Writer) {
        Self::with(requirements, Some(NameWriter::new(bounds)))
    }

    fn with(
        requirements: Vec<Requirement>,
        names: Option<(Arc<Named>, NameWriter)>,
    ) -> (Arc<Self>, Writer) {
        let (named, names) = names.unzip();
        let lists = Arc::new(Self {
            exact: Exact::default(),
            names: Names::default(),
            named,
            filter: ArcSwap::from_pointee(Filter::with_room(0)),
            hasher: RandomState::default(),
            standing: ArcSwap::from_pointee(Standing::loading(&requirements)),
            cleared: AtomicU64::new(0),
            moved: AtomicU64::new(0),
            holds: AtomicU32::new(0),
            placed: AtomicU32::new(0),
            register: Arc::default(),
        });
        let writer = Writer::new(Arc::clone(&lists), requirements, names);
        (lists, writer)
    }

    /// The register of those judged not to be meant by an entry.
    pub const fn register(&self) -> &Arc<Register> {
        &self.register
    }

    /// How rare words are in names of this bearer, in the population and on the lists; `None` where
    /// names are not searched by likeness.
    pub fn rarity(&self, bearer: Bearer) -> Option<impl Rarity + '_> {
        self.named.as_deref().map(|named| named.census.rarity(bearer))
    }

    /// How many entries with names that are searched by likeness may be persons, and how many may be
    /// none.
    pub fn subjects(&self) -> (usize, usize) {
        self.named.as_deref().map_or((0, 0), Named::subjects)
    }

    /// Where the names stand that are searched by likeness.
    pub fn names_position(&self) -> Option<Position> {
        self.named.as_deref().map(|named| named.views().position())
    }

    /// Bytes of memory of the index of names, by part; nothing where names are not searched.
    pub fn names_bytes(&self) -> Vec<(&'static str, usize)> {
        let named = self.named.as_deref();
        named.map_or_else(Vec::new, |named| named.views().bytes().to_vec())
    }

    /// Takes up the filter to ask it what may be listed.
    pub fn foresight(&self) -> Foresight<'_> {
        Foresight { lists: self, filter: self.filter.load() }
    }

    /// Begins to look up what one event states among the entries in force at `now`.
    pub fn look_up(&self, now: Timestamp) -> LookUp<'_> {
        // Loaded first: see `is_torn`.
        let moved = self.moved.load(Ordering::Acquire);
        let named = self.named.as_deref().map(|named| (named, named.views()));
        LookUp { lists: self, now, moved, named }
    }

    /// Has the writer wait, for whom look-ups were torn time after time. It may be in the midst of
    /// one change; from the second look-up on none is torn. Readers never wait.
    pub fn hold(&self) -> Hold<'_> {
        self.holds.fetch_add(1, Ordering::AcqRel);
        Hold(self)
    }

    /// Waits until no reader holds: for one look-up, and hardly ever.
    fn await_holds(&self) {
        while self.holds.load(Ordering::Acquire) > 0 {
            std::hint::spin_loop();
        }
    }

    /// What the filter knows a key of either index by.
    fn hash(&self, key: impl Hash) -> u64 {
        self.hasher.hash_one(key)
    }

    /// How often everything was taken from the lists. Asked before the standing is loaded and again
    /// after a look-up: if the two answers differ, the look-up may have found too little.
    pub fn times_cleared(&self) -> u64 {
        self.cleared.load(Ordering::Acquire)
    }

    /// How the lists stand now. Load it once for many events.
    pub fn standing(&self) -> Arc<Standing> {
        self.standing.load_full()
    }
}

/// What may be listed at all: questions whose answers are fetched while others are asked.
///
/// No move of an entry hides it from one event's questions: the filter is the same for all of them,
/// and forgets nothing.
pub struct Foresight<'a> {
    lists: &'a Lists,
    filter: Guard<Arc<Filter>>,
}

/// A question whose answer is being fetched.
#[derive(Clone, Copy)]
pub struct Foreseen(u64);

impl Foresight<'_> {
    /// Asks about an identifier.
    pub fn identifier(&self, identifier: &Identifier) -> Foreseen {
        self.ask(identifier.key())
    }

    /// Asks about a folded name with a birth date; `None` when nothing is listed under such.
    pub fn name(&self, folded: &[u8], birth_date: Date) -> Option<Foreseen> {
        NameKey::new(folded, birth_date).map(|key| self.ask(key))
    }

    fn ask(&self, key: impl Hash) -> Foreseen {
        let hash = self.lists.hash(key);
        self.filter.foresee(hash);
        Foreseen(hash)
    }

    /// The answer: whether anything may be listed there. Where not, nothing need be looked up.
    pub fn is_possible(&self, foreseen: Foreseen) -> bool {
        self.filter.may_hold(foreseen.0)
    }
}

/// Look-ups of one event. What is listed after it has begun, it may find or not.
pub struct LookUp<'a> {
    lists: &'a Lists,
    now: Timestamp,
    moved: u64,
    named: Option<(&'a Named, Views)>,
}

/// What answers about names stand on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    moved: u64,
    names: Option<Position>,
}

/// Room for searches of names, used again for each.
#[derive(Default)]
pub struct NameRoom {
    search: fuzzy::Scratch,
    found: Vec<fuzzy::Found<Place>>,
}

impl LookUp<'_> {
    /// Whether an entry may have slipped through: it stood under one thing the event states when
    /// another was looked up, and the other way round. Asked after the last question, for the entry
    /// is filed anew before this is counted, and taken from where it was after it.
    pub fn is_torn(&self) -> bool {
        self.lists.moved.load(Ordering::Acquire) != self.moved
    }

    /// Candidates in force that may carry the identifier, the most urgent first, up to `limit`;
    /// gives how many were not looked at.
    pub fn by_identifier(
        &self,
        identifier: &Identifier,
        limit: usize,
        found: &mut Vec<Candidate>,
    ) -> usize {
        self.lists.exact.candidates(identifier, limit, |at| at.in_force(self.now), found)
    }

    /// Candidates in force that may bear the folded name and the birth date, the most urgent first,
    /// up to `limit`; gives how many were not looked at.
    pub fn by_name(
        &self,
        folded: &[u8],
        birth_date: Date,
        limit: usize,
        found: &mut Vec<Candidate>,
    ) -> usize {
        match NameKey::new(folded, birth_date) {
            Some(key) => self.lists.names.candidates(key, limit, |at| at.in_force(self.now), found),
            None => 0,
        }
    }

    /// Whether any entry states a place of birth, so that there is something to compare one with.
    pub fn has_birth_places(&self) -> bool {
        self.lists.placed.load(Ordering::Acquire) > 0
    }

    /// Whether names are searched by likeness.
    pub fn has_likeness(&self) -> bool {
        self.named.is_some()
    }

    /// Entries, in force or not, that may bear a name like this one of such a bearer; gives the work it
    /// took, and whether some were not looked at.
    pub fn by_likeness(
        &self,
        (query, bearer): (&Query<'_>, Bearer),
        room: &mut NameRoom,
        found: &mut Vec<Candidate>,
    ) -> Work {
        let Some((named, views)) = &self.named else { return Work::default() };
        room.found.clear();
        let work = views.of(bearer).search(query, &mut room.search, &mut room.found);
        room.found.sort_unstable_by_key(|one| (one.entry, Reverse(one.bound)));
        room.found.dedup_by_key(|one| one.entry);
        found.extend(room.found.iter().filter_map(|one| named.places.get(one.entry)));
        work
    }

    /// What it stands on, asked before the first question: an answer holds for as long as this stays.
    pub fn stand(&self) -> Stand {
        Stand { moved: self.moved, names: self.names_position() }
    }

    /// Where the names stand that it searches by likeness; none where they are not searched.
    pub fn names_position(&self) -> Option<Position> {
        self.named.as_ref().map(|(_, views)| views.position())
    }
}
