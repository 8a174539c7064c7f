//! Counts allocations: an event that touches no list, read from Avro, needs none once warm; nor does
//! a name in ASCII.
//!
//! A binary of its own, since a process has one global allocator.
#![allow(
    unsafe_code,
    reason = "GlobalAlloc is an unsafe trait: every call is handed on to the system's allocator as it came, and a thread-local number is counted up beside it"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test may stop at the first surprise"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use portcullis::codec::{Contract, Decoder, Format, Headers, Limits, encode_event};
use portcullis::domain::{Name, Timestamp, Topic};
use portcullis::engine::{self, Arrival};
use portcullis::matching::{self, Scratch};
use portcullis::names::{Analysed, Analyser, Bearer, Population};
use portcullis::sim::{Settings, World};
use portcullis::watchlist::{Change, Lists, Progress, Writer};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

fn count() {
    // A thread that ends may still allocate when the number is gone.
    let _gone = ALLOCATIONS.try_with(|count| count.set(count.get() + 1));
}

// SAFETY: each method passes its arguments unchanged to `System`, which upholds the contract; the
// counter is a constant-initialised thread-local without a destructor and does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises about the layout are those that `System` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: `block` came from `System` by one of these methods, with this layout.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: `block` came from `System` by one of these methods, with this layout.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static GLOBAL: Counting = Counting;

/// The most allocations of one event of each kind, once warm. Declarations may name more parties
/// and goods than fit in place; an e-mail address longer than 24 bytes takes one each, and such
/// events are left out here.
const ALLOWED: [(Topic, u64); 6] = [
    (Topic::Crossings, 0),
    (Topic::AdvancePassenger, 0),
    (Topic::Vehicles, 0),
    (Topic::Containers, 0),
    (Topic::Declarations, 4),
    (Topic::Cash, 0),
];

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis((1_795_000_000 + seconds) * 1_000).unwrap()
}

#[test]
fn an_event_that_touches_no_list_allocates_nothing_once_warm() {
    allocates_nothing(Lists::new(Vec::new()));
}

#[test]
fn nor_does_it_where_names_are_searched_by_likeness() {
    let weights = matching::bounds(Arc::new(Population::built_in()));
    allocates_nothing(Lists::with_names(Vec::new(), weights));
}

fn allocates_nothing((lists, mut writer): (Arc<Lists>, Writer)) {
    let world = World::new(Settings::sized(7, at(0), 2_000));
    for (offset, entry) in (0..).zip(world.entries()) {
        let key = entry.key.clone();
        let (entry, position) = (Some(entry), offset + 1);
        writer.apply(Change { key, entry, offset, position, digest: 0, written_at: None });
    }
    let progress = Progress { loaded: true, current_at: Some(at(0)), ..Progress::default() };
    writer.publish(progress, at(0));

    let mut traffic = world.traffic(11);
    let mut values = Vec::new();
    for number in 0..6_000 {
        let planned = traffic.next(at(number / 10)).unwrap();
        let topic = planned.event.topic();
        let format = Format::Avro { schema_id: Contract::Events(topic).id() };
        if planned.expected.is_empty() {
            // What stands in place: two parties, four identifiers, 24 bytes each.
            let identifiers = &planned.event.identifiers;
            let fits = planned.event.parties.len() <= 2
                && identifiers.len() <= 4
                && identifiers.iter().all(|stated| stated.identifier.value().len() <= 24);
            let value = encode_event(&planned.event, format).unwrap();
            values.push((topic, fits || topic == Topic::Declarations, value));
        }
    }

    let standing = lists.standing();
    let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
    let mut scratch = Scratch::default();
    let mut most = [0; Topic::ALL.len()];
    let mut events = [0; Topic::ALL.len()];
    for round in 0..2 {
        for (topic, fits, value) in &values {
            let before = ALLOCATIONS.get();
            let headers = Headers { content_type: None, schema_id: None };
            let event = decoder.decode_event(*topic, value, headers).unwrap();
            let arrival = Arrival {
                topic: "border",
                partition: 0,
                offset: 0,
                appended_at: event.occurred_at,
            };
            // Mostly no, and what passes the filter by chance costs nothing either.
            let touches = engine::touches(&lists, &event, &mut scratch);
            let decision = engine::decide(&lists, &standing, &event, arrival, &mut scratch);
            let is_named_alike = touches && lists.subjects().0 > 0;
            assert!(decision.notices.is_empty() || is_named_alike);
            drop(event);
            if round == 1 && *fits && !is_named_alike {
                let spent = ALLOCATIONS.get() - before;
                most[*topic as usize] = most[*topic as usize].max(spent);
                events[*topic as usize] += 1;
            }
        }
    }
    for (topic, allowed) in ALLOWED {
        let (spent, count) = (most[topic as usize], events[topic as usize]);
        eprintln!("{}: {spent} allocations at most, over {count} events", topic.name());
        assert!(count > 20, "{}: {count}", topic.name());
        assert!(spent <= allowed, "{}: {spent} allocations, {allowed} allowed", topic.name());
    }
}

#[test]
fn a_name_in_ascii_is_analysed_without_allocating() {
    let mut analyser = Analyser::default();
    let mut words = Analysed::default();
    let names = [
        ("O'CONNOR", "SIAN MARY ANN"),
        ("ABD AL-RAHMAN", "Salah ad-Din Muhammad bin Yusuf"),
        ("PAPANDROPOULOUS", "JONATHON WARREN TREVOR"),
        ("Smith, Dr John, Jr", ""),
    ];
    for round in 0..2 {
        for (surname, given) in names {
            let before = ALLOCATIONS.get();
            analyser.analyse(Name { surname, given }, Bearer::Person, &mut words);
            let spent = ALLOCATIONS.get() - before;
            // The first round unpacks the tables.
            assert!(round == 0 || spent == 0, "{surname}: {spent}");
        }
    }
}
