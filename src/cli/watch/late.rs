//! Requests whose answer was lost, for clients that are known by their names: they may arrive late.
//!
//! Where an id is sent again, a late request meets it and makes no second client. Where the server
//! chooses ids, or the manifest asks for another id meanwhile, nothing would: such a client is
//! created again only when the request cannot arrive any more. Secrets that are made here are in the
//! journal, which sees to that itself.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use crate::client::{ClientId, Identity};
use crate::plan::Creation;
use crate::reconcile::id_of;

/// How long a request may be on its way after it was given up.
const ON_ITS_WAY: Duration = Duration::from_secs(60);

/// The requests that may arrive, by the names of their clients.
#[derive(Debug, Default)]
pub(super) struct Late(HashMap<Identity, Sent>);

#[derive(Debug)]
struct Sent {
    id: Option<ClientId>,
    until: Instant,
}

impl Late {
    /// A request for the client of that name, and with that id, was given up and may arrive.
    pub(super) fn insert(&mut self, name: Identity, id: Option<ClientId>) {
        let now = Instant::now();
        self.0.retain(|_, sent| sent.until > now);
        let until = now + ON_ITS_WAY;
        self.0.insert(name, Sent { id, until });
    }

    /// Until when a client is not to be created, if a second one could come of it.
    pub(super) fn holds(&self, creation: &Creation, server_chooses_ids: bool) -> Option<Instant> {
        let identity = creation.identity.as_ref()?;
        let Sent { id, until } = self.0.get(identity)?;
        let made = id_of(creation)?;
        let is_same = !server_chooses_ids && id.as_ref() == Some(&made);
        (!is_same && *until > Instant::now()).then_some(*until)
    }
}
