//! Connections to brokers that demand proof: mutual TLS, SCRAM, PLAIN, OAUTHBEARER; and what a person
//! reads when the proof is wrong.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::OnceLock;

use super::broker::Broker;
use super::faults::{crossings, events_told, ids, publish_listed, send};
use super::instance::Site;

const SECRETS: [&str; 3] = ["scram-secret", "plain-secret", "wrong-secret"];

fn broker() -> &'static Broker {
    static SECURE: OnceLock<Broker> = OnceLock::new();
    SECURE.get_or_init(|| Broker::start_with(1, &["--security"]))
}

fn tls(name: &str) -> String {
    broker().dir().join("tls").join(name).display().to_string()
}

/// Settings for a listener: `ssl` or `sasl_ssl`.
fn settings(listener: &str, authority: &str, more: &[(&str, &str)]) -> Vec<String> {
    let protocol = if listener == "ssl" { "tls" } else { "sasl_tls" };
    let mut settings = vec![
        format!("kafka.brokers={}", broker().address(listener)),
        format!("kafka.security.protocol={protocol}"),
        format!("kafka.security.ca_file={}", tls(authority)),
    ];
    settings.extend(more.iter().map(|(key, value)| format!("kafka.security.{key}={value}")));
    settings
}

fn words(settings: &[String]) -> Vec<&str> {
    settings.iter().map(String::as_str).collect()
}

/// Lists, events and alerts all go over the listener.
fn the_whole_path_works(stem: &str, settings: &[String]) {
    let site = Site::made(broker(), stem, &["police"]);
    publish_listed(&site, "wanted", 0..3);
    let instance = site.start_ready(&words(settings));
    send(site.broker(), &site.topic("crossings"), 0, &crossings(0..4));
    instance.await_events(4);
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert!(SECRETS.iter().all(|secret| !log.contains(secret)), "{log}");
    assert_eq!(events_told(&site, "police"), ids(0..3));
}

/// The log and readiness say in one plain line what is wrong, and no secret.
fn is_told(stem: &str, settings: &[String], what: &str) {
    let site = Site::new(broker(), stem);
    let instance = site.start(&words(settings));
    instance.await_log(what);
    let waiting_for = instance.readiness()["waiting_for"].to_string();
    assert!(waiting_for.contains(what), "{waiting_for}");
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    let warnings: Vec<_> = log.lines().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.iter().filter(|line| line.contains(what)).count(), 1, "{log}");
    assert!(SECRETS.iter().all(|secret| !log.contains(secret)), "{log}");
}

#[test]
fn mutual_tls_carries_everything_and_says_what_is_wrong() {
    let (client, key) = (tls("client.pem"), tls("client.key"));
    let own = [("certificate_file", client.as_str()), ("key_file", key.as_str())];
    the_whole_path_works("mtls", &settings("ssl", "ca.pem", &own));
    let wrong = "check kafka.security.ca_file";
    is_told("mtls-ca", &settings("ssl", "stranger-ca.pem", &own), wrong);
    let (client, key) = (tls("stranger.pem"), tls("stranger.key"));
    let strange = [("certificate_file", client.as_str()), ("key_file", key.as_str())];
    let wrong = "kafka.security.certificate_file";
    is_told("mtls-key", &settings("ssl", "ca.pem", &strange), wrong);
}

#[test]
fn scram_and_plain_over_tls_carry_everything_and_say_what_is_wrong() {
    let login = |mechanism, user, password| {
        let more = [("sasl_mechanism", mechanism), ("username", user), ("password", password)];
        settings("sasl_ssl", "ca.pem", &more)
    };
    the_whole_path_works("scram", &login("scram-sha-256", "scram", "scram-secret"));
    the_whole_path_works("plain", &login("plain", "plain", "plain-secret"));
    let wrong = "they refuse our login";
    is_told("scram-wrong", &login("scram-sha-256", "scram", "wrong-secret"), wrong);
    is_told("plain-wrong", &login("plain", "plain", "wrong-secret"), wrong);
}

/// A token endpoint that gives unsecured tokens (RFC 7519, clause 6) to whoever asks.
fn token_endpoint() -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as URL;

    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = [0; 4096];
            drop(stream.read(&mut request));
            let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
            let claims = serde_json::json!({"sub": "portcullis", "iat": now, "exp": now + 3600});
            let token =
                format!("{}.{}.", URL.encode(r#"{"alg":"none"}"#), URL.encode(claims.to_string()));
            let body = serde_json::json!({
                "access_token": token, "token_type": "Bearer", "expires_in": 3600
            })
            .to_string();
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            drop(stream.write_all(answer.as_bytes()));
        }
    });
    format!("http://{address}/token")
}

#[test]
#[ignore = "needs a librdkafka that was built with libcurl, which this build is not"]
fn oauthbearer_over_tls_carries_everything() {
    let endpoint = token_endpoint();
    let more = [
        ("sasl_mechanism", "oauthbearer"),
        ("oauth_token_endpoint", endpoint.as_str()),
        ("oauth_client_id", "portcullis"),
        ("oauth_client_secret", "plain-secret"),
    ];
    the_whole_path_works("oauth", &settings("sasl_ssl", "ca.pem", &more));
}
