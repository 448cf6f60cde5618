//! The results of the checks.

use std::fmt;

use crate::error::{Error, Kind, Result, chain};
use crate::recipients::{AgeRecipient, Recipient};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Ok,
    /// Something may be wrong, but an apply would continue.
    Warning,
    /// An apply would fail with an error of this kind.
    Problem(Kind),
}

#[derive(Debug)]
pub(crate) struct Check {
    /// What was checked, in one or two words.
    pub(crate) subject: &'static str,
    pub(crate) status: Status,
    pub(crate) message: String,
    /// What to do about it, most useful first.
    pub(crate) hints: Vec<String>,
}

/// Receives each check as soon as it is done.
pub(crate) type Tell = Box<dyn FnMut(&Check) -> Result<()>>;

/// The results of all checks, and the figures behind them.
#[derive(Default)]
pub(crate) struct Examination {
    tell: Option<Tell>,
    /// The first check that could not be told.
    untold: Option<Error>,
    pub(crate) endpoint: Option<String>,
    pub(crate) hydra_version: Option<String>,
    /// The median latency of a request, in milliseconds.
    pub(crate) latency_ms: Option<f64>,
    /// How many clients were counted in Hydra.
    pub(crate) clients: Option<usize>,
    /// How many seconds Hydra's clock is ahead of this machine's; negative if it is behind.
    pub(crate) clock_ahead_seconds: Option<i64>,
    /// The keys that secrets would be encrypted to.
    pub(crate) recipients: Vec<Recipient>,
    /// The age recipients that secrets would be encrypted to.
    pub(crate) age_recipients: Vec<AgeRecipient>,
    /// In the order in which an apply would run into them.
    pub(crate) checks: Vec<Check>,
}

impl fmt::Debug for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut fields = f.debug_struct("Examination");
        fields.field("endpoint", &self.endpoint);
        fields.field("checks", &self.checks).finish_non_exhaustive()
    }
}

impl Examination {
    /// An examination that tells each check as soon as it is done.
    pub(crate) fn telling(tell: Tell) -> Self {
        Self {
            tell: Some(tell),
            ..Self::default()
        }
    }

    /// Fails if a check could not be told.
    pub(crate) fn told(&mut self) -> Result<()> {
        self.untold.take().map_or(Ok(()), Err)
    }

    /// The first error that an apply would end with.
    pub(crate) fn first_problem(&self) -> Option<Kind> {
        self.checks.iter().find_map(|check| match check.status {
            Status::Problem(kind) => Some(kind),
            Status::Ok | Status::Warning => None,
        })
    }

    pub(super) fn ok(&mut self, subject: &'static str, message: impl Into<String>) {
        self.push(subject, Status::Ok, message.into(), Vec::new());
    }

    /// The value of a result. An error is a problem.
    pub(super) fn passed<T>(&mut self, subject: &'static str, result: Result<T>) -> Option<T> {
        result.map_err(|error| self.problem(subject, &error)).ok()
    }

    /// Something that does not stop an apply.
    pub(super) fn warning(
        &mut self,
        subject: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(subject, Status::Warning, message.into(), vec![hint.into()]);
    }

    /// An error that an apply would end with.
    pub(super) fn problem(&mut self, subject: &'static str, error: &Error) {
        self.error(subject, error, true);
    }

    /// An error: a problem if an apply would run into it, otherwise a warning.
    pub(super) fn error(&mut self, subject: &'static str, error: &Error, is_problem: bool) {
        let status = match is_problem {
            true => Status::Problem(error.kind()),
            false => Status::Warning,
        };
        let hints = error.hints().iter().map(|hint| hint.text().to_owned());
        self.push(subject, status, chain(error), hints.collect());
    }

    fn push(&mut self, subject: &'static str, status: Status, message: String, hints: Vec<String>) {
        let check = Check {
            subject,
            status,
            message,
            hints,
        };
        if let Some(tell) = &mut self.tell
            && let Err(error) = tell(&check)
        {
            self.untold.get_or_insert(error);
        }
        self.checks.push(check);
    }
}
