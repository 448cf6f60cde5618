//! What goes into the state machine, and what comes out of it.

use std::collections::HashSet;
use std::time::Instant;

use super::batch::Batch;
use super::files::Reading;
use super::news::{News, Subject};
use super::queue::Which;
use crate::client::{ClientId, Identity};
use crate::error::{Error, Result};
use crate::manifest::Manifest;
use crate::plan::{Change, Plan};
use crate::reconcile::{Became, Shortfall};

/// Something happened: from outside, or because an action was done.
#[derive(Debug)]
pub enum Event {
    /// The program has just started.
    Start,
    /// The system reported changes, the first of them `since`.
    Hinted {
        /// The batch of hints.
        batch: Batch,
        /// When the first change was heard of.
        since: Instant,
    },
    /// The moment of [`State::next_timer`](super::State::next_timer) has come.
    Timer {
        /// Whether hints wait for their batch.
        has_hints: bool,
    },
    /// The same while Hydra is being asked, which may take seconds.
    TimerWhileAsking {
        /// Whether hints wait for their batch.
        has_hints: bool,
    },
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
        /// Why.
        error: Error,
        /// What was being compared, where Hydra had answered.
        compared: Option<Which>,
        /// The batch of creates that did not begin.
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
    Settled {
        /// Whether hints wait for their batch.
        has_hints: bool,
    },
    /// It is to end.
    Stop,
}

/// What came of reading keys, tokens and certificates again.
#[derive(Debug)]
pub struct Reloaded {
    /// Why the keys could not be read, if so.
    pub keys: Option<Error>,
    /// Why tokens and certificates could not be read, if so.
    pub connection: Option<Error>,
}

/// A plan, and what it was made from.
#[derive(Debug)]
pub struct Planned {
    /// Which clients were compared.
    pub which: Which,
    /// When that was asked for.
    pub began: Instant,
    /// The manifests, in the order of the plan.
    pub manifests: Vec<Manifest>,
    /// The plan.
    pub plan: Plan,
    /// The version of Hydra.
    pub version: Option<String>,
    /// Whether Hydra chooses ids.
    pub chooses_ids: bool,
    /// Where this Hydra falls short of what the manifests ask.
    pub shortfalls: Vec<Shortfall>,
    /// Why the program must not start with this plan, if so: secrets would have no recipient.
    pub refusal: Option<Error>,
    /// Why nobody could open a secret that is generated now, if so: a key may have expired.
    pub no_recipient: Option<Error>,
}

/// How a create ended.
#[derive(Debug)]
pub struct CreateEnded {
    /// Whose it was.
    pub identity: Identity,
    /// Its batch.
    pub batch: usize,
    /// The client.
    pub subject: Subject,
    /// What became of it.
    pub became: Became,
    /// Whether it failed, and the request may have created the client all the same.
    pub may_exist: bool,
}

/// How a batch of creates ended.
#[derive(Debug, Default)]
pub struct BatchEnded {
    /// The batch; `None` where there was nothing to create.
    pub batch: Option<usize>,
    /// Whether Hydra rejected it, so that it sent nothing more.
    pub is_refused: bool,
    /// Why a secret could not be written, if so.
    pub broken: Option<Error>,
    /// Whether the journal holds what could not be written.
    pub is_journaled: bool,
    /// Whether secrets were recorded.
    pub has_recorded: bool,
    /// Why the closed files are not as they were written, if so.
    pub lost: Option<Error>,
    /// Why requests of earlier runs could not be settled, if so.
    pub unsettled: Option<Error>,
}

/// What is to be done.
#[derive(Debug)]
pub enum Action {
    /// Tell news.
    Tell(News),
    /// Read the files.
    Read {
        /// Whether to follow the folders even where all contents are the same.
        is_hinted: bool,
        /// Whether to read until no folder is new.
        is_start: bool,
    },
    /// Read the files once more in a moment.
    ReadAgain,
    /// Compare these manifests with Hydra.
    Reconcile {
        /// Which clients.
        which: Which,
        /// When that was asked for.
        began: Instant,
        /// Their manifests.
        manifests: Vec<Manifest>,
        /// Whether to do it even where an earlier run left nothing.
        is_needed: bool,
    },
    /// Create these clients. Where there are none, close the files.
    Create {
        /// The batch.
        batch: usize,
        /// The creates.
        changes: Vec<(Identity, Change)>,
    },
    /// Send nothing more in the batches that are under way.
    StopCreates,
    /// Find out which of these clients are in Hydra: their manifests are gone.
    LookUpGone {
        /// The clients.
        clients: Vec<Subject>,
        /// Whether to ask Hydra; it may be down.
        ask: bool,
    },
    /// End, because of a failure that waiting does not cure.
    End(Error),
}
