//! A list of subjects held ready, and who of them a subject may be: each is scored.
//!
//! For tools and measurements: it retrieves nothing, so that it misses nothing. The stream asks the
//! index for candidates first.

use crate::domain::{Country, Date, Name, Subject as Sort};
use crate::formats::Profile;
use crate::names::{Analysed, Analyser, Bearer, Bits, Rarity};

use super::score::{Prepared, Scored, Setting, Subject, score};

/// Listed subjects, made ready once.
pub struct Roster<R> {
    rarity: R,
    analyser: Analyser,
    listed: Vec<Ready>,
}

/// A subject made ready: its names analysed and weighed. Personal data: has no `Debug`.
pub struct Ready {
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

impl<R: Rarity> Roster<R> {
    /// An empty list, with words as rare as these tables say.
    pub fn new(rarity: R) -> Self {
        Self { rarity, analyser: Analyser::default(), listed: Vec::new() }
    }

    /// Adds a listed subject at the next place.
    pub fn add(&mut self, profile: &Profile) {
        let ready = self.ready(profile);
        self.listed.push(ready);
    }

    /// Makes a subject ready to be asked for.
    pub fn ready(&mut self, profile: &Profile) -> Ready {
        let bearer = bearer(profile.subject);
        let mut analysed = Analysed::default();
        let names = profile.names.iter().map(|written| {
            let name = Name { surname: &written.name.surname, given: &written.name.given };
            self.analyser.analyse(name, bearer, &mut analysed);
            Prepared::new(&analysed, bearer, &self.rarity)
        });
        Ready {
            sort: profile.subject,
            names: names.collect(),
            born: profile.birth_dates.clone(),
            nationalities: profile.nationalities.clone(),
        }
    }

    /// Everybody for whom at least so much speaks, the likeliest first; equally likely ones in the
    /// order of the list.
    pub fn ask(&self, query: &Ready, setting: &Setting, least: Bits) -> Vec<Ranked> {
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
    pub fn compare(&mut self, query: &Profile, listed: &Profile, setting: &Setting) -> Scored {
        let (query, listed) = (self.ready(query), self.ready(listed));
        score(&query.subject(), &listed.subject(), setting)
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
