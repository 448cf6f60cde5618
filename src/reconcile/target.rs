//! The Hydra to reconcile, and how to reach it.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use url::Url;

use crate::client::ClientId;
use crate::hydra::{Dialect, Endpoint, Failure, Http, Prover, Reader, RetryPolicy, Session};

/// What must stay alive while we talk to a Hydra: a sandbox in this process.
type KeepAlive = Arc<dyn Any + Send + Sync>;

/// How to reach a Hydra. It may be down.
#[derive(Debug)]
pub(crate) struct Connector {
    pub admin: Http,
    /// The public API, if known.
    pub public: Option<Http>,
    /// The name of the Hydra in results and in the secrets file.
    pub name: String,
    pub keep_alive: Option<KeepAlive>,
}

impl Connector {
    /// Connects, and detects which Hydra answers. A look-up of `probe` is the cheapest request for
    /// that. Fails when no Hydra answers in time.
    pub(crate) async fn connect(
        &self,
        retry_policy: RetryPolicy,
        probe: Option<&ClientId>,
    ) -> Result<Target, Failure> {
        let reader = Reader::connect(self.admin.clone(), retry_policy, probe).await?;
        let prover = Prover::new(self.public.clone());
        let mut target = Target::new(Session::new(reader, prover), self.name.clone());
        target.keep_alive.clone_from(&self.keep_alive);
        Ok(target)
    }

    /// Whether this is a sandbox in this process.
    pub(crate) fn is_sandbox(&self) -> bool {
        self.keep_alive.is_some()
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        self.admin.endpoint()
    }
}

/// A Hydra that answered.
#[derive(Debug)]
pub(crate) struct Target {
    pub session: Session,
    /// The name of the Hydra in results and in the secrets file.
    pub name: String,
    keep_alive: Option<KeepAlive>,
}

impl Target {
    pub(crate) fn new(session: Session, name: String) -> Self {
        Self {
            session,
            name,
            keep_alive: None,
        }
    }

    pub(crate) fn dialect(&self) -> &Dialect {
        self.session.reader.dialect()
    }

    /// The URL of one client for other programs; `None` if there is none, as for a client of a
    /// sandbox in this process.
    pub(crate) fn client_url(&self, id: &ClientId) -> Option<Url> {
        let url = self.dialect().client_url(id);
        url.filter(|_| self.keep_alive.is_none())
    }

    /// The unix socket that leads to it, if one does.
    pub(crate) fn socket(&self) -> Option<&Path> {
        self.session.reader.endpoint().socket()
    }

    pub(crate) fn version(&self) -> Option<&str> {
        self.dialect().version.as_deref()
    }
}
