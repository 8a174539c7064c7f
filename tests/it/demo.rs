//! The demo as somebody sees it who types one command and has nothing else.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::instance::{binary, eventually, portcullis, signal};

#[test]
fn a_short_demo_tells_every_alert_and_sums_up_in_json() {
    let ran = portcullis(&["demo", "--duration", "5s", "--json", "--listen", "127.0.0.1:0"]);
    let stdout = ran.succeeded();
    let lines: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    let (summary, alerts) = lines.split_last().unwrap();
    let number = |key: &str| summary[key].as_f64().unwrap_or_else(|| panic!("{key}: {summary}"));
    assert_eq!(number("missing"), 0.0, "{summary}");
    assert_eq!(number("unexpected"), 0.0, "{summary}");
    assert!(number("events") > 0.0 && number("events_per_second") > 0.0, "{summary}");
    assert!(number("expected_alerts") > 0.0, "{summary}");
    assert!(number("p50_ms") <= number("p99_ms"), "{summary}");
    assert_eq!(number("alerts"), alerts.len() as f64);
    for alert in alerts {
        assert!(alert["event_id"].is_string() && alert["entries"].is_array(), "{alert}");
    }
}

#[test]
fn a_demo_without_a_terminal_has_no_escape_codes_and_ends_on_ctrl_c() {
    let mut child = binary()
        .args(["demo", "--listen", "127.0.0.1:0"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = String::new();
    while !seen.contains("owner") {
        seen += &lines.next().expect("an alert comes").unwrap();
    }
    assert!(signal(&child.id().to_string(), "INT"));
    for line in lines {
        seen = seen + &line.unwrap() + "\n";
    }
    let status = eventually("the end of the demo", || child.try_wait().unwrap());
    assert_eq!(status.code(), Some(0), "{seen}");
    assert!(!seen.contains('\u{1b}'), "{seen}");
    assert!(seen.contains(" 0 missing, 0 unexpected"), "{seen}");
}

#[test]
fn a_demo_on_an_address_that_is_taken_says_so() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = portcullis(&["demo", "--duration", "1s", "--listen", &address]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.stderr.contains(&address) && ran.stderr.contains("choose another"), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
}
