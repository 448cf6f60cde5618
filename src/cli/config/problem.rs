//! What is wrong in a settings file, and where. All of it is reported at once.

use std::fmt;
use std::path::Path;

use crate::error::Error;

/// The most problems that are shown: after that, it is another kind of file.
pub(super) const MOST: usize = 50;

/// A place in the file, counted from 1; columns are characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

impl Place {
    /// The place of a byte of `text`.
    pub(super) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }
}

/// A problem, which quotes no value: it may be a secret.
#[derive(Debug)]
pub(super) struct Problem {
    /// The byte of the text.
    pub(super) at: usize,
    pub(super) what: String,
    pub(super) hint: Option<String>,
}

impl Problem {
    pub(super) fn new(at: usize, what: impl Into<String>) -> Self {
        let (what, hint) = (what.into(), None);
        Self { at, what, hint }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

/// The errors to show, in the order of the file.
pub(super) fn errors(mut problems: Vec<Problem>, text: &str, path: &Path) -> Vec<Error> {
    problems.sort_by_key(|problem| problem.at);
    let rest = problems.len().saturating_sub(MOST);
    let shown = problems.into_iter().take(MOST).map(|problem| {
        let place = Place::of(text, problem.at);
        let what = format!("{}:{place}: {}", path.display(), problem.what);
        let error = Error::usage(what);
        match problem.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    });
    let mut errors: Vec<Error> = shown.collect();
    if rest > 0 {
        let what = format!("{}: and {rest} more problems", path.display());
        errors.push(Error::usage(what).hint("check that it is a settings file"));
    }
    errors
}
