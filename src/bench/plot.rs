//! The plot of the report: latency against rate, of each subject the middle repeat.

use crate::report::{Axis, Chart, Colour, Curve, GREY};

use super::figures::{Latency, Results, quantile};
use super::verdict::median;
use super::{Error, Subject};

const CAPTION: &str = "Intended time of sending to answer read";
const CAPTION_VOID: &str = "Void: answers were missing or wrong";
/// The shares that have a line.
const SHARES: [(f64, &str); 2] = [(0.5, "p50"), (0.99, "p99")];

/// Latency against rate as an SVG picture, both axes logarithmic.
///
/// # Errors
/// When it cannot be drawn.
pub(super) fn latency(rates: &[u64], results: &Results) -> Result<String, Error> {
    let mut curves = Vec::new();
    for subject in Subject::ALL {
        for (share, name) in SHARES {
            curves.push(Curve {
                name: format!("{} {name}", subject.name()),
                colour: Some(colour(subject)),
                is_bold: share > 0.9,
                is_marked: true,
                points: points(rates, results, subject, share),
            });
        }
    }
    let all = || curves.iter().flat_map(|curve| &curve.points);
    let top = all().map(|point| point.1).fold(10.0, f64::max) * 2.0;
    let bottom = all().map(|point| point.1).fold(1.0, f64::min).max(0.01) / 2.0;
    let each = || rates.iter().map(|rate| *rate as f64);
    let (slowest, fastest) =
        (each().fold(f64::MAX, f64::min) / 1.5, each().fold(1.0, f64::max) * 1.5);
    let caption = if results.is_exact() { CAPTION } else { CAPTION_VOID };
    let chart = Chart {
        caption: caption.into(),
        x: Axis { name: "events a second", range: slowest..fastest, is_logarithmic: true },
        y: Axis { name: "milliseconds", range: bottom..top, is_logarithmic: true },
        curves,
        legend_below: false,
    };
    chart.to_svg().map_err(Error::Failed)
}

const fn colour(subject: Subject) -> Colour {
    match subject {
        Subject::Pass => GREY,
        Subject::Floor => (60, 120, 200),
        Subject::Portcullis => (200, 60, 40),
        Subject::Names => (120, 60, 160),
    }
}

/// For each rate the middle of what the repeats of a subject have, milliseconds; nothing where their
/// answers are too few.
fn points(rates: &[u64], results: &Results, subject: Subject, share: f64) -> Vec<(f64, f64)> {
    let mut rates = rates.to_vec();
    rates.sort_unstable();
    let at = |rate: u64| {
        let runs = results.rounds.iter().filter(|round| round.subject == subject);
        let runs = runs.flat_map(|round| &round.latency).filter(|run| run.rate == rate);
        let ms = |run: &Latency| Some(quantile(&run.histogram, share)?.max(0.01));
        median(&runs.filter_map(ms).collect::<Vec<f64>>()).map(|ms| (rate as f64, ms))
    };
    rates.into_iter().filter_map(at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::histogram;
    use crate::bench::{Exactness, Round};

    /// Results of one round of this subject with so many answers.
    fn results(subject: Subject, answers: u64, wrong: u64) -> Results {
        let mut histogram = histogram().unwrap();
        (0..answers).for_each(|_| histogram.record(5_000).unwrap());
        let exactness = Exactness { owed: answers, wrong, ..Exactness::default() };
        let late = histogram.clone();
        let round = Round {
            subject,
            repeat: 1,
            ready_seconds: 1.0,
            ready_bytes: 1,
            ready_cpu_seconds: 1.0,
            saturation: None,
            latency: vec![Latency { rate: 1_000, histogram, late, exactness, alike: None }],
        };
        Results { rounds: vec![round], ..Results::default() }
    }

    #[test]
    fn a_percentile_of_too_few_answers_has_no_line() {
        let drawn = |answers| latency(&[1_000], &results(Subject::Floor, answers, 0)).unwrap();
        let (none, few, enough) = (drawn(0), drawn(99), drawn(100));
        assert!(none.contains("<svg") && !none.contains("floor"), "{none}");
        assert!(few.contains("floor p50") && !few.contains("floor p99"), "{few}");
        assert!(enough.contains("floor p50") && enough.contains("floor p99"), "{enough}");
    }

    #[test]
    fn the_plot_of_a_run_with_a_wrong_answer_says_so() {
        let drawn = |wrong| latency(&[1_000], &results(Subject::Floor, 100, wrong)).unwrap();
        assert!(drawn(0).contains(CAPTION) && !drawn(0).contains(CAPTION_VOID));
        assert!(drawn(1).contains(CAPTION_VOID));
    }
}
