//! What happens during a reconcile, told while it happens.

use std::path::Path;
use std::time::Duration;

use super::planning::Shortfall;
use super::recover::Recovered;
use crate::vault::{Closed, Repair};

/// Hears what happens. Engines emit events; whoever listens decides how they are shown.
pub trait Events: std::fmt::Debug + Send + Sync {
    /// Something happened.
    fn emit(&self, event: &Event<'_>);
}

/// Something that is worth telling before the end.
#[derive(Debug)]
pub enum Event<'e> {
    /// The last line of the secrets file was torn, and is repaired.
    Repaired(&'e Repair),
    /// A line of the secrets file is no record.
    BrokenLine {
        /// Counted from 1.
        number: usize,
        /// Why it is none.
        why: &'e str,
    },
    /// What became of an intent that a run left open.
    Recovered {
        /// The intent, and its fate.
        recovered: &'e Recovered,
        /// Whether this very process left it open and said so: no other run was interrupted.
        is_own: bool,
        /// How long the request may still arrive, where it may.
        arrives_in: Option<Duration>,
    },
    /// This Hydra would not do as a manifest asks.
    Shortfall(&'e Shortfall),
    /// The files are closed.
    Closed {
        /// What they hold.
        closed: &'e Closed,
        /// The secrets file.
        path: &'e Path,
        /// The Hydra of this run.
        hydra: &'e str,
    },
}
