//! Lets requests through, as many at once as the limit says.
//!
//! Only requests are counted: what a create does before and after, encrypt and wait for the disk,
//! costs the server nothing, and is done while other requests are under way.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use tokio::sync::futures::Notified;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};

use super::limit::Limit;

/// Creates under way beyond those whose requests are: enough to keep the server busy where a sync
/// of the disk takes as long as a request.
const AHEAD: usize = 32;

/// How many requests may be under way beyond the limit because they are slow.
const MOST_SLOW: usize = 64;

/// Where requests wait for a place. Who came first is let through first. Runs that go on at the
/// same time share one.
#[derive(Debug)]
pub struct Limiter {
    limit: RefCell<Limit>,
    places: Cell<usize>,
    free: Semaphore,
    slow: Cell<usize>,
    given_up: Notify,
}

/// A place among the requests under way; it is free again when this is dropped.
#[derive(Debug)]
pub(super) struct Permit<'g> {
    limiter: &'g Limiter,
    permit: Option<SemaphorePermit<'g>>,
    is_slow: bool,
}

impl Limiter {
    /// A limiter that lets as many through as the limit says.
    #[must_use]
    pub fn new(limit: Limit) -> Self {
        let places = limit.current();
        Self {
            limit: RefCell::new(limit),
            places: Cell::new(places),
            free: Semaphore::new(places),
            slow: Cell::new(0),
            given_up: Notify::new(),
        }
    }

    /// How many creates may be under way.
    pub(super) fn creates(&self) -> usize {
        self.limit.borrow().current() + AHEAD + self.slow.get()
    }

    /// Returns when a slow request gives up its place, so that more creates may be under way.
    pub(super) fn given_up(&self) -> Notified<'_> {
        self.given_up.notified()
    }

    /// Waits for a place.
    pub(super) async fn enter(&self) -> Permit<'_> {
        Permit {
            limiter: self,
            // There is always one: the semaphore is never closed.
            permit: self.free.acquire().await.ok(),
            is_slow: false,
        }
    }
}

impl Permit<'_> {
    /// Gives the place to others while a request that is slow goes on, unless the user set the
    /// limit: a server that waits for another one is not busy, and must not hold up the rest.
    pub(super) fn give_up(&mut self) {
        let slow = &self.limiter.slow;
        if !self.is_slow && slow.get() < MOST_SLOW && self.limiter.limit.borrow().is_found() {
            slow.set(slow.get() + 1);
            self.is_slow = true;
            self.permit = None;
            self.limiter.given_up.notify_waiters();
        }
    }

    /// Frees the place after a request that created a client and took so long.
    pub(super) fn leave(self, took: Duration) {
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

    /// How many can enter now.
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
        // All of them left.
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
        // No more than that.
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
