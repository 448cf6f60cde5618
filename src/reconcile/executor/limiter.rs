//! Limits the number of requests in flight.
//!
//! Only requests count. What a create does before and after its request (encrypting, waiting for
//! the disk) costs the server nothing and overlaps with other requests.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

use super::limit::Limit;

/// Creates in progress beyond those with a request in flight: enough to keep the server busy if an
/// fsync takes as long as a request.
const AHEAD: usize = 32;

/// At most this many slow requests may be in flight beyond the limit.
const MOST_SLOW: usize = 64;

/// Hands out permits for requests, first come, first served. Concurrent runs share one limiter.
#[derive(Debug)]
pub struct Limiter {
    limit: RefCell<Limit>,
    places: Cell<usize>,
    free: Semaphore,
    slow: Cell<usize>,
    given_up: Notify,
    /// How many clients were created.
    created: Cell<usize>,
}

/// A permit for a request in flight. Dropping it frees the place.
#[derive(Debug)]
pub(super) struct Permit<'g> {
    limiter: &'g Limiter,
    permit: Option<SemaphorePermit<'g>>,
    is_slow: bool,
}

impl Limiter {
    /// A limiter with that limit.
    pub fn new(limit: Limit) -> Self {
        let places = limit.current();
        Self {
            limit: RefCell::new(limit),
            places: Cell::new(places),
            free: Semaphore::new(places),
            slow: Cell::new(0),
            given_up: Notify::new(),
            created: Cell::new(0),
        }
    }

    /// How many creates may be in progress.
    pub(super) fn creates(&self) -> usize {
        self.limit.borrow().current() + AHEAD + self.slow.get()
    }

    /// Returns when a slow request gives up its permit, which allows more creates to start.
    pub(super) fn given_up(&self) -> Notified<'_> {
        self.given_up.notified()
    }

    pub(super) async fn enter(&self) -> Permit<'_> {
        Permit {
            limiter: self,
            // Always `Some`: the semaphore is never closed.
            permit: self.free.acquire().await.ok(),
            is_slow: false,
        }
    }
}

impl Permit<'_> {
    /// Gives up the permit while a slow request continues, unless the user set the limit. A server
    /// that waits on something else is not busy, and must not hold up the other requests.
    pub(super) fn give_up(&mut self) {
        let slow = &self.limiter.slow;
        if !self.is_slow && slow.get() < MOST_SLOW && self.limiter.limit.borrow().is_found() {
            slow.set(slow.get() + 1);
            self.is_slow = true;
            self.permit = None;
            self.limiter.given_up.notify_waiters();
        }
    }

    /// How many clients were created with permits of the same limiter.
    pub(super) fn created(&self) -> usize {
        self.limiter.created.get()
    }

    /// Frees the permit after a request that created a client, whose duration adjusts the limit.
    pub(super) fn leave(self, took: Duration) {
        self.limiter.created.set(self.created() + 1);
        if self.is_slow {
            return;
        }
        let taken = self.limiter.places.get() - self.limiter.free.available_permits();
        self.limiter.limit.borrow_mut().observe(took, taken);
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if self.is_slow {
            self.limiter.slow.set(self.limiter.slow.get() - 1);
            return;
        }
        let wanted = self.limiter.limit.borrow().current();
        let places = self.limiter.places.get();
        if places > wanted {
            if let Some(permit) = self.permit.take() {
                permit.forget();
            }
            self.limiter.places.set(places - 1);
        } else {
            self.limiter.free.add_permits(wanted - places);
            self.limiter.places.set(wanted);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Limit, Limiter, MOST_SLOW};
    use std::time::Duration;

    /// How many permits are free now.
    async fn places(limiter: &Limiter) -> usize {
        let mut inside = Vec::new();
        let soon = Duration::from_millis(1);
        while let Ok(place) = tokio::time::timeout(soon, limiter.enter()).await {
            inside.push(place);
        }
        inside.len()
    }

    #[tokio::test(start_paused = true)]
    async fn as_many_enter_as_the_limit_says() {
        let limiter = Limiter::new(Limit::fixed(3));
        assert_eq!(places(&limiter).await, 3);
        // All permits were returned.
        assert_eq!(places(&limiter).await, 3);
    }

    #[tokio::test(start_paused = true)]
    async fn slow_requests_give_their_places_to_others() {
        let limiter = Limiter::new(Limit::auto());
        let limit = limiter.limit.borrow().current();
        let mut slow = Vec::new();
        for _ in 0..MOST_SLOW {
            let mut place = limiter.enter().await;
            place.give_up();
            slow.push(place);
        }
        assert_eq!(places(&limiter).await, limit);
        // No further slow request gives up its permit.
        let mut last = limiter.enter().await;
        last.give_up();
        assert_eq!(places(&limiter).await, limit - 1);
        slow.clear();
        last.give_up();
        assert_eq!(places(&limiter).await, limit);
        drop(last);
        assert_eq!(places(&limiter).await, limit);
    }

    #[tokio::test(start_paused = true)]
    async fn a_limit_that_was_set_is_kept() {
        let limiter = Limiter::new(Limit::fixed(1));
        let mut slow = limiter.enter().await;
        slow.give_up();
        assert_eq!(places(&limiter).await, 0);
        drop(slow);
        assert_eq!(places(&limiter).await, 1);
    }

    #[tokio::test(start_paused = true)]
    async fn places_follow_the_limit_up_and_down() {
        let limiter = Limiter::new(Limit::auto());
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let mut inside = Vec::new();
            let limit = limiter.limit.borrow().current();
            for _ in 0..limit {
                inside.push(limiter.enter().await);
            }
            // A server with four cores.
            let took = Duration::from_millis(7 * limit.max(4) as u64 / 4);
            inside.into_iter().for_each(|place| place.leave(took));
            let limit = limiter.limit.borrow().current();
            assert_eq!(places(&limiter).await, limit);
            seen.insert(limit);
        }
        assert!(seen.len() > 2, "{seen:?}");
    }
}
