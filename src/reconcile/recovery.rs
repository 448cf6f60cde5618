//! Settles what earlier runs left open, and reports the results.

use jiff::Timestamp;

use super::events::{Event, Events};
use super::recover::{Recovered, RecoveryOutcome, recover};
use super::target::Target;
use crate::error::Result;
use crate::vault::{Repair, VaultFiles};

/// What was already reported.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Reported {
    /// That requests may still arrive.
    pub waiting: bool,
    /// That clients could not be looked up.
    pub unknown: bool,
    /// When the newest secret left open before this process began was generated. Younger ones are
    /// this process's own: it reported them when their creates failed, and no run was interrupted.
    pub own_after: Option<Timestamp>,
}

impl Reported {
    /// Whether this process left it open.
    fn is_own(self, recovered: &Recovered) -> bool {
        self.own_after.is_some_and(|left| recovered.made_at > left)
    }

    /// Whether this result was already reported or needs no report.
    fn covers(self, recovered: &Recovered) -> bool {
        match &recovered.outcome {
            RecoveryOutcome::Unknown(_) => self.unknown,
            RecoveryOutcome::Waiting if self.waiting => true,
            // A client without a secret requires no action.
            outcome if !recovered.has_secret => *outcome != RecoveryOutcome::Waiting,
            RecoveryOutcome::Dropped | RecoveryOutcome::Waiting => self.is_own(recovered),
            _ => false,
        }
    }
}

/// Settles what earlier runs left open, and reports the results.
///
/// # Errors
/// Those of [`recover`].
pub(crate) async fn settle(
    files: &VaultFiles,
    target: &Target,
    reported: Reported,
    events: &dyn Events,
) -> Result<Vec<Recovered>> {
    let session = &target.session;
    let settled = recover(&files.vault, &session.reader, session).await?;
    let arrives_in = files.vault.last_arrives_in();
    for recovered in settled.iter().filter(|one| !reported.covers(one)) {
        events.emit(&Event::Recovered {
            recovered,
            is_own: reported.is_own(recovered),
            arrives_in,
        });
    }
    Ok(settled)
}

/// Reports repairs to the secrets file, and its invalid lines.
pub(crate) fn tell_repairs(
    repair: Option<&Repair>,
    broken: &[(usize, String)],
    events: &dyn Events,
) {
    if let Some(repair) = repair {
        events.emit(&Event::Repaired(repair));
    }
    for (number, why) in broken {
        let (number, why) = (*number, &**why);
        events.emit(&Event::BrokenLine { number, why });
    }
}
