//! What differs is shown, and no secret with it: whoever writes a manifest chooses of which client.

use serde_json::json;

use crate::support::program::Running;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("secrets_of_a_client_are_not_shown", secrets),
    ("what_the_manifest_names_is_shown", named),
];

/// A client of somebody else's, and a manifest that asks what is in it.
fn setup(manifest: &serde_json::Value) -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    let theirs = json!({
        "client_id": "victim",
        "metadata": {"stripe": "HUNTER2", "HUNTER2": 1, "db": {"password": "HUNTER2", "port": 1}},
        "logo_uri": "https://u:HUNTER2@a.example/",
        "contacts": ["ftp:/u:HUNTER2@a.example"],
        "jwks": {"keys": [{"kty": "EC", "crv": "P-256", "kid": "k", "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]},
    });
    setup.folder.write("manifests/a.json", theirs.to_string());
    setup.apply(&[]).says(0, &["1 created"]);
    setup.folder.write("manifests/a.json", manifest.to_string());
    setup
}

/// Everything that shows a difference.
const WAYS: &[&[&str]] = &[
    &["plan"],
    &["plan", "--output", "json"],
    &["apply", "--yes", "--allow-plaintext-secrets"],
    &[
        "apply",
        "--yes",
        "--allow-plaintext-secrets",
        "--output",
        "json",
    ],
];

fn secrets() -> Result<(), Missing> {
    let manifest = json!({"client_id": "victim", "metadata": {"db": {"password": ""}},
        "logo_uri": "https://a.example/", "contacts": [], "jwks": {}});
    let setup = setup(&manifest);
    let is_unsaid = |said: &str| {
        assert!(
            !said.contains("HUNTER2") && !said.contains("jpsQnn"),
            "{said}"
        );
    };
    for way in WAYS {
        let mut program = setup.program(way);
        let ended = setup.run(&mut program);
        assert_eq!(ended.code, Some(0), "{ended}");
        is_unsaid(&ended.stdout);
        is_unsaid(&ended.stderr);
    }
    for output in ["text", "json"] {
        let mut program = setup.program(&["watch"]);
        let running =
            Running::start(program.args(["--allow-plaintext-secrets", "--output", output]));
        running.wait_until_prints("metadata");
        is_unsaid(&running.stdout());
        is_unsaid(&running.stderr());
    }
    Ok(())
}

fn named() -> Result<(), Missing> {
    let manifest = json!({"client_id": "victim", "metadata": {"db": {"port": 2, "password": "x"}},
        "logo_uri": "https://u:other@a.example/"});
    let setup = setup(&manifest);
    let ended = setup.run(&mut setup.program(&["plan"]));
    ended.says(
        0,
        &[
            "\"port\": 1",
            "\"port\": 2",
            "\"password\": \"*** (differs)\"",
            "\"***\": \"2 members that the manifest does not name\"",
            "- https://***@a.example/ (differs)",
            "+ https://***@a.example/",
        ],
    );
    setup.is_unsaid(&ended, "HUNTER2");
    Ok(())
}
