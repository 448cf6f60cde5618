//! `import`: files that are no good, one by one, and the others done all the same.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::program::{self, Ended};
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("bad_files_are_named_and_the_others_done", bad_files),
    ("a_client_described_twice_is_made_once", twice),
    ("standard_input_is_read_for_a_dash_alone", standard_input),
    ("ten_thousand_files", ten_thousand),
    ("no_file_is_good", no_good_file),
    ("a_secrets_file_needs_a_recipient", secrets_file),
];

fn setup() -> Setup {
    Setup::new(|_| Fault::Pass)
}

fn import(setup: &Setup, files: &[&str]) -> Command {
    let mut command = setup.program(&["import"]);
    command.args(["--fail-after", "5s"]).args(files);
    // Ten thousand clients are no matter for a log.
    command.env_remove("RUST_LOG");
    command
}

fn run(setup: &Setup, files: &[&str]) -> Ended {
    program::run(&mut import(setup, files))
}

fn bad_files() -> Result<(), Missing> {
    let setup = setup();
    let strings: Vec<_> = (0..50).map(|number| format!("s{number}")).collect();
    setup
        .folder
        .write("strings.json", json!(strings).to_string());
    setup.folder.write("empty.json", "");
    setup.folder.write("blank.yaml", "# nothing\n");
    setup
        .folder
        .write("folder/in.json", r#"{"client_id": "in"}"#);
    setup.folder.write(
        "cut.json",
        "{\"client_id\": \"cut\", \"client_secret\": \"hunter2-hunter2",
    );
    setup.folder.write("binary.json", [0xff, 0xfe, 0x00]);
    setup.folder.write(
        "half.json",
        r#"[{"client_id": "half"}, {"client_id": "other", "scopes": "x"}]"#,
    );
    setup.folder.write("good.json", r#"{"client_id": "good"}"#);
    setup
        .folder
        .write("locked.json", r#"{"client_id": "locked"}"#);
    let locked = setup.folder.file("locked.json");
    std::fs::set_permissions(&locked, Permissions::from_mode(0o000)).unwrap();
    // Root may read all the same.
    let is_locked = std::fs::read(&locked).is_err();
    let bad = [
        ("strings.json", "… and 30 more about `strings.json`"),
        ("empty.json", "no client in this file"),
        ("blank.yaml", "no client in this file"),
        ("folder", "`folder` is a folder, not a file"),
        ("cut.json", "cut.json:1"),
        ("binary.json", "UTF-16"),
        ("half.json", "unknown field `scopes`"),
        ("missing.json", "`missing.json` does not exist"),
        ("./empty.json", "`./empty.json` is named twice"),
        ("locked.json", "cannot be read"),
    ];
    let bad = if is_locked { &bad[..] } else { &bad[..9] };
    let mut files: Vec<_> = bad.iter().map(|(file, _)| *file).collect();
    files.insert(4, "good.json");
    let ended = run(&setup, &files);
    let totals = format!(
        "import: 1 created, 0 skipped, 0 failed, {} files not read",
        bad.len()
    );
    ended.says(1, &[&totals, "Imported OAuth 2.0 Client good:"]);
    for (file, text) in bad {
        assert!(ended.stderr.contains(file), "{file}: {ended}");
        ended.says(1, &[text]);
    }
    assert!(!ended.stderr.contains("hunter2"), "{ended}");
    setup.has_clients(&["good"]);
    Ok(())
}

fn twice() -> Result<(), Missing> {
    let setup = setup();
    setup
        .folder
        .write("a.json", r#"[{"client_id": "a"}, {"client_id": "b"}]"#);
    setup
        .folder
        .write("b.json", r#"[{"client_id": "b"}, {"client_id": "c"}]"#);
    let ended = run(&setup, &["a.json", "b.json"]);
    ended.says(
        1,
        &[
            "b.json:1: `b` is described twice, first at a.json:1:22",
            "3 created, 0 skipped, 1 failed",
        ],
    );
    setup.has_clients(&["a", "b", "c"]);
    run(&setup, &["a.json", "b.json", "--skip-existing"])
        .says(0, &["0 created, 4 skipped, 0 failed"]);
    Ok(())
}

fn standard_input() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("a.json", r#"{"client_id": "a"}"#);
    let mut command = import(&setup, &["a.json"]);
    // It stays open and empty, as in a script that is fed by a pipe.
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    let stdin = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    assert!(output.status.success(), "{output:?}");
    let mut command = import(&setup, &["-"]);
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    serde_json::to_writer(
        child.stdin.take().unwrap(),
        &json!([{"client_id": "b"}, {"client_id": "c"}]),
    )
    .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    setup.has_clients(&["a", "b", "c"]);
    Ok(())
}

/// One bad file among them, and one client twice. Public ones, for their number alone matters.
fn ten_thousand() -> Result<(), Missing> {
    let setup = setup();
    let mut files = Vec::new();
    for number in 0..10_000 {
        let name = format!("{number:05}.json");
        // All but a hundred of them exist: that is looked up in the list.
        let client = json!({"client_id": format!("c{:03}", number % 100),
            "token_endpoint_auth_method": "none"});
        setup.folder.write(&name, client.to_string());
        files.push(name);
    }
    setup.folder.write("bad.json", "[1]");
    files.push("bad.json".to_owned());
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    let ended = run(&setup, &[&files[..], &["--skip-existing", "-q"]].concat());
    ended.says(
        1,
        &["import: 100 created, 9900 skipped, 0 failed, 1 file not read"],
    );
    let ids: Vec<Value> = setup.target.clients();
    assert_eq!(ids.len(), 100);
    Ok(())
}

fn no_good_file() -> Result<(), Missing> {
    let setup = setup();
    run(&setup, &["missing.json"]).says(1, &["does not exist", "0 created", "1 file not read"]);
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn secrets_file() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write("a.json", r#"{"client_id": "a"}"#);
    for name in ["s.jsonl", "client-secrets.jsonl"] {
        run(&setup, &["a.json", "--secrets-out", name])
            .says(64, &["`--secrets-out` needs a recipient"]);
    }
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}
