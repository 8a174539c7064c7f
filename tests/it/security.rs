//! Connections to brokers that demand proof: mutual TLS, SCRAM, PLAIN, OAUTHBEARER; and what a person
//! reads when the proof is wrong.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use super::broker::Broker;
use super::faults::{crossings, ids, publish_listed, send};
use super::instance::{PATIENCE, Site};
use super::registry::{datum, send_avro, stub};
use super::tls::in_front_of;
use super::told::events_told;

const SECRETS: [&str; 4] = ["scram-secret", "plain-secret", "oauth-secret", "wrong-secret"];

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

/// A token endpoint: gives unsecured tokens (RFC 7519, section 6) that live a few seconds to the
/// client that knows its secret, and counts them.
struct TokenEndpoint {
    url: String,
    address: SocketAddr,
    given: Arc<AtomicUsize>,
}

impl TokenEndpoint {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}/token");
        let given = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&given);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                answer_for_token(&mut stream.unwrap(), &count);
            }
        });
        Self { url, address, given }
    }

    /// The same endpoint over TLS.
    fn over_tls(self) -> Self {
        let (certificate, key) = (tls("server.pem"), tls("server.key"));
        let address = in_front_of(self.address, certificate.as_ref(), key.as_ref());
        Self { url: format!("https://{address}/token"), address, ..self }
    }

    fn settings(&self, secret: &str) -> Vec<String> {
        let more = [
            ("sasl_mechanism", "oauthbearer"),
            ("oauth_token_endpoint", self.url.as_str()),
            ("oauth_client_id", "port/cullis"),
            ("oauth_client_secret", secret),
            ("oauth_scope", "kafka"),
        ];
        settings("sasl_ssl", "ca.pem", &more)
    }
}

fn answer_for_token(stream: &mut TcpStream, given: &AtomicUsize) {
    const FORM: &str = "grant_type=client_credentials&scope=kafka";
    let mut request = String::new();
    let mut piece = [0; 4096];
    while !request.ends_with(FORM) {
        let length = stream.read(&mut piece).unwrap();
        if length == 0 {
            return;
        }
        request.push_str(std::str::from_utf8(&piece[..length]).unwrap());
    }
    // RFC 6749, 2.3.1: form-encoded before it becomes a user and a password.
    let login = STANDARD.encode("port%2Fcullis:oauth%2Dsecret");
    let (status, body) = if request.contains(&format!("Basic {login}")) {
        given.fetch_add(1, Ordering::SeqCst);
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        let claims = serde_json::json!({"sub": "portcullis", "iat": now, "exp": now + 5});
        let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#);
        let token = format!("{head}.{}.", URL_SAFE_NO_PAD.encode(claims.to_string()));
        (
            "200 OK",
            serde_json::json!({"access_token": token, "token_type": "Bearer", "expires_in": 5}),
        )
    } else {
        ("401 Unauthorized", serde_json::json!({"error": "invalid_client"}))
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}",
        body.len()
    );
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n{body}").as_bytes()).unwrap();
}

#[test]
fn oauthbearer_over_tls_carries_everything_and_says_what_is_wrong() {
    let endpoint = TokenEndpoint::start();
    the_whole_path_works("oauth", &endpoint.settings("oauth-secret"));
    is_told(
        "oauth-wrong",
        &endpoint.settings("wrong-secret"),
        "kafka.security.oauth_token_endpoint",
    );
}

#[test]
fn tokens_are_renewed_before_they_end() {
    let endpoint = TokenEndpoint::start();
    let settings = endpoint.settings("oauth-secret");
    let site = Site::made(broker(), "oauth-renew", &["police"]);
    publish_listed(&site, "wanted", 0..2);
    let instance = site.start_ready(&words(&settings));
    send(site.broker(), &site.topic("crossings"), 0, &crossings(0..1));
    instance.await_events(1);
    let first = endpoint.given.load(Ordering::SeqCst);
    // The brokers hang up on whoever lets a token end.
    let deadline = Instant::now() + PATIENCE;
    while endpoint.given.load(Ordering::SeqCst) < first + 2 {
        assert!(Instant::now() < deadline, "no token was renewed");
        std::thread::sleep(Duration::from_millis(50));
    }
    send(site.broker(), &site.topic("crossings"), 0, &crossings(1..2));
    instance.await_events(2);
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert_eq!(events_told(&site, "police"), ids(0..2));
}

#[test]
fn a_token_endpoint_over_tls_is_asked_if_its_authority_is_trusted() {
    let endpoint = TokenEndpoint::start().over_tls();
    let mut settings = endpoint.settings("oauth-secret");
    let authority = |name| format!("kafka.security.oauth_ca_file={}", tls(name));
    settings.push(authority("stranger-ca.pem"));
    is_told("oauth-tls-ca", &settings, "kafka.security.oauth_token_endpoint");
    settings.pop();
    settings.push(authority("ca.pem"));
    the_whole_path_works("oauth-tls", &settings);
}

#[test]
fn a_schema_registry_over_tls_is_asked_if_its_authority_is_trusted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || stub(listener, Arc::new(AtomicBool::new(true))));
    let (certificate, key) = (tls("server.pem"), tls("server.key"));
    let address = in_front_of(address, certificate.as_ref(), key.as_ref());
    let settings = |authority| {
        [
            format!("registry.urls=https://{address}"),
            format!("registry.ca_file={}", tls(authority)),
            "registry.username=reader".to_owned(),
            "registry.password=registry-secret".to_owned(),
            "agencies=police".to_owned(),
        ]
    };
    let site = Site::made(broker(), "registry-tls", &["police"]);
    publish_listed(&site, "wanted", 0..1);
    send_avro(&site, 0, 7, &datum(0));
    let stranger = site.start(&words(&settings("stranger-ca.pem")));
    stranger.await_log("the schema registry does not answer");
    let (_, log) = stranger.stop();
    assert!(log.contains("certificate"), "{log}");
    let instance = site.start_ready(&words(&settings("ca.pem")));
    instance.await_events(1);
    let (status, log) = instance.stop();
    assert_eq!(status, Some(0), "{log}");
    assert!(!log.contains("registry-secret"), "{log}");
    assert_eq!(events_told(&site, "police"), ids(0..1));
}
