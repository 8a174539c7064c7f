//! A backlog worked off as fast as it goes: events a second, and CPU for each event.

use std::time::{Duration, Instant};

use crate::kafka::{Feed, From, Gauge, Tail};

use super::batch::{Batch, Duty, Tally};
use super::crossing::Writer;
use super::figures::{Saturation, Speed};
use super::process::{Process, Usage};
use super::site::Site;
use super::{Bench, Error, SETTLE_WITHIN, Subject};

/// How often the output's end is asked for: often enough for three digits of seconds.
const ASK_AGAIN: Duration = Duration::from_millis(10);
/// How long a poll waits when the output is read through.
const POLL: Duration = Duration::from_millis(100);
/// How long the producer of the backlog gathers records.
const LINGER: Duration = Duration::from_millis(5);
/// How long no record comes from a subject that is done.
const QUIET: Duration = Duration::from_secs(1);
/// How long working off a backlog may take without any progress.
const PATIENCE: Duration = Duration::from_secs(120);

/// Sends the backlog.
pub(super) fn fill(bench: &Bench<'_>, topic: &str, backlog: Batch<'_>) -> Result<(), Error> {
    let feed = Feed::new(&bench.config.kafka, LINGER)?;
    let mut writer = Writer::new(backlog.load);
    for at in 0..backlog.count {
        bench.must_go_on()?;
        let event = writer.write(backlog.first + at, backlog.hit(at))?;
        feed.send(topic, Some(backlog.partition(at)), None, event)?;
    }
    feed.settle(SETTLE_WITHIN)?;
    Ok(())
}

/// Waits until a subject that has just become ready has worked the backlog off. The time counts
/// from its first record, which is the answer to the first event, so that joining the group is not
/// in it; the CPU from its being ready.
pub(super) fn measure(
    bench: &Bench<'_>,
    site: &Site<'_>,
    subject: Subject,
    process: &mut Process,
    ready: Usage,
    backlog: Batch<'_>,
) -> Result<Saturation, Error> {
    let mut tally = Tally::new(backlog, subject.duty(), backlog.count);
    let (begun, ended, done) = if subject.duty() == Duty::Alike {
        follow(bench, site, subject, process, &mut tally)?
    } else {
        let gauge = Gauge::open(&bench.config.kafka, &site.output)?;
        let begun = await_records(bench, process, &gauge, 1)?;
        let ended = await_records(bench, process, &gauge, tally.exactness().owed)?;
        let done = process.usage()?;
        check(bench, site, subject, &mut tally)?;
        (begun, ended, done)
    };
    let cpu = done.cpu.saturating_sub(ready.cpu);
    let speed = Speed {
        seconds: ended.saturating_duration_since(begun).max(ASK_AGAIN).as_secs_f64(),
        cpu_us: cpu.as_secs_f64() * 1e6 / backlog.count as f64,
        resident_bytes: done.resident_bytes,
    };
    Ok(Saturation::new(backlog.count, speed, tally.exactness(), tally.alike()))
}

/// Reads the output while it grows, where nobody knows beforehand how many records it will hold:
/// gives when the first came and when the last one owed did, and what the process had taken then.
fn follow(
    bench: &Bench<'_>,
    site: &Site<'_>,
    subject: Subject,
    process: &mut Process,
    tally: &mut Tally<'_>,
) -> Result<(Instant, Instant, Usage), Error> {
    let mut tail = Tail::open(&bench.config.kafka, &site.output, From::Beginning)?;
    let (mut alerts, mut begun, mut ended) = (Vec::new(), None, None);
    let mut progress = Instant::now();
    let (ended, done) = loop {
        if let Some(ended) = ended
            && progress.elapsed() >= QUIET
        {
            break ended;
        }
        let found = tail.next_value(ASK_AGAIN, |value| {
            alerts.push(value.to_vec());
            subject.number_in(value)
        })?;
        if let Some(number) = found {
            progress = Instant::now();
            begun.get_or_insert(progress);
            tally.take(number);
        } else {
            process.must_live()?;
        }
        if ended.is_none() && tally.complete() {
            ended = Some((Instant::now(), process.usage()?));
        }
        bench.must_go_on()?;
        if progress.elapsed() > PATIENCE {
            let why = format!("a subject stands still: {:?}", tally.exactness());
            return Err(Error::Failed(why));
        }
    };
    tally.read(&alerts);
    Ok((begun.unwrap_or(ended), ended, done))
}

/// Waits until the output holds so many records; gives when it was seen to.
fn await_records(
    bench: &Bench<'_>,
    process: &mut Process,
    gauge: &Gauge,
    records: u64,
) -> Result<Instant, Error> {
    let (mut before, mut progress) = (0, Instant::now());
    loop {
        let now = gauge.records()?;
        if now >= records {
            return Ok(Instant::now());
        }
        if now > before {
            (before, progress) = (now, Instant::now());
        }
        if progress.elapsed() > PATIENCE {
            let why = format!("a subject stands still: {now} records of {records} owed");
            return Err(Error::Failed(why));
        }
        bench.must_go_on()?;
        process.must_live()?;
        std::thread::sleep(ASK_AGAIN);
    }
}

/// Reads the output through. As many records as are owed may hold repeats: then it waits for the
/// rest, so that what is missing is known, although the time is not.
fn check(
    bench: &Bench<'_>,
    site: &Site<'_>,
    subject: Subject,
    tally: &mut Tally<'_>,
) -> Result<(), Error> {
    let mut tail = Tail::open(&bench.config.kafka, &site.output, From::Beginning)?;
    let mut alerts = Vec::new();
    let keep = subject.duty().is_alerts();
    let deadline = Instant::now() + SETTLE_WITHIN;
    while !(tally.complete() && tail.at_end()) && Instant::now() < deadline {
        bench.must_go_on()?;
        let found = tail.next_value(POLL, |value| {
            alerts.extend(keep.then(|| value.to_vec()));
            subject.number_in(value)
        })?;
        if let Some(number) = found {
            tally.take(number);
        }
    }
    tally.read(&alerts);
    Ok(())
}
