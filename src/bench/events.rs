//! What happens in operation: a list changes, is written again, an instance is killed.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::kafka::{Feed, From, Gauge, Tail};

use super::batch::{Batch, Duty, named_by};
use super::crossing::Writer;
use super::figures::{Changes, Rewrite, TakeOver, histogram, note};
use super::latency::{LINGER, Pace, open_loop};
use super::load::{Hit, LATE_MAX, Load};
use super::process::Process;
use super::site::{Ground, Site};
use super::{Bench, Config, Error, SETTLE_WITHIN, Subject};

/// How long each of these may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(300);
/// How long events come before an instance is killed.
const BEFORE_KILL: Duration = Duration::from_secs(2);
/// Events a second while an instance is killed.
const KILL_RATE: u64 = 1_000;
/// One event in so many touches a list meanwhile: the more, the finer the time is known.
const KILL_EVERY: u64 = 20;
/// How often it is asked whether the rewritten list is in force.
const ASK_AGAIN: Duration = Duration::from_millis(50);

/// Lists a document, sends events with it until one is alerted, and again with the next document.
pub(super) fn changes(
    bench: &Bench<'_>,
    ground: &Ground<'_>,
    site: &Site<'_>,
    subject: Subject,
    batch: Batch<'_>,
) -> Result<(Changes, u64), Error> {
    let kafka = &bench.config.kafka;
    let mut tail = Tail::open(kafka, &site.output, From::Now)?;
    let (feed, lists) = (Feed::new(kafka, LINGER)?, Feed::new(kafka, Duration::ZERO)?);
    let mut writer = Writer::new(batch.load);
    // Each subject lists others: those of the one before are listed already.
    let may_be_alike = subject.duty() == Duty::Alike;
    let before = if may_be_alike { LATE_MAX / 2 } else { 0 };
    let (mut times, mut alerts, mut sent) = (histogram()?, Vec::new(), 0);
    // The first does not count: the clients connect meanwhile.
    for change in 0..=bench.config.changes {
        let index = batch.load.documents.listed + before + change;
        let wanted = Load::entry_of(Hit::Document(index));
        let (key, entry) = batch.load.listed_document(index)?;
        let begun = Instant::now();
        lists.send(&ground.lists, None, Some(key.as_bytes()), &entry)?;
        let first = batch.first + sent;
        loop {
            let event = writer.write(batch.first + sent, Some(Hit::Document(index)))?;
            feed.send(&site.live, Some(batch.partition(sent)), None, event)?;
            sent += 1;
            // Also the pause between two events.
            let found = tail.next_value(LINGER, |alert| (Instant::now(), alert.to_vec()))?;
            // Alerts about who is alike say nothing of the change.
            let is_about = |alert: &[u8]| !may_be_alike || names(alert, &wanted);
            if let Some((read, alert)) = found
                && subject.number_in(&alert).is_none_or(|event| event >= first)
                && is_about(&alert)
            {
                if change > 0 {
                    note(&mut times, read.saturating_duration_since(begun));
                }
                alerts.push((wanted, alert));
                break;
            }
            bench.must_go_on()?;
            if begun.elapsed() > PATIENCE {
                return Err(Error::Failed("a change of a list never took effect".to_owned()));
            }
        }
    }
    feed.settle(SETTLE_WITHIN)?;
    let alone = |alert: &[u8]| named_by(alert).is_some_and(|(_, named)| named.len() == 1);
    let right =
        |(entry, alert): &&(String, Vec<u8>)| names(alert, entry) && (may_be_alike || alone(alert));
    let wrong = alerts.len() - alerts.iter().filter(right).count();
    Ok((Changes { histogram: times, wrong: wrong as u64 }, sent))
}

/// Whether an alert names this entry.
fn names(alert: &[u8], entry: &str) -> bool {
    named_by(alert).is_some_and(|(_, named)| named.iter().any(|other| other == entry))
}

/// Sends these entries of the lists, at an even rate where there is one.
pub(super) fn publish(
    bench: &Bench<'_>,
    topic: &str,
    entries: Range<u64>,
    rate: Option<u64>,
) -> Result<(), Error> {
    let feed = Feed::new(&bench.config.kafka, Duration::from_millis(5))?;
    let pace = rate.map(Pace::start);
    for (at, index) in (0..).zip(entries) {
        bench.must_go_on()?;
        if let Some(pace) = pace {
            pace.await_due(at);
        }
        let (key, entry) = bench.load.entry(index)?;
        feed.send(topic, None, Some(key.as_bytes()), &entry)?;
    }
    feed.settle(SETTLE_WITHIN)?;
    Ok(())
}

/// What is written again: everything, or all that has names where these are what is measured.
fn written_again(load: &Load, subject: Subject) -> Range<u64> {
    let begin = if subject == Subject::Names { load.documents.listed } else { 0 };
    begin..load.entries()
}

/// Events at an even rate, then the same while the lists are published again.
pub(super) fn rewrite(
    bench: &Bench<'_>,
    ground: &Ground<'_>,
    site: &Site<'_>,
    (subject, process): (Subject, &Process),
    batch: Batch<'_>,
    rate: u64,
) -> Result<Rewrite, Error> {
    let always = |_| Ok(true);
    let before = open_loop(bench, site, subject, batch, rate, always, |_| {})?;
    let again =
        Batch { first: batch.first + batch.count, count: rate * PATIENCE.as_secs(), ..batch };
    let entries = written_again(bench.load, subject);
    let records = entries.end - entries.start;
    let over = AtomicBool::new(false);
    let begun = Instant::now();
    let (rewritten, during) = std::thread::scope(|scope| {
        let rewriting = scope.spawn(|| {
            let rate = Some(bench.config.rewrite_rate).filter(|rate| *rate > 0);
            let done = publish(bench, &ground.lists, entries, rate)
                .and_then(|()| await_in_force(bench, ground, process));
            over.store(true, Ordering::Relaxed);
            done.map(|()| begun.elapsed())
        });
        let going = |_| Ok(!over.load(Ordering::Relaxed));
        let during = open_loop(bench, site, subject, again, rate, going, |_| {});
        let failed = |_| Error::Failed("the publisher of the lists panicked".to_owned());
        (rewriting.join().map_err(failed), during)
    });
    let seconds = rewritten??.as_secs_f64();
    let rate = bench.config.rewrite_rate;
    Ok(Rewrite { records, rate, seconds, before, during: during? })
}

/// Waits until the newest record of the list topic is in force.
fn await_in_force(bench: &Bench<'_>, ground: &Ground<'_>, process: &Process) -> Result<(), Error> {
    let end = Gauge::open(&bench.config.kafka, &ground.lists)?.records()?;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let document = process.readiness()?;
        let lists = document.pointer("/lists").and_then(Value::as_array).into_iter().flatten();
        let newest = lists.filter_map(|list| list.get("offset")?.as_u64()).max();
        if newest.is_some_and(|newest| newest + 1 >= end) {
            return Ok(());
        }
        bench.must_go_on()?;
        std::thread::sleep(ASK_AGAIN);
    }
    Err(Error::Failed("the lists that were published again never came into force".to_owned()))
}

/// Starts a second instance, kills the first under load, and waits until every partition is worked
/// on again.
pub(super) fn take_over(
    bench: &Bench<'_>,
    site: &Site<'_>,
    first: &mut Process,
    batch: Batch<'_>,
) -> Result<TakeOver, Error> {
    let mut second = site.start()?;
    second.await_ready()?;
    let moved = await_share(bench, site, first, &second)?;
    let partitions = usize::try_from(batch.partitions).unwrap_or(0);
    let killed: Mutex<Option<Instant>> = Mutex::new(None);
    let back: Mutex<Vec<Option<Instant>>> = Mutex::new(vec![None; partitions]);
    let begun = Instant::now();
    let limit = KILL_RATE * PATIENCE.as_secs();
    let batch = Batch { count: limit, every: KILL_EVERY, ..batch };
    let locked = || Error::Failed("a thread of the bench panicked".to_owned());
    let go_on = |_| {
        let mut killed = killed.lock().map_err(|_| locked())?;
        if killed.is_none() && begun.elapsed() > BEFORE_KILL {
            first.kill()?;
            *killed = Some(Instant::now());
        }
        Ok(back.lock().map_err(|_| locked())?.iter().any(Option::is_none))
    };
    let subject = Subject::Portcullis;
    let load = open_loop(bench, site, subject, batch, KILL_RATE, go_on, |seen| {
        let Ok(Some(killed)) = killed.lock().map(|killed| *killed) else { return };
        if seen.due > killed
            && let Ok(mut back) = back.lock()
            && let Some(place) =
                back.get_mut(usize::try_from(seen.at % batch.partitions).unwrap_or(0))
        {
            place.get_or_insert(seen.read);
        }
    })?;
    let killed = killed.lock().map_err(|_| locked())?.unwrap_or(begun);
    let back = back.lock().map_err(|_| locked())?;
    let last = back.iter().copied().collect::<Option<Vec<Instant>>>();
    let last = last.and_then(|back| back.into_iter().max());
    let last = last.ok_or_else(|| Error::Failed("a partition was never taken over".to_owned()))?;
    Ok(TakeOver {
        seconds: last.saturating_duration_since(killed).as_secs_f64(),
        moved,
        session_timeout: bench.config.kafka.session_timeout.as_secs_f64(),
        exactness: load.exactness,
    })
}

/// Waits until two instances share the partitions; gives how many the first has. Partitions move in
/// two steps: whoever joins is first given nothing, and in between some are nobody's.
fn await_share(
    bench: &Bench<'_>,
    site: &Site<'_>,
    first: &Process,
    second: &Process,
) -> Result<u64, Error> {
    let Config { partitions, lanes, .. } = *bench.config;
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let held = [first.partitions(&site.live)?, second.partitions(&site.live)?];
        let joined = second.metric("portcullis_rebalances_total{kind=\"assign\"}")?;
        if joined >= f64::from(lanes) && are_shared(&held, partitions, lanes) {
            let [first, _] = held;
            return Ok(first.len() as u64);
        }
        bench.must_go_on()?;
        std::thread::sleep(ASK_AGAIN);
    }
    Err(Error::Failed("two instances never shared the partitions".to_owned()))
}

/// Whether each partition is one instance's, and the second has some. With no more partitions than
/// the first has lanes, each of which keeps its one, there are none for the second.
fn are_shared(held: &[BTreeSet<i32>; 2], partitions: i32, lanes: u32) -> bool {
    let [first, second] = held;
    let all = (0..partitions).all(|at| first.contains(&at) != second.contains(&at));
    let none_left = i64::from(partitions) <= i64::from(lanes);
    all && !first.is_empty() && (none_left || !second.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partitions_are_shared_when_both_instances_have_some_and_none_is_in_between() {
        let shared = |first: &[i32], second: &[i32], lanes| {
            let held = [first, second].map(|held| held.iter().copied().collect());
            are_shared(&held, 4, lanes)
        };
        assert!(shared(&[0, 2], &[1, 3], 1));
        assert!(!shared(&[0, 1, 2, 3], &[], 1), "joined, and given nothing yet");
        assert!(!shared(&[0, 2], &[], 1), "let go by one, not yet the other's");
        assert!(!shared(&[0, 2], &[1], 2), "one of them is nobody's yet");
        assert!(!shared(&[], &[0, 1, 2, 3], 1), "nothing to lose");
        assert!(shared(&[0, 1, 2, 3], &[], 4), "a partition for each lane of the first");
    }
}
