//! How a calibration is told: a table, two sentences, and the reliability curve.

use crate::matching::SUBJECTS_MIN;
use crate::report::{Axis, Chart, Curve, GREY, Page, number, optional};

use super::calibration::{Basis, Bin, Calibration};
use super::figures::Set;

/// Beyond so many bits of evidence, to either side, nothing is drawn.
const BITS_DRAWN: f64 = 12.0;

/// The part of the report about it, with the picture in this file.
pub(super) fn section(out: &mut Page, set: &Set, picture: Option<&str>) {
    let Some(calibration) = &set.calibration else { return };
    out.line(format_args!("### Calibration\n"));
    match calibration.basis {
        Basis::Stated => stated(out, set, calibration),
        Basis::Evidence => evidence(out, calibration),
    }
    out.line(format_args!(
        "\nThe calibration error is {:.3}, the Brier score {:.3}; whoever stated the share of matches each \
         time would have {:.3}.{}\n",
        calibration.error,
        calibration.brier,
        calibration.brier_of_share,
        line(calibration)
    ));
    if let Some(file) = picture {
        out.line(format_args!("![what was seen against what was stated]({file})\n"));
    }
}

fn line(calibration: &Calibration) -> String {
    let Some(line) = calibration.line else { return String::new() };
    let (low, high) = line.slope_range;
    let nothing = match calibration.basis {
        Basis::Stated => "even odds are stated",
        Basis::Evidence => "there is no evidence",
    };
    format!(
        " A stated bit was worth {:.2} ({low:.2} to {high:.2}), and {:.2} were seen where {nothing}.",
        line.slope, line.shift
    )
}

fn stated(out: &mut Page, set: &Set, calibration: &Calibration) {
    let counts = set.judged.first().map(super::Judged::default_counts).unwrap_or_default();
    let asked = counts.matches() + counts.others();
    let here = number(asked as f64 / counts.matches().max(1) as f64);
    let claimed: f64 = calibration.bins.iter().map(|bin| bin.stated * bin.count as f64).sum();
    let true_ones: u64 = calibration.bins.iter().map(|bin| bin.matches).sum();
    let right = match calibration.one_in {
        Some(one_in) => {
            format!(
                " On the whole the probabilities are right where it is one in {}.",
                number(one_in)
            )
        }
        None if claimed > true_ones as f64 => {
            " More is stated than comes true even if nobody but the listed comes.".to_owned()
        }
        None => String::new(),
    };
    let run = calibration.one_in_run.map_or_else(String::new, |one_in| {
        let one_in = number(one_in);
        format!(" `run` takes no list for shorter than {SUBJECTS_MIN} and states less: right with one in {one_in}.")
    });
    out.line(format_args!(
        "A list of this length gives the engine a prior, so its probability is judged as it is stated, of \
         everybody whom a search offered with 1 % or more. How often it is right depends on how many of those who come \
         are listed: of those asked for here, one in {here}.{right}{run}\n"
    ));
    out.columns(&["stated", "offered", "mean", "meant", "95 % lie within"]);
    for bin in &calibration.bins {
        let (low, high) = bin.range();
        out.row(&[
            &format!("{:.2} to {:.2}", bin.from.unwrap_or(0.0), bin.to.unwrap_or(1.0)),
            &bin.count.to_string(),
            &format!("{:.3}", bin.stated),
            &format!("{:.3}", bin.seen()),
            &format!("{low:.3} to {high:.3}"),
        ]);
    }
}

fn evidence(out: &mut Page, calibration: &Calibration) {
    out.line(format_args!(
        "How many pairs are matches was for whoever made the file to choose, so the evidence is judged: the bits \
         seen are the logarithm of the odds of a bin, less that of the whole file ({:.2}). A probability is \
         what the stated bits make of the file's odds.\n",
        calibration.prior
    ));
    let columns =
        ["bits", "pairs", "mean", "seen", "95 % lie within", "probability", "share of matches"];
    out.columns(&columns);
    for bin in &calibration.bins {
        let (low, high) = bin.bits_range(calibration.prior);
        out.row(&[
            &between(bin),
            &bin.count.to_string(),
            &format!("{:.1}", bin.bits),
            &format!("{:.1}", bin.bits_seen(calibration.prior)),
            &format!("{} to {}", bits(low), bits(high)),
            &optional(Some(bin.stated)),
            &optional(Some(bin.seen())),
        ]);
    }
}

/// From where to where a bin of evidence goes.
fn between(bin: &Bin) -> String {
    match (bin.from, bin.to) {
        (Some(from), Some(to)) => format!("{from} to {to}"),
        (Some(from), None) => format!("{from} and more"),
        (None, Some(to)) => format!("less than {to}"),
        (None, None) => "all".to_owned(),
    }
}

/// Bits, which may be without end.
fn bits(bits: f64) -> String {
    if bits.is_finite() { format!("{bits:.1}") } else { "anything".to_owned() }
}

/// What was seen against what was stated: on the diagonal they are the same.
pub(super) fn chart(set: &Set, calibration: &Calibration) -> Chart {
    let prior = calibration.prior;
    let (names, range) = match calibration.basis {
        Basis::Stated => (("probability stated", "share meant"), 0.0..1.0),
        Basis::Evidence => (("bits of evidence", "bits seen"), -BITS_DRAWN..BITS_DRAWN),
    };
    let inside = |value: f64| value.clamp(range.start, range.end);
    let across = |bin: &Bin| match calibration.basis {
        Basis::Stated => bin.stated,
        Basis::Evidence => inside(bin.bits),
    };
    let up = |bin: &Bin| match calibration.basis {
        Basis::Stated => (bin.seen(), bin.range()),
        Basis::Evidence => (bin.bits_seen(prior), bin.bits_range(prior)),
    };
    let points = |of: &dyn Fn(&Bin) -> f64| {
        calibration.bins.iter().map(|bin| (across(bin), inside(of(bin)))).collect()
    };
    let thin = |name: &str, colour, points| Curve {
        name: name.to_owned(),
        colour,
        is_bold: false,
        is_marked: false,
        points,
    };
    let seen = points(&|bin| up(bin).0);
    let ours = Curve {
        name: super::OURS.to_owned(),
        colour: None,
        is_bold: true,
        is_marked: true,
        points: seen,
    };
    let ends = vec![(range.start, range.start), (range.end, range.end)];
    let at_least = thin("at least (95 %)", Some(GREY), points(&|bin| up(bin).1.0));
    let at_most = thin("at most (95 %)", Some(GREY), points(&|bin| up(bin).1.1));
    Chart {
        caption: format!("{}: calibration", set.name),
        x: Axis { name: names.0, range: range.clone(), is_logarithmic: false },
        y: Axis { name: names.1, range, is_logarithmic: false },
        curves: vec![ours, thin("as stated", None, ends), at_least, at_most],
        legend_below: true,
    }
}
