//! What comes from the environment or a file is shown nowhere, and is never made up.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::program::{Ended, program, run};
use crate::support::proxy::{Fault, json as answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("a_secret_from_elsewhere_is_the_clients", given),
    ("a_plan_needs_no_secret", plan),
    ("what_is_missing_is_not_generated", missing),
    ("it_is_masked_in_findings_plans_and_patches", masked),
    ("it_is_masked_in_what_hydra_repeats", repeated),
    ("nobody_is_known_by_it", identity),
];

const SECRET: &str = "hunter2-from-elsewhere";
const ALLOWED: [&str; 4] = ["--allow-env", "WEB_SECRET", "--allow-file", "secrets"];

fn with_secret(folder: &Workspace, words: &[&str]) -> Ended {
    folder.write("secrets/other", "x");
    run(program(folder.path()).args(words).env("WEB_SECRET", SECRET))
}

fn given() -> Result<(), Missing> {
    let target = Target::sandbox(Version::default());
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a\nclient_secret: ${env:WEB_SECRET}\n---\nclient_id: b\nclient_secret: ${file:../secrets/b}\n");
    folder.write("secrets/b", format!("{SECRET}-b\n"));
    let url = target.url();
    let apply = [&["apply", "--yes", "--endpoint", &url][..], &ALLOWED].concat();
    let ended = with_secret(&folder, &apply);
    ended.says(0, &["2 created"]);
    assert!(!ended.stderr.contains("secret-in-manifest"), "{ended}");
    assert!(target.accepts("a", SECRET) && target.accepts("b", &format!("{SECRET}-b")));
    assert!(!ended.to_string().contains(SECRET), "{ended}");
    assert!(!folder.files().contains(&"client-secrets.jsonl".to_owned()));
    Ok(())
}

fn plan() -> Result<(), Missing> {
    let target = Target::sandbox(Version::default());
    let folder = Workspace::new();
    folder.write(
        "manifests/a.yaml",
        "client_id: a\nclient_secret: ${env:WEB_SECRET}\n",
    );
    let plan = ["plan", "--endpoint", &target.url()];
    run(program(folder.path()).args(plan)).says(0, &["1 to create"]);
    folder.write(
        "manifests/b.yaml",
        "client_id: b\ncontacts: ['${env:WEB_SECRET}']\n",
    );
    run(program(folder.path()).args(plan)).says(3, &["b.yaml:2:12", "--allow-env WEB_SECRET"]);
    run(program(folder.path()).args(["validate"])).says(0, &["2 clients, 0 errors"]);
    run(program(folder.path()).args(["validate", "--resolve"])).says(3, &["2 errors"]);
    Ok(())
}

fn missing() -> Result<(), Missing> {
    let target = Target::sandbox(Version::default());
    let folder = Workspace::new();
    let url = target.url();
    for (reference, why) in [
        ("${env:WEB_SECRET}", "is not set"),
        ("${file:../secrets/none}", "cannot be read"),
        ("${file:../secrets/empty}", "is empty"),
        ("${var:none}", "is undefined or empty"),
    ] {
        folder.write(
            "manifests/a.yaml",
            format!("client_id: a\nclient_secret: {reference}\n"),
        );
        folder.write("secrets/empty", "\n");
        let apply = [
            "apply",
            "--yes",
            "--allow-plaintext-secrets",
            "--endpoint",
            &url,
        ];
        let ended = run(program(folder.path()).args([&apply[..], &ALLOWED].concat()));
        ended.says(3, &["error[unresolved-reference]", why, "a.yaml:2:16"]);
    }
    assert!(target.clients().is_empty());
    Ok(())
}

fn masked() -> Result<(), Missing> {
    let target = Target::sandbox(Version::default());
    let folder = Workspace::new();
    let url = target.url();
    folder.write(
        "manifests/a.yaml",
        "client_id: a\nredirect_uris: ['x${env:WEB_SECRET}']\n",
    );
    let plan = [&["plan", "--endpoint", &url][..], &ALLOWED].concat();
    let ended = with_secret(&folder, &plan);
    ended.says(3, &["error[invalid-redirect-uri]", "is secret"]);
    assert!(!ended.to_string().contains(SECRET), "{ended}");
    folder.write("manifests/a.yaml", "client_id: a\nmetadata: {key: '${env:WEB_SECRET}', b: 1}\ncontacts: ['${env:WEB_SECRET}']\n");
    target.create(&json!({"client_id": "a", "metadata": {"key": "theirs", "b": 1}}));
    for more in [&["--output", "json"][..], &[], &["--verbose"]] {
        let ended = with_secret(&folder, &[&plan[..], more].concat());
        ended.says(0, &["drift"]);
        assert!(!ended.to_string().contains(SECRET), "{ended}");
        assert!(!ended.to_string().contains("theirs"), "{ended}");
    }
    let patch = with_secret(&folder, &[&plan[..], &["--output", "patch"]].concat());
    patch.says(0, &[SECRET]);
    Ok(())
}

fn repeated() -> Result<(), Missing> {
    let error =
        json!({"error": "invalid", "error_description": format!("odd: {SECRET}")}).to_string();
    let setup = Setup::new(move |request| match request.creates() {
        true => Fault::Answer(answer("400 Bad Request", &error)),
        false => Fault::Pass,
    });
    setup.folder.write(
        "manifests/a.yaml",
        "client_id: a\nmetadata: {key: '${env:WEB_SECRET}'}\ntoken_endpoint_auth_method: none\n",
    );
    setup.folder.write("secrets/other", "x");
    let mut apply = setup.applying(&["--yes"]);
    let ended = program_run(apply.args(ALLOWED).env("WEB_SECRET", SECRET));
    ended.says(1, &["failed a", "odd: ***"]);
    setup.is_unsaid(&ended, SECRET);
    Ok(())
}

fn program_run(command: &mut std::process::Command) -> Ended {
    run(command)
}

fn identity() -> Result<(), Missing> {
    let folder = Workspace::new();
    let resource = "apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: {name: a, namespace: '${env:WEB_SECRET}'}\nspec: {grantTypes: [client_credentials], scope: a, secretName: b}\n";
    folder.write("manifests/a.yaml", resource);
    let ended = with_secret(&folder, &["validate", "--allow-env", "WEB_SECRET"]);
    ended.says(3, &["error[secret-in-identity]"]);
    assert!(!ended.to_string().contains(SECRET), "{ended}");
    for field in ["client_id", "client_name", "owner"] {
        folder.write(
            "manifests/a.yaml",
            format!("client_id: a\n---\n{field}: ${{env:WEB_SECRET}}\n"),
        );
        let words = ["validate", "--allow-env", "WEB_SECRET"];
        let ended = with_secret(&folder, &words);
        ended.says(3, &["error[secret-in-identity]", field]);
        assert!(!ended.to_string().contains(SECRET), "{ended}");
    }
    Ok(())
}
