//! What was found so far.

use crate::error::{Error, Hint, Kind, chain};
use crate::exit_code::ExitCode;
use crate::report::doctor::{Check, Examination, Status};

/// What was found so far, and the exit code that follows from it.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) examination: Examination,
    first: Option<Kind>,
}

impl Findings {
    pub(super) fn ok(&mut self, subject: &'static str, message: impl Into<String>) {
        self.push(subject, Status::Ok, message.into(), Vec::new());
    }

    /// Something that does not keep an apply from its work.
    pub(super) fn warning(
        &mut self,
        subject: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(subject, Status::Warning, message.into(), vec![hint.into()]);
    }

    /// What an apply would end with.
    pub(super) fn problem(&mut self, subject: &'static str, error: &Error) {
        self.first.get_or_insert(error.kind());
        self.push(subject, Status::Problem, chain(error), texts(error.hints()));
    }

    /// An error that is a problem, unless an apply would not come to it.
    pub(super) fn error(&mut self, subject: &'static str, error: &Error, is_problem: bool) {
        if is_problem {
            self.problem(subject, error);
        } else {
            self.push(subject, Status::Warning, chain(error), texts(error.hints()));
        }
    }

    /// All that was found, and what the process ends with.
    pub(super) fn finish(mut self) -> (Examination, ExitCode) {
        let code = self.first.map_or(ExitCode::Done, Kind::exit_code);
        self.examination.exit_code = code.code();
        (self.examination, code)
    }

    fn push(&mut self, subject: &'static str, status: Status, message: String, hints: Vec<String>) {
        self.examination.checks.push(Check {
            subject,
            status,
            message,
            hints,
        });
    }
}

fn texts(hints: &[Hint]) -> Vec<String> {
    hints.iter().map(|hint| hint.text().to_owned()).collect()
}
