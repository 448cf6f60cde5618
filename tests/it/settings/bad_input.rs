//! Settings files that are not what they should be.

use std::fs::Permissions;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::process::Command;

use super::{FOUND, command, folder};
use crate::support::program::run;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("all_unknown_keys_are_told_at_once", unknown),
    ("wrong_types_and_names_are_told_with_their_places", wrong),
    ("what_is_no_toml_is_told_with_its_place", syntax),
    ("a_file_is_regular_readable_text", files),
    ("a_link_is_not_followed_unless_it_is_named", links),
    ("environments_share_no_secrets_file", shared),
    ("an_environment_has_to_exist", environments),
    ("nothing_is_read_that_is_not_needed", unneeded),
    ("a_large_file_takes_no_long_time", large),
];

/// A plan with this file, named.
fn plan(text: impl AsRef<[u8]>) -> crate::support::program::Ended {
    run(&mut command(
        &folder("s.toml", text),
        "plan --sandbox --config s.toml",
    ))
}

fn unknown() -> Result<(), Missing> {
    let ended = plan(
        "defualts = 1\n[defaults]\nendpont = \"x\"\n  Max_Creates = 3\nxyzzy = 1\n[environments.\"ä\"]\n[environments.a]\npath = \"x\"\n[environments.a.var]\nx = 1\n",
    );
    ended.says(
        64,
        &[
            "s.toml:1:1: unknown key `defualts`",
            "s.toml:3:1: unknown key `endpont`\n  hint: did you mean `endpoint`?",
            "s.toml:4:3: unknown key `Max_Creates`\n  hint: did you mean `max-creates`?",
            "s.toml:5:1: unknown key `xyzzy`",
            "s.toml:6:15: `ä` is not the name of an environment",
            "s.toml:8:1: unknown key `path`\n  hint: did you mean `paths`?",
            "s.toml:9:17: the value of `var` is a table",
        ],
    );
    let places: Vec<&str> = ended
        .stderr
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    assert_eq!(places.len(), 7, "{ended}");
    // A flag that another command has is no error, and a flag of no command is one everywhere.
    plan("[defaults]\ninterval = \"1s\"\n").says(0, &[]);
    for key in [
        "config",
        "no-config",
        "environment",
        "all-environments",
        "help",
        "version",
    ] {
        plan(format!("[defaults]\n{key} = true\n"))
            .says(64, &[&format!("`{key}` cannot stand in a settings file")]);
    }
    for key in ["id", "callbacks", "redirect-uri", "metadata", "grant-types"] {
        let ended = plan(format!("[defaults]\n{key} = \"x\"\n"));
        ended.says(64, &["s.toml:2:1: ", &format!("`{key}`")]);
    }
    // Thousands of them are not printed.
    let many: String = (0..5000).map(|n| format!("k{n} = 1\n")).collect();
    let ended = plan(format!("[defaults]\n{many}"));
    ended.says(64, &["and 4950 more problems"]);
    Ok(())
}

fn wrong() -> Result<(), Missing> {
    for (text, said) in [
        (
            "[defaults]\nonly = true\n",
            "2:1: `only` takes text in quotes, or a list",
        ),
        (
            "[defaults]\nmax-creates = [1, 2]\n",
            "2:1: `max-creates` takes one value",
        ),
        (
            "[defaults]\nquiet = \"true\"\n",
            "2:1: `quiet` takes `true` or `false`, without",
        ),
        (
            "[defaults]\nquiet = 1\n",
            "2:1: `quiet` takes `true` or `false`, without",
        ),
        ("[defaults]\npaths = true\n", "2:1: `paths` takes a list"),
        (
            "[defaults]\nonly = [\"a\", true]\n",
            "2:1: the value of `only` is a list with",
        ),
        (
            "[defaults]\nonly = 2026-01-01\n",
            "2:1: the value of `only` is a date",
        ),
        (
            "[defaults]\nmax-creates = 0x10\n",
            "2:1: the value of `max-creates` is a number that",
        ),
        (
            "[defaults]\nmax-creates = -1\n",
            "`s.toml:2:1` (defaults) is not valid",
        ),
        (
            "[defaults]\nrequest-timeout = 30\n",
            "`s.toml:2:1` (defaults) is not valid",
        ),
        (
            "[defaults]\nrequest-timeout = \"\"\n",
            "`s.toml:2:1` (defaults) is not valid",
        ),
        (
            "[defaults]\nreport-file = \"\"\n",
            "`s.toml:2:1` (defaults) is not valid: it is empty",
        ),
        ("[defaults]\nvars = 1\n", "2:1: `vars` is not a table"),
        (
            "[defaults.vars]\n1x = 1\n",
            "2:1: `1x` is not the name of a variable",
        ),
        (
            "[defaults.vars]\nx = []\n",
            "2:1: the value of the variable `x` is not a scalar",
        ),
        ("defaults = 1\n", "1:1: `defaults` is not a table"),
        ("environments = []\n", "1:1: `environments` is not a table"),
        (
            "[environments]\nprod = 1\n",
            "2:1: the environment `prod` is not a table",
        ),
        (
            "[environments.\"../x\"]\n",
            "1:15: `../x` is not the name of an environment",
        ),
        ("[environments.\"\"]\n", "is not the name of an environment"),
        (
            "version = 2\n",
            "1:1: this settings file has another version",
        ),
        (
            "version = \"1\"\n",
            "1:1: this settings file has another version",
        ),
    ] {
        plan(text).says(64, &[said]);
    }
    plan("version = 1\n").says(0, &[]);
    plan("\u{feff}[defaults]\r\nmax-creates = 1_0\r\n").says(0, &[]);
    plan("").says(0, &[]);
    Ok(())
}

fn syntax() -> Result<(), Missing> {
    for (text, place) in [
        ("[defaults]\nonly = a\n", "s.toml:2:8: not valid TOML"),
        ("[defaults]\nonly\n", "s.toml:2:"),
        ("[defaults]\nonly = \"a\n", "s.toml:2:"),
        (
            "[defaults]\nonly = \"a\"\nonly = \"b\"\n",
            "s.toml:3:1: not valid TOML",
        ),
        ("[defaults]\n[defaults]\n", "s.toml:2:"),
        ("[environments.a]\n[environments.a]\n", "s.toml:2:"),
        ("[defaults]\nonly = \"\0\"\n", "s.toml:2:"),
        ("\0\0\0", "s.toml:1:1"),
        ("defaults:\n  only: a\n", "s.toml:1:"),
        ("{\"defaults\": {}}\n", "s.toml:1:"),
        ("[defaults]\n# ä\nonly = \"ä\" ä\n", "s.toml:3:12"),
    ] {
        plan(text).says(64, &[place]);
    }
    // Tables in tables without end neither overflow the stack nor take long.
    let deep = format!(
        "[defaults]\nonly = {}{}\n",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    plan(deep).says(64, &["s.toml:2:"]);
    Ok(())
}

fn files() -> Result<(), Missing> {
    plan(b"[defaults]\n# \xff\n").says(64, &["`s.toml` is not UTF-8 text"]);
    plan("#".repeat(1 << 20)).says(0, &[]);
    plan("#".repeat((1 << 20) + 1)).says(64, &["`s.toml` is larger than 1 MiB"]);
    let none = Workspace::new();
    for line in [
        "plan --sandbox --config none.toml",
        "validate --config none.toml",
    ] {
        run(&mut command(&none, line)).says(64, &["cannot read the settings file `none.toml`"]);
    }
    let found = folder(FOUND, "");
    let is_root = rustix::process::geteuid().is_root();
    std::fs::set_permissions(found.file(FOUND), Permissions::from_mode(0o000)).unwrap();
    if !is_root {
        run(&mut command(&found, "plan --sandbox")).says(
            64,
            &[
                &format!("cannot read the settings file `{FOUND}`"),
                "--no-config",
            ],
        );
    }
    std::fs::remove_file(found.file(FOUND)).unwrap();
    std::fs::create_dir(found.file(FOUND)).unwrap();
    for words in ["", " --config hydra-gitops.toml"] {
        run(&mut command(&found, &format!("plan --sandbox{words}")))
            .says(64, &["`hydra-gitops.toml` is not a regular file"]);
    }
    // A pipe without a writer is not waited for.
    std::fs::remove_dir(found.file(FOUND)).unwrap();
    let made = Command::new("mkfifo")
        .arg(found.file(FOUND))
        .status()
        .unwrap();
    assert!(made.success());
    for words in ["", " --config hydra-gitops.toml"] {
        run(&mut command(&found, &format!("plan --sandbox{words}")))
            .says(64, &["`hydra-gitops.toml` is not a regular file"]);
    }
    run(&mut command(&found, "plan --sandbox --no-config")).says(0, &[]);
    Ok(())
}

fn links() -> Result<(), Missing> {
    let folder = folder("real.toml", "[defaults]\nmax-creates = 0\n");
    for (target, said) in [("real.toml", 7), ("none.toml", 64)] {
        let _ = std::fs::remove_file(folder.file(FOUND));
        symlink(target, folder.file(FOUND)).unwrap();
        run(&mut command(&folder, "plan --sandbox"))
            .says(64, &[&format!("`{FOUND}` is a symbolic link")]);
        let line = format!("plan --sandbox --config {FOUND}");
        run(&mut command(&folder, &line)).says(said, &[]);
    }
    Ok(())
}

fn shared() -> Result<(), Missing> {
    let own = "[environments.dev]\n[environments.prod]\n";
    plan(own).says(0, &[]);
    for (dev, prod) in [
        ("x.jsonl", "x.jsonl"),
        ("x.jsonl", "./x.jsonl"),
        ("jsonl:x.jsonl", "x.jsonl"),
        ("sops:x", "sops:./x/"),
        // The file that the other one has without saying so.
        ("client-secrets.prod.jsonl", ""),
        ("", "jsonl:client-secrets.dev.jsonl"),
        ("client-secrets.prod.jsonl", "client-secrets.dev.jsonl"),
    ] {
        let line = |path: &str| match path {
            "" => String::new(),
            path => format!("secrets-out = \"{path}\"\n"),
        };
        let text = format!(
            "[environments.dev]\n{}[environments.prod]\n{}",
            line(dev),
            line(prod)
        );
        let is_swapped = dev.contains("prod") && prod.contains("dev");
        match is_swapped {
            // Odd, but nobody shares anything.
            true => plan(text).says(0, &[]),
            false => plan(text).says(
                64,
                &[
                    "`dev`",
                    "`prod`",
                    "go to the same place",
                    "give each its own `secrets-out`",
                ],
            ),
        };
    }
    // Defaults are for all.
    plan(format!("[defaults]\nsecrets-out = \"x.jsonl\"\n{own}")).says(0, &[]);
    Ok(())
}

fn environments() -> Result<(), Missing> {
    let folder = folder(FOUND, "[environments.prod]\n[environments.dev]\n");
    let run = |line: &str| run(&mut command(&folder, line));
    run("plan --sandbox --environment prd").says(64, &["no environment `prd`", "mean `prod`?"]);
    run("plan --sandbox --environment x").says(64, &["there are `prod`, `dev`"]);
    run("plan --sandbox --environment prod --no-config").says(
        64,
        &["`--environment` names the environment `prod`, but no settings file is used"],
    );
    std::fs::remove_file(folder.file(FOUND)).unwrap();
    run("plan --sandbox --environment prod").says(64, &["hydra-gitops init"]);
    run("plan --sandbox --all-environments").says(64, &["needs a settings file with environments"]);
    Ok(())
}

/// A broken file does not keep anybody from help, or from mending it.
fn unneeded() -> Result<(), Missing> {
    let folder = folder(FOUND, "nonsense");
    for line in [
        "--version",
        "--help",
        "plan --help",
        "rule",
        "schema",
        "init new.toml",
    ] {
        let mut program = command(&folder, line);
        run(program
            .env("HYDRA_GITOPS_ENVIRONMENT", "prod")
            .env("HYDRA_GITOPS_VERSION", "1.2.3"))
        .says(0, &[]);
    }
    run(&mut command(&folder, "validate")).says(64, &[&format!("{FOUND}:1:")]);
    // The user's own mistake comes first.
    run(&mut command(&folder, "plan --endpont x")).says(64, &["--endpont"]);
    Ok(())
}

/// A file from a pull request must not keep a job busy.
fn large() -> Result<(), Missing> {
    let lines = |line: fn(usize) -> String| {
        let mut text = String::new();
        for number in 0.. {
            let line = line(number);
            if text.len() + line.len() > (1 << 20) - 100 {
                break;
            }
            text.push_str(&line);
        }
        text
    };
    let unknown = lines(|n| format!("a{n}=1\n"));
    let variables = lines(|n| format!("a{n}=1\n"));
    let environments = lines(|n| format!("[environments.a{n}]\n"));
    let list = lines(|n| format!("\"a{n}\","));
    for (text, code) in [
        (format!("[defaults]\n{unknown}"), 64),
        (format!("[defaults.vars]\n{variables}"), 0),
        (environments, 0),
        (format!("[defaults]\npaths=[{list}]\n"), 3),
        (format!("[defaults]\nonly=[{list}]\n"), 64),
        (lines(|_| "[".to_owned()), 64),
        (lines(|_| "a=\n".to_owned()), 64),
        (lines(|_| "[defaults]\n".to_owned()), 64),
    ] {
        let ended = plan(&text);
        let start = &text[..30];
        assert_eq!(ended.code, Some(code), "{start}: {}", ended.stderr.len());
        // In a debug build on a busy machine.
        assert!(ended.took.as_secs() < 60, "{start}: {:?}", ended.took);
    }
    Ok(())
}
