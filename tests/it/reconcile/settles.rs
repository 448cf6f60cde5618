//! A client just created shows no drift, on any version.

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::reconcile::clients::awkward;
use crate::reconcile::generated;
use crate::reconcile::site::Site;

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
fn settles(site: &Site, clients: &[Value]) {
    site.manifest(&json!(clients));
    let applied = site.apply();
    assert_eq!(applied["summary"]["created"], clients.len(), "{applied:#}");
    let plan = site.plan(&[]);
    let changed: Vec<_> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["action"] != "unchanged")
        .collect();
    assert!(changed.is_empty(), "{changed:#?}");
    assert_eq!(plan["summary"]["unchanged"], clients.len(), "{plan:#}");
}

fn nothing_left(site: &Site) {
    settles(
        site,
        &named(
            site,
            vec![json!({}), json!({"grant_types": ["client_credentials"]})],
        ),
    );
    let again = site.apply();
    assert_eq!(again["summary"]["created"], 0);
    assert_eq!(again["summary"]["unchanged"], 2);
}

fn awkward_clients(site: &Site) {
    let clients = awkward(site.version());
    settles(site, &named(site, clients));
}

fn generated_clients(site: &Site) {
    let clients = generated::clients(site.version());
    settles(site, &named(site, clients));
}

/// Gives each client an identity of its own: an id where ids can be chosen, else name and owner.
pub(crate) fn named(site: &Site, clients: Vec<Value>) -> Vec<Value> {
    let owner = crate::support::target::fresh("owner");
    let name = |(number, mut client): (usize, Value)| {
        if site.version().lets_ids_be_chosen() {
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
