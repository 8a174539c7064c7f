//! Which events a phase sends, which of them must be alerted, and whether each was.

use serde_json::Value;

use crate::codec::{self, Contract, Headers};

use super::load::{Hit, Load, number_in_alert};

/// Events with numbers that follow each other, spread evenly over the partitions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch {
    pub(super) load: Load,
    /// The number of the first event.
    pub(super) first: u64,
    pub(super) count: u64,
    /// One event in so many of a partition touches a list.
    pub(super) every: u64,
    pub(super) partitions: u64,
    /// Whether the first and the last event of each partition touch a list as well: their alerts
    /// then mark when the work began and when it was done.
    pub(super) marked: bool,
}

impl Batch {
    /// The partition of an event, counted from the batch's first.
    pub(super) fn partition(&self, at: u64) -> i32 {
        i32::try_from(at % self.partitions).unwrap_or(0)
    }

    /// What an event touches, counted from the batch's first.
    pub(super) fn hit(&self, at: u64) -> Option<Hit> {
        let (within, partition) = (at / self.partitions, at % self.partitions);
        let last = self.count.saturating_sub(self.partitions);
        if self.marked && (within == 0 || at >= last) {
            return Some(self.load.hit(self.first + at, true));
        }
        // Each partition has its turn at another time.
        let turn = within + partition * self.every / self.partitions;
        let planted = turn.is_multiple_of(self.every);
        let document = (turn / self.every).is_multiple_of(2);
        planted.then(|| self.load.hit(self.first + at, document))
    }
}

/// How a subject answers an event that it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// Every event is sent on.
    Everything,
    /// Those whose document is listed are.
    Documents,
    /// An alert for each event that touches a list.
    Hits,
}

impl Duty {
    /// Whether an event that touches this, or nothing, must be answered.
    pub(super) fn owes(self, hit: Option<Hit>) -> bool {
        match self {
            Self::Everything => true,
            Self::Documents => matches!(hit, Some(Hit::Document(_))),
            Self::Hits => hit.is_some(),
        }
    }
}

/// How many answers were owed, came, came again, and came without being owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exactness {
    /// Answers owed.
    pub owed: u64,
    /// Owed and never seen.
    pub missing: u64,
    /// Seen more than once.
    pub repeated: u64,
    /// Seen and not owed, or about another entry.
    pub wrong: u64,
}

impl Exactness {
    /// Whether everything owed came and nothing else; repeats are allowed, as they have one id.
    pub const fn holds(&self) -> bool {
        self.missing == 0 && self.wrong == 0
    }
}

/// Ticks off what is owed for a batch.
pub(super) struct Tally {
    batch: Batch,
    duty: Duty,
    seen: Vec<bool>,
    exactness: Exactness,
}

impl Tally {
    /// A tally for the first `count` events of a batch; it grows by [`Self::expect_to`].
    pub(super) fn new(batch: Batch, duty: Duty, count: u64) -> Self {
        let mut tally = Self { batch, duty, seen: Vec::new(), exactness: Exactness::default() };
        tally.expect_to(count);
        tally
    }

    /// Notes that the first `count` events of the batch are sent.
    pub(super) fn expect_to(&mut self, count: u64) {
        for at in self.seen.len() as u64..count {
            self.seen.push(false);
            if self.duty.owes(self.batch.hit(at)) {
                self.exactness.owed += 1;
                self.exactness.missing += 1;
            }
        }
    }

    /// Ticks off an answer to the event of this number; gives the event, counted from the batch's
    /// first, when it is owed and came for the first time. Answers to events of earlier batches do
    /// not count.
    pub(super) fn take(&mut self, event: Option<u64>) -> Option<u64> {
        let Some(number) = event else {
            self.exactness.wrong += 1;
            return None;
        };
        let at = number.checked_sub(self.batch.first)?;
        let owed = self.duty.owes(self.batch.hit(at));
        match usize::try_from(at).ok().and_then(|at| self.seen.get_mut(at)) {
            Some(seen) if owed && !*seen => {
                *seen = true;
                self.exactness.missing -= 1;
                Some(at)
            }
            Some(_) if owed => {
                self.exactness.repeated += 1;
                None
            }
            Some(_) | None => {
                self.exactness.wrong += 1;
                None
            }
        }
    }

    /// Looks into alerts: each must name the entry that its event touches, and no other.
    pub(super) fn read(&mut self, alerts: &[Vec<u8>]) {
        let wrong = alerts.iter().filter(|alert| !names_its_entry(&self.batch, alert)).count();
        self.exactness.wrong += wrong as u64;
    }

    pub(super) const fn exactness(&self) -> Exactness {
        self.exactness
    }

    /// Whether everything owed so far has come.
    pub(super) const fn complete(&self) -> bool {
        self.exactness.missing == 0
    }
}

fn names_its_entry(batch: &Batch, alert: &[u8]) -> bool {
    let Some((event, entry)) = named_by(alert) else { return false };
    // Answers to events of earlier batches were judged with these.
    let Some(at) = event.checked_sub(batch.first) else { return true };
    batch.hit(at).map(Load::entry_of) == Some(entry)
}

/// The event that an alert is about and the one entry that it names; `None` when it is no alert, or
/// names none or several.
pub(super) fn named_by(alert: &[u8]) -> Option<(u64, String)> {
    let headers = Headers { content_type: None, schema_id: None };
    let alert = codec::to_json(Contract::Alerts, alert, headers).ok()?;
    let event = alert.pointer("/event/event_id").and_then(Value::as_str)?;
    let [reason] = alert.pointer("/reasons").and_then(Value::as_array)?.as_slice() else {
        return None;
    };
    let text = |key| reason.get(key).and_then(Value::as_str);
    let entry = format!("{}/{}", text("list")?, text("entry")?);
    Some((number_in_alert(event.as_bytes())?, entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(count: u64) -> Batch {
        let load = Load { seed: 1, documents: 100, persons: 100 };
        Batch { load, first: 1_000, count, every: 50, partitions: 4, marked: true }
    }

    #[test]
    fn one_event_in_so_many_touches_a_list_and_the_ends_do() {
        let batch = batch(40_000);
        let hits: Vec<u64> = (0..batch.count).filter(|at| batch.hit(*at).is_some()).collect();
        assert!((800..=808).contains(&hits.len()), "{}", hits.len());
        assert_eq!(
            (&hits[..4], &hits[hits.len() - 4..]),
            (&[0, 1, 2, 3][..], &[39_996, 39_997, 39_998, 39_999][..])
        );
        let documents = hits.iter().filter(|at| matches!(batch.hit(**at), Some(Hit::Document(_))));
        assert!((400..=408).contains(&documents.count()));
    }

    #[test]
    fn a_tally_knows_what_is_missing_repeated_and_wrong() {
        let batch = batch(4_000);
        let mut tally = Tally::new(batch, Duty::Hits, batch.count);
        let hits: Vec<u64> = (0..batch.count).filter(|at| batch.hit(*at).is_some()).collect();
        let number = |at: u64| Some(batch.first + at);
        for at in &hits[1..] {
            assert_eq!(tally.take(number(*at)), Some(*at));
        }
        assert_eq!(tally.take(number(hits[1])), None);
        assert!(!tally.complete());
        let clear = (0..batch.count).find(|at| batch.hit(*at).is_none()).unwrap();
        tally.take(number(clear));
        tally.take(None);
        tally.take(Some(1));
        tally.read(&[b"no alert".to_vec()]);
        let owed = hits.len() as u64;
        assert_eq!(tally.exactness(), Exactness { owed, missing: 1, repeated: 1, wrong: 3 });
        assert!(!tally.exactness().holds());
    }

    #[test]
    fn the_controls_owe_what_they_can_see() {
        let batch = batch(4_000);
        let owed = |duty| Tally::new(batch, duty, batch.count).exactness().owed;
        assert_eq!(owed(Duty::Everything), 4_000);
        assert!(owed(Duty::Documents) < owed(Duty::Hits));
    }
}
