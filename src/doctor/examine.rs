//! What is examined, and all checks, one after the other.

use std::fmt;

use super::examination::Examination;
use super::{files, hydra, manifests, recipients};
use crate::error::Result;
use crate::hydra::{Connection, RetryPolicy};
use crate::manifest::Loaded;
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
    /// The manifests, if any are to be checked.
    pub(crate) manifests: Option<Result<Loaded>>,
    /// How secrets would be sealed; `None` if no recipient is given.
    pub(crate) seal: Result<Option<Seal>>,
    pub(crate) route: Result<Route>,
    pub(crate) retry_policy: RetryPolicy,
    pub(crate) look_ups: usize,
    pub(crate) outputs: Outputs,
    /// Whether the secrets file would contain secrets in clear.
    pub(crate) in_clear: bool,
    /// Where the settings come from.
    pub(crate) settings: Vec<String>,
}

pub(crate) async fn examine(inputs: Inputs) -> Examination {
    let mut found = Examination::default();
    for source in inputs.settings {
        found.ok("settings", source);
    }
    let manifests = inputs.manifests;
    let manifests = manifests.and_then(|loaded| manifests::check(loaded, &mut found));
    let seal = &inputs.seal;
    recipients::check(seal, &mut found);
    let mut clients = manifests.iter().flatten();
    let probe = clients.find_map(|manifest| manifest.client.client_id());
    let (route, retry_policy) = (&inputs.route, inputs.retry_policy);
    let target = hydra::check(route, retry_policy, probe.as_ref(), seal, &mut found).await;
    let need = match (manifests, &target) {
        (Some(manifests), Some(target)) => {
            manifests::plan(
                manifests,
                target,
                &inputs.outputs,
                inputs.look_ups,
                &mut found,
            )
            .await
        }
        _ => None,
    };
    recipients::check_need(seal, need, &mut found);
    let name = target.as_ref().map(|target| &*target.name);
    files::check(&inputs.outputs, inputs.in_clear, need, name, &mut found);
    found
}
