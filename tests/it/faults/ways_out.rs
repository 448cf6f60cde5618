//! What is said of drift can be done as it is said, and a wrong Hydra is not filled.

use std::path::Path;

use serde_json::{Value, json};

use crate::support::program::{self, Ended, Running};
use crate::support::proxy::Fault;
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("the_printed_command_ends_the_drift", printed_command),
    ("a_patch_is_for_one_client", one_client),
    ("fields_to_ignore_are_checked", fields),
    ("watch_ignores_them_too", watching),
    ("more_creates_than_allowed_are_not_sent", too_many),
    ("left_out_lines_are_counted", left_out),
];

const EXPORT: &str = "change the manifest to what Hydra has: ";
const PATCH: &str = "or change Hydra to what the manifest says: ";

/// Runs a command that was printed, as somebody who copies it.
#[track_caller]
fn in_shell(setup: &Setup, command: &str) -> Ended {
    let mut shell = program::command("bash", setup.folder.path());
    let folder = Path::new(program::PATH).parent().unwrap().display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap());
    let ended = program::run(shell.env("PATH", path).args(["-c", command]));
    assert_eq!(ended.code, Some(0), "{command}: {ended}");
    ended
}

fn setup(clients: &Value) -> Setup {
    let setup = Setup::new(|_| Fault::Pass).without_log();
    setup.folder.manifest(clients);
    setup.apply(&[]).says(0, &["created"]);
    setup
}

fn printed_command() -> Result<(), Missing> {
    if !is_installed("curl", "--version") {
        return Err(Missing("`curl` is needed".to_owned()));
    }
    for id in ["wiki", "it's [a] $(b) *", "-x", "\u{1b}[2J?"] {
        let setup = setup(&json!({"client_id": id, "contacts": ["a"], "scope": "x"}));
        let manifest = json!({"client_id": id, "contacts": ["it's `b`"], "scope": "y"});
        setup.folder.write("a b/it's.json", manifest.to_string());
        let words = ["plan", "a b/it's.json", "--ignore-drift", "scope"];
        let plan = setup.run_direct(&words);
        plan.says(
            0,
            &["1 drifted, 1 difference ignored", "hydra-gitops export"],
        );
        let lines: Vec<_> = plan.stdout.lines().collect();
        assert!(
            lines[0].starts_with("Hydra v2.3.0 at http://127.0.0.1:"),
            "{}",
            lines[0]
        );
        let command = |what: &str| {
            let line = lines.iter().find_map(|line| line.split_once(what));
            line.unwrap_or_else(|| panic!("{plan}")).1
        };
        let exported = in_shell(&setup, command(EXPORT)).stdout;
        setup.folder.write("exported/client.yaml", exported);
        setup
            .run_direct(&["plan", "exported"])
            .says(0, &["1 unchanged"]);
        let command = command(PATCH);
        let ended = in_shell(&setup, command);
        let client = setup.target.client(id);
        assert_eq!(
            client["contacts"], manifest["contacts"],
            "{command}: {ended}"
        );
        assert_eq!(client["scope"], "x", "it is ignored");
        setup
            .run_direct(&words)
            .says(0, &["1 unchanged, 0 drifted"]);
    }
    Ok(())
}

fn one_client() -> Result<(), Missing> {
    let setup = setup(&json!([{"client_id": "a"}, {"client_id": "ab"}]));
    setup.folder.clients(&["new"]);
    let patch = |more: &[&str]| {
        let words = [&["plan", "--output", "patch"], more].concat();
        setup.run(&mut setup.program(&words))
    };
    for (more, code, said) in [
        (&[][..], 64, "3 clients are selected"),
        (&["--only", "a*"], 64, "`--only a`, `--only ab`"),
        (&["--only", "none"], 64, "no manifest describes"),
        (&["--only", "["], 64, "is not a glob"),
        (
            &["--only", "a", "--unmanaged"],
            64,
            "`--unmanaged` has no effect",
        ),
        (&["--only", "new"], 1, "`new` is not in Hydra"),
    ] {
        let ended = patch(more);
        ended.says(code, &[said]);
        assert_eq!(ended.stdout, "", "{ended}");
    }
    let ended = patch(&["--only", "ab", "--fail-on-drift"]);
    ended.says(0, &["so the patch is empty"]);
    assert_eq!(ended.stdout, "[]\n");
    assert_eq!(patch(&["--only", "ab", "--quiet"]).stderr, "");
    Ok(())
}

fn fields() -> Result<(), Missing> {
    let setup = setup(&json!({"client_id": "a"}));
    for (name, said) in [
        ("scops", "did you mean `scope`?"),
        ("client_id", "never differs"),
        ("client_secret", "never compared"),
        ("metadata.", "`metadata.KEY`"),
        ("", "is not a field"),
        ("\u{1b}[2J", "is not a field"),
    ] {
        for command in ["plan", "apply", "watch"] {
            let words = [command, "--ignore-drift", name];
            let ended = setup.run(&mut setup.program(&words));
            ended.says(64, &[said]);
            assert!(!ended.stderr.contains('\u{1b}'), "{ended}");
        }
    }
    Ok(())
}

fn watching() -> Result<(), Missing> {
    let setup = setup(&json!({"client_id": "a", "scope": "x", "metadata": {"m": 1}}));
    let manifest = json!({"client_id": "a", "scope": "y", "metadata": {"m": 2}});
    setup.folder.manifest(&manifest);
    let words = ["watch", "--allow-plaintext-secrets", "--output", "json"];
    let ignoring = ["--ignore-drift", "scope", "--ignore-drift", "metadata.m"];
    let watching = Running::start(&mut setup.program(&[&words[..], &ignoring].concat()));
    watching.wait_until_prints("\"event\":\"idle\"");
    assert!(
        watching.stdout().contains("\"drifted\":0"),
        "{}",
        watching.stdout()
    );
    let words = [
        "apply",
        "--yes",
        "--allow-plaintext-secrets",
        "--fail-on-drift",
    ];
    drop(watching);
    let ended = setup.run(&mut setup.program(&[&words[..], &ignoring].concat()));
    ended.says(0, &["2 differences ignored", "1 unchanged, 0 drifted"]);
    Ok(())
}

fn too_many() -> Result<(), Missing> {
    let setup = setup(&json!({"client_id": "a"}));
    let clients = ["a", "b", "c"].map(|id| json!({"client_id": id}));
    setup.folder.manifest(&json!(clients));
    let before = setup.requests();
    for most in ["0", "1"] {
        let plan = setup.run(&mut setup.program(&["plan", "--max-creates", most]));
        plan.says(
            7,
            &["2 to create", &format!("more than `--max-creates {most}`")],
        );
        let ended = setup.apply(&["--max-creates", most, "--yes"]);
        ended.says(7, &["+ b", "2 clients would be created"]);
        let ended = setup.apply(&["--max-creates", most, "--output", "json"]);
        ended.says(7, &["nothing was sent"]);
        assert_eq!(ended.stdout, "");
    }
    let sent = &setup.proxy.requests()[before..];
    assert!(sent.iter().all(|request| request.method == "GET"));
    setup.is_tidy();
    let codes = ["--max-creates", "1", "--detailed-exitcode"];
    setup
        .run(setup.program(&["plan", "--only", "b"]).args(codes))
        .says(2, &["1 to create"]);
    for wrong in ["-1", "many", "1.5", "", "99999999999999999999999999"] {
        let ended = setup.run(&mut setup.program(&["plan", "--max-creates", wrong]));
        ended.says(64, &["write a number from 0"]);
    }
    setup.apply(&["--max-creates", "2"]).says(0, &["2 created"]);
    Ok(())
}

fn left_out() -> Result<(), Missing> {
    let list: Vec<u32> = (0..20).collect();
    let metadata =
        |first: u32, last: u32| json!({"first": first, "list": list, "last": last, "z": 1});
    let setup = setup(&json!({"client_id": "a", "metadata": metadata(1, 1)}));
    setup
        .folder
        .manifest(&json!({"client_id": "a", "metadata": metadata(2, 2)}));
    let shown = "\
    metadata
        {
      -   \"first\": 1,
      +   \"first\": 2,
          \"list\": [
      \u{2026} 20 equal lines
          ],
      -   \"last\": 1,
      +   \"last\": 2,
          \"z\": 1
      \u{2026} 1 equal line
";
    let ended = setup.run(&mut setup.program(&["plan"]));
    assert!(ended.stdout.contains(shown), "{ended}");
    Ok(())
}
