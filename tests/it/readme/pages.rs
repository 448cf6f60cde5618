//! What the pages say of links, flags and exit codes, held against the repository and the program.

use std::collections::BTreeSet;
use std::process::Command;

use hydra_gitops::exit_code::ExitCode;
use libtest_mimic::Failed;

use crate::readme::page::{self, Page, root};
use crate::readme::{Test, shown};

const COMMANDS: &[&[&str]] = &[
    &["plan"],
    &["apply"],
    &["create"],
    &["import"],
    &["create", "client"],
    &["import", "client"],
    &["watch"],
    &["validate"],
    &["export"],
    &["secrets", "list"],
    &["secrets", "recover"],
    &["secrets", "check"],
    &["secrets", "verify"],
    &["secrets", "show"],
    &["secrets", "rekey"],
    &["secrets", "add"],
    &["secrets", "export"],
    &["sandbox"],
    &["init"],
    &["schema"],
    &["completions"],
    &["man"],
    &["version"],
];

const EXIT_CODES: &[ExitCode] = &[
    ExitCode::Done,
    ExitCode::Failed,
    ExitCode::Changes,
    ExitCode::InvalidManifest,
    ExitCode::Drift,
    ExitCode::Hydra,
    ExitCode::Secret,
    ExitCode::TooManyCreates,
    ExitCode::OtherPlan,
    ExitCode::Usage,
    ExitCode::Interrupted,
    ExitCode::Terminated,
];

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("every_link_leads_somewhere", every_link_leads_somewhere),
    ("every_file_named_exists", every_file_named_exists),
    ("every_flag_is_described", every_flag_is_described),
    ("every_exit_code_is_described", every_exit_code_is_described),
    (
        "every_dependency_is_described",
        every_dependency_is_described,
    ),
    (
        "a_pull_request_is_given_no_secrets",
        a_pull_request_is_given_no_secrets,
    ),
    ("the_comparison_is_strict", shown::is_strict),
];

fn every_link_leads_somewhere() -> Result<(), Failed> {
    for path in page::all() {
        let page = Page::read(&path);
        let folder = page.path.parent().ok_or("no folder")?;
        for link in page.links().filter(|link| !link.contains("://")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                page.path.clone()
            } else {
                folder.join(file)
            };
            if !target.exists() {
                return Err(format!("{path}: `{link}` leads nowhere").into());
            }
            if !heading.is_empty() {
                let text = std::fs::read_to_string(&target)?;
                let mut headings = text.lines().filter(|line| line.starts_with('#'));
                if !headings.any(|line| anchor(line) == heading) {
                    return Err(format!("{path}: `{link}` has no such heading").into());
                }
            }
        }
    }
    Ok(())
}

/// Files and folders are named by their path, from here or from `src`.
fn every_file_named_exists() -> Result<(), Failed> {
    for path in page::all() {
        let page = Page::read(&path);
        let outside = page.text.split("```").step_by(2);
        let words = outside.flat_map(|text| text.split('`').skip(1).step_by(2));
        let is_path =
            |word: &&str| word.contains('/') && (word.ends_with(".rs") || word.ends_with('/'));
        for word in words.filter(is_path) {
            if !root().join(word).exists() && !root().join("src").join(word).exists() {
                return Err(format!("{path}: there is no `{word}`").into());
            }
        }
    }
    Ok(())
}

/// A heading's name in links: lower case, blanks as hyphens, no punctuation.
fn anchor(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

/// The reference and the program know the same flags.
fn every_flag_is_described() -> Result<(), Failed> {
    let mut real = BTreeSet::new();
    for command in COMMANDS {
        let help = Command::new(env!("CARGO_BIN_EXE_hydra-gitops"))
            .args(*command)
            .arg("--help")
            .output()?;
        real.extend(flags(&String::from_utf8_lossy(&help.stdout)));
    }
    // Of the program as a whole.
    real.insert("--version".to_owned());
    // Of curl, in the command that sends a patch.
    real.insert("--data".to_owned());
    let described = flags(&Page::read("docs/cli.md").text);
    let missing: Vec<_> = real.difference(&described).collect();
    let made_up: Vec<_> = described.difference(&real).collect();
    if missing.is_empty() && made_up.is_empty() {
        return Ok(());
    }
    Err(format!("docs/cli.md lacks {missing:?} and makes up {made_up:?}").into())
}

/// The words that start with `--`.
fn flags(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !(c.is_ascii_lowercase() || c == '-'))
        .filter(|word| word.len() > 3 && word.starts_with("--") && !word.starts_with("---"))
        .map(str::to_owned)
        .collect()
}

fn every_exit_code_is_described() -> Result<(), Failed> {
    let real: Vec<String> = EXIT_CODES
        .iter()
        .map(|code| code.code().to_string())
        .collect();
    let page = Page::read("docs/cli.md");
    let (_, table) = page
        .text
        .split_once("| exit code | meaning |\n| --- | --- |\n")
        .ok_or("docs/cli.md has no table of exit codes")?;
    let rows = table.lines().map_while(|line| line.strip_prefix("| "));
    let described: Vec<String> = rows
        .filter_map(|row| row.split_once(" |"))
        .map(|(code, _)| code.to_owned())
        .collect();
    match described == real {
        true => Ok(()),
        false => Err(format!("it describes {described:?}, and there are {real:?}").into()),
    }
}

/// Each direct dependency has its row, and each row its dependency.
fn every_dependency_is_described() -> Result<(), Failed> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml"))?;
    let mut real = BTreeSet::new();
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]");
        } else if let Some((name, _)) = line.split_once(" = ").filter(|_| inside) {
            real.insert(name.to_owned());
        }
    }
    let page = Page::read("docs/dependencies.md");
    let described: BTreeSet<String> = page
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("| "))
        .filter_map(|row| row.split_once(" |"))
        .flat_map(|(names, _)| names.split(", "))
        .filter_map(|name| name.strip_prefix('`')?.strip_suffix('`'))
        .map(str::to_owned)
        .collect();
    let missing: Vec<_> = real.difference(&described).collect();
    let made_up: Vec<_> = described.difference(&real).collect();
    if missing.is_empty() && made_up.is_empty() {
        return Ok(());
    }
    Err(format!("docs/dependencies.md lacks {missing:?} and makes up {made_up:?}").into())
}

/// The short workflow of the book: its job for pull requests can neither create clients nor publish secrets.
fn a_pull_request_is_given_no_secrets() -> Result<(), Failed> {
    let page = Page::read("docs/ci.md");
    let blocks = page.text.split("```yaml\n").skip(1);
    let mut blocks = blocks.filter_map(|rest| rest.split("```").next());
    let workflow = blocks.find(|block| block.contains("pull_request"));
    let workflow = workflow.ok_or("there is no workflow")?;
    let (head, jobs) = workflow.split_once("\njobs:\n").ok_or("no jobs")?;
    if !head.contains("\npermissions:\n  contents: read") {
        return Err("the workflow leaves its permissions to the repository".into());
    }
    let (plan, apply) = jobs.split_once("\n  apply:\n").ok_or("no `apply`")?;
    let is_for = |job: &str, event| job.contains(&format!("if: github.event_name == '{event}'"));
    if !is_for(plan, "pull_request") || !is_for(apply, "push") {
        return Err("a job runs for more than its own event".into());
    }
    for word in [
        "upload-artifact",
        "secrets.HYDRA_TOKEN",
        "SECRETS:",
        "apply --",
    ] {
        if plan.contains(word) || !apply.contains(word) {
            return Err(format!("`{word}` is for `apply` alone").into());
        }
    }
    Ok(())
}
