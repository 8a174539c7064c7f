//! The pictures of the report: recall against false alarms, and calibration.

use std::collections::BTreeSet;

use crate::report::{Axis, COLOURS, Chart, Curve};

use super::figures::{Judged, Part, Set, thinned};
use super::reliability;

/// What a picture shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shows {
    /// All matchers.
    Matchers,
    /// The parts of ours by this column.
    Parts(String),
    /// What was seen against what ours stated.
    Calibration,
}

/// A picture and the name of its file.
pub(super) struct Picture {
    /// What it shows.
    pub shows: Shows,
    /// The name of the file, that of no other picture of the report.
    pub file: String,
    /// What the file holds.
    pub svg: String,
}

/// The pictures of each set: all matchers, and for each column the parts of ours.
///
/// # Errors
/// When one cannot be drawn.
pub(super) fn pictures(sets: &[Set]) -> Result<Vec<Vec<Picture>>, String> {
    let mut taken = BTreeSet::new();
    sets.iter().map(|set| pictures_of(set, &mut taken)).collect()
}

fn pictures_of(set: &Set, taken: &mut BTreeSet<String>) -> Result<Vec<Picture>, String> {
    let mut pictures = Vec::new();
    let mut draw = |shows: Shows, chart: Chart| {
        let svg = chart.to_svg()?;
        let stem = match &shows {
            Shows::Matchers => slug(&set.name),
            Shows::Parts(column) => slug(&format!("{}-{column}", set.name)),
            Shows::Calibration => slug(&format!("{}-calibration", set.name)),
        };
        pictures.push(Picture { shows, file: free(&stem, taken), svg });
        Ok::<(), String>(())
    };
    let whole = set.judged.iter().map(whole).collect();
    draw(Shows::Matchers, chart(set, set.name.clone(), whole))?;
    if let Some(calibration) = &set.calibration {
        draw(Shows::Calibration, reliability::chart(set, calibration))?;
    }
    for column in columns(set) {
        let parts = set.judged.iter().take(1).flat_map(|ours| &ours.parts);
        let own = parts.filter(|part| part.column == column && !part.curve.is_empty());
        let curves: Vec<Curve> = own.enumerate().map(|(at, part)| part_curve(at, part)).collect();
        if !curves.is_empty() {
            let caption = format!("{} by {column}", set.name);
            draw(Shows::Parts(column), chart(set, caption, curves))?;
        }
    }
    Ok(pictures)
}

/// A file name that is not taken; files of one name in two folders are two sets.
fn free(stem: &str, taken: &mut BTreeSet<String>) -> String {
    let stem = if stem.is_empty() { "set" } else { stem };
    let numbered = (2..).map(|number: u32| format!("{stem}-{number}.svg"));
    let mut names = std::iter::once(format!("{stem}.svg")).chain(numbered);
    names.find(|name| taken.insert(name.clone())).unwrap_or_default()
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
fn slug(text: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    let text: String = text.chars().map(plain).collect::<String>().to_ascii_lowercase();
    text.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// The smallest share of false alarms that is drawn: the axis multiplies, so none has a place; it
/// is drawn at the left end.
fn left_end(set: &Set) -> f64 {
    let others = set.judged.first().map_or(0, |ours| ours.default_counts().others());
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
    let points = curves.iter().flat_map(|curve| &curve.points);
    let lowest = points.map(|point| point.1).fold(1.0, f64::min);
    // A tenth below the lowest, so that curves near the top are told apart.
    let bottom = ((lowest * 10.0).floor() / 10.0 - 0.1).clamp(0.0, 0.8);
    Chart {
        caption,
        x: Axis { name: across, range: left..1.0, is_logarithmic: true },
        y: Axis { name: "recall", range: bottom..1.0, is_logarithmic: false },
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

/// The curve of a part, the thicker ones when the colours come round again.
fn part_curve(at: usize, part: &Part) -> Curve {
    Curve {
        name: part.value.clone(),
        colour: None,
        is_bold: at >= COLOURS,
        is_marked: false,
        points: part.curve.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_pictures_have_one_file() {
        let mut taken = BTreeSet::new();
        let names = ["a", "a", "a-2", "", "", "a-2-2"].map(|stem| free(stem, &mut taken));
        assert_eq!(names, ["a.svg", "a-2.svg", "a-2-2.svg", "set.svg", "set-2.svg", "a-2-2-2.svg"]);
        assert_eq!((slug("My Pairs (1)").as_str(), slug("Имена").as_str()), ("my-pairs-1", ""));
    }
}
