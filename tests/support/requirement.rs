//! What a test needs beyond Rust, and what becomes of it where that is missing.

use libtest_mimic::{Completion, Failed};

/// A tool that is not there: what, and what it is needed for.
#[derive(Debug, Clone)]
pub(crate) struct Missing(pub(crate) String);

impl Missing {
    /// The test is ignored with the reason; with `CI=true` it fails, so that nothing goes
    /// unnoticed where everything should be there.
    pub(crate) fn outcome(&self) -> Result<Completion, Failed> {
        if std::env::var("CI").as_deref() == Ok("true") {
            return Err(self.0.clone().into());
        }
        Ok(Completion::ignored_with(&self.0))
    }
}

/// Whether a program can be found and run.
pub(crate) fn is_installed(program: &str, argument: &str) -> bool {
    let output = std::process::Command::new(program).arg(argument).output();
    output.is_ok_and(|output| output.status.success())
}
