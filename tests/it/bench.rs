//! The bench on a real broker: every figure is there, every answer is right, nothing is left behind.

use std::path::Path;

use serde_json::Value;

use super::broker::Broker;
use super::instance::portcullis;

/// A run of small sizes; its figures say nothing, its counts everything.
fn small_run(broker: &Broker, out: &Path, phases: &str) -> Value {
    let (brokers, name) = (broker.bootstrap(), out.to_str().unwrap());
    let ran = portcullis(&[
        "bench",
        "--brokers",
        brokers,
        "--out",
        name,
        "--phases",
        phases,
        "--entries",
        "2000",
        "--persons",
        "1000",
        "--backlog",
        "10000",
        "--rates",
        "500,1000",
        "--seconds",
        "2",
        "--rate-hit-every",
        "10",
        "--repeats",
        "1",
        "--changes",
        "3",
        "--broker-version",
        "4.3.1",
    ]);
    assert_eq!(ran.status, Some(0), "{}\n{}", ran.stdout, ran.stderr);
    let text = std::fs::read_to_string(out.join("report.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Asserts that so many answers were owed, and that all came and were right.
fn assert_exact(answers: &Value, owed: u64) {
    assert_eq!(answers["owed"], owed, "{answers}");
    assert_eq!((&answers["missing"], &answers["wrong"]), (&0.into(), &0.into()), "{answers}");
}

/// Asserts that only the subject that compares names by likeness says what it found so, and that it
/// found most of what was planted.
fn assert_likeness(rounds: &Value) {
    for round in rounds.as_array().unwrap() {
        let runs = round["latency"].as_array().unwrap().iter().chain([&round["saturation"]]);
        for run in runs {
            let alike = &run["alike"];
            if round["subject"] != "names" {
                assert!(alike.is_null(), "{run}");
                continue;
            }
            let count = |name: &str| alike[name].as_u64().unwrap();
            // As many as touch a list, but for those that mark where the backlog begins and ends.
            assert!(count("slips") >= 19, "{alike}");
            assert!(count("met") * 2 > count("slips"), "{alike}");
            assert!(count("false_alarms") * 10 < count("others"), "{alike}");
        }
    }
}

#[test]
fn a_run_has_every_figure_every_answer_and_three_reports() {
    let broker = Broker::start(1);
    let out = tempfile::tempdir().unwrap();
    let report =
        small_run(&broker, out.path(), "core,saturation,latency,changes,rewrite,take-over");
    assert_eq!(report["exact"], true, "{report:#}");
    // In the order of the first repeat: the controls before Portcullis.
    for (subject, round) in ["pass", "floor", "portcullis", "names"].iter().zip(0..) {
        let round = &report["rounds"][round];
        assert_eq!(round["subject"], *subject);
        // One event in 500 of the backlog touches a list, one in 10 of the others.
        let answers = |all: u64| if *subject == "pass" { all } else { all / 10 };
        let saturation = &round["saturation"];
        assert!(saturation["cpu_us_per_event"].as_f64().unwrap() > 0.0, "{saturation}");
        let latency = round["latency"].as_array().unwrap();
        assert_eq!(latency.iter().map(|run| run["rate"].as_u64().unwrap()).sum::<u64>(), 1_500);
        assert!(latency.iter().all(|run| run["ms"]["p50"].as_f64().unwrap() > 0.0), "{latency:?}");
        if *subject != "floor" {
            // The first and the last of each of four partitions do too, to mark begin and end.
            let owed = if *subject == "pass" { 10_000 } else { 19 + 8 };
            assert_exact(&saturation["answers"], owed);
            // Two seconds that count, and one before.
            assert_exact(&latency[0]["answers"], answers(1_500));
            assert_exact(&latency[1]["answers"], answers(3_000));
        }
    }
    for part in ["look_up_ns", "decode_ns"] {
        assert!(report["core"][part].as_f64().unwrap() > 0.0, "{part}");
    }
    for names in ["exact", "names"] {
        let screening = &report["core"][names];
        assert!(screening["travellers_per_second"].as_f64().unwrap() > 0.0, "{screening}");
        assert!(screening["p99_ns"].as_f64().unwrap() > 0.0, "{screening}");
    }
    let [exact, names] = report["operations"].as_array().unwrap().as_slice() else {
        panic!("{report:#}");
    };
    // Everything is written again, or all that has names.
    for (run, subject, records) in [(exact, "portcullis", 3_000), (names, "names", 1_000)] {
        assert_eq!(run["subject"], subject);
        assert_eq!(run["changes"]["ms"]["count"], 3);
        assert_eq!(run["rewrite"]["records"], records);
    }
    assert!(exact["take_over"]["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(exact["take_over"]["partitions_moved"], 2, "two of four, not all: {report:#}");
    assert!(names["take_over"].is_null(), "{names}");
    assert_likeness(&report["rounds"]);
    let text = std::fs::read_to_string(out.path().join("report.md")).unwrap();
    for verdict in report["verdicts"].as_array().unwrap() {
        let target = verdict["target"].as_str().unwrap();
        assert!(text.contains(target), "{target} is not in the report");
        let few = target.contains("list change");
        assert!(!few || verdict["met"].is_null(), "three changes have no p99: {verdict}");
    }
    for part in ["Where the time goes", "What names that are alike found", "In operation: names"] {
        assert!(text.contains(&format!("## {part}")), "{text}");
    }
    let plot = std::fs::read_to_string(out.path().join("latency.svg")).unwrap();
    assert!(plot.starts_with("<svg") && plot.trim_end().ends_with("</svg>"), "{plot}");
    let topics = broker.topics();
    assert!(topics.iter().all(|topic| !topic.starts_with("portcullis-bench")), "{topics:?}");
}

#[test]
fn a_phase_can_be_measured_alone() {
    let out = tempfile::tempdir().unwrap();
    let report = small_run(Broker::shared(), out.path(), "saturation");
    assert_eq!(report["operations"].as_array().unwrap().len(), 0, "{report:#}");
    assert!(report["rounds"][2]["latency"].as_array().unwrap().is_empty());
}
