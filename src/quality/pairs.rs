//! Labelled pairs, and the cross product of true ones.

use std::time::Instant;

use crate::formats::{Mistake, Pair, Pairs, Profile, Record};
use crate::names::Script;

use super::calibration::Calibration;
use super::figures::{Judged, Kind, Set, Thresholds};
use super::groups::{Group, Scripts, groups, rivals, spread, tags};
use super::measure::{NOT_FOUND, Sample, Sought};

/// A matcher of pairs: the query's side, the listed side, the score; ours gives bits of evidence.
pub type Match<'m> = dyn FnMut(&Profile, &Profile) -> f64 + 'm;

/// Judges ours and every rival of the file on its labelled pairs.
///
/// # Errors
/// A rival's score that is no number.
pub fn pairs(
    name: &str,
    file: &Pairs,
    ours: &mut Match<'_>,
    thresholds: &Thresholds,
    theirs: &Thresholds,
) -> Result<Set, Mistake> {
    let labelled: Vec<(&Pair, bool)> =
        file.pairs.iter().filter_map(|pair| Some((pair, pair.label?))).collect();
    let rows: Vec<&Record> = labelled.iter().map(|(pair, _)| &pair.record).collect();
    let rivals = rivals(&file.records, &rows)?;
    let groups = groups(&tags_of(file, labelled.iter().map(|(pair, _)| *pair)));
    let started = Instant::now();
    let samples: Vec<Sample> = labelled
        .iter()
        .map(|(pair, is_match)| Sample {
            score: ours(&pair.left, &pair.right),
            is_match: *is_match,
        })
        .collect();
    let seconds = started.elapsed().as_secs_f64();
    let judge = |name: &str, thresholds: &Thresholds, samples: &[Sample]| {
        Judged::new(name, thresholds, Kind::Pairs, samples, None, &groups)
    };
    let mut judged = vec![judge(super::OURS, thresholds, &samples)];
    for rival in rivals {
        let scored = rival.scores.iter().zip(&labelled);
        let samples: Vec<Sample> = scored
            .map(|(score, (_, is_match))| Sample { score: *score, is_match: *is_match })
            .collect();
        judged.push(judge(&rival.name, theirs, &samples));
    }
    Ok(Set {
        name: name.to_owned(),
        kind: Kind::Pairs,
        judged,
        left_out: (file.pairs.len() - labelled.len()) as u64,
        asked: labelled.len() as u64,
        seconds,
        candidates: None,
        retrieval: None,
        calibration: Calibration::of_evidence(&samples),
        notes: Vec::new(),
    })
}

fn tags_of<'p>(file: &Pairs, pairs: impl Iterator<Item = &'p Pair>) -> Vec<Vec<(String, String)>> {
    let mut scripts = Scripts::default();
    let tags = pairs.map(|pair| {
        let scripts = [&pair.left, &pair.right].map(|side| script(side, &mut scripts));
        tags(&file.records, &pair.record, &scripts)
    });
    tags.collect()
}

/// The script of a profile's first name.
pub(super) fn script(profile: &Profile, scripts: &mut Scripts) -> Script {
    profile.names.first().map_or(Script::Other, |written| scripts.of(written.name()))
}

/// Judges ours on the cross product of a file's true pairs: each left side is compared with every
/// right side. A combination whose right side is the row's own name again is no wrong one.
///
/// The work grows with the square of the rows: of more than `most` only so many are taken, evenly
/// spread over the file, and the set's notes say so.
pub fn cross(
    name: &str,
    file: &Pairs,
    ours: &mut Match<'_>,
    thresholds: &Thresholds,
    most: usize,
) -> Set {
    let true_rows = file.pairs.iter().filter(|pair| pair.label != Some(false));
    let all: Vec<&Pair> = true_rows.collect();
    let of = all.len();
    let rows = spread(all, most);
    let is_thinned = rows.len() < of;
    let note = format!(
        "{} of {of} true pairs, evenly spread over the file: all of them would make {} combinations.",
        rows.len(),
        of * of
    );
    let tags = tags_of(file, rows.iter().copied());
    let started = Instant::now();
    // The rows' own pairs first, so that the groups' members are theirs.
    let mut samples: Vec<Sample> = Vec::with_capacity(rows.len() * rows.len());
    samples.extend(
        rows.iter().map(|row| Sample { score: ours(&row.left, &row.right), is_match: true }),
    );
    let mut sought = Vec::with_capacity(rows.len());
    let mut asked = rows.len() as u64;
    for (at, row) in rows.iter().enumerate() {
        let right = samples.get(at).map_or(NOT_FOUND, |sample| sample.score);
        let mut best_wrong = NOT_FOUND;
        for other in rows.iter().filter(|other| !is_same_pair(row, other)) {
            let score = ours(&row.left, &other.right);
            best_wrong = best_wrong.max(score);
            samples.push(Sample { score, is_match: false });
            asked += 1;
        }
        sought.push(Sought { right, best_wrong });
    }
    let seconds = started.elapsed().as_secs_f64();
    let groups: Vec<Group> = groups(&tags);
    let kind = Kind::CrossProduct;
    let judged = Judged::new(super::OURS, thresholds, kind, &samples, Some(&sought), &groups);
    let left_out = (file.pairs.len() - rows.len()) as u64;
    let (judged, notes) = (vec![judged], is_thinned.then_some(note).into_iter().collect());
    let (candidates, retrieval) = (None, None);
    Set {
        name: name.to_owned(),
        kind,
        judged,
        left_out,
        asked,
        seconds,
        candidates,
        retrieval,
        calibration: None,
        notes,
    }
}

/// Whether the other row's right side is a right answer for this row's left one.
fn is_same_pair(row: &Pair, other: &Pair) -> bool {
    row.right.names == other.right.names || row.left.names == other.left.names
}

#[cfg(test)]
mod tests {
    use super::super::measure::Counts;
    use super::*;
    use crate::formats::Format;

    /// A matcher for tests: how many letters two names have in common at their beginning.
    fn beginning(left: &Profile, right: &Profile) -> f64 {
        let text = |profile: &Profile| profile.names[0].surname.to_string();
        let (left, right) = (text(left), text(right));
        left.chars().zip(right.chars()).take_while(|(a, b)| a == b).count() as f64
    }

    fn read(text: &str) -> Pairs {
        let pairs = Pairs::read(Format::Csv, text.as_bytes());
        assert_eq!(pairs.mistakes, []);
        pairs
    }

    const LABELLED: &str = "\
left,right,label,category,id1,score:other
Berg,Bergen,true,typo,1,0.9
Berg,Berge,true,typo,2,
Berg,Bern,false,typo,3,0.8
Moe,Mo,true,typo,4,0.7
Moe,Ness,false,typo,5,0.1
Lie,Lien,true,end,6,0.9
Lie,Lie,true,end,7,0.9
Lie,Li,false,end,8,0.2
Lie,Dahl,false,end,9,0.1
Dahl,Dahle,,end,10,0.1
Дал,Dahl,true,end,11,0.5
";

    #[test]
    fn labelled_pairs_are_judged_whole_by_part_and_beside_others() {
        let file = read(LABELLED);
        let thresholds = vec![("balanced", 3.0)];
        let set =
            pairs("set", &file, &mut beginning, &thresholds, &vec![("default", 0.7)]).unwrap();
        assert_eq!((set.asked, set.left_out, set.judged.len()), (10, 1, 2));
        let [ours, theirs] = &set.judged[..] else { panic!("two matchers") };
        assert_eq!((ours.matcher.as_str(), theirs.matcher.as_str()), ("portcullis", "other"));
        let Counts { found, missed, false_alarms, rejected } = ours.default_counts();
        assert_eq!((found, missed, false_alarms, rejected), (4, 2, 1, 3));
        // The second pair has no score of theirs: it counts as not found.
        assert_eq!(theirs.default_counts().found, 4);
        assert_eq!(theirs.best.map(|best| best.counts.found), Some(5));
        let parts: Vec<(&str, &str, u64)> = ours
            .parts
            .iter()
            .map(|part| (part.column.as_str(), part.value.as_str(), part.counts.found))
            .collect();
        // Numbers and scores make no parts, one pair of another script says nothing, and the rest of
        // the scripts alone would be the whole again.
        assert_eq!(parts, [("category", "end", 2), ("category", "typo", 2)]);
        assert_eq!(ours.first, None);
    }

    #[test]
    fn a_cross_product_has_every_wrong_pair_and_no_right_one_among_them() {
        // The names of the first and the last row are the same one.
        let file = read("left,right\nBerg,Berge\nMoe,Moen\nLie,Berger\nBerg,Berge\n");
        let set = cross("set", &file, &mut beginning, &vec![("balanced", 4.0)], 100);
        let ours = &set.judged[0];
        let counts = ours.default_counts();
        assert_eq!((counts.found, counts.missed), (2, 2));
        // Four rows against the three others, but the two equal ones not against each other.
        assert_eq!(counts.false_alarms + counts.rejected, 10);
        assert_eq!((set.asked, counts.false_alarms), (14, 2));
        // `Berg` ties with `Berger`: only `Moe` has its own first.
        assert_eq!((ours.first, set.notes.len()), (Some(0.25), 0));
    }

    #[test]
    fn a_cross_product_is_bounded_and_says_so() {
        let rows: String = (0..40).map(|row| format!("Berg{row},Berg{row}\n")).collect();
        let file = read(&format!("left,right\n{rows}"));
        let set = cross("set", &file, &mut beginning, &vec![("balanced", 4.0)], 10);
        assert_eq!((set.asked, set.left_out), (100, 30));
        assert!(set.notes[0].starts_with("10 of 40 true pairs"), "{}", set.notes[0]);
    }
}
