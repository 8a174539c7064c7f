//! Screening: queries that must find somebody on a list, and clean persons who must find nobody.

use std::collections::HashMap;
use std::time::Instant;

use crate::formats::{Mistake, Profile, Profiles, Record};

use super::calibration::{Calibration, Offer};
use super::figures::{Candidates, Judged, Kind, Set, Thresholds};
use super::groups::{Rival, Scripts, groups, rivals, tags};
use super::measure::{NOT_FOUND, Sample, Sought};
use super::pairs::script;
use super::retrieval::Retrieval;

/// A listed subject that a search returned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Its place in the list.
    pub listed: usize,
    /// Its score.
    pub score: f64,
    /// Whether the index finds it too, where everybody was compared and the index asked as well.
    pub by_index: Option<bool>,
}

/// A query.
pub struct Case<'c> {
    /// Who is asked for.
    pub query: &'c Profile,
    /// Where in the list the right answer stands; none for a clean person.
    pub truth: Option<usize>,
    /// Column and value of each part it belongs to.
    pub tags: Vec<(String, String)>,
    /// Scores that other matchers gave: of the right answer, or the highest of all for a clean
    /// person; in the order of [`Persons::rivals`].
    pub theirs: Vec<f64>,
}

/// The cases of a set.
#[derive(Default)]
pub struct Persons<'c> {
    /// Queries and clean persons.
    pub cases: Vec<Case<'c>>,
    /// Names of other matchers.
    pub rivals: Vec<String>,
    /// Queries for somebody who is not listed.
    pub left_out: u64,
}

/// Persons of a file, and what other matchers scored them.
pub struct Asked<'c> {
    profiles: &'c Profiles,
    rivals: Vec<Rival>,
}

impl<'c> Asked<'c> {
    /// Those of this file, with its columns `score:NAME`.
    ///
    /// # Errors
    /// A score that is no finite number.
    pub fn new(profiles: &'c Profiles) -> Result<Self, Mistake> {
        let rows: Vec<&Record> = profiles.profiles.iter().map(|(_, record)| record).collect();
        Ok(Self { profiles, rivals: rivals(&profiles.records, &rows)? })
    }

    fn rival(&self, name: &str) -> Option<&Rival> {
        self.rivals.iter().find(|rival| rival.name == name)
    }
}

impl<'c> Persons<'c> {
    /// The cases of two files: queries, whose column `truth_id` names the listed subject they must
    /// find, and clean persons. No two of the list have one id.
    ///
    /// Another matcher that was not asked of both has no figures.
    pub fn of_files(list: &[Profile], queries: &Asked<'c>, clean: &Asked<'c>) -> Self {
        let places: HashMap<&str, usize> =
            list.iter().enumerate().map(|(at, listed)| (&*listed.id, at)).collect();
        let asked = queries.profiles;
        let truth = asked.records.field(&["truthid", "truth", "entry", "listedid"]);
        let both: Vec<(&Rival, &Rival)> = queries
            .rivals
            .iter()
            .filter_map(|rival| Some((rival, clean.rival(&rival.name)?)))
            .collect();
        let at = |rival: &Rival, row: usize| rival.scores.get(row).copied().unwrap_or(NOT_FOUND);
        let mut made = Self::default();
        let mut scripts = Scripts::default();
        for (row, (query, record)) in asked.profiles.iter().enumerate() {
            let place = record.text(&truth).and_then(|id| places.get(id));
            let Some(place) = place else {
                made.left_out += 1;
                continue;
            };
            let script = script(query, &mut scripts);
            made.cases.push(Case {
                query,
                truth: Some(*place),
                tags: tags(&asked.records, record, &[script]),
                theirs: both.iter().map(|(rival, _)| at(rival, row)).collect(),
            });
        }
        for (row, (query, _)) in clean.profiles.profiles.iter().enumerate() {
            let theirs = both.iter().map(|(_, rival)| at(rival, row)).collect();
            made.cases.push(Case { query, truth: None, tags: Vec::new(), theirs });
        }
        made.rivals = both.into_iter().map(|(rival, _)| rival.name.clone()).collect();
        made
    }
}

/// A search of a list: the query, and where what was found goes.
pub type Search<'s> = dyn FnMut(&Profile, &mut Vec<Found>) + 's;

/// Our search, and how it is read.
pub struct Ours<'a, 's> {
    /// With whom it compares.
    pub candidates: Candidates,
    /// The base-2 logarithm of the odds that it states at a score of 0: scores are bits of evidence.
    pub prior: f64,
    /// What is added to that where a stream is screened against the same list.
    pub run: f64,
    /// The search.
    pub search: &'a mut Search<'s>,
}

/// Judges our search, and every rival, on these cases.
pub fn screening(
    name: &str,
    persons: &Persons<'_>,
    ours: Ours<'_, '_>,
    thresholds: &Thresholds,
    theirs: &Thresholds,
    tell: &mut dyn FnMut(u64),
) -> Set {
    let all: Vec<Vec<(String, String)>> =
        persons.cases.iter().map(|case| case.tags.clone()).collect();
    let groups = groups(&all);
    let (mut samples, mut sought) = (Vec::new(), Vec::new());
    let (mut found, mut retrieval, mut offers) = (Vec::new(), None, Vec::new());
    let default = thresholds.first().map_or(f64::INFINITY, |(_, threshold)| *threshold);
    let started = Instant::now();
    for (done, case) in (1..).zip(&persons.cases) {
        found.clear();
        (ours.search)(case.query, &mut found);
        offers.extend(found.iter().map(|one| Offer {
            odds: one.score + ours.prior,
            is_match: case.truth == Some(one.listed),
            is_of_listed: case.truth.is_some(),
        }));
        retrieved(case.truth, &found, default, &mut retrieval);
        let one = outcome(case.truth, &found);
        let score = if case.truth.is_some() { one.right } else { one.best_wrong };
        samples.push(Sample { score, is_match: case.truth.is_some() });
        sought.extend(case.truth.map(|_| one));
        tell(done);
    }
    let seconds = started.elapsed().as_secs_f64();
    let kind = Kind::Screening;
    let mut judged =
        vec![Judged::new(super::OURS, thresholds, kind, &samples, Some(&sought), &groups)];
    for (at, rival) in persons.rivals.iter().enumerate() {
        let score = |case: &Case<'_>| Sample {
            score: case.theirs.get(at).copied().unwrap_or(NOT_FOUND),
            is_match: case.truth.is_some(),
        };
        let samples: Vec<Sample> = persons.cases.iter().map(score).collect();
        judged.push(Judged::new(rival, theirs, kind, &samples, None, &groups));
    }
    let asked = persons.cases.len() as u64;
    let listed = sought.len() as u64;
    Set {
        name: name.to_owned(),
        kind,
        judged,
        left_out: persons.left_out,
        asked,
        seconds,
        candidates: Some(ours.candidates),
        retrieval,
        calibration: Calibration::of_offers(&offers, ours.run, (listed, asked - listed)),
        notes: Vec::new(),
    }
}

/// Counts who is called a match, and whom of these the index finds too.
fn retrieved(
    truth: Option<usize>,
    found: &[Found],
    threshold: f64,
    retrieval: &mut Option<Retrieval>,
) {
    for one in found {
        let Some(by_index) = one.by_index else { continue };
        let retrieval = retrieval.get_or_insert_default();
        if one.score >= threshold {
            retrieval.count(by_index, truth == Some(one.listed));
        }
    }
}

/// The score of the right answer and the highest of any other.
fn outcome(truth: Option<usize>, found: &[Found]) -> Sought {
    let mut one = Sought { right: NOT_FOUND, best_wrong: NOT_FOUND };
    for at in found {
        let is_right = truth == Some(at.listed);
        let score = if is_right { &mut one.right } else { &mut one.best_wrong };
        *score = score.max(at.score);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::super::retrieval::Part;
    use super::*;
    use crate::formats::Format;

    const LIST: &str = "{\"id\": \"a\", \"name\": \"Berg\"}\n{\"id\": \"b\", \"name\": \"Moen\"}\n";
    const QUERIES: &str = "\
name,truth_id,kind,score:other,score:half
Berg,a,exact,0.9,1
Berge,a,typo,0.6,1
Men,b,typo,,1
Dahl,c,exact,0.9,1
";
    const CLEAN: &str = "name,score:other\nMoeller,0.2\nBergman,0.75\nLie,\n";

    /// A search for tests: everybody whose name begins with the same letter; the score is how many
    /// letters the two have in common at the beginning.
    fn search(query: &Profile, found: &mut Vec<Found>) {
        for (listed, name) in ["Berg", "Moen"].iter().enumerate() {
            let surname = &query.names[0].surname;
            let same = name.chars().zip(surname.chars()).take_while(|(a, b)| a == b).count();
            if same > 0 {
                let by_index = Some(&**surname == "Berg");
                found.push(Found { listed, score: same as f64, by_index });
            }
        }
    }

    #[test]
    fn queries_must_find_theirs_and_clean_persons_nobody() {
        let list = Profiles::read(Format::JsonLines, LIST.as_bytes());
        let list: Vec<Profile> = list.profiles.into_iter().map(|(profile, _)| profile).collect();
        let queries = Profiles::read(Format::Csv, QUERIES.as_bytes());
        let clean = Profiles::read(Format::Csv, CLEAN.as_bytes());
        let (queries, clean) = (Asked::new(&queries).unwrap(), Asked::new(&clean).unwrap());
        let persons = Persons::of_files(&list, &queries, &clean);
        assert_eq!((persons.left_out, persons.cases.len()), (1, 6));
        // A matcher whose scores of the clean persons are not known has no alert rate.
        assert_eq!(persons.rivals, ["other"]);
        let mut told = 0;
        let thresholds = vec![("balanced", 4.0), ("low", 1.0)];
        let theirs = vec![("default", 0.7)];
        let ours =
            Ours { candidates: Candidates::Everybody, prior: -2.0, run: 0.0, search: &mut search };
        let set = screening("set", &persons, ours, &thresholds, &theirs, &mut |done| told = done);
        assert_eq!((told, set.asked), (6, 6));
        let [ours, other] = &set.judged[..] else { panic!("two matchers") };
        let counts = |judged: &Judged, at: usize| {
            let counts = judged.at[at].2;
            (counts.found, counts.missed, counts.false_alarms, counts.rejected)
        };
        assert_eq!(counts(ours, 0), (2, 1, 1, 2));
        assert_eq!(counts(ours, 1), (3, 0, 2, 1));
        assert_eq!(counts(other, 0), (1, 2, 1, 2));
        assert_eq!((ours.first, other.first), (Some(1.0), None));
        // Of the three called a match at the default threshold the index finds the one spelt right.
        let retrieval = set.retrieval.unwrap();
        assert_eq!(retrieval.called, Part { found: 1, of: 3 });
        assert_eq!(retrieval.right, Part { found: 1, of: 2 });
    }

    #[test]
    fn what_was_not_returned_is_below_every_threshold() {
        let by_index = None;
        let found = [
            Found { listed: 3, score: -2.0, by_index },
            Found { listed: 4, score: -7.0, by_index },
        ];
        let sought = |right, best_wrong| Sought { right, best_wrong };
        assert_eq!(outcome(Some(4), &found), sought(-7.0, -2.0));
        assert_eq!(outcome(Some(5), &found), sought(NOT_FOUND, -2.0));
        assert_eq!(outcome(None, &[]), sought(NOT_FOUND, NOT_FOUND));
    }
}
