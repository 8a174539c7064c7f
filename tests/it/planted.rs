//! The checker is shown to catch what it is there for: one bug at a time is planted into the binary,
//! and the checker must name the promise that it breaks. Without a bug it must name none.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use super::broker::Broker;
use super::checker::Rule;
use super::instance::{Instance, eventually};
use super::load::Plan;
use super::proxy::Proxy;
use super::trial::{Trial, seed};

/// Letters over this size are refused: some of the noise among the poison is larger.
const LETTER_BYTES_MAX: (&str, &str) = ("max.message.bytes", "3000");

/// The binary with every bug in it and none awake, built once.
fn planted() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        // TARGET/debug/deps/it-0123456789abcdef
        let own = std::env::current_exe().unwrap();
        let target = own.ancestors().nth(3).unwrap();
        let words = ["build", "--locked", "--example", "planted", "--features", "planted-bugs"];
        let status = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(words)
            .arg("--target-dir")
            .arg(target)
            .status();
        assert!(status.unwrap().success(), "the binary with planted bugs was not built");
        target.join("debug/examples/planted")
    })
}

fn start(trial: &Trial<'_>, brokers: &str, bug: &str) -> Instance {
    let mut settings = trial.site.settings();
    settings.push(format!("kafka.brokers={brokers}"));
    settings.extend(["lanes.retry_pause_ms=10", "lanes.retry_pause_max_ms=100"].map(String::from));
    settings.push("lanes.drain_deadline_ms=500".into());
    // The broker's limit is one on batches: with one message in each it is one on messages.
    settings.push("kafka.client.batch.num.messages=1".into());
    let mut command = Command::new(planted());
    command.env_clear().env("PORTCULLIS_PLANTED", bug);
    let instance = Instance::start_as(command, &settings);
    instance.await_ready();
    instance
}

/// A hard half minute: alerts to the Command are held back for a while, an instance leaves meanwhile
/// with some in flight, another one joins. Gives the promises that are found broken.
fn rough(bug: &str) -> Vec<Rule> {
    let trial = Trial::new(Broker::shared(), &format!("planted-{bug}"), Plan::seeded(seed()));
    let broker = trial.site.broker();
    let proxy = Proxy::start(broker);
    let start = |bug| start(&trial, proxy.bootstrap(), bug);
    broker.configure_topic(&trial.site.topic("dead-letter"), &[LETTER_BYTES_MAX]);
    let first = start(bug);
    let second = start(bug);
    let third = trial.under_load(|| {
        await_share(&first);
        await_share(&second);
        proxy.hold(&trial.site.topic("command"));
        eventually("alerts in flight", || {
            let in_flight = second.metric("portcullis_queue_depth", &["in_flight"]);
            (in_flight >= 10.0).then_some(())
        });
        let (status, log) = second.stop();
        assert_eq!(status, Some(0), "{log}");
        proxy.release();
        let third = start(bug);
        await_share(&third);
        third
    });
    let verdict = trial.judge(vec![first, third]);
    // What could have been caught was there.
    let counts = verdict.counts;
    assert!(counts.to_be_told > 200 && counts.letters > 20 && counts.ordered > 10, "{verdict}");
    assert!(proxy.held() > 0, "{}", proxy.held());
    verdict.broken()
}

/// Waits until an instance has finished some events: it has a share of the partitions.
fn await_share(instance: &Instance) {
    instance.await_events(300);
}

/// One agency's feed comes late: what is sent to it is refused until then.
fn late_feed(bug: &str) -> Vec<Rule> {
    let stem = format!("late-{bug}");
    let trial = Trial::without_feeds(Broker::shared(), &stem, Plan::seeded(seed()), &["customs"]);
    let instance = start(&trial, trial.site.broker().bootstrap(), bug);
    trial.under_load(|| {
        instance.await_log("a message was not delivered");
        trial.await_sent(1_000);
        trial.site.create_topics(&["customs"]);
        trial.await_sent(1_000);
    });
    trial.judge(vec![instance]).broken()
}

#[test]
fn without_a_bug_the_checker_finds_nothing() {
    assert_eq!(rough("none"), []);
    assert_eq!(late_feed("none"), []);
}

/// Asserts that this promise is among those found broken.
fn catches(broken: &[Rule], rule: Rule) {
    assert!(broken.contains(&rule), "{rule:?} is not among {broken:?}");
}

#[test]
fn a_commit_before_the_acknowledgement_is_caught() {
    catches(&rough("CommitBeforeAcknowledgement"), Rule::CommitPassed);
}

#[test]
fn an_event_that_its_first_acknowledgement_finishes_is_caught() {
    catches(&late_feed("FirstAcknowledgementFinishes"), Rule::Lost);
}

#[test]
fn a_refused_message_that_counts_as_delivered_is_caught() {
    catches(&late_feed("IgnoreDeliveryError"), Rule::Lost);
}

#[test]
fn a_commit_of_the_highest_offset_is_caught() {
    catches(&rough("CommitHighest"), Rule::CommitPassed);
}

#[test]
fn an_alert_id_that_changes_is_caught() {
    catches(&rough("RandomAlertId"), Rule::TwoIds);
}

#[test]
fn a_producer_that_is_dropped_with_what_it_holds_is_caught() {
    // What it held is lost: alerts, or dead letters, or both.
    let broken = rough("DropWithoutFlush");
    let lost = broken.contains(&Rule::Lost) || broken.contains(&Rule::LetterLost);
    assert!(lost && broken.contains(&Rule::CommitPassed), "{broken:?}");
}

#[test]
fn an_instance_that_goes_on_after_revocation_is_caught() {
    catches(&rough("ActAfterRevocation"), Rule::CommitWentBack);
}

#[test]
fn a_dead_letter_whose_failure_is_swallowed_is_caught() {
    catches(&rough("SwallowDeadLetterFailure"), Rule::LetterLost);
}

#[test]
fn an_agency_that_sees_more_than_it_may_is_caught() {
    catches(&rough("SkipRedaction"), Rule::WrongView);
}

#[test]
fn an_audience_that_is_forgotten_is_caught() {
    catches(&rough("CutTail"), Rule::Lost);
}
