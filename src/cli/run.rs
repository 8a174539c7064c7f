//! `portcullis run`: screens events until stopped.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::app::App;
use crate::config::Log;

use super::Source;

/// How long an end may take beyond draining (of partitions that are being handed over, then of the
/// rest): the last commit and the last messages have deadlines of their own, which together are
/// shorter; the clients' own farewell has none.
const FAREWELL: Duration = Duration::from_secs(15);

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    start_log(&settings.log)?;
    log_panics_by_their_place();
    let stop = stop_on_signals()?;
    let end_within = settings.lane.drain_deadline * 2 + FAREWELL;
    let app = App::new(settings, Arc::clone(&stop)).map_err(|error| error.to_string())?;
    tracing::info!(address = %app.address(), version = env!("CARGO_PKG_VERSION"), "serving metrics and readiness");
    end_in_any_case(Arc::clone(&stop), end_within)?;
    app.run().map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
}

/// Ends the process some time after it was told to stop, should its clients hang on a broker that
/// does not answer. By then everything that could be finished and committed is.
fn end_in_any_case(stop: Arc<AtomicBool>, within: Duration) -> Result<(), String> {
    let watch = move || {
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(100));
        }
        std::thread::sleep(within);
        tracing::warn!(
            "the brokers do not answer: ending without them; what was not committed is read again"
        );
        std::process::exit(1);
    };
    let started = std::thread::Builder::new().name("end".into()).spawn(watch);
    started.map(drop).map_err(|error| format!("a thread cannot be started: {error}"))
}

/// A flag that SIGINT and SIGTERM set; a second signal ends the process at once.
pub(super) fn stop_on_signals() -> Result<Arc<AtomicBool>, String> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // The order matters: the first signal finds the flag unset and only then sets it.
        signal_hook::flag::register_conditional_shutdown(signal, 1, Arc::clone(&stop))
            .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| format!("signals cannot be handled: {error}"))?;
    }
    Ok(stop)
}

/// Has a panic logged by its place in the code alone: its message may quote what was being read, and
/// that may be a person's.
fn log_panics_by_their_place() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or_default();
        tracing::error!(place, thread, "a fault of this program: please report this line");
    }));
}

/// Starts the log, on standard error.
pub(super) fn start_log(log: &Log) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::try_new(&log.filter)
        .map_err(|error| format!("log.filter: {error}"))?;
    // Colours are for a terminal: in a file they are noise.
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never)
        .with_writer(std::io::stderr);
    let started = if log.json { builder.json().try_init() } else { builder.try_init() };
    started.map_err(|error| format!("the log cannot be started: {error}"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_logged_by_its_place_and_never_by_its_message() {
        let kept = Kept::default();
        let writer = kept.clone();
        let log = tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone());
        let before = std::panic::take_hook();
        log_panics_by_their_place();
        // The hook runs on the thread that panics, where this log is.
        tracing::subscriber::with_default(log.finish(), || {
            let ended = std::panic::catch_unwind(|| panic!("VALENTINA-4711"));
            assert!(ended.is_err());
        });
        std::panic::set_hook(before);
        let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("src/cli/run.rs:"), "{log}");
        assert!(!log.contains("VALENTINA"), "{log}");
    }
}
