//! The report for people: one Markdown file, every repeat in it.

use crate::report::{ABSENT, Page, number, optional};

use super::figures::{Latency, Operation, Results, Round, longest, quantile};
use super::verdict::{cpu_ratio, median, p99_ratio, round, verdicts};
use super::{Config, Error, Setting, Subject, json, plot};

/// Writes `report.md`, `report.json` and `latency.svg` into the folder of the settings.
///
/// # Errors
/// When a file cannot be written.
pub fn report(config: &Config, setting: &Setting, results: &Results) -> Result<(), Error> {
    let json = json::document(config, setting, results);
    let files = [
        ("report.md", markdown(config, setting, results)),
        ("report.json", format!("{json:#}\n")),
        ("latency.svg", plot::latency(&config.rates, results)?),
    ];
    for (name, text) in files {
        let path = config.out.join(name);
        let written = std::fs::write(&path, text);
        written.map_err(|error| Error::system(path.display().to_string(), error))?;
    }
    Ok(())
}

/// The verdicts, one a line; those about latency at these rates.
pub fn summary(rates: &[u64], results: &Results) -> String {
    let verdicts = verdicts(rates, results).into_iter();
    let lines = verdicts.map(|verdict| format!("{:<60} {}", verdict.target, verdict.words()));
    lines.collect::<Vec<String>>().join("\n")
}

fn markdown(config: &Config, setting: &Setting, results: &Results) -> String {
    let mut out = Page::new("How fast: Portcullis beside two bare loops");
    if !results.is_exact() {
        out.line(format_args!(
            "**Void: answers were missing or wrong, as the last table says. Nothing is judged; the \
             figures are here to look for the fault.**\n"
        ));
    }
    head(&mut out, config, setting, results);
    promises(&mut out, config, results);
    if config.phases.saturation {
        backlog(&mut out, results);
    }
    if config.phases.latency {
        latencies(&mut out, config, results);
    }
    starts(&mut out, results);
    results.operations.iter().for_each(|run| operation(&mut out, run));
    likeness(&mut out, results);
    budget(&mut out, results);
    exactness(&mut out, results);
    out.into_text()
}

fn head(out: &mut Page, config: &Config, setting: &Setting, results: &Results) {
    let broker = setting.broker.as_ref().or(results.broker_version.as_ref());
    let broker = broker.map_or("not told (--broker-version)", String::as_str);
    let (brokers, copies) = (results.brokers, results.replication);
    let own = [
        ("librdkafka", setting.librdkafka.clone()),
        ("brokers", format!("{brokers} of version {broker}, {copies} copies of each partition")),
        ("seed", config.seed.to_string()),
        (
            "events",
            format!(
                "{} bytes on average, Avro, {} partitions",
                results.event_bytes, config.partitions
            ),
        ),
        (
            "lists",
            format!(
                "{} documents, {} persons of many cultures, most with their birth date; published in {:.1} s",
                config.documents, config.persons, results.publish_seconds
            ),
        ),
        ("lanes", format!("{}; each control has one loop", config.lanes)),
    ];
    out.columns(&["", ""]);
    for (name, value) in setting.machine.rows().into_iter().chain(own) {
        out.row(&[name, &value]);
    }
    out.line(format_args!(
        "\n*pass* is a bare loop that sends every event on. *floor* is a bare loop that reads the \
         document's number at its place in the bytes, looks it up in a hash set, and sends on the \
         events with a hit; of persons it knows nothing. *portcullis* meets documents, and persons of \
         the very name and birth date (`names.mode = \"exact\"`); *names* meets also those that are \
         alike (`names.mode = \"balanced\"`). Each subject is a process of its own with the same \
         client and the same settings, and they take turns. Bench, brokers and subject share the \
         machines named: compare the ratios, not the figures, with those of other machines.\n"
    ));
}

fn promises(out: &mut Page, config: &Config, results: &Results) {
    out.heading("Targets");
    out.columns(&["target", "at most", "measured, each repeat", "verdict"]);
    for verdict in verdicts(&config.rates, results) {
        let measured: Vec<String> = verdict.measured.iter().map(|at| number(*at)).collect();
        let limit = format!("{} {}", number(verdict.limit), verdict.unit);
        out.row(&[verdict.target.to_string(), limit, measured.join(", "), verdict.words()]);
    }
    out.line(format_args!(
        "\nA ratio is that of one repeat; the verdict is about the middle one. Start and memory are \
         divided by the millions of entries, with everything else of the process in them. Those of \
         *names* are divided by the millions of persons; its memory is that without the documents' \
         share of what *portcullis* holds.\n"
    ));
}

fn backlog(out: &mut Page, results: &Results) {
    out.heading("A backlog, as fast as it goes");
    let columns =
        ["repeat", "subject", "events", "events/s", "CPU µs an event", "of pass", "of floor"];
    out.columns(&[&columns[..], &["memory MB"]].concat());
    for at in &results.rounds {
        let Some(run) = &at.saturation else { continue };
        let ratio = |control| optional(cpu_ratio(results, at, control));
        let shown = |value: Option<f64>, digits| {
            value.map_or_else(|| ABSENT.to_owned(), |value| format!("{value:.digits$}"))
        };
        out.row(&[
            at.repeat.to_string(),
            at.subject.name().to_owned(),
            run.events.to_string(),
            shown(run.rate(), 0),
            shown(run.speed.map(|speed| speed.cpu_us), 3),
            ratio(Subject::Pass),
            ratio(Subject::Floor),
            shown(run.speed.map(|speed| speed.resident_bytes as f64 / 1e6), 0),
        ]);
    }
    out.line(format_args!(
        "\nTime from the first record written to the last one owed; CPU of the whole process, user \
         and system, from its being ready. A run in which an answer came twice has no figures: as many \
         records as are owed were there before the last answer. What *names* writes beside what is owed \
         is counted below.\n"
    ));
}

fn latencies(out: &mut Page, config: &Config, results: &Results) {
    out.heading("From the intended time of sending to the answer read, ms");
    out.line(format_args!("![latency](latency.svg)\n"));
    let columns = ["events/s", "repeat", "subject", "answers", "p50", "p99", "p99.9", "longest"];
    out.columns(&[&columns[..], &["p99 of floor's", "generator late, p99"]].concat());
    for rate in &config.rates {
        for at in &results.rounds {
            let Some(run) = at.latency.iter().find(|run| run.rate == *rate) else { continue };
            let floor = round(results, Subject::Floor, at.repeat)
                .and_then(|floor| floor.latency.iter().find(|run| run.rate == *rate));
            let ratio = floor.and_then(|floor| p99_ratio(run, floor));
            let mut cells =
                vec![rate.to_string(), at.repeat.to_string(), at.subject.name().to_owned()];
            cells.extend(percentiles(run));
            cells.extend([optional(ratio), optional(quantile(&run.late, 0.99))]);
            out.row(&cells);
        }
    }
    out.line(format_args!(
        "\nThe load is open: an event is sent when it is due, whatever became of those before, and \
         its time counts from then. Timed are the events that touch a list, one in {}. A percentile \
         of too few answers is left out. *pass* is measured in the first repeat alone.\n",
        config.rate_every
    ));
}

/// Answers, p50, p99, p99.9 and the longest, as cells.
fn percentiles(run: &Latency) -> [String; 5] {
    let times = &run.histogram;
    let share = |share| optional(quantile(times, share));
    let longest = optional(longest(times));
    [times.len().to_string(), share(0.5), share(0.99), share(0.999), longest]
}

fn starts(out: &mut Page, results: &Results) {
    out.heading("Start");
    out.columns(&["repeat", "subject", "ready after s", "CPU s", "memory MB"]);
    for at in &results.rounds {
        let Round { subject, repeat, ready_seconds, ready_cpu_seconds, .. } = at;
        out.row(&[
            repeat.to_string(),
            subject.name().to_owned(),
            format!("{ready_seconds:.2}"),
            format!("{ready_cpu_seconds:.2}"),
            format!("{:.0}", at.ready_bytes as f64 / 1e6),
        ]);
    }
    out.line(format_args!(
        "\n*portcullis* and *names* read their lists from Kafka; *floor* makes its set from the seed.\n"
    ));
}

fn operation(out: &mut Page, run: &Operation) {
    out.heading(format_args!("In operation: {}", run.subject.name()));
    if let Some(changes) = &run.changes {
        let ms = |share| optional(quantile(&changes.histogram, share));
        out.line(format_args!(
            "- List change sent to first alert by it read: p50 {} ms, p99 {} ms, longest {} ms, of {} \
             changes.",
            ms(0.5),
            ms(0.99),
            optional(longest(&changes.histogram)),
            changes.histogram.len()
        ));
    }
    if let Some(run) = &run.rewrite {
        out.line(format_args!(
            "- {} entries published again, {}, in force after {:.1} s, under {} events a second: \
             p99 {} ms before, {} ms meanwhile (longest {} ms).",
            run.records,
            how_fast(run.rate),
            run.seconds,
            run.before.rate,
            optional(quantile(&run.before.histogram, 0.99)),
            optional(quantile(&run.during.histogram, 0.99)),
            optional(longest(&run.during.histogram))
        ));
    }
    if let Some(run) = &run.take_over {
        out.line(format_args!(
            "- kill -9 of one of two instances, which had {} partitions: every one was worked on again \
             after {:.2} s; the group waits {:.0} s for a lost member. {} alerts came twice, with the \
             same id.",
            run.moved, run.seconds, run.session_timeout, run.exactness.repeated
        ));
    }
    out.gap();
}

/// A rate at which records were to be sent.
fn how_fast(rate: u64) -> String {
    match rate {
        0 => "as fast as it goes".to_owned(),
        rate => format!("{rate} a second"),
    }
}

/// What meeting names that are alike finds, and what it costs in alerts about others.
fn likeness(out: &mut Page, results: &Results) {
    let runs = results.alike();
    if runs.is_empty() {
        return;
    }
    out.heading("What names that are alike found");
    out.columns(&[
        "run",
        "stated with a slip",
        "met",
        "recall",
        "not listed",
        "alerted",
        "of 1,000",
    ]);
    for (name, counts) in runs {
        out.row(&[
            name,
            counts.slips.to_string(),
            counts.met.to_string(),
            optional(counts.recall()),
            counts.others.to_string(),
            counts.false_alarms.to_string(),
            optional(counts.false_per_thousand()),
        ]);
    }
    out.line(format_args!(
        "\nBeside all that *portcullis* owes. A slip is one of those that names suffer on their way: one \
         letter or two, words dropped, added, joined, split or cut to an initial, another romanisation \
         or spelling; in one case of six the birth date is altered as well. Nobody who is not listed \
         has both the name and the birth date of a listed person; namesakes are among them. Each is an \
         event, and in the backlog people travel several times. `portcullis quality` says how good it \
         is in detail.\n"
    ));
}

/// Where the CPU of an event goes: what the core takes by itself, and what is left.
fn budget(out: &mut Page, results: &Results) {
    let Some(core) = &results.core else { return };
    out.heading("Where the time goes");
    out.line(format_args!(
        "Of an event of somebody who is on no list. The core is measured alone, on events in memory; its \
         control finds the document's number at its place and looks it up in a hash set, as *floor* \
         does.\n"
    ));
    out.columns(&["part", "ns an event", "against the control"]);
    let mut parts = vec![
        ("the control", core.look_up),
        ("from bytes to an event", core.decode),
        ("from an event to the decision, equal names alone", core.exact.nanos),
        ("the same, names that are alike too", core.alike.nanos),
    ];
    let cpu = |subject| median_cpu(results, subject);
    if let (Some(floor), Some(ours)) = (cpu(Subject::Floor), cpu(Subject::Portcullis)) {
        let client = floor - core.look_up;
        let rest = ours - client - core.decode - core.exact.nanos;
        parts.push(("the client, as *floor* shows it", client));
        parts.push(("the lane, and what caches lose", rest));
    }
    for (part, nanos) in parts {
        out.row(&[part, &format!("{nanos:.0}"), &number(nanos / core.look_up)]);
    }
    out.gap();
    out.columns(&["screening, the core alone", "travellers/s on one core", "µs", "p99 µs"]);
    for (name, run) in [("equal names alone", core.exact), ("names that are alike too", core.alike)]
    {
        let rate = format!("{:.0}", run.per_second());
        out.row(&[name, &rate, &number(run.nanos / 1e3), &number(run.p99 / 1e3)]);
    }
    out.line(format_args!(
        "\nFrom an event to the decision, decoding not counted: the mean of the middle one of several \
         turns, and the p99 of a turn in which each event is timed for itself.\n"
    ));
}

/// The middle repeat's CPU for each event of the backlog, nanoseconds.
fn median_cpu(results: &Results, subject: Subject) -> Option<f64> {
    let rounds = results.rounds.iter().filter(|round| round.subject == subject);
    let cpu: Vec<f64> =
        rounds.filter_map(|at| Some(at.saturation.as_ref()?.speed?.cpu_us * 1e3)).collect();
    median(&cpu)
}

fn exactness(out: &mut Page, results: &Results) {
    out.heading("Was every answer right?");
    let verdict = if results.is_exact() { "Yes." } else { "**No: the figures above are void.**" };
    out.line(format_args!("{verdict}\n"));
    out.columns(&["run", "owed", "missing", "repeated", "wrong"]);
    for (name, counts) in results.exactness() {
        let cells = [counts.owed, counts.missing, counts.repeated, counts.wrong];
        let cells = cells.map(|count| count.to_string());
        out.row(&[&[name.to_string()], &cells[..]].concat());
    }
    out.line(format_args!(
        "\n*pass* owes every event, *floor* those whose document is listed, Portcullis an alert for \
         each event that touches a list, naming its entry; *names* owes the same."
    ));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Exactness, Saturation, Speed};

    /// Results of one round of Portcullis whose backlog was answered so.
    fn results(exactness: Exactness) -> Results {
        let speed = Speed { seconds: 2.0, cpu_us: 1.5, resident_bytes: 7_000_000 };
        let round = |subject| Round {
            subject,
            repeat: 1,
            ready_seconds: 1.0,
            ready_bytes: 1,
            ready_cpu_seconds: 1.0,
            saturation: Some(Saturation::new(10, speed, exactness, None)),
            latency: Vec::new(),
        };
        let rounds = vec![round(Subject::Pass), round(Subject::Portcullis)];
        Results { rounds, entries: 1_000_000, ..Results::default() }
    }

    #[test]
    fn a_rate_of_none_is_told_in_words() {
        assert_eq!(
            (how_fast(0).as_str(), how_fast(25).as_str()),
            ("as fast as it goes", "25 a second")
        );
    }

    fn backlog_of(exactness: Exactness) -> String {
        let mut out = Page::default();
        backlog(&mut out, &results(exactness));
        out.into_text()
    }

    #[test]
    fn a_backlog_with_an_answer_twice_has_no_figures() {
        let once = Exactness { owed: 9, ..Exactness::default() };
        let twice = Exactness { repeated: 1, ..once };
        let row = "| 1 | portcullis | 10 | 5 | 1.500 | 1.00 | – | 7 |";
        assert!(backlog_of(once).contains(row), "{}", backlog_of(once));
        let row = "| 1 | portcullis | 10 | – | – | – | – | – |";
        assert!(backlog_of(twice).contains(row), "{}", backlog_of(twice));
    }

    #[test]
    fn a_run_with_a_missing_answer_meets_no_target() {
        let short = Exactness { owed: 9, missing: 1, ..Exactness::default() };
        let lines = |exactness| summary(&[], &results(exactness));
        let sound = lines(Exactness { owed: 9, ..Exactness::default() });
        assert!(sound.contains("met, ") && !sound.contains("void"), "{sound}");
        assert!(lines(short).lines().all(|line| line.contains("void")), "{}", lines(short));
    }
}
