//! The flag, then the variable, then the environment, then the defaults.

use super::{FOUND, command, folder};
use crate::support::program::{Ended, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("the_table", table),
    ("lists_replace_each_other", lists),
    ("switches_can_be_switched_off", switches),
    ("flags_that_exclude_each_other_replace_each_other", rivals),
    ("every_command_takes_what_it_knows", commands),
    ("variables_of_manifests_are_merged_by_name", variables),
    ("paths_start_at_the_file", paths),
    ("the_file_is_named_by_a_flag_or_a_variable", named),
    ("every_flag_has_a_variable", every_flag),
    ("a_value_is_blamed_on_its_source", blamed),
];

/// Each source allows another number of creates, and the error names the number.
fn table() -> Result<(), Missing> {
    let folder = folder(
        FOUND,
        "[defaults]\nmax-creates = 0\n[environments.dev]\nmax-creates = 1\n",
    );
    for (flag, variable, environment, counts) in [
        (None, None, None, 0),
        (None, None, Some("--environment dev"), 1),
        (None, Some("2"), None, 2),
        (None, Some("2"), Some("--environment dev"), 2),
        (
            Some("--max-creates 3"),
            Some("2"),
            Some("--environment dev"),
            3,
        ),
        (Some("--max-creates 3"), None, None, 3),
        (
            Some("--max-creates=0"),
            Some("2"),
            Some("--environment=dev"),
            0,
        ),
        // An empty variable is none.
        (None, Some(""), Some("--environment dev"), 1),
        (Some("--no-config"), None, None, 3),
        (Some("--no-config"), Some("1"), None, 1),
    ] {
        let words = [
            "plan --sandbox",
            flag.unwrap_or("-q"),
            environment.unwrap_or("--color=never"),
        ];
        let mut program = command(&folder, &words.join(" "));
        if let Some(value) = variable {
            program.env("HYDRA_GITOPS_MAX_CREATES", value);
        }
        let ended = run(&mut program);
        match counts {
            3 => ended.says(0, &[]),
            counts => ended.says(7, &[&format!("`--max-creates {counts}`")]),
        };
    }
    // The variable for the environment is as good as the flag.
    run(command(&folder, "plan --sandbox").env("HYDRA_GITOPS_ENVIRONMENT", "dev"))
        .says(7, &["`--max-creates 1`"]);
    Ok(())
}

fn created(ended: &Ended) -> Vec<String> {
    let plan = ended.json();
    let changes = plan["changes"].as_array().unwrap().iter();
    changes
        .map(|change| change["client_id"].as_str().unwrap().to_owned())
        .collect()
}

fn lists() -> Result<(), Missing> {
    let folder = folder(
        FOUND,
        "[defaults]\nonly = [\"a\", \"b\"]\n[environments.one]\nonly = \"c\"\n[environments.all]\nonly = []\n",
    );
    let plan = |words: &str, variable: &str| {
        let mut program = command(&folder, &format!("plan --sandbox --output json{words}"));
        created(&run(program.env("HYDRA_GITOPS_ONLY", variable)))
    };
    assert_eq!(plan("", ""), ["a", "b"]);
    assert_eq!(plan(" --environment one", ""), ["c"]);
    assert_eq!(plan(" --environment all", ""), ["a", "b", "c"]);
    assert_eq!(plan(" --environment one", "a\nb\n"), ["a", "b"]);
    assert_eq!(plan(" --environment one --only b", "a"), ["b"]);
    Ok(())
}

fn switches() -> Result<(), Missing> {
    let folder = folder(
        FOUND,
        "[defaults]\ndetailed-exitcode = true\n[environments.dev]\ndetailed-exitcode = false\n",
    );
    let plan = |words: &str, variable: &str| {
        let mut program = command(&folder, &format!("plan --sandbox{words}"));
        run(program.env("HYDRA_GITOPS_DETAILED_EXITCODE", variable))
    };
    plan("", "").says(2, &[]);
    plan(" --environment dev", "").says(0, &[]);
    plan(" --environment dev", "1").says(2, &[]);
    plan("", "false").says(0, &[]);
    plan(" --detailed-exitcode", "FALSE").says(2, &[]);
    plan("", "maybe").says(
        64,
        &["`HYDRA_GITOPS_DETAILED_EXITCODE` is neither `true` nor `false`"],
    );
    Ok(())
}

/// What is said closer by replaces what it excludes.
fn rivals() -> Result<(), Missing> {
    let folder = folder(
        "named.toml",
        "[defaults]\nsandbox = true\nquiet = true\n[environments.far]\nendpoint = \"http://127.0.0.1:1\"\nfail-after = \"1ms\"\n[environments.odd]\nsandbox = true\nendpoint = \"http://127.0.0.1:1\"\n",
    );
    let plan = |words: &str| command(&folder, &format!("plan --config named.toml{words}"));
    run(&mut plan("")).says(0, &["3 to create"]);
    run(&mut plan(" --verbose")).says(0, &["3 to create"]);
    run(&mut plan(" --environment far")).says(5, &["http://127.0.0.1:1"]);
    run(&mut plan(" --environment far --sandbox")).says(0, &["3 to create"]);
    run(&mut plan(" --fail-after 1ms --endpoint http://127.0.0.1:1")).says(5, &[]);
    run(plan(" --fail-after 1ms").env("HYDRA_URL", "http://127.0.0.1:1")).says(5, &[]);
    run(&mut plan(" --environment odd")).says(
        64,
        &[
            "`sandbox` in `named.toml:8:1`",
            "`endpoint` in `named.toml:9:1`",
            "exclude each other",
        ],
    );
    // A token that stands there for other programs does not keep anybody from a sandbox.
    run(plan("").env("OAUTH2_ACCESS_TOKEN", "t")).says(0, &["3 to create"]);
    let both = |one: &str, other: &str| {
        let mut program = plan("");
        run(program.env(one, "x").env(other, "y"))
    };
    both(
        "HYDRA_GITOPS_ACCESS_TOKEN",
        "HYDRA_GITOPS_ACCESS_TOKEN_FILE",
    )
    .says(
        64,
        &[
            "`HYDRA_GITOPS_ACCESS_TOKEN`",
            "`HYDRA_GITOPS_ACCESS_TOKEN_FILE`",
            "exclude each other",
        ],
    );
    Ok(())
}

/// A flag that the command lacks is ignored, and so is one of the same name that takes other values.
fn commands() -> Result<(), Missing> {
    let folder = folder(
        "named.toml",
        "[defaults]\nmax-creates = 9\nunmanaged = true\ninterval = \"1s\"\nsandbox-version = \"v2.2.0\"\nreport-format = \"json\"\nkeybase-url = \"https://k.example\"\ndeny = \"warnings\"\nresolve = true\nskip-existing = true\n",
    );
    let named = |words: &str| {
        run(&mut command(
            &folder,
            &format!("{words} --config named.toml"),
        ))
    };
    named("plan --sandbox").says(0, &["Hydra v2.2.0", "3 to create"]);
    named("export --sandbox").says(0, &[]);
    named("validate").says(0, &["3 clients"]);
    named("import manifests/clients.yaml --sandbox").says(0, &["3 created"]);
    named("create --sandbox --id x").says(0, &["x"]);
    named("secrets list").says(6, &["client-secrets.jsonl"]);
    named("doctor --sandbox").says(0, &["v2.2.0"]);
    named("rule unknown-field").says(0, &["unknown-field"]);
    Ok(())
}

fn variables() -> Result<(), Missing> {
    let folder = folder(
        FOUND,
        "[defaults.vars]\nx = 1\ny = true\n[environments.dev.vars]\nx = \"dev\"\n",
    );
    folder.write(
        "manifests/clients.yaml",
        "client_id: a\nclient_name: ${var:x}-${var:y}-${var:z:-none}\n",
    );
    folder.write("vars.yaml", "y: file\nz: file\n");
    let name = |words: &str| {
        let ended = run(&mut command(
            &folder,
            &format!("plan --sandbox --output json{words}"),
        ));
        let plan = ended.json();
        plan["changes"][0]["client_name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(name(""), "1-true-none");
    assert_eq!(name(" --environment dev"), "dev-true-none");
    assert_eq!(name(" --environment dev --var x=flag"), "flag-true-none");
    assert_eq!(
        name(" --environment dev --var-file vars.yaml"),
        "dev-file-file"
    );
    Ok(())
}

fn paths() -> Result<(), Missing> {
    let folder = folder(
        "deploy/settings.toml",
        "[defaults]\npaths = [\"clients\", \"../manifests\"]\nvar-file = \"dev.vars\"\nreport-file = \"report.json\"\n",
    );
    folder.write("deploy/clients/d.yaml", "client_id: d-${var:n}\n");
    folder.write("deploy/dev.vars", "n: 1\n");
    let plan = |words: &str| {
        let line = format!("plan --sandbox --output json --config deploy/settings.toml{words}");
        run(&mut command(&folder, &line))
    };
    assert_eq!(created(&plan("")), ["a", "b", "c", "d-1"]);
    assert!(folder.file("deploy/report.json").is_file());
    // Paths on the command line replace them, and start where they always do.
    assert_eq!(created(&plan(" manifests")), ["a", "b", "c"]);
    folder.write("deploy/settings.toml", "[defaults]\npaths = [\"\"]\n");
    plan("").says(64, &["`deploy/settings.toml:2:1`", "empty path"]);
    folder.write(
        "deploy/settings.toml",
        "[defaults]\npaths = \"clients\"\nvar = \"n=2\"\n",
    );
    assert_eq!(created(&plan("")), ["d-2"]);
    Ok(())
}

fn named() -> Result<(), Missing> {
    let folder = folder(FOUND, "[defaults]\nmax-creates = 0\n");
    folder.write("one.toml", "[defaults]\nmax-creates = 1\n");
    folder.write("two.toml", "[defaults]\nmax-creates = 2\n");
    let plan = |words: &str, variables: &[(&str, &str)]| {
        let mut program = command(&folder, &format!("plan --sandbox{words}"));
        run(program.envs(variables.iter().copied()))
    };
    let one = [("HYDRA_GITOPS_CONFIG", "one.toml")];
    plan("", &[]).says(7, &["`--max-creates 0`"]);
    plan("", &one).says(7, &["`--max-creates 1`"]);
    plan(" --config two.toml", &one).says(7, &["`--max-creates 2`"]);
    plan(" --no-config", &one).says(0, &[]);
    plan("", &[("HYDRA_GITOPS_NO_CONFIG", "true")]).says(0, &[]);
    plan(" --config two.toml", &[("HYDRA_GITOPS_NO_CONFIG", "true")])
        .says(7, &["`--max-creates 2`"]);
    plan("", &[one[0], ("HYDRA_GITOPS_NO_CONFIG", "1")])
        .says(64, &["`HYDRA_GITOPS_CONFIG`", "`HYDRA_GITOPS_NO_CONFIG`"]);
    plan(" --config two.toml --no-config", &[]).says(64, &["--no-config"]);
    // Only the working folder is looked at.
    std::fs::create_dir(folder.file("below")).unwrap();
    let mut below = command(&folder, "plan --sandbox ../manifests");
    run(below.current_dir(folder.file("below"))).says(0, &["3 to create"]);
    Ok(())
}

/// Each long flag of these commands is taken from its variable: a value that no flag takes is an error
/// that names the variable.
fn every_flag() -> Result<(), Missing> {
    let folder = folder("other.toml", "");
    let mut tried = 0;
    for words in [
        "plan",
        "apply",
        "watch",
        "validate",
        "export",
        "secrets verify",
    ] {
        let help = run(&mut command(&folder, &format!("{words} --help"))).stdout;
        let lines = help.lines().map(str::trim_start);
        // Flags that take any text, or files, accept it.
        let takes = |line: &&str| {
            ["<DURATION>", "<N>", "<INTERVAL>", "<VERSION>", "<WHEN>"]
                .iter()
                .any(|value| line.contains(value))
        };
        for line in lines.filter(|line| line.starts_with("--")).filter(takes) {
            let flag = line[2..].split(' ').next().unwrap();
            let name = format!("HYDRA_GITOPS_{}", flag.to_uppercase().replace('-', "_"));
            let ended = run(command(&folder, words).env(&name, "~"));
            ended.says(64, &[&format!("the value of `{name}` is not valid")]);
            tried += 1;
        }
    }
    assert!(tried > 15, "{tried}");
    Ok(())
}

/// Nobody is told to correct a flag that nobody typed.
fn blamed() -> Result<(), Missing> {
    let folder = folder(
        "s.toml",
        "[defaults]\nendpoint = \"http://127.0.0.1:1\"\n\n[environments.tls]\nca-cert = \"none.pem\"\n\n[environments.half]\nclient-cert = \"c.pem\"\n\n[environments.bad]\nparallelism = 0\n\n[environments.output]\noutput = \"xml\"\n",
    );
    let plan = |words: &str| {
        run(&mut command(
            &folder,
            &format!("plan --config s.toml{words}"),
        ))
    };
    plan(" --environment tls").says(
        64,
        &["`ca-cert` comes from `s.toml:5:1` (environment `tls`)"],
    );
    plan(" --environment half").says(
        64,
        &[
            "--client-key",
            "`client-cert` comes from `s.toml:8:1` (environment `half`)",
        ],
    );
    plan(" --environment bad").says(
        64,
        &[
            "`parallelism` in `s.toml:11:1` (environment `bad`)",
            "a number from 1 to 1024",
        ],
    );
    plan(" --environment output").says(64, &["`s.toml:14:1`", "`text`, `json`, `markdown`"]);
    let mut program = command(&folder, "plan --sandbox");
    run(program.env("HYDRA_GITOPS_CA_CERT", "x")).says(0, &["3 to create"]);
    let mut program = command(&folder, "plan --endpoint http://127.0.0.1:1");
    run(program.env("HYDRA_GITOPS_CA_CERT", "none.pem"))
        .says(64, &["`ca-cert` comes from `HYDRA_GITOPS_CA_CERT`"]);
    Ok(())
}
