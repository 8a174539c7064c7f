//! How alerts look in a terminal: one block each, the gravest thing first, colours where they help.

use std::borrow::Cow;
use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

use super::text::shown;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// An alert as an officer reads it.
pub(super) fn alert(alert: &Value) -> String {
    let mut out = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string does not fail.
        writeln!(out, "{text}").unwrap_or_default();
    };
    line(format_args!("{}", headline(alert)));
    let fallback = text(alert, "/fallback");
    if !fallback.is_empty() && fallback != text(alert, "/action") {
        line(format_args!("  where that cannot be done: {fallback}"));
    }
    if alert.get("covert").and_then(Value::as_bool) == Some(true) {
        line(format_args!(
            "  {RED}covert{RED:#} known to the owner alone: it must reach nobody else"
        ));
    }
    for warning in items(alert, "/warnings") {
        line(format_args!("  {RED}warning{RED:#} {}", text(warning, "")));
    }
    for reason in items(alert, "/reasons") {
        line(format_args!("  {}", reason_line(reason)));
        // Whoever has a birth date is no ship, whatever the role.
        let is_born = items(reason, "/evidence").any(|at| text(at, "/attribute") == "birth_date");
        for evidence in items(reason, "/evidence") {
            line(format_args!("    {}", sentence(evidence, !is_born)));
        }
        for alike in reason.get("resemblance").into_iter().filter(|alike| alike.is_object()) {
            line(format_args!("    {}", weighed(alike)));
        }
    }
    for list in items(alert, "/not_screened") {
        let list = text(list, "");
        line(format_args!(
            "  {YELLOW}not screened against{YELLOW:#} {list}, whose answer is unknown"
        ));
    }
    let left_out: Vec<_> = items(alert, "/left_out").map(|part| text(part, "")).collect();
    if !left_out.is_empty() {
        let parts = left_out.join(", ").to_lowercase();
        line(format_args!("  {YELLOW}left out{YELLOW:#} {parts}: ask the owner"));
    }
    line(format_args!("  {}", owner_line(alert)));
    let (event, id) = (text(alert, "/event/event_id"), text(alert, "/id"));
    line(format_args!("  {DIM}event {event}  alert {id}{DIM:#}"));
    out
}

/// A listed subject that a name may mean, as an officer reads it.
pub(super) fn ranked(found: &Value) -> String {
    let mut out = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string does not fail.
        writeln!(out, "{text}").unwrap_or_default();
    };
    let number = |path: &str| found.pointer(path).and_then(Value::as_f64).unwrap_or_default();
    let probability = number("/probability");
    let style = match probability {
        0.9.. => RED,
        0.5..0.9 => YELLOW,
        _ => GREEN,
    };
    let per_cent = probability * 100.0;
    let (id, name) = (text(found, "/id"), text(found, "/name"));
    line(format_args!(
        "{style}{per_cent:>5.1} %{style:#}  {BOLD}{name}{BOLD:#}  {id}  {DIM}{:+.1} bits{DIM:#}",
        number("/bits")
    ));
    let matched = text(found, "/listed");
    if matched != name {
        line(format_args!("    listed also as {BOLD}{matched}{BOLD:#}"));
    }
    let bits_of = |at: &Value| at.get("bits").and_then(Value::as_f64).unwrap_or_default();
    let reasons = items(found, "/reasons").map(|at| (bits_of(at), text(at, "/words")));
    let (mut said, unsaid): (Vec<_>, Vec<_>) =
        reasons.partition(|(bits, words)| *bits != 0.0 && !words.is_empty());
    said.sort_by(|a, b| b.0.abs().total_cmp(&a.0.abs()));
    // So that what is shown adds up to the whole.
    let rest: f64 = unsaid.iter().map(|(bits, _)| bits).sum();
    if rest != 0.0 {
        said.push((rest, "where every comparison starts, and the names as wholes".into()));
    }
    for (bits, words) in said {
        let style = if bits > 0.0 { GREEN } else { RED };
        line(format_args!("    {style}{bits:>+6.1}{style:#}  {words}"));
    }
    let nothing: Vec<&str> =
        unsaid.iter().map(|(_, words)| &**words).filter(|words| !words.is_empty()).collect();
    if !nothing.is_empty() {
        line(format_args!("            {DIM}{}{DIM:#}", nothing.join("; ")));
    }
    out.truncate(out.trim_end().len());
    out
}

fn headline(alert: &Value) -> String {
    let (priority, action) = (text(alert, "/priority"), text(alert, "/action"));
    let style = match &*priority {
        "IMMEDIATE" => RED,
        "HIGH" => YELLOW,
        _ => GREEN,
    };
    let kind = text(alert, "/event/kind").to_lowercase().replace('_', " ");
    format!("{style}{priority:<9} {action}{style:#}  {kind} at {}", place(alert))
}

fn reason_line(reason: &Value) -> String {
    let version = reason.get("version").and_then(Value::as_i64).unwrap_or_default();
    let (list, entry) = (text(reason, "/list"), text(reason, "/entry"));
    let narrative = text(reason, "/narrative");
    format!("{BOLD}{list}/{entry}{BOLD:#} {DIM}version {version}{DIM:#}  {narrative}")
}

/// Whose it is and how they are reached.
fn owner_line(alert: &Value) -> String {
    let mut line = format!("owner {}", text(alert, "/owner"));
    let (unit, contact) = (text(alert, "/unit"), text(alert, "/contact"));
    if !unit.is_empty() {
        line += &format!(" ({unit})");
    }
    if !contact.is_empty() {
        line += &format!("  contact {BOLD}{contact}{BOLD:#}");
    }
    line
}

fn place(alert: &Value) -> String {
    let parts = ["/event/place", "/event/control_point", "/event/journey"];
    let known: Vec<Cow<'_, str>> =
        parts.iter().map(|path| text(alert, path)).filter(|text| !text.is_empty()).collect();
    if known.is_empty() { "a place not stated".to_owned() } else { known.join(", ") }
}

/// One piece of evidence in plain words; what carries something may be a vessel.
fn sentence(evidence: &Value, may_be_vessel: bool) -> String {
    let text = |path: &str| text(evidence, path);
    let attribute = text("/attribute").replace('_', " ");
    let role = text("/role").to_lowercase().replace('_', " ");
    let what = match (&*attribute, &*role) {
        ("nationality", "conveyance") if may_be_vessel => "flag of the vessel".to_owned(),
        ("imo" | "mmsi" | "call sign", "conveyance") => format!("{attribute} of the vessel"),
        ("name", "conveyance") if may_be_vessel => "name of the vessel".to_owned(),
        (attribute, role) if attribute == role => attribute.to_owned(),
        _ => format!("{attribute} of the {role}"),
    };
    let (stated, listed) = (text("/stated"), text("/listed"));
    let check = match &*text("/check") {
        "FAILS" => ", its check digit fails",
        "AGREES" => ", its check digit agrees",
        _ => "",
    };
    match &*text("/relation") {
        "SAME" if stated == listed => format!("{what}: {stated}, the same{check}"),
        "SAME" => format!("{what}: {stated}, listed as {listed}, the same in normal form{check}"),
        "ALIKE" => format!("{what}: {stated}, listed as {listed}, alike"),
        "DIFFERS" => format!("{what}: {stated}, listed as {listed}, differs"),
        _ => format!("{what}: not stated or not listed"),
    }
}

/// How many observations of a match by name an alert shows.
const STRONGEST: usize = 4;

/// How much speaks for a match by name, and what weighs most.
fn weighed(alike: &Value) -> String {
    let number = |value: &Value, path: &str| value.pointer(path).and_then(Value::as_i64);
    let bits = |value: &Value| number(value, "/sixteenths").unwrap_or_default() as f64 / 16.0;
    let per_cent = number(alike, "/per_mille").unwrap_or_default() as f64 / 10.0;
    let mut lines: Vec<&Value> = items(alike, "/observations").collect();
    lines.retain(|line| !matches!(&*text(line, "/about"), "start" | "whole"));
    let weight = |line: &Value| number(line, "/sixteenths").unwrap_or_default().unsigned_abs();
    lines.sort_by_key(|line| std::cmp::Reverse(weight(line)));
    lines.retain(|line| weight(line) > 0);
    lines.truncate(STRONGEST);
    let shown: f64 = lines.iter().map(|line| bits(line)).sum();
    let rest = bits(alike) - shown;
    let rest = (rest != 0.0).then(|| format!("the rest {rest:+.1}"));
    let lines = lines.into_iter().map(|line| {
        let parts = ["/stated", "/listed"].map(|path| text(line, path));
        let mut parts: Vec<&str> =
            parts.iter().map(|part| &**part).filter(|part| !part.is_empty()).collect();
        parts.dedup();
        let about = match &*text(line, "/about") {
            "nothing" => "no part of the names agrees".to_owned(),
            "weak_alias" => "the listed name is a weak alias".to_owned(),
            about => format!("{about} {}", text(line, "/how")).replace('_', " "),
        };
        let what = about.trim();
        let what = format!("{what} {}", parts.join(" / "));
        format!("{} {:+.1}", what.trim_end(), bits(line))
    });
    let why: Vec<String> = lines.chain(rest).collect();
    format!("{per_cent:.1} % likely, {:.1} bits: {}", bits(alike), why.join("; "))
}

/// A text of the alert, fit to be shown; empty where there is none.
fn text<'a>(value: &'a Value, path: &str) -> Cow<'a, str> {
    shown(value.pointer(path).and_then(Value::as_str).unwrap_or_default())
}

fn items<'a>(value: &'a Value, path: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(path).and_then(Value::as_array).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_weighs_is_told_in_words_and_equal_things_once() {
        let line = |about: &str, how: &str, both: &str, sixteenths: i32| json!({"about": about, "how": how, "stated": both, "listed": both, "sixteenths": sixteenths});
        let alike = json!({"per_mille": 999, "sixteenths": 112, "observations": [
            line("start", "", "", -112),
            line("nothing", "", "", -192),
            line("identifier", "same", "document", 400),
            line("birth_date", "same", "1980-05-25", 16),
        ]});
        assert_eq!(
            weighed(&alike),
            "99.9 % likely, 7.0 bits: identifier same document +25.0; \
             no part of the names agrees -12.0; birth date same 1980-05-25 +1.0; the rest -7.0"
        );
    }

    #[test]
    fn what_is_told_of_a_ship_is_told_as_a_ships() {
        let evidence = |attribute: &str| {
            json!({"attribute": attribute, "role": "CONVEYANCE",
            "relation": "SAME", "stated": "x", "listed": "x"})
        };
        let told = |attribute: &str| sentence(&evidence(attribute), true);
        assert_eq!(told("name"), "name of the vessel: x, the same");
        assert_eq!(told("nationality"), "flag of the vessel: x, the same");
        assert_eq!(told("call_sign"), "call sign of the vessel: x, the same");
        assert_eq!(told("vin"), "vin of the conveyance: x, the same");
        // Unless it is somebody in the part of one.
        let of = |attributes: &[&str]| {
            let rows: Vec<Value> = attributes.iter().map(|attribute| evidence(attribute)).collect();
            alert(&json!({"reasons": [{"evidence": rows}]}))
        };
        assert!(of(&["name", "nationality"]).contains("flag of the vessel"));
        let person = of(&["name", "birth_date", "nationality"]);
        assert!(!person.contains("vessel") && person.contains("nationality of the conveyance"));
    }

    /// Without its colours.
    fn plain(alert: &Value) -> String {
        anstream::adapter::strip_str(&super::alert(alert)).to_string()
    }

    #[test]
    fn an_alert_says_whom_to_ask_what_else_to_do_and_what_was_not_looked_at() {
        let text = plain(&json!({
            "priority": "HIGH", "action": "ARREST", "fallback": "LOCATE_ONLY",
            "owner": "police", "unit": "east", "contact": "+441632960003",
            "event": {"event_id": "e-1", "kind": "crossings", "place": "GBDVR"},
            "warnings": ["ARMED"], "covert": true,
            "not_screened": ["sanctions", "stolen"],
            "left_out": ["NARRATIVE"],
        }));
        for line in [
            "HIGH      ARREST  crossings at GBDVR",
            "  where that cannot be done: LOCATE_ONLY",
            "  covert known to the owner alone: it must reach nobody else",
            "  warning ARMED",
            "  not screened against sanctions, whose answer is unknown",
            "  not screened against stolen, whose answer is unknown",
            "  left out narrative: ask the owner",
            "  owner police (east)  contact +441632960003",
        ] {
            assert!(text.lines().any(|at| at == line), "{line}\n{text}");
        }
    }

    #[test]
    fn no_text_of_an_alert_acts_on_the_terminal() {
        let evil = "\u{1b}[2J\u{202e}\n  warning";
        let alert = json!({
            "priority": evil, "action": evil, "fallback": evil, "id": evil,
            "owner": evil, "unit": evil, "contact": evil, "warnings": [evil],
            "not_screened": [evil], "left_out": [evil],
            "event": {"event_id": evil, "kind": evil, "place": evil, "control_point": evil, "journey": evil},
            "reasons": [{"list": evil, "entry": evil, "narrative": evil,
                "evidence": [{"attribute": evil, "role": evil, "stated": evil, "listed": "x", "relation": "SAME"}]}],
        });
        let shown = super::alert(&alert);
        let text = plain(&alert);
        assert!(!text.contains('\u{1b}') && !shown.contains("\u{1b}[2J"), "{text}");
        assert!(!text.contains('\u{202e}'), "{text}");
        assert!(text.lines().all(|line| line != "  warning"), "{text}");
        // It is shown, though: each place has its text.
        assert!(text.matches("\\u{202e}").count() >= 15, "{text}");
    }
}
