//! `examples/github/pull-request.yml`: what a pull request is shown, and what it is not given.

use serde_json::{Value, json};

use super::forge::{Forge, yaml};
use super::runner::Runner;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("a_plan_is_one_comment_that_each_push_replaces", plan),
    ("a_plan_that_fails_is_shown_too", failing),
    ("an_invalid_manifest_is_not_planned", invalid),
    ("deleted_manifests_are_shown", deleted),
    ("a_fork_is_validated_alone", fork),
];

const RUN: &str = "Run hydra-gitops";
const POST: &str = "Post the plan, or replace the last one";
const DELETED: &str = "List deleted manifests";

pub(super) fn workflow() -> Value {
    yaml("examples/github/pull-request.yml")
}

/// Pushes what is checked out to the pull request, and gives a runner for it.
pub(super) fn pushed<'f>(forge: &'f Forge, from: &str) -> Runner<'f> {
    let commit = forge.merged("refs/pull/1/merge");
    let event = [
        ("github.event.number", "1"),
        ("github.ref", "refs/pull/1/merge"),
        ("github.event.pull_request.head.repo.full_name", from),
    ];
    Runner::new(forge, &commit, &event)
}

/// Plans what is checked out, and asserts that the job succeeds.
#[track_caller]
pub(super) fn planned(forge: &Forge) {
    let mut runner = pushed(forge, "shop/clients");
    assert_eq!(
        runner.job(&workflow(), "plan"),
        Some(true),
        "{:?}",
        runner.ran
    );
    runner.says_no_token();
}

fn plan() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    // Somebody repeats the hidden line, and another Hydra has its own comment.
    let others = json!([
        {"id": 1, "user": {"login": "mallory"}, "body": format!("<!-- hydra-gitops plan {} -->", forge.setup.url().replace("127.0.0.1", "localhost"))},
        {"id": 2, "user": {"login": "github-actions[bot]"}, "body": "<!-- hydra-gitops plan https://other.example -->\n"},
    ]);
    forge.others_comment(&others);
    forge.branch("more");
    forge.write("manifests/shop.yaml", "client_id: shop\n");
    forge.commit("a shop");
    planned(&forge);
    let comments = forge.comments();
    assert_eq!(comments.len(), 3);
    assert!(
        comments[2].contains("1 to create, 1 unchanged"),
        "{}",
        comments[2]
    );
    assert!(
        comments[2].contains("| create | `shop` |"),
        "{}",
        comments[2]
    );
    forge.write("manifests/wiki.yaml", "client_id: wiki\n");
    forge.commit("and a wiki");
    planned(&forge);
    let again = forge.comments();
    assert_eq!(again[..2], comments[..2]);
    assert_eq!(again.len(), 3);
    assert!(
        again[2].contains("2 to create, 1 unchanged"),
        "{}",
        again[2]
    );
    assert!(again[2].contains("| create | `wiki` |"), "{}", again[2]);
    assert_eq!(forge.ran(), ["plan token-to-read", "plan token-to-read"]);
    forge.setup.has_clients(&["old"]);
    Ok(())
}

/// The clients that can be compared are shown, and the job is red.
fn failing() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    for id in ["t1", "t2"] {
        let twice = json!({"client_id": id, "client_name": "twice", "owner": "o"});
        forge.setup.target.create(&twice);
    }
    forge.branch("more");
    forge.write("manifests/twice.yaml", "client_name: twice\nowner: o\n");
    forge.commit("one of two");
    let mut runner = pushed(&forge, "shop/clients");
    assert_eq!(runner.job(&workflow(), "plan"), Some(false));
    runner.step(RUN).says(1, &[]);
    runner.step(POST).says(0, &[]);
    assert!(forge.comments()[0].contains("| failed | `twice` |"));
    assert!(runner.summary().contains("| failed | `twice` |"));
    Ok(())
}

fn invalid() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    forge.branch("more");
    forge.write("manifests/shop.yaml", "client_id: shop\nredirect_uri: x\n");
    forge.commit("a misspelt shop");
    let mut runner = pushed(&forge, "shop/clients");
    assert_eq!(runner.job(&workflow(), "validate"), Some(false));
    let annotation = "::error title=unknown-field (hydra-gitops),file=manifests/shop.yaml,line=2";
    runner.step(RUN).says(3, &[annotation]);
    assert_eq!(workflow()["jobs"]["plan"]["needs"], "validate");
    // Even so, a plan of them posts nothing.
    let mut runner = pushed(&forge, "shop/clients");
    assert_eq!(runner.job(&workflow(), "plan"), Some(false));
    runner.step(RUN).says(3, &[]);
    assert_eq!(forge.comments(), [] as [&str; 0]);
    Ok(())
}

fn deleted() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    forge.branch("fewer");
    let odd = "manifests/::error::`x`\n@octocat.yaml";
    forge.write(odd, "client_id: odd\n");
    forge.write(
        "manifests/moved.yaml",
        "client_id: moved\ngrant_types: [client_credentials]\n",
    );
    forge.commit("more clients");
    forge.git(&["push", "--quiet", "origin", "HEAD:main"]);
    forge.branch("fewer");
    forge.git(&["mv", "manifests/moved.yaml", "manifests/elsewhere.yaml"]);
    forge.git(&["rm", "--quiet", "manifests/old.yaml", odd]);
    forge.commit("fewer clients");
    let mut runner = pushed(&forge, "shop/clients");
    assert_eq!(
        runner.job(&workflow(), "plan"),
        Some(true),
        "{:?}",
        runner.ran
    );
    let list = "\nDeleted manifests, whose clients stay in Hydra until you delete them there:\n
    \"manifests/::error::`x`\\n@octocat.yaml\"
    manifests/old.yaml\n";
    assert!(
        forge.comments()[0].ends_with(list),
        "{}",
        forge.comments()[0]
    );
    assert!(runner.summary().ends_with(list), "{}", runner.summary());
    let step = runner.step(DELETED);
    assert!(
        step.stdout.starts_with("::warning title=hydra-gitops::"),
        "{step}"
    );
    assert!(!step.stdout.contains("octocat"), "{step}");
    forge.setup.has_clients(&["old"]);
    Ok(())
}

fn fork() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    forge.branch("more");
    forge.write("manifests/shop.yaml", "client_id: shop\n");
    forge.commit("a shop of somebody else");
    let mut runner = pushed(&forge, "mallory/clients");
    assert_eq!(runner.job(&workflow(), "plan"), None);
    assert_eq!(
        runner.job(&workflow(), "validate"),
        Some(true),
        "{:?}",
        runner.ran
    );
    assert_eq!(forge.ran(), ["validate without a token"]);
    assert_eq!(forge.setup.requests(), 0);
    let validate = workflow()["jobs"]["validate"].to_string();
    for word in ["secrets.", "vars.", "github.token", "self-hosted", "write"] {
        assert!(!validate.contains(word), "{word}");
    }
    Ok(())
}
