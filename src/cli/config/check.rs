//! Judges the keys of a settings file: which flag each of them is, and whether it may stand there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::by_owner;
use super::document::{Content, Document, Entry, Section, shown};
use super::file::{Choice, NAME};
use super::flags::{Flags, is_setting};
use super::guarded::{
    holds_secret, is_choosing, is_confined, is_guarded, is_secret, may_be_secret,
};
use super::problem::{MOST, Problem};
use super::value::{expected, is_inside, words};
use crate::manifest::closest;

/// Keys beside the flags.
const OTHER_KEYS: &[&str] = &["paths", "vars"];

pub(super) fn check(
    document: &Document,
    flags: &Flags<'_>,
    choice: Choice,
    problems: &mut Vec<Problem>,
) {
    let sections = std::iter::once(&document.defaults).chain(&document.environments);
    for entry in sections.flat_map(|section| &section.entries) {
        // The others are only counted, and looking for similar names takes a while.
        let is_shown = problems.len() < MOST;
        problems.extend(judge(entry, flags, choice, is_shown));
    }
    by_owner::check(document, flags, choice, problems);
    share_no_file(document, problems);
}

/// What is wrong with a key.
fn judge(entry: &Entry, flags: &Flags<'_>, choice: Choice, is_shown: bool) -> Option<Problem> {
    let misplaced = misplaced(entry, choice);
    let misfit = || misfit(entry, flags, is_shown);
    misplaced
        .or_else(misfit)
        .or_else(|| bad_value(entry, choice))
}

/// A key that may not stand in this file, whatever its value.
fn misplaced(entry: &Entry, choice: Choice) -> Option<Problem> {
    let (key, problem) = (&*entry.key, |what: String| Problem::new(entry.at, what));
    if is_choosing(key) {
        let what = format!("`{key}` cannot stand in a settings file");
        return Some(problem(what).hint(format!("give `--{key}` on the command line")));
    }
    if is_secret(key) {
        let key = shown(key);
        let what = format!("`{key}` is a secret, which may not stand in a settings file");
        return Some(problem(what).hint(NO_SECRETS));
    }
    if choice == Choice::Found && is_guarded(key) {
        let what = format!(
            "`{key}` counts only in a settings file that you name: this one was found in the working folder, and a pull request may have changed it"
        );
        let hint = format!(
            "check the file, then name it with `--config {NAME}` or `HYDRA_GITOPS_CONFIG={NAME}`; or give `--{key}` on the command line"
        );
        return Some(problem(what).hint(hint));
    }
    None
}

/// A key that is no flag, or has a value that no flag of this name takes.
pub(super) fn misfit(entry: &Entry, flags: &Flags<'_>, is_shown: bool) -> Option<Problem> {
    let (key, problem) = (&*entry.key, |what: String| Problem::new(entry.at, what));
    if key == "paths" {
        let is_switch = matches!(entry.content, Content::Switch(_));
        let what = "`paths` takes a list of folders and files".to_owned();
        return is_switch.then(|| problem(what).hint("write `paths = [\"manifests\"]`"));
    }
    let known = flags.named(key);
    if known.is_empty() {
        return Some(unknown(entry, flags, is_shown));
    }
    if !known.iter().any(|arg| is_setting(arg)) {
        let what = format!("`{key}` describes a client, which is not a setting");
        return Some(problem(what).hint("write it into a manifest, or give the flag"));
    }
    let fits = known.iter().any(|arg| words(arg, &entry.content).is_some());
    let takes = known.first().filter(|_| !fits).map(|arg| expected(arg));
    takes.map(|takes| {
        let what = format!("`{key}` takes {takes}");
        problem(what).hint(format!("`--{key}` in the help of a command says what for"))
    })
}

/// A value that may not stand in this file.
pub(super) fn bad_value(entry: &Entry, choice: Choice) -> Option<Problem> {
    let (key, problem) = (&*entry.key, |what: String| Problem::new(entry.at, what));
    let values = texts(&entry.content);
    if values.iter().any(|value| holds_secret(key, value)) {
        let what = format!(
            "the value of `{key}` contains a secret, which may not stand in a settings file"
        );
        return Some(problem(what).hint(NO_SECRETS));
    }
    let leaves = |value: &String| value != "-" && !is_inside(without_format(value));
    if choice == Choice::Found && is_confined(key) && values.iter().any(leaves) {
        let what = format!("`{key}` leaves the folder of this settings file, which was only found");
        let hint = format!("name the file with `--config {NAME}`, or name a path in its folder");
        return Some(problem(what).hint(hint));
    }
    None
}

const NO_SECRETS: &str = "give it by an environment variable such as `OAUTH2_ACCESS_TOKEN`, or name a file with `access-token-file`";

fn unknown(entry: &Entry, flags: &Flags<'_>, is_shown: bool) -> Problem {
    let key = &*entry.key;
    let problem = Problem::new(entry.at, format!("unknown key `{}`", shown(key)));
    if !is_shown {
        return problem;
    }
    let known = flags.settings().chain(OTHER_KEYS.iter().copied());
    match closest(key, known) {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None if may_be_secret(key) => problem.hint(format!(
            "if it is a secret, it may not stand in a settings file: {NO_SECRETS}"
        )),
        None => {
            problem.hint("a key is the long name of a flag, without `--`, or `paths` or `vars`")
        }
    }
}

fn texts(content: &Content) -> &[String] {
    match content {
        Content::Switch(_) => &[],
        Content::One(value) => std::slice::from_ref(value),
        Content::List(values) => values,
    }
}

/// The path of a `secrets-out`.
fn without_format(path: &str) -> &str {
    let mut formats = ["jsonl:", "sops:"].iter();
    let path_of = |format: &&str| path.strip_prefix(*format);
    formats.find_map(path_of).unwrap_or(path)
}

/// Each environment has its own secrets. A file that `[defaults]` names is shared on purpose.
fn share_no_file(document: &Document, problems: &mut Vec<Problem>) {
    let mut owners: BTreeMap<PathBuf, &str> = BTreeMap::new();
    let outputs = |section: &Section| {
        let entries = section.entries.iter();
        let found = entries.into_iter().find(|entry| entry.key == "secrets-out");
        found.map(|entry| (entry.at, texts(&entry.content).to_vec()))
    };
    let named = document.environments.iter().filter_map(|section| {
        let name = section.environment.as_deref()?;
        Some((name, outputs(section)))
    });
    let named: Vec<_> = named.collect();
    let has_default = outputs(&document.defaults).is_some();
    for (name, output) in &named {
        if output.is_none() && !has_default {
            owners.insert(own_file(name).into(), name);
        }
    }
    for (name, output) in &named {
        let Some((at, paths)) = output else {
            continue;
        };
        for path in paths {
            let file = PathBuf::from(without_format(path));
            let file: PathBuf = file
                .components()
                .filter(|part| part.as_os_str() != ".")
                .collect();
            let owner = *owners.entry(file).or_insert(name);
            if owner != *name {
                let what = format!(
                    "the secrets of the environments `{owner}` and `{name}` go to the same place"
                );
                problems.push(Problem::new(*at, what).hint(format!(
                    "give each its own `secrets-out`, or leave it out: then `{name}` has `{}`",
                    own_file(name)
                )));
            }
        }
    }
}

/// The secrets file of an environment that names none.
pub(super) fn own_file(environment: &str) -> String {
    format!("client-secrets.{environment}.jsonl")
}
