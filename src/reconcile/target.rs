//! The Hydra that is reconciled.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use crate::hydra::{Dialect, Session};

/// A Hydra that answered.
pub struct Target {
    /// Reads, creates and proves.
    pub session: Session,
    /// How the Hydra is called in results and in the secrets file.
    pub name: String,
    /// What has to live as long as this: a sandbox in this process.
    keep_alive: Option<Arc<dyn Any + Send + Sync>>,
}

impl Target {
    /// A Hydra, with what has to live as long as it is spoken to.
    #[must_use]
    pub fn new(
        session: Session,
        name: String,
        keep_alive: Option<Arc<dyn Any + Send + Sync>>,
    ) -> Self {
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
