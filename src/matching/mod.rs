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
//! Identifiers match when they are equal. Names match when enough speaks for it: [`resemble`] asks
//! the index who may be meant ([`weights`] bounds what the scorer gives), [`score`] weighs each in
//! bits, and [`Naming`] says how much is enough. Lists without likeness meet equal names alone.

pub(crate) mod bound;
mod budget;
mod naming;
mod resemble;
mod roster;
pub mod score;
mod suppress;

pub use bound::weights;
pub use naming::{Naming, Rule, Threshold};
pub use roster::{Ranked, Roster};
pub use suppress::Suppressed;

use smallvec::SmallVec;

use crate::domain::{
    Attribute, Check, Country, Date, Event, Evidence, Folded, Identifier, Name, Party, Relation,
    Resemblance, Stated, Timestamp,
};
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

/// Whether a list may know anybody by a name like one of the event's.
fn may_be_named(lists: &Lists, event: &Event<'_>, room: &mut Room) -> bool {
    // Whether an entry is in force is asked of those that are found.
    let look_up = lists.look_up(Timestamp::MIN);
    if !look_up.has_likeness() {
        return false;
    }
    room.bar.set(lists.subjects());
    event.parties.iter().any(|party| room.may_be_named(&look_up, party)) || look_up.is_torn()
}

/// Screens one event against the lists as of `now`, the instant of its arrival.
pub fn screen(lists: &Lists, event: &Event<'_>, now: Timestamp, scratch: &mut Scratch) -> Matches {
    let (mut tries, mut hold) = (0, None);
    loop {
        scratch.room.bar.set(lists.subjects());
        let mut search = Search {
            all: lists,
            lists: lists.look_up(now),
            now,
            budget: Budget::of(event),
            matches: Matches::default(),
        };
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
        let searched = scratch.room.candidates(&self.lists, party, &mut alike);
        self.matches.again += searched.again;
        self.matches.cut += searched.cut;
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
        let is_of_party = |evidence: &Evidence| {
            matches!(evidence.attribute, Attribute::Identifier(_)) && evidence.role == party.role
        };
        for found in &self.matches.found {
            let is_named = found.listed.names().next().is_some();
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

/// Name and birth date agree; nationality is shown beside them, whichever way it points.
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
    vec![
        evidence(Attribute::Name, name.to_full(), listed.to_full()),
        evidence(Attribute::BirthDate, birth_date.clone(), birth_date),
        nationality_evidence(party, candidate),
    ]
}

fn nationality_evidence(party: &Party<'_>, candidate: &Candidate) -> Evidence {
    let nationalities: Vec<Country> = candidate.nationalities().collect();
    let nationality = match party.nationality {
        None => Relation::Missing,
        Some(_) if nationalities.is_empty() => Relation::Missing,
        Some(country) if nationalities.contains(&country) => Relation::Same,
        Some(_) => Relation::Differs,
    };
    let nationalities: Vec<&str> = nationalities.iter().map(|country| country.alpha3()).collect();
    Evidence {
        attribute: Attribute::Nationality,
        role: party.role,
        stated: party.nationality.map(|country| country.alpha3().to_owned()).unwrap_or_default(),
        listed: nationalities.join(" "),
        relation: nationality,
        check: Check::Absent,
    }
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

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;
    use smallvec::SmallVec;

    use super::budget::{CANDIDATES_MAX, COMPARISONS_MAX, PER_ATTRIBUTE_MAX};
    use super::*;
    use crate::domain::{
        AgencyId, Country, Crossing, Date, Direction, Entry, EventId, Facts, Identifier, Journey,
        Mode, Place, Priority, Revision, Role,
    };
    use crate::index::NameKey;
    use crate::watchlist::sample::{
        at, candidate, document, entry, lists, misfile, put, with_document, with_name,
    };

    pub(crate) fn event<'a>(parties: Vec<Party<'a>>, identifiers: Vec<Identifier>) -> Event<'a> {
        let stated = |identifier| Stated { role: Role::Traveller, identifier, expires: None };
        Event {
            id: EventId::parse("event-1").unwrap(),
            agency: AgencyId::parse("border-force").unwrap(),
            system: None,
            revision: Revision::New,
            occurred_at: at(0),
            place: Place::default(),
            direction: Direction::Inbound,
            mode: Mode::Sea,
            journey: Journey::default(),
            parties: parties.into(),
            identifiers: identifiers.into_iter().map(stated).collect(),
            facts: Facts::Crossing(Crossing::default()),
            defects: SmallVec::new(),
        }
    }

    pub(crate) fn person<'a>(names: &[(&'a str, &'a str)], birth_date: Option<&str>) -> Party<'a> {
        Party {
            role: Role::Traveller,
            organisation: false,
            names: names.iter().map(|name| Name { surname: name.0, given: name.1 }).collect(),
            birth_date: birth_date.map(|date| Date::parse(date).unwrap()),
            sex: None,
            nationality: None,
        }
    }

    fn screened(entries: impl IntoIterator<Item = Entry>, event: &Event<'_>) -> Matches {
        let (lists, _writer) = lists(entries);
        screen(&lists, event, at(100), &mut Scratch::default())
    }

    fn keys(matches: &Matches) -> Vec<String> {
        matches.found.iter().map(|found| found.listed.key().to_string()).collect()
    }

    /// Whether an entry with this identifier is met by an event that states that one.
    fn meets(listed: Identifier, stated: Identifier) -> bool {
        let listed = Entry { identifiers: Box::new([listed]), ..entry("wanted/1") };
        !screened([listed], &event(Vec::new(), vec![stated])).found.is_empty()
    }

    /// Whether an entry with these names and dates is met by a person so named and born.
    fn meets_person(
        names: &[(&str, &str)],
        dates: &[&str],
        stated: (&str, &str),
        born: Option<&str>,
    ) -> bool {
        let event = event(vec![person(&[stated], born)], Vec::new());
        !screened([with_name("wanted/1", names, dates)], &event).found.is_empty()
    }

    #[test]
    fn an_identifier_matches_its_equal_of_the_same_kind_and_issuer_alone() {
        let plate = |text, country| Identifier::plate(text, Country::parse(country).unwrap());
        let container = |text| Identifier::container(text).unwrap();
        assert!(meets(document("AB123456", "GBR"), document("ab 123-456", "GBR")));
        assert!(!meets(document("AB123456", "GBR"), document("AB123456", "IRL")));
        assert!(!meets(document("AB123456", "GBR"), document("AB123457", "GBR")));
        assert!(!meets(document("AB12CDE", "GBR"), plate("AB12CDE", "GBR").unwrap()));
        assert!(meets(container("CSQU3054383"), container("CSQU3054389")));
        assert!(meets(container("CSQU305438"), container("CSQU3054383")));
        assert!(!meets(container("CSQU3054383"), container("CSQU3054390")));
    }

    #[test]
    fn a_name_matches_in_normal_form_with_a_full_birth_date_alone() {
        let listed = [("O'Connor", "Siân Mary"), ("Alias", "Ann")];
        let dates = ["1980-01-02", "1981-03-04"];
        let meets = |stated, born| meets_person(&listed, &dates, stated, born);
        assert!(meets(("OCONNOR", "MARY SIAN"), Some("1980-01-02")));
        assert!(meets(("alias", "ann"), Some("1981-03-04")));
        assert!(!meets(("OCONNOR", "MARY SIAN"), Some("1980-01-03")));
        assert!(!meets(("OCONNOR", "SIAN"), Some("1980-01-02")));
        assert!(!meets(("OCONNOR", "MARY SIAN"), None));
    }

    #[test]
    fn partial_dates_never_match() {
        let listed = [("Berg", "Olaf")];
        for partial in ["1980", "1980-01"] {
            assert!(!meets_person(&listed, &[partial], listed[0], Some(partial)));
            assert!(!meets_person(&listed, &[partial], listed[0], Some("1980-01-01")));
            assert!(!meets_person(&listed, &["1980-01-01"], listed[0], Some(partial)));
        }
    }

    #[test]
    fn a_name_without_letters_matches_nobody() {
        assert!(!meets_person(&[("--", "")], &["1980-01-01"], ("'", "-"), Some("1980-01-01")));
    }

    #[test]
    fn an_entry_matches_from_its_first_instant_until_just_before_its_last() {
        for (from, to, expected) in [
            (Some(100), None, true),
            (Some(101), None, false),
            (None, Some(100), false),
            (None, Some(101), true),
            (Some(100), Some(101), true),
        ] {
            let mut listed = with_name("wanted/1", &[("Berg", "Olaf")], &["1980-01-01"]);
            listed.identifiers = Box::new([document("AB123456", "GBR")]);
            (listed.valid_from, listed.valid_to) = (from.map(at), to.map(at));
            for event in [
                event(Vec::new(), vec![document("AB123456", "GBR")]),
                event(vec![person(&[("Berg", "Olaf")], Some("1980-01-01"))], Vec::new()),
            ] {
                let found = screened([listed.clone()], &event).found.len();
                assert_eq!(found == 1, expected, "{from:?} {to:?}");
            }
        }
    }

    #[test]
    fn candidates_beyond_the_bound_are_cut_and_said_to_be() {
        let count = PER_ATTRIBUTE_MAX + 3;
        let made = (0..count).map(|at| with_document(&format!("wanted/{at}"), "AB123456"));
        let matches = screened(made, &event(Vec::new(), vec![document("AB123456", "GBR")]));
        assert_eq!((matches.found.len(), matches.cut), (PER_ATTRIBUTE_MAX, 3));
        let name = [("Berg", "Olaf")];
        let made = (0..count).map(|at| with_name(&format!("wanted/{at}"), &name, &["1980-01-01"]));
        let matches = screened(made, &event(vec![person(&name, Some("1980-01-01"))], Vec::new()));
        assert_eq!((matches.found.len(), matches.cut), (PER_ATTRIBUTE_MAX, 3));
    }

    #[test]
    fn what_is_cut_is_the_least_urgent_and_what_is_not_in_force_cuts_nothing() {
        let numbered =
            |list: &str, number: usize| with_document(&format!("{list}/{number}"), "AB123456");
        let mut made: Vec<Entry> = (0..PER_ATTRIBUTE_MAX).map(|at| numbered("a", at)).collect();
        for number in 0..PER_ATTRIBUTE_MAX {
            made.push(Entry { valid_to: Some(at(50)), ..numbered("b", number) });
        }
        made.push(numbered("y", 1));
        let mut sought = numbered("z", 1);
        Arc::make_mut(&mut sought.handling).priority = Priority::Immediate;
        made.push(sought);
        let matches = screened(made, &event(Vec::new(), vec![document("AB123456", "GBR")]));
        assert_eq!(matches.found.len(), PER_ATTRIBUTE_MAX);
        assert!(keys(&matches).contains(&"z/1".to_owned()));

        let gone = (0..PER_ATTRIBUTE_MAX)
            .map(|number| Entry { valid_to: Some(at(50)), ..numbered("b", number) });
        let matches = screened(
            gone.chain([numbered("y", 1)]),
            &event(Vec::new(), vec![document("AB123456", "GBR")]),
        );
        assert_eq!((keys(&matches), matches.cut), (vec!["y/1".to_owned()], 0));
    }

    #[test]
    fn an_entry_that_moves_between_what_an_event_states_is_found_each_time() {
        let of = |round: i64| {
            let number = if round % 2 == 0 { "AAA111" } else { "BBB222" };
            put(with_document("wanted/1", number), round)
        };
        let (lists, mut writer) = lists([]);
        writer.apply(of(0));
        let over = std::sync::atomic::AtomicBool::new(false);
        // Many between the two, so that there is time to move.
        let between = (0..200).map(|number| document(&format!("CCC{number}"), "GBR"));
        let (first, last) = (document("BBB222", "GBR"), document("AAA111", "GBR"));
        let stated = std::iter::once(first).chain(between).chain([last]).collect();
        let event = event(Vec::new(), stated);
        std::thread::scope(|scope| {
            let looking = scope.spawn(|| {
                let mut looks = 0;
                while !over.load(std::sync::atomic::Ordering::Relaxed) || looks == 0 {
                    let matches = screen(&lists, &event, at(100), &mut Scratch::default());
                    assert_eq!(keys(&matches), ["wanted/1"]);
                    looks += 1;
                }
            });
            // Without a rest: each look-up would be torn, time after time.
            for round in 1..40_000 {
                writer.apply(of(round));
            }
            over.store(true, std::sync::atomic::Ordering::Relaxed);
            looking.join().unwrap();
        });
    }

    /// Entry `at` of `of`: it carries the documents and names whose number it is divisible by, so
    /// that some are carried by few entries and some by almost all.
    fn crowded(at: usize, of: usize) -> Entry {
        let mine = || (1..=of).filter(|number| at.is_multiple_of(*number));
        let texts: Vec<String> = mine().map(|number| format!("Name {}", word(number))).collect();
        let names: Vec<(&str, &str)> = texts.iter().map(|text| (text.as_str(), "")).collect();
        let mut made = with_name(&format!("wanted/{at}"), &names, &["1980-01-01"]);
        made.identifiers = mine().map(|number| document(&format!("AA{number}"), "GBR")).collect();
        made
    }

    /// A number in letters, as a name has them.
    fn word(number: usize) -> String {
        number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'A')).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn work_is_bounded_and_what_is_cut_is_said_whatever_the_event(
            entries in 0..1_500usize,
            of in 1..12usize,
            documents in prop::collection::vec(1..14usize, 0..120),
            named in prop::collection::vec(1..14usize, 0..60),
        ) {
            let made: Vec<Entry> = (0..entries).map(|at| crowded(at, of)).collect();
            let texts: Vec<String> = named.iter().map(|at| format!("Name {}", word(*at))).collect();
            let people = texts.iter().map(|text| person(&[(text, "")], Some("1980-01-01")));
            let stated = documents.iter().map(|at| document(&format!("AA{at}"), "GBR"));
            let event = event(people.collect(), stated.collect());
            let matches = screened(made, &event);
            // The slow oracle: how many candidates each attribute has.
            let carry = |number: &usize| match *number <= of {
                true => (0..entries).filter(|at| at.is_multiple_of(*number)).count(),
                false => 0,
            };
            let candidates: usize = documents.iter().chain(&named).map(carry).sum();
            let evidence: usize = matches
                .found
                .iter()
                .flat_map(|found| &found.evidence)
                .filter(|at| !matches!(at.attribute, Attribute::BirthDate | Attribute::Nationality))
                .count();
            // Each candidate here matches, so what was looked at is what left evidence.
            prop_assert_eq!(evidence + matches.cut, candidates);
            prop_assert!(evidence <= CANDIDATES_MAX);
            if documents.len() + named.len() <= 4 {
                let kept = |number| carry(number).min(PER_ATTRIBUTE_MAX);
                let whole: usize = documents.iter().chain(&named).map(kept).sum();
                prop_assert_eq!(evidence, whole);
            }
        }
    }

    #[test]
    fn a_number_that_thousands_carry_does_not_hide_the_entry_behind_the_next() {
        let crowd = (0..3_000).map(|at| with_document(&format!("wanted/{at}"), "AB000000"));
        let one = with_document("wanted/sought", "CD123456");
        let mut stated = vec![document("AB000000", "GBR"); 200];
        stated.push(document("CD123456", "GBR"));
        let matches = screened(crowd.chain([one]), &event(Vec::new(), stated));
        assert!(matches.cut > 0);
        assert!(keys(&matches).contains(&"wanted/sought".to_owned()));
    }

    #[test]
    fn entries_with_thousands_of_names_cost_no_more_than_the_bound() {
        // The name that is met stands last, so that all the others are compared before it.
        let aliases: Vec<String> = (0..999).map(|at| format!("Alias {}", word(at))).collect();
        let mut names: Vec<(&str, &str)> = aliases.iter().map(|text| (text.as_str(), "")).collect();
        names.push(("Berg", "Olaf"));
        let made = (0..100).map(|at| with_name(&format!("wanted/{at}"), &names, &["1980-01-01"]));
        let person = person(&[("Berg", "Olaf")], Some("1980-01-01"));
        let matches = screened(made, &event(vec![person], Vec::new()));
        // A thousand names and a birth date each.
        let affordable = COMPARISONS_MAX / 1_001;
        assert_eq!((matches.found.len(), matches.cut), (affordable, 100 - affordable));
    }

    #[test]
    fn keys_that_collide_make_no_match() {
        let (lists, _writer) = lists([]);
        let born = Date::parse("1980-01-01").unwrap();
        let key = |folded: &[u8], date| NameKey::new(folded, date).unwrap();
        let mut other = with_name("wanted/1", &[("Dahl", "Eva")], &["1980-01-01"]);
        other.identifiers = Box::new([document("ZZ999999", "GBR")]);
        let stated = document("AB123456", "GBR");
        misfile(&lists, other, &stated, key(b"BERG OLAF", born));
        // The name agrees and the date does not.
        let namesake = with_name("wanted/2", &[("Berg", "Olaf")], &["1990-09-09"]);
        misfile(&lists, namesake, &document("CC777777", "GBR"), key(b"BERG OLAF", born));
        // The indexes offer all three.
        let (look_up, mut offered) = (lists.look_up(at(100)), Vec::new());
        look_up.by_identifier(&stated, 9, &mut offered);
        look_up.by_name(b"BERG OLAF", born, 9, &mut offered);
        assert_eq!(offered.len(), 3);
        let event = event(vec![person(&[("Berg", "Olaf")], Some("1980-01-01"))], vec![stated]);
        let matches = screen(&lists, &event, at(100), &mut Scratch::default());
        assert!(keys(&matches).is_empty());
    }

    #[test]
    fn evidence_shows_both_sides_and_which_way_nationality_points() {
        let country = |code| Country::parse(code).unwrap();
        for (stated, listed, relation) in [
            (Some("GBR"), &["IRL", "GBR"][..], Relation::Same),
            (Some("FRA"), &["IRL", "GBR"][..], Relation::Differs),
            (None, &["GBR"][..], Relation::Missing),
            (Some("GBR"), &[][..], Relation::Missing),
        ] {
            let mut made = with_name("wanted/1", &[("O'Connor", "Siân")], &["1980-01-02"]);
            made.nationalities = listed.iter().map(|code| country(code)).collect();
            let mut party = person(&[("OCONNOR", "SIAN")], Some("1980-01-02"));
            party.nationality = stated.map(country);
            let matches = screened([made], &event(vec![party], Vec::new()));
            let evidence = &matches.found[0].evidence;
            let shown: Vec<_> = evidence
                .iter()
                .map(|at| (at.attribute.name(), &*at.stated, &*at.listed, at.relation))
                .collect();
            let listed = listed.join(" ");
            assert_eq!(
                shown,
                [
                    ("name", "SIAN OCONNOR", "Siân O'Connor", Relation::Same),
                    ("birth_date", "1980-01-02", "1980-01-02", Relation::Same),
                    ("nationality", stated.unwrap_or_default(), &listed, relation),
                ]
            );
        }
    }

    #[test]
    fn evidence_of_an_identifier_tells_what_the_check_digit_said() {
        let listed = Identifier::container("CSQU3054383").unwrap();
        let made = Entry { identifiers: Box::new([listed]), ..entry("wanted/1") };
        let stated = Identifier::container("CSQU3054389").unwrap();
        let matches = screened([made], &event(Vec::new(), vec![stated]));
        let evidence = &matches.found[0].evidence[0];
        assert_eq!(evidence.check, Check::Fails);
        assert_eq!(evidence.stated, "container:CSQU305438");
    }

    #[test]
    fn an_entry_met_twice_is_one_match_with_all_its_evidence() {
        let mut made = with_name("wanted/1", &[("Berg", "Olaf")], &["1980-01-01"]);
        made.identifiers = Box::new([document("AB123456", "GBR"), document("CD123456", "GBR")]);
        let stated = vec![document("AB123456", "GBR"), document("CD123456", "GBR")];
        let matches =
            screened([made], &event(vec![person(&[("Berg", "Olaf")], Some("1980-01-01"))], stated));
        assert_eq!(keys(&matches), ["wanted/1"]);
        assert_eq!(matches.found[0].evidence.len(), 5);
    }

    #[test]
    fn two_versions_of_an_entry_that_is_being_replaced_are_one_match() {
        let evidence = || {
            let made = with_document("wanted/1", "AB123456");
            let stated = vec![document("AB123456", "GBR")];
            screened([made], &event(Vec::new(), stated)).found.remove(0).evidence
        };
        for versions in [[1, 2], [2, 1]] {
            let mut matches = Matches::default();
            for version in versions {
                matches.add(candidate(with_document("wanted/1", "AB123456"), version), evidence());
            }
            matches.merge();
            assert_eq!(keys(&matches), ["wanted/1"]);
            assert_eq!(matches.found[0].listed.version(), 2);
        }
    }

    #[test]
    fn the_order_of_matches_is_that_of_their_entries() {
        let made = |at: &i64| with_document(&format!("wanted/{at}"), "AB123456");
        let stated = event(Vec::new(), vec![document("AB123456", "GBR")]);
        let expected = ["wanted/1", "wanted/2", "wanted/3"];
        for order in [[1, 2, 3], [3, 1, 2], [2, 3, 1]] {
            assert_eq!(keys(&screened(order.iter().map(made), &stated)), expected);
        }
        // Entries that were replaced stand elsewhere in the index.
        let (lists, mut writer) = lists([1, 2, 3].iter().map(made));
        writer.apply(put(made(&1), 9));
        let matches = screen(&lists, &stated, at(100), &mut Scratch::default());
        assert_eq!(keys(&matches), expected);
    }
}
