//! The Hydra that is reconciled, and how to reach it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::client::ClientId;
use crate::hydra::{Dialect, Endpoint, Failure, Http, Prover, Reader, RetryPolicy, Session};

/// What has to live as long as a Hydra is spoken to: a sandbox in this process.
type KeepAlive = Arc<dyn Any + Send + Sync>;

/// How to reach a Hydra, whether it answers or not.
pub struct Connector {
    /// Its admin API.
    pub admin: Http,
    /// Its public API, where it is known.
    pub public: Option<Http>,
    /// How the Hydra is called in results and in the secrets file.
    pub name: String,
    /// A sandbox in this process, where it is one.
    pub keep_alive: Option<KeepAlive>,
}

impl Connector {
    /// Connects, and asks which Hydra answers; a look-up of `probe` is the cheapest question.
    ///
    /// # Errors
    /// When no Hydra answers in time.
    pub async fn connect(
        &self,
        patience: RetryPolicy,
        probe: Option<&ClientId>,
    ) -> Result<Target, Failure> {
        let reader = Reader::connect(self.admin.clone(), patience, probe).await?;
        let session = Session::new(reader, Prover::new(self.public.clone()));
        Ok(Target::new(
            session,
            self.name.clone(),
            self.keep_alive.clone(),
        ))
    }

    /// Whether it leads to a sandbox in this process.
    #[must_use]
    pub fn is_sandbox(&self) -> bool {
        self.keep_alive.is_some()
    }

    /// The admin API's address.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        self.admin.endpoint()
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A Hydra that answered.
pub struct Target {
    /// Reads, creates and proves.
    pub session: Session,
    /// How the Hydra is called in results and in the secrets file.
    pub name: String,
    keep_alive: Option<KeepAlive>,
}

impl Target {
    /// A Hydra, with what has to live as long as it is spoken to.
    #[must_use]
    pub fn new(session: Session, name: String, keep_alive: Option<KeepAlive>) -> Self {
        Self {
            session,
            name,
            keep_alive,
        }
    }

    /// Which Hydra it is.
    #[must_use]
    pub fn dialect(&self) -> &Dialect {
        self.session.reader.dialect()
    }

    /// Its version, where it tells it.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.dialect().version.as_deref()
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target")
            .field("session", &self.session)
            .field("name", &self.name)
            .field("keeps_sandbox", &self.keep_alive.is_some())
            .finish()
    }
}
