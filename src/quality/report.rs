//! The report for people: one Markdown file, with pictures beside it.

use std::path::Path;

use crate::report::{ABSENT, Machine, Page, optional};

use super::figures::{Judged, Kind, Part, Set};
use super::json;
use super::measure::{Counts, Point, confidence};
use super::plot::{self, Picture, Shows};
use super::reliability;
use super::retrieval::{GOAL, Retrieval};

/// What a report is made of.
pub struct Report<'r> {
    /// Where and when.
    pub machine: &'r Machine,
    /// What else the head says: name and value.
    pub facts: Vec<(&'static str, String)>,
    /// What was measured.
    pub sets: &'r [Set],
}

/// Writes `report.md`, `report.json` and the pictures into a folder.
///
/// # Errors
/// When one cannot be drawn or written, in words.
pub fn write(out: &Path, report: &Report<'_>) -> Result<(), String> {
    let json = json::document(report);
    let pictures = plot::pictures(report.sets)?;
    let mut files = vec![
        ("report.md".to_owned(), markdown(report, &pictures)),
        ("report.json".to_owned(), format!("{json:#}\n")),
    ];
    files.extend(pictures.into_iter().flatten().map(|picture| (picture.file, picture.svg)));
    for (name, text) in files {
        let path = out.join(name);
        std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// The figures to quote, a line each.
pub fn summary(sets: &[Set]) -> String {
    let rows = sets.iter().flat_map(quoted).map(|row| {
        format!(
            "{:<28} {:<60} {:<12} {:>6}  {}",
            row.set, row.measure, row.matcher, row.value, row.range
        )
    });
    rows.collect::<Vec<_>>().join("\n")
}

fn markdown(report: &Report<'_>, pictures: &[Vec<Picture>]) -> String {
    let mut out = Page::new("How good: Portcullis on labelled cases");
    out.columns(&["", ""]);
    for (name, value) in report.machine.rows().into_iter().chain(report.facts.iter().cloned()) {
        out.row(&[name, &value]);
    }
    out.gap();
    out.heading("In short");
    out.columns(&["set", "measure", "matcher", "value", "95 % lie within"]);
    for row in report.sets.iter().flat_map(quoted) {
        out.row(&[&row.set, &row.measure, &row.matcher, &row.value, &row.range]);
    }
    out.gap();
    for (set, pictures) in report.sets.iter().zip(pictures) {
        section(&mut out, set, pictures);
    }
    meanings(&mut out);
    out.into_text()
}

/// A figure to quote.
struct Quoted {
    set: String,
    measure: String,
    matcher: String,
    value: String,
    range: String,
}

impl Quoted {
    fn new(
        set: &Set,
        matcher: &str,
        (measure, value, range): (String, Option<f64>, Option<(f64, f64)>),
    ) -> Self {
        let range = range.map_or_else(String::new, |(low, high)| format!("{low:.3} to {high:.3}"));
        let (set, matcher) = (set.name.clone(), matcher.to_owned());
        Self { set, measure, matcher, value: optional(value), range }
    }
}

fn quoted(set: &Set) -> Vec<Quoted> {
    let mut rows = Vec::new();
    for judged in &set.judged {
        let mut add = |measure: String, value, range| {
            rows.push(Quoted::new(set, &judged.matcher, (measure, value, range)));
        };
        let counts = judged.default_counts();
        if set.kind == Kind::Pairs {
            add("F1 at the default threshold".into(), counts.f1(), None);
            add("best F1".into(), judged.best.and_then(|best| best.counts.f1()), None);
        }
        if set.kind == Kind::Screening {
            add("recall at the default threshold".into(), counts.recall(), recall_range(counts));
            let range = confidence(counts.false_alarms, counts.others());
            add("clean persons with an alert there".into(), counts.false_share(), range);
        }
        if let Some(within) = judged.within.get(1) {
            let at = within.recall.and_then(|_| point_range(within.point, counts));
            let measure = format!("recall at {} of {}", percent(within.most), set.kind.others());
            add(measure, within.recall, at);
        }
        if judged.first.is_some() {
            add("true name ranked first".into(), judged.first, None);
        }
    }
    if let Some(calibration) = &set.calibration {
        let worth = calibration.line.map(|line| (line.slope, line.slope_range));
        let error = ("calibration error".to_owned(), Some(calibration.error), None);
        let worth =
            ("worth of a stated bit".to_owned(), worth.map(|at| at.0), worth.map(|at| at.1));
        rows.extend([error, worth].map(|figure| Quoted::new(set, super::OURS, figure)));
    }
    for (of, part) in set.retrieval.iter().flat_map(Retrieval::parts) {
        let range = confidence(part.found, part.of);
        rows.push(Quoted::new(
            set,
            super::OURS,
            (format!("found by the index {of}"), part.share(), range),
        ));
    }
    rows
}

fn recall_range(counts: Counts) -> Option<(f64, f64)> {
    confidence(counts.found, counts.matches())
}

/// The range of a recall; where no threshold keeps within the share nothing was found.
fn point_range(at: Option<Point>, whole: Counts) -> Option<(f64, f64)> {
    at.map_or_else(|| confidence(0, whole.matches()), |point| recall_range(point.counts))
}

fn section(out: &mut Page, set: &Set, pictures: &[Picture]) {
    out.heading(&set.name);
    let counts = set.judged.first().map(Judged::default_counts).unwrap_or_default();
    let (matches, others) = (counts.matches(), counts.others());
    let compared = set
        .candidates
        .map_or_else(String::new, |candidates| format!(" Compared {}.", candidates.title()));
    out.line(format_args!(
        "{}: {matches} matches, {others} {}; {} left out. {} asked in {:.1} s.{compared}\n",
        set.kind.title(),
        set.kind.others(),
        set.left_out,
        set.asked,
        set.seconds
    ));
    for note in &set.notes {
        out.line(format_args!("{note}\n"));
    }
    thresholds(out, set);
    within(out, set);
    if let Some(found) = &set.retrieval {
        retrieval(out, found);
    }
    let of = |shows: &Shows| {
        let picture = pictures.iter().find(|picture| picture.shows == *shows);
        picture.map(|picture| picture.file.as_str())
    };
    if let Some(file) = of(&Shows::Matchers) {
        out.line(format_args!("![recall against false alarms]({file})\n"));
    }
    reliability::section(out, set, of(&Shows::Calibration));
    for column in plot::columns(set) {
        parts(out, set, &column);
        if let Some(file) = of(&Shows::Parts(column.clone())) {
            out.line(format_args!("![by {column}]({file})\n"));
        }
    }
}

fn thresholds(out: &mut Page, set: &Set) {
    let false_share = format!("{} called", set.kind.others());
    out.columns(&["matcher", "threshold", "", "P", "R", "F1", &false_share]);
    for judged in &set.judged {
        let best =
            judged.best.map(|best| ("best F1, chosen afterwards", best.threshold, best.counts));
        for (name, threshold, counts) in judged.at.iter().copied().chain(best) {
            let share = counts.false_share().map_or_else(|| ABSENT.to_owned(), percent);
            out.row(&[
                &judged.matcher,
                name,
                &format!("{threshold:.2}"),
                &optional(counts.precision()),
                &optional(counts.recall()),
                &optional(counts.f1()),
                &share,
            ]);
        }
    }
    out.gap();
}

fn within(out: &mut Page, set: &Set) {
    let shares = set.kind.shares().map(|share| format!("recall at {}", percent(share)));
    let mut columns = vec!["matcher"];
    columns.extend(shares.iter().map(String::as_str));
    columns.push("true name first");
    out.columns(&columns);
    for judged in &set.judged {
        let mut cells = vec![judged.matcher.clone()];
        cells.extend(judged.within.iter().map(|at| optional(at.recall)));
        cells.push(optional(judged.first));
        out.row(&cells);
    }
    out.line(format_args!("\nThe share is that of {} called.\n", set.kind.others()));
}

/// What the index finds.
fn retrieval(out: &mut Page, retrieval: &Retrieval) {
    out.columns(&["found by the index", "found", "of", "share", "goal"]);
    for (of, part) in retrieval.parts() {
        let (found, all) = (part.found.to_string(), part.of.to_string());
        out.row(&[of, &found, &all, &optional(part.share()), &percent(GOAL)]);
    }
    out.gap();
}

/// The parts of ours by one column.
fn parts(out: &mut Page, set: &Set, column: &str) {
    let Some(ours) = set.judged.first() else { return };
    let own: Vec<&Part> = ours.parts.iter().filter(|part| part.column == column).collect();
    let quoted = format!("recall at {}", percent(set.kind.shares()[1]));
    out.line(format_args!("### By {column}\n"));
    out.columns(&["", "matches", set.kind.others(), "P", "R", "F1", &quoted]);
    for part in &own {
        let counts = part.counts;
        out.row(&[
            &part.value,
            &counts.matches().to_string(),
            &counts.others().to_string(),
            &optional(counts.precision()),
            &optional(counts.recall()),
            &optional(counts.f1()),
            &optional(part.recall_within.get(1).copied().flatten()),
        ]);
    }
    out.gap();
}

fn meanings(out: &mut Page) {
    out.heading("What the measures mean");
    out.line(format_args!(
        "A pair is *called* a match when its score is at the threshold or above; equal scores are called \
         together.\n\n\
         - **P, R, F1**: P = right matches / called matches, R = right matches / true matches, \
         F1 = 2PR / (P + R). **Best F1** is chosen afterwards on the same cases and flatters.\n\
         - **Recall at x %**: the threshold is set so that at most x % of the negative pairs, of the wrong \
         combinations of a cross product, or of the clean persons lie at it or above; the recall there.\n\
         - **True name ranked first**: the share of queries whose true partner has the highest score of \
         all candidates; one that ties with a wrong one is not first.\n\
         - **Found by the index**: of those who are called a match at the default threshold when everybody \
         is compared, the share that the index offers for comparison; told with `--exhaustive`.\n\
         - **Calibration error**: how far the mean of what is stated is from the share that is true, on the \
         average over all samples, in bins of about equal probability. **Brier score**: the mean square of \
         what a stated probability is off the truth, 0 or 1. **Worth of a stated bit**: the slope of the \
         logarithm of the odds seen over that stated, between the outermost bins; 1 is right, with less the \
         engine is too sure, with more not sure enough.\n\
         - **By** a column: P, R and F1 of the part alone at the default threshold; recall at the threshold \
         chosen on the whole set. The curve of a part sets its recall against the false alarms of the whole \
         set.\n\
         - **95 % lie within**: Wilson's interval, for the chance in the draw of the cases. It says nothing \
         about cases of another kind."
    ));
}

/// A share in per cent, no digit more than it needs.
fn percent(share: f64) -> String {
    let text = format!("{:.3}", share * 100.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::formats::{Format, Pairs, Profile};

    const PAIRS: &str = "\
left,right,label,category,score:other
Berg,Bergen,true,typo,0.9
Berg,Berge,true,typo,0.8
Berg,Bern,false,typo,0.8
Moe,Moen,true,typo,0.7
Moe,Ness,false,typo,0.1
Lie,Lien,true,end | last,0.9
Lie,Lie,true,end | last,0.9
Lie,Li,false,end | last,0.2
Lie,Dahl,false,end | last,0.1
Dahl,Dahle,true,end | last,0.1
";

    fn sets() -> Vec<Set> {
        let file = Pairs::read(Format::Csv, PAIRS.as_bytes());
        let mut ours = |left: &Profile, right: &Profile| {
            let length = |profile: &Profile| profile.names[0].surname.len() as f64;
            -(length(left) - length(right)).abs()
        };
        let thresholds = vec![("balanced", -1.0), ("high precision", 0.0)];
        let theirs = vec![("default", 0.7)];
        let labelled =
            super::super::pairs("My pairs", &file, &mut ours, &thresholds, &theirs).unwrap();
        vec![labelled, super::super::cross("Crossed", &file, &mut ours, &thresholds, 100)]
    }

    fn written() -> (tempfile::TempDir, Vec<Set>) {
        let folder = tempfile::tempdir().unwrap();
        let machine = Machine::here("portcullis quality".into(), Timestamp::MIN);
        let sets = sets();
        let facts = vec![("list", "none".to_owned())];
        write(folder.path(), &Report { machine: &machine, facts, sets: &sets }).unwrap();
        (folder, sets)
    }

    #[test]
    fn the_report_says_what_was_measured_and_shows_the_pictures_it_names() {
        let (folder, _) = written();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let page = read("report.md");
        for line in [
            "| command | `portcullis quality` |",
            "| list | none |",
            "| portcullis | balanced | -1.00 | 0.556 | 0.833 | 0.667 | 100 % |",
            "| other | default | 0.70 | 0.833 | 0.833 | 0.833 | 25 % |",
            "| portcullis | 0.000 | 0.000 | 0.000 | – |",
            "| end \\| last | 3 | 2 | 0.600 | 1.00 | 0.750 | 0.000 |",
        ] {
            assert!(page.lines().any(|at| at == line), "{line}\n{page}");
        }
        let pictures: Vec<&str> =
            page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        // No cross product is judged for calibration: its wrong pairs are anybody's names.
        assert_eq!(page.matches("### Calibration\n").count(), 1);
        assert!(page.contains("| -2 to 0 | 8 | -1.1 | "), "{page}");
        // The parts of the cross product are too few cases each.
        let files =
            ["my-pairs.svg", "my-pairs-calibration.svg", "my-pairs-category.svg", "crossed.svg"];
        assert_eq!(pictures, files);
        for picture in pictures {
            let svg = read(picture);
            let axis = if picture.contains("calibration") { "bits seen" } else { "recall" };
            assert!(svg.contains(axis) && svg.contains("<polyline"), "{picture}: {svg}");
        }
    }

    #[test]
    fn sets_of_one_name_have_pictures_of_their_own() {
        let sets: Vec<Set> = sets().into_iter().chain(sets()).collect();
        let pictures = plot::pictures(&sets).unwrap();
        let files: Vec<&str> = pictures.iter().flatten().map(|at| at.file.as_str()).collect();
        let machine = Machine::here("portcullis quality".into(), Timestamp::MIN);
        let page =
            markdown(&Report { machine: &machine, facts: Vec::new(), sets: &sets }, &pictures);
        let shown: Vec<&str> =
            page.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect();
        assert_eq!(shown, files);
        let different: std::collections::BTreeSet<&str> = shown.into_iter().collect();
        assert_eq!(different.len(), 8, "{files:?}");
    }

    #[test]
    fn of_a_part_without_others_no_precision_is_stated() {
        let rows: String = (0..12)
            .map(|row| {
                format!("Berg,Berge,{},{}\n", row % 2 == 0, if row % 2 == 0 { "a" } else { "b" })
            })
            .collect();
        let text = format!("left,right,label,side\n{rows}");
        let file = Pairs::read(Format::Csv, text.as_bytes());
        let thresholds = vec![("balanced", 0.5)];
        let set = super::super::pairs("set", &file, &mut |_, _| 1.0, &thresholds, &vec![]).unwrap();
        let machine = Machine::here(String::new(), Timestamp::MIN);
        let report = Report { machine: &machine, facts: Vec::new(), sets: &[set] };
        let part = json::document(&report)["sets"][0]["matchers"][0]["parts"][0].clone();
        assert_eq!((&part["value"], &part["counts"]["recall"]), (&"a".into(), &1.0.into()));
        assert!(part["counts"]["precision"].is_null() && part["counts"]["f1"].is_null(), "{part}");
    }

    #[test]
    fn the_document_for_programs_has_the_same_figures() {
        let (folder, sets) = written();
        let text = std::fs::read_to_string(folder.path().join("report.json")).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        let of = |path: &str| json.pointer(path).cloned().unwrap_or_default();
        assert_eq!(of("/sets/0/kind"), "pairs");
        let counts = of("/sets/0/matchers/0/at/0/counts");
        assert_eq!(counts["f1"].as_f64(), sets[0].judged[0].default_counts().f1());
        assert_eq!((counts["found"].as_u64(), counts["false_alarms"].as_u64()), (Some(5), Some(4)));
        let calibration = sets[0].calibration.as_ref().unwrap();
        assert_eq!(of("/sets/0/calibration/error").as_f64(), Some(calibration.error));
        assert_eq!(of("/sets/0/calibration/of"), "evidence");
        assert_eq!(
            of("/sets/0/calibration/bins/0/samples").as_u64(),
            Some(calibration.bins[0].count)
        );
        assert!(of("/sets/1/calibration").is_null());
        let curve = of("/sets/0/matchers/0/curve");
        assert_eq!(
            curve.as_array().map(Vec::len),
            Some(super::super::figures::thinned(&sets[0].judged[0].curve).count())
        );
        assert_eq!(of("/sets/1/matchers/0/ranked_first").as_f64(), sets[1].judged[0].first);
    }

    #[test]
    fn the_summary_quotes_each_set_once_a_measure() {
        let text = summary(&sets());
        assert_eq!(text.lines().count(), 3 + 3 + 2 + 2, "{text}");
        assert!(
            text.contains("recall at 1 % of negative pairs")
                && text.contains("recall at 0.1 % of wrong pairs")
        );
    }

    #[test]
    fn a_share_in_per_cent_has_no_digit_too_many() {
        assert_eq!(
            [0.0001, 0.0025, 0.01, 0.5, 1.0].map(percent),
            ["0.01 %", "0.25 %", "1 %", "50 %", "100 %"]
        );
    }
}
