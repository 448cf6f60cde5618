//! Fetches what exists, and compares it with what is wanted.

use super::target::Target;
use crate::client::{ClientId, Existing, Field, Identity};
use crate::error::Result;
use crate::hydra::{Wanted, fetch};
use crate::manifest::{Manifest, Place};
use crate::plan::{Anew, Plan, Server, anew, diff, identity_once};

/// Something that a Hydra would not do as a manifest asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortfall {
    /// Where the manifest is.
    pub place: Option<Place>,
    /// The version of Hydra, where it tells it.
    pub version: Option<String>,
    /// What it would do.
    pub what: Lack,
}

/// How a Hydra falls short of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// It does not know these fields, and drops them without an error.
    DropsFields(Vec<&'static str>),
    /// It chooses ids itself, and refuses this one.
    RefusesId(ClientId),
}

/// Fetches what exists of what the manifests describe, and compares; with `unmanaged`, everything.
///
/// # Errors
/// When Hydra gives no certain answer (exit 5).
pub async fn plan(
    manifests: Vec<Manifest>,
    target: &Target,
    unmanaged: bool,
    look_ups: usize,
) -> Result<Plan> {
    let existing = look(&manifests, target, unmanaged, look_ups).await?;
    compare(manifests, &existing, target, unmanaged)
}

/// Fetches what exists of what the manifests describe; with `unmanaged`, everything.
///
/// # Errors
/// When Hydra gives no certain answer (exit 5).
pub async fn look(
    manifests: &[Manifest],
    target: &Target,
    unmanaged: bool,
    look_ups: usize,
) -> Result<Vec<Existing>> {
    let identities: Vec<Identity> = manifests
        .iter()
        .filter_map(|manifest| manifest.client.identity())
        .collect();
    let reader = &target.session.reader;
    Ok(fetch(reader, &Wanted::new(&identities), unmanaged, look_ups).await?)
}

/// Compares with what exists.
///
/// # Errors
/// When manifests contradict each other.
pub fn compare(
    manifests: Vec<Manifest>,
    existing: &[Existing],
    target: &Target,
    unmanaged: bool,
) -> Result<Plan> {
    let dialect = target.dialect();
    let server = Server {
        knows: &|field: Field| dialect.knows(field),
    };
    diff(manifests, existing, &server, unmanaged)
}

/// Plans clients that are created once: what exists is not compared.
///
/// # Errors
/// When Hydra gives no certain answer (exit 5).
pub async fn plan_anew(manifests: Vec<Manifest>, target: &Target, look_ups: usize) -> Result<Anew> {
    let dialect = target.dialect();
    let chooses_ids = dialect.chooses_ids();
    let identities: Vec<_> = manifests
        .iter()
        .filter_map(|manifest| identity_once(&manifest.client, chooses_ids))
        .collect();
    let wanted = Wanted::new(&identities);
    let existing = fetch(&target.session.reader, &wanted, false, look_ups).await?;
    let server = Server {
        knows: &|field: Field| dialect.knows(field),
    };
    Ok(anew(manifests, &existing, &server, chooses_ids))
}

/// What this Hydra would not do as the manifests ask.
#[must_use]
pub fn shortfalls(plan: &Plan, target: &Target) -> Vec<Shortfall> {
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
