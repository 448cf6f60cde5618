//! Records a secret that was made elsewhere.

use secrecy::SecretString;
use serde::Deserialize;

use super::events::Events;
use super::recover::tell_repairs;
use super::target::Target;
use super::verify::method;
use crate::client::Existing;
use crate::error::{Error, Result};
use crate::hydra::Prover;
use crate::vault::{IntentDetails, Outputs, Seal, VaultFiles};

/// What is known of a recorded secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    /// The public endpoint accepts it.
    Proved,
    /// It could not be tried.
    Unproved,
}

/// Records the secret of an existing client.
///
/// # Errors
/// When the public endpoint refuses it, and nothing is recorded (exit 1); when there is no certain
/// answer (exit 5); when it cannot be written (exit 6).
pub(crate) async fn add_secret(
    outputs: &Outputs,
    seal: Seal,
    target: &Target,
    prover: &Prover,
    existing: &Existing,
    secret: &SecretString,
    events: &dyn Events,
) -> Result<Added> {
    #[derive(Deserialize)]
    struct Named {
        client_name: Option<String>,
        owner: Option<String>,
    }
    let (id, method) = (existing.id(), method(existing));
    let retry_policy = target.session.reader.retry_policy();
    let accepts = prover.accepts(id, secret, &method, retry_policy).await?;
    let added = match accepts {
        Some(true) => Added::Proved,
        Some(false) => {
            let what = format!("Hydra refuses this secret of `{id}`, and it was not recorded");
            return Err(Error::unexpected(what).hint(
                "check that it is the secret of this client in this Hydra, and `--public-url` the same Hydra's",
            ));
        }
        None => Added::Unproved,
    };
    let named: Option<Named> = serde_json::from_str(existing.json()).ok();
    let (client_name, owner) = named.map_or((None, None), |one| (one.client_name, one.owner));
    let about = IntentDetails {
        client_id: Some(id),
        client_name: client_name.as_deref().filter(|name| !name.is_empty()),
        owner: owner.as_deref().filter(|owner| !owner.is_empty()),
        is_resource: false,
        secret_name: None,
        method: &method,
    };
    let files = VaultFiles::open(outputs, Some(seal), target.name.clone()).await?;
    tell_repairs(files.repair.as_ref(), &files.broken, events);
    files.check_names(std::iter::once(about))?;
    let ticket = files.vault.intend(&about, Some(secret)).await?;
    files
        .vault
        .record(&ticket, id, added == Added::Unproved)
        .await?;
    files.close()?;
    Ok(added)
}
