//! Whether Hydra answers, and how long to wait before asking again.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use super::say::Say;
use crate::cli::connection::{ConnectionArgs, Connector};
use crate::client::ClientId;
use crate::duration;
use crate::error::{Error, Result};
use crate::hydra::{Dialect, Failure, RetryPolicy};
use crate::reconcile::Target;
use crate::report::watch::Event;
use crate::shell;

/// How long a request is tried before Hydra is said to be down, where `--fail-after` allows that.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long it may take to find out which Hydra answers, where `--request-timeout` allows that: one
/// that accepts connections and stays silent is down as well.
const SILENCE: Duration = Duration::from_secs(5);

/// The first pause before Hydra is asked again; each further one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// The Hydra that is kept filled.
pub(super) struct Hydra {
    pub(super) connector: Connector,
    patience: Duration,
    silence: Duration,
    down: Option<Down>,
    /// The one that answered last.
    last: Option<Dialect>,
}

/// A Hydra that does not serve us.
struct Down {
    since: Instant,
    /// What can be done about it, each time that something else was said of it.
    advice: Vec<Vec<String>>,
    pause: Duration,
    next: Instant,
    /// Whether it answered questions and refused to create.
    refuses: bool,
}

impl Hydra {
    pub(super) fn new(connector: Connector, connection: &ConnectionArgs) -> Self {
        let fail_after = connection.fail_after();
        Self {
            connector,
            silence: connection.request_timeout.min(SILENCE),
            patience: fail_after.unwrap_or(PATIENCE).min(PATIENCE),
            down: None,
            last: None,
        }
    }

    /// Asks which Hydra answers: after a restart it may be another version.
    pub(super) async fn connect(&self, probe: Option<&ClientId>) -> Result<Target> {
        // That it is waited for is said by us, once.
        let patience = RetryPolicy::new(Some(self.patience), Arc::new(|_: &str| {}));
        let connecting = async {
            let mut connected = self.connector.connect(patience, probe).await?;
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
        Error::hydra(format!("no whole answer from `{name}` within {silence}"))
            .hint("check whether Hydra hangs, or waits for its database")
    }

    /// Whether it does not serve us, as far as is known.
    pub(super) fn is_down(&self) -> bool {
        self.down.is_some()
    }

    /// When it is to be asked again.
    pub(super) fn retry_at(&self) -> Option<Instant> {
        self.down.as_ref().map(|down| down.next)
    }

    /// It is being asked again; once more after a longer pause, whatever comes of it.
    pub(super) fn is_asked(&mut self) {
        if let Some(down) = &mut self.down {
            down.pause = (down.pause * 3 / 2).min(LONGEST_PAUSE);
            down.next = Instant::now() + down.pause;
        }
    }

    /// It does not answer, or it `refuses` to create. Said once, and again only when there is
    /// something to do about it that was not said since it went down.
    pub(super) fn goes_down(&mut self, error: &Error, refuses: bool, say: &mut Say<'_>) {
        let now = Instant::now();
        let is_news = self
            .down
            .as_ref()
            .is_none_or(|down| !down.advice.iter().any(|said| said == error.hints()));
        let down = self.down.get_or_insert(Down {
            since: now,
            advice: Vec::new(),
            pause: FIRST_PAUSE,
            next: now,
            refuses,
        });
        down.refuses = refuses;
        down.next = now + down.pause;
        if is_news {
            down.advice.push(error.hints().to_vec());
            let endpoint = &self.connector.name;
            say.event(&Event::HydraDown { endpoint, error });
        }
    }

    /// It answered what it was asked. Returns whether it is back, or another one.
    pub(super) fn answers(&mut self, connected: &Target, say: &mut Say<'_>) -> bool {
        let dialect = connected.session.reader.dialect();
        let last = self.last.replace(dialect.clone());
        if self.down.as_ref().is_some_and(|down| !down.refuses) {
            self.serves(say);
            true
        } else if last.is_some_and(|last| last.version != dialect.version) {
            self.comes_up(None, say);
            true
        } else {
            false
        }
    }

    /// It did all that was asked of it.
    pub(super) fn serves(&mut self, say: &mut Say<'_>) {
        if let Some(down) = self.down.take() {
            self.comes_up(Some(down.since.elapsed()), say);
        }
    }

    fn comes_up(&self, after: Option<Duration>, say: &mut Say<'_>) {
        say.event(&Event::HydraUp {
            endpoint: &self.connector.name,
            version: self.version(),
            after,
        });
    }

    /// What the Hydra that answered last says its version is.
    pub(super) fn version(&self) -> Option<&str> {
        self.last.as_ref()?.version.as_deref()
    }

    /// The command that deletes a client, to be run by somebody else: nothing here deletes.
    pub(super) fn delete(&self, id: &ClientId) -> Option<String> {
        let url = self.last.as_ref()?.client_url(id)?;
        let socket = self.connector.endpoint().socket();
        let socket = socket.map(|path| format!("--unix-socket {} ", shell::path(path)));
        let socket = socket.unwrap_or_default();
        let url = shell::quoted(url.as_str());
        Some(format!("curl -X DELETE {socket}{url}"))
    }
}
