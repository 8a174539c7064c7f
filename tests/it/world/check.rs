//! The promises, as the world checks them.

use std::time::Duration;

use portcullis::metrics::{Disposition, Metrics};

use super::broker::World;

/// What is known of the lists may be so old when a record is judged.
const KNOWN_FOR: Duration = Duration::from_millis(10);
/// So long a lane waits for a report before it looks at the clock.
const REPORT_WAIT: Duration = Duration::from_millis(10);
/// The messages of one event are handed over whole.
const MESSAGES_OF_ONE: usize = 4;

impl World {
    /// A message may be sent only about what the lane has, to who may know, within the bound.
    pub(super) fn check_message(&mut self, lane: usize, number: usize, offset: i64, to: &str) {
        let has = self.clients[lane].places.iter().any(|place| place.partition == number);
        if !has {
            self.violated(format!("lane {lane} tells of {number}/{offset}, which it has let go"));
        }
        let mut records = self.logs[number].records.iter();
        let record = records.find(|record| record.offset == offset);
        if record.is_none_or(|record| !record.kind.may_tell(to)) {
            self.violated(format!("event {number}/{offset} is told to {to}: that is invented"));
        }
        let flying = self.flying.iter().filter(|flying| flying.lane == lane).count();
        if flying > self.plan.in_flight_max + MESSAGES_OF_ONE {
            self.violated(format!("lane {lane} has more in flight than may be: {flying}"));
        }
    }

    /// A message sent again has the same bytes, unless it was cut; and none is where nothing goes
    /// wrong.
    pub(super) fn check_repeat(
        &mut self,
        number: usize,
        offset: i64,
        to: &(String, Vec<u8>),
        digest: u64,
    ) {
        let mut records = self.logs[number].records.iter();
        if records.any(|record| record.offset == offset && record.kind.is_cut()) {
            return;
        }
        let key = (number, offset, to.0.clone(), to.1.clone());
        if self.plan.is_peaceful() && self.first.contains_key(&key) {
            self.violated(format!(
                "{number}/{offset} is told to {} again, and nothing went wrong",
                to.0
            ));
        }
        if *self.first.entry(key).or_insert(digest) != digest {
            self.violated(format!("a repeat of what {number}/{offset} tells {} differs", to.0));
        }
    }

    /// A commit passes nothing that is not finished, and is of what the lane has.
    pub(super) fn check_commit(&mut self, lane: usize, offsets: &[(usize, i64)]) {
        for &(number, offset) in offsets {
            let log = &self.logs[number];
            let has = self.clients[lane].places.iter().any(|place| place.partition == number);
            if log.owner != Some(lane) || !has {
                self.violated(format!(
                    "lane {lane} commits partition {number}, which it has let go"
                ));
                continue;
            }
            let mut before = log.records.iter().filter(|record| record.offset < offset);
            if let Some(open) = before.find(|record| !record.finished()) {
                let (open, words) = (open.offset, open.kind.words());
                self.violated(format!(
                    "lane {lane} commits {number}/{offset} and passes {number}/{open}, which is not \
                     finished ({words})"
                ));
            }
            if offset < self.logs[number].committed {
                self.violated(format!("lane {lane} takes partition {number} back to {offset}"));
            }
        }
    }

    /// Records do not flow while the lists hold. One may: it is not judged, and then they pause.
    pub(super) fn check_flow(&mut self, lane: usize, paused: bool) {
        let long = self.holds.is_some_and(|(since, _)| since + KNOWN_FOR < self.clock);
        self.clients[lane].flowed += u32::from(long && !paused);
        if self.clients[lane].flowed > 1 {
            self.violated(format!("records flow to lane {lane} while the lists hold"));
        }
    }

    /// Partitions are let go within the drain deadline; a wait for a report may begin before it ends.
    pub(super) fn check_release(&mut self, lane: usize) {
        let took = self.clock - self.clients[lane].revoked_at;
        if took > self.plan.drain_deadline + REPORT_WAIT {
            self.violated(format!("lane {lane} takes {took:?} to let partitions go"));
        }
    }

    /// A record was judged in this step: it is noted, and the lists must not have held for long.
    pub(super) fn judged(&mut self, lane: usize) {
        let Some((number, at, when)) = self.clients[lane].handed else { return };
        let record = &mut self.logs[number].records[at];
        record.judged = true;
        let offset = record.offset;
        if self.holds.is_some_and(|(since, _)| since + KNOWN_FOR < when) {
            self.violated(format!("lane {lane} judges {number}/{offset} while the lists hold"));
        }
    }

    /// At the end everything is committed, and each event has exactly one disposition.
    pub(super) fn check_end(&mut self, metrics: &Metrics) {
        for number in
            (0..self.logs.len()).filter(|number| !self.stands(*number)).collect::<Vec<_>>()
        {
            let log = &self.logs[number];
            let (committed, end) = (log.committed, log.end);
            if committed != end {
                self.violated(format!("partition {number} ends at {committed} of {end}"));
            }
        }
        if !self.exact || self.violation.is_some() {
            return;
        }
        let text = metrics.encode().unwrap();
        for disposition in Disposition::ALL {
            let records = self.logs.iter().flat_map(|log| &log.records);
            let due = records.filter(|record| record.kind.disposition() == disposition).count();
            let labels = format!("disposition=\"{}\",topic=\"crossings\"}} ", disposition.name());
            let counted = text.lines().find_map(|line| line.split_once(&labels));
            let counted = counted.map_or("0", |(_, count)| count).to_owned();
            if counted != due.to_string() {
                let name = disposition.name();
                self.violated(format!("{counted} events count as {name}, and {due} are"));
            }
        }
    }
}
