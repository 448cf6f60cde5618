//! Findings: what is wrong with a manifest, where, and how that is shown.

mod finding;
mod findings;
mod location;
mod mask;
mod render;
mod report;
mod shown;
mod snippet;

pub use finding::{Finding, Severity};
pub use location::Place;
pub use render::{Look, render};

pub(crate) use findings::{Findings, too_many_errors};
pub(crate) use location::{Source, Span};
pub(crate) use mask::may_be_secret;
pub(crate) use report::{MAX_ERRORS, MAX_WARNINGS, Report};
pub(crate) use shown::{shown, shown_id, shown_name};
