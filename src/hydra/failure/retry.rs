//! The retry policy: how long a request is retried (`--fail-after`), and the backoff.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::cause::Failure;
use crate::duration;

/// The first pause. Each further one is 1.5 times as long, with jitter, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long a request is retried before that is reported, and the minimum time between two reports.
const SAY_AFTER: Duration = Duration::from_secs(2);
const SAY_AGAIN: Duration = Duration::from_secs(10);

/// Receives a report when a request is being retried.
pub type Notify = Arc<dyn Fn(&str) + Send + Sync>;

/// How long requests are retried. Shared by all requests of a run.
#[derive(Clone)]
pub struct RetryPolicy {
    fail_after: Option<Duration>,
    notify: Notify,
    jitter: fn() -> f64,
    started: Instant,
    /// When a retry was last reported, in milliseconds since `started`; 0 means never.
    said_at: Arc<AtomicU64>,
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RetryPolicy({:?})", self.fail_after)
    }
}

impl RetryPolicy {
    /// Retries each request for `fail_after`, or forever if that is `None`.
    pub fn new(fail_after: Option<Duration>, notify: Notify) -> Self {
        Self {
            fail_after,
            notify,
            jitter: by_chance,
            started: Instant::now(),
            said_at: Arc::default(),
        }
    }

    /// Replaces the source of jitter (0 to 1) to make a simulation repeatable.
    pub fn with_jitter(mut self, jitter: fn() -> f64) -> Self {
        self.jitter = jitter;
        self
    }

    pub(crate) fn fail_after(&self) -> Option<Duration> {
        self.fail_after
    }

    /// Starts the attempts of one request.
    pub fn begin(&self) -> Attempts<'_> {
        Attempts {
            retry_policy: self,
            since: Instant::now(),
            attempts: 0,
        }
    }

    /// Reports what a request is waiting for, unless another request has just reported.
    fn say(&self, failure: &Failure, left: Option<Duration>) {
        let now = self.started.elapsed().as_millis() as u64 + 1;
        let last = self.said_at.load(Ordering::Relaxed);
        if last != 0 && now - last < SAY_AGAIN.as_millis() as u64 {
            return;
        }
        self.said_at.store(now, Ordering::Relaxed);
        let until = left.map_or_else(
            || "no time limit".to_owned(),
            |left| format!("giving up in {}", duration::show(left)),
        );
        (self.notify)(&format!("retrying: {failure}; {until}"));
    }
}

/// The attempts of one request.
#[derive(Debug)]
pub struct Attempts<'a> {
    retry_policy: &'a RetryPolicy,
    since: Instant,
    attempts: u32,
}

impl Attempts<'_> {
    /// Pauses after a failed attempt if a retry may help and there is time for it.
    ///
    /// # Errors
    /// The failure itself, with the number of attempts and their duration, when there is no further
    /// retry.
    pub async fn pause(&mut self, mut failure: Failure) -> Result<(), Failure> {
        self.attempts += 1;
        let elapsed = self.since.elapsed();
        failure.tried(self.attempts, elapsed);
        let limit = self.retry_policy.fail_after;
        let left = limit.map(|limit| limit.saturating_sub(elapsed));
        if !failure.is_transient() || left == Some(Duration::ZERO) {
            return Err(failure);
        }
        // A shorter `Retry-After`, such as 0, is ignored: back off instead of retrying in a tight
        // loop.
        let asked = failure.retry_after().filter(|asked| *asked >= FIRST_PAUSE);
        let pause = match (asked, left) {
            (Some(asked), Some(left)) if asked > left => return Err(failure),
            (Some(asked), _) => asked,
            // The last attempt is made exactly at the deadline.
            (None, left) => self.next_pause().min(left.unwrap_or(Duration::MAX)),
        };
        tracing::debug!(failure = ?failure.to_string(), ?pause, "try again");
        if elapsed.saturating_add(pause) >= SAY_AFTER {
            self.retry_policy.say(&failure, left);
        }
        tokio::time::sleep(pause).await;
        Ok(())
    }

    /// The next pause, between half and all of its full length: clients that failed together must
    /// not all retry at the same moment.
    fn next_pause(&self) -> Duration {
        let growth = 1.5_f64.powi(i32::try_from(self.attempts.min(30)).unwrap_or(30) - 1);
        let full = FIRST_PAUSE.mul_f64(growth).min(LONGEST_PAUSE);
        full.mul_f64(0.5 + (self.retry_policy.jitter)() / 2.0)
    }
}

/// A random number from 0 to 1.
fn by_chance() -> f64 {
    f64::from(getrandom::u32().unwrap_or(u32::MAX / 2)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::reason::Reason;
    use super::super::{Cause, Failure};
    use super::RetryPolicy;
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use tokio::time::Instant;

    fn refused() -> Failure {
        Failure::new(
            "GET http://h/",
            Cause::NoConnection("connection refused".to_owned()),
        )
    }

    #[tokio::test(start_paused = true)]
    async fn tries_until_the_limit_and_says_so_once() {
        let said = Arc::new(Mutex::new(Vec::new()));
        let sink = Arc::clone(&said);
        let retry_policy = RetryPolicy::new(
            Some(Duration::from_secs(8)),
            Arc::new(move |text: &str| sink.lock().unwrap().push(text.to_owned())),
        );
        let start = Instant::now();
        let mut waiting = retry_policy.begin();
        let failure = loop {
            if let Err(failure) = waiting.pause(refused()).await {
                break failure;
            }
        };
        let elapsed = start.elapsed();
        // Timers round up to the next millisecond.
        assert_eq!(elapsed.as_secs(), 8, "{elapsed:?}");
        assert!(failure.to_string().contains("tried"), "{failure}");
        assert_eq!(said.lock().unwrap().len(), 1, "{said:?}");
        assert!(said.lock().unwrap()[0].contains("giving up in"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_stays_wrong_is_not_tried_again() {
        let retry_policy = RetryPolicy::new(None, Arc::new(|_: &str| {}));
        let failure = Failure::new(
            "GET http://h/",
            Cause::Status {
                status: 403,
                reason: Reason::default(),
                retry_after: None,
            },
        );
        assert!(retry_policy.begin().pause(failure).await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_asks_for_longer_than_there_is_ends_it() {
        let retry_policy = RetryPolicy::new(Some(Duration::from_secs(60)), Arc::new(|_: &str| {}));
        let busy = Cause::Status {
            status: 503,
            reason: Reason::default(),
            retry_after: Some(Duration::MAX),
        };
        let start = Instant::now();
        let failure = Failure::new("GET http://h/", busy);
        assert!(retry_policy.begin().pause(failure).await.is_err());
        assert_eq!(start.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn the_server_decides_how_long_to_wait() {
        let retry_policy = RetryPolicy::new(None, Arc::new(|_: &str| {}));
        let busy = Cause::Status {
            status: 429,
            reason: Reason::default(),
            retry_after: Some(Duration::from_secs(7)),
        };
        let start = Instant::now();
        retry_policy
            .begin()
            .pause(Failure::new("GET http://h/", busy))
            .await
            .unwrap();
        assert_eq!(start.elapsed().as_secs(), 7);
    }
}
