//! The clients that are being created, or wait for their turn to be.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use crate::client::{Client, Identity};

/// The clients of all batches that are under way.
#[derive(Debug, Default)]
pub(super) struct Busy(RefCell<State>);

#[derive(Debug, Default)]
struct State {
    clients: HashMap<Identity, One>,
    /// Who else a client with an id may be called by: a manifest that names it so means it too.
    names: HashMap<Identity, Identity>,
}

#[derive(Debug)]
struct One {
    batch: usize,
    name: Option<Identity>,
    /// Since when anything of it may have been sent.
    sent: Option<Instant>,
}

impl Busy {
    /// A client waits for its turn in a batch.
    pub(super) fn insert(&self, client: &Client, identity: Identity, batch: usize) {
        let mut state = self.0.borrow_mut();
        let name = client.name().map(Identity::Name);
        let name = name.filter(|name| *name != identity);
        if let Some(name) = name.clone() {
            state.names.insert(name, identity.clone());
        }
        let sent = None;
        state.clients.insert(identity, One { batch, name, sent });
    }

    /// Its turn has come. Returns whether it is still wanted.
    pub(super) fn begins(&self, identity: &Identity, batch: usize) -> bool {
        let mut state = self.0.borrow_mut();
        let one = state.clients.get_mut(identity);
        let Some(one) = one.filter(|one| one.batch == batch) else {
            return false;
        };
        one.sent = Some(Instant::now());
        true
    }

    /// It is over. Returns since when it may have been sent.
    pub(super) fn remove(&self, identity: &Identity, batch: usize) -> Option<Instant> {
        let mut state = self.0.borrow_mut();
        let one = state.clients.get(identity);
        one.filter(|one| one.batch == batch)?;
        state.remove(identity)
    }

    /// Takes back all that wait for their turn and are not `wanted` as they are.
    pub(super) fn withdraw(&self, wanted: &HashSet<Identity>) {
        let mut state = self.0.borrow_mut();
        let waiting = state.clients.iter();
        let unwanted =
            waiting.filter(|(client, one)| one.sent.is_none() && !wanted.contains(client));
        let unwanted: Vec<Identity> = unwanted.map(|(client, _)| client.clone()).collect();
        for client in unwanted {
            state.remove(&client);
        }
    }

    /// The batch is over, and with it those whose turn did not come.
    pub(super) fn end(&self, batch: usize) {
        let mut state = self.0.borrow_mut();
        let left = state.clients.iter().filter(|(_, one)| one.batch == batch);
        let left: Vec<Identity> = left.map(|(client, _)| client.clone()).collect();
        for client in left {
            state.remove(&client);
        }
    }

    /// Which of them an identity means, if any.
    pub(super) fn meant_by(&self, identity: &Identity) -> Option<Identity> {
        let state = self.0.borrow();
        match state.clients.contains_key(identity) {
            true => Some(identity.clone()),
            false => state.names.get(identity).cloned(),
        }
    }

    /// How many they are.
    pub(super) fn count(&self) -> usize {
        self.0.borrow().clients.len()
    }
}

impl State {
    fn remove(&mut self, identity: &Identity) -> Option<Instant> {
        let one = self.clients.remove(identity)?;
        if let Some(name) = &one.name
            && self.names.get(name) == Some(identity)
        {
            self.names.remove(name);
        }
        one.sent
    }
}
