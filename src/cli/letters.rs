//! The dead-letter topic as tools read it: one letter at a time, and which were sent again.

use std::collections::HashSet;
use std::time::Duration;

use clap::Args;

use crate::config::Settings;
use crate::kafka::{Courier, From, Kept, Tail};
use crate::pipeline::header;

/// Which dead letters.
#[derive(Args)]
pub(super) struct Which {
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

/// Cause of the records that say of a letter that it was sent again. They stand in the same topic:
/// what became of a letter is found where the letter is, by everybody, for as long as it is there.
const SENT_AGAIN: &str = "sent_again";

/// Where a letter stands in the dead-letter topic: partition and offset.
pub(super) type Place = (i32, i64);

/// The dead letters of a site.
pub(super) struct Letters<'a> {
    settings: &'a Settings,
    sent_again: HashSet<Place>,
}

impl<'a> Letters<'a> {
    /// Finds out which letters were sent again.
    pub(super) fn open(settings: &'a Settings) -> Result<Self, String> {
        let mut sent_again = HashSet::new();
        read(settings, |kept| {
            sent_again.extend(told_by(kept));
            Ok(true)
        })?;
        Ok(Self { settings, sent_again })
    }

    /// Whether the letter was sent again.
    pub(super) fn was_sent_again(&self, letter: &Kept) -> bool {
        self.sent_again.contains(&(letter.partition, letter.offset))
    }

    /// Gives each letter in turn, until `each` says `false`; holds no more than one.
    pub(super) fn each(
        &self,
        which: &Which,
        mut each: impl FnMut(&Kept) -> Result<bool, String>,
    ) -> Result<(), String> {
        read(self.settings, |kept| {
            if text(kept, header::CAUSE) == SENT_AGAIN || !which.wants(kept) {
                return Ok(true);
            }
            each(kept)
        })
    }
}

impl Which {
    fn wants(&self, letter: &Kept) -> bool {
        let is = |wanted: &Option<String>, name| {
            wanted.as_ref().is_none_or(|wanted| *wanted == text(letter, name))
        };
        is(&self.cause, header::CAUSE)
            && is(&self.topic, header::TOPIC)
            && self.offset.is_none_or(|offset| offset == letter.offset)
    }
}

/// Sends the record that says that the letter was sent again.
pub(super) fn tell(courier: &Courier, topic: &str, (partition, offset): Place) {
    let place = format!("{partition}:{offset}");
    let detail = "the dead letter at this partition and offset was sent again to its topic";
    let headers: [(&str, &[u8]); 3] = [
        (header::CAUSE, SENT_AGAIN.as_bytes()),
        (header::DETAIL, detail.as_bytes()),
        (header::SENT_AGAIN, place.as_bytes()),
    ];
    courier.send(topic, None, None, &headers);
}

/// The letter that this record tells of, if it is such a record.
fn told_by(kept: &Kept) -> Option<Place> {
    let place = std::str::from_utf8(kept.header(header::SENT_AGAIN)?).ok()?;
    let (partition, offset) = place.split_once(':')?;
    Some((partition.parse().ok()?, offset.parse().ok()?))
}

fn read(
    settings: &Settings,
    mut each: impl FnMut(&Kept) -> Result<bool, String>,
) -> Result<(), String> {
    let topic = &settings.outputs.dead_letter;
    let open = Tail::open(&settings.kafka, topic, From::Beginning);
    let mut tail = open.map_err(|error| error.to_string())?;
    while !tail.at_end() {
        let kept = tail.next(Duration::from_millis(100)).map_err(|error| error.to_string())?;
        if let Some(kept) = kept
            && !each(&kept)?
        {
            break;
        }
    }
    Ok(())
}

/// A header of a letter as text.
pub(super) fn text(letter: &Kept, name: &str) -> String {
    String::from_utf8_lossy(letter.header(name).unwrap_or_default()).into_owned()
}
