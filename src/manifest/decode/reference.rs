//! `${env:NAME}` and `${file:PATH}` in a value.
//!
//! They are not resolved. A value that has one is refused, so that Hydra never stores the
//! reference itself as, say, a secret that everybody can guess.

use crate::manifest::diagnostics::Finding;

/// The finding about a value with a reference in it; `None` when there is none.
pub(crate) fn refuse(value: &str) -> Option<Finding> {
    let kind = ["${env:", "${file:"]
        .into_iter()
        .find(|start| value.contains(start))?;
    let finding = Finding::error(format!("references such as `{kind}…}}` are not resolved"));
    Some(finding.help("write the value itself, or have it filled in before the manifests are read"))
}
