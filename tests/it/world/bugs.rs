//! Bugs to plant between a lane and its world: the simulation must find each.

/// A mistake that a lane, or what it stands on, could make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bug {
    /// Commits the offset after the right one.
    CommitsOneTooFar,
    /// Commits what was read, finished or not.
    CommitsWhatWasRead,
    /// Takes every report for a success.
    IgnoresFailedReports,
    /// Takes the report of an attempt that was given up for one of the present attempt.
    MixesAttempts,
    /// Forgets a dead letter and goes on as if it had been delivered.
    ForgetsDeadLetters,
    /// Does not hear that a partition is another's, and goes on with it.
    KeepsWhatIsRevoked,
    /// Passes over the event that it was to go back to.
    SkipsOnSeek,
    /// Goes on where it was after its clients were made anew, and not where the group stands.
    SkipsOnRestart,
    /// Writes something into an alert that changes with each repeat.
    ChangesRepeats,
    /// Tells an audience that may not know.
    TellsAnother,
    /// Counts each report twice.
    CountsReportsTwice,
    /// Counts messages as arrived that are still on their way.
    LosesCount,
    /// Never looks for the reports of messages.
    HearsNothing,
    /// Does not hear that the lists hold.
    ScreensBlindly,
    /// Takes its time to let a partition go.
    LingersOnRevoke,
    /// Lets a partition go at once, with messages on their way.
    LeavesInHaste,
    /// Takes an event for finished as soon as it is handed over to the slow lane.
    PassesWhatIsHandedOver,
    /// Never looks for what events came to that were handed over.
    ForgetsWhatIsHandedOver,
}

impl Bug {
    pub(super) const ALL: [Self; 18] = [
        Self::CommitsOneTooFar,
        Self::CommitsWhatWasRead,
        Self::IgnoresFailedReports,
        Self::MixesAttempts,
        Self::ForgetsDeadLetters,
        Self::KeepsWhatIsRevoked,
        Self::SkipsOnSeek,
        Self::SkipsOnRestart,
        Self::ChangesRepeats,
        Self::TellsAnother,
        Self::CountsReportsTwice,
        Self::LosesCount,
        Self::HearsNothing,
        Self::ScreensBlindly,
        Self::LingersOnRevoke,
        Self::LeavesInHaste,
        Self::PassesWhatIsHandedOver,
        Self::ForgetsWhatIsHandedOver,
    ];
}
