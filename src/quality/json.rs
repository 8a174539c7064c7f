//! The report for programs: the same numbers as one JSON document.

use serde_json::{Value, json};

use super::calibration::{Basis, Calibration};
use super::figures::{Candidates, Judged, Part, Set, thinned};
use super::measure::{Counts, Point, confidence};
use super::report::Report;
use super::retrieval::{GOAL, Retrieval};

/// Everything that was measured, and where.
pub(super) fn document(report: &Report<'_>) -> Value {
    let machine = report.machine;
    json!({
        "setting": {
            "command": machine.command,
            "ended_at": machine.ended_at,
            "portcullis": machine.portcullis,
            "debug_build": crate::report::is_debug(),
            "processor": machine.processor,
            "cores": machine.cores,
            "memory_bytes": machine.memory_bytes,
            "kernel": machine.kernel,
            "load_average": machine.load,
            "facts": report.facts.iter().map(|(name, value)| json!([name, value])).collect::<Vec<_>>(),
        },
        "sets": report.sets.iter().map(set).collect::<Vec<_>>(),
    })
}

fn set(set: &Set) -> Value {
    json!({
        "name": set.name,
        "kind": set.kind.name(),
        "left_out": set.left_out,
        "asked": set.asked,
        "seconds": set.seconds,
        "candidates": set.candidates.map(Candidates::name),
        "found_by_index": set.retrieval.as_ref().map(retrieval),
        "calibration": set.calibration.as_ref().map(calibration),
        "notes": set.notes,
        "matchers": set.judged.iter().map(judged).collect::<Vec<_>>(),
    })
}

/// What the index finds of all that is called a match, and of the right ones among it.
fn retrieval(retrieval: &Retrieval) -> Value {
    let [called, right] = retrieval.parts().map(|(_, part)| {
        let range = confidence(part.found, part.of);
        json!({"found": part.found, "of": part.of, "share": part.share(), "share_95": range})
    });
    json!({"goal": GOAL, "called": called, "right": right})
}

/// Bits are logarithms to base 2; what is infinite is null.
fn calibration(calibration: &Calibration) -> Value {
    let bins = calibration.bins.iter().map(|bin| {
        let is_evidence = calibration.basis == Basis::Evidence;
        let prior = calibration.prior;
        json!({
            "from": bin.from,
            "to": bin.to,
            "samples": bin.count,
            "matches": bin.matches,
            "mean_bits": bin.bits,
            "mean_probability": bin.stated,
            "share": bin.seen(),
            "share_95": bin.range(),
            "bits_seen": is_evidence.then(|| bin.bits_seen(prior)),
            "bits_seen_95": is_evidence.then(|| bin.bits_range(prior)),
        })
    });
    let line = calibration.line.map(
        |line| json!({"slope": line.slope, "slope_95": line.slope_range, "shift": line.shift}),
    );
    json!({
        "of": calibration.basis.name(),
        "prior_bits": calibration.prior,
        "bins": bins.collect::<Vec<_>>(),
        "error": calibration.error,
        "brier": calibration.brier,
        "brier_of_share": calibration.brier_of_share,
        "line": line,
        "right_with_one_listed_in": calibration.one_in,
        "right_in_run_with_one_listed_in": calibration.one_in_run,
    })
}

fn judged(judged: &Judged) -> Value {
    let at = judged.at.iter().map(|(name, threshold, at)| {
        json!({"mode": name, "threshold": threshold, "counts": counts(*at)})
    });
    let within = judged.within.iter().map(|at| {
        json!({
            "false_share": at.most,
            "recall": at.recall,
            "point": at.point.map(point),
        })
    });
    json!({
        "matcher": judged.matcher,
        "at": at.collect::<Vec<_>>(),
        "best_f1": judged.best.map(point),
        "recall_within": within.collect::<Vec<_>>(),
        "ranked_first": judged.first,
        "curve": thinned(&judged.curve).map(point).collect::<Vec<_>>(),
        "parts": judged.parts.iter().map(part).collect::<Vec<_>>(),
    })
}

fn part(part: &Part) -> Value {
    json!({
        "column": part.column,
        "value": part.value,
        "counts": counts(part.counts),
        "recall_within": part.recall_within,
        "curve": part.curve,
    })
}

fn point(point: Point) -> Value {
    json!({"threshold": point.threshold, "counts": counts(point.counts)})
}

fn counts(counts: Counts) -> Value {
    let Counts { found, missed, false_alarms, rejected } = counts;
    json!({
        "found": found,
        "missed": missed,
        "false_alarms": false_alarms,
        "rejected": rejected,
        "precision": counts.precision(),
        "recall": counts.recall(),
        "recall_95": confidence(found, counts.matches()),
        "f1": counts.f1(),
        "false_share": counts.false_share(),
    })
}
