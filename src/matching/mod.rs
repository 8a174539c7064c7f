//! Candidates to matches: what the indexes offer is compared attribute by attribute.
//!
//! In: an event, the lists, the instant of its arrival. Out: matches with their evidence, built by
//! the same code that compares.
//! Invariants: work per event is bounded, whatever the event and the lists; no match without
//! evidence; an entry matches once an event, with all its evidence; an equal name with an equal full
//! birth date always matches; the order of matches and evidence does not depend on the order in which
//! an index offered them.
//! What the register of suppressions silences is told apart, never dropped unseen (`suppress`).
//! Absent on purpose: whom to tell (`alerting`).
//!
//! Identifiers match when they are equal. Names match when enough speaks for it: `resemble` asks
//! the index who may be meant ([`bounds`] bound what the scorer gives), [`score`] weighs each in
//! bits, and [`Naming`] says how much is enough. Lists without likeness meet equal names alone.

mod answers;
mod beside;
pub(crate) mod bound;
mod budget;
#[cfg(test)]
mod described;
mod finder;
mod naming;
mod resemble;
mod roster;
pub mod score;
mod suppress;
pub(crate) mod tests;
#[cfg(test)]
mod things;
mod vessels;

pub use bound::{bounds, persons};
pub use finder::Finder;
pub use naming::{Naming, Rule, SUBJECTS_MIN, THINGS_MIN, Threshold};
pub use roster::{Ranked, Roster};
pub use suppress::Suppressed;

use smallvec::SmallVec;

use crate::domain::{
    Attribute, Check, Date, Event, Evidence, Folded, Identifier, Name, Party, Relation,
    Resemblance, Stated, Timestamp,
};
use crate::index::fuzzy::{Limits, Position};
use crate::watchlist::{Candidate, Foreseen, Lists, LookUp};

use budget::{Budget, Found};
use resemble::Room;

/// An entry that an event met, and why we say so.
pub struct Match {
    /// The entry.
    pub listed: Candidate,
    /// What agreed and what speaks against it.
    pub evidence: Vec<Evidence>,
    /// How much speaks for it by name, where names are compared by likeness.
    pub resemblance: Option<Resemblance>,
}

/// What screening one event found.
#[derive(Default)]
pub struct Matches {
    /// Matches, sorted by list and entry.
    pub found: Vec<Match>,
    /// Candidates that were not looked at because the event met more than the bound.
    pub cut: usize,
    /// Searches of names that met their bound and were done again with more room.
    pub again: usize,
    /// Matches that the register silences.
    pub suppressed: Vec<Suppressed>,
    /// Which snapshot of the names was searched, and how many changes since; `None` where names are
    /// not searched by likeness.
    pub names: Option<Position>,
    /// A search met its bound and was left there, as [`Depth::Bounded`] asks: nothing else that is
    /// said here counts.
    pub unfinished: bool,
}

/// What is done about a search of names that meets its bound of work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// It is left there, and the event with it: whoever asked has the event screened elsewhere.
    Bounded,
    /// It is done again at once, with a hundred times the room.
    #[default]
    Generous,
}

/// Buffers that screening uses again for each event, so that an event without a match allocates
/// nothing.
#[derive(Default)]
pub struct Scratch {
    folded: Folded,
    listed: Folded,
    candidates: Vec<Candidate>,
    asked: Vec<Foreseen>,
    alike: Vec<Candidate>,
    room: Room,
    passes_over_register: bool,
}

impl Scratch {
    /// For screening with these thresholds.
    pub fn new(naming: Naming) -> Self {
        Self { room: Room::new(naming), ..Self::default() }
    }

    /// The same, with this as the work that a search may take before it has met its bound.
    #[must_use]
    pub fn with_bound(mut self, bound: Limits) -> Self {
        self.room.bound = bound;
        self
    }

    /// What is done from now on about a search that meets its bound.
    pub const fn go_to(&mut self, depth: Depth) {
        self.room.depth = depth;
    }

    /// Whether matches are silenced as the register of the lists says. They are, unless it is told here
    /// that the register is too old for that.
    pub const fn heed_register(&mut self, heeds: bool) {
        self.passes_over_register = !heeds;
    }
}

/// How often an event is screened while entries move from under one thing it states to another,
/// before the one who moves them is asked to wait.
const TRIES: usize = 3;

/// Whether a list may know anything that the event states. Almost every event ends here: an event of
/// which this says no has no match.
///
/// All is asked before any answer is waited for: the filter lies in no cache.
pub fn touches(lists: &Lists, event: &Event<'_>, scratch: &mut Scratch) -> bool {
    let foresight = lists.foresight();
    let identifiers = event.identifiers.iter();
    let Scratch { folded, asked, .. } = scratch;
    asked.clear();
    asked.extend(identifiers.map(|stated| foresight.identifier(&stated.identifier)));
    for party in &event.parties {
        let Some(born) = party.birth_date.filter(|date| date.is_full()) else { continue };
        let names = party.names.iter();
        asked.extend(names.filter_map(|name| foresight.name(folded.fold(*name), born)));
    }
    asked.iter().any(|foreseen| foresight.is_possible(*foreseen))
        || may_be_named(lists, event, &mut scratch.room)
}

/// Whether a list may know anybody by a name like one of the event's. Who it is, is kept for
/// [`screen`].
fn may_be_named(lists: &Lists, event: &Event<'_>, room: &mut Room) -> bool {
    // Whether an entry is in force is asked of those that are found.
    let look_up = lists.look_up(Timestamp::MIN);
    if !look_up.has_likeness() {
        return false;
    }
    room.bar.set(lists.subjects());
    room.answers.begin(look_up.stand());
    event.parties.iter().any(|party| room.may_be_named(&look_up, party)) || look_up.is_torn()
}

/// Screens one event against the lists as of `now`, the instant of its arrival.
pub fn screen(lists: &Lists, event: &Event<'_>, now: Timestamp, scratch: &mut Scratch) -> Matches {
    let (mut tries, mut hold) = (0, None);
    loop {
        scratch.room.bar.set(lists.subjects());
        let look_up = lists.look_up(now);
        let matches = Matches { names: look_up.names_position(), ..Matches::default() };
        let budget = Budget::of(event);
        let mut search = Search { all: lists, lists: look_up, now, budget, matches };
        search.all(event, scratch);
        if !search.lists.is_torn() {
            drop(hold);
            search.matches.merge();
            return search.matches;
        }
        tries += 1;
        if tries == TRIES {
            hold = Some(lists.hold());
        }
    }
}

/// The screening of one event.
struct Search<'a> {
    all: &'a Lists,
    lists: LookUp<'a>,
    now: Timestamp,
    budget: Budget,
    matches: Matches,
}

impl Search<'_> {
    fn all(&mut self, event: &Event<'_>, scratch: &mut Scratch) {
        for stated in &event.identifiers {
            self.identifier(stated, scratch);
        }
        for party in &event.parties {
            let from = self.matches.found.len();
            if self.lists.has_likeness() {
                self.resembling(event, party, scratch);
                if self.matches.unfinished {
                    return;
                }
            } else {
                self.party(party, scratch);
            }
            if !scratch.passes_over_register {
                let (register, about) = (self.all.register(), (event, party));
                suppress::suppress(&mut self.matches, from, register, about, self.now);
            }
        }
    }

    fn identifier(&mut self, stated: &Stated, scratch: &mut Scratch) {
        scratch.candidates.clear();
        let identifier = &stated.identifier;
        let share = self.budget.next_share();
        self.matches.cut += self.lists.by_identifier(identifier, share, &mut scratch.candidates);
        self.budget.candidates -= scratch.candidates.len();
        for candidate in scratch.candidates.drain(..) {
            match self.budget.find(candidate.identifiers(), |at| at == identifier) {
                Found::This(listed) => {
                    let evidence = identifier_evidence(stated, &listed);
                    self.matches.add(candidate, vec![evidence]);
                }
                Found::None => {}
                Found::Cut => self.matches.cut += 1,
            }
        }
    }

    fn party(&mut self, party: &Party<'_>, scratch: &mut Scratch) {
        for name in &party.names {
            self.namesakes(party, *name, scratch, |search, candidate, same| {
                let evidence = name_evidence(party, *name, same, candidate);
                search.matches.add(candidate.clone(), evidence);
            });
        }
    }

    /// Shows the entries that bear the very name and were born that day.
    fn namesakes(
        &mut self,
        party: &Party<'_>,
        name: Name<'_>,
        scratch: &mut Scratch,
        mut then: impl FnMut(&mut Self, &Candidate, Name<'_>),
    ) {
        let share = self.budget.next_share();
        let Some(born) = party.birth_date.filter(|date| date.is_full()) else { return };
        let Scratch { folded, listed, candidates, .. } = scratch;
        let folded = folded.fold(name);
        candidates.clear();
        self.matches.cut += self.lists.by_name(folded, born, share, candidates);
        self.budget.candidates -= candidates.len();
        for candidate in candidates.drain(..) {
            match self.namesake(&candidate, born, |at| listed.fold(at) == folded) {
                Found::This(same) => then(self, &candidate, same),
                Found::None => {}
                Found::Cut => self.matches.cut += 1,
            }
        }
    }

    /// Whoever may be meant by a party: those of the very name and birth date, and those for whom
    /// enough speaks. Who was met by an identifier of the party is compared too, so that a match says
    /// what the name adds to it, or that it speaks against it.
    fn resembling(&mut self, event: &Event<'_>, party: &Party<'_>, scratch: &mut Scratch) {
        let mut alike = std::mem::take(&mut scratch.alike);
        alike.clear();
        let mut certain = self.met_by_identifier(event, party);
        for name in &party.names {
            self.namesakes(party, *name, scratch, |_, candidate, _| {
                certain.push(candidate.clone())
            });
        }
        let searched = scratch.room.candidates(&self.lists, party, self.now, &mut alike);
        self.matches.again += searched.again;
        self.matches.cut += searched.cut;
        self.matches.unfinished = searched.unfinished;
        if searched.unfinished {
            alike.clear();
            scratch.alike = alike;
            return;
        }
        for candidate in &certain {
            if !alike.contains(candidate) {
                alike.push(candidate.clone());
            }
        }
        let Self { all, matches, budget, .. } = self;
        let mut then = |found| matches.found.push(found);
        if !alike.is_empty() {
            let candidates = (&*alike, &*certain);
            let room = &mut scratch.room;
            let cut = room.compare(all, (event, party), candidates, budget, &mut then);
            self.matches.cut += cut;
        }
        alike.clear();
        scratch.alike = alike;
    }

    /// Entries with names that an identifier of the party has met.
    fn met_by_identifier(&self, event: &Event<'_>, party: &Party<'_>) -> SmallVec<[Candidate; 2]> {
        let mut met = SmallVec::new();
        if self.matches.found.is_empty() || !resemble::is_alone(event, party) {
            return met;
        }
        let is_of_party = |evidence: &Evidence| match evidence.attribute {
            Attribute::Identifier(kind) => resemble::is_of(party, evidence.role, kind),
            Attribute::Name
            | Attribute::BirthDate
            | Attribute::Nationality
            | Attribute::Sex
            | Attribute::BirthPlace => false,
        };
        for found in &self.matches.found {
            let is_named = found.listed.names().next().is_some()
                && resemble::may_be_about(party, found.listed.subject());
            if is_named && found.evidence.iter().any(is_of_party) && !met.contains(&found.listed) {
                met.push(found.listed.clone());
            }
        }
        met
    }

    /// The name of the entry that is the same, if it was born that day.
    fn namesake<'c>(
        &mut self,
        candidate: &'c Candidate,
        born: Date,
        mut same: impl FnMut(Name<'_>) -> bool,
    ) -> Found<Name<'c>> {
        match self.budget.find(candidate.birth_dates(), |date| *date == born) {
            Found::This(_) => self.budget.find(candidate.names(), |name| same(*name)),
            Found::None => Found::None,
            Found::Cut => Found::Cut,
        }
    }
}

fn identifier_evidence(stated: &Stated, listed: &Identifier) -> Evidence {
    let identifier = &stated.identifier;
    Evidence {
        attribute: Attribute::Identifier(identifier.kind()),
        role: stated.role,
        stated: identifier.subject_key(),
        listed: listed.subject_key(),
        relation: Relation::Same,
        check: identifier.check(),
    }
}

/// Name and birth date agree; what stands beside them is shown, whichever way it points.
fn name_evidence(
    party: &Party<'_>,
    name: Name<'_>,
    listed: Name<'_>,
    candidate: &Candidate,
) -> Vec<Evidence> {
    let birth_date = party.birth_date.map(|date| date.to_iso()).unwrap_or_default();
    let evidence = |attribute, stated: String, listed: String| Evidence {
        attribute,
        role: party.role,
        stated,
        listed,
        relation: Relation::Same,
        check: Check::Absent,
    };
    let mut all = vec![
        evidence(Attribute::Name, name.to_full(), listed.to_full()),
        evidence(Attribute::BirthDate, birth_date.clone(), birth_date),
        beside::nationality(party, candidate),
    ];
    all.extend(beside::further(party, candidate));
    all
}

impl Matches {
    fn add(&mut self, listed: Candidate, evidence: Vec<Evidence>) {
        self.found.push(Match { listed, evidence, resemblance: None });
    }

    /// Makes one match of all that one entry was met by.
    ///
    /// While an entry is being replaced, one attribute may lead to the old version and another to
    /// the new. They are one entry: it matches once, as the newer version has it.
    fn merge(&mut self) {
        // Stable, so that evidence stays in the order in which the event states it.
        self.found.sort_by(|a, b| a.listed.cmp_by_key(&b.listed));
        self.found.dedup_by(|next, kept| {
            if next.listed.cmp_by_key(&kept.listed).is_ne() {
                return false;
            }
            kept.evidence.append(&mut next.evidence);
            kept.resemblance = resemble::stronger(kept.resemblance.take(), next.resemblance.take());
            if kept.listed.version() < next.listed.version() {
                kept.listed = next.listed.clone();
            }
            true
        });
    }
}
