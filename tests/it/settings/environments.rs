//! One file for several Hydras: each has its own values and its own secrets.

use std::path::Path;

use hydra_gitops::sandbox::Version;
use serde_json::json;

use super::{command, folder};
use crate::support::hydra::Release;
use crate::support::program::{program, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("each_environment_has_its_own_hydra_and_secrets", each),
    (
        "secrets_are_checked_with_the_values_of_an_environment",
        checked,
    ),
    ("all_environments_are_planned_at_once", all),
    ("what_plans_cannot_share_is_refused", alone),
    ("hints_keep_the_environment", hints),
    ("an_environment_that_was_not_chosen_is_named", unchosen),
    ("the_example_works", example),
    ("init_writes_a_file_that_works_and_overwrites_none", init),
];

fn each() -> Result<(), Missing> {
    let (dev, prod) = (
        Target::sandbox(Version::default()),
        Target::real(Release::V2, None)?,
    );
    let folder = folder(
        "s.toml",
        format!(
            "[defaults]\nallow-plaintext-secrets = true\nyes = true\n[environments.dev]\nendpoint = \"{}\"\nonly = \"a\"\n[environments.prod]\nendpoint = \"{}\"\npublic-url = \"{}\"\n",
            dev.url(),
            prod.url(),
            prod.public_url(),
        ),
    );
    let run = |line: &str| run(&mut command(&folder, &format!("{line} --config s.toml")));
    run("apply --environment dev").says(0, &["1 created", "`client-secrets.dev.jsonl`"]);
    assert_eq!(dev.ids(), ["a"]);
    assert!(prod.ids().is_empty());
    run("apply --environment prod").says(0, &["3 created", "`client-secrets.prod.jsonl`"]);
    let lines = |name: &str| folder.read(name).lines().count();
    assert_eq!(lines("client-secrets.dev.jsonl"), 1);
    assert_eq!(lines("client-secrets.prod.jsonl"), 3);
    assert_eq!(lines("client-secrets.jsonl"), 0);
    run("secrets list --environment prod").says(0, &["a", "b", "c"]);
    run("secrets recover --environment dev").says(0, &["client-secrets.dev.jsonl"]);
    run("apply --environment prod --secrets-out x.jsonl").says(0, &["3 unchanged"]);
    // Commands that print secrets do not take the file for a wish to record them.
    run("create --environment dev --id d").says(0, &["d"]);
    assert_eq!(lines("client-secrets.dev.jsonl"), 1);
    Ok(())
}

fn checked() -> Result<(), Missing> {
    let dev = Target::sandbox(Version::default());
    let text = format!(
        "[defaults]\npaths = [\"manifests\"]\nallow-plaintext-secrets = true\nyes = true\n[environments.dev]\nendpoint = \"{}\"\n[environments.dev.vars]\nname = \"d\"\n",
        dev.url()
    );
    let folder = folder("s.toml", text);
    folder.write(
        "manifests/d.yaml",
        "client_id: ${var:name}\ngrant_types: [client_credentials]\n",
    );
    let run = |line: &str| {
        let line = format!("{line} --config s.toml --environment dev");
        run(&mut command(&folder, &line))
    };
    run("apply").says(0, &["4 created"]);
    dev.create(&json!({"client_id": "e"}));
    folder.write(
        "manifests/d.yaml",
        "client_id: e\nclient_name: ${var:name}\n",
    );
    run("secrets check").says(0, &["no record in `client-secrets.dev.jsonl`: `e`"]);
    // The paths are of no use to it then, as if they were not in the file.
    run("secrets check --offline").says(0, &["check: 4 lines"]);
    run("secrets check manifests --offline").says(64, &["--offline"]);
    let resource = "apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: {name: f}\nspec: {grantTypes: [client_credentials], scope: s}\n";
    folder.write("manifests/f.yaml", resource);
    run("secrets check").says(3, &["the manifests are not valid"]);
    run("secrets check --namespace shop").says(0, &["no record"]);
    Ok(())
}

fn all() -> Result<(), Missing> {
    let dev = Target::sandbox(Version::default());
    dev.create(&json!({"client_id": "a"}));
    let text = format!(
        "[defaults]\nfail-after = \"1ms\"\ndetailed-exitcode = true\n[environments.zero]\nendpoint = \"{}\"\n[environments.full]\nsandbox = true\nmax-creates = 1\n",
        dev.url()
    );
    let folder = folder("s.toml", &text);
    let plan = |words: &str| {
        let line = format!("plan --config s.toml --all-environments{words}");
        run(&mut command(&folder, &line))
    };
    let ended = plan("");
    ended.says(7, &["2 to create", "3 to create", "environment `full`"]);
    let (zero, full) = (
        ended.stdout.find("environment zero"),
        ended.stdout.find("environment full"),
    );
    assert!(zero.is_some() && zero < full, "{ended}");
    let ended = plan(" --output json");
    let plans = ended.json();
    let plans = plans.as_array().unwrap();
    assert_eq!(plans.len(), 2);
    let facts = plans.iter().map(|plan| {
        json!([
            plan["environment"],
            plan["exit_code"],
            plan["summary"]["create"],
            plan["error"].is_null()
        ])
    });
    assert_eq!(
        facts.collect::<Vec<_>>(),
        [json!(["zero", 2, 2, true]), json!(["full", 7, 3, false])]
    );
    for plan in plans {
        crate::support::schema::check(plan);
    }
    // A Hydra that is gone is worse than one that is full, and the others are planned all the same.
    folder.write("s.toml", text + "[environments.gone]\nendpoint = \"http://127.0.0.1:1\"\n[environments.last]\nsandbox = true\n");
    let ended = plan(" --output json");
    assert_eq!(ended.code, Some(5), "{ended}");
    let plans = ended.json();
    assert_eq!(plans[2]["exit_code"], 5);
    assert!(plans[2]["error"].as_str().unwrap().contains("127.0.0.1:1"));
    assert_eq!(plans[3]["exit_code"], 2);
    let mut chosen = command(
        &folder,
        "plan --config s.toml --all-environments --output json",
    );
    let ended = run(chosen.env("HYDRA_GITOPS_ENVIRONMENT", "none"));
    assert_eq!(ended.json().as_array().unwrap().len(), 4);
    // A variable that contradicts one of them is told there.
    let mut variable = command(
        &folder,
        "plan --config s.toml --all-environments --output json",
    );
    let ended = run(variable.env("HYDRA_ADMIN_URL", "http://127.0.0.1:9"));
    assert_eq!(ended.code, Some(64), "{ended}");
    assert!(
        ended.json()[0]["error"]
            .as_str()
            .unwrap()
            .contains("`HYDRA_ADMIN_URL`")
    );
    Ok(())
}

fn alone() -> Result<(), Missing> {
    let folder = folder("s.toml", "[environments.dev]\nsandbox = true\n");
    for words in ["--output patch", "--report-file r.json", "-"] {
        let line = format!("plan --config s.toml --all-environments {words}");
        run(&mut command(&folder, &line)).says(64, &["exclude each other"]);
    }
    let line = "plan --config s.toml --all-environments --environment dev";
    run(&mut command(&folder, line)).says(64, &["--all-environments", "--environment"]);
    folder.write(
        "s.toml",
        "[environments.dev]\nsandbox = true\noutput = \"json\"\n",
    );
    run(&mut command(
        &folder,
        "plan --config s.toml --all-environments",
    ))
    .says(64, &["the environment `dev` has another `output`"]);
    Ok(())
}

/// The commands that a drifted client comes with ask the same Hydra, by the same settings.
fn hints() -> Result<(), Missing> {
    let prod = Target::sandbox(Version::default());
    prod.create(&json!({"client_id": "web", "scope": "old"}));
    let text = format!(
        "[environments.prod]\nendpoint = \"{}\"\nunmanaged = true\n[environments.prod.vars]\nscope = \"new\"\n",
        prod.url()
    );
    let folder = folder("s.toml", text);
    folder.manifest(&json!([
        {"client_id": "web", "scope": "${var:scope}"}, {"client_id": "missing"}
    ]));
    let plan = "plan --config s.toml --environment prod";
    let ended = run(&mut command(&folder, plan));
    ended.says(0, &["4 to create", "1 drifted"]);
    let words = "plan --config s.toml --environment prod --only web --output patch";
    assert!(
        ended
            .stdout
            .contains(&format!(": hydra-gitops {words} | curl")),
        "{ended}"
    );
    assert!(!ended.stdout.contains("--endpoint"), "{ended}");
    let patch = run(&mut command(&folder, words));
    assert_eq!(patch.json()[0]["value"], "new", "{patch}");
    let export = "export --config s.toml --environment prod --only web";
    assert!(ended.stdout.contains(&format!(": hydra-gitops {export}\n")));
    run(&mut command(&folder, export)).says(0, &["scope: old"]);
    let comment = run(&mut command(&folder, &format!("{plan} --output markdown")));
    let apply = "`hydra-gitops apply --config s.toml --environment prod --expect sha256:";
    assert!(comment.stdout.contains(apply), "{comment}");
    // Another plan than the expected one names the same settings.
    let other = "0".repeat(64);
    let line = plan.replacen("plan", "apply", 1);
    let line = format!("{line} --allow-plaintext-secrets --expect {other}");
    run(&mut command(&folder, &line)).says(8, &[&format!("`hydra-gitops {plan}`")]);
    // A Hydra that was named otherwise stays named.
    let line = format!("{plan} --endpoint {}", prod.url());
    let hint = format!("--environment prod --endpoint {} --only web", prod.url());
    run(&mut command(&folder, &line)).says(0, &[&hint]);
    // Without a file, the same clients are compared without it again.
    folder.write(
        "hydra-gitops.toml",
        "[defaults]\nignore-drift = [\"scope\"]\n",
    );
    let line = format!("plan --no-config --var scope=new --endpoint {}", prod.url());
    let words = format!(
        "--no-config --endpoint {} --only web --output patch",
        prod.url()
    );
    let ended = run(&mut command(&folder, &line));
    ended.says(0, &["1 drifted", &words]);
    let patch = run(&mut command(
        &folder,
        &format!("plan --var=scope=new {words}"),
    ));
    assert_eq!(patch.json()[0]["value"], "new", "{patch}");
    Ok(())
}

fn unchosen() -> Result<(), Missing> {
    let text = "[environments.dev.vars]\nscope = \"a\"\n[environments.prod.vars]\nscope = \"b\"\n";
    let folder = folder("s.toml", text);
    folder.manifest(&json!({"client_id": "web", "scope": "${var:scope}"}));
    let hint = "no environment is chosen: `--environment` takes `dev`, `prod`";
    let run = |line: &str| run(&mut command(&folder, &format!("{line} --config s.toml")));
    run("plan --sandbox").says(3, &["`scope`", hint]);
    run("secrets list").says(6, &["client-secrets.jsonl", hint]);
    let chosen = run("secrets list --environment dev");
    assert!(!chosen.stderr.contains(hint), "{chosen}");
    // It is no reason where everything was typed, or nothing of theirs is missing.
    let gone = run("plan --endpoint http://127.0.0.1:1 --fail-after 1ms --var scope=x");
    assert_eq!(gone.code, Some(5), "{gone}");
    assert!(!gone.stderr.contains(hint), "{gone}");
    let fine = run("validate --var scope=x");
    fine.says(0, &[]);
    assert!(!fine.stderr.contains(hint), "{fine}");
    Ok(())
}

/// The file in `examples/settings` plans both of its environments.
fn example() -> Result<(), Missing> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Workspace::new();
    let file = root.join("examples/settings/hydra-gitops.toml");
    for (environment, name) in [("dev", "Store (dev)"), ("prod", "Store (prod)")] {
        let ended = run(program(folder.path())
            .args([
                "plan",
                "--sandbox",
                "--output",
                "json",
                "--environment",
                environment,
            ])
            .arg("--config")
            .arg(&file));
        assert_eq!(ended.code, Some(0), "{ended}");
        let plan = ended.json();
        assert_eq!(plan["summary"]["create"], 2);
        let changes = plan["changes"].as_array().unwrap();
        assert!(
            changes.iter().any(|change| change["client_name"] == name),
            "{plan:#}"
        );
    }
    Ok(())
}

fn init() -> Result<(), Missing> {
    let folder = Workspace::new();
    folder.clients(&["a"]);
    run(&mut command(&folder, "init")).says(0, &["init: wrote `hydra-gitops.toml`"]);
    let text = folder.read("hydra-gitops.toml");
    run(&mut command(&folder, "plan --sandbox")).says(0, &["1 to create"]);
    run(&mut command(&folder, "init")).says(64, &["exists already"]);
    assert_eq!(folder.read("hydra-gitops.toml"), text);
    // What it shows is what can be written: with each comment taken for a setting, it is valid.
    let is_setting = |line: &str| line.contains(" = ") || line.ends_with(']');
    let lines = text.lines().map(|line| match line.strip_prefix("# ") {
        Some(setting) if is_setting(line) => setting,
        _ => line,
    });
    folder.write("full.toml", lines.collect::<Vec<_>>().join("\n"));
    run(&mut command(
        &folder,
        "plan --sandbox --config full.toml --environment prod",
    ))
    .says(0, &["1 to create"]);
    run(&mut command(&folder, "init none/x.toml")).says(1, &["cannot write `none/x.toml`"]);
    Ok(())
}
