//! What a matcher made of one set of cases.

use super::calibration::Calibration;
use super::groups::Group;
use super::measure::{Counts, Point, Sample, Sought, at_false_share, best_f1, curve, ranked_first};
use super::retrieval::Retrieval;

/// What sort of cases a set holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Labelled pairs.
    Pairs,
    /// True pairs, and all the wrong ones that their sides make.
    CrossProduct,
    /// Queries against a list, and clean persons.
    Screening,
}

impl Kind {
    /// The shares of false alarms at which recall is told; the second is the one to quote.
    pub const fn shares(self) -> [f64; 3] {
        match self {
            Self::Pairs => [0.001, 0.01, 0.05],
            Self::CrossProduct => [0.0001, 0.001, 0.005],
            Self::Screening => [0.001, 0.0025, 0.01],
        }
    }

    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pairs => "pairs",
            Self::CrossProduct => "cross_product",
            Self::Screening => "screening",
        }
    }

    /// Its name for people.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Pairs => "Labelled pairs",
            Self::CrossProduct => "Cross product",
            Self::Screening => "Screening of a list",
        }
    }

    /// What a false alarm is a share of.
    pub const fn others(self) -> &'static str {
        match self {
            Self::Pairs => "negative pairs",
            Self::CrossProduct => "wrong pairs",
            Self::Screening => "clean persons",
        }
    }
}

/// With whom of a list our matcher compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Candidates {
    /// Those whom the index finds.
    ByIndex,
    /// Everybody.
    Everybody,
}

impl Candidates {
    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ByIndex => "index",
            Self::Everybody => "everybody",
        }
    }

    /// Its name for people.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::ByIndex => "with those whom the index finds",
            Self::Everybody => "with everybody listed",
        }
    }
}

/// One set of cases and what each matcher made of them.
pub struct Set {
    /// What it is called: mostly its file.
    pub name: String,
    /// Its sort.
    pub kind: Kind,
    /// Ours first, then those whose scores came with the file.
    pub judged: Vec<Judged>,
    /// Cases that could not be used: a row without a label, a query for somebody not listed.
    pub left_out: u64,
    /// Comparisons or searches that our matcher made for it.
    pub asked: u64,
    /// What they took.
    pub seconds: f64,
    /// With whom was compared; of pairs there is no choice.
    pub candidates: Option<Candidates>,
    /// What the index finds of it, where both were asked.
    pub retrieval: Option<Retrieval>,
    /// Whether ours is as sure as it is right; of a cross product that is not asked.
    pub calibration: Option<Calibration>,
    /// What else a reader must know.
    pub notes: Vec<String>,
}

/// The thresholds of a matcher by name, on the scale of its scores; the first is its default.
pub type Thresholds = Vec<(&'static str, f64)>;

/// The figures of one matcher.
pub struct Judged {
    /// Its name.
    pub matcher: String,
    /// What falls where at each of its thresholds.
    pub at: Vec<(&'static str, f64, Counts)>,
    /// The threshold with the best F1.
    pub best: Option<Point>,
    /// Recall at each of [`Kind::shares`].
    pub within: Vec<Within>,
    /// The share of queries whose true partner has the highest score; of pairs there is none.
    pub first: Option<f64>,
    /// All that a choice of threshold can reach.
    pub curve: Vec<Point>,
    /// The same for parts of the cases.
    pub parts: Vec<Part>,
}

/// The best that keeps false alarms within a share.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Within {
    /// The share.
    pub most: f64,
    /// Threshold and counts; none where even the highest score alarms too often.
    pub point: Option<Point>,
    /// The recall: 0 where no threshold keeps within the share; none where there is nothing to
    /// find, or nothing of which it were a share.
    pub recall: Option<f64>,
}

/// A part of the cases: those with one value in one column.
pub struct Part {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// What falls where at the default threshold, of this part alone.
    pub counts: Counts,
    /// Of its matches the share found at the thresholds of [`Judged::within`], which are chosen on
    /// the whole set: 0 where no threshold keeps within the share, none where the whole set has no
    /// such figure or the part no match.
    pub recall_within: Vec<Option<f64>>,
    /// False alarms of the whole set against recall of this part, by falling threshold.
    pub curve: Vec<(f64, f64)>,
}

impl Judged {
    /// The figures of these samples; `sought` where each match was one of many candidates.
    pub(super) fn new(
        matcher: &str,
        thresholds: &[(&'static str, f64)],
        kind: Kind,
        samples: &[Sample],
        sought: Option<&[Sought]>,
        groups: &[Group],
    ) -> Self {
        let curve = curve(samples);
        let at = thresholds
            .iter()
            .map(|(name, threshold)| (*name, *threshold, Counts::at(samples, *threshold)))
            .collect();
        let default = thresholds.first().map_or(f64::INFINITY, |(_, threshold)| *threshold);
        let any = Counts::at(samples, default);
        let within = |most| Within::new(most, &curve, any);
        let within: Vec<Within> = kind.shares().into_iter().map(within).collect();
        let part = |group: &Group| Part::new(group, samples, default, &within, &curve);
        Self {
            matcher: matcher.to_owned(),
            at,
            best: best_f1(&curve),
            first: sought.and_then(ranked_first),
            parts: groups.iter().map(part).collect(),
            within,
            curve,
        }
    }

    /// The counts at its default threshold.
    pub fn default_counts(&self) -> Counts {
        self.at.first().map(|(_, _, counts)| *counts).unwrap_or_default()
    }

    /// Recall at the share of false alarms that is quoted of its kind.
    pub fn quoted(&self) -> Option<f64> {
        self.within.get(1)?.recall
    }
}

impl Within {
    /// Of samples that fall so at some threshold, and have this curve.
    fn new(most: f64, curve: &[Point], any: Counts) -> Self {
        let point = at_false_share(curve, most);
        let recall = point.map_or(Some(0.0), |point| point.counts.recall());
        let is_measured = any.matches() > 0 && any.others() > 0;
        Self { most, point, recall: recall.filter(|_| is_measured) }
    }

    /// The threshold, above all scores where none keeps within the share.
    fn threshold(&self) -> f64 {
        self.point.map_or(f64::INFINITY, |point| point.threshold)
    }
}

impl Part {
    fn new(
        group: &Group,
        samples: &[Sample],
        default: f64,
        within: &[Within],
        whole: &[Point],
    ) -> Self {
        let own: Vec<Sample> =
            group.members.iter().filter_map(|at| samples.get(*at)).copied().collect();
        let recall = |threshold| Counts::at(&own, threshold).recall();
        let recall_within =
            within.iter().map(|at| recall(at.threshold()).filter(|_| at.recall.is_some()));
        let points = thinned(whole);
        let curve = points
            .filter_map(|point| Some((point.counts.false_share()?, recall(point.threshold)?)));
        Self {
            column: group.column.clone(),
            value: group.value.clone(),
            counts: Counts::at(&own, default),
            recall_within: recall_within.collect(),
            curve: curve.collect(),
        }
    }
}

/// The points at which the false alarms grow, and the last: between them recall alone grows, so the
/// last before each says all. At most about 200, evenly many on each scale of magnitude.
pub(super) fn thinned(curve: &[Point]) -> impl Iterator<Item = Point> {
    let mut kept: Vec<Point> = Vec::new();
    let mut last_alarms = None;
    for (at, point) in curve.iter().enumerate() {
        let alarms = point.counts.false_alarms;
        let is_last_of_its_alarms =
            curve.get(at + 1).is_none_or(|next| next.counts.false_alarms > alarms);
        let is_near = last_alarms.is_some_and(|last: u64| last > 50 && alarms * 20 < last * 21);
        let is_last = at + 1 == curve.len();
        if is_last_of_its_alarms && (!is_near || is_last) {
            kept.push(*point);
            last_alarms = Some(alarms);
        }
    }
    kept.into_iter()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(score: i32, is_match: bool) -> Sample {
        Sample { score: f64::from(score), is_match }
    }

    #[test]
    fn a_part_is_judged_at_the_thresholds_of_the_whole() {
        let samples = [
            sample(9, true),
            sample(8, false),
            sample(7, true),
            sample(6, true),
            sample(5, false),
            sample(4, true),
        ];
        let group = Group { column: "kind".into(), value: "typo".into(), members: vec![2, 4, 5] };
        let thresholds = vec![("balanced", 5.0), ("strict", 8.5)];
        let judged = Judged::new("m", &thresholds, Kind::Pairs, &samples, None, &[group]);
        let strict = judged.at[1].2;
        assert_eq!((strict.found, strict.false_alarms), (1, 0));
        assert_eq!(judged.default_counts().found, 3);
        // No false alarm is allowed at 1 %: only the 9 lies above every one.
        assert_eq!(judged.quoted(), Some(0.25));
        let part = &judged.parts[0];
        assert_eq!(part.counts, Counts { found: 1, missed: 1, false_alarms: 1, rejected: 0 });
        assert_eq!(part.recall_within, [Some(0.0), Some(0.0), Some(0.0)]);
        assert_eq!(part.curve, [(0.0, 0.0), (0.5, 0.5), (1.0, 1.0)]);
    }

    #[test]
    fn where_the_best_score_is_a_false_alarm_nothing_is_found_within_a_share() {
        let samples = [sample(9, false), sample(8, true), sample(7, false)];
        let judged = Judged::new("m", &[("t", 8.0)], Kind::Pairs, &samples, None, &[]);
        assert!(judged.within.iter().all(|at| at.point.is_none() && at.recall == Some(0.0)));
    }

    #[test]
    fn without_negatives_or_without_matches_no_recall_at_a_share_is_stated() {
        for is_match in [true, false] {
            let samples = [sample(9, is_match), sample(2, is_match)];
            let group = Group { column: "kind".into(), value: "typo".into(), members: vec![0] };
            let judged = Judged::new("m", &[("t", 8.0)], Kind::Screening, &samples, None, &[group]);
            assert!(judged.within.iter().all(|at| at.recall.is_none()), "{is_match}");
            assert_eq!((judged.quoted(), judged.parts[0].recall_within[1]), (None, None));
        }
    }

    proptest! {
        #[test]
        fn a_thinned_curve_is_short_and_keeps_its_ends(scores in prop::collection::vec((0..5_000i32, any::<bool>()), 1..3_000)) {
            let samples: Vec<Sample> = scores.iter().map(|(score, is)| sample(*score, *is)).collect();
            let whole = curve(&samples);
            let thin: Vec<Point> = thinned(&whole).collect();
            prop_assert!(thin.len() <= 200, "{}", thin.len());
            prop_assert_eq!(thin.last(), whole.last());
            let no_alarm = whole.iter().rfind(|point| point.counts.false_alarms == 0);
            prop_assert!(no_alarm.is_none_or(|point| thin.first() == Some(point)));
            prop_assert!(thin.iter().all(|point| whole.contains(point)));
        }
    }
}
