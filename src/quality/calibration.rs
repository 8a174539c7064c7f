//! Calibration: whether what is stated as likely comes true as often.
//!
//! A probability rests on how likely a match is before anything is compared; evidence in bits does not.
//! How many cases of a file are matches is the choice of whoever made it. So there are two questions, and
//! each kind of set answers one of them:
//!
//! - **screening**: the engine states a probability, with a [prior](crate::matching::score::Setting) of
//!   its own that follows from how long the list is. Judged is what it states of everybody whom a search
//!   offers. Such a file asks for the listed far more often than a border does; so it is told as well
//!   where the stated probabilities would be right on the whole: with one listed in how many; and where
//!   those would be that `run` states, which takes no list for short.
//! - **pairs**: nobody states how many of them are matches. Judged is the evidence, against the
//!   logarithm of the odds seen less that of the odds in the whole file; a probability is what the
//!   evidence makes of the file's own odds.
//!
//! A cross product answers neither. Its wrong pairs are anybody's names, while the evidence is weighed
//! against names that are near: it would be found far too low.
//!
//! Nothing is fitted for use here. The [`Line`] is a measure: what a stated bit was worth.

use super::measure::{Sample, Z, confidence};

/// The probabilities at which the bins of screening begin; the last ends at 1. Below the first nothing
/// is judged: nearly every comparison lies there, and a search leaves most of them out.
const PROBABILITIES: [f64; 9] = [0.01, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.99];

/// The bits of evidence at which the bins of pairs begin; one more is below the first.
const EVIDENCE: [f64; 9] = [-8.0, -6.0, -4.0, -2.0, 0.0, 2.0, 4.0, 6.0, 8.0];

/// What is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The probability as it is stated.
    Stated,
    /// The evidence, with the odds of the cases themselves.
    Evidence,
}

impl Basis {
    /// Its name for programs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Stated => "stated",
            Self::Evidence => "evidence",
        }
    }
}

/// Whom a search offered, and whether rightly.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Offer {
    /// The base-2 logarithm of the odds that were stated.
    pub odds: f64,
    /// Whether it is the one who was meant.
    pub is_match: bool,
    /// Whether somebody listed was asked for, and not a clean person.
    pub is_of_listed: bool,
}

/// How well a matcher is calibrated on one set.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// What is judged.
    pub basis: Basis,
    /// The base-2 logarithm of the odds in the whole file, for evidence; else 0: a stated probability has
    /// a prior in it.
    pub prior: f64,
    /// By rising probability; those without a sample are left out.
    pub bins: Vec<Bin>,
    /// The expected calibration error: how far the mean probability of a bin is from the share seen, on
    /// the average of all samples (Naeini, Cooper, Hauskrecht, AAAI 2015).
    pub error: f64,
    /// The mean square of what the probabilities are off the truth, 0 or 1 (Brier, Monthly Weather Review
    /// 78, 1950).
    pub brier: f64,
    /// The same of whoever states the share of matches each time.
    pub brier_of_share: f64,
    /// What a bit is worth; none where the samples do not tell.
    pub line: Option<Line>,
    /// Screening: with one listed in so many the stated probabilities are right on the whole; none where
    /// the cases do not tell.
    pub one_in: Option<f64>,
    /// The same of what `portcullis run` would state, which takes no list for short.
    pub one_in_run: Option<f64>,
}

/// Samples of about one probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// Where it begins, as a probability or in bits of evidence; none for all that is less.
    pub from: Option<f64>,
    /// Where it ends; none for all that is more.
    pub to: Option<f64>,
    /// How many samples it has.
    pub count: u64,
    /// How many of them are matches.
    pub matches: u64,
    /// The mean of the stated probabilities.
    pub stated: f64,
    /// The mean of what was stated, in bits: odds for [`Basis::Stated`], evidence for
    /// [`Basis::Evidence`].
    pub bits: f64,
}

/// The logarithm of the odds seen as a line of the bits stated (Cox, Biometrika 45, 1958), through the
/// samples of the bins that end on both sides: beyond them nothing is in doubt any more.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// How many bits one that is stated was worth; 1 is right.
    pub slope: f64,
    /// Within what that lies with 95 % confidence, as far as chance in the draw of the samples goes.
    pub slope_range: (f64, f64),
    /// How many bits were seen where none is stated; 0 is right.
    pub shift: f64,
}

/// One sample: bits as in [`Bin::bits`].
#[derive(Clone, Copy)]
struct Claim {
    bits: f64,
    is_match: bool,
}

impl Bin {
    /// The share of its samples that are matches.
    pub fn seen(&self) -> f64 {
        self.matches as f64 / self.count.max(1) as f64
    }

    /// Within what that share lies ([`confidence`]).
    pub fn range(&self) -> (f64, f64) {
        confidence(self.matches, self.count).unwrap_or((0.0, 1.0))
    }

    /// The bits seen: the logarithm of the odds, less that of the whole file. Half a match and half an
    /// other are added, so that they are finite (Haldane, Annals of Human Genetics 20, 1956).
    pub fn bits_seen(&self, prior: f64) -> f64 {
        let others = self.count - self.matches;
        ((self.matches as f64 + 0.5) / (others as f64 + 0.5)).log2() - prior
    }

    /// Within what the bits seen lie; infinite where nobody, or everybody, is a match.
    pub fn bits_range(&self, prior: f64) -> (f64, f64) {
        let (low, high) = self.range();
        (log_odds(low) - prior, log_odds(high) - prior)
    }
}

impl Calibration {
    /// Of labelled pairs, whose scores are bits of evidence. None where all are matches or none is.
    pub fn of_evidence(samples: &[Sample]) -> Option<Self> {
        let claims: Vec<Claim> = samples
            .iter()
            .filter(|sample| sample.score.is_finite())
            .map(|sample| Claim { bits: sample.score, is_match: sample.is_match })
            .collect();
        let matches = claims.iter().filter(|claim| claim.is_match).count();
        let others = claims.len() - matches;
        if matches == 0 || others == 0 {
            return None;
        }
        let prior = (matches as f64 / others as f64).log2();
        let edges = EVIDENCE.map(|bits| (bits, bits));
        let lowest = Bin { from: None, to: EVIDENCE.first().copied(), ..Bin::EMPTY };
        Some(Self::new(Basis::Evidence, prior, Some(lowest), &edges, &claims))
    }

    /// Of those whom a search offered, when so many listed and clean persons were asked for; `run` is what
    /// is added to the odds where a stream is screened against the same list. None where nobody was
    /// offered with a probability worth judging.
    pub fn of_offers(offers: &[Offer], run: f64, asked: (u64, u64)) -> Option<Self> {
        // Scores are whole sixteenths of a bit, and so is what a probability asks of them.
        let edge = |probability| (log_odds(probability) * 16.0).round() / 16.0;
        let edges = PROBABILITIES.map(|probability| (probability, edge(probability)));
        let least = edges.first().map_or(f64::NEG_INFINITY, |edge| edge.1);
        let added = |odds: f64| {
            let more = offers.iter().map(move |one| Offer { odds: one.odds + odds, ..*one });
            more.filter(|one| one.odds >= least).collect::<Vec<Offer>>()
        };
        let offers = added(0.0);
        if offers.is_empty() {
            return None;
        }
        let claim = |one: &Offer| Claim { bits: one.odds, is_match: one.is_match };
        let claims: Vec<Claim> = offers.iter().map(claim).collect();
        let made = Self::new(Basis::Stated, 0.0, None, &edges, &claims);
        let (one_in, one_in_run) = (one_in(&offers, asked), one_in(&added(run), asked));
        Some(Self { one_in, one_in_run, ..made })
    }

    /// `edges` are where bins begin, as told and in bits.
    fn new(
        basis: Basis,
        prior: f64,
        lowest: Option<Bin>,
        edges: &[(f64, f64)],
        claims: &[Claim],
    ) -> Self {
        let mut bins: Vec<Bin> = lowest.into_iter().collect();
        let first = bins.len();
        for (at, (from, _)) in edges.iter().enumerate() {
            let to = edges.get(at + 1).map(|edge| edge.0);
            bins.push(Bin { from: Some(*from), to, ..Bin::EMPTY });
        }
        let (mut squares, mut matches) = (0.0, 0_u64);
        for claim in claims {
            let stated = probability(claim.bits + prior);
            squares += (f64::from(u8::from(claim.is_match)) - stated).powi(2);
            matches += u64::from(claim.is_match);
            let begun = edges.iter().take_while(|edge| claim.bits >= edge.1).count();
            if let Some(bin) = bins.get_mut((begun + first).saturating_sub(1)) {
                bin.add(stated, claim);
            }
        }
        bins.retain(|bin| bin.count > 0);
        for bin in &mut bins {
            bin.stated /= bin.count as f64;
            bin.bits /= bin.count as f64;
        }
        let of = claims.len().max(1) as f64;
        let off = |bin: &Bin| bin.count as f64 * (bin.stated - bin.seen()).abs();
        let share = matches as f64 / of;
        let inner = (edges.first(), edges.last());
        let is_inner = |claim: &&Claim| matches!(inner, (Some(first), Some(last)) if (first.1..last.1).contains(&claim.bits));
        let inner: Vec<Claim> = claims.iter().filter(is_inner).copied().collect();
        Self {
            basis,
            prior,
            error: bins.iter().map(off).sum::<f64>() / of,
            bins,
            brier: squares / of,
            brier_of_share: share * (1.0 - share),
            line: line(&inner, prior),
            one_in: None,
            one_in_run: None,
        }
    }
}

impl Bin {
    const EMPTY: Self = Self { from: None, to: None, count: 0, matches: 0, stated: 0.0, bits: 0.0 };

    /// Adds a sample; the means are sums until all are there.
    fn add(&mut self, stated: f64, claim: &Claim) {
        self.count += 1;
        self.matches += u64::from(claim.is_match);
        self.stated += stated;
        self.bits += claim.bits;
    }
}

/// With one listed in how many the probabilities are right on the whole: with clean persons weighed so,
/// that as many matches were stated as there are.
fn one_in(offers: &[Offer], (listed, clean): (u64, u64)) -> Option<f64> {
    let (mut lacking, mut of_clean) = (0.0, 0.0);
    for offer in offers {
        let stated = probability(offer.odds);
        if offer.is_of_listed {
            lacking += f64::from(u8::from(offer.is_match)) - stated;
        } else {
            of_clean += stated;
        }
    }
    let is_told = listed > 0 && lacking > 0.0 && of_clean > 0.0;
    is_told.then(|| 1.0 + lacking / of_clean * clean as f64 / listed as f64)
}

/// Steps after which a line that is still moving is none: the samples lie apart.
const STEPS: usize = 100;

/// The line by which the samples are likeliest, found by Newton's method.
fn line(claims: &[Claim], prior: f64) -> Option<Line> {
    let (mut shift, mut slope) = (prior, 1.0);
    for _ in 0..STEPS {
        // Gradient and curvature of the likelihood, by shift and slope.
        let (mut by_shift, mut by_slope) = (0.0, 0.0);
        let (mut both_shift, mut mixed, mut both_slope) = (0.0, 0.0, 0.0);
        for claim in claims {
            let expected = probability(shift + slope * claim.bits);
            let off = f64::from(u8::from(claim.is_match)) - expected;
            let weight = expected * (1.0 - expected) * std::f64::consts::LN_2;
            by_shift += off;
            by_slope += off * claim.bits;
            both_shift += weight;
            mixed += weight * claim.bits;
            both_slope += weight * claim.bits * claim.bits;
        }
        let determinant = both_shift * both_slope - mixed * mixed;
        let step = (
            (both_slope * by_shift - mixed * by_slope) / determinant,
            (both_shift * by_slope - mixed * by_shift) / determinant,
        );
        let length = step.0.abs().max(step.1.abs());
        if !length.is_finite() {
            return None;
        }
        // A long step may lead away.
        let part = 1.0 / length.max(1.0);
        shift += part * step.0;
        slope += part * step.1;
        if length < 1e-9 {
            let half = Z * (both_shift / determinant / std::f64::consts::LN_2).sqrt();
            let slope_range = (slope - half, slope + half);
            return Some(Line { slope, slope_range, shift: shift - prior });
        }
    }
    None
}

/// The probability of odds of this base-2 logarithm.
fn probability(odds: f64) -> f64 {
    1.0 / (1.0 + (-odds).exp2())
}

/// The base-2 logarithm of the odds of a probability.
fn log_odds(probability: f64) -> f64 {
    (probability / (1.0 - probability)).log2()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::measure::NOT_FOUND;
    use super::*;

    /// So many samples of these bits, of which so many are matches.
    fn samples(bits: f64, count: u64, matches: u64) -> impl Iterator<Item = Sample> {
        (0..count).map(move |at| Sample { score: bits, is_match: at < matches })
    }

    fn offers(odds: f64, of: (u64, u64), is_of_listed: bool) -> impl Iterator<Item = Offer> {
        let (count, matches) = of;
        (0..count).map(move |at| Offer { odds, is_match: at < matches, is_of_listed })
    }

    /// Pairs whose bits are worth `slope` each, and `shift` without any, as exactly as whole pairs can be;
    /// matches and others are as many.
    fn exact(slope: f64, shift: f64) -> Vec<Sample> {
        const OF: f64 = 100_000.0;
        let of = |bits: f64| {
            let share = probability(slope * bits + shift);
            samples(bits, OF as u64, (OF * share).round() as u64)
        };
        [-7.0, -5.0, -3.0, -1.0, 1.0, 3.0, 5.0, 7.0].into_iter().flat_map(of).collect()
    }

    #[test]
    fn the_figures_of_a_small_table_are_those_reckoned_by_hand() {
        // Four are stated at a half, one of them right; four at 4 to 1, all right; one below 1 % is left out.
        let mut all: Vec<Offer> = offers(0.0, (4, 1), true).collect();
        all.extend(offers(2.0, (4, 4), true));
        all.extend(offers(-7.0, (1, 1), true));
        let made = Calibration::of_offers(&all, 0.0, (9, 0)).unwrap();
        let [half, most] = made.bins[..] else { panic!("{made:?}") };
        assert_eq!((half.from, half.to, half.count, half.matches), (Some(0.5), Some(0.65), 4, 1));
        assert_eq!(
            (half.stated, half.seen(), half.range()),
            (0.5, 0.25, confidence(1, 4).unwrap())
        );
        assert_eq!((most.from, most.to, most.count, most.matches), (Some(0.8), Some(0.95), 4, 4));
        assert!((most.stated - 0.8).abs() < 1e-12 && most.bits == 2.0, "{most:?}");
        assert!((made.error - (4.0 * 0.25 + 4.0 * 0.2) / 8.0).abs() < 1e-12, "{made:?}");
        assert!((made.brier - (4.0 * 0.25 + 4.0 * 0.04) / 8.0).abs() < 1e-12, "{made:?}");
        assert_eq!(made.brier_of_share, 5.0 / 8.0 * 3.0 / 8.0);
        // Without a clean person nothing is told of how many of them there may be.
        assert_eq!((made.basis, made.prior, made.one_in), (Basis::Stated, 0.0, None));
    }

    #[test]
    fn a_line_finds_what_a_bit_is_worth_and_what_none_is() {
        for (slope, shift) in [(1.0, 0.0), (0.5, 0.0), (1.5, 0.0), (1.0, 2.0), (0.7, -1.5)] {
            let made = Calibration::of_evidence(&exact(slope, shift)).unwrap();
            let line = made.line.unwrap();
            assert!((line.slope - slope).abs() < 0.01, "{slope} {shift}: {line:?}");
            assert!((line.shift + made.prior - shift).abs() < 0.02, "{slope} {shift}: {line:?}");
            let (low, high) = line.slope_range;
            assert!(low < line.slope && line.slope < high && high - low < 0.02, "{line:?}");
        }
    }

    #[test]
    fn who_is_right_as_often_as_is_stated_has_no_error() {
        let right = Calibration::of_evidence(&exact(1.0, 0.0)).unwrap();
        assert!(right.error < 1e-4, "{right:?}");
        let bold = Calibration::of_evidence(&exact(0.4, 0.0)).unwrap();
        assert!(bold.error > 0.1 && bold.brier > right.brier, "{bold:?}");
        for bin in &right.bins {
            let seen = bin.bits_seen(right.prior);
            assert!((seen - bin.bits).abs() < 0.02, "{bin:?}: {seen}");
        }
    }

    #[test]
    fn of_pairs_it_does_not_matter_how_many_of_them_are_matches() {
        let few = |seed: u64| {
            exact(1.0, 0.0)
                .into_iter()
                .zip(seed..)
                .filter_map(|(sample, at)| (!sample.is_match || at % 8 == 0).then_some(sample))
        };
        let made = Calibration::of_evidence(&few(0).collect::<Vec<_>>()).unwrap();
        let line = made.line.unwrap();
        assert!((made.prior + 3.0).abs() < 0.01, "{made:?}");
        assert!((line.slope - 1.0).abs() < 0.01 && line.shift.abs() < 0.02, "{line:?}");
        assert!(made.error < 1e-3, "{made:?}");
    }

    #[test]
    fn the_share_of_listed_is_that_with_which_the_probabilities_are_right() {
        // Each of 100 listed is offered at 4 to 1, rightly; of 1,000 clean persons 100 are offered so too.
        // With a quarter as many clean persons, 250 beside 100 listed, 4 of 5 offers are right.
        let mut all: Vec<Offer> = offers(2.0, (100, 100), true).collect();
        all.extend(offers(2.0, (100, 0), false));
        // Where a stream is screened even odds are stated of them: then half of 200 offers may be wrong.
        let made = Calibration::of_offers(&all, -2.0, (100, 1_000)).unwrap();
        assert!((made.one_in.unwrap() - 3.5).abs() < 1e-9, "{made:?}");
        assert!((made.one_in_run.unwrap() - 11.0).abs() < 1e-9, "{made:?}");
        assert!((made.bins[0].seen() - 0.5).abs() < 1e-12);
        // Where even the listed are found less often than is stated, no share of them would make it right.
        let wrong: Vec<Offer> =
            offers(2.0, (100, 50), true).chain(offers(2.0, (9, 0), false)).collect();
        assert_eq!(Calibration::of_offers(&wrong, 0.0, (100, 1_000)).unwrap().one_in, None);
    }

    #[test]
    fn where_nothing_tells_there_is_no_figure() {
        let of = |samples: Vec<Sample>| Calibration::of_evidence(&samples);
        assert_eq!(of(Vec::new()), None);
        assert_eq!(of(samples(1.0, 9, 9).collect()), None);
        assert_eq!(of(samples(1.0, 9, 0).collect()), None);
        let unfound = Sample { score: NOT_FOUND, is_match: true };
        assert_eq!(of(samples(1.0, 9, 0).chain([unfound]).collect()), None);
        assert_eq!(Calibration::of_offers(&[], 0.0, (1, 1)), None);
        assert_eq!(
            Calibration::of_offers(&offers(-7.0, (9, 9), true).collect::<Vec<_>>(), 0.0, (1, 1)),
            None
        );
        // Samples that lie apart, or all at one place, have no line; beyond the outermost bins none counts.
        let apart = samples(-1.0, 9, 0).chain(samples(1.0, 9, 9));
        let line = |samples: Vec<Sample>| of(samples).unwrap().line;
        assert_eq!(line(apart.collect()), None);
        assert_eq!(line(samples(1.0, 9, 4).collect()), None);
        assert_eq!(line(samples(-9.0, 9, 4).chain(samples(9.0, 9, 5)).collect()), None);
    }

    #[test]
    fn a_bin_of_matches_alone_has_bits_all_the_same() {
        let bin = Bin { count: 9, matches: 9, ..Bin::EMPTY };
        assert_eq!(bin.bits_seen(1.0), 19_f64.log2() - 1.0);
        let (low, high) = bin.bits_range(1.0);
        assert!(low.is_finite() && low < bin.bits_seen(1.0) && high.is_infinite(), "{low} {high}");
    }

    proptest! {
        #[test]
        fn every_sample_is_in_the_bin_that_it_belongs_to(
            scores in prop::collection::vec((-400..400i32, any::<bool>()), 2..200),
        ) {
            let samples: Vec<Sample> = scores
                .iter()
                .map(|(score, is_match)| Sample { score: f64::from(*score) / 16.0, is_match: *is_match })
                .collect();
            let Some(made) = Calibration::of_evidence(&samples) else { return Ok(()) };
            prop_assert_eq!(made.bins.iter().map(|bin| bin.count).sum::<u64>(), samples.len() as u64);
            for bin in &made.bins {
                let (from, to) = (bin.from.unwrap_or(f64::MIN), bin.to.unwrap_or(f64::MAX));
                let own = samples.iter().filter(|at| (from..to).contains(&at.score));
                let matches = own.clone().filter(|at| at.is_match).count() as u64;
                prop_assert_eq!((bin.count, bin.matches), (own.count() as u64, matches));
                prop_assert!((from..to).contains(&bin.bits) && (0.0..=1.0).contains(&bin.stated));
            }
            prop_assert!((0.0..=1.0).contains(&made.error) && (0.0..=1.0).contains(&made.brier));
        }
    }
}
