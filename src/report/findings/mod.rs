//! Findings in the formats of CI systems: GitHub annotations, GitLab code quality, SARIF.
//!
//! No format holds a secret: a finding's texts are masked when it is made, and no line of a
//! manifest is shown.

mod fingerprint;
mod github;
mod gitlab;
mod paths;
mod recognize;
mod sarif;

pub(crate) use github::github;
pub(crate) use gitlab::gitlab;
pub(crate) use paths::Paths;
pub(crate) use recognize::is_report;
pub(crate) use sarif::sarif;
