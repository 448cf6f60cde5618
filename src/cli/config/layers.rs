//! Which value counts: that of the flag, then that of the environment variable, then that of the
//! environment in the settings file, then that of its defaults. A list replaces another.

use std::ffi::OsString;

use clap::Arg;

use super::document::{Content, Entry, Section};
use super::file::SettingsFile;
use super::flags::{Leaf, conflict, paths, settable};
use super::guarded::is_guarded;
use super::origin::Origin;
use super::value::{check, in_folder, path, words};
use super::variables::{self, Variable};
use crate::endpoint_name::same_endpoint;
use crate::error::{Error, Result};

/// Flags that mean something beside another one alone. Among defaults they may stand for the
/// commands that have the other.
const COMPANIONS: &[(&str, &str)] = &[
    ("sandbox-version", "sandbox"),
    ("keybase-url", "keybase"),
    ("report-format", "report-file"),
];

/// The values of a command, each with its origin.
pub(super) struct Layers<'c> {
    leaf: &'c Leaf<'c>,
    pub(super) values: Vec<Value<'c>>,
    pub(super) errors: Vec<Error>,
}

pub(super) struct Value<'c> {
    pub(super) name: &'c str,
    arg: &'c Arg,
    content: Content,
    pub(super) origin: Origin,
    /// What to add to the command line.
    pub(super) words: Vec<OsString>,
    /// Whether it is in a variable that other programs may use as well.
    is_old: bool,
}

impl<'c> Layers<'c> {
    /// What the command line and the environment say.
    pub(super) fn new(leaf: &'c Leaf<'c>) -> Self {
        let mut layers = Self {
            leaf,
            values: Vec::new(),
            errors: Vec::new(),
        };
        let positional = paths(leaf.command).map(|arg| ("paths", arg));
        for (name, arg) in settable(leaf.command).chain(positional) {
            if leaf.is_given(arg) {
                layers.push(name, arg, Content::Switch(true), Origin::CommandLine);
            }
        }
        layers.add_variables();
        layers
    }

    fn push(&mut self, name: &'c str, arg: &'c Arg, content: Content, origin: Origin) {
        self.values.push(Value {
            name,
            arg,
            content,
            origin,
            words: Vec::new(),
            is_old: false,
        });
    }

    fn has(&self, name: &str) -> bool {
        self.values.iter().any(|value| value.name == name)
    }

    /// The value that excludes this flag.
    fn rival(&self, arg: &Arg) -> Option<usize> {
        self.values.iter().position(|value| {
            // A sandbox has no use for a token that stands in the environment for other programs.
            let is_idle = value.is_old && value.name != "endpoint" && arg.get_id() == "sandbox";
            is_on(&value.content) && !is_idle && conflict(self.leaf.command, value.arg, arg)
        })
    }

    fn add_variables(&mut self) {
        let (mut own, mut old) = (Vec::new(), Vec::new());
        for (name, arg) in settable(self.leaf.command) {
            match variables::find(name, arg) {
                Ok(Some(variable)) if variable.is_old => old.push((name, arg, variable)),
                Ok(Some(variable)) => own.push((name, arg, variable)),
                Ok(None) => {}
                Err(error) => self.errors.push(error),
            }
        }
        for (name, arg, variable) in own.into_iter().chain(old) {
            if let Err(error) = self.add_variable(name, arg, variable) {
                self.errors.push(error);
            }
        }
    }

    fn add_variable(&mut self, name: &'c str, arg: &'c Arg, variable: Variable) -> Result<()> {
        let origin = Origin::Variable(variable.name);
        if self.has(name) {
            return Ok(());
        }
        match self.rival(arg).map(|index| &self.values[index].origin) {
            Some(Origin::Variable(other)) if !variable.is_old => {
                let what = format!("`{other}` and {origin} exclude each other");
                return Err(Error::usage(what).hint("unset one of them"));
            }
            Some(_) => return Ok(()),
            None => {}
        }
        let given = words(arg, &variable.content).unwrap_or_default();
        let words = match variable.is_read_by_command {
            true => Vec::new(),
            false => given,
        };
        valid(name, arg, &words, &origin)?;
        self.values.push(Value {
            name,
            arg,
            content: variable.content,
            origin,
            words,
            is_old: variable.is_old,
        });
        Ok(())
    }

    /// Adds what a section of the settings file says.
    pub(super) fn add_section(&mut self, section: &Section, file: &SettingsFile) {
        let origin = |entry: &Entry| Origin::File {
            spot: file.spot(entry.at),
            environment: section.environment.clone(),
        };
        for entry in &section.entries {
            let added = match (&*entry.key, paths(self.leaf.command)) {
                ("paths", Some(arg)) => self.add_paths(arg, entry, origin(entry), file),
                _ => self.add_entry(entry, origin(entry), file),
            };
            if let Err(error) = added {
                self.errors.push(error);
            }
        }
    }

    fn add_paths(
        &mut self,
        arg: &'c Arg,
        entry: &Entry,
        origin: Origin,
        file: &SettingsFile,
    ) -> Result<()> {
        if self.has("paths") || self.rival(arg).is_some() {
            return Ok(());
        }
        let values = match &entry.content {
            Content::Switch(_) => &[],
            Content::One(value) => std::slice::from_ref(value),
            Content::List(values) => values.as_slice(),
        };
        let path = |value: &String| match path(value, file.folder()) {
            // It must not look like a flag.
            path if path.len() > 1 && path.starts_with('-') => format!("./{path}"),
            path => path,
        };
        let words: Vec<OsString> = values.iter().map(|value| path(value).into()).collect();
        if values.iter().any(String::is_empty) {
            let what = format!("`paths` in {origin} contains an empty path");
            return Err(Error::usage(what).hint("write `.` for the folder of the settings file"));
        }
        self.push("paths", arg, entry.content.clone(), origin);
        if let Some(value) = self.values.last_mut() {
            value.words = words;
        }
        Ok(())
    }

    fn add_entry(&mut self, entry: &Entry, origin: Origin, file: &SettingsFile) -> Result<()> {
        let mut flags = settable(self.leaf.command);
        let Some((name, arg)) = flags.find(|(name, _)| *name == entry.key) else {
            // It is another command's.
            return Ok(());
        };
        let content = in_folder(arg, entry.content.clone(), file.folder());
        let Some(words) = words(arg, &content).filter(|_| super::flags::is_setting(arg)) else {
            // Another command has a flag of this name that takes such values.
            return Ok(());
        };
        let same = self.values.iter().find(|value| value.name == name);
        if let Some(value) = same {
            return agree(value, name, &content, &origin);
        }
        if let Some(rival) = self.rival(arg) {
            let value = &self.values[rival];
            return match (&value.origin, &origin) {
                (
                    Origin::File {
                        environment: one, ..
                    },
                    Origin::File {
                        environment: other, ..
                    },
                ) if one == other && is_on(&content) => {
                    let what = format!(
                        "`{}` in {} and `{name}` in {origin} exclude each other",
                        value.name, value.origin
                    );
                    Err(Error::usage(what).hint("remove one of them"))
                }
                _ => match contradiction(value, name, &origin) {
                    Some(error) if is_decisive(name) && is_on(&content) => Err(error),
                    _ => Ok(()),
                },
            };
        }
        valid(name, arg, &words, &origin)?;
        self.values.push(Value {
            name,
            arg,
            content,
            origin,
            words,
            is_old: false,
        });
        Ok(())
    }

    /// Drops what means something beside another flag alone.
    pub(super) fn drop_companions(&mut self) {
        for (companion, main) in COMPANIONS {
            let has_main = self
                .leaf
                .command
                .get_arguments()
                .any(|arg| arg.get_long() == Some(main));
            if has_main && !self.has(main) {
                self.values.retain(|value| {
                    value.name != *companion || value.origin == Origin::CommandLine
                });
            }
        }
    }
}

/// Whether a value is more than the end of a lower one.
fn is_on(content: &Content) -> bool {
    !matches!(content, Content::Switch(false)) && *content != Content::List(Vec::new())
}

/// Whether a key decides where secrets go, so that a variable must not quietly take its place.
fn is_decisive(name: &str) -> bool {
    is_guarded(name) || name == "sandbox"
}

/// A value that takes precedence over the file's. Where the file's environment was chosen by name, a
/// variable must not quietly lead to another Hydra.
fn agree(value: &Value<'_>, name: &str, content: &Content, origin: &Origin) -> Result<()> {
    let is_same = match (&value.content, content) {
        (Content::One(one), Content::One(other)) => same_endpoint(one, other),
        (Content::List(one), Content::One(other)) | (Content::One(other), Content::List(one)) => {
            one.as_slice() == std::slice::from_ref(other)
        }
        (one, other) => one == other,
    };
    match contradiction(value, name, origin) {
        Some(error) if !is_same && is_decisive(name) => Err(error),
        _ => Ok(()),
    }
}

fn contradiction(value: &Value<'_>, name: &str, origin: &Origin) -> Option<Error> {
    let (
        Origin::Variable(variable),
        Origin::File {
            spot,
            environment: Some(environment),
        },
    ) = (&value.origin, origin)
    else {
        return None;
    };
    let what = format!(
        "`{variable}` contradicts the environment `{environment}`, which sets `{name}` at `{spot}`"
    );
    Some(Error::usage(what).hint(format!(
        "unset `{variable}`, or choose another environment; a flag such as `--{}` takes precedence over both",
        value.name
    )))
}

fn valid(name: &str, arg: &Arg, words: &[OsString], origin: &Origin) -> Result<()> {
    check(arg, words).map_err(|why| {
        let what = match origin {
            Origin::Variable(_) => format!("the value of {origin} is not valid: {why}"),
            _ => format!("the value of `{name}` in {origin} is not valid: {why}"),
        };
        Error::usage(what).hint(format!("see `hydra-gitops --help` for `--{name}`"))
    })
}
