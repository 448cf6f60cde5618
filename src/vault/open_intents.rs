//! The open intents, indexed by their name in the journal, by their client's id, and by their
//! client's name and owner: there may be a hundred thousand.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::clock::Moment;
use super::intent::Intent;
use crate::client::{ClientId, Identity, Name};

/// Open intents, oldest first.
#[derive(Debug, Default)]
pub(super) struct OpenIntents {
    intents: BTreeMap<usize, Intent>,
    next: usize,
    by_name: HashMap<String, usize>,
    by_id: HashMap<String, BTreeSet<usize>>,
    by_client: HashMap<Name, BTreeSet<usize>>,
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
        if let Some(id) = &intent.client_id {
            self.by_id.entry(id.clone()).or_default().insert(number);
        }
        if let Some(client) = intent.client() {
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
                self.by_id
                    .entry(id.to_string())
                    .or_default()
                    .insert(*number);
            }
        }
    }

    /// Removes and returns the intent of that name.
    pub(super) fn remove(&mut self, name: &str) -> Option<Intent> {
        let number = self.by_name.remove(name)?;
        let intent = self.intents.remove(&number)?;
        if let Some(id) = &intent.client_id {
            take(&mut self.by_id, id, number);
        }
        if let Some(client) = intent.client() {
            take(&mut self.by_client, &client, number);
        }
        Some(intent)
    }

    /// The intents for the client with that identity, oldest first. A client that has an id can
    /// also be found by name and owner once it exists.
    pub(super) fn about(&self, identity: &Identity) -> impl Iterator<Item = &Intent> {
        let numbers = match identity {
            Identity::Id(id) => self.by_id.get(id.as_str()),
            Identity::Name(name) => self.by_client.get(name),
        };
        let numbers = numbers.into_iter().flatten();
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

fn take<K: std::hash::Hash + Eq>(
    numbers: &mut HashMap<K, BTreeSet<usize>>,
    key: &K,
    number: usize,
) {
    if let Some(of_it) = numbers.get_mut(key) {
        of_it.remove(&number);
        if of_it.is_empty() {
            numbers.remove(key);
        }
    }
}
