//! Sex, place of birth and weak aliases in the stream: what they say, and that they are told.

use super::bound::sample::weights;
use super::tests::{event, person};
use super::{Match, Scratch, screen, touches};
use crate::domain::{Attribute, Entry, Observed, Party, Relation, Sex, Subject};
use crate::sim::corpus::Corpus;
use crate::watchlist::Change;
use crate::watchlist::sample::{at, lists, named_lists, put, with_name};

/// Somebody listed among others, so that the list is long enough for its threshold to be of use.
fn met(entry: Entry, party: Party<'_>) -> Option<Match> {
    let corpus = Corpus::new(5);
    let crowd = corpus.persons(400).map(|person| {
        let name = &person.names[0];
        let names = [(name.surname.as_str(), name.given.as_str())];
        with_name(&format!("crowd/{}", person.number), &names, &[])
    });
    let (lists, _writer) = named_lists(weights(), crowd.chain([entry]));
    let (event, mut scratch) = (event(vec![party], Vec::new()), Scratch::default());
    let touched = touches(&lists, &event, &mut scratch);
    let matches = screen(&lists, &event, at(100), &mut scratch);
    assert!(touched || matches.found.is_empty(), "a match that was not foreseen");
    matches.found.into_iter().find(|found| found.listed.key().to_string() == "wanted/1")
}

fn wanted() -> Entry {
    let mut entry = with_name("wanted/1", &[("Lindqvist", "Torsten")], &["1980-01-02"]);
    entry.sex = Some(Sex::Male);
    entry.birth_places = ["Bergen, Norway".into()].into();
    entry
}

fn stated(sex: Option<Sex>, birth_place: Option<&'static str>) -> Party<'static> {
    Party { sex, birth_place, ..person(&[("Lindquist", "Thorsten")], Some("1980-01-02")) }
}

fn bits(entry: Entry, party: Party<'_>) -> i32 {
    met(entry, party).unwrap().resemblance.unwrap().sixteenths
}

#[test]
fn sex_and_place_of_birth_count_in_the_stream_as_the_scorer_has_them() {
    let plain = bits(wanted(), stated(None, None));
    let bits = |sex, place| bits(wanted(), stated(sex, place)) - plain;
    assert_eq!(bits(Some(Sex::Male), None), 14);
    assert_eq!(bits(Some(Sex::Female), None), -72);
    assert_eq!(bits(Some(Sex::Unspecified), None), 0);
    assert_eq!(bits(None, Some("BERGEN/NOR")), 48);
    assert_eq!(bits(None, Some("NORWAY")), 8);
    assert_eq!(bits(None, Some("OSLO/NOR")), -12);
}

#[test]
fn an_alert_says_what_was_stated_and_listed_of_both() {
    let found = met(wanted(), stated(Some(Sex::Female), Some("BERGEN/NOR"))).unwrap();
    let rows = found.evidence.iter().map(|at| (at.attribute, at.relation));
    let rows: Vec<_> = rows.filter(|(_, relation)| *relation != Relation::Missing).collect();
    assert_eq!(
        rows,
        [
            (Attribute::Name, Relation::Alike),
            (Attribute::BirthDate, Relation::Same),
            (Attribute::Sex, Relation::Differs),
            (Attribute::BirthPlace, Relation::Same),
        ]
    );
    let alike = found.resemblance.unwrap();
    let of = |about| alike.observations.iter().find(|line| line.about == about).unwrap();
    let (sex, place) = (of(Observed::Sex), of(Observed::Place));
    assert_eq!((sex.how, &*sex.stated, &*sex.listed), ("differs", "FEMALE", "MALE"));
    let told = (place.how, &*place.stated, &*place.listed);
    assert_eq!(told, ("same", "BERGEN/NOR", "Bergen, Norway"));
    let sum: i32 = alike.observations.iter().map(|line| line.sixteenths).sum();
    assert_eq!(sum, alike.sixteenths);
}

#[test]
fn who_states_neither_or_is_listed_without_is_told_of_neither() {
    let bare = with_name("wanted/1", &[("Lindqvist", "Torsten")], &["1980-01-02"]);
    let cases = [(wanted(), stated(None, None)), (bare, stated(Some(Sex::Male), Some("Bergen")))];
    for (entry, party) in cases {
        let found = met(entry, party).unwrap();
        assert_eq!(found.evidence.len(), 3);
        let alike = found.resemblance.unwrap();
        assert!(alike.observations.iter().all(|line| line.about != Observed::Place));
    }
}

#[test]
fn equal_names_are_told_with_sex_and_place_where_likeness_is_not_asked_for() {
    let party = Party {
        sex: Some(Sex::Male),
        birth_place: Some("Oslo"),
        ..person(&[("Lindqvist", "Torsten")], Some("1980-01-02"))
    };
    let (lists, _writer) = lists([wanted()]);
    let event = event(vec![party], Vec::new());
    let mut matches = screen(&lists, &event, at(100), &mut Scratch::default());
    let evidence = matches.found.remove(0).evidence.into_iter();
    let rows: Vec<_> = evidence.map(|at| (at.attribute, at.relation)).collect();
    let told = [(Attribute::Sex, Relation::Same), (Attribute::BirthPlace, Relation::Differs)];
    assert_eq!(rows[3..], told);
}

#[test]
fn a_weak_alias_counts_for_less_and_is_told_as_such() {
    let with = |weak| {
        let mut entry = with_name(
            "wanted/1",
            &[("Abramovich", "Roman"), ("Lindqvist", "Torsten")],
            &["1980-01-02"],
        );
        entry.names[1].weak = weak;
        met(entry, stated(None, None)).unwrap().resemblance.unwrap()
    };
    let (strong, weak) = (with(false), with(true));
    assert_eq!(weak.sixteenths, strong.sixteenths - 32);
    let is_told = |alike: &crate::domain::Resemblance| {
        alike.observations.iter().any(|line| line.about == Observed::WeakAlias)
    };
    assert!(is_told(&weak) && !is_told(&strong));
}

/// Lists leave open what they name, and events do not: each side by itself would be read into other words.
#[test]
fn a_firm_that_its_list_leaves_open_is_met_by_the_firm_that_is_stated() {
    for name in ["7TH OF TIR", "ISLAMIC REVOLUTIONARY GUARD CORPS", "HARAKAT-UL JIHAD ISLAMI"] {
        let listed = with_name("wanted/1", &[(name, "")], &[]);
        let bits = |subject| {
            let entry = Entry { subject, ..listed.clone() };
            let (lists, _writer) = named_lists(weights(), [entry]);
            let party = Party {
                subject: Subject::Organisation,
                nationality: None,
                sex: None,
                ..person(&[(name, "")], None)
            };
            let event = event(vec![party], Vec::new());
            let found = screen(&lists, &event, at(100), &mut Scratch::default()).found;
            found.first().and_then(|one| Some(one.resemblance.as_ref()?.sixteenths))
        };
        // How rare its words are is counted as they are read without a stated side.
        let (open, firm) = (bits(Subject::Other), bits(Subject::Organisation));
        let apart = open.zip(firm).map(|(open, firm)| (open - firm).abs());
        assert!(apart.is_some_and(|apart| apart <= 16), "{name}: {open:?} {firm:?}");
    }
}

/// … also where it is listed, and taken off the list, while the program runs.
#[test]
fn a_firm_that_is_left_open_comes_and_goes_in_each_way_in_which_it_is_read() {
    let other = Entry {
        subject: Subject::Organisation,
        ..with_name("wanted/2", &[("Lindqvist", "")], &[])
    };
    let (lists, mut writer) = named_lists(weights(), [other]);
    let open = with_name("wanted/1", &[("7TH OF TIR", "")], &[]);
    let open = Entry { subject: Subject::Other, ..open };
    let met = || {
        let party = Party {
            subject: Subject::Organisation,
            nationality: None,
            sex: None,
            ..person(&[("7TH OF TIR", "")], None)
        };
        let event = event(vec![party], Vec::new());
        screen(&lists, &event, at(100), &mut Scratch::default()).found.len()
    };
    assert_eq!(met(), 0);
    writer.apply(put(open.clone(), 7));
    assert_eq!(met(), 1);
    writer.apply(Change { entry: None, ..put(open, 8) });
    assert_eq!(met(), 0);
}
