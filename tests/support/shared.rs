//! Something that takes long to start, shared by several tests.

use std::sync::{Arc, Mutex, PoisonError};

use super::requirement::Missing;

/// Started when the first test needs it; ended with the last test, because only tests hold it.
///
/// Keep it out of statics: those are not dropped, and a server would stay.
pub(crate) struct Shared<T>(Arc<Inner<T>>);

struct Inner<T> {
    start: Box<dyn Fn() -> Result<T, Missing> + Send + Sync>,
    started: Mutex<Option<Result<T, Missing>>>,
}

impl<T> Shared<T> {
    pub(crate) fn new(start: impl Fn() -> Result<T, Missing> + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            start: Box::new(start),
            started: Mutex::new(None),
        }))
    }

    /// Runs `test` with it, one test at a time.
    pub(crate) fn with<R>(&self, test: impl FnOnce(&T) -> R) -> Result<R, Missing> {
        // A test that failed leaves nothing that the next one minds.
        let mut started = self
            .0
            .started
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let started = started.get_or_insert_with(&self.0.start);
        started.as_ref().map(test).map_err(Clone::clone)
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}
