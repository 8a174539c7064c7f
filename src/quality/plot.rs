//! The pictures of the report: recall against false alarms.

use crate::report::{Axis, Chart, Curve};

use super::figures::{Judged, Part, Set, thinned};

/// The pictures of a set, each with the name of its file: all matchers, and for each column the
/// parts of ours.
///
/// # Errors
/// When one cannot be drawn.
pub(super) fn pictures(set: &Set) -> Result<Vec<(String, String)>, String> {
    let mut pictures = Vec::new();
    let mut draw = |suffix: &str, caption: String, curves: Vec<Curve>| {
        let svg = chart(set, caption, curves).to_svg()?;
        pictures.push((format!("{}{suffix}.svg", slug(&set.name)), svg));
        Ok::<(), String>(())
    };
    draw("", set.name.clone(), set.judged.iter().map(whole).collect())?;
    for column in columns(set) {
        let parts = set.judged.iter().take(1).flat_map(|ours| &ours.parts);
        let curves: Vec<Curve> =
            parts.filter(|part| part.column == column).filter_map(part_curve).collect();
        if !curves.is_empty() {
            draw(&format!("-{}", slug(&column)), format!("{} by {column}", set.name), curves)?;
        }
    }
    Ok(pictures)
}

/// The columns by which a set has parts, in their order.
pub(super) fn columns(set: &Set) -> Vec<String> {
    let mut columns: Vec<String> = Vec::new();
    for part in set.judged.iter().take(1).flat_map(|ours| &ours.parts) {
        if !columns.contains(&part.column) {
            columns.push(part.column.clone());
        }
    }
    columns
}

/// A text as the name of a file.
pub(super) fn slug(text: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let text: String = text.chars().map(plain).collect::<String>().to_ascii_lowercase();
    text.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The smallest share of false alarms that is drawn: the axis multiplies, so none has a place; it
/// is drawn at the left end.
fn left_end(set: &Set) -> f64 {
    let others = set.judged.first().map_or(0, |ours| {
        let counts = ours.default_counts();
        counts.false_alarms + counts.rejected
    });
    0.5 / others.max(10) as f64
}

fn chart(set: &Set, caption: String, curves: Vec<Curve>) -> Chart {
    let left = left_end(set);
    let inside = |curve: Curve| Curve {
        points: curve.points.into_iter().map(|(x, y)| (x.max(left), y)).collect(),
        ..curve
    };
    let across = match set.kind {
        super::Kind::Pairs => "share of negative pairs called",
        super::Kind::CrossProduct => "share of wrong pairs called",
        super::Kind::Screening => "share of clean persons with an alert",
    };
    Chart {
        caption,
        x: Axis { name: across, range: left..1.0, is_logarithmic: true },
        y: Axis { name: "recall", range: 0.0..1.0, is_logarithmic: false },
        curves: curves.into_iter().map(inside).collect(),
        legend_below: true,
    }
}

fn whole(judged: &Judged) -> Curve {
    let point = |point: super::Point| Some((point.counts.false_share()?, point.counts.recall()?));
    Curve {
        name: judged.matcher.clone(),
        colour: None,
        is_bold: judged.matcher == super::OURS,
        is_marked: false,
        points: thinned(&judged.curve).filter_map(point).collect(),
    }
}

/// The curve of a part; of one without matches there is none.
fn part_curve(part: &Part) -> Option<Curve> {
    (!part.curve.is_empty()).then(|| Curve {
        name: part.value.clone(),
        colour: None,
        is_bold: false,
        is_marked: false,
        points: part.curve.clone(),
    })
}
