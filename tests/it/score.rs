//! `portcullis score`: each row of a file of pairs again, with what the engine says of it.

use super::instance::portcullis;
use super::traffic::{file, word};

const PAIRS: &str = "left,right,schema,left_born,right_born,case
\"LINDQVIST, Anna\",Anna Lindqvist,Person,1980-04-12,1980-04-12,same
Anna Lindqvist,Peter Hofmann,Person,1980-04-12,1955-07-30,other
Сергей Воробьёв,Sergey Vorobyov,Person,,,script
Meridian Shipping LLC,OOO Meridian Shipping,Company,,,form
";

/// Pairs of which nobody can be sure.
const DOUBTFUL: &str = "left,right
Anna Berg,Anna Berg
Anna Berg,Anna Bergman
Anna Berg,Anna Maria Berg
Anna Berg,A. Berg
Anna Berg,Anna
Anna Berg,Hanna Burg
Mohammed Ali,Muhammad Aly Khan
Ivan Petrov,Igor Petrov
";

/// Of picked pairs one in two is a match at this much evidence, which is what `balanced` asks for.
const EVEN: f64 = -1.0;

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
}

#[test]
fn a_bit_more_doubles_the_odds() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = file(&folder, "pairs.csv", DOUBTFUL);
    let ran = portcullis(&["score", "--pairs", word(&pairs)]);
    let rows = rows(&ran.stdout);
    let mut in_doubt = 0;
    for row in &rows[1..] {
        let (probability, bits): (f64, f64) = (row[2].parse().unwrap(), row[3].parse().unwrap());
        let expected = 1.0 / (1.0 + (EVEN - bits).exp2());
        assert!((probability - expected).abs() < 1e-4, "{row:?}: {expected}");
        assert_eq!(&row[4] == "true", bits >= EVEN, "{row:?}");
        in_doubt += u32::from((0.01..0.99).contains(&probability));
    }
    assert!(in_doubt >= 4, "near 0 and 1 the odds say little: {rows:?}");
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
fn a_mode_moves_the_threshold() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = file(&folder, "pairs.csv", DOUBTFUL);
    let matches = |mode: &str| {
        let ran = portcullis(&["score", "--pairs", word(&pairs), "--mode", mode]);
        assert_eq!(ran.status, Some(0), "{ran:?}");
        rows(&ran.stdout)[1..].iter().filter(|row| &row[4] == "true").count()
    };
    let [most, middle, fewest] = ["high-recall", "balanced", "high-precision"].map(matches);
    assert!(most >= middle && middle >= fewest && most > fewest, "{most} {middle} {fewest}");
}

#[test]
fn an_explanation_says_why_and_the_output_may_be_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = file(&folder, "pairs.csv", PAIRS);
    let out = folder.path().join("scored.csv");
    let words = ["score", "--pairs", word(&pairs), "--explain", "--out", word(&out)];
    let ran = portcullis(&words);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""), "{ran:?}");
    let rows = rows(&std::fs::read_to_string(&out).unwrap());
    assert!(rows[1][9].contains("the same birth date"), "{:?}", rows[1]);
    assert!(!rows[2][9].contains("the same birth date"), "{:?}", rows[2]);
}

#[test]
fn a_bad_row_is_told_by_its_line_and_without_its_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = "left,right,left_born\n,Anna Lindqvist,\nAnna Lindqvist,Anna Lindqvist,30 April\n";
    let pairs = file(&folder, "pairs.csv", text);
    let ran = portcullis(&["score", "--pairs", word(&pairs)]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(
        ran.stderr.contains(":2: left holds no name, so this row is not compared: state one"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains(":3: "), "{}", ran.stderr);
    assert!(!ran.stderr.contains("Lindqvist") && !ran.stderr.contains("April"), "{}", ran.stderr);
    assert_eq!(rows(&ran.stdout).len(), 2);
}

#[test]
fn what_cannot_be_read_is_told_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let unnamed = file(&folder, "unnamed.csv", "one,other\nAnna,Anna\n");
    let empty = file(&folder, "empty.csv", "left,right\n");
    let absent = folder.path().join("absent.csv");
    for (pairs, told) in [
        (unnamed.as_path(), "left or right is missing: name the columns"),
        (empty.as_path(), "it holds no pair that can be compared"),
        (absent.as_path(), "there is no such file: name another path"),
    ] {
        let ran = portcullis(&["score", "--pairs", word(pairs)]);
        assert_ne!(ran.status, Some(0), "{ran:?}");
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
    }
    let ran = portcullis(&["screen", "Anna", "--list", word(&empty), "--limit", "0"]);
    assert!(ran.stderr.contains("expected a whole number from 1"), "{}", ran.stderr);
}
