//! The lists and what their owners ask for: who looks for whom, how soon, and who may know.

use std::sync::Arc;

use super::listed::Class;
use crate::domain::{Action, AgencyId, Handling, ListId, Priority, Share, View};

/// A list with the kinds of handling its entries have.
pub(super) struct List {
    pub(super) class: Class,
    pub(super) id: ListId,
    pub(super) handlings: Vec<Arc<Handling>>,
}

/// A kind of handling, as it is written in the table below.
struct Row {
    priority: Priority,
    action: Action,
    fallback: Action,
    covert: bool,
    audience: &'static [(&'static str, View)],
    warnings: &'static [&'static str],
    reason: &'static str,
}

const PLAIN: Row = Row {
    priority: Priority::Routine,
    action: Action::StopAndRefer,
    fallback: Action::NotifyOwnerOnly,
    covert: false,
    audience: &[],
    warnings: &[],
    reason: "",
};

const COVERT: Row = Row {
    priority: Priority::High,
    action: Action::ObserveCovert,
    covert: true,
    reason: "INTELLIGENCE",
    ..PLAIN
};

/// Class, list, owner, unit, kinds of handling.
type Line = (Class, &'static str, &'static str, &'static str, &'static [Row]);

const LINES: &[Line] = &[
    (Class::Person, "wanted-persons", "police", "fugitives-desk", WANTED),
    (Class::Person, "immigration-alerts", "border-force", "casework", IMMIGRATION),
    (Class::Person, "covert-interest", "crime-agency", "observation", &[COVERT]),
    (Class::Person, "cash-couriers", "customs", "finance-team", COURIERS),
    (Class::Document, "stolen-documents", "border-force", "document-desk", DOCUMENTS),
    (Class::Vehicle, "stolen-vehicles", "police", "vehicle-crime", VEHICLES),
    (Class::Vehicle, "vehicles-of-interest", "crime-agency", "observation", &[COVERT]),
    (Class::Container, "containers-of-interest", "customs", "targeting", GOODS),
    (Class::Trader, "sanctioned-traders", "customs", "trade-controls", TRADERS),
    (Class::Vessel, "vessels-of-interest", "border-force", "maritime", GOODS),
    (Class::Contact, "contacts-of-interest", "crime-agency", "observation", &[COVERT]),
    (Class::Consignment, "consignments-of-interest", "customs", "targeting", GOODS),
];

const WANTED: &[Row] = &[
    Row {
        priority: Priority::Immediate,
        action: Action::Arrest,
        fallback: Action::StopAndRefer,
        audience: &[("border-force", View::Summary), ("customs", View::Pointer)],
        warnings: &["May be violent", "May carry a knife"],
        reason: "WARRANT",
        ..PLAIN
    },
    Row {
        priority: Priority::High,
        action: Action::Arrest,
        fallback: Action::LocateOnly,
        audience: &[("border-force", View::Summary)],
        reason: "WARRANT",
        ..PLAIN
    },
    Row {
        priority: Priority::Immediate,
        action: Action::Safeguard,
        audience: &[("border-force", View::Full)],
        warnings: &["Do not leave with companions"],
        reason: "MISSING",
        ..PLAIN
    },
    Row { action: Action::LocateOnly, reason: "WITNESS", ..PLAIN },
];

const IMMIGRATION: &[Row] = &[
    Row {
        priority: Priority::High,
        action: Action::RefuseEntry,
        fallback: Action::StopAndRefer,
        audience: &[("police", View::Summary)],
        reason: "ENTRY_BAN",
        ..PLAIN
    },
    Row { action: Action::Question, reason: "OVERSTAY", ..PLAIN },
    Row {
        priority: Priority::Immediate,
        action: Action::DenyBoarding,
        fallback: Action::RefuseEntry,
        reason: "EXCLUSION",
        ..PLAIN
    },
];

const COURIERS: &[Row] = &[
    Row {
        priority: Priority::High,
        action: Action::SearchPerson,
        fallback: Action::Question,
        audience: &[("crime-agency", View::Full)],
        reason: "CASH",
        ..PLAIN
    },
    Row { action: Action::Question, reason: "CASH", ..PLAIN },
];

const DOCUMENTS: &[Row] = &[
    Row {
        priority: Priority::High,
        action: Action::SeizeDocument,
        fallback: Action::StopAndRefer,
        audience: &[("police", View::Summary)],
        reason: "STOLEN",
        ..PLAIN
    },
    Row { action: Action::SeizeDocument, reason: "LOST", ..PLAIN },
];

const VEHICLES: &[Row] = &[
    Row {
        priority: Priority::High,
        audience: &[("border-force", View::Summary), ("customs", View::Summary)],
        reason: "STOLEN",
        ..PLAIN
    },
    Row {
        priority: Priority::Immediate,
        audience: &[("border-force", View::Summary)],
        warnings: &["Occupants may be armed"],
        reason: "USED_IN_CRIME",
        ..PLAIN
    },
];

const GOODS: &[Row] = &[
    Row {
        priority: Priority::High,
        action: Action::HoldGoods,
        fallback: Action::NotifyOwnerOnly,
        audience: &[("border-force", View::Pointer)],
        reason: "TARGETED",
        ..PLAIN
    },
    Row { action: Action::SearchGoods, reason: "RISK_PROFILE", ..PLAIN },
    Row {
        priority: Priority::High,
        action: Action::SearchGoods,
        warnings: &["Fumigated: ventilate before opening"],
        reason: "NARCOTICS",
        ..PLAIN
    },
];

const TRADERS: &[Row] = &[
    Row { priority: Priority::High, action: Action::HoldGoods, reason: "SANCTIONS", ..PLAIN },
    Row {
        action: Action::HoldGoods,
        audience: &[("crime-agency", View::Summary)],
        reason: "EXPORT_CONTROL",
        ..PLAIN
    },
];

/// All lists, those of one class together.
pub(super) fn all() -> Vec<List> {
    LINES.iter().filter_map(list).collect()
}

fn list((class, id, owner, unit, rows): &Line) -> Option<List> {
    let owner = AgencyId::parse(owner).ok()?;
    let handlings = rows.iter().map(|row| Arc::new(handling(row, &owner, unit))).collect();
    Some(List { class: *class, id: ListId::parse(id).ok()?, handlings })
}

fn handling(row: &Row, owner: &AgencyId, unit: &str) -> Handling {
    let share = |(agency, view): &(&str, View)| {
        Some(Share { agency: AgencyId::parse(agency).ok()?, view: *view })
    };
    Handling {
        owner: owner.clone(),
        unit: Some(unit.into()),
        contact: Some(format!("{unit}@{}.example", owner.as_str()).into()),
        priority: row.priority,
        action: row.action,
        fallback: row.fallback,
        covert: row.covert,
        audience: row.audience.iter().filter_map(share).collect(),
        warnings: row.warnings.iter().map(|warning| (*warning).into()).collect(),
        reason_code: Some(row.reason.into()),
    }
}
