//! Lets requests through, as many at once as the limit says.
//!
//! Only requests are counted: what a create does before and after, encrypt and wait for the disk,
//! costs the server nothing, and is done while other requests are under way.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use super::limit::Limit;

/// Creates under way beyond those whose requests are: enough to keep the server busy where a sync
/// of the disk takes as long as a request.
const AHEAD: usize = 32;

/// Where requests wait for a place. Who came first is let through first.
#[derive(Debug)]
pub(super) struct Gate {
    limit: RefCell<Limit>,
    places: Cell<usize>,
    free: Semaphore,
}

/// A place among the requests under way; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Place<'g> {
    gate: &'g Gate,
    permit: Option<SemaphorePermit<'g>>,
}

impl Gate {
    pub(super) fn new(limit: Limit) -> Self {
        let places = limit.current();
        Self {
            limit: RefCell::new(limit),
            places: Cell::new(places),
            free: Semaphore::new(places),
        }
    }

    /// How many creates may be under way.
    pub(super) fn creates(&self) -> usize {
        self.limit.borrow().current() + AHEAD
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Place<'_> {
        Place {
            gate: self,
            // There is always one: the semaphore is never closed.
            permit: self.free.acquire().await.ok(),
        }
    }
}

impl Place<'_> {
    /// Frees the place after a request that created a client and took so long.
    pub(super) fn leave(self, took: Duration) {
        let taken = self.gate.places.get() - self.gate.free.available_permits();
        self.gate.limit.borrow_mut().observe(took, taken);
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let wanted = self.gate.limit.borrow().current();
        let places = self.gate.places.get();
        if places > wanted {
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
            self.gate.places.set(places - 1);
        } else {
            self.gate.free.add_permits(wanted - places);
            self.gate.places.set(wanted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Gate, Limit};
    use std::time::Duration;

    /// How many can enter now.
    async fn places(gate: &Gate) -> usize {
        let mut inside = Vec::new();
        let soon = Duration::from_millis(1);
        while let Ok(place) = tokio::time::timeout(soon, gate.enter()).await {
            inside.push(place);
        }
        inside.len()
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_enter_as_the_limit_says() {
        let gate = Gate::new(Limit::fixed(3));
        assert_eq!(places(&gate).await, 3);
        // All of them left.
        assert_eq!(places(&gate).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn places_follow_the_limit_up_and_down() {
        let gate = Gate::new(Limit::auto());
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let mut inside = Vec::new();
            let limit = gate.limit.borrow().current();
            for _ in 0..limit {
                inside.push(gate.enter().await);
            }
            // A server with four cores.
            let took = Duration::from_millis(7 * limit.max(4) as u64 / 4);
            inside.into_iter().for_each(|place| place.leave(took));
            let limit = gate.limit.borrow().current();
            assert_eq!(places(&gate).await, limit);
            seen.insert(limit);
        }
        assert!(seen.len() > 2, "{seen:?}");
    }
}
