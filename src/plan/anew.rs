//! What is created once and for all, without being compared: the plan of `create` and `import`.

use std::collections::HashMap;

use super::change::{Action, Change, Creation, Plan};
use super::diff::{Server, dropped};
use crate::client::{Client, Existing, Field, Identity};
use crate::manifest::Manifest;

/// What becomes of clients that are to be created once.
#[derive(Debug, Default)]
pub struct Anew {
    /// Creates and nothing else, in the order of the manifests.
    pub plan: Plan,
    /// Those that Hydra has already; they are left alone.
    pub existing: Vec<Manifest>,
    /// Those that an earlier one of the same run describes as well, each with that one's place in
    /// words.
    pub repeated: Vec<(Manifest, String)>,
}

/// How a client that is created once is known: by its id alone, for one without an id is made anew
/// each time. Where the server chooses ids, by name and owner too: there, nothing else could find
/// the client again after an answer that was lost.
#[must_use]
pub fn identity_once(client: &Client, server_chooses_ids: bool) -> Option<Identity> {
    match client.client_id() {
        Some(id) => Some(Identity::Id(id)),
        None if server_chooses_ids => client.identity(),
        None => None,
    }
}

/// Tells the clients to create from those that are there.
#[must_use]
pub fn anew(
    manifests: Vec<Manifest>,
    existing: &[Existing],
    server: &Server<'_>,
    server_chooses_ids: bool,
) -> Anew {
    let mut anew = Anew::default();
    let mut first: HashMap<Identity, String> = HashMap::new();
    for manifest in manifests {
        let identity = identity_once(&manifest.client, server_chooses_ids);
        if let Some(identity) = &identity {
            if existing.iter().any(|client| client.is(identity)) {
                anew.existing.push(manifest);
                continue;
            }
            if let Some(place) = first.get(identity) {
                anew.repeated.push((manifest, place.clone()));
                continue;
            }
            first.insert(identity.clone(), manifest.place.to_string());
        }
        anew.plan.changes.push(create(manifest, identity, server));
    }
    anew
}

fn create(manifest: Manifest, identity: Option<Identity>, server: &Server<'_>) -> Change {
    let client = manifest.client;
    Change {
        client_id: client.client_id(),
        client_name: client.text(Field::ClientName).map(str::to_owned),
        place: Some(manifest.place),
        action: Action::Create(Box::new(Creation {
            secret: client.secret_source(),
            dropped: dropped(&client, server),
            client,
            identity,
        })),
    }
}
