//! `portcullis alerts`: shows alerts as they come.

use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use serde_json::Value;

use crate::domain::AgencyId;
use crate::kafka::{From, Kept, Tail};
use crate::pipeline::Destination;

use super::reading::Reading;
use super::text::json_line;
use super::{Source, paint, run, say};

#[derive(Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    source: Source,
    /// The feed of this agency; the Command's when not given
    #[arg(long)]
    agency: Option<String>,
    /// Begin with the oldest alert that is there
    #[arg(long)]
    from_beginning: bool,
    /// End when everything that was there has been shown
    #[arg(long)]
    until_end: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let destination = match &arguments.agency {
        None => Destination::Command,
        Some(agency) => Destination::Agency(
            AgencyId::parse(agency).map_err(|error| format!("--agency: {error}"))?,
        ),
    };
    let topic = settings.outputs.topic(&destination);
    let from = if arguments.from_beginning { From::Beginning } else { From::Now };
    let mut tail = Tail::open(&settings.kafka, &topic, from).map_err(|error| error.to_string())?;
    let mut reading = Reading::new(&settings)?;
    let stop = run::stop_on_signals()?;
    while !stop.load(Ordering::Relaxed) {
        if arguments.until_end && tail.at_end() {
            break;
        }
        let kept = tail.next(Duration::from_millis(100)).map_err(|error| error.to_string())?;
        let Some(kept) = kept else { continue };
        if !show(&kept, &mut reading, arguments.json)? {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows one alert; `false` when nobody reads any more.
fn show(kept: &Kept, reading: &mut Reading, json: bool) -> Result<bool, String> {
    match reading.alert(kept)? {
        Ok(alert) if json => say(json_line(&line(&alert))),
        Ok(alert) => say(paint::alert(&alert)),
        Err(error) => {
            let Kept { topic, partition, offset, .. } = kept;
            anstream::eprintln!("{topic}-{partition} offset {offset}: {error}");
            Ok(true)
        }
    }
}

/// The alert as one line of JSON, with what it is found by in front: `event_id` and `entries`.
pub(super) fn line(alert: &Value) -> Value {
    let reasons = alert.pointer("/reasons").and_then(Value::as_array).into_iter().flatten();
    let entry = |reason: &Value| {
        let text =
            |key: &str| reason.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        format!("{}/{}", text("list"), text("entry"))
    };
    let mut line = serde_json::Map::new();
    let event_id = alert.pointer("/event/event_id").cloned().unwrap_or_default();
    line.insert("event_id".into(), event_id);
    line.insert("entries".into(), reasons.map(|reason| Value::from(entry(reason))).collect());
    line.extend(alert.as_object().cloned().unwrap_or_default());
    Value::Object(line)
}
