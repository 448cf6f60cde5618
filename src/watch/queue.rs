//! All clients, each of them once, whatever asked for it: which are due, and when the next one is.
//! A client that fails comes back after a backoff, as in the work queues of Kubernetes controllers.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::Instant;

use super::backoff::Backoff;
use super::tracked::{Attempt, GivenUpRequest, Phase, Tracked, generates_secret};
use crate::client::{ClientId, Identity};
use crate::manifest::Manifest;
use crate::plan::{Action, Change, Creation};
use crate::reconcile::id_of;

/// Which clients to compare with Hydra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    All,
    /// Those that are new, changed or missing, and not backing off.
    Due,
    /// Those whose backoff is over at that moment.
    Retry(Instant),
}

/// All clients that valid manifests described.
#[derive(Debug, Default)]
pub(super) struct Queue {
    all: HashMap<Identity, Tracked>,
    /// When the manifests were saved that are not compared yet: Hydra may be away.
    saved: HashMap<Identity, Instant>,
}

impl Queue {
    /// The manifests to compare. A client that is being created is left out: if its manifest changed,
    /// it is due when its create has ended.
    pub(super) fn select<'m>(
        &mut self,
        which: Which,
        manifests: impl Iterator<Item = &'m Manifest>,
    ) -> Vec<Manifest> {
        let busy = self.busy();
        let mut chosen = Vec::new();
        for manifest in manifests {
            let identity = manifest.client.identity();
            let is_as_compared = self.is_as_compared(manifest);
            if let Some(creating) = identity.as_ref().and_then(|identity| busy.get(identity)) {
                let tracked = self.all.get_mut(creating).and_then(Tracked::attempt_mut);
                if let Some(attempt) = tracked.filter(|_| !is_as_compared) {
                    attempt.is_outdated = true;
                }
            } else if is_due(
                which,
                identity.and_then(|one| self.all.get(&one)),
                is_as_compared,
            ) {
                chosen.push(manifest.clone());
            }
        }
        chosen
    }

    /// Whether a manifest describes its client as it was last compared.
    fn is_as_compared(&self, manifest: &Manifest) -> bool {
        let tracked = manifest.client.identity();
        let tracked = tracked.and_then(|identity| self.all.get(&identity));
        tracked.is_some_and(|one| one.is_described_by(manifest))
    }

    /// Whom the identities mean that are being created: a manifest may know a client by its id or by
    /// its name.
    fn busy(&self) -> HashMap<Identity, Identity> {
        let creating = self.all.iter().filter(|(_, one)| one.attempt().is_some());
        let named = creating.flat_map(|(identity, one)| {
            let names = one.alias.iter().chain([identity]);
            names.map(|name| (name.clone(), identity.clone()))
        });
        named.collect()
    }

    /// When the manifests were saved that are about to be compared, unless an earlier version waits.
    pub(super) fn note_saved(&mut self, manifests: &[Manifest], saved: Instant) {
        for manifest in manifests {
            if let Some(identity) = manifest.client.identity()
                && !self.is_as_compared(manifest)
            {
                self.saved.entry(identity).or_insert(saved);
            }
        }
    }

    /// These manifests are being compared with Hydra.
    pub(super) fn compare(&mut self, manifests: &[Manifest]) {
        for manifest in manifests {
            if let Some(identity) = manifest.client.identity() {
                let tracked = self.all.entry(identity);
                let tracked = tracked.or_insert_with(|| Tracked::new(manifest));
                tracked.compare(manifest);
            }
        }
    }

    /// Puts these clients into a batch. Those whose save nobody noted have been missing `since`.
    pub(super) fn begin(&mut self, changes: &[(Identity, Change)], batch: usize, since: Instant) {
        let mut saved = std::mem::take(&mut self.saved);
        for (identity, change) in changes {
            let since = saved.remove(identity).unwrap_or(since);
            if let Some(tracked) = self.all.get_mut(identity) {
                tracked.begin(batch, since, generates_secret(change));
            }
        }
    }

    /// The turn of a create has come. Returns whether it is still wanted. Nothing of it was sent
    /// before.
    pub(super) fn sends(&mut self, identity: &Identity, batch: usize, now: Instant) -> bool {
        let attempt = self.all.get_mut(identity).and_then(Tracked::attempt_mut);
        let Some(attempt) = attempt.filter(|attempt| attempt.batch == batch) else {
            return false;
        };
        attempt.sent = Some(now);
        true
    }

    /// Its create has ended, or will never be sent by that batch.
    pub(super) fn leave_batch(&mut self, identity: &Identity, batch: usize) -> Option<Attempt> {
        let tracked = self.all.get_mut(identity)?;
        tracked.attempt().filter(|one| one.batch == batch)?;
        tracked.leave_batch()
    }

    /// Takes back creates that were not sent yet and whose manifests are not these any more.
    pub(super) fn withdraw<'m>(&mut self, manifests: impl Iterator<Item = &'m Manifest>) {
        let same = manifests.filter(|manifest| self.is_as_compared(manifest));
        let same: HashSet<_> = same.filter_map(|one| one.client.identity()).collect();
        self.take_back(|identity, attempt| attempt.sent.is_none() && !same.contains(identity));
    }

    /// Takes back what a batch has not sent yet; all of it where it has ended.
    pub(super) fn give_back(&mut self, batch: usize, has_ended: bool) {
        self.take_back(|_, one| one.batch == batch && (has_ended || one.sent.is_none()));
    }

    fn take_back(&mut self, is_over: impl Fn(&Identity, &Attempt) -> bool) {
        for (identity, tracked) in &mut self.all {
            if tracked.attempt().is_some_and(|one| is_over(identity, one)) {
                tracked.leave_batch();
            }
        }
    }

    /// Leaves out clients for which a request that was given up may still arrive and create them under
    /// another id. They back off until it cannot arrive any more.
    pub(super) fn leave_out_surfacing(
        &mut self,
        changes: &mut Vec<(Identity, Change)>,
        server_chooses_ids: bool,
        now: Instant,
    ) {
        let requests = self.all.values().flat_map(|one| one.surfacing(now));
        let requests: Vec<GivenUpRequest> = requests.cloned().collect();
        let until = |creation: &Creation| {
            let id = id_of(creation)?;
            let is_beside = |request: &&GivenUpRequest| {
                let is_another = server_chooses_ids || request.id.as_ref() != Some(&id);
                is_another && request.name == creation.identity
            };
            let beside = requests.iter().filter(is_beside);
            beside.map(|request| request.until).max()
        };
        changes.retain(|(identity, change)| {
            let Action::Create(creation) = &change.action else {
                return true;
            };
            let until = until(creation);
            if let (Some(until), Some(tracked)) = (until, self.all.get_mut(identity)) {
                tracked.phase = Phase::BackingOff(Backoff::until(until));
            }
            until.is_none()
        });
    }

    pub(super) fn is_backing_off(&self, identity: &Identity) -> bool {
        let tracked = self.all.get(identity);
        tracked.is_some_and(|one| one.backoff().is_some())
    }

    /// When the first backoff is over.
    pub(super) fn next_retry(&self) -> Option<Instant> {
        let backoff = self.all.values().filter_map(Tracked::backoff);
        backoff.map(|backoff| backoff.at).min()
    }

    /// Those whose backoff was over had their turn, whether there was anything to create or not.
    pub(super) fn had_turn(&mut self, now: Instant) {
        for tracked in self.all.values_mut() {
            if let Phase::BackingOff(backoff) = &mut tracked.phase {
                backoff.restart(now);
            }
        }
    }

    /// Ends every backoff: what kept clients from being created may be over.
    pub(super) fn retry_all(&mut self) {
        self.all.values_mut().for_each(Tracked::retry_now);
    }

    pub(super) fn get(&mut self, identity: &Identity) -> Option<&mut Tracked> {
        self.all.get_mut(identity)
    }

    /// Whether a client is gone by `is_gone`.
    pub(super) fn has_gone(&self, is_gone: impl Fn(&Identity, &Tracked) -> bool) -> bool {
        let busy = self.busy();
        self.all.iter().any(|(identity, one)| {
            let may_go = !busy.contains_key(identity) && !matches!(one.phase, Phase::MaySurface);
            may_go && is_gone(identity, one)
        })
    }

    /// Forgets clients that are gone, and returns those that stay in Hydra, by place. What becomes of
    /// one that is being created is told first; one whose request may still arrive is remembered.
    pub(super) fn forget(
        &mut self,
        now: Instant,
        is_gone: impl Fn(&Identity, &Tracked) -> bool,
    ) -> Vec<Tracked> {
        let busy = self.busy();
        let gone = self.all.extract_if(|identity, one| {
            let is_gone = !busy.contains_key(identity) && is_gone(identity, one);
            let may_surface = one.surfacing(now).next().is_some();
            if is_gone && may_surface {
                one.phase = Phase::MaySurface;
            }
            is_gone && !may_surface
        });
        let mut gone: Vec<Tracked> = gone.map(|(_, one)| one).collect();
        // A manifest that calls its client by its id now is no other client.
        let ids = self.all.values().filter_map(|one| one.id.as_ref());
        let ids: HashSet<&ClientId> = ids.collect();
        gone.retain(|one| one.is_in_hydra() && !one.id.as_ref().is_some_and(|id| ids.contains(id)));
        gone.sort_by(|a, b| {
            let key = |one: &Tracked| (one.location.line, one.location.column);
            (&a.location.path, key(a)).cmp(&(&b.location.path, key(b)))
        });
        gone
    }

    /// How many clients are in Hydra whose manifests were at that path, or below it.
    pub(super) fn in_hydra_below(&self, path: &Path) -> usize {
        self.count(|one| one.is_in_hydra() && Path::new(&*one.location.path).starts_with(path))
    }

    pub(super) fn count(&self, is: impl Fn(&Tracked) -> bool) -> usize {
        self.all.values().filter(|one| is(one)).count()
    }

    /// The files that clients were described in.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.all.values().map(|one| &*one.location.path)
    }
}

/// Whether a client is to be compared.
fn is_due(which: Which, tracked: Option<&Tracked>, is_as_compared: bool) -> bool {
    match (which, tracked) {
        (Which::All, _) | (Which::Due, None) => true,
        (Which::Due, Some(tracked)) => {
            !is_as_compared || matches!(tracked.phase, Phase::Missing | Phase::MaySurface)
        }
        (Which::Retry(now), tracked) => {
            let backoff = tracked.and_then(Tracked::backoff);
            backoff.is_some_and(|backoff| backoff.is_over(now))
        }
    }
}
