//! One event in, one decision out: a pure function of the lists, the event and its arrival.
//!
//! In: an event, where it stands, the lists. Out: a [`Decision`].
//! Invariants: the same lists and the same event give the same decision, byte for byte; an event
//! that touches no list allocates nothing.
//! Absent on purpose: clocks, I/O, errors. What cannot be decoded never comes here.

use crate::alerting;
use crate::domain::{Coordinates, Event, EventSummary, Notice, Timestamp};
use crate::matching::{self, Scratch};
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
pub struct Decision {
    /// What is to be told, already cut to what each audience may see; empty for an event that met
    /// no list.
    pub notices: Vec<Notice>,
    /// Candidates that were not looked at because the event met more than the bound.
    pub cut: usize,
}

/// Decides one event.
pub fn decide(
    lists: &Lists,
    standing: &Standing,
    event: &Event<'_>,
    arrival: Arrival<'_>,
    scratch: &mut Scratch,
) -> Decision {
    let matches = matching::screen(lists, event, arrival.appended_at, scratch);
    if matches.found.is_empty() {
        return Decision { notices: Vec::new(), cut: matches.cut };
    }
    let summary = summary(event, arrival);
    let alerts = alerting::alerts(&summary, matches.found, standing);
    Decision { notices: alerts.iter().flat_map(alerting::notices).collect(), cut: matches.cut }
}

fn summary(event: &Event<'_>, arrival: Arrival<'_>) -> EventSummary {
    let journey = match (event.journey.carrier, event.journey.number) {
        (Some(carrier), Some(number)) => Some(format!("{carrier} {number}").into_boxed_str()),
        (one, other) => one.or(other).map(Box::from),
    };
    EventSummary {
        id: event.id.as_str().into(),
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
