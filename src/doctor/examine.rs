//! What is examined, and the checks of Hydra and the files, one after the other.

use std::fmt;

use super::examination::Examination;
use super::{files, hydra, manifests, recipients};
use crate::error::Result;
use crate::hydra::{Connection, RetryPolicy};
use crate::manifest::Manifest;
use crate::plan::Plan;
use crate::reconcile::unsealable;
use crate::vault::{Outputs, Seal};

/// Something odd about the configuration, and what to do about it.
pub(crate) type Warning = (String, &'static str);

/// How to reach Hydra. Nothing has been sent yet.
#[derive(Debug)]
pub(crate) struct Route {
    /// The name of the Hydra in results and in the secrets file.
    pub(crate) name: String,
    /// Whether it is a sandbox in this process.
    pub(crate) is_sandbox: bool,
    pub(crate) admin: Connection,
    /// The flag or variable that names the admin API.
    pub(crate) origin: &'static str,
    /// The connection to the public API, and the flag or variable that names it.
    pub(crate) public: Option<(Connection, &'static str)>,
    pub(crate) authorization: Option<Authorization>,
    /// Warnings about the configuration, which each run prints.
    pub(crate) warnings: Vec<Warning>,
}

/// Where the credentials of a request come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authorization {
    Given(&'static str),
    /// User and password in the endpoint's address.
    UserInfo,
}

impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(origin) => write!(f, "`{origin}`"),
            Self::UserInfo => f.write_str("user and password in the endpoint"),
        }
    }
}

/// What an apply would work with. An error in one part does not prevent checking the others.
#[derive(Debug)]
pub(crate) struct Inputs {
    /// The manifests, if any are to be checked and all of them are valid.
    pub(crate) manifests: Option<Vec<Manifest>>,
    /// How secrets would be sealed; `None` if no recipient is given.
    pub(crate) seal: Result<Option<Seal>>,
    pub(crate) route: Result<Route>,
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) look_ups: usize,
    pub(crate) outputs: Outputs,
    /// Whether the secrets file would contain secrets in clear.
    pub(crate) in_clear: bool,
}

/// Where the settings come from.
pub(crate) fn check_settings(sources: Vec<String>, found: &mut Examination) {
    for source in sources {
        found.ok("settings", source);
    }
}

/// Checks Hydra and the files. What the manifests and the recipients are was checked before.
pub(crate) async fn examine(inputs: Inputs, found: &mut Examination) {
    let mut clients = inputs.manifests.iter().flatten();
    let probe = clients.find_map(|manifest| manifest.client.client_id());
    let (route, seal) = (&inputs.route, &inputs.seal);
    let target = hydra::check(route, inputs.retry_policy, probe.as_ref(), seal, found).await;
    let outputs = &inputs.outputs;
    let plan = match (inputs.manifests, &target) {
        (Some(manifests), Some(target)) => {
            manifests::plan(manifests, target, outputs, inputs.look_ups, found).await
        }
        _ => None,
    };
    let need = plan.as_ref().map(Plan::secrets_to_generate);
    let (has_folders, known) = (!outputs.folders().is_empty(), seal.as_ref().ok());
    let refusal = plan.as_ref().zip(known);
    let refusal = refusal.and_then(|(plan, seal)| unsealable(plan, seal.as_ref(), has_folders));
    recipients::check_need(seal, need, refusal.as_ref(), found);
    let name = target.as_ref().map(|target| &*target.name);
    files::check(outputs, inputs.in_clear, need, name, found);
}
