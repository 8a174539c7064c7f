//! Holds the files that explain Portcullis to what the code does: the sample settings, the README.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portcullis::config::{self, Reader};

fn file(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// The mistakes that a settings file has, on its own.
fn mistakes(name: &str, text: &str) -> Option<String> {
    let nothing = std::iter::empty::<(String, String)>();
    let mut reader = Reader::new(Some((Path::new(name), text)), nothing, Vec::new());
    config::read(&mut reader);
    reader.finish().err().map(|mistakes| mistakes.to_string())
}

#[test]
fn the_sample_settings_are_those_of_the_code() {
    let mut reader = Reader::sample();
    config::read(&mut reader);
    let sample = reader.into_sample();
    if std::env::var_os("UPDATE_SAMPLE").is_some() {
        std::fs::write(file("deploy/portcullis.toml"), &sample).unwrap();
    }
    assert!(
        sample == text("deploy/portcullis.toml"),
        "deploy/portcullis.toml is not what the code says: \
         run `UPDATE_SAMPLE=1 cargo test --test it config::` and look at the difference"
    );
}

#[test]
fn the_sample_settings_are_read_without_a_mistake() {
    let sample = text("deploy/portcullis.toml");
    assert_eq!(mistakes("deploy/portcullis.toml", &sample), None);
}

#[test]
fn settings_in_the_readme_are_read_without_a_mistake() {
    let readme = text("README.md");
    let blocks: Vec<&str> =
        readme.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(!blocks.is_empty(), "README.md shows no settings");
    for block in blocks {
        assert_eq!(mistakes("README.md", block), None, "in README.md:\n{block}");
    }
}

#[test]
fn oauthbearer_is_whole_or_a_mistake_and_nothing_else_takes_its_settings() {
    const WHOLE: &str = "[kafka.security]\nprotocol = \"sasl_tls\"\nsasl_mechanism = \"oauthbearer\"\n\
        oauth_token_endpoint = \"https://login.example/token\"\noauth_client_id = \"a\"\n\
        oauth_client_secret = \"hush-hush\"\n";
    assert_eq!(mistakes("whole", WHOLE), None);
    let broken = [
        WHOLE.replace("oauth_client_id = \"a\"\n", ""),
        WHOLE.replace("oauth_client_secret = \"hush-hush\"\n", ""),
        WHOLE.replace("https://", "ldap://"),
        WHOLE.replace("\"oauthbearer\"", "\"plain\""),
    ];
    for text in broken {
        let told = mistakes("broken", &text).unwrap_or_default();
        assert!(told.contains("kafka.security.oauth_token_endpoint"), "{text}{told}");
        assert!(!told.contains("hush-hush"), "{told}");
    }
}

#[test]
fn the_readme_and_the_dashboard_know_the_metrics_that_there_are() {
    let there = metrics_of_the_code();
    let explained = metrics_named_in(&text("README.md"));
    assert_eq!(
        explained, there,
        "README.md explains on the left what src/metrics/ has on the right"
    );
    let shown = metrics_named_in(&text("deploy/grafana/dashboards/portcullis.json"));
    let unknown: Vec<&String> = shown.difference(&there).collect();
    assert!(unknown.is_empty(), "the dashboard shows metrics that do not exist: {unknown:?}");
}

/// The names in `src/metrics/`: a metric without a value yet is in no output.
fn metrics_of_the_code() -> BTreeSet<String> {
    let source = text("src/metrics/mod.rs") + &text("src/metrics/lists.rs");
    let makers = ["counters(", "counter(", "gauges(", "gauge(", "seconds(", "HistogramOpts::new("];
    let mut names = BTreeSet::new();
    for maker in makers {
        for rest in source.split(maker).skip(1) {
            if let Some((name, _)) =
                rest.trim_start().strip_prefix('"').and_then(|rest| rest.split_once('"'))
            {
                names.insert(name.to_owned());
            }
        }
    }
    names
}

/// What is written as `portcullis_` and a name; of a histogram the name alone.
fn metrics_named_in(text: &str) -> BTreeSet<String> {
    let names = text.split("portcullis_").skip(1).map(|rest| {
        rest.split(|letter: char| !letter.is_ascii_lowercase() && letter != '_')
            .next()
            .unwrap_or_default()
    });
    names.map(|name| name.strip_suffix("_bucket").unwrap_or(name).to_owned()).collect()
}

#[test]
fn settings_that_contradict_each_other_are_mistakes() {
    for (settings, expected) in [
        (
            "[topics]\nalerts_command = \"customs.cash\"",
            "customs.cash is used by topics.cash already",
        ),
        (
            "[topics]\ncash = [\"border.vehicles\"]",
            "border.vehicles is used by topics.vehicles already",
        ),
        ("[lists]\ntopic = \"alerts.command\"", "alerts.command is used by lists.topic already"),
        (
            "agencies = [\"police\"]\n[topics]\ndead_letter = \"alerts.agency.police\"",
            "alerts.agency.police is used by topics.dead_letter already",
        ),
        ("[topics]\ncrossings = [\"a\", \"a\"]", "a is used by topics.crossings already"),
        ("[topics]\ndead_letter = \"\"", "topics.dead_letter: expected a topic's name"),
        (
            "[topics]\nalerts_agency_prefix = \"a b\"",
            "topics.alerts_agency_prefix: expected a topic's name",
        ),
        ("agencies = [\"police\", \"Customs\"]", "agencies: number 2: expected 1 to 40 of a-z"),
        ("agencies = [\"police\", \"police\"]", "police is named twice"),
        (
            "[[lists.required]]\nname = \"wanted\"\n[[lists.required]]\nname = \"wanted\"",
            "is required above already",
        ),
        (
            "[lists]\nconfirm_interval_ms = 2000\nstale_after_seconds = 3",
            "must be at most half of lists.stale_after_seconds",
        ),
        (
            "[registry]\nurls = [\"registry:8081\"]",
            "registry.urls: expected addresses such as https://",
        ),
        ("[registry]\nurls = [\"http://r\"]\nusername = \"a\"", "set both or neither"),
        ("[log]\nfilter = \"info,kafka=loud\"", "log.filter: expected a level"),
    ] {
        let mistakes = mistakes("p.toml", settings).unwrap_or_default();
        assert!(mistakes.contains(expected), "{settings}\n{mistakes}");
        assert_eq!(mistakes.lines().count(), 2, "{settings}\n{mistakes}");
    }
}
