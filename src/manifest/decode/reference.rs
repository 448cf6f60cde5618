//! `${env:NAME}` and `${file:PATH}` in a value.
//!
//! References are not resolved. A value that contains one is refused, so that Hydra never stores
//! the reference itself, for example as a secret that everybody can guess.

use crate::manifest::diagnostics::{Finding, Rule};

/// The finding about a value that contains a reference.
pub(crate) fn refuse(value: &str) -> Option<Finding> {
    let kind = ["${env:", "${file:"]
        .into_iter()
        .find(|start| value.contains(start))?;
    let message = format!("references such as `{kind}…}}` are not resolved");
    let finding = Finding::new(Rule::UnresolvedReference, message);
    Some(finding.help("write the value itself, or substitute it before the manifests are read"))
}
