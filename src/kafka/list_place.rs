//! How far the list topic has been read, and as of when that is known to have been its end.

use std::collections::VecDeque;

use crate::domain::Timestamp;

/// The most looks that wait to be reached. Beyond, the newest gives way: the oldest is reached first.
const LOOKS_MAX: usize = 64;

/// One partition of the list topic.
#[derive(Clone, Copy)]
pub(super) struct Part {
    pub(super) number: i32,
    /// The next offset to read.
    pub(super) position: i64,
    /// The end offset taken at start.
    pub(super) target: i64,
}

/// What was found when the brokers were asked for the end of each partition.
struct Look {
    /// When it began: whoever has read to these ends knows the topic as it was then.
    at: Timestamp,
    ends: Vec<i64>,
}

/// Where reading stands in each partition, and the ends it has not come to yet.
///
/// A topic under a steady flow is always a little longer than what has been read of it: what tells
/// that its lists are current is that an end passed by, and when that was the end.
#[derive(Default)]
pub(super) struct Place {
    parts: Vec<Part>,
    looks: VecDeque<Look>,
}

impl Place {
    pub(super) fn new(parts: Vec<Part>) -> Self {
        Self { parts, looks: VecDeque::new() }
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(super) fn part(&mut self, number: i32) -> Option<&mut Part> {
        self.parts.iter_mut().find(|part| part.number == number)
    }

    /// Position in the topic as a whole.
    pub(super) fn position(&self) -> i64 {
        self.parts.iter().map(|part| part.position).sum()
    }

    /// Whether the end offsets taken at start have been read.
    pub(super) fn is_at_target(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(|part| part.position >= part.target)
    }

    /// Notes the ends of the partitions, in their order; `true` when they hold nothing new.
    pub(super) fn note_look(&mut self, at: Timestamp, ends: Vec<i64>) -> bool {
        let nothing_new = self.is_at(&ends);
        self.looks.truncate(LOOKS_MAX - 1);
        self.looks.push_back(Look { at, ends });
        nothing_new
    }

    /// When the newest look was taken whose ends have been read; forgets it and those before.
    pub(super) fn take_reached(&mut self) -> Option<Timestamp> {
        let mut reached = None;
        while let Some(look) = self.looks.front().filter(|look| self.is_at(&look.ends)) {
            reached = Some(look.at);
            self.looks.pop_front();
        }
        reached
    }

    /// Whether some look found more than has been read.
    pub(super) fn is_behind(&self) -> bool {
        !self.looks.is_empty()
    }

    fn is_at(&self, ends: &[i64]) -> bool {
        self.parts.iter().zip(ends).all(|(part, end)| part.position >= *end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000).unwrap()
    }

    fn place(positions: [i64; 2]) -> Place {
        let part = |(number, position)| Part { number, position, target: 0 };
        Place::new((0..).zip(positions).map(part).collect())
    }

    #[test]
    fn who_never_stands_at_the_end_is_known_to_have_been_where_it_was() {
        let mut place = place([0, 0]);
        for second in 1..100 {
            let end = second * 30_000;
            assert!(!place.note_look(at(second), vec![end, 7]));
            assert!(place.take_reached().is_none());
            place.part(1).unwrap().position = 7;
            assert!(place.take_reached().is_none());
            // The flow goes on: at the next look there is more again.
            place.part(0).unwrap().position = end + 29_000;
            assert_eq!(place.take_reached(), Some(at(second)));
            assert!(!place.is_behind());
        }
    }

    #[test]
    fn a_reader_that_lags_longer_than_looks_are_apart_is_as_old_as_its_lag_and_no_older() {
        let mut place = place([0, 0]);
        for second in 0..50 {
            place.note_look(at(second), vec![(second + 1) * 10, 0]);
            // It reads as fast as is written, ten seconds later.
            place.part(0).unwrap().position = (second - 9) * 10;
            let reached = place.take_reached();
            assert_eq!(reached, (second >= 10).then(|| at(second - 10)));
        }
    }

    #[test]
    fn looks_that_wait_are_bounded_and_the_first_to_be_reached_stays() {
        let mut place = place([0, 0]);
        for second in 1..1_000 {
            place.note_look(at(second), vec![second, 0]);
        }
        assert_eq!(place.looks.len(), LOOKS_MAX);
        place.part(0).unwrap().position = 1;
        assert_eq!(place.take_reached(), Some(at(1)));
        place.part(0).unwrap().position = 999;
        assert_eq!(place.take_reached(), Some(at(999)));
    }

    #[test]
    fn a_look_that_finds_nothing_new_says_so_and_is_reached() {
        let mut place = place([5, 7]);
        assert!(!place.note_look(at(1), vec![5, 8]));
        assert!(place.take_reached().is_none());
        place.part(1).unwrap().position = 8;
        assert!(place.note_look(at(2), vec![5, 8]));
        assert_eq!(place.take_reached(), Some(at(2)));
    }
}
