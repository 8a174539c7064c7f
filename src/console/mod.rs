//! HTTP: metrics for Prometheus, liveness, and readiness as data.
//!
//! In: the metrics, how the lists stand, what the process is doing. Out: three documents.
//! Invariants: no personal data; a client that is slow to ask is let go.
//! Absent on purpose: the desk and its page.

mod ready;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::domain::Timestamp;
use crate::kafka;
use crate::metrics::Metrics;
use crate::watchlist::{Lists, Standing};

/// The longest a client may take to send its request's head.
const HEAD_WITHIN: Duration = Duration::from_secs(5);
/// The most connections at once.
const CONNECTIONS_MAX: usize = 64;

/// What the process is doing, for readiness.
#[derive(Debug, Default)]
pub struct Phase(Mutex<Doing>);

#[derive(Clone, Debug)]
struct Doing {
    name: &'static str,
    waiting_for: Option<String>,
}

impl Default for Doing {
    fn default() -> Self {
        Self { name: "starting", waiting_for: None }
    }
}

impl Phase {
    /// Enters a phase: `connecting`, `loading`, `running`, `stopping`.
    pub fn enter(&self, name: &'static str) {
        self.set(Doing { name, waiting_for: None });
    }

    /// Says what the phase waits for, in a sentence that says what to do.
    pub fn wait_for(&self, name: &'static str, what: String) {
        self.set(Doing { name, waiting_for: Some(what) });
    }

    fn set(&self, doing: Doing) {
        if let Ok(mut held) = self.0.lock() {
            *held = doing;
        }
    }

    fn get(&self) -> Doing {
        self.0.lock().map_or_else(|_| Doing::default(), |doing| doing.clone())
    }
}

/// What is served.
pub struct Served {
    /// The metrics.
    pub metrics: Arc<Metrics>,
    /// The lists.
    pub lists: Arc<Lists>,
    /// What the process is doing.
    pub phase: Arc<Phase>,
    /// When lists that were not confirmed as current count as stale, microseconds.
    pub stale_after_micros: i64,
}

impl Served {
    /// How the lists stand at `now`. A reader that hangs cannot say that it does: how old its word is
    /// decides.
    fn standing(&self, now: Timestamp) -> Arc<Standing> {
        let standing = self.lists.standing();
        standing.at(now, self.stale_after_micros).map_or(standing, Arc::new)
    }

    /// Whether the register of suppressions is heeded at `now`.
    fn heeds_register(&self, now: Timestamp) -> bool {
        self.lists.register().is_current(now, self.stale_after_micros)
    }
}

/// Opens the address.
///
/// # Errors
/// When it is taken or not ours.
pub async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

/// Serves until the runtime ends.
pub async fn serve(listener: TcpListener, served: Served) {
    let served = Arc::new(served);
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readiness))
        .with_state(served);
    let slots = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(async move {
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD_WITHIN)
                .keep_alive(true)
                .serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended badly");
            }
            drop(slot);
        });
    }
}

async fn metrics(State(served): State<Arc<Served>>) -> Response {
    let now = kafka::wall();
    served.metrics.show_lists(&served.standing(now), now);
    served.metrics.show_register(served.lists.register(), served.heeds_register(now), now);
    match served.metrics.encode() {
        Ok(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

async fn readiness(State(served): State<Arc<Served>>) -> Response {
    let now = kafka::wall();
    let register = (&**served.lists.register(), served.heeds_register(now));
    let document = ready::document(&served.standing(now), register, &served.phase.get(), now);
    let status = if document.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, axum::Json(document)).into_response()
}
