//! Reads the files, and sees to it that all their folders are listened to.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use tokio::time::Instant;

use super::files::Fresh;
use super::turn::Watch;
use super::wake::POLL;
use crate::cli::manifest_args::named;
use crate::duration;
use crate::error::{Error, Result, chain};
use crate::watch::Hint;

/// Contents that were found without a hint are acted on when they stay the same for a moment, and
/// after so long in any case.
const NEVER_STILL: Duration = Duration::from_secs(10);

impl Watch<'_> {
    /// Reads the files. Returns whether anything in them is different, and taken.
    pub(super) async fn read(
        &mut self,
        is_hinted: bool,
        is_start: bool,
        unfinished: BTreeSet<PathBuf>,
    ) -> Result<bool> {
        self.times.scanned();
        let (fresh, has_new) = self.read_and_follow(is_hinted, is_start).await?;
        let is_different = self.files.differ(fresh.digest);
        let is_still = self.is_still(&fresh, is_hinted);
        if is_different && !is_start && (has_new || !is_hinted || !is_still) {
            // Nobody told of it, it is still changing, or it lies in a folder where nothing was
            // heard of files that are being written: it is read once more in a moment.
            self.hints.hear(Hint::Changed);
            return Ok(false);
        }
        self.unheard = None;
        if !is_hinted && !is_different {
            return Ok(false);
        }
        let only = self.only.as_ref();
        Ok(self.files.take(fresh, unfinished, only))
    }

    /// Reads, and watches all folders that there are. Returns whether one of them is new.
    async fn read_and_follow(&mut self, is_hinted: bool, is_start: bool) -> Result<(Fresh, bool)> {
        loop {
            self.hints.set_reading(true);
            let fresh = match named(&self.args.paths) {
                Ok(paths) => self.files.read(&paths).await,
                Err(error) => Err(error),
            };
            self.hints.set_reading(false);
            let fresh = fresh?;
            if !is_hinted && !self.files.differ(fresh.digest) {
                return Ok((fresh, false));
            }
            match self.hints.follow(&fresh.folders) {
                // What came into it before it was watched was not heard.
                Ok(true) if is_start => {}
                Ok(has_new) => return Ok((fresh, has_new)),
                Err(error) => self.poll_instead(&error),
            }
        }
    }

    /// Whether what was read may be acted on: the system told of it, or it was the same before.
    fn is_still(&mut self, fresh: &Fresh, is_hinted: bool) -> bool {
        if is_hinted && self.hints.listens() && self.unheard.is_none() {
            return true;
        }
        let now = Instant::now();
        let (before, since) = self
            .unheard
            .map_or((None, now), |(digest, since)| (Some(digest), since));
        self.unheard = Some((fresh.digest, since));
        before == Some(fresh.digest) || now - since > NEVER_STILL
    }

    /// The system does not tell of changes.
    pub(super) fn poll_instead(&mut self, why: &Error) {
        let every = self.args.poll.unwrap_or(POLL);
        self.ui.warning(&format!(
            "{}; the files are read every {} instead",
            chain(why),
            duration::show(every)
        ));
        for hint in why.hints() {
            self.ui.notice(&format!("  hint: {hint}"));
        }
        self.times.scan_every(every);
    }
}
