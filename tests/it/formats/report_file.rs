//! `plan` and `apply` with `--report-file`.

use std::os::unix::fs::{MetadataExt as _, symlink};

use serde_json::{Value, json};

use super::findings::{FORMATS, wrong};
use crate::support::program::{Ended, program, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::{SECRETS, Workspace};

pub(crate) const TESTS: Tests = &[
    ("it_holds_what_validate_prints", same),
    ("the_format_follows_the_name", names),
    ("it_is_written_where_nothing_can_be_read", unreadable),
    ("it_is_written_after_success", success),
    ("links_and_other_files_are_left_alone", refused),
    ("a_report_that_cannot_be_written_stops_apply", unwritable),
];

const COMMANDS: [&[&str]; 2] = [
    &["plan", "--sandbox"],
    &["apply", "--sandbox", "--yes", "--allow-plaintext-secrets"],
];

fn report(folder: &Workspace, command: &[&str], words: &[&str]) -> Ended {
    run(program(folder.path()).args(command).args(words))
}

fn same() -> Result<(), Missing> {
    let folder = wrong();
    for command in COMMANDS {
        for format in FORMATS {
            let words = ["--report-file", "out", "--report-format", format];
            let ended = report(&folder, command, &words);
            ended.says(3, &["error[unknown-field]"]);
            let validated = report(&folder, &["validate", "--output", format], &[]);
            let expected = match format {
                "text" => format!("{}\n{}", validated.stderr, validated.stdout),
                _ => validated.stdout,
            };
            assert_eq!(folder.read("out"), expected, "{ended}");
        }
    }
    assert_eq!(folder.files(), ["out"], "nothing else is left");
    Ok(())
}

fn names() -> Result<(), Missing> {
    let folder = wrong();
    for (name, member) in [
        ("a.sarif", "version"),
        ("a.json", "format"),
        ("a", "format"),
    ] {
        report(&folder, COMMANDS[0], &["--report-file", name]).says(3, &[]);
        let document: Value = serde_json::from_str(&folder.read(name)).unwrap();
        assert!(document[member].is_string(), "{name}: {document}");
    }
    let alone = report(&folder, COMMANDS[0], &["--report-format", "sarif"]);
    alone.says(64, &["--report-file"]);
    Ok(())
}

fn unreadable() -> Result<(), Missing> {
    let folder = Workspace::new();
    for command in COMMANDS {
        let ended = report(&folder, command, &["--report-file", "out.json"]);
        ended.says(3, &["`manifests` does not exist"]);
        let document: Value = serde_json::from_str(&folder.read("out.json")).unwrap();
        assert_eq!(document["findings"][0]["rule"], "unreadable-manifests");
        std::fs::remove_file(folder.file("out.json")).unwrap();
    }
    Ok(())
}

fn success() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a/b\n");
    for command in COMMANDS {
        let words = ["--report-file", "out.json", "--output", "json"];
        let ended = report(&folder, command, &words);
        ended.says(0, &[]);
        assert!(ended.json()["hydra_version"].is_string());
        let document: Value = serde_json::from_str(&folder.read("out.json")).unwrap();
        let totals = json!({"clients": 1, "errors": 0, "warnings": 1});
        assert_eq!(document["summary"], totals);
        assert_eq!(document["findings"][0]["rule"], "awkward-client-id");
    }
    Ok(())
}

/// What is in the report's place is neither followed nor changed.
fn refused() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.write("manifests/a.yaml", "client_id: a\n");
    folder.write("other", "kept");
    symlink("other", folder.file("link")).unwrap();
    symlink("gone", folder.file("dangling")).unwrap();
    std::fs::create_dir(folder.file("folder")).unwrap();
    for (name, what) in [
        ("link", "it is a link"),
        ("dangling", "it is a link"),
        ("folder", "it is a folder"),
        ("/dev/null", "it is not a regular file"),
        ("-", "it is not a file"),
        ("manifests/a.yaml", "it is one of the manifests"),
        (
            "./manifests/../manifests/a.yaml",
            "it is one of the manifests",
        ),
    ] {
        for command in COMMANDS {
            let ended = report(&folder, command, &["--report-file", name]);
            ended.says(64, &["cannot write the report to `", what]);
            assert!(!folder.file(SECRETS).exists(), "{ended}");
        }
    }
    assert_eq!(folder.read("other"), "kept");
    assert_eq!(folder.read("manifests/a.yaml"), "client_id: a\n");
    assert!(!folder.file("gone").exists());
    secrets(&folder);
    Ok(())
}

/// The secrets file and the files beside it, by whatever name.
fn secrets(folder: &Workspace) {
    folder.write("real.jsonl", "");
    symlink("real.jsonl", folder.file("secrets.jsonl")).unwrap();
    for (out, name) in [
        (SECRETS, SECRETS),
        (SECRETS, "./client-secrets.jsonl.journal"),
        (SECRETS, "manifests/../client-secrets.jsonl.lock"),
        ("secrets.jsonl", "real.jsonl"),
        ("secrets.jsonl", "real.jsonl.journal"),
    ] {
        let words = ["--report-file", name, "--secrets-out", out];
        let ended = report(folder, COMMANDS[1], &words);
        ended.says(64, &["it is the secrets file, or belongs to it"]);
    }
    // `plan` knows no secrets file by name, so it looks at what the file holds.
    let words = ["--secrets-out", "mine.jsonl"];
    report(folder, COMMANDS[1], &words).says(0, &[]);
    let before = folder.read("mine.jsonl");
    let words = ["--report-file", "mine.jsonl"];
    report(folder, COMMANDS[0], &words).says(64, &["it is a secrets file"]);
    assert_eq!(folder.read("mine.jsonl"), before);
    let words = ["--report-file", "client-secrets.json"];
    report(folder, COMMANDS[1], &words).says(0, &[]);
}

fn unwritable() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.clients(&["a"]);
    let ended = report(&folder, COMMANDS[1], &["--report-file", "gone/out.json"]);
    ended.says(1, &["cannot write the report", "create its folder first"]);
    assert_eq!(folder.files(), [] as [&str; 0]);
    // A report is no secret: other users may read it, as the umask lets them.
    report(&folder, COMMANDS[0], &["--report-file", "out.json"]).says(0, &[]);
    std::fs::write(folder.file("other"), "").unwrap();
    let [mode, other] = ["out.json", "other"].map(|name| {
        let found = std::fs::metadata(folder.file(name)).unwrap();
        found.mode()
    });
    assert_eq!(mode, other, "{mode:o}");
    Ok(())
}
