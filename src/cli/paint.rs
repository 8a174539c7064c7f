//! How alerts look in a terminal: one block each, the gravest thing first, colours where they help.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use serde_json::Value;

const RED: Style = AnsiColor::Red.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default();
const DIM: Style = Style::new().dimmed();
const BOLD: Style = Style::new().bold();

/// An alert as an officer reads it.
pub(super) fn alert(alert: &Value) -> String {
    let text = |path: &str| alert.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let (priority, action) = (text("/priority"), text("/action"));
    let style = match priority {
        "IMMEDIATE" => RED,
        "HIGH" => YELLOW,
        _ => GREEN,
    };
    let mut out = String::new();
    let mut line = |text: std::fmt::Arguments<'_>| {
        // Writing to a string does not fail.
        writeln!(out, "{text}").unwrap_or_default();
    };
    let kind = text("/event/kind").to_lowercase().replace('_', " ");
    line(format_args!("{style}{priority:<9} {action}{style:#}  {kind} at {}", place(alert)));
    for reason in alert.pointer("/reasons").and_then(Value::as_array).into_iter().flatten() {
        let text = |key: &str| reason.get(key).and_then(Value::as_str).unwrap_or_default();
        let version = reason.get("version").and_then(Value::as_i64).unwrap_or_default();
        line(format_args!(
            "  {BOLD}{}/{}{BOLD:#} {DIM}version {version}{DIM:#}  {}",
            text("list"),
            text("entry"),
            text("narrative")
        ));
        for evidence in reason.get("evidence").and_then(Value::as_array).into_iter().flatten() {
            line(format_args!("    {}", sentence(evidence)));
        }
    }
    for warning in alert.pointer("/warnings").and_then(Value::as_array).into_iter().flatten() {
        line(format_args!("  {RED}warning{RED:#} {}", warning.as_str().unwrap_or_default()));
    }
    let unit = text("/unit");
    let owner = if unit.is_empty() {
        text("/owner").to_owned()
    } else {
        format!("{} ({unit})", text("/owner"))
    };
    line(format_args!(
        "  {DIM}owner {owner}  event {}  alert {}{DIM:#}",
        text("/event/event_id"),
        text("/id")
    ));
    out
}

fn place(alert: &Value) -> String {
    let text = |path: &str| alert.pointer(path).and_then(Value::as_str);
    let parts = [text("/event/place"), text("/event/control_point"), text("/event/journey")];
    let known: Vec<&str> = parts.into_iter().flatten().collect();
    if known.is_empty() { "a place not stated".to_owned() } else { known.join(", ") }
}

/// One piece of evidence in plain words.
fn sentence(evidence: &Value) -> String {
    let text = |key: &str| evidence.get(key).and_then(Value::as_str).unwrap_or_default();
    let attribute = text("attribute").replace('_', " ");
    let role = text("role").to_lowercase().replace('_', " ");
    let what = if attribute == role { attribute } else { format!("{attribute} of the {role}") };
    let (stated, listed) = (text("stated"), text("listed"));
    let check = match text("check") {
        "FAILS" => ", its check digit fails",
        "AGREES" => ", its check digit agrees",
        _ => "",
    };
    match text("relation") {
        "SAME" if stated == listed => format!("{what}: {stated}, the same{check}"),
        "SAME" => format!("{what}: {stated}, listed as {listed}, the same in normal form{check}"),
        "DIFFERS" => format!("{what}: {stated}, listed as {listed}, differs"),
        _ => format!("{what}: not stated or not listed"),
    }
}
