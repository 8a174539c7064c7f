//! The measures: what a matcher's scores are worth where the truth is known.
//!
//! Everywhere a pair is *called* a match when its score is at the threshold or above. Equal scores
//! are therefore called together: no measure depends on the order of its samples, and none
//! flatters a matcher that gives many pairs one score.

/// How many standard deviations to both sides 95 % of a normal distribution lie within.
pub(super) const Z: f64 = 1.959_964;

/// What was scored, and whether it is in truth a match.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The higher, the likelier a match; [`NOT_FOUND`] when the matcher gave none.
    pub score: f64,
    /// The truth.
    pub is_match: bool,
}

/// The score of what a matcher did not return at all: below every threshold.
pub const NOT_FOUND: f64 = f64::NEG_INFINITY;

/// How samples fall at one threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Matches called.
    pub found: u64,
    /// Matches not called.
    pub missed: u64,
    /// Others called.
    pub false_alarms: u64,
    /// Others not called.
    pub rejected: u64,
}

impl Counts {
    /// The counts at this threshold.
    pub fn at(samples: &[Sample], threshold: f64) -> Self {
        let mut counts = Self::default();
        for sample in samples {
            let called = sample.score > NOT_FOUND && sample.score >= threshold;
            let place = match (sample.is_match, called) {
                (true, true) => &mut counts.found,
                (true, false) => &mut counts.missed,
                (false, true) => &mut counts.false_alarms,
                (false, false) => &mut counts.rejected,
            };
            *place += 1;
        }
        counts
    }

    /// Cases that are matches.
    pub fn matches(self) -> u64 {
        self.found + self.missed
    }

    /// Cases that are none.
    pub fn others(self) -> u64 {
        self.false_alarms + self.rejected
    }

    /// P: right matches / called matches; none where nothing is called, and where all cases are
    /// matches: every call is right then, which says nothing.
    pub fn precision(self) -> Option<f64> {
        share(self.found, self.found + self.false_alarms).filter(|_| self.others() > 0)
    }

    /// R: right matches / true matches; none where there are no true matches.
    pub fn recall(self) -> Option<f64> {
        share(self.found, self.matches())
    }

    /// F1 = 2PR / (P + R), which is 2 found / (2 found + missed + false alarms); none where all
    /// cases are matches or none is.
    pub fn f1(self) -> Option<f64> {
        let weighed = self.matches() > 0 && self.others() > 0;
        share(2 * self.found, 2 * self.found + self.missed + self.false_alarms).filter(|_| weighed)
    }

    /// False alarms / all that are no match; none where everything is one.
    pub fn false_share(self) -> Option<f64> {
        share(self.false_alarms, self.others())
    }
}

/// What holds at one threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The threshold: the lowest score that is called.
    pub threshold: f64,
    /// What falls where at it.
    pub counts: Counts,
}

/// Every point that a choice of threshold can reach, the highest threshold first.
///
/// One point for each different score there is; [`NOT_FOUND`] is none. Recall and the share of false
/// alarms only grow along it.
pub fn curve(samples: &[Sample]) -> Vec<Point> {
    let mut sorted: Vec<Sample> = samples.to_vec();
    sorted.sort_unstable_by(|a, b| b.score.total_cmp(&a.score));
    let matches = count(samples.iter().filter(|sample| sample.is_match));
    let others = count(samples.iter()) - matches;
    let (mut found, mut false_alarms) = (0, 0);
    let mut points = Vec::new();
    for tied in sorted.chunk_by(|a, b| a.score.total_cmp(&b.score).is_eq()) {
        let Some(threshold) = tied.first().map(|sample| sample.score) else { continue };
        if threshold == NOT_FOUND {
            break;
        }
        let right = count(tied.iter().filter(|sample| sample.is_match));
        found += right;
        false_alarms += count(tied.iter()) - right;
        let (missed, rejected) = (matches - found, others - false_alarms);
        points.push(Point { threshold, counts: Counts { found, missed, false_alarms, rejected } });
    }
    points
}

/// Best F1 and its threshold, chosen afterwards on the same samples: flatters, so it is told beside
/// F1 at a threshold fixed before. Of equal ones the highest threshold; none where no threshold has
/// an F1 above 0.
pub fn best_f1(curve: &[Point]) -> Option<Point> {
    let f1 = |point: &Point| point.counts.f1().unwrap_or(0.0);
    let best = |best: Option<Point>, next: &Point| match best {
        Some(best) if f1(&best) >= f1(next) => Some(best),
        _ => Some(*next),
    };
    curve.iter().fold(None, best).filter(|point| f1(point) > 0.0)
}

/// Recall at a share of false alarms: the lowest threshold at which at most this share of what is
/// no match is called, and what is found there. None where even the highest score calls more, and
/// where there is nothing of which it were a share.
///
/// The one measure serves three of the reference (`matching.md` 5.2) by what stands as no match:
/// the negative pairs (recall at x % false-positive rate), the wrong combinations of a cross
/// product (recall at x % wrong pairs), clean persons (recall at x % alerts).
pub fn at_false_share(curve: &[Point], most: f64) -> Option<Point> {
    let within = |point: &&Point| point.counts.false_share().is_some_and(|share| share <= most);
    curve.iter().take_while(within).last().copied()
}

/// One query against many candidates of which it is meant to find one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sought {
    /// The score of the one that it must find; [`NOT_FOUND`] when that was not returned.
    pub right: f64,
    /// The highest score of any other; [`NOT_FOUND`] when there was none.
    pub best_wrong: f64,
}

/// True name ranked first: the share of queries whose true partner has the highest score of all
/// candidates. One that shares the highest score with a wrong one is not first. None of no query.
pub fn ranked_first(sought: &[Sought]) -> Option<f64> {
    let first = sought.iter().filter(|one| one.right > one.best_wrong);
    share(count(first), count(sought.iter()))
}

/// The bounds within which a share that was measured lies with 95 % confidence, as far as chance in
/// the draw of its samples goes (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927). None of no sample.
pub fn confidence(hits: u64, of: u64) -> Option<(f64, f64)> {
    if of == 0 {
        return None;
    }
    let (share, n) = (hits as f64 / of as f64, of as f64);
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(((middle - half).max(0.0), (middle + half).min(1.0)))
}

fn share(part: u64, of: u64) -> Option<f64> {
    (of > 0).then(|| part as f64 / of as f64)
}

fn count<'s, T: 's>(these: impl Iterator<Item = &'s T>) -> u64 {
    these.fold(0, |count, _| count + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(score: f64, is_match: bool) -> Sample {
        Sample { score, is_match }
    }

    /// Few different scores, so that many are tied; some are not found.
    fn samples() -> impl Strategy<Value = Vec<Sample>> {
        let score = (-1..12i32).prop_map(|score| match score {
            -1 => NOT_FOUND,
            score => f64::from(score) / 4.0 - 1.0,
        });
        let one = (score, any::<bool>()).prop_map(|(score, is_match)| Sample { score, is_match });
        prop::collection::vec(one, 0..60)
    }

    /// The thresholds that call different things, in no hurry: every score that occurs.
    fn thresholds(samples: &[Sample]) -> Vec<f64> {
        let mut all: Vec<f64> =
            samples.iter().map(|sample| sample.score).filter(|score| score.is_finite()).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all.reverse();
        all
    }

    #[test]
    fn the_measures_of_a_small_table_are_those_reckoned_by_hand() {
        let samples = [
            sample(0.9, true),
            sample(0.8, true),
            sample(0.8, false),
            sample(0.6, true),
            sample(0.5, false),
            sample(0.4, false),
            sample(NOT_FOUND, true),
        ];
        let counts = Counts::at(&samples, 0.8);
        assert_eq!(counts, Counts { found: 2, missed: 2, false_alarms: 1, rejected: 2 });
        assert_eq!(counts.precision(), Some(2.0 / 3.0));
        assert_eq!(counts.recall(), Some(0.5));
        assert_eq!(counts.f1(), Some(4.0 / 7.0));
        assert_eq!(counts.false_share(), Some(1.0 / 3.0));
        let curve = curve(&samples);
        let best = best_f1(&curve).unwrap();
        assert_eq!((best.threshold, best.counts.f1()), (0.6, Some(0.75)));
        let at = |most| at_false_share(&curve, most).map(|at| (at.threshold, at.counts.recall()));
        assert_eq!(at(0.0), Some((0.9, Some(0.25))));
        // The two of score 0.8 are called together: a third of what is no match.
        assert_eq!(at(0.3), Some((0.9, Some(0.25))));
        assert_eq!(at(0.34), Some((0.6, Some(0.75))));
        assert_eq!(at(1.0), Some((0.4, Some(0.75))), "what was not found is never called");
    }

    #[test]
    fn nothing_measured_has_no_figure() {
        let none = Counts::at(&[], 0.5);
        assert_eq!((none.precision(), none.recall(), none.f1()), (None, None, None));
        assert_eq!((none.false_share(), ranked_first(&[])), (None, None));
        assert!(
            curve(&[]).is_empty() && best_f1(&[]).is_none() && at_false_share(&[], 1.0).is_none()
        );
        assert_eq!(confidence(0, 0), None);
        // The highest score is a wrong one: no threshold keeps within nothing.
        let wrong = curve(&[sample(0.9, false), sample(0.8, true)]);
        assert_eq!(at_false_share(&wrong, 0.0), None);
        let unfound = curve(&[sample(NOT_FOUND, true), sample(0.1, false)]);
        assert_eq!(best_f1(&unfound), None);
    }

    #[test]
    fn of_one_kind_of_cases_alone_nothing_is_weighed() {
        let matches = [sample(0.9, true), sample(0.1, true)];
        let counts = Counts::at(&matches, 0.5);
        assert_eq!((counts.recall(), counts.precision(), counts.f1()), (Some(0.5), None, None));
        let whole = curve(&matches);
        assert_eq!((at_false_share(&whole, 1.0), best_f1(&whole)), (None, None));
        let others = Counts::at(&[sample(0.9, false), sample(0.1, false)], 0.5);
        assert_eq!((others.recall(), others.precision(), others.f1()), (None, Some(0.0), None));
    }

    #[test]
    fn a_true_name_that_ties_with_a_wrong_one_is_not_first() {
        let sought = |right, best_wrong| Sought { right, best_wrong };
        let queries =
            [sought(2.0, 1.0), sought(1.0, 1.0), sought(NOT_FOUND, NOT_FOUND), sought(1.0, 2.0)];
        assert_eq!(ranked_first(&queries), Some(0.25));
        assert_eq!(ranked_first(&[sought(0.1, NOT_FOUND)]), Some(1.0));
    }

    #[test]
    fn confidence_agrees_with_published_bounds() {
        // Newcombe, Stat. Med. 17 (1998), table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
        for (hits, of, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let (from, to) = confidence(hits, of).unwrap();
            assert!((from - low).abs() < 6e-5 && (to - high).abs() < 6e-5, "{from} {to}");
        }
    }

    proptest! {
        #[test]
        fn every_point_of_the_curve_is_the_count_at_its_threshold(samples in samples()) {
            let expected: Vec<Point> = thresholds(&samples)
                .into_iter()
                .map(|threshold| Point { threshold, counts: Counts::at(&samples, threshold) })
                .collect();
            prop_assert_eq!(curve(&samples), expected);
        }

        #[test]
        fn best_f1_is_the_best_of_all_thresholds(samples in samples()) {
            let mut best: Option<(f64, f64)> = None;
            for threshold in thresholds(&samples) {
                let counts = Counts::at(&samples, threshold);
                let (Some(p), Some(r)) = (counts.precision(), counts.recall()) else { continue };
                if counts.found == 0 {
                    continue;
                }
                let f1 = 2.0 * p * r / (p + r);
                if best.is_none_or(|(_, known)| f1 > known + 1e-12) {
                    best = Some((threshold, f1));
                }
            }
            let ours = best_f1(&curve(&samples));
            prop_assert_eq!(ours.map(|at| at.threshold), best.map(|at| at.0));
            if let (Some(ours), Some((_, f1))) = (ours, best) {
                prop_assert!((ours.counts.f1().unwrap() - f1).abs() < 1e-12);
            }
        }

        #[test]
        fn recall_at_false_alarms_is_the_most_that_any_threshold_allows(
            samples in samples(),
            most in 0.0..1.0f64,
        ) {
            let others = samples.iter().filter(|sample| !sample.is_match).count();
            let mut best: Option<usize> = None;
            for threshold in thresholds(&samples) {
                let called = |is_match: bool| {
                    let of = samples.iter().filter(|sample| sample.is_match == is_match);
                    of.filter(|sample| sample.score >= threshold).count()
                };
                if others > 0 && called(false) as f64 <= most * others as f64 {
                    best = best.max(Some(called(true)));
                }
            }
            let ours = at_false_share(&curve(&samples), most);
            prop_assert_eq!(ours.map(|at| at.counts.found as usize), best);
        }

        #[test]
        fn no_measure_depends_on_the_order_of_its_samples(
            (samples, shuffled) in samples().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        ) {
            prop_assert_eq!(curve(&samples), curve(&shuffled));
        }

        #[test]
        fn a_measured_share_lies_within_its_confidence(hits in 0..500u64, more in 0..500u64) {
            let of = hits + more;
            if let Some((low, high)) = confidence(hits, of) {
                let share = hits as f64 / of as f64;
                prop_assert!(low <= share + 1e-12 && share <= high + 1e-12 && (0.0..=1.0).contains(&low));
            }
        }
    }
}
