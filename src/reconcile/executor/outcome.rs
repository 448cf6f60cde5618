//! What became of each client of a plan.

use crate::client::ClientId;
use crate::manifest::Location;
use crate::vault::Sealed;

/// What became of one client.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its id, once it has one.
    pub client_id: Option<ClientId>,
    /// Its name.
    pub client_name: Option<String>,
    /// Where its manifest is.
    pub place: Option<Location>,
    /// What became of it.
    pub kind: OutcomeKind,
}

/// What one create came to.
#[derive(Debug)]
pub(super) struct CreateResult {
    /// The id that was chosen or learnt.
    pub(super) id: Option<ClientId>,
    pub(super) kind: OutcomeKind,
    /// The client's secret, where one was generated, and is recorded or recorded nowhere else.
    pub(super) secret: Option<Sealed>,
    pub(super) is_tried: bool,
    /// Whether it failed, and the client may be in Hydra all the same.
    pub(super) may_exist: bool,
}

impl CreateResult {
    pub(super) fn without_secret(id: Option<ClientId>, kind: OutcomeKind) -> Self {
        Self {
            id,
            kind,
            secret: None,
            is_tried: true,
            may_exist: false,
        }
    }

    /// Nothing was sent, because the run is to stop.
    pub(super) fn not_tried(id: Option<ClientId>) -> Self {
        Self {
            is_tried: false,
            ..Self::without_secret(id, OutcomeKind::NotTried)
        }
    }

    pub(super) fn created(id: ClientId, unconfirmed: bool, secret: Option<Sealed>) -> Self {
        Self {
            id: Some(id),
            kind: OutcomeKind::Created { unconfirmed },
            secret,
            is_tried: true,
            may_exist: false,
        }
    }
}

/// A create that has just ended.
#[derive(Debug)]
pub struct Finished<'a> {
    /// Its place among the outcomes.
    pub index: usize,
    /// What became of it.
    pub outcome: &'a Outcome,
    /// The client's secret, where one was generated, and is recorded or recorded nowhere else.
    pub secret: Option<&'a Sealed>,
    /// Whether anything was sent; a run that is to stop sends nothing new.
    pub is_tried: bool,
    /// Whether it failed, and the client may be in Hydra all the same.
    pub may_exist: bool,
}

/// What became of a client.
#[derive(Debug, Clone)]
pub enum OutcomeKind {
    /// It was created.
    Created {
        /// Whether it is not proved that the client in Hydra has the secret that was recorded.
        unconfirmed: bool,
    },
    /// It was there, as described.
    Unchanged,
    /// It was there, and differs.
    Drifted,
    /// It came into Hydra between the plan and the answer to the request, and is left as it is.
    Raced {
        /// Whether nothing proves that it is somebody else's, so that the secret that was made for
        /// it is recorded.
        unconfirmed: bool,
    },
    /// It could not be created.
    Failed(crate::error::Error),
    /// Nothing was sent, because the run was asked to stop before.
    NotTried,
}

impl OutcomeKind {
    /// Whether the client is not as its manifest asks, because of a failure.
    #[must_use]
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotTried)
    }
}

/// All outcomes, in the order of the plan.
#[derive(Debug, Default)]
pub struct Report {
    /// The outcomes.
    pub outcomes: Vec<Outcome>,
    /// Why no further secret could be made safe, if that ended the run.
    pub broken: Option<crate::error::Error>,
    /// Whether the run ended because Hydra cannot be reached any more, or refuses us.
    pub refused: bool,
}

impl Report {
    /// How many outcomes satisfy `is`.
    #[must_use]
    pub fn count(&self, is: impl Fn(&OutcomeKind) -> bool) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| is(&outcome.kind))
            .count()
    }
}
