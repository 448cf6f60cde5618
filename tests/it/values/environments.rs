//! One set of manifests for several Hydras.

use std::path::Path;

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::hydra::Release;
use crate::support::program::{Ended, program, run};
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("each_environment_gets_its_own_values", each),
    ("a_value_takes_the_shape_of_its_field", shapes),
    ("the_last_definition_of_a_variable_wins", last),
    ("watch_follows_the_variables", followed),
];

fn each() -> Result<(), Missing> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/environments");
    for target in [
        Target::sandbox(Version::default()),
        Target::real(Release::V2, None)?,
    ] {
        let folder = Workspace::new();
        let run = |command: &str, stage: &str| -> Ended {
            let vars = root.join(format!("{stage}.vars"));
            run(program(folder.path())
                .args([command, "--endpoint", &target.url(), "--var-file"])
                .args([vars, root.join("clients")])
                .args(if command == "apply" {
                    &["--yes", "--allow-plaintext-secrets"][..]
                } else {
                    &[]
                }))
        };
        run("apply", "dev").says(0, &["2 created"]);
        let shop = target.client("shop");
        assert_eq!(shop["client_name"], "Shop (dev)");
        assert_eq!(
            shop["redirect_uris"],
            json!(["https://shop.dev.example.com/callback"])
        );
        assert_eq!(shop["skip_consent"], true);
        assert_eq!(
            shop["authorization_code_grant_access_token_lifespan"],
            "24h0m0s"
        );
        run("plan", "dev").says(0, &["2 unchanged"]);
        run("plan", "prod").says(0, &["2 drifted"]);
    }
    Ok(())
}

fn shapes() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write(
        "manifests/a.json",
        r#"{"client_id": "a-${var:n}", "client_name": "${var:n}", "skip_consent": "${var:yes}",
            "scope": "${var:scope}", "contacts": ["${var:typed}"], "metadata": {"t": "${var:n}", "typed": "${var:typed}", "$${x}": "$$5 $6"}}"#,
    );
    folder.write(
        "vars.yaml",
        "n: '0755'\nyes: true\nscope: a b\ntyped: 1.50\n",
    );
    let target = Target::sandbox(Version::default());
    let apply = [
        "apply",
        "--yes",
        "--allow-plaintext-secrets",
        "--var-file",
        "vars.yaml",
    ];
    let ended = run(program(folder.path())
        .args(apply)
        .args(["--endpoint", &target.url()]));
    ended.says(0, &["1 created"]);
    let client = target.client("a-0755");
    assert_eq!(client["client_name"], "0755");
    assert_eq!(
        (&client["skip_consent"], &client["scope"]),
        (&json!(true), &json!("a b"))
    );
    assert_eq!(
        client["contacts"],
        json!(["1.50"]),
        "numbers keep their spelling"
    );
    assert_eq!(
        client["metadata"],
        serde_json::from_str::<serde_json::Value>(
            r#"{"t": "0755", "typed": 1.50, "$${x}": "$5 $6"}"#
        )
        .unwrap()
    );
    Ok(())
}

fn last() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write(
        "manifests/a.yaml",
        "client_id: ${var:a}${var:b}${var:c:-3}\nskip_consent: 1\n",
    );
    folder.write("one.json", r#"{"a": 1, "b": 1, "c": null}"#);
    folder.write("two.yaml", "b: 2\n");
    let words = [
        "validate",
        "--var-file",
        "one.json",
        "--var-file",
        "two.yaml",
        "--var",
        "a=x",
        "--output",
        "json",
    ];
    let found = run(program(folder.path()).args(words)).says(3, &[]).json();
    assert_eq!(found["findings"][0]["client_id"], "x23");
    Ok(())
}

fn followed() -> Result<(), Missing> {
    let setup = Setup::to_watch_with(Version::default(), |_| Fault::Pass);
    setup
        .folder
        .write("manifests/a.yaml", "client_id: a-${var:n}\n");
    setup.folder.write("vars.yaml", "n: 1\n");
    let mut watching = setup.watch(&["--var-file", "vars.yaml"]);
    watching.events();
    setup.has_clients(&["a-1"]);
    setup.folder.write("vars.yaml", "n: 2\n");
    watching.next_of("created", "a-2");
    setup.folder.write("vars.yaml", "n: [2\n");
    setup
        .folder
        .write("manifests/b.yaml", "client_id: b-${var:n}\n");
    setup.folder.write("vars.yaml", "n: 3\n");
    watching.next_of("created", "b-3");
    watching.next("idle");
    watching.end().says(0, &[]);
    Ok(())
}
