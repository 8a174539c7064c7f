//! What the core alone costs: events from memory, without Kafka, beside the look-up of their number.

use std::collections::HashSet;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use foldhash::fast::RandomState;
use hdrhistogram::Histogram;

use crate::codec::{Decoder, Headers, Limits};
use crate::domain::{Event, Timestamp, Topic};
use crate::engine::{self, Arrival};
use crate::matching::{self, Naming, Scratch};
use crate::names::Population;
use crate::watchlist::{Change, Lists, Progress, Standing, Writer as Lister};

use super::crossing::{Writer, document_back, document_of};
use super::load::{EVENTS_MAX, Load, Number, OCCURRED_AT};
use super::verdict::median;
use super::{Bench, Error};

/// More than caches hold, as it is with a fetch.
const EVENTS: u64 = 100_000;
/// How often all of them are gone through; the middle one counts.
const TURNS: usize = 5;
/// The longest that one event may take, nanoseconds: ten seconds.
const LONGEST_NANOS: u64 = 10_000_000_000;
const NO_HEADERS: Headers<'_> = Headers { content_type: None, schema_id: None };

/// What events of people who are on no list cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Core {
    /// Nanoseconds of the control: its document's number found at its place and looked up in a hash
    /// set.
    pub look_up: f64,
    /// Nanoseconds from bytes to an event.
    pub decode: f64,
    /// From an event to the decision, where equal names are met alone.
    pub exact: Screening,
    /// The same, where names that are alike are met too.
    pub alike: Screening,
}

/// From an event to the decision.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screening {
    /// Mean nanoseconds.
    pub nanos: f64,
    /// Nanoseconds that 99 of 100 events take at most.
    pub p99: f64,
}

impl Screening {
    /// Travellers that one core screens in a second.
    pub fn per_second(self) -> f64 {
        1e9 / self.nanos
    }
}

/// Measures the core with lists and events of these sizes.
pub(super) fn measure(bench: &Bench<'_>) -> Result<Core, Error> {
    let go_on = || bench.must_go_on();
    let documents = bench.load.documents;
    let numbers: HashSet<Number, RandomState> =
        (0..documents.listed).map(|index| documents.number(index)).collect();
    let events = Events::made(bench.load)?;
    let mut exact = Screener::new(bench.load, false, &go_on)?;
    let mut alike = Screener::new(bench.load, true, &go_on)?;
    let mut decoder = Decoder::new(Limits::STANDARD).map_err(Error::made)?;
    let mut turns: [Vec<f64>; 4] = Default::default();
    for _ in 0..TURNS {
        bench.must_go_on()?;
        let look_up = events.each(|event| {
            Ok(document_of(event, events.document_back).is_some_and(|at| numbers.contains(&at)))
        })?;
        let decode = events.each(|event| {
            let event = decoder.decode_event(Topic::Crossings, event, NO_HEADERS);
            event.map_err(Error::made).map(|event| event.defects.is_empty())
        })?;
        let mut both = |screener: &mut Screener| {
            events.each(|event| {
                let event = decoder.decode_event(Topic::Crossings, event, NO_HEADERS);
                Ok(screener.screen(&event.map_err(Error::made)?))
            })
        };
        let measured = [look_up, decode, both(&mut exact)? - decode, both(&mut alike)? - decode];
        turns.iter_mut().zip(measured).for_each(|(turns, nanos)| turns.push(nanos));
    }
    let [look_up, decode, exact_nanos, alike_nanos] =
        turns.map(|turns| median(&turns).unwrap_or(0.0));
    Ok(Core {
        look_up,
        decode,
        exact: Screening { nanos: exact_nanos, p99: exact.p99(&events, &mut decoder)? },
        alike: Screening { nanos: alike_nanos, p99: alike.p99(&events, &mut decoder)? },
    })
}

/// Lists, and what one lane needs to screen against them.
struct Screener {
    lists: Arc<Lists>,
    standing: Arc<Standing>,
    scratch: Scratch,
}

impl Screener {
    fn new(
        load: &Load,
        with_names: bool,
        go_on: &dyn Fn() -> Result<(), Error>,
    ) -> Result<Self, Error> {
        let made = if with_names {
            let population = Arc::new(Population::built_in());
            Lists::with_names(Vec::new(), matching::bounds(population))
        } else {
            Lists::new(Vec::new())
        };
        let lists = filled(load, made, go_on)?;
        let standing = lists.standing();
        Ok(Self { lists, standing, scratch: Scratch::new(Naming::default()) })
    }

    /// Screens an event to its end; gives whether anybody is told.
    fn screen(&mut self, event: &Event<'_>) -> bool {
        if !engine::touches(&self.lists, event, &mut self.scratch) {
            return false;
        }
        let arrival =
            Arrival { topic: "crossings", partition: 0, offset: 0, appended_at: event.occurred_at };
        let Self { lists, standing, scratch } = self;
        !engine::decide(lists, standing, event, arrival, scratch).notices.is_empty()
    }

    /// Nanoseconds that 99 of 100 events take at most, in a turn of its own: to look at the clock
    /// takes a good part of what an event does.
    fn p99(&mut self, events: &Events, decoder: &mut Decoder) -> Result<f64, Error> {
        let mut times = Histogram::<u64>::new_with_max(LONGEST_NANOS, 3).map_err(Error::made)?;
        events.each(|event| {
            let event = decoder.decode_event(Topic::Crossings, event, NO_HEADERS);
            let event = event.map_err(Error::made)?;
            let begun = Instant::now();
            let told = black_box(self.screen(&event));
            let nanos = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
            times.saturating_record(nanos.max(1));
            Ok(told)
        })?;
        Ok(times.value_at_quantile(0.99) as f64)
    }
}

/// Events of nobody listed, one behind the other.
struct Events {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    document_back: usize,
}

impl Events {
    fn made(load: &Load) -> Result<Self, Error> {
        let mut writer = Writer::new(load);
        let (mut bytes, mut ends) = (Vec::new(), Vec::new());
        // Numbers that no phase uses.
        for number in EVENTS_MAX - EVENTS..EVENTS_MAX {
            bytes.extend_from_slice(writer.write(number, None)?);
            ends.push(bytes.len());
        }
        Ok(Self { bytes, ends, document_back: document_back()? })
    }

    /// Mean nanoseconds for each of them.
    fn each(&self, mut done: impl FnMut(&[u8]) -> Result<bool, Error>) -> Result<f64, Error> {
        let begun = Instant::now();
        let mut from = 0;
        for end in &self.ends {
            black_box(done(self.bytes.get(from..*end).unwrap_or_default())?);
            from = *end;
        }
        Ok(begun.elapsed().as_nanos() as f64 / EVENTS as f64)
    }
}

/// Lists as an instance has them once it has read its list topic.
fn filled(
    load: &Load,
    (lists, mut lister): (Arc<Lists>, Lister),
    go_on: &dyn Fn() -> Result<(), Error>,
) -> Result<Arc<Lists>, Error> {
    let mut decoder = Decoder::new(Limits::STANDARD).map_err(Error::made)?;
    for index in 0..load.entries() {
        go_on()?;
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
    let now = Timestamp::from_micros(OCCURRED_AT).unwrap_or(Timestamp::MIN);
    let progress = Progress { loaded: true, current_at: Some(now), ..Progress::default() };
    lister.publish(progress, now);
    Ok(lists)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::batch::{Alike, Batch, Duty, Tally};
    use crate::bench::crossing::number_of;
    use crate::bench::load::tests::load;
    use crate::codec::{Contract, Format, encode_notice};

    /// The alerts about all events of a batch, as they are written.
    fn alerts(batch: Batch<'_>, screener: &mut Screener) -> Vec<(Option<u64>, Vec<u8>)> {
        let mut writer = Writer::new(batch.load);
        let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
        let mut alerts = Vec::new();
        for at in 0..batch.count {
            let bytes = writer.write(batch.first + at, batch.hit(at)).unwrap();
            let number = number_of(bytes);
            let event = decoder.decode_event(Topic::Crossings, bytes, NO_HEADERS).unwrap();
            let appended_at = event.occurred_at;
            let arrival = Arrival { topic: "crossings", partition: 0, offset: 0, appended_at };
            let Screener { lists, standing, scratch } = &mut *screener;
            let touches = engine::touches(lists, &event, scratch);
            let decision = engine::decide(lists, standing, &event, arrival, scratch);
            assert!(touches || decision.notices.is_empty());
            let format = Format::Avro { schema_id: Contract::Alerts.id() };
            let first = decision.notices.first();
            alerts.extend(first.map(|notice| (number, encode_notice(notice, format).unwrap())));
        }
        alerts
    }

    fn tallied(batch: Batch<'_>, duty: Duty, with_names: bool) -> Tally<'_> {
        let mut screener = Screener::new(batch.load, with_names, &|| Ok(())).unwrap();
        let (numbers, alerts): (Vec<_>, Vec<_>) = alerts(batch, &mut screener).into_iter().unzip();
        let mut tally = Tally::new(batch, duty, batch.count);
        for number in numbers {
            tally.take(number);
        }
        tally.read(&alerts);
        tally
    }

    #[test]
    fn what_the_bench_holds_to_be_true_is_what_screening_finds() {
        let load = load();
        let (first, count, every) = (9_000, 12_000, 10);
        let batch = Batch { load: &load, first, count, every, partitions: 4, marked: true };
        let exact = tallied(batch, Duty::Hits, false);
        assert!(exact.exactness().holds(), "{:?}", exact.exactness());
        assert_eq!((exact.exactness().repeated, exact.alike()), (0, None));
        let alike = tallied(batch, Duty::Alike, true);
        assert!(alike.exactness().holds(), "{:?}", alike.exactness());
        assert_eq!(alike.exactness().owed, exact.exactness().owed);
        let counts = alike.alike().unwrap();
        let Alike { slips, others, .. } = counts;
        assert_eq!(slips + others + exact.exactness().owed, count);
        assert!(counts.recall().is_some_and(|recall| recall > 0.5), "{counts:?}");
        assert!(counts.false_per_thousand().is_some_and(|rate| rate < 100.0), "{counts:?}");
    }
}
