//! Runs all checks, one after the other.

use std::path::PathBuf;

use super::examination::Examination;
use super::manifests::Need;
use super::route::Route;
use super::{files, hydra, manifests, recipients};
use crate::error::Result;
use crate::hydra::RetryPolicy;
use crate::manifest::Loaded;
use crate::vault::Seal;

/// What an apply would work with. An error in one part does not prevent checking the others.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The manifests, if any are to be checked.
    pub(crate) manifests: Option<Result<Loaded>>,
    /// How secrets would be sealed; `None` if no recipient is given.
    pub(crate) seal: Result<Option<Seal>>,
    /// How Hydra would be reached.
    pub(crate) route: Result<Route>,
    /// How long each request is retried.
    pub(crate) retry_policy: RetryPolicy,
    /// How many look-ups run in parallel.
    pub(crate) look_ups: usize,
    /// The secrets file.
    pub(crate) secrets: PathBuf,
    /// Whether the secrets file would contain secrets in clear.
    pub(crate) in_clear: bool,
}

/// Runs all checks.
pub(crate) async fn examine(inputs: Inputs) -> Examination {
    let Inputs {
        manifests,
        seal,
        route,
        retry_policy,
        look_ups,
        secrets,
        in_clear,
    } = inputs;
    let mut found = Examination::default();
    let manifests = manifests.and_then(|loaded| manifests::check(loaded, &mut found));
    recipients::check(&seal, &mut found);
    let probe = manifests.iter().flatten();
    let probe = probe
        .filter_map(|manifest| manifest.client.client_id())
        .next();
    let target = hydra::check(&route, retry_policy, probe.as_ref(), &seal, &mut found).await;
    let need = match (manifests, &target) {
        (Some(manifests), Some(target)) => {
            manifests::plan(manifests, target, look_ups, &mut found).await
        }
        _ => Need::Unknown,
    };
    recipients::check_need(&seal, need, &mut found);
    let name = target.as_ref().map(|target| &*target.name);
    files::check(&secrets, in_clear, need, name, &mut found);
    found
}
