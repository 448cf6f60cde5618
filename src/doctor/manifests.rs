//! Are the manifests valid, and what would an apply do with them?

use super::examination::Examination;
use crate::error::{Error, Result};
use crate::manifest::{Loaded, Manifest};
use crate::plan::{Action, IgnoredDrift, Plan};
use crate::reconcile::{self, Target, unrecorded};
use crate::text::count;
use crate::vault::{Content, Outputs};

/// Returns the manifests if they are valid.
pub(crate) fn check(loaded: Result<Loaded>, found: &mut Examination) -> Option<Vec<Manifest>> {
    let loaded = found.passed("manifests", loaded)?;
    let (errors, warnings) = loaded.totals();
    let clients = loaded.manifests.len();
    let with = count(warnings, "warning");
    let hint = "see above, or run `hydra-gitops validate`";
    if errors > 0 {
        let (errors, clients) = (count(errors, "error"), count(clients, "client"));
        let message = format!("{errors} and {with} in {clients}");
        found.problem("manifests", &Error::manifest(message).hint(hint));
        return None;
    }
    let valid = count(clients, "valid client");
    match warnings {
        0 => found.ok("manifests", valid),
        _ => found.warning("manifests", format!("{valid}, with {with}"), hint),
    }
    Some(loaded.manifests)
}

/// Says what an apply would do, and returns that, unless the plan fails.
pub(super) async fn plan(
    manifests: Vec<Manifest>,
    target: &Target,
    outputs: &Outputs,
    look_ups: usize,
    found: &mut Examination,
) -> Option<Plan> {
    let plan = reconcile::plan(manifests, target, &IgnoredDrift::default(), false, look_ups).await;
    let plan = found.passed("plan", plan)?;
    for change in &plan.changes {
        if let Action::Failed(error) = &change.action {
            // An apply goes on without this client.
            found.error("plan", error, false);
        }
    }
    let (summary, generated) = (plan.summary(), plan.secrets_to_generate());
    let message = format!(
        "{} to create, {} unchanged, {} drifted; {} to generate",
        summary.create,
        summary.unchanged,
        summary.drifted,
        count(generated, "secret")
    );
    found.ok("plan", message);
    check_recorded(&plan, target, outputs, found);
    Some(plan)
}

/// Says how many existing clients have a secret that nobody here has written down.
fn check_recorded(plan: &Plan, target: &Target, outputs: &Outputs, found: &mut Examination) {
    let content = match (outputs.secrets_file(), outputs.folders()) {
        (Some(file), _) => Content::read(file),
        (None, [folder, ..]) if folder.folder.exists() => Content::read_folder(&folder.folder),
        (None, _) => Ok(Content::default()),
    };
    // What is wrong with the file is told by the checks of the files.
    let Ok(content) = content else {
        return;
    };
    let ids = unrecorded(plan, &content, &target.name);
    let path = outputs.anchor().display();
    match ids.len() {
        0 => {}
        clients => found.warning(
            "recorded",
            format!(
                "{} in Hydra with a secret and no record in `{path}`",
                count(clients, "client")
            ),
            "`hydra-gitops plan PATH… --secrets-out FILE` names them; record what you know with `hydra-gitops secrets add ID`, and delete and create again what nobody knows",
        ),
    }
}
