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
        let firms = (0..200).filter_map(|number| corpus.organisation(number));
        let vessels = (0..200).filter_map(|number| corpus.vessel(number));
        let names = firms.map(|firm| firm.names).chain(vessels.map(|vessel| vessel.names));
        let things: Vec<String> = names.map(|names| letters(&names[0])).collect();
        let statements = Change::OF_ORGANISATIONS.map(|change| {
            let stated = corpus.statements_of_organisations(change, 200, 20);
            stated.map(|stated| stated.name).collect::<Vec<_>>()
        });
        let crowd = Crowd::new(&corpus, 500, Mix::travelling());
        let crowd: Vec<String> = crowd.travellers(200).map(|at| letters(&at.name)).collect();
        (persons, queries, things, statements, crowd)
    };
    let (one, same, another) = (all(1), all(1), all(2));
    assert!(one == same);
    assert!(one.0 != another.0 && one.1 != another.1 && one.2 != another.2);
    assert!(one.3 != another.3 && one.4 != another.4);
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
    check(Kind::Slip(Slip::Typo1), |a, b| distance(&letters(a), &letters(b), false) == 1);
    check(Kind::Slip(Slip::Typo2), |a, b| distance(&letters(a), &letters(b), false) == 2);
    check(Kind::Slip(Slip::Transpose), |a, b| {
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
    check(Kind::Slip(Slip::Joined), |a, b| {
        run_together(a) == run_together(b)
            && words(a) != words(b)
            && words(a).len() >= words(b).len()
    });
    check(Kind::Slip(Slip::Split), |a, b| {
        run_together(a) == run_together(b) && words(a).len() + 1 == words(b).len()
    });
}

#[test]
fn another_system_gives_another_spelling_of_the_same_words() {
    check(Kind::Transliteration, |a, b| letters(a) != letters(b) && b.script == Script::Latin);
    for (person, query) in cases(Kind::Transliteration) {
        let listed = person.romanised(person.name().unwrap()).unwrap();
        let stated = person.romanised(&query.name).unwrap();
        assert_ne!(listed, stated);
        assert!(person.names.iter().all(|name| !name.reads_like(&query.name)));
    }
}

#[test]
fn one_word_is_spelt_otherwise() {
    check(Kind::Variant, |a, b| {
        let (mut gone, mut new) = (words(a), words(b));
        gone.retain(|word| {
            new.iter().position(|kept| kept == word).map(|at| new.remove(at)).is_none()
        });
        gone.len() == 1 && variants::are_variants(&gone[0], &new.join(" "))
    });
}

#[test]
fn a_name_in_its_own_script_has_letters_of_that_script_alone() {
    let mut scripts = BTreeMap::new();
    for (person, query) in cases(Kind::OriginalScript) {
        let script = query.name.script;
        assert_eq!(script, person.culture.tongue().unwrap().script);
        for letter in letters(&query.name).chars() {
            assert!(is_of(script, letter), "{script:?}: {}", letters(&query.name));
        }
        *scripts.entry(script).or_insert(0) += 1;
    }
    assert!(scripts.len() >= 9, "{scripts:?}");
}

fn is_of(script: Script, letter: char) -> bool {
    match script {
        _ if " -".contains(letter) => true,
        Script::Latin => letter.is_ascii_alphabetic(),
        Script::Arabic => matches!(letter, '\u{621}'..='\u{6d5}'),
        Script::Hebrew => matches!(letter, 'א'..='ת'),
        Script::Cyrillic => matches!(letter, '\u{400}'..='\u{52f}' | '\''),
        Script::Greek => matches!(letter, '\u{370}'..='\u{3ff}'),
        Script::Armenian => matches!(letter, '\u{530}'..='\u{58f}'),
        Script::Georgian => matches!(letter, '\u{10d0}'..='\u{10ff}'),
        Script::Devanagari => matches!(letter, '\u{900}'..='\u{97f}'),
        Script::Han => matches!(letter, '\u{4e00}'..='\u{9fff}'),
        Script::Hangul => matches!(letter, '가'..='힣'),
        Script::Kanji => {
            matches!(letter, '\u{4e00}'..='\u{9fff}' | '\u{3005}' | '\u{3041}'..='\u{30ff}')
        }
    }
}

#[test]
fn accents_are_lost_and_nothing_else() {
    check(Kind::Slip(Slip::Diacritics), |a, b| {
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
        let held = if b.surname.len() < 36 {
            listed.starts_with(&stated)
        } else {
            // Of the given names one letter remains.
            let given = latin::machine(&a.given);
            listed.starts_with(&*b.surname.replace(' ', "<"))
                && given.starts_with(&*b.given)
                && b.given.len() == 1
        };
        listed.len() > 39 && (38..=39).contains(&stated.len()) && held
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
fn nobody_of_the_crowd_is_listed() {
    let corpus = Corpus::new(4);
    let listed: Vec<Person> = corpus.persons(20_000).collect();
    let form = |name: &Spelling| {
        sorted(words(&Spelling {
            surname: latin::machine(&name.surname),
            given: latin::machine(&name.given),
            ..name.clone()
        }))
    };
    let mut known = std::collections::HashSet::new();
    for person in &listed {
        known.extend(person.names.iter().map(|name| (form(name), person.born.packed())));
    }
    let crowd = Crowd::new(&corpus, 20_000, Mix::travelling());
    let namesakes: std::collections::HashSet<_> =
        known.iter().map(|(name, _)| name.clone()).collect();
    let mut met = 0;
    for traveller in crowd.travellers(20_000) {
        let name = form(&traveller.name);
        met += u32::from(namesakes.contains(&name));
        assert!(!known.contains(&(name, traveller.born.packed())));
    }
    assert!(met > 20, "namesakes are not to be avoided: {met}");
}

#[test]
fn the_crowd_has_its_own_mix_and_writes_as_passports_do() {
    let crowd = Crowd::new(&Corpus::new(4), 1_000, Mix::travelling());
    let (mut western, mut plain) = (0, 0);
    for traveller in crowd.travellers(10_000) {
        western += u32::from(traveller.culture.label() == "british");
        let machine =
            |text: &str| text.bytes().all(|byte| b" ABCDEFGHIJKLMNOPQRSTUVWXYZ".contains(&byte));
        plain += u32::from(machine(&traveller.name.surname) && machine(&traveller.name.given));
    }
    let share = Mix::travelling().share(Culture::find("british").unwrap());
    assert!((f64::from(western) / 10_000.0 - share).abs() < 0.012, "{western}");
    assert!((9_600..9_800).contains(&plain), "{plain}");
}

#[test]
fn as_many_words_are_unknown_as_asked_for() {
    let corpus = Corpus::new(4);
    let mut met = std::collections::HashSet::new();
    for person in corpus.persons(20_000) {
        for name in person.names.iter().filter(|name| name.script == Script::Latin) {
            let text = format!("{} {}", name.surname, name.given);
            met.extend(latin::machine(&text).split(' ').map(str::to_owned));
        }
    }
    for share in [0.05, 0.1, 0.2, 0.3] {
        let crowd = Crowd::new(&corpus, 20_000, Mix::travelling()).unknown(share);
        let (mut all, mut unknown) = (0, 0);
        for traveller in crowd.travellers(4_000) {
            let text = format!("{} {}", traveller.name.surname, traveller.name.given);
            for word in latin::machine(&text).split(' ') {
                assert_eq!(crowd.knows(word), met.contains(word), "{word}");
                all += 1;
                unknown += u32::from(!met.contains(word));
            }
        }
        let reached = f64::from(unknown) / f64::from(all);
        assert!((reached - share).abs() < 0.02, "{share} asked for, {reached} reached");
    }
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

#[test]
fn who_is_near_resembles_as_it_says_and_is_another() {
    let corpus = Corpus::new(6);
    for near in Near::ALL {
        let mut met = 0;
        for person in corpus.persons(2_000) {
            let Some(other) = corpus.near(&person, near) else { continue };
            let whole = person.naming.latin(person.culture, person.system, |_| true);
            let capitals = |name: &Spelling| {
                words(name).iter().map(|word| latin::machine(word)).collect::<Vec<_>>().join(" ")
            };
            let same_day = other.born == person.born;
            let year = |date: crate::domain::Date| date.packed() / 10_000;
            let apart = year(other.born).abs_diff(year(person.born));
            let (a, b) = (capitals(&whole), capitals(&other.name));
            // A long name is cut in the passport.
            let same_name = a == b || b.len() > 30 && a.starts_with(&b);
            let holds = match near {
                Near::Namesake => (same_name || b.len() > 30) && apart >= 2,
                Near::Sibling => !same_name && (1..=9).contains(&apart),
                Near::Twin | Near::SameDay => !same_name && same_day,
            };
            assert!(holds, "{near:?}: {a} | {b}, {apart} years");
            met += 1;
        }
        assert!(met > 1_500, "{near:?}: {met}");
    }
}

#[track_caller]
fn check_firms(change: Change, holds: impl Fn(&str, &str) -> bool) {
    let corpus = Corpus::new(9);
    let mut met = 0;
    for stated in corpus.statements_of_organisations(change, 20_000, 200) {
        let firm = corpus.organisation(stated.label.number).unwrap();
        let listed = &firm.names[0].surname;
        assert_eq!(stated.label.change, change);
        assert!(holds(listed, &stated.name), "{change:?}: {listed} | {}", stated.name);
        met += 1;
    }
    assert_eq!(met, 200, "{change:?}");
}

#[test]
fn firms_are_stated_as_their_labels_say() {
    let small = |text: &str| text.to_lowercase().replace('\u{307}', "").replace('ı', "i");
    let words = |text: &str| sorted(text.split_whitespace().map(str::to_owned).collect());
    let together = |text: &str| small(text).replace([' ', '-'], "");
    check_firms(Change::Exact, |a, b| a == b);
    check_firms(Change::Slip(Slip::Typo1), |a, b| distance(&small(a), &small(b), false) == 1);
    check_firms(Change::Slip(Slip::Typo2), |a, b| distance(&small(a), &small(b), false) == 2);
    check_firms(Change::Slip(Slip::Transpose), |a, b| distance(&small(a), &small(b), true) == 1);
    check_firms(Change::Reorder, |a, b| a != b && words(a) == words(b));
    check_firms(Change::Drop, |a, b| {
        words(b).len() < words(a).len() && words(b).iter().all(|word| words(a).contains(word))
    });
    check_firms(Change::Extra, |a, b| {
        words(b).len() == words(a).len() + 1 && words(a).iter().all(|word| words(b).contains(word))
    });
    check_firms(Change::Slip(Slip::Joined), |a, b| {
        together(a) == together(b) && words(b).len() <= words(a).len()
    });
    check_firms(Change::Slip(Slip::Split), |a, b| {
        together(a) == together(b) && words(b).len() == words(a).len() + 1
    });
    check_firms(Change::Slip(Slip::Diacritics), |a, b| !a.is_ascii() && b.is_ascii());
    check_firms(Change::NoForm, |a, b| b.len() < a.len() && a.contains(b));
    check_firms(Change::Form, is_another_writing);
    check_firms(Change::Abbreviated, |a, b| {
        let bare = |text: &str| {
            let joined = text.replace(" & ", " ").replace(" and ", " ").replace(" und ", " u ");
            joined.replace([' ', '.'], "").to_lowercase()
        };
        let mut letters = bare(a).chars().collect::<Vec<_>>().into_iter();
        a != b && bare(b).chars().all(|wanted| letters.any(|letter| letter == wanted))
    });
    check_firms(Change::Truncated, |a, b| {
        b.len() <= 35 && latin::unmarked(a, latin::Loss::Bare).starts_with(b) && a.len() > b.len()
    });
    check_firms(Change::Transliteration, |a, b| {
        // What it does and its legal form are no names, and stay.
        let kept = words(a).iter().filter(|word| words(b).contains(word)).count();
        a != b && kept > 0
    });
    check_firms(Change::OriginalScript, |_, b| {
        let letters = b.chars().filter(|letter| letter.is_alphabetic());
        letters.clone().count() > 2 && letters.clone().all(|letter| letter > '\u{250}')
    });
}

/// Whether the two names are one but for the writing of one legal form.
fn is_another_writing(one: &str, other: &str) -> bool {
    let forms = trade::LANDS.iter().flat_map(|land| &land.forms);
    let mut pairs =
        forms.flat_map(|form| form.iter().flat_map(move |a| form.iter().map(move |b| (a, b))));
    let without = |name: &str, form: &str| {
        let rest = name.strip_suffix(form).or_else(|| name.strip_prefix(form));
        rest.map(|rest| rest.trim().to_owned())
    };
    one != other
        && pairs.any(|(a, b)| {
            a != b && without(one, a).is_some_and(|rest| Some(rest) == without(other, b))
        })
}

#[test]
fn vessels_are_stated_as_their_labels_say() {
    let corpus = Corpus::new(9);
    for change in Change::OF_VESSELS {
        let mut met = 0;
        for stated in corpus.statements_of_vessels(change, 20_000, 200) {
            let vessel = corpus.vessel(stated.label.number).unwrap();
            let (listed, stated) = (vessel.names[0].surname.as_str(), stated.name.as_str());
            let holds = match change {
                Change::Exact => listed == stated,
                Change::Slip(Slip::Typo1) => distance(listed, stated, false) == 1,
                Change::Slip(Slip::Typo2) => distance(listed, stated, false) == 2,
                Change::Slip(Slip::Transpose) => distance(listed, stated, true) == 1,
                Change::Slip(Slip::Joined | Slip::Split) => {
                    listed != stated && listed.replace(' ', "") == stated.replace(' ', "")
                }
                Change::Prefix => {
                    listed != stated && (listed.ends_with(stated) || stated.ends_with(listed))
                }
                Change::Numeral => {
                    let last = |text: &str| text.split(' ').next_back().unwrap().to_owned();
                    last(listed).parse::<u8>().is_ok() != last(stated).parse::<u8>().is_ok()
                }
                Change::Truncated => {
                    stated.len() <= 20 && listed.starts_with(stated) && listed != stated
                }
                Change::Slip(Slip::Diacritics)
                | Change::Reorder
                | Change::Drop
                | Change::Extra
                | Change::Form
                | Change::NoForm
                | Change::Abbreviated
                | Change::Transliteration
                | Change::OriginalScript => false,
            };
            assert!(holds, "{change:?}: {listed} | {stated}");
            met += 1;
        }
        assert_eq!(met, 200, "{change:?}");
    }
}

#[test]
fn imo_numbers_check() {
    for number in 0..500 {
        let vessel = Corpus::new(1).vessel(number).unwrap();
        let digits: Vec<u32> = vessel.imo.chars().filter_map(|digit| digit.to_digit(10)).collect();
        let sum: u32 = digits.iter().zip((2..=7).rev()).map(|(digit, weight)| digit * weight).sum();
        assert!(digits.len() == 7 && digits[6] == sum % 10, "{}", vessel.imo);
    }
}
