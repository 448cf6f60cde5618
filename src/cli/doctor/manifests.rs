//! Are the manifests valid, and what would be done with them?

use super::command::DoctorArgs;
use super::findings::Findings;
use crate::cli::desired::{ManifestArgs, show_findings};
use crate::cli::ui::Ui;
use crate::error::Error;
use crate::manifest::{Loaded, Manifest};
use crate::plan::Action;
use crate::reconcile;
use crate::reconcile::Target;
use crate::text::count;

/// How many secrets an apply would generate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// No manifests were given, or it could not be found out.
    Unknown,
    /// So many.
    Secrets(usize),
}

/// Reads the manifests, if any are given; they are returned where they are valid.
pub(super) fn check(args: &DoctorArgs, findings: &mut Findings, ui: &Ui) -> Option<Vec<Manifest>> {
    if args.paths.is_empty() {
        return None;
    }
    let manifests = ManifestArgs {
        paths: args.paths.clone(),
        allow_empty: false,
    };
    match manifests.load() {
        Ok(loaded) => {
            show_findings(&loaded, ui);
            say(&loaded, findings);
            (!loaded.has_errors()).then_some(loaded.manifests)
        }
        Err(error) => {
            findings.problem("manifests", &error);
            None
        }
    }
}

fn say(loaded: &Loaded, findings: &mut Findings) {
    let (errors, warnings) = loaded.totals();
    let clients = loaded.manifests.len();
    let shown = "see above, or run `hydra-gitops validate`";
    if errors > 0 {
        let message = format!(
            "{} and {} in {}",
            count(errors, "error"),
            count(warnings, "warning"),
            count(clients, "client")
        );
        findings.problem("manifests", &Error::manifest(message).hint(shown));
    } else if warnings > 0 {
        findings.warning(
            "manifests",
            format!(
                "{}, with {}",
                count(clients, "valid client"),
                count(warnings, "warning")
            ),
            shown,
        );
    } else {
        findings.ok("manifests", count(clients, "valid client"));
    }
}

/// Says what an apply would do, and how many secrets it would generate.
pub(super) async fn plan(
    args: &DoctorArgs,
    manifests: Vec<Manifest>,
    connected: &Target,
    findings: &mut Findings,
) -> Need {
    let plan = reconcile::plan(manifests, connected, false, args.connection.look_ups()).await;
    let plan = match plan {
        Ok(plan) => plan,
        Err(error) => {
            findings.problem("plan", &error);
            return Need::Unknown;
        }
    };
    let summary = plan.summary();
    let generated = plan.secrets_to_generate();
    for change in &plan.changes {
        if let Action::Failed(error) = &change.action {
            findings.problem("plan", error);
        }
    }
    findings.ok(
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
