//! What every corpus must be: the same for one seed, and altered as its labels say.
#![cfg(test)]

use std::collections::BTreeMap;

use super::*;
use crate::domain::Folded;
use crate::domain::Name;

fn words(name: &Spelling) -> Vec<String> {
    // Small letters, the Turkish i with and without its dot taken as one.
    let small = |word: &str| word.to_lowercase().replace('\u{307}', "").replace('ı', "i");
    let fields = [&name.surname, &name.given];
    fields.iter().flat_map(|field| field.split_whitespace()).map(small).collect()
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort();
    words
}

fn letters(name: &Spelling) -> String {
    words(name).join(" ")
}

/// Levenshtein's distance by its recurrence, with transpositions as one step when asked for.
fn distance(one: &str, other: &str, transpositions: bool) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            let mut best = if i == 0 || j == 0 { i + j } else { usize::MAX };
            if i > 0 && j > 0 {
                let cost = usize::from(a[i - 1] != b[j - 1]);
                best =
                    (table[i - 1][j - 1] + cost).min(table[i - 1][j] + 1).min(table[i][j - 1] + 1);
                if transpositions && i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]
                {
                    best = best.min(table[i - 2][j - 2] + 1);
                }
            }
            table[i][j] = best;
        }
    }
    table[a.len()][b.len()]
}

fn cases(kind: Kind) -> Vec<(Person, Query)> {
    let corpus = Corpus::new(7);
    let queries: Vec<Query> = corpus.queries(kind, 100_000, 300).collect();
    assert!(queries.len() > 50, "{kind:?}: {}", queries.len());
    let of = |query: Query| (corpus.person(query.label.person).unwrap(), query);
    queries.into_iter().map(of).collect()
}

#[track_caller]
fn check(kind: Kind, holds: impl Fn(&Spelling, &Spelling) -> bool) {
    for (person, query) in cases(kind) {
        assert_eq!(query.label.kind, kind);
        let (listed, stated) = (person.name().unwrap(), &query.name);
        let shown = || format!("{kind:?}: {} | {}", letters(listed), letters(stated));
        assert!(holds(listed, stated), "{}", shown());
    }
}

#[test]
fn one_seed_gives_one_corpus_and_another_gives_another() {
    let all = |seed| {
        let corpus = Corpus::new(seed);
        let persons: Vec<String> = corpus
            .persons(500)
            .map(|person| {
                let names: Vec<String> = person.names.iter().map(letters).collect();
                format!("{}{}{:?}", names.join("/"), person.born.to_iso(), person.culture)
            })
            .collect();
        let queries = Kind::ALL.map(|kind| {
            let queries = corpus.queries(kind, 500, 50);
            queries.map(|query| letters(&query.name) + &query.born.to_iso()).collect::<Vec<_>>()
        });
        (persons, queries)
    };
    assert!(all(1) == all(1));
    assert!(all(1).0 != all(2).0);
}

#[test]
fn a_person_does_not_depend_on_those_before() {
    let corpus = Corpus::new(3);
    let tenth = corpus.persons(10).last().unwrap();
    assert!(letters(&tenth.names[0]) == letters(&corpus.person(9).unwrap().names[0]));
}

#[test]
fn cultures_come_in_their_shares() {
    let corpus = Corpus::new(5);
    let mut met = BTreeMap::new();
    for person in corpus.persons(20_000) {
        *met.entry(person.culture.label()).or_insert(0_u32) += 1;
    }
    let mix = Mix::listed();
    for culture in Culture::all() {
        let share = f64::from(met.get(culture.label()).copied().unwrap_or(0)) / 20_000.0;
        assert!((share - mix.share(culture)).abs() < 0.012, "{culture:?}: {share}");
    }
}

#[test]
fn birth_dates_are_known_as_far_as_lists_know_them() {
    let corpus = Corpus::new(5);
    let (mut full, mut year, mut none, mut nationality) = (0, 0, 0, 0);
    for person in corpus.persons(20_000) {
        nationality += u32::from(person.listed_nationality.is_some());
        match person.listed_birth {
            Some(date) if date.is_full() => {
                assert!(date == person.born);
                full += 1;
            }
            Some(date) => {
                assert_eq!(date.packed() / 10_000, person.born.packed() / 10_000);
                year += 1;
            }
            None => none += 1,
        }
    }
    for (count, share) in [(full, 70), (year, 15), (none, 15), (nationality, 85)] {
        assert!((share * 200 - 400..share * 200 + 400).contains(&count), "{count} for {share} %");
    }
}

#[test]
fn an_exact_name_is_the_listed_one() {
    check(Kind::Exact, |listed, stated| {
        listed.surname == stated.surname && listed.given == stated.given
    });
}

#[test]
fn typos_are_as_many_as_they_say() {
    check(Kind::Typo1, |a, b| distance(&letters(a), &letters(b), false) == 1);
    check(Kind::Typo2, |a, b| distance(&letters(a), &letters(b), false) == 2);
    check(Kind::Transpose, |a, b| {
        let (a, b) = (letters(a), letters(b));
        distance(&a, &b, true) == 1 && distance(&a, &b, false) == 2
    });
}

#[test]
fn reordered_names_have_the_same_words_in_another_order() {
    check(Kind::Reorder, |a, b| {
        sorted(words(a)) == sorted(words(b)) && (words(a) != words(b) || a.surname != b.surname)
    });
    check(Kind::TypoReorder, |a, b| {
        let (a, b) = (sorted(words(a)), sorted(words(b)));
        let kept = a.iter().filter(|word| b.contains(word)).count();
        a.len() == b.len() && kept + 1 >= a.len() && a != b
    });
}

#[test]
fn a_word_is_missing_or_too_many() {
    check(Kind::Drop, |a, b| {
        let (a, b) = (words(a), words(b));
        b.len() < a.len() && b.len() >= 2 && b.iter().all(|word| a.contains(word))
    });
    check(Kind::Extra, |a, b| {
        let (a, b) = (words(a), words(b));
        b.len() > a.len() && a.iter().all(|word| b.contains(word))
    });
}

#[test]
fn an_initial_stands_for_its_word() {
    check(Kind::Initial, |a, b| {
        let differing: Vec<_> =
            words(a).into_iter().zip(words(b)).filter(|(a, b)| a != b).collect();
        matches!(&differing[..], [(full, short)]
            if short.trim_end_matches('.').chars().count() == 1
                && full.starts_with(short.trim_end_matches('.')))
    });
}

#[test]
fn words_are_joined_and_split() {
    let run_together = |name: &Spelling| letters(name).replace([' ', '-'], "");
    check(Kind::Joined, |a, b| {
        run_together(a) == run_together(b)
            && words(a) != words(b)
            && words(a).len() >= words(b).len()
    });
    check(Kind::Split, |a, b| {
        run_together(a) == run_together(b) && words(a).len() + 1 == words(b).len()
    });
}

#[test]
fn accents_are_lost_and_nothing_else() {
    check(Kind::Diacritics, |a, b| {
        let ascii = |name: &Spelling| name.surname.is_ascii() && name.given.is_ascii();
        !ascii(a) && ascii(b) && words(a).len() == words(b).len()
    });
}

#[test]
fn a_name_is_cut_where_the_passport_ends() {
    check(Kind::Truncated, |a, b| {
        let zone = |name: &Spelling| {
            let given = latin::machine(&name.given).replace(' ', "<");
            latin::machine(&name.surname).replace(' ', "<") + "<<" + &given
        };
        let (listed, stated) = (zone(a), zone(b));
        listed.len() > 39
            && (38..=39).contains(&stated.len())
            && listed.starts_with(&*b.surname.replace(' ', "<"))
    });
}

#[test]
fn dates_differ_as_they_say() {
    let mut met = BTreeMap::new();
    let mut strangers = 0;
    let corpus = Corpus::new(11);
    for query in corpus.queries(Kind::Exact, 20_000, 20_000) {
        let person = corpus.person(query.label.person).unwrap();
        let (born, stated) = (person.born.packed(), query.born.packed());
        let (year, rest) = (born / 10_000, born % 10_000);
        let expected = match query.label.date {
            DateKind::Equal => stated == born,
            DateKind::Swapped => stated == year * 10_000 + rest % 100 * 100 + rest / 100,
            DateKind::YearOff => stated.abs_diff(born) == 10_000,
            DateKind::DecadeOff => stated.abs_diff(born) == 100_000,
            DateKind::FirstJanuary => stated == year * 10_000 + 101,
            DateKind::Digit => distance(&born.to_string(), &stated.to_string(), false) == 1,
        };
        assert!(expected, "{:?}: {born} {stated}", query.label.date);
        assert_eq!(query.label.other_nationality, query.nationality != person.nationality);
        *met.entry(format!("{:?}", query.label.date)).or_insert(0_u32) += 1;
        strangers += u32::from(query.label.other_nationality);
    }
    assert!((16_400..17_800).contains(&met["Equal"]), "{met:?}");
    assert_eq!(met.len(), 6, "{met:?}");
    assert!((1_400..1_800).contains(&strangers), "{strangers}");
}

#[test]
fn listed_names_are_legible_and_have_a_surname() {
    let mut folded = Folded::default();
    let mut names = 0;
    for person in Corpus::new(2).persons(5_000) {
        for name in &person.names {
            names += 1;
            assert!(!name.surname.is_empty(), "{:?}", person.culture);
            let form = folded.fold(Name { surname: &name.surname, given: &name.given });
            assert!(form.len() >= 2, "{}", letters(name));
        }
    }
    assert!(names > 5_200);
}
