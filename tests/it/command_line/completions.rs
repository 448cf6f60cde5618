//! What shells offer, asked by a real bash without a terminal, and by the protocol of all.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::support::program::{self, Ended};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("bash_offers_commands_rules_and_ids", bash_offers),
    ("environments_are_those_of_the_settings_file", environments),
    ("zsh_fish_and_powershell_are_answered", protocol),
    ("only_plain_words_are_offered", plain_words),
    ("only_rules_that_can_be_silenced_are_allowed", rules),
    ("a_folder_that_cannot_be_read_costs_little", bounded),
    ("the_variable_alone_changes_no_command", variable_alone),
    ("an_unknown_shell_is_refused", unknown_shell),
];

/// Ids and names of files that bash would run.
const EVIL: &[&str] = &[
    "evil$(touch PWNED)",
    "evil`touch PWNED`",
    "evil;touch PWNED",
    "evil'x",
    "evil x",
    "evil&",
    "evil|x",
    "evil>x",
    "evil\\x",
    "evil:x",
    "evil:$(touch PWNED)",
    "evil\t$(touch PWNED)",
    "evil\n$(touch PWNED)",
    "evil\u{b}$(touch PWNED)",
    "evilé",
];

fn folder() -> Workspace {
    let folder = Workspace::new();
    folder.clients(&["svc-b", "svc-a", "web"]);
    folder
}

pub(super) fn with_evil() -> Workspace {
    let folder = folder();
    for (number, name) in EVIL.iter().enumerate() {
        let client = serde_json::json!({"client_id": name});
        folder.write(&format!("manifests/{number}.json"), client.to_string());
        folder.write(&format!("{name}.yaml"), "client_id: x\n");
    }
    let alone = r#"{"client_id": "alone$(touch PWNED)"}"#;
    folder.write("manifests/alone.json", alone);
    folder.write("evil-not.yaml", "client_id: y\n");
    folder
}

/// What bash offers for the last of these words, with the script that the program prints.
fn bash(folder: &Workspace, words: &[&str]) -> Vec<String> {
    let script = r#"
        source <("$1" completions bash)
        shift
        COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1))
        COMP_TYPE=9
        _clap_complete_hydra_gitops hydra-gitops "${COMP_WORDS[COMP_CWORD]}"
        printf '%s\n' "${COMPREPLY[@]}"
    "#;
    let mut command = program::command("bash", folder.path());
    command
        .args(["--norc", "--noprofile", "-c", script, "bash"])
        .args([program::PATH, "hydra-gitops"])
        .args(words);
    let ended = program::run(&mut command);
    assert_eq!(ended.stderr, "", "{ended}");
    let offered = ended.stdout.lines().filter(|line| !line.is_empty());
    offered.map(str::to_owned).collect()
}

/// What the program answers a shell of that name about the last of these words.
fn asked(folder: &Workspace, shell: &str, words: &[&str]) -> Ended {
    let mut command = program::program(folder.path());
    command
        .env("HYDRA_GITOPS_COMPLETE", shell)
        .env("_CLAP_COMPLETE_INDEX", words.len().to_string())
        .args(["--", "hydra-gitops"])
        .args(words);
    program::run(&mut command)
}

fn lines(ended: &Ended) -> Vec<&str> {
    ended.stdout.lines().collect()
}

fn bash_is_there() -> Result<(), Missing> {
    match is_installed("bash", "--version") {
        true => Ok(()),
        false => Err(Missing("bash is needed".to_owned())),
    }
}

fn bash_offers() -> Result<(), Missing> {
    bash_is_there()?;
    let folder = folder();
    let commands = bash(&folder, &[""]);
    for command in ["plan", "apply", "watch", "completions"] {
        assert!(commands.iter().any(|one| one == command), "{commands:?}");
    }
    assert_eq!(bash(&folder, &["pl"]), ["plan"]);
    assert_eq!(
        bash(&folder, &["plan", "--only", ""]),
        ["svc-a", "svc-b", "web"]
    );
    assert_eq!(
        bash(&folder, &["apply", "--only", "svc-"]),
        ["svc-a", "svc-b"]
    );
    assert_eq!(bash(&folder, &["watch", "--only", "w"]), ["web"]);
    assert_eq!(bash(&folder, &["export", "--only", "w"]), ["web"]);
    assert_eq!(bash(&folder, &["plan", "--only", "nobody"]), [""; 0]);
    assert_eq!(bash(&folder, &["rule", "unknown-f"]), ["unknown-field"]);
    assert_eq!(bash(&folder, &["validate", "--deny", "warn"]), ["warnings"]);
    assert_eq!(bash(&folder, &["plan", "--fail-on"]), ["--fail-on-drift"]);
    assert_eq!(bash(&folder, &["plan", "--output", "p"]), ["patch"]);
    assert_eq!(bash(&folder, &["secrets", "ch"]), ["check"]);
    assert_eq!(bash(&folder, &["validate", "mani"]), ["manifests/"]);
    // Nothing was written.
    assert_eq!(folder.files(), [""; 0]);
    Ok(())
}

fn environments() -> Result<(), Missing> {
    bash_is_there()?;
    let folder = folder();
    let offered = |word: &str| bash(&folder, &["plan", "--environment", word]);
    assert_eq!(offered(""), [""; 0]);
    let text = "[environments.prod]\n[environments.dev]\n[environments.\"d$(touch PWNED)\"]\n";
    folder.write("hydra-gitops.toml", text);
    assert_eq!(offered(""), ["dev", "prod"]);
    assert_eq!(offered("d"), ["dev"]);
    folder.write("hydra-gitops.toml", "[environments.dev\n");
    assert_eq!(offered(""), [""; 0]);
    assert_eq!(folder.files(), ["hydra-gitops.toml"]);
    Ok(())
}

fn protocol() -> Result<(), Missing> {
    let folder = folder();
    let plan = "plan\tShow what apply would do; changes nothing";
    for shell in ["fish", "powershell"] {
        assert_eq!(lines(&asked(&folder, shell, &["pla"])), [plan], "{shell}");
        let ids = asked(&folder, shell, &["plan", "--only", "svc"]);
        assert_eq!(lines(&ids), ["svc-a", "svc-b"], "{shell}");
        let ids = asked(&folder, shell, &["plan", "--only=svc-a"]);
        assert_eq!(lines(&ids), ["--only=svc-a"], "{shell}");
    }
    let plan = asked(&folder, "zsh", &["pla"]);
    assert_eq!(
        lines(&plan),
        ["plan:Show what apply would do; changes nothing"]
    );
    let ids = asked(&folder, "zsh", &["plan", "--only", "svc"]);
    assert_eq!(lines(&ids), ["svc-a", "svc-b"]);
    let rule = asked(&folder, "zsh", &["plan", "--deny", "unknown-f"]);
    assert!(rule.stdout.starts_with("unknown-field:"), "{rule}");
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = program::run(program::program(folder.path()).args(["completions", shell]));
        script.says(0, &[]);
        assert!(script.stdout.contains("HYDRA_GITOPS_COMPLETE"), "{script}");
        assert!(script.stdout.contains(program::PATH), "{script}");
        // Without words, there is nothing to complete.
        let mut command = program::program(folder.path());
        command.env("HYDRA_GITOPS_COMPLETE", shell).arg("--");
        let ended = program::run(&mut command);
        assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{ended}");
    }
    Ok(())
}

fn plain_words() -> Result<(), Missing> {
    let folder = with_evil();
    let is_plain = |word: &str| {
        let word = word.strip_prefix("--only=").unwrap_or(word);
        word.chars()
            .all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c))
    };
    for shell in ["bash", "zsh", "fish", "powershell"] {
        for words in [
            &["plan", "--only", "evil"][..],
            &["plan", "--only", ""],
            &["plan", "--only=evil"],
            &["plan", "evil"],
            &["plan", ""],
            &["plan", "--secrets-out", "evil"],
            &["apply", "--secrets-out", "e"],
        ] {
            let ended = asked(&folder, shell, words);
            assert_eq!(ended.code, Some(0), "{ended}");
            for line in ended.stdout.lines() {
                let ends: &[char] = match shell {
                    "bash" => &[],
                    "zsh" => &[':'],
                    _ => &['\t'],
                };
                let word = line.split(ends).next().unwrap();
                assert!(is_plain(word), "{shell} {words:?}: {line}");
            }
        }
        // A safe one is still offered.
        let ended = asked(&folder, shell, &["plan", "evil-"]);
        assert_eq!(ended.stdout.trim_end(), "evil-not.yaml", "{shell} {ended}");
    }
    Ok(())
}

fn rules() -> Result<(), Missing> {
    let folder = folder();
    let allowed = asked(&folder, "bash", &["plan", "--allow", ""]);
    let denied = asked(&folder, "bash", &["plan", "--deny", ""]);
    let allowed = lines(&allowed);
    assert!(allowed.is_sorted() && lines(&denied).is_sorted());
    assert!(!allowed.contains(&"unknown-field") && allowed.contains(&"unresolved-placeholder"));
    for rule in allowed {
        let words = ["validate", "--allow", rule, "manifests"];
        let ended = program::run(program::program(folder.path()).args(words));
        assert_eq!(ended.code, Some(0), "{ended}");
    }
    Ok(())
}

fn bounded() -> Result<(), Missing> {
    let folder = folder();
    let pipe = folder.file("manifests/pipe.yaml");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let start = Instant::now();
    let ended = asked(&folder, "bash", &["plan", "--only", ""]);
    assert_eq!(ended.code, Some(0), "{ended}");
    assert!(start.elapsed() < Duration::from_secs(20));
    // Whoever can change the repository may not choose what is read.
    let elsewhere = folder.file("elsewhere");
    std::fs::remove_file(&pipe).unwrap();
    std::fs::rename(folder.file("manifests"), &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder.file("manifests")).unwrap();
    let ended = asked(&folder, "bash", &["plan", "--only", ""]);
    assert_eq!((ended.code, &*ended.stdout), (Some(0), ""), "{ended}");
    Ok(())
}

fn variable_alone() -> Result<(), Missing> {
    let folder = folder();
    for shell in ["bash", "fish", "tcsh", "1"] {
        let mut command = program::program(folder.path());
        command.env("HYDRA_GITOPS_COMPLETE", shell);
        let ended = program::run(command.args(["validate", "manifests"]));
        assert!(ended.stdout.contains("3 clients"), "{ended}");
    }
    // No shell asks like that, so it is an ordinary, wrong call.
    let ended = asked(&folder, "tcsh", &["pla"]);
    assert_eq!((ended.code, &*ended.stdout), (Some(64), ""), "{ended}");
    Ok(())
}

fn unknown_shell() -> Result<(), Missing> {
    let folder = folder();
    let ended = program::run(program::program(folder.path()).args(["completions", "tcsh"]));
    ended.says(64, &["bash, zsh, fish, powershell"]);
    Ok(())
}
