//! The way to Hydra, which may be another version after each restart.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use super::event::Event;
use super::news::Subject;
use crate::client::{ClientId, Identity};
use crate::duration;
use crate::error::{Error, Result};
use crate::hydra::{Dialect, Failure, Query, RetryPolicy, fetch};
use crate::reconcile::{Connector, Target};
use crate::shell;

/// How long a request is retried before Hydra counts as down.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it may take to find out which Hydra answers: one that accepts connections and stays
/// silent is down as well.
const SILENCE: Duration = Duration::from_secs(5);

/// The way to Hydra, and how patient `watch` is.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) connector: Connector,
    patience: Duration,
    silence: Duration,
    /// The Hydra that answered last.
    pub(super) dialect: Option<Dialect>,
}

impl Connection {
    /// The user's limits count where they are shorter.
    pub(crate) fn new(
        connector: Connector,
        fail_after: Option<Duration>,
        request_timeout: Duration,
    ) -> Self {
        Self {
            connector,
            patience: fail_after.unwrap_or(PATIENCE).min(PATIENCE),
            silence: request_timeout.min(SILENCE),
            dialect: None,
        }
    }

    /// Asks which Hydra answers.
    pub(super) async fn connect(&self, probe: Option<&ClientId>) -> Result<Target> {
        // That may take longer than Hydra may be silent.
        self.connector.admin.fetch_token().await?;
        // That it is waited for is told once, as news.
        let retry_policy = RetryPolicy::new(Some(self.patience), Arc::new(|_: &str| {}));
        let connecting = async {
            let mut connected = self.connector.connect(retry_policy, probe).await?;
            connected.session.find_out_who_chooses_ids().await;
            Ok::<_, Failure>(connected)
        };
        if let Ok(connected) = timeout(self.silence, connecting).await {
            return Ok(connected?);
        }
        let (name, silence) = (&self.connector.name, duration::show(self.silence));
        let silent = Error::hydra(format!("no complete answer from `{name}` within {silence}"));
        Err(silent.hint("check whether Hydra hangs, or waits for its database"))
    }

    /// Finds out which of these clients are in Hydra, and how to delete them.
    pub(super) async fn look_up_gone(
        &self,
        clients: Vec<Subject>,
        ask: bool,
        look_ups: usize,
    ) -> Event {
        let ids = clients.iter().filter_map(|client| client.id.clone());
        let identities: Vec<Identity> = ids.map(Identity::Id).collect();
        let mut in_hydra = None;
        if ask && !identities.is_empty() {
            in_hydra = self.ids_in_hydra(&identities, look_ups).await;
        }
        let with_command = clients.into_iter().map(|client| {
            let delete = client.id.as_ref().and_then(|id| self.delete_command(id));
            (client, delete)
        });
        let clients = with_command.collect();
        Event::LookedUpGone { clients, in_hydra }
    }

    /// `None` where that cannot be found out.
    async fn ids_in_hydra(
        &self,
        identities: &[Identity],
        look_ups: usize,
    ) -> Option<HashSet<ClientId>> {
        let reader = self.connect(None).await.ok()?.session.reader;
        let query = Query::new(identities.iter().cloned());
        let found = fetch(&reader, &query, false, look_ups).await.ok()?;
        let clients = found.clients.iter().map(|client| client.id().clone());
        // Hydra answers 404 for a client that is gone, so it has one that it cannot read.
        let failed = found.failed.into_keys();
        let unreadable = failed.filter_map(|identity| match identity {
            Identity::Id(id) => Some(id),
            Identity::Name(_) | Identity::Resource(_) => None,
        });
        Some(clients.chain(unreadable).collect())
    }

    /// The command that deletes a client, to be run by somebody else: nothing here deletes.
    fn delete_command(&self, id: &ClientId) -> Option<String> {
        let url = self.dialect.as_ref()?.client_url(id)?;
        let socket = self.connector.endpoint().socket();
        Some(shell::curl("-X DELETE", socket, url.as_str()))
    }
}
