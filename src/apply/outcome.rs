//! What became of each client of a plan.

use crate::client::ClientId;
use crate::manifest::Place;

/// What became of one client.
#[derive(Debug)]
pub struct Outcome {
    /// Its id, once it has one.
    pub client_id: Option<ClientId>,
    /// Its name.
    pub client_name: Option<String>,
    /// Where its manifest is.
    pub place: Option<Place>,
    /// What became of it.
    pub became: Became,
}

/// What became of a client.
#[derive(Debug)]
pub enum Became {
    /// It was created.
    Created {
        /// Whether it is not proved that the client in Hydra has the secret that was recorded.
        unconfirmed: bool,
    },
    /// It was there, as described.
    Unchanged,
    /// It was there, and differs.
    Drifted,
    /// Somebody else created it between the plan and the request. Theirs stands.
    Raced,
    /// It could not be created.
    Failed(crate::error::Error),
}

/// What is said of a create that was not tried.
const NOT_TRIED: &str = "not tried, because the run was stopped before";

impl Became {
    /// Nothing was sent, because the run was asked to stop before.
    pub(super) fn not_tried() -> Self {
        Self::Failed(crate::error::Error::unexpected(NOT_TRIED))
    }

    /// Whether nothing was sent, because the run was asked to stop before.
    #[must_use]
    pub fn is_not_tried(&self) -> bool {
        matches!(self, Self::Failed(error) if error.to_string() == NOT_TRIED)
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
    pub fn count(&self, is: impl Fn(&Became) -> bool) -> usize {
        self.outcomes
            .iter()
            .filter(|outcome| is(&outcome.became))
            .count()
    }
}
