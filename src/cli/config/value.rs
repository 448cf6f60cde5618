//! A value as arguments of the command line.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command};

use super::document::Content;
use super::flags::{Takes, is_path, takes};

/// What can stand in front of a path.
const PREFIXES: &[(&str, &[&str])] = &[("secrets-out", &["jsonl:", "sops:"]), ("pgp-key", &["@"])];

/// The words that give `content` to a flag; `None` if it takes another kind of value.
pub(super) fn words(arg: &Arg, content: &Content) -> Option<Vec<OsString>> {
    let name = arg.get_long()?;
    let with = |value: &String| OsString::from(format!("--{name}={value}"));
    match (takes(arg), content) {
        (Takes::Nothing | Takes::Optional, Content::Switch(false)) => Some(Vec::new()),
        (Takes::Nothing | Takes::Optional, Content::Switch(true)) => {
            Some(vec![format!("--{name}").into()])
        }
        (Takes::Optional | Takes::One | Takes::Many, Content::One(value)) => {
            Some(vec![with(value)])
        }
        (Takes::Many, Content::List(values)) => Some(values.iter().map(with).collect()),
        _ => None,
    }
}

/// What to write for a flag.
pub(super) fn expected(arg: &Arg) -> &'static str {
    match takes(arg) {
        Takes::Nothing => "`true` or `false`, without quotes",
        Takes::Optional => "`true`, `false`, or text in quotes",
        Takes::One => "one value: text in quotes, or a number",
        Takes::Many => "text in quotes, or a list of texts",
    }
}

/// The same value, with paths that start at `folder`.
pub(super) fn in_folder(arg: &Arg, content: Content, folder: &Path) -> Content {
    let name = arg.get_long().unwrap_or_default();
    let prefixes = PREFIXES.iter().find(|(flag, _)| *flag == name);
    let prefixes = prefixes.map_or(&[][..], |(_, prefixes)| prefixes);
    let place = |value: String| {
        let prefix = prefixes.iter().find(|prefix| value.starts_with(**prefix));
        match prefix {
            Some(prefix) => format!("{prefix}{}", path(&value[prefix.len()..], folder)),
            None if is_path(arg) => path(&value, folder),
            None => value,
        }
    };
    match content {
        Content::Switch(switch) => Content::Switch(switch),
        Content::One(value) => Content::One(place(value)),
        Content::List(values) => Content::List(values.into_iter().map(place).collect()),
    }
}

/// A path that starts at `folder`; `-` stays standard input. An empty one stays an error.
pub(super) fn path(value: &str, folder: &Path) -> String {
    match value {
        "-" | "" => value.to_owned(),
        value => folder.join(value).display().to_string(),
    }
}

/// Whether a path stays in the folder of the settings file, which is the working folder.
pub(super) fn is_inside(value: &str) -> bool {
    use std::path::Component;
    let path = PathBuf::from(value);
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    // What does not exist leads nowhere.
    let here = Path::new(".").canonicalize();
    let leads_out = match (path.canonicalize(), here) {
        (Ok(real), Ok(here)) => !real.starts_with(here),
        _ => false,
    };
    path.components().all(plain) && !leads_out
}

/// Checks a value as clap would, and says what is wrong with it.
pub(super) fn check(arg: &Arg, words: &[OsString]) -> Result<(), String> {
    let alone = arg
        .clone()
        .conflicts_with(Resettable::Reset)
        .requires(Resettable::Reset)
        .global(false);
    let command = Command::new("settings").no_binary_name(true).arg(alone);
    let Err(error) = command.try_get_matches_from(words) else {
        return Ok(());
    };
    if let Some(ContextValue::Strings(values)) = error.get(ContextKind::ValidValue)
        && !values.is_empty()
    {
        return Err(format!("write one of `{}`", values.join("`, `")));
    }
    match std::error::Error::source(&error) {
        Some(why) => Err(why.to_string()),
        None => Err("it is empty".to_owned()),
    }
}
