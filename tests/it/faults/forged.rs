//! Text of others commands neither a terminal nor a CI runner, wherever it comes from and however
//! it is written.

use serde_json::json;

use crate::support::program::{self, Ended, run};
use crate::support::proxy::{Fault, json as in_json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("names_in_text_and_json", names),
    ("what_differs", differs),
    ("what_a_server_says", server),
    ("arguments_that_are_refused", arguments),
    ("a_secrets_file_of_somebody_elses", secrets_file),
];

/// Each part is obeyed by something: GitHub's runner, Azure's, TeamCity, a terminal.
const FORGED: &str = "##vso[task.x]y ##[add-mask] ##teamcity[z]\u{9b}2J\u{7f}\u{202e}\u{2028}\u{feff}\n::error::\u{1b}[2J";

/// Asserts that no line of it commands anything.
#[track_caller]
fn is_harmless(ended: &Ended) {
    for line in ended.stdout.lines().chain(ended.stderr.lines()) {
        let commands = ["##v", "##[", "##t"];
        let commands = commands.iter().any(|command| line.contains(command));
        assert!(
            !commands && !line.trim_start().starts_with("::"),
            "{line:?}"
        );
        let marks = ['\u{202e}', '\u{2028}', '\u{feff}'];
        assert!(!line.contains(char::is_control), "{line:?}");
        assert!(!line.contains(marks), "{line:?}");
    }
}

/// A manifest in ASCII: YAML allows no control characters, but for their escapes.
fn manifest(client: &serde_json::Value) -> String {
    let mut text = String::new();
    for char in client.to_string().chars() {
        match char.is_ascii() && !char.is_ascii_control() {
            true => text.push(char),
            false => text.push_str(&format!("\\u{:04x}", u32::from(char))),
        }
    }
    text
}

fn setup(client: &serde_json::Value) -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.write("manifests/a.json", manifest(client));
    setup
}

fn names() -> Result<(), Missing> {
    let client = json!({"client_id": format!("a{FORGED}"), "client_name": FORGED, "owner": "o"});
    for output in ["text", "json"] {
        let setup = setup(&client);
        for (command, more) in [
            ("validate", &[][..]),
            ("plan", &[]),
            ("doctor", &["manifests"]),
            ("apply", &["--allow-plaintext-secrets"]),
            ("plan", &["--unmanaged", "--verbose"]),
        ] {
            let mut program = setup.program(&[command]);
            let ended = setup.run(program.args(more).args(["--output", output]));
            is_harmless(&ended);
            if output == "json" && command == "plan" {
                let plan = ended.json();
                let name = &plan["changes"][0]["client_name"];
                assert_eq!(name, FORGED, "the parsed text is the same");
            }
        }
        let mut list = setup.program(&["secrets"]);
        let ended = setup.run(list.args(["list", "--output", output]));
        is_harmless(ended.says(0, &["task.x"]));
    }
    Ok(())
}

/// A difference is shown in parts, which must not become a command where they meet.
fn differs() -> Result<(), Missing> {
    let setup = setup(&json!({"client_id": "a", "client_name": "n", "owner": "#x",
        "contacts": ["#avso[x]"], "metadata": {"note": "#avso[x]"}}));
    setup.apply(&[]).says(0, &["1 created"]);
    let changed = json!({"client_id": "a", "client_name": "##vso[n", "owner": "##vso[x",
        "contacts": ["##vso[x]"], "metadata": {"note": "##vso[x]", "##[x]": FORGED}});
    setup.folder.write("manifests/a.json", manifest(&changed));
    for output in ["text", "json"] {
        let ended = setup.run(&mut setup.program(&["plan", "--output", output]));
        is_harmless(ended.says(0, &["vso[x]"]));
    }
    Ok(())
}

fn server() -> Result<(), Missing> {
    let reason = json!({"error": FORGED, "error_description": FORGED}).to_string();
    let setup = Setup::new(move |_| Fault::Answer(in_json("403 Forbidden", &reason)));
    setup.folder.clients(&["a"]);
    is_harmless(
        setup
            .run(&mut setup.program(&["plan"]))
            .says(5, &["task.x"]),
    );
    Ok(())
}

fn arguments() -> Result<(), Missing> {
    let folder = std::env::temp_dir();
    for argument in [
        format!("--fail-after={FORGED}"),
        format!("--output={FORGED}"),
        format!("--{FORGED}"),
        FORGED.to_owned(),
    ] {
        let mut program = program::program(&folder);
        is_harmless(&run(program.args(["plan", &argument, "--endpoint", "x"])));
    }
    Ok(())
}

fn secrets_file() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    let line = json!({"format": 1, "client_id": FORGED, "client_name": FORGED, "endpoint": FORGED,
        "created_at": "2026-01-01T00:00:00Z", "recipients": [FORGED], "encrypted_client_secret": "x"});
    let broken = "##vso[x]\u{9b}2J";
    setup
        .folder
        .write("client-secrets.jsonl", format!("{line}\n{broken}\n"));
    for output in ["text", "json"] {
        let mut list = setup.program(&["secrets"]);
        let ended = setup.run(list.args(["list", "--output", output]));
        is_harmless(ended.says(6, &["task.x"]));
    }
    is_harmless(&setup.run(&mut setup.program(&["secrets", "check"])));
    Ok(())
}
