//! One record to one verdict: decode, screen, decide, encode. No clock, no queue, no Kafka.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use smallvec::SmallVec;

use crate::codec::{self, Contract, Decoder, Format};
use crate::domain::{Alert, Audience, Defect, LeftOut, ListId, Notice, Timestamp, Topic};
use crate::engine::{self, Arrival, Decision, Silenced};
use crate::index::fuzzy::{Limits, Position};
use crate::matching::{Depth, Naming, Scratch};
use crate::watchlist::{Lists, Standing};

use super::message::header;
use super::slow::Kept;
use super::{About, Destination, Message, Record};

/// Where writer schemas come from that the decoder does not know yet.
pub trait Schemas: Send + Sync {
    /// Asks for a schema without waiting.
    fn look_up(&self, schema: codec::SchemaRef) -> Lookup;

    /// The id that alerts are written with: the shipped one unless a registry gives another;
    /// `None` while that is not known yet.
    fn alert_id(&self) -> Option<u32> {
        Some(Contract::Alerts.id())
    }
}

/// The answer to a look-up.
pub enum Lookup {
    /// The writer's schema.
    Found(codec::SchemaText),
    /// There is no such schema.
    Absent,
    /// There is one, but for this reason nothing can be read with it.
    Unusable(&'static str),
    /// Not known yet: ask again.
    Pending,
}

/// What one record comes to.
pub struct Judged {
    /// What is to be done.
    pub verdict: Verdict,
    /// What the event stated in a form that could not be used.
    pub defects: SmallVec<[Defect; 1]>,
    /// Candidates that were not looked at.
    pub cut: usize,
    /// Searches of names that were done again with more room.
    pub again: usize,
    /// The lists of matches that the register silenced.
    pub suppressed: Vec<ListId>,
    /// Whether a required list was passed over.
    pub passes_over: bool,
}

/// What is to be done with a record.
pub enum Verdict {
    /// Nothing: the event touched no list.
    Clear,
    /// Messages must be acknowledged before the record is finished: notices, or its dead letter.
    Tell(Vec<Told>),
    /// It cannot be judged yet, for this reason: again, later.
    Wait(&'static str),
    /// A search of names met its bound. The whole event is to be judged with more room, by
    /// [`Judge::finish`]: what else it met goes along, for it is one event and one decision.
    Later(Box<Kept>),
}

/// A message on its way.
pub struct Told {
    /// What it is, for counting once it has arrived.
    pub about: About,
    /// What is sent.
    pub message: Message,
}

/// How much a message may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Everything.
    Whole,
    /// All but what explains it, evidence and narratives: the whole was too large for the broker.
    Brief,
    /// Ids and what to do: the warnings for officers' safety made it too large as well.
    Bare,
    /// Nothing of it: the ids were too large as well. The event goes to the dead-letter topic as
    /// its coordinates alone.
    Unsendable,
}

impl Size {
    /// What is tried after this was too large.
    pub(super) const fn smaller(self) -> Self {
        match self {
            Self::Whole => Self::Brief,
            Self::Brief => Self::Bare,
            Self::Bare | Self::Unsendable => Self::Unsendable,
        }
    }
}

/// Judges records: everything a lane needs between a record and what to send.
pub struct Judge {
    lists: Arc<Lists>,
    /// How often the lists had been cleared when the standing was taken up.
    cleared: u64,
    standing: Arc<Standing>,
    passes_over: bool,
    schemas: Arc<dyn Schemas>,
    decoder: Decoder,
    format: Format,
    scratch: Scratch,
    naming: Naming,
    /// The work that a search of names may take before it is left to the slow lane.
    bound: Limits,
    heeds_register: bool,
    /// One silenced match in so many is noted for review.
    sample_one_in: u64,
}

/// One silenced match in so many is noted for review, unless it is set otherwise.
pub const SAMPLE_ONE_IN: u64 = 50;

impl Judge {
    /// A judge over these lists.
    pub fn new(
        lists: Arc<Lists>,
        schemas: Arc<dyn Schemas>,
        decoder: Decoder,
        format: Format,
    ) -> Self {
        let cleared = lists.times_cleared();
        let standing = lists.standing();
        Self {
            passes_over: false,
            lists,
            cleared,
            standing,
            schemas,
            decoder,
            format,
            scratch: Scratch::default(),
            naming: Naming::default(),
            bound: Limits::default(),
            heeds_register: false,
            sample_one_in: SAMPLE_ONE_IN,
        }
    }

    /// The same, with these thresholds for matches by name.
    #[must_use]
    pub fn with_naming(self, naming: Naming) -> Self {
        Self { naming, ..self }.with_new_scratch()
    }

    /// The same, with this bound for the work of a search by name.
    #[must_use]
    pub fn with_bound(self, bound: Limits) -> Self {
        Self { bound, ..self }.with_new_scratch()
    }

    fn with_new_scratch(self) -> Self {
        Self { scratch: Scratch::new(self.naming.clone()).with_bound(self.bound), ..self }
    }

    /// The same, noting one silenced match in so many for review.
    #[must_use]
    pub fn with_samples(self, one_in: u64) -> Self {
        Self { sample_one_in: one_in.max(1), ..self }
    }

    /// The standing that judgements rest on until it is refreshed.
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Takes up how the lists stand at `now`. A reader that hangs cannot say that it does, so a
    /// standing that is too old counts as stale here.
    pub fn refresh(&mut self, now: Timestamp, stale_after: Duration) {
        let stale_after_micros = i64::try_from(stale_after.as_micros()).unwrap_or(i64::MAX);
        self.cleared = self.lists.times_cleared();
        let standing = self.lists.standing();
        self.standing = match standing.at(now, stale_after_micros) {
            Some(stale) => Arc::new(stale),
            None => standing,
        };
        self.passes_over = !self.standing.not_screened().is_empty();
        self.heeds_register = self.lists.register().is_current(now, stale_after_micros);
        self.scratch.heed_register(self.heeds_register);
    }

    /// Judges one record within the bound of what a lane does at once; for whoever measures, calls `decoded` between decoding and screening, with
    /// whether there is anything to screen.
    ///
    /// A panic on the way is a fault of this program that the same record would meet again and
    /// again: the record goes to the dead-letter topic, so that neither it nor what comes after it
    /// is lost.
    pub fn judge(
        &mut self,
        kind: Topic,
        record: &Record<'_>,
        size: Size,
        decoded: impl FnOnce(bool),
    ) -> Judged {
        self.scratch.go_to(Depth::Bounded);
        self.judge_safely(kind, record, size, decoded)
    }

    /// Judges a record for which that bound was too small, with a hundred times the room.
    pub fn finish(&mut self, kept: &Kept) -> Judged {
        self.scratch.go_to(Depth::Generous);
        self.judge_safely(kept.kind(), &kept.record(), kept.size(), |_| ())
    }

    fn judge_safely(
        &mut self,
        kind: Topic,
        record: &Record<'_>,
        size: Size,
        decoded: impl FnOnce(bool),
    ) -> Judged {
        // What may be left half done is safe to go on with: the decoder forgets its last value
        // before it reads the next, a plan is kept only once it is whole, the lists are only read,
        // and the scratch is made anew.
        let judging = AssertUnwindSafe(|| self.judge_or_panic(kind, record, size, decoded));
        let judged = catch_unwind(judging).unwrap_or_else(|_panic| {
            self.scratch = Scratch::new(self.naming.clone()).with_bound(self.bound);
            self.scratch.heed_register(self.heeds_register);
            let (topic, partition) = (record.topic, record.partition.number);
            let offset = record.offset;
            tracing::error!(topic, partition, offset, "a record that this program fails at");
            Judged::without_event(quarantine(record, INTERNAL, INTERNAL_DETAIL.to_owned(), size))
        });
        Judged { passes_over: self.passes_over, ..judged }
    }

    fn judge_or_panic(
        &mut self,
        kind: Topic,
        record: &Record<'_>,
        size: Size,
        decoded: impl FnOnce(bool),
    ) -> Judged {
        let quarantined = |error: codec::Error| {
            Judged::without_event(quarantine(record, error.cause(), error.to_string(), size))
        };
        let value = record.value.unwrap_or_default();
        let headers =
            codec::Headers { content_type: record.content_type, schema_id: record.schema_id };
        match self.knows_schema(value, headers) {
            Ok(true) => {}
            Ok(false) => return Judged::without_event(Verdict::Wait("schema_pending")),
            Err(error) => return quarantined(error),
        }
        let mut event = match self.decoder.decode_event(kind, value, headers) {
            Ok(event) => event,
            Err(error) => return quarantined(error),
        };
        let touches = engine::touches(&self.lists, &event, &mut self.scratch);
        decoded(touches);
        let decision = if touches {
            let arrival = arrival(record);
            engine::decide(&self.lists, &self.standing, &event, arrival, &mut self.scratch)
        } else {
            Decision::default()
        };
        if self.lists.times_cleared() != self.cleared {
            return Judged::without_event(Verdict::Wait("lists_cleared"));
        }
        if decision.unfinished {
            return Judged::without_event(Verdict::Later(Box::new(Kept::of(kind, record, size))));
        }
        let defects = std::mem::take(&mut event.defects);
        // A notice that cannot be encoded is a fault of this program. The event then goes to the
        // dead-letter topic, so that it is not lost.
        let Some(format) = format_of(&decision.notices, self.format, &*self.schemas) else {
            return Judged::without_event(Verdict::Wait("alert_schema_pending"));
        };
        let verdict = if size == Size::Unsendable && !decision.notices.is_empty() {
            quarantine(record, TOO_LARGE, TOO_LARGE_DETAIL.to_owned(), size)
        } else {
            tell(format, decision.notices, size)
                .unwrap_or_else(|error| quarantine(record, error.cause(), error.to_string(), size))
        };
        note_decision(record, &verdict, decision.names);
        let suppressed = decision.suppressed;
        let one_in = self.sample_one_in;
        suppressed.iter().for_each(|silenced| note_sample(record, silenced, one_in));
        let suppressed = suppressed.into_iter().map(|silenced| silenced.list).collect();
        let (cut, again) = (decision.cut, decision.again);
        Judged { verdict, defects, cut, again, suppressed, passes_over: false }
    }

    /// Makes sure that the decoder knows the writer's schema; `false` when it is not known yet.
    fn knows_schema(
        &mut self,
        value: &[u8],
        headers: codec::Headers<'_>,
    ) -> Result<bool, codec::Error> {
        let Some(missing) = self.decoder.missing_schema(value, headers)? else { return Ok(true) };
        match self.schemas.look_up(missing) {
            Lookup::Found(schema) => self.decoder.learn(missing, &schema).map(|()| true),
            Lookup::Absent => Err(codec::Error::UnknownSchema(missing)),
            Lookup::Unusable(reason) => {
                Err(codec::Error::UnusableSchema { schema: missing, reason })
            }
            Lookup::Pending => Ok(false),
        }
    }
}

/// Notes what a decision that tells something stands on, by the event's coordinates, for whoever looks
/// into why it was met here, or elsewhere not.
fn note_decision(record: &Record<'_>, verdict: &Verdict, names: Option<Position>) {
    let (Verdict::Tell(told), Some(Position { snapshot, changes })) = (verdict, names) else {
        return;
    };
    let (topic, partition) = (record.topic, record.partition.number);
    let Record { offset, .. } = *record;
    let messages = told.len();
    tracing::debug!(topic, partition, offset, messages, snapshot, changes, "decided");
}

/// Notes a silenced match where it is one of the sample: by the event's coordinates and the judgement's
/// number, with which whoever may read both topics finds event and judgement. Entry and list are left
/// out, since not everybody who reads the log may know of them.
fn note_sample(record: &Record<'_>, silenced: &Silenced, one_in: u64) {
    if silenced.draw.is_multiple_of(one_in) {
        let (topic, partition) = (record.topic, record.partition.number);
        let Record { offset, .. } = *record;
        tracing::info!(
            topic,
            partition,
            offset,
            suppression = %silenced.pair,
            "review this match, which a suppression silenced: `portcullis suppress list` shows why"
        );
    }
}

fn arrival<'a>(record: &Record<'a>) -> Arrival<'a> {
    let &Record { topic, partition, offset, appended_at, .. } = record;
    Arrival { topic, partition: partition.number, offset, appended_at }
}

impl Judged {
    /// A verdict without anything that was noticed on the way.
    pub(super) fn without_event(verdict: Verdict) -> Self {
        Self {
            verdict,
            defects: SmallVec::new(),
            cut: 0,
            again: 0,
            suppressed: Vec::new(),
            passes_over: false,
        }
    }
}

/// How notices are written: in Avro with the id that readers know the schema by. `None` while there
/// are some to write and that id is not known.
fn format_of(notices: &[Notice], format: Format, schemas: &dyn Schemas) -> Option<Format> {
    match format {
        Format::Avro { .. } if !notices.is_empty() => {
            schemas.alert_id().map(|schema_id| Format::Avro { schema_id })
        }
        Format::Avro { .. } | Format::Json => Some(format),
    }
}

/// Encodes what a decision tells.
fn tell(format: Format, notices: Vec<Notice>, size: Size) -> Result<Verdict, codec::Error> {
    if notices.is_empty() {
        return Ok(Verdict::Clear);
    }
    let told: Result<Vec<Told>, codec::Error> =
        notices.into_iter().map(|notice| told(format, notice, size)).collect();
    told.map(Verdict::Tell)
}

fn told(format: Format, mut notice: Notice, size: Size) -> Result<Told, codec::Error> {
    shorten(&mut notice.alert, size);
    let id = notice.alert.id.to_string().into_bytes();
    let destination = match &notice.audience {
        Audience::Command => Destination::Command,
        Audience::Agency(agency) => Destination::Agency(agency.clone()),
    };
    let message = Message {
        destination,
        key: Some(id.clone()),
        value: Some(codec::encode_notice(&notice, format)?),
        headers: vec![(header::CONTENT_TYPE, format.content_type().into()), (header::ALERT_ID, id)],
    };
    Ok(Told { about: About::Notice(notice.alert.priority, notice.audience), message })
}

/// Leaves out what made an alert too large, and says so in it. Warnings go last: an officer who does
/// not know why can ask, one who does not know of a weapon cannot.
fn shorten(alert: &mut Alert, size: Size) {
    if size == Size::Whole {
        return;
    }
    let mut left_out = BTreeSet::new();
    for reason in &mut alert.reasons {
        let weighed = reason.resemblance.take().is_some();
        if !std::mem::take(&mut reason.evidence).is_empty() || weighed {
            left_out.insert(LeftOut::Evidence);
        }
        if reason.narrative.take().is_some() {
            left_out.insert(LeftOut::Narrative);
        }
        if size != Size::Brief {
            reason.warnings = Box::default();
        }
    }
    if size != Size::Brief && !std::mem::take(&mut alert.warnings).is_empty() {
        left_out.insert(LeftOut::Warnings);
    }
    alert.left_out = left_out.into_iter().collect();
}

/// Cause of the dead letter of an event whose notices the broker does not take in any size.
const TOO_LARGE: &str = "message_too_large";
const TOO_LARGE_DETAIL: &str = "the alert is too large for the broker even as ids alone: raise \
     max.message.bytes of the alert topics, then replay the record at these coordinates";

/// Cause of the dead letter of a record that this program fails at.
const INTERNAL: &str = "internal";
const INTERNAL_DETAIL: &str = "a fault of Portcullis itself, and perhaps none of the record: report \
     it, and replay the record once it is mended";

/// The record as a dead letter: its own bytes, with what was wrong and where it stood.
fn quarantine(record: &Record<'_>, cause: &'static str, detail: String, size: Size) -> Verdict {
    let mut headers = vec![
        (header::CAUSE, cause.into()),
        (header::DETAIL, detail.into_bytes()),
        (header::TOPIC, record.topic.into()),
        (header::PARTITION, record.partition.number.to_string().into_bytes()),
        (header::OFFSET, record.offset.to_string().into_bytes()),
        (header::APPENDED_AT, codec::rfc3339(record.appended_at).into_bytes()),
    ];
    let mut value = record.value.map(<[u8]>::to_vec);
    if size != Size::Whole {
        let digest = Sha256::digest(value.take().unwrap_or_default());
        headers.push((header::OMITTED_SHA256, format!("{digest:x}").into_bytes()));
    }
    let mut key = None;
    if size != Size::Unsendable {
        // The reader's headers go along, so that a replay reads the bytes as they were meant.
        let content_type = (header::CONTENT_TYPE, record.content_type);
        let schema_id = (header::VALUE_SCHEMA_ID, record.schema_id);
        let own = [content_type, schema_id].into_iter();
        headers.extend(own.filter_map(|(name, value)| Some((name, value?.to_vec()))));
        key = record.key.map(<[u8]>::to_vec);
    }
    let message = Message { destination: Destination::DeadLetter, key, value, headers };
    Verdict::Tell(vec![Told { about: About::DeadLetter(cause), message }])
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::codec::{Contract, Headers, Limits, to_json};
    use crate::index::fuzzy;
    use crate::matching::bound::sample::weights;
    use crate::pipeline::Partition;
    use crate::watchlist::sample::{at, lists, named_lists, with_document, with_name};

    /// The `Schemas` of a judge that reads JSON alone.
    struct NoSchemas;

    impl Schemas for NoSchemas {
        fn look_up(&self, _schema: codec::SchemaRef) -> Lookup {
            Lookup::Absent
        }
    }

    /// A registry whose only schema is broken; counts how often it is asked.
    #[derive(Default)]
    struct BrokenSchemas(std::sync::atomic::AtomicUsize);

    impl Schemas for BrokenSchemas {
        fn look_up(&self, _schema: codec::SchemaRef) -> Lookup {
            self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Lookup::Found(r#"{"type": "record"}"#.into())
        }
    }

    #[test]
    fn a_schema_that_cannot_be_used_is_asked_for_once_and_each_of_its_records_is_a_dead_letter() {
        let schemas = Arc::new(BrokenSchemas::default());
        let (lists, _writer) = lists([]);
        let decoder = Decoder::new(Limits::STANDARD).unwrap();
        let asked: Arc<dyn Schemas> = Arc::<BrokenSchemas>::clone(&schemas);
        let mut judge = Judge::new(lists, asked, decoder, Format::Json);
        for offset in 0..3 {
            let record = Record { value: Some(&[0, 0, 0, 0, 7, 1]), offset, ..record() };
            let judged = judge.judge(Topic::Crossings, &record, Size::Whole, |_| ());
            let Verdict::Tell(told) = judged.verdict else { panic!("it must be told") };
            assert_eq!(told[0].about, About::DeadLetter("unusable_schema"));
        }
        assert_eq!(schemas.0.load(std::sync::atomic::Ordering::Relaxed), 1);
    }

    const CROSSING: &[u8] = br#"{
        "envelope": {"event_id": "e/1", "agency": "border-force",
                     "occurred_at": "2026-01-01T00:00:00Z"},
        "traveller": {}, "documents": [{"number": "AB123", "issuing_state": "GBR"}]
    }"#;

    fn record() -> Record<'static> {
        Record {
            partition: Partition { input: 0, number: 0 },
            topic: "border.crossings",
            offset: 7,
            appended_at: at(1),
            key: None,
            value: None,
            content_type: None,
            schema_id: None,
        }
    }

    /// The alert to the Command at this size.
    fn alert(size: Size) -> Value {
        let mut entry = with_document("wanted/1", "AB123");
        entry.narrative = Some("seen before".into());
        Arc::make_mut(&mut entry.handling).warnings = ["ARMED".into()].into();
        let (lists, _writer) = lists([entry]);
        let decoder = Decoder::new(Limits::STANDARD).unwrap();
        let mut judge = Judge::new(lists, Arc::new(NoSchemas), decoder, Format::Json);
        let record =
            Record { value: Some(CROSSING), content_type: Some(b"application/json"), ..record() };
        let judged = judge.judge(Topic::Crossings, &record, size, |_| ());
        let Verdict::Tell(told) = judged.verdict else { panic!("it must be told") };
        let command = |told: &&Told| told.message.destination == Destination::Command;
        let message = &told.iter().find(command).unwrap().message;
        let headers = Headers { content_type: Some(b"application/json"), schema_id: None };
        to_json(Contract::Alerts, message.value.as_deref().unwrap(), headers).unwrap()
    }

    #[test]
    fn a_search_that_meets_its_bound_leaves_the_whole_event_for_later() {
        let mut entry = with_name("wanted/2", &[("Lindqvist", "Torsten")], &["1980-01-02"]);
        entry.identifiers = with_document("wanted/1", "AB123").identifiers;
        let (lists, _writer) = named_lists(weights(), [entry]);
        let value = br#"{
            "envelope": {"event_id": "e/1", "agency": "border-force",
                         "occurred_at": "2026-01-01T00:00:00Z"},
            "traveller": {"surname": "LINDQUIST", "given_names": "THORSTEN",
                          "birth_date": "1980-01-02"},
            "documents": [{"number": "AB123", "issuing_state": "GBR"},
                          {"number": "", "issuing_state": "GBR"}]
        }"#;
        let judge = |bound| {
            let decoder = Decoder::new(Limits::STANDARD).unwrap();
            let judge = Judge::new(Arc::clone(&lists), Arc::new(NoSchemas), decoder, Format::Json);
            judge.with_bound(bound)
        };
        let record =
            Record { value: Some(value), content_type: Some(b"application/json"), ..record() };
        let told = |judged: Judged| {
            assert_eq!(judged.defects.len(), 1);
            let Verdict::Tell(told) = judged.verdict else { panic!("it must be told") };
            told.into_iter().map(|told| told.message.value.unwrap()).collect::<Vec<_>>()
        };
        let mut tight = judge(fuzzy::Limits { keys: 0, postings: 0, names: 0 });
        let judged = tight.judge(Topic::Crossings, &record, Size::Whole, |_| ());
        // What is noticed is noticed once, with the verdict that counts.
        assert_eq!((judged.defects.len(), judged.cut, judged.again), (0, 0, 0));
        let Verdict::Later(kept) = judged.verdict else { panic!("it is not for a lane") };
        let finished = tight.finish(&kept);
        assert_eq!((finished.cut, finished.again), (0, 1));
        let mut wide = judge(fuzzy::Limits::default());
        let at_once = wide.judge(Topic::Crossings, &record, Size::Whole, |_| ());
        assert_eq!(told(finished), told(at_once));
        // What was finished has no bearing on what comes next.
        let next = tight.judge(Topic::Crossings, &record, Size::Whole, |_| ());
        assert!(matches!(next.verdict, Verdict::Later(_)));
    }

    #[test]
    fn an_alert_that_is_too_large_says_what_it_leaves_out_and_its_warnings_go_last() {
        let whole = alert(Size::Whole);
        assert_eq!(whole["left_out"], json!([]));
        assert_ne!(whole["reasons"][0]["evidence"], json!([]));

        let brief = alert(Size::Brief);
        assert_eq!(brief["id"], whole["id"]);
        assert_eq!(brief["left_out"], json!(["EVIDENCE", "NARRATIVE"]));
        assert_eq!(brief["reasons"][0]["evidence"], json!([]));
        assert_eq!(brief["warnings"], json!(["ARMED"]));

        let bare = alert(Size::Bare);
        assert_eq!(bare["id"], whole["id"]);
        assert_eq!(bare["left_out"], json!(["EVIDENCE", "NARRATIVE", "WARNINGS"]));
        assert_eq!(bare["warnings"], json!([]));
        assert_eq!(bare["reasons"][0]["warnings"], json!([]));
    }
}
