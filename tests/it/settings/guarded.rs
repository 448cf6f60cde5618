//! What decides where secrets go counts only in a file that was named.

use std::os::unix::fs::symlink;

use super::{FOUND, command, folder};
use crate::support::program::run;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("each_key_is_refused_in_a_file_that_was_found", each),
    ("a_file_that_was_found_stays_in_its_folder", confined),
    ("secrets_are_refused_in_any_file", secrets),
    (
        "a_variable_does_not_contradict_an_environment",
        contradictions,
    ),
];

/// Each key with a value that the program takes.
const KEYS: &[(&str, &str)] = &[
    ("endpoint", "\"http://127.0.0.1:1\""),
    ("public-url", "\"http://127.0.0.1:1\""),
    ("pgp-key", "\"x\""),
    ("pgp-key-file", "[\"x\"]"),
    ("pgp-key-url", "\"https://x.example\""),
    ("keybase", "\"x\""),
    ("keybase-url", "\"https://x.example\""),
    ("age-recipient", "[\"x\"]"),
    ("age-recipients-file", "\"x\""),
    ("ca-cert", "\"x\""),
    ("skip-tls-verify", "true"),
    ("header", "[\"X-Tenant: blue\"]"),
    ("http-header", "\"X-Tenant: blue\""),
    ("allow-plaintext-secrets", "true"),
    ("allow-env", "\"HOME\""),
    ("allow-file", "\".\""),
];

/// Keys of flags that may come: they are guarded from the start.
const TO_COME: &[(&str, &str)] = &[
    ("access-token-command", "\"x\""),
    ("token-url", "\"https://x.example\""),
];

fn each() -> Result<(), Missing> {
    for (key, value) in KEYS.iter().chain(TO_COME) {
        for section in ["defaults", "environments.prod"] {
            let folder = folder(FOUND, format!("[{section}]\n{key} = {value}\n"));
            let refused =
                format!("{FOUND}:2:1: `{key}` counts only in a settings file that you name");
            // Also where it would have no effect, or would switch something off.
            for line in [
                "plan --sandbox",
                "apply --sandbox",
                "validate",
                "secrets list",
            ] {
                run(&mut command(&folder, line)).says(64, &[&refused, "--config"]);
            }
            run(&mut command(&folder, "validate --no-config")).says(0, &[]);
            if KEYS.iter().any(|(known, _)| known == key) {
                let line = format!("validate manifests --config {FOUND}");
                let ended = run(&mut command(&folder, &line));
                assert!(!ended.stderr.contains(FOUND), "{key}: {ended}");
                let mut program = command(&folder, "validate manifests");
                run(program.env("HYDRA_GITOPS_CONFIG", FOUND)).says(ended.code.unwrap(), &[]);
            }
        }
    }
    Ok(())
}

fn confined() -> Result<(), Missing> {
    let folder = folder(FOUND, "");
    folder.write("elsewhere/x.yaml", "client_id: x\n");
    let inside = folder.file("inside");
    std::fs::create_dir(&inside).unwrap();
    symlink(folder.file("elsewhere"), inside.join("link")).unwrap();
    let absolute = folder.file("elsewhere").display().to_string();
    let run_with = |words: &str, key: &str, value: &str| {
        std::fs::write(
            inside.join(FOUND),
            format!("[defaults]\n{key} = \"{value}\"\n"),
        )
        .unwrap();
        let mut program = command(&folder, &format!("plan --sandbox{words}"));
        run(program.current_dir(&inside))
    };
    for key in [
        "paths",
        "var-file",
        "report-file",
        "sandbox",
        "secrets-out",
        "dir",
    ] {
        for value in [
            "../elsewhere",
            &absolute,
            "link",
            "link/x.yaml",
            "a/../../elsewhere",
        ] {
            run_with("", key, value).says(
                64,
                &[
                    "hydra-gitops.toml:2:1",
                    &format!("`{key}` leaves the folder"),
                ],
            );
        }
    }
    run_with("", "secrets-out", "sops:../elsewhere").says(64, &["leaves the folder"]);
    std::fs::write(inside.join("y.yaml"), "client_id: y\n").unwrap();
    run_with("", "paths", "./y.yaml").says(0, &["1 to create"]);
    run_with(" --config hydra-gitops.toml", "paths", "../elsewhere").says(0, &["1 to create"]);
    run_with(" --config hydra-gitops.toml", "paths", "link").says(0, &["1 to create"]);
    Ok(())
}

fn secrets() -> Result<(), Missing> {
    for (key, value) in [
        ("access-token", "hunter2"),
        ("client-secret", "hunter2"),
        ("client_secret", "hunter2"),
        ("secret", "hunter2"),
        ("header", "Authorization: Bearer hunter2"),
        ("header", "x-api-key: hunter2"),
        ("http-header", "Cookie: hunter2"),
        ("endpoint", "http://user:hunter2@127.0.0.1:1"),
        ("public-url", "http://user:hunter2@127.0.0.1:1"),
        ("pgp-key-url", "https://user:hunter2@x.example"),
    ] {
        let folder = folder("s.toml", format!("[environments.a]\n{key} = \"{value}\"\n"));
        let ended = run(&mut command(&folder, "plan --sandbox --config s.toml"));
        ended.says(
            64,
            &["s.toml:2:1", "secret", "may not stand in a settings file"],
        );
        assert!(!ended.to_string().contains("hunter2"), "{ended}");
    }
    // Nor is a secret shown where the file is broken, or the key misspelt.
    for text in [
        "[defaults]\naccess-tokn = \"hunter2\"\n",
        "[defaults]\npassword = \"hunter2\"\n",
        "[defaults]\naccess-token = hunter2\n",
        "[defaults]\naccess-token = \"hunter2\n",
        "access-token = \"hunter2\"\n",
        "[defaults]\nonly = {x = \"hunter2\"}\n",
        "[defaults]\nmax-creates = \"hunter2\"\n",
    ] {
        let folder = folder("s.toml", text);
        let ended = run(&mut command(&folder, "plan --sandbox --config s.toml"));
        ended.says(64, &["s.toml:"]);
        assert!(!ended.to_string().contains("hunter2"), "{ended}");
    }
    Ok(())
}

/// An environment that was chosen by name is the one that is meant.
fn contradictions() -> Result<(), Missing> {
    let folder = folder(
        "s.toml",
        "[defaults]\nfail-after = \"1ms\"\nendpoint = \"http://127.0.0.1:2\"\n[environments.prod]\nendpoint = \"http://127.0.0.1:1\"\npublic-url = \"http://127.0.0.1:3\"\nage-recipient = [\"age1\"]\n[environments.dev]\nsandbox = true\n[environments.plain]\nparallelism = 2\n",
    );
    let run_with = |words: &str, variables: &[(&str, &str)]| {
        let mut program = command(&folder, &format!("plan --config s.toml{words}"));
        run(program.envs(variables.iter().copied()))
    };
    for (variable, key) in [
        ("HYDRA_ADMIN_URL", "endpoint"),
        ("ORY_SDK_URL", "endpoint"),
        ("HYDRA_URL", "endpoint"),
        ("HYDRA_GITOPS_ENDPOINT", "endpoint"),
        ("HYDRA_PUBLIC_URL", "public-url"),
        ("HYDRA_GITOPS_PUBLIC_URL", "public-url"),
    ] {
        let texts = [
            &format!("`{variable}` contradicts the environment `prod`"),
            &format!("`{key}` at `s.toml:"),
        ];
        let variables = [(variable, "http://127.0.0.1:9")];
        let ended = run_with(" --environment prod", &variables);
        ended.says(64, &texts.map(|text| text.as_str()));
        let both = [variables[0], ("HYDRA_GITOPS_ENVIRONMENT", "prod")];
        run_with("", &both).says(64, &texts.map(|text| text.as_str()));
        // A flag settles it.
        let flag = format!(" --environment prod --{key} http://127.0.0.1:4");
        run_with(&flag, &variables).says(5, &[]);
    }
    let mut apply = command(&folder, "apply --config s.toml --environment prod");
    run(apply.env("HYDRA_GITOPS_AGE_RECIPIENT", "age2")).says(
        64,
        &["`HYDRA_GITOPS_AGE_RECIPIENT` contradicts the environment `prod`"],
    );
    run_with(
        " --environment dev",
        &[("HYDRA_ADMIN_URL", "http://127.0.0.1:9")],
    )
    .says(
        64,
        &[
            "`HYDRA_ADMIN_URL` contradicts the environment `dev`",
            "`sandbox`",
        ],
    );
    // The same value is no contradiction, and defaults were not chosen.
    let same = [("HYDRA_ADMIN_URL", "http://localhost:1/")];
    run_with(" --environment prod", &same).says(5, &["http://localhost:1"]);
    let other = [("HYDRA_ADMIN_URL", "http://127.0.0.1:9")];
    run_with("", &other).says(5, &["http://127.0.0.1:9"]);
    run_with(" --environment plain", &other).says(5, &["http://127.0.0.1:9"]);
    Ok(())
}
