//! What `watch` tells while it runs.

use std::time::Duration;

use super::event::Event;
use crate::client::{ClientId, ResourceName};
use crate::error::Error;
use crate::manifest::{Finding, Location};
use crate::plan::{Difference, Summary};
use crate::reconcile::Shortfall;

/// Hears what `watch` tells, and decides how it is shown.
pub(crate) trait Sink {
    /// An event, before it is decided what to do about it.
    fn hear(&self, _event: &Event) {}
    fn tell(&self, news: &News);
    /// How things stand now.
    fn show(&self, status: &Status);
}

/// Something happened that somebody may want to know.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// Something became of a client.
    Client(Subject, ClientNews),
    /// The same of several clients at once.
    Clients(Vec<(Subject, ClientNews)>),
    /// The state of a file of manifests, or of a watched path, changed.
    File {
        /// Its path as the user would type it; `None` for findings that are about no file.
        path: Option<String>,
        findings: Vec<Finding>,
        state: FileState,
    },
    /// Hydra does not answer, or rejects our requests.
    HydraDown { endpoint: String, error: Error },
    /// Hydra answers again, or with another version.
    HydraUp {
        endpoint: String,
        /// The version that it reports.
        version: Option<String>,
        /// How long it was away; `None` where only its version is new.
        after: Option<Duration>,
    },
    /// Everything is done that can be done for now.
    Idle(Totals),
    /// All the rest, which is for people only.
    Notice(Notice),
}

/// What is told to people only.
#[derive(Debug, Clone)]
pub(crate) enum Notice {
    /// What is watched, and which Hydra is asked.
    Start {
        paths: Vec<String>,
        endpoint: String,
    },
    /// The totals of the first plan.
    FirstPlan(Summary),
    /// `--only` selects no client, so far.
    NothingSelected,
    /// This Hydra falls short of what a manifest asks.
    Shortfall(Shortfall),
    /// Findings, in full.
    Findings(Vec<Finding>),
    /// The warnings about a file are gone, and there were no errors.
    NoWarnings(Option<String>),
    /// The system does not report changes, so the files are polled.
    Polling { error: Error, every: Duration },
    /// A failure that ends nothing.
    Failure(Error),
    /// Secrets cannot be written into the files that are open.
    CannotWrite {
        error: Error,
        /// Whether the journal holds what could not be written.
        is_journaled: bool,
    },
    /// Files were not as they were written when they were closed.
    FilesChanged(Error),
    /// Keys, tokens and certificates were read again.
    Reloaded(Reloaded),
    /// Reading keys, tokens and certificates took too long.
    NotReloaded,
    /// Requests that were sent are being finished.
    Stopping,
}

/// What came of reading keys, tokens and certificates again.
#[derive(Debug, Clone)]
pub(crate) struct Reloaded {
    /// Why the keys could not be read, if so.
    pub(crate) keys: Option<Error>,
    /// Why tokens and certificates could not be read, if so.
    pub(crate) connection: Option<Error>,
}

/// The client that news is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Subject {
    pub(crate) id: Option<ClientId>,
    pub(crate) name: Option<String>,
    pub(crate) resource: Option<ResourceName>,
    pub(crate) location: Option<Location>,
}

/// What became of a client. Durations count from the moment when its manifest was saved, or when
/// Hydra began to be looked at.
#[derive(Debug, Clone)]
pub(crate) enum ClientNews {
    /// It was created.
    Created {
        /// Whether nobody could verify that the recorded secret is the client's.
        unconfirmed: bool,
        took: Duration,
    },
    /// Somebody else created it first.
    Raced {
        /// Whether it may be ours all the same, so that a secret is recorded.
        unconfirmed: bool,
        took: Duration,
    },
    /// It could not be created.
    Failed { error: Error, took: Duration },
    /// Hydra has it, and it differs from its manifest.
    Drifted(Vec<Difference>),
    /// It is in sync, and something else was told of it before.
    Unchanged(Before),
    /// Its manifest is gone, and so is the client.
    Gone,
    /// Its manifest is gone; the client stays in Hydra.
    Unmanaged {
        /// The command that deletes it; `None` where no path can name its id.
        delete: Option<String>,
    },
}

/// What was told of a client before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Before {
    Failed,
    Drifted,
}

/// The state of a file of manifests, or of a watched path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileState {
    /// It is ignored because of errors.
    Invalid,
    /// A watched path does not exist.
    Absent {
        /// How many clients in Hydra had their manifests there.
        staying: usize,
    },
    /// It is used again.
    Valid,
    /// It was invalid, and does not exist any more.
    Gone,
    /// It was absent, and exists now.
    There,
}

impl FileState {
    pub(crate) fn is_good(self) -> bool {
        matches!(self, Self::Valid | Self::Gone | Self::There)
    }
}

/// How many clients and files there are in each state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    /// Clients that valid manifests describe.
    pub(crate) clients: usize,
    /// Those of them that differ in Hydra.
    pub(crate) drifted: usize,
    /// Those of them that could not be created.
    pub(crate) failed: usize,
    /// Files and folders with an error.
    pub(crate) invalid: usize,
}

/// How things stand now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Status {
    /// Clients that are being created count as failed, too.
    pub(crate) totals: Totals,
    pub(crate) creating: usize,
    /// Whether Hydra is unavailable.
    pub(crate) is_down: bool,
    pub(crate) version: Option<String>,
}
