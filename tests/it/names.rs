//! The room `names` against what others wrote: the dictionary's source, ICAO's tables and specimens.

use std::path::Path;

use portcullis::domain::Name;
use portcullis::names::{
    Analysed, Analyser, Bearer, ClassId, Part, Script, Word, bridge, compile_dictionary, variants,
};

fn vectors(file: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/names");
    std::fs::read_to_string(folder.join(file)).unwrap()
}

fn analysed(surname: &str, given: &str, bearer: Bearer) -> Analysed {
    let mut into = Analysed::default();
    Analyser::default().analyse(Name { surname, given }, bearer, &mut into);
    into
}

fn person(surname: &str, given: &str) -> Analysed {
    analysed(surname, given, Bearer::Person)
}

/// Words that are names, not articles and the like.
fn names(analysed: &Analysed) -> Vec<Word> {
    let is_name = |word: &&Word| word.part() != Part::Particle;
    analysed.words().iter().filter(is_name).copied().collect()
}

fn texts(analysed: &Analysed) -> Vec<&str> {
    analysed.words().iter().map(|word| std::str::from_utf8(word.text()).unwrap()).collect()
}

fn share_a_class(one: &Word, other: &Word) -> bool {
    one.classes().iter().any(|class| other.classes().contains(class))
}

/// The dictionary is made of the source as names fold now: whoever changes folding makes it again.
#[test]
fn the_built_in_dictionary_agrees_with_its_source() {
    let mut forms_seen = 0;
    let mut strays = Vec::new();
    for line in vectors("person_names_sample.txt").lines() {
        let forms = line.split(" => ").next().unwrap().split(", ");
        let words: Vec<(&str, Word)> = forms
            .filter_map(|form| match names(&person("", form)).as_slice() {
                [word] if word.text().len() > 1 && word.script() != Script::Han => {
                    Some((form, *word))
                }
                _ => None,
            })
            .collect();
        let differ = words.windows(2).any(|pair| {
            let [(_, one), (_, other)] = pair else { return false };
            let same_key = one.script().omits_vowels() == other.script().omits_vowels();
            one.text() != other.text() || !same_key
        });
        let (Some((_, first)), true) = (words.first(), differ) else { continue };
        for (form, word) in &words {
            forms_seen += 1;
            if !share_a_class(first, word) {
                strays.push((*form).to_owned());
            }
        }
    }
    assert!(forms_seen > 4_000, "{forms_seen}");
    assert!(strays.is_empty(), "{} of {forms_seen}: {:?}", strays.len(), &strays[..20]);
}

#[test]
fn a_table_holds_the_classes_it_is_compiled_of() {
    let table = compile_dictionary("ivan, johannes, ivan => Q1\nmax => Q2\nanna, anne => Q3\n");
    let number = |at: usize| u32::from_le_bytes(table[at..at + 4].try_into().unwrap());
    // A class of one form says nothing.
    assert_eq!((number(0), number(4)), (2, 4));
}

#[test]
fn classes_are_listed_in_order_and_unknown_words_have_none() {
    let known = person("Alexander", "");
    let classes: Vec<ClassId> = known.words()[0].classes().to_vec();
    assert!(classes.len() > 1 && classes.is_sorted());
    assert!(person("Qwrtzx", "").words()[0].classes().is_empty());
}

#[test]
fn names_of_many_scripts_meet_their_latin_forms() {
    for (written, latin) in [
        ("محمد", "Mohammed"),
        ("خالد", "Khaled"),
        ("Иван", "Ivan"),
        ("משה", "Moshe"),
        ("Αλέξανδρος", "Alexandros"),
        ("伟", "Wei"),
        ("ゆうき", "Yuki"),
        ("Bob", "Robert"),
        ("Саша", "Alexander"),
    ] {
        let (one, other) = (person("", written), person("", latin));
        let (one, other) = (&names(&one)[0], &names(&other)[0]);
        let meets = share_a_class(one, other) || one.canonical() == other.canonical();
        assert!(meets, "{written} {latin}");
    }
}

/// Each letter of ICAO's tables A and B is written in one of the ways that the table allows.
#[test]
fn letters_are_spelt_as_icao_tables_have_them() {
    let mut analyser = Analyser::default();
    let mut count = 0;
    for file in ["transliteration_latin.tsv", "transliteration_cyrillic.tsv"] {
        for line in vectors(file).lines().skip(1) {
            let columns: Vec<&str> = line.split('\t').collect();
            let letter = columns[1];
            let name = Name { surname: letter, given: "" };
            let plain = person(letter, "");
            let mut spellings: Vec<String> = vec![texts(&plain).concat().to_uppercase()];
            for variant in variants(&mut analyser, name, Bearer::Person, &plain) {
                spellings.push(texts(&variant).concat().to_uppercase());
            }
            for expected in columns[2].split('|') {
                // Letters that only one of several languages with them writes so.
                let by_language = matches!(letter, "Ъ" | "Ь" | "Ŋ" | "Һ" | "Ѵ");
                assert!(
                    spellings.iter().any(|spelling| spelling == expected) || by_language,
                    "{letter}: {expected}, not {spellings:?}"
                );
                count += 1;
            }
        }
    }
    assert!(count > 140, "{count}");
}

/// The name as the machine-readable zone has it, and where it begins in its line.
fn zone<'a>(format: &str, line: &'a str) -> &'a str {
    &line[if format == "TD1" { 0 } else { 5 }..]
}

/// Words of the zone are those of the visual zone, or marked as cut and begin like them.
#[test]
fn names_of_the_machine_readable_zone_are_those_of_the_visual_one() {
    let mut cut = 0;
    for line in vectors("icao_name_vectors.tsv").lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let (visual, zone) = (person(columns[1], ""), zone(columns[0], columns[2]));
        let (surname, given) = zone.split_once("<<").unwrap_or((zone, ""));
        let spaced = |text: &str| text.trim_matches('<').replace('<', " ");
        let (surname, given) = (spaced(surname), spaced(given));
        for read in [person(zone, ""), person(&surname, &given)] {
            let (stated, seen) = (names(&visual), names(&read));
            assert!(seen.len() <= stated.len(), "{}", columns[1]);
            let of_surname =
                |words: &[Word]| words.iter().filter(|word| word.part() == Part::Surname).count();
            if read.is_structured() {
                assert_eq!(of_surname(&stated), of_surname(&seen), "{}", columns[1]);
            }
            for (stated, seen) in stated.iter().zip(&seen) {
                let same = stated.text() == seen.text();
                let begins = seen.is_cut() && stated.text().starts_with(seen.text());
                assert!(same || begins, "{}: {:?}", columns[1], texts(&read));
                cut += usize::from(!same);
            }
        }
    }
    assert!(cut >= 10, "{cut}");
}

#[test]
fn specimens_give_their_holder() {
    let mut count = 0;
    for line in vectors("specimens.tsv").lines().skip(1) {
        let columns: Vec<&str> = line.split('\t').collect();
        let line = if columns[0] == "TD1" { columns[3] } else { &columns[1][5..] };
        let read = person(line, "");
        assert_eq!(texts(&read), ["eriksson", "anna", "maria"]);
        assert!(!read.is_truncated());
        let parts: Vec<Part> = read.words().iter().map(Word::part).collect();
        assert_eq!(parts, [Part::Surname, Part::Given, Part::Given]);
        count += 1;
    }
    assert_eq!(count, 5);
}

/// Invented persons of common names, in Arabic letters and in Latin.
const PERSONS: [(&str, &str); 16] = [
    ("محمود حسن الشمري", "Mahmoud Hassan al-Shammari"),
    ("عبد الرحمن خالد القحطاني", "Abdulrahman Khaled Alqahtani"),
    ("يوسف ابراهيم التميمي", "Youssef Ibrahim Tamimi"),
    ("نور الدين بن سالم", "Noureddine Ben Salem"),
    ("فاطمة الزهراء مصطفى", "Fatima Zahra Moustafa"),
    ("غلام رضا شیرازی", "Gholam Reza Shirazi"),
    ("ذوالفقار علی بھٹی", "Zulfiqar Ali Bhatti"),
    ("طارق جمال الدوسري", "Tareq Jamal Aldosari"),
    ("سعيد عثمان باوزير", "Saeed Othman Bawazir"),
    ("هشام قاسم الجبوري", "Hisham Qasim al-Jubouri"),
    ("وليد صالح العنزي", "Waleed Saleh Alenezi"),
    ("ضياء عادل الراوي", "Dhia Adel al-Rawi"),
    ("حميد گل نوری", "Hamid Gul Noori"),
    ("پرویز خان آفریدی", "Pervez Khan Afridi"),
    ("مروان غسان حداد", "Marwan Ghassan Haddad"),
    ("ياسين بوعزيز", "Yacine Bouaziz"),
];

/// How alike two names are by the bridge alone: each word with its best counterpart.
fn rendering(written: &[Word], latin: &[Word]) -> f64 {
    let best = |word: &Word| {
        let all = latin.iter().filter_map(|latin| bridge(word, latin));
        let shares = all.map(|at| f64::from(at.bits) / f64::from(at.expected.max(8)));
        shares.fold(0.0, f64::max).min(1.0)
    };
    let sum: f64 = written.iter().map(best).sum();
    sum / written.len().max(latin.len()) as f64
}

#[test]
fn a_name_in_arabic_letters_is_most_like_its_own_latin_form() {
    let names: Vec<(Vec<Word>, Vec<Word>)> = PERSONS
        .iter()
        .map(|(written, latin)| (names(&person(written, "")), names(&person(latin, ""))))
        .collect();
    for (at, (written, _)) in names.iter().enumerate() {
        let scores: Vec<f64> = names.iter().map(|(_, latin)| rendering(written, latin)).collect();
        let own = scores[at];
        let other = scores.iter().enumerate().filter(|(other, _)| *other != at);
        let best_other = other.map(|(_, score)| *score).fold(0.0, f64::max);
        assert!(own > best_other && own > 0.6, "{:?}: {own} {best_other}", PERSONS[at]);
    }
}

#[test]
fn legal_forms_of_one_kind_have_one_canonical_form() {
    for (one, other) in [
        ("ООО Ромашка", "Romashka LLC"),
        ("Beispiel Gesellschaft mit beschränkter Haftung", "Beispiel GmbH"),
        ("Exemple S.A.R.L.", "Exemple Ltd"),
        ("北京科技有限公司", "Keji Limited Liability Company"),
    ] {
        let legal = |text: &str| {
            let made = analysed(text, "", Bearer::Organisation);
            let found: Vec<Vec<u8>> = made
                .words()
                .iter()
                .filter(|word| word.part() == Part::LegalForm)
                .map(|word| word.canonical().to_vec())
                .collect();
            found
        };
        assert_eq!(legal(one).len(), 1, "{one}");
        assert_eq!(legal(one), legal(other), "{one} {other}");
    }
}

#[test]
fn numbers_are_digits_however_they_are_written() {
    for text in ["Fifth Brigade", "5th Brigade", "Brigade No. 5", "V Brigade 5", "Brigade 05"] {
        let made = analysed(text, "", Bearer::Organisation);
        let number = made.words().iter().find(|word| word.part() == Part::Number);
        assert_eq!(number.map(Word::canonical), Some(&b"5"[..]), "{text}: {:?}", texts(&made));
    }
}

#[test]
fn a_letter_or_a_rest_of_words_may_number_a_name() {
    let numbers = |text: &str| -> Vec<String> {
        let made = analysed(text, "", Bearer::Organisation);
        let numbers = made.words().iter().filter(|word| word.part() == Part::Number);
        numbers.map(|word| String::from_utf8(word.canonical().to_vec()).unwrap()).collect()
    };
    assert_eq!(numbers("Offshore Fund I, Ltd."), ["1"]);
    assert_eq!(numbers("Offshore Fund II, Ltd."), ["2"]);
    assert_eq!(numbers("Brigade Forty 4"), ["44"]);
    assert!(numbers("I Trading Ltd").is_empty());
}

#[test]
fn shared_words_of_organisations_meet_across_languages() {
    let symbol = |text: &str| {
        let made = analysed(text, "", Bearer::Organisation);
        made.words().last().unwrap().classes().to_vec()
    };
    assert!(!symbol("Alpha Bank").is_empty());
    assert_eq!(symbol("Alpha Bank"), symbol("Альфа Банк"));
    assert_eq!(symbol("Alpha International"), symbol("Alpha Internacional"));
    assert_ne!(symbol("Alpha Bank"), symbol("Alpha Insurance"));
}

#[test]
fn titles_and_prefixes_are_no_names_unless_they_are_all_there_is() {
    let parts = |text: &str, bearer| -> Vec<Part> {
        analysed(text, "", bearer).words().iter().map(Word::part).collect()
    };
    assert_eq!(parts("Dr John Smith", Bearer::Person)[0], Part::Honorific);
    assert_eq!(parts("MAJOR, John", Bearer::Person), [Part::Surname, Part::Given]);
    assert_eq!(parts("Smith, John Jr", Bearer::Person)[2], Part::Number);
    assert_eq!(parts("MV Ocean Star", Bearer::Vessel)[0], Part::Prefix);
    assert_eq!(parts("M/V Ocean Star", Bearer::Vessel), [Part::Prefix, Part::Any, Part::Any]);
    assert_eq!(parts("General Trading LLC", Bearer::Organisation)[2], Part::LegalForm);
    assert_eq!(parts("Trading LLC", Bearer::Organisation)[0], Part::Any);
    assert_eq!(parts("Trading LLC", Bearer::Unknown)[1], Part::LegalForm);
    assert_eq!(parts("Bin Salem", Bearer::Unknown)[0], Part::Particle);
}
