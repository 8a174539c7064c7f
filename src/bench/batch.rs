//! Which events a phase sends, which of them must be alerted, and whether each was.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::codec::{self, Contract, Headers};

use super::crossing::number_in_alert;
use super::load::{Hit, Load, Touch};

/// Events with numbers that follow each other, spread evenly over the partitions.
#[derive(Clone, Copy)]
pub(super) struct Batch<'a> {
    pub(super) load: &'a Load,
    /// The number of the first event.
    pub(super) first: u64,
    pub(super) count: u64,
    /// One event in so many of a partition touches a list, and midway between two of them one states
    /// somebody listed with a slip.
    pub(super) every: u64,
    pub(super) partitions: u64,
    /// Whether the first and the last event of each partition touch a list as well: their alerts
    /// then mark when the work began and when it was done.
    pub(super) marked: bool,
}

impl Batch<'_> {
    /// The partition of an event, counted from the batch's first.
    pub(super) fn partition(&self, at: u64) -> i32 {
        i32::try_from(at % self.partitions).unwrap_or(0)
    }

    /// What an event touches, counted from the batch's first.
    pub(super) fn hit(&self, at: u64) -> Option<Hit> {
        let (within, partition) = (at / self.partitions, at % self.partitions);
        let last = self.count.saturating_sub(self.partitions);
        let number = self.first + at;
        if self.marked && (within == 0 || at >= last) {
            return self.load.hit(number, Touch::Document);
        }
        // Each partition has its turn at another time.
        let turn = within + partition * self.every / self.partitions;
        let touch = match turn % self.every {
            0 if (turn / self.every).is_multiple_of(2) => Touch::Document,
            0 => Touch::Person,
            turn if turn == self.every / 2 => Touch::Slip,
            _ => return None,
        };
        self.load.hit(number, touch)
    }
}

/// How a subject answers an event that it should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// Every event is sent on.
    Everything,
    /// Those whose document is listed are.
    Documents,
    /// An alert for each event that touches a list, and for no other.
    Hits,
    /// The same, and as many alerts more as names are alike.
    Alike,
}

impl Duty {
    /// Whether an event that touches this, or nothing, must be answered.
    pub(super) const fn owes(self, hit: Option<Hit>) -> bool {
        match self {
            Self::Everything => true,
            Self::Documents => matches!(hit, Some(Hit::Document(_))),
            Self::Hits | Self::Alike => is_timed(hit),
        }
    }

    /// Whether answers are alerts, to be looked into.
    pub(super) const fn is_alerts(self) -> bool {
        matches!(self, Self::Hits | Self::Alike)
    }
}

/// Whether the event touches a list, whoever screens it: answers to such are timed.
pub(super) const fn is_timed(hit: Option<Hit>) -> bool {
    matches!(hit, Some(Hit::Document(_) | Hit::Person(_)))
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

/// What comparing names by likeness came to, beside what is owed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Alike {
    /// Events that state somebody listed with a slip.
    pub slips: u64,
    /// Those that were alerted, with the right entry.
    pub met: u64,
    /// Events that state nobody listed.
    pub others: u64,
    /// Those that were alerted all the same.
    pub false_alarms: u64,
}

impl Alike {
    /// The share of slips that was met; `None` where there was none.
    pub fn recall(&self) -> Option<f64> {
        (self.slips > 0).then(|| self.met as f64 / self.slips as f64)
    }

    /// False alarms for each thousand events of people who are not listed; `None` where there was
    /// none.
    pub fn false_per_thousand(&self) -> Option<f64> {
        (self.others > 0).then(|| self.false_alarms as f64 * 1e3 / self.others as f64)
    }
}

/// Ticks off what is owed for a batch.
pub(super) struct Tally<'a> {
    batch: Batch<'a>,
    duty: Duty,
    seen: Vec<bool>,
    exactness: Exactness,
    alike: Alike,
}

impl<'a> Tally<'a> {
    /// A tally for the first `count` events of a batch; it grows by [`Self::expect_to`].
    pub(super) fn new(batch: Batch<'a>, duty: Duty, count: u64) -> Self {
        let (seen, exactness, alike) = Default::default();
        let mut tally = Self { batch, duty, seen, exactness, alike };
        tally.expect_to(count);
        tally
    }

    /// Notes that the first `count` events of the batch are sent.
    pub(super) fn expect_to(&mut self, count: u64) {
        for at in self.seen.len() as u64..count {
            self.seen.push(false);
            let hit = self.batch.hit(at);
            if self.duty.owes(hit) {
                self.exactness.owed += 1;
                self.exactness.missing += 1;
            }
            self.alike.slips += u64::from(matches!(hit, Some(Hit::Slip(_))));
            self.alike.others += u64::from(hit.is_none());
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
        let hit = self.batch.hit(at);
        let (owed, may_be) = (self.duty.owes(hit), self.duty == Duty::Alike);
        match usize::try_from(at).ok().and_then(|at| self.seen.get_mut(at)) {
            Some(seen) if *seen => self.exactness.repeated += 1,
            Some(seen) if owed => {
                *seen = true;
                self.exactness.missing -= 1;
                return Some(at);
            }
            Some(seen) if may_be => {
                *seen = true;
                self.alike.false_alarms += u64::from(hit.is_none());
            }
            Some(_) | None => self.exactness.wrong += 1,
        }
        None
    }

    /// Looks into alerts: each must name the entry that its event touches, and no other unless names
    /// may be alike.
    pub(super) fn read(&mut self, alerts: &[Vec<u8>]) {
        let mut met = BTreeSet::new();
        for alert in alerts {
            let Some((event, named)) = named_by(alert) else {
                self.exactness.wrong += 1;
                continue;
            };
            // Answers to events of earlier batches were judged with these.
            let Some(at) = event.checked_sub(self.batch.first) else { continue };
            let hit = self.batch.hit(at);
            let is_named = hit.map(Load::entry_of).is_some_and(|entry| named.contains(&entry));
            if self.duty.owes(hit) || self.duty != Duty::Alike {
                let alone = named.len() == 1 || self.duty == Duty::Alike;
                self.exactness.wrong += u64::from(!(is_named && alone));
            } else if is_named {
                met.insert(event);
            }
        }
        self.alike.met += met.len() as u64;
    }

    pub(super) const fn exactness(&self) -> Exactness {
        self.exactness
    }

    /// What came beside what is owed, where anything may.
    pub(super) fn alike(&self) -> Option<Alike> {
        (self.duty == Duty::Alike).then_some(self.alike)
    }

    /// Whether everything owed so far has come.
    pub(super) const fn complete(&self) -> bool {
        self.exactness.missing == 0
    }
}

/// The event that an alert is about and the entries that it names; `None` when it is no alert.
pub(super) fn named_by(alert: &[u8]) -> Option<(u64, Vec<String>)> {
    let headers = Headers { content_type: None, schema_id: None };
    let alert = codec::to_json(Contract::Alerts, alert, headers).ok()?;
    let event = alert.pointer("/event/event_id").and_then(Value::as_str)?;
    let named = |reason: &Value| {
        let text = |key| reason.get(key).and_then(Value::as_str);
        Some(format!("{}/{}", text("list")?, text("entry")?))
    };
    let reasons = alert.pointer("/reasons").and_then(Value::as_array)?;
    let entries: Option<Vec<String>> = reasons.iter().map(named).collect();
    Some((number_in_alert(event.as_bytes())?, entries?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::load::tests::load;

    fn batch(load: &Load, count: u64) -> Batch<'_> {
        Batch { load, first: 1_000, count, every: 50, partitions: 4, marked: true }
    }

    #[test]
    fn one_event_in_so_many_touches_a_list_and_the_ends_do() {
        let load = load();
        let batch = batch(&load, 40_000);
        let listed: Vec<u64> = (0..batch.count).filter(|at| is_timed(batch.hit(*at))).collect();
        assert!((800..=808).contains(&listed.len()), "{}", listed.len());
        assert_eq!(
            (&listed[..4], &listed[listed.len() - 4..]),
            (&[0, 1, 2, 3][..], &[39_996, 39_997, 39_998, 39_999][..])
        );
        let count = |wanted: fn(Hit) -> bool| {
            (0..batch.count).filter_map(|at| batch.hit(at)).filter(|hit| wanted(*hit)).count()
        };
        assert!((400..=408).contains(&count(|hit| matches!(hit, Hit::Document(_)))));
        assert!((790..=800).contains(&count(|hit| matches!(hit, Hit::Slip(_)))));
    }

    #[test]
    fn a_tally_knows_what_is_missing_repeated_and_wrong() {
        let load = load();
        let batch = batch(&load, 4_000);
        let mut tally = Tally::new(batch, Duty::Hits, batch.count);
        let hits: Vec<u64> = (0..batch.count).filter(|at| is_timed(batch.hit(*at))).collect();
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
        assert_eq!(tally.alike(), None);
    }

    #[test]
    fn where_names_may_be_alike_more_alerts_are_counted_and_not_wrong() {
        let load = load();
        let batch = batch(&load, 4_000);
        let mut tally = Tally::new(batch, Duty::Alike, batch.count);
        let of = |wanted: fn(Option<Hit>) -> bool| {
            (0..batch.count).filter(move |at| wanted(batch.hit(*at)))
        };
        let (slips, others) =
            (of(|hit| matches!(hit, Some(Hit::Slip(_)))).count(), of(|hit| hit.is_none()).count());
        for at in of(|hit| hit.is_none()).take(3) {
            assert_eq!(tally.take(Some(batch.first + at)), None);
        }
        let (slips, others) = (slips as u64, others as u64);
        let expected = Alike { slips, met: 0, others, false_alarms: 3 };
        assert_eq!(tally.alike(), Some(expected));
        let Exactness { owed, missing, repeated, wrong } = tally.exactness();
        assert_eq!((missing, repeated, wrong), (owed, 0, 0));
        let again = of(|hit| hit.is_none()).next().unwrap();
        tally.take(Some(batch.first + again));
        tally.take(Some(batch.first + batch.count));
        let Exactness { repeated, wrong, .. } = tally.exactness();
        assert_eq!((repeated, wrong), (1, 1));
        assert_eq!(expected.recall(), Some(0.0));
        assert_eq!(Alike::default().recall(), None);
        let many = Alike { others: 2_000, false_alarms: 3, ..Alike::default() };
        assert_eq!(many.false_per_thousand(), Some(1.5));
    }

    #[test]
    fn the_controls_owe_what_they_can_see() {
        let load = load();
        let batch = batch(&load, 4_000);
        let owed = |duty| Tally::new(batch, duty, batch.count).exactness().owed;
        assert_eq!(owed(Duty::Everything), 4_000);
        assert!(owed(Duty::Documents) < owed(Duty::Hits));
    }
}
