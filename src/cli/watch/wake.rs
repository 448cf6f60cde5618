//! What the program waits for.

use std::io::IsTerminal as _;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::{Instant, sleep_until};

use super::under_way::Happened;
use crate::error::{Error, Result};
use crate::watch::{Batch, Hints, QUIET};

/// The files are read anew so often, whatever was heard.
pub(super) const SCAN: Duration = Duration::from_secs(30);

/// The same, where the system does not tell of changes.
pub(super) const POLL: Duration = Duration::from_secs(2);

/// How long manifests have to be calm before it is said what is wrong with them or gone, and how
/// long that is put off at most.
const CALM: Duration = Duration::from_secs(1);
const LONGEST_CALM: Duration = Duration::from_secs(5);

/// Why something is to be done.
#[derive(Debug)]
pub(super) enum Wake {
    /// The program has just begun.
    Start,
    /// Files may have changed.
    Files(Batch),
    /// The files are to be read anew.
    Scan,
    /// Hydra is to be looked at.
    Look,
    /// Hydra did not answer, and is to be asked again.
    Retry,
    /// Clients that could not be created are to be tried again.
    Again,
    /// Something happened to creates under way.
    Happened(Box<Happened>),
    /// The manifests are calm.
    Calm,
    /// Keys and tokens are to be read anew.
    Reload,
    /// The terminal is gone.
    HungUp,
}

/// When there is something to do without anybody asking.
#[derive(Debug)]
pub(super) struct Times {
    interval: Option<Duration>,
    scan_every: Duration,
    look: Option<Instant>,
    scan: Instant,
    /// When the manifests began to be other than what was said of them, and when they are calm.
    calm: Option<(Instant, Instant)>,
}

impl Times {
    /// Hydra is looked at every `interval`, if ever, and the files are read every `scan_every`.
    pub(super) fn new(interval: Option<Duration>, scan_every: Duration) -> Self {
        let now = Instant::now();
        Self {
            interval,
            scan_every,
            look: interval.map(|interval| now + interval),
            scan: now + scan_every,
            calm: None,
        }
    }

    /// The files are read so often from now on.
    pub(super) fn scan_every(&mut self, scan_every: Duration) {
        self.scan_every = scan_every;
        self.scanned();
    }

    /// The files were read.
    pub(super) fn scanned(&mut self) {
        self.scan = Instant::now() + self.scan_every;
    }

    /// Hydra was looked at.
    pub(super) fn looked(&mut self) {
        self.look = self.interval.map(|interval| Instant::now() + interval);
    }

    /// There is something to say of the manifests, once they are calm.
    pub(super) fn unrest(&mut self) {
        let now = Instant::now();
        let (since, _) = self.calm.unwrap_or((now, now));
        let calm = (now + CALM).min(since + LONGEST_CALM);
        self.calm = Some((since, calm.max(now + 2 * QUIET)));
    }

    /// Files are changing at this moment.
    pub(super) fn not_calm(&mut self) {
        if let Some((_, calm)) = &mut self.calm {
            *calm = Instant::now() + 2 * QUIET;
        }
    }

    /// Whether nothing is known that is to be said of the manifests.
    pub(super) fn is_calm(&self) -> bool {
        self.calm.is_none()
    }

    /// Waits until the manifests are calm, or for ever where there is nothing to say of them.
    pub(super) async fn until_calm(&self) {
        at(self.calm.map(|(_, calm)| calm)).await;
    }

    /// There is nothing to say of the manifests.
    pub(super) fn calm(&mut self) {
        self.calm = None;
    }
}

/// Hears SIGHUP.
pub(super) struct HangUp {
    signal: Signal,
    had_terminal: bool,
}

impl HangUp {
    pub(super) fn new() -> Result<Self> {
        let signal = signal(SignalKind::hangup())
            .map_err(|error| Error::unexpected("cannot listen for signals").because(error))?;
        Ok(Self {
            signal,
            had_terminal: std::io::stderr().is_terminal(),
        })
    }

    /// A hang-up of the terminal itself ends the program; any other asks to read keys anew.
    async fn next(&mut self) -> Wake {
        self.signal.recv().await;
        if self.had_terminal && !std::io::stderr().is_terminal() {
            return Wake::HungUp;
        }
        Wake::Reload
    }
}

/// Waits for whatever comes first. While Hydra is down, `retry` takes the place of looking at it, and
/// of trying `again` to create clients.
pub(super) async fn next(
    hang_up: &mut HangUp,
    hints: &Hints,
    times: &Times,
    retry: Option<Instant>,
    again: Option<Instant>,
) -> Wake {
    let unless_down = |moment: Option<Instant>| moment.filter(|_| retry.is_none());
    tokio::select! {
        biased;
        wake = hang_up.next() => wake,
        batch = hints.batch() => Wake::Files(batch),
        () = at(retry) => Wake::Retry,
        () = times.until_calm() => Wake::Calm,
        () = at(unless_down(times.look)) => Wake::Look,
        () = at(Some(times.scan)) => Wake::Scan,
        () = at(unless_down(again)) => Wake::Again,
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{CALM, Duration, Instant, LONGEST_CALM, Times};

    #[tokio::test(start_paused = true)]
    async fn calm_is_put_off_but_not_for_ever_and_never_lies_in_the_past() {
        let mut times = Times::new(None, Duration::from_secs(30));
        let start = Instant::now();
        times.unrest();
        assert_eq!(times.calm.unwrap().1, start + CALM);
        while start.elapsed() < 2 * LONGEST_CALM {
            tokio::time::advance(Duration::from_millis(170)).await;
            times.unrest();
            let (since, calm) = times.calm.unwrap();
            assert_eq!(since, start);
            assert!(calm > Instant::now());
            let latest = (start + LONGEST_CALM).max(Instant::now() + CALM);
            assert!(calm <= latest);
        }
        times.calm();
        assert!(times.calm.is_none());
    }
}
