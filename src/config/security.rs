//! The settings of `[kafka.security]`: TLS, certificates, logins and tokens.

use std::collections::BTreeMap;

use crate::kafka::{TokenConfig, Tokens};

use super::{Reader, Secret};

/// Security settings by librdkafka's names.
#[derive(Default)]
struct Security(BTreeMap<String, String>);

impl Security {
    fn set(&mut self, key: &str, value: Option<String>) {
        if let Some(value) = value {
            self.0.insert(key.to_owned(), value);
        }
    }
}

/// Reads how brokers are spoken to, by librdkafka's names, and where tokens come from.
pub(super) fn read(reader: &mut Reader) -> (BTreeMap<String, String>, Option<Tokens>) {
    let protocols = [
        ("plaintext", "PLAINTEXT"),
        ("tls", "SSL"),
        ("sasl_plaintext", "SASL_PLAINTEXT"),
        ("sasl_tls", "SASL_SSL"),
    ];
    let protocol = reader.choice(
        "kafka.security.protocol",
        "PLAINTEXT",
        &protocols,
        "How brokers are spoken to; `tls` with a certificate of our own is mutual TLS.",
    );
    let mut security = Security::default();
    security.set("security.protocol", Some(protocol.to_owned()));
    read_tls(reader, &mut security);
    let has_mechanism = read_sasl(reader, &mut security);
    if protocol.starts_with("SASL") != has_mechanism {
        reader.mistake(
            "kafka.security.sasl_mechanism",
            "a mechanism goes with protocol sasl_plaintext or sasl_tls, and those with a \
             mechanism: set both or neither",
        );
    }
    let tokens = read_tokens(reader, &security.0);
    (security.0, tokens)
}

fn read_tls(reader: &mut Reader, security: &mut Security) {
    let files = [
        (
            "ssl.ca.location",
            "kafka.security.ca_file",
            "Certificates of the brokers' authority, PEM; the system's when absent.",
        ),
        (
            "ssl.certificate.location",
            "kafka.security.certificate_file",
            "Our own certificate, PEM.",
        ),
        ("ssl.key.location", "kafka.security.key_file", "The key of our own certificate, PEM."),
    ];
    for (name, key, doc) in files {
        let path = reader.optional_path(key, doc);
        security.set(name, path.map(|path| path.display().to_string()));
    }
    let password = reader.secret("kafka.security.key_password", "Password of that key.");
    security.set("ssl.key.password", exposed(password));
}

/// Reads how we log in; `true` when we do.
fn read_sasl(reader: &mut Reader, security: &mut Security) -> bool {
    let mechanisms = [
        ("none", None),
        ("plain", Some("PLAIN")),
        ("scram-sha-256", Some("SCRAM-SHA-256")),
        ("scram-sha-512", Some("SCRAM-SHA-512")),
        ("oauthbearer", Some("OAUTHBEARER")),
    ];
    let mechanism = reader.choice(
        "kafka.security.sasl_mechanism",
        None,
        &mechanisms,
        "How we log in, with sasl_plaintext and sasl_tls.",
    );
    security.set("sasl.mechanism", mechanism.map(str::to_owned));
    let user = reader.optional_text("kafka.security.username", "User for plain and scram.");
    security.set("sasl.username", user);
    let password = reader.secret("kafka.security.password", "Password for plain and scram.");
    security.set("sasl.password", exposed(password));
    mechanism.is_some()
}

/// Reads where OAUTHBEARER gets its tokens.
fn read_tokens(reader: &mut Reader, security: &BTreeMap<String, String>) -> Option<Tokens> {
    let endpoint = reader.optional_text(
        "kafka.security.oauth_token_endpoint",
        "Where oauthbearer gets its token (OAuth 2.0 client credentials), https://…",
    );
    let client_id =
        reader.optional_text("kafka.security.oauth_client_id", "Client id for the token endpoint.");
    let secret = reader
        .secret("kafka.security.oauth_client_secret", "Client secret for the token endpoint.");
    let scope = reader
        .optional_text("kafka.security.oauth_scope", "Scope asked for at the token endpoint.");
    let ca_file = reader.optional_path(
        "kafka.security.oauth_ca_file",
        "Certificates of the token endpoint's authority, PEM; those that browsers trust when absent.",
    );
    if endpoint
        .as_ref()
        .is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://"))
    {
        reader.mistake(
            "kafka.security.oauth_token_endpoint",
            "an address begins with https:// (or http://, where the network is trusted)",
        );
    }
    let wanted = security.get("sasl.mechanism").is_some_and(|name| name == "OAUTHBEARER");
    let parts = endpoint.zip(client_id).zip(exposed(secret));
    if wanted != parts.is_some() {
        reader.mistake(
            "kafka.security.oauth_token_endpoint",
            "oauthbearer needs oauth_token_endpoint, oauth_client_id and oauth_client_secret, and no \
             other mechanism does",
        );
    }
    let ((endpoint, client_id), client_secret) = parts?;
    Some(Tokens::new(TokenConfig { endpoint, client_id, client_secret, scope, ca_file }))
}

fn exposed(secret: Option<Secret>) -> Option<String> {
    secret.map(|secret| secret.expose().to_owned())
}
