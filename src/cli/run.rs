//! `portcullis run`: screens events until stopped.

use std::io::IsTerminal as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Args;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::app::App;
use crate::config::Log;

use super::Source;

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    start_log(&settings.log)?;
    let stop = stop_on_signals()?;
    let app = App::new(settings, stop).map_err(|error| error.to_string())?;
    tracing::info!(address = %app.address(), version = env!("CARGO_PKG_VERSION"), "serving metrics and readiness");
    app.run().map_err(|error| error.to_string())?;
    Ok(ExitCode::SUCCESS)
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

/// Starts the log, on standard error.
pub(super) fn start_log(log: &Log) -> Result<(), String> {
    let filter = tracing_subscriber::EnvFilter::try_new(&log.filter)
        .map_err(|error| format!("log.filter: {error}"))?;
    // Colours are for a terminal: in a file or a collector they are noise.
    let colours = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(colours)
        .with_writer(std::io::stderr);
    let started = if log.json { builder.json().try_init() } else { builder.try_init() };
    started.map_err(|error| format!("the log cannot be started: {error}"))
}
