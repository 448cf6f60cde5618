//! `secrets check`: whether each line of the secrets file is still good for something.

use std::collections::{HashMap, HashSet};

use clap::Args;

use super::read;
use crate::cli::connection::{Connected, ConnectionArgs};
use crate::cli::keys::{KeyArgs, SecretsFileArgs};
use crate::cli::ui::{Ui, to_stdout};
use crate::client::{ClientId, Identity};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::hydra::{Wanted, fetch};
use crate::output::count;
use crate::secrets::{Content, Recipients, Record, Sealed, is_encrypted_message};

/// Prove the secrets file
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

/// What is wrong with a line, by its number.
type Problem = (usize, String);

pub(super) async fn check(
    args: &CheckArgs,
    recipients: Option<&Recipients>,
    ui: &Ui,
) -> Result<ExitCode> {
    let content = read(&args.file)?;
    let connected = args.connection.connect(None, ui).await?;
    let mut problems: Vec<Problem> = content.broken.clone();
    problems.extend(unreadable(&content, recipients));
    if recipients.is_none() {
        ui.notice("no key was given, so that it is not known who can open the secrets: name one with `--pgp-key-file`");
    }
    let last = last_lines(&content, &connected.name);
    let look_ups = args.connection.look_ups();
    problems.extend(without_client(&last, &connected, look_ups).await?);
    problems.sort();
    for (line, problem) in &problems {
        ui.alarm(&format!("{}:{line}: {problem}", args.file.path().display()));
    }
    let (lines, found) = (content.records.len() + content.broken.len(), problems.len());
    let here = |(_, record): &&(usize, Record)| record.endpoint == connected.name;
    let elsewhere = content.records.len() - content.records.iter().filter(here).count();
    to_stdout(|out| {
        writeln!(
            out,
            "check: {}, {}, {} looked up, {elsewhere} of other Hydras",
            count(lines, "line"),
            count(found, "problem"),
            count(last.len(), "client")
        )
    })?;
    Ok(if problems.is_empty() {
        ExitCode::Done
    } else {
        ExitCode::Failed
    })
}

/// The lines whose secret nobody can open, or none of those who were asked about.
fn unreadable(content: &Content, recipients: Option<&Recipients>) -> Vec<Problem> {
    let known: Option<Vec<&str>> = recipients.map(|recipients| recipients.fingerprints().collect());
    let mut problems = Vec::new();
    for (line, record) in &content.records {
        let id = &record.client_id;
        if let Sealed::Encrypted(message) = &record.secret
            && !is_encrypted_message(message)
        {
            let problem = format!("the secret of `{id}` is no encrypted OpenPGP message");
            problems.push((*line, problem));
        }
        let is_for = |known: &Vec<&str>| {
            let mut recipients = record.recipients.iter();
            recipients.any(|recipient| known.contains(&recipient.as_str()))
        };
        if known.as_ref().is_some_and(|known| !is_for(known)) {
            let problem = format!("none of the given keys opens the secret of `{id}`");
            problems.push((*line, problem));
        }
    }
    problems
}

/// The lines that count of the clients of that Hydra, each client's last, in the file's order.
fn last_lines<'c>(content: &'c Content, hydra: &str) -> Vec<&'c (usize, Record)> {
    let here = content.records.iter();
    let here = here.filter(|(_, record)| record.endpoint == hydra);
    let last: HashMap<&str, _> = here.map(|entry| (&*entry.1.client_id, entry)).collect();
    let mut last: Vec<_> = last.into_values().collect();
    last.sort_by_key(|(line, _)| *line);
    last
}

/// Those of the lines whose client is not in Hydra.
async fn without_client(
    lines: &[&(usize, Record)],
    connected: &Connected,
    look_ups: usize,
) -> Result<Vec<Problem>> {
    let ids = lines.iter().map(|(_, record)| record.client_id.clone());
    let identities: Vec<Identity> = ids
        .filter_map(|id| ClientId::new(id).map(Identity::Id))
        .collect();
    let wanted = Wanted::new(&identities);
    let existing = fetch(&connected.session.reader, &wanted, false, look_ups).await?;
    let there: HashSet<&str> = existing.iter().map(|client| client.id().as_str()).collect();
    let gone = lines
        .iter()
        .filter(|(_, record)| !there.contains(&*record.client_id));
    let problem = |(line, record): &&(usize, Record)| {
        let (id, name) = (&record.client_id, &connected.name);
        let problem = format!(
            "`{id}` is not in {name}: make it again with `apply`, or remove its lines where it is gone for good"
        );
        (*line, problem)
    };
    Ok(gone.map(problem).collect())
}
