//! What the checker says: which promise was broken, where, and by which seed it is broken again.

use std::collections::BTreeMap;
use std::fmt;

use super::history::Run;

/// How many violations of one rule are shown; all are counted.
const SHOWN_MAX: usize = 5;

/// A promise that can be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// An acknowledged event was met and an audience was not told.
    Lost,
    /// An audience was told what no event gives.
    Invented,
    /// An audience saw more, or less, than the entry's handling allows it.
    WrongView,
    /// A repeat differs from what it repeats.
    RepeatDiffers,
    /// One finding in one event was told under two ids.
    TwoIds,
    /// A record that could not be read has no dead letter.
    LetterLost,
    /// A dead letter for what needs none, or one that is not true to its record.
    LetterWrong,
    /// An event was both told and dead-lettered.
    TwoDispositions,
    /// An offset was committed before an event below it was decided.
    CommitPassed,
    /// A committed offset went back.
    CommitWentBack,
    /// At the end the group does not stand at the end of a partition.
    NotFinished,
    /// Of one event's revisions, a later one was told first.
    OutOfOrder,
    /// The history contradicts itself, or a record cannot be read: nothing is shown by it.
    Unreadable,
}

/// What is to be said of a run.
#[derive(Debug)]
pub(crate) struct Verdict {
    run: Run,
    violations: BTreeMap<Rule, (usize, Vec<String>)>,
    pub(crate) counts: Counts,
}

/// How much there was to judge: a run without any of it shows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) acknowledged: usize,
    pub(crate) unacknowledged: usize,
    pub(crate) to_be_told: usize,
    pub(crate) to_be_dead_lettered: usize,
    /// Events of which nobody can say, and those of them that were told.
    pub(crate) uncertain: usize,
    pub(crate) uncertain_told: usize,
    pub(crate) alerts: usize,
    /// Alerts that tell of somebody met by likeness alone.
    pub(crate) by_likeness: usize,
    pub(crate) repeats: usize,
    pub(crate) letters: usize,
    /// Pairs of revisions of one event whose order could be compared.
    pub(crate) ordered: usize,
    pub(crate) samples: usize,
    /// Events that a commit was seen to pass, each looked up among the outputs of that moment.
    pub(crate) passed: usize,
}

impl Verdict {
    pub(super) fn new(run: &Run) -> Self {
        Self { run: run.clone(), violations: BTreeMap::new(), counts: Counts::default() }
    }

    pub(super) fn violation(&mut self, rule: Rule, text: impl FnOnce() -> String) {
        let (count, shown) = self.violations.entry(rule).or_default();
        *count += 1;
        if shown.len() < SHOWN_MAX {
            shown.push(text());
        }
    }

    /// The promises that were broken; none is what one hopes for.
    pub(crate) fn broken(&self) -> Vec<Rule> {
        self.violations.keys().copied().collect()
    }
}

impl Rule {
    const fn words(self) -> &'static str {
        match self {
            Self::Lost => "lost: an event was met and an audience was not told",
            Self::Invented => "invented: an audience was told what no event gives",
            Self::WrongView => "wrong view: an audience saw more or less than it may",
            Self::RepeatDiffers => "a repeat differs from what it repeats",
            Self::TwoIds => "one finding in one event has two ids",
            Self::LetterLost => "a record that could not be read has no dead letter",
            Self::LetterWrong => "a dead letter that is not due, or not true to its record",
            Self::TwoDispositions => "an event was both told and dead-lettered",
            Self::CommitPassed => "an offset was committed before an event below it was decided",
            Self::CommitWentBack => "a committed offset went back",
            Self::NotFinished => "the group does not stand at the end of a partition",
            Self::OutOfOrder => "a later revision was told before an earlier one",
            Self::Unreadable => "the history contradicts itself or cannot be read",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { acknowledged, unacknowledged, to_be_told, to_be_dead_lettered, .. } =
            self.counts;
        let Counts { uncertain, uncertain_told, .. } = self.counts;
        let Counts { alerts, by_likeness, repeats, letters, ordered, samples, passed, .. } =
            self.counts;
        let kept = if self.violations.is_empty() { "kept" } else { "BROKEN" };
        writeln!(out, "{}: {kept} (seed {})", self.run.story, self.run.seed)?;
        writeln!(
            out,
            "  {acknowledged} events ({unacknowledged} more unacknowledged): {to_be_told} to be told, \
             {to_be_dead_lettered} to be dead-lettered, {uncertain} uncertain ({uncertain_told} told); {alerts} alerts ({repeats} repeats), {by_likeness} by likeness, \
             {letters} dead letters, {ordered} pairs of revisions; {samples} samples of offsets \
             passed {passed} of these events"
        )?;
        for (rule, (count, shown)) in &self.violations {
            writeln!(out, "  {}: {count}", rule.words())?;
            shown.iter().try_for_each(|text| writeln!(out, "    {text}"))?;
        }
        Ok(())
    }
}
