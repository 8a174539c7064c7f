//! Organisations and vessels: what is found of them, and who is told of for nothing, against floors.
//!
//! Tests alone: whoever changes the weights of things, their bar or their index meets them here.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;

use super::bound::sample::weights;
use super::score::{Mode, Setting};
use super::{Finder, Match, Roster, Scratch, THINGS_MIN, screen};
use crate::domain::{Country, EntryKey, Evidence, ListedName, Subject, Timestamp, Topic};
use crate::formats::Profile;
use crate::names::{Bits, Population};
use crate::sim::corpus::{Change, Corpus, Slip, Sort, Spelling, Statement};
use crate::sim::{Settings, World};
use crate::watchlist::sample::named_lists;

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

/// How many statements of a change are met by comparing with all, by the index, and how many there are.
fn met(invented: &Invented, change: Change) -> (usize, usize, usize) {
    let mut finder = Finder::new(&invented.list, Arc::clone(invented.roster.population()));
    let (mut met, mut found, mut asked, mut places) = (0, 0, 0, Vec::new());
    for stated in invented.statements(change) {
        let number = stated.label.number.to_string();
        let is_it = |at: &usize| *invented.list[*at].id == *number;
        let names = vec![(stated.name.to_string(), false)];
        let query = profile(invented.sort, String::new(), names, Some(stated.country));
        finder.candidates(&query, (&invented.setting, Bits::ZERO), &mut places);
        found += usize::from(places.iter().any(is_it));
        met += usize::from(invented.matches(&stated.name, stated.country).iter().any(is_it));
        asked += 1;
    }
    (met, found, asked)
}

#[test]
fn the_bound_of_the_index_is_no_less_than_the_score() {
    for (sort, seed) in [(Subject::Organisation, 13), (Subject::Vessel, 14)] {
        let invented = Invented::new(sort, seed);
        let Invented { list, roster, setting, .. } = &invented;
        let mut finder = Finder::new(list, Arc::clone(roster.population()));
        let (mut all, mut above) = (0, Vec::new());
        // Words that are read as one, or as two, have keys of their own.
        let whole = |change: &&Change| !matches!(change, Change::Slip(Slip::Joined | Slip::Split));
        for change in invented.changes().iter().filter(whole) {
            for stated in invented.statements(*change).into_iter().take(10) {
                let names = vec![(stated.name.to_string(), false)];
                let query = profile(sort, String::new(), names, Some(stated.country));
                let bounds = finder.bounds(&query);
                let some = (0..list.len()).step_by(17).chain([stated.label.number as usize]);
                let places = some.collect::<BTreeSet<_>>();
                for one in roster.ask_of(places, &query, setting, Bits::whole(-100)) {
                    let (bits, bound) = (one.scored.bits, bounds[&one.listed]);
                    all += 1;
                    if bits > bound {
                        let listed = &list[one.listed].names[one.scored.names.1].surname;
                        let bits = (bits.to_f32(), bound.to_f32());
                        above.push(format!("{} / {listed}: {bits:?}", stated.name));
                    }
                }
            }
        }
        assert!(all > 10_000, "{all}");
        assert!(above.is_empty(), "{sort:?}: {} of {all}: {above:#?}", above.len());
    }
}

#[test]
fn a_name_that_its_field_cut_is_met_and_found() {
    // A number that lost its end, as ships' do, is another.
    for (sort, seed, met_min) in [(Subject::Organisation, 31, 90), (Subject::Vessel, 32, 55)] {
        let (met, found, asked) = met(&Invented::new(sort, seed), Change::Truncated);
        eprintln!("{sort:?}: {met} met, {found} found of {asked}");
        assert!(asked >= 20, "{asked}");
        assert!(met * 100 >= asked * met_min, "{sort:?}: {met} of {asked}");
        assert!(found * 100 >= asked * 90, "{sort:?}: {found} of {asked}");
    }
}

#[test]
fn initials_find_the_firm_that_writes_them_out_and_the_other_way_round() {
    const FIRMS: [(&str, &str); 5] = [
        // A small word has the letter that is wanted next, and is not meant.
        ("IROLS", "Islamic Republic of Oman Lines Samplon"),
        ("SBM", "Samplonian Bridge Machines Corp."),
        ("IRISL", "Islamic Republic of Invented Shipping Lines"),
        ("ZHKTO", "OOO Zavod Himii Krasok Tyazhelogo Oborudovaniya"),
        ("VGAKN LLC", "Vereinigte Grosse Allgemeine Kunst und Natur GmbH"),
    ];
    let country = Country::parse("DEU").ok();
    let of = |name: &str| {
        profile(Subject::Organisation, name.to_owned(), vec![(name.to_owned(), false)], country)
    };
    let setting = Setting::of_list(THINGS_MIN, Mode::Balanced);
    let crowd = Invented::new(Subject::Organisation, 41).list;
    for (short, long) in FIRMS {
        for (stated, listed) in [(short, long), (long, short)] {
            let list: Vec<Profile> = crowd.iter().cloned().chain([of(listed)]).collect();
            let mut finder = Finder::new(&list, POPULATION.with(Arc::clone));
            let mut places = Vec::new();
            // Three letters alone are not enough for a match; whoever asks for less is told.
            let least = Bits::whole(if short.len() == 3 { -6 } else { 0 });
            finder.candidates(&of(stated), (&setting, least), &mut places);
            assert!(places.contains(&crowd.len()), "{stated} / {listed}");
            let roster = Roster::new(&list);
            let met = roster.ask(&of(stated), &setting, least);
            assert!(met.iter().any(|one| one.listed == crowd.len()), "{stated} / {listed}");
            let told = roster.ask(&of(stated), &setting, Bits::ZERO);
            let is_told = told.iter().any(|one| one.listed == crowd.len());
            assert_eq!(is_told, short.len() > 3, "{stated} / {listed}");
        }
    }
    // The same initials of two names say nothing.
    let list = [of("Samplonian Bridge Machines Corp.")];
    let other = of("Southern Butter Mills Corp.");
    let mut finder = Finder::new(&list, POPULATION.with(Arc::clone));
    let mut places = Vec::new();
    finder.candidates(&other, (&setting, Bits::whole(-6)), &mut places);
    assert!(places.is_empty());
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
    // Some of those who are not listed bear the name of one who is, with another legal form, trade or
    // number. `WEIGHTS.md` tells of real ones.
    for (sort, seed, met_min, told_max) in
        [(Subject::Organisation, 21, 92, 60), (Subject::Vessel, 22, 88, 35)]
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

/// 2026-06-01T00:00:00Z.
const EPOCH_MILLIS: i64 = 1_780_272_000_000;

#[test]
fn what_is_planted_of_firms_and_ships_is_met_and_nobody_else() {
    let epoch = Timestamp::from_millis(EPOCH_MILLIS).unwrap();
    let sized = Settings::sized(3, epoch, 4_000);
    let world = World::new(Settings {
        names_alike: true,
        listed_people: 10,
        listed_vessels: 60,
        hit_share: 0.3,
        decoy_share: 0.0,
        ..sized
    });
    let (lists, _writer) = named_lists(weights(), world.entries());
    let mut traffic = world.traffic(5);
    let mut scratch = Scratch::default();
    let (mut by_name, mut seconds) = (BTreeMap::new(), 0);
    while seconds < 12_000 {
        seconds += 1;
        let at = Timestamp::from_millis(EPOCH_MILLIS + seconds * 1_000).unwrap();
        let planned = traffic.next(at).unwrap();
        if !matches!(planned.event.topic(), Topic::Declarations | Topic::Containers) {
            continue;
        }
        let matches = screen(&lists, &planned.event, at, &mut scratch).found;
        let found: Vec<EntryKey> = matches.iter().map(|one| one.listed.key()).collect();
        let id = planned.event.id.as_str();
        for key in planned.expected {
            assert!(found.contains(key), "{id}: {key} was not met");
        }
        let is_planted =
            |key: &EntryKey| planned.expected.contains(key) || planned.possible.contains(key);
        assert!(found.iter().all(is_planted), "{id}: {:?} met", found.len());
        let is_of_name = |one: &&Match| {
            let by_number = |at: &Evidence| matches!(at.attribute.name(), "eori" | "imo" | "mmsi");
            one.resemblance.is_some() && !one.evidence.iter().any(by_number)
        };
        for one in matches.iter().filter(is_of_name) {
            *by_name.entry(one.listed.list().as_str().to_owned()).or_insert(0) += 1;
        }
    }
    eprintln!("{by_name:?}");
    assert!(by_name.get("sanctioned-traders").is_some_and(|many| *many > 20), "{by_name:?}");
    assert!(by_name.get("vessels-of-interest").is_some_and(|many| *many > 5), "{by_name:?}");
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
