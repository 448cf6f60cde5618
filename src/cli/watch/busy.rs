//! The clients that are being created, or wait for their turn to be.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use tokio::time::Instant;

use crate::client::{Identity, SecretSource};
use crate::plan::Creation;

/// The clients of all batches that are under way.
#[derive(Debug, Default)]
pub(super) struct Busy(RefCell<State>);

#[derive(Debug, Default)]
struct State {
    clients: HashMap<Identity, One>,
    /// Who else a client with an id may be called by: a manifest that names it so means it too.
    names: HashMap<Identity, Identity>,
}

/// A client that is being created.
#[derive(Debug)]
pub(super) struct One {
    batch: usize,
    /// The name by which it could be known again, whether it has an id or not.
    pub(super) name: Option<Identity>,
    /// Whether the journal knows of it.
    pub(super) is_journaled: bool,
    /// Since when anything of it may have been sent.
    pub(super) sent: Option<Instant>,
}

impl Busy {
    /// A client waits for its turn in a batch.
    pub(super) fn insert(&self, creation: &Creation, identity: Identity, batch: usize) {
        let mut state = self.0.borrow_mut();
        let name = creation.client.name().map(Identity::Name);
        if let Some(name) = name.clone().filter(|name| *name != identity) {
            state.names.insert(name, identity.clone());
        }
        let one = One {
            batch,
            name,
            is_journaled: creation.secret == SecretSource::Generated,
            sent: None,
        };
        state.clients.insert(identity, one);
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

    /// It is over.
    pub(super) fn remove(&self, identity: &Identity, batch: usize) -> Option<One> {
        let mut state = self.0.borrow_mut();
        let one = state.clients.get(identity);
        one.filter(|one| one.batch == batch)?;
        state.remove(identity)
    }

    /// Takes back all that wait for their turn and are not `wanted` as they are.
    pub(super) fn withdraw(&self, wanted: &HashSet<Identity>) {
        self.remove_where(|client, one| one.sent.is_none() && !wanted.contains(client));
    }

    /// Takes back those of a batch that wait for their turn.
    pub(super) fn give_back(&self, batch: usize) {
        self.remove_where(|_, one| one.sent.is_none() && one.batch == batch);
    }

    /// The batch is over, and with it those whose turn did not come.
    pub(super) fn end(&self, batch: usize) {
        self.remove_where(|_, one| one.batch == batch);
    }

    fn remove_where(&self, is_meant: impl Fn(&Identity, &One) -> bool) {
        let mut state = self.0.borrow_mut();
        let meant = state.clients.iter();
        let meant = meant.filter(|(client, one)| is_meant(client, one));
        let meant: Vec<Identity> = meant.map(|(client, _)| client.clone()).collect();
        for client in meant {
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
    fn remove(&mut self, identity: &Identity) -> Option<One> {
        let one = self.clients.remove(identity)?;
        if let Some(name) = &one.name
            && self.names.get(name) == Some(identity)
        {
            self.names.remove(name);
        }
        Some(one)
    }
}
