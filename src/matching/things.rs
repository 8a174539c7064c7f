//! Organisations and vessels: what is found of them, and who is told of for nothing, against floors.
//!
//! Tests alone: whoever changes the weights of things, their bar or their index meets them here.

use std::sync::Arc;

use proptest::prelude::*;

use super::score::{Mode, Setting};
use super::{Finder, Roster, THINGS_MIN};
use crate::domain::{Country, ListedName, Subject};
use crate::formats::Profile;
use crate::names::{Bits, Population};
use crate::sim::corpus::{Change, Corpus, Slip, Sort, Spelling, Statement};

/// Listed things of a sort in each test.
const LISTED: u32 = 3_000;
/// Statements of each kind of change.
const EACH: usize = 30;

/// An invented list of one sort, and a matcher of it.
struct Invented {
    sort: Subject,
    corpus: Corpus,
    list: Vec<Profile>,
    roster: Roster,
    setting: Setting,
}

impl Invented {
    fn new(sort: Subject, seed: u64) -> Self {
        let corpus = Corpus::new(seed);
        let list: Vec<Profile> = (0..LISTED).filter_map(|at| listed(&corpus, sort, at)).collect();
        let (roster, setting) = (Roster::new(&list), Setting::of_list(list.len(), Mode::Balanced));
        Self { sort, corpus, list, roster, setting }
    }

    fn statements(&self, change: Change) -> Vec<Statement> {
        if self.sort == Subject::Vessel {
            self.corpus.statements_of_vessels(change, LISTED, EACH).collect()
        } else {
            self.corpus.statements_of_organisations(change, LISTED, EACH).collect()
        }
    }

    fn changes(&self) -> &'static [Change] {
        if self.sort == Subject::Vessel { &Change::OF_VESSELS } else { &Change::OF_ORGANISATIONS }
    }

    /// Places and evidence of the matches of a name.
    fn matches(&self, name: &str, country: Country) -> Vec<usize> {
        let query =
            profile(self.sort, String::new(), vec![(name.to_owned(), false)], Some(country));
        let found = self.roster.ask(&query, &self.setting, Bits::ZERO);
        found.into_iter().map(|one| one.listed).collect()
    }
}

fn listed(corpus: &Corpus, sort: Subject, number: u32) -> Option<Profile> {
    let named = |all: &[Spelling]| -> Vec<(String, bool)> {
        all.iter().map(|one| (one.surname.to_string(), one.sort == Sort::Weak)).collect()
    };
    let (names, country) = if sort == Subject::Vessel {
        let vessel = corpus.vessel(number)?;
        (named(&vessel.names), vessel.listed_flag)
    } else {
        let firm = corpus.organisation(number)?;
        (named(&firm.names), firm.listed_country)
    };
    Some(profile(sort, number.to_string(), names, country))
}

fn profile(
    subject: Subject,
    id: String,
    names: Vec<(String, bool)>,
    country: Option<Country>,
) -> Profile {
    let written =
        |(name, weak): (String, bool)| ListedName { surname: name.into(), given: "".into(), weak };
    Profile {
        id: id.into(),
        subject,
        names: names.into_iter().map(written).collect(),
        birth_dates: Vec::new(),
        nationalities: country.into_iter().collect(),
        sex: None,
        birth_places: Vec::new(),
    }
}

#[test]
fn the_index_finds_what_comparing_with_all_finds() {
    for (sort, seed) in [(Subject::Organisation, 11), (Subject::Vessel, 12)] {
        let invented = Invented::new(sort, seed);
        let Invented { list, roster, setting, .. } = &invented;
        let mut finder = Finder::new(list, Arc::clone(roster.population()));
        let (mut found, mut all, mut missed, mut places) = (0, 0, Vec::new(), Vec::new());
        for change in invented.changes() {
            for stated in invented.statements(*change) {
                let names = vec![(stated.name.to_string(), false)];
                let query = profile(sort, String::new(), names, Some(stated.country));
                finder.candidates(&query, (setting, Bits::ZERO), &mut places);
                for one in roster.ask(&query, setting, Bits::ZERO) {
                    all += 1;
                    if places.contains(&one.listed) {
                        found += 1;
                    } else {
                        let listed = &list[one.listed].names[one.scored.names.1].surname;
                        missed.push(format!("{} / {listed}", stated.name));
                    }
                }
            }
        }
        eprintln!("{sort:?}: {found} of {all}");
        assert!(all > 200, "{all}");
        assert!(found * 100 >= all * 98, "{sort:?}: {found} of {all}; missed: {missed:#?}");
    }
}

/// What befalls names every day.
const ORDINARY: [Change; 7] = [
    Change::Exact,
    Change::Slip(Slip::Typo1),
    Change::Slip(Slip::Transpose),
    Change::Slip(Slip::Diacritics),
    Change::Reorder,
    Change::Form,
    Change::NoForm,
];

#[test]
fn ordinary_changes_are_met_and_few_of_those_who_are_not_listed() {
    // Invented brands and ships' names are few: one in ten who is not listed bears the name of one who
    // is, with another legal form or number. `WEIGHTS.md` tells of real ones.
    for (sort, seed, met_min, told_max) in
        [(Subject::Organisation, 21, 90, 130), (Subject::Vessel, 22, 70, 150)]
    {
        let invented = Invented::new(sort, seed);
        let (mut met, mut asked) = (0, 0);
        for change in invented.changes().iter().filter(|change| ORDINARY.contains(change)) {
            for stated in invented.statements(*change) {
                let number = stated.label.number.to_string();
                let found = invented.matches(&stated.name, stated.country);
                met += usize::from(found.iter().any(|at| *invented.list[*at].id == *number));
                asked += 1;
            }
        }
        let (mut told, mut clean) = (0, 0);
        let strangers = LISTED..LISTED + 500;
        for other in strangers.filter_map(|at| listed(&invented.corpus, sort, at)) {
            let name = &other.names[0].surname;
            let is_listed = |one: &Profile| one.names.iter().any(|at| at.surname == *name);
            let Some(country) = other.nationalities.first() else { continue };
            if invented.list.iter().any(is_listed) {
                continue;
            }
            clean += 1;
            told += usize::from(!invented.matches(name, *country).is_empty());
        }
        eprintln!("{sort:?}: {met} of {asked} met, {told} of {clean} told of");
        assert!(asked > 80 && clean > 150, "{asked} {clean}");
        assert!(met * 100 >= asked * met_min, "{sort:?}: {met} of {asked}");
        assert!(told * 1_000 <= clean * told_max, "{sort:?}: {told} of {clean}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// On the longest list whose bar is the least, without and with a legal form.
    #[test]
    fn an_equal_name_of_rare_words_is_met_and_found_and_a_longer_one_counts_more(
        words in prop::collection::vec("[bdfgklmnprstvz][aeiou][bdfgklmnprstvz]{1,2}[aeiou][bdfgklmnprstvz]", 2..5),
        form in prop::sample::select(&["", " GmbH", " S.A.", " Co., Ltd."][..]),
        is_vessel in any::<bool>(),
    ) {
        prop_assume!((1..words.len()).all(|at| !words[..at].contains(&words[at])));
        let sort = if is_vessel { Subject::Vessel } else { Subject::Organisation };
        let country = Country::parse("DEU").ok();
        let of = |many: usize| {
            let name = words[..many].join(" ") + if is_vessel { "" } else { form };
            profile(sort, String::new(), vec![(name, false)], country)
        };
        let setting = Setting::of_list(THINGS_MIN, Mode::Balanced);
        let list = [of(words.len()), of(1)];
        let roster = Roster::new(&list);
        let best = |query: &Profile| roster.ask(query, &setting, Bits::whole(-20)).remove(0);
        let whole = best(&list[0]);
        prop_assert_eq!(whole.listed, 0);
        prop_assert!(whole.scored.odds >= Bits::ZERO, "{:?}", whole.scored);
        prop_assert!(whole.scored.odds > best(&list[1]).scored.odds);
        let mut finder = Finder::new(&list, POPULATION.with(Arc::clone));
        let mut places = Vec::new();
        finder.candidates(&list[0], (&setting, Bits::ZERO), &mut places);
        prop_assert!(places.contains(&0));
    }
}

thread_local! {
    /// Read once: it takes a good part of a second.
    static POPULATION: Arc<Population> = Arc::new(Population::built_in());
}
