//! The report for programs: the same numbers as one JSON document.

use hdrhistogram::Histogram;
use serde_json::{Value, json};

use crate::report::is_debug;

use super::figures::{Latency, Operation, Results, Round, Saturation, longest, quantile};
use super::verdict::verdicts;
use super::{Alike, Config, Exactness, Screening, Setting};

/// Everything that a run measured, and where.
pub(super) fn document(config: &Config, setting: &Setting, results: &Results) -> Value {
    json!({
        "setting": place(config, setting, results),
        "exact": results.is_exact(),
        "verdicts": judged(config, results),
        "core": results.core.map(|core| json!({
            "look_up_ns": core.look_up,
            "decode_ns": core.decode,
            "exact": screening(core.exact),
            "names": screening(core.alike),
        })),
        "rounds": results.rounds.iter().map(round).collect::<Vec<_>>(),
        "operations": results.operations.iter().map(operation).collect::<Vec<_>>(),
    })
}

fn place(config: &Config, setting: &Setting, results: &Results) -> Value {
    let machine = &setting.machine;
    json!({
        "command": machine.command,
        "ended_at": machine.ended_at,
        "portcullis": machine.portcullis,
        "debug_build": is_debug(),
        "librdkafka": setting.librdkafka,
        "broker_version": setting.broker.as_ref().or(results.broker_version.as_ref()),
        "brokers": results.brokers,
        "replication": results.replication,
        "partitions": config.partitions,
        "processor": machine.processor,
        "cores": machine.cores,
        "memory_bytes": machine.memory_bytes,
        "kernel": machine.kernel,
        "load_average": machine.load,
        "seed": config.seed,
        "event_bytes": results.event_bytes,
        "documents": config.documents,
        "persons": config.persons,
        "publish_seconds": results.publish_seconds,
        "hit_every": config.backlog_every,
        "rate_hit_every": config.rate_every,
        "lanes": config.lanes,
    })
}

fn judged(config: &Config, results: &Results) -> Vec<Value> {
    let verdicts = verdicts(&config.rates, results).into_iter();
    verdicts
        .map(|verdict| {
            json!({
                "target": verdict.target,
                "limit": verdict.limit,
                "unit": verdict.unit,
                "measured": verdict.measured,
                "middle": verdict.middle(),
                "met": verdict.kept(),
                "void": verdict.void,
            })
        })
        .collect()
}

fn round(round: &Round) -> Value {
    json!({
        "subject": round.subject.name(),
        "repeat": round.repeat,
        "ready_seconds": round.ready_seconds,
        "ready_cpu_seconds": round.ready_cpu_seconds,
        "ready_bytes": round.ready_bytes,
        "saturation": round.saturation.as_ref().map(saturation),
        "latency": round.latency.iter().map(latency).collect::<Vec<_>>(),
    })
}

fn screening(run: Screening) -> Value {
    json!({
        "ns": run.nanos,
        "p99_ns": run.p99,
        "travellers_per_second": run.per_second(),
    })
}

fn operation(run: &Operation) -> Value {
    json!({
        "subject": run.subject.name(),
        "changes": run.changes.as_ref().map(|run| json!({
            "ms": percentiles(&run.histogram),
            "wrong": run.wrong,
        })),
        "rewrite": run.rewrite.as_ref().map(|run| json!({
            "records": run.records,
            "records_per_second": run.rate,
            "seconds": run.seconds,
            "before": latency(&run.before),
            "during": latency(&run.during),
        })),
        "take_over": run.take_over.as_ref().map(|run| json!({
            "seconds": run.seconds,
            "partitions_moved": run.moved,
            "session_timeout_seconds": run.session_timeout,
            "answers": answers(run.exactness),
        })),
    })
}

fn saturation(run: &Saturation) -> Value {
    json!({
        "events": run.events,
        "seconds": run.speed.map(|speed| speed.seconds),
        "events_per_second": run.rate(),
        "cpu_us_per_event": run.speed.map(|speed| speed.cpu_us),
        "resident_bytes": run.speed.map(|speed| speed.resident_bytes),
        "answers": answers(run.exactness),
        "alike": run.alike.map(alike),
    })
}

fn latency(run: &Latency) -> Value {
    json!({
        "rate": run.rate,
        "ms": percentiles(&run.histogram),
        "generator_late_ms": percentiles(&run.late),
        "answers": answers(run.exactness),
        "alike": run.alike.map(alike),
    })
}

/// A percentile of too few times is null.
fn percentiles(histogram: &Histogram<u64>) -> Value {
    let ms = |share| quantile(histogram, share);
    json!({
        "count": histogram.len(),
        "p50": ms(0.5),
        "p99": ms(0.99),
        "p999": ms(0.999),
        "max": longest(histogram),
    })
}

fn answers(exactness: Exactness) -> Value {
    let Exactness { owed, missing, repeated, wrong } = exactness;
    json!({"owed": owed, "missing": missing, "repeated": repeated, "wrong": wrong})
}

/// What comparing names by likeness came to, beside what was owed.
fn alike(counts: Alike) -> Value {
    json!({
        "slips": counts.slips,
        "met": counts.met,
        "recall": counts.recall(),
        "others": counts.others,
        "false_alarms": counts.false_alarms,
        "false_per_thousand": counts.false_per_thousand(),
    })
}
