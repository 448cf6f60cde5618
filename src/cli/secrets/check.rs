//! `secrets check`: whether each line of the secrets file is still good for something.

use std::collections::{BTreeMap, HashSet};

use clap::Args;

use super::elsewhere::Elsewhere;
use super::read;
use crate::cli::connection::ConnectionArgs;
use crate::cli::recipient_args::{KeyArgs, SecretsFileArgs};
use crate::cli::ui::{Ui, to_stdout};
use crate::client::{ClientId, Identity};
use crate::endpoint_name::same_endpoint;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::hydra::{Wanted, fetch};
use crate::recipients::{Recipients, is_encrypted_message};
use crate::reconcile::Target;
use crate::text::count;
use crate::vault::{Content, Record, Sealed, Standing};

/// Check the secrets file
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
    let path = args.file.path();
    let last = last_lines(&content, &connected.name);
    let look_ups = args.connection.look_ups();
    problems.extend(without_client(&last, &connected, look_ups).await?);
    problems.sort();
    for (line, problem) in &problems {
        ui.alarm(&format!("{}:{line}: {problem}", path.display()));
    }
    say_unconfirmed(&content, &connected.name, ui);
    let elsewhere = Elsewhere::new(&content, &connected.name);
    if last.is_empty() {
        ui.error(&elsewhere.nothing_of(&connected.name, path));
    } else if let Some(named) = elsewhere.named() {
        ui.notice(&format!("not looked up: {named}"));
    }
    let (lines, found) = (content.records.len() + content.broken.len(), problems.len());
    to_stdout(|out| {
        writeln!(
            out,
            "check: {}, {}, {} looked up, {} of other Hydras",
            count(lines, "line"),
            count(found, "problem"),
            count(last.len(), "client"),
            elsewhere.lines()
        )
    })?;
    Ok(if problems.is_empty() && !last.is_empty() {
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

/// Says which clients' secret is not known for certain.
fn say_unconfirmed(content: &Content, hydra: &str, ui: &Ui) {
    let mut to_try: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, record, standing) in content.standings() {
        if standing == Standing::ToTry && same_endpoint(&record.endpoint, hydra) {
            *to_try.entry(&record.client_id).or_default() += 1;
        }
    }
    for (id, lines) in to_try {
        ui.alarm(&format!(
            "`{id}` has {} that may or may not be its own: `hydra-gitops secrets verify` tries each",
            count(lines, "unconfirmed secret")
        ));
    }
}

/// The last line of each client of that Hydra that is not superseded, in the file's order.
fn last_lines<'c>(content: &'c Content, hydra: &str) -> Vec<(usize, &'c Record)> {
    let here = content.standings().filter(|(_, record, standing)| {
        *standing != Standing::Superseded && same_endpoint(&record.endpoint, hydra)
    });
    let last: BTreeMap<&str, _> = here
        .map(|(line, record, _)| (&*record.client_id, (line, record)))
        .collect();
    let mut last: Vec<_> = last.into_values().collect();
    last.sort_by_key(|(line, _)| *line);
    last
}

/// Those of the lines whose client is not in Hydra.
async fn without_client(
    lines: &[(usize, &Record)],
    connected: &Target,
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
    let problem = |(line, record): &(usize, &Record)| {
        let (id, name) = (&record.client_id, &connected.name);
        let problem = format!(
            "`{id}` is not in {name}: make it again with `apply`, or remove its lines where it is gone for good"
        );
        (*line, problem)
    };
    Ok(gone.map(problem).collect())
}
