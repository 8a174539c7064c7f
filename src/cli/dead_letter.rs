//! `portcullis dead-letter`: what was refused and why, and how it gets a second chance.

use std::process::ExitCode;
use std::time::Duration;

use base64::Engine as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::kafka::{Courier, From, Kept, Tail};
use crate::pipeline::header;

use super::{Source, say};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show dead letters: cause, detail and where they stood; their content only when asked
    Show(Show),
    /// Send dead letters again to the topics they came from; they also stay where they are
    Replay(Replay),
}

#[derive(Args)]
pub(super) struct Show {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    which: Which,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Also the content, which may hold personal data: as text, or in base64 with --json
    #[arg(long)]
    content: bool,
}

#[derive(Args)]
pub(super) struct Replay {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    which: Which,
    /// Say what would be sent; send nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which dead letters.
#[derive(Args)]
struct Which {
    /// Only those of this cause, such as missing_field
    #[arg(long)]
    cause: Option<String>,
    /// Only those that came from this topic
    #[arg(long)]
    topic: Option<String>,
    /// Only the dead letter at this offset of the dead-letter topic
    #[arg(long)]
    offset: Option<i64>,
}

/// How long to wait for the broker's word that it has what was sent.
const SEND_WITHIN: Duration = Duration::from_secs(30);

pub(super) fn run(command: &Command) -> Result<ExitCode, String> {
    match command {
        Command::Show(arguments) => show(arguments),
        Command::Replay(arguments) => replay(arguments),
    }
}

fn show(arguments: &Show) -> Result<ExitCode, String> {
    let letters = letters(&arguments.source, &arguments.which)?;
    for letter in &letters {
        let line = if arguments.json {
            json_line(letter, arguments.content).to_string()
        } else {
            text_lines(letter, arguments.content)
        };
        if !say(line)? {
            return Ok(ExitCode::SUCCESS);
        }
    }
    if !arguments.json {
        say(format_args!("{} dead letters", letters.len()))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn json_line(letter: &Kept, content: bool) -> Value {
    let text = |name: &str| text(letter, name);
    let mut line = json!({
        "offset": letter.offset,
        "cause": text(header::CAUSE),
        "detail": text(header::DETAIL),
        "from": {
            "topic": text(header::TOPIC),
            "partition": text(header::PARTITION).parse::<i32>().ok(),
            "offset": text(header::OFFSET).parse::<i64>().ok(),
            "appended_at": text(header::APPENDED_AT),
        },
    });
    if content && let Some(line) = line.as_object_mut() {
        let base64 = |bytes: &Option<Vec<u8>>| {
            bytes.as_ref().map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes))
        };
        line.insert("key".into(), json!(base64(&letter.key)));
        line.insert("value".into(), json!(base64(&letter.value)));
    }
    line
}

fn text_lines(letter: &Kept, content: bool) -> String {
    let text = |name: &str| text(letter, name);
    let mut lines = format!(
        "{:>6}  {:<20} {}-{} offset {} at {}\n        {}",
        letter.offset,
        text(header::CAUSE),
        text(header::TOPIC),
        text(header::PARTITION),
        text(header::OFFSET),
        text(header::APPENDED_AT),
        text(header::DETAIL)
    );
    if content {
        let value = String::from_utf8_lossy(letter.value.as_deref().unwrap_or_default());
        lines = format!("{lines}\n        {}", value.escape_debug());
    }
    lines
}

fn replay(arguments: &Replay) -> Result<ExitCode, String> {
    let letters = letters(&arguments.source, &arguments.which)?;
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let (whole, omitted): (Vec<_>, Vec<_>) =
        letters.into_iter().partition(|letter| letter.header(header::OMITTED_SHA256).is_none());
    for letter in &omitted {
        anstream::eprintln!(
            "offset {}: its value was too large to be kept; send it again from its source",
            letter.offset
        );
    }
    if arguments.dry_run {
        say(format_args!("{} dead letters would be sent again", whole.len()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let courier = Courier::new(&settings.kafka).map_err(|error| error.to_string())?;
    let own = [header::CONTENT_TYPE, header::VALUE_SCHEMA_ID];
    for letter in &whole {
        let headers: Vec<(&str, &[u8])> =
            own.into_iter().filter_map(|name| Some((name, letter.header(name)?))).collect();
        courier.send(
            &text(letter, header::TOPIC),
            letter.key.as_deref(),
            letter.value.as_deref(),
            &headers,
        );
    }
    let outcome = courier.finish(SEND_WITHIN);
    say(format_args!("{} dead letters sent again, {} failed", outcome.delivered, outcome.failed))?;
    let complete = outcome.failed == 0 && omitted.is_empty();
    Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn letters(source: &Source, which: &Which) -> Result<Vec<Kept>, String> {
    let (settings, _) = source.settings().map_err(|mistakes| mistakes.to_string())?;
    let topic = &settings.outputs.dead_letter;
    let mut tail =
        Tail::open(&settings.kafka, topic, From::Beginning).map_err(|error| error.to_string())?;
    let mut letters = Vec::new();
    while !tail.at_end() {
        let Some(letter) = tail.next(Duration::from_millis(100)) else { continue };
        let wanted =
            which.cause.as_ref().is_none_or(|cause| *cause == text(&letter, header::CAUSE))
                && which.topic.as_ref().is_none_or(|topic| *topic == text(&letter, header::TOPIC))
                && which.offset.is_none_or(|offset| offset == letter.offset);
        if wanted {
            letters.push(letter);
        }
    }
    Ok(letters)
}

fn text(letter: &Kept, name: &str) -> String {
    String::from_utf8_lossy(letter.header(name).unwrap_or_default()).into_owned()
}
