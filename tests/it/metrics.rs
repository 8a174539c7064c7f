//! Metrics are a contract with dashboards and alarms: what a running instance serves is held
//! against `tests/golden/metrics.txt`. To take a change over: `PORTCULLIS_UPDATE_GOLDEN=1
//! cargo test --test it metrics::`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::broker::Broker;
use super::instance::Site;
use super::traffic::{Sent, crossing, entry, send};

/// Labels whose values are words of a fixed set; those of the others depend on site and data.
const FIXED: [&str; 6] = ["disposition", "kind", "queue", "result", "stage", "state"];

#[test]
fn a_running_instance_serves_the_metrics_of_the_contract() {
    let site = Site::made(Broker::shared(), "metrics", &["police"]);
    send(
        &site,
        "lists",
        &[
            Sent::entry(&entry("stolen", "one", "100000001")),
            Sent::bytes("stolen/two", b"no entry"),
        ],
    );
    let instance = site.start_ready(&[]);
    let mut defective = crossing("defective", "100000002");
    defective["traveller"]["birth_date"] = "some day".into();
    send(
        &site,
        "crossings",
        &[
            Sent::event(&crossing("hit", "100000001")),
            Sent::event(&crossing("clear", "100000002")),
            Sent::event(&defective),
            Sent::bytes("poison", b"poison"),
        ],
    );
    instance.await_events(4);
    let served = contract(&instance.metrics());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/metrics.txt");
    if std::env::var_os("PORTCULLIS_UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &served).unwrap();
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(served, golden, "see the head of this file for how to take a change over");
}

#[test]
fn dashboards_ask_for_metrics_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let golden = std::fs::read_to_string(root.join("tests/golden/metrics.txt")).unwrap();
    let names: BTreeSet<&str> = golden.lines().filter_map(|line| line.split(' ').next()).collect();
    let dashboard = root.join("deploy/grafana/dashboards/portcullis.json");
    let dashboard = std::fs::read_to_string(dashboard).unwrap();
    let is_part = |char: char| char.is_ascii_lowercase() || char == '_' || char.is_ascii_digit();
    let mut asked = BTreeSet::new();
    for (at, _) in dashboard.match_indices("portcullis_") {
        let name: String = dashboard[at..].chars().take_while(|char| is_part(*char)).collect();
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
        asked.insert(base.unwrap_or(&name).to_owned());
    }
    assert!(!asked.is_empty());
    for name in asked {
        assert!(names.contains(name.as_str()), "the dashboard asks for {name}");
    }
}

/// One line a metric: name, type, and its labels, those of a fixed set with their values.
fn contract(text: &str) -> String {
    let mut types = BTreeMap::new();
    let mut labels: BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> = BTreeMap::new();
    for line in text.lines() {
        if let Some(declared) = line.strip_prefix("# TYPE ") {
            let (name, kind) = declared.split_once(' ').unwrap();
            types.insert(name, kind);
        } else if !line.starts_with('#') {
            let (series, _) = line.rsplit_once(' ').unwrap();
            let (name, rest) = series.split_once('{').unwrap_or((series, "}"));
            let base =
                ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part));
            let name = base.filter(|base| types.contains_key(base)).unwrap_or(name);
            let seen = labels.entry(name).or_default();
            for pair in rest.trim_end_matches('}').split("\",").filter(|pair| !pair.is_empty()) {
                let (label, value) = pair.split_once("=\"").unwrap();
                seen.entry(label).or_default().insert(value.trim_end_matches('"'));
            }
        }
    }
    let mut lines = String::new();
    for (name, kind) in types {
        let labels = labels.remove(name).unwrap_or_default();
        let labels: Vec<String> = labels
            .into_iter()
            .filter(|(label, _)| *label != "le")
            .map(|(label, values)| match FIXED.contains(&label) {
                true => format!("{label}={}", values.into_iter().collect::<Vec<_>>().join("|")),
                false => label.to_owned(),
            })
            .collect();
        lines += format!("{name} {kind} {}", labels.join(" ")).trim_end();
        lines.push('\n');
    }
    lines
}
