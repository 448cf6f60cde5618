//! One client: its manifest as it was last compared, and the phase the client is in.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::backoff::Backoff;
use super::news::{Before, ClientNews, Subject};
use crate::client::{Client, ClientId, Field, Identity, ResourceName, SecretSource, request_body};
use crate::error::{Error, ErrorKey};
use crate::manifest::{Location, Manifest};
use crate::plan::{Action, Change, Difference};

/// The phase a client is in.
#[derive(Debug)]
pub(super) enum Phase {
    /// Hydra has it as its manifest describes it.
    InSync,
    /// Hydra has it, and it differs.
    Drifted(Vec<Difference>),
    /// Hydra lacks it, or was not asked yet.
    Missing,
    /// It is in a batch of creates.
    Creating(Attempt),
    /// It could not be created, and is retried later.
    BackingOff(Backoff),
    /// Its manifest is gone, and a request that was given up may still create it.
    MaySurface,
}

/// A create in a batch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub(super) batch: usize,
    /// When its manifest was saved.
    pub(super) since: Instant,
    /// When its turn came; before that, nothing was sent.
    pub(super) sent: Option<Instant>,
    /// Whether the journal remembers it.
    pub(super) is_journaled: bool,
    /// Whether its manifest changed in the meantime.
    pub(super) is_outdated: bool,
    /// The backoff of the attempt before.
    backoff: Option<Backoff>,
}

/// A request that was given up and may still arrive, as it was sent: the manifest may give the client
/// another name meanwhile.
#[derive(Debug, Clone)]
pub(super) struct GivenUpRequest {
    pub(super) id: Option<ClientId>,
    pub(super) name: Option<Identity>,
    pub(super) until: Instant,
}

/// What is known of a client that a valid manifest described.
#[derive(Debug)]
pub(super) struct Tracked {
    pub(super) id: Option<ClientId>,
    pub(super) location: Location,
    name: Option<String>,
    resource: Option<ResourceName>,
    /// The name and owner, or the resource, by which it can be identified as well.
    pub(super) alias: Option<Identity>,
    /// Identifies what the manifest describes.
    fingerprint: [u8; 32],
    pub(super) phase: Phase,
    /// The failure that was told of it last.
    told: Option<ErrorKey>,
    /// Beside the phase: a create that is retried under the same id does no harm.
    given_up: Vec<GivenUpRequest>,
}

impl Tracked {
    pub(super) fn new(manifest: &Manifest) -> Self {
        let resource = manifest.client.resource().map(Identity::Resource);
        Self {
            id: manifest.client.client_id(),
            location: manifest.location.clone(),
            name: manifest.client.text(Field::ClientName).map(str::to_owned),
            resource: manifest.client.resource(),
            alias: resource.or_else(|| manifest.client.name().map(Identity::Name)),
            fingerprint: fingerprint(&manifest.client),
            phase: Phase::Missing,
            told: None,
            given_up: Vec::new(),
        }
    }

    /// Whether the manifest describes it as it was last compared.
    pub(super) fn is_described_by(&self, manifest: &Manifest) -> bool {
        self.fingerprint == fingerprint(&manifest.client)
    }

    /// The manifest is being compared with Hydra. A changed one is tried at once, and its failure is
    /// news.
    pub(super) fn compare(&mut self, manifest: &Manifest) {
        let new = Self::new(manifest);
        if self.fingerprint != new.fingerprint {
            self.told = None;
            self.retry_now();
        }
        (self.location, self.name, self.alias) = (new.location, new.name, new.alias);
        self.fingerprint = new.fingerprint;
    }

    pub(super) fn retry_now(&mut self) {
        match &mut self.phase {
            Phase::BackingOff(_) => self.phase = Phase::Missing,
            Phase::Creating(attempt) => attempt.backoff = None,
            _ => {}
        }
    }

    pub(super) fn is_in_hydra(&self) -> bool {
        matches!(self.phase, Phase::InSync | Phase::Drifted(_))
    }

    pub(super) fn is_drifting(&self) -> bool {
        matches!(self.phase, Phase::Drifted(_))
    }

    /// Whether its manifest asks for it, and Hydra lacks it.
    pub(super) fn is_lacking(&self) -> bool {
        !self.is_in_hydra() && !matches!(self.phase, Phase::MaySurface)
    }

    /// Its create, if it is in a batch.
    pub(super) fn attempt(&self) -> Option<&Attempt> {
        match &self.phase {
            Phase::Creating(attempt) => Some(attempt),
            _ => None,
        }
    }

    pub(super) fn attempt_mut(&mut self) -> Option<&mut Attempt> {
        match &mut self.phase {
            Phase::Creating(attempt) => Some(attempt),
            _ => None,
        }
    }

    pub(super) fn backoff(&self) -> Option<Backoff> {
        match &self.phase {
            Phase::BackingOff(backoff) => Some(*backoff),
            _ => None,
        }
    }

    pub(super) fn begin(&mut self, batch: usize, since: Instant, is_journaled: bool) {
        self.phase = Phase::Creating(Attempt {
            batch,
            since,
            sent: None,
            is_journaled,
            is_outdated: false,
            backoff: self.backoff(),
        });
    }

    /// It leaves its batch, whatever becomes of it. Returns the create.
    pub(super) fn leave_batch(&mut self) -> Option<Attempt> {
        let attempt = *self.attempt()?;
        self.phase = attempt.backoff.map_or(Phase::Missing, Phase::BackingOff);
        Some(attempt)
    }

    pub(super) fn is_missing(&mut self) {
        if !self.is_lacking() {
            self.phase = Phase::Missing;
        }
    }

    /// Hydra has it as described. Returns what was told of it that no longer holds.
    pub(super) fn is_in_sync(&mut self, id: Option<&ClientId>) -> Option<Before> {
        match self.arrives(id, Phase::InSync) {
            (Phase::Drifted(_), _) => Some(Before::Drifted),
            (_, told) => told.map(|_| Before::Failed),
        }
    }

    /// Hydra has it, and it differs. Returns whether that is news.
    pub(super) fn is_drifted(&mut self, id: Option<&ClientId>, how: &[Difference]) -> bool {
        let (before, _) = self.arrives(id, Phase::Drifted(how.to_vec()));
        !matches!(before, Phase::Drifted(told) if told == how)
    }

    fn arrives(&mut self, id: Option<&ClientId>, phase: Phase) -> (Phase, Option<ErrorKey>) {
        self.id = id.cloned().or(self.id.take());
        self.given_up.clear();
        (std::mem::replace(&mut self.phase, phase), self.told.take())
    }

    /// It could not be created. That is news, unless the same failure was told before.
    pub(super) fn has_failed(&mut self, error: &Error, took: Duration) -> Option<ClientNews> {
        self.is_missing();
        let is_news = self.told.replace(error.key()) != Some(error.key());
        let error = error.clone();
        is_news.then_some(ClientNews::Failed { error, took })
    }

    /// Retries it later, after an attempt that took this long.
    pub(super) fn back_off(&mut self, took: Duration, now: Instant) {
        self.phase = Phase::BackingOff(Backoff::after(self.backoff(), took, now));
    }

    /// Hydra could not tell how it is: asks again later. A pause that is not over goes on.
    pub(super) fn look_up_later(&mut self, backoff: Option<Backoff>, now: Instant) {
        let waits = backoff.filter(|backoff| !backoff.is_over(now));
        let next = || Backoff::after(backoff, Duration::ZERO, now);
        self.phase = Phase::BackingOff(waits.unwrap_or_else(next));
    }

    /// A request for it, with this id, was given up and may arrive until then.
    pub(super) fn may_surface(&mut self, id: Option<ClientId>, until: Instant, now: Instant) {
        self.given_up.retain(|request| request.until > now);
        self.given_up.push(GivenUpRequest {
            id,
            name: self.alias.clone(),
            until,
        });
    }

    /// The requests that may still arrive.
    pub(super) fn surfacing(&self, now: Instant) -> impl Iterator<Item = &GivenUpRequest> {
        let requests = self.given_up.iter();
        requests.filter(move |request| request.until > now)
    }

    pub(super) fn subject(&self) -> Subject {
        Subject {
            id: self.id.clone(),
            name: self.name.clone(),
            resource: self.resource.clone(),
            location: Some(self.location.clone()),
        }
    }
}

/// Whether its secret would be generated here, so that the journal remembers its create.
pub(super) fn generates_secret(change: &Change) -> bool {
    matches!(&change.action, Action::Create(creation)
        if creation.secret == SecretSource::Generated)
}

fn fingerprint(client: &Client) -> [u8; 32] {
    let body = request_body(client, client.client_id().as_ref(), client.given_secret());
    // Writing to memory cannot fail.
    body.map_or([0; 32], |body| Sha256::digest(&*body).into())
}
