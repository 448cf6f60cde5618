//! A client just created shows no drift, on any version.

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::reconcile::clients::awkward;
use crate::reconcile::generated;
use crate::support::setup::Setup;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("a second apply has nothing left to do", nothing_left),
    (
        "awkward clients show no drift once they are created",
        awkward_clients,
    ),
    (
        "generated clients show no drift once they are created",
        generated_clients,
    ),
];

/// Applies the clients, and sees to it that each is then unchanged.
fn settles(setup: &Setup, clients: &[Value]) {
    setup.folder.manifest(&json!(clients));
    let applied = setup.applied();
    assert_eq!(applied["summary"]["created"], clients.len(), "{applied:#}");
    let plan = setup.plan(&[]);
    let changed: Vec<_> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["action"] != "unchanged")
        .collect();
    assert!(changed.is_empty(), "{changed:#?}");
    assert_eq!(plan["summary"]["unchanged"], clients.len(), "{plan:#}");
}

fn nothing_left(setup: &Setup) {
    settles(
        setup,
        &named(
            setup,
            vec![json!({}), json!({"grant_types": ["client_credentials"]})],
        ),
    );
    let again = setup.applied();
    assert_eq!(again["summary"]["created"], 0);
    assert_eq!(again["summary"]["unchanged"], 2);
}

fn awkward_clients(setup: &Setup) {
    let clients = awkward(setup.target.version);
    settles(setup, &named(setup, clients));
}

fn generated_clients(setup: &Setup) {
    let clients = generated::clients(setup.target.version);
    settles(setup, &named(setup, clients));
}

/// Gives each client an identity of its own: an id where ids can be chosen, else name and owner.
pub(crate) fn named(setup: &Setup, clients: Vec<Value>) -> Vec<Value> {
    let owner = crate::support::target::fresh("owner");
    let name = |(number, mut client): (usize, Value)| {
        if setup.target.version.lets_ids_be_chosen() {
            client["client_id"] = json!(format!("{owner}-{number}"));
        } else {
            client["client_name"] = json!(format!("client {number}"));
            client["owner"] = json!(owner);
        }
        client
    };
    clients.into_iter().enumerate().map(name).collect()
}

/// Whether a version knows fields that came with v2.1.
pub(crate) fn knows_v2_1(version: Version) -> bool {
    version >= Version::V2_1_2
}

/// Whether a version knows `skip_logout_consent`.
pub(crate) fn knows_v2_2(version: Version) -> bool {
    version >= Version::V2_2_0
}
