//! Fetches what exists and compares it with what is desired.

use std::collections::HashMap;

use super::target::Target;
use crate::client::{ClientId, Field, HydraVersion};
use crate::endpoint_name::EndpointName;
use crate::error::{Error, Result};
use crate::hydra::{Query, fetch};
use crate::manifest::{Finding, Location, Manifest, Policy, Rule};
use crate::plan::{
    Action, Anew, Checksum, Creation, IgnoredDrift, Plan, anew, diff, identity_once,
};

/// Something that a Hydra would not do as a manifest asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Shortfall {
    pub place: Option<Location>,
    pub version: Option<String>,
    pub what: Lack,
}

/// How a Hydra falls short of a manifest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Lack {
    /// It does not support these fields and silently drops them.
    DropsFields(Vec<&'static str>),
    /// It chooses ids and refuses this one.
    RefusesId(ClientId),
}

/// Fetches the clients that the manifests describe, and compares; differences that are `ignored` are
/// no drift. With `unmanaged`, fetches all clients. Fails when Hydra gives no certain answer (exit 5).
pub(crate) async fn plan(
    manifests: Vec<Manifest>,
    target: &Target,
    ignored: &IgnoredDrift,
    unmanaged: bool,
    look_ups: usize,
) -> Result<Plan> {
    let identities = manifests
        .iter()
        .filter_map(|manifest| manifest.client.identity());
    let query = Query::new(identities);
    let found = fetch(&target.session.reader, &query, unmanaged, look_ups).await?;
    let knows = |field| target.dialect().knows(field);
    let (clients, failed) = (&found.clients, &found.failed);
    diff(manifests, clients, failed, &knows, ignored, unmanaged)
}

/// Gives findings that guard creating their final levels: what this version refuses is an error where
/// its client would be created, and a warning elsewhere. A field that is dropped counts only there.
pub(crate) fn judge(
    guards: Vec<Finding>,
    plan: &Plan,
    policy: &Policy,
    version: Option<HydraVersion>,
) -> Vec<Finding> {
    let creations = plan.creations();
    let creations =
        creations.filter_map(|(change, creation)| Some((change.place.as_ref()?, creation)));
    let created: HashMap<&Location, &Creation> = creations.collect();
    let creation = |finding: &Finding| created.get(finding.manifest.as_ref()?).copied();
    let mut judged = policy.for_hydra(version).apply(guards);
    judged.retain(|finding| {
        finding.rule != Rule::DroppedField || is_dropped(finding, creation(finding))
    });
    for finding in &mut judged {
        if creation(finding).is_none() {
            finding.soften();
        }
    }
    judged
}

/// Whether a finding is about a field that the creation would lose.
fn is_dropped(finding: &Finding, creation: Option<&Creation>) -> bool {
    let is_it = |field: &Field| finding.field.as_deref() == Some(field.name());
    creation.is_some_and(|creation| creation.dropped.iter().any(is_it))
}

/// Lets the creates fail that this Hydra would refuse, so that nothing is sent for them.
pub(crate) fn refuse(
    plan: &mut Plan,
    guards: Vec<Finding>,
    policy: &Policy,
    version: Option<HydraVersion>,
) {
    let judged = judge(guards, plan, policy, version);
    for finding in judged.iter().filter(|finding| finding.is_error()) {
        let mut changes = plan.changes.iter_mut();
        let change = changes.find(|change| change.place == finding.manifest);
        if let Some(change) = change.filter(|change| matches!(change.action, Action::Create(_))) {
            let error = Error::manifest(format!("{} ({})", finding.message, finding.rule.name()));
            change.action = Action::Failed(match &finding.help {
                Some(help) => error.hint(help.clone()),
                None => error,
            });
        }
    }
}

/// Plans clients that are created once: existing ones are not compared. Fails when Hydra gives no
/// certain answer (exit 5).
pub(crate) async fn plan_anew(
    manifests: Vec<Manifest>,
    target: &Target,
    look_ups: usize,
) -> Result<Anew> {
    let chooses_ids = target.dialect().chooses_ids();
    let once = |manifest: &Manifest| identity_once(&manifest.client, chooses_ids);
    let query = Query::new(manifests.iter().filter_map(once));
    let found = fetch(&target.session.reader, &query, false, look_ups).await?;
    let knows = |field| target.dialect().knows(field);
    let (existing, failed) = (&found.clients, &found.failed);
    Ok(anew(manifests, existing, failed, &knows, chooses_ids))
}

/// What tells the creates of a plan for this Hydra from those of others.
pub(crate) fn checksum(plan: &Plan, target: &Target) -> Checksum {
    let generation = target.dialect().as_read.name();
    Checksum::of(plan, &EndpointName::new(&target.name), generation)
}

/// What this Hydra would not do as the manifests ask.
pub(crate) fn shortfalls(plan: &Plan, target: &Target) -> Vec<Shortfall> {
    let dialect = target.dialect();
    let mut found = Vec::new();
    for (change, creation) in plan.creations() {
        let mut lacks = |what| {
            found.push(Shortfall {
                place: change.place.clone(),
                version: dialect.version.clone(),
                what,
            });
        };
        if !creation.dropped.is_empty() {
            let names = creation.dropped.iter().map(|field| field.name());
            lacks(Lack::DropsFields(names.collect()));
        }
        let own_id = creation.client.client_id();
        if let Some(id) = own_id.filter(|_| dialect.chooses_ids()) {
            lacks(Lack::RefusesId(id));
        }
    }
    found
}
