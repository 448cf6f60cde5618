//! What a wake asks for.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tokio::time::Instant;

use super::turn::Watch;
use super::wake::Wake;

/// What is to be done.
pub(super) struct Task {
    /// Since when.
    pub(super) began: Instant,
    /// Files that are being written.
    pub(super) unfinished: BTreeSet<PathBuf>,
    pub(super) is_start: bool,
    /// Whether it was heard that files may have changed.
    pub(super) is_hinted: bool,
    pub(super) is_look: bool,
    /// Whether to compare what is due though no file is different.
    pub(super) is_asked: bool,
    pub(super) which: Which,
}

/// Which clients to compare with Hydra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// All of them.
    All,
    /// Those that are new, changed or missing, and not put off.
    Due,
    /// Those that could not be created, and were put off until that moment.
    Again(Instant),
}

impl Watch<'_> {
    /// What a wake asks for.
    pub(super) fn task(&mut self, wake: Wake) -> Task {
        let mut task = Task {
            began: Instant::now(),
            unfinished: BTreeSet::new(),
            is_start: false,
            is_hinted: false,
            is_look: false,
            is_asked: false,
            which: match self.hydra.is_down() {
                // What it lost meanwhile is not known.
                true => Which::All,
                false => Which::Due,
            },
        };
        match wake {
            Wake::Start => {
                task.is_start = true;
                task.is_hinted = true;
                task.which = Which::All;
            }
            Wake::Files(batch) => {
                task.began = self.hints.moment(batch.since);
                task.unfinished = batch.unfinished;
                // Where hints were lost, nobody knows which files are unfinished.
                task.is_hinted = !batch.is_lossy;
                task.is_look = self.owes_look;
                if self.owes_look {
                    task.which = Which::All;
                }
            }
            Wake::Look => {
                task.is_look = true;
                task.which = Which::All;
            }
            Wake::Retry => {
                self.hydra.is_asked();
                task.which = Which::All;
            }
            Wake::Reload => task.is_asked = true,
            Wake::Scan | Wake::Again | Wake::Calm | Wake::Happened(_) | Wake::HungUp => {}
        }
        task
    }
}
