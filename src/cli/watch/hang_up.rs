//! SIGHUP: reloads keys, tokens and certificates.

use std::io::IsTerminal as _;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::WatchArgs;
use crate::cli::ui::Ui;
use crate::error::{Error, Result};
use crate::watch::Reload;

/// How long reloading may take: keys may have to be fetched, and a pipe may never end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Sends the reloaded settings after each SIGHUP. Returns when the terminal is gone, which ends the
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

/// Reloads on a separate thread, and waits for at most [`PATIENCE`].
async fn read_again(args: &WatchArgs, is_sandbox: bool, ui: &Ui) -> Option<Reload> {
    let (keys, in_clear) = (args.keys.clone(), args.allow_plaintext_secrets);
    // Reconnecting would start the sandbox in this process a second time.
    let connection = (!is_sandbox).then(|| args.connection.clone());
    let (ui, (done, read)) = (ui.clone(), oneshot::channel());
    std::thread::spawn(move || {
        let seal = keys.seal(in_clear, &ui);
        let connector = connection.map(|connection| connection.connector(&ui));
        // After the timeout, nobody receives this.
        let _ = done.send(Reload { seal, connector });
    });
    timeout(PATIENCE, read).await.ok()?.ok()
}
