//! The way to Hydra, which may be another version after each restart.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;

use crate::client::ClientId;
use crate::duration;
use crate::error::{Error, Result};
use crate::hydra::{Dialect, Failure, RetryPolicy};
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
    pub(super) connector: Connector,
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

    pub(crate) fn connector(&self) -> &Connector {
        &self.connector
    }

    /// Asks which Hydra answers.
    pub(super) async fn connect(&self, probe: Option<&ClientId>) -> Result<Target> {
        // That it is waited for is told once, as news.
        let retry_policy = RetryPolicy::new(Some(self.patience), Arc::new(|_: &str| {}));
        let connecting = async {
            let mut connected = self.connector.connect(retry_policy, probe).await?;
            connected.session.find_out_who_chooses_ids().await;
            Ok::<_, Failure>(connected)
        };
        match timeout(self.silence, connecting).await {
            Ok(connected) => Ok(connected?),
            Err(_) => Err(self.is_silent()),
        }
    }

    fn is_silent(&self) -> Error {
        let (name, silence) = (&self.connector.name, duration::show(self.silence));
        Error::hydra(format!("no complete answer from `{name}` within {silence}"))
            .hint("check whether Hydra hangs, or waits for its database")
    }

    /// The command that deletes a client, to be run by somebody else: nothing here deletes.
    pub(super) fn delete_command(&self, id: &ClientId) -> Option<String> {
        let url = self.dialect.as_ref()?.client_url(id)?;
        let socket = self.connector.endpoint().socket();
        let socket = socket.map(|path| format!("--unix-socket {} ", shell::path(path)));
        let socket = socket.unwrap_or_default();
        let url = shell::quoted(url.as_str());
        Some(format!("curl -X DELETE {socket}{url}"))
    }
}
