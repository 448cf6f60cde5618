//! The Hydra to reconcile, and how to reach it.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::client::ClientId;
use crate::hydra::{Dialect, Endpoint, Failure, Http, Prover, Reader, RetryPolicy, Session};

/// What must stay alive while we talk to a Hydra: a sandbox in this process.
type KeepAlive = Arc<dyn Any + Send + Sync>;

/// How to reach a Hydra. It may be down.
pub(crate) struct Connector {
    /// The admin API.
    pub admin: Http,
    /// The public API, if known.
    pub public: Option<Http>,
    /// The name of the Hydra in results and in the secrets file.
    pub name: String,
    /// The sandbox in this process, if it is one.
    pub keep_alive: Option<KeepAlive>,
}

impl Connector {
    /// Connects, and detects which Hydra answers. A look-up of `probe` is the cheapest request for
    /// that.
    ///
    /// # Errors
    /// When no Hydra answers in time.
    pub(crate) async fn connect(
        &self,
        retry_policy: RetryPolicy,
        probe: Option<&ClientId>,
    ) -> Result<Target, Failure> {
        let reader = Reader::connect(self.admin.clone(), retry_policy, probe).await?;
        let session = Session::new(reader, Prover::new(self.public.clone()));
        Ok(Target::new(
            session,
            self.name.clone(),
            self.keep_alive.clone(),
        ))
    }

    /// Whether this is a sandbox in this process.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.keep_alive.is_some()
    }

    /// The address of the admin API.
    pub(crate) fn endpoint(&self) -> &Endpoint {
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
pub(crate) struct Target {
    /// Reads, creates and verifies.
    pub session: Session,
    /// The name of the Hydra in results and in the secrets file.
    pub name: String,
    keep_alive: Option<KeepAlive>,
}

impl Target {
    /// A Hydra, and what must stay alive while we talk to it.
    pub(crate) fn new(session: Session, name: String, keep_alive: Option<KeepAlive>) -> Self {
        Self {
            session,
            name,
            keep_alive,
        }
    }

    /// The dialect of this Hydra.
    pub(crate) fn dialect(&self) -> &Dialect {
        self.session.reader.dialect()
    }

    /// Its version, if known.
    pub(crate) fn version(&self) -> Option<&str> {
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
