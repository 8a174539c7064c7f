//! Tokens for SASL OAUTHBEARER (RFC 7628), got by OAuth 2.0 client credentials (RFC 6749, section
//! 4.4) and renewed by a thread of their own, so that no lane waits for them.

use std::error::Error as StdError;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, Once, Weak};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rdkafka::client::OAuthToken;
use serde::Deserialize;

use super::clock::wall;
use super::{Complaints, http};

/// How long one question may take.
const ASK_WITHIN: Duration = Duration::from_secs(10);
/// How long a client that has just been made waits for the first token.
const FIRST_WITHIN: Duration = Duration::from_secs(5);
/// What a token without a stated lifetime is believed to live (RFC 6749, 5.1 leaves it open).
const LIFETIME_UNSTATED: Duration = Duration::from_secs(300);
/// Rests between failed attempts.
const AGAIN: Duration = Duration::from_secs(1);
const AGAIN_MAX: Duration = Duration::from_secs(30);
/// What the complaint is about.
const ABOUT: &str = "token endpoint";

/// Who asks for tokens, and where. Holds a secret: has no `Debug`.
pub struct TokenConfig {
    /// Address of the token endpoint, `https://…`.
    pub endpoint: String,
    /// The client's identifier.
    pub client_id: String,
    /// The client's secret.
    pub client_secret: String,
    /// The scope that is asked for, if any.
    pub scope: Option<String>,
    /// Certificates to trust, PEM; those that browsers trust when absent.
    pub ca_file: Option<PathBuf>,
}

/// The token of this process: all clients log in with the same. Clones share it.
#[derive(Clone)]
pub struct Tokens(Arc<Shared>);

struct Shared {
    config: TokenConfig,
    state: Mutex<State>,
    settled: Condvar,
    complaints: Complaints,
    started: Once,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    /// Whether the first attempt has ended.
    tried: bool,
}

struct Token {
    text: String,
    principal: String,
    /// Milliseconds since 1970.
    expires: i64,
}

impl Tokens {
    /// Tokens by these settings; asked for when the first client wants one.
    pub fn new(config: TokenConfig) -> Self {
        Self(Arc::new(Shared {
            config,
            state: Mutex::default(),
            settled: Condvar::new(),
            complaints: Complaints::default(),
            started: Once::new(),
        }))
    }

    /// The present token, without waiting.
    pub(super) fn current(&self) -> Result<OAuthToken, Box<dyn StdError>> {
        self.get(Duration::ZERO)
    }

    /// The present token; for a client just made, which may wait a little for the first.
    pub(super) fn first(&self) -> Result<OAuthToken, Box<dyn StdError>> {
        self.get(FIRST_WITHIN)
    }

    fn get(&self, wait: Duration) -> Result<OAuthToken, Box<dyn StdError>> {
        self.0.started.call_once(|| renew_for_good(Arc::downgrade(&self.0)));
        let state = self.0.state.lock().map_err(|_| "the token's keeper had panicked")?;
        let waited = self.0.settled.wait_timeout_while(state, wait, |state| !state.tried);
        let (state, _) = waited.map_err(|_| "the token's keeper had panicked")?;
        let token = state.token.as_ref().filter(|token| token.expires > wall().millis());
        // The complaint has said why.
        let token = token.ok_or("there is no token")?;
        Ok(OAuthToken {
            token: token.text.clone(),
            principal_name: token.principal.clone(),
            lifetime_ms: token.expires,
        })
    }
}

impl Token {
    /// How long to let it be. The clients renew theirs after four fifths: by then the next is here.
    fn good_for(&self) -> Duration {
        let left = u64::try_from(self.expires - wall().millis()).unwrap_or(0);
        Duration::from_millis(left).mul_f64(0.6).max(AGAIN)
    }
}

/// Starts the thread that renews. It ends when nobody holds the tokens any more.
fn renew_for_good(shared: Weak<Shared>) {
    let work = move || {
        let mut rest = AGAIN;
        while let Some(shared) = shared.upgrade() {
            let pause = match shared.renew() {
                Some(pause) => {
                    rest = AGAIN;
                    pause
                }
                None => {
                    rest = (rest * 2).min(AGAIN_MAX);
                    rest / 2
                }
            };
            drop(shared);
            std::thread::sleep(pause);
        }
    };
    if let Err(error) = std::thread::Builder::new().name("tokens".into()).spawn(work) {
        tracing::error!(%error, "no thread for tokens: brokers will refuse us");
    }
}

impl Shared {
    /// Gets a token; gives the pause until the next, `None` when there is no new one.
    fn renew(&self) -> Option<Duration> {
        let answer = self.ask();
        let pause = answer.as_ref().ok().map(Token::good_for);
        match &answer {
            Ok(_) => self.complaints.settle(ABOUT, "the token endpoint gives tokens"),
            // What to check, readiness says: there it stands as long as it is so.
            Err(why) => self.complaints.make(
                ABOUT,
                &format!(
                    "no token for the login ({why}); the brokers refuse us when the last one ends"
                ),
            ),
        }
        if let Ok(mut state) = self.state.lock() {
            state.tried = true;
            // The old one may still be good.
            state.token = answer.ok().or_else(|| state.token.take());
        }
        self.settled.notify_all();
        pause
    }

    fn ask(&self) -> Result<Token, String> {
        let agent = http::agent(ASK_WITHIN, self.config.ca_file.as_deref())?;
        // RFC 6749, 2.3.1: both are form-encoded before they become a user and a password.
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let login =
            http::basic(&encoded(&self.config.client_id), &encoded(&self.config.client_secret));
        let form =
            [("grant_type", Some("client_credentials")), ("scope", self.config.scope.as_deref())];
        let mut answer = agent
            .post(&self.config.endpoint)
            .header("authorization", login)
            .header("accept", "application/json")
            .send_form(form.into_iter().filter_map(|(key, value)| Some((key, value?))))
            .map_err(|error| error.to_string())?;
        // The parser's words could hold a piece of the token.
        let grant: Grant =
            answer.body_mut().read_json().map_err(|_| "an answer without access_token")?;
        let token = grant.token(&self.config.client_id);
        if token.expires <= wall().millis() {
            return Err("a token that has ended by our clock: compare the clocks".into());
        }
        Ok(token)
    }
}

/// The endpoint's answer (RFC 6749, section 5.1).
#[derive(Deserialize)]
struct Grant {
    access_token: String,
    expires_in: Option<u32>,
}

/// What we need of a token that is a JWT (RFC 7519, section 4.1). Nothing depends on its truth: the
/// brokers verify it.
#[derive(Default, Deserialize)]
struct Claims {
    sub: Option<String>,
    exp: Option<f64>,
}

impl Grant {
    fn token(self, client_id: &str) -> Token {
        let payload = self.access_token.split('.').nth(1).unwrap_or_default();
        let payload = URL_SAFE_NO_PAD.decode(payload).unwrap_or_default();
        // A token need not be a JWT.
        let claims: Claims = serde_json::from_slice(&payload).unwrap_or_default();
        let lifetime = self
            .expires_in
            .map_or(LIFETIME_UNSTATED, |seconds| Duration::from_secs(u64::from(seconds)));
        let by_lifetime =
            wall().millis().saturating_add(i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX));
        Token {
            text: self.access_token,
            principal: claims.sub.unwrap_or_else(|| client_id.to_owned()),
            #[expect(clippy::cast_possible_truncation, reason = "a float's cast saturates")]
            expires: claims.exp.map_or(by_lifetime, |seconds| (seconds * 1e3) as i64),
        }
    }
}
