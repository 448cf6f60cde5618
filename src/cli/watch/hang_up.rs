//! SIGHUP: reads keys, tokens and certificates again.

use std::io::IsTerminal as _;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::WatchArgs;
use crate::cli::ui::Ui;
use crate::error::{Error, Result};
use crate::watch::Reload;

/// How long reading may take: keys may be fetched, and a pipe may never end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends what is read at each SIGHUP. Returns when the terminal itself is gone, which ends the
/// program.
pub(super) async fn hang_up(
    args: &WatchArgs,
    is_sandbox: bool,
    ui: &Ui,
    reloads: mpsc::UnboundedSender<Option<Reload>>,
) -> Result<()> {
    let mut hang_up = signal(SignalKind::hangup())
        .map_err(|error| Error::unexpected("cannot listen for signals").because(error))?;
    let had_terminal = std::io::stderr().is_terminal();
    loop {
        hang_up.recv().await;
        if had_terminal && !std::io::stderr().is_terminal() {
            return Ok(());
        }
        // The receiver lives as long as the program.
        let _ = reloads.send(read_again(args, is_sandbox, ui).await);
    }
}

/// Reads in a thread of its own, which nobody waits for longer than [`PATIENCE`].
async fn read_again(args: &WatchArgs, is_sandbox: bool, ui: &Ui) -> Option<Reload> {
    let (keys, in_clear) = (args.keys.clone(), args.allow_plaintext_secrets);
    // A sandbox in this process would be started a second time.
    let connection = (!is_sandbox).then(|| args.connection.clone());
    let (ui, (done, read)) = (ui.clone(), oneshot::channel());
    std::thread::spawn(move || {
        let seal = keys.seal(in_clear, &ui);
        let connector = connection.map(|connection| connection.connector(&ui));
        // Nobody waits any more after the time-out.
        let _ = done.send(Reload { seal, connector });
    });
    timeout(PATIENCE, read).await.ok()?.ok()
}
