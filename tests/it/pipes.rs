//! Nobody reads what a command writes, as behind `| head`: it ends, without a word about it.

use std::process::Stdio;

use super::broker::Broker;
use super::instance::{Site, binary};

/// Runs the binary with a standard output that nobody reads; asserts its end and its silence.
fn check(words: &[&str], status: i32) {
    let mut ran =
        binary().args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(ran.stdout.take());
    let ran = ran.wait_with_output().unwrap();
    let said = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(ran.status.code(), Some(status), "{words:?}: {said}");
    for word in ["panicked", "Broken pipe", "os error"] {
        assert!(!said.contains(word), "{words:?}: {said}");
    }
}

#[test]
fn settings_are_shown_to_nobody_without_a_complaint() {
    check(&["check", "--sample"], 0);
    check(&["check", "--offline"], 0);
    check(&["watchlist", "publish", "--columns"], 0);
}

#[test]
fn a_demo_ends_soon_after_its_reader_and_cleanly() {
    check(&["demo", "--listen", "127.0.0.1:0", "--duration", "60s"], 0);
    check(&["demo", "--listen", "127.0.0.1:0", "--duration", "60s", "--json"], 0);
}

#[test]
fn tools_on_a_broker_do_their_work_though_nobody_reads() {
    let site = Site::new(Broker::shared(), "pipes");
    let settings = site.settings();
    let with = |words: &[&'static str]| {
        let set = settings.iter().flat_map(|set| ["--set", set.as_str()]);
        words.iter().copied().chain(set).map(str::to_owned).collect::<Vec<String>>()
    };
    let run = |words: &[&'static str], status| {
        let words = with(words);
        check(&words.iter().map(String::as_str).collect::<Vec<_>>(), status);
    };
    run(&["topics", "plan"], 2);
    run(&["topics", "create"], 0);
    run(&["topics", "plan"], 0);
    run(&["simulate", "--lists", "--subjects", "50", "--events", "100"], 0);
    run(&["watchlist", "show"], 0);
    run(&["watchlist", "stats"], 0);
    run(&["alerts", "--from-beginning", "--until-end"], 0);
    run(&["dead-letter", "show"], 0);
}
