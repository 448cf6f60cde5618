//! `plan --output patch`: what to send to Hydra for one client. Nothing is sent here.

use super::ui::{Ui, to_stdout};
use crate::client::Field;
use crate::error::{Error, Result};
use crate::plan::{Action, Change, Drift, Patch, Plan};
use crate::report::patch;
use crate::text::count;

/// At most this many ids are suggested.
const FEW: usize = 5;

/// Prints the patch of the only client of the plan.
///
/// # Errors
/// There is not exactly one client (exit 64); it is not in Hydra, or cannot be compared (exit 1).
pub(super) fn print(plan: &Plan, ui: &Ui) -> Result<()> {
    let change = only(&plan.changes)?;
    let id = change.client_id.as_ref().map_or("", |id| id.as_str());
    match &change.action {
        Action::Drifted(drift) => {
            to_stdout(|out| patch::whole(&drift.patch, out))?;
            warn(id, drift, ui);
        }
        Action::Unchanged | Action::Unmanaged => {
            to_stdout(|out| patch::whole(&Patch::default(), out))?;
            let ignored = match change.ignored {
                0 => String::new(),
                ignored => format!(" ({} ignored)", count(ignored, "difference")),
            };
            ui.notice(&format!(
                "`{id}` is in Hydra as its manifest describes it{ignored}, so the patch is empty"
            ));
        }
        Action::Create(_) => {
            let what = format!("`{id}` is not in Hydra, so there is nothing to patch");
            return Err(Error::unexpected(what).hint("create it with `hydra-gitops apply`"));
        }
        Action::Failed(error) => return Err(error.clone()),
    }
    Ok(())
}

fn only(changes: &[Change]) -> Result<&Change> {
    let several = match changes {
        [change] => return Ok(change),
        [] => "no manifest describes one that is selected".to_owned(),
        all => format!("{} are selected", count(all.len(), "client")),
    };
    let ids = changes
        .iter()
        .filter_map(|change| change.client_id.as_ref());
    let ids: Vec<_> = ids.take(FEW).map(|id| format!("`--only {id}`")).collect();
    let error = Error::usage(format!("a patch is for one client, and {several}"));
    Err(match ids.is_empty() {
        true => {
            error.hint("check the id in `--only ID`, and whether its manifest is among those read")
        }
        false => error.hint(format!("select one, such as {}", ids.join(", "))),
    })
}

/// Warns about what the patch does not do.
fn warn(id: &str, drift: &Drift, ui: &Ui) {
    for field in &drift.patch.omitted {
        let name = field.name();
        ui.shortfall(&format!("the patch of `{id}` leaves out `{name}`, because a patch cannot unset a lifespan: send the lifespans that are to stay with `PUT …/clients/ID/lifespans`"));
    }
    let needs_secret = drift.differences.iter().any(|one| {
        let was_public = matches!(one.hydra.as_str(), Some("none" | "private_key_jwt"));
        let stays = matches!(one.manifest.as_str(), Some("none" | "private_key_jwt"));
        one.field == Field::TokenEndpointAuthMethod && was_public && !stays
    });
    if needs_secret {
        ui.shortfall(&format!("the patch lets `{id}` authenticate with a secret, and sets none: add a `client_secret` to it, or recreate the client"));
    }
}
