//! How we speak HTTP to servers of others: the registry, the giver of tokens.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;

/// A client for questions that take no longer than `timeout` each, which trusts the authorities of
/// `ca_file` (PEM), or else those that browsers trust.
///
/// # Errors
/// When the file cannot be read; says why, for a person.
pub(super) fn agent(timeout: Duration, ca_file: Option<&Path>) -> Result<ureq::Agent, String> {
    let mut tls = ureq::tls::TlsConfig::builder();
    if let Some(path) = ca_file {
        let pem = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let certificates: Result<Vec<_>, _> = ureq::tls::parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(ureq::tls::PemItem::Certificate(certificate)) => Some(Ok(certificate)),
                Ok(_) => None,
                Err(error) => Some(Err(error)),
            })
            .collect();
        let certificates = certificates.map_err(|error| format!("{}: {error}", path.display()))?;
        tls = tls.root_certs(ureq::tls::RootCerts::new_with_certs(&certificates));
    }
    let agent =
        ureq::Agent::config_builder().timeout_global(Some(timeout)).tls_config(tls.build()).build();
    Ok(agent.into())
}

/// The value of the header `Authorization` for a user and a password (RFC 7617).
pub(super) fn basic(user: &str, password: &str) -> String {
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    format!("Basic {pair}")
}
