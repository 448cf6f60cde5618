//! Secrets: recorded, openable by GnuPG, accepted by the token endpoint, and nowhere else.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::gpg::Gpg;
use crate::support::http::{self, FORM, Reply};
use crate::support::program::{program, run};
use crate::support::setup::Setup;
use crate::support::target::fresh;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    (
        "secrets in clear are accepted by the token endpoint",
        in_clear,
    ),
    (
        "encrypted secrets open with gpg and are accepted",
        encrypted,
    ),
    (
        "given and needless secrets are never written out",
        not_written,
    ),
];

/// Clients for each way to authenticate with a secret.
pub(crate) fn clients(setup: &Setup) -> Value {
    let owner = fresh("owner");
    let client = |(name, method): (&str, &str)| {
        let mut client = json!({"client_name": name, "owner": owner, "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": method});
        if setup.target.version.lets_ids_be_chosen() && name != "nameless" {
            client["client_id"] = json!(format!("{owner} {name}/%"));
        }
        client
    };
    let methods = [
        ("basic", "client_secret_basic"),
        ("post", "client_secret_post"),
        ("nameless", "client_secret_basic"),
    ];
    methods.into_iter().map(client).collect()
}

/// The lines of the secrets file, by client.
fn records(setup: &Setup, file: &str) -> BTreeMap<String, Value> {
    let path = setup.folder.file(file);
    let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| {
            let record: Value = serde_json::from_str(line).unwrap();
            assert_eq!(record["format"], 1);
            assert!(
                record["created_at"].as_str().unwrap().ends_with('Z'),
                "{record:#}"
            );
            (record["client_id"].as_str().unwrap().to_owned(), record)
        })
        .collect()
}

/// Whether the token endpoint takes the secret.
pub(crate) fn is_right(setup: &Setup, id: &str, secret: &str, is_post: bool) -> bool {
    let form =
        |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let url = format!("{}/oauth2/token", setup.target.public_url());
    let mut body = "grant_type=client_credentials".to_owned();
    let (id, secret) = (form(id), form(secret));
    if is_post {
        body.push_str(&format!("&client_id={id}&client_secret={secret}"));
    }
    let authorization = http::basic(&id, &secret);
    let mut headers = vec![FORM];
    if !is_post {
        headers.push(("authorization", &authorization));
    }
    let Reply { status, body, .. } = http::send("POST", &url, &headers, &body);
    assert!(status == 200 || status == 401, "{status}: {body}");
    status == 200
}

fn in_clear(setup: &Setup) {
    setup.folder.manifest(&clients(setup));
    let run = setup.run_direct(&[
        "apply",
        "--allow-plaintext-secrets",
        "--secrets-out",
        "s.jsonl",
    ]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(run.stderr.contains("in plaintext"), "{run:?}");
    let records = records(setup, "s.jsonl");
    assert_eq!(records.len(), 3);
    for (id, record) in &records {
        let secret = record["client_secret"].as_str().unwrap();
        assert_eq!(secret.len(), 32);
        assert!(!run.stdout.contains(secret) && !run.stderr.contains(secret));
        let is_post = record["client_name"] == "post";
        assert!(is_right(setup, id, secret, is_post), "{record:#}");
        assert!(
            !is_right(setup, id, &format!("{secret}x"), is_post),
            "{record:#}"
        );
    }
}

fn encrypted(setup: &Setup) {
    if !Gpg::is_installed() && std::env::var("CI").as_deref() != Ok("true") {
        // The suite of recipients lists what needs gpg as ignored.
        return;
    }
    let gpg = Gpg::new();
    let names = ["Ann <ann@example.org>", "Bob <bob@example.org>"];
    for name in names {
        gpg.generate(&[], [name, "future-default", "default", "never"]);
    }
    let export =
        |name: &str| String::from_utf8(gpg.run(["--armor", "--export", name], b"")).unwrap();
    setup.folder.write("ann.asc", export("ann@example.org"));
    setup.folder.manifest(&clients(setup));
    let bob = export("bob@example.org");
    let words = [
        "apply",
        "--pgp-key-file",
        "ann.asc",
        "--endpoint",
        &setup.target.url(),
        "--output",
        "json",
    ];
    let run = run(program(setup.folder.path())
        .args(words)
        .env("HYDRA_GITOPS_PGP_KEY", &bob));
    assert_eq!(run.code, Some(0), "{run:?}");
    let records = records(setup, "client-secrets.jsonl");
    assert_eq!(records.len(), 3);
    for (id, record) in &records {
        assert_eq!(
            record["recipients"].as_array().unwrap().len(),
            2,
            "{record:#}"
        );
        assert!(record.get("client_secret").is_none() && record.get("unconfirmed").is_none());
        let message = record["encrypted_client_secret"].as_str().unwrap();
        let secret = String::from_utf8(gpg.run(["--decrypt"], message.as_bytes())).unwrap();
        assert!(
            is_right(setup, id, &secret, record["client_name"] == "post"),
            "{record:#}"
        );
    }
    let check = setup.run_direct(&["secrets", "check", "--pgp-key-file", "ann.asc"]);
    assert_eq!(check.code, Some(0), "{check:?}");
    assert!(check.stdout.contains("3 clients looked up"), "{check:?}");
    let check = setup.run_direct(&["secrets", "check"]);
    assert_eq!(check.code, Some(0), "{check:?}");
    assert!(check.stderr.contains("no key was given"), "{check:?}");
    let quiet = setup.run_offline(&["secrets", "list", "--quiet"]);
    assert_eq!(quiet.stdout, "secrets: 3 recorded, 0 broken\n");
    let list = setup.run_offline(&["secrets", "list", "--output", "json"]);
    assert_eq!(list.json()["secrets"].as_array().unwrap().len(), 3);
}

fn not_written(setup: &Setup) {
    let owner = fresh("owner");
    setup.folder.manifest(&json!([
        {"client_name": "given", "owner": owner, "client_secret": "hunter2-given", "grant_types": ["client_credentials"]},
        {"client_name": "public", "owner": owner, "token_endpoint_auth_method": "none"},
        {"client_name": "by key", "owner": owner, "token_endpoint_auth_method": "private_key_jwt",
            "jwks": {"keys": [crate::reconcile::clients::ec_key()]}},
    ]));
    // No recipient is needed, for no secret is generated.
    let run = setup.run_direct(&["apply", "--output", "json", "--verbose"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert!(
        !run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"),
        "{run:?}"
    );
    let left: Vec<_> = setup
        .folder
        .path()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["manifests"]);
    let id = run.json()["outcomes"][0]["client_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(is_right(setup, &id, "hunter2-given", false));
}
