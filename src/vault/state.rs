//! The state of a vault while it is open.

use std::collections::HashSet;

use super::intent::{Intent, Ticket};
use super::open_intents::OpenIntents;
use super::seal::Seal;

/// What is known about the files.
#[derive(Debug)]
pub(super) struct State {
    /// Seals new secrets.
    pub(super) seal: Option<Seal>,
    /// Open intents.
    pub(super) open: OpenIntents,
    /// The names of open intents whose request has certainly not been sent.
    pub(super) unsent: HashSet<String>,
    /// How many secrets were recorded since the vault was opened.
    pub(super) count: usize,
    /// What was recorded, kept so that it can be written again if it is lost.
    pub(super) kept: Vec<Intent>,
}

/// What a vault held when it was closed.
#[derive(Debug)]
pub struct Closed {
    /// Intents that are still open, for this Hydra and for others.
    pub open: Vec<Intent>,
    /// How many secrets were recorded while it was open.
    pub recorded: usize,
    /// What was recorded, with the id of each client.
    pub(super) kept: Vec<Intent>,
}

impl State {
    /// Returns what is left at the end.
    pub(super) fn close(self) -> Closed {
        Closed {
            open: self.open.into_vec(),
            recorded: self.count,
            kept: self.kept,
        }
    }

    pub(super) fn get(&self, ticket: &Ticket) -> Option<&Intent> {
        self.open.get(&ticket.0)
    }

    pub(super) fn remove(&mut self, ticket: &Ticket) {
        self.open.remove(&ticket.0);
        self.unsent.remove(&ticket.0);
    }
}
