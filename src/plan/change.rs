//! A plan and its changes.

use serde_json::Value as Json;

use super::patch::Patch;
use crate::client::{Client, ClientId, Field, Identity, ResourceName, SecretSource};
use crate::error::Error;
use crate::manifest::Location;

/// What an apply would do, in the order of the manifests, followed by unmanaged clients in order of
/// id.
#[derive(Debug, Default)]
pub struct Plan {
    /// The changes.
    pub changes: Vec<Change>,
}

/// One client and the action planned for it.
#[derive(Debug)]
pub struct Change {
    /// The client's id; `None` if it is chosen at creation.
    pub client_id: Option<ClientId>,
    /// The client's name, if the manifest (or, for unmanaged clients, Hydra) gives one.
    pub client_name: Option<String>,
    /// The Kubernetes resource that describes it, if one does.
    pub resource: Option<ResourceName>,
    /// The location of the manifest; `None` for unmanaged clients.
    pub place: Option<Location>,
    /// Where the client's secret comes from, according to its manifest.
    pub secret: SecretSource,
    /// The planned action.
    pub action: Action,
    /// The number of differences that `--ignore-drift` ignores.
    pub ignored: usize,
}

/// The action planned for a client.
#[derive(Debug)]
pub enum Action {
    /// Hydra lacks it: it would be created.
    Create(Box<Creation>),
    /// Hydra has it as the manifest describes it.
    Unchanged,
    /// Hydra has it, but it differs. Drift is reported and never corrected.
    Drifted(Drift),
    /// Hydra has it, and no manifest describes it.
    Unmanaged,
    /// Its action cannot be determined. Nothing is done about it, and the other clients proceed.
    Failed(Error),
}

/// How a client differs, and what would end that.
#[derive(Debug)]
pub struct Drift {
    /// The fields that differ, in the order in which Hydra reports them.
    pub differences: Vec<Difference>,
    /// What makes Hydra agree with the manifest.
    pub patch: Patch,
}

/// A client to create.
#[derive(Debug)]
pub struct Creation {
    /// The client as its manifest describes it.
    pub client: Client,
    /// How later runs recognize the client; `None` if every run that asks for it creates a new one,
    /// as `create` and `import` do with clients that have no id.
    pub identity: Option<Identity>,
    /// Where its secret comes from.
    pub secret: SecretSource,
    /// Manifest fields that this Hydra does not know and would silently drop.
    pub dropped: Vec<Field>,
}

/// A field whose value in Hydra differs from the manifest. Secrets are masked, and so is any
/// metadata in Hydra that the manifest does not name.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The field.
    pub field: Field,
    /// The manifest's value, redacted for display.
    pub manifest: Json,
    /// Hydra's value, redacted for display; `null` if there is none.
    pub hydra: Json,
}

/// The number of changes of each kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Missing in Hydra.
    pub create: usize,
    /// In sync.
    pub unchanged: usize,
    /// Drifted.
    pub drifted: usize,
    /// Not described by any manifest.
    pub unmanaged: usize,
    /// Undetermined.
    pub failed: usize,
    /// Differences that `--ignore-drift` ignores.
    pub ignored: usize,
}

impl Plan {
    /// Counts the changes.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for change in &self.changes {
            summary.ignored += change.ignored;
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

    /// The number of clients for which a secret would be generated.
    pub fn secrets_to_generate(&self) -> usize {
        let sources = self.creations().map(|(_, creation)| creation.secret);
        sources
            .filter(|source| *source == SecretSource::Generated)
            .count()
    }

    /// Forgets which fields would be dropped, when findings have told.
    pub(crate) fn forget_dropped(&mut self) {
        for change in &mut self.changes {
            if let Action::Create(creation) = &mut change.action {
                creation.dropped.clear();
            }
        }
    }

    /// The clients to create, with their changes.
    pub fn creations(&self) -> impl Iterator<Item = (&Change, &Creation)> {
        let changes = self.changes.iter();
        changes.filter_map(|change| match &change.action {
            Action::Create(creation) => Some((change, &**creation)),
            _ => None,
        })
    }
}
