//! Environment variables for flags: `HYDRA_GITOPS_<FLAG>`, and the older names of some.

use clap::Arg;

use super::document::Content;
use super::flags::{Takes, takes};
use crate::cli::sources::{self, variable};
use crate::error::{Error, Result};

/// A flag's value in the environment.
pub(super) struct Variable {
    pub(super) name: String,
    pub(super) content: Content,
    /// Whether the command reads the variable itself.
    pub(super) is_read_by_command: bool,
    /// Whether it is an older name, which other programs may use as well.
    pub(super) is_old: bool,
}

/// The variable of a flag.
pub(super) fn name(flag: &str) -> String {
    let flag = flag.to_ascii_uppercase().replace('-', "_");
    format!("HYDRA_GITOPS_{flag}")
}

/// A variable of this program, whose value has to be text. An empty one counts as unset.
pub(super) fn own(name: &str) -> Result<Option<String>> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(Error::usage(format!(
            "the value of `{name}` is not UTF-8 text"
        ))
        .hint("correct the variable, or unset it")),
    }
}

/// What the environment has for a flag.
pub(super) fn find(flag: &str, arg: &Arg) -> Result<Option<Variable>> {
    let (name, old) = (name(flag), sources::variables_of(flag));
    if let Some(value) = own(&name)? {
        return Ok(Some(Variable {
            is_read_by_command: old.contains(&&*name),
            content: content(arg, &name, value)?,
            is_old: false,
            name,
        }));
    }
    let found = old.iter().find_map(|name| Some((name, variable(name)?)));
    Ok(found.map(|(name, value)| Variable {
        name: (*name).to_owned(),
        content: Content::One(value),
        is_read_by_command: true,
        is_old: true,
    }))
}

/// A switch as `true` or `false`.
pub(super) fn switch(name: &str, value: &str) -> Result<bool> {
    match &*value.to_ascii_lowercase() {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(
            Error::usage(format!("`{name}` is neither `true` nor `false`"))
                .hint("correct the variable, or unset it"),
        ),
    }
}

/// A list has one value a line: commas can be part of a value.
fn content(arg: &Arg, name: &str, value: String) -> Result<Content> {
    Ok(match takes(arg) {
        Takes::Nothing => Content::Switch(switch(name, &value)?),
        Takes::Optional => match switch(name, &value) {
            Ok(switch) => Content::Switch(switch),
            Err(_) => Content::One(value),
        },
        Takes::One => Content::One(value),
        Takes::Many => {
            let lines = value.lines().filter(|line| !line.trim().is_empty());
            Content::List(lines.map(str::to_owned).collect())
        }
    })
}
