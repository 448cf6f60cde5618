//! When there is something to do without an event from outside.

use std::time::{Duration, Instant};

use super::batch::QUIET;

/// The files are read this often, whatever was heard.
pub(crate) const SCAN: Duration = Duration::from_secs(30);

/// The same, where the system does not report changes.
pub(crate) const POLL: Duration = Duration::from_secs(2);

/// How long the manifests have to be calm before it is told what is wrong with them or gone, and for
/// how long changes may put that off.
const CALM: Duration = Duration::from_secs(1);
const LONGEST_CALM: Duration = Duration::from_secs(5);

/// When to look at Hydra, when to read the files, and when the manifests are calm.
#[derive(Debug)]
pub(super) struct Timers {
    /// How often to look at Hydra, if at all.
    interval: Option<Duration>,
    pub(super) scan_every: Duration,
    pub(super) looked: Instant,
    pub(super) scanned: Instant,
    /// Since when there is something to tell of the manifests, and when to tell it.
    calm: Option<(Instant, Instant)>,
}

impl Timers {
    pub(super) fn new(interval: Option<Duration>, scan_every: Duration, now: Instant) -> Self {
        Self {
            interval,
            scan_every,
            looked: now,
            scanned: now,
            calm: None,
        }
    }

    pub(super) fn look_at(&self) -> Option<Instant> {
        self.interval.map(|interval| self.looked + interval)
    }

    pub(super) fn scan_at(&self) -> Instant {
        self.scanned + self.scan_every
    }

    /// Something is to be told of the manifests once they are calm: a save may be in progress.
    pub(super) fn wait_for_calm(&mut self, now: Instant) {
        let (since, _) = self.calm.unwrap_or((now, now));
        let calm = (now + CALM).min(since + LONGEST_CALM);
        self.calm = Some((since, calm.max(now + 2 * QUIET)));
    }

    /// Files are changing right now.
    pub(super) fn put_off_calm(&mut self, now: Instant) {
        if let Some((_, calm)) = &mut self.calm {
            *calm = now + 2 * QUIET;
        }
    }

    /// When the manifests are calm; `None` where there is nothing to tell.
    pub(super) fn calm_at(&self) -> Option<Instant> {
        self.calm.map(|(_, calm)| calm)
    }

    /// Nothing is left to tell of the manifests.
    pub(super) fn calm(&mut self) {
        self.calm = None;
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{CALM, Duration, Instant, LONGEST_CALM, Timers};

    #[test]
    fn calm_is_put_off_but_not_forever_and_never_into_the_past() {
        let start = Instant::now();
        let mut timers = Timers::new(None, Duration::from_secs(30), start);
        timers.wait_for_calm(start);
        assert_eq!(timers.calm_at().unwrap(), start + CALM);
        let mut now = start;
        while now < start + 2 * LONGEST_CALM {
            now += Duration::from_millis(170);
            timers.wait_for_calm(now);
            let calm = timers.calm_at().unwrap();
            assert!(calm > now && calm <= (start + LONGEST_CALM).max(now + CALM));
        }
        timers.calm();
        assert!(timers.calm_at().is_none());
    }
}
