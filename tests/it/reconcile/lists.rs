//! Servers with many clients: every page is read, and only where that is the cheaper way.

use serde_json::json;

use crate::support::setup::Setup;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("an empty server is read to its end", empty),
    ("many clients are found on all pages", many),
];

fn empty(setup: &Setup) {
    let clients: Vec<_> = (0..100)
        .map(|number| json!({"client_name": format!("n{number}"), "owner": "o"}))
        .collect();
    setup.folder.manifest(&json!(clients));
    // More names than are looked up one by one, so that the list is read.
    assert_eq!(
        setup.plan(&["--unmanaged"])["summary"],
        json!({"create": 100, "unchanged": 0, "drifted": 0, "unmanaged": 0, "failed": 0, "ignored": 0})
    );
}

/// More clients than fit on two pages of any version.
fn many(setup: &Setup) {
    const CLIENTS: usize = 2_100;
    let client = |number: usize| {
        if setup.target.version.lets_ids_be_chosen() {
            json!({"client_id": format!("many-{number:04}"), "token_endpoint_auth_method": "none"})
        } else {
            json!({"client_name": format!("many {number:04}"), "owner": "o", "token_endpoint_auth_method": "none"})
        }
    };
    let clients: Vec<_> = (0..CLIENTS).map(client).collect();
    setup.folder.manifest(&json!(clients));
    assert_eq!(setup.applied()["summary"]["created"], CLIENTS);
    // All of them, by the list.
    let plan = setup.plan(&[]);
    assert_eq!(plan["summary"]["unchanged"], CLIENTS, "{}", plan["summary"]);
    // A few of them, looked up; the others are unmanaged, in the order of their ids.
    setup.folder.manifest(&json!(clients[..10]));
    assert_eq!(setup.plan(&[])["summary"]["unchanged"], 10);
    let plan = setup.plan(&["--unmanaged"]);
    assert_eq!(
        plan["summary"]["unmanaged"],
        CLIENTS - 10,
        "{}",
        plan["summary"]
    );
    let unmanaged: Vec<_> = plan["changes"]
        .as_array()
        .unwrap()
        .iter()
        .skip(10)
        .map(|change| change["client_id"].as_str().unwrap())
        .collect();
    assert!(unmanaged.is_sorted());
}
