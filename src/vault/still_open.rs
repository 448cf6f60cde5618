//! The creates that a vault has open: it is not known yet what became of them.

use std::collections::HashSet;
use std::time::Duration;

use super::clock::Clock;
use super::intent::{Intent, Ticket};
use super::lines::Append;
use super::protocol::Vault;
use crate::client::{ClientId, Identity, Name};
use crate::endpoint_name::EndpointName;

impl<A: Append, C: Clock> Vault<A, C> {
    /// The intents that are open for this Hydra, oldest first.
    pub fn open_here(&self) -> Vec<(Ticket, Intent)> {
        let state = self.lock();
        let here = state.open.iter().filter(|intent| self.is_here(intent));
        here.map(with_ticket).collect()
    }

    /// The intents whose age is unknown here.
    pub(super) fn of_unknown_age(&self) -> Vec<Ticket> {
        let state = self.lock();
        let open = state.open.iter();
        open.filter(|intent| self.clock.since(&intent.sent).is_none())
            .map(|intent| Ticket(intent.name.clone()))
            .collect()
    }

    /// Whether an intent is for this Hydra.
    fn is_here(&self, intent: &Intent) -> bool {
        intent.endpoint == self.endpoint || EndpointName::new(&intent.endpoint) == self.here
    }

    /// The open intents for clients with those identities that match `is_meant`, without
    /// duplicates.
    fn about(
        &self,
        identities: &[Identity],
        is_meant: impl Fn(&Intent) -> bool,
    ) -> Vec<(Ticket, Intent)> {
        let state = self.lock();
        let mut names = HashSet::new();
        let about = identities
            .iter()
            .flat_map(|identity| state.open.about(identity));
        about
            .filter(|intent| is_meant(intent) && names.insert(&intent.name))
            .map(with_ticket)
            .collect()
    }

    /// Whether an intent is still open.
    pub fn is_open(&self, ticket: &Ticket) -> bool {
        self.lock().get(ticket).is_some()
    }

    /// The other open intents for the client with the same id.
    pub fn siblings(&self, intent: &Intent) -> Vec<(Ticket, Intent)> {
        let id = intent.client_id.clone().and_then(ClientId::new);
        let id: Vec<_> = id.into_iter().map(Identity::Id).collect();
        self.about(&id, |other| {
            other.name != intent.name && self.is_here(other)
        })
    }

    /// The intents that an earlier attempt left open for a client. Some of their requests may have
    /// arrived late. If an id was generated for one of them, it must be reused so that the client
    /// cannot be created twice.
    pub fn left_open(&self, id: Option<&ClientId>, name: Option<&Name>) -> Vec<(Ticket, Intent)> {
        let mut left = self.about(&identities(id, name), |intent| self.is_here(intent));
        let unsent = &self.lock().unsent;
        left.retain(|(ticket, _)| !unsent.contains(&ticket.0));
        left
    }

    /// How long a request for the client of that name may still take to arrive, at this Hydra or at
    /// another, which may be this one under another address; `None` if none can arrive.
    pub fn arrives_in(&self, name: &Name) -> Option<Duration> {
        let sent = self.about(&identities(None, Some(name)), |_| true);
        let unsent = &self.lock().unsent;
        sent.iter()
            .filter(|(ticket, _)| !unsent.contains(&ticket.0))
            .filter_map(|(_, intent)| intent.arrives_in(&self.clock))
            .max()
    }

    /// Whether the request of an intent may still be in transit. If its age is unknown, it may be.
    pub fn is_in_flight(&self, intent: &Intent) -> bool {
        intent.arrives_in(&self.clock).is_some()
    }

    /// How long requests of the intents open for this Hydra may still arrive; `None` if none can.
    pub fn last_arrives_in(&self) -> Option<Duration> {
        let state = self.lock();
        let here = state.open.iter().filter(|intent| self.is_here(intent));
        here.filter_map(|intent| intent.arrives_in(&self.clock))
            .max()
    }
}

fn with_ticket(intent: &Intent) -> (Ticket, Intent) {
    (Ticket(intent.name.clone()), intent.clone())
}

fn identities(id: Option<&ClientId>, name: Option<&Name>) -> Vec<Identity> {
    let by_id = id.cloned().map(Identity::Id);
    let by_name = name.cloned().map(Identity::Name);
    by_id.into_iter().chain(by_name).collect()
}
