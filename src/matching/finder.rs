//! Who of a list is worth comparing: what the index finds, over the subjects of a file.
//!
//! For tools and measurements, beside the [`Roster`](super::Roster) that compares with everybody: the
//! list is filed by the code that files entries, and asked what the stream asks, so that what it finds
//! here the stream finds too. All work that the stream has a bound for is done at once.
//!
//! Filed are persons, and whoever may be one. Of organisations and vessels one word may be enough for a
//! match at the threshold of a short list, while the index looks for two: asked for such a one, all who
//! are no persons are worth comparing.

use std::sync::Arc;

use crate::domain::{Country, Date, Subject};
use crate::formats::Profile;
use crate::index::fuzzy::{self, Builder, Found, Limits, Live};
use crate::names::{Analysed, Analyser, Bits, Population};
use crate::watchlist::{Forms, bearer};

use super::bound::weights;
use super::resemble::asked;
use super::roster::{may_be_one, written};

/// A list of subjects, those who may be persons filed by their names.
pub struct Finder {
    live: Arc<Live<usize>>,
    /// Where those stand who are no persons, or may be none.
    things: Vec<usize>,
    analyser: Analyser,
    analysed: Analysed,
    scratch: fuzzy::Scratch,
    found: Vec<Found<usize>>,
}

impl Finder {
    /// These subjects in their order; `population` says how rare words are beyond them.
    pub fn new(list: &[Profile], population: Arc<Population>) -> Self {
        let (mut builder, mut forms) = (Builder::default(), Forms::default());
        let mut things = Vec::new();
        for (place, profile) in list.iter().enumerate() {
            if profile.subject != Subject::Person {
                things.push(place);
            }
            if !may_be_one(profile.subject, Subject::Person) {
                continue;
            }
            let born = profile.birth_dates.iter().copied();
            let nations = profile.nationalities.iter().copied();
            let names = written(profile).into_iter();
            forms.read(profile.subject, names, (born, nations));
            builder.add(place, &forms.listed());
        }
        let weights = weights(population);
        let (live, mut writer) = Live::new(weights.clone());
        writer.replace(builder.build(weights));
        Self {
            live,
            things,
            analyser: Analyser::default(),
            analysed: Analysed::default(),
            scratch: fuzzy::Scratch::default(),
            found: Vec::new(),
        }
    }

    /// Shows the places of those who may reach `least`, in the order of the list; gives whether some
    /// were not looked at.
    pub fn candidates(&mut self, query: &Profile, least: Bits, places: &mut Vec<usize>) -> bool {
        places.clear();
        if query.subject != Subject::Person {
            places.extend_from_slice(&self.things);
        }
        let is_cut = may_be_one(query.subject, Subject::Person) && self.search(query, least);
        places.extend(self.found.drain(..).map(|found| found.entry));
        places.sort_unstable();
        places.dedup();
        is_cut
    }

    /// Asks the index about each name of a query; gives whether some were not looked at.
    fn search(&mut self, query: &Profile, least: Bits) -> bool {
        let Self { live, analyser, analysed, scratch, found, .. } = self;
        let view = live.view();
        let mut is_cut = false;
        for name in written(query) {
            analyser.analyse(name, bearer(query.subject), analysed);
            for beside in beside(query) {
                let query = asked(analysed, beside, least, Limits::GENEROUS);
                is_cut |= view.search(&query, scratch, found).cut;
            }
        }
        is_cut
    }
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
    use super::super::score::{Mode, Setting};
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
    fn persons_alike_are_found_and_for_a_thing_all_who_are_no_persons() {
        let list = list();
        let roster = Roster::new(&list);
        let mut finder = Finder::new(&list, Arc::clone(roster.population()));
        let mut places = vec![7];
        let query = profiles(
            "{\"name\": \"Ilona Samplova\", \"birthDate\": [\"1970-01-02\", \"1984-02-29\"]}",
        )
        .remove(0);
        assert!(!finder.candidates(&query, Bits::whole(6), &mut places));
        assert_eq!(places, [0, 4]);
        // What is found ranks as it does among everybody.
        let setting = Setting::of_list(list.len(), Mode::Balanced);
        let everybody = roster.ask(&query, &setting, Bits::whole(6));
        assert_eq!(roster.ask_of(places.clone(), &query, &setting, Bits::whole(6)), everybody);
        assert_eq!(everybody.first().map(|one| one.listed), Some(0));
        let of = |subject| Profile { subject, ..query.clone() };
        let mut of = |subject| {
            assert!(!finder.candidates(&of(subject), Bits::whole(6), &mut places));
            places.clone()
        };
        assert_eq!(of(Subject::Vessel), [2, 3]);
        assert_eq!(of(Subject::Other), [0, 2, 3, 4]);
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
