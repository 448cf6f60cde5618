//! What only some versions refuse, and only a create.

use serde_json::json;

use crate::support::program::{Ended, program, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;
use hydra_gitops::sandbox::Version;

pub(crate) const TESTS: Tests = &[
    ("the_servers_version_decides", by_version),
    ("a_client_that_exists_as_described_is_no_error", existing),
    ("what_every_hydra_refuses_needs_no_hydra", unreachable),
    ("deny_and_allow_hold_for_every_command", flags),
    (
        "a_silenced_warning_is_an_error_where_hydra_refuses",
        silenced,
    ),
    ("clients_that_are_not_created_are_not_refused", not_created),
    ("what_is_there_harms_no_more", harmful),
    ("a_field_that_is_dropped_can_be_denied_and_allowed", dropped),
    ("the_report_has_the_levels_of_the_server", reported),
];

const PAGE: &str = "client_id: web\nlogo_uri: logo.png\n";

fn on(hydra: &Target, folder: &Workspace, words: &[&str]) -> Ended {
    run(program(folder.path())
        .args(words)
        .args(["--endpoint", &hydra.url()]))
}

fn by_version() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", PAGE);
    let newer = Target::sandbox(Version::V26_2_0);
    on(&newer, &folder, &["plan"])
        .says(3, &["error[invalid-page-url]", "1 error in the manifests"]);
    let apply = ["apply", "--yes", "--allow-plaintext-secrets"];
    on(&newer, &folder, &apply).says(3, &["error[invalid-page-url]"]);
    assert!(newer.clients().is_empty() && folder.files().is_empty());
    let older = Target::sandbox(Version::V2_3_0);
    on(&older, &folder, &["plan"]).says(0, &["warning[invalid-page-url]", "1 to create"]);
    on(&older, &folder, &apply).says(0, &["warning[invalid-page-url]"]);
    assert_eq!(older.clients().len(), 1);
    Ok(())
}

/// v2.1 takes a symmetric key, and would keep it when it is updated to v2.2.
fn existing() -> Result<(), Missing> {
    let key = json!({"kty": "oct", "k": "c2VjcmV0"});
    let folder = Workspace::new();
    let manifest = json!({"client_name": "web", "owner": "shop", "jwks": {"keys": [key]}});
    folder.write("manifests/a.json", manifest.to_string());
    let older = Target::sandbox(Version::V2_1_2);
    let words = ["apply", "--yes", "--allow-plaintext-secrets"];
    on(&older, &folder, &words).says(0, &["warning[symmetric-key]"]);
    on(&older, &folder, &["plan"]).says(0, &["warning[symmetric-key]", "1 unchanged"]);
    let newer = Target::sandbox(Version::V2_2_0);
    on(&newer, &folder, &["plan"]).says(3, &["error[symmetric-key]"]);
    Ok(())
}

fn unreachable() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a\nredirect_uris: [a]\n");
    let nowhere = [
        "plan",
        "--endpoint",
        "http://127.0.0.1:1",
        "--fail-after",
        "200ms",
    ];
    let ended = run(program(folder.path()).args(nowhere));
    ended.says(3, &["error[invalid-redirect-uri]", "127.0.0.1:1"]);
    Ok(())
}

fn flags() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write(
        "manifests/a.yaml",
        "client_id: a\ngrant_types: [password]\n",
    );
    let hydra = Target::sandbox(Version::V2_3_0);
    let apply: &[&str] = &["apply", "--yes", "--allow-plaintext-secrets"];
    let import: &[&str] = &["import", "manifests/a.yaml"];
    for command in [&["plan"][..], apply, import] {
        let deny = [command, &["--deny", "warnings"]].concat();
        let code = if command[0] == "import" { 1 } else { 3 };
        on(&hydra, &folder, &deny).says(code, &["error[unavailable-grant]"]);
        assert!(hydra.clients().is_empty(), "{command:?}");
        let guard = [command, &["--allow", "duplicate-client"]].concat();
        on(&hydra, &folder, &guard).says(64, &["`duplicate-client` cannot be allowed"]);
    }
    let allowed = on(&hydra, &folder, &["plan", "--allow", "unavailable-grant"]);
    allowed.says(0, &["1 to create"]);
    assert!(!allowed.stderr.contains("unavailable-grant"), "{allowed}");
    Ok(())
}

/// It was silenced where the version was unknown, as a warning.
fn silenced() -> Result<(), Missing> {
    let folder = Workspace::new();
    let keys = "jwks: {keys: [{kty: oct, k: c2VjcmV0}]} # hydra-gitops: allow symmetric-key";
    folder.write(
        "manifests/a.yaml",
        format!("client_id: a\n---\nclient_id: b\n{keys}\n"),
    );
    let apply = ["apply", "--yes", "--allow-plaintext-secrets"];
    let newer = Target::sandbox(Version::V2_2_0);
    on(&newer, &folder, &apply).says(3, &["error[symmetric-key]"]);
    assert!(newer.clients().is_empty());
    let older = Target::sandbox(Version::V1_11_10);
    let ended = on(&older, &folder, &apply);
    ended.says(0, &[]);
    assert!(!ended.stderr.contains("symmetric-key"), "{ended}");
    Ok(())
}

/// What must never be sent is a warning where nothing is sent.
fn harmful() -> Result<(), Missing> {
    let folder = Workspace::new();
    let client = json!({"client_id": "a", "frontchannel_logout_uri": "https://a.example:port/out"});
    folder.write("manifests/a.json", client.to_string());
    let hydra = Target::sandbox(Version::V2_3_0);
    on(&hydra, &folder, &["plan"]).says(3, &["error[harmful-logout-url]"]);
    let apply = ["apply", "--yes", "--allow-plaintext-secrets"];
    on(&hydra, &folder, &apply).says(3, &["error[harmful-logout-url]"]);
    assert!(hydra.clients().is_empty());
    hydra.create(&client);
    on(&hydra, &folder, &["plan"]).says(0, &["warning[harmful-logout-url]", "1 unchanged"]);
    Ok(())
}

/// v2.0 does not have `skip_consent`, and loses nothing when it drops `false`.
fn dropped() -> Result<(), Missing> {
    let folder = Workspace::new();
    let clients = "client_id: a\nskip_consent: true\n---\nclient_id: b\nskip_consent: false\n";
    folder.write("manifests/a.yaml", clients);
    let older = Target::sandbox(Version::V1_11_10);
    let finding = [
        "[dropped-field]: this Hydra",
        "`skip_consent`",
        "a.yaml:2:1",
    ];
    let ended = on(&older, &folder, &["plan"]);
    ended.says(0, &finding);
    assert_eq!(ended.stderr.matches("skip_consent").count(), 2, "{ended}");
    let apply = [
        "apply",
        "--yes",
        "--allow-plaintext-secrets",
        "--deny",
        "dropped-field",
    ];
    on(&older, &folder, &apply).says(3, &finding);
    assert!(older.clients().is_empty());
    let allowed = on(&older, &folder, &["plan", "--allow", "dropped-field"]);
    allowed.says(0, &["2 to create"]);
    assert!(!allowed.stderr.contains("skip_consent"), "{allowed}");
    let newer = Target::sandbox(Version::V2_3_0);
    let known = on(&newer, &folder, &["plan", "--deny", "dropped-field"]);
    known.says(0, &["2 to create"]);
    assert!(!known.stderr.contains("skip_consent"), "{known}");
    folder.write(
        "manifests/a.yaml",
        "client_id: a\nskip_consent: true # hydra-gitops: allow dropped-field\n",
    );
    let commented = on(&older, &folder, &["plan"]);
    assert!(!commented.stderr.contains("warning"), "{commented}");
    Ok(())
}

fn reported() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", format!("{PAGE}skip_consent: true\n"));
    let levels = |hydra: &Target| {
        let words = [
            "plan",
            "--report-file",
            "out.json",
            "--allow",
            "missing-redirect-uri",
        ];
        on(hydra, &folder, &words);
        let report: serde_json::Value = serde_json::from_str(&folder.read("out.json")).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        let level = |one: &serde_json::Value| format!("{} {}", one["severity"], one["rule"]);
        findings
            .iter()
            .map(level)
            .collect::<Vec<_>>()
            .join(", ")
            .replace('"', "")
    };
    let newer = Target::sandbox(Version::V26_2_0);
    assert_eq!(levels(&newer), "error invalid-page-url");
    let older = Target::sandbox(Version::V1_11_10);
    assert_eq!(
        levels(&older),
        "warning invalid-page-url, warning dropped-field"
    );
    Ok(())
}

fn not_created() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", PAGE);
    folder.write("manifests/b.yaml", "client_id: other\n");
    let hydra = Target::sandbox(Version::V26_2_0);
    hydra.create(&json!({"client_id": "web", "logo_uri": "https://a.example/logo.png"}));
    let warning = "warning[invalid-page-url]";
    on(&hydra, &folder, &["plan", "--fail-on-drift"]).says(4, &[warning, "1 drifted"]);
    on(&hydra, &folder, &["plan", "--only", "other"]).says(0, &[warning, "1 to create"]);
    on(&hydra, &folder, &["plan", "--deny", "invalid-page-url"]).says(3, &[]);
    Ok(())
}
