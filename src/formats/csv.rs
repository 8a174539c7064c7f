//! Comma-separated values with a header row: each row is laid out as the entry's JSON and read as such.

use csv::StringRecord;
use serde_json::{Map, Value, json};

use crate::codec::{Decoder, Headers};

use super::{Contents, Mistake};

/// Every column: name and meaning. `list`, `entry`, `subject`, `owner`, `action`, `priority` and at
/// least one name or identifier are needed;
/// the others may be left out or left empty. Several values in one cell are separated by `;`.
pub(super) const COLUMNS: &[(&str, &str)] = &[
    ("list", "the list, such as wanted-persons"),
    ("entry", "the owner's reference within the list"),
    (
        "subject",
        "PERSON, DOCUMENT, VEHICLE, VESSEL, CONTAINER, ORGANISATION, CONTACT, CONSIGNMENT or OTHER",
    ),
    ("surname", "surname, or the whole name when its parts are not known"),
    ("given_names", "given names"),
    ("aliases", "further names as SURNAME, GIVEN; several separated by ;"),
    ("weak_aliases", "the same, broad or generic ones that prove little; several separated by ;"),
    ("birth_date", "YYYY-MM-DD, YYYY-MM or YYYY; several separated by ;"),
    ("nationality", "ISO 3166-1 or ICAO codes, or a vessel's flag; several separated by ;"),
    ("sex", "FEMALE, MALE or UNSPECIFIED"),
    ("birth_place", "places of birth, town, country or both; several separated by ;"),
    ("document", "NUMBER@STATE, such as 123456789@GBR; several separated by ;"),
    ("plate", "NUMBER@COUNTRY, such as AB12CDE@GB; several separated by ;"),
    ("vin", "vehicle identification numbers (ISO 3779)"),
    ("container", "container numbers (ISO 6346)"),
    ("imo", "IMO ship numbers"),
    ("mmsi", "maritime mobile service identities"),
    ("call_sign", "call signs of ships (ITU Radio Regulations, Article 19)"),
    ("eori", "EORI numbers"),
    ("mrn", "movement reference numbers"),
    ("phone", "telephone numbers with country code (E.164)"),
    ("email", "e-mail addresses"),
    ("priority", "IMMEDIATE, HIGH or ROUTINE"),
    ("action", "what to do, such as STOP_AND_REFER"),
    ("fallback", "what to do where that cannot be done; NOTIFY_OWNER_ONLY when empty"),
    ("owner", "the agency that owns the entry"),
    ("unit", "the unit within the agency"),
    ("contact", "how the unit is reached at any hour"),
    ("covert", "true: known to the owner alone"),
    ("audience", "AGENCY=VIEW with FULL, SUMMARY or POINTER; several separated by ;"),
    ("warnings", "warnings for officers' safety; several separated by ;"),
    ("reason_code", "why the subject is listed, as a code of the owner's"),
    ("narrative", "the owner's text"),
    ("valid_from", "in force from this time on (RFC 3339)"),
    ("valid_to", "in force until just before this time (RFC 3339)"),
];

/// What spreadsheets write before a text in UTF-8.
pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Columns whose cells hold identifiers, and the kind by which the schema names it.
const IDENTIFIERS: [(&str, &str); 11] = [
    ("document", "document"),
    ("plate", "vehicle"),
    ("vin", "vin"),
    ("container", "container"),
    ("imo", "imo"),
    ("mmsi", "mmsi"),
    ("call_sign", "call_sign"),
    ("eori", "eori"),
    ("mrn", "mrn"),
    ("phone", "phone"),
    ("email", "email"),
];

pub(super) fn read(bytes: &[u8], decoder: &mut Decoder) -> Contents {
    let mut contents = Contents::default();
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let headers = match reader.headers() {
        Ok(headers) => headers.clone(),
        Err(_) => {
            let what = "the header row is not UTF-8 text: save the file as UTF-8".to_owned();
            contents.mistakes.push(Mistake { line: 1, what });
            return contents;
        }
    };
    contents.mistakes.extend(unfit_columns(&headers));
    if !contents.mistakes.is_empty() {
        return contents;
    }
    let json = Headers { content_type: Some(b"application/json"), schema_id: None };
    let mut record = StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return contents,
            Ok(true) => {}
            Err(error) => {
                let line = line_of(error.position(), bytes);
                let what = "the row is not UTF-8 text: save the file as UTF-8".to_owned();
                contents.mistakes.push(Mistake { line, what });
                if error.is_io_error() {
                    return contents;
                }
                continue;
            }
        }
        let line = line_of(record.position(), bytes);
        if record.len() != headers.len() {
            let what = format!(
                "the row has {} cells and the header {}: quote cells that hold commas",
                record.len(),
                headers.len()
            );
            contents.mistakes.push(Mistake { line, what });
            continue;
        }
        let entry = entry(&Row { headers: &headers, record: &record }).to_string();
        contents.add(line, decoder.decode_entry(None, entry.as_bytes(), json));
    }
}

/// The line on which a row begins. The reader's position stands before the line ends that precede the
/// row: before the second half of one, and before empty lines.
pub(super) fn line_of(position: Option<&csv::Position>, bytes: &[u8]) -> u64 {
    let Some(position) = position else { return 0 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let ends = bytes.iter().skip(start).take_while(|byte| matches!(byte, b'\r' | b'\n'));
    position.line() + ends.filter(|byte| **byte == b'\n').count() as u64
}

fn unfit_columns(headers: &StringRecord) -> Vec<Mistake> {
    let known = |name: &str| COLUMNS.iter().any(|column| column.0 == name);
    let unknown: Vec<&str> = headers.iter().filter(|name| !known(name)).collect();
    if unknown.is_empty() {
        let twice =
            |(at, name): (usize, &str)| headers.iter().take(at).any(|before| before == name);
        let repeated = headers.iter().enumerate().any(twice);
        let what = "a column is named twice: name each once, with several values separated by ;";
        return Vec::from_iter(repeated.then(|| Mistake { line: 1, what: what.to_owned() }));
    }
    let names: Vec<&str> = COLUMNS.iter().map(|column| column.0).collect();
    let what = format!(
        "{} of its columns are unknown: the columns are {}",
        unknown.len(),
        names.join(", ")
    );
    vec![Mistake { line: 1, what }]
}

struct Row<'a> {
    headers: &'a StringRecord,
    record: &'a StringRecord,
}

impl<'a> Row<'a> {
    /// The cell of a column; `None` when it is not there or empty.
    fn cell(&self, column: &str) -> Option<&'a str> {
        let at = self.headers.iter().position(|name| name == column)?;
        self.record.get(at).filter(|cell| !cell.is_empty())
    }

    /// The values of a cell that may hold several.
    fn cells(&self, column: &str) -> impl Iterator<Item = &'a str> {
        let cell = self.cell(column).unwrap_or_default();
        cell.split(';').map(str::trim).filter(|value| !value.is_empty())
    }
}

/// The row as the entry's JSON: the decoder then checks it like any other entry.
fn entry(row: &Row<'_>) -> Value {
    let mut entry = Map::new();
    for column in ["list", "entry", "subject", "sex", "narrative", "valid_from", "valid_to"] {
        set(&mut entry, column, row.cell(column).map(Value::from));
    }
    entry.insert("names".into(), names(row));
    entry.insert("birth_dates".into(), row.cells("birth_date").collect());
    entry.insert("nationalities".into(), row.cells("nationality").collect());
    entry.insert("birth_places".into(), row.cells("birth_place").collect());
    entry.insert("identifiers".into(), identifiers(row));
    entry.insert("handling".into(), handling(row));
    Value::Object(entry)
}

fn names(row: &Row<'_>) -> Value {
    let name = |surname: &str, given: Option<&str>, weak: bool| json!({"surname": surname, "given_names": given, "weak": weak});
    let main = row.cell("surname").map(|surname| name(surname, row.cell("given_names"), false));
    let strong = row.cells("aliases").map(|alias| (alias, false));
    let weak = row.cells("weak_aliases").map(|alias| (alias, true));
    let aliases = strong.chain(weak).map(|(alias, weak)| match alias.split_once(',') {
        Some((surname, given)) => name(surname.trim(), Some(given.trim()), weak),
        None => name(alias, None, weak),
    });
    main.into_iter().chain(aliases).collect()
}

fn identifiers(row: &Row<'_>) -> Value {
    let all = IDENTIFIERS.into_iter().flat_map(|(column, kind)| {
        row.cells(column).map(move |cell| match cell.rsplit_once('@') {
            Some((value, issuer)) if kind != "email" => {
                json!({"kind": kind, "value": value, "issuer": issuer})
            }
            _ => json!({"kind": kind, "value": cell}),
        })
    });
    all.collect()
}

fn handling(row: &Row<'_>) -> Value {
    let mut handling = Map::new();
    let texts = ["owner", "unit", "contact", "priority", "action", "reason_code"];
    for column in texts {
        set(&mut handling, column, row.cell(column).map(Value::from));
    }
    let fallback = row.cell("fallback").unwrap_or("NOTIFY_OWNER_ONLY");
    handling.insert("fallback".into(), fallback.into());
    // What is neither is handed on as it is, so that the decoder refuses it: a covert entry that is
    // taken for an open one would warn its subject.
    let covert = match row.cell("covert").map(str::to_ascii_lowercase).as_deref() {
        None | Some("false" | "no" | "0") => Value::Bool(false),
        Some("true" | "yes" | "1") => Value::Bool(true),
        Some(other) => Value::from(other),
    };
    handling.insert("covert".into(), covert);
    let audience = row.cells("audience").map(|share| {
        let (agency, view) = share.split_once('=').unwrap_or((share, ""));
        json!({"agency": agency.trim(), "view": view.trim()})
    });
    handling.insert("audience".into(), audience.collect());
    handling.insert("warnings".into(), row.cells("warnings").collect());
    Value::Object(handling)
}

fn set(object: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        object.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use crate::codec::Limits;

    use super::*;

    /// A row that fills every column, with one valid value of each kind of identifier.
    const FULL: &str = "\
list,entry,subject,surname,given_names,aliases,weak_aliases,birth_date,nationality,sex,birth_place,document,plate,vin,container,imo,mmsi,call_sign,eori,mrn,phone,email,priority,action,fallback,owner,unit,contact,covert,audience,warnings,reason_code,narrative,valid_from,valid_to
all-kinds,A-1,OTHER,Varga-Example,Ilona Test,\"Samplova, Ilona\",Ilonka,1984-02-29; 1984,HUN; SVK,FEMALE,\"Pécs, Hungary; Szeged\",ZE000509@HUN; XAA000000@ESP,AB12CDE@GB,WVWZZZ1JZXW000001,CSQU3054383,9074729,232000001,3EXA9,GB123456789012,26GB0000000000EX81,+441632960001,ilona@example.org,HIGH,SEARCH_GOODS,LOCATE_ONLY,hmrc,unit-1,+441632960003,no,border-force=SUMMARY; coastguard=POINTER,dogs; two people,CODE,\"sought, not found\",2026-01-01T00:00:00Z,2031-05-04T00:00:00Z
";

    #[test]
    fn every_column_reaches_the_entry() {
        let contents = read(FULL.as_bytes(), &mut Decoder::new(Limits::STANDARD).unwrap());
        assert_eq!(contents.mistakes, []);
        let (_, entry) = contents.entries.first().unwrap();
        let weak: Vec<bool> = entry.names.iter().map(|name| name.weak).collect();
        assert_eq!(weak, [false, false, true]);
        assert!(entry.sex.is_some() && entry.birth_places.len() == 2);
        assert_eq!(entry.birth_dates.len(), 2);
        assert_eq!(entry.nationalities.len(), 2);
        // Eleven columns, and the column of documents holds two.
        assert_eq!(entry.identifiers.len(), IDENTIFIERS.len() + 1);
        assert!(entry.valid_from.is_some() && entry.valid_to.is_some());
        assert_eq!(entry.narrative.as_deref(), Some("sought, not found"));
        let handling = &entry.handling;
        assert_eq!(handling.audience.len(), 2);
        assert_eq!(handling.warnings.len(), 2);
        assert!(!handling.covert);
        assert!(handling.unit.is_some() && handling.contact.is_some());
        assert!(handling.reason_code.is_some());
        let header = FULL.lines().next().unwrap();
        let names: Vec<&str> = COLUMNS.iter().map(|column| column.0).collect();
        assert_eq!(header, names.join(","), "the row above fills every column there is");
    }
}
