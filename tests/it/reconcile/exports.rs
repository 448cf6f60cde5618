//! What is exported is a manifest of the client that is there: nothing to create, and no drift.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::{Value, json};

use crate::reconcile::clients::awkward;
use crate::reconcile::settles::named;
use crate::support::setup::Setup;
use crate::support::target::fresh;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    (
        "exported clients are as their manifests describe them",
        unchanged,
    ),
    ("exported clients are made again in an empty server", again),
    ("what a resource describes is not unmanaged", resources),
    ("what no manifest describes is exported", unmanaged),
    (
        "a file that is there stays, or is replaced when asked",
        files,
    ),
];

/// Members that no manifest has a say in.
const MADE: [&str; 4] = [
    "created_at",
    "updated_at",
    "client_secret",
    "registration_access_token",
];

/// Awkward clients, and clients with ids that make no file name, all of one owner; and their
/// manifests.
fn odd_clients(setup: &Setup) -> (String, Vec<Value>) {
    let owner = fresh("export");
    let mut clients = named(setup, awkward(setup.target.version));
    if setup.target.version.lets_ids_be_chosen() {
        let long = "x".repeat(200);
        // Written with `$$` for each dollar sign.
        let value = json!({"a": "$${env:HOME} $$$$ $${x} $$", "b": ["$$$${var:y}"]});
        clients.push(json!({"client_id": format!("{owner}-values"), "metadata": value}));
        let ends = [
            "A",
            "a",
            "con",
            "\u{fc}\u{4e2d}",
            "a b",
            "..",
            "%2e",
            "*?",
            "no",
            "1e3",
            &long,
        ];
        clients.extend(ends.map(|end| json!({"client_id": format!("{owner}{end}")})));
    }
    for (number, client) in clients.iter_mut().enumerate() {
        client["owner"] = json!(owner);
        if client.get("client_name").is_none() {
            client["client_name"] = json!(format!("{number}: \"n\" # \u{2028} - no"));
        }
    }
    (owner, clients)
}

/// Creates the clients, and gives the plan of their export.
fn plan_of_export(setup: &Setup, owner: &str, clients: &[Value], words: &[&str]) -> Value {
    setup.folder.manifest(&json!(clients));
    let created = setup.applied()["summary"]["created"].clone();
    assert_eq!(created, clients.len());
    let export = ["export", "--owner", owner];
    let ended = setup.run_direct(&[&export[..], words].concat());
    ended.says(0, &[&format!("exported {} clients", clients.len())]);
    if !words.contains(&"--dir") {
        setup.folder.write("out/all.yaml", &ended.stdout);
    }
    setup.plan(&["out"])
}

fn unchanged(setup: &Setup) {
    for (words, is_folder) in [
        (&["--dir", "out"][..], true),
        (&["--dir", "out", "--full"], true),
        (&["--dir", "out", "--format", "json"], true),
        (&[], false),
        (&["--format", "json"], false),
    ] {
        let (owner, clients) = odd_clients(setup);
        let plan = plan_of_export(setup, &owner, &clients, words);
        assert_eq!(
            plan["summary"]["unchanged"],
            clients.len(),
            "{words:?}: {plan:#}"
        );
        assert_eq!(plan["changes"].as_array().unwrap().len(), clients.len());
        let out = setup.folder.file("out");
        let files = std::fs::read_dir(&out).unwrap().count();
        assert_eq!(files, if is_folder { clients.len() } else { 1 });
        std::fs::remove_dir_all(out).unwrap();
    }
}

fn again(setup: &Setup) {
    if !setup.target.version.lets_ids_be_chosen() {
        return;
    }
    let (owner, clients) = odd_clients(setup);
    plan_of_export(setup, &owner, &clients, &["--dir", "out"]);
    let stored = || {
        let mut clients = setup.target.clients();
        clients.retain(|client| client["owner"] == *owner);
        clients.sort_by_key(|client| client["client_id"].to_string());
        for client in &mut clients {
            let members = client.as_object_mut().unwrap();
            members
                .retain(|name, _| !MADE.contains(&&**name) && !name.starts_with("registration_"));
        }
        clients
    };
    let before = stored();
    assert_eq!(before.len(), clients.len());
    for client in &before {
        setup.target.delete(client["client_id"].as_str().unwrap());
    }
    assert!(stored().is_empty());
    let words = [
        "apply",
        "out",
        "--allow-plaintext-secrets",
        "--output",
        "json",
    ];
    let report = setup.run_direct(&words).says(0, &[]).json();
    assert_eq!(report["summary"]["created"], clients.len(), "{report:#}");
    for (was, is) in before.iter().zip(stored()) {
        assert_eq!(*was, is);
    }
}

fn unmanaged(setup: &Setup) {
    let owner = fresh("export");
    let client = |name: &str| json!({"client_name": name, "owner": owner, "token_endpoint_auth_method": "none"});
    let mut clients = vec![client("a"), client("b"), client("c")];
    if setup.target.version.lets_ids_be_chosen() {
        clients[1]["client_id"] = json!(fresh("b"));
    }
    setup.folder.manifest(&json!(clients));
    assert_eq!(setup.applied()["summary"]["created"], 3);
    setup.folder.manifest(&json!(clients[..2]));
    let export = [
        "export",
        "--owner",
        &owner,
        "--format",
        "json",
        "--unmanaged",
        "manifests",
    ];
    let left = setup
        .run_direct(&export)
        .says(0, &["exported 1 client"])
        .json();
    assert_eq!(left[0]["client_name"], "c");
    let id = left[0]["client_id"].as_str().unwrap();
    let only = [
        "export", "--owner", &owner, "--format", "json", "--only", id,
    ];
    assert_eq!(setup.run_direct(&only).says(0, &[]).json(), left);
    setup
        .folder
        .write("manifests/wrong.yaml", "client_id: a\nfoo: 1\n");
    setup
        .run_direct(&export)
        .says(3, &["wrong.yaml:2:1", "unknown field `foo`", "validate"]);
}

/// A resource is recognized by its owner alone.
fn resources(setup: &Setup) {
    let name = fresh("export");
    let resource = json!({"apiVersion": "hydra.ory.sh/v1alpha1", "kind": "OAuth2Client",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"grantTypes": ["client_credentials"], "scope": "a", "secretName": "b"}});
    setup.folder.manifest(&resource);
    assert_eq!(setup.applied()["summary"]["created"], 1);
    let owner = format!("{name}/shop");
    let export = ["export", "--owner", &owner];
    setup.run_direct(&export).says(0, &["exported 1 client"]);
    let unmanaged = [&export[..], &["--unmanaged", "manifests"]].concat();
    setup
        .run_direct(&unmanaged)
        .says(0, &["exported 0 clients"]);
}

fn files(setup: &Setup) {
    let owner = fresh("export");
    let client = json!({"client_name": "a", "owner": owner, "token_endpoint_auth_method": "none"});
    setup.folder.manifest(&json!([client]));
    setup.applied();
    let export = |more: &[&str]| {
        let words = ["export", "--owner", &owner, "--dir", "out"];
        setup.run_direct(&[&words[..], more].concat())
    };
    export(&[]).says(0, &["exported 1 client to `out`"]);
    let out = setup.folder.file("out");
    let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode();
    assert_eq!(mode(&out), mode(&setup.folder.file("manifests")));
    assert!(
        !setup
            .folder
            .files()
            .iter()
            .any(|name| name.starts_with('.'))
    );
    let names = || -> Vec<_> {
        let entries = std::fs::read_dir(&out).unwrap();
        entries.map(|entry| entry.unwrap().file_name()).collect()
    };
    let file = out.join(&names()[0]);
    let manifest = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, "mine").unwrap();
    let named = format!("`{}`", names()[0].display());
    export(&[]).says(1, &["are there already", &named, "--overwrite"]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    export(&["--overwrite"]).says(0, &[]);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), manifest);
    // A link may lead anywhere.
    let elsewhere = setup.folder.file("elsewhere");
    std::fs::rename(&file, &elsewhere).unwrap();
    symlink(&elsewhere, &file).unwrap();
    export(&["--overwrite"]).says(1, &["is not a regular file", &named]);
    assert_eq!(std::fs::read_to_string(&elsewhere).unwrap(), manifest);
    assert_eq!(names().len(), 1, "nothing is left over");
    let words = ["export", "--dir", "elsewhere"];
    setup
        .run_direct(&words)
        .says(1, &["cannot write to the folder `elsewhere`"]);
    setup
        .run_direct(&["export", "--overwrite"])
        .says(64, &["--dir"]);
}
