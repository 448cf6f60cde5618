//! `secrets`: works with the secrets file.

mod verify;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use clap::{Args, Subcommand};

use super::connection::ConnectionArgs;
use super::recipient_args::{KeyArgs, SecretsFileArgs};
use super::runtime::run_guarded;
use super::ui::{Ui, to_stdout};
use super::values::Format;
use crate::duration;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::recipients::Recipients;
use crate::reconcile::{self, Recovered, RecoveryOutcome, Reported, Target, settle, tell_repairs};
use crate::report::events::still_open;
use crate::report::{json, secrets as output};
use crate::text::count;
use crate::vault::{Content, VaultFiles, folder_of, has_leftovers};
use verify::{VerifyArgs, verify};

/// How often to look for requests that may still arrive.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// The secrets file
#[derive(Debug, Subcommand)]
pub(super) enum SecretsCommand {
    /// List the recorded secrets, without opening them
    List(ListArgs),
    /// Finish what a killed run left in its journal, as the next apply would
    Recover(Box<RecoverArgs>),
    /// Check that each line is valid, is for a given recipient, and belongs to an existing client
    Check(Box<CheckArgs>),
    /// Decrypt each secret with your own gpg, and test it at Hydra's public endpoint
    Verify(Box<VerifyArgs>),
}

/// List the recorded secrets
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    /// Output format of the list
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = None)]
    output: Format,
}

/// Finish what a killed run left in its journal
#[derive(Debug, Args)]
pub(super) struct RecoverArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    /// Wait until no request of the interrupted run can still arrive
    #[arg(long, help_heading = None)]
    wait: bool,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Check the secrets file
#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    keys: KeyArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) fn run(command: SecretsCommand, ui: &Ui) -> Result<ExitCode> {
    // Before signals are handled: a key server may be slow.
    let recipients = match &command {
        SecretsCommand::Check(args) => args.keys.recipients()?,
        SecretsCommand::List(_) | SecretsCommand::Recover(_) | SecretsCommand::Verify(_) => None,
    };
    run_guarded(async {
        match &command {
            SecretsCommand::List(args) => list(args, ui),
            SecretsCommand::Recover(args) => recover(args, ui).await,
            SecretsCommand::Check(args) => check(args, recipients.as_ref(), ui).await,
            SecretsCommand::Verify(args) => verify(args, ui).await,
        }
    })
}

fn done_if(is_done: bool) -> ExitCode {
    match is_done {
        true => ExitCode::Done,
        false => ExitCode::Failed,
    }
}

/// Reads a secrets file that must exist.
fn read(file: &SecretsFileArgs) -> Result<Content> {
    if !file.path().exists() {
        let path = file.path().display();
        let hint =
            "name it with `--secrets-out`; `apply` makes it when it generates the first secret";
        return Err(Error::secret(format!("there is no secrets file `{path}`")).hint(hint));
    }
    Content::read(file.path())
}

/// The error if no line belongs to that Hydra: checking nothing must not look like success.
fn nothing_of(elsewhere: &BTreeMap<&str, usize>, hydra: &str, path: &Path) -> Error {
    let path = path.display();
    let error = Error::unexpected(format!("`{path}` contains no secret of `{hydra}`"));
    match output::elsewhere(elsewhere) {
        Some(named) => error.hint(format!(
            "it has {named}: connect to that Hydra with `--endpoint` or `--sandbox`, or name another file with `--secrets-out`"
        )),
        None => error.hint("name another file with `--secrets-out`"),
    }
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

fn list(args: &ListArgs, ui: &Ui) -> Result<ExitCode> {
    let content = read(&args.file)?;
    to_stdout(|out| match args.output {
        Format::Text => output::list(&content, ui.detail(), out),
        Format::Json => json::secrets(&content, out),
    })?;
    Ok(match content.broken.is_empty() {
        true => ExitCode::Done,
        false => ExitCode::Secret,
    })
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

async fn recover(args: &RecoverArgs, ui: &Ui) -> Result<ExitCode> {
    let path = args.file.path();
    if !has_leftovers(path) {
        refuse_wrong_folder(path)?;
        let path = path.display();
        let nothing = format!("nothing to recover: no run left anything beside `{path}`");
        to_stdout(|out| writeln!(out, "{nothing}"))?;
        return Ok(ExitCode::Done);
    }
    let connected = args.connection.access(ui)?.connect(None).await?;
    let files = VaultFiles::open(path, None, connected.name.clone()).await?;
    tell_repairs(files.repair.as_ref(), &files.broken, ui);
    let recovered = match args.wait {
        true => settle_and_wait(&files, &connected, ui).await,
        false => settle(&files, &connected, Reported::default(), ui).await,
    };
    let open = files.close()?.open;
    for text in still_open(&open, path, &connected.name) {
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

async fn check(args: &CheckArgs, recipients: Option<&Recipients>, ui: &Ui) -> Result<ExitCode> {
    let content = read(&args.file)?;
    let connected = args.connection.access(ui)?.connect(None).await?;
    let (hydra, path) = (&connected.name, args.file.path());
    if recipients.is_none() {
        ui.notice("no key was given, so this does not check who can open the secrets: name one with `--pgp-key-file`");
    }
    let (reader, look_ups) = (
        &connected.session.reader,
        args.connection.parallelism.look_ups(),
    );
    let check = reconcile::check(&content, recipients, hydra, reader, look_ups).await?;
    for (line, problem) in &check.problems {
        let problem = output::problem(problem, hydra);
        ui.alarm(&format!("{}:{line}: {problem}", path.display()));
    }
    for (id, lines) in &check.unconfirmed {
        ui.alarm(&format!(
            "`{id}` has {} that may or may not be its own: `hydra-gitops secrets verify` tries each",
            count(*lines, "unconfirmed secret")
        ));
    }
    if check.looked_up == 0 {
        ui.error(&nothing_of(&check.elsewhere, hydra, path));
    } else if let Some(named) = output::elsewhere(&check.elsewhere) {
        ui.notice(&format!("not looked up: {named}"));
    }
    to_stdout(|out| output::checked(&check, out))?;
    Ok(done_if(check.problems.is_empty() && check.looked_up > 0))
}
