//! The events of a reconcile, reported as they happen.

use std::time::Duration;

use super::planning::Shortfall;
use super::recover::Recovered;
use crate::vault::{Closed, Outputs, Repair};

/// Receives events. Engines emit them; the listener decides how they are shown.
pub(crate) trait Events: std::fmt::Debug + Send + Sync {
    fn emit(&self, event: &Event<'_>);
}

/// An event worth reporting before the end of the run.
#[derive(Debug)]
pub(crate) enum Event<'e> {
    /// The last line of the secrets file was truncated, and has been repaired.
    Repaired(&'e Repair),
    /// A line of the secrets file is not a valid record.
    BrokenLine { number: usize, why: &'e str },
    /// An intent that an earlier run left open was settled or kept.
    Recovered {
        recovered: &'e Recovered,
        /// Whether this process left the intent open and reported it then, as opposed to an
        /// interrupted run.
        is_own: bool,
        /// How long the request may still arrive, if it can.
        arrives_in: Option<Duration>,
    },
    /// This Hydra would not do what a manifest asks.
    Shortfall(&'e Shortfall),
    /// The files are closed.
    Closed {
        closed: &'e Closed,
        outputs: &'e Outputs,
        hydra: &'e str,
    },
}
