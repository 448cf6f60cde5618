//! `[recipients]`: who can open the secrets of which owner's clients.

use std::collections::BTreeMap;

use clap::Arg;
use globset::Glob;
use serde_json::{Value as Json, json};

use super::check::{bad_value, misfit};
use super::document::{Content, Document, Entry, Group, shown};
use super::file::{Choice, NAME, SettingsFile};
use super::flags::{Flags, Takes, settable, takes};
use super::problem::Problem;
use super::value::in_folder;

/// The heading of the flags that choose recipients.
const OF_RECIPIENTS: &str = "Recipients";

pub(super) fn check(
    document: &Document,
    flags: &Flags<'_>,
    choice: Choice,
    problems: &mut Vec<Problem>,
) {
    let groups = &document.recipients;
    if let (Choice::Found, Some(group)) = (choice, groups.first()) {
        let what = "`[recipients]` counts only in a settings file that you name: this one was found in the working folder, and a pull request may have changed it";
        problems.push(Problem::new(group.at, what).hint(format!(
            "check the file, then name it with `--config {NAME}` or `HYDRA_GITOPS_CONFIG={NAME}`"
        )));
    }
    for group in groups {
        check_group(group, flags, choice, problems);
    }
}

fn check_group(group: &Group, flags: &Flags<'_>, choice: Choice, problems: &mut Vec<Problem>) {
    let (owner, section) = (shown(&group.owner), &group.section);
    let problem = |at, what: String| Problem::new(at, what);
    if let Err(error) = Glob::new(&group.owner) {
        problems.push(problem(
            group.at,
            format!("`{owner}` is not a glob: {}", error.kind()),
        ));
    }
    if section.entries.is_empty() {
        let what = format!("no recipient is named for owners like `{owner}`");
        let hint = "nobody could decrypt their secrets: name a recipient, such as `age-recipient`, or leave the owners out";
        problems.push(problem(group.at, what).hint(hint));
    }
    if let Some(variable) = section.variables.first() {
        let what = "variables cannot be chosen by owner".to_owned();
        problems
            .push(problem(variable.at, what).hint("write them below `[environments.NAME.vars]`"));
    }
    for entry in &section.entries {
        problems.extend(match is_recipient(entry, flags) {
            true => misfit(entry, flags, true).or_else(|| bad_value(entry, choice)),
            false => {
                let what = format!("`{}` does not name recipients", shown(&entry.key));
                let hint = "write `age-recipient`, `age-recipients-file`, `pgp-key-file`, `pgp-key`, `pgp-key-url` or `keybase`";
                Some(problem(entry.at, what).hint(hint))
            }
        });
    }
}

fn is_recipient(entry: &Entry, flags: &Flags<'_>) -> bool {
    let named = flags.named(&entry.key);
    named
        .iter()
        .any(|arg| arg.get_help_heading() == Some(OF_RECIPIENTS))
}

/// The rules as values of the hidden flag that takes them.
pub(super) fn rules<'d>(
    document: &'d Document,
    command: &clap::Command,
    file: &SettingsFile,
) -> Vec<(&'d Group, String)> {
    let known: BTreeMap<&str, &Arg> = settable(command).collect();
    let rule = |group: &'d Group| {
        let entries = group.section.entries.iter();
        let to: serde_json::Map<String, Json> = entries
            .filter_map(|entry| {
                let arg = known.get(entry.key.as_str())?;
                let content = in_folder(arg, entry.content.clone(), file.folder());
                Some((entry.key.clone(), json_of(arg, content)))
            })
            .collect();
        (group, json!({"owner": group.owner, "to": to}).to_string())
    };
    document.recipients.iter().map(rule).collect()
}

fn json_of(arg: &Arg, content: Content) -> Json {
    match (takes(arg), content) {
        (_, Content::Switch(value)) => json!(value),
        (Takes::Many, Content::One(value)) => json!([value]),
        (_, Content::One(value)) => json!(value),
        (_, Content::List(values)) => json!(values),
    }
}
