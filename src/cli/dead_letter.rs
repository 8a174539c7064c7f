//! `portcullis dead-letter`: what was refused and why, and how it gets a second chance.

use std::process::ExitCode;
use std::time::Duration;

use base64::Engine as _;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::kafka::{Courier, Kept, Ticket};
use crate::pipeline::header;

use super::letters::{self, Letters, Place, Which};
use super::text::{self, shown};
use super::{Source, say};

#[derive(Subcommand)]
pub(super) enum Command {
    /// Show dead letters: cause, detail and where they stood; their content only when asked
    Show(Show),
    /// Send dead letters again to the topics they came from, each once; they also stay where they are
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
    /// Also what was sent again before
    #[arg(long)]
    again: bool,
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
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let letters = Letters::open(&settings)?;
    let mut count = 0;
    letters.each(&arguments.which, |letter| {
        count += 1;
        let sent_again = letters.was_sent_again(letter);
        if arguments.json {
            say(text::json_line(&as_json(letter, sent_again, arguments.content)))
        } else {
            say(as_text(letter, sent_again, arguments.content))
        }
    })?;
    if !arguments.json {
        say(format_args!("{count} dead letters"))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn as_json(letter: &Kept, sent_again: bool, content: bool) -> Value {
    let text = |name: &str| letters::text(letter, name);
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
        "sent_again": sent_again,
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

fn as_text(letter: &Kept, sent_again: bool, content: bool) -> String {
    // Whoever may write to the topic chooses these texts.
    let text = |name: &str| shown(&letters::text(letter, name)).into_owned();
    let mut lines = format!(
        "{:>6}  {:<20} {}-{} offset {} at {}{}\n        {}",
        letter.offset,
        text(header::CAUSE),
        text(header::TOPIC),
        text(header::PARTITION),
        text(header::OFFSET),
        text(header::APPENDED_AT),
        if sent_again { ", sent again" } else { "" },
        text(header::DETAIL)
    );
    if content {
        let value = String::from_utf8_lossy(letter.value.as_deref().unwrap_or_default());
        lines = format!("{lines}\n        {}", shown(&value));
    }
    lines
}

fn replay(arguments: &Replay) -> Result<ExitCode, String> {
    let (settings, _) = arguments.source.settings().map_err(|mistakes| mistakes.to_string())?;
    let letters = Letters::open(&settings)?;
    let courier = match arguments.dry_run {
        true => None,
        false => Some(Courier::new(&settings.kafka).map_err(|error| error.to_string())?),
    };
    let mut replaying = Replaying {
        courier,
        topic: &settings.outputs.dead_letter,
        batch: Vec::new(),
        bytes: 0,
        counts: Counts::default(),
    };
    letters.each(&arguments.which, |letter| {
        if letters.was_sent_again(letter) && !arguments.again {
            replaying.counts.before += 1;
            return Ok(true);
        }
        Ok(replaying.take(letter))
    })?;
    replaying.conclude()
}

/// Sends letters again, a batch at a time.
struct Replaying<'a> {
    /// None in a dry run.
    courier: Option<Courier>,
    topic: &'a str,
    batch: Vec<(Ticket, Place)>,
    bytes: usize,
    counts: Counts,
}

#[derive(Default)]
struct Counts {
    sent: usize,
    failed: usize,
    /// Sent again before.
    before: usize,
    /// Too large to have been kept.
    omitted: usize,
}

/// The most letters and bytes on their way at once.
const BATCH_LETTERS: usize = 500;
const BATCH_BYTES: usize = 16 << 20;

impl Replaying<'_> {
    /// Sends one letter again; `false` when it makes no sense to go on.
    fn take(&mut self, letter: &Kept) -> bool {
        if letter.header(header::OMITTED_SHA256).is_some() {
            self.counts.omitted += 1;
            anstream::eprintln!(
                "offset {}: its value was too large to be kept; send it again from its source",
                letter.offset
            );
            return true;
        }
        let Some(courier) = &self.courier else {
            self.counts.sent += 1;
            return true;
        };
        let own = [header::CONTENT_TYPE, header::VALUE_SCHEMA_ID].into_iter();
        let headers: Vec<(&str, &[u8])> =
            own.filter_map(|name| Some((name, letter.header(name)?))).collect();
        let (key, value) = (letter.key.as_deref(), letter.value.as_deref());
        let ticket = courier.send(&letters::text(letter, header::TOPIC), key, value, &headers);
        self.batch.push((ticket, (letter.partition, letter.offset)));
        self.bytes += value.map_or(0, <[u8]>::len);
        self.batch.len() < BATCH_LETTERS && self.bytes < BATCH_BYTES || self.settle()
    }

    /// Waits for the batch and notes, behind the letters, which have arrived: only then, so that a
    /// crash repeats letters and forgets none. `false` when none has.
    fn settle(&mut self) -> bool {
        let Some(courier) = &self.courier else { return true };
        let batch = std::mem::take(&mut self.batch);
        self.bytes = 0;
        courier.settle(SEND_WITHIN);
        let arrived: Vec<Place> = batch
            .iter()
            .filter(|(ticket, _)| courier.has_delivered(*ticket))
            .map(|(_, place)| *place)
            .collect();
        arrived.iter().for_each(|place| letters::tell(courier, self.topic, *place));
        self.counts.sent += arrived.len();
        self.counts.failed += batch.len() - arrived.len();
        batch.is_empty() || !arrived.is_empty()
    }

    fn conclude(mut self) -> Result<ExitCode, String> {
        self.settle();
        let Counts { sent, failed, before, omitted } = self.counts;
        let before = match before {
            0 => String::new(),
            before => format!("; {before} had been sent again before: --again repeats them"),
        };
        let Some(courier) = self.courier else {
            say(format_args!("{sent} dead letters would be sent again{before}"))?;
            return Ok(ExitCode::SUCCESS);
        };
        let noted = courier.settle(SEND_WITHIN).failed <= failed as u64;
        say(format_args!("{sent} dead letters sent again, {failed} failed{before}"))?;
        if !noted {
            return Err("that letters were sent again could not be noted in their topic: the next replay repeats them".into());
        }
        let complete = failed == 0 && omitted == 0;
        Ok(if complete { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
