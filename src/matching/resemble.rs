//! Parties beside entries by name: who may be meant, how much speaks for it, and why.
//!
//! The index gives candidates for each name of a party; each is scored against the whole of what the
//! event states about the party. While lists change, the same entries give the same scores.

use smallvec::SmallVec;

use crate::domain::{
    Attribute, Check, Country, Date, Event, Evidence, Folded, Identifier, Kind as IdentifierKind,
    Name, Observation, Observed, Party, Relation, Resemblance, Role, Sex, Stated, Subject as Sort,
    SubjectKey, Timestamp,
};
use crate::index::fuzzy::{Limits, Query};
use crate::names::{Analysed, Analyser, Bearer, Bits, Kind};
use crate::watchlist::{self, Candidate, Lists, LookUp, NameRoom};

use super::answers::Answers;
use super::beside;
use super::bound::PLACE;
use super::budget::Budget;
use super::naming::{Bar, Naming};
use super::roster::may_be_one;
use super::score::{
    self, Birthplace, BornRelation, Explanation, NationalityRelation, PlaceRelation, Prepared,
    Reason, Scored, SexRelation, Subject,
};
use super::{Depth, Match};

/// What comparing one form of a listed name counts for among an event's comparisons: it takes that
/// much longer than to compare two attributes for equality.
const FORM_COST: usize = 8;

/// Room for comparisons by name, and the thresholds.
#[derive(Default)]
pub(super) struct Room {
    pub(super) bar: Bar,
    analyser: Analyser,
    /// The names of a party; as many as `stated` are in use.
    analysed: Vec<Analysed>,
    stated: usize,
    search: NameRoom,
    listed: Listed,
    /// Who may be meant by the names of the event that was last asked about.
    pub(super) answers: Answers,
    /// How much work a search may take at first, and what is done when that is too little.
    pub(super) bound: Limits,
    pub(super) depth: Depth,
}

/// A listed subject made ready.
#[derive(Default)]
struct Listed {
    names: Vec<Prepared>,
    born: Vec<Date>,
    nationalities: Vec<Country>,
    sex: Option<Sex>,
    birth_places: Vec<Birthplace>,
    identifiers: Vec<Identifier>,
}

/// What came of a search.
#[derive(Clone, Copy, Default)]
pub(super) struct Searched {
    /// Searches that had to be done again with more room.
    pub(super) again: usize,
    /// Searches, or comparisons, that even that was too little for.
    pub(super) cut: usize,
    /// One met its bound and was left there.
    pub(super) unfinished: bool,
}

impl Room {
    pub(super) fn new(naming: Naming) -> Self {
        Self { bar: Bar::new(naming), ..Self::default() }
    }

    /// Whether an entry may bear a name like one of the party's.
    pub(super) fn may_be_named(&mut self, lists: &LookUp<'_>, party: &Party<'_>) -> bool {
        self.analyse(party);
        let Self { bar, analysed, search, stated, answers, bound, .. } = self;
        let (mut is_any, bearer) = (false, bearer(party));
        for name in analysed.iter().take(*stated) {
            let query = query(name, party, lists, bar, *bound);
            is_any |= answers.keep((&query, bearer), |found| {
                lists.by_likeness((&query, bearer), search, found).cut
            });
        }
        is_any
    }

    /// Appends the entries in force at `now` that may bear a name like one of the party's.
    pub(super) fn candidates(
        &mut self,
        lists: &LookUp<'_>,
        party: &Party<'_>,
        now: Timestamp,
        found: &mut Vec<Candidate>,
    ) -> Searched {
        self.analyse(party);
        let mut searched = Searched::default();
        let Self { bar, analysed, search, stated, answers, bound, .. } = self;
        let (stand, bearer) = (lists.stand(), bearer(party));
        for name in analysed.iter().take(*stated) {
            let from = found.len();
            let ask = |limits| query(name, party, lists, bar, limits);
            let cut = match answers.of((&ask(*bound), bearer), stand) {
                Some((known, cut)) => {
                    found.extend_from_slice(known);
                    cut
                }
                None => lists.by_likeness((&ask(*bound), bearer), search, found).cut,
            };
            if cut {
                found.truncate(from);
                if self.depth == Depth::Bounded {
                    return Searched { unfinished: true, ..searched };
                }
                searched.again += 1;
                let work = lists.by_likeness((&ask(Limits::GENEROUS), bearer), search, found);
                searched.cut += usize::from(work.cut);
            }
        }
        found.retain(|entry| may_be_one(party.subject, entry.subject()) && entry.in_force(now));
        found.sort_unstable();
        found.dedup();
        searched
    }

    /// Analyses the names of a party; those without a word are left out.
    fn analyse(&mut self, party: &Party<'_>) {
        self.stated = 0;
        for name in &party.names {
            if self.analysed.len() == self.stated {
                self.analysed.push(Analysed::default());
            }
            let Some(into) = self.analysed.get_mut(self.stated) else { return };
            self.analyser.analyse(*name, bearer(party), into);
            self.stated += usize::from(!into.words().is_empty());
        }
    }

    /// Compares a party with candidates. Those of `certain` match whatever is said against it.
    pub(super) fn compare(
        &mut self,
        lists: &Lists,
        (event, party): (&Event<'_>, &Party<'_>),
        (candidates, certain): (&[Candidate], &[Candidate]),
        budget: &mut Budget,
        then: &mut impl FnMut(Match),
    ) -> usize {
        let bearer = bearer(party);
        let Some(rarity) = lists.rarity(bearer) else { return 0 };
        let analysed = self.analysed.iter().take(self.stated);
        let names: SmallVec<[Prepared; 1]> =
            analysed.map(|name| Prepared::new(name, bearer, &rarity)).collect();
        let written: SmallVec<[Name<'_>; 1]> = party.names.iter().copied().collect();
        let identifiers = identifiers(event, party);
        let born_in = party.birth_place.map(|place| Birthplace::read(place, &mut self.analyser));
        let stated = Subject {
            names: &names,
            // One name that says nothing would shift the others.
            written: if written.len() == names.len() { &written } else { &[] },
            born: party.birth_date.as_slice(),
            nationalities: party.nationality.as_slice(),
            sex: party.sex,
            birth_places: born_in.as_slice(),
            identifiers: &identifiers,
        };
        let mut cut = 0;
        for candidate in candidates {
            if !budget.spend(FORM_COST * candidate.names().count()) {
                cut += 1;
                continue;
            }
            let is_placed = born_in.is_some();
            let sides = (party.subject, candidate);
            let written = self.listed.prepare(lists, sides, is_placed, &mut self.analyser);
            let listed = Subject { written: &written, ..self.listed.subject() };
            let scored = score::score(&stated, &listed, &self.bar.setting);
            let asks = (candidate.list(), candidate.handling().action);
            let needed = self.bar.of(asks, bearer);
            if scored.bits >= needed || certain.contains(candidate) {
                let explained = score::explain(&stated, &listed, &self.bar.setting);
                then(found(party, candidate, scored, explained));
            }
        }
        cut
    }
}

impl Listed {
    /// Makes a listed subject ready; gives the names as written that its forms are of. Places of birth
    /// are read where there is one to compare them with.
    fn prepare<'c>(
        &mut self,
        lists: &Lists,
        (stated, entry): (Sort, &'c Candidate),
        is_placed: bool,
        analyser: &mut Analyser,
    ) -> SmallVec<[Name<'c>; 8]> {
        let bearer = watchlist::read_beside(entry.subject(), stated);
        let mut written = SmallVec::new();
        self.names.clear();
        if let Some(rarity) = lists.rarity(bearer) {
            for (name, weak) in entry.names_with_weakness() {
                watchlist::each_form(analyser, name, bearer, |form| {
                    self.names.push(Prepared::new(&form, bearer, &rarity).weak(weak));
                    written.push(name);
                });
            }
        }
        self.born.clear();
        self.born.extend(entry.birth_dates());
        self.nationalities.clear();
        self.nationalities.extend(entry.nationalities());
        self.sex = entry.sex();
        self.birth_places.clear();
        if is_placed {
            self.birth_places.extend(Birthplace::read_all(entry.birth_places(), analyser));
        }
        self.identifiers.clear();
        self.identifiers.extend(entry.identifiers());
        written
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            names: &self.names,
            born: &self.born,
            nationalities: &self.nationalities,
            sex: self.sex,
            birth_places: &self.birth_places,
            identifiers: &self.identifiers,
            ..Subject::default()
        }
    }
}

fn query<'a>(
    name: &'a Analysed,
    party: &Party<'_>,
    lists: &LookUp<'_>,
    bar: &Bar,
    limits: Limits,
) -> Query<'a> {
    let bearer = bearer(party);
    let is_person = bearer == Bearer::Person;
    let born = party.birth_date.filter(|_| is_person);
    let is_placed = is_person && party.birth_place.is_some() && lists.has_birth_places();
    let least = bar.least(bearer) - if is_placed { PLACE } else { Bits::ZERO };
    asked(name, (born, party.nationality), least, limits)
}

/// What the index is asked about a name, with a birth date and a nationality beside it. Of whoever
/// states a place of birth as well, `threshold` has to be less by [`PLACE`].
pub(super) fn asked(
    name: &Analysed,
    (born, nation): (Option<Date>, Option<Country>),
    threshold: Bits,
    limits: Limits,
) -> Query<'_> {
    let same = NationalityRelation::Same.bits();
    Query {
        words: name.words(),
        acronym: name.acronym(),
        born: born.map(watchlist::as_known),
        nation: nation.map(|country| (country, same)),
        threshold,
        limits,
    }
}

fn bearer(party: &Party<'_>) -> Bearer {
    watchlist::bearer(party.subject)
}

/// The identifiers that the event states of a party: those of its role, where it is alone in it.
pub(super) fn identifiers(event: &Event<'_>, party: &Party<'_>) -> SmallVec<[Identifier; 2]> {
    let alone = is_alone(event, party);
    let is_its = |at: &&Stated| alone && is_of(party, at.role, at.identifier.kind());
    event.identifiers.iter().filter(is_its).map(|stated| stated.identifier.clone()).collect()
}

/// Whether the event states an identifier that a party may be known by, though perhaps another's.
pub(super) fn may_be_identified(event: &Event<'_>, party: &Party<'_>) -> bool {
    let is_its = |at: &&Stated| is_of(party, at.role, at.identifier.kind());
    let mut its = event.identifiers.iter().filter(is_its);
    its.any(|stated| SubjectKey::of_identifier(&stated.identifier).is_some())
}

/// Whether no other party has the same role, so that what is stated of the role is stated of it.
pub(super) fn is_alone(event: &Event<'_>, party: &Party<'_>) -> bool {
    let has_same = |other: &&Party<'_>| {
        other.role == party.role && is_vessel(other.subject) == is_vessel(party.subject)
    };
    event.parties.iter().filter(has_same).count() == 1
}

/// Whether an identifier of this role and kind is one of the party's. A ship and the lorry that
/// takes the container off it have one role: the numbers of ships are the ship's.
pub(super) fn is_of(party: &Party<'_>, role: Role, kind: IdentifierKind) -> bool {
    role == party.role && kind.is_of_vessels() == is_vessel(party.subject)
}

/// Whether an entry of this sort that an identifier met may be about the party itself, so that their
/// names say something of one another. A ship's number may stand on the entry of its master too.
pub(super) fn may_be_about(party: &Party<'_>, entry: Sort) -> bool {
    may_be_one(party.subject, entry) || !is_vessel(party.subject) && !is_vessel(entry)
}

fn is_vessel(subject: Sort) -> bool {
    subject == Sort::Vessel
}

/// The match, with its evidence attribute by attribute and as the scorer weighed it.
fn found(
    party: &Party<'_>,
    candidate: &Candidate,
    scored: Scored,
    explained: Explanation,
) -> Match {
    let mut evidence = vec![name_evidence(party, &explained)];
    if bearer(party) == Bearer::Person {
        evidence.push(beside::birth(party, candidate));
    }
    evidence.push(beside::nationality(party, candidate));
    if bearer(party) == Bearer::Person {
        evidence.extend(beside::further(party, candidate));
    }
    let resemblance = Resemblance {
        role: party.role,
        sixteenths: scored.bits.in_sixteenths(),
        // Between 0 and 1 000.
        per_mille: (scored.probability * 1_000.0).round() as u16,
        observations: explained.lines.into_iter().map(observation).collect(),
        stated: explained.stated,
        listed: explained.listed,
    };
    Match { listed: candidate.clone(), evidence, resemblance: Some(resemblance) }
}

fn name_evidence(party: &Party<'_>, explained: &Explanation) -> Evidence {
    let (mut one, mut other) = (Folded::default(), Folded::default());
    let whole = |text| Name { surname: text, given: "" };
    let same = one.fold(whole(&explained.stated)) == other.fold(whole(&explained.listed));
    Evidence {
        attribute: Attribute::Name,
        role: party.role,
        stated: explained.stated.clone(),
        listed: explained.listed.clone(),
        relation: match same {
            // Whoever states no name is met by an identifier.
            _ if explained.stated.is_empty() => Relation::Missing,
            true => Relation::Same,
            false if of_names(explained) > Bits::ZERO => Relation::Alike,
            false => Relation::Differs,
        },
        check: Check::Absent,
    }
}

/// What the names alone are worth.
fn of_names(explained: &Explanation) -> Bits {
    let is_of_names = |reason: &Reason| match reason {
        Reason::Start
        | Reason::Alike { .. }
        | Reason::Against { .. }
        | Reason::OnlyStated(_)
        | Reason::OnlyListed(_)
        | Reason::Whole
        | Reason::Nothing
        | Reason::WeakAlias => true,
        Reason::Born { .. }
        | Reason::Nationality { .. }
        | Reason::Sex { .. }
        | Reason::Place { .. }
        | Reason::Identifier { .. } => false,
    };
    let lines = explained.lines.iter().filter(|line| is_of_names(&line.reason));
    lines.map(|line| line.bits).sum()
}

/// A line of the explanation as the alert has it.
fn observation(line: score::Line) -> Observation {
    let sixteenths = line.bits.in_sixteenths();
    let (about, how, stated, listed) = match line.reason {
        Reason::Start => (Observed::Start, "", String::new(), String::new()),
        Reason::Whole => (Observed::Whole, "", String::new(), String::new()),
        Reason::Nothing => (Observed::Nothing, "", String::new(), String::new()),
        Reason::WeakAlias => (Observed::WeakAlias, "", String::new(), String::new()),
        Reason::Alike { stated, listed, joined: true, .. } => {
            (Observed::Alike, "joined", stated, listed)
        }
        Reason::Alike { stated, listed, likeness, .. } => {
            (Observed::Alike, in_what_way(likeness.kind), stated, listed)
        }
        Reason::Against { stated, listed } => (Observed::Against, "", stated, listed),
        Reason::OnlyStated(words) => (Observed::OnlyStated, "", words, String::new()),
        Reason::OnlyListed(words) => (Observed::OnlyListed, "", String::new(), words),
        Reason::Born { relation, stated, listed } => {
            (Observed::BirthDate, birth(relation), dates(&stated), dates(&listed))
        }
        Reason::Nationality { relation, stated, listed } => {
            (Observed::Nationality, nationality(relation), codes(&stated), codes(&listed))
        }
        Reason::Sex { relation, stated, listed } => {
            let name = |sex: Option<Sex>| sex.map_or("", Sex::name).to_owned();
            (Observed::Sex, sex(relation), name(stated), name(listed))
        }
        Reason::Place { relation, stated, listed } => {
            (Observed::Place, place(relation), stated.join("; "), listed.join("; "))
        }
        Reason::Identifier { kind, same } => {
            (Observed::Identifier, agreement(same), kind.to_owned(), kind.to_owned())
        }
    };
    Observation { about, how, stated, listed, sixteenths }
}

fn dates(dates: &[Date]) -> String {
    dates.iter().map(|date| date.to_iso()).collect::<Vec<_>>().join(" ")
}

fn codes(countries: &[Country]) -> String {
    countries.iter().map(Country::alpha3).collect::<Vec<_>>().join(" ")
}

const fn agreement(same: bool) -> &'static str {
    if same { "same" } else { "differs" }
}

const fn in_what_way(kind: Kind) -> &'static str {
    match kind {
        Kind::Same => "same",
        Kind::Transliteration => "transliteration",
        Kind::Spelling => "spelling",
        Kind::Edit => "edit",
        Kind::Sound => "sound",
        Kind::Initial => "initial",
        Kind::Prefix => "prefix",
    }
}

const fn nationality(relation: NationalityRelation) -> &'static str {
    match relation {
        NationalityRelation::Same => "same",
        NationalityRelation::Differs => "differs",
        NationalityRelation::Missing => "missing",
    }
}

const fn sex(relation: SexRelation) -> &'static str {
    match relation {
        SexRelation::Same => "same",
        SexRelation::Differs => "differs",
        SexRelation::Missing => "missing",
    }
}

const fn place(relation: PlaceRelation) -> &'static str {
    match relation {
        PlaceRelation::Same => "same",
        PlaceRelation::SameCountry => "same_country",
        PlaceRelation::Differs => "differs",
        PlaceRelation::Missing => "missing",
    }
}

const fn birth(relation: BornRelation) -> &'static str {
    match relation {
        BornRelation::Same => "same",
        BornRelation::Exchanged => "day_and_month_exchanged",
        BornRelation::YearBeside => "a_year_apart",
        BornRelation::Slip => "a_digit_differs",
        BornRelation::SameYear => "same_year",
        BornRelation::SameMonth => "same_month",
        BornRelation::OtherDay => "other_day",
        BornRelation::NearYear => "near_year",
        BornRelation::FewYears => "few_years_apart",
        BornRelation::Anniversary => "same_birthday",
        BornRelation::Differs => "differs",
        BornRelation::Missing => "missing",
    }
}

/// The stronger of what two parties have of one entry; of equal ones the first.
pub(super) fn stronger(
    one: Option<Resemblance>,
    other: Option<Resemblance>,
) -> Option<Resemblance> {
    match (one, other) {
        (Some(one), Some(other)) if other.sixteenths > one.sixteenths => Some(other),
        (Some(one), _) => Some(one),
        (None, other) => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Entry, ListedName, Timestamp};
    use crate::matching::bound::sample::weights;
    use crate::matching::tests::{event, person};
    use crate::matching::{Matches, Scratch, screen, touches};
    use crate::sim::corpus::{Corpus, Kind as Slip, Person, Query as Asked, Sort, Spelling};
    use crate::watchlist::sample::{at, document, named_lists, put, with_name};

    fn now() -> Timestamp {
        at(100)
    }

    fn screened(entries: Vec<Entry>, event: &Event<'_>) -> Matches {
        let (lists, _writer) = named_lists(weights(), entries);
        let mut scratch = Scratch::default();
        let touched = touches(&lists, event, &mut scratch);
        let matches = screen(&lists, event, now(), &mut scratch);
        assert!(touched || matches.found.is_empty(), "a match that was not foreseen");
        matches
    }

    /// Somebody in the crowd that makes a list long enough for its threshold to be of use.
    fn crowd() -> Vec<Entry> {
        let corpus = Corpus::new(5);
        corpus.persons(400).map(|person| listed(&person)).collect()
    }

    fn listed(person: &Person) -> Entry {
        let name = |name: &Spelling| ListedName {
            surname: name.surname.as_str().into(),
            given: name.given.as_str().into(),
            weak: name.sort == Sort::Weak,
        };
        let place = (!person.number.is_multiple_of(4)).then(|| born_in(person.number).into());
        Entry {
            names: person.names.iter().map(name).collect(),
            birth_dates: person.listed_birth.into_iter().collect(),
            nationalities: person.listed_nationality.into_iter().collect(),
            sex: (!person.number.is_multiple_of(5)).then_some(sex_of(person.female)),
            birth_places: place.into_iter().collect(),
            ..with_name(&format!("crowd/{}", person.number), &[], &[])
        }
    }

    fn sex_of(female: bool) -> Sex {
        if female { Sex::Female } else { Sex::Male }
    }

    /// The town where the person of this number was born.
    fn born_in(number: u32) -> &'static str {
        let towns =
            ["Bergen, Norway", "Lund, Sweden", "Oran, Algeria", "Basra, Iraq", "Kochi, India"];
        towns[number as usize % towns.len()]
    }

    fn with(entry: Entry) -> Vec<Entry> {
        let mut all = crowd();
        all.push(entry);
        all
    }

    #[test]
    fn a_misspelt_name_is_met_and_its_observations_add_up() {
        let entries = with(with_name("wanted/1", &[("Абрамович", "Роман")], &["1966-10-24"]));
        let stated = person(&[("Abramovic", "Romann")], Some("1966-10-24"));
        let matches = screened(entries, &event(vec![stated], Vec::new()));
        assert_eq!(matches.found.len(), 1);
        let found = &matches.found[0];
        let alike = found.resemblance.as_ref().unwrap();
        assert_eq!(alike.listed, "Роман Абрамович");
        let sum: i32 = alike.observations.iter().map(|line| line.sixteenths).sum();
        assert_eq!(sum, alike.sixteenths);
        let relations: Vec<Relation> = found.evidence.iter().map(|at| at.relation).collect();
        assert_eq!(relations, [Relation::Alike, Relation::Same, Relation::Missing]);
    }

    #[test]
    fn another_person_of_the_same_day_or_of_the_same_name_is_not_met() {
        for (name, born) in [(("Berg", "Olaf"), "1941-05-06"), (("Silva", "Joana"), "1980-01-02")] {
            let entries = with(with_name("wanted/1", &[("Berg", "Olaf")], &["1980-01-02"]));
            let stated = person(&[name], Some(born));
            assert!(screened(entries, &event(vec![stated], Vec::new())).found.is_empty());
        }
    }

    #[test]
    fn an_identifier_and_a_name_are_one_match_and_another_document_speaks_against_it() {
        let entry = Entry {
            identifiers: Box::new([document("AB123456", "GBR")]),
            ..with_name("wanted/1", &[("Lindqvist", "Torsten")], &["1980-01-02"])
        };
        let bits = |number| {
            let stated = person(&[("Lindquist", "Thorsten")], Some("1980-01-02"));
            let event = event(vec![stated], vec![document(number, "GBR")]);
            let mut matches = screened(with(entry.clone()), &event);
            assert_eq!(matches.found.len(), 1);
            let found = matches.found.remove(0);
            (found.evidence.len(), found.resemblance.unwrap().sixteenths)
        };
        let (same, other) = (bits("AB123456"), bits("ZZ999999"));
        assert_eq!((same.0, other.0), (4, 3));
        assert!(same.1 > other.1);
    }

    #[test]
    fn an_identifier_that_is_met_under_another_name_says_that_the_name_differs() {
        let entry = Entry {
            identifiers: Box::new([document("AB123456", "GBR")]),
            ..with_name("wanted/1", &[("Lindqvist", "Torsten")], &["1980-01-02"])
        };
        let stated = person(&[("Abramovich", "Roman")], Some("1966-10-24"));
        let documents = vec![document("AB123456", "GBR")];
        let matches = screened(with(entry.clone()), &event(vec![stated], documents.clone()));
        let found = &matches.found[0];
        let relations: Vec<(&str, Relation)> =
            found.evidence.iter().map(|at| (at.attribute.name(), at.relation)).collect();
        assert_eq!(
            relations,
            [
                ("document", Relation::Same),
                ("name", Relation::Differs),
                ("birth_date", Relation::Differs),
                ("nationality", Relation::Missing),
            ]
        );
        let alike = found.resemblance.as_ref().unwrap();
        assert!(alike.observations.iter().any(|at| at.about == Observed::Nothing));
        // Of two travellers nobody can say whose document it is.
        let others =
            ["Abramovich", "Berg"].map(|name| person(&[(name, "Eva")], Some("1966-10-24")));
        let matches = screened(with(entry), &event(others.into(), documents));
        assert!(matches.found[0].resemblance.is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Whatever the name: common, of one word, of one letter, of small words, in any script.
        #[test]
        fn an_equal_name_with_an_equal_full_birth_date_always_matches(
            name in prop_oneof![
                prop::sample::select(&[("Smith", "John"), ("Li", ""), ("A", "B"), ("von", "der"), ("محمد", "علي")][..])
                    .prop_map(|(one, other)| (one.to_owned(), other.to_owned())),
                ("\\p{L}{1,12}", "\\p{L}{0,12}( \\p{L}{1,9})?"),
            ],
            nationality in any::<bool>(),
        ) {
            let (surname, given) = (name.0.as_str(), name.1.as_str());
            let mut folded = Folded::default();
            prop_assume!(!folded.fold(Name { surname, given }).is_empty());
            let mut entry = with_name("wanted/1", &[(surname, given)], &["1980-01-02"]);
            entry.nationalities = Box::new([Country::parse("NOR").unwrap()]);
            let mut stated = person(&[(surname, given)], Some("1980-01-02"));
            stated.nationality = nationality.then(|| Country::parse("ZWE").unwrap());
            let (lists, _writer) = named_lists(weights(), [entry]);
            let event = event(vec![stated], Vec::new());
            let mut scratch = Scratch::default();
            prop_assert!(touches(&lists, &event, &mut scratch));
            prop_assert_eq!(screen(&lists, &event, now(), &mut scratch).found.len(), 1);
        }
    }

    /// What comparing with every entry finds, entry by entry.
    fn exhaustive(lists: &Lists, entries: &[Candidate], event: &Event<'_>) -> Vec<(String, Bits)> {
        let mut room = Room::default();
        room.bar.set(lists.subjects());
        let mut all = Vec::new();
        for party in &event.parties {
            room.analyse(party);
            for entry in entries {
                let mut budget = Budget::of(event);
                let mut then = |found: Match| {
                    let alike = found.resemblance.map(|alike| alike.sixteenths);
                    all.push((
                        found.listed.key().to_string(),
                        Bits::sixteenths(alike.unwrap_or(0)),
                    ));
                };
                let candidates = (std::slice::from_ref(entry), &[][..]);
                room.compare(lists, (event, party), candidates, &mut budget, &mut then);
            }
        }
        all
    }

    fn asked(query: &Asked) -> Party<'_> {
        let name = (query.name.surname.as_str(), query.name.given.as_str());
        let number = query.label.person;
        Party {
            birth_date: Some(query.born),
            nationality: Some(query.nationality),
            sex: Some(sex_of(query.female)),
            // Two of three tell the truth, or all of it that they tell.
            birth_place: (!number.is_multiple_of(3))
                .then(|| born_in(number + u32::from(number.is_multiple_of(7)))),
            ..person(&[name], None)
        }
    }

    fn event_of(query: &Asked) -> Event<'_> {
        event(vec![asked(query)], Vec::new())
    }

    #[test]
    fn the_index_finds_what_comparing_with_everybody_finds() {
        const LISTED: u32 = 2_000;
        let corpus = Corpus::new(7);
        let made: Vec<Entry> = corpus.persons(LISTED).map(|person| listed(&person)).collect();
        let (lists, writer) = named_lists(weights(), made);
        let entries: Vec<Candidate> = writer.entries().cloned().collect();
        let mut scratch = Scratch::default();
        let (mut found, mut all, mut missed) = (0, 0, Vec::new());
        // Who is met for the place of birth alone, and how many of them were found.
        let (mut by_place, mut found_by_place) = (0, 0);
        for kind in Slip::ALL {
            for query in corpus.queries(kind, LISTED, 40) {
                let event = event_of(&query);
                let matches = screen(&lists, &event, now(), &mut scratch);
                let keys: Vec<String> =
                    matches.found.iter().map(|found| found.listed.key().to_string()).collect();
                let mut placeless = event_of(&query);
                placeless.parties[0].birth_place = None;
                let without = exhaustive(&lists, &entries, &placeless);
                for (key, bits) in exhaustive(&lists, &entries, &event) {
                    all += 1;
                    let needs_place = without.iter().all(|(other, _)| *other != key);
                    by_place += u32::from(needs_place);
                    found_by_place += u32::from(needs_place && keys.contains(&key));
                    if keys.contains(&key) {
                        found += 1;
                    } else {
                        missed.push((kind.label(), bits.to_f32()));
                    }
                }
            }
        }
        assert!(all > 300, "{all}");
        assert!(found * 100 >= all * 98, "{found} of {all}; missed: {missed:?}");
        assert!(by_place >= 10, "{by_place}");
        assert!(found_by_place * 10 >= by_place * 9, "{found_by_place} of {by_place} by place");
    }

    #[test]
    fn an_entry_is_met_at_every_moment_while_it_changes_and_snapshots_are_made() {
        let spelt = [("Lindqvist", "Torsten"), ("Abramovich", "Roman")];
        let entry = |at: i64| with_name("wanted/1", &[spelt[at as usize % 2]], &["1980-01-02"]);
        let (lists, mut writer) = named_lists(weights(), with(entry(0)));
        let over = std::sync::atomic::AtomicBool::new(false);
        let ordering = std::sync::atomic::Ordering::Relaxed;
        std::thread::scope(|scope| {
            let looking = scope.spawn(|| {
                let (mut scratch, mut looks) = (Scratch::default(), 0);
                let stated = person(
                    &[("Lindquist", "Thorsten"), ("Abramovic", "Roman")],
                    Some("1980-01-02"),
                );
                let event = event(vec![stated], Vec::new());
                while !over.load(ordering) || looks == 0 {
                    assert!(touches(&lists, &event, &mut scratch));
                    let matches = screen(&lists, &event, now(), &mut scratch);
                    let keys = matches.found.iter().map(|found| found.listed.key().to_string());
                    assert_eq!(keys.collect::<Vec<_>>(), ["wanted/1"]);
                    looks += 1;
                }
            });
            let other = |at: i64| {
                let (one, other) = (at % 97, at % 89);
                with_name(
                    &format!("other/{}", at % 500),
                    &[(&format!("Name{one}"), &format!("Given{other}"))],
                    &["1961-02-03"],
                )
            };
            let (mut swaps, mut offset) = (0, 1_000);
            for round in 1..12_000i64 {
                offset += 1;
                writer.apply(put(
                    if round % 3 == 0 { entry(round / 3) } else { other(round) },
                    offset,
                ));
                if let Some(draft) = writer.draft_names() {
                    writer.renew_names(draft.build());
                    swaps += 1;
                }
            }
            over.store(true, ordering);
            looking.join().unwrap();
            assert!(swaps > 1, "{swaps}");
        });
    }
}
