//! What is known of each client: as its manifest was when it was last compared, and how it stands
//! in Hydra. Nothing is said twice because of it.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::later::Later;
use crate::client::{Client, ClientId, Identity, request_body};
use crate::error::ErrorKey;
use crate::manifest::{Location, Manifest};
use crate::plan::Difference;
use crate::report::watch::Before;

/// Tells a manifest's client from any other one.
type Digest = [u8; 32];

/// A place as a key.
type At = (Arc<str>, usize, usize);

/// What is known of each client that a valid manifest described.
#[derive(Debug, Default)]
pub(super) struct Clients {
    all: HashMap<Identity, Known>,
    /// Of the manifests that were compared last.
    by_place: HashMap<At, Identity>,
    /// Since when clients are wanted whose manifests were saved and not compared yet.
    wanted: HashMap<Identity, Instant>,
}

/// What is known of a client.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) id: Option<ClientId>,
    pub(super) name: Option<String>,
    pub(super) place: Location,
    /// As it was when it was last compared with Hydra.
    digest: Digest,
    standing: Standing,
    /// When to try again to create it, where that failed.
    later: Option<Later>,
}

#[derive(Debug)]
enum Standing {
    /// It is in Hydra; with how it differs, if it does.
    Present(Option<String>),
    /// It is not; with why it could not be created, where that was said.
    Missing(Option<ErrorKey>),
}

impl Clients {
    /// Those of the manifests that are new, other than before, or not in Hydra yet, without those
    /// that are put off.
    pub(super) fn due<'m>(&self, manifests: impl Iterator<Item = &'m Manifest>) -> Vec<Manifest> {
        let is_due = |manifest: &&Manifest| {
            let identity = manifest.client.identity();
            let known = identity.and_then(|identity| self.all.get(&identity));
            known.is_none_or(|known| match known.standing {
                Standing::Missing(_) if known.later.is_none() => true,
                _ => known.digest != digest(&manifest.client),
            })
        };
        manifests.filter(is_due).cloned().collect()
    }

    /// Those of the manifests that were put off until that moment.
    pub(super) fn due_again<'m>(
        &self,
        manifests: impl Iterator<Item = &'m Manifest>,
        now: Instant,
    ) -> Vec<Manifest> {
        let is_due = |manifest: &&Manifest| {
            let known = manifest.client.identity();
            let known = known.and_then(|identity| self.all.get(&identity));
            known.is_some_and(|known| known.later.is_some_and(|later| later.at <= now))
        };
        manifests.filter(is_due).cloned().collect()
    }

    /// When the first of those that are put off is to be tried again.
    pub(super) fn again_at(&self) -> Option<Instant> {
        let later = self.all.values().filter_map(|known| known.later);
        later.map(|later| later.at).min()
    }

    /// Those whose time had come had their turn, whether there was anything to try or not.
    pub(super) fn had_turn(&mut self, now: Instant) {
        let later = self
            .all
            .values_mut()
            .filter_map(|known| known.later.as_mut());
        later.for_each(|later| later.had_turn(now));
    }

    /// Puts nothing off any more: what kept clients from being created may be over.
    pub(super) fn forgive(&mut self) {
        self.all.values_mut().for_each(|known| known.later = None);
    }

    /// Notes that these manifests are being compared with Hydra.
    pub(super) fn compare(&mut self, manifests: &[Manifest]) {
        self.by_place.clear();
        for manifest in manifests {
            let Some(identity) = manifest.client.identity() else {
                continue;
            };
            let (digest, place) = (digest(&manifest.client), manifest.location.clone());
            self.by_place.insert(at(&place), identity.clone());
            let name = manifest.client.text(crate::client::Field::ClientName);
            let name = name.map(str::to_owned);
            match self.all.get_mut(&identity) {
                Some(known) => {
                    if known.digest != digest {
                        // Another client, so that another refusal of it is news.
                        known.forget_failure();
                    }
                    (known.digest, known.place, known.name) = (digest, place, name);
                }
                None => {
                    let known = Known {
                        id: manifest.client.client_id(),
                        name,
                        place,
                        digest,
                        standing: Standing::Missing(None),
                        later: None,
                    };
                    self.all.insert(identity, known);
                }
            }
        }
    }

    /// Whether the manifest describes its client as it was when it was last compared.
    pub(super) fn is_as_compared(&self, manifest: &Manifest) -> bool {
        let known = manifest.client.identity();
        let known = known.and_then(|identity| self.all.get(&identity));
        known.is_some_and(|known| known.digest == digest(&manifest.client))
    }

    /// Those of the manifests that were saved at that moment are wanted, if not since before: Hydra
    /// may be away.
    pub(super) fn wanted(&mut self, manifests: &[Manifest], saved: Instant) {
        let new = manifests.iter().filter(|one| !self.is_as_compared(one));
        let new: Vec<Identity> = new.filter_map(|one| one.client.identity()).collect();
        for client in new {
            self.wanted.entry(client).or_insert(saved);
        }
    }

    /// Since when those are wanted that are compared now.
    pub(super) fn take_wanted(&mut self) -> HashMap<Identity, Instant> {
        std::mem::take(&mut self.wanted)
    }

    /// What is known of the client whose manifest is at that place.
    pub(super) fn at(&mut self, place: Option<&Location>) -> Option<&mut Known> {
        let identity = self.by_place.get(&at(place?))?;
        self.all.get_mut(identity)
    }

    /// What is known of a client.
    pub(super) fn get(&mut self, identity: &Identity) -> Option<&mut Known> {
        self.all.get_mut(identity)
    }

    /// Forgets the clients for which `is_gone` holds, and gives those that are in Hydra, by place.
    pub(super) fn forget(&mut self, is_gone: impl Fn(&Identity, &Known) -> bool) -> Vec<Known> {
        let mut gone: Vec<Known> = self
            .all
            .extract_if(|identity, known| is_gone(identity, known))
            .map(|(_, known)| known)
            .collect();
        // A manifest that calls its client by its id now is no other client.
        let ids = self.all.values().filter_map(|known| known.id.as_ref());
        let ids: std::collections::HashSet<_> = ids.collect();
        gone.retain(|known| {
            let is_described = known.id.as_ref().is_some_and(|id| ids.contains(id));
            matches!(known.standing, Standing::Present(_)) && !is_described
        });
        gone.sort_by_key(|known| at(&known.place));
        gone
    }

    /// Whether `is` holds of any client.
    pub(super) fn any(&self, is: impl Fn(&Identity, &Known) -> bool) -> bool {
        self.all.iter().any(|(identity, known)| is(identity, known))
    }

    /// How many clients are in Hydra whose manifests were at that path, or below it.
    pub(super) fn present_below(&self, path: &Path) -> usize {
        let is_present = |known: &&Known| matches!(known.standing, Standing::Present(_));
        let is_below = |known: &&Known| Path::new(&*known.place.path).starts_with(path);
        let present = self.all.values().filter(is_present);
        present.filter(is_below).count()
    }

    /// How many clients are in Hydra and differ.
    pub(super) fn drifted(&self) -> usize {
        let drifted = |known: &&Known| matches!(known.standing, Standing::Present(Some(_)));
        self.all.values().filter(drifted).count()
    }

    /// How many clients are not in Hydra.
    pub(super) fn missing(&self) -> usize {
        let missing = |known: &&Known| matches!(known.standing, Standing::Missing(_));
        self.all.values().filter(missing).count()
    }
}

impl Known {
    /// Notes that Hydra lacks it.
    pub(super) fn is_missing(&mut self) {
        if let Standing::Present(_) = self.standing {
            self.standing = Standing::Missing(None);
        }
    }

    /// Notes that it is in Hydra, under that id, and as described. Returns what was said of it that
    /// is no longer so.
    pub(super) fn is_present(&mut self, id: Option<&ClientId>) -> Option<Before> {
        self.id = id.cloned().or(self.id.take());
        self.later = None;
        match std::mem::replace(&mut self.standing, Standing::Present(None)) {
            Standing::Present(Some(_)) => Some(Before::Drifted),
            Standing::Missing(Some(_)) => Some(Before::Failed),
            Standing::Present(None) | Standing::Missing(None) => None,
        }
    }

    /// Notes that it is in Hydra and differs. Returns whether that is news.
    pub(super) fn is_drifted(&mut self, id: Option<&ClientId>, how: &[Difference]) -> bool {
        self.id = id.cloned().or(self.id.take());
        let how: Vec<String> = how.iter().map(text).collect();
        let how = Some(how.join("\n"));
        let is_news = !matches!(&self.standing, Standing::Present(said) if *said == how);
        self.standing = Standing::Present(how);
        self.later = None;
        is_news
    }

    /// Notes that it could not be created. Returns whether that is news.
    pub(super) fn has_failed(&mut self, why: ErrorKey) -> bool {
        let why = Some(why);
        let is_news = !matches!(&self.standing, Standing::Missing(said) if *said == why);
        self.standing = Standing::Missing(why);
        is_news
    }

    /// Puts off the next try to create it, after one that took so long.
    pub(super) fn put_off(&mut self, took: Duration) {
        self.later = Some(Later::after(self.later, took));
    }

    /// Puts off the next try to create it until that moment.
    pub(super) fn put_off_until(&mut self, at: Instant) {
        self.later = Some(Later::until(at));
    }

    /// Whether the next try to create it is put off.
    pub(super) fn is_put_off(&self) -> bool {
        self.later.is_some()
    }

    fn forget_failure(&mut self) {
        self.later = None;
        if let Standing::Missing(said) = &mut self.standing {
            *said = None;
        }
    }
}

fn text(difference: &Difference) -> String {
    let Difference {
        field,
        manifest,
        hydra,
    } = difference;
    format!("{}: {manifest} {hydra}", field.name())
}

fn at(place: &Location) -> At {
    (Arc::clone(&place.path), place.line, place.column)
}

fn digest(client: &Client) -> Digest {
    let body = request_body(client, client.client_id().as_ref(), client.given_secret());
    // Writing to memory cannot fail.
    body.map_or([0; 32], |body| Sha256::digest(&*body).into())
}
