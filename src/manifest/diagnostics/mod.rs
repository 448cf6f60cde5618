//! Findings: which rule a manifest violates, where, and how that is shown.

mod comments;
mod finding;
mod findings;
mod location;
mod mask;
mod policy;
mod render;
mod report;
mod rule;
mod shown;
mod snippet;

pub use finding::Finding;
pub use location::Location;
pub use policy::Policy;
pub use render::{Look, render};
pub use report::Label;
pub use rule::{Basis, Rule, Severity};

pub(crate) use comments::allow;
pub(crate) use findings::{Findings, too_many_errors};
pub(crate) use location::{Source, Span};
pub(crate) use policy::did_you_mean;
pub(crate) use report::{MAX_ERRORS, MAX_WARNINGS, Report, by_name};
pub(crate) use shown::{is_of_name, shown, shown_id, shown_name};
