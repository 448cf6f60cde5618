//! Asks which Hydra answers, which may take seconds. What is wrong with the manifests does not wait
//! for that.

use std::pin::pin;
use std::sync::Arc;

use super::turn::Watch;
use crate::cli::signals::Signals;
use crate::client::ClientId;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::reconcile::Target;

/// What came of asking.
pub(super) enum Asked {
    /// Hydra's answer, or why there is none.
    Answer(Result<Arc<Target>>),
    /// Files changed while a Hydra was waited for that is down: they are read first.
    Later,
    /// A signal came.
    Signal(ExitCode),
}

impl Watch<'_> {
    /// Asks which Hydra answers.
    pub(super) async fn connect(
        &mut self,
        probe: Option<&ClientId>,
        signals: &mut Signals,
    ) -> Asked {
        let Self {
            hydra,
            hints,
            times,
            files,
            clients,
            findings,
            say,
            ..
        } = self;
        if times.is_calm() && findings.has_news(files) {
            times.unrest();
        }
        let mut connecting = pin!(hydra.connect(probe));
        loop {
            tokio::select! {
                biased;
                signal = signals.next() => return Asked::Signal(signal),
                answer = &mut connecting => return Asked::Answer(answer.map(Arc::new)),
                () = hints.due(), if hydra.is_down() => return Asked::Later,
                () = times.until_calm() => {}
            }
            if hints.is_dirty() {
                times.not_calm();
            } else {
                findings.say(files, clients, say);
                times.calm();
            }
        }
    }
}
