//! How good the matcher is on a small labelled set, against what it reached before; and the commands
//! that judge it and that screen by name.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::instance::portcullis;
use super::traffic::{file, word};

/// The labelled set, judged once for all tests of this file.
fn report() -> &'static Value {
    static REPORT: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    REPORT.get_or_init(|| {
        let out = tempfile::tempdir().unwrap();
        let data = |name: &str| data(name).to_str().unwrap().to_owned();
        let ran = portcullis(&[
            "quality",
            "--pairs",
            &data("name_bench.csv"),
            "--pairs",
            &data("sdn_pairs.csv"),
            "--cross",
            &data("cross_script.csv"),
            "--list",
            &data("list.jsonl"),
            "--queries",
            &data("aliases.csv"),
            "--clean",
            &data("clean.csv"),
            "--exhaustive",
            "--out",
            word(out.path()),
        ]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        serde_json::from_str(&read(&out.path().join("report.json"))).unwrap()
    })
}

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/quality").join(name)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn set(name: &str) -> &'static Value {
    let sets = report()["sets"].as_array().unwrap();
    sets.iter().find(|at| at["name"] == name).unwrap()
}

/// Our figures of a set.
fn ours(name: &str) -> &'static Value {
    let set = set(name);
    assert_eq!(set["matchers"][0]["matcher"], "portcullis");
    &set["matchers"][0]
}

/// A measure by its name in `floors.csv`.
fn measure(set: &str, measure: &str) -> f64 {
    if let Some(of) = measure.strip_prefix("by_index_") {
        return self::set(set)["found_by_index"][of]["share"].as_f64().unwrap();
    }
    let calibration = &self::set(set)["calibration"];
    let ours = ours(set);
    let counts = &ours["at"][0]["counts"];
    let value = match measure {
        "f1" => &counts["f1"],
        "recall" => &counts["recall"],
        "no_alarm" => return 1.0 - counts["false_share"].as_f64().unwrap(),
        "ranked_first" => &ours["ranked_first"],
        "calibrated" => return 1.0 - calibration["error"].as_f64().unwrap(),
        // Too little and too much are both less than 1.
        "bit_worth" => return 1.0 - (calibration["line"]["slope"].as_f64().unwrap() - 1.0).abs(),
        within => {
            let share: f64 = within.strip_prefix("recall_at_").unwrap().parse().unwrap();
            let all = ours["recall_within"].as_array().unwrap();
            let at = all.iter().find(|at| at["false_share"].as_f64() == Some(share / 100.0));
            &at.unwrap_or_else(|| panic!("{set} has no {within}"))["recall"]
        }
    };
    value.as_f64().unwrap()
}

#[test]
fn the_matcher_is_no_worse_than_it_was() {
    let floors = read(&data("floors.csv"));
    let rows: Vec<Vec<&str>> =
        floors.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert!(rows.len() >= 8, "{floors}");
    let mut worse = Vec::new();
    for row in rows {
        let [set, name, floor] = row[..] else { panic!("{row:?}") };
        let (reached, floor): (f64, f64) = (measure(set, name), floor.parse().unwrap());
        eprintln!("{set} {name}: {reached:.4}, floor {floor}");
        // Floors are written with three digits.
        if reached < floor - 0.0005 {
            worse.push(format!("{set} {name}: {reached:.4} is below its floor {floor}"));
        }
    }
    assert!(worse.is_empty(), "{}", worse.join("\n"));
}

/// A list of invented people, one of them also in Arabic letters.
const LIST: &str = "\
{\"id\": \"x-1\", \"schema\": \"Person\", \"name\": [\"MUSTERMANN, Erika\"], \"birthDate\": [\"1964-08-12\"], \"nationality\": [\"DE\"]}
{\"id\": \"x-2\", \"schema\": \"Person\", \"name\": [\"AL-BEISPIELI, Kareem Yousef\"], \"alias\": [\"كريم يوسف البيسبيلي\"], \"birthDate\": [\"1971\"]}
{\"id\": \"x-3\", \"schema\": \"Person\", \"name\": [\"SAMPLOVA, Ilona\"]}
{\"id\": \"x-4\", \"schema\": \"Company\", \"name\": [\"Mustermann Erika Trading LLC\"]}
";

fn listed() -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let list = file(&dir, "list.jsonl", LIST);
    (dir, list)
}

#[test]
fn a_misspelt_name_finds_whoever_may_be_meant_and_says_why() {
    let (_dir, list) = listed();
    let screen = |words: &[&str]| portcullis(&[&["screen", "--list", word(&list)], words].concat());
    let ran = screen(&["Erika Musterman", "--born", "1964-08-12", "--nationality", "Germany"]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("x-1") && ran.stdout.contains("MUSTERMANN"), "{ran:?}");
    assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains("x-4"), "{ran:?}");

    let ran = screen(&["Erika Musterman", "--born", "1964-08-12", "--json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    let best = &json["matches"][0];
    assert_eq!(best["id"], "x-1");
    assert!(best["probability"].as_f64().unwrap() > 0.5 && best["bits"].is_f64(), "{best}");

    let ran = screen(&["Somebody Quite-Else", "--born", "1990-01-02"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), "no match\n"));
    let ran = screen(&["Mustermann", "--born", "SECRET"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("--born"), "{ran:?}");
    assert!(!ran.stderr.contains("SECRET"), "{ran:?}");
    let ran = screen(&["Mustermann", "--birth-date", "1964-08-12"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("--birth-date"), "{ran:?}");
    let ran = screen(&["Mustermann", "--identifier", "imo:9074729"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("cannot be used with"), "{ran:?}");
}

#[test]
fn a_list_of_entries_with_their_handling_is_screened_by_name_too() {
    let dir = tempfile::tempdir().unwrap();
    let table = "list,entry,subject,surname,given_names,birth_date,document,owner,priority,action\n\
                 wanted,w-1,PERSON,Mustermann,Erika,1964-08-12,123456789@GBR,police,HIGH,ARREST\n";
    let list = file(&dir, "wanted.csv", table);
    let ran = portcullis(&["screen", "--list", word(&list), "Erika Mustermann", "--json"]);
    let json: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(json["matches"][0]["id"], "wanted/w-1", "{ran:?}");
}

#[test]
fn names_of_a_file_are_screened_in_bulk_one_object_a_query() {
    let (dir, list) = listed();
    let table = "id,name,birthDate,nationality\n\
                 q-1,\"Musterman, Erica\",1964-08-12,DE\n\
                 q-2,Kareem Yousef al Beispieli,1971-01-01,\n\
                 q-3,Somebody Else,1990-01-02,\n\
                 q-4,,1990-01-02,\n";
    let lines = "{\"id\": \"q-1\", \"name\": \"Musterman, Erica\", \"birthDate\": \"1964-08-12\"}\n\
                 {\"id\": \"q-2\", \"name\": \"Kareem Yousef al Beispieli\", \"birthDate\": \"1971-01-01\"}\n\
                 {\"id\": \"q-3\", \"name\": [\"Somebody Else\"]}\n";
    for (name, text) in [("queries.csv", table), ("queries.jsonl", lines)] {
        let queries = file(&dir, name, text);
        let ran = portcullis(&["screen", "--list", word(&list), "--queries", word(&queries)]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let rows: Vec<Value> =
            ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let found: Vec<_> = rows
            .iter()
            .map(|row| (row["query"]["id"].as_str(), row["matches"][0]["id"].as_str()))
            .collect();
        let expected =
            [(Some("q-1"), Some("x-1")), (Some("q-2"), Some("x-2")), (Some("q-3"), None)];
        assert_eq!(found, expected, "{ran:?}");
        for row in &rows {
            let bits = |at: &Value| at["bits"].as_f64().unwrap();
            assert!(row["matches"].as_array().unwrap().is_sorted_by(|a, b| bits(a) >= bits(b)));
        }
        assert!(
            ran.stderr.contains("3 queries in ") && ran.stderr.contains(" a second"),
            "{ran:?}"
        );
        assert!(!ran.stderr.contains('\u{1b}'), "a bar where no terminal is: {ran:?}");
        // The row without a name is told, with its line and nothing of it.
        assert_eq!(ran.stderr.contains("queries.csv:5: names nobody"), name == "queries.csv");
    }
}

/// A list too long to be compared whole, with those of [`LIST`] at its end.
fn long_list(dir: &tempfile::TempDir) -> PathBuf {
    let many: String = (0..1_200)
        .map(|at| {
            let (surname, given) = (["Berg", "Moen", "Dahl", "Lund"][at % 4], at / 4);
            let day = 1 + at % 28;
            format!("{{\"id\": \"m-{at}\", \"name\": [\"{surname}{at}, Given{given}\"], \"birthDate\": [\"1970-05-{day:02}\"]}}\n")
        })
        .collect();
    file(dir, "long.jsonl", &(many + LIST))
}

#[test]
fn whom_the_index_of_a_long_list_finds_ranks_as_among_everybody() {
    let dir = tempfile::tempdir().unwrap();
    let list = long_list(&dir);
    let table = "id,name,birthDate,schema\n\
                 q-1,\"Musterman, Erica\",1964-08-12,Person\n\
                 q-2,Kareem Yousef al Beispieli,1971-01-01,Person\n\
                 q-3,Mustermann Erika Trading,,Company\n\
                 q-4,Samplova Ilona,,Person\n\
                 q-5,Somebody Else,1990-01-02,Person\n";
    let queries = file(&dir, "queries.csv", table);
    let screen = |words: &[&str]| {
        let ran = portcullis(&[&["screen", "--list", word(&list)], words].concat());
        assert!(matches!(ran.status, Some(0 | 3)), "{ran:?}");
        ran
    };
    let indexed = screen(&["--queries", word(&queries)]);
    let everybody = screen(&["--queries", word(&queries), "--exhaustive"]);
    assert_eq!(indexed.stdout, everybody.stdout);
    assert!(indexed.stderr.contains("a second, by the index; 4 with"), "{indexed:?}");
    assert!(everybody.stderr.contains("a second, everybody compared; 4 with"), "{everybody:?}");
    let one = ["Erica Musterman", "--born", "1964-08-12", "--json"];
    let (indexed, everybody) = (screen(&one), screen(&[&one[..], &["--exhaustive"]].concat()));
    assert_eq!(indexed.stdout, everybody.stdout);
    assert!(indexed.stdout.contains("x-1"), "{indexed:?}");
}

#[test]
fn a_report_says_who_was_compared_and_what_the_index_finds_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let judged = |words: &[&str]| {
        let out = dir.path().join("out");
        let sizes = ["--invented-list", "1500", "--invented-queries", "4", "--clean-max", "20"];
        let ran = portcullis(&[&["quality", "--out", word(&out)], &sizes[..], words].concat());
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let json: Value = serde_json::from_str(&read(&out.join("report.json"))).unwrap();
        (ran.stdout, read(&out.join("report.md")), json["sets"][0].clone())
    };
    let (_, page, indexed) = judged(&[]);
    assert_eq!(
        (&indexed["candidates"], &indexed["found_by_index"]),
        (&"index".into(), &Value::Null)
    );
    assert!(page.contains("Compared with those whom the index finds."), "{page}");
    let (summary, page, whole) = judged(&["--exhaustive"]);
    assert_eq!(whole["candidates"], "everybody");
    assert!(page.contains("Compared with everybody listed."), "{page}");
    let found = &whole["found_by_index"];
    assert_eq!(found["goal"], 0.98);
    let called = &found["called"];
    assert!(called["of"].as_u64() > Some(40), "{found}");
    assert!(called["share"].as_f64() > Some(0.9), "{found}");
    let row = "found by the index of what comparing with everybody finds";
    assert!(summary.contains(row) && page.contains(row), "{summary}");
}

#[test]
fn anybody_can_judge_the_matcher_at_once_on_invented_cases() {
    let dir = tempfile::tempdir().unwrap();
    let judged = |out: &str| {
        let out = dir.path().join(out);
        let sizes = ["--invented-list", "150", "--invented-queries", "6", "--clean-max", "60"];
        let ran = portcullis(&[&["quality", "--out", word(&out)], &sizes[..]].concat());
        assert_eq!(ran.status, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("invented") && ran.stdout.contains("report.md"), "{ran:?}");
        let page = read(&out.join("report.md"));
        for part in ["By kind", "By culture", "Calibration"] {
            assert!(page.contains(&format!("### {part}\n")), "{part}: {page}");
        }
        for picture in page.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(read(&out.join(picture)).contains("<svg"), "{picture}");
        }
        serde_json::from_str::<Value>(&read(&out.join("report.json"))).unwrap()
    };
    let (one, other) = (judged("one"), judged("other"));
    assert_eq!(one["sets"][0]["matchers"], other["sets"][0]["matchers"], "the same seed");
    let calibration = &one["sets"][0]["calibration"];
    assert_eq!(
        (&calibration["of"], &other["sets"][0]["calibration"]),
        (&"stated".into(), calibration)
    );
    let offered = |bin: &Value| bin["samples"].as_u64().unwrap();
    assert!(calibration["bins"].as_array().unwrap().iter().map(offered).sum::<u64>() > 100);
    let recall = one["sets"][0]["matchers"][0]["at"][0]["counts"]["recall"].as_f64().unwrap();
    assert!(recall > 0.5, "{recall}");
}

#[test]
fn scores_of_another_matcher_are_judged_beside_ours() {
    let dir = tempfile::tempdir().unwrap();
    let rows =
        "left,right,label,score:other\nOlaf Berg,Olaf Berg,true,0.9\nOlaf Berg,Ann Moe,false,0.8\n";
    let pairs = file(&dir, "pairs.csv", rows);
    let out = dir.path().join("out");
    let ran = portcullis(&["quality", "--pairs", word(&pairs), "--out", word(&out)]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let json: Value = serde_json::from_str(&read(&out.join("report.json"))).unwrap();
    let counts = |matcher: usize| &json["sets"][0]["matchers"][matcher]["at"][0]["counts"];
    assert_eq!((&counts(0)["found"], &counts(0)["false_alarms"]), (&1.into(), &0.into()));
    assert_eq!((&counts(1)["found"], &counts(1)["false_alarms"]), (&1.into(), &1.into()));
    let bad = file(&dir, "bad.csv", &rows.replace("0.8", "nan"));
    let ran = portcullis(&["quality", "--pairs", word(&bad), "--out", word(&out)]);
    assert!(ran.status == Some(1) && ran.stderr.contains("bad.csv:3: score:other"), "{ran:?}");
    let unlabelled = file(&dir, "unlabelled.csv", "left,right\nSECRET,B\n");
    let ran = portcullis(&["quality", "--pairs", word(&unlabelled), "--out", word(&out)]);
    assert!(ran.status == Some(1) && ran.stderr.contains("no pair has a label"), "{ran:?}");
    assert!(!ran.stderr.contains("SECRET"), "{ran:?}");
}

#[test]
fn a_listed_subject_may_have_a_row_for_each_name_and_a_list_without_clean_persons_is_judged() {
    let dir = tempfile::tempdir().unwrap();
    let list = "id,name,born\n\
                x-1,\"MUSTERMANN, Erika\",1964-08-12\n\
                x-2,\"SAMPLOVA, Ilona\",1970\n\
                x-1,\"HABERLAND, Erika\",1964-08-12\n";
    let queries = "name,birthDate,truth_id\n\
                   Erika Musterman,1964-08-12,x-1\n\
                   Erika Haberland,1964-08-12,x-1\n\
                   Ilona Samplova,1970-03-04,x-2\n";
    let (list, queries) = (file(&dir, "list.csv", list), file(&dir, "queries.csv", queries));
    let out = dir.path().join("out");
    let ran = portcullis(&[
        "quality",
        "--list",
        word(&list),
        "--queries",
        word(&queries),
        "--out",
        word(&out),
    ]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let json: Value = serde_json::from_str(&read(&out.join("report.json"))).unwrap();
    let ours = &json["sets"][0]["matchers"][0];
    let counts = &ours["at"][0]["counts"];
    assert_eq!((&counts["found"], &counts["missed"]), (&3.into(), &0.into()), "{counts}");
    assert_eq!(ours["ranked_first"].as_f64(), Some(1.0));
    // Of no clean person no share was alarmed, and no recall stands at one.
    assert!(counts["false_share"].is_null() && counts["precision"].is_null(), "{counts}");
    assert!(ours["recall_within"].as_array().unwrap().iter().all(|at| at["recall"].is_null()));
    let page = read(&out.join("report.md"));
    assert!(page.contains("| recall at 0.25 % of clean persons | portcullis | – |"), "{page}");
}

#[test]
fn two_files_of_one_name_are_two_sets_with_pictures_of_their_own() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("out");
    let path = |folder: &str, left: &str| {
        let folder = dir.path().join(folder);
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("pairs.csv");
        let text = format!("left,right,label\n{left},Olaf Berg,true\nA,B,false\n");
        std::fs::write(&path, text).unwrap();
        path
    };
    let (one, other) = (path("one", "Olaf Berg"), path("other", "Ann Moe"));
    let words = ["quality", "--pairs", word(&one), "--pairs", word(&other), "--out", word(&out)];
    let ran = portcullis(&words);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let page = read(&out.join("report.md"));
    let pictures: std::collections::BTreeSet<&str> =
        page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
    // Of each one of recall and one of calibration.
    assert_eq!(pictures.len(), 4, "{page}");
    assert!(pictures.iter().all(|file| read(&out.join(file)).contains("<svg")));
    assert!(page.contains("one/pairs.csv") && page.contains("other/pairs.csv"), "{page}");
}
