//! A list of subjects held ready, and who of them a subject may be: all are scored, or those of whom
//! it is asked.
//!
//! For tools and measurements. It retrieves nothing, so that it misses nobody; the
//! [`Finder`](super::Finder) gives the candidates that the index of the stream has.

use std::sync::Arc;

use crate::domain::{Country, Date, ListedName, Name, Sex, Subject as Sort};
use crate::formats::Profile;
use crate::names::{Analysed, Analyser, Bearer, Bits, Counts, Population};
use crate::watchlist::{bearer, read_beside, readings};

use super::score::{self, Birthplace, Explanation, Prepared, Scored, Setting, Subject};

/// Listed subjects, made ready once.
pub struct Roster {
    population: Arc<Population>,
    rarity: Rarities,
    listed: Vec<Ready>,
}

/// How rare words are, among names of persons and among others.
struct Rarities {
    persons: Counts,
    others: Counts,
}

/// A subject made ready: its names analysed and weighed. Personal data: has no `Debug`.
struct Ready {
    sort: Sort,
    /// Its names in each way in which they are read.
    names: Vec<(Bearer, Vec<Prepared>)>,
    born: Vec<Date>,
    nationalities: Vec<Country>,
    sex: Option<Sex>,
    birth_places: Vec<Birthplace>,
}

/// A listed subject and how much speaks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// Its place in the list.
    pub listed: usize,
    /// The evidence.
    pub scored: Scored,
}

impl Roster {
    /// These subjects in their order; how rare a word is follows from the tables built in and from
    /// their names.
    pub fn new(list: &[Profile]) -> Self {
        let population = Arc::new(Population::built_in());
        let of = |bearer| population.of(bearer).clone();
        let mut rarity = Rarities { persons: of(Bearer::Person), others: of(Bearer::Organisation) };
        let mut analyser = Analyser::default();
        for profile in list {
            let mut count = |name: &Analysed, bearer, _| rarity.of_mut(bearer).add(name);
            let bearer = bearer(profile.subject);
            for_each_name(profile, bearer, (&mut analyser, Analyser::analyse_listed), &mut count);
        }
        let ready = |one| rarity.ready(one, &mut analyser, Analyser::analyse_listed);
        let listed = list.iter().map(ready).collect();
        Self { population, rarity, listed }
    }

    /// How rare words are beyond the list.
    pub fn population(&self) -> &Arc<Population> {
        &self.population
    }

    /// Everybody whose odds are at least these, the likeliest first; equally likely ones in the order of
    /// the list.
    pub fn ask(&self, query: &Profile, setting: &Setting, least: Bits) -> Vec<Ranked> {
        self.ask_of(0..self.listed.len(), query, setting, least)
    }

    /// The same of those alone who stand at these places, which rise.
    pub fn ask_of(
        &self,
        places: impl IntoIterator<Item = usize>,
        query: &Profile,
        setting: &Setting,
        least: Bits,
    ) -> Vec<Ranked> {
        let query = self.rarity.ready(query, &mut Analyser::default(), Analyser::analyse);
        let listed = places.into_iter().filter_map(|at| Some((at, self.listed.get(at)?)));
        let candidates = listed.filter(|(_, one)| may_be_one(query.sort, one.sort));
        let scored = candidates.map(|(listed, one)| Ranked {
            listed,
            scored: score::score(&query.beside(one), &one.beside(&query), setting),
        });
        let mut ranked: Vec<Ranked> = scored.filter(|one| one.scored.odds >= least).collect();
        ranked.sort_by_key(|one| std::cmp::Reverse(one.scored.odds));
        ranked
    }

    /// How much speaks for two subjects being one.
    pub fn compare(&self, stated: &Profile, listed: &Profile, setting: &Setting) -> Scored {
        let mut analyser = Analyser::default();
        let stated = self.rarity.ready(stated, &mut analyser, Analyser::analyse);
        let listed = self.rarity.ready(listed, &mut analyser, Analyser::analyse_listed);
        score::score(&stated.beside(&listed), &listed.beside(&stated), setting)
    }

    /// Why two subjects score as they do.
    pub fn explain(&self, stated: &Profile, listed: &Profile, setting: &Setting) -> Explanation {
        let mut analyser = Analyser::default();
        let one = self.rarity.ready(stated, &mut analyser, Analyser::analyse);
        let other = self.rarity.ready(listed, &mut analyser, Analyser::analyse_listed);
        let (one_written, other_written) = (written(stated), written(listed));
        let stated = Subject { written: &one_written, ..one.beside(&other) };
        let listed = Subject { written: &other_written, ..other.beside(&one) };
        score::explain(&stated, &listed, setting)
    }
}

impl Rarities {
    fn of_mut(&mut self, bearer: Bearer) -> &mut Counts {
        if bearer == Bearer::Person { &mut self.persons } else { &mut self.others }
    }

    fn ready(&self, profile: &Profile, analyser: &mut Analyser, read: Reading) -> Ready {
        let mut read_as = |bearer| {
            let mut names = Vec::with_capacity(profile.names.len());
            for_each_name(profile, bearer, (analyser, read), &mut |name, bearer, weak| {
                let rarity = if bearer == Bearer::Person { &self.persons } else { &self.others };
                names.push(Prepared::new(name, bearer, rarity).weak(weak));
            });
            (bearer, names)
        };
        let (own, others) = readings(profile.subject);
        let names = [own].iter().chain(others).map(|bearer| read_as(*bearer)).collect();
        let places = profile.birth_places.iter().map(|place| &**place);
        Ready {
            sort: profile.subject,
            names,
            born: profile.birth_dates.clone(),
            nationalities: profile.nationalities.clone(),
            sex: profile.sex,
            birth_places: Birthplace::read_all(places, analyser).collect(),
        }
    }
}

/// How names are read: as stated, or as listed.
type Reading = fn(&mut Analyser, Name<'_>, Bearer, &mut Analysed);

/// Gives each name of a profile as its words, read as that of such a bearer, and whether it is a weak alias.
fn for_each_name(
    profile: &Profile,
    bearer: Bearer,
    (analyser, read): (&mut Analyser, Reading),
    then: &mut dyn FnMut(&Analysed, Bearer, bool),
) {
    let mut analysed = Analysed::default();
    for written in &profile.names {
        read(analyser, written.name(), bearer, &mut analysed);
        then(&analysed, bearer, written.weak);
    }
}

/// The names of a profile.
pub(super) fn written(profile: &Profile) -> Vec<Name<'_>> {
    profile.names.iter().map(ListedName::name).collect()
}

impl Ready {
    /// The subject as it is compared with another.
    fn beside(&self, other: &Self) -> Subject<'_> {
        let wanted = read_beside(self.sort, other.sort);
        let names = self.names.iter().find(|(bearer, _)| *bearer == wanted);
        Subject {
            names: names.map(|(_, names)| names.as_slice()).unwrap_or_default(),
            born: &self.born,
            nationalities: &self.nationalities,
            sex: self.sex,
            birth_places: &self.birth_places,
            ..Subject::default()
        }
    }
}

/// Whether subjects of these sorts may be one: of the same sort, or one of them left open.
pub(super) fn may_be_one(one: Sort, other: Sort) -> bool {
    one == other || one == Sort::Other || other == Sort::Other
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::score::Mode;
    use super::*;
    use crate::formats::{Format, Profiles};

    /// Profiles as a file has them.
    pub(in super::super) fn profiles(text: &str) -> Vec<Profile> {
        let read = Profiles::read(Format::JsonLines, text.as_bytes());
        assert_eq!(read.mistakes, []);
        read.profiles.into_iter().map(|(profile, _)| profile).collect()
    }

    fn list() -> Vec<Profile> {
        profiles(
            "{\"id\": \"a\", \"name\": \"SAMPLOVA, Ilona\", \"birthDate\": \"1984-02-29\"}\n\
             {\"id\": \"b\", \"name\": \"Somebody Else\"}\n\
             {\"id\": \"c\", \"name\": \"SAMPLOVA, Ilona\", \"birthDate\": \"1955-01-07\"}\n\
             {\"id\": \"d\", \"name\": \"Ilona Samplova\", \"schema\": \"Company\"}\n\
             {\"id\": \"e\", \"name\": \"Ilona Samplova\", \"schema\": \"LegalEntity\"}\n\
             {\"id\": \"f\", \"name\": \"Quite Another\", \"weakAlias\": \"SAMPLOVA, Ilona\", \"birthDate\": \"1984-02-29\"}\n",
        )
    }

    #[test]
    fn all_who_may_be_meant_are_ranked_by_what_speaks_for_them() {
        let list = list();
        let roster = Roster::new(&list);
        let setting = Setting::of_list(list.len(), Mode::Balanced);
        let query =
            profiles("{\"name\": \"Ilona Samplová\", \"birthDate\": \"1984-02-29\"}").remove(0);
        let ranked = roster.ask(&query, &setting, Bits::sixteenths(i32::MIN / 2));
        let order: Vec<&str> = ranked.iter().map(|one| &*list[one.listed].id).collect();
        // A company is no person; whatever the list leaves open may be one.
        assert_eq!((order[0], order.len()), ("a", 5));
        assert!(!order.contains(&"d") && order.contains(&"e"), "{order:?}");
        assert!(ranked.is_sorted_by(|one, other| one.scored.odds >= other.scored.odds));
        let bits = |id: &str| {
            let at = order.iter().position(|at| *at == id).unwrap();
            ranked[at].scored.odds
        };
        assert!(bits("c") < bits("a") && bits("f") < bits("a") && bits("b") < bits("f"));
        let few = roster.ask(&query, &setting, bits("f"));
        assert_eq!(few.last().map(|one| one.scored.odds), Some(bits("f")));
    }

    #[test]
    fn the_evidence_of_an_explanation_adds_up_to_the_score_and_names_who_met() {
        let list = list();
        let roster = Roster::new(&list);
        let setting = Setting::of_list(list.len(), Mode::Balanced);
        let query = profiles("{\"name\": \"Ilonna Samplova\", \"birthDate\": \"1984\"}").remove(0);
        for listed in &list {
            let scored = roster.compare(&query, listed, &setting);
            assert_eq!(roster.explain(&query, listed, &setting).bits(), scored.bits);
        }
        let why = roster.explain(&query, &list[5], &setting);
        assert_eq!(
            (why.stated.as_str(), why.listed.as_str()),
            ("Ilonna Samplova", "Ilona SAMPLOVA")
        );
    }

    #[test]
    fn one_word_that_sounds_alike_makes_no_person_of_a_company_that_is_left_open() {
        let setting = Setting::of_list(14_000, Mode::Balanced);
        for (stated, listed) in [
            ("سارا آرش بهرامی", "ARC RESOURCES CORPORATION LTD"),
            ("جوين كرمة حنبولي", "Joinus Freight Systems Global Logistics Limited"),
            ("روحي يعقوب آل جعفر", "CHAFER"),
        ] {
            let query = profiles(&format!("{{\"name\": \"{stated}\"}}")).remove(0);
            let open = format!("{{\"name\": \"{listed}\", \"schema\": \"LegalEntity\"}}");
            let list = profiles(&open);
            let bits = Roster::new(&list).compare(&query, &list[0], &setting).bits;
            assert!(bits < setting.threshold_bits(), "{listed}: {bits:?}");
        }
    }
}
