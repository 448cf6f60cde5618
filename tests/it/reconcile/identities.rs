//! Who a client is: odd ids, names with owners, and servers that choose ids themselves.

use serde_json::json;

use crate::support::setup::Setup;
use crate::support::target::fresh;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("odd ids are created and found again", odd_ids),
    ("ids that are steps through a path are found again", steps),
    ("a client without an id is known by name and owner", by_name),
    ("a name that means two clients is refused", two_of_a_name),
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
