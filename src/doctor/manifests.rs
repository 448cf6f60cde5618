//! Are the manifests valid, and what would an apply do with them?

use super::examination::Examination;
use crate::error::{Error, Result};
use crate::manifest::{Loaded, Manifest};
use crate::plan::Action;
use crate::reconcile::{self, Target};
use crate::text::count;

/// How many secrets an apply would generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// No manifests were given, or the plan failed.
    Unknown,
    /// This many.
    Secrets(usize),
}

/// Returns the manifests if they are valid.
pub(super) fn check(loaded: Result<Loaded>, found: &mut Examination) -> Option<Vec<Manifest>> {
    let loaded = match loaded {
        Ok(loaded) => loaded,
        Err(error) => {
            found.problem("manifests", &error);
            return None;
        }
    };
    let (errors, warnings) = loaded.totals();
    let clients = loaded.manifests.len();
    let hint = "see above, or run `hydra-gitops validate`";
    if errors > 0 {
        let message = format!(
            "{} and {} in {}",
            count(errors, "error"),
            count(warnings, "warning"),
            count(clients, "client")
        );
        found.problem("manifests", &Error::manifest(message).hint(hint));
        return None;
    }
    let valid = count(clients, "valid client");
    match warnings {
        0 => found.ok("manifests", valid),
        _ => found.warning(
            "manifests",
            format!("{valid}, with {}", count(warnings, "warning")),
            hint,
        ),
    }
    Some(loaded.manifests)
}

/// Says what an apply would do, and how many secrets it would generate.
pub(super) async fn plan(
    manifests: Vec<Manifest>,
    target: &Target,
    look_ups: usize,
    found: &mut Examination,
) -> Need {
    let plan = match reconcile::plan(manifests, target, false, look_ups).await {
        Ok(plan) => plan,
        Err(error) => {
            found.problem("plan", &error);
            return Need::Unknown;
        }
    };
    for change in &plan.changes {
        if let Action::Failed(error) = &change.action {
            // An apply goes on without this client.
            found.error("plan", error, false);
        }
    }
    let (summary, generated) = (plan.summary(), plan.secrets_to_generate());
    found.ok(
        "plan",
        format!(
            "{} to create, {} unchanged, {} drifted; {} to generate",
            summary.create,
            summary.unchanged,
            summary.drifted,
            count(generated, "secret")
        ),
    );
    Need::Secrets(generated)
}
