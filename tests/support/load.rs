//! How many tests run at the same time.
//!
//! Tests that compute, or that start real servers, are limited by the cores. Tests that wait most
//! of their time are cheap, so more of them fit. Each test takes permits according to its load, so
//! that a mix of both kinds keeps the machine as busy as one kind alone. The few that idle for minutes
//! come first, on threads of their own, and take none.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// The permits of one core.
const PER_CORE: usize = 4;

/// Threads for tests that idle: as many as there are such tests.
const IDLE: usize = 4;

/// What a test does most of the time.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Load {
    /// Sleeps for minutes, until a request can no longer arrive.
    Idles,
    /// Waits, for example for a file to be noticed.
    Waits,
    /// Computes.
    Works,
}

/// Permits that are held; given back when this is dropped.
pub(crate) struct Permits(usize);

static TAKEN: Mutex<usize> = Mutex::new(0);
static GIVEN_BACK: Condvar = Condvar::new();

/// How many threads are needed so that the permits are the only limit.
pub(crate) fn threads() -> usize {
    all() + IDLE
}

impl Load {
    /// Waits until the test may run.
    pub(crate) fn permits(self) -> Permits {
        let wanted = match self {
            Self::Idles => 0,
            Self::Waits => 1,
            Self::Works => PER_CORE,
        };
        let too_many = |taken: &mut usize| *taken + wanted > all();
        let taken = GIVEN_BACK.wait_while(taken(), too_many);
        *taken.unwrap_or_else(PoisonError::into_inner) += wanted;
        Permits(wanted)
    }
}

impl Drop for Permits {
    fn drop(&mut self) {
        *taken() -= self.0;
        GIVEN_BACK.notify_all();
    }
}

/// All permits, on a machine with one core as many as on one with two.
fn all() -> usize {
    let cores = thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
    cores * PER_CORE
}

fn taken() -> MutexGuard<'static, usize> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}
