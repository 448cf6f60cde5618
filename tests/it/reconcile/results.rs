//! Results: JSON objects, exit codes, and what the flags choose.

use serde_json::{Value, json};

use crate::reconcile::settles::named;
use crate::support::setup::Setup;
use crate::support::target::fresh;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("plan and apply write the documented objects", objects),
    ("exit codes tell what is to be done", exit_codes),
    ("only the named clients are applied", only),
    ("a plan changes nothing", plan_changes_nothing),
    (
        "a quiet run says its totals and a verbose one each client",
        detail,
    ),
];

fn objects(setup: &Setup) {
    let clients = named(
        setup,
        vec![json!({"client_name": "x", "owner": fresh("owner")})],
    );
    setup.folder.manifest(&json!(clients));
    let plan = setup.plan(&[]);
    assert_eq!(plan["format"], "hydra-gitops/plan/1");
    assert_eq!(plan["endpoint"], setup.target.url());
    assert_eq!(plan["hydra_version"], setup.target.version.to_string());
    let change = &plan["changes"][0];
    assert_eq!(change["action"], "create");
    assert_eq!(change["secret"], "generated");
    assert_eq!(
        change["manifest"],
        json!({"path": "manifests/clients.json", "line": 1})
    );
    assert_eq!(change["client_id"], clients[0]["client_id"]);
    let report = setup.applied();
    assert_eq!(report["format"], "hydra-gitops/apply/1");
    assert_eq!(
        report["summary"],
        json!({"created": 1, "unchanged": 0, "drifted": 0, "raced": 0, "failed": 0})
    );
    let outcome = &report["outcomes"][0];
    assert_eq!(outcome["outcome"], "created");
    assert!(outcome["client_id"].is_string() && outcome["error"].is_null());
}

fn exit_codes(setup: &Setup) {
    let mut clients = named(setup, vec![json!({"scope": "a"})]);
    setup.folder.manifest(&json!(clients));
    let plan = |flags: &[&str]| setup.run_direct(&[&["plan"], flags].concat()).code.unwrap();
    assert_eq!(plan(&[]), 0);
    assert_eq!(plan(&["--detailed-exitcode"]), 2);
    assert_eq!(plan(&["--fail-on-drift"]), 0);
    setup.applied();
    assert_eq!(plan(&["--detailed-exitcode"]), 0);
    clients[0]["scope"] = json!("b");
    setup.folder.manifest(&json!(clients));
    assert_eq!(plan(&["--detailed-exitcode"]), 0);
    assert_eq!(plan(&["--fail-on-drift", "--detailed-exitcode"]), 4);
    assert_eq!(plan(&["--no-such-flag"]), 64);
    setup
        .folder
        .manifest(&json!({"redirect_uri": "https://a.example/"}));
    assert_eq!(plan(&[]), 3);
}

fn only(setup: &Setup) {
    if !setup.target.version.lets_ids_be_chosen() {
        return;
    }
    let mark = fresh("only");
    let id = |name: &str| format!("{mark}-{name}");
    let clients: Value = ["api", "api/v2", "web"]
        .iter()
        .map(|name| json!({"client_id": id(name)}))
        .collect();
    setup.folder.manifest(&clients);
    let glob = id("api*");
    let run = setup.run_direct(&[
        "apply",
        "--allow-plaintext-secrets",
        "--output",
        "json",
        "--only",
        &glob,
    ]);
    assert_eq!(run.json()["summary"]["created"], 2, "{run:?}");
    assert_eq!(setup.plan(&["--only", &id("web")])["summary"]["create"], 1);
    let run = setup.run_direct(&["plan", "--only", "nobody"]);
    assert_eq!(run.code, Some(64), "{run:?}");
    assert!(run.stderr.contains("--only"), "{run:?}");
}

fn plan_changes_nothing(setup: &Setup) {
    setup
        .folder
        .manifest(&json!(named(setup, vec![json!({}), json!({})])));
    assert_eq!(setup.plan(&[]), setup.plan(&[]));
    let left: Vec<_> = setup
        .folder
        .path()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["manifests"]);
}

fn detail(setup: &Setup) {
    setup.folder.manifest(&json!(named(setup, vec![json!({})])));
    setup.applied();
    let quiet = setup.run_direct(&["plan", "--quiet"]);
    assert_eq!(quiet.stdout, "plan: 0 to create, 1 unchanged, 0 drifted\n");
    assert_eq!(quiet.stderr, "");
    let verbose = setup.run_direct(&["plan", "--verbose"]);
    assert!(
        verbose
            .stdout
            .contains("  unchanged  manifests/clients.json:1"),
        "{verbose:?}"
    );
    assert!(verbose.stderr.contains("GET "), "{verbose:?}");
}
