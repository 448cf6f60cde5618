//! `secrets verify`: whether Hydra accepts the recorded secrets.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;

use clap::Args;

use super::{done_if, nothing_of, read};
use crate::cli::connection::{Access, ConnectionArgs};
use crate::cli::output_args::{OutputPath, SecretsFileArgs};
use crate::cli::recipient_args::IdentityArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::client::{ClientId, Existing, Identity};
use crate::error::{Error, Result, with_hints};
use crate::exit_code::ExitCode;
use crate::hydra::{Prover, Query, fetch};
use crate::reconcile::{Target, Tried, Verdict, Verifier, tell_repairs};
use crate::report::secrets as output;
use crate::vault::{ClientRecords, Content, LockedOutput, Opener, Standing, has_journal};

/// Decrypt each secret with your own gpg or age, and test it at Hydra's public endpoint
#[derive(Debug, Args)]
pub(in crate::cli) struct VerifyArgs {
    /// Limit to the secrets of these clients
    #[arg(value_name = "ID")]
    ids: Vec<String>,
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    identities: IdentityArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn verify(args: &VerifyArgs, ui: &Ui) -> Result<ExitCode> {
    let access = args.connection.access(ui)?;
    let connector = &access.connector;
    if connector.public.is_none() {
        let what = "no public endpoint: secrets are tried at Hydra's public API";
        let hint = "give `--public-url http://HOST:4444` or set `HYDRA_PUBLIC_URL`";
        return Err(Error::usage(what).hint(hint));
    }
    let path = args.file.path();
    let output = args.file.single()?;
    let found = read(&output)?;
    let locked = match has_any_to_try(&choose(&found, &connector.name, &args.ids)) {
        true => Some(match &output {
            OutputPath::File(file) => LockedOutput::open(file)?,
            OutputPath::Sops(folder) => LockedOutput::open_folder(folder)?,
        }),
        false => None,
    };
    let (content, repair) = match &locked {
        Some(locked) => (&locked.content, locked.repair.as_ref()),
        None => (&found, None),
    };
    tell_repairs(repair, &content.broken, ui);
    if has_journal(path) {
        ui.notice(&format!(
            "secrets of an interrupted run wait in `{}.journal` and are not tried: `hydra-gitops secrets recover` settles them first",
            path.display()
        ));
    }
    let clients = choose(content, &connector.name, &args.ids);
    let missing = missing(args, content, &clients, &connector.name, ui);
    if clients.is_empty() {
        return Ok(ExitCode::Failed);
    }
    let (tried, ended) = try_all(
        &access,
        &clients,
        locked.as_ref(),
        &args.identities.identities,
        ui,
    )
    .await;
    say(&tried, &|line| content.place(path, line), ui)?;
    ended?;
    let is_good = tried.iter().all(|one| one.verdict.is_accepted());
    Ok(done_if(is_good && !missing && content.broken.is_empty()))
}

/// The records of that Hydra's clients, or only of those in `ids`.
fn choose<'c>(content: &'c Content, hydra: &str, ids: &[String]) -> Vec<ClientRecords<'c>> {
    let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
    let mut clients = content.clients(hydra);
    clients.retain(|records| {
        let mut records = records.iter();
        ids.is_empty() || records.any(|(_, record, _)| ids.contains(&*record.client_id))
    });
    clients
}

fn has_any_to_try(clients: &[ClientRecords<'_>]) -> bool {
    let mut records = clients.iter().flatten();
    records.any(|(.., standing)| *standing == Standing::ToTry)
}

/// Warns about requested clients without a record, and reports an error if no client at all has
/// one. Returns whether a requested client has none.
fn missing(
    args: &VerifyArgs,
    content: &Content,
    clients: &[ClientRecords<'_>],
    hydra: &str,
    ui: &Ui,
) -> bool {
    let path = args.file.path();
    let elsewhere = content.elsewhere(hydra);
    let found = clients.iter().flatten();
    let found: HashSet<&str> = found.map(|(_, record, _)| &*record.client_id).collect();
    let is_missing = |id: &&String| !found.contains(id.as_str());
    for id in args.ids.iter().filter(is_missing) {
        let path = path.display();
        ui.alarm(&format!(
            "`{path}` contains no secret of `{id}` in `{hydra}`"
        ));
    }
    if args.ids.is_empty() && clients.is_empty() {
        ui.error(&nothing_of(&elsewhere, hydra, path));
    } else if let Some(named) = output::elsewhere(&elsewhere).filter(|_| args.ids.is_empty()) {
        ui.notice(&format!("not tried: {named}"));
    }
    args.ids.iter().any(|id| is_missing(&id))
}

/// Tries the secrets of all clients. The first part of the result holds what was tried before an
/// error.
async fn try_all<'c>(
    access: &Access,
    clients: &[ClientRecords<'c>],
    locked: Option<&LockedOutput>,
    identities: &[PathBuf],
    ui: &Ui,
) -> (Vec<Tried<'c>>, Result<()>) {
    let existing = async {
        let connected = access.connect(None).await?;
        existing(clients, &connected, access.parallelism.look_ups()).await
    };
    let existing = match existing.await {
        Ok(existing) => existing,
        Err(error) => return (Vec::new(), Err(error)),
    };
    let opener = Opener::new(identities.to_vec(), access.fail_after);
    let verifier = Verifier {
        opener: &opener,
        prover: &Prover::new(access.connector.public.clone()),
        retry_policy: &access.retry_policy,
        locked,
    };
    let hydra = &access.connector.name;
    let tried = verifier.all(clients, &existing, hydra).await;
    for warning in opener.warnings() {
        ui.notice(&format!("gpg: {}", warning.trim_start_matches("gpg: ")));
    }
    tried
}

/// The clients in Hydra by id, or why they could not be looked up.
async fn existing(
    clients: &[ClientRecords<'_>],
    connected: &Target,
    look_ups: usize,
) -> Result<HashMap<String, Result<Existing, String>>> {
    let ids = clients.iter().filter_map(|records| records.first());
    let ids = ids.filter_map(|(_, record, _)| ClientId::new(record.client_id.clone()));
    let identities: Vec<Identity> = ids.map(Identity::Id).collect();
    let query = Query::new(identities);
    let found = fetch(&connected.session.reader, &query, false, look_ups).await?;
    let clients = found.clients.into_iter();
    let clients = clients.map(|client| (client.id().to_string(), Ok(client)));
    let failed = found.failed.into_iter();
    let failed = failed.map(|(identity, error)| (identity.to_string(), Err(with_hints(&error))));
    Ok(clients.chain(failed).collect())
}

/// Writes the results, and says what to do.
fn say(tried: &[Tried<'_>], place: &dyn Fn(usize) -> String, ui: &Ui) -> Result<()> {
    to_stdout(|out| output::verified(tried, place, ui.detail(), out))?;
    let any_refused = tried.iter().any(|one| one.verdict == Verdict::Refused);
    let any_accepted = tried.iter().any(|one| one.verdict.is_accepted());
    match (any_refused, any_accepted) {
        (true, true) => ui.alarm("secrets marked `wrong` do not belong to their clients: someone else created the client or changed its secret"),
        (true, false) => ui.alarm("no secret was accepted, so the public endpoint may belong to another Hydra: check `--public-url` (`HYDRA_PUBLIC_URL`)"),
        (false, _) => {}
    }
    Ok(())
}
