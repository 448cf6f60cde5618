//! `secrets`: the secrets file, without opening a secret.

use std::collections::HashMap;

use clap::{Args, Subcommand};

use super::args::Format;
use super::connection::ConnectionArgs;
use super::keys::{KeyArgs, SecretsFileArgs};
use super::recovery::{self, Said};
use super::signals::Signals;
use super::start::block_on;
use super::ui::{Ui, to_stdout};
use crate::client::ClientId;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::output::{count, secrets as output};
use crate::secrets::{
    Content, Fate, Recipients, Record, Sealed, VaultFiles, has_leftovers, is_encrypted_message,
};

/// The secrets file
#[derive(Debug, Subcommand)]
pub(super) enum SecretsCommand {
    /// Show whose secrets are recorded
    List(ListArgs),
    /// Finish what a killed run left in its journal; the next apply does so too
    Recover(Box<RecoverArgs>),
    /// Prove that each line parses, that a given recipient can open it, and that its client exists
    Check(Box<CheckArgs>),
}

/// Show whose secrets are recorded
#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    /// How the list is written
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

/// Finish what a killed run left in its journal
#[derive(Debug, Args)]
pub(super) struct RecoverArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// Prove the secrets file
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
    // Before signals are listened for: a key server may be long in answering.
    let recipients = match &command {
        SecretsCommand::Check(args) => args.keys.recipients()?,
        SecretsCommand::List(_) | SecretsCommand::Recover(_) => None,
    };
    block_on(async {
        let mut signals = Signals::new()?;
        let work = async {
            match &command {
                SecretsCommand::List(args) => list(args),
                SecretsCommand::Recover(args) => recover(args, ui).await,
                SecretsCommand::Check(args) => check(args, recipients.as_ref(), ui).await,
            }
        };
        tokio::select! {
            biased;
            signal = signals.next() => Ok(signal),
            code = work => code,
        }
    })
}

/// Reads a secrets file that has to be there.
fn read(file: &SecretsFileArgs) -> Result<Content> {
    if !file.path().exists() {
        return Err(Error::secret(format!(
            "there is no secrets file `{}`",
            file.path().display()
        ))
        .hint(
            "name it with `--secrets-out`; `apply` makes it when it generates the first secret",
        ));
    }
    Content::read(file.path())
}

fn list(args: &ListArgs) -> Result<ExitCode> {
    let content = read(&args.file)?;
    to_stdout(|out| match args.output {
        Format::Text => output::text(&content, out),
        Format::Json => output::json(&content, out),
    })?;
    Ok(if content.broken.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Secret
    })
}

async fn recover(args: &RecoverArgs, ui: &Ui) -> Result<ExitCode> {
    let path = args.file.path();
    if !has_leftovers(path) {
        return to_stdout(|out| {
            writeln!(
                out,
                "nothing to recover: no run left anything beside `{}`",
                path.display()
            )
        })
        .map(|()| ExitCode::Done);
    }
    let connected = args.connection.connect(None, ui).await?;
    let files = VaultFiles::open(path, None, connected.name.clone()).await?;
    recovery::say_mended(&files, ui);
    let recovered = recovery::settle(&files, &connected, Said::default(), ui).await;
    let open = files.close()?.open;
    recovery::say_open(&open, path, &connected.name, ui);
    let recovered = recovered?;
    let count = |fate| recovered.iter().filter(|one| one.fate == fate).count();
    to_stdout(|out| {
        writeln!(
            out,
            "recover: {} recorded, {} unconfirmed, {} dropped, {} waiting",
            count(Fate::Recorded),
            count(Fate::Unconfirmed),
            count(Fate::Dropped),
            open.len()
        )
    })?;
    Ok(if open.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Failed
    })
}

async fn check(args: &CheckArgs, recipients: Option<&Recipients>, ui: &Ui) -> Result<ExitCode> {
    let content = read(&args.file)?;
    let known: Option<Vec<&str>> = recipients.map(|recipients| recipients.fingerprints().collect());
    let connected = args.connection.connect(None, ui).await?;
    let mut problems: Vec<(usize, String)> = content.broken.clone();
    // A client's last line counts.
    let last: HashMap<&str, &(usize, Record)> = content
        .records
        .iter()
        .filter(|(_, record)| record.endpoint == connected.name)
        .map(|entry| (&*entry.1.client_id, entry))
        .collect();
    for (line, record) in &content.records {
        if let Sealed::Encrypted(message) = &record.secret
            && !is_encrypted_message(message)
        {
            let problem = format!(
                "the secret of `{}` is no encrypted OpenPGP message",
                record.client_id
            );
            problems.push((*line, problem));
        }
        let opens = |known: &Vec<&str>| {
            record
                .recipients
                .iter()
                .any(|recipient| known.contains(&recipient.as_str()))
        };
        if known.as_ref().is_some_and(|known| !opens(known)) {
            problems.push((
                *line,
                format!(
                    "none of the given keys opens the secret of `{}`",
                    record.client_id
                ),
            ));
        }
    }
    let mut checked: Vec<_> = last.into_values().collect();
    checked.sort_by_key(|(line, _)| *line);
    for (line, record) in &checked {
        let exists = match ClientId::new(record.client_id.clone()) {
            Some(id) => connected.session.reader.get(&id).await?.is_some(),
            None => false,
        };
        if !exists {
            problems.push((
                *line,
                format!("`{}` is not in {}", record.client_id, connected.name),
            ));
        }
    }
    problems.sort();
    for (line, problem) in &problems {
        ui.warning(&format!("{}:{line}: {problem}", args.file.path().display()));
    }
    let (lines, found) = (content.records.len() + content.broken.len(), problems.len());
    let elsewhere = content
        .records
        .iter()
        .filter(|(_, record)| record.endpoint != connected.name)
        .count();
    to_stdout(|out| {
        writeln!(
            out,
            "check: {}, {}, {} looked up, {elsewhere} of other Hydras",
            count(lines, "line"),
            count(found, "problem"),
            count(checked.len(), "client")
        )
    })?;
    Ok(if problems.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Failed
    })
}
