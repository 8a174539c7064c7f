//! A list of subjects held ready, and who of them a subject may be: each is scored.
//!
//! For tools and measurements: it retrieves nothing, so that it misses nothing. The stream asks the
//! index for candidates first.

use crate::domain::{Country, Date, Name, Subject as Sort};
use crate::formats::Profile;
use crate::names::{Analysed, Analyser, Bearer, Bits, Counts};

use super::score::{Prepared, Scored, Setting, Subject, score};

/// Listed subjects, made ready once.
pub struct Roster {
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
    names: Vec<Prepared>,
    born: Vec<Date>,
    nationalities: Vec<Country>,
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
        let mut rarity = Rarities {
            persons: Counts::built_in(Bearer::Person),
            others: Counts::built_in(Bearer::Organisation),
        };
        let mut analyser = Analyser::default();
        for profile in list {
            let mut count = |name: &Analysed, bearer| rarity.of_mut(bearer).add(name);
            for_each_name(profile, &mut analyser, &mut count);
        }
        let listed = list.iter().map(|profile| rarity.ready(profile)).collect();
        Self { rarity, listed }
    }

    /// Everybody for whom at least so much speaks, the likeliest first; equally likely ones in the
    /// order of the list.
    pub fn ask(&self, query: &Profile, setting: &Setting, least: Bits) -> Vec<Ranked> {
        let query = self.rarity.ready(query);
        let query_subject = query.subject();
        let mut ranked: Vec<Ranked> = self
            .listed
            .iter()
            .enumerate()
            .filter(|(_, listed)| may_be_one(query.sort, listed.sort))
            .map(|(at, listed)| Ranked {
                listed: at,
                scored: score(&query_subject, &listed.subject(), setting),
            })
            .filter(|one| one.scored.bits >= least)
            .collect();
        ranked.sort_by_key(|one| std::cmp::Reverse(one.scored.bits));
        ranked
    }

    /// How much speaks for two subjects being one.
    pub fn compare(&self, query: &Profile, listed: &Profile, setting: &Setting) -> Scored {
        let (query, listed) = (self.rarity.ready(query), self.rarity.ready(listed));
        score(&query.subject(), &listed.subject(), setting)
    }
}

impl Rarities {
    fn of_mut(&mut self, bearer: Bearer) -> &mut Counts {
        if bearer == Bearer::Person { &mut self.persons } else { &mut self.others }
    }

    fn ready(&self, profile: &Profile) -> Ready {
        let mut names = Vec::with_capacity(profile.names.len());
        for_each_name(profile, &mut Analyser::default(), &mut |name, bearer| {
            let rarity = if bearer == Bearer::Person { &self.persons } else { &self.others };
            names.push(Prepared::new(name, bearer, rarity));
        });
        Ready {
            sort: profile.subject,
            names,
            born: profile.birth_dates.clone(),
            nationalities: profile.nationalities.clone(),
        }
    }
}

fn for_each_name(
    profile: &Profile,
    analyser: &mut Analyser,
    then: &mut dyn FnMut(&Analysed, Bearer),
) {
    let bearer = bearer(profile.subject);
    let mut analysed = Analysed::default();
    for written in &profile.names {
        let name = Name { surname: &written.name.surname, given: &written.name.given };
        analyser.analyse(name, bearer, &mut analysed);
        then(&analysed, bearer);
    }
}

impl Ready {
    fn subject(&self) -> Subject<'_> {
        Subject { names: &self.names, born: &self.born, nationalities: &self.nationalities }
    }
}

/// What the words of a name may be, by what bears it.
pub fn bearer(sort: Sort) -> Bearer {
    match sort {
        Sort::Person => Bearer::Person,
        Sort::Organisation => Bearer::Organisation,
        Sort::Vessel => Bearer::Vessel,
        Sort::Document
        | Sort::Vehicle
        | Sort::Container
        | Sort::Contact
        | Sort::Consignment
        | Sort::Other => Bearer::Unknown,
    }
}

/// Whether subjects of these sorts may be one: of the same sort, or one of them left open.
fn may_be_one(one: Sort, other: Sort) -> bool {
    one == other || one == Sort::Other || other == Sort::Other
}
