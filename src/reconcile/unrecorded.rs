//! Clients whose secret nobody here has written down.

use std::collections::HashSet;

use crate::client::SecretSource;
use crate::plan::{Action, Plan};
use crate::vault::Content;

/// The ids of existing clients that have a secret, according to their manifests, which is neither in
/// the manifest nor recorded for that Hydra.
pub(crate) fn unrecorded<'p>(plan: &'p Plan, content: &Content, hydra: &str) -> Vec<&'p str> {
    let recorded = content.clients(hydra);
    let recorded: HashSet<&str> = recorded
        .iter()
        .flatten()
        .map(|(_, record, _)| &*record.client_id)
        .collect();
    let changes = plan.changes.iter().filter(|change| {
        let exists = matches!(change.action, Action::Unchanged | Action::Drifted(_));
        exists && change.secret == SecretSource::Generated
    });
    let ids = changes.filter_map(|change| change.client_id.as_ref());
    ids.map(|id| id.as_str())
        .filter(|id| !recorded.contains(id))
        .collect()
}
