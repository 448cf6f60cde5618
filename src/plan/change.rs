//! A plan and its changes.

use serde_json::Value as Json;

use crate::client::{Client, ClientId, Field, Identity, SecretSource};
use crate::error::Error;
use crate::manifest::Location;

/// What an apply would do, in the order of the manifests; unmanaged clients follow, by id.
#[derive(Debug, Default)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<Change>,
}

/// One client, and what becomes of it.
#[derive(Debug)]
pub struct Change {
    /// The client's id; `None` where it is chosen when the client is created.
    pub client_id: Option<ClientId>,
    /// The client's name, if the manifest (or, for unmanaged clients, Hydra) gives one.
    pub client_name: Option<String>,
    /// Where the manifest is; `None` for unmanaged clients.
    pub place: Option<Location>,
    /// What becomes of it.
    pub action: Action,
}

/// What becomes of a client.
#[derive(Debug)]
pub enum Action {
    /// Hydra does not have it: it would be created.
    Create(Box<Creation>),
    /// Hydra has it as the manifest describes it.
    Unchanged,
    /// Hydra has it, and it differs. It is reported and never changed.
    Drifted(Vec<Difference>),
    /// Hydra has it, and no manifest describes it.
    Unmanaged,
    /// What is to become of it cannot be told; nothing is done about it, and the others go on.
    Failed(Error),
}

/// A client to create.
#[derive(Debug)]
pub struct Creation {
    /// The client as its manifest describes it.
    pub client: Client,
    /// How the client is known again; `None` for one that is made anew by each run that asks for
    /// it, as `create` and `import` do with clients that have no id.
    pub identity: Option<Identity>,
    /// Where its secret comes from.
    pub secret: SecretSource,
    /// Fields of the manifest that this Hydra does not know and would drop without a word.
    pub dropped: Vec<Field>,
}

/// A field whose value in Hydra is not the manifest's. Secrets are masked, and so is what the manifest
/// does not name of Hydra's metadata.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// What the manifest says, as it may be shown.
    pub manifest: Json,
    /// What Hydra has, as it may be shown; `null` for nothing.
    pub hydra: Json,
}

/// How many changes there are of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// To create.
    pub create: usize,
    /// As described.
    pub unchanged: usize,
    /// Different.
    pub drifted: usize,
    /// Not described by any manifest.
    pub unmanaged: usize,
    /// Those of which nothing can be told.
    pub failed: usize,
}

impl Plan {
    /// Counts the changes.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            match change.action {
                Action::Create(_) => summary.create += 1,
                Action::Unchanged => summary.unchanged += 1,
                Action::Drifted(_) => summary.drifted += 1,
                Action::Unmanaged => summary.unmanaged += 1,
                Action::Failed(_) => summary.failed += 1,
            }
        }
        summary
    }

    /// For how many clients a secret would be generated.
    #[must_use]
    pub fn secrets_to_generate(&self) -> usize {
        self.creations()
            .filter(|(_, creation)| creation.secret == SecretSource::Generated)
            .count()
    }

    /// The clients to create, each with its change.
    pub fn creations(&self) -> impl Iterator<Item = (&Change, &Creation)> {
        self.changes
            .iter()
            .filter_map(|change| match &change.action {
                Action::Create(creation) => Some((change, &**creation)),
                _ => None,
            })
    }
}
