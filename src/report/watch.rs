//! What `watch` says, one event after the other.

mod json;
mod text;

use std::time::Duration;

use crate::client::ClientId;
use crate::error::Error;
use crate::manifest::{Finding, Location};
use crate::plan::Difference;

pub use json::json;
pub use text::text;

/// Something happened that somebody may want to know.
#[derive(Debug)]
pub enum Event<'a> {
    /// Something became of a client.
    Client(Client<'a>, News<'a>),
    /// Something became of several clients at once.
    Clients(&'a [(Client<'a>, News<'a>)]),
    /// A file of manifests, or a watched path, stands otherwise than before.
    File {
        /// Its path as the user would type it; `None` for what is about no file.
        path: Option<&'a str>,
        /// All that is wrong with it.
        findings: &'a [&'a Finding],
        /// How it stands.
        state: FileState,
    },
    /// Hydra does not answer, or refuses us.
    HydraDown {
        /// Its address.
        endpoint: &'a str,
        /// Why.
        error: &'a Error,
    },
    /// Hydra answers again, or is another one than before.
    HydraUp {
        /// Its address.
        endpoint: &'a str,
        /// What it says its version is.
        version: Option<&'a str>,
        /// How long it was away; `None` where only its version is new.
        after: Option<Duration>,
    },
    /// All is done that can be, for now.
    Idle(Totals),
}

impl Event<'_> {
    /// Whether nobody has to do anything about it.
    fn is_good(&self) -> bool {
        match self {
            Self::Client(_, news) => news.is_good(),
            Self::Clients(all) => all.iter().all(|(_, news)| news.is_good()),
            Self::File { state, .. } => state.is_good(),
            Self::HydraDown { .. } => false,
            Self::HydraUp { .. } | Self::Idle(_) => true,
        }
    }
}

/// How a file of manifests, or a watched path, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState {
    /// It is left out.
    Invalid,
    /// A watched path leads nowhere, so far.
    Absent {
        /// How many clients are in Hydra whose manifests were there.
        staying: usize,
    },
    /// It is used again.
    Valid,
    /// It is not there any more, and so not wrong any more.
    Gone,
    /// It was absent, and is there now.
    There,
}

impl FileState {
    /// Whether nothing is wrong.
    fn is_good(self) -> bool {
        matches!(self, Self::Valid | Self::Gone | Self::There)
    }
}

/// Who an event is about.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// Its id, once it has one.
    pub id: Option<&'a ClientId>,
    /// Its name.
    pub name: Option<&'a str>,
    /// Where its manifest is, or was.
    pub place: Option<&'a Location>,
}

/// What became of a client. Times count from the moment when its manifest was seen to be saved, or
/// when Hydra began to be looked at.
#[derive(Debug)]
pub enum News<'a> {
    /// It was created.
    Created {
        /// Whether it is not proved that the recorded secret is its own.
        unconfirmed: bool,
        /// How long it took.
        took: Duration,
    },
    /// It came into Hydra while it was being created.
    Raced {
        /// Whether nothing proves that it is somebody else's, so that a secret is recorded.
        unconfirmed: bool,
        /// How long it took.
        took: Duration,
    },
    /// It could not be created.
    Failed {
        /// Why.
        error: &'a Error,
        /// How long it took.
        took: Duration,
    },
    /// It is in Hydra and differs from its manifest.
    Drifted(&'a [Difference]),
    /// It is as its manifest describes it, and something else was said of it.
    Unchanged(Before),
    /// Its manifest is gone, and so is the client.
    Gone,
    /// Its manifest is gone; it stays in Hydra.
    Unmanaged {
        /// The command that would delete it; `None` where no path names its id.
        delete: Option<String>,
    },
}

/// What was said of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Before {
    /// It could not be created.
    Failed,
    /// It differed.
    Drifted,
}

impl News<'_> {
    /// Whether the client stays without a manifest; with the command that would delete it.
    fn unmanaged(&self) -> Option<Option<&str>> {
        match self {
            Self::Unmanaged { delete } => Some(delete.as_deref()),
            _ => None,
        }
    }

    /// Whether nobody has to do anything about it.
    fn is_good(&self) -> bool {
        match self {
            Self::Created { unconfirmed, .. } => !unconfirmed,
            Self::Raced { unconfirmed, .. } => !unconfirmed,
            Self::Unchanged(_) | Self::Gone => true,
            Self::Failed { .. } | Self::Drifted(_) | Self::Unmanaged { .. } => false,
        }
    }
}

/// How things stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Clients that valid manifests describe.
    pub clients: usize,
    /// Those of them that differ in Hydra.
    pub drifted: usize,
    /// Those of them that could not be created.
    pub failed: usize,
    /// Files and folders with an error.
    pub invalid: usize,
}
