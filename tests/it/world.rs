//! A lane in a world of its own: records, brokers and lists in memory, a clock that moves when
//! nothing else does, and whatever goes wrong drawn from a seed. A failure tells seed and story.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use portcullis::codec::{Contract, Decoder, Format, Headers, Limits, SchemaRef, encode_event};
use portcullis::domain::{
    Action, AgencyId, Country, Crossing, Direction, Entry, EntryKey, Event, EventId, Facts,
    Handling, Identifier, Journey, Mode, Place, Priority, Revision, Role, Share, Stated, Subject,
    Timestamp, Topic, View,
};
use portcullis::metrics::{Disposition, Metrics};
use portcullis::pipeline::{
    Clock, Commit, Config, Destination, Fault, Halted, Input, Judge, Lane, Lookup, Message, OnGap,
    Partition, Port, Record, Refused, Report, Schemas, Ticket, header,
};
use portcullis::watchlist::{Change, Lists, Progress, Writer};

/// What the world's brokers take in one message, bytes.
const MESSAGE_MAX: usize = 4_000;
/// Schemas that the world's registry knows once it answers, and never knows.
const LATE: u32 = 7_777;
const NEVER: u32 = 8_888;
/// More steps than any seed needs: a lane that takes them does not get on.
const STEPS_MAX: u32 = 100_000;

/// What a record is, and so what it must come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Clear,
    /// Three notices: owner, Command, one agency.
    Met,
    /// Four notices in two alerts, one of them covert.
    MetTwice,
    /// Two notices, too large unless shrunk.
    Big,
    /// Met, and too large in any size.
    Huge,
    /// A dead letter.
    Garbage,
    /// A dead letter, too large unless shrunk.
    BigGarbage,
    /// Met, in a schema that the registry knows late.
    Late,
    /// A dead letter, in a schema that the registry never knows.
    Never,
}

impl Kind {
    const ALL: [Self; 9] = [
        Self::Clear,
        Self::Met,
        Self::MetTwice,
        Self::Big,
        Self::Huge,
        Self::Garbage,
        Self::BigGarbage,
        Self::Late,
        Self::Never,
    ];

    fn notices(self) -> usize {
        match self {
            Self::Met | Self::Late => 3,
            Self::MetTwice => 4,
            Self::Big => 2,
            Self::Clear | Self::Huge | Self::Garbage | Self::BigGarbage | Self::Never => 0,
        }
    }

    fn disposition(self) -> Disposition {
        match self {
            Self::Clear => Disposition::Clear,
            Self::Met | Self::MetTwice | Self::Big | Self::Late => Disposition::Alerted,
            Self::Huge | Self::Garbage | Self::BigGarbage | Self::Never => Disposition::DeadLetter,
        }
    }

    fn value(self, id: &str) -> Vec<u8> {
        let json = |numbers: &[&str]| event(id, numbers, Format::Json);
        match self {
            Self::Clear => json(&["CLEAR1"]),
            Self::Met => json(&["PLAIN1"]),
            Self::MetTwice => json(&["PLAIN1", "COVERT1"]),
            Self::Big => json(&["BIG1"]),
            Self::Huge => json(&["HUGE1"]),
            Self::Garbage => b"no event".to_vec(),
            Self::BigGarbage => vec![b'x'; MESSAGE_MAX + 1],
            Self::Late => event(id, &["PLAIN1"], Format::Avro { schema_id: LATE }),
            Self::Never => event(id, &["PLAIN1"], Format::Avro { schema_id: NEVER }),
        }
    }
}

fn document(number: &str) -> Identifier {
    Identifier::document(number, Country::parse("GBR").unwrap()).unwrap()
}

pub(crate) fn event(id: &str, numbers: &[&str], format: Format) -> Vec<u8> {
    let stated = |number: &&str| Stated {
        role: Role::Traveller,
        identifier: document(number),
        expires: None,
    };
    let event = Event {
        id: EventId::parse(id).unwrap(),
        agency: AgencyId::parse("border-force").unwrap(),
        system: None,
        revision: Revision::New,
        occurred_at: Timestamp::from_millis(1_795_000_000_000).unwrap(),
        place: Place::default(),
        direction: Direction::Inbound,
        mode: Mode::Sea,
        journey: Journey::default(),
        parties: Default::default(),
        identifiers: numbers.iter().map(stated).collect(),
        facts: Facts::Crossing(Crossing::default()),
        defects: Default::default(),
    };
    encode_event(&event, format).unwrap()
}

/// The entries that the records meet.
pub(crate) fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let share = Share { agency: AgencyId::parse("border-force").unwrap(), view: View::Summary };
        let plain = entry("wanted/plain", "PLAIN1", |entry, _| entry.audience = [share].into());
        let covert = entry("wanted/covert", "COVERT1", |entry, _| entry.covert = true);
        let big = entry("wanted/big", "BIG1", |_, narrative| *narrative = Some(long()));
        let huge = entry("wanted/huge", "HUGE1", |entry, _| entry.contact = Some(long()));
        vec![plain, covert, big, huge]
    })
}

fn long() -> Box<str> {
    "x".repeat(MESSAGE_MAX).into()
}

fn entry(
    key: &str,
    number: &str,
    change: impl FnOnce(&mut Handling, &mut Option<Box<str>>),
) -> Entry {
    let mut handling = Handling {
        owner: AgencyId::parse("police").unwrap(),
        unit: None,
        contact: None,
        priority: Priority::High,
        action: Action::StopAndRefer,
        fallback: Action::NotifyOwnerOnly,
        covert: false,
        audience: [].into(),
        warnings: [].into(),
        reason_code: None,
    };
    let mut narrative = None;
    change(&mut handling, &mut narrative);
    Entry {
        key: EntryKey::parse(key).unwrap(),
        subject: Subject::Document,
        names: [].into(),
        birth_dates: [].into(),
        nationalities: [].into(),
        identifiers: [document(number)].into(),
        valid_from: None,
        valid_to: None,
        narrative,
        handling: Arc::new(handling),
    }
}

/// splitmix64: small, and the same on every machine.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}

/// A record in its partition's log, and what has become of it.
struct Logged {
    offset: i64,
    kind: Kind,
    value: Vec<u8>,
    handed: bool,
    /// Fell out of retention before it was finished: nothing is owed for it.
    excused: bool,
    /// Acknowledged messages: where to, and which alert.
    acknowledged: BTreeSet<(String, Vec<u8>)>,
}

impl Logged {
    fn finished(&self) -> bool {
        self.excused
            || match self.kind.disposition() {
                Disposition::Clear | Disposition::Partial => self.handed,
                Disposition::Alerted => self.acknowledged.len() == self.kind.notices(),
                Disposition::DeadLetter => {
                    self.acknowledged.iter().any(|(to, _)| to == "DeadLetter")
                }
            }
    }
}

#[derive(Default)]
struct Log {
    records: Vec<Logged>,
    /// The first offset that is still there, and the one after the last.
    low: i64,
    end: i64,
    position: i64,
    committed: i64,
    owned: bool,
    lost: bool,
    paused: bool,
    gap_told: bool,
}

impl Log {
    fn next(&self) -> Option<usize> {
        self.records.iter().position(|record| record.offset >= self.position)
    }
}

struct Flying {
    due: Duration,
    ticket: Ticket,
    to: (String, Vec<u8>),
    outcome: Result<(), Fault>,
}

/// What the port gives next.
enum Turn {
    Idle,
    Assigned(Vec<(Partition, i64)>),
    Revoked(Vec<Partition>, bool),
    Gap(Partition, i64),
    Failed(Fault),
    Record(Partition, usize),
}

struct World {
    seed: u64,
    dice: Dice,
    story: VecDeque<String>,
    elapsed: Duration,
    steps: u32,
    /// Until then things go wrong.
    storm_until: u32,
    logs: Vec<Log>,
    flying: Vec<Flying>,
    in_flight_max: usize,
    queue_max: usize,
    on_gap: OnGap,
    commit_failed: bool,
    /// The first bytes delivered for each alert and audience of a record.
    told: BTreeMap<(usize, i64, String, Vec<u8>), Vec<u8>>,
    writer: Writer,
    loaded: bool,
    steps_held: u32,
    registry: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    /// Whether each event was finished by one owner, so that the counts must be exact.
    exact: bool,
}

const NOW: i64 = 1_795_000_000_000_000;

impl World {
    fn new(seed: u64, writer: Writer) -> Self {
        let mut dice = Dice(seed);
        let logs = (0..=dice.below(3)).map(|number| log(&mut dice, number)).collect();
        Self {
            seed,
            story: VecDeque::new(),
            elapsed: Duration::ZERO,
            steps: 0,
            storm_until: if dice.one_in(4) { 0 } else { 200 + dice.below(1_500) as u32 },
            logs,
            flying: Vec::new(),
            in_flight_max: 1 + dice.below(40) as usize,
            queue_max: 8 + dice.below(60) as usize,
            on_gap: if dice.one_in(4) { OnGap::Stop } else { OnGap::Resume },
            commit_failed: false,
            told: BTreeMap::new(),
            writer,
            loaded: false,
            steps_held: 0,
            registry: Arc::default(),
            stop: Arc::default(),
            exact: true,
            dice,
        }
    }

    fn note(&mut self, what: String) {
        if self.story.len() >= 120 {
            self.story.pop_front();
        }
        self.story.push_back(format!("{:>9?} {what}", self.elapsed));
    }

    fn fail(&self, what: &str) -> ! {
        let story: Vec<&str> = self.story.iter().map(String::as_str).collect();
        panic!("seed {}: {what}\n{}", self.seed, story.join("\n"));
    }

    fn storm(&self) -> bool {
        self.steps < self.storm_until
    }

    /// Draws whether something goes wrong now; after the storm nothing does.
    fn mishap(&mut self, one_in: u64) -> bool {
        self.storm() && self.dice.one_in(one_in)
    }

    fn load(&mut self, loaded: bool) {
        for (offset, entry) in (0..).zip(entries()) {
            self.writer.apply(Change {
                key: entry.key.clone(),
                entry: Some(entry.clone()),
                offset,
                position: 4,
                digest: offset as u64 + 1,
                written_at: None,
            });
        }
        let now = self.now();
        let progress = Progress { loaded, current_at: Some(now), ..Progress::default() };
        self.writer.publish(progress, now);
        (self.loaded, self.steps_held) = (loaded, 0);
        self.note(format!("lists loaded: {loaded}"));
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_micros(NOW + self.elapsed.as_micros() as i64).unwrap()
    }

    fn log(&mut self, partition: Partition) -> &mut Log {
        &mut self.logs[partition.number as usize]
    }

    fn partitions(&self, which: impl Fn(&Log) -> bool) -> Vec<Partition> {
        let numbers = (0..).zip(&self.logs).filter(|(_, log)| which(log));
        numbers.map(|(number, _)| Partition { input: 0, number }).collect()
    }

    fn advance(&mut self, wait: Duration) -> Turn {
        self.steps += 1;
        if self.steps > STEPS_MAX {
            self.fail("the lane does not get on");
        }
        if !self.loaded {
            self.steps_held += 1;
            // A lane looks at the lists each 64 records.
            if self.steps_held > 70 && self.logs.iter().any(|log| log.owned && !log.paused) {
                self.fail("records flow while the lists hold");
            }
        }
        if let Some(change) = self.change() {
            return change;
        }
        if let Some(gap) = self.gap() {
            return gap;
        }
        let slips = self.mishap(30);
        let ready =
            self.partitions(|log| log.owned && (slips || !log.paused) && log.next().is_some());
        let chosen = self.dice.below(ready.len() as u64) as usize;
        let Some(partition) = ready.get(chosen).copied() else {
            self.elapsed += wait;
            return Turn::Idle;
        };
        self.elapsed += Duration::from_micros(self.dice.below(900));
        let log = self.log(partition);
        let at = log.next().unwrap();
        if log.position < log.low {
            return Turn::Idle;
        }
        log.records[at].handed |= !log.paused;
        log.position = log.records[at].offset + 1;
        let (offset, kind) = (log.records[at].offset, log.records[at].kind);
        self.note(format!("record {}/{offset} {kind:?}", partition.number));
        Turn::Record(partition, at)
    }

    /// What changes around the lane: lists, assignments, clients, and in the end the wish to stop.
    fn change(&mut self) -> Option<Turn> {
        if !self.loaded && (!self.storm() || self.dice.one_in(60)) {
            self.load(true);
        } else if self.loaded && self.mishap(120) {
            self.load(false);
        } else if self.loaded && self.mishap(120) {
            self.note("lists cleared".to_owned());
            self.writer.clear();
            (self.loaded, self.steps_held) = (false, 0);
        }
        if !self.storm() || self.dice.one_in(100) {
            self.registry.store(true, Ordering::Relaxed);
        }
        if self.mishap(400) {
            return Some(Turn::Failed(Fault::Retry("broker_unreachable")));
        }
        if self.mishap(900) {
            return Some(Turn::Failed(Fault::Halt("fatal")));
        }
        let away = self.partitions(|log| !log.owned);
        if !away.is_empty() && (!self.storm() || self.dice.one_in(20)) {
            return Some(self.assign(&away));
        }
        let ours = self.partitions(|log| log.owned);
        if !ours.is_empty() && self.mishap(150) {
            let count = 1 + self.dice.below(ours.len() as u64) as usize;
            let lost = self.dice.one_in(3);
            let revoked = ours[..count].to_vec();
            self.note(format!("revoked {count}, lost: {lost}"));
            self.exact &= !lost;
            revoked.iter().for_each(|partition| self.log(*partition).lost = lost);
            return Some(Turn::Revoked(revoked, lost));
        }
        if self.mishap(250) {
            self.trim();
        }
        let done = |log: &Log| log.owned && (log.committed == log.end || log.gap_told);
        if !self.storm() && self.logs.iter().all(done) {
            self.stop.store(true, Ordering::Relaxed);
        }
        None
    }

    fn assign(&mut self, partitions: &[Partition]) -> Turn {
        let mut begun = Vec::new();
        for partition in partitions {
            let log = self.log(*partition);
            // The client remembers that a partition was paused.
            (log.owned, log.lost, log.gap_told) = (true, false, false);
            log.position = log.committed;
            begun.push((*partition, log.committed));
        }
        self.note(format!("assigned {:?}", begun.iter().map(|at| at.1).collect::<Vec<_>>()));
        Turn::Assigned(begun)
    }

    /// Retention takes records away that were not read yet.
    fn trim(&mut self) {
        let ours = self.partitions(|log| log.owned && log.position < log.end);
        let Some(partition) = ours.first().copied() else { return };
        let reach = 1 + self.dice.below(5) as i64;
        let log = self.log(partition);
        log.low = (log.position + reach).min(log.end);
        let low = log.low;
        for record in log.records.iter_mut().filter(|record| record.offset < low) {
            record.excused |= !record.finished();
        }
        self.exact = false;
        self.note(format!("trimmed {} to {low}", partition.number));
    }

    fn gap(&mut self) -> Option<Turn> {
        let gaps = self.partitions(|log| log.owned && log.position < log.low && !log.gap_told);
        let partition = gaps.first().copied()?;
        let log = self.log(partition);
        log.gap_told = true;
        let low = log.low;
        self.note(format!("gap in {} to {low}", partition.number));
        Some(Turn::Gap(partition, low))
    }

    fn produce(&mut self, message: &Message, ticket: Ticket) -> Result<(), Refused> {
        let (partition, offset) = (ticket.partition, ticket.offset);
        if !self.log(partition).owned {
            self.fail("something was judged that had been released");
        }
        // The messages of one event are handed over whole.
        if self.flying.len() > self.in_flight_max + 4 {
            self.fail("more is in flight than may be");
        }
        if self.flying.len() >= self.queue_max || self.mishap(60) {
            self.note(format!("full at {}/{offset}", partition.number));
            return Err(Refused::Full);
        }
        let sizes = [&message.key, &message.value].into_iter().flatten().map(Vec::len);
        let headers = message.headers.iter().map(|(name, value)| name.len() + value.len());
        let too_large = sizes.chain(headers).sum::<usize>() > MESSAGE_MAX;
        let fault = Fault::Quarantine("message_too_large");
        if too_large && self.dice.one_in(2) {
            self.note(format!("too large at {}/{offset}", partition.number));
            return Err(Refused::Undeliverable(fault));
        }
        let outcome = match () {
            () if too_large => Err(fault),
            () if self.mishap(25) => Err(Fault::Retry("timed_out")),
            () if self.mishap(900) => Err(Fault::Halt("fenced")),
            () => Ok(()),
        };
        let alert = message.headers.iter().find(|(name, _)| *name == header::ALERT_ID);
        let to = match &message.destination {
            Destination::Command => "Command".to_owned(),
            Destination::Agency(agency) => agency.as_str().to_owned(),
            Destination::DeadLetter => "DeadLetter".to_owned(),
        };
        let to = (to, alert.map(|(_, id)| id.clone()).unwrap_or_default());
        // A message that is reported as failed may have been delivered all the same.
        if outcome.is_ok() || (!too_large && self.dice.one_in(2)) {
            self.deliver(partition, offset, &to, message);
        }
        let due = self.elapsed + Duration::from_micros(self.dice.below(40_000));
        self.flying.push(Flying { due, ticket, to, outcome });
        Ok(())
    }

    /// A message sent again has the same bytes, except that one which was too large is cut.
    fn deliver(
        &mut self,
        partition: Partition,
        offset: i64,
        to: &(String, Vec<u8>),
        message: &Message,
    ) {
        let kind = self.log(partition).records.iter().find(|record| record.offset == offset);
        if kind.is_none_or(|record| matches!(record.kind, Kind::Big | Kind::Huge)) {
            return;
        }
        let value = message.value.clone().unwrap_or_default();
        let key = (partition.number as usize, offset, to.0.clone(), to.1.clone());
        let first = self.told.entry(key).or_insert_with(|| value.clone());
        if *first != value {
            self.fail("a repeated message has other bytes");
        }
    }

    fn report(&mut self, wait: Duration) -> Option<Report> {
        let first = (0..self.flying.len()).min_by_key(|at| self.flying[*at].due);
        let first = first.filter(|at| self.flying[*at].due <= self.elapsed + wait);
        let Some(at) = first else {
            self.elapsed += wait;
            return None;
        };
        let flying = self.flying.swap_remove(at);
        self.elapsed = self.elapsed.max(flying.due);
        let (partition, offset) = (flying.ticket.partition, flying.ticket.offset);
        if flying.outcome.is_ok() {
            let mut records = self.log(partition).records.iter_mut();
            let record = records.find(|record| record.offset == offset).unwrap();
            record.acknowledged.insert(flying.to);
        } else {
            self.note(format!("failed {}/{offset} {:?}", partition.number, flying.outcome));
        }
        let (at, outcome) = (self.now(), flying.outcome);
        Some(Report { ticket: flying.ticket, at, outcome })
    }

    fn commit(&mut self, offsets: &[(Partition, i64)], how: Commit) {
        for (partition, offset) in offsets {
            self.note(format!("commit {}/{offset} {how:?}", partition.number));
            let log = self.log(*partition);
            if !log.owned || log.lost {
                self.fail("a commit of what is another's");
            }
            let mut before = log.records.iter().filter(|record| record.offset < *offset);
            if let Some(open) = before.find(|record| !record.finished()) {
                let what = format!("{}/{} {:?}", partition.number, open.offset, open.kind);
                self.fail(&format!("a commit passes an unfinished event: {what}"));
            }
            if *offset < self.log(*partition).committed {
                self.fail("a commit goes back");
            }
        }
        if self.mishap(8) {
            self.note("the commit fails".to_owned());
            self.commit_failed = true;
            self.exact &= how == Commit::Async;
            return;
        }
        for (partition, offset) in offsets {
            self.log(*partition).committed = *offset;
        }
    }

    fn seek(&mut self, partition: Partition, offset: i64) -> Result<(), Fault> {
        self.note(format!("seek {}/{offset}", partition.number));
        if self.mishap(200) {
            return Err(Fault::Halt("seek_failed"));
        }
        let log = self.log(partition);
        (log.position, log.gap_told) = (offset, false);
        Ok(())
    }

    /// The clients are made anew: what is in flight arrives or does not, and nobody hears of it.
    fn restart(&mut self, why: Halted) {
        self.note(format!("restarted: {}", why.0));
        self.exact = false;
        self.flying.clear();
        self.commit_failed = false;
        for log in &mut self.logs {
            (log.owned, log.paused) = (false, false);
        }
    }

    fn check_end(&self, metrics: &Metrics) {
        for log in self.logs.iter().filter(|log| !log.gap_told) {
            if log.committed != log.end {
                self.fail("the lane ended before everything was committed");
            }
        }
        if !self.exact {
            return;
        }
        let text = metrics.encode().unwrap();
        for disposition in Disposition::ALL {
            let records = self.logs.iter().flat_map(|log| &log.records);
            let expected =
                records.filter(|record| record.kind.disposition() == disposition).count();
            let labels = format!("disposition=\"{}\",topic=\"crossings\"}} ", disposition.name());
            let counted = text.lines().find_map(|line| line.split_once(&labels));
            let counted = counted.map_or("0", |(_, count)| count);
            if counted != expected.to_string() {
                let what = format!("{counted} {} instead of {expected}", disposition.name());
                self.fail(&format!("an event has not exactly one disposition: {what}"));
            }
        }
    }
}

fn log(dice: &mut Dice, number: u64) -> Log {
    let mut log = Log::default();
    for _ in 0..dice.below(70) {
        // Transactions and compaction leave holes.
        let offset = log.end + i64::from(dice.one_in(10));
        let any = dice.below(Kind::ALL.len() as u64) as usize;
        let kind = if dice.one_in(2) { Kind::Clear } else { Kind::ALL[any] };
        log.records.push(Logged {
            offset,
            kind,
            value: kind.value(&format!("event-{number}-{offset}")),
            handed: false,
            excused: false,
            acknowledged: BTreeSet::new(),
        });
        log.end = offset + 1;
    }
    log
}

struct Seat(Rc<RefCell<World>>);

#[derive(Clone)]
struct Ticks(Rc<RefCell<World>>);

impl Clock for Ticks {
    fn now(&self) -> Timestamp {
        self.0.borrow().now()
    }

    fn elapsed(&self) -> Duration {
        self.0.borrow().elapsed
    }
}

impl Port for Seat {
    type Clock = Ticks;

    fn clock(&self) -> Ticks {
        Ticks(Rc::clone(&self.0))
    }

    fn next<R>(&mut self, wait: Duration, read: impl FnOnce(&Record<'_>) -> R) -> Input<R> {
        let turn = self.0.borrow_mut().advance(wait);
        let (partition, at) = match turn {
            Turn::Idle => return Input::Idle,
            Turn::Assigned(begun) => return Input::Assigned(begun),
            Turn::Revoked(partitions, lost) => return Input::Revoked { partitions, lost },
            Turn::Gap(partition, resumes_at) => return Input::Gap { partition, resumes_at },
            Turn::Failed(fault) => return Input::Failed(fault),
            Turn::Record(partition, at) => (partition, at),
        };
        let world = self.0.borrow();
        let record = &world.logs[partition.number as usize].records[at];
        let avro = matches!(record.kind, Kind::Late | Kind::Never);
        Input::Record(read(&Record {
            partition,
            topic: "border.crossings",
            offset: record.offset,
            appended_at: Timestamp::from_micros(NOW).unwrap(),
            key: None,
            value: Some(&record.value),
            content_type: (!avro).then_some(b"application/json"),
            schema_id: None,
        }))
    }

    fn produce(&mut self, message: Message, ticket: Ticket) -> Result<(), Refused> {
        self.0.borrow_mut().produce(&message, ticket)
    }

    fn report(&mut self, wait: Duration) -> Option<Report> {
        self.0.borrow_mut().report(wait)
    }

    fn commit(&mut self, offsets: &[(Partition, i64)], how: Commit) {
        self.0.borrow_mut().commit(offsets, how);
    }

    fn commit_failed(&mut self) -> bool {
        std::mem::take(&mut self.0.borrow_mut().commit_failed)
    }

    fn flow(&mut self, partitions: &[Partition], on: bool) {
        let mut world = self.0.borrow_mut();
        for partition in partitions {
            world.log(*partition).paused = !on;
        }
        let numbers: Vec<i32> = partitions.iter().map(|partition| partition.number).collect();
        world.note(format!("flow {numbers:?} {on}"));
    }

    fn seek(&mut self, partition: Partition, offset: i64) -> Result<(), Fault> {
        self.0.borrow_mut().seek(partition, offset)
    }

    fn release(&mut self, partitions: &[Partition], _: bool) {
        let mut world = self.0.borrow_mut();
        world.note(format!("released {}", partitions.len()));
        for partition in partitions {
            world.log(*partition).owned = false;
        }
    }

    fn end(&self, partition: Partition) -> Option<i64> {
        Some(self.0.borrow_mut().log(partition).end)
    }
}

struct Registry(Arc<AtomicBool>);

impl Schemas for Registry {
    fn look_up(&self, schema: SchemaRef) -> Lookup {
        if !self.0.load(Ordering::Relaxed) {
            Lookup::Pending
        } else if schema == SchemaRef::Id(LATE) {
            Lookup::Found(Contract::Events(Topic::Crossings).text().into())
        } else {
            Lookup::Absent
        }
    }
}

fn live(seed: u64) {
    let (lists, writer) = Lists::new(Vec::new());
    let mut world = World::new(seed, writer);
    world.load(true);
    let (registry, stop) = (Arc::clone(&world.registry), Arc::clone(&world.stop));
    let config = Config {
        inputs: vec![(Topic::Crossings, "border.crossings".to_owned())],
        in_flight_max: world.in_flight_max,
        commit_interval: Duration::from_millis(5),
        drain_deadline: Duration::from_millis(if world.dice.one_in(3) { 10 } else { 200 }),
        retry_pause: Duration::from_millis(20),
        retry_pause_max: Duration::from_millis(200),
        stale_after: Duration::from_secs(86_400),
        promise: Duration::from_millis(50),
        on_gap: world.on_gap,
    };
    let metrics = Arc::new(Metrics::new("none").unwrap());
    let world = Rc::new(RefCell::new(world));
    loop {
        let schemas = Arc::new(Registry(Arc::clone(&registry)));
        let decoder = Decoder::new(Limits::STANDARD).unwrap();
        let judge = Judge::new(Arc::clone(&lists), schemas, decoder, Format::Json);
        let seat = Seat(Rc::clone(&world));
        let mut lane = Lane::new(config.clone(), seat, judge, Arc::clone(&metrics));
        match lane.run(&stop) {
            Ok(()) => break,
            Err(halted) => world.borrow_mut().restart(halted),
        }
    }
    world.borrow().check_end(&metrics);
}

#[test]
fn whatever_goes_wrong_nothing_is_lost_and_everything_ends() {
    if let Ok(seed) = std::env::var("WORLD_SEED") {
        return live(seed.parse().unwrap());
    }
    (0..2_000).for_each(live);
}

/// The world must be able to tell: each kind of record is what it says it is.
#[test]
fn the_records_of_the_world_are_read_as_they_are_meant() {
    let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
    let headers = Headers { content_type: Some(b"application/json"), schema_id: None };
    for kind in [Kind::Clear, Kind::Met, Kind::MetTwice, Kind::Big, Kind::Huge] {
        let value = kind.value("event-1");
        assert!(decoder.decode_event(Topic::Crossings, &value, headers).is_ok(), "{kind:?}");
    }
}

/// A check that cannot fail proves nothing: the world is shown to catch what it is there for.
#[test]
fn planted_violations_are_caught_by_the_world() {
    let planted = |violate: fn(&mut World)| {
        let (_lists, writer) = Lists::new(Vec::new());
        let mut world = World::new(1, writer);
        world.storm_until = 0;
        world.logs = vec![Log { end: 1, owned: true, ..Log::default() }];
        world.logs[0].records.push(Logged {
            offset: 0,
            kind: Kind::Met,
            value: Kind::Met.value("event-1"),
            handed: true,
            excused: false,
            acknowledged: BTreeSet::new(),
        });
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| violate(&mut world)));
        let text = caught.err().and_then(|panic| panic.downcast::<String>().ok());
        text.map(|text| text.lines().next().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    assert_eq!(planted(|_| ()), "");
    let passes =
        planted(|world| world.commit(&[(Partition { input: 0, number: 0 }, 1)], Commit::Async));
    assert!(passes.contains("passes an unfinished event"), "{passes}");
    let stolen = planted(|world| {
        world.logs[0].lost = true;
        world.commit(&[(Partition { input: 0, number: 0 }, 0)], Commit::Async);
    });
    assert!(stolen.contains("another's"), "{stolen}");
    let flows = planted(|world| {
        (0..80).for_each(|_| {
            (world.loaded, world.steps_held) = (false, world.steps_held.max(70));
            let _turn = world.advance(Duration::ZERO);
        })
    });
    assert!(flows.contains("while the lists hold"), "{flows}");
    let unfinished = planted(|world| world.check_end(&Metrics::new("none").unwrap()));
    assert!(unfinished.contains("before everything was committed"), "{unfinished}");
    let counted = planted(|world| {
        world.logs[0].committed = 1;
        world.check_end(&Metrics::new("none").unwrap());
    });
    assert!(counted.contains("exactly one disposition"), "{counted}");
}
