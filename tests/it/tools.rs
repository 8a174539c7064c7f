//! Tools that read topics: they say what is wrong and end, and what they leave is whole.

use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::broker::Broker;
use super::faults::{delete_topic, entry as listed, send_raw};
use super::instance::{PATIENCE, Site, binary};
use super::traffic::{Sent, entry, file, send, word};

/// `portcullis alerts` as it follows the Command's feed of a site.
fn following(site: &Site<'_>) -> Child {
    spawned(site, &["alerts", "--from-beginning"])
}

/// A command that may never end by itself.
fn spawned(site: &Site<'_>, words: &[&str]) -> Child {
    let mut command = binary();
    command.args(words);
    site.settings().iter().for_each(|setting| {
        command.args(["--set", setting]);
    });
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Waits for the end of a command; one that goes on is killed, so that it does not outlive its test.
fn eventually_or_killed(child: &mut Child) -> ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().unwrap();
    child.wait().unwrap()
}

/// Asserts that the command ends by itself, with one plain line that holds this text.
fn assert_ends(mut child: Child, text: &str) {
    let status = eventually_or_killed(&mut child);
    let told = String::from_utf8(child.wait_with_output().unwrap().stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{told}");
    assert!(told.contains(text) && told.lines().count() == 1, "{told}");
}

#[test]
fn a_reader_whose_brokers_fall_silent_ends_and_says_so() {
    let broker = Broker::start(1);
    let site = Site::made(&broker, "silent", &[]);
    let reader = following(&site);
    // Whatever it is doing by then: the silence may begin at any time.
    std::thread::sleep(Duration::from_secs(2));
    broker.pause(1);
    assert_ends(reader, "no broker answers at");
    broker.resume(1);
}

#[test]
fn a_reader_whose_topic_is_deleted_ends_and_says_so() {
    let site = Site::made(Broker::shared(), "deleted", &[]);
    let reader = following(&site);
    std::thread::sleep(Duration::from_secs(2));
    delete_topic(site.broker(), &site.topic("command"));
    assert_ends(reader, "does not exist: make it with `portcullis topics create`");
}

#[test]
fn a_reader_that_may_not_read_is_told_at_once() {
    let broker = Broker::start_with_rules();
    let site = Site::made(&broker, "denied", &[]);
    broker.allow(&site.topic("command"), "Describe", "User:*");
    broker.allow(&site.topic("lists"), "Read", "User:nobody");
    for (words, of) in
        [(&["alerts", "--from-beginning"][..], "command"), (&["watchlist", "stats"], "lists")]
    {
        let told = format!(
            "we may not read topic {}: allow it in the brokers' access rules",
            site.topic(of)
        );
        assert_ends(spawned(&site, words), &told);
    }
}

/// An instance that starts later reads the newest record alone, so an older one that can be read is
/// not enough.
#[test]
fn an_entry_whose_newest_record_is_broken_is_published_again() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "spoilt", &[]);
    let (one, two) = (entry("stolen", "one", "100000001"), entry("stolen", "two", "100000002"));
    let path = file(&dir, "lists.jsonl", &format!("{one}\n{two}"));
    let publish = |path: &Path, further: &[&str]| {
        site.run(&[&["watchlist", "publish", word(path)], further].concat()).succeeded()
    };
    assert!(publish(&path, &[]).contains("2 added"));
    assert!(publish(&path, &[]).contains("0 changed, 0 removed, 2 unchanged"));
    send(&site, "lists", &[Sent::bytes("stolen/one", b"{"), Sent::bytes("stolen/gone", b"{")]);
    let told = publish(&path, &["--remove-max", "1"]);
    assert!(told.contains("~ stolen/one") && told.contains("- stolen/gone"), "{told}");
    assert!(told.contains("0 added, 1 changed, 1 removed, 1 unchanged"), "{told}");
    assert!(publish(&path, &[]).contains("0 changed, 0 removed, 2 unchanged"));
    // A removal behind a broken record leaves nothing to mend.
    let (key, _) = listed("stolen", 7);
    send(&site, "lists", &[Sent::bytes(&key, b"{")]);
    send_raw(site.broker(), &site.topic("lists"), 0, &key, None, &[]);
    assert!(publish(&path, &[]).contains("0 changed, 0 removed, 2 unchanged"));
}
