//! The outcome of each client in a plan.

use secrecy::SecretString;

use crate::client::{ClientId, ResourceName};
use crate::error::Error;
use crate::manifest::Location;
use crate::vault::Sealed;

/// The outcome of one client.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The client's id, once it has one.
    pub client_id: Option<ClientId>,
    /// The client's name.
    pub client_name: Option<String>,
    /// The Kubernetes resource that describes it, if one does.
    pub resource: Option<ResourceName>,
    /// The location of its manifest.
    pub place: Option<Location>,
    /// What happened.
    pub kind: OutcomeKind,
}

#[derive(Debug)]
pub(super) struct CreateResult {
    /// The id that was chosen or that Hydra returned.
    pub(super) id: Option<ClientId>,
    pub(super) kind: OutcomeKind,
    /// The generated secret, if there is one that is either recorded or stored nowhere else.
    pub(super) secret: Option<Sealed>,
    /// What Hydra said of the client, as JSON.
    pub(super) json: Option<SecretString>,
    /// Whether it failed but the client may be in Hydra anyway.
    pub(super) may_exist: bool,
}

impl CreateResult {
    pub(super) fn without_secret(id: Option<ClientId>, kind: OutcomeKind) -> Self {
        Self {
            id,
            kind,
            secret: None,
            json: None,
            may_exist: false,
        }
    }

    pub(super) fn created(id: ClientId, unconfirmed: bool, secret: Option<Sealed>) -> Self {
        Self {
            secret,
            ..Self::without_secret(Some(id), OutcomeKind::Created { unconfirmed })
        }
    }

    /// The same, with what Hydra said of the client.
    pub(super) fn said(self, json: impl Into<SecretString>) -> Self {
        Self {
            json: Some(json.into()),
            ..self
        }
    }
}

/// A create that has just ended.
#[derive(Debug)]
pub struct Finished<'a> {
    /// Its index among the outcomes.
    pub index: usize,
    /// What happened.
    pub outcome: &'a Outcome,
    /// The generated secret, if there is one that is either recorded or stored nowhere else.
    pub secret: Option<&'a Sealed>,
    /// What Hydra said of the client, as JSON, if it is there. It may contain secrets.
    pub json: Option<&'a SecretString>,
    /// Whether it failed but the client may be in Hydra anyway.
    pub may_exist: bool,
}

/// What happened to a client.
#[derive(Debug, Clone)]
pub enum OutcomeKind {
    /// It was created.
    Created {
        /// Whether it is unverified that the client in Hydra has the recorded secret.
        unconfirmed: bool,
    },
    /// It already existed, as described.
    Unchanged,
    /// It already existed, and has drifted.
    Drifted,
    /// It appeared in Hydra between the plan and the response, and was left unchanged.
    Raced {
        /// Whether it may be ours after all, so that the secret generated for it is recorded.
        unconfirmed: bool,
    },
    /// It could not be created.
    Failed(Error),
    /// Nothing was sent because the run was stopped before.
    NotTried,
}

impl OutcomeKind {
    /// Whether a failure kept the client from being as its manifest asks.
    pub fn is_failed(&self) -> bool {
        matches!(self, Self::Failed(_) | Self::NotTried)
    }
}

/// All outcomes, in the order of the plan.
#[derive(Debug, Default)]
pub struct Report {
    /// The outcomes.
    pub outcomes: Vec<Outcome>,
    /// Why no further secret could be stored safely, if that ended the run.
    pub broken: Option<Error>,
    /// Whether the run ended because Hydra became unreachable or refused our credentials.
    pub refused: bool,
}

impl Report {
    /// The number of outcomes that satisfy `is`.
    pub fn count(&self, is: impl Fn(&OutcomeKind) -> bool) -> usize {
        let outcomes = self.outcomes.iter();
        outcomes.filter(|outcome| is(&outcome.kind)).count()
    }
}
