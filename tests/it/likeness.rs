//! Whom an event must meet where names are alike: screened in this process, against the lists of the
//! trial, by the product's own matching. Whether that is right, other tests judge (`quality`, the
//! oracles in `src`); here it is what every instance must come to, whatever befalls it.

use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock};

use portcullis::codec::{Decoder, Format, Headers, Limits, encode_notice};
use portcullis::domain::{
    Audience, Date, Entry, EntryId, EntryKey, Event, ListedName, Name, Notice, Party, Role,
    Subject, Timestamp,
};
use portcullis::engine::{self, Arrival};
use portcullis::kafka::wall;
use portcullis::matching::score::Mode;
use portcullis::matching::{self, Naming, Scratch, Threshold};
use portcullis::names::Population;
use portcullis::watchlist::{Bounds, Change, Lists, Progress, Writer};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use smallvec::SmallVec;

use super::broker;
use super::checker::{self, Fate, Header, History, Record, Rule};
use super::instance::{KINDS, Site, TOPICS};
use super::load::{Load, Plan, met};
use super::told::AGENCIES;

/// Lists that only this process knows.
pub(crate) struct Screening {
    lists: Arc<Lists>,
    writer: Writer,
    scratch: Scratch,
    /// Of the next change.
    offset: i64,
}

/// What the index of names takes names to be worth, as `app` has it.
static WEIGHTS: LazyLock<Bounds> =
    LazyLock::new(|| matching::bounds(Arc::new(Population::built_in())));

/// The lists as an instance may have them.
pub(crate) struct Screenings {
    /// Found at its start.
    pub(crate) whole: Screening,
    /// Filed entry by entry while it ran, where that may be.
    late: Option<Screening>,
}

impl Screenings {
    pub(crate) fn new(entries: &[Entry]) -> Self {
        Self { whole: Screening::new(entries.iter().cloned(), wall()), late: None }
    }

    /// Screens against lists that were filed entry by entry too. The search among those finds a few
    /// that the other misses, and misses a few that it finds: of a hundred whom names give, one or two
    /// (`the_way_onto_the_lists_matters_little`).
    pub(crate) fn lists_come_late(&mut self, entries: &[Entry]) {
        let mut late = Screening::new(std::iter::empty(), wall());
        for entry in entries {
            late.apply(entry.key.clone(), Some(entry.clone()));
        }
        self.late = Some(late);
    }

    /// The entries that an event meets in any case, and those that it may meet; both sorted.
    pub(crate) fn met(
        &mut self,
        event: &Event<'_>,
        now: Timestamp,
    ) -> (Vec<EntryKey>, Vec<EntryKey>) {
        let met = self.whole.met(event, now);
        let Some(late) = &mut self.late else { return (met.clone(), met) };
        let (met, late) = (BTreeSet::from_iter(met), BTreeSet::from_iter(late.met(event, now)));
        ((&met & &late).into_iter().collect(), (&met | &late).into_iter().collect())
    }
}

impl Screening {
    /// Against these entries, as an instance has them that found them at its start.
    pub(crate) fn new(entries: impl Iterator<Item = Entry>, now: Timestamp) -> Self {
        let (lists, mut writer) = Lists::with_names(Vec::new(), WEIGHTS.clone());
        let mut offset = 0;
        for entry in entries {
            writer.apply(change(entry.key.clone(), Some(entry), offset));
            offset += 1;
        }
        let progress = Progress { loaded: true, current_at: Some(now), ..Progress::default() };
        writer.publish(progress, now);
        Self { lists, writer, scratch: Scratch::default(), offset }
    }

    /// The entries that an event of this instant meets, sorted.
    pub(crate) fn met(&mut self, event: &Event<'_>, now: Timestamp) -> Vec<EntryKey> {
        if !matching::touches(&self.lists, event, &mut self.scratch) {
            return Vec::new();
        }
        let found = matching::screen(&self.lists, event, now, &mut self.scratch).found;
        found.iter().map(|one| one.listed.key()).collect()
    }

    /// Lists an entry, or takes it off.
    fn apply(&mut self, key: EntryKey, entry: Option<Entry>) {
        self.writer.apply(change(key, entry, self.offset));
        self.offset += 1;
    }

    /// Takes all entries off and lists them again, one by one in this order; gives whom the event met
    /// on the way, whenever it was screened. The lists are whole again afterwards.
    pub(crate) fn met_on_the_way(
        &mut self,
        entries: &[Entry],
        event: &Event<'_>,
        now: Timestamp,
    ) -> BTreeSet<EntryKey> {
        let mut met = BTreeSet::new();
        let off = entries.iter().map(|entry| (entry.key.clone(), None));
        let on = entries.iter().map(|entry| (entry.key.clone(), Some(entry.clone())));
        for (key, entry) in off.chain(on) {
            met.extend(self.met(event, now));
            self.apply(key, entry);
        }
        met.extend(self.met(event, now));
        met
    }
}

/// Each event of a site with each entry that it meets, by what stands in the topics: for sites whose
/// lists never changed while they were screened against.
pub(crate) fn met_on(site: &Site<'_>) -> BTreeSet<(String, String)> {
    let mut decoder = Decoder::new(Limits::STANDARD).unwrap();
    let records = site.records("lists");
    let entries = records.iter().map(|record| {
        let value = record.value.as_deref().expect("no entry was removed");
        decoder.decode_entry(record.key.as_deref(), value, headers(record)).unwrap()
    });
    let mut screening = Screening::new(entries, wall());
    let mut pairs = BTreeSet::new();
    for (kind, topic) in KINDS.iter().zip(TOPICS) {
        for record in site.records(kind) {
            let value = record.value.as_deref().unwrap();
            let event = decoder.decode_event(topic, value, headers(&record)).unwrap();
            let at = Timestamp::from_millis(record.timestamp).unwrap();
            let met = screening.met(&event, at).into_iter();
            pairs.extend(met.map(|entry| (event.id.as_str().to_owned(), entry.to_string())));
        }
    }
    pairs
}

fn headers(record: &broker::Record) -> Headers<'_> {
    let content_type = record.headers.get("content-type").and_then(Option::as_deref);
    Headers { content_type, schema_id: None }
}

fn change(key: EntryKey, entry: Option<Entry>, offset: i64) -> Change {
    Change { key, entry, offset, position: offset + 1, digest: 1, written_at: None }
}

// ---------------------------------------------------------------- the judge judged

const EVENTS: i64 = 6_000;

/// A run in which every promise was kept, and one alert that another run might give.
struct Kept {
    history: History,
    /// Of one event that only likeness meets.
    by_likeness: Vec<Record>,
    /// Of one event whose names are not like enough, as a lower threshold would tell it.
    beyond: Vec<Record>,
}

/// Decides some traffic as an instance would, and writes down what an observer would have seen.
fn kept() -> Kept {
    let load = Load::new(Plan::seeded(5));
    let entries = || load.listed().iter().cloned();
    let (mut one, other) = (Screenings::new(load.listed()), Screening::new(entries(), wall()));
    let (mut traffic, mut rng) = (load.traffic(), ChaCha8Rng::seed_from_u64(5));
    let mut kept = Kept { history: empty(&load), by_likeness: Vec::new(), beyond: Vec::new() };
    let threshold = Threshold::of(Mode::HighRecall);
    let mut lower = Scratch::new(Naming { general: threshold, rules: Vec::new() });
    let mut scratch = Scratch::default();
    let begun = wall().micros();
    for offset in 0..EVENTS {
        let at = Timestamp::from_micros(begun + offset * 500).unwrap();
        let slip = load.slip(&mut rng);
        let mut planned = traffic.next(at).unwrap();
        let must = met(&mut planned, slip.as_ref(), &mut one, at).entries;
        let decide = |scratch: &mut Scratch| {
            let arrival = Arrival { topic: INPUT, partition: 0, offset, appended_at: at };
            let lists = &other.lists;
            engine::decide(lists, &lists.standing(), &planned.event, arrival, scratch).notices
        };
        let records: Vec<Record> = decide(&mut scratch).iter().map(record).collect();
        if planned.expected.is_empty() && !must.is_empty() && kept.by_likeness.is_empty() {
            kept.by_likeness.clone_from(&records);
        }
        if must.is_empty() && kept.beyond.is_empty() {
            kept.beyond = decide(&mut lower).iter().map(record).collect();
        }
        records.into_iter().for_each(|record| push(&mut kept.history, record));
        kept.history.events.push(sent(offset, planned.event.id.as_str(), must));
    }
    kept
}

fn sent(offset: i64, id: &str, entries: Vec<String>) -> checker::Event {
    checker::Event {
        topic: INPUT.into(),
        partition: 0,
        offset: Some(offset),
        id: id.into(),
        sha256: offset.to_string(),
        fate: if entries.is_empty() { Fate::Clear } else { Fate::Met },
        entries,
        possible: Vec::new(),
    }
}

const INPUT: &str = "border";
const COMMAND: &str = "command";

/// A history of these lists, without an event.
fn empty(load: &Load) -> History {
    let feeds = AGENCIES.map(|agency| (agency.to_owned(), Some(agency.to_owned())));
    let feeds = feeds.into_iter().chain([(COMMAND.to_owned(), None)]).collect();
    History {
        run: checker::Run {
            story: "in this process".into(),
            seed: 5,
            feeds,
            dead_letter: "dead-letter".into(),
            lists_change: false,
        },
        entries: load.entries().into_iter().map(|entry| (entry.key.clone(), entry)).collect(),
        events: Vec::new(),
        records: Vec::new(),
        samples: Vec::new(),
        places: Vec::new(),
    }
}

fn record(notice: &Notice) -> Record {
    let id = notice.alert.id.to_string().into_bytes();
    let topic = match &notice.audience {
        Audience::Command => COMMAND,
        Audience::Agency(agency) => agency.as_str(),
    };
    let header = |name: &str, value: &[u8]| (name.to_owned(), Header(Some(value.to_vec())));
    Record {
        topic: topic.to_owned(),
        partition: 0,
        offset: -1,
        value: Some(encode_notice(notice, Format::Json).unwrap()),
        headers: [header("content-type", b"application/json"), header("portcullis-alert-id", &id)]
            .into(),
        key: Some(id),
    }
}

/// Appends a record to its topic.
fn push(history: &mut History, mut record: Record) {
    let before = history.records.iter().filter(|other| other.topic == record.topic);
    record.offset = i64::try_from(before.count()).unwrap();
    history.records.push(record);
}

#[test]
fn the_judge_catches_a_lost_alert_by_likeness_and_one_that_is_invented() {
    let Kept { mut history, by_likeness, beyond } = kept();
    let verdict = checker::judge(&history);
    assert_eq!(verdict.broken(), [], "{verdict}");
    assert!(verdict.counts.by_likeness > 50, "{verdict}");
    assert!(!by_likeness.is_empty() && !beyond.is_empty());

    let whole = history.records.clone();
    history.records.retain(|record| by_likeness.iter().all(|lost| lost.key != record.key));
    assert!(history.records.len() < whole.len());
    assert_eq!(checker::judge(&history).broken(), [Rule::Lost]);

    history.records = whole;
    beyond.into_iter().for_each(|record| push(&mut history, record));
    assert_eq!(checker::judge(&history).broken(), [Rule::Invented]);
}

/// Someone's family name is rarer while the family is off the lists: then less suffices.
#[test]
fn whoever_is_met_while_others_are_off_the_lists_is_met_on_the_way() {
    let load = Load::new(Plan::seeded(6));
    let like = load.listed().iter().find(|entry| !entry.names.is_empty()).unwrap();
    let listed = |number: u32, given: &str, born: &str| Entry {
        key: EntryKey { entry: EntryId::parse(&format!("F{number}")).unwrap(), ..like.key.clone() },
        names: Box::new([ListedName {
            surname: "Zorvanek".into(),
            given: given.into(),
            weak: false,
        }]),
        birth_dates: Box::new([Date::parse(born).unwrap()]),
        identifiers: Box::default(),
        valid_from: None,
        valid_to: None,
        ..like.clone()
    };
    let family = (1..300).map(|number| {
        let letter = |turn: u32| char::from(b'a' + (number / turn % 20) as u8);
        listed(number, &format!("{0}o{1}u{0}t{1}", letter(1), letter(20)), "1931")
    });
    let entries: Vec<Entry> = family.chain([listed(0, "Tuvrelka", "1980-05-17")]).collect();
    let mut screening = Screening::new(entries.iter().cloned(), wall());
    let mut traffic = load.traffic();
    let stated = [("Zorvanek", "Tuvrelka"), ("Zorwanek", "T"), ("Zorfanec", "Tuvrelga")];
    let born = ["1980-05-17", "1981-05-17", "1980-11-23"];
    let (mut always, mut on_the_way) = (0, 0);
    for ((surname, given), born) in stated.iter().flat_map(|name| born.map(|born| (*name, born))) {
        let mut planned = traffic.next(wall()).unwrap();
        planned.event.identifiers.clear();
        planned.event.parties.clear();
        planned.event.parties.push(Party {
            role: Role::Traveller,
            subject: Subject::Person,
            names: SmallVec::from_iter([Name { surname, given }]),
            birth_date: Some(Date::parse(born).unwrap()),
            sex: None,
            nationality: None,
            birth_place: None,
        });
        let before = screening.met(&planned.event, wall());
        let met = screening.met_on_the_way(&entries, &planned.event, wall());
        assert!(before.iter().all(|entry| met.contains(entry)));
        assert_eq!(screening.met(&planned.event, wall()), before, "the lists are whole again");
        always += before.len();
        on_the_way += met.len();
    }
    assert!(always > 0 && on_the_way > always, "{always} and {on_the_way}");
}

#[test]
fn what_was_sent_while_lists_changed_may_be_told_by_any_part_of_them_if_it_was_told() {
    let load = Load::new(Plan { slips: 1.0, ..Plan::seeded(6) });
    let mut screenings = Screenings::new(load.listed());
    // Of the fewer names the same words are rarer: one at least of those who are not met is met by these.
    let with_slips = |entry: &&Entry| entry.key.entry.as_str().starts_with('Q');
    let mut few = Screening::new(load.listed().iter().filter(with_slips).cloned(), wall());
    let (mut traffic, mut rng) = (load.traffic(), ChaCha8Rng::seed_from_u64(6));
    let mut events = Vec::new();
    while events.len() < 12 {
        let slip = load.slip(&mut rng);
        let mut planned = traffic.next(wall()).unwrap();
        let due = met(&mut planned, slip.as_ref(), &mut screenings, wall());
        let is_wanted = events.len() < 11 || !few.met(&planned.event, wall()).is_empty();
        if due.entries.is_empty() && is_wanted {
            load.doubt(&planned.event, wall());
            events.push(sent(0, planned.event.id.as_str(), Vec::new()));
        }
    }
    load.settle_doubts(&mut events, &BTreeSet::new());
    assert!(events.iter().all(|event| event.possible.is_empty()));
    let told = events.iter().map(|event| (event.id.clone(), "wanted/somebody".to_owned()));
    let told = told.collect();
    load.settle_doubts(&mut events, &told);
    let possible = events.iter().filter(|event| !event.possible.is_empty()).count();
    assert!((1..12).contains(&possible), "{possible}");
}

/// Lists that were found at the start, and the same filed entry by entry, are searched in two ways,
/// each of which misses some: no more than one in a hundred of those whom names give.
#[test]
fn the_way_onto_the_lists_matters_little() {
    let load = Load::new(Plan { slips: 0.2, ..Plan::seeded(7) });
    let mut screenings = Screenings::new(load.listed());
    screenings.lists_come_late(load.listed());
    let (mut traffic, mut rng) = (load.traffic(), ChaCha8Rng::seed_from_u64(7));
    let (mut by_both, mut by_one) = (0, 0);
    for _ in 0..10_000 {
        let slip = load.slip(&mut rng);
        let mut planned = traffic.next(wall()).unwrap();
        let due = met(&mut planned, slip.as_ref(), &mut screenings, wall());
        by_both += due.entries.len();
        by_one += due.possible.len();
    }
    assert!(by_both > 1_000 && by_one * 100 <= by_both, "{by_both} by both, {by_one} by one");
}
