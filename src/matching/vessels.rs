//! Vessels by name: what meets a listed one, what speaks against it, and what is never asked.

#![cfg(test)]

use std::sync::Arc;

use super::tests::{event, person};
use super::*;
use crate::domain::{Country, Entry, ListedName, Observation, Observed, Role, Subject, SubjectKey};
use crate::matching::bound::sample::weights;
use crate::sim::corpus::{Corpus, Vessel};
use crate::watchlist::RegisterWriter;
use crate::watchlist::sample::{self, at, entry, named_lists, with_name};

fn country(code: &str) -> Country {
    Country::parse(code).unwrap()
}

fn listed(key: &str, name: &str, identifiers: &[Identifier]) -> Entry {
    Entry {
        subject: Subject::Vessel,
        nationalities: Box::new([country("PAN")]),
        identifiers: identifiers.into(),
        ..with_name(key, &[(name, "")], &[])
    }
}

/// Other ships, which make words of the names common or rare.
fn fleet() -> Vec<Entry> {
    let corpus = Corpus::new(5);
    let ships = (0..400).filter_map(|number| corpus.vessel(number));
    let entry = |ship: Vessel| Entry {
        subject: Subject::Vessel,
        names: ship
            .names
            .iter()
            .map(|name| ListedName {
                surname: name.surname.as_str().into(),
                given: "".into(),
                weak: false,
            })
            .collect(),
        nationalities: ship.listed_flag.into_iter().collect(),
        identifiers: Box::new([Identifier::imo(&ship.imo).unwrap()]),
        ..entry(&format!("fleet/{}", ship.number))
    };
    ships.map(entry).collect()
}

fn ship<'a>(name: &'a str, flag: &str) -> Party<'a> {
    Party {
        role: Role::Conveyance,
        subject: Subject::Vessel,
        names: SmallVec::from_iter([Name { surname: name, given: "" }]),
        birth_date: None,
        sex: None,
        nationality: Some(country(flag)),
        birth_place: None,
    }
}

fn call<'a>(name: &'a str, flag: &str, identifiers: Vec<Identifier>) -> Event<'a> {
    let mut event = event(vec![ship(name, flag)], identifiers);
    event.identifiers.iter_mut().for_each(|stated| stated.role = Role::Conveyance);
    event
}

fn met(entries: Vec<Entry>, event: &Event<'_>) -> Vec<Match> {
    let (lists, _writer) = named_lists(weights(), fleet().into_iter().chain(entries));
    let mut scratch = Scratch::default();
    let touched = touches(&lists, event, &mut scratch);
    let matches = screen(&lists, event, at(100), &mut scratch);
    assert!(touched || matches.found.is_empty(), "a match that was not foreseen");
    matches.found
}

fn keys(matches: &[Match]) -> Vec<String> {
    matches.iter().map(|found| found.listed.key().to_string()).collect()
}

fn imo(number: &str) -> Identifier {
    Identifier::imo(number).unwrap()
}

const LISTED: &str = "KAPITAN LAZAREV";
const IMO: &str = "9074729";

#[test]
fn a_ship_is_met_however_its_name_is_written() {
    for (listed_as, stated) in [
        (LISTED, LISTED),
        (LISTED, "KAPITAN LASAREV"),
        (LISTED, "M/V Kapitan Lasarev"),
        ("MT KAPITAN LAZAREV", "MV KAPITAN LAZAREV"),
        ("КАПИТАН ЛАЗАРЕВ", "KAPITAN LAZAREW"),
        (LISTED, "КАПИТАН ЛАЗАРЕВ"),
    ] {
        let found =
            met(vec![listed("ships/1", listed_as, &[imo(IMO)])], &call(stated, "PAN", vec![]));
        assert_eq!(keys(&found), ["ships/1"], "{listed_as} and {stated}");
        let relations: Vec<_> =
            found[0].evidence.iter().map(|at| (at.attribute.name(), at.role)).collect();
        // Nothing is said of a ship's birth date.
        let role = Role::Conveyance;
        assert_eq!(relations, [("name", role), ("nationality", role)]);
        assert_eq!(found[0].evidence[1].relation, Relation::Same);
        let alike = found[0].resemblance.as_ref().unwrap();
        assert_eq!((alike.role, &*alike.stated, &*alike.listed), (role, stated, listed_as));
        let sum: i32 = alike.observations.iter().map(|line| line.sixteenths).sum();
        assert_eq!(sum, alike.sixteenths);
        let of_persons = |at: &Observation| matches!(at.about, Observed::BirthDate | Observed::Sex);
        assert!(!alike.observations.iter().any(of_persons));
    }
}

/// How likely it is that a ship of this name and flag is the listed one.
fn per_mille(name: &str) -> u16 {
    let found = met(vec![listed("ships/1", name, &[])], &call(name, "PAN", vec![]));
    let of_it = found.into_iter().find(|found| found.listed.key().to_string() == "ships/1");
    of_it.and_then(|found| found.resemblance).map_or(0, |alike| alike.per_mille)
}

#[test]
fn a_name_that_many_ships_bear_says_less() {
    let (rare, common) = (per_mille(LISTED), per_mille("OCEAN STAR"));
    assert!(rare > 950 && common < 900, "{rare} {common}");
}

/// What speaks for the listed ship when it is stated with these numbers, in sixteenths of a bit.
fn sixteenths(numbers: Vec<Identifier>) -> Option<i32> {
    let its = [imo(IMO), Identifier::mmsi("232000001").unwrap(), call_sign("3EXA9")];
    let found = met(vec![listed("ships/1", LISTED, &its)], &call(LISTED, "PAN", numbers));
    found.into_iter().next()?.resemblance.map(|alike| alike.sixteenths)
}

fn call_sign(text: &str) -> Identifier {
    Identifier::call_sign(text).unwrap()
}

#[test]
fn numbers_that_agree_speak_for_it_and_another_imo_number_silences_it() {
    let without = sixteenths(vec![]).unwrap();
    assert_eq!(sixteenths(vec![imo("9321483")]), None);
    for same in [imo(IMO), Identifier::mmsi("232000001").unwrap(), call_sign("3EXA9")] {
        assert!(sixteenths(vec![same]).unwrap() > without);
    }
    for other in [Identifier::mmsi("232000002").unwrap(), call_sign("V7AB1")] {
        assert!(sixteenths(vec![other]).unwrap() < without);
    }
}

#[test]
fn a_ship_is_never_taken_for_who_bears_its_name() {
    let bearer = with_name("ships/person", &[("LAZAREV", "KAPITAN")], &[]);
    let firm =
        Entry { subject: Subject::Organisation, ..with_name("ships/firm", &[(LISTED, "")], &[]) };
    let entries = || vec![bearer.clone(), firm.clone()];
    assert_eq!(keys(&met(entries(), &call(LISTED, "PAN", vec![]))), Vec::<String>::new());
    let ship = listed("ships/1", LISTED, &[]);
    let traveller = person(&[("LAZAREV", "KAPITAN")], None);
    assert_eq!(keys(&met(vec![ship], &event(vec![traveller], vec![]))), Vec::<String>::new());
    // Its number on the entry of its master says nothing of his name.
    let master = Entry { identifiers: Box::new([imo(IMO)]), ..bearer };
    let found = met(vec![master], &call(LISTED, "PAN", vec![imo(IMO)]));
    let evidence: Vec<_> = found[0].evidence.iter().map(|at| at.attribute.name()).collect();
    assert_eq!(evidence, ["imo"]);
    assert!(found[0].resemblance.is_none());
}

#[test]
fn the_plate_of_a_lorry_that_takes_the_goods_off_a_ship_is_not_the_ships() {
    let plate = Identifier::plate("AB12CDE", country("GBR")).unwrap();
    let lorry = Entry {
        subject: Subject::Other,
        identifiers: Box::new([plate.clone()]),
        ..with_name("ships/lorry", &[("Muster", "Max")], &[])
    };
    let found = met(vec![lorry], &call(LISTED, "PAN", vec![plate]));
    let evidence: Vec<_> = found[0].evidence.iter().map(|at| at.attribute.name()).collect();
    assert_eq!(evidence, ["vehicle"]);
}

#[test]
fn a_ship_without_a_name_is_not_said_to_bear_the_listed_one() {
    let mut event = call(LISTED, "PAN", vec![imo(IMO)]);
    event.parties[0].names.clear();
    let found = met(vec![listed("ships/1", LISTED, &[imo(IMO)])], &event);
    let relations: Vec<_> =
        found[0].evidence.iter().map(|at| (at.attribute.name(), at.relation)).collect();
    let expected =
        [("imo", Relation::Same), ("name", Relation::Missing), ("nationality", Relation::Same)];
    assert_eq!(relations, expected);
}

#[test]
fn a_ship_that_was_judged_to_be_another_is_silenced_by_its_number() {
    let entry = listed("ships/1", LISTED, &[]);
    let (lists, _writer) = named_lists(weights(), [entry.clone()]);
    let subject = SubjectKey::of_identifier(&imo(IMO)).unwrap();
    RegisterWriter::new(Arc::clone(lists.register())).put(&sample::judged(
        &subject,
        &entry,
        (at(0), at(1_000)),
    ));
    for (number, silenced) in [(IMO, 1), ("9321483", 0)] {
        let event = call(LISTED, "PAN", vec![imo(number)]);
        let matches = screen(&lists, &event, at(100), &mut Scratch::default());
        assert_eq!((matches.found.len(), matches.suppressed.len()), (1 - silenced, silenced));
    }
}

#[test]
fn lists_without_likeness_meet_a_ship_by_its_numbers_alone() {
    let (lists, _writer) = sample::lists([listed("ships/1", LISTED, &[imo(IMO)])]);
    for (numbers, expected) in [(vec![], 0), (vec![imo(IMO)], 1)] {
        let event = call(LISTED, "PAN", numbers);
        assert_eq!(screen(&lists, &event, at(100), &mut Scratch::default()).found.len(), expected);
    }
}
