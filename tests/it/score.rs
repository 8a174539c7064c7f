//! `portcullis score`: each row of a file of pairs again, with what the engine says of it.

use super::instance::portcullis;
use super::traffic::{file, word};

const PAIRS: &str = "left,right,schema,left_born,right_born,case
\"LINDQVIST, Anna\",Anna Lindqvist,Person,1980-04-12,1980-04-12,same
Anna Lindqvist,Peter Hofmann,Person,1980-04-12,1955-07-30,other
Сергей Воробьёв,Sergey Vorobyov,Person,,,script
Meridian Shipping LLC,OOO Meridian Shipping,Company,,,form
";

fn rows(text: &str) -> Vec<csv::StringRecord> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    std::iter::once(header).chain(reader.records().map(Result::unwrap)).collect()
}

#[test]
fn each_row_comes_back_with_its_probability_and_bits() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = file(&folder, "pairs.csv", PAIRS);
    let ran = portcullis(&["score", "--pairs", word(&pairs)]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    let rows = rows(&ran.stdout);
    let header: Vec<&str> = rows[0].iter().collect();
    assert_eq!(header[5..], ["case", "probability", "bits", "match"]);
    let found: Vec<(&str, bool)> =
        rows[1..].iter().map(|row| (&row[5], &row[8] == "true")).collect();
    assert_eq!(found, [("same", true), ("other", false), ("script", true), ("form", true)]);
    for row in &rows[1..] {
        let (probability, bits): (f64, f64) = (row[6].parse().unwrap(), row[7].parse().unwrap());
        assert!((0.0..=1.0).contains(&probability), "{row:?}");
        // The two say the same: a bit more doubles the odds.
        let odds = (probability / (1.0 - probability)).log2();
        assert!(
            (odds - bits - 1.0).abs() < 0.2 || !(1e-4..=0.999).contains(&probability),
            "{row:?}"
        );
    }
}

#[test]
fn a_list_tells_how_rare_words_are() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = file(&folder, "pairs.csv", "left,right\nAnna Quarrenzo,Anna Quarrenzo\n");
    let crowd: String = (0..2_000)
        .map(|at| {
            format!("{{\"id\":\"{at}\",\"schema\":\"Person\",\"name\":[\"Quarrenzo, Anna\"]}}\n")
        })
        .collect();
    let list = file(&folder, "list.jsonl", &crowd);
    let bits = |more: &[&str]| -> f64 {
        let arguments = [&["score", "--pairs", word(&pairs)], more].concat();
        let ran = portcullis(&arguments);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        rows(&ran.stdout)[1][3].parse().unwrap()
    };
    assert!(bits(&[]) > bits(&["--list", word(&list)]) + 1.0);
}

#[test]
fn a_mode_moves_the_threshold_and_an_explanation_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = file(&folder, "pairs.csv", PAIRS);
    let out = folder.path().join("scored.csv");
    let matches = |mode: &str| {
        let ran = portcullis(&[
            "score",
            "--pairs",
            word(&pairs),
            "--mode",
            mode,
            "--explain",
            "--out",
            word(&out),
        ]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        let rows = rows(&std::fs::read_to_string(&out).unwrap());
        assert!(rows[1][9].contains("the same birth date"), "{:?}", rows[1]);
        rows[1..].iter().filter(|row| &row[8] == "true").count()
    };
    assert!(matches("high-recall") >= matches("high-precision"));
}

#[test]
fn a_bad_row_is_told_by_its_line_and_without_its_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = "left,right,left_born\n,Anna Lindqvist,\nAnna Lindqvist,Anna Lindqvist,30 April\n";
    let pairs = file(&folder, "pairs.csv", text);
    let ran = portcullis(&["score", "--pairs", word(&pairs)]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.stderr.contains(":2: left holds no name"), "{}", ran.stderr);
    assert!(ran.stderr.contains(":3: "), "{}", ran.stderr);
    assert!(!ran.stderr.contains("Lindqvist") && !ran.stderr.contains("April"), "{}", ran.stderr);
    assert_eq!(rows(&ran.stdout).len(), 2);
}
