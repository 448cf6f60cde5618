//! Which program this is.

use std::io::{self, Write};

/// What is known of the program since it was built.
pub(crate) struct Build {
    pub(crate) version: &'static str,
    /// The commit that it was built from, if whoever built it told.
    pub(crate) commit: Option<&'static str>,
    /// The target triple.
    pub(crate) target: &'static str,
}

/// Writes it as text, one fact a line.
///
/// # Errors
/// Those of the writer.
pub(crate) fn version(build: &Build, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "hydra-gitops {}", build.version)?;
    writeln!(out, "commit {}", build.commit.unwrap_or("unknown"))?;
    writeln!(out, "target {}", build.target)
}
