//! Where values come from, for messages and for `doctor`.

use std::fmt;
use std::path::PathBuf;
use std::rc::Rc;

use super::problem::Place;
use crate::error::Error;
use crate::exit_code::ExitCode;
use crate::report::drift::SettingsFlags;
use crate::shell;

/// The most values that `doctor` shows: a file can have thousands of variables.
const MOST: usize = 200;

/// How many environments a hint names.
const NAMED: usize = 10;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    CommandLine,
    Variable(String),
    File {
        spot: Spot,
        /// The section.
        environment: Option<String>,
    },
    /// `[recipients]` in the file.
    Recipients(Spot),
    /// What an environment has without saying so.
    Environment(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CommandLine => f.write_str("the command line"),
            Self::Variable(name) => write!(f, "`{name}`"),
            Self::File { spot, environment } => {
                write!(f, "`{spot}`")?;
                match environment {
                    Some(name) => write!(f, " (environment `{name}`)"),
                    None => f.write_str(" (defaults)"),
                }
            }
            Self::Recipients(spot) => write!(f, "`{spot}`"),
            Self::Environment(name) => write!(f, "the environment `{name}`"),
        }
    }
}

/// A place in a settings file, which is counted out when it is shown.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Spot {
    pub(super) path: Rc<str>,
    pub(super) text: Rc<str>,
    pub(super) at: usize,
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, Place::of(&self.text, self.at))
    }
}

impl fmt::Debug for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.path, self.at)
    }
}

/// Where the values of a command come from.
#[derive(Debug, Default)]
pub(in crate::cli) struct Sources {
    /// The settings file, and why it counts.
    pub(super) file: Option<String>,
    /// The settings file, if it was named.
    pub(super) named: Option<PathBuf>,
    pub(super) environment: Option<String>,
    /// Whether all environments were asked for.
    pub(super) is_for_all: bool,
    /// Whether no file was asked for.
    pub(super) no_file: bool,
    /// Whether environments define variables.
    pub(super) has_variables: bool,
    /// Settings by name, without their values: one may be a secret.
    pub(super) values: Vec<(String, Origin)>,
}

impl Sources {
    /// One line for each source, for `doctor`; nothing if the command line says everything.
    pub(in crate::cli) fn lines(&self) -> Vec<String> {
        let is_typed = |(_, origin): &(String, Origin)| *origin == Origin::CommandLine;
        if self.file.is_none() && self.values.iter().all(is_typed) {
            return Vec::new();
        }
        let file = match &self.file {
            Some(file) => file.clone(),
            None => "no settings file is used".to_owned(),
        };
        let environment = self.environment.iter();
        let environment = environment.map(|name| format!("the environment is `{name}`"));
        let values = self.values.iter().take(MOST);
        let values = values.map(|(name, origin)| format!("`{name}` comes from {origin}"));
        let rest = self.values.len().saturating_sub(MOST);
        let rest = (rest > 0).then(|| format!("and {rest} more"));
        std::iter::once(file)
            .chain(environment)
            .chain(values)
            .chain(rest)
            .collect()
    }

    /// How another command finds the same settings. A file that was found is found again.
    pub(in crate::cli) fn settings(&self) -> SettingsFlags {
        let file = self.named.iter();
        let file = file.map(|path| format!("--config {}", shell::path(path)));
        let environment = self.environment.iter();
        let environment = environment.map(|name| format!("--environment {name}"));
        let none = self.no_file.then(|| "--no-config".to_owned());
        let mut values = self.values.iter();
        SettingsFlags {
            flags: file.chain(environment).chain(none).collect(),
            name_hydra: values.any(|(name, origin)| {
                ["endpoint", "sandbox"].contains(&&**name) && matches!(origin, Origin::File { .. })
            }),
        }
    }

    /// Whether the user typed this flag.
    pub(in crate::cli) fn is_typed(&self, flag: &str) -> bool {
        let mut values = self.values.iter();
        values.any(|(name, origin)| name == flag && *origin == Origin::CommandLine)
    }

    /// Says that there are environments, where that none was chosen may be why a run ended so.
    pub(in crate::cli) fn unchosen(
        &self,
        code: ExitCode,
        environments: &[String],
    ) -> Option<String> {
        let is_reason = match code {
            ExitCode::InvalidManifest => self.has_variables,
            ExitCode::Hydra | ExitCode::Secret => !self.is_typed("endpoint"),
            _ => false,
        };
        let is_open = self.environment.is_none() && !self.is_for_all && !environments.is_empty();
        (is_reason && is_open).then(|| {
            let names = environments.iter().take(NAMED).map(String::as_str);
            let names = names.collect::<Vec<_>>().join("`, `");
            let more = match environments.len() > NAMED {
                true => ", …",
                false => "",
            };
            format!("no environment is chosen: `--environment` takes `{names}`{more}")
        })
    }

    /// Says where the flags in a text come from, if nobody typed them.
    pub(in crate::cli) fn notes(&self, text: &str) -> Vec<String> {
        let typed = |origin: &Origin| *origin == Origin::CommandLine;
        let values = self.values.iter().filter(|(_, origin)| !typed(origin));
        values
            .filter(|(name, _)| names(text, name))
            .map(|(name, origin)| format!("`{name}` comes from {origin}"))
            .collect()
    }

    /// The same for an error.
    pub(in crate::cli) fn explain(&self, error: Error) -> Error {
        let notes = self.notes(&crate::error::chain(&error));
        notes.into_iter().fold(error, Error::hint)
    }
}

/// Whether a text contains the flag, and not only as the beginning of a longer one.
fn names(text: &str, name: &str) -> bool {
    let flag = format!("--{name}");
    text.match_indices(&flag).any(|(start, _)| {
        let next = text[start + flag.len()..].chars().next();
        !next.is_some_and(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_longer_flag_is_another_one() {
        assert!(super::names("`--pgp-key` is", "pgp-key"));
        assert!(super::names("--pgp-key=x", "pgp-key"));
        assert!(!super::names("--pgp-key-file x", "pgp-key"));
        assert!(super::names("--pgp-key-file --pgp-key", "pgp-key"));
    }
}
