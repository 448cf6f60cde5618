//! Whether Hydra serves us, and when to ask it again.

use std::time::{Duration, Instant};

use super::news::News;
use crate::error::{Error, Hint};

/// The first pause before Hydra is asked again; each further one is half as long again.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Whether Hydra serves us.
#[derive(Debug)]
pub(super) struct Availability {
    endpoint: String,
    down: Option<Outage>,
    /// The version that answered last, once one did.
    version: Option<Option<String>>,
}

/// A Hydra that does not serve us.
#[derive(Debug)]
struct Outage {
    since: Instant,
    /// The hints that were told, each time that they were other ones.
    told: Vec<Vec<Hint>>,
    pause: Duration,
    retry: Instant,
    /// Whether it answers questions and refuses to create.
    refuses: bool,
}

impl Availability {
    pub(super) fn new(endpoint: String) -> Self {
        Self {
            endpoint,
            down: None,
            version: None,
        }
    }

    pub(super) fn is_down(&self) -> bool {
        self.down.is_some()
    }

    /// When to ask it again, where it is down.
    pub(super) fn retry_at(&self) -> Option<Instant> {
        self.down.as_ref().map(|down| down.retry)
    }

    /// It is being asked again. Whatever comes of it, the next pause is longer.
    pub(super) fn is_asked(&mut self, now: Instant) {
        if let Some(down) = &mut self.down {
            down.pause = (down.pause * 3 / 2).min(LONGEST_PAUSE);
            down.retry = now + down.pause;
        }
    }

    /// It does not answer, or it `refuses` to create. That is told once, and again only with hints
    /// that were not told since it went down.
    pub(super) fn goes_down(&mut self, error: Error, refuses: bool, now: Instant) -> Option<News> {
        let down = self.down.get_or_insert(Outage {
            since: now,
            told: Vec::new(),
            pause: FIRST_PAUSE,
            retry: now,
            refuses,
        });
        down.refuses = refuses;
        down.retry = now + down.pause;
        if down.told.iter().any(|told| told == error.hints()) {
            return None;
        }
        down.told.push(error.hints().to_vec());
        let endpoint = self.endpoint.clone();
        Some(News::HydraDown { endpoint, error })
    }

    /// A Hydra of that version answered a question. That is news where it was silent, or the version
    /// is another one than before; one that refuses to create has to do more than answer.
    pub(super) fn answers(&mut self, version: Option<String>, now: Instant) -> Option<News> {
        let last = self.version.replace(version.clone());
        if self.down.as_ref().is_some_and(|down| !down.refuses) {
            self.serves(now)
        } else {
            let is_another = last.is_some_and(|last| last != version);
            is_another.then(|| self.is_up(None))
        }
    }

    /// It did everything that was asked of it.
    pub(super) fn serves(&mut self, now: Instant) -> Option<News> {
        let down = self.down.take()?;
        Some(self.is_up(Some(now.saturating_duration_since(down.since))))
    }

    fn is_up(&self, after: Option<Duration>) -> News {
        News::HydraUp {
            endpoint: self.endpoint.clone(),
            version: self.version(),
            after,
        }
    }

    /// The version that answered last.
    pub(super) fn version(&self) -> Option<String> {
        self.version.clone().flatten()
    }
}
