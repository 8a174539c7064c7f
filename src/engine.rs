//! One event in, one decision out: a pure function of the lists, the event and its arrival.
//!
//! In: an event, where it stands, the lists. Out: a [`Decision`].
//! Invariants: the same lists and the same event give the same decision, byte for byte; an event
//! that touches no list allocates nothing.
//! Absent on purpose: clocks, I/O, errors. What cannot be decoded never comes here.

use sha2::{Digest as _, Sha256};

use crate::alerting;
use crate::domain::{Coordinates, Event, EventSummary, ListId, Notice, PairId, Timestamp};
use crate::index::fuzzy::Position;
use crate::matching::{self, Scratch, Suppressed};
use crate::planted::{self, Bug};
use crate::watchlist::{Lists, Standing};

/// Where an event's record stands.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// Topic name.
    pub topic: &'a str,
    /// Partition number.
    pub partition: i32,
    /// Offset in the partition.
    pub offset: i64,
    /// When the broker appended it. Validity of entries is judged at this instant, so that a
    /// replay decides as the first run did.
    pub appended_at: Timestamp,
}

/// What one event comes to.
#[derive(Default)]
pub struct Decision {
    /// What is to be told, already cut to what each audience may see; empty for an event that met
    /// no list.
    pub notices: Vec<Notice>,
    /// Candidates that were not looked at because the event met more than the bound.
    pub cut: usize,
    /// Searches of names that were done again with more room.
    pub again: usize,
    /// Matches that the register silenced.
    pub suppressed: Vec<Silenced>,
    /// Which snapshot of the names was searched, and how many changes since, as this instance counts
    /// them; `None` where names are not searched by likeness, or the event touched no list. No notice
    /// says so: it moves with every list, and who may read an alert may not know of every list. Of the
    /// lists that a reader may know, each notice has the versions.
    pub names: Option<Position>,
    /// A search met its bound and was left there, so that nothing is decided: the event is to be
    /// decided with more room.
    pub unfinished: bool,
}

/// A match that was silenced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silenced {
    /// The list of the entry.
    pub list: ListId,
    /// Which judgement silenced it.
    pub pair: PairId,
    /// A number drawn of the event and the judgement, whatever the instance and however often: whoever
    /// samples takes those that a number divides.
    pub draw: u64,
}

/// Whether a list may know anything that the event states; what this says no of comes to nothing.
pub fn touches(lists: &Lists, event: &Event<'_>, scratch: &mut Scratch) -> bool {
    matching::touches(lists, event, scratch)
}

/// Decides one event. Whoever has many asks [`touches`] first: hardly any needs more.
pub fn decide(
    lists: &Lists,
    standing: &Standing,
    event: &Event<'_>,
    arrival: Arrival<'_>,
    scratch: &mut Scratch,
) -> Decision {
    let matches = matching::screen(lists, event, arrival.appended_at, scratch);
    if matches.unfinished {
        return Decision { unfinished: true, ..Decision::default() };
    }
    let silenced = |one| silenced(one, event);
    let suppressed = matches.suppressed.into_iter().map(silenced).collect();
    let (cut, again, names) = (matches.cut, matches.again, matches.names);
    if matches.found.is_empty() {
        return Decision { cut, again, suppressed, names, ..Decision::default() };
    }
    let summary = summary(event, arrival);
    let mut alerts = alerting::alerts(&summary, matches.found, standing);
    alerts.iter_mut().for_each(|alert| alert.cut = cut > 0);
    let mut notices: Vec<Notice> = alerts.iter().flat_map(alerting::notices).collect();
    if planted::has(Bug::CutTail) {
        notices.pop();
    }
    Decision { notices, cut, again, suppressed, names, unfinished: false }
}

fn silenced(one: Suppressed, event: &Event<'_>) -> Silenced {
    let hash = Sha256::new()
        .chain_update(one.pair.bytes())
        .chain_update(event.agency.as_str())
        .chain_update(b"/")
        .chain_update(event.id.as_str())
        .finalize();
    let draw = hash.first_chunk().copied().map_or(0, u64::from_be_bytes);
    Silenced { list: one.list, pair: one.pair, draw }
}

fn summary(event: &Event<'_>, arrival: Arrival<'_>) -> EventSummary {
    let journey = match (event.journey.carrier, event.journey.number) {
        (Some(carrier), Some(number)) => Some(format!("{carrier} {number}").into_boxed_str()),
        (one, other) => one.or(other).map(Box::from),
    };
    EventSummary {
        id: event.id.as_str().into(),
        revision: event.revision,
        agency: event.agency.clone(),
        topic: event.topic(),
        at: Coordinates {
            topic: arrival.topic.into(),
            partition: arrival.partition,
            offset: arrival.offset,
            appended_at: arrival.appended_at,
        },
        occurred_at: event.occurred_at,
        place: event.place.locode.map(Box::from),
        control_point: event.place.control_point.map(Box::from),
        direction: event.direction,
        mode: event.mode,
        journey,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::codec::{Contract, Decoder, Format, Headers, Limits, encode_event, encode_notice};
    use crate::domain::{Attribute, EntryKey};
    use crate::matching::bound::sample::weights;
    use crate::sim::{Settings, World};
    use crate::watchlist::Change;
    use crate::watchlist::sample::{at, lists, named_lists, put, with_name};

    const EVENTS: i64 = 20_000;

    fn world(names_alike: bool) -> World {
        let sized = Settings::sized(7, at(0), 3_000);
        World::new(Settings { hit_share: 0.1, decoy_share: 0.1, names_alike, ..sized })
    }

    fn loaded(world: &World) -> Arc<Lists> {
        lists(world.entries()).0
    }

    fn decided(
        lists: &Lists,
        standing: &Standing,
        event: &Event<'_>,
        offset: i64,
        scratch: &mut Scratch,
    ) -> Decision {
        let appended_at = event.occurred_at;
        let arrival = Arrival { topic: "border", partition: 0, offset, appended_at };
        let touched = touches(lists, event, scratch);
        let decision = decide(lists, standing, event, arrival, scratch);
        assert!(touched || decision.notices.is_empty(), "an alert that was not foreseen");
        decision
    }

    /// The entries told: the owners' notices hold them all.
    fn entries(decision: &Decision) -> Vec<EntryKey> {
        let reasons = decision.notices.iter().flat_map(|notice| &notice.alert.reasons);
        let entries: BTreeSet<&EntryKey> = reasons.map(|reason| &reason.entry).collect();
        entries.into_iter().cloned().collect()
    }

    fn bytes(decision: &Decision) -> Vec<Vec<u8>> {
        let notices = decision.notices.iter();
        notices.map(|notice| encode_notice(notice, Format::Json).unwrap()).collect()
    }

    #[test]
    fn exactly_the_entries_that_were_planted_are_met_through_every_format() {
        let world = world(false);
        let lists = loaded(&world);
        let standing = lists.standing();
        let mut traffic = world.traffic(11);
        let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
        let (mut scratch, mut met) = (Scratch::default(), 0);
        for number in 0..EVENTS {
            let planned = traffic.next(at(number / 10)).unwrap();
            let topic = planned.event.topic();
            let expected = planned.expected.to_vec();
            let direct = decided(&lists, &standing, &planned.event, number, &mut scratch);
            assert_eq!(entries(&direct), expected, "{} {}", topic.name(), planned.decoy);
            let avro = Format::Avro { schema_id: Contract::Events(topic).id() };
            for format in [avro, Format::Json] {
                let value = encode_event(&planned.event, format).unwrap();
                let content_type = Some(format.content_type().as_bytes());
                let json = format == Format::Json;
                let headers =
                    Headers { content_type: content_type.filter(|_| json), schema_id: None };
                let event = decoder.decode_event(topic, &value, headers).unwrap();
                let through = decided(&lists, &standing, &event, number, &mut scratch);
                assert_eq!(bytes(&through), bytes(&direct), "{}", topic.name());
            }
            met += usize::from(!expected.is_empty());
        }
        assert!(met > 500, "{met}");
    }

    #[test]
    fn the_same_input_gives_the_same_bytes_whatever_the_order_of_the_lists() {
        let world = world(false);
        let forwards = loaded(&world);
        let mut entries: Vec<_> = world.entries().collect();
        entries.reverse();
        let backwards = lists(entries).0;
        let (mut one, mut other) = (world.traffic(12), world.traffic(12));
        let (mut first, mut second) = (Scratch::default(), Scratch::default());
        let standing = forwards.standing();
        let of = |decision: Decision| {
            let mut notices = decision.notices;
            // Versions are offsets, and the lists were written in another order.
            let reasons = notices.iter_mut().flat_map(|notice| &mut notice.alert.reasons);
            reasons.for_each(|reason| reason.version = 0);
            bytes(&Decision { notices, ..Decision::default() })
        };
        for number in 0..5_000 {
            let planned = one.next(at(number)).unwrap();
            let forwards = decided(&forwards, &standing, &planned.event, number, &mut first);
            let planned = other.next(at(number)).unwrap();
            let backwards = decided(&backwards, &standing, &planned.event, number, &mut second);
            assert_eq!(of(forwards), of(backwards));
        }
    }

    #[test]
    fn likeness_meets_all_who_were_planted_and_nobody_else() {
        let (met, possible) = judge(&world(true), 11, (0..EVENTS).map(|number| at(number / 10)));
        assert!(met > 500 && possible > 0, "{met} {possible}");
    }

    /// There was a traveller of the surname, the year and the town of somebody listed with no more.
    #[test]
    fn the_first_half_minute_of_the_demo_meets_nobody_beyond_who_was_planted() {
        let sized = Settings::sized(1, at(0), 2_000);
        let world = World::new(Settings { travel_seconds: 3, names_alike: true, ..sized });
        let a_thousand_a_second =
            (0..30_000).map(|millis| Timestamp::from_micros(at(0).micros() + millis * 1_000));
        let (met, _) = judge(&world, 1, a_thousand_a_second.flatten());
        assert!(met > 20, "{met}");
    }

    /// Screens traffic of these instants; gives how many entries it met that it had to, and that it might.
    fn judge(
        world: &World,
        seed: u64,
        instants: impl Iterator<Item = Timestamp>,
    ) -> (usize, usize) {
        let lists = named_lists(weights(), world.entries()).0;
        let standing = lists.standing();
        let mut traffic = world.traffic(seed);
        let (mut scratch, mut met, mut possible) = (Scratch::default(), 0, 0);
        let (mut missed, mut beyond) = (Vec::new(), Vec::new());
        for (number, instant) in (0..).zip(instants) {
            let planned = traffic.next(instant).unwrap();
            let decision = decided(&lists, &standing, &planned.event, number, &mut scratch);
            let told = entries(&decision);
            missed.extend(planned.expected.iter().filter(|entry| !told.contains(entry)).cloned());
            met += planned.expected.len();
            possible += planned.possible.iter().filter(|entry| told.contains(entry)).count();
            let known = |entry: &EntryKey| {
                planned.expected.contains(entry) || planned.possible.contains(entry)
            };
            let reasons = decision.notices.iter().flat_map(|notice| &notice.alert.reasons);
            for reason in reasons.filter(|reason| !known(&reason.entry)) {
                let alike = reason.resemblance.as_ref().unwrap();
                let born = reason.evidence.iter().find(|at| at.attribute == Attribute::BirthDate);
                let born = born.map(|at| (at.stated.clone(), at.listed.clone()));
                let names = (alike.stated.clone(), alike.listed.clone());
                beyond.push((alike.sixteenths, names, born));
            }
        }
        assert!(missed.is_empty(), "{} of {met} missed: {missed:?}", missed.len());
        assert!(beyond.is_empty(), "met beyond what was planted: {beyond:?}");
        (met, possible)
    }

    #[test]
    fn a_decision_states_the_snapshot_and_the_changes_that_it_stands_on() {
        let world = world(true);
        let (lists, mut writer) = named_lists(weights(), world.entries());
        let standing = lists.standing();
        let (mut traffic, mut scratch) = (world.traffic(11), Scratch::default());
        let mut next_met = || {
            let decide = |number| {
                let planned = traffic.next(at(number)).unwrap();
                decided(&lists, &standing, &planned.event, number, &mut scratch)
            };
            (0..1_000).map(decide).find(|decision| !decision.notices.is_empty()).unwrap()
        };
        let before = next_met().names.unwrap();
        writer.apply(put(with_name("list/new", &[("Sample", "Anna")], &["1980-01-02"]), 1_000_000));
        let after = next_met().names.unwrap();
        assert_eq!((after.snapshot, after.changes), (before.snapshot, before.changes + 1));
    }

    #[test]
    fn likeness_gives_the_same_bytes_whatever_the_order_of_the_lists() {
        let world = world(false);
        let (forwards, mut writer) = named_lists(weights(), world.entries());
        let mut all: Vec<_> = world.entries().collect();
        all.reverse();
        // One is filed at once, the other change by change, and back again.
        let backwards = named_lists(weights(), []);
        let (backwards, mut other_writer) = backwards;
        for (offset, entry) in (0..).zip(all.iter().cloned()) {
            other_writer.apply(put(entry, offset));
        }
        for (offset, entry) in (100_000..).zip(all.iter().take(500).cloned()) {
            let key = entry.key.clone();
            let gone = Change { key, entry: None, ..put(entry.clone(), offset) };
            writer.apply(gone);
            writer.apply(put(entry, offset));
        }
        let (mut traffic, mut scratch) = (world.traffic(12), Scratch::default());
        let standing = forwards.standing();
        let of = |decision: Decision| {
            let mut notices = decision.notices;
            let reasons = notices.iter_mut().flat_map(|notice| &mut notice.alert.reasons);
            reasons.for_each(|reason| reason.version = 0);
            let told = bytes(&Decision { notices, ..Decision::default() });
            told.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect::<Vec<_>>()
        };
        for number in 0..5_000 {
            let event = traffic.next(at(number)).unwrap().event;
            let one = decided(&forwards, &standing, &event, number, &mut scratch);
            let other = decided(&backwards, &standing, &event, number, &mut scratch);
            assert_eq!(of(one), of(other));
        }
    }
}
