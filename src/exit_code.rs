//! The exit codes, a public contract: scripts and CI jobs branch on them.

/// Why the process ended, as its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitCode {
    /// Done, or nothing to do.
    Done,
    /// At least one client could not be created, or something unexpected happened.
    Failed,
    /// `--detailed-exitcode`: there is something to create.
    Changes,
    /// A manifest is invalid; nothing was sent.
    InvalidManifest,
    /// `--fail-on-drift`: a client in Hydra differs from its manifest.
    Drift,
    /// Hydra cannot be reached, or refuses us (TLS, 401, 403).
    Hydra,
    /// A secret could not be made safe (key, secrets file, journal); nothing more was sent.
    Secret,
    /// More clients would be created than `--max-creates` allows; nothing was sent.
    TooManyCreates,
    /// The plan is not the one that `--expect` names; nothing was sent.
    OtherPlan,
    /// Wrong usage.
    Usage,
    /// Ended by SIGINT; everything sent is accounted for.
    Interrupted,
    /// Ended by SIGTERM; everything sent is accounted for.
    Terminated,
}

impl ExitCode {
    /// The worse of two, for a run that consists of several. A plan to look at is better than none.
    #[must_use]
    pub(crate) fn worse(self, other: Self) -> Self {
        let rank = |code: Self| match code {
            Self::Done => 0,
            Self::Changes => 1,
            Self::Drift => 2,
            Self::TooManyCreates => 3,
            Self::OtherPlan => 4,
            Self::Failed => 5,
            Self::InvalidManifest => 6,
            Self::Hydra => 7,
            Self::Secret => 8,
            Self::Usage => 9,
            Self::Interrupted => 10,
            Self::Terminated => 11,
        };
        match rank(other) > rank(self) {
            true => other,
            false => self,
        }
    }

    /// The number the operating system sees.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::InvalidManifest => 3,
            Self::Drift => 4,
            Self::Hydra => 5,
            Self::Secret => 6,
            Self::TooManyCreates => 7,
            Self::OtherPlan => 8,
            Self::Usage => 64,
            Self::Interrupted => 130,
            Self::Terminated => 143,
        }
    }
}
