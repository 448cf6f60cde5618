//! The open intents: it is not known yet what became of their creates. There may be a hundred
//! thousand, so they are indexed by their name in the journal and by the
//! identities of their clients.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Duration;

use super::clock::{Clock, Moment};
use super::journal::{Intent, Ticket};
use super::lines::Append;
use super::write_ahead::Vault;
use crate::client::{ClientId, Identity};
use crate::endpoint_name::EndpointName;

/// Open intents, oldest first.
#[derive(Debug, Default)]
pub(super) struct OpenIntents {
    intents: BTreeMap<usize, Intent>,
    next: usize,
    by_name: HashMap<String, usize>,
    by_client: HashMap<Identity, BTreeSet<usize>>,
}

impl FromIterator<Intent> for OpenIntents {
    fn from_iter<I: IntoIterator<Item = Intent>>(intents: I) -> Self {
        let mut open = Self::default();
        intents.into_iter().for_each(|intent| open.push(intent));
        open
    }
}

impl OpenIntents {
    /// Adds the youngest intent, replacing one of the same name.
    pub(super) fn push(&mut self, intent: Intent) {
        self.remove(&intent.name);
        let number = self.next;
        self.next += 1;
        self.by_name.insert(intent.name.clone(), number);
        for client in intent.identities() {
            self.by_client.entry(client).or_default().insert(number);
        }
        self.intents.insert(number, intent);
    }

    /// Returns the intent of that name.
    pub(super) fn get(&self, name: &str) -> Option<&Intent> {
        self.intents.get(self.by_name.get(name)?)
    }

    /// Restarts the period in which its request may arrive.
    pub(super) fn set_sent(&mut self, name: &str, sent: Moment) {
        let number = self.by_name.get(name);
        if let Some(intent) = number.and_then(|number| self.intents.get_mut(number)) {
            intent.sent = sent;
        }
    }

    /// Notes that the client exists with that id and certainly has the secret.
    pub(super) fn set_confirmed(&mut self, name: &str, id: &ClientId) {
        let Some(number) = self.by_name.get(name) else {
            return;
        };
        if let Some(intent) = self.intents.get_mut(number) {
            intent.confirmed = true;
            if intent.client_id.is_none() {
                intent.client_id = Some(id.to_string());
                let numbers = self.by_client.entry(Identity::Id(id.clone()));
                numbers.or_default().insert(*number);
            }
        }
    }

    /// Removes and returns the intent of that name.
    pub(super) fn remove(&mut self, name: &str) -> Option<Intent> {
        let number = self.by_name.remove(name)?;
        let intent = self.intents.remove(&number)?;
        for client in intent.identities() {
            if let Entry::Occupied(mut numbers) = self.by_client.entry(client) {
                numbers.get_mut().remove(&number);
                if numbers.get().is_empty() {
                    numbers.remove();
                }
            }
        }
        Some(intent)
    }

    /// The intents for the client with that identity, oldest first. A client that has an id can
    /// also be found by name and owner once it exists.
    pub(super) fn about(&self, identity: &Identity) -> impl Iterator<Item = &Intent> {
        let numbers = self.by_client.get(identity).into_iter().flatten();
        numbers.filter_map(|number| self.intents.get(number))
    }

    /// All intents, oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Intent> {
        self.intents.values()
    }

    /// All intents, oldest first.
    pub(super) fn into_vec(self) -> Vec<Intent> {
        self.intents.into_values().collect()
    }
}

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
        let about = identities.iter().flat_map(|one| state.open.about(one));
        let meant = about.filter(|one| is_meant(one) && names.insert(&one.name));
        meant.map(with_ticket).collect()
    }

    /// Whether an intent is still open.
    pub fn is_open(&self, ticket: &Ticket) -> bool {
        self.lock().get(ticket).is_some()
    }

    /// The other open intents for the client with the same id.
    pub fn siblings(&self, intent: &Intent) -> Vec<(Ticket, Intent)> {
        let id = intent.client_id.clone().and_then(ClientId::new);
        let id = id.map(Identity::Id);
        self.about(id.as_slice(), |other| {
            other.name != intent.name && self.is_here(other)
        })
    }

    /// The intents that an earlier attempt left open for a client. Some of their requests may have
    /// arrived late. If an id was generated for one of them, it must be reused so that the client
    /// cannot be created twice.
    pub fn left_open(&self, identities: &[Identity]) -> Vec<(Ticket, Intent)> {
        let mut left = self.about(identities, |intent| self.is_here(intent));
        let unsent = &self.lock().unsent;
        left.retain(|(ticket, _)| !unsent.contains(&ticket.0));
        left
    }

    /// How long a request for a client with these identities may still take to arrive, at this Hydra or at
    /// another, which may be this one under another address; `None` if none can arrive.
    pub fn arrives_in(&self, identities: &[Identity]) -> Option<Duration> {
        let sent = self.about(identities, |_| true);
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
