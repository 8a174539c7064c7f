//! Who of a list is worth comparing: what the index finds, over the subjects of a file.
//!
//! For tools and measurements, beside the [`Roster`](super::Roster) that compares with everybody: the
//! list is filed by the code that files entries, and asked what the stream asks, so that what it finds
//! here the stream finds too. All work that the stream has a bound for is done at once.
//!
//! There are two indexes, as in the stream: of whoever may be a person, and of whoever may be none.

use std::sync::Arc;

use crate::domain::{Country, Date, Subject};
use crate::formats::Profile;
use crate::index::fuzzy::{self, Builder, Found, Limits, Live, Weights};
use crate::names::{Analysed, Analyser, Bearer, Bits, Population};
use crate::watchlist::{Bounds, Forms, readings};

use super::bound::{PLACE, bounds};
use super::resemble::asked;
use super::roster::{may_be_one, written};
use super::score::Setting;

/// A list of subjects, filed by their names.
pub struct Finder {
    persons: Index,
    things: Index,
    analyser: Analyser,
    analysed: Analysed,
    scratch: fuzzy::Scratch,
    found: Vec<Found<usize>>,
}

/// The names of those who may be one sort of subject.
struct Index {
    live: Arc<Live<usize>>,
    /// As what its names are compared with those that are asked about.
    bearer: Bearer,
}

impl Index {
    fn new(list: &[Profile], weights: Weights, may_be: fn(Subject) -> bool, of: Bearer) -> Self {
        let (mut builder, mut forms) = (Builder::default(), Forms::default());
        let wanted = list.iter().enumerate().filter(|(_, profile)| may_be(profile.subject));
        for (place, profile) in wanted {
            let born = profile.birth_dates.iter().copied();
            let nations = profile.nationalities.iter().copied();
            let names = written(profile).into_iter();
            forms.read(profile.subject, names, (born, nations));
            let as_person = of == Bearer::Person;
            let listed = if as_person { forms.listed_as_person() } else { forms.listed() };
            builder.add(place, &listed);
        }
        let (live, mut writer) = Live::new(weights.clone());
        writer.replace(builder.build(weights));
        Self { live, bearer: of }
    }
}

impl Finder {
    /// These subjects in their order; `population` says how rare words are beyond them.
    pub fn new(list: &[Profile], population: Arc<Population>) -> Self {
        let Bounds { persons, things } = bounds(population);
        Self {
            persons: Index::new(list, persons, may_be_a_person, Bearer::Person),
            things: Index::new(list, things, may_be_a_thing, Bearer::Organisation),
            analyser: Analyser::default(),
            analysed: Analysed::default(),
            scratch: fuzzy::Scratch::default(),
            found: Vec::new(),
        }
    }

    /// Shows the places of those whose odds may reach `least`, in the order of the list; gives whether
    /// some were not looked at.
    pub fn candidates(
        &mut self,
        query: &Profile,
        (setting, least): (&Setting, Bits),
        places: &mut Vec<usize>,
    ) -> bool {
        places.clear();
        let mut is_cut = false;
        if may_be_a_person(query.subject) {
            is_cut |= self.search(query, (setting, least), |finder| &finder.persons);
        }
        if may_be_a_thing(query.subject) {
            is_cut |= self.search(query, (setting, least), |finder| &finder.things);
        }
        places.extend(self.found.drain(..).map(|found| found.entry));
        places.sort_unstable();
        places.dedup();
        is_cut
    }

    /// The most that the score of each subject of the list can be, found by looking at all of them.
    #[cfg(test)]
    pub(super) fn bounds(&mut self, query: &Profile) -> std::collections::BTreeMap<usize, Bits> {
        let mut most = std::collections::BTreeMap::new();
        let is_person = query.subject == Subject::Person;
        let index = if is_person { &self.persons } else { &self.things };
        let is_placed = is_person && !query.birth_places.is_empty();
        let place = if is_placed { PLACE } else { Bits::ZERO };
        for name in written(query) {
            self.analyser.analyse(name, readings(query.subject).0, &mut self.analysed);
            for beside in beside(query) {
                let query = asked(&self.analysed, beside, Bits::whole(-200), Limits::GENEROUS);
                for found in index.live.view().snapshot().exhaustive(&query) {
                    let bound = most.entry(found.entry).or_insert(found.bound + place);
                    *bound = (found.bound + place).max(*bound);
                }
            }
        }
        most
    }

    /// Asks an index about each name of a query; gives whether some were not looked at.
    fn search(
        &mut self,
        query: &Profile,
        (setting, least): (&Setting, Bits),
        index: fn(&Self) -> &Index,
    ) -> bool {
        let (view, of) = (index(self).live.view(), index(self).bearer);
        let Self { analyser, analysed, scratch, found, .. } = self;
        let mut is_cut = false;
        let (own, others) = readings(query.subject);
        let others = if of == Bearer::Person { &[] } else { others };
        let names = written(query);
        let all = std::iter::once(&own).chain(others);
        for (name, bearer) in all.flat_map(|bearer| names.iter().map(move |name| (name, bearer))) {
            analyser.analyse(*name, *bearer, analysed);
            for beside in beside(query) {
                let is_placed = of == Bearer::Person && !query.birth_places.is_empty();
                let place = if is_placed { PLACE } else { Bits::ZERO };
                let least = least - setting.prior(of) - place;
                let query = asked(analysed, beside, least, Limits::GENEROUS);
                is_cut |= view.search(&query, scratch, found).cut;
            }
        }
        is_cut
    }
}

fn may_be_a_person(subject: Subject) -> bool {
    may_be_one(subject, Subject::Person)
}

fn may_be_a_thing(subject: Subject) -> bool {
    subject != Subject::Person
}

/// Each birth date with each nationality; nothing stands for none.
fn beside(query: &Profile) -> impl Iterator<Item = (Option<Date>, Option<Country>)> {
    fn or_none<T: Copy>(all: &[T]) -> impl Iterator<Item = Option<T>> + Clone {
        let none = all.is_empty().then_some(None);
        all.iter().copied().map(Some).chain(none)
    }
    let nations = or_none(&query.nationalities);
    or_none(&query.birth_dates)
        .flat_map(move |born| nations.clone().map(move |nation| (born, nation)))
}

#[cfg(test)]
mod tests {
    use super::super::Roster;
    use super::super::roster::tests::profiles;
    use super::super::score::Mode;
    use super::*;

    fn list() -> Vec<Profile> {
        profiles(
            "{\"id\": \"a\", \"name\": \"SAMPLOVA, Ilona\", \"birthDate\": \"1984-02-29\"}\n\
             {\"id\": \"b\", \"name\": \"Olaf Berg\", \"birthDate\": \"1980-05-06\"}\n\
             {\"id\": \"c\", \"name\": \"MV Sample Star\", \"schema\": \"Vessel\"}\n\
             {\"id\": \"d\", \"name\": \"Samplova Trading\", \"schema\": \"LegalEntity\"}\n\
             {\"id\": \"e\", \"name\": \"Quite Another\", \"alias\": \"Samplová, Ilonna\"}\n",
        )
    }

    #[test]
    fn those_who_may_be_meant_are_found_among_subjects_of_the_sort() {
        let list = list();
        let roster = Roster::new(&list);
        let mut finder = Finder::new(&list, Arc::clone(roster.population()));
        let mut places = vec![7];
        let query = profiles(
            "{\"name\": \"Ilona Samplova\", \"birthDate\": [\"1970-01-02\", \"1984-02-29\"]}",
        )
        .remove(0);
        let setting = Setting::of_list(list.len(), Mode::Balanced);
        let ask = (&setting, Bits::whole(6));
        assert!(!finder.candidates(&query, ask, &mut places));
        assert_eq!(places, [0, 4]);
        // What is found ranks as it does among everybody.
        let everybody = roster.ask(&query, ask.0, ask.1);
        assert_eq!(roster.ask_of(places.clone(), &query, ask.0, ask.1), everybody);
        assert_eq!(everybody.first().map(|one| one.listed), Some(0));
        let mut found = |subject, name: &str| {
            let query = profiles(&format!("{{\"name\": \"{name}\"}}")).remove(0);
            let query = Profile { subject, ..query };
            assert!(!finder.candidates(&query, (&setting, Bits::ZERO), &mut places));
            places.clone()
        };
        assert_eq!(found(Subject::Vessel, "Sampel Star"), [2]);
        assert_eq!(found(Subject::Organisation, "Samplovva Trading"), [3]);
        assert_eq!(found(Subject::Organisation, "Olaf Berg"), [0; 0]);
        assert_eq!(found(Subject::Other, "Samplova"), [0, 3, 4]);
    }

    /// Whatever its words look like: a list that leaves open what it names reads it in each way.
    #[test]
    fn a_firm_or_ship_that_its_list_leaves_open_is_found_and_met_as_one() {
        let names = [
            "7TH OF TIR",
            "AL-RASHID TRUST",
            "ISLAMIC REVOLUTIONARY GUARD CORPS",
            "DAY COMPANY",
            "D.U.A.S.A.",
            "Ansar al-Dine",
            "M.M.E.",
            "HARAKAT-UL JIHAD ISLAMI",
            "HILDA I",
        ];
        let entry = |(at, name)| {
            format!("{{\"id\": \"{at}\", \"name\": \"{name}\", \"schema\": \"LegalEntity\"}}\n")
        };
        let list = profiles(&names.into_iter().enumerate().map(entry).collect::<String>());
        let roster = Roster::new(&list);
        let mut finder = Finder::new(&list, Arc::clone(roster.population()));
        let setting = Setting::of_list(list.len(), Mode::Balanced);
        let mut places = Vec::new();
        for subject in [Subject::Organisation, Subject::Vessel, Subject::Other] {
            for (at, own) in list.iter().enumerate() {
                let query = Profile { subject, ..own.clone() };
                finder.candidates(&query, (&setting, Bits::ZERO), &mut places);
                assert!(places.contains(&at), "{subject:?} {:?}", own.names[0].surname);
                let ranked = roster.ask(&query, &setting, Bits::ZERO);
                let first = ranked.first().map(|one| one.listed);
                assert_eq!(first, Some(at), "{subject:?} {:?}", own.names[0].surname);
            }
        }
    }

    /// Stated and listed subjects of whom the index once said too little.
    const PAIRS: [(&str, &str); 14] = [
        // Dates of which one is told as a year alone.
        (
            r#""name": "Ilona Samplova Teststova", "birthDate": "1974-01-01", "nationality": "no""#,
            r#""name": "Ilona Samplova Teststova", "birthDate": "1972", "nationality": "no""#,
        ),
        // Digits of month and day, and of year and month, exchanged.
        (
            r#""name": "Ilona Samplova", "birthDate": "1980-12-05""#,
            r#""name": "Ilona Samplowa", "birthDate": "1980-10-25""#,
        ),
        (
            r#""name": "Ilona Samplova", "birthDate": "1980-12-05""#,
            r#""name": "Ilona Samplowa", "birthDate": "1981-02-05""#,
        ),
        // The fifth of six dates.
        (
            r#""name": "Ilona Samplova", "birthDate": "1961-04-17""#,
            r#""name": "Ilona Samplowa", "birthDate": ["1957-04-17", "1958-05-09", "1959-03-11",
            "1960-06-12", "1961-04-17", "1962-02-03"]"#,
        ),
        // Words that one name in eight has.
        (
            r#""name": "Mohamed Ali", "birthDate": "1981-03-07", "nationality": "so", "gender": "male""#,
            r#""name": "Mohamed Ali Hassan", "birthDate": "1981-03-07", "nationality": "so",
            "gender": "male""#,
        ),
        // More words than are looked for.
        (
            r#""name": "Ilona Samplova Teststova Vorlage Muster Beispiel Ejemplo Esempio""#,
            r#""name": "Ilona Samplova Teststova Vorlage Muster Beispiel Ejemplo Esempio""#,
        ),
        // Initials on both sides.
        (
            r#""name": "Ilona R R Samplova", "birthDate": "1971""#,
            r#""name": "Ilona R R Samplova", "birthDate": "1971""#,
        ),
        // Another digit of the year, not the next one.
        (
            r#""name": "SAMPLOVA, Ilona", "birthDate": "1984-03-05", "nationality": "no", "gender": "female""#,
            r#""name": "SAMPLOVA, Ilona", "birthDate": "1987-03-05", "nationality": "no", "gender": "female""#,
        ),
        // More words than a glimpse of a day shows, day and month exchanged.
        (
            r#""name": "Ilona Maria Berta Clara Samplova", "birthDate": "1980-04-03", "gender": "female""#,
            r#""name": "Ilona Maria Berta Clara Samplova", "birthDate": "1980-03-04", "gender": "female""#,
        ),
        // An initial of the listed name.
        (
            r#""name": "HANSEN, Erik", "birthDate": "1980-03-04", "gender": "male""#,
            r#""name": "HANSEN, E.", "birthDate": "1980-03-04", "gender": "male""#,
        ),
        // Two words of one sound.
        (
            r#""name": "LIU, Lu", "birthDate": "1980", "nationality": "cn", "gender": "male""#,
            r#""name": "LIU, Lu", "birthDate": "1980", "nationality": "cn", "gender": "male""#,
        ),
        // A date that has no code.
        (
            r#""name": "SAMPLOVA, Ilona", "birthDate": "1885-03-04""#,
            r#""name": "SAMPLOVA, Ilona", "birthDate": "1885-03-04""#,
        ),
        // A word said twice.
        (
            r#""name": "Samplova Samplova Ilona", "nationality": "no""#,
            r#""name": "Samplova Samplova Ilona", "nationality": "no""#,
        ),
        (
            r#""name": "Mohammed Muhammad Ali", "nationality": "so""#,
            r#""name": "Mohammed Muhammad Ali", "nationality": "so""#,
        ),
    ];

    /// Each was lost once: its bound was less than its score.
    #[test]
    fn whoever_scores_enough_is_found_by_a_bar_just_below() {
        for (stated, listed) in PAIRS {
            let filler = (0..400).map(|at| match at % 8 {
                0 => format!("{{\"name\": \"Mohamed Filler{at}\"}}\n"),
                1 => format!("{{\"name\": \"Ali Padding{at}\"}}\n"),
                _ => format!("{{\"name\": \"Stuffing{at} Wadding{at}\"}}\n"),
            });
            let listed = format!("{{{}}}\n", listed.replace('\n', " "));
            let list = profiles(&(listed + &filler.collect::<String>()));
            let query = profiles(&format!("{{{stated}}}")).remove(0);
            let (roster, setting) =
                (Roster::new(&list), Setting::of_list(list.len(), Mode::Balanced));
            let mut finder = Finder::new(&list, Arc::clone(roster.population()));
            let score = roster.ask_of([0], &query, &setting, Bits::whole(-50)).remove(0).scored;
            let odds = score.bits + setting.prior(Bearer::Person);
            let mut places = Vec::new();
            finder.candidates(&query, (&setting, odds - Bits::sixteenths(4)), &mut places);
            assert!(places.contains(&0), "{stated}: {}", score.bits.to_f32());
        }
    }

    #[test]
    fn a_query_is_asked_with_each_of_its_dates_and_nationalities() {
        let query = profiles(
            "{\"name\": \"A\", \"birthDate\": [\"1970\", \"1984\"], \"nationality\": [\"NO\", \"SE\"]}\n\
             {\"name\": \"A\"}\n",
        );
        assert_eq!(beside(&query[0]).count(), 4);
        assert!(beside(&query[1]).eq([(None, None)]));
    }
}
