//! A lane's way to its world.

use std::cell::RefCell;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::rc::Rc;
use std::time::Duration;

use portcullis::domain::Timestamp;
use portcullis::pipeline::{
    Clock, Commit, Committed, Deferred, Destination, Fault as Outcome, Finished, Input, Message,
    Partition, Port, Record, Refused, Report, Ticket, header,
};

use super::broker::{Flying, NOW, Place, Told, World, partition};
use super::bugs::Bug;
use super::events::MESSAGE_MAX;
use super::plan::{Trigger, What};

/// A lane's seat in its world.
#[derive(Clone)]
pub(super) struct Seat {
    pub(super) world: Rc<RefCell<World>>,
    pub(super) lane: usize,
}

/// What the port gives next.
enum Turn {
    Idle,
    Assigned(Vec<(Partition, i64)>),
    Revoked(Vec<Partition>, bool),
    Gap(Partition, i64),
    Failed(Outcome),
    Record(usize, usize),
}

impl Clock for Seat {
    fn now(&self) -> Timestamp {
        self.world.borrow().now()
    }

    fn elapsed(&self) -> Duration {
        self.world.borrow().clock
    }
}

impl Port for Seat {
    type Clock = Self;

    fn clock(&self) -> Self {
        self.clone()
    }

    fn next<R>(&mut self, wait: Duration, read: impl FnOnce(&Record<'_>) -> R) -> Input<R> {
        let turn = self.world.borrow_mut().next(self.lane, wait);
        let (number, at) = match turn {
            Turn::Idle => return Input::Idle,
            Turn::Assigned(begun) => return Input::Assigned(begun),
            Turn::Revoked(partitions, lost) => return Input::Revoked { partitions, lost },
            Turn::Gap(partition, resumes_at) => return Input::Gap { partition, resumes_at },
            Turn::Failed(fault) => return Input::Failed(fault),
            Turn::Record(number, at) => (number, at),
        };
        let world = self.world.borrow();
        let record = &world.logs[number].records[at];
        Input::Record(read(&Record {
            partition: partition(number),
            topic: "border.crossings",
            offset: record.offset,
            appended_at: Timestamp::from_micros(NOW).unwrap(),
            key: None,
            value: Some(&record.value),
            content_type: (!record.kind.is_avro()).then_some(b"application/json"),
            schema_id: None,
        }))
    }

    fn produce(&mut self, message: Message, ticket: Ticket) -> Result<(), Refused> {
        self.world.borrow_mut().produce(self.lane, &message, ticket)
    }

    fn report(&mut self, wait: Duration) -> Option<Report> {
        self.world.borrow_mut().report(self.lane, wait)
    }

    fn defer(&mut self, event: Box<Deferred>) -> Result<(), Box<Deferred>> {
        self.world.borrow_mut().defer(self.lane, event)
    }

    fn finished(&mut self) -> Option<Finished> {
        self.world.borrow_mut().finished(self.lane)
    }

    fn commit(&mut self, offsets: &[(Partition, i64)], how: Commit) {
        self.world.borrow_mut().commit(self.lane, offsets, how);
    }

    fn committed(&mut self) -> Committed {
        let mut world = self.world.borrow_mut();
        std::mem::take(&mut world.clients[self.lane].answers)
    }

    fn flow(&mut self, partitions: &[Partition], on: bool) {
        let mut world = self.world.borrow_mut();
        let lane = self.lane;
        for partition in partitions {
            if let Some(place) = world.place(lane, *partition) {
                place.paused = !on;
            }
        }
        let numbers: Vec<i32> = partitions.iter().map(|partition| partition.number).collect();
        let word = if on { "lets flow" } else { "pauses" };
        world.note(|| format!("lane {lane} {word} partitions {numbers:?}"));
    }

    fn seek(&mut self, partition: Partition, offset: i64) -> Result<(), Outcome> {
        self.world.borrow_mut().seek(self.lane, partition, offset)
    }

    fn release(&mut self, partitions: &[Partition], lost: bool) {
        self.world.borrow_mut().release(self.lane, partitions, lost);
    }

    fn end(&self, partition: Partition) -> Option<i64> {
        Some(self.world.borrow().logs[partition.number as usize].end)
    }
}

impl World {
    fn place(&mut self, lane: usize, partition: Partition) -> Option<&mut Place> {
        let number = partition.number as usize;
        self.clients[lane].places.iter_mut().find(|place| place.partition == number)
    }

    fn next(&mut self, lane: usize, wait: Duration) -> Turn {
        let error = self.begin_step();
        self.clients[lane].handed = None;
        if let Some(fault) = error {
            return Turn::Failed(fault);
        }
        if let Some(told) = self.heard(lane) {
            return told;
        }
        if let Some(gap) = self.gap(lane) {
            return gap;
        }
        let slips = self.slips > 0 || self.noise_one_in(30);
        let ready = |world: &Self, place: &Place| {
            let records = &world.logs[place.partition].records;
            let at = records.iter().position(|record| record.offset >= place.next)?;
            (!place.paused || slips).then_some((place.partition, at, place.paused))
        };
        let places = self.clients[lane].places.iter();
        let ready: Vec<_> = places.filter_map(|place| ready(self, place)).collect();
        let chosen = self.noise(ready.len() as u64) as usize;
        let Some((number, at, paused)) = ready.get(chosen).copied() else {
            self.clock += wait;
            return Turn::Idle;
        };
        self.slips -= u32::from(paused && self.slips > 0);
        let takes = 100 + self.noise(800);
        self.clock += Duration::from_micros(takes);
        let record = &self.logs[number].records[at];
        let (offset, words) = (record.offset, record.kind.words());
        if let Some(place) = self.place(lane, partition(number)) {
            place.next = offset + 1;
        }
        self.clients[lane].handed = Some((number, at, self.clock));
        self.check_flow(lane, paused);
        let slipped = if paused { ", although paused" } else { "" };
        self.note(|| format!("lane {lane} is given event {number}/{offset} ({words}){slipped}"));
        Turn::Record(number, at)
    }

    /// What the lane is told of its partitions, where it is time.
    fn heard(&mut self, lane: usize) -> Option<Turn> {
        let client = &mut self.clients[lane];
        match client.inbox.front_mut()? {
            (steps, _) if *steps > 0 => {
                *steps -= 1;
                None
            }
            _ => match client.inbox.pop_front()?.1 {
                Told::Assigned(number) => Some(self.take_up(lane, number)),
                Told::Revoked(numbers, lost) => {
                    self.note(|| {
                        format!("lane {lane} hears: partitions {numbers:?} are another's")
                    });
                    self.clients[lane].revoked_at = self.clock;
                    self.clients[lane].bereft = lost;
                    let partitions: Vec<Partition> = numbers.into_iter().map(partition).collect();
                    if self.bug == Some(Bug::KeepsWhatIsRevoked) && !lost {
                        self.release(lane, &partitions, lost);
                        return None;
                    }
                    Some(Turn::Revoked(partitions, lost))
                }
            },
        }
    }

    fn take_up(&mut self, lane: usize, number: usize) -> Turn {
        let mut next = self.logs[number].committed;
        let client = &mut self.clients[lane];
        if self.bug == Some(Bug::SkipsOnRestart) {
            next = client.stood.get(&number).map_or(next, |stood| next.max(*stood));
        }
        client.places.retain(|place| place.partition != number);
        // Another client may remember that a partition was paused; the lane must not.
        let paused = self.noise_one_in(4);
        let place = Place { partition: number, next, paused, gap_told: false };
        self.clients[lane].places.push(place);
        self.note(|| format!("lane {lane} has partition {number} from offset {next}"));
        Turn::Assigned(vec![(partition(number), next)])
    }

    fn gap(&mut self, lane: usize) -> Option<Turn> {
        let logs = &self.logs;
        let mut places = self.clients[lane].places.iter_mut();
        let place = places.find(|at| at.next < logs[at.partition].low && !at.gap_told)?;
        place.gap_told = true;
        let (number, low) = (place.partition, logs[place.partition].low);
        self.note(|| format!("lane {lane} hears: partition {number} begins with {low} now"));
        Some(Turn::Gap(partition(number), low))
    }

    fn produce(&mut self, lane: usize, message: &Message, ticket: Ticket) -> Result<(), Refused> {
        let (number, offset) = (ticket.partition.number as usize, ticket.offset);
        let to = self.address(message);
        self.note(|| format!("lane {lane} sends a message about {number}/{offset} to {}", to.0));
        self.check_message(lane, number, offset, &to.0);
        let due = self.due(Trigger::Produce);
        let fault = due.first().copied();
        let flying = self.flying.iter().filter(|flying| flying.lane == lane).count();
        if flying >= self.plan.queue_max {
            self.note(|| format!("lane {lane}: the queue is full"));
            return Err(Refused::Full);
        }
        let too_large = size(message) > MESSAGE_MAX;
        let mut delay = Duration::from_micros(1_000 + self.noise(40_000));
        let mut outcome = Ok(());
        let mut delivered = true;
        if let Some(what) = fault {
            self.fire(what);
        }
        match fault {
            Some(What::Full) => return Err(Refused::Full),
            Some(What::NoFeed) => {
                return Err(Refused::Undeliverable(Outcome::Retry("unknown_topic")));
            }
            Some(What::TimedOut { delivered: all_the_same }) => {
                (outcome, delivered) = (Err(Outcome::Retry("timed_out")), all_the_same);
            }
            Some(What::Fenced) => (outcome, delivered) = (Err(Outcome::Halt("fenced")), false),
            Some(What::Late { millis }) => delay += Duration::from_millis(millis),
            _ => {}
        }
        if too_large {
            (outcome, delivered) = (Err(Outcome::TooLarge("message_too_large")), false);
            if self.noise_one_in(2) {
                return Err(Refused::Undeliverable(Outcome::TooLarge("message_too_large")));
            }
        }
        if self.bug == Some(Bug::ForgetsDeadLetters) && to.0 == "DeadLetter" {
            (outcome, delivered) = (Ok(()), false);
        }
        if delivered {
            self.deliver(number, offset, &to, message);
        }
        let due = self.clock + delay;
        let to = if delivered || outcome.is_err() { to } else { ("nowhere".to_owned(), to.1) };
        self.flying.push(Flying { lane, due, ticket, to, outcome });
        Ok(())
    }

    /// Where a message goes, and the alert it holds.
    fn address(&self, message: &Message) -> (String, Vec<u8>) {
        let alert = message.headers.iter().find(|(name, _)| *name == header::ALERT_ID);
        let to = match &message.destination {
            Destination::Command if self.bug == Some(Bug::TellsAnother) => "customs".to_owned(),
            Destination::Command => "Command".to_owned(),
            Destination::Agency(agency) => agency.as_str().to_owned(),
            Destination::DeadLetter => "DeadLetter".to_owned(),
        };
        (to, alert.map(|(_, id)| id.clone()).unwrap_or_default())
    }

    fn deliver(&mut self, number: usize, offset: i64, to: &(String, Vec<u8>), message: &Message) {
        let mut digest = DefaultHasher::new();
        (&message.key, &message.value).hash(&mut digest);
        for (name, value) in message.headers.iter().filter(|(name, _)| *name != header::TIMINGS) {
            (name, value).hash(&mut digest);
        }
        if self.bug == Some(Bug::ChangesRepeats) {
            self.clock.hash(&mut digest);
        }
        self.check_repeat(number, offset, to, digest.finish());
    }

    fn report(&mut self, lane: usize, wait: Duration) -> Option<Report> {
        let ours = (0..self.flying.len()).filter(|at| self.flying[*at].lane == lane);
        let first = ours.min_by_key(|at| self.flying[*at].due);
        let first = first.filter(|at| self.flying[*at].due <= self.clock + wait);
        // While it drains, and not when it looks in passing.
        let hasty = !wait.is_zero() && self.bug == Some(Bug::LeavesInHaste);
        if hasty {
            self.clock += self.plan.drain_deadline;
            return None;
        }
        if first.is_none() || self.bug == Some(Bug::HearsNothing) {
            self.clock += wait;
            return None;
        }
        let client = &mut self.clients[lane];
        client.invents = !client.invents && self.bug == Some(Bug::LosesCount);
        if client.invents {
            let ticket = Ticket { offset: -1, ..self.flying[first?].ticket.clone() };
            return Some(Report { ticket, at: self.now(), outcome: Ok(()) });
        }
        let twice = self.bug == Some(Bug::CountsReportsTwice);
        let again = first.filter(|_| twice).and_then(|at| self.flying[at].again());
        let Flying { due, mut ticket, to, mut outcome, .. } = self.flying.remove(first?);
        self.flying.extend(again);
        self.clock = self.clock.max(due);
        let (number, offset) = (ticket.partition.number as usize, ticket.offset);
        self.note(|| match outcome {
            Ok(()) => format!("lane {lane} hears: {number}/{offset} has arrived at {}", to.0),
            Err(fault) => format!("lane {lane} hears: {number}/{offset} to {}: {fault:?}", to.0),
        });
        if outcome.is_ok() && !to.1.ends_with(b" again") {
            let mut records = self.logs[number].records.iter_mut();
            if let Some(record) = records.find(|record| record.offset == offset) {
                record.acknowledged.insert(to);
            }
        }
        match self.bug {
            Some(Bug::IgnoresFailedReports) => outcome = Ok(()),
            Some(Bug::MixesAttempts) => {
                let ours = self.flying.iter().filter(|flying| flying.lane == lane);
                let same = ours.map(|flying| &flying.ticket);
                let same =
                    same.filter(|at| (at.partition, at.offset) == (ticket.partition, offset));
                ticket.epoch = same.map(|at| at.epoch).max().unwrap_or(0).max(ticket.epoch);
            }
            _ => {}
        }
        Some(Report { ticket, at: self.now(), outcome })
    }

    fn commit(&mut self, lane: usize, offsets: &[(Partition, i64)], how: Commit) {
        let mut offsets: Vec<(usize, i64)> = offsets
            .iter()
            .map(|(partition, offset)| (partition.number as usize, *offset))
            .collect();
        self.note_what_was_heard();
        self.note(|| format!("lane {lane} commits {offsets:?} {how:?}"));
        for (number, offset) in &mut offsets {
            let place = self.place(lane, partition(*number)).map(|place| place.next);
            match self.bug {
                Some(Bug::CommitsOneTooFar) if *offset < self.logs[*number].end => *offset += 1,
                Some(Bug::CommitsWhatWasRead) => *offset = place.unwrap_or(*offset),
                _ => {}
            }
        }
        let due = self.due(Trigger::Commit);
        let fault = due.first().copied();
        if how == Commit::Async && self.clock < self.clients[lane].busy_until {
            self.clients[lane].answers.not_all = true;
            return;
        }
        if self.clients[lane].bereft {
            self.violated(format!("lane {lane} commits what it has heard is another's"));
        }
        let fenced = self.clients[lane].fenced;
        let (made, answered) = match fault {
            Some(What::CommitFails) => (false, Some(false)),
            Some(What::CommitDisowned) => (true, Some(false)),
            Some(What::CommitUnanswered { made }) => (made, None),
            _ => (true, Some(true)),
        };
        if let Some(what) = fault {
            self.fire(what);
        }
        if made && !fenced {
            self.check_commit(lane, &offsets);
            for (number, offset) in &offsets {
                self.logs[*number].committed = *offset;
            }
        }
        let client = &mut self.clients[lane];
        match answered {
            Some(good) if good && !fenced => client.answers.some = true,
            Some(_) => client.answers.not_all = true,
            None if how == Commit::Sync => client.answers.not_all = true,
            None => {
                client.busy_until = self.clock + Duration::from_millis(300);
                // Nobody knows: the port takes what is not answered for failed, some time.
                client.answers.not_all = true;
            }
        }
        self.exact &= how == Commit::Async || (made && !fenced);
    }

    fn seek(&mut self, lane: usize, at: Partition, offset: i64) -> Result<(), Outcome> {
        self.note(|| format!("lane {lane} goes back to {}/{offset}", at.number));
        if let Some(what) = self.due(Trigger::Seek).first().copied() {
            self.fire(what);
            return Err(Outcome::Halt("seek_failed"));
        }
        let skip = i64::from(self.bug == Some(Bug::SkipsOnSeek));
        if let Some(place) = self.place(lane, at) {
            (place.next, place.gap_told) = (offset + skip, false);
        }
        Ok(())
    }

    fn release(&mut self, lane: usize, partitions: &[Partition], lost: bool) {
        let numbers: Vec<usize> =
            partitions.iter().map(|partition| partition.number as usize).collect();
        self.note(|| format!("lane {lane} lets partitions {numbers:?} go"));
        self.clients[lane].places.retain(|place| !numbers.contains(&place.partition));
        if lost {
            (self.clients[lane].fenced, self.clients[lane].bereft) = (false, false);
            return;
        }
        if self.bug == Some(Bug::LingersOnRevoke) {
            self.clock += Duration::from_secs(1);
        }
        self.check_release(lane);
        for number in numbers {
            let log = &mut self.logs[number];
            if log.owner == Some(lane) {
                log.owner = None;
            }
        }
    }
}

fn size(message: &Message) -> usize {
    let body = [&message.key, &message.value].into_iter().flatten().map(Vec::len);
    let headers = message.headers.iter().map(|(name, value)| name.len() + value.len());
    body.chain(headers).sum()
}
