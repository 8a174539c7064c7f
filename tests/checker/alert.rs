//! An alert as its reader sees it, decoded without Portcullis' own codec.

use std::sync::LazyLock;

use apache_avro::Schema;
use apache_avro::reader::datum::GenericDatumReader;
use serde_json::Value;

use super::history::Record;

/// What the checker looks at in an alert.
#[derive(Clone, Debug)]
pub(super) struct Alert {
    pub(super) id: String,
    pub(super) audience: Option<String>,
    pub(super) view: String,
    pub(super) event_id: String,
    /// The event's own coordinates.
    pub(super) topic: String,
    pub(super) partition: i64,
    pub(super) offset: i64,
    pub(super) owner: String,
    pub(super) covert: bool,
    pub(super) reasons: Vec<Reason>,
    /// Whether it says that something was left out to make it fit.
    pub(super) shortened: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Reason {
    /// `list/entry`.
    pub(super) entry: String,
    /// Whether it tells the narrative or the reason's code.
    pub(super) tells_more: bool,
    /// Whether it is shown how the entry was met, and neither by an identifier nor by a name and a
    /// birth date that are equal.
    pub(super) by_likeness: bool,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    Schema::parse_str(include_str!("../../schemas/alerts.avsc"))
        .expect("what is shipped is a schema")
});
static READER: LazyLock<GenericDatumReader<'static>> = LazyLock::new(|| {
    GenericDatumReader::builder(&SCHEMA).build().expect("its names are all known")
});

impl Alert {
    /// Reads an alert; says in words what is wrong with it, without quoting it.
    pub(super) fn read(record: &Record) -> Result<Self, String> {
        let value = record.value.as_deref().ok_or("it has no value")?;
        let alert = match record.header("content-type") {
            "application/json" => serde_json::from_slice(value).map_err(|_| "it is no JSON")?,
            "avro/binary" => from_avro(value)?,
            other => return Err(format!("its content type is {other:?}")),
        };
        Self::of(&alert).ok_or_else(|| "a field that every alert has is missing".to_owned())
    }

    fn of(alert: &Value) -> Option<Self> {
        let text = |path: &str| Some(alert.pointer(path)?.as_str()?.to_owned());
        let number = |path: &str| alert.pointer(path)?.as_i64();
        let reasons = alert["reasons"].as_array()?.iter().map(reason);
        Some(Self {
            id: text("/id")?,
            audience: text("/audience"),
            view: text("/view")?,
            event_id: text("/event/event_id")?,
            topic: text("/event/topic")?,
            partition: number("/event/partition")?,
            offset: number("/event/offset")?,
            owner: text("/owner")?,
            covert: alert["covert"].as_bool()?,
            reasons: reasons.collect::<Option<_>>()?,
            shortened: !alert["left_out"].as_array()?.is_empty(),
        })
    }

    /// The entries it names.
    pub(super) fn entries(&self) -> impl Iterator<Item = &str> {
        self.reasons.iter().map(|reason| reason.entry.as_str())
    }
}

fn reason(reason: &Value) -> Option<Reason> {
    let told = |name: &str| reason.get(name).is_some_and(|value| !value.is_null());
    Some(Reason {
        entry: format!("{}/{}", reason["list"].as_str()?, reason["entry"].as_str()?),
        tells_more: told("narrative") || told("reason_code"),
        by_likeness: is_by_likeness(reason["evidence"].as_array().map_or(&[], Vec::as_slice)),
    })
}

fn is_by_likeness(evidence: &[Value]) -> bool {
    let is = |attribute: &str| evidence.iter().any(|of| of["attribute"] == attribute);
    let equal: Vec<&Value> = evidence.iter().filter(|of| of["relation"] == "SAME").collect();
    let is_equal = |attribute: &str| equal.iter().any(|of| of["attribute"] == attribute);
    let of_a_name = ["name", "birth_date", "nationality", "sex", "birth_place"];
    let is_identified =
        equal.iter().any(|of| !of_a_name.iter().any(|name| of["attribute"] == *name));
    is("name") && !is_identified && !(is_equal("name") && is_equal("birth_date"))
}

/// Avro behind the five bytes of Confluent's framing; which schema they name is the registry's
/// matter.
fn from_avro(value: &[u8]) -> Result<Value, String> {
    let Some((0, rest)) = value.split_first() else { return Err("it has no framing".into()) };
    let mut datum = rest.get(4..).ok_or("it has no framing")?;
    // The error would quote what it could not read.
    let alert = READER.read_value(&mut datum).map_err(|_| "it is no Avro by the shipped schema")?;
    if !datum.is_empty() {
        return Err("bytes remain behind it".into());
    }
    Value::try_from(alert).map_err(|error| error.to_string())
}
