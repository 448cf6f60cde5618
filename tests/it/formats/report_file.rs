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
    ("only_a_report_is_replaced", foreign),
    ("a_file_that_does_not_load_is_kept", unloaded),
    ("an_empty_secrets_file_is_kept", empty),
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

/// Whatever a file is named, only a report is replaced: a secrets file may be reformatted.
fn foreign() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.clients(&["a"]);
    let words = ["--secrets-out", "mine.jsonl"];
    report(&folder, COMMANDS[1], &words).says(0, &[]);
    let written = folder.read("mine.jsonl");
    let line: Value = serde_json::from_str(written.lines().next().unwrap()).unwrap();
    // As `jq -cS` writes it.
    let sorted = format!("{{\"client_id\":\"a\",{}", &line.to_string()[1..]);
    for content in [
        sorted.as_str(),
        &format!("\n{written}"),
        &format!("[{}]", written.trim_end()),
        "anything\n",
        "{}\n",
        "\n",
    ] {
        folder.write("kept", content);
        for command in COMMANDS {
            let ended = report(&folder, command, &["--report-file", "kept"]);
            let hint = "or delete this one";
            ended.says(64, &["is not a report of hydra-gitops", hint]);
            assert_eq!(folder.read("kept"), content, "{ended}");
        }
    }
    assert!(!folder.file(SECRETS).exists());
    // A report is replaced by one in any other format, whether or not it has findings.
    for content in ["client_id: b\n", "client_id: b\naudiense: [x]\n"] {
        folder.write("manifests/b.yaml", content);
        for format in [FORMATS, FORMATS].concat() {
            let words = ["--report-file", "out", "--report-format", format];
            let ended = report(&folder, COMMANDS[0], &words);
            assert_ne!(ended.code, Some(64), "{ended}");
        }
    }
    Ok(())
}

/// A manifest is kept even where loading fails, so that nobody knows that it is one.
fn unloaded() -> Result<(), Missing> {
    let folder = Workspace::new();
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";
    folder.write("dep.yaml", deployment);
    for command in COMMANDS {
        for words in [&["dep.yaml"][..], &["dep.yaml", "gone.yaml"]] {
            let words = [&["--report-file", "dep.yaml"], words].concat();
            let ended = report(&folder, command, &words);
            assert!(matches!(ended.code, Some(3 | 64)), "{ended}");
            assert_eq!(folder.read("dep.yaml"), deployment, "{ended}");
        }
    }
    Ok(())
}

fn empty() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.clients(&["a"]);
    for (name, what) in [
        (SECRETS, "it is the secrets file"),
        ("client-secrets.jsonl.lock", "it is the secrets file"),
        ("mine.jsonl", "it is a secrets file"),
        ("mine.jsonl.lock", "it is a secrets file"),
    ] {
        folder.write(name, "");
        let number = || std::fs::metadata(folder.file(name)).unwrap().ino();
        let before = number();
        let ended = report(&folder, COMMANDS[0], &["--report-file", name]);
        ended.says(64, &[what]);
        assert_eq!((folder.read(name), number()), (String::new(), before));
    }
    folder.write("out", "");
    report(&folder, COMMANDS[0], &["--report-file", "out"]).says(0, &[]);
    assert!(folder.read("out").starts_with('{'));
    Ok(())
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
