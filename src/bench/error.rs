//! Why a bench ended without a report.

/// What went wrong. Holds nothing of any event.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Kafka failed, or a client refuses its settings.
    #[error(transparent)]
    Kafka(#[from] crate::kafka::Error),
    /// A file or a process of the system failed.
    #[error("{doing}: {why}")]
    System {
        /// What was being done.
        doing: String,
        /// The system's word for it.
        why: std::io::Error,
    },
    /// Something did not come about in time, or not as it must.
    #[error("{0}")]
    Failed(String),
    /// Somebody stopped it.
    #[error("stopped before the end: no report was written")]
    Stopped,
}

impl Error {
    /// What the bench makes itself was refused, which is a mistake of ours.
    pub(super) fn made(why: impl std::fmt::Display) -> Self {
        Self::Failed(format!("the bench could not make its load: {why}"))
    }

    pub(super) fn system(doing: impl Into<String>, why: std::io::Error) -> Self {
        Self::System { doing: doing.into(), why }
    }
}
