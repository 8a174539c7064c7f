//! What the core alone costs: events from memory, without Kafka, beside the look-up of their number.

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use foldhash::fast::RandomState;

use crate::codec::{Decoder, Headers, Limits};
use crate::domain::{Timestamp, Topic};
use crate::engine::{self, Arrival};
use crate::matching::Scratch;
use crate::watchlist::{Change, Lists, Progress, Writer as Lister};

use super::load::{EVENTS_MAX, Load, Writer};
use super::{Bench, Error};

/// More than caches hold, as it is with a fetch.
const EVENTS: u64 = 100_000;
/// How often all of them are gone through; the middle one counts.
const TURNS: usize = 7;
/// Where the events come from: from memory.
const NOWHERE: Arrival<'_> =
    Arrival { topic: "bench", partition: 0, offset: 0, appended_at: Timestamp::MIN };
const NO_HEADERS: Headers<'_> = Headers { content_type: None, schema_id: None };

/// Nanoseconds for an event that touches no list.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Core {
    /// The control: its document's number found at its place and looked up in a hash set.
    pub look_up: f64,
    /// From bytes to an event.
    pub decode: f64,
    /// From an event to the decision.
    pub screen: f64,
}

/// Measures the core with lists and events of these sizes.
pub(super) fn measure(bench: &Bench<'_>) -> Result<Core, Error> {
    let load = bench.load();
    let lists = filled(bench, load)?;
    let events = Events::made(load)?;
    let numbers: HashSet<[u8; 9], RandomState> =
        (0..load.documents).map(|index| load.document(index)).collect();
    let mut decoder = Decoder::new(Limits::STANDARD).map_err(Error::made)?;
    let mut scratch = Scratch::default();
    let standing = lists.standing();
    let mut turns: [Vec<f64>; 3] = Default::default();
    for _ in 0..TURNS {
        bench.must_go_on()?;
        let look_up = events.each(|event| {
            let number = event.get(events.document.clone()).and_then(|at| at.try_into().ok());
            Ok(number.is_some_and(|number: [u8; 9]| numbers.contains(&number)))
        })?;
        let decode = events.each(|event| {
            let event = decoder.decode_event(Topic::Crossings, event, NO_HEADERS);
            event.map_err(Error::made).map(|event| event.defects.is_empty())
        })?;
        let both = events.each(|bytes| {
            let event = decoder.decode_event(Topic::Crossings, bytes, NO_HEADERS);
            let event = event.map_err(Error::made)?;
            // As the lane does it: the few that a filter lets through by chance are decided on.
            let touches = engine::touches(&lists, &event, &mut scratch);
            let decided =
                touches.then(|| engine::decide(&lists, &standing, &event, NOWHERE, &mut scratch));
            Ok(decided.is_none_or(|decision| decision.notices.is_empty()))
        })?;
        for (turns, nanos) in turns.iter_mut().zip([look_up, decode, both - decode]) {
            turns.push(nanos);
        }
    }
    let [look_up, decode, screen] =
        turns.map(|turns| super::verdict::median(&turns).unwrap_or(0.0));
    Ok(Core { look_up, decode, screen })
}

/// Events of nobody listed, one behind the other.
struct Events {
    bytes: Vec<u8>,
    length: usize,
    document: std::ops::Range<usize>,
}

impl Events {
    fn made(load: Load) -> Result<Self, Error> {
        let mut writer = Writer::new(load)?;
        let mut bytes = Vec::new();
        // Numbers that no phase uses.
        for number in EVENTS_MAX - EVENTS..EVENTS_MAX {
            bytes.extend_from_slice(writer.write(number, None)?);
        }
        Ok(Self { bytes, length: writer.length(), document: writer.document_at() })
    }

    /// Mean nanoseconds for each of them.
    fn each(&self, mut done: impl FnMut(&[u8]) -> Result<bool, Error>) -> Result<f64, Error> {
        let begun = Instant::now();
        for event in self.bytes.chunks_exact(self.length) {
            black_box(done(event)?);
        }
        Ok(begun.elapsed().as_nanos() as f64 / EVENTS as f64)
    }
}

/// Lists as an instance has them once it has read its list topic.
fn filled(bench: &Bench<'_>, load: Load) -> Result<Arc<Lists>, Error> {
    let (lists, mut lister): (_, Lister) = Lists::new(Vec::new());
    let mut decoder = Decoder::new(Limits::STANDARD).map_err(Error::made)?;
    for index in 0..load.entries() {
        bench.must_go_on()?;
        let (key, value) = load.entry(index)?;
        let entry = decoder.decode_entry(Some(key.as_bytes()), &value, NO_HEADERS);
        let entry = entry.map_err(Error::made)?;
        let offset = i64::try_from(index).unwrap_or(i64::MAX);
        lister.apply(Change {
            key: entry.key.clone(),
            entry: Some(entry),
            offset,
            position: offset + 1,
            digest: index,
            written_at: None,
        });
    }
    let now = Timestamp::from_micros(super::load::OCCURRED_AT).unwrap_or(Timestamp::MIN);
    let progress = Progress { loaded: true, current_at: Some(now), ..Progress::default() };
    lister.publish(progress, now);
    Ok(lists)
}
