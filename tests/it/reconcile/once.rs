//! `create` and `import`, on every server: what is printed, recorded and accepted.

use serde_json::{Value, json};

use crate::reconcile::secrets::is_right;
use crate::reconcile::settles::{knows_v2_1, knows_v2_2};
use crate::support::program::Ended;
use crate::support::setup::Setup;
use crate::support::target::fresh;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("create makes a client of flags", created),
    ("create prints one JSON object", as_json),
    ("create fails for a client that exists", exists),
    ("import makes the clients of files", imported),
    ("flags that are too new for a Hydra are said", too_new),
];

/// The value behind the start of a line.
fn line<'r>(run: &'r Ended, start: &str) -> &'r str {
    let mut lines = run.stdout.lines();
    let line = lines.find_map(|line| line.strip_prefix(start));
    line.unwrap_or_else(|| panic!("no `{start}`: {run:?}"))
}

const ID: &str = "OAuth 2.0 Client ID: ";
const SECRET: &str = "OAuth 2.0 Client Secret: ";

fn created(setup: &Setup) {
    let owner = fresh("owner");
    let run = setup.run_direct(&[
        "create",
        "--owner",
        &owner,
        "-n",
        "Reports",
        "-g",
        "client_credentials",
        "-a",
        "reports.read,\"reports.write\"",
        "--contact",
        "me@a.example",
        "--metadata",
        "{\"tier\": 1.50}",
        "--token-endpoint-auth-method",
        "client_secret_post",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let id = line(&run, ID);
    assert!(is_right(setup, id, line(&run, SECRET), true));
    let stored = setup.target.client(id);
    assert_eq!(stored["client_name"], "Reports");
    assert_eq!(stored["owner"], *owner);
    assert_eq!(stored["scope"], "reports.read reports.write");
    assert_eq!(stored["contacts"], json!(["me@a.example"]));
    assert_eq!(stored["metadata"]["tier"].to_string(), "1.50");
    assert_eq!(stored["grant_types"], json!(["client_credentials"]));
    // Nothing is left behind, and nothing was written.
    let left = setup.folder.path().read_dir().unwrap().count();
    assert_eq!(left, 0);
}

fn as_json(setup: &Setup) {
    let owner = fresh("owner");
    let words = [
        "create",
        "-n",
        "n",
        "--owner",
        &owner,
        "-g",
        "client_credentials",
        "--format",
        "json",
    ];
    let run = setup.run_direct(&words);
    assert_eq!(run.code, Some(0), "{run:?}");
    let json = run.json();
    assert_eq!(json["format"], "hydra-gitops/create/1");
    assert_eq!(json["hydra_version"], setup.target.version.to_string());
    let text = |name: &str| json[name].as_str().unwrap();
    assert_eq!((text("client_name"), text("secret")), ("n", "generated"));
    assert!(is_right(
        setup,
        text("client_id"),
        text("client_secret"),
        false
    ));
    assert_eq!(json["encrypted_client_secret"], Value::Null);
    let public = [
        &words[..7],
        &[
            "-n",
            "public",
            "--format",
            "json",
            "--token-endpoint-auth-method",
            "none",
        ],
    ];
    let public = setup
        .run_direct(&[&["clients"][..], &public.concat()].concat())
        .json();
    assert_eq!(
        (&public["secret"], &public["client_secret"]),
        (&json!("none"), &Value::Null)
    );
}

fn exists(setup: &Setup) {
    let (id, owner) = (fresh("id"), fresh("owner"));
    let mut words = vec!["create", "-n", "n", "--owner", &owner];
    if setup.target.version.lets_ids_be_chosen() {
        words.extend(["--id", &id]);
    }
    let first = setup.run_direct(&words);
    assert_eq!(first.code, Some(0), "{first:?}");
    let id = line(&first, ID);
    let before = setup.target.client(id);
    words.extend(["-a", "another"]);
    let second = setup.run_direct(&words);
    assert_eq!((second.code, &*second.stdout), (Some(1), ""), "{second:?}");
    assert!(second.stderr.contains("exists already"), "{second:?}");
    assert_eq!(setup.target.client(id), before);
}

fn imported(setup: &Setup) {
    let owner = fresh("owner");
    let client = |name: &str, more: Value| {
        let mut client =
            json!({"client_name": name, "owner": owner, "grant_types": ["client_credentials"]});
        client
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        client
    };
    let list = json!([
        client("generated", json!({})),
        client("given", json!({"client_secret": "hunter2-given"}))
    ]);
    setup.folder.write("list.json", list.to_string());
    let public = client("public", json!({"token_endpoint_auth_method": "none"}));
    setup
        .folder
        .write("public.yaml", serde_saphyr::to_string(&public).unwrap());
    let run = setup.run_direct(&["import", "list.json", "public.yaml"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        run.stderr
            .contains("import: 3 created, 0 skipped, 0 failed"),
        "{run:?}"
    );
    let lines = run.stdout.lines().map(|line| {
        let client = line.strip_prefix("Imported OAuth 2.0 Client ").unwrap();
        client.split_once(" from: ").unwrap()
    });
    let [(generated, _), (given, from), (public, last)] = lines.collect::<Vec<_>>()[..] else {
        panic!("{run:?}");
    };
    assert_eq!((from, last), ("list.json", "public.yaml"));
    let (id, secret) = generated.split_once(':').unwrap();
    assert!(is_right(setup, id, secret, false));
    assert!(is_right(setup, given, "hunter2-given", false) && !run.stdout.contains("hunter2"));
    assert_eq!(setup.target.client(public)["client_name"], "public");
}

/// v1.11 drops what only later versions know; v2.0 and later have it.
fn too_new(setup: &Setup) {
    let owner = fresh("owner");
    let run = setup.run_direct(&[
        "create",
        "-n",
        "n",
        "--owner",
        &owner,
        "--skip-consent",
        "--skip-logout-consent=false",
        "--access-token-strategy",
        "jwt",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let stored = setup.target.client(line(&run, ID));
    let (v2_1, v2_2) = (
        knows_v2_1(setup.target.version),
        knows_v2_2(setup.target.version),
    );
    for (field, value, is_known) in [
        ("skip_consent", json!(true), v2_1),
        ("access_token_strategy", json!("jwt"), v2_1),
        ("skip_logout_consent", json!(false), v2_2),
    ] {
        assert_eq!(stored[field] == value, is_known, "{field}: {stored}");
        // Nothing is lost where `false` is dropped, and so nothing is said.
        let is_lost = !is_known && value != false;
        assert_eq!(run.stderr.contains(field), is_lost, "{run:?}");
    }
}
