//! What goes into the state machine, and what comes out of it.

use std::collections::HashSet;
use std::time::Instant;

use super::batch::Batch;
use super::news::{News, Reloaded, Subject};
use super::queue::Which;
use super::reading::Reading;
use crate::client::{ClientId, Identity};
use crate::error::{Error, Result};
use crate::manifest::Manifest;
use crate::plan::{Change, Plan};
use crate::reconcile::{Outcome, Shortfall};

/// Something happened: from outside, or because an action was done. Hints are those that wait for
/// their batch.
#[derive(Debug)]
pub(crate) enum Event {
    /// The program has just started.
    Start,
    /// The system reported changes, the first of them `since`.
    Hinted { batch: Batch, since: Instant },
    /// The moment of [`State::next_timer`](super::State::next_timer) has come.
    Timer { has_hints: bool },
    /// The manifests are calm while Hydra is being asked, which may take seconds.
    TimerWhileAsking { has_hints: bool },
    /// Keys, tokens and certificates were read again; `None` where that took too long.
    Reloaded(Option<Reloaded>),
    /// The system does not report changes.
    Deaf(Error),
    /// After [`Action::Read`].
    Read(Result<Reading>),
    /// After [`Action::Reconcile`]: Hydra answered, and was compared with the manifests.
    Planned(Planned),
    /// After [`Action::Reconcile`]: there was nothing to do.
    NothingToDo(Which),
    /// An action failed.
    Failed {
        error: Error,
        /// What was being compared, where Hydra had answered.
        compared: Option<Which>,
        batch: Option<usize>,
    },
    /// After [`Action::Reconcile`]: files changed while Hydra was asked that is down. After
    /// [`Action::Create`]: it is to end, and this batch did not begin.
    Abandoned(Option<usize>),
    /// A create ended.
    CreateEnded(CreateEnded),
    /// A batch of creates ended, and its files are closed.
    BatchEnded(BatchEnded),
    /// After [`Action::LookUpGone`].
    LookedUpGone {
        /// The clients, each with the command that deletes it.
        clients: Vec<(Subject, Option<String>)>,
        /// Those of them that are in Hydra; `None` where that could not be found out.
        in_hydra: Option<HashSet<ClientId>>,
    },
    /// All actions of an event are done.
    Settled { has_hints: bool },
    /// It is to end.
    Stop,
}

/// Manifests that are compared with Hydra.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) which: Which,
    pub(crate) began: Instant,
    pub(crate) manifests: Vec<Manifest>,
    /// Whether to do it even where an earlier run left nothing.
    pub(crate) is_needed: bool,
}

/// A plan, and what it was made from.
#[derive(Debug)]
pub(crate) struct Planned {
    /// Its manifests are in the order of the plan.
    pub(crate) comparison: Comparison,
    pub(crate) plan: Plan,
    pub(crate) version: Option<String>,
    pub(crate) chooses_ids: bool,
    /// Where this Hydra falls short of what the manifests ask.
    pub(crate) shortfalls: Vec<Shortfall>,
    /// Why the program must not start with this plan, if so: secrets would have no recipient.
    pub(crate) refusal: Option<Error>,
    /// Why nobody could open a secret that is generated now, if so: a key may have expired.
    pub(crate) no_recipient: Option<Error>,
}

/// How a create ended.
#[derive(Debug)]
pub(crate) struct CreateEnded {
    pub(crate) identity: Identity,
    pub(crate) batch: usize,
    pub(crate) outcome: Outcome,
    /// Whether it failed, and the request may have created the client all the same.
    pub(crate) may_exist: bool,
}

/// How a batch of creates ended.
#[derive(Debug, Default)]
pub(crate) struct BatchEnded {
    /// `None` where there was nothing to create.
    pub(crate) batch: Option<usize>,
    /// Whether Hydra rejected it, so that it sent nothing more.
    pub(crate) is_refused: bool,
    /// Why a secret could not be written, if so.
    pub(crate) broken: Option<Error>,
    /// Whether the journal holds what could not be written.
    pub(crate) is_journaled: bool,
    pub(crate) has_recorded: bool,
    /// Why the closed files are not as they were written, if so.
    pub(crate) lost: Option<Error>,
    /// Why requests of earlier runs could not be settled, if so.
    pub(crate) unsettled: Option<Error>,
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Action {
    /// Tell news.
    Tell(News),
    /// Read the files.
    Read,
    /// Read the files once more in a moment.
    ReadAgain,
    /// Compare with Hydra.
    Reconcile(Comparison),
    /// Create these clients. Where there are none, close the files.
    Create {
        batch: usize,
        changes: Vec<(Identity, Change)>,
    },
    /// Send nothing more in the batches that are under way.
    StopCreates,
    /// Find out which of these clients are in Hydra: their manifests are gone.
    LookUpGone {
        clients: Vec<Subject>,
        /// Whether to ask Hydra; it may be down.
        ask: bool,
    },
    /// End, because of a failure that waiting does not cure.
    End(Error),
}
