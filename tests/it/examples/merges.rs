//! `examples/github/merge.yml`: a merge creates what was reviewed or nothing, and loses no secret.

use serde_json::Value;

use super::forge::{Forge, yaml};
use super::github::planned;
use super::runner::Runner;
use crate::support::proxy::{Fault, json as answer};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    (
        "the_reviewed_plan_is_applied_and_its_secrets_committed",
        applied,
    ),
    ("two_merges_in_a_row_are_applied_one_by_one", in_a_row),
    ("another_plan_is_refused_until_it_is_reviewed", refused),
    ("without_a_review_nothing_is_created", unreviewed),
    ("a_failing_apply_commits_what_it_wrote", failing),
    ("a_killed_job_is_settled_by_the_next_one", killed),
    ("secrets_that_cannot_be_committed_are_kept", kept),
    ("only_the_main_branch_is_applied", elsewhere),
];

const RUN: &str = "Run hydra-gitops";
const KEEP: &str = "Commit the secrets, whatever happened";

fn workflow() -> Value {
    yaml("examples/github/merge.yml")
}

/// The workflow of a push to the main branch.
fn pushed<'f>(forge: &'f Forge, commit: &str, event: &[(&str, &str)]) -> (bool, Runner<'f>) {
    let mut runner = Runner::new(forge, commit, event);
    let succeeded = runner.job(&workflow(), "apply").unwrap();
    runner.says_no_token();
    (succeeded, runner)
}

/// A pull request with clients of these ids, planned.
fn reviewed(forge: &Forge, ids: &[&str]) {
    forge.branch("more");
    for id in ids {
        forge.write(
            &format!("manifests/{id}.yaml"),
            &format!("client_id: {id}\n"),
        );
    }
    forge.commit("more clients");
    planned(forge);
    forge.ran();
}

fn applied() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    let commit = forge.merge();
    forge.push_during_apply();
    let (succeeded, runner) = pushed(&forge, &commit, &[]);
    assert!(succeeded, "{:?}", runner.ran);
    forge.setup.has_clients(&["old", "shop"]);
    forge.has_secret("shop");
    let ran = ["secrets", "plan", "apply"].map(|command| format!("{command} token-to-create"));
    assert_eq!(forge.ran(), ran);
    let files = [
        "elsewhere.txt",
        "manifests/old.yaml",
        "manifests/shop.yaml",
        "recipients.txt",
        "secrets/clients.jsonl",
        "secrets/sops/shop.sops.yaml",
    ];
    assert_eq!(forge.files_on_main(), files);
    assert!(runner.summary().contains("| create | `shop` |"));
    assert_eq!(runner.uploaded, [] as [&str; 0]);
    // The same once more: nothing to create, and nothing to commit.
    let before = forge.on_main("secrets/clients.jsonl");
    let (succeeded, again) = pushed(&forge, &commit, &[]);
    assert!(succeeded, "{:?}", again.ran);
    assert_eq!(forge.ran().len(), 2);
    assert_eq!(forge.on_main("secrets/clients.jsonl"), before);
    Ok(())
}

/// The second merge comes before the first is applied, and its job sees the secrets of the first.
fn in_a_row() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    let first = forge.merge();
    let checked = forge.comments();
    forge.others_comment(&serde_json::json!([]));
    // The second was planned before the first was merged.
    forge.git(&["checkout", "--quiet", "-B", "other", &format!("{first}^1")]);
    forge.write("manifests/wiki.yaml", "client_id: wiki\n");
    forge.commit("a wiki");
    forge.git(&[
        "push",
        "--quiet",
        "--force",
        "origin",
        &format!("{first}^1:refs/heads/main"),
    ]);
    planned(&forge);
    forge.git(&[
        "push",
        "--quiet",
        "--force",
        "origin",
        &format!("{first}:refs/heads/main"),
    ]);
    let second = forge.merge();
    let of_second = forge.comments();
    for (commit, comments, ids) in [
        (&first, checked, &["old", "shop"][..]),
        (&second, of_second, &["old", "shop", "wiki"]),
    ] {
        let comment = serde_json::json!([{"id": 1, "user": {"login": "github-actions[bot]"}, "body": comments[0]}]);
        forge.others_comment(&comment);
        let pulls = serde_json::json!({ commit: [{"number": 1, "merged_at": "2026-11-29"}]});
        forge
            .setup
            .folder
            .write("forge/pulls.json", pulls.to_string());
        let (succeeded, runner) = pushed(&forge, commit, &[]);
        assert!(succeeded, "{:?}", runner.ran);
        forge.setup.has_clients(ids);
    }
    forge.has_secret("shop");
    forge.has_secret("wiki");
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    forge.write("manifests/late.yaml", "client_id: late\n");
    forge.commit("nobody saw this one");
    let commit = forge.merge();
    let (succeeded, runner) = pushed(&forge, &commit, &[]);
    assert!(!succeeded);
    runner
        .step(RUN)
        .says(8, &["2 clients would be created (`late`, `shop`)"]);
    runner.step(KEEP).says(0, &[]);
    forge.setup.has_clients(&["old"]);
    assert_eq!(forge.on_main("secrets/clients.jsonl"), None);
    // A person reviews the plan in the summary, and gives its checksum.
    let summary = runner.summary();
    let (_, checksum) = summary.split_once("Checksum: `").unwrap();
    let (checksum, _) = checksum.split_once('`').unwrap();
    for (input, succeeds) in [
        ("sha256:0000", false),
        ("x\nchecksum=y", false),
        (checksum, true),
    ] {
        let (succeeded, runner) = pushed(&forge, &commit, &[("inputs.checksum", input)]);
        assert_eq!(succeeded, succeeds, "{input}: {:?}", runner.ran);
    }
    forge.setup.has_clients(&["late", "old", "shop"]);
    forge.has_secret("late");
    Ok(())
}

fn unreviewed() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    forge.branch("direct");
    forge.write("manifests/shop.yaml", "client_id: shop\n");
    forge.commit("without a pull request");
    forge.git(&["push", "--quiet", "origin", "HEAD:main"]);
    let commit = forge.git(&["rev-parse", "HEAD"]);
    let (succeeded, runner) = pushed(&forge, &commit, &[]);
    assert!(!succeeded);
    let step = runner.step("Find the checksum that was reviewed");
    step.says(1, &["no plan was reviewed for this commit"]);
    forge.setup.has_clients(&["old"]);
    assert_eq!(forge.ran().len(), 2);
    Ok(())
}

/// One client is created; of the other, a gateway says something that proves nothing.
fn failing() -> Result<(), Missing> {
    let forge = Forge::new(|request| {
        let is_wiki = request.member("client_id").as_deref() == Some("wiki");
        match request.creates() && is_wiki {
            true => Fault::Answer(answer("403 Forbidden", "{}")),
            false => Fault::Pass,
        }
    })?;
    reviewed(&forge, &["shop", "wiki"]);
    let commit = forge.merge();
    let (succeeded, runner) = pushed(&forge, &commit, &[]);
    assert!(!succeeded);
    let code = runner.step(RUN).code;
    assert!(matches!(code, Some(1 | 5)), "{}", runner.step(RUN));
    runner.step(KEEP).says(0, &[]);
    forge.setup.has_clients(&["old", "shop"]);
    forge.has_secret("shop");
    // The secret of the other, whose request may still arrive.
    let journal = forge.on_main("secrets/clients.jsonl.journal").unwrap();
    assert!(journal.contains("\"wiki\""), "{journal}");
    let files = forge.files_on_main();
    assert!(
        !files.iter().any(|file| file.ends_with(".lock")),
        "{files:?}"
    );
    Ok(())
}

/// The next job is on another machine, to which the journal comes by way of the repository.
fn killed() -> Result<(), Missing> {
    let forge = Forge::deadly()?;
    reviewed(&forge, &["wiki"]);
    let commit = forge.merge();
    let (succeeded, runner) = pushed(&forge, &commit, &[]);
    assert!(!succeeded);
    // What bash says of a program that was killed.
    runner.step(RUN).says(137, &[]);
    runner.step(KEEP).says(0, &[]);
    let lock = runner.work().join("state/secrets/clients.jsonl.lock");
    assert!(lock.exists());
    let on_main = || {
        let files = forge.files_on_main().into_iter();
        files
            .filter(|file| file.starts_with("secrets/"))
            .collect::<Vec<_>>()
    };
    // The secrets file has no line yet.
    let left = ["secrets/clients.jsonl", "secrets/clients.jsonl.journal"];
    assert_eq!(on_main(), left);
    assert_eq!(forge.on_main(left[0]).as_deref(), Some(""));
    forge.setup.has_clients(&["old", "wiki"]);
    forge.ran();
    let (succeeded, runner) = pushed(&forge, &commit, &[]);
    assert!(succeeded, "{:?}", runner.ran);
    assert_eq!(forge.ran().len(), 2);
    forge.has_secret("wiki");
    assert_eq!(
        on_main(),
        ["secrets/clients.jsonl", "secrets/sops/wiki.sops.yaml"]
    );
    Ok(())
}

fn kept() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    let commit = forge.merge();
    // Nobody may push to the main branch any more.
    forge
        .setup
        .folder
        .write("origin.git/hooks/pre-receive", "#!/bin/sh\nexit 1\n");
    let hook = forge.path("origin.git/hooks/pre-receive");
    let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(hook, executable).unwrap();
    let (succeeded, runner) = pushed(&forge, &commit, &[]);
    assert!(!succeeded);
    assert_eq!(runner.step(KEEP).code, Some(1));
    assert_eq!(runner.uploaded, ["state/secrets"]);
    let secrets = std::fs::read_to_string(runner.work().join("state/secrets/clients.jsonl"));
    assert!(secrets.unwrap().contains("\"shop\""));
    forge.setup.has_clients(&["old", "shop"]);
    Ok(())
}

fn elsewhere() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    let commit = forge.git(&["rev-parse", "HEAD"]);
    let mut runner = Runner::new(&forge, &commit, &[("github.ref", "refs/heads/other")]);
    assert_eq!(runner.job(&workflow(), "apply"), None);
    Ok(())
}
