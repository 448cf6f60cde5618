//! `examples/gitlab/.gitlab-ci.yml`: its jobs, run as a runner of GitLab runs them.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use super::forge::{Forge, yaml};
use crate::support::program::{self, Ended};
use crate::support::proxy::{Fault, json as answer};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("a_plan_is_one_note_that_each_push_replaces", plan),
    ("invalid_manifests_are_a_code_quality_report", invalid),
    ("a_fork_is_validated_alone", fork),
    ("a_merge_applies_what_was_reviewed", applied),
    ("another_plan_is_refused_until_it_is_reviewed", refused),
    ("a_failing_apply_commits_what_it_wrote", failing),
    ("a_job_that_is_cancelled_commits_its_secrets", cancelled),
    ("a_commit_that_is_refused_is_no_success", kept),
];

/// A job in a clone of its own.
struct Job<'f> {
    forge: &'f Forge,
    place: Workspace,
    text: Value,
    commit: String,
}

impl<'f> Job<'f> {
    fn new(forge: &'f Forge, name: &str, commit: &str) -> Self {
        let place = Workspace::new();
        let origin = forge.path("origin.git");
        for words in [
            &["clone", "--quiet", origin.to_str().unwrap(), "."][..],
            &["checkout", "--quiet", "--detach", commit],
        ] {
            let mut git = forge.command("git", place.path());
            program::run(git.args(words)).says(0, &[]);
        }
        let text = yaml("examples/gitlab/.gitlab-ci.yml");
        let (text, commit) = (text[name].clone(), commit.to_owned());
        Self {
            forge,
            place,
            text,
            commit,
        }
    }

    /// Runs one of its lists of commands in a shell of its own.
    fn run(&self, list: &str, more: &[(&str, &str)]) -> Ended {
        let lines = self.text[list].as_array().unwrap().iter();
        let lines: Vec<_> = lines.map(|line| line.as_str().unwrap()).collect();
        self.place.write(".git/script", lines.join("\n"));
        let mut bash = self.forge.command("bash", self.place.path());
        bash.args(["-euo", "pipefail", ".git/script"]);
        let variables = yaml("examples/gitlab/.gitlab-ci.yml");
        let variables = variables["variables"].as_object().unwrap();
        bash.envs(
            variables
                .iter()
                .map(|(name, value)| (name, value.as_str().unwrap_or("0"))),
        );
        let origin = self.forge.path("origin");
        let base = self.forge.git(&["rev-parse", "origin/main"]);
        for (name, value) in [
            ("CI_API_V4_URL", "https://gitlab.example/api/v4"),
            ("CI_COMMIT_SHA", &*self.commit),
            ("CI_COMMIT_SHORT_SHA", &self.commit[..8]),
            ("CI_DEFAULT_BRANCH", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
            ("CI_MERGE_REQUEST_IID", "1"),
            ("CI_PROJECT_ID", "5"),
            ("CI_PROJECT_URL", &format!("file://{}", origin.display())),
            ("GITLAB_NOTES_TOKEN", "token-for-notes"),
            ("GITLAB_PUSH_TOKEN", "token-to-push"),
            ("HYDRA_ADMIN_URL", &self.forge.setup.url()),
            ("HYDRA_PUBLIC_URL", &self.forge.setup.target.public_url()),
            ("HYDRA_READ_TOKEN", "token-to-read"),
            ("HYDRA_TOKEN", "token-to-create"),
        ] {
            bash.env(name, value);
        }
        let ended = program::run(bash.envs(more.iter().copied()));
        let said = [&ended.stdout, &ended.stderr];
        assert!(!said.iter().any(|text| text.contains("token-")), "{ended}");
        ended
    }

    /// Runs all of it; how its script ended is what counts.
    fn whole(&self, more: &[(&str, &str)]) -> Ended {
        let ended = self.run("script", more);
        self.run("after_script", more).says(0, &[]);
        ended
    }
}

/// Plans what is checked out.
#[track_caller]
fn planned(forge: &Forge) {
    let commit = forge.git(&["rev-parse", "HEAD"]);
    forge.git(&[
        "push",
        "--quiet",
        "--force",
        "origin",
        "HEAD:refs/merge-requests/1/head",
    ]);
    forge.git(&["push", "--quiet", "--force", "origin", "HEAD:request"]);
    Job::new(forge, "plan", &commit)
        .run("script", &[])
        .says(0, &[]);
}

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

fn plan() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    let marker = forge.setup.url().replace("127.0.0.1", "localhost");
    let others = json!([
        {"id": 1, "author": {"id": 8}, "body": format!("<!-- hydra-gitops plan {marker} -->\n")},
        {"id": 2, "author": {"id": 7}, "body": "<!-- hydra-gitops plan https://other.example -->\n"},
    ]);
    forge.others_comment(&others);
    reviewed(&forge, &["shop"]);
    let notes = forge.comments();
    assert_eq!(notes.len(), 3);
    assert!(notes[2].contains("| create | `shop` |"), "{}", notes[2]);
    forge.write("manifests/wiki.yaml", "client_id: wiki\n");
    forge.git(&["rm", "--quiet", "manifests/old.yaml"]);
    forge.commit("a wiki, and nothing old");
    planned(&forge);
    let again = forge.comments();
    assert_eq!(again[..2], notes[..2]);
    assert_eq!(again.len(), 3);
    assert!(again[2].contains("| create | `wiki` |"), "{}", again[2]);
    let list = "until you delete them there:\n\n    manifests/old.yaml\n";
    assert!(again[2].ends_with(list), "{}", again[2]);
    assert_eq!(forge.ran(), ["plan token-to-read"]);
    forge.setup.has_clients(&["old"]);
    Ok(())
}

fn invalid() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    let commit = forge.git(&["rev-parse", "HEAD"]);
    let job = Job::new(&forge, "validate", &commit);
    job.run("script", &[]).says(0, &[]);
    job.place
        .write("manifests/shop.yaml", "client_id: shop\nredirect_uri: x\n");
    job.run("script", &[]).says(3, &["error[unknown-field]"]);
    let report: Value = serde_json::from_str(&job.place.read("quality.json")).unwrap();
    assert_eq!(report[0]["location"]["path"], "manifests/shop.yaml");
    assert_eq!(
        job.text["artifacts"]["reports"]["codequality"],
        "quality.json"
    );
    // A plan of them posts nothing.
    let plan = Job::new(&forge, "plan", &commit);
    plan.place
        .write("manifests/shop.yaml", "client_id: shop\nredirect_uri: x\n");
    plan.run("script", &[]).says(3, &[]);
    assert_eq!(forge.comments(), [] as [&str; 0]);
    Ok(())
}

fn fork() -> Result<(), Missing> {
    let file = yaml("examples/gitlab/.gitlab-ci.yml");
    let rules = |job: &str| {
        let rules = file[job]["rules"].as_array().unwrap().iter();
        let rules = rules.map(|rule| rule["if"].as_str().unwrap().to_owned());
        rules.collect::<Vec<_>>()
    };
    let request = "$CI_PIPELINE_SOURCE == \"merge_request_event\"";
    let own = format!("{request} && $CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID");
    let merged = "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH";
    assert_eq!(rules("validate"), [request, merged]);
    assert_eq!(rules("plan"), [own]);
    assert_eq!(rules("apply"), [merged]);
    assert!(!file["validate"].to_string().contains("TOKEN"));
    assert!(!file["plan"].to_string().contains("HYDRA_TOKEN"));
    Ok(())
}

fn applied() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    let commit = forge.merge();
    forge.push_during_apply();
    let job = Job::new(&forge, "apply", &commit);
    job.whole(&[])
        .says(0, &["| create | `shop` |", "1 created"]);
    forge.setup.has_clients(&["old", "shop"]);
    forge.has_secret("shop");
    let ran = ["secrets", "plan", "apply"].map(|command| format!("{command} token-to-create"));
    assert_eq!(forge.ran(), ran);
    assert!(forge.files_on_main().contains(&"elsewhere.txt".to_owned()));
    // The token for pushes is asked for, and written nowhere.
    let config = fs::read_to_string(job.place.file("state/.git/config")).unwrap();
    assert!(!config.contains("token"), "{config}");
    let before = forge.on_main("secrets/clients.jsonl");
    Job::new(&forge, "apply", &commit)
        .whole(&[])
        .says(0, &["0 to create"]);
    assert_eq!(forge.ran().len(), 2);
    assert_eq!(forge.on_main("secrets/clients.jsonl"), before);
    Ok(())
}

fn refused() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    forge.write("manifests/late.yaml", "client_id: late\n");
    forge.commit("nobody saw this one");
    let commit = forge.merge();
    let ended = Job::new(&forge, "apply", &commit).whole(&[]);
    ended.says(8, &["2 clients would be created (`late`, `shop`)"]);
    forge.setup.has_clients(&["old"]);
    assert_eq!(forge.on_main("secrets/clients.jsonl"), None);
    let (_, checksum) = ended.stdout.split_once("Checksum: `").unwrap();
    let checksum = checksum.split_once('`').unwrap().0.to_owned();
    // A commit that no merge request brought.
    forge.setup.folder.write("forge/pulls.json", "{}");
    let job = Job::new(&forge, "apply", &commit);
    job.whole(&[])
        .says(1, &["no plan was reviewed for this commit"]);
    job.whole(&[("CHECKSUM", "")])
        .says(1, &["no plan was reviewed"]);
    forge.setup.has_clients(&["old"]);
    job.whole(&[("CHECKSUM", &checksum)])
        .says(0, &["2 created"]);
    forge.has_secret("late");
    Ok(())
}

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
    let ended = Job::new(&forge, "apply", &commit).run("script", &[]);
    assert!(matches!(ended.code, Some(1 | 5)), "{ended}");
    forge.setup.has_clients(&["old", "shop"]);
    forge.has_secret("shop");
    let journal = forge.on_main("secrets/clients.jsonl.journal").unwrap();
    assert!(journal.contains("\"wiki\""), "{journal}");
    Ok(())
}

/// The script ends in the middle, as a runner ends it; what comes after it runs all the same.
fn cancelled() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    let commit = forge.merge();
    let mut job = Job::new(&forge, "apply", &commit);
    let lines = job.text["script"].as_array_mut().unwrap();
    let keeps = |line: &Value| line.as_str().unwrap().contains("git push");
    let end = lines.iter().position(keeps).unwrap();
    lines.truncate(end);
    job.run("script", &[]).says(0, &["1 created"]);
    assert_eq!(forge.on_main("secrets/clients.jsonl"), None);
    job.run("after_script", &[]).says(0, &[]);
    forge.has_secret("shop");
    Ok(())
}

fn kept() -> Result<(), Missing> {
    let forge = Forge::new(|_| Fault::Pass)?;
    reviewed(&forge, &["shop"]);
    let commit = forge.merge();
    let hook = "origin.git/hooks/pre-receive";
    forge.setup.folder.write(hook, "#!/bin/sh\nexit 1\n");
    fs::set_permissions(forge.path(hook), fs::Permissions::from_mode(0o755)).unwrap();
    let job = Job::new(&forge, "apply", &commit);
    let ended = job.run("script", &[]);
    assert_eq!(ended.code, Some(1), "{ended}");
    assert_eq!(job.text["artifacts"]["when"], "always");
    assert_eq!(job.text["artifacts"]["paths"], json!(["state/secrets"]));
    assert!(
        job.place
            .read("state/secrets/clients.jsonl")
            .contains("\"shop\"")
    );
    Ok(())
}
