//! Tests of the whole: against the exhaustive answer, against a plain model of changes, and case by
//! case.
#![cfg(test)]

use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;

use proptest::prelude::*;

use crate::domain::{Country, Date, Name};
use crate::names::{Analysed, Analyser, Bearer, Bits, variants};

use super::key::Sound;
use super::kin::{self, Heard};
use super::*;

fn words(name: &str) -> Analysed {
    let mut into = Analysed::default();
    Analyser::default().analyse(Name { surname: name, given: "" }, Bearer::Person, &mut into);
    into
}

/// A listed person: names, birth date, nationality.
type Person<'a> = (&'a [&'a str], &'a str, &'a str);

fn filed(person: &Person<'_>, file: impl FnOnce(&Listed<'_>)) {
    let names: Vec<Analysed> = person.0.iter().map(|name| words(name)).collect();
    let born: Vec<Date> = Date::parse(person.1).into_iter().collect();
    let nations: Vec<Country> = Country::parse(person.2).ok().into_iter().collect();
    file(&Listed { names: &names, born: &born, nations: &nations });
}

/// A list of these persons and of many others, so that words are rare.
fn list(persons: &[Person<'_>]) -> (Arc<Live<u32>>, Writer<u32>) {
    let mut builder = Builder::default();
    for (number, person) in (0..).zip(persons) {
        filed(person, |listed| builder.add(number, listed));
    }
    let mut dice = Dice(7);
    for number in 0..4_000 {
        let (name, born) = (dice.name(), dice.date());
        filed(&(&[&name], &born, "FRA"), |listed| builder.add(1_000_000 + number, listed));
    }
    let (live, mut writer) = Live::new(Weights::default());
    writer.replace(builder.build(Weights::default()));
    (live, writer)
}

fn ask(view: &View<u32>, name: &str, born: &str, threshold: i32) -> (Vec<u32>, Work) {
    let (words, mut found) = (words(name), Vec::new());
    let query = Query {
        words: words.words(),
        acronym: words.acronym(),
        born: Date::parse(born),
        nation: Country::parse("IRQ").ok().map(|country| (country, Bits::whole(4))),
        threshold: Bits::whole(threshold),
        limits: Limits::default(),
    };
    let work = view.search(&query, &mut Scratch::default(), &mut found);
    let mut entries: Vec<u32> = found.iter().map(|found| found.entry).collect();
    entries.sort_unstable();
    entries.dedup();
    (entries, work)
}

/// Small random numbers for names without end.
struct Dice(u64);

impl Dice {
    fn below(&mut self, many: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        key::mix(self.0) % many
    }

    fn word(&mut self) -> String {
        const STARTS: [&str; 20] = [
            "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "sh", "kh",
            "j", "br", "st",
        ];
        let many = 2 + self.below(2);
        let syllable = |dice: &mut Self| {
            let start = STARTS[dice.below(20) as usize];
            let vowel = ["a", "e", "i", "o", "u"][dice.below(5) as usize];
            let end = ["", "", "n", "r", "s", "l"][dice.below(6) as usize];
            format!("{start}{vowel}{end}")
        };
        (0..many).map(|_| syllable(self)).collect()
    }

    fn name(&mut self) -> String {
        let many = 2 + self.below(2);
        let words: Vec<String> = (0..many).map(|_| self.word()).collect();
        words.join(" ")
    }

    fn date(&mut self) -> String {
        let (year, month, day) = (1940 + self.below(60), 1 + self.below(12), 1 + self.below(28));
        match self.below(10) {
            0 => String::new(),
            1 => format!("{year}"),
            _ => format!("{year}-{month:02}-{day:02}"),
        }
    }

    /// A letter dropped, added, changed, or exchanged with the next.
    fn slip(&mut self, word: &str) -> String {
        let mut letters: Vec<char> = word.chars().collect();
        let at = self.below(letters.len() as u64 - 1) as usize;
        let letter = char::from(b'a' + self.below(26) as u8);
        match self.below(4) {
            0 => drop(letters.remove(at)),
            1 => letters.insert(at, letter),
            2 => letters[at] = letter,
            _ => letters.swap(at, at + 1),
        }
        letters.into_iter().collect()
    }
}

const PERSONS: [Person<'static>; 9] = [
    (&["Abbadi Zubair Haytham", "Abu Zaynab"], "1971-03-09", "IRQ"),
    (&["Qasimov Fazliddin"], "1966", "IRQ"),
    (&["Thorvaldsen Bjarki Ulfur"], "", "IRQ"),
    (&["Wojciechowska Aldona"], "1990-12-30", ""),
    (&["Quxelmanto"], "1980-05-05", "IRQ"),
    (&["Abdulwadud Jibril"], "1984-02-02", "IRQ"),
    (&["Mac Gillonaire Fergal"], "1955-06-07", "IRQ"),
    (&["Мустафин Ильгизар"], "1979-07-08", "IRQ"),
    (&["Zylbersztejn Brajndla Chawa Perla"], "", ""),
];

#[track_caller]
fn finds(view: &View<u32>, name: &str, born: &str, expected: u32) {
    let (found, work) = ask(view, name, born, 24);
    assert_eq!(found, [expected], "{name}");
    assert!(!work.cut);
}

#[test]
fn a_person_is_found_by_altered_names_and_dates() {
    let view = list(&PERSONS).0.view();
    finds(&view, "Abbadi Zubair Haytham", "1971-03-09", 0);
    finds(&view, "Haitham Abadi", "1971-03-09", 0);
    finds(&view, "Abbadi Zubayr Haytam", "1971-09-03", 0);
    finds(&view, "Abbadi Zubair Haytham", "1972-03-09", 0);
    finds(&view, "Abbadi Zubair Haytham", "", 0);
    finds(&view, "Kasimow Fasliddin", "1966-11-12", 1);
    finds(&view, "Qasimov Fazliddin", "", 1);
    finds(&view, "Bjarki Thorvaldsn", "1999-01-02", 2);
    finds(&view, "Wojcieshowska Aldona", "1990-12-30", 3);
    finds(&view, "Quxelmanto", "1980-05-05", 4);
    finds(&view, "Mustafin Ilgizar", "1979-07-08", 7);
    finds(&view, "Zylberstein Brajndla Perla", "1931-01-02", 8);
}

#[test]
fn joined_and_split_words_are_found() {
    let mut persons = PERSONS.to_vec();
    // The parts are words of their own elsewhere.
    persons.extend([(&["Abdul Wadud Hamroqulov"] as &[&str], "", "UZB"); 3]);
    persons.extend([(&["Gillonaire Macduff", "Macgillonaire Pia"] as &[&str], "", "GBR"); 3]);
    let joined = persons.len() as u32;
    persons.push((&["Thembaqul Sipholango"], "", "IRQ"));
    persons.push((&["Wurum Bathar Xolanqeni"], "", "IRQ"));
    let (live, mut writer) = list(&[]);
    for (number, person) in (0..).zip(&persons) {
        filed(person, |listed| writer.add(&number, listed));
    }
    // However they were filed: at once, or since.
    for view in [list(&persons).0.view(), live.view()] {
        let (found, _) = ask(&view, "Abdul Wadud Jibril", "1984-02-02", 24);
        assert!(found.contains(&5), "{found:?}");
        let (found, _) = ask(&view, "Macgillonaire Fergal", "1955-06-07", 24);
        assert!(found.contains(&6), "{found:?}");
        // The other word alone, without a date, would not do.
        let (found, _) = ask(&view, "Themba Qul Sipholango", "", 30);
        assert_eq!(found, [joined]);
        let (found, _) = ask(&view, "Wurumbathar Xolanqeni", "", 30);
        assert_eq!(found, [joined + 1]);
    }
}

#[test]
fn others_are_not_found() {
    let view = list(&PERSONS).0.view();
    for (name, born) in [
        ("Abbadi Layla", "1999-03-02"),
        ("Qasimov Timur", "1966-01-01"),
        ("Smith John", "1971-03-09"),
        ("", "1971-03-09"),
    ] {
        assert_eq!(ask(&view, name, born, 28).0, [] as [u32; 0], "{name}");
    }
}

#[test]
fn a_search_that_meets_a_limit_says_so() {
    let crowd = [(&["Abbadi Zubair Haytham"] as &[&str], "1971-03-09", "IRQ"); 60];
    let view = list(&crowd).0.view();
    let words = words("Abbadi Zubair Haytham");
    let born = Date::parse("1971-03-09");
    let limits = Limits { names: 50, ..Limits::default() };
    let threshold = Bits::whole(24);
    let query =
        Query { words: words.words(), acronym: None, born, nation: None, threshold, limits };
    let mut found = Vec::new();
    let work = view.search(&query, &mut Scratch::default(), &mut found);
    assert!(work.cut && found.len() == 50, "{}", found.len());
    found.clear();
    let query = Query { limits: Limits::GENEROUS, ..query };
    let work = view.search(&query, &mut Scratch::default(), &mut found);
    assert!(!work.cut && found.len() == 60, "{}", found.len());
}

/// Of what the exhaustive comparison finds, the search finds 95 in a hundred at least, on a sample
/// whose seed is printed. (Measured on larger samples: 98.)
#[test]
fn the_search_finds_what_the_oracle_finds() {
    let seed = RandomState::new().hash_one(1);
    let mut dice = Dice(seed);
    let mut builder = Builder::default();
    let mut persons = Vec::new();
    for number in 0..4_000_u32 {
        let (name, born) = (dice.name(), dice.date());
        filed(&(&[&name], &born, "IRQ"), |listed| builder.add(number, listed));
        persons.push((name, born));
    }
    let (live, mut writer) = Live::new(Weights::default());
    writer.replace(builder.build(Weights::default()));
    let view = live.view();
    let (mut expected, mut missed) = (0, 0);
    for _ in 0..300 {
        let (name, born) = persons[dice.below(4_000) as usize].clone();
        let born = if born.len() == 10 { born } else { "1970-01-02".to_owned() };
        let mut parts: Vec<String> = name.split(' ').map(str::to_owned).collect();
        let at = dice.below(parts.len() as u64) as usize;
        parts[at] = dice.slip(&parts[at]);
        parts.reverse();
        let words = words(&parts.join(" "));
        let query = Query {
            words: words.words(),
            acronym: words.acronym(),
            born: Date::parse(&born),
            nation: None,
            threshold: Bits::whole(30),
            limits: Limits::default(),
        };
        let mut found = Vec::new();
        view.search(&query, &mut Scratch::default(), &mut found);
        for entry in view.snapshot().exhaustive(&query) {
            expected += 1;
            missed += usize::from(found.iter().all(|found| found.entry != entry.entry));
        }
    }
    assert!(expected > 200, "{expected} with seed {seed}");
    assert!(missed * 20 <= expected, "{missed} of {expected} missed with seed {seed}");
}

/// A change of a list.
#[derive(Clone, Debug)]
enum Step {
    Add(u32, usize),
    Remove(u32),
    Draft,
    Swap,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0_u32..12, 0..PERSONS.len()).prop_map(|(entry, person)| Step::Add(entry, person)),
        3 => (0_u32..12).prop_map(Step::Remove),
        1 => Just(Step::Draft),
        1 => Just(Step::Swap),
    ];
    prop::collection::vec(step, 0..40)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn a_changing_list_is_as_a_plain_one(steps in steps()) {
        let (live, mut writer) = Live::new(Weights::default());
        let mut plain = BTreeMap::<u32, Vec<usize>>::new();
        let mut fresh = None;
        for step in steps {
            match step {
                Step::Add(entry, person) => {
                    filed(&PERSONS[person], |listed| writer.add(&entry, listed));
                    plain.entry(entry).or_default().push(person);
                }
                Step::Remove(entry) => {
                    writer.remove(&entry);
                    plain.remove(&entry);
                }
                Step::Draft => fresh = Some(writer.draft().build()),
                Step::Swap => fresh.take().into_iter().for_each(|fresh| writer.swap(fresh)),
            }
            let view = live.view();
            for (number, person) in PERSONS.iter().enumerate() {
                let born = if person.1.len() == 10 { person.1 } else { "" };
                let (found, _) = ask(&view, person.0[0], born, 0);
                let bearers = plain.iter().filter(|(_, all)| all.contains(&number));
                let expected: Vec<u32> = bearers.map(|(entry, _)| *entry).collect();
                prop_assert!(expected.iter().all(|entry| found.contains(entry)), "{:?} {:?}", expected, found);
                prop_assert!(found.iter().all(|entry| plain.contains_key(entry)));
            }
        }
    }
}

#[test]
fn a_delta_grows_and_a_position_counts_changes() {
    let (live, mut writer) = Live::new(Weights::default());
    let mut dice = Dice(3);
    let names: Vec<String> = (0..6_000).map(|_| dice.name()).collect();
    for (number, name) in (0..).zip(&names) {
        filed(&(&[name], "1980-05-05", "IRQ"), |listed| writer.add(&number, listed));
    }
    assert_eq!(live.view().position(), Position { snapshot: 0, changes: 6_000 });
    let fresh = writer.draft().build();
    filed(&PERSONS[0], |listed| writer.add(&9_000, listed));
    writer.remove(&17);
    writer.swap(fresh);
    let view = live.view();
    assert_eq!(view.position(), Position { snapshot: 1, changes: 0 });
    assert_eq!((view.snapshot().len(), view.late()), (6_000, 2));
    assert!(ask(&view, &names[16], "1980-05-05", 20).0.contains(&16));
    assert!(!ask(&view, &names[17], "1980-05-05", 20).0.contains(&17));
    assert_eq!(ask(&view, "Abbadi Zubair Haytham", "1971-03-09", 20).0, [9_000]);
}

/// One who is never taken back is found at every moment, whatever the writer does.
#[test]
fn readers_find_who_is_listed_all_the_while() {
    let (live, mut writer) = list(&PERSONS);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let (mut turns, mut last) = (0, live.view().position());
            while last.snapshot < 4 || turns < 100 {
                let view = live.view();
                assert!(view.position() >= last);
                last = view.position();
                assert_eq!(ask(&view, "Haitham Abadi", "1971-03-09", 24).0, [0]);
                assert_eq!(ask(&view, "Qasimov Fazlidin", "1966-11-12", 24).0, [1]);
                turns += 1;
            }
        });
        for round in 0..4 {
            let draft = writer.draft();
            for number in 0..50 {
                filed(&PERSONS[2], |listed| writer.add(&(500 + number), listed));
                writer.remove(&(450 + number + round));
            }
            writer.swap(draft.build());
        }
        reader.join().unwrap();
    });
}

/// A name is filed under each sound once: what is stated twice, or sounds the same, counts twice.
#[test]
fn words_that_are_stated_twice_or_sound_the_same_count_each() {
    for (listed, stated) in [
        ("Borovikov Borovikov Yara", "Borovikov Borovikov Yara"),
        ("Yara Borovikov Yara", "Yara Yara Borovikov"),
        ("Mohamed Mahmoud Yarael", "Mahmoud Mohamed Yarael"),
    ] {
        for born in ["", "1980", "1980-05-05"] {
            let view = list(&[(&[listed], born, "IRQ")]).0.view();
            let stated = words(stated);
            for threshold in 5..80 {
                let query = Query {
                    words: stated.words(),
                    acronym: None,
                    born: Date::parse("1980-05-05"),
                    nation: Country::parse("IRQ").ok().map(|country| (country, Bits::whole(4))),
                    threshold: Bits::whole(threshold),
                    limits: Limits::default(),
                };
                let is_due = view.snapshot().exhaustive(&query).iter().any(|at| at.entry == 0);
                let mut found = Vec::new();
                view.search(&query, &mut Scratch::default(), &mut found);
                let is_found = found.iter().any(|at| at.entry == 0);
                assert_eq!(is_found, is_due, "{listed} {born} {threshold}");
            }
        }
    }
}

/// A snapshot made from memory finds what one finds that was made from nothing, with words that the
/// memory does not know and without some that it knows.
#[test]
fn what_is_remembered_is_as_good_as_what_is_found_anew() {
    let mut dice = Dice(11);
    let names: Vec<(String, String)> = (0..3_000).map(|_| (dice.name(), dice.date())).collect();
    let built = |range: std::ops::Range<usize>, memory: Option<&Memory>| {
        let mut builder = Builder::default();
        for (number, (name, born)) in (0..).zip(&names[range]) {
            filed(&(&[name], born, "FRA"), |listed| builder.add(number, listed));
        }
        builder.build_with(Weights::default(), memory)
    };
    let first = built(0..2_500, None);
    let memory = first.memory();
    let Read::Whole(memory) = Memory::read(&memory.write()) else { panic!("not read") };
    let views = [None, Some(&memory)].map(|memory| {
        let (live, mut writer) = Live::new(Weights::default());
        writer.replace(built(500..3_000, memory));
        live.view()
    });
    let (mut same, mut all) = (0, 0);
    for (name, born) in &names {
        let name = dice.slip(name);
        let [anew, recalled] = [&views[0], &views[1]].map(|view| ask(view, &name, born, 24).0);
        all += anew.len();
        same += anew.iter().filter(|entry| recalled.contains(entry)).count();
    }
    // Kin are cut at so many, and which are cut may differ.
    assert!(all > 2_000 && same * 1_000 >= all * 998, "{same} of {all}");
}

/// The Latin and the Arabic writing of a name have the same letters here, and what is like either is
/// not: which of the two was filed first must not matter.
#[test]
fn a_memory_holds_though_names_are_filed_in_another_order() {
    let names = ["Muhammad Samplov", "محمد سمپلوف", "Mohamed Samplow", "Mohammed Zamplov", "محمود"];
    let built = |names: &mut dyn Iterator<Item = &str>| {
        let mut builder = Builder::default();
        for (number, name) in (0_u32..).zip(names) {
            filed(&(&[name], "1980-01-02", "IRQ"), |listed| builder.add(number, listed));
        }
        builder.build(Weights::default())
    };
    let (one, other) = (built(&mut names.into_iter()), built(&mut names.into_iter().rev()));
    let sorted = |snapshot: &Snapshot<u32>| {
        let word =
            |term| snapshot.terms.word(term).map(|word| (word.text().to_vec(), word.script()));
        let kin = |term| snapshot.kindred.alike(term).map(|(kin, how)| (word(kin), how));
        let all =
            (0..snapshot.terms.len() as u32).flat_map(|term| kin(term).map(move |kin| (term, kin)));
        let mut all: Vec<String> =
            all.map(|(term, kin)| format!("{:?} {kin:?}", word(term))).collect();
        all.sort_unstable();
        all
    };
    assert_eq!(sorted(&one), sorted(&other));
    assert_eq!(one.terms.len(), other.terms.len());
    let latin = words("Muhammad");
    let arabic = words("محمد");
    let number = |word: &crate::names::Word| one.terms.find(word, Sound::new(word));
    assert_eq!(latin.words()[0].text(), arabic.words()[0].text());
    assert_ne!(number(&latin.words()[0]), number(&arabic.words()[0]));
}

/// How rare a word is follows from the listed names, not from how often each is filed.
#[test]
fn other_spellings_and_further_birth_dates_of_a_name_make_its_words_no_less_rare() {
    let stated = Name { surname: "Großmann", given: "Jörg" };
    let (mut analyser, mut name) = (Analyser::default(), Analysed::default());
    analyser.analyse_listed(stated, Bearer::Person, &mut name);
    let others = variants(&mut analyser, stated, Bearer::Person, &name);
    assert!(!others.is_empty());
    let names: Vec<Analysed> = others.into_iter().chain([name.clone()]).collect();
    let born: Vec<Date> = ["1980-01-02", "1981"].into_iter().filter_map(Date::parse).collect();
    let listed = Listed { names: &names, born: &born, nations: &[] };
    let (live, mut writer) = Live::new(Weights::default());
    writer.add(&1, &listed);
    for _ in 0..2 {
        let fresh = writer.draft().build();
        writer.swap(fresh);
        let view = live.view();
        let terms = &view.snapshot().terms;
        for word in name.words() {
            let term = terms.find(word, Sound::new(word)).unwrap();
            assert_eq!(terms.carriers(term), 1);
        }
        assert_eq!(view.snapshot().len(), 2 * names.len());
    }
}

/// What other rules of likeness once found is found out by the sample, and nothing of it is used.
#[test]
fn a_memory_of_other_rules_is_not_believed() {
    let mut dice = Dice(12);
    let names: Vec<(String, String)> = (0..2_000).map(|_| (dice.name(), dice.date())).collect();
    let built = |memory: Option<&Memory>| {
        let mut builder = Builder::default();
        for (number, (name, born)) in (0..).zip(&names) {
            filed(&(&[name], born, "FRA"), |listed| builder.add(number, listed));
        }
        builder.build_with(Weights::default(), memory)
    };
    let memory = built(None).memory();
    let again = built(Some(&memory)).memory();
    assert!(again.next_round() == memory.next_round() + 1);
    let foreign = built(Some(&memory.clone().with_other_rules())).memory();
    // All was looked for anew: what it hands on is what the rules of now find.
    let rest = |memory: Memory| memory.write()[40..].to_vec();
    let sum = 32;
    let body = |memory| {
        let rest = rest(memory);
        rest[..rest.len() - sum].to_vec()
    };
    assert!(body(foreign) == body(memory));
}

/// Of many words the rarest are looked for; a name that has no room for the others gains nothing by them.
#[test]
fn words_that_are_not_looked_for_are_worth_nothing_to_a_short_name() {
    let (live, _) = list(&[(&["Kabira Tonsel"], "", "")]);
    let bound = |name: &str| {
        let (words, mut found) = (words(name), Vec::new());
        let query = Query {
            words: words.words(),
            acronym: words.acronym(),
            born: None,
            nation: None,
            threshold: Bits::whole(1),
            limits: Limits::GENEROUS,
        };
        live.view().search(&query, &mut Scratch::default(), &mut found);
        found.iter().filter(|found| found.entry == 0).map(|found| found.bound).max()
    };
    let six = "Kabira Tonsel Wolmuk Pirnaxe Drovilt Schebru";
    let nine = format!("{six} Quonfel Yarbzik Zwethol");
    assert!(bound(six).is_some());
    assert_eq!(bound(&nine), bound(six));
}

/// The snapshot has no date that is known to the month alone.
#[test]
fn who_was_filed_since_with_a_month_of_birth_is_met_as_in_a_snapshot() {
    let person: Person<'_> = (&["Kabira Tonsel"], "1980-03", "IRQ");
    let (filed_before, _) = list(&[person]);
    let (filed_since, mut writer) = list(&[]);
    filed(&person, |listed| writer.add(&0, listed));
    let bar = |live: &Live<u32>| {
        let is_met =
            |bits: &i32| ask(&live.view(), "Kabira Tonsel", "1980-03-07", *bits).0.contains(&0);
        (1..99).take_while(is_met).last()
    };
    assert!(bar(&filed_before) > Some(20));
    assert_eq!(bar(&filed_since), bar(&filed_before));
}

/// A few sounds alone are tried together with those of other words: who has the very name was missed where
/// six sounds told as much as that of a short word.
#[test]
fn of_sounds_that_tell_as_much_the_words_own_comes_first() {
    let heard = |(sound, eighths)| Heard { sound: Sound(sound), eighths };
    let mut sounds = [(5, 27), (1, 27), (9, 27), (3, 30), (0, 11)].map(heard);
    kin::sort(&mut sounds, Sound(9));
    assert_eq!(sounds, [(3, 30), (9, 27), (1, 27), (5, 27), (0, 11)].map(heard));
}
