//! Who a client is: odd ids, names with owners, and servers that choose ids themselves.

use serde_json::{Value, json};

use crate::support::setup::Setup;
use crate::support::target::fresh;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("odd ids are created and found again", odd_ids),
    ("ids that are steps through a path are found again", steps),
    ("a client without an id is known by name and owner", by_name),
    ("a name that means two clients is refused", two_of_a_name),
    ("a resource is known by its name and namespace", resources),
    (
        "an owner that means two clients of a resource is refused",
        two_of_a_resource,
    ),
    ("an owner is not a resource", owner_of_another),
    ("what hydra-maester made is known again", from_maester),
    (
        "servers that choose ids refuse the manifest's",
        chosen_by_the_server,
    ),
];

fn odd_ids(setup: &Setup) {
    if !setup.target.version.lets_ids_be_chosen() {
        return;
    }
    let mark = fresh("odd");
    let odd = [
        "/slash",
        "/a/b",
        "/",
        "//",
        "//b",
        "/.",
        "/..",
        "/../x",
        ".",
        "%2e",
        " space",
        "%",
        "%2F",
        "?q=1",
        "#f",
        "\u{fc}\u{1f600}",
        "+",
        "&a=b",
        "\"",
        "\\",
        ";",
        ":@!$'()*,",
        "Case",
    ];
    let mut clients: Vec<_> = odd
        .iter()
        .map(|id| json!({"client_id": format!("{mark}{id}")}))
        .collect();
    for dots in [".", ".."] {
        // Another test may have made it on this server, so that only its presence counts.
        clients.push(json!({"client_id": dots}));
    }
    setup.folder.manifest(&json!(clients));
    let plan = setup.plan(&[]);
    assert_eq!(plan["summary"]["drifted"], 0);
    let applied = setup.applied();
    assert_eq!(applied["summary"]["failed"], 0, "{applied:#}");
    let plan = setup.plan(&[]);
    assert_eq!(plan["summary"]["unchanged"], clients.len(), "{plan:#}");
}

/// One by one, for with `.` among them all would be looked for in the list.
fn steps(setup: &Setup) {
    if !setup.target.version.lets_ids_be_chosen() {
        return;
    }
    let mark = fresh("step");
    for step in ["/", "//", "//b", "/.", "/..", "/../x"] {
        setup
            .folder
            .manifest(&json!({"client_id": format!("{mark}{step}")}));
        assert_eq!(setup.plan(&[])["summary"]["create"], 1, "{step}");
        setup.applied();
        assert_eq!(setup.plan(&[])["summary"]["unchanged"], 1, "{step}");
    }
}

fn by_name(setup: &Setup) {
    let owner = fresh("owner");
    let client = json!({"client_name": "A & B = C", "owner": owner, "scope": "x"});
    setup.folder.manifest(&client);
    let applied = setup.applied();
    let id = applied["outcomes"][0]["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(setup.target.client(&id)["owner"], *owner);
    let again = setup.applied();
    assert_eq!(again["summary"]["unchanged"], 1, "{again:#}");
    assert_eq!(again["outcomes"][0]["client_id"], *id);
    // Another owner's client of that name is another client.
    setup
        .folder
        .manifest(&json!({"client_name": "A & B = C", "owner": fresh("owner")}));
    assert_eq!(setup.plan(&[])["summary"]["create"], 1);
}

fn two_of_a_name(setup: &Setup) {
    let client = json!({"client_name": "twin", "owner": fresh("owner")});
    let ids = [setup.target.create(&client), setup.target.create(&client)]
        .map(|made| made["client_id"].as_str().unwrap().to_owned());
    setup.folder.manifest(&client);
    let run = setup.run_direct(&["apply", "--allow-plaintext-secrets"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("manifests/clients.json:1"), "{run:?}");
    assert!(ids.iter().all(|id| run.stdout.contains(id)), "{run:?}");
    assert!(run.stdout.contains("client_id"), "{run:?}");
}

/// A Kubernetes resource of this name in the namespace `shop`.
fn resource(name: &str, spec: &Value) -> Value {
    json!({
        "apiVersion": "hydra.ory.sh/v1alpha1",
        "kind": "OAuth2Client",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": spec,
    })
}

fn resources(setup: &Setup) {
    let name = fresh("web");
    let owner = format!("{name}/shop");
    setup
        .folder
        .manifest(&resource(&name, &json!({"scope": "x"})));
    let planned = setup.plan(&[]);
    assert_eq!(planned["changes"][0]["resource"], *owner, "{planned:#}");
    let text = setup.run_direct(&["plan"]);
    text.says(0, &[&owner, "1 to create"]);
    let applied = setup.applied();
    let id = &applied["outcomes"][0]["client_id"];
    assert_eq!(setup.target.client(id.as_str().unwrap())["owner"], *owner);
    assert_eq!(setup.applied()["summary"]["unchanged"], 1);
    // Another name is no other client.
    let renamed = json!({"scope": "x", "clientName": "Shop"});
    setup.folder.manifest(&resource(&name, &renamed));
    let applied = setup.applied();
    assert_eq!(applied["summary"]["drifted"], 1, "{applied:#}");
    assert_eq!(applied["outcomes"][0]["client_id"], *id);
    // Another namespace is.
    let mut elsewhere = resource(&name, &json!({"scope": "x"}));
    elsewhere["metadata"]["namespace"] = "other".into();
    setup.folder.manifest(&elsewhere);
    assert_eq!(setup.plan(&[])["summary"]["create"], 1);
    elsewhere["metadata"] = json!({"name": name});
    setup.folder.manifest(&elsewhere);
    let plan = setup.plan(&["--namespace", "shop"]);
    assert_eq!(plan["summary"]["unchanged"], 1, "{plan:#}");
}

fn two_of_a_resource(setup: &Setup) {
    let name = fresh("web");
    let owner = format!("{name}/shop");
    let ids = ["one", "two"].map(|client_name| {
        let client = json!({"client_name": client_name, "owner": owner});
        let made = setup.target.create(&client);
        made["client_id"].as_str().unwrap().to_owned()
    });
    let one = resource(&name, &json!({"clientName": "one"}));
    setup.folder.manifest(&one);
    let run = setup.run_direct(&["apply", "--allow-plaintext-secrets"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(ids.iter().all(|id| run.stdout.contains(id)), "{run:?}");
    assert!(run.stdout.contains(&owner), "{run:?}");
    let listed = setup.target.clients();
    let of_owner = listed.iter().filter(|client| client["owner"] == *owner);
    assert_eq!(of_owner.count(), 2);
}

/// The first steps of docs/maester.md: what `kubectl` shows of a cluster describes what is in Hydra.
fn from_maester(setup: &Setup) {
    let name = fresh("storefront");
    let list = include_str!("../../../src/manifest/tests/resources/kubectl.yaml");
    let list = list.replace("storefront", &name);
    for namespace in ["retail", "wholesale"] {
        setup.target.create(&json!({
            "owner": format!("{name}/{namespace}"), "grant_types": ["client_credentials"],
            "scope": "orders", "client_name": "Storefront",
        }));
    }
    setup.folder.write("manifests/clients.yaml", list);
    let plan = setup.plan(&[]);
    assert_eq!(plan["summary"]["unchanged"], 2, "{plan:#}");
}

/// A client that is no resource's is known by its name as well as its owner.
fn owner_of_another(setup: &Setup) {
    let owner = format!("{}/shop", fresh("web"));
    let there = json!({"client_name": "there", "owner": owner});
    setup.target.create(&there);
    let other = json!({"client_name": "other", "owner": owner});
    setup.folder.manifest(&json!([there, other]));
    let plan = setup.plan(&[]);
    assert_eq!(plan["summary"]["create"], 1, "{plan:#}");
    assert_eq!(plan["changes"][0]["action"], "unchanged", "{plan:#}");
}

fn chosen_by_the_server(setup: &Setup) {
    if setup.target.version.lets_ids_be_chosen() {
        return;
    }
    let owner = fresh("owner");
    setup
        .folder
        .manifest(&json!([{"client_id": "mine"}, {"client_name": "other", "owner": owner}]));
    let run = setup.run_direct(&["apply", "--allow-plaintext-secrets", "--output", "json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    let report = run.json();
    assert_eq!(report["outcomes"][0]["outcome"], "failed", "{report:#}");
    assert!(
        report["outcomes"][0]["error"]
            .as_str()
            .unwrap()
            .contains("chooses client ids"),
        "{report:#}"
    );
    assert_eq!(report["outcomes"][1]["outcome"], "created", "{report:#}");
    assert!(run.stderr.contains("chooses client ids itself"), "{run:?}");
    // A client of that id that is there already, from an upgrade, is managed all the same.
    let made = setup.target.create(&json!({"scope": "x"}));
    setup
        .folder
        .manifest(&json!({"client_id": made["client_id"], "scope": "x"}));
    assert_eq!(setup.plan(&[])["summary"]["unchanged"], 1);
}
