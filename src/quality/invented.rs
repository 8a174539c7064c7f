//! Invented cases, for whoever has none at hand: the corpus generator's list, queries and travellers.

use crate::domain::{ListedName, Sex, Subject};
use crate::formats::Profile;
use crate::sim::corpus::{
    Corpus, Crowd, DateKind, Kind, Label, Mix, Person, Query, Sort, Spelling, Traveller,
};

use super::groups::{Scripts, script_name};
use super::pairs::script;
use super::screening::{Case, Persons};

/// How much is invented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// The same seed gives the same cases.
    pub seed: u64,
    /// Listed persons.
    pub listed: u32,
    /// Queries of each kind of alteration.
    pub queries: usize,
    /// Travellers who are on no list.
    pub clean: u32,
}

/// An invented list, and who comes to the border.
pub struct Invented {
    /// Who is listed.
    pub list: Vec<Profile>,
    queries: Vec<Asked>,
    clean: Vec<Profile>,
}

struct Asked {
    profile: Profile,
    truth: usize,
    tags: Vec<(String, String)>,
}

impl Invented {
    /// Invents them.
    pub fn new(size: Size) -> Self {
        let corpus = Corpus::new(size.seed);
        let mut places = std::collections::HashMap::new();
        let mut list = Vec::new();
        for person in corpus.persons(size.listed) {
            places.insert(person.number, list.len());
            list.push(listed(&person));
        }
        let (mut queries, mut scripts) = (Vec::new(), Scripts::default());
        for kind in Kind::ALL {
            for query in corpus.queries(kind, size.listed, size.queries) {
                let number = query.label.person;
                let truth = places.get(&number).copied().zip(corpus.person(number));
                queries.extend(truth.map(|(at, person)| asked(&query, at, &person, &mut scripts)));
            }
        }
        // Others than those listed, of the same cultures and with the same rare names.
        let others = Crowd::new(&corpus, size.listed, Mix::listed());
        let clean = (0..).zip(others.travellers(size.clean)).map(|(at, other)| clean(at, &other));
        let clean = clean.collect();
        Self { list, queries, clean }
    }

    /// The cases, as files give them.
    pub fn cases(&self) -> Persons<'_> {
        let queries = self.queries.iter().map(|asked| Case {
            query: &asked.profile,
            truth: Some(asked.truth),
            tags: asked.tags.clone(),
            theirs: Vec::new(),
        });
        let clean = self.clean.iter().map(|query| Case {
            query,
            truth: None,
            tags: Vec::new(),
            theirs: Vec::new(),
        });
        Persons { cases: queries.chain(clean).collect(), ..Persons::default() }
    }
}

fn listed(person: &Person) -> Profile {
    let written =
        |spelling: &Spelling| ListedName { weak: spelling.sort == Sort::Weak, ..name(spelling) };
    Profile {
        id: person.number.to_string().into(),
        subject: Subject::Person,
        names: person.names.iter().map(written).collect(),
        birth_dates: person.listed_birth.into_iter().collect(),
        nationalities: person.listed_nationality.into_iter().collect(),
        sex: Some(sex(person.female)),
        birth_places: Vec::new(),
    }
}

fn clean(number: u32, traveller: &Traveller) -> Profile {
    Profile {
        id: format!("clean {number}").into(),
        subject: Subject::Person,
        names: vec![name(&traveller.name)],
        birth_dates: vec![traveller.born],
        nationalities: vec![traveller.nationality],
        sex: Some(sex(traveller.female)),
        birth_places: Vec::new(),
    }
}

fn asked(query: &Query, truth: usize, person: &Person, scripts: &mut Scripts) -> Asked {
    let Label { kind, date, other_nationality, .. } = query.label;
    let profile = Profile {
        id: query.label.person.to_string().into(),
        subject: Subject::Person,
        names: vec![name(&query.name)],
        birth_dates: vec![query.born],
        nationalities: vec![query.nationality],
        sex: Some(sex(query.female)),
        birth_places: Vec::new(),
    };
    let tags = [
        ("kind", kind.label()),
        ("script", script_name(script(&profile, scripts))),
        ("culture", person.culture.label()),
        ("birth date listed", precision(person)),
        ("birth date stated", stated(date)),
        ("nationality stated", if other_nationality { "another" } else { "the same" }),
    ];
    let tags = tags.map(|(column, value)| (column.to_owned(), value.to_owned()));
    Asked { profile, truth, tags: tags.into() }
}

fn precision(person: &Person) -> &'static str {
    match person.listed_birth {
        Some(date) if date.is_full() => "to the day",
        Some(_) => "less",
        None => "not at all",
    }
}

fn stated(date: DateKind) -> &'static str {
    match date {
        DateKind::Equal => "the same",
        DateKind::Swapped => "day and month exchanged",
        DateKind::YearOff => "a year beside",
        DateKind::Digit => "a digit wrong",
        DateKind::DecadeOff => "ten years beside",
        DateKind::FirstJanuary => "first of January",
    }
}

fn name(spelling: &Spelling) -> ListedName {
    let (surname, given) = (spelling.surname.as_str(), spelling.given.as_str());
    ListedName { surname: surname.into(), given: given.into(), weak: false }
}

fn sex(female: bool) -> Sex {
    if female { Sex::Female } else { Sex::Male }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    const SIZE: Size = Size { seed: 5, listed: 400, queries: 12, clean: 50 };

    #[test]
    fn every_kind_is_asked_and_every_query_has_its_listed_person() {
        let invented = Invented::new(SIZE);
        let cases = invented.cases();
        assert_eq!(invented.list.len(), 400);
        let clean = cases.cases.iter().filter(|case| case.truth.is_none()).count();
        assert_eq!(clean, 50);
        let kinds: BTreeSet<&str> =
            cases.cases.iter().filter_map(|case| Some(case.tags.first()?.1.as_str())).collect();
        // So few listed persons may have no name that can be altered in some way.
        let corpus = Corpus::new(SIZE.seed);
        let possible = |kind: &Kind| corpus.queries(*kind, SIZE.listed, 1).next().is_some();
        assert_eq!(kinds, Kind::ALL.into_iter().filter(possible).map(Kind::label).collect());
        assert!(kinds.len() > 10, "{kinds:?}");
        for case in &cases.cases {
            if let Some(truth) = case.truth {
                assert_eq!(invented.list[truth].id, case.query.id);
            }
        }
    }

    #[test]
    fn clean_persons_are_of_the_cultures_of_the_list_and_are_not_on_it() {
        let size = Size { seed: 5, listed: 3_000, queries: 1, clean: 3_000 };
        let invented = Invented::new(size);
        assert_eq!(invented.clean.len(), 3_000);
        let shares = |profiles: &[Profile]| {
            let nations: Vec<_> = profiles.iter().flat_map(|at| at.nationalities.clone()).collect();
            let mut shares = BTreeMap::new();
            for nation in &nations {
                *shares.entry(nation.alpha3()).or_insert(0.0) += 1.0 / nations.len() as f64;
            }
            shares.into_iter().map(|(nation, share)| (nation.to_owned(), share)).collect()
        };
        let (listed, clean): (BTreeMap<String, f64>, BTreeMap<String, f64>) =
            (shares(&invented.list), shares(&invented.clean));
        for (nation, share) in &listed {
            let other = clean.get(nation).copied().unwrap_or_default();
            assert!((share - other).abs() < 0.03, "{nation}: {share} listed, {other} clean");
        }
        let who = |profile: &Profile| {
            let names = profile.names.iter().map(|at| format!("{} {}", at.surname, at.given));
            let born = profile.birth_dates.first().map(|date| date.packed());
            names.map(move |name| (name.to_uppercase(), born)).collect::<Vec<_>>()
        };
        let listed: BTreeSet<_> = invented.list.iter().flat_map(who).collect();
        assert!(invented.clean.iter().flat_map(who).all(|one| !listed.contains(&one)));
    }

    #[test]
    fn the_same_seed_invents_the_same_and_another_seed_others() {
        let names = |seed| -> Vec<String> {
            let invented = Invented::new(Size { seed, ..SIZE });
            let cases = invented.cases().cases;
            cases.iter().map(|case| case.query.names[0].surname.to_string()).collect()
        };
        assert_eq!(names(5), names(5));
        assert_ne!(names(5), names(6));
    }
}
