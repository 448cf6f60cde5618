//! `secrets recover`: finishes what a killed run left in its journal.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use clap::Args;

use super::done_if;
use crate::cli::connection::ConnectionArgs;
use crate::cli::output_args::SecretsFileArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::duration;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::reconcile::{Recovered, RecoveryOutcome, Reported, Target, settle, tell_repairs};
use crate::report::events::still_open;
use crate::vault::{VaultFiles, folder_of, has_leftovers};

/// How often to look for requests that may still arrive.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Finish what a killed run left in its journal
#[derive(Debug, Args)]
pub(in crate::cli) struct RecoverArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    /// Wait until no request of the interrupted run can still arrive
    #[arg(long, help_heading = None)]
    wait: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// In a mistyped folder nothing is found, which must not look like success.
fn refuse_wrong_folder(path: &Path) -> Result<()> {
    let folder = folder_of(path);
    // Whether anything inside it can be accessed.
    let Err(error) = std::fs::metadata(folder.join(".")) else {
        return Ok(());
    };
    let why = match error.kind() {
        ErrorKind::NotFound => "does not exist",
        ErrorKind::NotADirectory => "is not a folder",
        _ => "cannot be searched",
    };
    let (path, folder) = (path.display(), folder.display());
    let what = format!("nothing can be recovered beside `{path}`: `{folder}` {why}");
    let hint = "name the secrets file of the interrupted run with `--secrets-out`";
    Err(Error::secret(what).because(error).hint(hint))
}

/// Settles what earlier runs left open, repeatedly, until no request can arrive any more.
async fn settle_and_wait(
    files: &VaultFiles,
    connected: &Target,
    ui: &Ui,
) -> Result<Vec<Recovered>> {
    let (mut settled, mut told) = (Vec::new(), Reported::default());
    loop {
        let recovered = settle(files, connected, told, ui).await?;
        let is_settled = |one: &Recovered| one.outcome != RecoveryOutcome::Waiting;
        settled.extend(recovered.into_iter().filter(is_settled));
        let Some(left) = files.vault.last_arrives_in() else {
            return Ok(settled);
        };
        if !told.waiting {
            told.waiting = true;
            let left = duration::show(left);
            ui.notice(&format!(
                "waiting for up to {left}, until no request can arrive any more"
            ));
        }
        told.unknown = true;
        tokio::time::sleep(left.min(LOOK_AGAIN)).await;
    }
}

pub(super) async fn recover(args: &RecoverArgs, ui: &Ui) -> Result<ExitCode> {
    let outputs = args.file.existing()?;
    let path = outputs.anchor();
    if !has_leftovers(path) {
        refuse_wrong_folder(path)?;
        let path = path.display();
        let nothing = format!("nothing to recover: no run left anything beside `{path}`");
        to_stdout(|out| writeln!(out, "{nothing}"))?;
        return Ok(ExitCode::Done);
    }
    let connected = args.connection.access(ui)?.connect(None).await?;
    let files = VaultFiles::open(&outputs, None, connected.name.clone()).await?;
    tell_repairs(files.repair.as_ref(), &files.broken, ui);
    let recovered = match args.wait {
        true => settle_and_wait(&files, &connected, ui).await,
        false => settle(&files, &connected, Reported::default(), ui).await,
    };
    let open = files.close()?.open;
    for text in still_open(&open, &outputs, &connected.name) {
        ui.alarm(&text);
    }
    let recovered = recovered?;
    // Intents without a secret do not count.
    let settled = |outcome: RecoveryOutcome| {
        let secrets = recovered.iter().filter(|one| one.has_secret);
        secrets.filter(|one| one.outcome == outcome).count()
    };
    to_stdout(|out| {
        writeln!(
            out,
            "recover: {} recorded, {} unconfirmed, {} dropped, {} waiting",
            settled(RecoveryOutcome::Recorded),
            settled(RecoveryOutcome::Unconfirmed),
            settled(RecoveryOutcome::Dropped),
            open.len()
        )
    })?;
    Ok(done_if(open.is_empty()))
}
