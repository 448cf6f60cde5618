//! SIGHUP: keys, tokens and certificates are read anew.

use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::timeout;

use super::turn::Watch;
use crate::cli::connection::Connector;
use crate::error::{Error, Result};
use crate::vault::Seal;

/// How long reading may take: keys may be fetched, and a pipe may never end.
const PATIENCE: Duration = Duration::from_secs(30);

/// What was read: how secrets are sealed, and the way to Hydra, where that is not a sandbox here.
type Read = (Result<Option<Seal>>, Option<Result<Connector>>);

impl Watch<'_> {
    /// Reads keys, tokens and certificates anew. What cannot be read changes nothing.
    pub(super) async fn reload(&mut self) {
        let Some((seal, connector)) = self.read_again().await else {
            self.ui
                .warning("keys and tokens could not be read in time, and stay as they were");
            return;
        };
        let has_keys = seal.is_ok();
        let has_connector = connector.as_ref().is_none_or(Result::is_ok);
        let refuse = |error: &Error, what: &str| {
            self.ui.error(error);
            self.ui.warning(&format!("{what} as before"));
        };
        match seal {
            Ok(seal) => {
                // Creates under way as well make their secrets for the new keys.
                if let Some(files) = self.under_way.files() {
                    files.vault.seal_with(seal.clone());
                }
                self.secrets.set_seal(seal);
            }
            Err(error) => refuse(&error, "the keys stay"),
        }
        match connector {
            Some(Ok(connector)) => self.hydra.connector = connector,
            Some(Err(error)) => refuse(&error, "the connection stays"),
            None => {}
        }
        // The new ones may be what was lacking.
        self.clients.forgive();
        let read = match (has_keys, has_connector) {
            (true, true) => "keys and tokens were read anew (SIGHUP)",
            (true, false) => "the keys alone were read anew (SIGHUP)",
            (false, true) => "tokens and certificates alone were read anew (SIGHUP)",
            (false, false) => return,
        };
        self.ui.notice(read);
    }

    /// Reads in a thread of its own, which nobody waits for longer than [`PATIENCE`].
    async fn read_again(&self) -> Option<Read> {
        let (args, ui) = (self.args, self.ui.clone());
        let (keys, in_clear) = (args.keys.clone(), args.allow_plaintext_secrets);
        // A sandbox in this process would be started a second time.
        let connection = (!self.hydra.connector.is_sandbox()).then(|| args.connection.clone());
        let (done, read) = oneshot::channel();
        std::thread::spawn(move || {
            let seal = keys.seal(in_clear, &ui);
            let connector = connection.map(|connection| connection.connector(&ui));
            // Nobody waits any more after a signal.
            let _ = done.send((seal, connector));
        });
        timeout(PATIENCE, read).await.ok()?.ok()
    }
}
