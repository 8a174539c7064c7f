//! Screening: what meets what, how much is looked at, and what stays true while lists change.

#![cfg(test)]

use std::sync::Arc;

use proptest::prelude::*;
use smallvec::SmallVec;

use super::budget::{CANDIDATES_MAX, COMPARISONS_MAX, PER_ATTRIBUTE_MAX};
use super::*;
use crate::domain::{
    AgencyId, Country, Crossing, Date, Direction, Entry, EventId, Facts, Identifier, Journey, Mode,
    Place, Priority, Revision, Role, Subject,
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
        subject: Subject::Person,
        names: names.iter().map(|name| Name { surname: name.0, given: name.1 }).collect(),
        birth_date: birth_date.map(|date| Date::parse(date).unwrap()),
        sex: None,
        nationality: None,
        birth_place: None,
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
