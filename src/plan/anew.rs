//! Plans clients that are created once and never compared: the plan of `create` and `import`.

use std::collections::{HashMap, HashSet};

use super::change::{Change, Plan};
use super::diff::{Knows, create};
use crate::client::{Client, Existing, Field, Identity};
use crate::error::Error;
use crate::manifest::Manifest;

#[derive(Debug, Default)]
pub(crate) struct Anew {
    /// Only creates, in the order of the manifests.
    pub plan: Plan,
    /// Clients that already exist in Hydra; they are left alone.
    pub existing: Vec<Manifest>,
    /// Clients that an earlier manifest of the same run describes as well, each with a description
    /// of that manifest's location.
    pub repeated: Vec<(Manifest, String)>,
    pub failed: Vec<(Manifest, Error)>,
}

/// The identity of a client that is created once. Only its id counts, because a client without an
/// id is created anew each time. If the server chooses ids, name and owner count as well: after a
/// lost answer, nothing else could find the client again.
pub(crate) fn identity_once(client: &Client, server_chooses_ids: bool) -> Option<Identity> {
    match client.client_id() {
        Some(id) => Some(Identity::Id(id)),
        None if server_chooses_ids => client.identity(),
        None => None,
    }
}

/// Separates the clients to create from those that already exist.
pub(crate) fn anew(
    manifests: Vec<Manifest>,
    existing: &[Existing],
    failed: &HashMap<Identity, Error>,
    knows: Knows<'_>,
    server_chooses_ids: bool,
) -> Anew {
    let mut anew = Anew::default();
    let taken: HashSet<Identity> = existing.iter().flat_map(Existing::identities).collect();
    let mut first: HashMap<Identity, String> = HashMap::new();
    for manifest in manifests {
        let identity = identity_once(&manifest.client, server_chooses_ids);
        if let Some(identity) = &identity {
            if let Some(error) = failed.get(identity) {
                anew.failed.push((manifest, error.clone()));
                continue;
            }
            if taken.contains(identity) {
                anew.existing.push(manifest);
                continue;
            }
            if let Some(place) = first.get(identity) {
                anew.repeated.push((manifest, place.clone()));
                continue;
            }
            first.insert(identity.clone(), manifest.location.to_string());
        }
        let client = manifest.client;
        anew.plan.changes.push(Change {
            client_id: client.client_id(),
            client_name: client.text(Field::ClientName).map(str::to_owned),
            resource: client.resource(),
            place: Some(manifest.location),
            secret: client.secret_source(),
            action: create(client, identity, knows),
            ignored: 0,
        });
    }
    anew
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Anew, anew};
    use crate::client::{Existing, Identity};
    use crate::manifest::{Policy, load_separately};
    use crate::plan::Creation;
    use serde_json::json;
    use std::collections::HashMap;

    fn plan(server_chooses_ids: bool) -> Anew {
        let clients = json!([
            {"client_id": "new"},
            {"client_id": "old"},
            {"client_id": "new", "client_name": "again"},
            {"client_name": "n", "owner": "o"},
            {"client_name": "n", "owner": "o"},
            {"client_name": "n"},
        ]);
        let text = clients.to_string();
        let mut files =
            load_separately(&["-".into()], &mut text.as_bytes(), &Policy::default()).unwrap();
        let existing = [
            json!({"client_id": "old"}),
            json!({"client_id": "x", "client_name": "n", "owner": "o"}),
        ];
        let existing = existing.map(|client| {
            let raw = serde_json::value::to_raw_value(&client).unwrap();
            Existing::from_json(raw).unwrap()
        });
        anew(
            files.remove(0).manifests,
            &existing,
            &HashMap::new(),
            &|_| true,
            server_chooses_ids,
        )
    }

    fn identities(anew: &Anew) -> Vec<Option<String>> {
        let who = |creation: &Creation| creation.identity.as_ref().map(Identity::to_string);
        anew.plan.creations().map(|(_, one)| who(one)).collect()
    }

    #[test]
    fn only_an_id_is_taken_where_ids_are_chosen_here() {
        let anew = plan(false);
        assert_eq!(
            identities(&anew),
            [Some("new".to_owned()), None, None, None]
        );
        assert_eq!((anew.existing.len(), anew.repeated.len()), (1, 1));
        assert_eq!(anew.repeated[0].1, "<stdin>:1:2");
    }

    #[test]
    fn a_name_with_its_owner_is_taken_too_where_the_server_chooses_ids() {
        let anew = plan(true);
        assert_eq!(identities(&anew), [Some("new".to_owned()), None]);
        assert_eq!((anew.existing.len(), anew.repeated.len()), (3, 1));
    }
}
