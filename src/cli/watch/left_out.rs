//! What a plan leaves out, so that the others go on.

use std::collections::HashMap;

use tokio::time::Instant;

use super::outcome::failed;
use super::turn::Watch;
use crate::client::{Existing, Identity, Name, SecretSource};
use crate::error::Error;
use crate::manifest::Manifest;
use crate::plan::{Action, Plan};

impl Watch<'_> {
    /// Leaves out manifests whose name means several clients in Hydra, and says so of each.
    pub(super) fn without_ambiguous(
        &mut self,
        manifests: Vec<Manifest>,
        existing: &[Existing],
        began: Instant,
    ) -> Vec<Manifest> {
        let mut named: HashMap<&Name, Vec<String>> = HashMap::new();
        for client in existing {
            if let Some(name) = client.name() {
                named.entry(name).or_default().push(client.id().to_string());
            }
        }
        let is_one = |manifest: &Manifest| {
            let Some(Identity::Name(name)) = manifest.client.identity() else {
                return true;
            };
            let Some(ids) = named.get(&name).filter(|ids| ids.len() > 1) else {
                return true;
            };
            let (identity, ids) = (Identity::Name(name), ids.join("`, `"));
            let error = Error::manifest(format!(
                "the name `{identity}` means several clients in Hydra: `{ids}`"
            ))
            .hint("give the manifest the `client_id` of the one it means");
            if let Some(known) = self.clients.at(Some(&manifest.location)) {
                let took = began.elapsed();
                failed(known, Some(&manifest.location), &error, took, &mut self.say);
            }
            false
        };
        manifests.into_iter().filter(is_one).collect()
    }

    /// Leaves out clients that could not be created before: they have a turn of their own, so that
    /// one that Hydra never answers does not hold up the others each time.
    pub(super) fn leave_out_put_off(&mut self, plan: &mut Plan) {
        plan.changes.retain(|change| {
            let known = self.clients.at(change.place.as_ref());
            !matches!(change.action, Action::Create(_))
                || known.is_none_or(|known| !known.is_put_off())
        });
    }

    /// Leaves out clients that would be made twice if a request that was given up arrived late.
    pub(super) fn leave_out_late(&mut self, plan: &mut Plan, server_chooses_ids: bool) {
        let (late, clients) = (&self.late, &mut self.clients);
        plan.changes.retain(|change| {
            let Action::Create(creation) = &change.action else {
                return true;
            };
            let held = late.holds(creation, server_chooses_ids);
            if let Some(until) = held
                && let Some(known) = clients.at(change.place.as_ref())
            {
                known.put_off_until(until);
            }
            held.is_none()
        });
    }

    /// Leaves out clients whose secret nobody could open; the others go on.
    pub(super) fn leave_out_generated(&mut self, plan: &mut Plan, error: &Error, began: Instant) {
        plan.changes.retain(|change| {
            let generates = matches!(&change.action, Action::Create(creation)
                if creation.secret == SecretSource::Generated);
            let place = change.place.as_ref();
            if generates && let Some(known) = self.clients.at(place) {
                failed(known, place, error, began.elapsed(), &mut self.say);
            }
            !generates
        });
    }
}
