//! What a person at the command line sees when something is missing, wrong or over.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use serde_json::{Value, json};

use super::broker::Broker;
use super::instance::{Instance, KINDS, Site, binary, portcullis};
use super::traffic::{Sent, crossing, entry, file, send, word};

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

#[test]
fn brokers_that_do_not_answer_are_one_plain_line_and_no_end() {
    let instance = Instance::start(&["kafka.brokers=127.0.0.1:1".into()]);
    instance.await_log("no broker answers at 127.0.0.1:1: check the address");
    assert_eq!(instance.get("/readyz").0, 503);
    let readiness = instance.readiness();
    assert_eq!(readiness["phase"], "connecting");
    let waiting_for = readiness["waiting_for"].as_str().unwrap().to_owned();
    assert!(waiting_for.contains("no broker answers at 127.0.0.1:1"), "{waiting_for}");
    // It has asked more than once by then, and said so once.
    std::thread::sleep(std::time::Duration::from_secs(5));
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert_eq!(log.matches("no broker answers").count(), 1, "{log}");
    let warnings = log.lines().filter(|line| !line.contains(" INFO ")).count();
    assert_eq!(warnings, 1, "{log}");
    let ran = portcullis(&["watchlist", "stats", "--brokers", "127.0.0.1:1"]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.stderr.contains("no broker answers at 127.0.0.1:1"), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 1, "{ran:?}");
}

#[test]
fn missing_topics_are_named_and_waited_for() {
    let site = Site::new(Broker::shared(), "cli-missing");
    let instance = site.start(&[]);
    instance.await_log("missing topics: ");
    let log = instance.log();
    for of in KINDS.into_iter().chain(["lists", "suppressions", "command", "dead-letter"]) {
        assert!(log.contains(&site.topic(of)), "{of}: {log}");
    }
    assert!(log.contains("make them with `portcullis topics create"), "{log}");
    assert_eq!(instance.readiness()["phase"], "connecting");
    site.create_topics(&[]);
    instance.await_log("every topic is there");
    send(&site, "lists", &[Sent::entry(&entry("stolen", "one", "100000001"))]);
    instance.await_ready();
    assert_eq!(instance.stop().0, Some(0));
}

#[test]
fn a_plan_shows_what_is_missing_and_what_differs() {
    let site = Site::new(Broker::shared(), "cli-plan");
    let crossings = site.topic("crossings");
    site.broker().create_topic(&crossings, 2, &[("message.timestamp.type", "CreateTime")]);
    let plan = site.run(&["topics", "plan", "--partitions", "2"]);
    assert_eq!(plan.status, Some(2), "{plan:?}");
    let line = |stdout: &str, name: &str| {
        stdout.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned()
    };
    let differs = line(&plan.stdout, &crossings);
    assert!(differs.starts_with("differs"), "{plan:?}");
    let why = "message.timestamp.type is CreateTime, planned LogAppendTime";
    assert!(differs.contains(why), "{differs}");
    let missing = line(&plan.stdout, &site.topic("lists"));
    assert!(missing.starts_with("missing") && missing.contains("cleanup.policy=compact"));
    site.create_topics(&[]);
    let plan = site.run(&["topics", "plan", "--partitions", "2"]);
    assert_eq!(plan.status, Some(0), "{plan:?}");
    assert!(line(&plan.stdout, &site.topic("lists")).starts_with("ok"), "{plan:?}");
    let checked = site.run(&["check"]);
    assert_eq!(checked.status, Some(1), "{checked:?}");
    let why =
        format!("{crossings}: message.timestamp.type is CreateTime and must be LogAppendTime");
    assert!(checked.stderr.contains(&why), "{checked:?}");
}

#[test]
fn every_mistake_in_a_settings_file_is_told_at_once_with_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[kafka]\nbrokerz = \"a:1\"\nsession_timeout_ms = \"soon\"\n\n[kafka.client]\n\
                \"enable.auto.commit\" = \"true\"\n\"fetch.min.bytes\" = \"1\"\n\n[lanes]\ncount = 9999\n";
    let path = file(&dir, "portcullis.toml", text);
    let ran = portcullis(&["check", "--offline", "--config", word(&path)]);
    assert_eq!(ran.status, Some(1));
    let at = |place: &str, what: &str| {
        let place = format!("{}:{place}", word(&path));
        let told = ran.stderr.lines().any(|line| line.contains(&place) && line.contains(what));
        assert!(told, "{place} {what}: {}", ran.stderr);
    };
    at("2:", "did you mean kafka.brokers");
    at("3:", "kafka.session_timeout_ms");
    at("6:", "enable.auto.commit: may not be set: offsets are committed by the lane");
    at("10:", "lanes.count");
    assert!(!ran.stderr.contains("fetch.min.bytes"), "{}", ran.stderr);
    for words in [["run"].as_slice(), &["topics", "plan"], &["alerts"]] {
        let again = portcullis(&[words, &["--config", word(&path)]].concat());
        assert_eq!((again.status, &again.stderr), (Some(1), &ran.stderr));
    }
}

#[test]
fn a_check_prints_the_effective_settings_and_masks_secrets() {
    let dir = tempfile::tempdir().unwrap();
    let text = "[kafka]\ngroup = \"night-shift\"\n\n[kafka.security]\nprotocol = \"sasl_plaintext\"\n\
                sasl_mechanism = \"plain\"\nusername = \"u\"\npassword = \"hunter2hunter2\"\n";
    let path = file(&dir, "portcullis.toml", text);
    let ran = portcullis(&["check", "--offline", "--config", word(&path)]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.stdout.contains("night-shift"), "{}", ran.stdout);
    assert!(ran.stdout.contains("portcullis.toml:2"), "{}", ran.stdout);
    assert!(!format!("{ran:?}").contains("hunter2"), "{ran:?}");
    let sample = portcullis(&["check", "--sample"]).succeeded();
    let sample = file(&dir, "sample.toml", &sample);
    let ran = portcullis(&["check", "--offline", "--config", word(&sample)]);
    assert_eq!(ran.status, Some(0), "the sample is right as it is: {ran:?}");
}

#[test]
fn a_check_of_a_site_that_is_right_says_so() {
    let site = Site::made(Broker::shared(), "cli-check", &[]);
    let ran = site.run(&["check"]);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    assert!(ran.stderr.contains("every topic is as it must be"), "{ran:?}");
    assert!(ran.stdout.contains(&site.group()), "{ran:?}");
}

#[test]
fn one_subject_is_screened_against_a_file_and_explained() {
    let dir = tempfile::tempdir().unwrap();
    let mut listed = entry("wanted", "w-1", "123456789");
    listed["names"] = json!([{"surname": "MUSTERMANN", "given_names": "ERIKA"}]);
    listed["birth_dates"] = json!(["1964-08-12"]);
    listed["nationalities"] = json!(["DEU"]);
    listed["subject"] = json!("PERSON");
    let list = file(&dir, "wanted.jsonl", &listed.to_string());
    let screen = |words: &[&str]| portcullis(&[&["screen", "--list", word(&list)], words].concat());

    let ran = screen(&["--identifier", "document:123456789@GBR"]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert!(ran.stdout.contains("wanted/w-1") && !ran.stdout.contains('\u{1b}'), "{ran:?}");
    let ran = screen(&["--identifier", "document:987654321@GBR"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), "no match\n"));
    let ran = screen(&["--name", "Mustermann, Erika", "--birth-date", "1964-08-12", "--json"]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    let alert: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(alert["reasons"][0]["entry"], "w-1");
    let ran = screen(&["--name", "Mustermann, Erika", "--birth-date", "1964-08-13", "--json"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), ""));

    let event = file(&dir, "event.json", &crossing("e", "123456789").to_string());
    let ran = screen(&["--event", word(&event), "--json"]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    let alert: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(alert["event"]["event_id"], "e");
    // By likeness, as the settings have it.
    let mut alike = crossing("e", "987654321");
    alike["traveller"] = json!({"surname": "MUSTERMANM", "given_names": "ERIKA",
        "birth_date": "1964-08-12", "nationality": "DEU"});
    let event = file(&dir, "alike.json", &alike.to_string());
    let ran = screen(&["--event", word(&event), "--json"]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    let alert: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert!(alert["reasons"][0]["resemblance"]["per_mille"].as_u64() > Some(500), "{alert}");
    let ran = screen(&["--event", word(&event), "--set", "names.mode=exact"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), "no match\n"));

    // What is wrong is said without repeating it.
    let ran = screen(&["--identifier", "container:CSQU3054384X9"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("ISO 6346"), "{ran:?}");
    let ran = screen(&[]);
    assert!(ran.status == Some(1) && ran.stderr.contains("nothing to screen"), "{ran:?}");
    let ran = screen(&["?!"]);
    assert!(ran.status == Some(1) && ran.stderr.contains("NAME has no letters"), "{ran:?}");
}

#[test]
fn a_name_alone_is_a_match_on_a_short_list_and_not_as_run_judges() {
    let dir = tempfile::tempdir().unwrap();
    let list = file(
        &dir,
        "subjects.csv",
        "id,name,alias,gender\na,\"MUSTERMANN, Erika\",\"VORLAGE, Erika;BEISPIEL, Erika\",female\n",
    );
    let screen = |words: &[&str]| portcullis(&[&["screen", "--list", word(&list)], words].concat());
    let ran = screen(&["Erika Mustermann"]);
    assert_eq!(ran.status, Some(3), "{ran:?}");
    assert_eq!(screen(&["Erika Mustermann", "--as-run"]).status, Some(0));
    // Several aliases stand in one cell.
    let ran = screen(&["Beispiel, Erika"]);
    assert!(ran.stdout.contains("listed also as Erika BEISPIEL\n"), "{ran:?}");
    // What is shown adds up to what is said of the whole.
    let figure = |text: &str| text.trim().split(' ').next().unwrap().parse::<f64>();
    let (head, shown) = ran.stdout.split_once('\n').unwrap();
    let whole: f64 = head.trim_end_matches(" bits").rsplit(' ').next().unwrap().parse().unwrap();
    let lines: Vec<f64> = shown.lines().flat_map(figure).collect();
    assert!(lines.len() == 3 && (lines.iter().sum::<f64>() - whole).abs() < 0.3, "{ran:?}");
    // Somebody else is nobody's match, however short the list.
    let ran = screen(&["Branimir Veleshki", "--least", "0.05"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (Some(0), "no match\n"));
}

#[test]
fn a_setting_without_a_value_is_refused() {
    let ran = portcullis(&["check", "--offline", "--set", "kafka.group"]);
    assert!(ran.status == Some(2) && ran.stderr.contains("expected KEY=VALUE"), "{ran:?}");
}

#[test]
fn output_that_nobody_reads_to_its_end_is_no_failure() {
    let site = Site::made(Broker::shared(), "cli-pipe", &[]);
    let simulate = ["simulate", "--lists", "--events", "0", "--subjects", "2000"];
    site.run(&simulate).succeeded();
    let mut command = binary();
    command.args(["watchlist", "show"]);
    for setting in site.settings() {
        command.args(["--set", &setting]);
    }
    let (stdout, stderr) = (Stdio::piped(), Stdio::piped());
    let mut child = command.stdin(Stdio::null()).stdout(stdout).stderr(stderr).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.starts_with('{'), "{first}");
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn entries_that_no_event_can_meet_are_told_when_they_are_published_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let site = Site::made(Broker::shared(), "unmet", &[]);
    let csv = "list,entry,subject,surname,given_names,birth_date,document,owner,priority,action\n\
        wanted,w-1,PERSON,MUSTERMANN,ERIKA,1964,,police,HIGH,ARREST\n\
        wanted,w-2,PERSON,MUSTERMANN,ERIKA,1964-08-12,,police,HIGH,ARREST\n\
        wanted,w-3,PERSON,MUSTERMANN,ERIKA,,C01X00T47@DEU,police,HIGH,ARREST\n";
    let list = file(&dir, "lists.csv", csv);
    let told = "1 entries can be met by no event: give them an identifier";
    for words in [&["watchlist", "publish", word(&list)][..], &["watchlist", "stats"]] {
        let ran = site.run(words);
        assert!(ran.stderr.contains(told), "{words:?}: {ran:?}");
        assert_eq!(ran.status, Some(0));
    }
}
