//! What a person at the command line sees when something is missing, wrong or over.

use super::broker::Broker;
use super::instance::Site;

#[test]
fn a_run_becomes_ready_when_a_list_is_published_and_ends_cleanly_on_sigterm() {
    let site = Site::made(Broker::shared(), "cli", &[]);
    let instance = site.start(&[]);
    instance.await_log("is empty: publish a list with `portcullis watchlist publish FILE`");
    let (status, _) = instance.get("/readyz");
    assert_eq!(status, 503);
    let readiness = instance.readiness();
    assert_eq!(readiness["ready"], false);
    assert!(readiness["waiting_for"].as_str().unwrap().contains(&site.topic("lists")));
    site.run(&["simulate", "--lists", "--subjects", "20", "--events", "0"]).succeeded();
    instance.await_ready();
    assert_eq!(instance.get("/healthz"), (200, "ok\n".into()));
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains('\u{1b}'), "a log that is no terminal has colours:\n{log}");
}
